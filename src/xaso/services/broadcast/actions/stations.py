"""Stations and their clusters: opened, registered on the map, turned up and down, ended."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.units.models import Unit
from xaso.services.broadcast import wire
from xaso.services.broadcast.actions.common import STATION, replan
from xaso.services.broadcast.models import Cluster, Station

CODE = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
EDITABLE = {"title", "language", "voice", "speed", "call_sign", "source_code", "old_codes"}
CLUSTER_EDITABLE = {
    "name", "kind", "unit_path", "old_unit_code", "lat", "lon", "horns", "maker", "network", "installed_on",
}  # fmt: skip


@action
def open_station(viewer: Viewer, *, unit: Unit, title: str = "", old_codes: Iterable[str] = ()) -> Station:
    """Open the station of a commune; opening it again answers the one that is there. Raises Forbidden."""
    viewer.must(STATION, unit.path)
    found = Station.objects.filter(unit_path=unit.path).first()
    if found is not None:
        return found
    codes = sorted(set(old_codes)) or sorted(
        unit.predecessors.filter(old__level=Unit.Level.COMMUNE).values_list("old__code", flat=True)
    )
    row = Station.objects.create(
        unit=unit,
        unit_path=unit.path,
        title=title.strip()[:160] or f"Đài truyền thanh {unit.words}",
        old_codes=codes,
    )
    emit("broadcast.station_opened", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def edit_station(viewer: Viewer, *, station: Station, **changes: Any) -> Station:
    """Change title, language, voice, speed, call_sign, source_code, old_codes. Raises ActionError, Forbidden."""
    viewer.must(STATION, station.unit_path)
    if changes.keys() - EDITABLE:
        raise ValueError(changes.keys() - EDITABLE)
    for name, value in changes.items():
        setattr(station, name, value)
    if not station.title.strip():
        raise ActionError("Nhập tên đài.", "title")
    if not 0.5 <= station.speed <= 2:
        raise ActionError("Tốc độ đọc từ 0,5 đến 2.", "speed")
    station.save(update_fields=[*changes])
    emit("broadcast.station_edited", record=station, unit_path=station.unit_path, viewer=viewer)
    return station


@action
def register_cluster(
    viewer: Viewer, *, station: Station, code: str, name: str, unit_path: str = "", **facts: Any
) -> Cluster:
    """Add a cluster: kind, old_unit_code, lat, lon, horns, volume, maker, network, installed_on may be given.

    Raises ActionErrors for what is wrong, Conflict for a code that is taken, Forbidden.
    """
    viewer.must(STATION, station.unit_path)
    if facts.keys() - CLUSTER_EDITABLE - {"volume"}:
        raise ValueError(facts.keys() - CLUSTER_EDITABLE)
    row = Cluster(
        station=station,
        code=code.strip().lower(),
        name=name.strip()[:120],
        unit_path=unit_path or station.unit_path,
        **facts,
    )
    _check(row)
    if Cluster.objects.filter(code=row.code).exists():
        raise Conflict(f"Mã cụm {row.code} đã dùng. Chọn mã khác.")
    row.save(force_insert=True)
    emit("broadcast.cluster_registered", record=row, unit_path=row.unit_path, viewer=viewer)
    replan(station)
    return row


@action
def edit_cluster(viewer: Viewer, *, cluster: Cluster, **changes: Any) -> Cluster:
    """Change where a cluster stands and what it is made of; its code stays. Raises ActionErrors, Forbidden."""
    viewer.must(STATION, cluster.station.unit_path)
    if changes.keys() - CLUSTER_EDITABLE:
        raise ValueError(changes.keys() - CLUSTER_EDITABLE)
    for name, value in changes.items():
        setattr(cluster, name, value)
    _check(cluster)
    cluster.save(update_fields=[*changes])
    emit("broadcast.cluster_edited", record=cluster, unit_path=cluster.unit_path, viewer=viewer)
    replan(cluster.station)
    return cluster


def _check(row: Cluster) -> None:
    wrong: dict[str, list[str]] = {}
    if not CODE.fullmatch(row.code):
        wrong["code"] = ["Mã gồm chữ thường không dấu, số và dấu gạch, tối đa 32 ký tự."]
    if not row.name.strip():
        wrong["name"] = ["Nhập tên cụm."]
    if row.kind not in Cluster.Kind.values:
        wrong["kind"] = ["Chọn loại thiết bị."]
    if not row.unit_path.startswith(row.station.unit_path):
        wrong["unit_path"] = ["Chọn thôn, bản, tổ dân phố trong xã."]
    if not 1 <= row.horns <= 200:
        wrong["horns"] = ["Số loa từ 1 đến 200."]
    if not 0 <= row.volume <= 100:
        wrong["volume"] = ["Âm lượng từ 0 đến 100."]
    if (row.lat is None) != (row.lon is None):
        wrong["lat"] = ["Nhập cả vĩ độ và kinh độ."]
    if wrong:
        raise ActionErrors(wrong)


@action
def set_volume(viewer: Viewer, *, cluster: Cluster, volume: int) -> Cluster:
    """Turn a cluster up or down, now and for its programme; caps bind it as before. Raises ActionError, Forbidden."""
    viewer.must(STATION, cluster.station.unit_path)
    if not 0 <= volume <= 100:
        raise ActionError("Âm lượng từ 0 đến 100.", "volume")
    cluster.volume = volume
    cluster.save(update_fields=["volume"])
    if cluster.enrolled_at is not None:
        wire.publish(
            [
                wire.order(
                    "volume",
                    cluster=cluster.code,
                    expires_at=now() + timedelta(hours=48),
                    volume=volume,
                )
            ]
        )
    emit(
        "broadcast.volume_set",
        record=cluster,
        unit_path=cluster.unit_path,
        viewer=viewer,
        data={"volume": volume},
    )
    replan(cluster.station)
    return cluster


@action
def end_cluster(viewer: Viewer, *, cluster: Cluster) -> Cluster:
    """The cluster is used no more; what it played stays. Raises Forbidden."""
    viewer.must(STATION, cluster.station.unit_path)
    if cluster.ended_at is None:
        cluster.ended_at, cluster.state = now(), Cluster.State.ENDED
        cluster.save(update_fields=["ended_at", "state"])
        emit("broadcast.cluster_ended", record=cluster, unit_path=cluster.unit_path, viewer=viewer)
        replan(cluster.station)
    return cluster
