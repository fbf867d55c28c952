"""The calendar of a province as the database knows it now, or knew it at an earlier moment."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from xaso.kernel.cases.models.calendar import ALWAYS, CalendarRow, OfficialDay, WorkingHours
from xaso.kernel.plain.clock import Calendar, HoursRow, format_sessions, seed_calendar, seed_days, seed_hours

# Another process may have changed a row: the table is read again after this many seconds.
KEEP_SECONDS = 30.0


@dataclass
class _Book:
    """All rows ever known, and the calendars already made of them."""

    read_at: float
    days: Sequence[OfficialDay]
    hours: Sequence[WorkingHours]
    moments: list[datetime]
    made: dict[tuple[str, int], Calendar] = field(default_factory=dict)


_book: _Book | None = None


def calendar_for(province: str | None, as_of: datetime | None = None) -> Calendar:
    """The calendar of a province (two digits; None or "" is the country), by the rows known at ``as_of``.

    Costs no query while the table was read less than half a minute ago. An empty table means the calendar
    that ships with the product.
    """
    book = _read()
    if not book.hours:
        return seed_calendar(province or None)
    version = bisect_right(book.moments, as_of) if as_of else len(book.moments)
    key = (province or "", version)
    if key not in book.made:
        at = book.moments[max(version, 1) - 1]
        book.made[key] = Calendar(
            (row.value() for row in book.days if _known(row, at)),
            (row.value() for row in book.hours if _known(row, at)),
            province=province or None,
        )
    return book.made[key]


def forget() -> None:
    """Read the table again next time; called after a row changed here."""
    global _book
    _book = None


def _known(row: CalendarRow, at: datetime) -> bool:
    return row.known_from <= at and (row.ended_at is None or row.ended_at > at)


def _read() -> _Book:
    global _book
    book = _book
    if book is None or time.monotonic() - book.read_at > KEEP_SECONDS:
        days, hours = list(OfficialDay.objects.all()), list(WorkingHours.objects.all())
        moments = {row.known_from for row in (*days, *hours)}
        moments |= {row.ended_at for row in (*days, *hours) if row.ended_at}
        book = _book = _Book(time.monotonic(), days, hours, sorted(moments))
    return book


def put_in_shipped_rows() -> int:
    """Add shipped rows that the table lacks; rows that officers changed stay. Answers how many were added."""
    known_days = set(OfficialDay.objects.values_list("date", "province"))
    known_hours = set(WorkingHours.objects.values_list("valid_from", "province", "purpose"))
    days = [
        OfficialDay(
            date=row.date,
            kind=row.kind,
            name=row.name,
            province=row.province or "",
            legal_basis=row.legal_basis,
            confirmed=row.confirmed,
            known_from=ALWAYS,
            shipped=True,
        )
        for row in seed_days()
        if (row.date, row.province or "") not in known_days
    ]
    hours = [
        hours_row(row)
        for row in seed_hours()
        if (row.valid_from, row.province or "", row.purpose) not in known_hours
    ]
    OfficialDay.objects.bulk_create(days)
    WorkingHours.objects.bulk_create(hours)
    forget()
    return len(days) + len(hours)


def hours_row(row: HoursRow) -> WorkingHours:
    """A shipped row of hours as a row of the table."""
    return WorkingHours(
        purpose=row.purpose,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        weekdays=" ".join(str(number + 1) for number in sorted(row.weekdays)),
        sessions=format_sessions(row.sessions),
        cut_off=row.cut_off,
        province=row.province or "",
        legal_basis=row.legal_basis,
        confirmed=row.confirmed,
        known_from=ALWAYS,
        shipped=True,
    )
