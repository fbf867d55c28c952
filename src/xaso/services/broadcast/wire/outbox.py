"""What goes out is first a row: a broker that is away loses nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from xaso.kernel.plain.horn import ALL, Command, Entry, Programme, seal, seal_programme, topics
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import Cluster, Station
from xaso.services.broadcast.models.wire import WireCommand, WireSchedule
from xaso.services.broadcast.wire.keys import commune_of, signing_key

CHANNEL = "xaso_wire"  # PostgreSQL tells the wire process that there is something to send


def order(
    kind: str,
    *,
    cluster: str,
    expires_at: datetime,
    not_before: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> Command:
    """A command for ``publish``, which gives it its sequence. ``cluster`` is a code or ``"all"``."""
    return Command(
        id=str(uuid7()),
        kind=kind,
        cluster=cluster,
        sequence=0,
        issued_at=now(),
        expires_at=expires_at,
        not_before=not_before,
        data=dict(data or {}),
        **values,
    )


def publish(commands: Iterable[Command], *, station: Station | None = None) -> list[Command]:
    """Sign the commands and write them down to be sent when the caller's transaction stands; answers them signed.

    ``station`` may be left out where each command names a cluster. The same id twice is sent once.
    """
    given = list(commands)
    if not given:
        return []
    clusters = {
        one.code: one
        for one in Cluster.objects.select_related("station").filter(
            code__in={command.cluster for command in given} - {ALL}
        )
    }
    missing = {command.cluster for command in given} - {ALL} - set(clusters)
    if missing:
        raise ValueError(f"no such cluster: {sorted(missing)}")
    groups: dict[uuid.UUID, tuple[Station, list[Command]]] = {}
    for command in given:
        of = station if command.cluster == ALL else clusters[command.cluster].station
        if of is None:
            raise ValueError("a command to all clusters needs its station")
        groups.setdefault(of.pk, (of, []))[1].append(command)
    done: list[Command] = []
    for of, group in groups.values():
        done += _write(of, group, clusters)
    transaction.on_commit(tell)
    return done


def _write(station: Station, commands: list[Command], clusters: Mapping[str, Cluster]) -> list[Command]:
    Station.objects.filter(pk=station.pk).update(sequence=F("sequence") + len(commands))
    last = Station.objects.values_list("sequence", flat=True).get(pk=station.pk)
    commune, key = commune_of(station), signing_key(station)
    done, rows = [], []
    for number, command in enumerate(commands, start=last - len(commands) + 1):
        whole = replace(command, sequence=number, commune=commune)
        cluster = clusters.get(command.cluster)
        urgent = command.priority == "emergency" and command.kind in ("play", "stop")
        if cluster is not None:
            where = topics.topic(commune, cluster.code, "cmd")
        else:
            where = topics.emergency(commune) if urgent else topics.all_commands(commune)
        rows.append(
            WireCommand(
                station=station,
                cluster=cluster,
                unit_path=cluster.unit_path if cluster else station.unit_path,
                command=whole.id,
                sequence=number,
                kind=whole.kind,
                item=whole.item[:64],
                topic=where,
                sealed=seal(whole, key),
                urgent=urgent,
                expires_at=whole.expires_at,
            )
        )
        done.append(whole)
    WireCommand.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return done


def put_schedule(cluster: Cluster, document: Programme | Iterable[Entry], **facts: Any) -> Programme:
    """The cluster's programme from now on, signed and kept for it. ``facts`` (version, valid_until, most_volume, caps)
    complete a bare list of entries. A version that is not newer than the one kept is written over it only if higher.
    """
    if not isinstance(document, Programme):
        document = Programme(
            cluster=cluster.code,
            commune=commune_of(cluster.station),
            made_at=now(),
            entries=tuple(document),
            **facts,
        )
    held = WireSchedule.objects.select_for_update().filter(cluster=cluster).first()
    if held is not None and held.version >= document.version:
        return document
    WireSchedule.objects.update_or_create(
        cluster=cluster,
        defaults={
            "unit_path": cluster.unit_path,
            "version": document.version,
            "topic": topics.topic(document.commune, cluster.code, "desired"),
            "sealed": seal_programme(document, signing_key(cluster.station)),
            "sent_at": None,
        },
    )
    transaction.on_commit(tell)
    return document


def tell() -> None:
    """Wake the wire process; without it the row goes out with the next look, a second later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
