"""What a question misses: for whom, where, when. Asked back only where the law at hand tells the cases apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xaso.kernel.plain.text import search_text

WHOM, WHERE, WHEN = "voi", "noi", "ngay"


@dataclass(frozen=True)
class Option:
    """One answer to what is asked back; ``words`` are added to the question."""

    key: str
    label: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Axis:
    """A way in which the law tells cases apart."""

    kind: str
    key: str
    asks: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Condition:
    """What is asked back, and the options that occur in the law at hand. ``decisive``: each has a rule of its own."""

    kind: str
    key: str
    asks: str
    options: tuple[Option, ...]
    decisive: bool = False


def _axis(kind: str, key: str, asks: str, **options: tuple[str, ...]) -> Axis:
    made = tuple(
        Option(f"{key}.{name}", words[0], tuple(search_text(one) for one in words))
        for name, words in options.items()
    )
    return Axis(kind, key, asks, made)


AXES: tuple[Axis, ...] = (
    _axis(
        WHOM,
        "chu-the",
        "Ông/bà hỏi cho ai?",
        ca_nhan=("Cá nhân", "cá nhân", "hộ gia đình"),
        to_chuc=("Tổ chức, doanh nghiệp", "tổ chức", "doanh nghiệp", "công ty"),
    ),
    _axis(
        WHOM,
        "lao-dong",
        "Ông/bà hỏi cho bên nào?",
        nguoi_lao_dong=("Người lao động", "người lao động"),
        nguoi_su_dung=("Người sử dụng lao động", "người sử dụng lao động"),
    ),
    _axis(
        WHOM,
        "gioi",
        "Hỏi cho nam hay nữ?",
        nam=("Nam", "lao động nam", "nam giới", "đối với nam"),
        nu=("Nữ", "lao động nữ", "phụ nữ", "đối với nữ"),
    ),
    _axis(
        WHOM,
        "xe",
        "Ông/bà đi loại xe nào?",
        o_to=("Ô tô", "xe ô tô"),
        xe_may=("Xe máy", "xe mô tô", "xe gắn máy", "xe máy"),
        xe_dap=("Xe đạp", "xe đạp"),
    ),
    _axis(
        WHOM,
        "nguoi",
        "Người trong việc này là ai?",
        trong_nuoc=("Công dân Việt Nam", "công dân việt nam"),
        nuoc_ngoai=("Người nước ngoài", "người nước ngoài"),
    ),
    _axis(
        WHERE,
        "vung",
        "Việc này ở đô thị hay nông thôn?",
        do_thi=("Đô thị", "đô thị", "thành thị"),
        nong_thon=("Nông thôn", "nông thôn"),
    ),
)
_YEAR = re.compile(r"\bnam (19[5-9]\d|20[0-9]\d)\b")
_LOCAL = re.compile(
    r"(Hội đồng nhân dân|Ủy ban nhân dân) (?:cấp )?tỉnh[^.;]{0,60}(?:quy định|quyết định|ban hành)"
)


def _has(folded: str, words: Sequence[str]) -> bool:
    return any(f" {word} " in f" {folded} " for word in words)


def chosen(facts: Mapping[str, str]) -> list[Option]:
    """The options that were picked, from the facts of the address line."""
    picked = set(facts.values())
    return [option for axis in AXES for option in axis.options if option.key in picked]


def missing(question: str, pieces: Sequence[str], facts: Mapping[str, str]) -> Condition | None:
    """What the question leaves open although the pieces of the law (clauses, points) tell it apart; None else.

    ``pieces``: the one that fits the question best, then the others that nearly do. ``decisive`` when the best is of
    one option alone and another option has a piece of its own, so that no single piece can answer.
    """
    asked = search_text(question)
    folded = [search_text(piece) for piece in pieces]
    weak: Condition | None = None
    for axis in AXES:
        if axis.key in facts or any(_has(asked, option.words) for option in axis.options):
            continue
        own = [
            [number for number, piece in enumerate(folded) if _has(piece, option.words)]
            for option in axis.options
        ]
        there = tuple(option for option, held in zip(axis.options, own, strict=True) if held)
        if len(there) < 2:
            continue
        apart = sum(
            1
            for place, held in enumerate(own)
            if set(held) - {n for other, more in enumerate(own) if other != place for n in more}
        )
        best_of_one = sum(0 in held for held in own) == 1
        condition = Condition(axis.kind, axis.key, axis.asks, there, decisive=apart >= 2 and best_of_one)
        if condition.decisive:
            return condition
        weak = weak or (condition if apart else None)
    return weak


def year_meant(question: str, day: date, today: date) -> int | None:
    """A past year the question speaks of, while the day asked about was left at today."""
    found = _YEAR.search(search_text(question))
    if found is None or day != today:
        return None
    year = int(found.group(1))
    return year if year < today.year else None


def is_local(text: str) -> bool:
    """Whether the law leaves the matter to the province."""
    return bool(_LOCAL.search(text))
