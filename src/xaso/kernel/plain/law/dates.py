"""Days as legal texts write them: "ngày 20 tháng 11 năm 2018", "20/11/2018", "20-11-2018"."""

from __future__ import annotations

import re
from datetime import date

DAY = re.compile(
    r"(?:ngày\s+)?(?P<d1>\d{1,2})\s+tháng\s+(?P<m1>\d{1,2})\s+năm\s+(?P<y1>\d{4})"
    r"|(?<![\d/])(?P<d2>\d{1,2})\s?[/.-]\s?(?P<m2>\d{1,2})\s?[/.-]\s?(?P<y2>\d{4})(?![\d/])",
    re.I,
)


def day_in(text: str, start: int = 0) -> date | None:
    """The first day written in a text; None when there is none or it cannot be (31/02)."""
    found = DAY.search(text, start)
    return day_of(found) if found else None


def day_of(found: re.Match[str]) -> date | None:
    """The day of a match of ``DAY``; None when the calendar has none such."""
    day, month, year = (found[f"{part}1"] or found[f"{part}2"] for part in "dmy")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def written(day: date) -> str:
    """The day as Vietnamese write it: 01/07/2026."""
    return f"{day.day:02}/{day.month:02}/{day.year}"
