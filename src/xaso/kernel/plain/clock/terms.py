"""Terms as the law writes them: working days, calendar days, months, hours, minutes, same day, and stages of these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

WORKING_DAYS = "wd"
CALENDAR_DAYS = "d"
MONTHS = "mo"
HOURS = "h"
MINUTES = "min"
SAME_DAY = "same-day"

_PART = re.compile(r"^(\d{1,5}(?:\.\d{1,2})?)(wd|d|mo|h|min)$", re.ASCII)
_MOST = {WORKING_DAYS: 1000, CALENDAR_DAYS: 3660, MONTHS: 120, HOURS: 2000, MINUTES: 6000}
_WORDS = {
    WORKING_DAYS: "ngày làm việc",
    CALENDAR_DAYS: "ngày",
    MONTHS: "tháng",
    HOURS: "giờ làm việc",
    MINUTES: "phút",
}
_HELP = (
    "Viết thời hạn như: 5wd (ngày làm việc), 15d (ngày), 2mo (tháng), 8h (giờ làm việc), 15min (phút), "
    "same-day (trong ngày); nhiều giai đoạn nối bằng dấu +, ví dụ 10wd+15wd+5wd."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One stage of a term. ``amount`` is whole for days and months, may have decimals for hours."""

    kind: str
    amount: Decimal = Decimal(1)

    @property
    def words(self) -> str:
        """As it is said on a screen: “5 ngày làm việc”."""
        if self.kind == SAME_DAY:
            return "trong ngày làm việc"
        number = f"{self.amount.normalize():f}".replace(".", ",")
        return f"{number} {_WORDS[self.kind]}"

    @property
    def hours(self) -> Decimal | None:
        """Working hours of a stage counted by the clock; None for days, months and same-day."""
        if self.kind == MINUTES:
            return self.amount / 60
        return self.amount if self.kind == HOURS else None

    def __str__(self) -> str:
        return SAME_DAY if self.kind == SAME_DAY else f"{self.amount.normalize():f}{self.kind}"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of one or more stages, one after another."""

    parts: tuple[Part, ...]

    @property
    def words(self) -> str:
        """“10 ngày làm việc + 15 ngày làm việc”."""
        return " + ".join(part.words for part in self.parts)

    def __str__(self) -> str:
        return "+".join(str(part) for part in self.parts)


def parse_term(text: str) -> Term:
    """Read a term such as ``5wd``, ``15d``, ``2mo``, ``8h``, ``same-day`` or ``10d+3wd``.

    Raises ValueError with a Vietnamese sentence that says how a term is written.
    """
    pieces = [piece.strip().lower() for piece in text.split("+")]
    if len(pieces) > 20:
        raise ValueError("Thời hạn có quá nhiều giai đoạn (nhiều nhất 20). " + _HELP)
    return Term(tuple(_parse_part(piece) for piece in pieces))


def _parse_part(piece: str) -> Part:
    if piece == SAME_DAY:
        return Part(SAME_DAY)
    match = _PART.match(piece)
    if not match:
        raise ValueError(f"Không đọc được thời hạn “{piece}”. {_HELP}")
    amount, kind = Decimal(match[1]), match[2]
    if kind != HOURS and amount != amount.to_integral_value():
        raise ValueError(f"Số trong “{piece}” phải là số nguyên; nửa ngày thì ghi theo giờ, ví dụ 4h.")
    if not 0 < amount <= _MOST[kind]:
        raise ValueError(f"Số trong “{piece}” phải lớn hơn 0 và không quá {_MOST[kind]}.")
    return Part(kind, amount)
