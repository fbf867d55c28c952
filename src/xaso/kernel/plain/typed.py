"""Reading what people type: telephone numbers, names, decimals, dates of which perhaps only the year is known.

Dates are kept as ISO text cut short: `1950`, `1950-03`, `1950-03-12`. Problems say what to type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from xaso.kernel.plain.text import nfc

_KEPT = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_PASTED = re.compile(r"(?:(?:([0-9]{1,2})\s*[/.\- ]\s*)?([0-9]{1,2})\s*[/.\- ]\s*)?([0-9]{1,4})")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f .'\u2019\u02bc\u2010-])*")
_DECIMAL = re.compile(r"-?(?:([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{1,9}))?|([0-9]+)\.([0-9]{1,9}))")
EARLIEST_YEAR, LATEST_YEAR = 1850, 2200


class Unreadable(ValueError):
    """What was typed cannot be used; `box` names the wrong one of several boxes (day, month, year)."""

    def __init__(self, message: str, box: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.box = box


def latin_digits(text: str) -> str:
    """Digits of any script or width as 0-9."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def line(text: str) -> str:
    """One line in NFC, outer spaces cut, inner runs of spaces made one."""
    return " ".join(nfc(text).split())


def read_name(text: str) -> str:
    """A full name as on the paper: any letters, one word is enough, never split, never re-cased."""
    name = line(text)
    if not _NAME.fullmatch(name):
        raise Unreadable("Nhập họ, chữ đệm và tên bằng chữ, như trên giấy tờ")
    if len(name) > 100:
        raise Unreadable("Nhập tên ngắn hơn 100 chữ cái")
    return name


def read_phone(text: str) -> str:
    """`0912345678`, or `+…` for a foreign number. Accepts 0, 84, +84, 0084, spaces, dots, dashes."""
    digits = re.sub(r"[\s.\-()/\u00a0]", "", latin_digits(text))
    digits = re.sub(r"^(?:\+|00)?840?(?=[0-9]{9,10}$)", "0", digits)
    if re.fullmatch(r"0[35789][0-9]{8}|02[0-9]{8,9}|\+(?!84)[1-9][0-9]{7,14}", digits):
        return digits
    raise Unreadable("Nhập số điện thoại gồm 10 chữ số, như 0912 345 678")


def read_decimal(text: str) -> Decimal:
    """`1.234,5` and `1234.5`; a dot before exactly three figures is a thousands mark, as written here."""
    found = _DECIMAL.fullmatch(latin_digits(text).replace(" ", "").replace("\u00a0", ""))
    if not found:
        raise Unreadable("Nhập số, như 120,5")
    sign = "-" if text.strip().startswith("-") else ""
    whole, part = (found[1], found[2]) if found[1] else (found[3], found[4])
    return Decimal(f"{sign}{whole.replace('.', '')}.{part or 0}")


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


def read_date_boxes(boxes: Mapping[str, str], *, partial: bool, past: bool, today: date) -> str | None:
    """A kept date from the boxes day, month, year; a whole date pasted into the first box is understood.

    `partial` lets the year alone, or month and year, stand. `past` refuses days to come and settles the century of
    a pasted two-digit year. None when all boxes are empty.
    """
    day, month, year = (latin_digits(boxes.get(name) or "").strip() for name in ("day", "month", "year"))
    if not (day or month or year):
        return None
    pasted = bool(day and not month and not year and not (day.isdigit() and len(day) < 3))
    if pasted:
        found = _PASTED.fullmatch(day)
        if not found:
            raise Unreadable("Nhập ngày như 27/3/1985", "day")
        day, month, year = found[1] or "", found[2] or "", found[3]
    for text, name in ((day, "day"), (month, "month"), (year, "year")):
        if text and not (text.isascii() and text.isdigit()):
            raise Unreadable("Nhập ngày, tháng, năm bằng chữ số", name)
    kept = _kept(day, month, _year(year, pasted=pasted and bool(month), past=past, today=today))
    if len(kept) < 10 and not partial:
        raise Unreadable("Nhập đủ ngày, tháng, năm", "day" if month else "month")
    if past and kept > today.isoformat()[: len(kept)]:
        raise Unreadable("Ngày này chưa đến. Nhập ngày đã qua", "year")
    return kept


def _year(text: str, *, pasted: bool, past: bool, today: date) -> int:
    if len(text) == 4:
        return int(text)
    if len(text) != 2 or not pasted:
        raise Unreadable("Nhập năm gồm 4 chữ số", "year")
    latest = today.year if past else today.year + 20
    year = latest - latest % 100 + int(text)
    return year if year <= latest else year - 100


def _kept(day: str, month: str, year: int) -> str:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Unreadable("Nhập năm gồm 4 chữ số", "year")
    if day and not month:
        raise Unreadable("Nhập tháng, từ 1 đến 12", "month")
    if month and not 1 <= int(month) <= 12:
        raise Unreadable("Nhập tháng từ 1 đến 12", "month")
    if not day:
        return f"{year:04d}-{int(month):02d}" if month else f"{year:04d}"
    try:
        return date(year, int(month), int(day)).isoformat()
    except ValueError as error:
        raise Unreadable(
            f"Tháng {int(month)}/{year} không có ngày {int(day)}. Nhập lại ngày", "day"
        ) from error
