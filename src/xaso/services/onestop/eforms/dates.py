"""Dates as people here know them: a full day, a month, or only a year (old papers of old people).

Kept as ISO text cut short: ``1950``, ``1950-03``, ``1950-03-12``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

_KEPT = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_TYPED = re.compile(r"(?:(?:([0-9]{1,2})\s*[/.\- ]\s*)?([0-9]{1,2})\s*[/.\- ]\s*)?([0-9]{1,4})")
EARLIEST_YEAR = 1850
LATEST_YEAR = 2200


class DateProblem(ValueError):
    """The text is no date; the message says what to type."""


def latin_digits(text: str) -> str:
    """Digits of any script or width as 0-9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


@lru_cache(maxsize=4096)
def parts_of(kept: str) -> tuple[int, int | None, int | None] | None:
    """Year, month and day of a kept date; None when the text is not a real date in that form."""
    found = _KEPT.fullmatch(kept)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    try:
        date(year, month if found[2] else 1, day if found[3] else 1)
    except ValueError:
        return None
    return year, month or None, day or None


def day_of(kept: str) -> date | None:
    """The day itself, when the whole date is known."""
    parts = parts_of(kept)
    if parts is None or parts[1] is None or parts[2] is None:
        return None
    return date(parts[0], parts[1], parts[2])


def first_day(kept: str) -> date | None:
    """The earliest day a kept date can mean."""
    parts = parts_of(kept)
    return date(parts[0], parts[1] or 1, parts[2] or 1) if parts else None


def age_on(kept: str, on: date) -> int | None:
    """Full years lived on a day. With only the year known, the greatest possible age is given."""
    born = first_day(kept)
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def read_date(raw: Any, *, past: bool, today: date) -> str | None:
    """A kept date from three boxes, pasted text (``12/3/1985``, ``12.3.85``) or a kept date; None when empty.

    ``past`` says the date cannot lie ahead, which settles the century of a two-digit year in pasted text.
    """
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, Mapping):
        return _from_boxes(raw, past=past, today=today)
    text = latin_digits(str(raw or "")).strip()
    if not text:
        return None
    if parts_of(text):
        return _checked(*(parts_of(text) or (0, None, None)))
    found = _TYPED.fullmatch(text)
    if not found:
        raise DateProblem("Nhập ngày như 27/3/1985")
    year = _year(found[3], pasted=bool(found[2]), past=past, today=today)
    return _checked(year, int(found[2]) if found[2] else None, int(found[1]) if found[1] else None)


def _from_boxes(raw: Mapping[str, Any], *, past: bool, today: date) -> str | None:
    boxes = [latin_digits(str(raw.get(name) or "")).strip() for name in ("day", "month", "year")]
    if not any(boxes):
        return None
    if boxes[0] and not boxes[1] and not boxes[2] and not boxes[0].isdigit():
        return read_date(boxes[0], past=past, today=today)  # a whole date pasted into the first box
    if not boxes[2]:
        raise DateProblem("Nhập năm gồm 4 chữ số")
    if boxes[0] and not boxes[1]:
        raise DateProblem("Nhập tháng, từ 1 đến 12")
    if not all(box.isascii() and box.isdigit() for box in boxes if box):
        raise DateProblem("Nhập ngày, tháng, năm bằng chữ số")
    year = _year(boxes[2], pasted=False, past=past, today=today)
    return _checked(year, int(boxes[1]) if boxes[1] else None, int(boxes[0]) if boxes[0] else None)


def _year(text: str, *, pasted: bool, past: bool, today: date) -> int:
    if len(text) == 4:
        return int(text)
    if len(text) != 2 or not pasted:
        raise DateProblem("Nhập năm gồm 4 chữ số")
    latest = today.year if past else today.year + 20
    year = latest - latest % 100 + int(text)
    return year if year <= latest else year - 100


def _checked(year: int, month: int | None, day: int | None) -> str:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise DateProblem("Nhập năm gồm 4 chữ số")
    if month is not None and not 1 <= month <= 12:
        raise DateProblem("Nhập tháng từ 1 đến 12")
    if day is not None:
        try:
            return date(year, month or 1, day).isoformat()
        except ValueError as error:
            raise DateProblem(f"Tháng {month}/{year} không có ngày {day}. Nhập lại ngày") from error
    return f"{year:04d}" if month is None else f"{year:04d}-{month:02d}"
