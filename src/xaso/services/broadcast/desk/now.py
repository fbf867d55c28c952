"""What plays now, cluster by cluster, and today's programme."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.formats import clock, day, weekday
from xaso.kernel.plain.moment import now
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast import shown
from xaso.services.broadcast.desk.common import VIEW, Places, clusters_of, link, mark, places_of, station_in
from xaso.services.broadcast.models import Airing, Emergency, Fault, Station
from xaso.services.broadcast.queries import pages as queries

KINDS = {"emergency": "danger", "all_clear": "good", "live": "warn", "relay": "info"}


@officer(VIEW)
@require_GET
def now_page(request: HttpRequest) -> HttpResponse:
    """The first page of the radio officer."""
    facts = _facts(request, station_in(request))
    return render(request, "broadcast/now.html", {**facts, "still": "dung" in request.GET})


@officer(VIEW)
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The part of it that changes."""
    return render(request, "broadcast/live.html", _facts(request, station_in(request)))


def _facts(request: HttpRequest, station: Station) -> dict[str, Any]:
    viewer_in(request).must(VIEW, station.unit_path)
    moment = now()
    places, clusters = places_of(station), clusters_of(station)
    today = queries.airings_of_day(station, moment.date())
    running = [one for one in today if one.starts_at <= moment < one.until and _sounds(one)]
    coming = [one for one in today if one.starts_at > moment and one.state in ("planned", "sent")]
    coming = coming or queries.next_airings(station, moment, moment + timedelta(days=7))
    faults = queries.open_faults(station)
    return {
        "station": station,
        "at": moment,
        "emergencies": list(station.emergencies.filter(state=Emergency.State.RUNNING)),
        "clusters": clusters,
        "online": sum(one.state == "online" for one in clusters),
        "faults": len(faults),
        "on_air": [
            {
                "title": shown.airing_title(one),
                "item_words": one.get_item_display(),
                "item_kind": KINDS.get(one.item, ""),
                "at": one.starts_at,
                "until": one.until,
                "where": places.words(one.area),
            }
            for one in running
        ],
        "next": _next(coming[0], places) if coming else None,
        "by_cluster": _by_cluster(clusters, running, coming, faults),
        "day": _day(today, places),
    }


def _sounds(one: Airing) -> bool:
    return one.state in ("planned", "sent", "playing")


def _next(one: Airing, places: Places) -> dict[str, str]:
    at = one.starts_at
    when = f"lúc {clock(at)}" if day(at) == day(now()) else f"{weekday(at)}, {clock(at)}"
    return {"when": when, "title": shown.airing_title(one), "where": places.words(one.area)}


def _by_cluster(
    clusters: list[Any], running: list[Airing], coming: list[Airing], faults: list[Fault]
) -> Table:
    rows = []
    for one in clusters:
        mine = [row for row in running if queries.covers(row.area, one)]
        later = next((row for row in coming if queries.covers(row.area, one)), None)
        found = sum(fault.cluster_id == one.pk for fault in faults)
        plays = shown.airing_title(mine[-1]) if mine and one.state == "online" else ""
        if mine and not plays:
            plays = "Không rõ: loa đang mất nối, lịch nằm trong máy"
        soon = f"{clock(later.starts_at)} {shown.airing_title(later)}" if later else "Không có"
        rows.append(
            Row(
                [
                    link(reverse("broadcast_desk:cluster", args=[one.pk]), one.name),
                    plays or "Im lặng",
                    soon,
                    mark(shown.cluster_badge(one, found)),
                ]
            )
        )
    columns = [Column("Cụm loa", head=True), Column("Đang phát"), Column("Kế tiếp"), Column("Tình trạng")]
    return Table("Từng cụm loa", columns, rows, hide_caption=True)


def _day(today: list[Airing], places: Places) -> Table:
    rows = [
        Row(
            [
                clock(one.starts_at),
                link(reverse("broadcast_desk:airing", args=[one.pk]), shown.airing_title(one)),
                places.words(one.area),
                shown.length((one.until - one.starts_at).total_seconds()),
                mark(shown.airing_badge(one)),
            ]
        )
        for one in today
    ]
    columns = [
        Column("Giờ", head=True, nowrap=True),
        Column("Nội dung"),
        Column("Ở đâu"),
        Column("Dài"),
        Column("Tình trạng"),
    ]
    return Table("Lịch hôm nay", columns, rows, hide_caption=True)


now_urls = [
    path("", now_page, name="now"),
    path("dang-phat/", live, name="live"),
]
