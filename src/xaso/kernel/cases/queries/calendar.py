"""Reads for the calendar page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from xaso.kernel.cases.models import Case, OfficialDay, WorkingHours
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today

RIGHT = "cases.calendar"


@dataclass(frozen=True)
class CalendarDay:
    """A row of the year's list: whether it is this province's, whether a province's row hides it, who may edit."""

    row: OfficialDay
    hidden: bool
    editable: bool


def days_of_year(viewer: Viewer, year: int, province: str) -> list[CalendarDay]:
    """The rows of a year as they hold for a province ("" is the country's list)."""
    _must_anywhere(viewer)
    rows = OfficialDay.objects.filter(
        Q(province="") | Q(province=province), date__year=year, ended_at__isnull=True
    ).order_by("date", "province")
    own = {row.date for row in rows if row.province} if province else set()
    return [
        CalendarDay(row, not row.province and row.date in own, viewer.can(RIGHT, _path(row.province)))
        for row in rows
    ]


def day_history(viewer: Viewer, row: OfficialDay) -> Sequence[OfficialDay]:
    """Earlier rows of the same day, newest first."""
    _must_anywhere(viewer)
    found = OfficialDay.objects.filter(date=row.date, province=row.province, ended_at__isnull=False)
    return list(found.order_by("-ended_at"))


def hours_rows(viewer: Viewer, province: str) -> list[WorkingHours]:
    """Hours in the calendar of a province, its own and the country's."""
    _must_anywhere(viewer)
    found = WorkingHours.objects.filter(Q(province="") | Q(province=province), ended_at__isnull=True)
    return list(found.order_by("province", "purpose", "valid_from"))


def calendar_years(viewer: Viewer) -> list[int]:
    """The years to choose from: those with rows, this one and the next."""
    _must_anywhere(viewer)
    found = {day.year for day in OfficialDay.objects.filter(ended_at__isnull=True).dates("date", "year")}
    return sorted(found | {today().year, today().year + 1})


def running_cases(viewer: Viewer, province: str) -> int:
    """How many running cases of a province have a deadline that could be counted again."""
    viewer.must(RIGHT, _path(province))
    found = Case.objects.filter(closed_at__isnull=True).exclude(term="")
    return found.filter(unit_path__startswith=_path(province)).count() if province else found.count()


def _path(province: str) -> str:
    return f"{province}/" if province else ""


def _must_anywhere(viewer: Viewer) -> None:
    if not viewer.can(RIGHT):
        viewer.must(RIGHT, "")
