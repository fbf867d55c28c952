"""The one clock of the house: every "now" comes from here, so that tests can freeze it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_frozen: ContextVar[datetime | None] = ContextVar("frozen_moment", default=None)
_frozen_everywhere: list[datetime] = []


def now() -> datetime:
    """The present moment, aware, in Vietnam's time zone."""
    frozen = _frozen.get() or (_frozen_everywhere[-1] if _frozen_everywhere else None)
    return frozen or datetime.now(VIETNAM)


def today() -> date:
    """The present day in Vietnam."""
    return now().date()


def at(text: str) -> datetime:
    """Read ``2026-11-21T14:00`` (Vietnam time unless an offset is given)."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(VIETNAM) if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


@contextmanager
def frozen(moment: datetime | str, *, everywhere: bool = False) -> Iterator[datetime]:
    """Hold the clock at one moment; ``everywhere`` also holds it for other threads (live-server tests)."""
    fixed = at(moment) if isinstance(moment, str) else moment.astimezone(VIETNAM)
    token = _frozen.set(fixed)
    if everywhere:
        _frozen_everywhere.append(fixed)
    try:
        yield fixed
    finally:
        _frozen.reset(token)
        if everywhere:
            _frozen_everywhere.pop()
