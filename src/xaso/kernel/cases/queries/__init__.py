"""Reads on cases; each takes the viewer."""

from xaso.kernel.cases.queries.badges import Badge, deadline_badge, is_late
from xaso.kernel.cases.queries.calendar import calendar_years, days_of_year, hours_rows
from xaso.kernel.cases.queries.one import (
    SlipRow,
    TimelineEntry,
    case_for,
    cases_of,
    control_slip,
    due_explained,
    extensions_of,
    open_steps,
    opinions_of,
    pauses_of,
    timeline,
    unit_names,
)
from xaso.kernel.cases.queries.queue import (
    VIEWS,
    QueueCounts,
    QueueFilters,
    QueuePage,
    QueueRow,
    opinions_waiting,
    queue_counts,
    work_queue,
)

__all__ = [
    "VIEWS",
    "Badge",
    "QueueCounts",
    "QueueFilters",
    "QueuePage",
    "QueueRow",
    "SlipRow",
    "TimelineEntry",
    "calendar_years",
    "case_for",
    "cases_of",
    "control_slip",
    "days_of_year",
    "deadline_badge",
    "due_explained",
    "extensions_of",
    "hours_rows",
    "is_late",
    "open_steps",
    "opinions_of",
    "opinions_waiting",
    "pauses_of",
    "queue_counts",
    "timeline",
    "unit_names",
    "work_queue",
]
