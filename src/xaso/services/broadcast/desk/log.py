"""What loudspeakers really played, day by day, and why something was not heard."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.formats import clock, figure
from xaso.kernel.plain.moment import VIETNAM, today
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast import shown
from xaso.services.broadcast.actions import programme as actions
from xaso.services.broadcast.desk.cluster_map import played_map
from xaso.services.broadcast.desk.common import (
    PLAN,
    VIEW,
    Places,
    attempt,
    clusters_of,
    link,
    mark,
    places_of,
    station_in,
)
from xaso.services.broadcast.models import Airing, Play
from xaso.services.broadcast.queries import pages as queries


def asked_day(request: HttpRequest) -> date:
    """The day in the address, today when it says none."""
    try:
        return date.fromisoformat(request.GET.get("ngay", "")[:10])
    except ValueError:
        return today()


@officer(VIEW)
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """One day: each airing with how many clusters played it, and the gaps."""
    station, day = station_in(request), asked_day(request)
    places, clusters = places_of(station), clusters_of(station)
    airings = queries.airings_of_day(station, day)
    plays = list(queries.plays_of_airings(airings))
    by_airing: dict[Any, list[Play]] = {}
    for one in plays:
        by_airing.setdefault(one.airing_id, []).append(one)
    gaps = [one for one in plays if one.result != Play.Result.PLAYED]
    lost = [one for one in airings if one.state in ("missed", "refused") and not by_airing.get(one.pk)]
    heard = sum(one.result == Play.Result.PLAYED for one in plays)
    context = {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "is_today": day == today(),
        "said": f"{figure(len(airings))} lượt; loa đã phát {figure(heard)}/{figure(len(plays))} lần báo về.",
        "table": _table(airings, by_airing, clusters, places),
        "gaps": gap_table(gaps, lost, places),
    }
    return render(request, "broadcast/log.html", context)


def _table(
    airings: list[Airing], by_airing: dict[Any, list[Play]], clusters: list[Any], places: Places
) -> Table:
    rows = []
    for one in airings:
        told = by_airing.get(one.pk, [])
        wanted = [c for c in clusters if queries.covers(one.area, c)]
        good = [p for p in told if p.result == Play.Result.PLAYED]
        rows.append(
            Row(
                [
                    clock(one.starts_at),
                    link(reverse("broadcast_desk:airing", args=[one.pk]), shown.airing_title(one)),
                    places.words(one.area),
                    f"{figure(len(good))}/{figure(len(wanted))}" if told or one.settled_at else "chưa báo",
                    spread_of(good),
                    mark(shown.airing_badge(one)),
                ]
            )
        )
    columns = [
        Column("Giờ", head=True, nowrap=True),
        Column("Nội dung"),
        Column("Ở đâu"),
        Column("Cụm đã phát", num=True),
        Column("Lệch nhau", num=True),
        Column("Kết quả"),
    ]
    return Table("Các lượt phát trong ngày", columns, rows, hide_caption=True)


def gap_table(gaps: list[Play], lost: list[Airing], places: Places) -> Table:
    """What was not heard, where, and why."""
    rows = [
        Row(
            [
                clock(one.at),
                link(reverse("broadcast_desk:airing", args=[one.airing_id]), shown.airing_title(one.airing)),
                one.cluster.name,
                mark(shown.play_badge(one)),
                shown.why(one.reason) or one.airing.reason or "Chưa rõ",
            ]
        )
        for one in gaps
    ]
    rows += [
        Row(
            [
                clock(one.at),
                link(reverse("broadcast_desk:airing", args=[one.pk]), shown.airing_title(one)),
                places.words(one.area),
                mark(shown.airing_badge(one)),
                shown.why(one.reason) or "Chưa rõ",
            ]
        )
        for one in lost
    ]
    columns = [
        Column("Giờ", head=True, nowrap=True),
        Column("Nội dung"),
        Column("Ở đâu"),
        Column("Kết quả"),
        Column("Vì sao"),
    ]
    return Table("Chỗ thiếu, vì sao", columns, rows, hide_caption=True)


def spread_of(plays: list[Play]) -> str:
    """Between the earliest and the latest loudspeaker."""
    moments = [one.started_at for one in plays if one.started_at]
    if len(moments) < 2:
        return ""
    return f"{round((max(moments) - min(moments)).total_seconds() * 1000)} ms"


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def airing(request: HttpRequest, airing_id: UUID) -> HttpResponse:
    """One airing: what became of it, and each device."""
    viewer = viewer_in(request)
    one = Airing.objects.select_related(
        "station", "bulletin", "slot", "cut_by__emergency", "replay_of", "emergency"
    ).filter(viewer.scope(VIEW), pk=airing_id).first()  # fmt: skip
    if one is None:
        raise NotFound("Không có lượt phát này.")
    here = reverse("broadcast_desk:airing", args=[one.pk])
    may_replay = viewer.can(PLAN, one.unit_path) and one.state in ("missed", "cut") and one.bulletin_id
    if request.method == "POST":
        done = attempt(
            request, lambda: actions.replay_airing(viewer, airing_id=one.pk), "Đã xếp phát lại", here
        )
        return done or redirect(here)
    plays = list(queries.plays_of_airings([one]))
    good = [p for p in plays if p.result == Play.Result.PLAYED]
    places = places_of(one.station)
    context = {
        "airing": one,
        "title": shown.airing_title(one),
        "badge": shown.airing_badge(one),
        "where": places.words(one.area),
        "story": _story(one),
        "heard": f"{figure(len(good))}/{figure(len(plays))}" if plays else "chưa báo",
        "spread": spread_of(good) or "chưa đo",
        "length": shown.length((one.until - one.starts_at).total_seconds()),
        "may_replay": may_replay,
        "plays": plays_table(plays),
        "map": played_map(plays),
    }
    return render(request, "broadcast/airing.html", context)


def _story(one: Airing) -> list[dict[str, str]]:
    """What happened to it, in order, with the other airings it touched."""

    def to(row: Airing) -> str:
        return reverse("broadcast_desk:airing", args=[row.pk])

    said = []
    if one.bulletin_id:
        url = reverse("broadcast_desk:bulletin", args=[one.bulletin_id])
        said.append({"text": f"Bản tin “{one.bulletin}”, bản {one.version or 1}", "url": url})
    if one.at != one.starts_at and one.state != Airing.State.REFUSED:
        said.append({"text": f"Hẹn lúc {clock(one.at)}, bắt đầu lúc {clock(one.starts_at)}."})
    if one.cut_at:
        text = f"Bị cắt lúc {one.cut_at.astimezone(VIETNAM):%H:%M:%S}" + (
            f" để phát “{shown.airing_title(one.cut_by)}”" if one.cut_by else ""
        )
        said.append({"text": text, "url": to(one.cut_by) if one.cut_by else ""})
    if one.reason:
        said.append({"text": shown.why(one.reason)})
    if one.replay_of:
        said.append({"text": f"Phát lại của lượt {clock(one.replay_of.at)}", "url": to(one.replay_of)})
    for again in one.replays.order_by("starts_at"):
        said.append({"text": f"Được phát lại lúc {clock(again.starts_at)}", "url": to(again)})
    return said


def plays_table(plays: list[Play], *, by_cluster: bool = True) -> Table:
    """Each device's own record."""
    rows = [
        Row(
            [
                link(reverse("broadcast_desk:cluster", args=[one.cluster_id]), one.cluster.name)
                if by_cluster
                else link(
                    reverse("broadcast_desk:airing", args=[one.airing_id]), shown.airing_title(one.airing)
                ),
                f"{one.started_at.astimezone(VIETNAM):%H:%M:%S}" if one.started_at else clock(one.at),
                shown.length(one.seconds) if one.seconds else "",
                f"{one.volume}%" if one.volume is not None else "",
                shown.milliseconds(one.offset_ms) if one.offset_ms is not None else "",
                mark(shown.play_badge(one)),
                shown.why(one.reason),
            ]
        )
        for one in plays
    ]
    columns = [
        Column("Cụm loa" if by_cluster else "Nội dung", head=True),
        Column("Bắt đầu", nowrap=True),
        Column("Dài"),
        Column("Âm lượng", num=True),
        Column("Đồng hồ lệch", num=True),
        Column("Kết quả"),
        Column("Vì sao"),
    ]
    return Table("Từng loa đã phát", columns, rows, hide_caption=True)


log_urls = [
    path("nhat-ky/", log, name="log"),
    path("nhat-ky/luot/<uuid:airing_id>/", airing, name="airing"),
]
