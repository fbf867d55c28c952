"""Figures for leaders: overview, one figure split, the records behind it. Where → records in two clicks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.indicators import actions, queries
from xaso.kernel.indicators.queries import VIEW, Span
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.period import period_of

FILTERS = ("procedure", "officer")


def _span(request: HttpRequest) -> Span:
    viewer = viewer_in(request)
    given = request.POST if request.method == "POST" else request.GET
    unit_path = given.get("unit")
    if unit_path is None:
        unit_path = _own(viewer)
    period = given.get("period") or period_of(today()).code
    filters = {name: given[name] for name in FILTERS if given.get(name)}
    return queries.span_for(viewer, unit_path, period, filters)


def _own(viewer: Viewer) -> str:
    tops = viewer.paths(VIEW)
    if not tops:
        raise Forbidden()
    return next((top for top in tops if viewer.unit_path.startswith(top)), tops[0])


def _address(name: str, span: Span, *args: str, **more: str) -> str:
    facts = {"unit": span.unit_path, "period": span.period.code, **span.filters, **more}
    return f"{reverse(name, args=args)}?{urlencode(facts)}"


def _frame(request: HttpRequest, span: Span) -> dict[str, Any]:
    viewer = viewer_in(request)
    units = queries.units_to_choose(viewer, span.unit_path)
    here = dict(units)[span.unit_path]
    return {"span": span, "units": units, "here": here, "back_period": span.period.before().code}


@officer(VIEW)
def overview(request: HttpRequest) -> HttpResponse:
    """All figures of a unit for a period, each a link to its parts."""
    span = _span(request)
    earlier = Span(span.unit_path, span.period.before(), span.filters)
    viewer = viewer_in(request)
    before = {one.spec.code: one for one in queries.overview(viewer, earlier)}
    rows = [
        {"figure": one, "before": before.get(one.spec.code), "url": _address("figure", span, one.spec.code)}
        for one in queries.overview(viewer, span)
    ]
    return render(request, "indicators/overview.html", {**_frame(request, span), "rows": rows})


@officer(VIEW)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One figure: formula, source, its parts; each part opens further or down to the records."""
    span = _span(request)
    viewer = viewer_in(request)
    dimensions = queries.spec_of(code).dimensions
    by = request.GET.get("by") or (dimensions[0][0] if dimensions else "")
    now, parts = queries.figure_and_parts(viewer, code, span, by)
    rows = [
        {
            "label": label,
            "figure": part,
            "url": _deeper(code, span, by, key),
            "records": _records(code, span, by, key),
        }
        for key, label, part in parts
    ]
    context = {
        **_frame(request, span),
        "figure": now,
        "by": by,
        "rows": rows,
        "dimensions": [
            (key, label, _address("figure", span, code, by=key)) for key, label in now.spec.dimensions
        ],
        "records_url": _address("figure_records", span, code),
        "rest_url": _address("figure_records", span, code, which="rest"),
        "readings": queries.readings(viewer, code, span.unit_path),
        "back_url": _address("figures", span),
    }
    return render(request, "indicators/figure.html", context)


def _narrow(span: Span, by: str, key: str) -> Span:
    if by == "unit":
        return Span(key, span.period, span.filters)
    return Span(span.unit_path, span.period, {**span.filters, by: key})


def _deeper(code: str, span: Span, by: str, key: str) -> str:
    return _address("figure", _narrow(span, by, key), code) if by == "unit" and key != span.unit_path else ""


def _records(code: str, span: Span, by: str, key: str) -> str:
    return _address("figure_records", _narrow(span, by, key), code)


@officer(VIEW)
def behind(request: HttpRequest, code: str) -> HttpResponse:
    """The records behind a figure, each a link to itself."""
    span = _span(request)
    viewer = viewer_in(request)
    which = request.GET.get("which", "numerator")
    rows = list(queries.records(viewer, code, span, which, request.GET.get("after", ""), 51))
    more = rows[50:] and rows[49]
    context = {
        **_frame(request, span),
        "figure": queries.figure(viewer, code, span),
        "rows": rows[:50],
        "which": which,
        "all_url": _address("figure_records", span, code),
        "rest_url": _address("figure_records", span, code, which="rest"),
        "more_url": _address("figure_records", span, code, which=which, after=str(more["id"]))
        if more
        else "",
        "back_url": _address("figure", span, code),
    }
    return render(request, "indicators/records.html", context)


@officer("indicators.fix")
@require_POST
def fix(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the figure as it stands."""
    span = _span(request)
    note = request.POST.get("note", "").strip()
    if len(note) > 300:
        raise ActionError("Ghi chú dài quá 300 chữ. Rút ngắn lại.", "note")
    actions.fix_reading(viewer_in(request), code=code, span=span, note=note)
    return redirect(_address("figure", span, code))


desk_urls = [
    path("figures/", overview, name="figures"),
    path("figures/<str:code>/", one, name="figure"),
    path("figures/<str:code>/records/", behind, name="figure_records"),
    path("figures/<str:code>/fix/", fix, name="figure_fix"),
]
