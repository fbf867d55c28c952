"""The standard's schedules of subscriptions: which seconds, minutes, hours, days answer, and when the next one is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from xaso.kernel.plain.moment import VIETNAM

# Field, lowest and highest value (day of week: 1 Monday to 7 Sunday).
FIELDS: dict[str, tuple[int, int]] = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
_PART = re.compile(r"(?:\[?(\d{1,2})-(\d{1,2})\]?|(\d{1,2}|\*))(?:/(\d{1,2}))?")
_YEARS = 8  # 29 February comes again within eight years


class ScheduleError(ValueError):
    """A schedule that says nothing or something impossible."""


def read_schedule(raw: Any) -> dict[str, str]:
    """A checked schedule: ``{"hour": "1", "minute": "5"}``; lists ``1,15``, ranges ``[8-17]``, steps ``0/30``.

    Raises ScheduleError with a sentence in English.
    """
    if not isinstance(raw, dict) or not raw:
        raise ScheduleError(
            "schedule must name at least one of second, minute, hour, dayOfMonth, month, dayOfWeek"
        )
    found = {}
    for name, value in raw.items():
        if name not in FIELDS:
            raise ScheduleError(f"schedule has no field {name}")
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not text:
            raise ScheduleError(f"schedule.{name} must be text such as 0, 1,15 or [8-17]")
        values(name, text)
        found[name] = text
    if next_after(found, datetime(2026, 1, 1, tzinfo=VIETNAM)) is None:
        raise ScheduleError("no day answers this schedule")
    return found


def values(name: str, text: str) -> frozenset[int]:
    """The numbers that a field's text allows. Raises ScheduleError."""
    low, high = FIELDS[name]
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ScheduleError(f"schedule.{name}: {part} is no number, range or step")
        begin, end = _span(match, low, high)
        step = int(match[4] or 1)
        if not (low <= begin <= end <= high) or step < 1:
            raise ScheduleError(f"schedule.{name} goes from {low} to {high}")
        found.update(range(begin, end + 1, step))
    return frozenset(found)


def _span(match: re.Match[str], low: int, high: int) -> tuple[int, int]:
    if match[1]:
        return int(match[1]), int(match[2])
    if match[3] == "*":
        return low, high
    return int(match[3]), high if match[4] else int(match[3])


def next_after(schedule: dict[str, str], moment: datetime) -> datetime | None:
    """The first second behind a moment that answers the schedule, in Vietnam's time; None within eight years.

    Fields above the finest that is named are any; those below it are zero: ``{"hour": "1"}`` is once, at 01:00:00.
    """
    allowed = _allowed(schedule)
    at = moment.astimezone(VIETNAM).replace(microsecond=0) + timedelta(seconds=1)
    last = at + timedelta(days=366 * _YEARS)
    while at < last:
        if at.month not in allowed["month"]:
            at = _next_month(at)
        elif at.day not in allowed["dayOfMonth"] or at.isoweekday() not in allowed["dayOfWeek"]:
            at = at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        elif at.hour not in allowed["hour"]:
            at = at.replace(minute=0, second=0) + timedelta(hours=1)
        elif at.minute not in allowed["minute"]:
            at = at.replace(second=0) + timedelta(minutes=1)
        elif at.second not in allowed["second"]:
            at += timedelta(seconds=1)
        else:
            return at
    return None


def _allowed(schedule: dict[str, str]) -> dict[str, frozenset[int]]:
    order = list(FIELDS)  # the finest first
    finest = min(order.index(name) for name in schedule)
    found = {}
    for place, name in enumerate(order):
        low, high = FIELDS[name]
        if name in schedule:
            found[name] = values(name, schedule[name])
        elif place < finest and name in {"second", "minute", "hour"}:
            found[name] = frozenset({0})
        else:
            found[name] = frozenset(range(low, high + 1))
    return found


def _next_month(at: datetime) -> datetime:
    first = at.replace(day=1, hour=0, minute=0, second=0)
    return (first + timedelta(days=32)).replace(day=1)
