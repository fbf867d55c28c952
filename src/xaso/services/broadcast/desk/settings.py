"""What the committee decided about its station: hours, loudness, who approves; and what the three classes mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast.actions import law as actions
from xaso.services.broadcast.desk.common import APPROVE, RUN, VIEW, attempt, choices, clusters_of, station_in
from xaso.services.broadcast.forms.settings import WEEKDAYS, CapForm, RuleForm, WindowForm
from xaso.services.broadcast.models import ApprovalRule, Cluster, Station, Window
from xaso.services.broadcast.queries import pages as queries


def _forms(station: Station, clusters: list[Cluster], data: Any, do: str) -> dict[str, forms.Form]:
    first = {"valid_from": today()}
    return {
        "window": WindowForm(data if do == "window" else None, uses=choices(Window.Use), initial=first),
        "cap": CapForm(
            data if do == "cap" else None,
            clusters=[(str(one.pk), one.name) for one in clusters],
            initial={**first, "starts": "00:00", "ends": "00:00"},
        ),
        "rule": RuleForm(data if do == "rule" else None, kinds=choices(ApprovalRule.What), initial=first),
    }


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Rules in force, each with its day and its paper; new ones are written below."""
    viewer, station = viewer_in(request), station_in(request)
    clusters, here = clusters_of(station), reverse("broadcast_desk:settings")
    do = request.POST.get("do", "")
    found = _forms(station, clusters, request.POST or None, do)
    form = found.get(do)
    if request.method == "POST":
        if form is None:
            return redirect(here)
        if form.is_valid():
            run = _run(viewer, station, clusters, do, form.cleaned_data)
            done = attempt(request, run, "Đã ghi quy định", here, form)
            if done is not None:
                return done
    wrong = form is not None and bool(form.errors)
    context = {
        "station": station,
        "form": form if wrong else None,
        "has_errors": wrong,
        "windows": windows_table(station),
        "caps": caps_table(station),
        "rules": rules_table(station),
        "classes": classes_table(station),
        "may_run": viewer.can(RUN, station.unit_path),
        "may_rule": viewer.can(APPROVE, station.unit_path),
        **{f"{name}_form": one for name, one in found.items()},
        **{f"{name}_open": wrong and name == do for name in found},
    }
    return render(request, "broadcast/settings.html", context, status=422 if wrong else 200)


def _run(
    viewer: Viewer, station: Station, clusters: list[Cluster], do: str, facts: dict[str, Any]
) -> Callable[[], Any]:
    if do == "window":
        facts = {**facts, "weekdays": "".join(facts["weekdays"])}
        return lambda: actions.keep_window(viewer, station=station, **facts)
    if do == "cap":
        chosen = next((one for one in clusters if str(one.pk) == facts["cluster"]), None)
        return lambda: actions.keep_cap(viewer, station=station, **{**facts, "cluster": chosen})
    facts = {**facts, "approvals": int(facts["approvals"])}
    return lambda: actions.keep_approval_rule(viewer, station=station, **facts)


def _since(row: Any) -> str:
    return f"từ {day(row.valid_from)}" + (f" đến {day(row.valid_to)}" if row.valid_to else "")


def _basis(row: Any) -> str:
    return f"{row.legal_basis}. Chưa xác minh: {row.unconfirmed}" if row.unconfirmed else row.legal_basis


def _weekdays(text: str) -> str:
    if len(text) == 7:
        return "mọi ngày"
    return ", ".join(label for key, label in WEEKDAYS if key in text)


def _span(row: Any) -> str:
    return "cả ngày" if row.starts == row.ends else f"{row.starts:%H:%M}–{row.ends:%H:%M}"


def _whose(row: Any, station: Station) -> str:
    return "của đài" if row.unit_path.startswith(station.unit_path) else "chung"


TAIL = (Column("Áp dụng"), Column("Của ai"), Column("Căn cứ"))


def windows_table(station: Station) -> Table:
    """Hours in force."""
    rows = [
        Row(
            [
                f"{row.starts:%H:%M}–{row.ends:%H:%M}",
                row.get_use_display() + (f", {row.name.lower()}" if row.name else ""),
                _weekdays(row.weekdays),
                _since(row),
                _whose(row, station),
                _basis(row),
            ]
        )
        for row in queries.windows_of(station)
    ]
    head = [Column("Giờ", head=True, nowrap=True), Column("Là"), Column("Các thứ"), *TAIL]
    return Table("Giờ phát, giờ yên tĩnh", head, rows, hide_caption=True)


def caps_table(station: Station) -> Table:
    """Limits of volume in force."""
    rows = [
        Row(
            [
                f"{row.most}%",
                _span(row),
                row.cluster.name if row.cluster else "Mọi cụm",
                "Tin khẩn cấp" if row.emergency else "Chương trình",
                _since(row),
                _whose(row, station),
                _basis(row),
            ]
        )
        for row in queries.caps_of(station)
    ]
    head = [
        Column("Cao nhất", head=True),
        Column("Giờ", nowrap=True),
        Column("Cụm loa"),
        Column("Cho"),
        *TAIL,
    ]
    return Table("Âm lượng cao nhất", head, rows, hide_caption=True)


def rules_table(station: Station) -> Table:
    """Who approves what."""
    rows = []
    for row in queries.approval_rules_of(station):
        need = "Không cần ai" if not row.approvals else f"{row.approvals} người"
        own = "được tự duyệt" if row.own else "phải là người khác"
        rows.append(
            Row(
                [
                    row.get_what_display(),
                    f"{need}, {own}" if row.approvals else need,
                    _since(row),
                    _whose(row, station),
                    _basis(row),
                ]
            )
        )
    return Table("Ai duyệt", [Column("Việc", head=True), Column("Cần"), *TAIL], rows, hide_caption=True)


def classes_table(station: Station) -> Table:
    """The three classes."""
    rows = [
        Row([row.get_kind_display(), row.meaning, row.get_hours_display(), _basis(row)])
        for row in queries.class_rules_of(station)
    ]
    head = [Column("Loại", head=True), Column("Nghĩa là"), Column("Giờ được phát"), Column("Căn cứ")]
    return Table("Ba loại bản tin", head, rows, hide_caption=True)


settings_urls = [path("quy-dinh/", settings, name="settings")]
