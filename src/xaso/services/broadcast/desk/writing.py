"""The editor of a bulletin: the text, and beside it what the loudspeakers will say."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM
from xaso.services.broadcast.actions import bulletins as actions
from xaso.services.broadcast.actions.sounds import JINGLES
from xaso.services.broadcast.desk.bulletins import open_bulletin
from xaso.services.broadcast.desk.common import WRITE, choices, put_errors, station_in, voices_for
from xaso.services.broadcast.desk.spoken import spoken_facts, teach, wants_word
from xaso.services.broadcast.forms.bulletins import BulletinForm
from xaso.services.broadcast.models import Bulletin, Kind, Station

NAMES = ("title", "text", "kind", "topic", "voice", "speed", "jingle", "repeats")


@officer(WRITE)
@require_http_methods(["GET", "POST"])
def bulletin_new(request: HttpRequest) -> HttpResponse:
    """Write one."""
    return _edit(request, station_in(request), None)


@officer(WRITE)
@require_http_methods(["GET", "POST"])
def bulletin_edit(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Change one: a new content is a new version and waits for approval again."""
    one = open_bulletin(request, bulletin_id)
    return _edit(request, one.station, one)


def _initial(station: Station, one: Bulletin | None) -> dict[str, Any]:
    if one is None:
        return {"kind": "ordinary", "voice": station.voice, "speed": str(station.speed), "repeats": 1}
    last = one.valid_to.astimezone(VIETNAM) - timedelta(seconds=1) if one.valid_to else None
    first = one.valid_from.astimezone(VIETNAM) if one.valid_from else None
    return {
        **{name: getattr(one, name) for name in NAMES},
        "speed": str(one.speed),
        "valid_from": first.date() if first else None,
        "valid_to": last.date() if last else None,
    }


def _midnight(day: date | None, after: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days=after), time(), VIETNAM) if day else None


def _keep(
    viewer: Viewer, station: Station, one: Bulletin | None, facts: dict[str, Any], number: int
) -> Bulletin:
    facts = {
        **facts,
        "speed": float(facts["speed"]),
        "repeats": facts["repeats"] or 1,
        "valid_from": _midnight(facts["valid_from"]),
        "valid_to": _midnight(facts["valid_to"], 1),
    }
    if one is not None:
        row = actions.edit_bulletin(viewer, bulletin=one, number=number, **facts)
        row = actions.speak_again(viewer, bulletin=row)
    else:
        row = actions.write_bulletin(viewer, station=station, **facts)
    try:
        return actions.listen_bulletin(viewer, bulletin=row)
    except ActionError:
        return row  # the page of the bulletin says why it has no sound


def _edit(request: HttpRequest, station: Station, one: Bulletin | None) -> HttpResponse:
    viewer = viewer_in(request)
    viewer.must(WRITE, station.unit_path)
    do = request.POST.get("do", "")
    told = teach(request, station) if wants_word(request) else {}
    form = BulletinForm(
        request.POST if do == "keep" else None,
        kinds=choices(Kind, ("ordinary", "priority")),
        voices=voices_for(station),
        jingles=list(JINGLES.items()),
        spoken_url=reverse("broadcast_desk:spoken"),
        initial=_initial(station, one) if request.method == "GET" else request.POST.dict(),
    )
    if do == "keep" and form.is_valid():
        number = request.POST.get("number", "")
        try:
            kept = _keep(viewer, station, one, form.cleaned_data, int(number) if number.isdigit() else 0)
        except ActionError as error:
            put_errors(form, error)
        else:
            return redirect("broadcast_desk:bulletin", kept.pk)
    text = request.POST.get("text", "") if request.method == "POST" else (one.text if one else "")
    context = {
        "title": f"Sửa: {one.title}" if one else "Soạn bản tin",
        "form": form,
        "number": one.version if one else 0,
        "back_url": reverse("broadcast_desk:bulletin", args=[one.pk])
        if one
        else reverse("broadcast_desk:bulletins"),
        **spoken_facts(text, station),
        **told,
    }
    return render(request, "broadcast/bulletin_edit.html", context, status=422 if form.errors else 200)


writing_urls = [
    path("ban-tin/soan/", bulletin_new, name="bulletin_new"),
    path("ban-tin/<uuid:bulletin_id>/sua/", bulletin_edit, name="bulletin_edit"),
]
