"""Hours in which something may sound, hours of quiet, and how loud. Hard: only a class that says "any" passes.

A row holds from a day to a day. Of rows for one use, those of the nearest unit that has any on a day count alone: a
commune that sets hours of its own replaces the country's, it does not add to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xaso.kernel.plain.moment import VIETNAM

BROADCAST, QUIET = "broadcast", "quiet"
WINDOW, NOT_QUIET, ANY = "window", "not_quiet", "any"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """Hours of one use; ``ends`` not after ``starts`` runs over midnight. ``weekdays``: 1 Monday … 7 Sunday."""

    use: str
    starts: time
    ends: time
    weekdays: str = "1234567"
    valid_from: date = date.min
    valid_to: date | None = None
    unit_path: str = ""


@dataclass(frozen=True)
class Cap:
    """The loudest at these hours; ``emergency`` rows are for emergencies alone. ``own``: of this very cluster."""

    most: int
    starts: time = time()
    ends: time = time()
    emergency: bool = False
    valid_from: date = date.min
    valid_to: date | None = None
    unit_path: str = ""
    own: bool = False


@dataclass(frozen=True)
class Span:
    """From a moment to a moment, the end not counted."""

    start: datetime
    end: datetime


def in_force(row: Hours | Cap, day: date) -> bool:
    """Whether a row holds on a day."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _nearest(rows: Iterable[Hours], use: str, day: date) -> list[Hours]:
    found = [row for row in rows if row.use == use and in_force(row, day)]
    longest = max((len(row.unit_path) for row in found), default=0)
    return [row for row in found if len(row.unit_path) == longest]


def spans(rows: Sequence[Hours], use: str, since: datetime, before: datetime) -> list[Span]:
    """The hours of one use that touch [since, before), joined where they meet, in order."""
    found = []
    day, last = since.astimezone(VIETNAM).date() - DAY, before.astimezone(VIETNAM).date()
    while day <= last:
        for row in _nearest(rows, use, day):
            if str(day.isoweekday()) in row.weekdays:
                start = datetime.combine(day, row.starts, VIETNAM)
                end = datetime.combine(day, row.ends, VIETNAM) + (
                    DAY if row.ends <= row.starts else timedelta()
                )
                if start < before and end > since:
                    found.append(Span(start, end))
        day += DAY
    joined: list[Span] = []
    for one in sorted(found, key=lambda span: span.start):
        if joined and one.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return joined


def open_spans(rows: Sequence[Hours], hours: str, since: datetime, before: datetime) -> list[Span]:
    """When a class with these ``hours`` (window, not_quiet, any) may sound. Quiet always wins over broadcast."""
    since, before = since.astimezone(VIETNAM), before.astimezone(VIETNAM)
    if hours == ANY:
        return [Span(since, before)]
    allowed = spans(rows, BROADCAST, since, before) if hours == WINDOW else [Span(since, before)]
    for quiet in spans(rows, QUIET, since, before):
        allowed = [part for one in allowed for part in _without(one, quiet)]
    return allowed


def _without(one: Span, gone: Span) -> list[Span]:
    parts = [
        Span(one.start, min(one.end, gone.start)),
        Span(max(one.start, gone.end), one.end),
    ]
    return [part for part in parts if part.start < part.end]


def closes_at(rows: Sequence[Hours], hours: str, at: datetime) -> datetime | None:
    """When the hours around a moment end; None when nothing may sound at that moment."""
    for one in open_spans(rows, hours, at - DAY, at + 2 * DAY):
        if one.start <= at < one.end:
            return one.end
    return None


def why_not(rows: Sequence[Hours], hours: str, at: datetime, until: datetime) -> str:
    """Why something may not sound from a moment to a moment, in Vietnamese; "" when it may."""
    at = at.astimezone(VIETNAM)
    end = closes_at(rows, hours, at)
    if end is not None and until <= end:
        return ""
    for quiet in spans(rows, QUIET, at, until if until > at else at + timedelta(seconds=1)):
        if hours != ANY:
            return f"Giờ yên tĩnh {quiet.start:%H:%M}–{quiet.end:%H:%M}: chỉ tin khẩn cấp được phát."
    if end is None:
        return f"{at:%H:%M} nằm ngoài khung giờ phát."
    return f"Không dứt trước {end:%H:%M}, lúc hết khung giờ phát."


def _covers(row: Cap, at: datetime) -> bool:
    local = at.astimezone(VIETNAM).time()
    if row.starts == row.ends:
        return True
    if row.starts < row.ends:
        return row.starts <= local < row.ends
    return local >= row.starts or local < row.ends


def loudest(caps: Iterable[Cap], at: datetime, *, emergency: bool = False) -> int:
    """The most a cluster may be turned up at a moment, in hundredths.

    Rows of the cluster itself count before those of its unit, these before the country's; among equals the lowest.
    Ordinary caps never bind an emergency: it has its own.
    """
    day = at.astimezone(VIETNAM).date()
    found = [row for row in caps if row.emergency == emergency and in_force(row, day) and _covers(row, at)]
    if not found:
        return 100
    near = max((row.own, len(row.unit_path)) for row in found)
    return min(row.most for row in found if (row.own, len(row.unit_path)) == near)
