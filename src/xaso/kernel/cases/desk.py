"""The officers' page of the official calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.cases import actions
from xaso.kernel.cases.actions.calendar import RIGHT, path_of
from xaso.kernel.cases.forms import DayForm, HoursForm, RecalculateForm
from xaso.kernel.cases.models import OfficialDay, WorkingHours
from xaso.kernel.cases.queries import calendar as queries
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.clock import day_words
from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit


@dataclass(frozen=True)
class Place:
    """Whose calendar is shown: "" is the country's."""

    code: str
    name: str


def _places(viewer: Viewer) -> list[Place]:
    """The calendars this viewer may look at: the provinces of their grants, the country first if they hold it."""
    paths = viewer.paths(RIGHT)
    provinces = Unit.objects.filter(level=Unit.Level.PROVINCE).on().sorted()
    if "" in paths:
        return [Place("", "Cả nước"), *(Place(unit.code, unit.full_name) for unit in provinces)]
    codes = {each.split("/", 1)[0] for each in paths}
    found = [Place(unit.code, unit.full_name) for unit in provinces if unit.code in codes]
    return found or [Place(code, f"Tỉnh {code}") for code in sorted(codes)]


def _place(request: HttpRequest) -> tuple[Place, list[Place]]:
    places = _places(viewer_in(request))
    wanted = request.POST.get("tinh", request.GET.get("tinh"))
    return next((place for place in places if place.code == wanted), places[0]), places


def _address(place: Place, year: int | None = None) -> str:
    facts: dict[str, Any] = {"tinh": place.code}
    if year:
        facts["nam"] = year
    return f"{reverse('cases_calendar')}?{urlencode(facts)}"


@officer(RIGHT)
def year_page(request: HttpRequest) -> HttpResponse:
    """Days off and swapped days of a year, and the hours of work."""
    viewer, (place, places) = viewer_in(request), _place(request)
    years = queries.calendar_years(viewer)
    wanted = request.GET.get("nam", "")
    year = int(wanted) if wanted.isdecimal() and int(wanted) in years else today().year
    days = queries.days_of_year(viewer, year, place.code)
    context = {
        "place": place,
        "places": places,
        "year": year,
        "years": [{"label": str(one), "url": _address(place, one), "active": one == year} for one in years],
        "days": [{"day": day, "words": day_words(day.row.date)} for day in days],
        "hours": [
            {"row": row, "editable": viewer.can(RIGHT, path_of(row.province)), "weekdays": _weekdays(row)}
            for row in queries.hours_rows(viewer, place.code)
        ],
        "editable": viewer.can(RIGHT, path_of(place.code)),
        "unconfirmed": sum(not day.row.confirmed for day in days),
    }
    return render(request, "cases/calendar.html", context)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def day_page(request: HttpRequest) -> HttpResponse:
    """Add a day, or replace the row of one; the row before is kept as history."""
    viewer, (place, _) = viewer_in(request), _place(request)
    viewer.must(RIGHT, path_of(place.code))
    row = _row_of(request, place)
    form = DayForm(request.POST or None, initial=_initial(row, request))
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        kept = _try(
            form,
            lambda: actions.change_day(
                viewer,
                province=place.code,
                day=facts["day"],
                kind=facts["kind"],
                name=facts["name"],
                legal_basis=facts["legal_basis"],
                confirmed=facts["confirmed"],
                replaces=row.pk if row else None,
            ),
        )
        if kept:
            messages.success(
                request, f"Đã ghi {day_words(facts['day'])} vào lịch. Hạn của hồ sơ đang chạy chưa đổi."
            )
            return redirect(_address(place, facts["day"].year))
    context = {
        "form": form,
        "place": place,
        "row": row if row and row.province == place.code else None,
        "history": queries.day_history(viewer, row) if row else [],
        "back_url": _address(place, row.date.year if row else None),
    }
    return render(request, "cases/day.html", context, status=422 if form.errors else 200)


@officer(RIGHT)
@require_POST
def end_day(request: HttpRequest, row: UUID) -> HttpResponse:
    """Take a day out of the calendar."""
    place, _ = _place(request)
    actions.end_day(viewer_in(request), row=row)
    messages.success(request, "Đã bỏ ngày này khỏi lịch. Hạn của hồ sơ đang chạy chưa đổi.")
    return redirect(_address(place))


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def hours_page(request: HttpRequest) -> HttpResponse:
    """Add a row of hours; with ``thay`` it takes the place of another."""
    viewer, (place, _) = viewer_in(request), _place(request)
    viewer.must(RIGHT, path_of(place.code))
    old = _hours_of(request, place)
    form = HoursForm(request.POST or None, initial=_hours_initial(old))
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        kept = _try(
            form,
            lambda: actions.change_hours(
                viewer,
                province=place.code,
                purpose=facts["purpose"],
                valid_from=facts["valid_from"],
                valid_to=facts["valid_to"],
                weekdays=" ".join(sorted(facts["weekdays"])),
                sessions=facts["sessions"],
                cut_off=facts["cut_off"],
                legal_basis=facts["legal_basis"],
                replaces=old.pk if old else None,
            ),
        )
        if kept:
            messages.success(request, "Đã ghi giờ làm việc. Hạn của hồ sơ đang chạy chưa đổi.")
            return redirect(_address(place))
    context = {"form": form, "place": place, "old": old, "back_url": _address(place)}
    return render(request, "cases/hours.html", context, status=422 if form.errors else 200)


