"""What several writes of commune radio need: names of rights, the plan made anew, areas checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.tasks import enqueue
from xaso.services.broadcast.models import Cluster, Station

VIEW, WRITE, APPROVE = "broadcast.view", "broadcast.write", "broadcast.approve"
PROGRAMME, SPEAK, STATION = "broadcast.programme", "broadcast.speak", "broadcast.station"
EMERGENCY, CONFIRM, SEND = "broadcast.emergency", "broadcast.confirm", "broadcast.send"
PLAN = "broadcast.plan_station"
LONGEST_TEXT = 20_000


def replan(station: Station) -> None:
    """Ask the worker to plan and send the station's next days anew, after the present commit."""
    enqueue(PLAN, {"station_id": str(station.pk)}, key=str(station.pk))


def checked_area(area: Mapping[str, Any] | None, station: Station) -> dict[str, list[str]]:
    """An area in its one form: {"units": [paths], "clusters": [codes]}; {} is the whole station.

    Raises ActionError for units outside the station and clusters that are not its own.
    """
    units = sorted({str(one) for one in (area or {}).get("units", ())})
    codes = sorted({str(one) for one in (area or {}).get("clusters", ())})
    if any(not one.startswith(station.unit_path) for one in units):
        raise ActionError("Chọn thôn, bản, tổ dân phố trong xã.", "area")
    if codes:
        known = set(
            Cluster.objects.filter(station=station, code__in=codes, ended_at=None).values_list(
                "code", flat=True
            )
        )
        if set(codes) - known:
            raise ActionError("Chọn cụm loa đang dùng của đài.", "area")
    if station.unit_path in units:
        return {}
    return {name: found for name, found in (("units", units), ("clusters", codes)) if found}


def clusters_in(area: Mapping[str, Any], clusters: Iterable[Cluster]) -> list[Cluster]:
    """Those of the clusters that an area holds; an empty area holds all."""
    units, codes = tuple(area.get("units", ())), set(area.get("clusters", ()))
    if not units and not codes:
        return list(clusters)
    return [one for one in clusters if one.code in codes or (units and one.unit_path.startswith(units))]


def live_clusters(station: Station) -> list[Cluster]:
    """The clusters of a station that are in use, by code."""
    return list(station.clusters.filter(ended_at=None).order_by("code"))


def station_of(unit_path: str) -> Station | None:
    """The station that serves a unit: its own, or that of the commune above it."""
    return (
        Station.objects.filter(unit_path__in=_heads(unit_path), ended_at=None).order_by("-unit_path").first()
    )


def _heads(unit_path: str) -> list[str]:
    parts = [one for one in unit_path.split("/") if one]
    return ["/".join(parts[: count + 1]) + "/" for count in range(len(parts))]


def the_station(viewer: Viewer, unit_path: str, right: str = VIEW) -> Station:
    """The station that serves a unit, for who holds the right there. Raises NotFound, Forbidden."""
    found = station_of(unit_path)
    if found is None:
        raise NotFound("Đơn vị này chưa mở đài truyền thanh.")
    viewer.must(right, found.unit_path)
    return found
