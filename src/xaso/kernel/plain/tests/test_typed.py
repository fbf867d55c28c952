from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from xaso.kernel.plain import typed

TODAY = date(2026, 11, 22)


def read(
    day: str = "", month: str = "", year: str = "", *, partial: bool = False, past: bool = True
) -> str | None:
    return typed.read_date_boxes(
        {"day": day, "month": month, "year": year}, partial=partial, past=past, today=TODAY
    )


def test_dates_from_boxes_and_pasted() -> None:
    assert read("27", "3", "1985") == "1985-03-27"
    for pasted in ("27/3/1985", "27-03-1985", "27.3.85", " 27 / 3 / 1985 ", "27 3 1985"):
        assert read(pasted) == "1985-03-27"
    assert read("1/2/05") == "2005-02-01"
    assert read() is None
    assert read("２７", "３", "１９８５") == "1985-03-27"


def test_years_alone_only_where_allowed() -> None:
    assert read(year="1948", partial=True) == "1948"
    assert read(month="3", year="1948", partial=True) == "1948-03"
    assert read("1948", partial=True) == "1948"
    with pytest.raises(typed.Unreadable) as found:
        read(year="1948")
    assert found.value.box == "month"


@pytest.mark.parametrize(
    ("boxes", "box", "words"),
    [
        (("31", "2", "1985"), "day", "không có ngày 31"),
        (("1", "13", "1985"), "month", "từ 1 đến 12"),
        (("1", "1", "85"), "year", "4 chữ số"),
        (("1", "", "1985"), "month", "Nhập tháng"),
        (("một", "1", "1985"), "day", "chữ số"),
        (("1", "1", "2027"), "year", "chưa đến"),
        (("1", "1", "0012"), "year", "4 chữ số"),
    ],
)
def test_the_wrong_box_is_named(boxes: tuple[str, str, str], box: str, words: str) -> None:
    with pytest.raises(typed.Unreadable, match=words) as found:
        read(*boxes)
    assert found.value.box == box


def test_days_to_come_where_allowed() -> None:
    assert read("1", "1", "2027", past=False) == "2027-01-01"


@pytest.mark.parametrize(
    "text", ["0912345678", "+84 912 345 678", "84912345678", "0912.345.678", "0084912345678", "+840912345678"]
)
def test_telephone_numbers(text: str) -> None:
    assert typed.read_phone(text) == "0912345678"


def test_foreign_and_wrong_numbers() -> None:
    assert typed.read_phone("+86 138 0013 8000") == "+8613800138000"
    for wrong in ("12345", "091234567", "09123456789", "abc"):
        with pytest.raises(typed.Unreadable):
            typed.read_phone(wrong)


@pytest.mark.parametrize(
    "name", ["Nguyễn Văn A", "H’Hen Niê", "Y Moan Ênuôl", "Páo", "Đ’Rao Byă", "Lê-Trần ƀing", "K'Brẽo"]
)
def test_names_of_all_peoples(name: str) -> None:
    assert typed.read_name(f"  {name} ") == name


@pytest.mark.parametrize("name", ["", "123", "Lò Văn 2", "<b>", "a" * 101])
def test_names_refused(name: str) -> None:
    with pytest.raises(typed.Unreadable):
        typed.read_name(name)


def test_decimals() -> None:
    assert typed.read_decimal("1.234,5") == Decimal("1234.5")
    assert typed.read_decimal("120,5") == Decimal("120.5")
    assert typed.read_decimal("120.5") == Decimal("120.5")
    assert typed.read_decimal("1.200") == Decimal(1200)
    assert typed.read_decimal("-3,25") == Decimal("-3.25")
