"""Clusters of loudspeakers on the map: how they do, what they played, where a new one goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from xaso.kernel.places.surroundings import around
from xaso.kernel.ui.maps import MapBox
from xaso.services.broadcast import shown
from xaso.services.broadcast.models import Cluster, Fault, Play, Station


def map_of(rows: Iterable[Cluster], faults: Mapping[Any, Sequence[Fault]]) -> MapBox | None:
    """The clusters with their state; None when none has a place."""
    lines = []
    for one in rows:
        wrong = len(faults.get(one.pk, []))
        kind = "danger" if wrong or one.state == "offline" else "new" if one.state == "new" else ""
        lines.append((one, kind, shown.cluster_badge(one, wrong)[0].lower()))
    return _map(
        "Cụm loa trên bản đồ: tam giác là mất nối hoặc có lỗi, vòng tròn rỗng là chưa ghép nối", lines
    )


def played_map(plays: Iterable[Play]) -> MapBox | None:
    """Where one airing was heard and where not; None when no cluster of it has a place."""
    kinds = {Play.Result.PLAYED: "safe", Play.Result.CUT: "new"}
    lines = []
    for one in plays:
        why = shown.why(one.reason)
        words = shown.play_badge(one)[0].lower() + (f" ({why[:1].lower()}{why[1:]})" if why else "")
        lines.append((one.cluster, kinds.get(Play.Result(one.result), "danger"), words))
    return _map("Nơi đã nghe: ô vuông là đã phát, tam giác là không phát, vòng tròn rỗng là phát dở", lines)


def pin_map(station: Station, middle: tuple[float, float]) -> MapBox:
    """The land of the station, to put a cluster on."""
    land = around([station.unit_path])
    return MapBox(
        "Bấm vào bản đồ để đặt vị trí cụm loa",
        *middle,
        ground=land.land,
        ground_word=land.word,
        context=land.hamlets,
        pin_input="id_place",
    )


def _map(name: str, lines: Sequence[tuple[Cluster, str, str]]) -> MapBox | None:
    placed = [line for line in lines if line[0].lat is not None and line[0].lon is not None]
    if not placed:
        return None
    land = around(one.unit_path for one, *_ in placed)
    return MapBox(
        name=name,
        lat=float(placed[0][0].lat or 0),
        lng=float(placed[0][0].lon or 0),
        markers=[
            {
                "lat": one.lat,
                "lng": one.lon,
                "name": one.name,
                "kind": kind,
                "text": words,
                "url": reverse("broadcast_desk:cluster", args=[one.pk]),
            }
            for one, kind, words in placed
        ],
        ground=land.land,
        ground_word=land.word,
        context=land.hamlets if len(placed) == 1 else (),
    )
