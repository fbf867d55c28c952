"""Reporting periods: a year, a quarter, a month, or an open range of days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xaso.kernel.plain.moment import VIETNAM

_FORM = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})))?")


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both counted. ``code`` is 2026, 2026-Q3 or 2026-11."""

    code: str
    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment, Vietnam time."""
        return datetime.combine(self.first, time(), VIETNAM)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.last + timedelta(days=1), time(), VIETNAM)

    @property
    def words(self) -> str:
        """The period in Vietnamese: ``Quý 3 năm 2026``."""
        year, _, part = self.code.partition("-")
        if part.startswith("Q"):
            return f"Quý {part[1]} năm {year}"
        return f"Tháng {int(part)} năm {year}" if part else f"Năm {year}"

    def before(self) -> Period:
        """The period of the same kind just before."""
        return period_of(self.first - timedelta(days=1), self.kind)

    def after(self) -> Period:
        """The period of the same kind just after."""
        return period_of(self.last + timedelta(days=1), self.kind)

    @property
    def kind(self) -> str:
        """year, quarter or month."""
        part = self.code.partition("-")[2]
        return "year" if not part else "quarter" if part.startswith("Q") else "month"


def period_of(day: date, kind: str = "month") -> Period:
    """The period of a kind (year, quarter, month) that holds a day."""
    if kind == "year":
        return read_period(f"{day.year:04d}")
    if kind == "quarter":
        return read_period(f"{day.year:04d}-Q{(day.month - 1) // 3 + 1}")
    return read_period(f"{day.year:04d}-{day.month:02d}")


def read_period(code: str) -> Period:
    """Read 2026, 2026-Q3 or 2026-11. Raises ValueError with a Vietnamese sentence otherwise."""
    found = _FORM.fullmatch(code.strip())
    if found is None or (found[3] and not 1 <= int(found[3]) <= 12) or int(found[1]) < 1900:
        raise ValueError("Nhập kỳ báo cáo dạng 2026, 2026-Q3 hoặc 2026-11")
    year = int(found[1])
    first_month, months = (
        (int(found[3]), 1) if found[3] else (int(found[2]) * 3 - 2, 3) if found[2] else (1, 12)
    )
    first = date(year, first_month, 1)
    after = date(year + (first_month + months > 12), (first_month + months - 1) % 12 + 1, 1)
    return Period(code.strip(), first, after - timedelta(days=1))
