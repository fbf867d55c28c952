"""What people type, read by the rules of the interface guide."""

from __future__ import annotations

from typing import Any

import pytest

from xaso.services.onestop.eforms.conditions import Given
from xaso.services.onestop.eforms.html_input import from_form
from xaso.services.onestop.eforms.inputs import InputProblem, read
from xaso.services.onestop.eforms.schema import Question
from xaso.services.onestop.tests.eforms.makers import DAY, GIVEN


def ask(kind: str, raw: Any, **more: Any) -> Any:
    question = Question.model_validate({"key": "q", "kind": kind, "label": "Câu hỏi", **more})
    return read(question, raw, GIVEN)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("12/3/1985", "1985-03-12"),
        ("12-03-1985", "1985-03-12"),
        ("12.3.85", "1985-03-12"),
        ("12 3 1985", "1985-03-12"),
        ("1985-03-12", "1985-03-12"),
        ({"day": "12", "month": "3", "year": "1985"}, "1985-03-12"),
        ({"day": "12/3/1985"}, "1985-03-12"),
        ("", None),
        ({"day": "", "month": "", "year": ""}, None),
    ],
)
def test_dates(raw: Any, kept: str | None) -> None:
    assert ask("date", raw, not_future=True) == kept


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ({"year": "1950"}, "1950"),
        ("3/1950", "1950-03"),
        ({"month": "3", "year": "1950"}, "1950-03"),
        ("1950", "1950"),
    ],
)
def test_partial_dates(raw: Any, kept: str) -> None:
    assert ask("date", raw, partial=True) == kept


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"day": "12", "month": "3", "year": "85"}, "Nhập năm gồm 4 chữ số"),
        ({"day": "12", "month": "3"}, "Nhập năm gồm 4 chữ số"),
        ({"day": "12", "year": "1985"}, "Nhập tháng, từ 1 đến 12"),
        ("30/2/1985", "Tháng 2/1985 không có ngày 30. Nhập lại ngày"),
        ("12/13/1985", "Nhập tháng từ 1 đến 12"),
        ("1950", "Nhập đủ ngày, tháng và năm"),
        ("hôm qua", "Nhập ngày như 27/3/1985"),
        ("1/1/0001", "Nhập năm gồm 4 chữ số"),
    ],
)
def test_dates_say_what_to_do(raw: Any, words: str) -> None:
    with pytest.raises(InputProblem, match=words):
        ask("date", raw)


def test_two_digit_years_lie_in_the_past_when_they_must() -> None:
    assert ask("date", "1.1.27", not_future=True) == "1927-01-01"
    assert ask("date", "1.1.27") == "2027-01-01"
    assert ask("date", "1.1.26", not_future=True) == "2026-01-01"


@pytest.mark.parametrize(
    "name",
    [
        "Y Moan Ênuôl",
        "H'Hen Niê",
        "Giàng A Páo",
        "Siu",
        "Nguyễn Văn A.",
        "K’Ho Brêh",
        "Ksor Ni-ê",
        "Đinh Y Ňip",
        "M̆lô",
    ],
)
def test_names_of_all_peoples(name: str) -> None:
    assert ask("person_name", f"  {name} ") == name


def test_names_are_one_spelling_and_one_space() -> None:
    assert ask("person_name", "Nguye\u0302\u0303n\u00a0 Văn\tBình") == "Nguyễn Văn Bình"


@pytest.mark.parametrize("name", ["123", "Lê 2", "@", "a" * 101, "<b>An</b>"])
def test_no_names(name: str) -> None:
    with pytest.raises(InputProblem, match="Nhập họ và tên"):
        ask("person_name", name)


@pytest.mark.parametrize(
    "raw",
    ["0912 345 678", "0912.345.678", "84912345678", "+84 912 345 678", "0084912345678", "+84 0912345678"],
)
def test_phones(raw: str) -> None:
    assert ask("phone", raw) == "0912345678"


def test_other_phones() -> None:
    assert ask("phone", "0209 3 870 123") == "02093870123"
    assert ask("phone", "+856 20 5555 1234") == "+8562055551234"


@pytest.mark.parametrize("raw", ["123", "0112345678", "09123456789", "abc"])
def test_no_phones(raw: str) -> None:
    with pytest.raises(InputProblem, match="10 chữ số"):
        ask("phone", raw)


@pytest.mark.parametrize(
    "raw", ["1250000", "1.250.000", "1,250,000", "1 250 000", "1.250.000 đ", "1250000 VND", 1250000]
)
def test_money(raw: Any) -> None:
    assert ask("money", raw) == 1_250_000


@pytest.mark.parametrize("raw", ["1.5", "1,5", "2 triệu", "1.25", "-5", "vài đồng", "9" * 40])
def test_money_asks(raw: str) -> None:
    with pytest.raises(InputProblem):
        ask("money", raw)


