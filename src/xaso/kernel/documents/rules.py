"""Pure rules of documents: verification codes, numbers and symbols, the line of place and date."""

from __future__ import annotations

import re
import secrets
from datetime import date

# Crockford's base 32: no I, L, O, U, so that a code read aloud or copied by hand stays itself.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE = len(ALPHABET)
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
CODE_LENGTH = 12


def check_character(body: str) -> str:
    """The last character of a code (Luhn mod 32): catches any one wrong character and most swaps."""
    factor, total = 2, 0
    for char in reversed(body):
        addend = factor * ALPHABET.index(char)
        factor = 3 - factor
        total += addend // _BASE + addend % _BASE
    return ALPHABET[-total % _BASE]


def new_code() -> str:
    """A fresh verification code: 11 random characters (55 bits) and a check character, not grouped."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH - 1))
    return body + check_character(body)


def read_code(typed: str) -> str | None:
    """The code as stored, from what somebody typed or scanned; None when it cannot be a code.

    Case, spaces, dots and dashes do not matter; O reads as 0, I and L as 1.
    """
    text = re.sub(r"[\s.\-–—_]", "", typed).upper().translate(_READ_AS)
    if len(text) != CODE_LENGTH or any(char not in ALPHABET for char in text):
        return None
    return text if check_character(text[:-1]) == text[-1] else None


def show_code(code: str) -> str:
    """The code as printed: three groups of four, ``XXXX-XXXX-XXXX``."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def number_line(number: str, symbol: str) -> str:
    """The line under the agency's name: ``Số: 05/QĐ-UBND`` (below 10 with a leading zero, NĐ 30/2020)."""
    return f"Số: {number_and_symbol(number, symbol)}"


def number_and_symbol(number: str, symbol: str) -> str:
    """``05/QĐ-UBND``: the number as it stands on the paper; empty before numbering."""
    padded = number.zfill(2) if number.isdigit() else number
    return "/".join(part for part in (padded, symbol) if part) if number else ""


def date_line(place: str, day: date) -> str:
    """Place and date; day below 10 and month below 3 take a leading zero (NĐ 30/2020, appendix I)."""
    day_text = f"{day.day:02d}" if day.day < 10 else str(day.day)
    month_text = f"{day.month:02d}" if day.month < 3 else str(day.month)
    text = f"ngày {day_text} tháng {month_text} năm {day.year}"
    return f"{place}, {text}" if place else text[0].upper() + text[1:]
