"""The Vietnamese lunar calendar, computed: new moons and the sun's longitude at the meridian of UTC+7.

A month begins on the day of the new moon; the month with the winter solstice is the eleventh; where a year of 13
months lies between two of them, the first month without a major term is a leap month. Formulas: J. Meeus,
*Astronomical Algorithms*; good for 1900 to 2199. Dates of the Chinese calendar (UTC+8) differ in some years.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FIRST, LAST = 1900, 2199
_MONTH = 29.530588853
_ZONE = 7 / 24
_ORDINAL = 1721425  # Julian day number of date.fromordinal(0), at noon


@dataclass(frozen=True, order=True)
class LunarDate:
    """A day of the lunar calendar; ``leap`` for the second month of the same number."""

    year: int
    month: int
    leap: bool
    day: int

    def __str__(self) -> str:
        return f"{self.day}/{self.month}{' nhuận' if self.leap else ''} năm {stem_branch(self.year)}"


@dataclass(frozen=True)
class LunarMonth:
    """A lunar month: which, its first day and its length of 29 or 30 days."""

    year: int
    month: int
    leap: bool
    first: date
    length: int


def lunar_of(day: date) -> LunarDate:
    """The lunar date of a day. ValueError outside 1900 to 2199."""
    for year in (day.year, day.year - 1):
        for one in months_of(year):
            if one.first <= day < one.first + timedelta(days=one.length):
                return LunarDate(one.year, one.month, one.leap, (day - one.first).days + 1)
    raise AssertionError(day)


def solar_of(lunar: LunarDate) -> date | None:
    """The day of a lunar date; None where there is none (the 30th of a short month, a leap month that is not)."""
    for one in months_of(lunar.year):
        if (one.month, one.leap) == (lunar.month, lunar.leap) and 1 <= lunar.day <= one.length:
            return one.first + timedelta(days=lunar.day - 1)
    return None


def new_year(year: int) -> date:
    """The first day of Tết that begins a lunar year."""
    return months_of(year)[0].first


def lunar_days(first: date, last: date, days: set[int], months: set[int] | None = None) -> Iterator[date]:
    """Days between two (both counted) that fall on these days of the lunar month; leap months count as well.

    Day 30 is the last day of the month: it falls on the 29th of a short one (the 30th of Tết).
    """
    for year in range(first.year - 1, last.year + 1):
        for one in months_of(year):
            if months and one.month not in months:
                continue
            for number in sorted({min(number, one.length) for number in days}):
                found = one.first + timedelta(days=number - 1)
                if first <= found <= last:
                    yield found


_STEMS = ("Canh", "Tân", "Nhâm", "Quý", "Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ")
_BRANCHES = ("Thân", "Dậu", "Tuất", "Hợi", "Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi")


def stem_branch(year: int) -> str:
    """The name of a lunar year: 2026 is Bính Ngọ."""
    return f"{_STEMS[year % 10]} {_BRANCHES[year % 12]}"


@functools.lru_cache(maxsize=512)
def months_of(year: int) -> tuple[LunarMonth, ...]:
    """The 12 or 13 months of a lunar year, in order. ValueError outside 1900 to 2199."""
    if not FIRST - 1 <= year <= LAST:
        raise ValueError(f"Lịch âm tính được từ năm {FIRST} đến năm {LAST}")
    spring = [one for one in _from_winter(year - 1) if one.month <= 10]
    winter = [one for one in _from_winter(year) if one.month >= 11]
    return (*spring, *winter)


@functools.lru_cache(maxsize=512)
def _from_winter(year: int) -> tuple[LunarMonth, ...]:
    """The months from the eleventh of a lunar year to the tenth of the next one."""
    begin, end = _eleventh(year), _eleventh(year + 1)
    starts = [_new_moon_day(k) for k in range(begin, end + 1)]
    leap_at = _leap_place(starts) if end - begin == 13 else 99
    found, number = [], 10
    for place, (first, following) in enumerate(zip(starts, starts[1:], strict=False)):
        leap = place == leap_at
        number += not leap
        month = (number - 1) % 12 + 1
        of_year = year if number <= 12 else year + 1
        found.append(LunarMonth(of_year, month, leap, date.fromordinal(first - _ORDINAL), following - first))
    return tuple(found)


def _leap_place(starts: list[int]) -> int:
    """The first month after the eleventh in which the sun enters no twelfth of its way."""
    for place in range(1, len(starts) - 1):
        if _twelfth(starts[place]) == _twelfth(starts[place + 1]):
            return place
    raise AssertionError(starts)


def _eleventh(year: int) -> int:
    """The number of the new moon whose month holds the winter solstice of a year."""
    last_day = date(year, 12, 31).toordinal() + _ORDINAL
    k = math.floor((last_day - 2415021) / _MONTH)
    while _new_moon_day(k + 1) <= last_day:
        k += 1
    while _twelfth(_new_moon_day(k)) >= 9:  # it began after the solstice
        k -= 1
    return k


@functools.lru_cache(maxsize=8192)
def _new_moon_day(k: int) -> int:
    """The Julian day number, in Vietnam, of the k-th new moon since January 1900."""
    return math.floor(_new_moon(k) + 0.5 + _ZONE)


def _new_moon(k: int) -> float:
    """The Julian date (UT) of a new moon: Meeus, chapter 49, terms above a minute."""
    t = k / 1236.85
    rad = math.radians
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * math.sin(rad(166.56 + 132.87 * t - 0.009173 * t**2))
    sun = rad(359.2242 + 29.10535608 * k - 0.0000333 * t**2 - 0.00000347 * t**3)
    moon = rad(306.0253 + 385.81691806 * k + 0.0107306 * t**2 + 0.00001236 * t**3)
    node = rad(21.2964 + 390.67050646 * k - 0.0016528 * t**2 - 0.00000239 * t**3)
    terms = (
        (0.1734 - 0.000393 * t, sun), (0.0021, 2 * sun), (-0.4068, moon), (0.0161, 2 * moon),
        (-0.0004, 3 * moon), (0.0104, 2 * node), (-0.0051, sun + moon), (-0.0074, sun - moon),
        (0.0004, 2 * node + sun), (-0.0004, 2 * node - sun), (-0.0006, 2 * node + moon),
        (0.0010, 2 * node - moon), (0.0005, 2 * moon + sun),
    )  # fmt: skip
    slow_earth = -0.000278 + 0.000265 * t + 0.000262 * t**2  # terrestrial time less universal time, days
    return mean + sum(size * math.sin(angle) for size, angle in terms) - slow_earth


def _twelfth(day: int) -> int:
    """In which twelfth of its way (from the March equinox) the sun stands when the day begins in Vietnam."""
    t = (day - 0.5 - _ZONE - 2451545.0) / 36525
    anomaly = math.radians(357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3)
    longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    longitude += (1.914600 - 0.004817 * t - 0.000014 * t**2) * math.sin(anomaly)
    longitude += (0.019993 - 0.000101 * t) * math.sin(2 * anomaly) + 0.000290 * math.sin(3 * anomaly)
    return math.floor((longitude % 360) / 30)
