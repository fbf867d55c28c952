"""How much of what was planned was really heard: by loudspeaker, by cause, by topic, month by month."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from xaso.kernel.people.doors import officer
from xaso.kernel.plain.formats import figure, percent
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast import shown
from xaso.services.broadcast.desk.common import VIEW, link, station_in
from xaso.services.broadcast.models import Station
from xaso.services.broadcast.queries import pages as queries


def _month(text: str) -> date:
    try:
        return min(date.fromisoformat(f"{text[:7]}-01"), today().replace(day=1))
    except ValueError:
        return today().replace(day=1)


@officer(VIEW)
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """One month."""
    station, first = station_in(request), _month(request.GET.get("thang", ""))
    following = (first + timedelta(days=32)).replace(day=1)
    rows = queries.heard_by_cluster(station, first, following)
    aired = queries.airings_by_topic(station, first, following)
    wanted, heard = sum(row["wanted"] for row in rows), sum(row["heard"] for row in rows)
    seconds = sum(row["seconds"] or 0 for row in aired)
    context = {
        "month": f"{first:%m/%Y}",
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{following:%Y-%m}" if following <= today() else "",
        "tiles": [
            {
                "name": "Phát được",
                "value": percent(heard / wanted) if wanted else "chưa có số liệu",
                "note": f"{figure(heard)}/{figure(wanted)} lượt của các loa",
            },
            {
                "name": "Nội dung đã phát",
                "value": figure(sum(row["count"] for row in aired)),
                "note": "lượt, tính một lần cho mọi loa",
            },
            {"name": "Thời gian phát", "value": shown.length(seconds), "note": "của đài, không nhân số loa"},
        ],
        "clusters": _clusters(station, rows),
        "causes": _causes(queries.gaps_by_reason(station, first, following)),
        "topics": _topics(aired),
    }
    return render(request, "broadcast/figures.html", context)


def _clusters(station: Station, rows: list[dict[str, Any]]) -> Table:
    lines = [
        Row(
            [
                link(reverse("broadcast_desk:cluster", args=[row["cluster"]]), row["cluster__name"]),
                figure(row["wanted"]),
                figure(row["heard"]),
                percent(row["heard"] / row["wanted"]) if row["wanted"] else "",
                shown.length(row["seconds"]) if row["seconds"] else "0 giây",
            ]
        )
        for row in rows
    ]
    columns = [
        Column("Cụm loa", head=True),
        Column("Phải phát", num=True),
        Column("Đã phát", num=True),
        Column("Tỷ lệ", num=True),
        Column("Thời gian kêu", num=True),
    ]
    return Table("Số lượt của từng cụm loa, ít phát nhất trước", columns, lines, hide_caption=True)


def _causes(rows: list[tuple[str, int]]) -> Table:
    said: Counter[str] = Counter()
    for reason, count in rows:
        said[shown.why(reason) or "Chưa rõ"] += count
    lines = [Row([words, figure(count)]) for words, count in said.most_common()]
    return Table(
        "Vì sao không phát được",
        [Column("Nguyên nhân", head=True), Column("Lượt của các loa", num=True)],
        lines,
        hide_caption=True,
    )


def _topics(rows: list[dict[str, Any]]) -> Table:
    lines = [
        Row([row["topic"] or "Không ghi chủ đề", figure(row["count"]), shown.length(row["seconds"] or 0)])
        for row in rows
    ]
    columns = [Column("Chủ đề", head=True), Column("Lượt", num=True), Column("Thời gian", num=True)]
    return Table("Theo chủ đề", columns, lines, hide_caption=True)


figure_urls = [path("nhat-ky/so-lieu/", figures, name="figures")]
