"""The emergency page: asked by one, confirmed by another, ended by a named person. A drill is told otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.base.once import fingerprint
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import figure, stamp
from xaso.kernel.plain.moment import now
from xaso.kernel.speech.queries import spoken_text
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast import shown
from xaso.services.broadcast.actions import emergencies as actions
from xaso.services.broadcast.desk.common import (
    CONFIRM,
    EMERGENCY,
    VIEW,
    attempt,
    clusters_of,
    hamlets_of,
    link,
    mark,
    places_of,
    put_errors,
    sound_of,
    station_in,
)
from xaso.services.broadcast.desk.log import plays_table
from xaso.services.broadcast.forms.emergency import DropForm, EmergencyForm, EndForm, SureForm
from xaso.services.broadcast.in_force import approval_rule
from xaso.services.broadcast.models import Airing, Emergency, Station
from xaso.services.broadcast.queries import pages as queries

MOST = 50


def _url(name: str, *args: Any) -> str:
    return reverse(f"broadcast_desk:{name}", args=args)


def _alone(station: Station) -> bool:
    """Whether by the rule in force one person may interrupt everybody."""
    rule = approval_rule("emergency", station.unit_path)
    return rule is not None and rule.approvals == 0


def _who(station: Station) -> str:
    if _alone(station):
        return "Quy định của xã cho phép một người phát ngay."
    return "Một người lập, người thứ hai đăng nhập bằng tài khoản của mình rồi xác nhận thì loa mới phát."


@officer(VIEW)
@require_GET
def emergencies(request: HttpRequest) -> HttpResponse:
    """Two doors that cannot be taken for each other, what waits, and what was."""
    viewer, station = viewer_in(request), station_in(request)
    rows = list(station.emergencies.order_by("-created_at")[:MOST])
    lines = [
        Row(
            [
                link(_url("emergency", one.pk), one.title),
                "DIỄN TẬP" if one.drill else "Thật",
                stamp(one.created_at),
                ", ".join(name for name in (one.asked_by_name, one.confirmed_by_name) if name),
                mark(shown.emergency_badge(one)),
            ]
        )
        for one in rows
    ]
    columns = [
        Column("Tin", head=True),
        Column("Loại"),
        Column("Lúc", nowrap=True),
        Column("Người lập, người xác nhận"),
        Column("Tình trạng"),
    ]
    context = {
        "who": _who(station),
        "waiting": [one for one in rows if one.state == Emergency.State.ASKED],
        "running": [one for one in rows if one.state == Emergency.State.RUNNING],
        "may_ask": viewer.can(EMERGENCY, station.unit_path),
        "table": Table("Các lần đã phát", columns, lines, hide_caption=True),
    }
    return render(request, "broadcast/emergencies.html", context)


@officer(EMERGENCY)
@require_http_methods(["GET", "POST"])
def emergency_real(request: HttpRequest) -> HttpResponse:
    """The real thing."""
    return _new(request, drill=False)


@officer(EMERGENCY)
@require_http_methods(["GET", "POST"])
def emergency_drill(request: HttpRequest) -> HttpResponse:
    """A drill."""
    return _new(request, drill=True)


def _new(request: HttpRequest, *, drill: bool) -> HttpResponse:
    """First what will be read is shown; only then may it be handed on."""
    viewer, station = viewer_in(request), station_in(request)
    viewer.must(EMERGENCY, station.unit_path)
    areas = [(station.unit_path, "Toàn xã"), *hamlets_of(station)]
    alone = _alone(station)
    form = EmergencyForm(
        request.POST or None, areas=areas, drill=drill, alone=alone, initial={"area": [station.unit_path]}
    )
    told: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        seen = fingerprint({name: facts[name] for name in form.SHOWN})
        if request.POST.get("do") == "ask" and request.POST.get("seen") == seen and form.is_sure():
            try:
                made = _ask(viewer, station, facts, drill=drill)
            except ActionError as error:
                put_errors(form, error)
            else:
                return redirect("broadcast_desk:emergency", made.pk)
        elif not form.errors:
            told = {**_preview(station, facts, drill=drill), "seen": seen}
    context = {
        "title": "Tin diễn tập" if drill else "Tin khẩn cấp thật",
        "drill": drill,
        "who": _who(station),
        "form": form,
        "alone": alone,
        "back_url": _url("emergencies"),
        **told,
    }
    return render(request, "broadcast/emergency_new.html", context, status=422 if form.errors else 200)


def _area(station: Station, facts: dict[str, Any]) -> dict[str, Any]:
    return {} if station.unit_path in facts["area"] else {"units": facts["area"]}


def _preview(station: Station, facts: dict[str, Any], *, drill: bool) -> dict[str, Any]:
    words = spoken_text(facts["text"], station.unit_path).text
    return {
        "spoken": actions.as_drill(words) if drill else words,
        "repeats": facts["repeats"] or 3,
        "reach": reach_words(station, _area(station, facts)),
    }


def reach_words(station: Station, area: dict[str, Any]) -> str:
    """How many loudspeakers an area holds, and how many of them are there now."""
    rows = [one for one in clusters_of(station) if queries.covers(area, one)]
    there = sum(one.state == "online" for one in rows)
    horns = sum(one.horns for one in rows)
    place = places_of(station).words(area)
    return f"{place[:1].upper()}{place[1:]}: {figure(len(rows))} cụm, {figure(horns)} loa, {figure(there)} cụm đang nối"


def _ask(viewer: Viewer, station: Station, facts: dict[str, Any], *, drill: bool) -> Emergency:
    return actions.ask_emergency(
        viewer,
        station=station,
        title=facts["title"],
        text=facts["text"],
        expires_at=now() + timedelta(minutes=facts["minutes"] or 120),
        area=_area(station, facts),
        drill=drill,
        repeats=facts["repeats"] or None,
    )


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """One emergency: heard before, confirmed, followed, ended."""
    viewer = viewer_in(request)
    rows = Emergency.objects.select_related("station", "sound__file", "all_clear_sound__file")
    one = rows.filter(viewer.scope(VIEW), pk=emergency_id).first()
    if one is None:
        raise NotFound("Không có tin khẩn cấp này.")
    here, do = _url("emergency", one.pk), request.POST.get("do", "")
    found = {
        "confirm": SureForm(request.POST if do == "confirm" else None, drill=one.drill),
        "drop": DropForm(request.POST if do == "drop" else None),
        "end": EndForm(
            request.POST if do == "end" else None,
            initial={"all_clear": one.all_clear or actions.CLEAR.format(title=one.title)},
        ),
    }
    form = found.get(do)
    if request.method == "POST":
        if form is None:
            return redirect(here)
        if form.is_valid():
            done = _act(request, viewer, one, do, form, here)
            if done is not None:
                return done
    wrong = form is not None and bool(form.errors)
    context = {
        **_facts(viewer, one),
        "form": form if wrong else None,
        "has_errors": wrong,
        "sure_form": found["confirm"],
        "drop_form": found["drop"],
        "end_form": found["end"],
    }
    return render(request, "broadcast/emergency.html", context, status=422 if wrong else 200)


def _act(
    request: HttpRequest, viewer: Viewer, one: Emergency, do: str, form: Any, here: str
) -> HttpResponse | None:
    facts = form.cleaned_data
    if do == "confirm":
        said = "Loa đang phát diễn tập" if one.drill else "Loa đang phát"
        return attempt(request, lambda: actions.confirm_emergency(viewer, emergency=one), said, here, form)
    if do == "drop":
        return attempt(
            request,
            lambda: actions.refuse_emergency(viewer, emergency=one, reason=facts["reason"]),
            "Tin này không phát",
            here,
            form,
        )
    return attempt(
        request,
        lambda: actions.end_emergency(viewer, emergency=one, all_clear=facts["all_clear"]),
        "Đã dừng và báo yên",
        here,
        form,
    )


def _facts(viewer: Viewer, one: Emergency) -> dict[str, Any]:
    asked, running = one.state == Emergency.State.ASKED, one.state == Emergency.State.RUNNING
    rule = approval_rule("emergency", one.unit_path)
    mine = viewer.account_id is not None and viewer.account_id == one.asked_by
    may = asked and viewer.can(CONFIRM, one.unit_path) and (not mine or bool(rule and rule.own))
    plays = list(queries.plays_of_airings(list(one.airings.all())))
    heard = [play for play in plays if play.airing.item == Airing.Item.EMERGENCY]
    return {
        "one": one,
        "badge": shown.emergency_badge(one),
        "reach": reach_words(one.station, one.area),
        "sound": sound_of(viewer, one.sound)["url"] if one.sound else "",
        "may_confirm": may,
        "confirm_words": f"{one.asked_by_name} đã lập tin này. Nghe hết, đọc lại nơi phát, rồi gõ chữ bên dưới.",
        "waits": "Người thứ hai có quyền xác nhận mở trang này bằng tài khoản của mình."
        if mine
        else "Cần một người có quyền xác nhận.",
        "may_drop": asked and (mine or viewer.can(CONFIRM, one.unit_path)),
        "may_end": running and viewer.can(EMERGENCY, one.unit_path),
        "table": plays_table(heard),
        "clear_table": plays_table([play for play in plays if play not in heard]),
        "steps": _steps(one),
    }


def _steps(one: Emergency) -> list[dict[str, Any]]:
    said = [{"title": "Lập tin", "at": one.created_at, "by": one.asked_by_name or one.source}]
    if one.started_at:
        by = one.confirmed_by_name or "Không cần người thứ hai"
        said.append({"title": "Xác nhận, loa phát", "at": one.started_at, "by": by, "kind": "danger"})
    if one.ended_at:
        ended = one.state == Emergency.State.ENDED
        said.append(
            {
                "title": "Báo yên" if ended else "Bỏ, không phát",
                "at": one.ended_at,
                "by": one.ended_by_name,
                "text": one.all_clear if ended else one.reason,
                "kind": "done" if ended else "warn",
            }
        )
    return said[::-1]


emergency_urls = [
    path("khan-cap/", emergencies, name="emergencies"),
    path("khan-cap/that/", emergency_real, name="emergency_real"),
    path("khan-cap/dien-tap/", emergency_drill, name="emergency_drill"),
    path("khan-cap/<uuid:emergency_id>/", emergency, name="emergency"),
]
