"""Which channel comes next, and when it may speak. Pure: no database, no clock of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

RETRY_MINUTES = (1, 5, 30, 120, 360)  # pauses after the first, second … failure that may pass
UNSURE_MINUTES = 15  # how long to wait for a receipt when it is unknown whether a message went out


def ladder(
    offered: Sequence[str], wished: Sequence[str], refused: Collection[str], addresses: Mapping[str, str]
) -> list[str]:
    """Channels to try, in order: the person's order first, then the template's; without those refused or unknown."""
    order = [channel for channel in wished if channel in offered]
    order += [channel for channel in offered if channel not in order]
    return [channel for channel in order if channel not in refused and addresses.get(channel)]


def loud_at(moment: datetime, start: time, end: time) -> datetime:
    """The first instant, from ``moment`` on, outside the quiet hours from ``start`` to ``end``.

    Hours may span midnight; equal hours mean no quiet at all. The instant of ``end`` is loud.
    """
    if start == end:
        return moment
    clock = moment.timetz().replace(tzinfo=None)
    quiet = start <= clock < end if start < end else (clock >= start or clock < end)
    if not quiet:
        return moment
    day = moment.date() + timedelta(days=1 if start > end and clock >= start else 0)
    return datetime.combine(day, end, tzinfo=moment.tzinfo)


def in_force(day: date, valid_from: date, valid_to: date | None) -> bool:
    """Whether a dated row counts on a day; both ends count."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


def retry_at(moment: datetime, attempts: int) -> datetime | None:
    """When to try again after so many failures; None when it is enough."""
    if attempts > len(RETRY_MINUTES):
        return None
    return moment + timedelta(minutes=RETRY_MINUTES[attempts - 1])
