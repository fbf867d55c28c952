"""What everybody may see of a station: its programme, what was heard, how to hear it again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.speech.actions.recordings import LANGUAGES
from xaso.services.broadcast.models import Airing, Cluster, Emergency, Play, Sound, Station, Window
from xaso.services.broadcast.queries import pages
from xaso.services.broadcast.queries.lines import programme_of
from xaso.services.broadcast.rules import programme as rules

WHY = "what a station broadcasts was said aloud to everybody"
HEARD = (Airing.State.PLAYING, Airing.State.PLAYED, Airing.State.CUT)


def stations() -> list[Station]:
    """Stations that are open, by name."""
    with widened(WHY):
        return list(Station.objects.filter(ended_at=None).select_related("unit").order_by("title"))


def station_at(unit_path: str = "") -> Station | None:
    """The station of a unit; of this installation's own unit when none is named; None when there is none."""
    path = unit_path.strip("/")
    with widened(WHY):
        rows = Station.objects.filter(ended_at=None).select_related("unit")
        if path:
            return rows.filter(unit_path=f"{path}/").first()
        home = getattr(settings, "XASO_HOME_UNIT", "") or ""
        found = rows.filter(unit_path=home).first() if home else None
        return found or (rows.first() if rows.count() == 1 else None)


def day_of(station: Station, day: date) -> list[Airing]:
    """A day's airings, without those that never were to be heard."""
    with widened(WHY):
        rows = pages.airings_of_day(station, day)
    return [one for one in rows if one.state not in (Airing.State.REFUSED,)]


def running_emergencies(station: Station) -> list[Emergency]:
    """Warnings that sound now, drills among them."""
    with widened(WHY):
        return list(station.emergencies.filter(state=Emergency.State.RUNNING).order_by("-started_at"))


def clusters(station: Station) -> list[Cluster]:
    """Loudspeakers by name, for who wants to tell about one: no state, no place."""
    with widened(WHY):
        return list(station.clusters.filter(ended_at=None).order_by("name"))


def cluster_of(station: Station, cluster_id: str) -> Cluster | None:
    """One of the station's own loudspeakers, by the value of a form."""
    return next((one for one in clusters(station) if str(one.pk) == cluster_id), None)


def names_of(station: Station) -> dict[str, str]:
    """Names of hamlets and clusters."""
    from xaso.kernel.units.models import Unit

    with widened(WHY):
        units = Unit.objects.filter(path__startswith=station.unit_path).values_list("path", "full_name")
        rows = station.clusters.values_list("code", "name")
        return {**dict(units), **dict(rows)}


def programme(station: Station, since: datetime, before: datetime) -> list[tuple[datetime, dict[str, Any]]]:
    """What is due in a span: moment, and title, seconds, area."""
    with widened(WHY):
        whole = programme_of(station)
        return [
            (
                due.at,
                {
                    "title": whole.slots[due.line.key].title,
                    "seconds": due.seconds,
                    "area": whole.slots[due.line.key].area,
                },
            )
            for due in rules.due(whole.lines, since, before)
        ]


def hours(station: Station) -> list[Window]:
    """The hours in which the loudspeakers may be heard."""
    with widened(WHY):
        return [row for row in pages.windows_of(station) if row.use == Window.Use.BROADCAST]


def airing(airing_id: UUID) -> Airing:
    """Something that was heard. Raises NotFound for what was not."""
    with widened(WHY):
        one = (
            Airing.objects.select_related("station__unit", "bulletin", "emergency", "sound__file")
            .filter(pk=airing_id, state__in=HEARD)
            .first()
        )
    if one is None:
        raise NotFound("Chưa có gì để nghe lại: nội dung này chưa phát, hoặc không phát.")
    return one


def sound(viewer: Viewer, found: Sound | None) -> dict[str, Any] | None:
    """The file to hear again; None for what was live."""
    if found is None:
        return None
    with widened(WHY):
        return {"url": file_link(viewer, found.file, 60), "size": found.file.size}


def heard_by(one: Airing) -> int:
    """How many loudspeakers played it."""
    with widened(WHY):
        return one.plays.filter(result=Play.Result.PLAYED).count()


def language(code: str) -> str:
    """The name of a language."""
    return LANGUAGES.get(code, "")
