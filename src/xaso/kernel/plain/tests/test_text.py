"""Folding, search text and Vietnamese order."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.plain.text import clean, fold, name_sort_key, nfc, search_text, sort_key

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂBCDĐEÊ"
LETTERS += "áàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
VIETNAMESE = st.text(alphabet=LETTERS + " 0123456789'-", max_size=40)
ANY = st.text(max_size=40)


@given(ANY)
def test_helpers_are_idempotent(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)
    assert search_text(search_text(text)) == search_text(text)


@given(VIETNAMESE)
def test_spelling_form_never_matters(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert nfc(decomposed) == nfc(text)
    assert fold(decomposed) == fold(text)
    assert sort_key(decomposed) == sort_key(text)
    assert search_text(decomposed) == search_text(text)


@given(VIETNAMESE)
def test_fold_leaves_ascii_and_keeps_length(text: str) -> None:
    folded = fold(text)
    assert folded.isascii()
    assert len(folded) == len(nfc(text))
    assert folded == folded.lower()


@given(ANY)
def test_sort_key_is_safe_under_every_collation(text: str) -> None:
    assert set(sort_key(text)) <= set(string.digits + string.ascii_lowercase)
    assert set(name_sort_key(text)) <= set(string.digits + string.ascii_lowercase)


@given(VIETNAMESE, VIETNAMESE)
def test_a_prefix_of_words_comes_first(first: str, rest: str) -> None:
    assert sort_key(first) <= sort_key(f"{first} {rest}")


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbers_sort_by_value(one: int, two: int) -> None:
    assert (sort_key(f"Thôn {one}") < sort_key(f"Thôn {two}")) == (one < two)


@pytest.mark.parametrize(
    "ordered",
    [
        "An Ăn Ân Da Dũng Đa Đức Em Ông Yến".split(),
        "ma mà mả mã má mạ mai".split(),
        ["Ba", "Ba Bể", "Ba Vì", "Bà Rịa", "Bá Thước", "Bắc Kạn", "Bắc Ninh", "Bến Tre"],
        ["Quận 1", "Quận 2", "Quận 10", "Quận Tân Bình"],
        ["Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Điện Biên", "Đồng Nai", "Đồng Tháp", "Gia Lai"],
    ],
)
def test_dictionary_order(ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=sort_key) == ordered


def test_names_sort_by_given_name() -> None:
    people = ["Trần Thị Bình", "Lý Văn An", "Nguyễn Thị Ánh", "Hoàng Văn An", "Đỗ Văn Đức", "Đỗ Thị Dung"]
    assert sorted(people, key=name_sort_key) == [
        "Hoàng Văn An",
        "Lý Văn An",
        "Nguyễn Thị Ánh",
        "Trần Thị Bình",
        "Đỗ Thị Dung",
        "Đỗ Văn Đức",
    ]
    assert name_sort_key("") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bắc Kạn", "bac kan"),
        ("ĐẮK LẮK", "dak lak"),
        ("Ðồng Tháp", "dong thap"),
        ("Krông Bŭk", "krong buk"),
        ("xã Ea H’leo, số 5", "xa ea h’leo, so 5"),
    ],
)
def test_fold_examples(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_search_text_and_clean_examples() -> None:
    assert search_text("Xã Cư M'gar (Đắk Lắk)") == search_text("XA CU M’GAR, DAK LAK") == "xa cu mgar dak lak"
    assert search_text("Phường Hoà Bình") == search_text("phuong Hòa-Bình")
    assert sort_key("Hoà Bình") == sort_key("Hòa Bình")
    assert clean("  Nguyễn\u200b Văn\t\nA ") == "Nguyễn Văn A"
