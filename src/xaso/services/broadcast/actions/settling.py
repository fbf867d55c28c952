"""What devices report, and the closing of the books: plays kept once each, gaps explained, misses told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from xaso.kernel.base.actions import action
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue
from xaso.services.broadcast.actions.common import clusters_in, replan
from xaso.services.broadcast.actions.emergencies import REPORT
from xaso.services.broadcast.actions.engine import OPEN, tell_missed
from xaso.services.broadcast.models import Airing, Cluster, Fault, Play, Station
from xaso.services.broadcast.rules.listening import Heard, Trouble, explain
from xaso.services.broadcast.streams.bridges import take_bridge

GRACE = timedelta(minutes=3)  # after the end, before a silent device is asked why
SKEW_MS = 2000.0
BEST = {"played": 0, "cut": 1, "failed": 2, "missed": 3}
STREAMS = {Airing.Item.RELAY, Airing.Item.LIVE}


@action
def note_ack(viewer: Viewer, *, cluster: Cluster, acks: Iterable[Mapping[str, Any]]) -> None:
    """What a device said to commands (see ``wire``). A started item shows on the map; the rest is the play log's.

    Repeatable; unknown items are let be.
    """
    for one in acks:
        airing_id = _uuid(one.get("item"))
        stage = one.get("stage")
        if airing_id is None or stage not in {"started", "finished", "failed"}:
            continue
        if stage == "started":
            Airing.objects.filter(pk=airing_id, state__in=[Airing.State.PLANNED, Airing.State.SENT]).update(
                state=Airing.State.PLAYING
            )
            Cluster.objects.filter(pk=cluster.pk).update(playing=airing_id)
        else:
            Cluster.objects.filter(pk=cluster.pk, playing=airing_id).update(playing=None)


@action
def note_played(viewer: Viewer, *, cluster: Cluster, entries: Iterable[Mapping[str, Any]]) -> int:
    """Lines of a device's play log (see ``wire``); answers how many were new. The same line twice counts once.

    A line that comes days later replaces the reason why nothing was known. Lines of unknown airings are let be.
    """
    by_airing: dict[UUID, list[Mapping[str, Any]]] = {}
    for one in entries:
        airing_id = _uuid(one.get("airing"))
        if airing_id is not None and one.get("id") and one.get("result") in BEST:
            by_airing.setdefault(airing_id, []).append(one)
    airings = {
        one.pk: one
        for one in Airing.objects.filter(pk__in=by_airing, station_id=cluster.station_id).select_related(
            "emergency"
        )
    }
    new = 0
    touched: list[Airing] = []
    for airing_id, lines in sorted(by_airing.items()):
        airing = airings.get(airing_id)
        if airing is None:
            continue
        added = _keep_pieces(airing, cluster, lines)
        new += added
        if added:
            touched.append(airing)
    for airing in touched:
        if airing.settled_at is not None:
            _judge(airing)
    if new:
        told = {one.emergency.announcement for one in touched if one.emergency}
        for announcement_id in told - {None}:
            enqueue(REPORT, {"announcement_id": str(announcement_id)}, key=str(announcement_id))
    return new


def _keep_pieces(airing: Airing, cluster: Cluster, lines: Iterable[Mapping[str, Any]]) -> int:
    Play.objects.get_or_create(
        airing=airing,
        cluster=cluster,
        defaults={"unit_path": cluster.unit_path, "at": airing.starts_at, "result": Play.Result.MISSED},
    )
    play = Play.objects.select_for_update().get(airing=airing, cluster=cluster)
    fresh = [one for one in lines if str(one["id"]) not in play.pieces]
    if not fresh:
        return 0
    for one in fresh:
        play.pieces[str(one["id"])] = {
            "start": _iso(one.get("started_at")),
            "end": _iso(one.get("ended_at")),
            "seconds": round(float(one.get("seconds") or 0), 3),
            "result": one["result"],
            "reason": str(one.get("reason") or "")[:120],
            "offset_ms": one.get("offset_ms"),
            "volume": one.get("volume"),
        }
    _sum_up(play)
    play.save()
    return len(fresh)


def _sum_up(play: Play) -> None:
    pieces = sorted(play.pieces.values(), key=lambda one: one["start"] or "")
    heard = [one for one in pieces if one["result"] in {"played", "cut"} and one["start"]]
    best = min(pieces, key=lambda one: BEST[one["result"]])
    play.result, play.reason = best["result"], best["reason"]
    play.seconds = round(sum(one["seconds"] for one in heard), 3)
    if heard:
        play.started_at = datetime.fromisoformat(heard[0]["start"])
        play.ended_at = max(datetime.fromisoformat(one["end"] or one["start"]) for one in heard)
        play.offset_ms, play.volume = heard[0]["offset_ms"], heard[0]["volume"]
    play.told_at = now()


@action
def note_state(viewer: Viewer, *, cluster: Cluster, state: Mapping[str, Any]) -> Cluster:
    """The newest state of a device (see ``wire``): online or not, faults begun and ended, what it holds. Repeatable."""
    row = Cluster.objects.select_for_update(of=("self",)).select_related("station").get(pk=cluster.pk)
    at = state.get("at") or now()
    if row.ended_at is not None or (row.last_seen and at < row.last_seen and state.get("online")):
        return row
    online = bool(state.get("online"))
    wanted = Cluster.State.ONLINE if online else Cluster.State.OFFLINE
    fresh = row.enrolled_at is None and online
    if fresh:
        row.enrolled_at = at
    if row.state != wanted:
        row.state, row.state_since = wanted, at
    if online:
        row.last_seen = at
        _take_facts(row, state)
    row.save()
    faults = {str(one["kind"]): str(one.get("detail") or "") for one in state.get("faults") or ()}
    if online:
        _note_faults(viewer, row, faults | take_bridge(row, state, at), at, ending=True)
    else:
        _note_faults(viewer, row, {"offline": ""}, at, ending=False)
    if fresh:
        replan(row.station)
    return row


def _take_facts(row: Cluster, state: Mapping[str, Any]) -> None:
    row.playing = _uuid(state.get("playing"))
    if state.get("firmware"):
        row.firmware = str(state["firmware"])[:60]
    if state.get("clock_offset_ms") is not None:
        row.clock_offset_ms = float(state["clock_offset_ms"])
    if state.get("schedule_version") is not None:
        row.schedule_held = int(state["schedule_version"])
    known = {"online", "at", "playing", "firmware", "clock_offset_ms", "schedule_version", "faults"}
    row.telemetry = {
        name: _plain(value) for name, value in state.items() if name not in known and value is not None
    }


def _note_faults(
    viewer: Viewer, row: Cluster, faults: Mapping[str, str], at: datetime, *, ending: bool
) -> None:
    """Faults that are there begin once; with ``ending`` those that are not there any more end."""
    open_ones = {one.kind: one for one in row.faults.filter(ended_at=None)}
    for kind, detail in faults.items():
        if kind not in open_ones:
            fault = Fault.objects.create(
                cluster=row, unit_path=row.unit_path, kind=kind[:40], detail=detail[:300], started_at=at
            )
            emit(
                "broadcast.fault_began",
                record=fault,
                unit_path=row.unit_path,
                viewer=viewer,
                data={"kind": kind[:40], "cluster": row.code},
            )
    for kind, fault in open_ones.items():
        if ending and kind not in faults:
            fault.ended_at = max(at, fault.started_at)
            fault.save(update_fields=["ended_at"])
            emit(
                "broadcast.fault_ended",
                record=fault,
                unit_path=row.unit_path,
                viewer=viewer,
                data={"kind": kind, "cluster": row.code},
            )


@action
def settle_station(viewer: Viewer, *, station_id: UUID) -> int:
    """Close what is over: silent devices get a reason, each airing its end; answers how many were closed.

    A bulletin that was missed or cut and not replayed by its rule is told (``broadcast.airing_missed``).
    """
    station = Station.objects.filter(pk=station_id).first()
    if station is None:
        return 0
    moment = now()
    rows = list(
        station.airings.select_for_update(of=("self",))
        .filter(settled_at=None, until__lt=moment - GRACE)
        .filter(Q(state__in=OPEN) | Q(state=Airing.State.REFUSED))
        .select_related("sound", "bulletin", "cut_by", "emergency")
        .order_by("at")
    )
    clusters = list(station.clusters.filter(Q(ended_at=None) | Q(ended_at__gt=moment - timedelta(days=2))))
    for row in rows:
        row.settled_at = moment
        row.save(update_fields=["settled_at"])
        if row.state == Airing.State.REFUSED:
            continue
        _explain_gaps(row, clusters)
        _judge(row)
        if row.state in {Airing.State.MISSED, Airing.State.CUT}:
            tell_missed(viewer, row)
    return len(rows)


def _explain_gaps(row: Airing, clusters: Iterable[Cluster]) -> None:
    told = set(row.plays.values_list("cluster_id", flat=True))
    silent = [
        one
        for one in clusters_in(row.area, clusters)
        if one.pk not in told and one.enrolled_at is not None and one.enrolled_at <= row.starts_at
    ]
    if not silent:
        return
    troubles: dict[UUID, list[Trouble]] = {}
    for fault in Fault.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=row.starts_at), cluster__in=silent, started_at__lt=row.until
    ):
        troubles.setdefault(fault.cluster_id, []).append(
            Trouble(fault.kind, fault.started_at, fault.ended_at)
        )
    Play.objects.bulk_create(
        [
            Play(
                airing=row,
                cluster=one,
                unit_path=one.unit_path,
                at=row.starts_at,
                result=Play.Result.MISSED,
                reason=explain(_heard(row, one, troubles.get(one.pk, []))),
            )
            for one in silent
        ],
        ignore_conflicts=True,
    )


def _heard(row: Airing, cluster: Cluster, troubles: list[Trouble]) -> Heard:
    planned_away = (
        bool(row.reason)
        and row.cut_at is None
        and row.item
        not in {
            Airing.Item.EMERGENCY,
            Airing.Item.ALL_CLEAR,
        }
    )
    return Heard(
        at=row.starts_at,
        until=row.until,
        enrolled_at=cluster.enrolled_at,
        airing_state="missed" if planned_away else row.state,
        has_audio=row.sound_id is not None or row.item in STREAMS,
        schedule_made=cluster.schedule_version > 0,
        schedule_held=cluster.schedule_held >= cluster.schedule_version,
        online=cluster.state == Cluster.State.ONLINE,
        cut_by_emergency=row.cut_by is not None and row.cut_by.item == Airing.Item.EMERGENCY,
        troubles=troubles,
    )


def _judge(row: Airing) -> None:
    """The state of an airing that is over, by what devices told: heard whole somewhere, a part, or nowhere."""
    results = set(row.plays.values_list("result", flat=True))
    if "played" in results:
        state, reason = Airing.State.PLAYED, ""
    elif "cut" in results:
        state, reason = Airing.State.CUT, row.reason or "Không cụm loa nào phát hết"
    else:
        state, reason = Airing.State.MISSED, row.reason or _why_nowhere(row, results)
    if (row.state, row.reason) != (state, reason):
        row.state, row.reason = state, reason
        row.save(update_fields=["state", "reason"])


def _why_nowhere(row: Airing, results: set[str]) -> str:
    if not results:
        return "Không có cụm loa nào đang dùng ở nơi nghe"
    if row.sound_id is None and row.item not in STREAMS:
        return "Âm thanh của bản tin chưa sẵn sàng"
    return "Không cụm loa nào báo đã phát"


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _iso(moment: Any) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else str(moment or "")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
