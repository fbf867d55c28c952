from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.plain.idcard import NotACard, parse_card

CARD = (
    "038085001234|171234567|Hà Văn Ẩn|27031985|Nam|Bản Poom Khuông, Tam Chung, Mường Lát, Thanh Hóa|15082021"
)


def test_a_card_of_2021() -> None:
    card = parse_card(CARD)
    assert card.number == "038085001234"
    assert card.old_number == "171234567"
    assert card.full_name == "Hà Văn Ẩn"
    assert card.birth_date == "1985-03-27"
    assert card.sex == "male"
    assert card.address.startswith("Bản Poom Khuông")
    assert card.issued_on == date(2021, 8, 15)


def test_no_old_number_and_a_newer_card_with_more_fields() -> None:
    assert parse_card("038185001234||H’Hen Niê|01021985|Nữ|Buôn Đôn|01072025|||Y Moan|H Bia").old_number == ""
    swallowed = parse_card("038185001234|H’Hen Niê|01021985|Nữ|Buôn Đôn|01072025")
    assert (swallowed.full_name, swallowed.sex) == ("H’Hen Niê", "female")


def test_a_reader_that_decomposes_and_adds_line_ends() -> None:
    import unicodedata

    assert parse_card(unicodedata.normalize("NFD", CARD) + "\r\n").full_name == "Hà Văn Ẩn"


@pytest.mark.parametrize(
    ("printed", "kept"), [("00001950", "1950"), ("00031950", "1950-03"), ("1950", "1950"), ("99999999", "")]
)
def test_birth_dates_of_which_only_the_year_is_known(printed: str, kept: str) -> None:
    assert parse_card(f"038150001234||Lò Thị|{printed}|Nữ|Bản|01072021").birth_date == kept


@pytest.mark.parametrize("text", ["", "https://example.vn/v/1", "12|34|56", "x" * 500, "038085001234"])
def test_other_codes_are_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(NotACard, match="Quét lại"):
        parse_card(text)


@given(st.text(max_size=300))
def test_any_text_is_a_card_or_not_one(text: str) -> None:
    try:
        card = parse_card(text)
    except NotACard:
        return
    assert len(card.number) == 12
