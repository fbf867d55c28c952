"""Gauges at the desk: their list, one with readings and thresholds, new ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit
from xaso.services.alerts import showing
from xaso.services.alerts.actions import gauges as actions
from xaso.services.alerts.actions.readings import Outcome, Row, judge_reading, take_readings
from xaso.services.alerts.forms import put_errors
from xaso.services.alerts.forms.gauges import FileForm, GaugeForm, ReadingForm, ThresholdForm
from xaso.services.alerts.models import Gauge
from xaso.services.alerts.queries import reading
from xaso.services.alerts.rules import law
from xaso.services.alerts.rules.readings import FLAGS
from xaso.services.alerts.sheets import read_sheet

PER_PAGE = 40


@officer("alerts.view")
@require_GET
def gauges(request: HttpRequest) -> HttpResponse:
    """Gauges of the viewer's units."""
    viewer = viewer_in(request)
    rows = reading.gauges().filter(viewer.scope(reading.VIEW))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "lines": showing.gauge_lines(showing.states(page.object_list)),
        "may_manage": viewer.can(reading.MANAGE),
    }
    return render(request, "alerts/desk/gauges.html", context)


def places(viewer: Viewer, right: str = reading.MANAGE) -> list[tuple[str, str]]:
    """Communes and hamlets where the viewer holds a right."""
    found: list[tuple[str, str]] = []
    for path in viewer.paths(right):
        if path:
            rows = Unit.objects.on().under(path).filter(level__in=[Unit.Level.COMMUNE, Unit.Level.HAMLET])
            found += [(one.path, one.full_name) for one in rows.order_by("level", "sort_key")[:300]]
    return found


