"""Speaking live from the browser: asked, granted, spoken, ended."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.desk.common import VIEW, clusters_of, hamlets_of, put_errors, station_in
from xaso.services.broadcast.forms.relay import LiveForm, ReasonForm
from xaso.services.broadcast.models import LiveSession, Station
from xaso.services.broadcast.streams import live
from xaso.services.broadcast.streams import queries as streams
from xaso.services.broadcast.streams.live import LONGEST_CHUNK

SPEAK = live.SPEAK
ALL = "all"


def _areas(station: Station) -> list[tuple[str, str]]:
    hamlets = [(f"unit:{key}", name) for key, name in hamlets_of(station)]
    clusters = [(f"cluster:{one.code}", f"Cụm {one.name}") for one in clusters_of(station)]
    return [(ALL, "Toàn xã"), *hamlets, *clusters]


def _area(chosen: list[str]) -> dict[str, list[str]]:
    if ALL in chosen:
        return {}
    pairs = [one.partition(":") for one in chosen]
    return {
        "units": [key for kind, _, key in pairs if kind == "unit"],
        "clusters": [key for kind, _, key in pairs if kind == "cluster"],
    }


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Sessions of late and to come; ask for one."""
    viewer, station = viewer_in(request), station_in(request)
    form = LiveForm(request.POST or None, areas=_areas(station))
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            row = live.ask_live(
                viewer,
                station=station,
                title=facts["title"],
                minutes=facts["minutes"],
                area=_area(facts["area"]),
            )
            return redirect("broadcast_desk:live_session", row.pk)
        except ActionError as error:
            put_errors(form, error)
    context = {
        "station": station,
        "rows": streams.sessions_of(viewer, station),
        "form": form,
        "may": viewer.can(SPEAK, station.unit_path),
    }
    return render(request, "broadcast/live_sessions.html", context, status=422 if form.errors else 200)


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session: the microphone for who speaks, the decision for who may decide."""
    viewer = viewer_in(request)
    row = streams.session_of(viewer, session_id)
    here, do = reverse("broadcast_desk:live_session", args=[row.pk]), request.POST.get("do", "")
    form = ReasonForm(request.POST if do == "refuse" else None)
    if request.method == "POST":
        try:
            if do == "grant":
                live.grant_live(viewer, session_id=row.pk)
                messages.success(request, "Đã cho phép. Người xin nói bấm Bắt đầu nói trên máy của mình.")
            elif do == "end":
                live.end_live(viewer, session_id=row.pk)
                messages.success(request, "Đã dừng. Loa trở lại chương trình.")
            elif do == "refuse" and form.is_valid():
                live.refuse_live(viewer, session_id=row.pk, reason=form.cleaned_data["reason"])
                messages.success(request, "Đã từ chối và báo lý do.")
            if not form.errors:
                return redirect(here)
        except ActionError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, error.message)
            return redirect(here)
    speaking = streams.may_speak(viewer, row) and row.state in {"granted", "running"} and now() < row.ends_by
    context = {
        "row": row,
        "form": form,
        "speaking": speaking,
        "next": row.chunks.count() if speaking else 0,
        "deciding": streams.may_decide(viewer, row),
        "stopping": row.state == LiveSession.State.RUNNING
        and not speaking
        and viewer.can(live.CONFIRM, row.unit_path),
        "token": get_token(request),
        "here": here,
    }
    return render(request, "broadcast/live_session.html", context, status=422 if form.errors else 200)


@officer(SPEAK)
@require_POST
def chunk(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A piece of the microphone's sound, raw; answers the number of the next. Refusals are bare words for the page."""
    asked = request.GET.get("so", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 6):
        return HttpResponse(
            "Thiếu số thứ tự của mẩu âm thanh.", status=422, content_type="text/plain; charset=utf-8"
        )
    length = request.META.get("CONTENT_LENGTH") or "0"
    content = (
        request.read(LONGEST_CHUNK + 1) if length.isdigit() and int(length) <= 4 * LONGEST_CHUNK else b""
    )
    try:
        following = live.take_chunk(
            viewer_in(request), session_id=session_id, number=int(asked), content=content
        )
    except ActionError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    return JsonResponse({"next": following})


live_urls = [
    path("truc-tiep/", sessions, name="live_sessions"),
    path("truc-tiep/<uuid:session_id>/", session, name="live_session"),
    path("truc-tiep/<uuid:session_id>/mau/", chunk, name="live_chunk"),
]
