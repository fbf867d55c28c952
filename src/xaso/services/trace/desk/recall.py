"""Recalls at the desk: from any lot forward and back, confirmed in two steps, followed to the report."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.trace import recall_pages as pages
from xaso.services.trace.models import Recall
from xaso.services.trace.queries import recall as queries

VIEW = queries.VIEW


@officer(VIEW)
@require_GET
def recalls(request: HttpRequest) -> HttpResponse:
    """Recalls of my units."""
    viewer = viewer_in(request)
    state = request.GET.get("xem", "")
    shown = [
        ("", "Tất cả"),
        ("prepared", "Chờ xác nhận"),
        ("running", "Đang thu hồi"),
        ("closed", "Đã kết thúc"),
    ]
    state = state if state in Recall.State.values else ""
    tabs = [
        {"label": label, "url": f"?xem={key}" if key else "?", "active": state == key} for key, label in shown
    ]
    rows = queries.at_desk(viewer, state)
    return pages.show_list(
        request, pages.desk_place(), rows, tabs=tabs, find_url=pages.desk_place().url("recall_find")
    )


@officer(VIEW)
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Find the lot from which a recall begins."""
    text = request.GET.get("q", "").strip()[:300]
    rows = queries.find_lots(viewer_in(request), text)
    return render(request, "trace/recall_find.html", {"text": text, "rows": rows})


@officer(VIEW)
@require_GET
def lot_way(request: HttpRequest, token: str) -> HttpResponse:
    """The way of one lot."""
    return pages.show_way(request, pages.desk_place(), token)


@officer("trace.recall")
@require_http_methods(["GET", "POST"])
def prepare(request: HttpRequest, token: str) -> HttpResponse:
    """First step of a recall."""
    return pages.show_prepare(request, pages.desk_place(), token)


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def recall(request: HttpRequest, code: str) -> HttpResponse:
    """One recall."""
    return pages.show_recall(request, pages.desk_place(), code)


@officer(VIEW)
@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """Its things."""
    return pages.show_rows(request, pages.desk_place(), code)


@officer(VIEW)
@require_GET
def sheet(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Its things as a table."""
    return pages.send_csv(request, code)


@officer(VIEW)
@require_GET
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Its report."""
    return pages.send_pdf(request, code)


recall_urls = [
    path("thu-hoi/", recalls, name="recalls"),
    path("thu-hoi/tim-lo/", find, name="recall_find"),
    path("thu-hoi/tu-lo/<str:token>/", prepare, name="recall_prepare"),
    path("thu-hoi/<str:code>/", recall, name="recall"),
    path("thu-hoi/<str:code>/hang/", rows, name="recall_rows"),
    path("thu-hoi/<str:code>/hang.csv", sheet, name="recall_csv"),
    path("thu-hoi/<str:code>/bao-cao.pdf", report, name="recall_pdf"),
    path("duong-di/<str:token>/", lot_way, name="lot_way"),
]
