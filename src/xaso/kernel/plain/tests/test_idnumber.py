"""The 12-digit number, its parts, and the questions it raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.plain import idnumber


@pytest.mark.parametrize(
    ("digits", "place", "sex", "year"),
    [
        ("006085001234", "Bắc Kạn", "male", 1985),
        ("006185001234", "Bắc Kạn", "female", 1985),
        ("015299001234", "Yên Bái", "male", 2099),
        ("004324001234", "Cao Bằng", "female", 2024),
        ("001200000001", "Hà Nội", "male", 2000),
        ("112190000001", "nước ngoài", "female", 1990),
    ],
)
def test_parts(digits: str, place: str, sex: str, year: int) -> None:
    number = idnumber.parse(digits)
    assert number is not None
    assert (number.place, number.sex, number.birth_year) == (place, sex, year)


@pytest.mark.parametrize(
    "typed", ["006 085 001 234", "006.085.001.234", "006-085-001234", "００６０８５００１２３４"]
)
def test_typed_forms_are_one_number(typed: str) -> None:
    assert idnumber.normalise(typed) == "006085001234"


@pytest.mark.parametrize("typed", ["", "12345678", "0060850012345", "00608500123a", "abc", "095 123 45"])
def test_no_number(typed: str) -> None:
    assert idnumber.normalise(typed) == ""
    assert idnumber.parse(typed) is None
    assert idnumber.questions(typed, birth_year=1985) == []


def test_old_card_says_nothing() -> None:
    number = idnumber.parse("095 123 456")
    assert number is not None
    assert number.is_old
    assert number.birth_year is None
    assert idnumber.questions("095123456", birth_year=1985, sex="male") == []


def test_agreement_asks_nothing() -> None:
    assert idnumber.questions("006085001234", birth_year=1985, sex="male") == []


def test_disagreement_is_a_question() -> None:
    asked = idnumber.questions("006085001234", birth_year=1986, sex="female")
    assert len(asked) == 2
    assert "1985" in asked[0] and "1986" in asked[0]
    assert "nam" in asked[1] and "nữ" in asked[1]


def test_unknown_place_is_a_question() -> None:
    assert "Ba số đầu" in idnumber.questions("003085001234")[0]


def test_masked() -> None:
    assert idnumber.mask("006085001234") == "********1234"
    assert idnumber.mask("12") == "**"


@given(st.text(max_size=20))
def test_normalise_twice_is_once(text: str) -> None:
    once = idnumber.normalise(text)
    assert idnumber.normalise(once) == once
    idnumber.questions(text, birth_year=1990, sex="female")
