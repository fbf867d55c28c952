"""The engine: occurrences become airings, airings a plan, the plan documents that devices hold for days ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from xaso.kernel.base.actions import action
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.broadcast import wire
from xaso.services.broadcast.actions.common import clusters_in, live_clusters
from xaso.services.broadcast.in_force import caps_of
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, LiveSession, Slot, Station
from xaso.services.broadcast.planning import Plan, block_of, digest, document, plan_of
from xaso.services.broadcast.queries.lines import Programme, class_of, programme_of
from xaso.services.broadcast.rules import programme as rules
from xaso.services.broadcast.rules.planner import MISSED
from xaso.services.broadcast.rules.programme import Due
from xaso.services.broadcast.wire.keys import commune_of

BACK = timedelta(hours=24)  # how far back a stopped server looks for what it let slip
AHEAD = timedelta(hours=72)  # how far ahead airings are made and sent
LATE = timedelta(minutes=1)  # later than this, an occurrence that nobody planned is missed
ALL = "all"
BATCH = 100  # documents in one transaction
OPEN = (Airing.State.PLANNED, Airing.State.SENT, Airing.State.PLAYING)


def plan_station(viewer: Viewer, *, station_id: UUID) -> int:
    """Plan a station's coming three days and send each cluster what changed; answers how many documents went.

    Repeatable: without changes nothing is written. What was due while nobody planned is missed, not played late.
    One worker plans a station at a time; documents go in small transactions, so that an emergency never waits.
    """
    with _alone(station_id):
        planned = _plan(viewer, station_id=station_id)
        if planned is None:
            return 0
        enrolled = [one for one in planned.lines.clusters if one.enrolled_at is not None]
        sent = 0
        for start in range(0, len(enrolled), BATCH):
            sent += _send(viewer, planned=planned, clusters=enrolled[start : start + BATCH])
        return sent


@contextmanager
def _alone(station_id: UUID) -> Iterator[None]:
    """Nobody else plans this station meanwhile. No row is locked: an emergency goes its way."""
    number = station_id.int % (1 << 63)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@dataclass(frozen=True)
class _Planned:
    station: Station
    lines: Programme
    airings: list[Airing]
    plan: Plan
    moment: datetime


@action
def _plan(viewer: Viewer, *, station_id: UUID) -> _Planned | None:
    """Airings as the programme wants them, and what becomes of each."""
    station = Station.objects.filter(pk=station_id, ended_at=None).first()
    if station is None:
        return None
    moment = now()
    lines = programme_of(station)
    _materialise(viewer, station, lines, moment)
    _materialise_live(station, moment)
    airings = open_airings(station, moment)
    plan = plan_of(airings, lines)
    _write_plan(airings, plan, moment)
    return _Planned(station, lines, airings, plan, moment)


def horizon(moment: datetime) -> datetime:
    """How far is planned: 66 to 72 hours. It moves every six hours, so that documents do not change with each."""
    return block_of(moment) + AHEAD


def open_airings(station: Station, moment: datetime) -> list[Airing]:
    """Airings that are not over, and those that may still hold a later one back."""
    return list(
        station.airings.filter(at__gte=block_of(moment) - timedelta(hours=6), at__lt=horizon(moment))
        .filter(settled_at=None)
        .exclude(state=Airing.State.REFUSED)
        .select_related("slot", "bulletin", "sound", "emergency", "live")
        .order_by("at", "key")
    )


def _materialise(viewer: Viewer, station: Station, lines: Programme, moment: datetime) -> None:
    dues = {one.key: one for one in rules.due(lines.lines, moment - BACK, horizon(moment))}
    known = {
        one.key: one
        for one in station.airings.filter(slot__isnull=False, replay_of=None, at__gte=moment - 2 * BACK)
        .select_related("slot", "bulletin")
        .order_by("at")
    }
    for key, due in dues.items():
        row = known.get(key)
        if row is None:
            _make(viewer, station, lines, due, key, moment)
        elif row.settled_at is None and row.at > moment:
            _renew(row, lines, due)
    joined = {key for due in dues.values() for key in due.joins}
    for key, row in known.items():
        gone = key not in dues and row.at > moment and row.settled_at is None
        if gone and row.state in {Airing.State.PLANNED, Airing.State.SENT}:
            row.state = Airing.State.REFUSED
            row.reason = "Nối vào buổi tiếp âm trước" if key in joined else "Đã bỏ khỏi chương trình"
            row.save(update_fields=["state", "reason"])


def _materialise_live(station: Station, moment: datetime) -> None:
    """Granted sessions are aired from their hour on, or from when they were granted; ended ones are stopped."""
    for session in station.live.filter(
        state__in=[LiveSession.State.GRANTED, LiveSession.State.RUNNING],
        ends_by__gt=moment,
        starts_at__lt=horizon(moment),
    ):
        begins = max(session.starts_at, moment)
        Airing.objects.get_or_create(
            key=f"live:{session.pk}",
            defaults={
                "station": station,
                "unit_path": session.unit_path,
                "item": Airing.Item.LIVE,
                "title": session.title,
                "live": session,
                "area": session.area,
                "seconds": (session.ends_by - begins).total_seconds(),
                "at": begins,
                "starts_at": begins,
                "until": session.ends_by,
            },
        )
    for airing in station.airings.filter(
        item=Airing.Item.LIVE, settled_at=None, until__gt=moment, live__ended_at__lte=moment
    ).select_related("live"):
        stop_on_devices(airing, station)


def stop_on_devices(airing: Airing, station: Station) -> None:
    """Tell the devices of an airing to stop it now."""
    enrolled = [one for one in live_clusters(station) if one.enrolled_at is not None]
    codes = [one.code for one in clusters_in(airing.area, enrolled)]
    targets = [ALL] if codes and not airing.area else codes
    last = now() + timedelta(minutes=30)
    wire.publish(
        [
            wire.order("stop", cluster=code, expires_at=last, item=str(airing.pk), priority="live")
            for code in targets
        ],
        station=station,
    )


def _facts(lines: Programme, due: Due) -> dict[str, object]:
    slot = lines.slots[due.line.key]
    bulletin = _bulletin_on(lines, slot, due.occurrence.day)
    item = str(slot.item)
    seconds = due.seconds
    if bulletin is not None and bulletin.pk != slot.bulletin_id and bulletin.seconds:
        seconds = bulletin.seconds
    return {
        "item": item,
        "kind": class_of(item, bulletin),
        "origin": bulletin.origin if bulletin else due.line.origin,
        "topic": bulletin.topic if bulletin else "",
        "title": bulletin.title if bulletin and bulletin.pk != slot.bulletin_id else slot.title,
        "bulletin": bulletin,
        "version": bulletin.version if bulletin else None,
        "sound": bulletin.sound if bulletin else None,
        "rendering": bulletin.rendering if bulletin else None,
        "area": slot.area,
        "seconds": round(seconds, 3),
        "at": due.at,
    }


def _bulletin_on(lines: Programme, slot: Slot, day: date) -> Bulletin | None:
    change = lines.changes.get(str(slot.pk), {}).get(day)
    return change.bulletin if change and change.bulletin else slot.bulletin


def _make(viewer: Viewer, station: Station, lines: Programme, due: Due, key: str, moment: datetime) -> None:
    slot = lines.slots[due.line.key]
    late = due.at < moment - LATE
    if late and slot.kept_at > due.at:
        return  # nobody had asked for it yet
    row = Airing(
        station=station,
        unit_path=station.unit_path,
        key=key,
        slot=slot,
        starts_at=due.at,
        until=due.ends,
        **_facts(lines, due),
    )
    if late:
        row.state, row.settled_at = Airing.State.MISSED, moment
        row.reason = "Máy chủ không chạy lúc đến giờ"
    row.save(force_insert=True)
    if late:
        tell_missed(viewer, row)


def _renew(row: Airing, lines: Programme, due: Due) -> None:
    """An airing that is still to come follows its slot; one that was left out comes back."""
    changed = []
    for name, value in _facts(lines, due).items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    if row.state == Airing.State.REFUSED:
        row.state, row.reason = Airing.State.PLANNED, ""
        changed += ["state", "reason"]
    if changed:
        row.starts_at, row.until = due.at, due.ends
        row.save(update_fields=[*changed, "starts_at", "until"])


def _write_plan(airings: Iterable[Airing], plan: Plan, moment: datetime) -> None:
    """What the plan says of each airing: from when to when, what cuts it, why it will not be heard."""
    by_key = {one.key: one for one in airings}
    for row in by_key.values():
        before = (row.starts_at, row.until, row.reason, row.cut_at, row.cut_by_id, row.skips)
        fates = plan.of(row.key)
        heard = [fate for fate in fates if fate.segments]
        if heard:
            row.starts_at = min(fate.segments[0].start for fate in heard)
            row.until = max(fate.segments[-1].end for fate in heard)
        cuts = [part for fate in heard for part in fate.segments if part.cut_by in by_key]
        row.cut_at = cuts[0].end if cuts else None
        row.cut_by_id = by_key[cuts[0].cut_by].pk if cuts else None
        row.reason = next((fate.reason for fate in fates if fate.reason), "")[:300]
        if fates and all(fate.state == MISSED for fate in fates):
            row.starts_at, row.until = row.at, row.at + timedelta(seconds=row.seconds)
        if before != (row.starts_at, row.until, row.reason, row.cut_at, row.cut_by_id, row.skips):
            row.save(update_fields=["starts_at", "until", "reason", "cut_at", "cut_by"])


@action
def _send(viewer: Viewer, *, planned: _Planned, clusters: list[Cluster]) -> int:
    """Documents that differ from what was sent last go out; airings in them are "sent"."""
    until = horizon(planned.moment)
    caps = caps_of(clusters)
    commune = commune_of(planned.station)
    sent = 0
    reached: set[str] = set()
    for cluster in clusters:
        made = document(
            cluster,
            planned.airings,
            planned.plan,
            caps[cluster.code],
            commune=commune,
            moment=planned.moment,
            until=until,
        )
        reached |= {entry.airing for entry in made.entries}
        mark = digest(made)
        if mark == cluster.schedule_sha256:
            continue
        cluster.schedule_version, cluster.schedule_sha256 = made.version, mark
        cluster.schedule_until = until
        cluster.save(update_fields=["schedule_version", "schedule_sha256", "schedule_until"])
        cluster.station = planned.station
        wire.put_schedule(cluster, made)
        sent += 1
    fresh = [one.pk for one in planned.airings if str(one.pk) in reached]
    Airing.objects.filter(pk__in=fresh, state=Airing.State.PLANNED).update(state=Airing.State.SENT)
    return sent


def tell_missed(viewer: Viewer, row: Airing) -> None:
    """Say that something was not heard: it is offered for a replay."""
    emit(
        "broadcast.airing_missed",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"state": row.state, "item": row.item, "kind": row.kind},
    )
