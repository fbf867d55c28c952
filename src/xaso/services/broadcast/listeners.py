"""What commune radio does when other rooms speak: announcements become emergencies or bulletins, sounds are taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from xaso.kernel.events.models import Event
from xaso.kernel.messages.announcements import note_outlet
from xaso.kernel.messages.models import Announcement
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.speech import spoken_text
from xaso.kernel.speech.models import Rendering
from xaso.services.broadcast.actions.bulletins import (
    agree_to_announced,
    end_bulletin,
    note_silence,
    take_sound,
    write_bulletin,
)
from xaso.services.broadcast.actions.common import live_clusters
from xaso.services.broadcast.actions.emergencies import as_drill, end_emergency, start_announced
from xaso.services.broadcast.actions.programme import once
from xaso.services.broadcast.in_force import class_rule, hours_of
from xaso.services.broadcast.models import Bulletin, Emergency, Slot, Station
from xaso.services.broadcast.rules.area import heard_in
from xaso.services.broadcast.rules.hours import open_spans

OWN = "broadcast.emergency"
FROM = "announcement"
STALE = timedelta(hours=6)  # an event that waited longer is no news any more
SOON = timedelta(minutes=2)  # a notice leaves time for its sound to be made and sent


def on_announced(event: Event) -> None:
    """An announcement is spoken: an emergency at once, anything else at the next hour its class may sound."""
    row = Announcement.objects.filter(pk=event.record_id).first()
    if row is None or row.record_type == OWN or row.state != Announcement.State.ACTIVE:
        return
    if row.expires_at <= now() or row.starts_at < now() - STALE:
        return
    for station in stations_of(row):
        codes = codes_of(row, station)
        if codes is not None and not codes:
            continue
        if row.kind == Announcement.Kind.EMERGENCY:
            start_announced(
                Viewer.system(),
                station=station,
                announcement_id=row.pk,
                title=row.title,
                text=row.body,
                drill=row.drill,
                expires_at=row.expires_at,
                codes=codes,
                unit_path=row.unit_path,
            )
        else:
            _speak_notice(row, station, codes)


def on_announcement_ended(event: Event) -> None:
    """The emergency of an announcement is over and says so; a bulletin of it is aired no more. Repeatable."""
    row = Announcement.objects.filter(pk=event.record_id).first()
    if row is None or row.record_type == OWN:
        return
    for emergency in Emergency.objects.filter(announcement=row.pk, state=Emergency.State.RUNNING):
        end_emergency(
            Viewer.system(),
            emergency=emergency,
            all_clear=row.all_clear,
            cancelled=row.state == Announcement.State.CANCELLED,
            tell=False,
        )
    for bulletin in Bulletin.objects.filter(source=FROM, source_id=str(row.pk)):
        end_bulletin(Viewer.system(), bulletin=bulletin, reason="Thông báo đã kết thúc")


def on_rendered(event: Event) -> None:
    """The words of a bulletin were spoken: put its air file together."""
    rendering = event.data["rendering_id"]
    for key in Bulletin.objects.filter(rendering=rendering, sound=None).values_list("pk", flat=True):
        take_sound(Viewer.system(), bulletin_id=key)


def on_render_failed(event: Event) -> None:
    """The words of a bulletin could not be spoken: say why on its page."""
    rendering = UUID(event.data["rendering_id"])
    error = Rendering.objects.filter(pk=rendering).values_list("error", flat=True).first() or ""
    for key in Bulletin.objects.filter(rendering=rendering, sound=None).values_list("pk", flat=True):
        note_silence(Viewer.system(), bulletin_id=key, why=error)


def stations_of(row: Announcement) -> list[Station]:
    """Stations that serve an announcement's area: in its units, or above them; of a drawn area those of its speaker."""
    places: Sequence[str] = row.units or [row.unit_path]
    found = [
        one
        for one in Station.objects.filter(ended_at=None).order_by("unit_path")
        if any(one.unit_path.startswith(place) or place.startswith(one.unit_path) for place in places)
    ]
    return found


def codes_of(row: Announcement, station: Station) -> set[str] | None:
    """The clusters of a station that an announcement is for; None is all of them."""
    if any(station.unit_path.startswith(place) for place in row.units):
        return None
    clusters = live_clusters(station)
    units = tuple(row.units)
    found = {one.code for one in clusters if units and one.unit_path.startswith(units)}
    if row.polygons:
        found |= {one.code for one in clusters if heard_in(one.lat, one.lon, row.polygons)}
    return None if found and len(found) == len(clusters) else found


def _speak_notice(row: Announcement, station: Station, codes: set[str] | None) -> None:
    viewer = Viewer.system()
    begins = next_hour(station, str(row.kind), max(row.starts_at, now() + SOON), row.expires_at)
    if begins is None:
        note_outlet(
            viewer,
            announcement_id=row.pk,
            outlet="loudspeaker",
            facts={"clusters": 0, "played": 0, "reason": "no_hour"},
        )
        return
    bulletin = write_bulletin(
        viewer,
        station=station,
        title=row.title,
        text=row.body,
        kind=str(row.kind),
        source=FROM,
        source_id=str(row.pk),
        valid_to=row.expires_at,
        **({"spoken": _drill_words(row, station)} if row.drill else {}),
    )
    agree_to_announced(viewer, bulletin=bulletin)
    if not Slot.objects.filter(bulletin=bulletin).exists():
        area = {} if codes is None else {"clusters": sorted(codes)}
        once(viewer, bulletin=bulletin, at=begins, area=area)


def _drill_words(row: Announcement, station: Station) -> str:
    return as_drill(spoken_text(row.body, station.unit_path).text)


def next_hour(station: Station, kind: str, since: datetime, before: datetime) -> datetime | None:
    """The next moment at which a class may sound at a station, before it is too late; None when there is none."""
    hours = class_rule(kind, station.unit_path).hours
    before = min(before, since + timedelta(days=8))
    for span in open_spans(hours_of(station.unit_path), hours, since, before):
        return max(span.start, since)
    return None
