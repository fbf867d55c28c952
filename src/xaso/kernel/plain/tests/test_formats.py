from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.plain import formats
from xaso.kernel.plain.moment import at


def test_dates_are_written_in_vietnams_time() -> None:
    late = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    assert formats.day(late) == "23/11/2026"
    assert formats.weekday(late) == "Thứ Hai, 23/11/2026"
    assert formats.clock(late) == "01:30"
    assert formats.stamp(late) == "01:30, 23/11/2026"
    assert formats.day(date(2026, 3, 5)) == "05/03/2026"


def test_day_of_an_official_paper() -> None:
    assert formats.day_in_words(date(2026, 2, 5)) == "ngày 05 tháng 02 năm 2026"
    assert formats.day_in_words(date(2026, 3, 15)) == "ngày 15 tháng 3 năm 2026"


@pytest.mark.parametrize(
    ("kept", "said"), [("1948", "1948"), ("1948-03", "03/1948"), ("1948-03-12", "12/03/1948")]
)
def test_partial_days(kept: str, said: str) -> None:
    assert formats.partial_day(kept) == said


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1.234,5"),
        (1000, "1.000"),
        (0, "0"),
        (Decimal("0.125"), "0,125"),
        (-1234567, "-1.234.567"),
        (2.0, "2"),
    ],
)
def test_figures(value: float, text: str) -> None:
    assert formats.figure(value) == text


def test_percent() -> None:
    assert formats.percent(0.975) == "97,5%"
    assert formats.percent(1) == "100%"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0912345678", "0912 345 678"),
        ("+84912345678", "0912 345 678"),
        ("84912345678", "0912 345 678"),
        ("02373874115", "0237 387 4115"),
        ("02438252525", "024 3825 2525"),
        ("19001234", "1900 1234"),
        ("113", "113"),
        ("+8613800138000", "+8613800138000"),
    ],
)
def test_telephone_numbers(number: str, text: str) -> None:
    assert formats.phone(number) == text


def test_masks_show_four_figures_at_most() -> None:
    assert formats.masked("038085001234") == "********1234"
    assert formats.masked("123") == "***"


@given(st.text(alphabet="0123456789", min_size=5, max_size=20))
def test_masks_hide_the_rest(number: str) -> None:
    shown = formats.masked(number)
    assert len(shown) == len(number)
    assert shown.startswith("*" * (len(number) - 4))


def test_how_long_ago() -> None:
    now = at("2026-11-22T10:00")
    assert formats.ago(at("2026-11-22T09:59:30"), now) == "vừa xong"
    assert formats.ago(at("2026-11-22T09:48"), now) == "12 phút trước"
    assert formats.ago(at("2026-11-22T07:00"), now) == "3 giờ trước"
    assert formats.ago(at("2026-11-21T14:02"), now) == "hôm qua 14:02"
    assert formats.ago(at("2026-11-01T08:30"), now) == "08:30, 01/11/2026"
