"""Days of the Vietnamese lunar calendar that everybody knows, 1990 to 2040, and a few famous ones before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.plain.lunar import (
    LunarDate,
    lunar_days,
    lunar_of,
    months_of,
    new_year,
    solar_of,
    stem_branch,
)

TET = """
1990-01-27 1991-02-15 1992-02-04 1993-01-23 1994-02-10 1995-01-31 1996-02-19 1997-02-07 1998-01-28 1999-02-16
2000-02-05 2001-01-24 2002-02-12 2003-02-01 2004-01-22 2005-02-09 2006-01-29 2007-02-17 2008-02-07 2009-01-26
2010-02-14 2011-02-03 2012-01-23 2013-02-10 2014-01-31 2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05
2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13
2030-02-02 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24
2040-02-12
""".split()
LEAP = {
    1990: 5, 1993: 3, 1995: 8, 1998: 5, 2001: 4, 2004: 2, 2006: 7, 2009: 5, 2012: 4, 2014: 9, 2017: 6, 2020: 4,
    2023: 2, 2025: 6, 2028: 5, 2031: 3, 2033: 11, 2036: 6, 2039: 5,
}  # fmt: skip
FULL_MOONS = [
    ("2026-03-03", 2026, 1), ("2026-08-27", 2026, 7), ("2026-09-25", 2026, 8), ("2025-09-06", 2025, 7),
    ("2025-10-06", 2025, 8), ("2024-08-18", 2024, 7), ("2024-09-17", 2024, 8), ("2023-08-30", 2023, 7),
    ("2023-09-29", 2023, 8), ("2022-09-10", 2022, 8), ("2021-09-21", 2021, 8), ("2020-10-01", 2020, 8),
    ("2030-09-12", 2030, 8), ("1995-09-09", 1995, 8), ("2000-09-12", 2000, 8), ("2010-09-22", 2010, 8),
]  # fmt: skip


@pytest.mark.parametrize("text", TET)
def test_tet(text: str) -> None:
    day = date.fromisoformat(text)
    assert new_year(day.year) == day
    assert lunar_of(day) == LunarDate(day.year, 1, False, 1)
    assert lunar_of(day - timedelta(days=1)).month == 12


@pytest.mark.parametrize("year", range(1990, 2041))
def test_leap_months(year: int) -> None:
    assert [one.month for one in months_of(year) if one.leap] == ([LEAP[year]] if year in LEAP else [])


@pytest.mark.parametrize(("text", "year", "month"), FULL_MOONS)
def test_full_moons(text: str, year: int, month: int) -> None:
    assert solar_of(LunarDate(year, month, False, 15)) == date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "lunar"),
    [
        ("1968-01-29", LunarDate(1968, 1, False, 1)),  # a day before Beijing
        ("1985-01-21", LunarDate(1985, 1, False, 1)),  # a month before Beijing
        ("2007-02-17", LunarDate(2007, 1, False, 1)),
        ("2030-02-02", LunarDate(2030, 1, False, 1)),
        ("2026-04-26", LunarDate(2026, 3, False, 10)),  # the Hùng kings
        ("2025-04-07", LunarDate(2025, 3, False, 10)),
        ("2024-04-18", LunarDate(2024, 3, False, 10)),
        ("2025-07-25", LunarDate(2025, 6, True, 1)),
    ],
)
def test_days_that_are_known(text: str, lunar: LunarDate) -> None:
    assert lunar_of(date.fromisoformat(text)) == lunar


@settings(max_examples=50)
@given(st.dates(date(1901, 1, 1), date(2198, 12, 31)))
def test_there_and_back(day: date) -> None:
    assert solar_of(lunar_of(day)) == day


@settings(max_examples=30)
@given(st.integers(1901, 2198))
def test_a_year_is_whole(year: int) -> None:
    months = months_of(year)
    assert len(months) in {12, 13}
    assert {one.length for one in months} <= {29, 30}
    for one, following in zip(months, months[1:], strict=False):
        assert one.first + timedelta(days=one.length) == following.first
    assert months[-1].first + timedelta(days=months[-1].length) == new_year(year + 1)


def test_days_of_the_programme():
    found = list(lunar_days(date(2025, 7, 1), date(2025, 9, 30), {1, 15}))
    assert [str(lunar_of(day)).split(" năm ")[0] for day in found] == [
        "15/6", "1/6 nhuận", "15/6 nhuận", "1/7", "15/7", "1/8",
    ]  # fmt: skip
    # The last day of the year, whatever its number.
    for year in (2024, 2025, 2026):
        assert list(lunar_days(date(year, 1, 1), date(year, 3, 1), {30}, {12})) == [
            new_year(year) - timedelta(days=1)
        ]


def test_names_of_years_and_what_is_not_there():
    assert stem_branch(2026) == "Bính Ngọ"
    assert stem_branch(2024) == "Giáp Thìn"
    assert str(lunar_of(date(2026, 3, 3))) == "15/1 năm Bính Ngọ"
    assert solar_of(LunarDate(2026, 6, True, 1)) is None
    with pytest.raises(ValueError, match="Lịch âm"):
        lunar_of(date(2300, 1, 1))
