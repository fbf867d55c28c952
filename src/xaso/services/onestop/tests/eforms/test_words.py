"""Values in words, and the lists that forms share."""

from __future__ import annotations

from typing import Any

import pytest

from xaso.services.onestop import eforms
from xaso.services.onestop.eforms.lists import list_names
from xaso.services.onestop.eforms.schema import Question
from xaso.services.onestop.eforms.words import date_long, date_spelled, date_text, value_text


@pytest.mark.parametrize(
    ("kept", "short", "long", "spelled"),
    [
        (
            "1985-02-05",
            "05/02/1985",
            "ngày 05 tháng 02 năm 1985",
            "Ngày mồng năm, tháng hai, năm một nghìn chín trăm tám mươi lăm",
        ),
        (
            "2026-04-21",
            "21/04/2026",
            "ngày 21 tháng 4 năm 2026",
            "Ngày hai mươi mốt, tháng tư, năm hai nghìn không trăm hai mươi sáu",
        ),
        ("1950-03", "03/1950", "tháng 3 năm 1950", "Tháng ba, năm một nghìn chín trăm năm mươi"),
        ("1950", "1950", "năm 1950", "Năm một nghìn chín trăm năm mươi"),
        ("không rõ", "không rõ", "không rõ", "không rõ"),
    ],
)
def test_dates_in_words(kept: str, short: str, long: str, spelled: str) -> None:
    assert (date_text(kept), date_long(kept), date_spelled(kept)) == (short, long, spelled)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("money", 1_250_000, "1.250.000\u00a0đ"),
        ("decimal", 1250.5, "1.250,5\u00a0m²"),
        ("yes_no", False, "Không"),
        ("phone", "0912345678", "0912 345 678"),
        ("ethnicity", "02", "Tày"),
        ("country", "VN", "Việt Nam"),
        ("address", {"unit_text": "xã Ba Bể", "detail": "thôn 1"}, "thôn 1, xã Ba Bể"),
        ("address", {"unit": "04321"}, "04321"),
        ("ethnicity", "77", "77"),
        ("text", None, ""),
        ("date", "1950", "1950"),
    ],
)
def test_values_in_words(kind: str, value: Any, text: str) -> None:
    unit = "m²" if kind == "decimal" else ""
    question = Question.model_validate({"key": "q", "kind": kind, "label": "Q", "unit": unit})
    assert value_text(question, value) == text


def test_fifty_four_peoples() -> None:
    labels = [option.label for option in eforms.shared_list("ethnicities")]
    values = [option.value for option in eforms.shared_list("ethnicities")]
    assert values[:54] == [f"{number:02d}" for number in range(1, 55)]
    assert len(set(labels)) == len(labels) and {"Tày", "Nùng", "Mông", "Dao", "Ê-đê", "Rơ-măm"} <= set(labels)


def test_lists_have_no_doubles() -> None:
    assert {"ethnicities", "countries", "relations"} <= list_names()
    for name in list_names():
        options = eforms.shared_list(name)
        assert (
            len({option.value for option in options})
            == len({option.label for option in options})
            == len(options)
        )
    with pytest.raises(KeyError):
        eforms.shared_list("ghosts")
