"""What the desk's pages share: the station at hand, names of places, sounds, forms that meet actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import figure
from xaso.kernel.speech import catalogue
from xaso.kernel.speech.models import Rendering
from xaso.kernel.ui.parts import badge
from xaso.kernel.units.models import Unit
from xaso.services.broadcast import shown
from xaso.services.broadcast.models import Bulletin, Cluster, Sound, Station

VIEW = "broadcast.view"
WRITE = "broadcast.write"
APPROVE = "broadcast.approve"
PLAN = "broadcast.programme"
EMERGENCY = "broadcast.emergency"
CONFIRM = "broadcast.confirm"
RUN = "broadcast.station"
KEPT = "broadcast_station"


def stations_of(viewer: Viewer) -> list[Station]:
    """Stations the viewer may look at."""
    rows = Station.objects.filter(viewer.scope(VIEW), ended_at__isnull=True)
    return list(rows.order_by("title"))


def station_in(request: HttpRequest) -> Station:
    """The station at hand: the one chosen last (`?dai=`), else the first of the viewer's. Raises NotFound."""
    viewer = viewer_in(request)
    found = stations_of(viewer)
    if not found:
        raise NotFound("Xã chưa lập đài truyền thanh. Người quản trị lập đài trước.")
    asked = request.GET.get("dai", "")[:60]
    if asked and any(str(one.pk) == asked for one in found):
        request.session[KEPT] = asked
    wanted = asked or request.session.get(KEPT, "")
    return next((one for one in found if str(one.pk) == wanted), found[0])


def clusters_of(station: Station) -> list[Cluster]:
    """Clusters in use, by name."""
    return list(station.clusters.filter(ended_at__isnull=True).order_by("name", "code"))


@dataclass(frozen=True)
class Places:
    """Names of hamlets and clusters of a station, for saying areas."""

    names: dict[str, str]

    def words(self, area: dict[str, Any]) -> str:
        """An area in words."""
        return shown.where(area or {}, self.names)

    def unit(self, path: str) -> str:
        """The name of a unit."""
        return self.names.get(path, path)


def places_of(station: Station) -> Places:
    """Names below a station."""
    units = Unit.objects.filter(path__startswith=station.unit_path).values_list("path", "full_name")
    clusters = station.clusters.values_list("code", "name")
    return Places({**dict(units), **dict(clusters)})


def hamlets_of(station: Station) -> list[tuple[str, str]]:
    """Path and name of the hamlets of today, in the order of letters; the whole commune first."""
    rows = Unit.objects.under(station.unit_path).on().filter(level=Unit.Level.HAMLET).sorted()
    return [(one.path, one.full_name) for one in rows]


def voices_for(station: Station) -> list[tuple[str, str]]:
    """Voices that can read now."""
    return [(one.key, one.label) for one in catalogue.all_voices(station.unit_path) if one.available]


def voice_words(key: str) -> str:
    """The name of a voice."""
    known = catalogue.voice(key)
    return known.label if known else key


def sound_of(viewer: Viewer, sound: Sound) -> dict[str, Any]:
    """A file of the air as the pages show it."""
    return {
        "state": "ready",
        "url": file_link(viewer, sound.file, 120),
        "size": sound.file.size,
        "length": shown.length(sound.seconds),
    }


def sound_of_bulletin(viewer: Viewer, one: Bulletin) -> dict[str, Any]:
    """Whether the bulletin can be heard: ready, waiting, failed with its reason, or nobody asked yet."""
    row = Rendering.objects.filter(pk=one.rendering).first() if one.rendering else None
    if one.sound is not None:
        used = row.used_voice if row else ""
        return {
            **sound_of(viewer, one.sound),
            "lufs": figure(row.lufs, 1) if row and row.lufs is not None else "",
            "peak": figure(row.peak, 1) if row and row.peak is not None else "",
            "voice": f"{voice_words(used)}." if used else "",
            "fell_back": row.fell_back if row else "",
        }
    if one.trouble or (row is not None and row.state == Rendering.State.FAILED):
        return {"state": "failed", "error": one.trouble or (row.error if row else "")}
    return {"state": "waiting" if row is not None else ""}


def link(url: str, text: str) -> SafeString:
    """An anchor."""
    return format_html('<a href="{}">{}</a>', url, text)


def mark(found: shown.Badge) -> SafeString:
    """A badge."""
    return badge(*found)


def put_errors(form: forms.Form, error: ActionError) -> None:
    """What an action refused, at its fields; refusals of right or place go on to their own pages."""
    if error.status in (403, 404):
        raise error
    for name, texts in error.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def attempt(
    request: HttpRequest, run: Callable[[], Any], done: str, back: str, form: forms.Form | None = None
) -> HttpResponse | None:
    """Run a write; answer where to go next, or None with the errors in the form."""
    try:
        run()
    except ActionError as error:
        if form is None:
            if error.status in (403, 404):
                raise
            messages.error(request, str(error))
            return redirect(back)
        put_errors(form, error)
        return None
    messages.success(request, done)
    return redirect(back)


def choices(kinds: Any, only: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Choices of a model's field, all or some."""
    return [(str(key), str(label)) for key, label in kinds.choices if not only or key in only]
