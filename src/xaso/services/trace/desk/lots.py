"""Officers look at lots of their units; they write nothing here."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.trace.labels_words import lot_address
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import Lot
from xaso.services.trace.queries import lots as queries

PER_PAGE = 50


@officer("trace.view")
@require_GET
def lots(request: HttpRequest) -> HttpResponse:
    """Lots of my units, newest first."""
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("xem", "")
    rows = queries.lots_at_desk(viewer_in(request), text=text, state=state)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    url = reverse("trace_desk:lots")
    states = [("", "Tất cả"), *((str(key), str(label)) for key, label in Lot.State.choices)]
    context = {
        "page": page,
        "rows": [(one, said(one.left, one.uom)) for one in page],
        "text": text,
        "filters": [
            {"label": label, "url": f"{url}?xem={key}" if key else url, "active": key == state}
            for key, label in states
        ],
    }
    return render(request, "trace/lots_desk_list.html", context)


@officer("trace.view")
@require_GET
def lot(request: HttpRequest, token: str) -> HttpResponse:
    """One lot: facts, way, who holds it, labels."""
    row = queries.lot_at_desk(viewer_in(request), token)
    context = {
        "lot": row,
        "left": said(row.left, row.uom),
        "whole": said(row.quantity, row.uom),
        "address": lot_address(row),
        "enterprise": row.enterprise,
        "back_url": reverse("trace_desk:lots"),
        **queries.facts_of(row),
    }
    return render(request, "trace/lots_desk_one.html", context)


lots_urls = [
    path("lo/", lots, name="lots"),
    path("lo/<slug:token>/", lot, name="lot"),
]