def test_unclear_money_is_a_question() -> None:
    with pytest.raises(InputProblem, match="“1.5” là bao nhiêu đồng"):
        ask("money", "1.5")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("120,5", 120.5),
        ("120.5", 120.5),
        ("1.250", 1250),
        ("1.250,75", 1250.75),
        ("80", 80),
        ("0,125", 0.125),
        ("80 m²", 80),
    ],
)
def test_decimals(raw: str, kept: float) -> None:
    value = ask("decimal", raw, unit="m²")
    assert value == kept
    assert ask("decimal", value, unit="m²") == value


def test_ranges_say_the_limit() -> None:
    with pytest.raises(InputProblem, match="Nhập từ 1 bản trở lên"):
        ask("number", "0", min=1, unit="bản")
    with pytest.raises(InputProblem, match=r"Nhập nhiều nhất 1\.000 bản"):
        ask("number", "1001", max=1000, unit="bản")


def test_id_numbers() -> None:
    assert ask("id_number", "006 085 001 234") == "006085001234"
    assert ask("id_number", "095.123.456") == "095123456"
    with pytest.raises(InputProblem, match="12 chữ số"):
        ask("id_number", "1234")


def test_ethnicities_by_code_name_or_other_name() -> None:
    assert ask("ethnicity", "02") == ask("ethnicity", "Tày") == ask("ethnicity", "tay") == "02"
    assert ask("ethnicity", "H'Mông") == ask("ethnicity", "Mông")
    assert ask("country", "Lào") == "LA"
    with pytest.raises(InputProblem, match="Chọn một"):
        ask("ethnicity", "Klingon")


def test_addresses() -> None:
    assert ask("address", {"unit_text": "xã Ba Bể", "detail": " thôn  Pác Ngòi "}) == {
        "unit_text": "xã Ba Bể",
        "detail": "thôn Pác Ngòi",
    }
    assert ask("address", {"detail": ""}) is None
    with pytest.raises(InputProblem, match="Chọn xã, phường"):
        ask("address", {"detail": "thôn 1"})


def test_addresses_against_known_units() -> None:
    question = Question.model_validate({"key": "q", "kind": "address", "label": "Nơi ở"})
    known = Given(today=DAY, unit_names={"04321": "xã Ba Bể, tỉnh Thái Nguyên"})
    assert read(question, {"unit": "04321"}, known) == {
        "unit": "04321",
        "unit_text": "xã Ba Bể, tỉnh Thái Nguyên",
    }
    with pytest.raises(InputProblem, match="trong danh sách"):
        read(question, {"unit": "99999"}, known)


@pytest.mark.parametrize(
    ("raw", "kept"), [("yes", True), ("Có", True), ("no", False), (False, False), ("Không", False)]
)
def test_yes_no(raw: Any, kept: bool) -> None:
    assert ask("yes_no", raw) is kept


@pytest.mark.parametrize(
    ("raw", "kept"), [("8:5", "08:05"), ("8h30", "08:30"), ("8 giờ", "08:00"), ("23:59", "23:59")]
)
def test_times(raw: str, kept: str) -> None:
    assert ask("time", raw) == kept


def test_choices_in_the_order_of_the_list() -> None:
    options = [{"value": "a", "label": "Một"}, {"value": "b", "label": "Hai"}]
    assert ask("checkbox", ["b", "a", "b"], options=options) == ["a", "b"]
    assert ask("radio", "hai", options=options) == "b"
    assert ask("email", " An@Vidu.VN ") == "An@vidu.vn"


@pytest.mark.parametrize(
    "kind", ["text", "person_name", "date", "money", "decimal", "radio", "yes_no", "phone", "email"]
)
def test_odd_types_never_crash(kind: str) -> None:
    more = {"options": [{"value": "a", "label": "Một"}]} if kind == "radio" else {}
    for raw in ([1], {"x": 1}, 3.7, float("nan"), True, object()):
        try:
            ask(kind, raw, **more)
        except InputProblem:
            continue


def test_an_item_with_nothing_but_the_province_chosen_beforehand_is_not_there() -> None:
    stays = Question.model_validate(
        {
            "key": "stays",
            "kind": "group",
            "label": "Nơi thường trú trước đây",
            "item_title": "Nơi thường trú",
            "optional": True,
            "min_items": 1,
            "fields": [
                {"key": "place", "kind": "address", "label": "Nơi thường trú"},
                {"key": "from_date", "kind": "date", "label": "Từ ngày"},
                {"key": "note", "kind": "text", "label": "Ghi chú"},
            ],
        }
    )
    boxes = ("place.unit", "place.detail", "from_date.day", "from_date.month", "from_date.year", "note")
    posted = {"stays.0.place.province": ["15"], **{f"stays.0.{box}": [""] for box in boxes}}
    raw = from_form([stays], posted)
    assert raw == {"stays": [{}]}
    posted["stays.0.note"] = ["có"]
    assert from_form([stays], posted)["stays"][0]["note"] == "có"
