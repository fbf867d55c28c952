"""Vietnamese number words. Which of two good readings is used is a convention, given by the caller."""

from __future__ import annotations

from dataclasses import dataclass

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu", "tỷ")


@dataclass(frozen=True)
class Conventions:
    """Readings that differ by region and house. The defaults are those of the national radio.

    ``odd``: the word in 105 (linh or lẻ). ``thousand``: nghìn or ngàn. ``four``: in 24, 34 (tư or bốn).
    ``early_days``: the word before the days 1 to 10 ("mùng", or nothing). ``slash``: how the bars of a citation are
    read: "năm" tells number, year and issuer in words; any other word is said for each bar.
    """

    odd: str = "linh"
    thousand: str = "nghìn"
    four: str = "tư"
    early_days: str = ""
    slash: str = "năm"


RADIO = Conventions()


def digits(text: str) -> str:
    """Each digit by itself: telephone numbers, codes."""
    return " ".join(DIGITS[int(one)] for one in text if one.isdigit())


def cardinal(value: int | str, how: Conventions = RADIO) -> str:
    """A whole number in words; text with leading zeros is read digit by digit.

    Raises ValueError for negative numbers and for more than 18 digits.
    """
    text = str(value)
    if not text.isdigit() or len(text) > 18:
        raise ValueError(f"no number to read: {text}")
    if len(text) > 1 and text[0] == "0":
        return digits(text)
    number = int(text)
    return "không" if number == 0 else _groups(number, how)


def _groups(number: int, how: Conventions) -> str:
    """Nine digits and more: what stands before tỷ is a number of its own."""
    billions, rest = divmod(number, 10**9)
    words = [f"{_groups(billions, how)} tỷ"] if billions else []
    started = bool(billions)
    for power in (2, 1, 0):
        group, rest = divmod(rest, 1000**power) if power else (rest, 0)
        if group:
            scale = how.thousand if power == 1 else _SCALES[power]
            words.append(f"{_three(group, started, how)} {scale}".strip())
            started = True
    return " ".join(words)


def _three(group: int, full: bool, how: Conventions) -> str:
    """Up to 999; ``full`` says the hundreds even when they are none (một nghìn không trăm linh hai)."""
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    words = [f"{DIGITS[hundreds]} trăm"] if hundreds or full else []
    if tens == 0:
        if ones:
            words.append(f"{how.odd} {DIGITS[ones]}" if words else DIGITS[ones])
        return " ".join(words)
    words.append("mười" if tens == 1 else f"{DIGITS[tens]} mươi")
    if ones:
        words.append(_ones(tens, ones, how))
    return " ".join(words)


def _ones(tens: int, ones: int, how: Conventions) -> str:
    if ones == 5:
        return "lăm"
    if ones == 1 and tens > 1:
        return "mốt"
    if ones == 4 and tens > 1:
        return how.four
    return DIGITS[ones]


def decimal(whole: str, part: str, how: Conventions = RADIO) -> str:
    """A decimal: two places are read as a number unless they begin with zero, others digit by digit."""
    if len(part) == 1 or part[0] == "0" or len(part) > 2:
        after = digits(part)
    else:
        after = cardinal(part, how)
    return f"{cardinal(whole, how)} phẩy {after}"


def ordinal(value: int, how: Conventions = RADIO) -> str:
    """After "thứ": nhất, nhì is not used, tư for four; else the cardinal."""
    return {1: "nhất", 4: "tư"}.get(value) or cardinal(value, how)


def month(value: int, how: Conventions = RADIO) -> str:
    """After "tháng": the fourth month is tư."""
    return "tư" if value == 4 else cardinal(value, how)


_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_TABLE = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def roman(text: str) -> int | None:
    """The value of a Roman number; None where it is not written as it must be (IIX, VV)."""
    if not text or any(letter not in _ROMAN for letter in text):
        return None
    values = [_ROMAN[letter] for letter in text]
    total = sum(
        -value if place + 1 < len(values) and value < values[place + 1] else value
        for place, value in enumerate(values)
    )
    return total if _written(total) == text else None


def _written(number: int) -> str:
    words = ""
    for value, letters in _TABLE:
        while number >= value:
            words += letters
            number -= value
    return words
