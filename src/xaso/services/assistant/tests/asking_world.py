"""A commune with a justice office, a few articles of law, and an index that is a test double of the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from unittest import mock

from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.text import search_text
from xaso.kernel.units.models import Unit
from xaso.kernel.units.testing import a_commune
from xaso.services.assistant.answers import placing, reading
from xaso.services.assistant.models import Article, Document
from xaso.services.assistant.queries import sources
from xaso.services.assistant.rules.likeness import likeness

SYSTEM = Viewer.system()
COMMUNE = "15/02728/"
MARRIAGE = (
    "1. Nam, nữ kết hôn với nhau phải tuân theo các điều kiện sau đây:\n"
    "a) Nam từ đủ 20 tuổi trở lên, nữ từ đủ 18 tuổi trở lên;\n"
    "b) Việc kết hôn do nam và nữ tự nguyện quyết định;\n"
    "c) Không bị mất năng lực hành vi dân sự;\n"
    "d) Việc kết hôn không thuộc một trong các trường hợp cấm kết hôn theo quy định tại các điểm a, b, c và d "
    "khoản 2 Điều 5 của Luật này.\n"
    "2. Nhà nước không thừa nhận hôn nhân giữa những người cùng giới tính."
)
BIRTH = (
    "1. Trong thời hạn 60 ngày kể từ ngày sinh con, cha hoặc mẹ có trách nhiệm đăng ký khai sinh cho con; trường "
    "hợp cha, mẹ không thể đăng ký khai sinh cho con thì ông hoặc bà hoặc người thân thích khác hoặc cá nhân, tổ "
    "chức đang nuôi dưỡng trẻ em có trách nhiệm đăng ký khai sinh cho trẻ em.\n"
    "2. Công chức tư pháp - hộ tịch thường xuyên kiểm tra, đôn đốc việc đăng ký khai sinh cho trẻ em trên địa bàn "
    "trong thời hạn quy định; trường hợp cần thiết thì thực hiện đăng ký khai sinh lưu động."
)
HOUSEHOLD_FEE = (
    "1. Cá nhân đổ rác không đúng nơi quy định bị phạt tiền từ 500.000 đồng đến 1.000.000 đồng.\n"
    "2. Tổ chức đổ rác không đúng nơi quy định bị phạt tiền từ 1.000.000 đồng đến 2.000.000 đồng, trừ trường hợp quy "
    "định tại khoản 3 Điều này."
)
OLD_BIRTH = "Trong thời hạn 30 ngày kể từ ngày sinh con, cha, mẹ có trách nhiệm đi khai sinh cho con."
LAWS: tuple[tuple[str, str, str, str, str, date, date | None], ...] = (
    ("52/2014/QH13", "Luật", "Luật Hôn nhân và gia đình", "8", "Điều kiện kết hôn", date(2015, 1, 1), None),
    ("60/2014/QH13", "Luật", "Luật Hộ tịch", "15", "Trách nhiệm đăng ký khai sinh", date(2016, 1, 1), None),
    ("155/2016/NĐ-CP", "Nghị định", "Xử phạt về bảo vệ môi trường", "20", "Đổ rác không đúng nơi quy định",
     date(2017, 2, 1), None),
    ("158/2005/NĐ-CP", "Nghị định", "Về đăng ký và quản lý hộ tịch", "14", "Thời hạn đi khai sinh",
     date(2006, 4, 1), date(2016, 1, 1)),
)  # fmt: skip
TEXTS = {
    "52/2014/QH13": MARRIAGE,
    "60/2014/QH13": BIRTH,
    "155/2016/NĐ-CP": HOUSEHOLD_FEE,
    "158/2005/NĐ-CP": OLD_BIRTH,
}


@dataclass(frozen=True)
class Hit:
    """As the engine's."""

    seq: int
    score: float
    features: tuple[float, ...] = ()


class Double:
    """Finds articles by likeness of words; the confidence is the best likeness."""

    generation = 1

    def search(self, query: Any) -> list[Hit]:
        day = query.day or date.today()
        rows = Article.objects.filter(batch=None, valid_from__lte=day).exclude(valid_to__lte=day)
        scored = [(self._score(query.text, row), row.seq) for row in rows]
        return [Hit(seq, score) for score, seq in sorted(scored, reverse=True) if score > 0.02][: query.limit]

    def _score(self, text: str, row: Article) -> float:
        asked = set(search_text(text).split())
        held = set(search_text(f"{row.title} {row.text}").split())
        return len(asked & held) / max(len(asked), 1) * (1 if len(asked & held) > 1 else 0.1) + likeness(
            text, row.title
        )

    def confidence(self, hits: Sequence[Hit]) -> float:
        return min(1.0, hits[0].score / 1.6) if hits else 0.0


@dataclass
class World:
    """Who is there and what law is kept."""

    commune: Unit
    office: str
    accounts: dict[str, Account] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)

    def viewer(self, name: str) -> Viewer:
        return viewer_of(Account.objects.get(pk=self.accounts[name].pk))


def some_law() -> dict[str, Article]:
    """Articles by the number of their document."""
    made = {}
    for seq, (number, kind, title, article, name, since, until) in enumerate(LAWS, 20_000_001):
        document = Document.objects.create(
            slug=re.sub(r"\W+", "-", search_text(number)),
            number=number,
            kind=kind,
            issuer="Quốc hội" if kind == "Luật" else "Chính phủ",
            title=title,
            effective_on=since,
            ended_on=until,
            state=Document.State.ENDED if until else Document.State.IN_FORCE,
        )
        made[number] = Article.objects.create(
            document=document,
            number=article,
            title=name,
            text=TEXTS[number],
            seq=seq,
            valid_from=since,
            valid_to=until,
            topic="Hộ tịch",
        )
    return made


def a_world() -> World:
    """A commune of the demo province with its justice office."""
    commune = a_commune(COMMUNE)
    office = _office(commune)
    world = World(commune, office)
    world.accounts = {
        "reception": officer_account("receptionist", commune.path, name="Lò Thị Xuân"),
        "legal": officer_account("specialist", office, name="Vàng A Sính"),
        "leader": officer_account("leader", commune.path, name="Giàng Thị Dung"),
        "stranger": officer_account("specialist", "04/01273/", name="Người nơi khác"),
    }
    world.articles = some_law()
    placing.forget()
    sources.forget()
    return world


def _office(commune: Unit) -> str:
    path = f"{commune.path}tuphap/"
    made = Unit(
        level=Unit.Level.OFFICE,
        kind="ban",
        code="tuphap",
        name="Tư pháp – Hộ tịch",
        full_name="Tư pháp – Hộ tịch",
        sort_key="tu phap",
        search_text="tu phap ho tich",
        parent=commune,
        path=path,
    )
    made.save()
    return path


@contextmanager
def indexed() -> Iterator[Double]:
    """An index is there."""
    double = Double()
    with mock.patch.object(reading, "engine", lambda: double):
        yield double
