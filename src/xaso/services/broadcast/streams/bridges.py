"""Reports of bridges to older FM and wired networks: kept, judged, turned into faults of the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from xaso.kernel.people.viewer import Viewer
from xaso.services.broadcast.actions.common import VIEW
from xaso.services.broadcast.models import BridgeReport, Cluster, Station
from xaso.services.broadcast.rules.bridges import judge, read_bridge

KINDS = (Cluster.Kind.BRIDGE, Cluster.Kind.FM)
EVERY = timedelta(minutes=5)


def take_bridge(cluster: Cluster, state: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """Keep what a bridge says of itself (one row in five minutes is enough); answers its faults by kind."""
    if cluster.kind not in KINDS:
        return {}
    found = read_bridge(state.get("bridge"))
    if found is None:
        return {}
    last = cluster.bridge_reports.order_by("-at").first()
    if last is None or at - last.at >= EVERY:
        BridgeReport.objects.create(cluster=cluster, unit_path=cluster.unit_path, at=at, **asdict(found))
    return judge(found, horns=cluster.horns, playing=bool(state.get("playing")))


def bridges_of(viewer: Viewer, station: Station) -> list[tuple[Cluster, BridgeReport | None]]:
    """Each bridge of a station with its newest report."""
    viewer.must(VIEW, station.unit_path)
    rows = station.clusters.filter(kind__in=KINDS, ended_at=None).order_by("name")
    return [(one, one.bridge_reports.order_by("-at").first()) for one in rows]
