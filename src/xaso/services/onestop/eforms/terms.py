"""Internal terms against legal ones: does a plan of steps fit in the time the law gives?

Terms are read by the legal clock (`xaso.kernel.plain.clock`): ``5wd`` working days, ``15d`` calendar days, ``8h``
working hours, ``2mo`` months, ``same-day``; stages are joined with ``+``. Due times are the clock's work, not this.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from xaso.kernel.plain.clock.terms import CALENDAR_DAYS, MONTHS, Part, parse_term

HOURS_PER_DAY = 8
DAYS_PER_MONTH = 28
"""The shortest month: a plan must fit in any."""


def check_term(text: str, *, staged: bool) -> str:
    """The text itself when it is a term; ValueError otherwise, or when stages are not allowed."""
    if len(parse_term(text).parts) > 1 and not staged:
        raise ValueError(f"{text!r}: một bước chỉ có một thời hạn, không chia giai đoạn")
    return text


def stages_of(term: str) -> tuple[Part, ...]:
    """The stages of a term, one after another."""
    return parse_term(term).parts


def term_words(term: str) -> str:
    """A term as people say it: "3 ngày làm việc", "10 ngày + 15 ngày"."""
    return parse_term(term).words


def is_calendar(part: Part) -> bool:
    """Counted in calendar days (or months), not in working time."""
    return part.kind in {CALENDAR_DAYS, MONTHS}


def hours_of(part: Part) -> float:
    """Working hours of a stage; a calendar day counts as a whole working day (the worst for a plan)."""
    if part.hours is not None:
        return float(part.hours)
    return float(part.amount) * HOURS_PER_DAY


def room(stage: Part) -> float:
    """What a stage holds: calendar days when it counts those, else working hours."""
    if stage.kind == MONTHS:
        return float(stage.amount) * DAYS_PER_MONTH
    return float(stage.amount) if is_calendar(stage) else hours_of(stage)


def spent(terms: Sequence[str], stage: Part) -> float:
    """What steps one after another take of a stage, in the measure of `room`.

    In a calendar stage working days may meet week-ends, hours are taken within its days.
    """
    parts = [stages_of(text)[0] for text in terms]
    hours = sum(float(part.hours) for part in parts if part.hours is not None)
    calendar = sum(room(part) for part in parts if is_calendar(part))
    days = sum(float(part.amount) for part in parts if part.hours is None and not is_calendar(part))
    if not is_calendar(stage):
        return hours + (days + calendar) * HOURS_PER_DAY
    return calendar + math.ceil(hours / HOURS_PER_DAY) + days + 2 * math.ceil(days / 5)
