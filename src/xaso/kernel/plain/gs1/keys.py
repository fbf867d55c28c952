"""Check digits, trade item numbers of other lengths, numbers that must not leave a shop."""

from __future__ import annotations

# Pairs of check characters (GS1 General Specifications, 7.9.5): values of letters, weights, letters of the pair.
LETTERS_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(LETTERS_82)}
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_PAIR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def check_digit(digits: str) -> str:
    """The check digit that follows ``digits`` (weights 3 and 1 from the right). Raises ValueError for others."""
    if not digits.isascii() or not digits.isdigit():
        raise ValueError("only digits")
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_good_check_digit(number: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return (
        len(number) > 1 and number.isascii() and number.isdigit() and check_digit(number[:-1]) == number[-1]
    )


def check_pair(text: str) -> str:
    """The two check characters of a global model number. Raises ValueError for letters outside set 82."""
    if not text or len(text) > len(_PRIMES) or any(letter not in _VALUES for letter in text):
        raise ValueError("between 1 and 23 letters of set 82")
    total = sum(_VALUES[letter] * _PRIMES[place] for place, letter in enumerate(reversed(text))) % 1021
    return _PAIR[total // 32] + _PAIR[total % 32]


def gtin14(number: str) -> str:
    """A trade item number of 8, 12, 13 or 14 digits as 14. Raises ValueError when length or check digit are wrong."""
    if len(number) not in {8, 12, 13, 14} or not has_good_check_digit(number):
        raise ValueError("a GTIN has 8, 12, 13 or 14 digits and a right check digit")
    return number.zfill(14)


def is_for_one_shop(gtin: str) -> bool:
    """Whether the number was issued to nobody: prefixes 02, 04 and 20-29 are for use inside one company."""
    body = gtin14(gtin)[1:]
    return body[:2] in {"02", "04"} or body.startswith("2")
