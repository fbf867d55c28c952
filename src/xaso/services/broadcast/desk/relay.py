"""Sources that are relayed, and bulletins from above."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import clock, stamp
from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.plain.moment import at as moment_of
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast.desk.common import PLAN, VIEW, link, put_errors, station_in
from xaso.services.broadcast.forms.relay import AcceptForm, ReasonForm, RelayForm
from xaso.services.broadcast.models import Bulletin, RelaySource, Station
from xaso.services.broadcast.rules.bridges import CARRIERS
from xaso.services.broadcast.streams import gateway, relays, upward
from xaso.services.broadcast.streams import queries as streams
from xaso.services.broadcast.streams.actions import WHY
from xaso.services.broadcast.streams.bridges import bridges_of

NAMES = ("title", "url", "origin", "silence_seconds", "connect_seconds")
HEARD = {"relay": "có tiếng", "fallback": "đang phát tin thay", "silence": "im lặng"}


@officer(VIEW)
@require_GET
def relay_list(request: HttpRequest) -> HttpResponse:
    """Sources in use, how each was last heard, and what went wrong lately."""
    viewer, station = viewer_in(request), station_in(request)
    rows = list(streams.relays_of(viewer, station).select_related("fallback"))
    turns = Table(
        "Lần mất tiếng hai tuần qua",
        [Column("Lúc", head=True), Column("Mục"), Column("Nghe thấy"), Column("Vì")],
        [
            Row([stamp(one.at), one.airing.title, one.get_heard_display(), WHY.get(one.why, one.why)])
            for one in streams.turns_of(viewer, station)
        ],
    )
    context = {
        "station": station,
        "sources": [{"row": one, "state": state_words(one)} for one in rows],
        "turns": turns,
        "bridges": _bridges(viewer, station),
        "may": viewer.can(PLAN, station.unit_path),
    }
    return render(request, "broadcast/relays.html", context)


def _bridges(viewer: Viewer, station: Station) -> Table:
    rows = []
    for one, told in bridges_of(viewer, station):
        said = ["Chưa báo", "", "", f"{one.horns}"]
        if told is not None:
            carrier = CARRIERS.get(told.carrier, told.carrier)
            where = f"{carrier} {told.frequency:.1f} MHz".replace(".", ",") if told.frequency else carrier
            answering = "" if told.horns_answering is None else f"{told.horns_answering}/"
            said = [where, _level(told.input_level), _level(told.output_level), f"{answering}{one.horns}"]
        name = link(reverse("broadcast_desk:cluster", args=[one.pk]), one.name)
        rows.append(Row([name, *said, stamp(told.at) if told else ""]))
    names = ("Mạng phía sau", "Mức vào", "Mức ra", "Số loa", "Báo lúc")
    return Table(
        "Bộ ghép nối đài cũ", [Column("Nơi đặt", head=True), *(Column(name) for name in names)], rows
    )


def _level(value: float | None) -> str:
    return "" if value is None else f"{value:.0f} dBFS"


def state_words(one: RelaySource) -> str:
    """How a source was heard last, in a sentence."""
    told = one.state or {}
    if told.get("heard") and told.get("at", "") >= told.get("tried_at", ""):
        why = WHY.get(told.get("why", ""), "")
        heard = HEARD[told["heard"]] + (f" ({why})" if why else "")
        return f"Lần tiếp âm gần nhất, {clock(moment_of(told['at']))}: {heard}."
    if told.get("tried_at"):
        tried = f"Nghe thử {clock(moment_of(told['tried_at']))}"
        if told.get("trouble"):
            return f"{tried}: không được, {WHY.get(told['trouble'], told['trouble'])}."
        return f"{tried}: có tiếng, mức {str(told.get('level')).replace('.', ',')} dBFS."
    return "Chưa nghe thử xong. Mở lại trang sau ít giây."


@officer(PLAN)
@require_http_methods(["GET", "POST"])
def relay_new(request: HttpRequest) -> HttpResponse:
    """A new source."""
    return _edit(request, station_in(request), None)


@officer(PLAN)
@require_http_methods(["GET", "POST"])
def relay_edit(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Another content of one."""
    one = streams.relay_of(viewer_in(request), source_id)
    return _edit(request, one.station, one)


