"""The programme: a week at a glance, the next 30 days as a list, one place in it with its days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.formats import WEEKDAYS, clock, day, stamp, weekday
from xaso.kernel.plain.lunar import lunar_of
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast import shown
from xaso.services.broadcast.actions import programme as actions
from xaso.services.broadcast.desk.common import (
    PLAN,
    VIEW,
    Places,
    attempt,
    link,
    mark,
    places_of,
    station_in,
)
from xaso.services.broadcast.models import Airing, Slot, Station
from xaso.services.broadcast.queries import pages as queries
from xaso.services.broadcast.queries.lines import Programme, pattern_of, programme_of, slot_words
from xaso.services.broadcast.rules import programme as rules
from xaso.services.broadcast.rules.recurrence import occurrences

AHEAD = 30
MOST = 8
COMING = (Airing.State.PLANNED, Airing.State.SENT)


def _url(name: str, *args: Any) -> str:
    return reverse(f"broadcast_desk:{name}", args=args)


def lunar_words(on: date) -> str:
    """`mùng 1/11 âm`."""
    found = lunar_of(on)
    return f"{found.day}/{found.month}{' nhuận' if found.leap else ''} âm lịch"


def _tabs(which: str) -> list[dict[str, Any]]:
    return [
        {"label": "Tuần", "url": _url("week"), "active": which == "week"},
        {"label": "Danh sách 30 ngày", "url": _url("days"), "active": which == "days"},
    ]


def troubles(whole: Programme, since: datetime, days: int) -> list[str]:
    """What in the programme would not be heard, or not wholly, in the next days; the first few in words."""
    said: list[str] = []
    for one in whole.lines:
        _, clashes = rules.preview(one, whole.lines, whole.hours, since, days)
        said += [f"{one.title}, {clash.words}" for clash in clashes if clash.what in ("lost", "cut", "hours")]
    more = len(said) - MOST
    return [*said[:MOST], f"và {more} lần nữa"] if more > 0 else said


def rows_of(
    station: Station, whole: Programme, since: datetime, before: datetime, places: Places
) -> dict[date, list[dict[str, Any]]]:
    """What is or was in the programme, by day: what is past as it went, what comes as the rules say."""
    found: dict[date, list[dict[str, Any]]] = {}
    aired = list(
        station.airings.filter(starts_at__gte=since, starts_at__lt=before)
        .select_related("emergency")
        .order_by("starts_at")
    )
    taken = set()
    for one in aired:
        at = one.starts_at.astimezone(VIETNAM)
        taken.add((one.slot_id, one.at))
        found.setdefault(at.date(), []).append(_aired(one, at, places))
    for due in rules.due(whole.lines, max(since, now()), before):
        slot = whole.slots[due.line.key]
        at = due.at.astimezone(VIETNAM)
        if (slot.pk, due.at) not in taken:
            found.setdefault(at.date(), []).append(_due(slot, due, at, places))
    for rows in found.values():
        rows.sort(key=lambda row: row["at"])
    return found


def _aired(one: Airing, at: datetime, places: Places) -> dict[str, Any]:
    return {
        "at": at,
        "time": clock(at),
        "title": shown.airing_title(one),
        "length": shown.length((one.until - one.starts_at).total_seconds()),
        "where": places.words(one.area),
        "url": _url("airing", one.pk),
        "badge": None if one.state in COMING else shown.airing_badge(one),
        "item": one.get_item_display(),
    }


def _due(slot: Slot, due: rules.Due, at: datetime, places: Places) -> dict[str, Any]:
    changed = ("Đổi riêng ngày này", "warn", "pencil") if due.occurrence.change else None
    return {
        "at": at,
        "time": clock(at),
        "title": slot.title,
        "length": shown.length(due.seconds),
        "where": places.words(slot.area),
        "url": _url("slot", slot.pk),
        "badge": changed,
        "item": slot.get_item_display(),
    }


@officer(VIEW)
@require_GET
def week(request: HttpRequest) -> HttpResponse:
    """Seven days."""
    viewer, station = viewer_in(request), station_in(request)
    try:
        asked = date.fromisoformat(request.GET.get("tuan", "")[:10])
    except ValueError:
        asked = today()
    first = asked - timedelta(days=asked.weekday())
    since, _ = queries.bounds(first)
    whole, places = programme_of(station), places_of(station)
    found = rows_of(station, whole, since, since + timedelta(days=7), places)
    days = [first + timedelta(days=count) for count in range(7)]
    is_now = first <= today() < first + timedelta(days=7)
    context = {
        "tabs": _tabs("week"),
        "may_plan": viewer.can(PLAN, station.unit_path),
        "first": days[0],
        "last": days[-1],
        "before": first - timedelta(days=7),
        "after": first + timedelta(days=7),
        "is_now": is_now,
        "conflicts": troubles(whole, now(), 7) if is_now else [],
        "days": [
            {
                "key": one.isoformat(),
                "name": WEEKDAYS[one.weekday()],
                "date": f"{one:%d/%m}",
                "lunar": lunar_words(one),
                "today": one == today(),
                "rows": found.get(one, []),
            }
            for one in days
        ],
    }
    return render(request, "broadcast/week.html", context)


@officer(VIEW)
@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """The next 30 days as one table: for readers of lists, and for printing."""
    viewer, station = viewer_in(request), station_in(request)
    whole, places, since = programme_of(station), places_of(station), now()
    found = rows_of(station, whole, since, since + timedelta(days=AHEAD), places)
    rows = [
        Row(
            [
                f"{weekday(on)} ({lunar_words(on)})",
                one["time"],
                link(one["url"], one["title"]),
                one["length"],
                one["where"],
                mark(one["badge"]) if one["badge"] else "",
            ]
        )
        for on in sorted(found)
        for one in found[on]
    ]
    columns = [
        Column("Ngày", head=True),
        Column("Giờ", nowrap=True),
        Column("Nội dung"),
        Column("Dài"),
        Column("Ở đâu"),
        Column("Ghi chú"),
    ]
    context = {
        "tabs": _tabs("days"),
        "may_plan": viewer.can(PLAN, station.unit_path),
        "conflicts": troubles(whole, since, AHEAD),
        "table": Table("Lịch phát 30 ngày tới", columns, rows, hide_caption=True),
    }
    return render(request, "broadcast/days.html", context)


def open_slot(request: HttpRequest, slot_id: UUID) -> Slot:
    """A place in the programme the viewer may see. Raises NotFound."""
    rows = Slot.objects.select_related("station", "bulletin", "relay")
    one = rows.filter(viewer_in(request).scope(VIEW), pk=slot_id).first()
    if one is None:
        raise NotFound("Không có mục này trong lịch.")
    return one


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def slot(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """One place in the programme: its rule, its next days, each of which may be left out."""
    viewer, one = viewer_in(request), open_slot(request, slot_id)
    here = _url("slot", one.pk)
    if request.method == "POST":
        return _act(request, one, here)
    places = places_of(one.station)
    context = {
        "slot": one,
        "when": slot_words(one),
        "where": places.words(one.area),
        "length": shown.length(one.seconds),
        "bulletin_url": _url("bulletin", one.bulletin_id) if one.bulletin_id else "",
        "may_plan": viewer.can(PLAN, one.unit_path),
        "edit_url": _url("slot_edit", one.pk),
        "days": next_days(one),
        "airings": _airings(one),
    }
    return render(request, "broadcast/slot.html", context)


def next_days(one: Slot) -> list[dict[str, Any]]:
    """The slot's times in the next 30 days; days that were left out are named too."""
    if one.ended_at is not None:
        return []
    changes = {row.day: row for row in one.changes.all()}
    since = now()
    pattern = pattern_of(one, changes.values())
    rows = [
        {
            "day": due.day,
            "words": f"{weekday(due.at)}, {clock(due.at)} ({lunar_words(due.day)})",
            "changed": "Đổi riêng ngày này" if due.change else "",
            "off": False,
        }
        for due in occurrences(pattern, since, since + timedelta(days=AHEAD))
    ]
    rows += [
        {"day": on, "words": weekday(on), "changed": "Bỏ", "off": True}
        for on, row in changes.items()
        if row.cancelled and since.date() <= on < since.date() + timedelta(days=AHEAD)
    ]
    return sorted(rows, key=lambda row: row["day"])


