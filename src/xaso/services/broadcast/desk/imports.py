"""Drafts from documents and news feeds."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.broadcast.desk.common import WRITE, put_errors, station_in
from xaso.services.broadcast.forms.relay import DocumentForm, FeedForm
from xaso.services.broadcast.streams import imports
from xaso.services.broadcast.streams import queries as streams


@officer(WRITE)
@require_http_methods(["GET", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    """A document to take words from; the feeds of the station; a new feed."""
    viewer, station, do = viewer_in(request), station_in(request), request.POST.get("do", "")
    viewer.must(WRITE, station.unit_path)
    document = DocumentForm(*((request.POST, request.FILES) if do == "document" else ()))
    feed = FeedForm(request.POST if do == "feed" else None)
    form = {"document": document, "feed": feed}.get(do)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            if do == "document":
                sent = form.cleaned_data["file"]
                row = imports.import_document(
                    viewer, station=station, content=sent.read(imports.LARGEST + 1), name=sent.name or "tep"
                )
                messages.success(request, "Đã lấy chữ thành bản nháp. Đọc lại trước khi trình duyệt.")
                return redirect("broadcast_desk:bulletin_edit", row.pk)
            kept = imports.keep_feed(viewer, station=station, **form.cleaned_data)
            return redirect("broadcast_desk:feed", kept.pk)
        except ActionError as error:
            put_errors(form, error)
    wrong = form is not None and bool(form.errors)
    context = {
        "station": station,
        "document": document,
        "feed_form": feed,
        "form": form if wrong else None,
        "adding": do == "feed" and wrong,
        "feeds": streams.feeds_of(viewer, station),
    }
    return render(request, "broadcast/imports.html", context, status=422 if wrong else 200)


@officer(WRITE)
@require_http_methods(["GET", "POST"])
def feed(request: HttpRequest, feed_id: UUID) -> HttpResponse:
    """What a feed holds now; one piece becomes a draft, or the feed is used no more."""
    viewer = viewer_in(request)
    row = streams.feed_of(viewer, feed_id)
    if request.POST.get("do") == "end":
        imports.end_feed(viewer, feed_id=row.pk)
        messages.success(request, "Đã thôi dùng nguồn tin.")
        return redirect("broadcast_desk:imports")
    error, entries = "", []
    try:
        entries = imports.read_entries(viewer, feed_id=row.pk)
    except ActionError as refused:
        error = refused.message
    if request.method == "POST":
        chosen = next((one for one in entries if one.id == request.POST.get("entry")), None)
        if chosen is not None:
            made = imports.import_entry(viewer, feed_id=row.pk, entry=chosen)
            messages.success(request, "Đã lấy thành bản nháp. Đọc lại trước khi trình duyệt.")
            return redirect("broadcast_desk:bulletin_edit", made.pk)
        messages.error(request, error or "Tin này không còn trong nguồn. Chọn tin khác.")
        return redirect("broadcast_desk:feed", row.pk)
    return render(request, "broadcast/feed.html", {"row": row, "entries": entries, "error": error})


import_urls = [
    path("nhap-tin/", sources, name="imports"),
    path("nhap-tin/<uuid:feed_id>/", feed, name="feed"),
]
