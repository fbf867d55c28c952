"""Counting a term: from a moment of reception, over days off and pauses, to the moment it is due."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from xaso.kernel.plain.clock.calendar import Calendar, Span
from xaso.kernel.plain.clock.terms import CALENDAR_DAYS, MONTHS, SAME_DAY, Part, Term, parse_term
from xaso.kernel.plain.moment import VIETNAM

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """A time when the clock stood still: from ``start`` up to ``end``."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", local(self.start))
        object.__setattr__(self, "end", local(self.end))
        if self.end < self.start:
            raise ValueError("Lúc tiếp tục phải sau lúc tạm dừng. Ghi lại dạng TỪ/ĐẾN.")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a counted term."""

    part: Part
    start: datetime
    end: datetime


def local(moment: datetime) -> datetime:
    """The moment in Vietnam's time; a moment without an offset is taken as Vietnam's."""
    return moment.astimezone(VIETNAM) if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def merge(pauses: Iterable[Pause], since: datetime) -> list[Pause]:
    """Pauses in order, overlapping ones joined, whatever lies before ``since`` cut off."""
    merged: list[Pause] = []
    for pause in sorted(pauses):
        if pause.end <= since or pause.end == pause.start:
            continue
        start = max(pause.start, since)
        if merged and start <= merged[-1].end:
            merged[-1] = Pause(merged[-1].start, max(merged[-1].end, pause.end))
        else:
            merged.append(Pause(start, pause.end))
    return merged


def count(
    received: datetime, term: Term | str, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> list[Stage]:
    """Count every stage of a term; each stage begins where the one before it ended."""
    parts = (parse_term(term) if isinstance(term, str) else term).parts
    stages: list[Stage] = []
    try:
        start = local(received)
        stopped = merge(pauses, start)
        for part in parts:
            end = _count_part(start, part, calendar, stopped)
            stages.append(Stage(part, start, end))
            start = end
    except OverflowError as error:
        raise ValueError("Ngày tháng nằm ngoài khoảng tính được. Kiểm tra lại năm.") from error
    return stages


def _count_part(start: datetime, part: Part, calendar: Calendar, pauses: Sequence[Pause]) -> datetime:
    if part.kind == SAME_DAY:
        return _same_day(start, calendar, pauses)
    if part.hours is not None:
        seconds = round(part.hours * 3600)
        return add_working_time(start, timedelta(seconds=seconds), calendar, pauses)
    first = start.date()
    if part.kind == CALENDAR_DAYS:
        return _calendar_days(first, int(part.amount), calendar, pauses)
    if part.kind == MONTHS:
        return _calendar_days(first, (months_later(first, int(part.amount)) - first).days, calendar, pauses)
    return _working_days(first, int(part.amount), calendar, pauses)


def _working_days(day: date, amount: int, calendar: Calendar, pauses: Sequence[Pause]) -> datetime:
    left = Fraction(amount)
    while True:
        day = calendar.next_working(day)
        spans = calendar.sessions(day)
        if left > 0:
            left -= 1 - _stopped_part(spans, pauses)
        end = spans[-1][1]
        if left <= 0 and not _stopped_at(end, pauses):
            return end


def _calendar_days(day: date, amount: int, calendar: Calendar, pauses: Sequence[Pause]) -> datetime:
    left = Fraction(amount)
    while left > 0:
        day += _DAY
        midnight = datetime.combine(day, time.min, VIETNAM)
        left -= 1 - _stopped_part(((midnight, midnight + _DAY),), pauses)
    while not calendar.is_working(day) or _stopped_at(calendar.closing(day), pauses):
        day = calendar.next_working(day)
    return calendar.closing(day)


def _same_day(start: datetime, calendar: Calendar, pauses: Sequence[Pause]) -> datetime:
    while True:
        day = start.date()
        if (
            not calendar.is_working(day)
            or start.time() > calendar.cut_off(day)
            or start >= calendar.closing(day)
        ):
            day = calendar.next_working(day)
        end = calendar.closing(day)
        standing = next((pause for pause in pauses if pause.start < end and pause.end > start), None)
        if standing is None:
            return end
        start = standing.end


def add_working_time(
    start: datetime, amount: timedelta, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> datetime:
    """The moment when ``amount`` of working time has passed since ``start``, pauses not counted."""
    start = local(start)
    day = start.date()
    if not calendar.is_working(day):
        day = calendar.next_working(day)
    left = amount
    while True:
        for opens, closes in _running(calendar.sessions(day), pauses):
            opens = max(opens, start)
            if closes <= opens:
                continue
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        day = calendar.next_working(day)


def working_time_between(
    start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> timedelta:
    """Working time from ``start`` to ``end``, pauses not counted; negative when ``end`` is earlier."""
    start, end = local(start), local(end)
    if end < start:
        return -working_time_between(end, start, calendar, pauses)
    stopped = merge(pauses, start)
    total = timedelta()
    for offset in range((end.date() - start.date()).days + 1):
        for opens, closes in _running(calendar.sessions(start.date() + offset * _DAY), stopped):
            total += max(timedelta(), min(closes, end) - max(opens, start))
    return total


def _running(spans: Iterable[Span], pauses: Sequence[Pause]) -> Iterable[Span]:
    """The parts of the spans outside every pause (pauses merged and in order)."""
    for opens, closes in spans:
        for pause in pauses:
            if pause.end <= opens or pause.start >= closes:
                continue
            if pause.start > opens:
                yield opens, pause.start
            opens = min(pause.end, closes)
        if opens < closes:
            yield opens, closes


def _stopped_part(spans: Sequence[Span], pauses: Sequence[Pause]) -> Fraction:
    """Which part of the spans' time the clock stood still (0 to 1)."""
    if not pauses or pauses[0].start >= spans[-1][1] or pauses[-1].end <= spans[0][0]:
        return Fraction(0)
    whole = sum((closes - opens for opens, closes in spans), timedelta())
    ran = sum((closes - opens for opens, closes in _running(spans, pauses)), timedelta())
    return Fraction((whole - ran) // timedelta(microseconds=1), whole // timedelta(microseconds=1))


def _stopped_at(moment: datetime, pauses: Sequence[Pause]) -> bool:
    """A deadline cannot fall while the clock stands still."""
    return any(pause.start < moment <= pause.end for pause in pauses)


def months_later(day: date, months: int) -> date:
    """The corresponding day so many months on (negative: before), or the month's last day when there is none (Civil
    Code, art. 148.3)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > date.max.year:
        raise OverflowError("year")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
