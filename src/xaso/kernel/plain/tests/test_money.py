from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.plain import money
from xaso.kernel.plain.money import money_in_words, number_in_words

KNOWN = {
    0: "không",
    5: "năm",
    10: "mười",
    11: "mười một",
    14: "mười bốn",
    15: "mười lăm",
    20: "hai mươi",
    21: "hai mươi mốt",
    24: "hai mươi tư",
    25: "hai mươi lăm",
    91: "chín mươi mốt",
    101: "một trăm linh một",
    104: "một trăm linh bốn",
    105: "một trăm linh năm",
    110: "một trăm mười",
    115: "một trăm mười lăm",
    1000: "một nghìn",
    1005: "một nghìn không trăm linh năm",
    1050: "một nghìn không trăm năm mươi",
    10_000: "mười nghìn",
    50_500: "năm mươi nghìn năm trăm",
    1_000_000: "một triệu",
    1_000_001: "một triệu không trăm linh một",
    1_250_000: "một triệu hai trăm năm mươi nghìn",
    2_021_000: "hai triệu không trăm hai mươi mốt nghìn",
    1_000_000_000: "một tỷ",
    1_000_000_005: "một tỷ không trăm linh năm",
    12_005_000_000: "mười hai tỷ không trăm linh năm triệu",
    1_000_000_000_000: "một nghìn tỷ",
}


@pytest.mark.parametrize(("number", "words"), KNOWN.items())
def test_known_numbers(number: int, words: str) -> None:
    assert number_in_words(number) == words


def test_sentence_of_a_receipt() -> None:
    assert money_in_words(1_250_000) == "Một triệu hai trăm năm mươi nghìn đồng"
    assert money_in_words(-5000) == "Âm năm nghìn đồng"


DIGIT = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5,
    "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
}  # fmt: skip


def read_words(words: list[str]) -> int:
    """A second, independent reading: words back to the number."""
    if "tỷ" in words:
        cut = len(words) - 1 - words[::-1].index("tỷ")
        return read_words(words[:cut]) * 10**9 + (read_words(words[cut + 1 :]) if words[cut + 1 :] else 0)
    total = group = digit = 0
    for word in words:
        if word in DIGIT:
            digit = DIGIT[word]
        elif word == "trăm":
            group, digit = group + digit * 100, 0
        elif word == "mươi":
            group, digit = group + digit * 10, 0
        elif word == "mười":
            group += 10
        elif word in ("nghìn", "triệu"):
            total += (group + digit) * (1000 if word == "nghìn" else 1_000_000)
            group = digit = 0
        else:
            assert word == "linh"
    return total + group + digit


@given(st.integers(min_value=0, max_value=999_999_999_999_999))
def test_words_read_back_to_the_number(number: int) -> None:
    assert read_words(number_in_words(number).split()) == number


@given(st.integers(min_value=0, max_value=10**12))
def test_what_is_shown_is_read_back(number: int) -> None:
    assert money.read(money.show(number)) == number
    assert money.read(f"{number:,}") == number
    assert money.read(f"{number:,}".replace(",", " ")) == number


@pytest.mark.parametrize("text", ["1.5", "1,25", "12.34", "2 triệu", "", "abc", "1.2345", "1.000,000"])
def test_unclear_amounts_are_asked_about(text: str) -> None:
    with pytest.raises(money.MoneyUnclear, match="Nhập|bao nhiêu"):
        money.read(text)
