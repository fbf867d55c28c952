"""Answers in words: how a value is shown to people, on check-your-answers and on papers."""

from __future__ import annotations

from typing import Any

from xaso.kernel.plain.formats import figure, phone
from xaso.kernel.plain.money import number_in_words, show
from xaso.services.onestop.eforms.conditions import is_empty
from xaso.services.onestop.eforms.dates import parts_of
from xaso.services.onestop.eforms.lists import label_of
from xaso.services.onestop.eforms.schema import CHOICES, Kind, Question


def number_text(value: float) -> str:
    """1234.5 as "1.234,5": dots between thousands, comma before decimals."""
    return figure(value)


def money_text(value: int) -> str:
    """1250000 as "1.250.000 đ", the space unbreakable."""
    return show(value)


def date_text(kept: str) -> str:
    """A kept date as on papers: "12/03/1985", "03/1985" or "1985"."""
    parts = parts_of(kept)
    if parts is None:
        return kept
    year, month, day = parts
    if month is None:
        return f"{year}"
    return f"{day:02d}/{month:02d}/{year}" if day else f"{month:02d}/{year}"


def date_long(kept: str) -> str:
    """A kept date in running text: "ngày 12 tháng 3 năm 1985"; days below 10 and months 1, 2 get a zero."""
    parts = parts_of(kept)
    if parts is None:
        return kept
    year, month, day = parts
    if month is None:
        return f"năm {year}"
    month_text = f"{month:02d}" if month < 3 else str(month)
    return f"ngày {day:02d} tháng {month_text} năm {year}" if day else f"tháng {month_text} năm {year}"


def date_spelled(kept: str) -> str:
    """A kept date spelled out: "Ngày mười hai, tháng ba, năm một nghìn chín trăm tám mươi lăm"."""
    parts = parts_of(kept)
    if parts is None:
        return kept
    year, month, day = parts
    pieces = [f"năm {number_in_words(year)}"]
    if month is not None:
        pieces.insert(0, f"tháng {'tư' if month == 4 else number_in_words(month)}")
    if day is not None:
        prefix = "mồng " if day <= 10 else ""
        pieces.insert(0, f"ngày {prefix}{number_in_words(day)}")
    text = ", ".join(pieces)
    return text[0].upper() + text[1:]


def address_text(value: dict[str, str]) -> str:
    """The address on one line: detail first, then the commune and province as on paper."""
    return ", ".join(filter(None, [value.get("detail", ""), value.get("unit_text") or value.get("unit", "")]))


def value_text(question: Question, value: Any) -> str:
    """One answer in words; an empty text when there is none. Groups are shown item by item elsewhere."""
    if is_empty(value):
        return ""
    kind = question.kind
    if kind is Kind.CHECKBOX:
        return ", ".join(label_of(question, item) for item in value)
    if kind in CHOICES:
        return label_of(question, str(value))
    if kind is Kind.YES_NO:
        return "Có" if value else "Không"
    if kind is Kind.DATE:
        return date_text(str(value))
    if kind is Kind.MONEY:
        return money_text(int(value))
    if kind in {Kind.NUMBER, Kind.DECIMAL, Kind.COMPUTED} and isinstance(value, int | float):
        return number_text(value) + (f"\u00a0{question.unit}" if question.unit else "")
    if kind is Kind.PHONE:
        return phone(str(value))
    if kind is Kind.ADDRESS:
        return address_text(value)
    return str(value)
