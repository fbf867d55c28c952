"""When a slot comes again: RFC 5545 RRULE and EXDATE, lunar days, and changes of single days.

Rules run on Vietnam's wall clock (UTC+7, never summer time). As in the standard, a day that is excluded still uses
up one of COUNT.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rruleset, rrulestr

from xaso.kernel.plain.lunar import lunar_days
from xaso.kernel.plain.moment import VIETNAM

_PARTS = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYWEEKNO",
    "BYYEARDAY", "WKST",
}  # fmt: skip
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_WORDS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
LONGEST = timedelta(days=400)  # how far ahead anybody may ask at once


@dataclass(frozen=True)
class Change:
    """One day that is otherwise."""

    cancelled: bool = False
    starts: time | None = None
    bulletin: str = ""


@dataclass(frozen=True)
class Lunar:
    """Days of the lunar month, in these months (none: in each). Day 30 is the month's last."""

    days: frozenset[int]
    months: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pattern:
    """A slot as the calendar sees it. Without ``rule`` and ``lunar`` it comes once, on ``first``."""

    first: date
    starts: time
    last: date | None = None
    rule: str = ""
    lunar: Lunar | None = None
    excluded: frozenset[date] = frozenset()
    changes: Mapping[date, Change] = field(default_factory=dict)


@dataclass(frozen=True)
class Occurrence:
    """One time: the day it belongs to, the moment it is due, whether that day was changed."""

    day: date
    at: datetime
    change: Change | None = None


def read_rule(text: str) -> str:
    """A rule in its one form, or "" for none. Raises ValueError with a Vietnamese sentence.

    Hours and minutes are the slot's own, so rules that come more than once a day are refused.
    """
    text = text.strip().upper().removeprefix("RRULE:")
    if not text:
        return ""
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        name, sign, value = piece.partition("=")
        if not sign or not value or name not in _PARTS or name in parts:
            raise ValueError(f"Quy tắc lặp không hiểu được chỗ “{piece}”. Ví dụ: FREQ=WEEKLY;BYDAY=MO,WE,FR")
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError("Quy tắc lặp phải có FREQ là DAILY, WEEKLY, MONTHLY hoặc YEARLY.")
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise ValueError("Quy tắc lặp chỉ được có COUNT hoặc UNTIL, không cả hai.")
    if "UNTIL" in parts and not re.fullmatch(r"\d{8}(T\d{6}Z?)?", parts["UNTIL"]):
        raise ValueError("UNTIL ghi dạng 20261231.")
    if (
        not 1 <= _number(parts.get("INTERVAL", "1")) <= 1000
        or not 1 <= _number(parts.get("COUNT", "1")) <= 5000
    ):
        raise ValueError("INTERVAL từ 1 đến 1000, COUNT từ 1 đến 5000.")
    kept = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        _rule(kept, date(2026, 1, 1))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ValueError(f"Quy tắc lặp không dùng được: {error}") from None
    return kept


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


@functools.lru_cache(maxsize=2048)
def _rule(text: str, first: date) -> rruleset:
    """The rule on days; ``UNTIL`` counts its whole day, whatever hour it says."""
    text = re.sub(r"UNTIL=(\d{8})(T\d{6}Z?)?", lambda found: f"UNTIL={found[1]}T235959", text)
    found = rrulestr(text, dtstart=datetime.combine(first, time()), forceset=True, cache=True)
    if not isinstance(found, rruleset):
        raise TypeError(text)
    return found


def occurrences(pattern: Pattern, since: datetime, before: datetime) -> list[Occurrence]:
    """Every time the slot is due in [since, before), in order; cancelled days are left out.

    A moved occurrence counts by its new hour. Raises ValueError for spans of more than 400 days.
    """
    if before - since > LONGEST:
        raise ValueError("Chỉ xem được tối đa 400 ngày một lần.")
    first = max(since.astimezone(VIETNAM).date(), pattern.first)
    last = before.astimezone(VIETNAM).date()
    if pattern.last is not None:
        last = min(last, pattern.last)
    found = []
    for day in _days(pattern, first, last):
        change = pattern.changes.get(day)
        if day in pattern.excluded or (change is not None and change.cancelled):
            continue
        at = datetime.combine(day, (change.starts if change else None) or pattern.starts, VIETNAM)
        if since <= at < before:
            found.append(Occurrence(day, at, change))
    return sorted(found, key=lambda one: one.at)


def _days(pattern: Pattern, first: date, last: date) -> Iterable[date]:
    if first > last:
        return ()
    if pattern.lunar is not None:
        return lunar_days(first, last, set(pattern.lunar.days), set(pattern.lunar.months))
    if not pattern.rule:
        return (pattern.first,) if first <= pattern.first <= last else ()
    return _by_rule(pattern, first, last)


def _by_rule(pattern: Pattern, first: date, last: date) -> Iterator[date]:
    rule = _rule(pattern.rule, pattern.first)
    begin, end = datetime.combine(first, time()), datetime.combine(last, time.max)
    for moment in rule.between(begin, end, inc=True):
        yield moment.date()


def words(pattern: Pattern) -> str:
    """The pattern in Vietnamese: "05:30 thứ Hai, thứ Tư hằng tuần, từ 01/12/2026"."""
    hour = f"{pattern.starts:%H:%M}"
    if pattern.lunar is not None:
        days = ", ".join(_lunar_day(number) for number in sorted(pattern.lunar.days))
        months = ", ".join(str(number) for number in sorted(pattern.lunar.months))
        said = f"{days} {'tháng ' + months if months else 'hằng tháng'} âm lịch"
    elif not pattern.rule:
        return f"{hour} ngày {pattern.first:%d/%m/%Y}"
    else:
        said = _rule_words(dict(part.split("=", 1) for part in pattern.rule.split(";")))
    ends = f" đến {pattern.last:%d/%m/%Y}" if pattern.last else ""
    return f"{hour} {said}, từ {pattern.first:%d/%m/%Y}{ends}"


def _lunar_day(number: int) -> str:
    return {1: "mùng 1", 15: "rằm", 30: "ngày cuối tháng"}.get(
        number, f"mùng {number}" if number <= 10 else f"ngày {number}"
    )


def _rule_words(parts: Mapping[str, str]) -> str:
    often = {"DAILY": "ngày", "WEEKLY": "tuần", "MONTHLY": "tháng", "YEARLY": "năm"}[parts["FREQ"]]
    every = int(parts.get("INTERVAL", "1"))
    said = f"mỗi {every} {often}" if every > 1 else f"hằng {often}"
    if "BYDAY" in parts:
        said = f"{', '.join(_weekday(one) for one in parts['BYDAY'].split(','))} {said}"
    if "BYMONTHDAY" in parts:
        said = f"ngày {parts['BYMONTHDAY'].replace(',', ', ').replace('-1', 'cuối tháng')} {said}"
    if "BYMONTH" in parts:
        said += f" (tháng {parts['BYMONTH'].replace(',', ', ')})"
    if "COUNT" in parts:
        said += f", {parts['COUNT']} lần"
    if "UNTIL" in parts:
        until = parts["UNTIL"]
        said += f", đến {until[6:8]}/{until[4:6]}/{until[:4]}"
    return said


def _weekday(text: str) -> str:
    number, name = text[:-2], _DAY_WORDS[_DAYS.index(text[-2:])]
    if not number:
        return name
    return f"{name} cuối cùng" if number == "-1" else f"{name} lần {number.lstrip('+')}"