def _act(request: HttpRequest, one: Slot, here: str) -> HttpResponse:
    viewer, do = viewer_in(request), request.POST.get("do", "")
    if do == "end":
        ended = attempt(
            request, lambda: actions.end_slot(viewer, slot=one), "Mục này thôi phát", _url("week")
        )
        return ended or redirect(here)
    try:
        on = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return redirect(here)
    if do == "skip":
        done = attempt(
            request,
            lambda: actions.change_day(viewer, slot=one, day=on, cancelled=True),
            f"Không phát ngày {day(on)}",
            here,
        )
        return done or redirect(here)
    if do == "restore":
        done = attempt(
            request, lambda: actions.undo_change(viewer, slot=one, day=on), f"Lại phát ngày {day(on)}", here
        )
        return done or redirect(here)
    return redirect(here)


def _airings(one: Slot) -> Table:
    rows = [
        Row(
            [
                link(_url("airing", row.pk), stamp(row.starts_at)),
                mark(shown.airing_badge(row)),
                shown.why(row.reason),
            ]
        )
        for row in one.airings.filter(starts_at__lt=now()).order_by("-starts_at")[:10]
    ]
    columns = [Column("Lúc", head=True), Column("Kết quả"), Column("Vì sao")]
    return Table("Các lượt đã phát", columns, rows, hide_caption=True)


programme_urls = [
    path("lich/", week, name="week"),
    path("lich/danh-sach/", days, name="days"),
    path("lich/<uuid:slot_id>/", slot, name="slot"),
]
