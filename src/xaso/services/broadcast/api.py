"""Commune radio for other systems: bulletins, programme, clusters, plays.

``broadcast.read`` reads; ``broadcast.send`` hands bulletins in, as the province's system does: an ordinary one waits
for the commune, a priority one is approved by the level it comes from. Emergencies do not come this way: they are
announced, with their second person, where warnings are made.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field, StringConstraints

from xaso.kernel.people.doors import viewer_in
from xaso.kernel.people.machines import MachineAuth
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.actions.bulletins import receive_bulletin
from xaso.services.broadcast.calendar_feed import MEDIA_TYPE, feed
from xaso.services.broadcast.models import Bulletin, Cluster, Play, Station
from xaso.services.broadcast.planning import sound_url
from xaso.services.broadcast.queries import outside
from xaso.services.broadcast.queries.lines import upcoming
from xaso.services.broadcast.streams.api import router as source

router = Router()
router.add_router("/source", source)
UnitPath = Annotated[str, StringConstraints(pattern=r"^\d{2}/\d{5}/$", max_length=20)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class StationOut(Schema):
    """A station: one commune."""

    unit_path: str = Field(examples=["15/02683/"])
    title: str
    old_codes: list[str]
    source_code: str


class ClusterOut(Schema):
    """A cluster of loudspeakers and how it is."""

    code: str
    name: str
    kind: str
    unit_path: str
    old_unit_code: str
    lat: float | None
    lon: float | None
    horns: int
    volume: int
    state: str
    last_seen: datetime | None
    firmware: str
    maker: str
    network: str
    installed_on: str | None
    clock_offset_ms: float | None
    faults: list[str]


class BulletinOut(Schema):
    """A bulletin with its spoken text and its sound."""

    id: UUID
    kind: str
    origin: str
    source: str
    source_id: str
    topic: str
    title: str
    text: str
    spoken: str
    language: str
    state: str
    reason: str
    version: int
    valid_from: datetime | None
    valid_to: datetime | None
    seconds: float | None
    audio: str


class BulletinIn(Schema):
    """A bulletin from above. The same ``source_id`` again answers the one that is there."""

    unit_path: UnitPath = Field(examples=["15/02683/"])
    source_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    source: Words = Field(examples=["Hệ thống thông tin nguồn tỉnh"])
    kind: Literal["ordinary", "priority"] = "ordinary"
    origin: Literal["province", "centre"] = "province"
    title: Words
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
    topic: Annotated[str, StringConstraints(max_length=60)] = ""
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None


class PlayOut(Schema):
    """What one device did with one airing."""

    id: UUID
    airing: UUID
    title: str
    item: str
    kind: str
    origin: str
    cluster: str
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float
    result: str
    reason: str
    offset_ms: float | None
    volume: int | None


class Asked(Schema):
    """Which station."""

    unit_path: UnitPath = Field(examples=["15/02683/"])


class AskedAfter(Asked):
    """Which station, from after which row on."""

    after: UUID | None = None


class AskedPlays(AskedAfter):
    """Which station, from when to when (at most 31 days; the last day by default), after which row."""

    since: AwareDatetime | None = None
    before: AwareDatetime | None = None


@router.get("/stations", auth=MachineAuth(outside.READ), response=list[StationOut])
def stations(request: HttpRequest) -> list[Station]:
    """The stations that may be read."""
    return list(outside.stations_read(viewer_in(request)))


@router.get("/clusters", auth=MachineAuth(outside.READ), response=list[ClusterOut])
def clusters(request: HttpRequest, asked: Query[Asked]) -> list[ClusterOut]:
    """The clusters of a station, with what is wrong with them."""
    viewer = viewer_in(request)
    station = outside.station_read(viewer, asked.unit_path)
    return [_cluster(one) for one in outside.clusters_read(viewer, station)]


def _cluster(row: Cluster) -> ClusterOut:
    return ClusterOut(
        **{
            name: getattr(row, name)
            for name in (
                "code", "name", "kind", "unit_path", "old_unit_code", "lat", "lon", "horns", "volume", "state",
                "last_seen", "firmware", "maker", "network", "clock_offset_ms",
            )
        },
        installed_on=row.installed_on.isoformat() if row.installed_on else None,
        faults=sorted(row.faults.filter(ended_at=None).values_list("kind", flat=True)),
    )  # fmt: skip


@router.get("/bulletins", auth=MachineAuth(outside.READ), response=list[BulletinOut])
def bulletins(request: HttpRequest, asked: Query[AskedAfter]) -> list[BulletinOut]:
    """Bulletins of a station, newest first, at most 200; ``after`` the last one for more."""
    viewer = viewer_in(request)
    station = outside.station_read(viewer, asked.unit_path)
    return [_bulletin(one) for one in outside.bulletins_read(viewer, station, asked.after)]


@router.post("/bulletins", auth=MachineAuth(outside.SEND), response={201: BulletinOut})
def send_bulletin(request: HttpRequest, body: BulletinIn) -> Status[BulletinOut]:
    """Hand a bulletin to a commune's station."""
    viewer = viewer_in(request)
    station = outside.station_read(viewer, body.unit_path, outside.SEND)
    facts = body.model_dump(exclude={"unit_path"})
    return Status(201, _bulletin(receive_bulletin(viewer, station=station, **facts)))


@router.get("/bulletins/{bulletin_id}", auth=MachineAuth(outside.SEND), response=BulletinOut)
def bulletin(request: HttpRequest, bulletin_id: UUID) -> BulletinOut:
    """What became of a bulletin that was handed in."""
    return _bulletin(outside.sent_bulletin(viewer_in(request), bulletin_id))


def _bulletin(row: Bulletin) -> BulletinOut:
    return BulletinOut(
        **{
            name: getattr(row, name)
            for name in (
                "id", "kind", "origin", "source", "source_id", "topic", "title", "text", "spoken", "language",
                "state", "reason", "version", "valid_from", "valid_to", "seconds",
            )
        },
        audio=sound_url(row.sound.sha256) if row.sound else "",
    )  # fmt: skip


CALENDAR = {"text/calendar": {"schema": {"type": "string"}}}
ANSWERS = {"responses": {200: {"description": "iCalendar (RFC 5545)", "content": CALENDAR}}}


@router.get("/programme.ics", auth=MachineAuth(outside.READ), openapi_extra=ANSWERS)
def programme(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """The coming 30 days of a station as a calendar."""
    station = outside.station_read(viewer_in(request), asked.unit_path)
    moment = now()
    dues = upcoming(station, moment - timedelta(days=1), moment + timedelta(days=30))
    return HttpResponse(feed(station, dues, moment), content_type=MEDIA_TYPE)


@router.get("/plays", auth=MachineAuth(outside.READ), response=list[PlayOut])
def plays(request: HttpRequest, asked: Query[AskedPlays]) -> list[PlayOut]:
    """What each device did, at most 200 rows; ``after`` the last one for more."""
    viewer = viewer_in(request)
    station = outside.station_read(viewer, asked.unit_path)
    before = asked.before or now()
    since = asked.since or before - timedelta(days=1)
    return [_play(one) for one in outside.plays_read(viewer, station, since, before, asked.after)]


def _play(row: Play) -> PlayOut:
    airing = row.airing
    return PlayOut(
        **{
            name: getattr(row, name)
            for name in (
                "id", "started_at", "ended_at", "seconds", "result", "reason", "offset_ms", "volume",
            )
        },
        airing=airing.pk,
        title=airing.title,
        item=airing.item,
        kind=airing.kind,
        origin=airing.origin,
        cluster=row.cluster.code,
        due_at=airing.starts_at,
    )  # fmt: skip