@officer(RIGHT)
@require_POST
def end_hours(request: HttpRequest, row: UUID) -> HttpResponse:
    """Take a row of hours out of the calendar."""
    place, _ = _place(request)
    try:
        actions.end_hours(viewer_in(request), row=row)
        messages.success(request, "Đã bỏ dòng giờ làm việc. Hạn của hồ sơ đang chạy chưa đổi.")
    except ActionError as error:
        if error.status != 422:
            raise
        messages.error(request, error.message)
    return redirect(_address(place))


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def recalculate_page(request: HttpRequest) -> HttpResponse:
    """Count the deadlines of running cases again, said twice what it does."""
    viewer, (place, _) = viewer_in(request), _place(request)
    running = queries.running_cases(viewer, place.code)
    form = RecalculateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.recalculate_unit(viewer, unit_path=path_of(place.code), reason=form.cleaned_data["reason"])
        messages.success(
            request, "Đang tính lại. Hồ sơ nào đổi hạn thì diễn biến của hồ sơ đó ghi hạn cũ và hạn mới."
        )
        return redirect(_address(place))
    context = {"form": form, "place": place, "running": running, "back_url": _address(place)}
    return render(request, "cases/recalculate.html", context, status=422 if form.errors else 200)


def _try(form: forms.Form, act: Any) -> bool:
    """Run an action; its refusal goes to the fields it names."""
    try:
        act()
    except ActionError as error:
        if error.status != 422:
            raise
        for name, found in error.errors.items():
            for message in found:
                form.add_error(name if name in form.fields else None, message)
        return False
    return True


def _row_of(request: HttpRequest, place: Place) -> OfficialDay | None:
    """The row that holds for the day asked about: the province's own, else the country's."""
    try:
        day = date.fromisoformat(request.GET.get("ngay", ""))
    except ValueError:
        return None
    found = OfficialDay.objects.filter(date=day, province__in={"", place.code}, ended_at__isnull=True)
    return found.order_by("-province").first()


def _initial(row: OfficialDay | None, request: HttpRequest) -> dict[str, Any]:
    if row is None:
        return {"kind": OfficialDay.Kind.HOLIDAY, "confirmed": True}
    return {
        "day": row.date,
        "kind": row.kind,
        "name": row.name,
        "legal_basis": row.legal_basis,
        "confirmed": row.confirmed,
    }


def _hours_of(request: HttpRequest, place: Place) -> WorkingHours | None:
    try:
        pk = UUID(request.GET.get("thay", ""))
    except ValueError:
        return None
    return WorkingHours.objects.filter(pk=pk, province=place.code, ended_at__isnull=True).first()


def _hours_initial(old: WorkingHours | None) -> dict[str, Any]:
    if old is None:
        return {"weekdays": ["1", "2", "3", "4", "5"]}
    return {
        "purpose": old.purpose,
        "weekdays": old.weekdays.split(),
        "sessions": old.sessions,
        "cut_off": old.cut_off,
        "valid_from": old.valid_from,
        "valid_to": old.valid_to,
        "legal_basis": old.legal_basis,
    }


def _weekdays(row: WorkingHours) -> str:
    names = dict(HoursForm.base_fields["weekdays"].choices)  # type: ignore[attr-defined]
    numbers = row.weekdays.split()
    if numbers == ["1", "2", "3", "4", "5"]:
        return "Thứ Hai đến thứ Sáu"
    return ", ".join(names.get(number, number) for number in numbers)


desk_urls = [
    path("lich-lam-viec/", year_page, name="cases_calendar"),
    path("lich-lam-viec/ngay/", day_page, name="cases_calendar_day"),
    path("lich-lam-viec/ngay/<uuid:row>/bo", end_day, name="cases_calendar_day_end"),
    path("lich-lam-viec/gio/", hours_page, name="cases_calendar_hours"),
    path("lich-lam-viec/gio/<uuid:row>/bo", end_hours, name="cases_calendar_hours_end"),
    path("lich-lam-viec/tinh-lai/", recalculate_page, name="cases_recalculate"),
]
