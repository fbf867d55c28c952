"""The legal working-time clock: terms, calendar, pauses, and the moment something is due."""

from xaso.kernel.plain.clock.answer import Due, Remaining, day_words, due, moment_words, remaining
from xaso.kernel.plain.clock.calendar import (
    COMPENSATORY_WORK,
    DAY_KINDS,
    HOLIDAY,
    RECEPTION,
    SUBSTITUTE_OFF,
    WORK,
    Calendar,
    DayRow,
    HoursRow,
)
from xaso.kernel.plain.clock.counting import (
    Pause,
    Stage,
    add_working_time,
    local,
    months_later,
    working_time_between,
)
from xaso.kernel.plain.clock.reading import parse_moment, parse_pause
from xaso.kernel.plain.clock.seed import (
    format_sessions,
    parse_sessions,
    seed_calendar,
    seed_days,
    seed_hours,
)
from xaso.kernel.plain.clock.terms import Part, Term, parse_term

__all__ = [
    "COMPENSATORY_WORK",
    "DAY_KINDS",
    "HOLIDAY",
    "RECEPTION",
    "SUBSTITUTE_OFF",
    "WORK",
    "Calendar",
    "DayRow",
    "Due",
    "HoursRow",
    "Part",
    "Pause",
    "Remaining",
    "Stage",
    "Term",
    "add_working_time",
    "day_words",
    "due",
    "format_sessions",
    "local",
    "months_later",
    "moment_words",
    "parse_moment",
    "parse_pause",
    "parse_sessions",
    "parse_term",
    "remaining",
    "seed_calendar",
    "seed_days",
    "seed_hours",
    "working_time_between",
]
