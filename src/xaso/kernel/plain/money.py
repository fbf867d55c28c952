"""Money in đồng: read what people type, write figures, say the amount in Vietnamese words."""

from __future__ import annotations

import re
from decimal import Decimal

NBSP = "\u00a0"
DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
GROUPS = ("", "nghìn", "triệu")
_GROUPED = re.compile(r"\d{1,3}(?:([., \u00a0\u202f])\d{3})(?:\1\d{3})*")


class MoneyUnclear(ValueError):
    """What was typed may mean more than one amount; the message is a question to the person."""


def read(text: str) -> int:
    """Whole đồng from `1250000`, `1.250.000`, `1,250,000`, `1 250 000`, with or without đ; MoneyUnclear otherwise.

    `1.5` is refused with a question: it may be one and a half million or one đồng and a half.
    """
    cleaned = re.sub(r"\s*(?:đồng|đ|₫|vnđ|vnd)\.?\s*$", "", text.strip().lower()).strip()
    if re.fullmatch(r"\d+", cleaned):
        return int(cleaned)
    if _GROUPED.fullmatch(cleaned):
        return int(re.sub(r"\D", "", cleaned))
    if re.fullmatch(r"\d+[.,]\d{1,2}", cleaned):
        raise MoneyUnclear(
            f"Số tiền “{text.strip()}” là bao nhiêu đồng? Nhập đủ các chữ số, ví dụ 1.500.000."
        )
    raise MoneyUnclear("Nhập số tiền bằng chữ số, ví dụ 1.250.000.")


def show(amount: int | Decimal) -> str:
    """`1.250.000 đ` with a non-breaking space; đồng have no decimals here."""
    return f"{int(amount):,}".replace(",", ".") + f"{NBSP}đ"


def money_in_words(amount: int | Decimal) -> str:
    """`Một triệu hai trăm năm mươi nghìn đồng`, as on receipts and payment papers; minus for a negative amount."""
    whole = int(amount)
    words = number_in_words(abs(whole))
    sentence = f"âm {words} đồng" if whole < 0 else f"{words} đồng"
    return sentence[0].upper() + sentence[1:]


def number_in_words(number: int) -> str:
    """A whole number of zero or more, read the northern way: `linh`, `nghìn`, `mươi mốt`, `mươi lăm`, `mươi tư`."""
    if number < 0:
        raise ValueError("number_in_words takes zero or more")
    if number == 0:
        return DIGITS[0]
    billions, rest = divmod(number, 1_000_000_000)
    words = []
    if billions:
        words.append(f"{number_in_words(billions)} tỷ")
    if rest:
        words.append(_below_billion(rest, after=bool(billions)))
    return " ".join(words)


def _below_billion(number: int, *, after: bool) -> str:
    words: list[str] = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group:
            words.append(f"{_below_thousand(group, full=after or bool(words))} {GROUPS[power]}".strip())
    return " ".join(words)


def _below_thousand(number: int, *, full: bool) -> str:
    """Three figures; `full` also reads the empty hundreds, as in `một nghìn không trăm linh năm`."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words: list[str] = []
    if hundreds or full:
        words += [DIGITS[hundreds], "trăm"]
    if tens == 0 and ones:
        words += ["linh"] if words else []
        words.append(DIGITS[ones])
    elif tens:
        words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
        words += _ones_after_tens(tens, ones)
    return " ".join(words)


def _ones_after_tens(tens: int, ones: int) -> list[str]:
    if ones == 0:
        return []
    if ones == 1 and tens > 1:
        return ["mốt"]
    if ones == 4 and tens > 1:
        return ["tư"]
    if ones == 5:
        return ["lăm"]
    return [DIGITS[ones]]