@officer("alerts.manage")
@require_http_methods(["GET", "POST"])
def gauge_new(request: HttpRequest) -> HttpResponse:
    """Register a gauge."""
    viewer = viewer_in(request)
    form = GaugeForm(places(viewer), request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            row = actions.keep_gauge(
                viewer, **{**facts, "lat": float(facts["lat"]), "lon": float(facts["lon"])}
            )
        except ActionError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã đăng ký trạm. Đặt ngưỡng ở dưới.")
            return redirect("alerts_desk:gauge", row.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "back_url": "/desk/alerts/tram/"}
    return render(request, "alerts/desk/gauge_new.html", context, status=status)


@officer("alerts.view")
@require_http_methods(["GET", "POST"])
def gauge(request: HttpRequest, gauge_id: UUID) -> HttpResponse:
    """One gauge with everything that can be done about it."""
    viewer = viewer_in(request)
    row = reading.gauge_for(viewer, gauge_id)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    made = _forms(request, do)
    outcomes: list[Any] = []
    status = 200
    if do:
        form = made.get(do)
        status = 422
        if form is None or form.is_valid():
            try:
                outcomes = _run(request, viewer, row, do, form)
            except ActionError as error:
                if form is None or error.status in (403, 404):
                    raise
                put_errors(form, error)
            else:
                if not outcomes:
                    return redirect("alerts_desk:gauge", row.pk)
                status = 200
    context = {
        "gauge": row,
        "line": showing.gauge_lines([reading.state_of(row)])[0],
        "chart": showing.gauge_chart(row),
        "made": made,
        "outcomes": outcomes,
        "readings": [
            (one, [FLAGS[flag] for flag in one.flags if flag in FLAGS]) for one in reading.readings(row, 30)
        ],
        "thresholds": [
            (one, law.hazards()[one.hazard].name, showing.level_mark(one.level))
            for one in reading.thresholds(row)
        ],
        "published": [
            one for one in law.published() if (one.measure in {"sum", "antecedent"}) == (row.uom == "mm")
        ],
        "may_read": viewer.can(reading.READINGS, row.unit_path) and row.ended_at is None,
        "may_manage": viewer.can(reading.MANAGE, row.unit_path) and row.ended_at is None,
        "back_url": "/desk/alerts/tram/",
        "has_errors": status == 422,
    }
    return render(request, "alerts/desk/gauge.html", context, status=status)


def _forms(request: HttpRequest, do: str) -> dict[str, forms.Form]:
    posted = request.POST
    return {
        "reading": ReadingForm(posted if do == "reading" else None, prefix="r", initial=ReadingForm.first()),
        "upload": FileForm(
            posted if do == "upload" else None, request.FILES if do == "upload" else None, prefix="u"
        ),
        "threshold": ThresholdForm(posted if do == "threshold" else None, prefix="t"),
    }


def _run(request: HttpRequest, viewer: Viewer, row: Gauge, do: str, form: Any) -> list[Any]:
    """Do one of the verbs; answers lines to show (what became of a file), or nothing to go on."""
    verbs: dict[str, Callable[[], list[Any]]] = {
        "reading": lambda: _one(request, viewer, row, form),
        "upload": lambda: _file(viewer, form),
        "threshold": lambda: _threshold(request, viewer, row, form),
        "judge": lambda: _judge(viewer, request),
        "end_threshold": lambda: _end_threshold(viewer, row, request),
        "end": lambda: _end(request, viewer, row),
    }
    if do not in verbs:
        raise NotFound("Không có việc này.")
    return verbs[do]()


def _one(request: HttpRequest, viewer: Viewer, row: Gauge, form: ReadingForm) -> list[Any]:
    value = float(form.cleaned_data["value"])
    outcome = take_readings(viewer, rows=[Row(row.code, form.moment(), value)], source="hand")[0]
    if outcome.result == "refused":
        raise ActionError(f"Không nhận: {outcome.reason}.", "value")
    words = "Số này đã có." if outcome.result == "same" else "Đã ghi số đo."
    messages.success(request, f"{words} {outcome.reason}".strip())
    return []


def _file(viewer: Viewer, form: FileForm) -> list[Any]:
    upload = form.cleaned_data["file"]
    sheet = read_sheet(upload.read(), upload.name)
    results = take_readings(viewer, rows=sheet.rows, source="file") if sheet.rows else []
    return [_summary(results), *_bad(results), *(f"Dòng {number}: {why}" for number, why in sheet.bad[:50])]


def _summary(results: list[Outcome]) -> str:
    count = {name: sum(one.result == name for one in results) for name in ("taken", "same", "refused")}
    return (
        f"Đã nhận {count['taken']} số, {count['same']} số đã có từ trước, {count['refused']} số bị từ chối."
    )


def _bad(results: list[Outcome]) -> list[str]:
    refused = [one for one in results if one.result == "refused"]
    return [f"{one.gauge or 'Thiếu mã trạm'}, {one.at:%H:%M %d/%m/%Y}: {one.reason}" for one in refused[:50]]


def _threshold(request: HttpRequest, viewer: Viewer, row: Gauge, form: ThresholdForm) -> list[Any]:
    facts = dict(form.cleaned_data)
    numbers = {name: float(facts[name] or 0) for name in ("value", "release", "slope", "radius_km")}
    actions.keep_threshold(
        viewer,
        gauge_id=row.pk,
        **{**facts, **numbers, "level": int(facts["level"]), "hours": int(facts["hours"] or 0)},
    )
    messages.success(request, "Đã đặt ngưỡng.")
    return []


def _judge(viewer: Viewer, request: HttpRequest) -> list[Any]:
    judge_reading(
        viewer, reading_id=uuid_in(request.POST.get("reading", "")), good=request.POST.get("good") == "1"
    )
    return []


def _end_threshold(viewer: Viewer, row: Gauge, request: HttpRequest) -> list[Any]:
    actions.end_threshold(viewer, gauge_id=row.pk, threshold_id=uuid_in(request.POST.get("threshold", "")))
    return []


def _end(request: HttpRequest, viewer: Viewer, row: Gauge) -> list[Any]:
    actions.end_gauge(viewer, gauge_id=row.pk)
    messages.success(request, "Đã thôi dùng trạm.")
    return []


def uuid_in(text: str) -> UUID:
    """A key that a form sent. Raises NotFound for other text."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound() from error
