"""What a buyer typed into one of the three forms, read and judged; in the buyer's language, without an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core import signing
from django.http import QueryDict

from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import nfc
from xaso.kernel.plain.typed import read_phone
from xaso.services.trace.actions.buyer_feedback import LONGEST, Words
from xaso.services.trace.models import Feedback
from xaso.services.trace.rules.buyer import in_force

SALT = "trace.buyer.form"
TRAP = "website"  # a box that people do not see: who fills it in is a program
KINDS = {
    "danh-gia": Feedback.Kind.RATING,
    "hoi": Feedback.Kind.QUESTION,
    "bao-gia": Feedback.Kind.FAKE,
}
PROBLEMS = {
    "stars": ("Chọn từ 1 đến 5 sao.", "Choose one to five stars."),
    "words": ("Viết vài chữ để cơ sở hiểu.", "Write a few words so that the producer understands."),
    "long": (f"Viết ngắn lại, nhiều nhất {LONGEST} chữ cái.", f"Write at most {LONGEST} letters."),
    "phone": (
        "Số điện thoại chưa đúng. Ví dụ: 0912 345 678",
        "The telephone number is not right. Example: 0912 345 678",
    ),
    "email": ("Địa chỉ thư điện tử chưa đúng.", "The e-mail address is not right."),
    "photo": ("Gửi ảnh JPEG, PNG hoặc WebP dưới 8 MB.", "Send a JPEG, PNG or WebP picture below 8 MB."),
    "late": ("Trang đã mở quá lâu. Bấm gửi lại.", "The page was open for too long. Press send again."),
}


@dataclass
class Draft:
    """What stands in the boxes, and what is wrong with it by box."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    is_machine: bool = False


def form_mark() -> str:
    """When a form was drawn, signed: nobody reads and writes within a moment."""
    return signing.dumps(int(now().timestamp()), salt=SALT)


def _age(mark: str) -> float | None:
    try:
        return now().timestamp() - float(signing.loads(mark, salt=SALT, max_age=86400))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def read(data: QueryDict, kind: str, lang: str) -> Draft:
    """Read the boxes; problems are said in the language of the page."""
    names = ("stars", "words", "name", "phone", "email", "bought_at", "serial")
    values = {name: nfc(str(data.get(name, "")).replace("\x00", "")).strip() for name in names}
    draft = Draft(values)
    age = _age(str(data.get("mark", "")))
    quick = age is not None and age < in_force("writing", today())["least_seconds"]
    draft.is_machine = bool(data.get(TRAP)) or quick
    wrong: list[tuple[str, str]] = []
    if age is None:
        wrong.append(("words", "late"))
    if kind == Feedback.Kind.RATING and values["stars"] not in {"1", "2", "3", "4", "5"}:
        wrong.append(("stars", "stars"))
    if kind != Feedback.Kind.RATING and len(values["words"]) < 5:
        wrong.append(("words", "words"))
    if len(values["words"]) > LONGEST:
        wrong.append(("words", "long"))
    if values["phone"] and not _phone(values["phone"]):
        wrong.append(("phone", "phone"))
    if values["email"] and not _is_email(values["email"]):
        wrong.append(("email", "email"))
    for box, why in wrong:
        draft.problems.setdefault(box, PROBLEMS[why][lang == "en"])
    return draft


def _phone(text: str) -> str:
    try:
        return read_phone(text)
    except ValueError:
        return ""


def _is_email(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(name and at and "." in host and " " not in text and len(text) <= 200)


def words_of(draft: Draft, kind: str, lang: str, origin: str) -> Words:
    """A draft without problems as what the action takes."""
    values = draft.values
    return Words(
        kind=kind,
        stars=int(values["stars"]) if kind == Feedback.Kind.RATING else None,
        words=values["words"],
        name=values["name"],
        phone=_phone(values["phone"]) if values["phone"] else "",
        email=values["email"],
        serial=values["serial"],
        bought_at=values["bought_at"],
        lang=lang,
        origin=origin,
    )
