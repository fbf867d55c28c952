"""What devices say becomes calls of the broadcast core. A log is confirmed to its device only when it is held here."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.horn.commands import moment_of
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.actions.settling import note_ack, note_played, note_state
from xaso.services.broadcast.models import Cluster, WireCommand, WireReceipt
from xaso.services.broadcast.wire.client import Came
from xaso.services.broadcast.wire.keys import commune_of

log = logging.getLogger("xaso.wire")
MOST = 500  # lines of one message
RESULTS = {"played", "cut", "failed", "missed"}
STAGES = {"received", "started", "finished", "failed"}
Keep = Callable[[str, str, str, int], None]


def take_in(came: Iterable[Came], keep: Keep) -> int:
    """Hands messages on, in their order; of several states of a device only the newest. ``keep`` confirms a log.

    A message that cannot be read or that the core refuses is written down in the log and passed over.
    """
    messages = list(came)
    clusters = {
        one.code: one
        for one in Cluster.objects.select_related("station").filter(
            code__in={one.cluster for one in messages}
        )
    }
    newest = {one.cluster: number for number, one in enumerate(messages) if one.leaf == "state"}
    receipts: list[tuple[Cluster, dict[str, Any]]] = []
    done = 0
    for number, one in enumerate(messages):
        cluster = clusters.get(one.cluster)
        if cluster is None or commune_of(cluster.station) != one.commune:
            log.warning("a report of an unknown cluster: %s/%s", one.commune, one.cluster)
            continue
        if one.leaf == "state" and newest[one.cluster] != number:
            continue
        try:
            _take(cluster, one, keep, receipts)
            done += 1
        except (ActionError, DatabaseError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
            log.exception("a report (%s) of %s cannot be taken in", one.leaf, one.cluster)
    _keep_receipts(receipts)
    return done


def _take(cluster: Cluster, one: Came, keep: Keep, receipts: list[tuple[Cluster, dict[str, Any]]]) -> None:
    values, viewer = one.values(), Viewer.system()
    if one.leaf == "ack":
        acks = [_ack(line, one.at) for line in values["acks"][:MOST] if line["stage"] in STAGES]
        receipts.extend((cluster, ack) for ack in acks)
        note_ack(viewer, cluster=cluster, acks=acks)
    elif one.leaf == "log":
        lines = values["entries"][:MOST]
        entries = [_entry(line) for line in lines if line["result"] in RESULTS]
        note_played(viewer, cluster=cluster, entries=entries)
        if lines:
            keep(one.commune, one.cluster, str(values["log"]), max(int(line["n"]) for line in lines))
    elif one.leaf == "state":
        note_state(viewer, cluster=cluster, state=_state(values, one.at))


def _ack(line: Mapping[str, Any], came_at: datetime) -> dict[str, Any]:
    return {
        "command": str(line["command"])[:64],
        "item": str(line.get("item", "")),
        "stage": str(line["stage"]),
        "code": str(line.get("code", ""))[:40],
        "at": _moment(line.get("at")) or came_at,
        "data": line.get("data") if isinstance(line.get("data"), dict) else {},
    }


def _entry(line: Mapping[str, Any]) -> dict[str, Any]:
    entry = {name: line.get(name) for name in ("airing", "item", "command", "result", "reason", "priority")}
    entry["id"] = str(line["id"])[:64]
    entry["started_at"], entry["ended_at"] = _moment(line.get("started_at")), _moment(line.get("ended_at"))
    entry["seconds"] = min(max(float(line.get("seconds") or 0), 0.0), 86_400.0)
    entry["offset_ms"] = None if line.get("offset_ms") is None else float(line["offset_ms"])
    entry["volume"] = None if line.get("volume") is None else min(max(int(line["volume"]), 0), 100)
    return entry


def _state(values: Mapping[str, Any], came_at: datetime) -> dict[str, Any]:
    if not values.get("online"):
        return {"online": False, "at": came_at}
    faults = [
        {"kind": str(one["kind"])[:40], "detail": str(one.get("detail", ""))[:300]}
        for one in values.get("faults", ())
    ]
    # The device may be wrong about the time; when its word arrived here is certain.
    return {**values, "at": came_at, "faults": faults, "stored_until": _moment(values.get("stored_until"))}


def _moment(value: Any) -> datetime | None:
    return moment_of(int(value)) if value is not None else None


_ORDER = {"received": 0, "started": 1, "failed": 2, "finished": 2}


def _keep_receipts(receipts: list[tuple[Cluster, dict[str, Any]]]) -> None:
    if not receipts:
        return
    commands = {
        one.command: one
        for one in WireCommand.objects.only("pk", "command", "cluster_id").filter(
            command__in={ack["command"] for _, ack in receipts}
        )
    }
    newest: dict[tuple[Any, Any], tuple[Cluster, dict[str, Any]]] = {}
    for cluster, ack in receipts:
        command = commands.get(ack["command"])
        if command is None:
            continue
        held = newest.get((command.pk, cluster.pk))
        if held is None or _ORDER[ack["stage"]] >= _ORDER[held[1]["stage"]]:
            newest[command.pk, cluster.pk] = (cluster, ack)
    rows = [
        WireReceipt(
            command_id=command,
            cluster=cluster,
            unit_path=cluster.unit_path,
            stage=ack["stage"],
            code=ack["code"],
            at=ack["at"] or now(),
            data=ack["data"],
        )
        for (command, _), (cluster, ack) in newest.items()
    ]
    fields = ["stage", "code", "at", "data"]
    WireReceipt.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["command", "cluster"], update_fields=fields
    )
    own: dict[Any, set[Any]] = defaultdict(set)
    for command_key, cluster_key in newest:
        own[command_key].add(cluster_key)
    answered = [
        one.pk for one in commands.values() if one.cluster_id and one.cluster_id in own.get(one.pk, ())
    ]
    WireCommand.objects.filter(pk__in=answered).exclude(state=WireCommand.State.ENDED).update(
        state=WireCommand.State.ANSWERED
    )
