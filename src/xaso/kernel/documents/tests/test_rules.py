"""Verification codes, and the words of number and date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.documents.rules import ALPHABET, date_line, new_code, number_line, read_code, show_code


def test_a_code_survives_being_read_aloud_and_typed():
    code = new_code()
    assert len(code) == 12
    shown = show_code(code)
    assert [len(part) for part in shown.split("-")] == [4, 4, 4]
    assert read_code(shown) == read_code(shown.lower()) == read_code(f"  {shown.replace('-', ' ')} ") == code
    assert read_code(shown.replace("0", "O").replace("1", "l")) == code


def test_codes_differ():
    assert len({new_code() for _ in range(2000)}) == 2000


@given(st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_caught(place: int, char: str):
    code = new_code()
    wrong = code[:place] + char + code[place + 1 :]
    assert (read_code(wrong) is None) == (wrong != code)


@pytest.mark.parametrize("typed", ["", "abc", "U" * 12, "0" * 11, "0" * 13, "<script>", "Ａ" * 12, "é" * 12])
def test_what_is_no_code(typed: str):
    assert read_code(typed) is None


@pytest.mark.parametrize(
    ("number", "symbol", "line"),
    [("5", "QĐ-UBND", "Số: 05/QĐ-UBND"), ("125", "GPXD", "Số: 125/GPXD"), ("31a", "", "Số: 31a")],
)
def test_number_line(number: str, symbol: str, line: str):
    assert number_line(number, symbol) == line


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2026, 1, 5), "Sà Phìn, ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 28), "Sà Phìn, ngày 28 tháng 02 năm 2026"),
        (date(2026, 3, 9), "Sà Phìn, ngày 09 tháng 3 năm 2026"),
        (date(2026, 11, 21), "Sà Phìn, ngày 21 tháng 11 năm 2026"),
    ],
)
def test_date_line(day: date, line: str):
    assert date_line("Sà Phìn", day) == line


def test_date_line_without_a_place():
    assert date_line("", date(2026, 11, 21)) == "Ngày 21 tháng 11 năm 2026"