def _edit(request: HttpRequest, station: Station, one: RelaySource | None) -> HttpResponse:
    viewer = viewer_in(request)
    viewer.must(PLAN, station.unit_path)
    approved = Bulletin.objects.filter(station=station, state=Bulletin.State.APPROVED).order_by("title")
    first: dict[str, Any] = {name: getattr(one, name) for name in NAMES} if one else {}
    if one and one.fallback_id:
        first["fallback"] = str(one.fallback_id)
    form = RelayForm(
        request.POST or None,
        bulletins=[(str(row.pk), row.title) for row in approved[:200]],
        initial=first or None,
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        chosen = facts.pop("fallback")
        facts["fallback"] = approved.filter(pk=chosen).first() if chosen else None
        try:
            relays.keep_relay(viewer, station=station, source=one, **facts)
        except ActionError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã ghi nguồn tiếp âm. Hệ thống đang nghe thử nguồn này.")
            return redirect("broadcast_desk:relays")
    title = "Sửa nguồn tiếp âm" if one else "Thêm nguồn tiếp âm"
    context = {"form": form, "title": title, "submit": "Ghi nguồn tiếp âm"}
    return render(request, "broadcast/relay_edit.html", context, status=422 if form.errors else 200)


@officer(PLAN)
@require_POST
def relay_do(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Try it out, or use it no more."""
    viewer = viewer_in(request)
    if request.POST.get("do") == "end":
        relays.end_relay(viewer, source_id=source_id)
        messages.success(request, "Đã thôi dùng nguồn tiếp âm.")
    else:
        relays.ask_try(viewer, source_id=source_id)
        messages.success(request, "Đang nghe thử. Mở lại trang sau khoảng mười giây.")
    return redirect("broadcast_desk:relays")


@officer(VIEW)
@require_GET
def from_above(request: HttpRequest) -> HttpResponse:
    """What province and centre sent, and what we told them."""
    viewer, station = viewer_in(request), station_in(request)
    context = {
        "station": station,
        "items": streams.items_of(viewer, station),
        "stuck": streams.stuck_tellings(viewer, station),
        "may": viewer.can(PLAN, station.unit_path),
    }
    return render(request, "broadcast/from_above.html", context)


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def item_page(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One bulletin from above: taken with an hour, or refused with a reason."""
    viewer, do = viewer_in(request), request.POST.get("do", "")
    item = streams.item_of(viewer, item_id)
    accept = AcceptForm(request.POST if do == "accept" else None)
    refuse = ReasonForm(request.POST if do == "refuse" else None)
    form = {"accept": accept, "refuse": refuse}.get(do)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            if do == "accept":
                facts = form.cleaned_data
                at = datetime.combine(facts["day"], facts["starts"], VIETNAM)
                gateway.accept_item(viewer, item_id=item.pk, at=at)
                messages.success(request, "Đã nhận và xếp lịch. Bản tin chờ duyệt như tin của xã.")
            else:
                gateway.refuse_item(viewer, item_id=item.pk, reason=form.cleaned_data["reason"])
                messages.success(request, "Đã báo nơi gửi là xã không phát.")
            return redirect("broadcast_desk:from_above")
        except ActionError as error:
            put_errors(form, error)
    wrong = form is not None and bool(form.errors)
    context = {
        "item": item,
        "accept": accept,
        "refuse": refuse,
        "form": form if wrong else None,
        "refusing": do == "refuse",
        "may": viewer.can(PLAN, item.unit_path) and item.state == item.State.OFFERED,
    }
    return render(request, "broadcast/from_above_one.html", context, status=422 if wrong else 200)


@officer(PLAN)
@require_POST
def again(request: HttpRequest, telling_id: UUID) -> HttpResponse:
    """Tell the province once more."""
    upward.tell_again(viewer_in(request), telling_id=telling_id)
    messages.success(request, "Đang gửi lại.")
    return redirect(reverse("broadcast_desk:from_above"))


relay_urls = [
    path("tiep-am/", relay_list, name="relays"),
    path("tiep-am/moi/", relay_new, name="relay_new"),
    path("tiep-am/<uuid:source_id>/", relay_edit, name="relay_edit"),
    path("tiep-am/<uuid:source_id>/lam/", relay_do, name="relay_do"),
    path("tin-cap-tren/", from_above, name="from_above"),
    path("tin-cap-tren/<uuid:item_id>/", item_page, name="source_item"),
    path("tin-cap-tren/gui-lai/<uuid:telling_id>/", again, name="telling_again"),
]
