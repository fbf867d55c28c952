"""Clusters of loudspeakers: list and map, one of them with its controls, enrolment, complaints of those who hear it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.formats import ago, figure, stamp
from xaso.kernel.plain.moment import now
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast import shown
from xaso.services.broadcast.actions import complaints as complaint_actions
from xaso.services.broadcast.actions import controls
from xaso.services.broadcast.actions import stations as actions
from xaso.services.broadcast.desk.cluster_map import map_of, pin_map
from xaso.services.broadcast.desk.common import (
    RUN,
    VIEW,
    Places,
    attempt,
    choices,
    clusters_of,
    hamlets_of,
    link,
    mark,
    places_of,
    station_in,
)
from xaso.services.broadcast.desk.log import plays_table
from xaso.services.broadcast.forms.clusters import AnswerForm, ClusterForm, VolumeForm
from xaso.services.broadcast.models import Cluster, Fault, Station
from xaso.services.broadcast.models.complaints import Complaint
from xaso.services.broadcast.queries import pages as queries
from xaso.services.broadcast.wire.enrolling import issue_code

KINDS = {"": "Tất cả", "loi": "Có lỗi", "mat-noi": "Mất nối", "moi": "Chưa ghép nối"}


def _url(name: str, *args: Any) -> str:
    return reverse(f"broadcast_desk:{name}", args=args)


@officer(VIEW)
@require_GET
def clusters(request: HttpRequest) -> HttpResponse:
    """All clusters of the station: state, last seen, faults in sentences; the same on a map."""
    viewer, station = viewer_in(request), station_in(request)
    asked = request.GET.get("xem", "")
    places, rows = places_of(station), clusters_of(station)
    faults: dict[Any, list[Fault]] = {}
    for one in queries.open_faults(station):
        faults.setdefault(one.cluster_id, []).append(one)
    wanted = {
        "loi": [one for one in rows if one.pk in faults],
        "mat-noi": [one for one in rows if one.state == "offline"],
        "moi": [one for one in rows if one.state == "new"],
    }
    online = sum(one.state == "online" for one in rows)
    context = {
        "said": f"{figure(online)}/{figure(len(rows))} cụm đang nối, {figure(len(faults))} cụm có lỗi.",
        "may_operate": viewer.can(RUN, station.unit_path),
        "tabs": [
            {
                "label": label,
                "url": f"?xem={key}" if key else "?",
                "active": asked == key,
                "count": len(wanted[key]) if key in wanted else len(rows),
            }
            for key, label in KINDS.items()
        ],
        "table": _table(wanted.get(asked, rows), faults, places),
        "empty": ("Không có cụm nào", "Chọn “Tất cả” để xem mọi cụm." if rows else "Thêm cụm loa đầu tiên."),
        "map": map_of(rows, faults) if not asked else None,
        "complaints": complaints_table(queries.open_complaints(station)),
    }
    return render(request, "broadcast/clusters.html", context)


def _table(rows: list[Cluster], faults: dict[Any, list[Fault]], places: Places) -> Table:
    moment = now()
    lines = []
    for one in rows:
        wrong = [shown.fault_words(fault)[0] for fault in faults.get(one.pk, [])]
        lines.append(
            Row(
                [
                    link(_url("cluster", one.pk), one.name),
                    places.unit(one.unit_path),
                    mark(shown.cluster_badge(one, len(wrong))),
                    ago(one.last_seen, moment) if one.last_seen else "chưa lần nào",
                    f"{one.volume}%",
                    "; ".join(wrong),
                ]
            )
        )
    columns = [
        Column("Cụm loa", head=True),
        Column("Thôn, bản, tổ"),
        Column("Tình trạng"),
        Column("Liên lạc cuối"),
        Column("Âm lượng", num=True),
        Column("Lỗi"),
    ]
    return Table("Cụm loa của đài", columns, lines, hide_caption=True)


def open_cluster(request: HttpRequest, cluster_id: UUID) -> Cluster:
    """A cluster the viewer may see. Raises NotFound."""
    found = Cluster.objects.select_related("station").filter(viewer_in(request).scope(VIEW), pk=cluster_id)
    one = found.first()
    if one is None:
        raise NotFound("Không có cụm loa này.")
    return one


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def cluster(request: HttpRequest, cluster_id: UUID) -> HttpResponse:
    """One cluster: what it is, how it does, its controls."""
    viewer, one = viewer_in(request), open_cluster(request, cluster_id)
    here = _url("cluster", one.pk)
    form = VolumeForm(initial={"volume": one.volume})
    status = 200
    if request.method == "POST":
        form = VolumeForm(
            request.POST if request.POST.get("do") == "volume" else None, initial={"volume": one.volume}
        )
        done = _act(request, one, form, here)
        if done is not None:
            return done
        status = 422
    faults = queries.faults_of(one)
    open_now = [fault for fault in faults if fault.ended_at is None]
    places, moment = places_of(one.station), now()
    context = {
        "cluster": one,
        "has_errors": status == 422,
        "form": form if status == 422 else None,
        "badge": shown.cluster_badge(one, len(open_now)),
        "where": places.unit(one.unit_path),
        "faults": [
            {
                "title": shown.fault_words(fault)[0],
                "text": shown.fault_words(fault)[1],
                "since": stamp(fault.started_at),
            }
            for fault in open_now
        ],
        "past": [
            {
                "title": shown.fault_words(fault)[0],
                "at": fault.started_at,
                "text": f"đến {stamp(fault.ended_at)}",
            }
            for fault in faults
            if fault.ended_at is not None
        ][:10],
        "code": _code(request, one),
        "server": request.build_absolute_uri("/").rstrip("/"),
        "may_operate": viewer.can(RUN, one.unit_path) and one.state != Cluster.State.ENDED,
        "volume_form": form,
        "cap": queries.cap_words(one, moment),
        "edit_url": _url("cluster_edit", one.pk),
        "facts": _facts(one, moment),
        "map": map_of([one], {one.pk: open_now}),
        "plays": plays_table(queries.plays_of_cluster(one), by_cluster=False),
        "complaints": complaints_table(queries.complaints_of(one)),
    }
    return render(request, "broadcast/cluster.html", context, status=status)


def _facts(one: Cluster, moment: Any) -> list[tuple[str, str]]:
    said = [
        ("Liên lạc cuối", ago(one.last_seen, moment) if one.last_seen else "chưa lần nào"),
        ("Âm lượng", f"{one.volume}%"),
        ("Đồng hồ lệch", shown.milliseconds(one.clock_offset_ms)),
        ("Lịch giữ trong máy", f"đến {stamp(one.schedule_until)}" if one.schedule_until else "chưa có"),
        ("Phần mềm", one.firmware),
        ("Hãng, kiểu", one.maker),
        ("Mạng", one.network),
        ("Chứng thư", one.certificate_serial[:16]),
        ("Mã xã cũ", one.old_unit_code),
    ]
    return [(label, value) for label, value in said if value]


CODES = "broadcast_codes"


def _code(request: HttpRequest, one: Cluster) -> dict[str, Any] | None:
    """The enrolment code just given, shown once on the page that asked for it."""
    given = request.session.pop(CODES, {}).get(str(one.pk))
    return {**given, "until": datetime.fromisoformat(given["until"])} if given else None


@officer(RUN)
@require_http_methods(["GET", "POST"])
def cluster_new(request: HttpRequest) -> HttpResponse:
    """A new cluster."""
    return _edit(request, station_in(request), None)


@officer(RUN)
@require_http_methods(["GET", "POST"])
def cluster_edit(request: HttpRequest, cluster_id: UUID) -> HttpResponse:
    """Where it stands, what it is made of."""
    one = open_cluster(request, cluster_id)
    viewer_in(request).must(RUN, one.unit_path)
    return _edit(request, one.station, one)


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def complaint(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """One complaint, with the answer."""
    viewer = viewer_in(request)
    row = (
        Complaint.objects.select_related("cluster", "station")
        .filter(viewer.scope(VIEW), pk=complaint_id)
        .first()
    )
    if row is None:
        raise NotFound("Không có phản ánh này.")
    here = _url("complaint", row.pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request,
            lambda: complaint_actions.answer_complaint(
                viewer, complaint_id=row.pk, answer=form.cleaned_data["answer"]
            ),
            "Đã ghi câu trả lời",
            here,
            form,
        )
        if done is not None:
            return done
    context = {
        "complaint": row,
        "form": form,
        "has_errors": bool(form.errors),
        "badge": complaint_badge(row),
        "cluster_url": _url("cluster", row.cluster_id) if row.cluster_id else "",
        "may_answer": viewer.can(RUN, row.unit_path),
    }
    return render(request, "broadcast/complaint.html", context, status=422 if form.errors else 200)


def complaint_badge(row: Complaint) -> shown.Badge:
    """Answered or not."""
    if row.state == Complaint.State.ANSWERED:
        return "Đã trả lời", "good", "check"
    return "Chưa trả lời", "warn", "clock"


def complaints_table(rows: list[Complaint]) -> Table:
    """What people wrote."""
    lines = [
        Row(
            [
                link(_url("complaint", one.pk), one.get_matter_display()),
                one.cluster.name if one.cluster else "Không rõ loa nào",
                stamp(one.created_at),
                mark(complaint_badge(one)),
            ]
        )
        for one in rows
    ]
    columns = [Column("Chuyện gì", head=True), Column("Loa"), Column("Lúc"), Column("Tình trạng")]
    return Table("Bà con phản ánh", columns, lines, hide_caption=True)


def _edit(request: HttpRequest, station: Station, one: Cluster | None) -> HttpResponse:
    initial: dict[str, Any] = {"kind": "ip"}
    if one is not None:
        place = f"{one.lat:.6f},{one.lon:.6f}" if one.lat is not None and one.lon is not None else ""
        names = ("name", "kind", "unit_path", "old_unit_code", "horns", "volume")
        initial = {**{name: getattr(one, name) for name in names}, "place": place}
    form = ClusterForm(
        request.POST or None,
        kinds=choices(Cluster.Kind),
        hamlets=hamlets_of(station),
        fixed=one is not None,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request, lambda: _keep(request, station, one, form), "Đã ghi cụm loa", _url("clusters"), form
        )
        if done is not None:
            return redirect(_url("cluster", one.pk)) if one else done
    middle = queries.middle_of(station)
    if one is not None and one.lat is not None and one.lon is not None:
        middle = (one.lat, one.lon)
    context = {
        "title": "Sửa cụm loa" if one else "Thêm cụm loa",
        "submit": "Ghi",
        "form": form,
        "back_url": _url("cluster", one.pk) if one else _url("clusters"),
        "map": pin_map(station, middle),
    }
    return render(request, "broadcast/cluster_edit.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, station: Station, one: Cluster | None, form: ClusterForm) -> None:
    facts = dict(form.cleaned_data)
    place = facts.pop("place")
    facts["lat"], facts["lon"] = place or (None, None)
    facts["horns"], volume = facts["horns"] or 1, facts.pop("volume")
    viewer = viewer_in(request)
    if one is None:
        actions.register_cluster(viewer, station=station, volume=volume or 0, **facts)
        return
    actions.edit_cluster(viewer, cluster=one, **facts)
    if volume is not None and volume != one.volume:
        actions.set_volume(viewer, cluster=one, volume=volume)


def _act(request: HttpRequest, one: Cluster, form: VolumeForm, here: str) -> HttpResponse | None:
    """What a button of the page asks; None when the form has to be mended."""
    viewer, do = viewer_in(request), request.POST.get("do", "")
    if do == "volume":
        if not form.is_valid():
            return None
        volume = form.cleaned_data["volume"]
        return attempt(
            request,
            lambda: actions.set_volume(viewer, cluster=one, volume=volume),
            f"Âm lượng {volume}%",
            here,
            form,
        )
    if do == "selftest":
        said = "Đã gửi lệnh tự kiểm tra; kết quả hiện ở đây trong vài phút"
        return attempt(request, lambda: controls.ask_selftest(viewer, cluster=one), said, here)
    if do == "enrol":
        return _give_code(request, one, here)
    if do == "end":
        gone = _url("clusters")
        return attempt(request, lambda: actions.end_cluster(viewer, cluster=one), "Cụm loa thôi dùng", gone)
    return redirect(here)


def _give_code(request: HttpRequest, one: Cluster, here: str) -> HttpResponse:
    given = issue_code(viewer_in(request), cluster=one)
    shown_once = {"plain": given["plain"], "shown": given["shown"], "until": given["until"].isoformat()}
    request.session[CODES] = {str(one.pk): shown_once}
    return redirect(here)


cluster_urls = [
    path("cum-loa/", clusters, name="clusters"),
    path("cum-loa/them/", cluster_new, name="cluster_new"),
    path("cum-loa/<uuid:cluster_id>/", cluster, name="cluster"),
    path("cum-loa/<uuid:cluster_id>/sua/", cluster_edit, name="cluster_edit"),
    path("cum-loa/phan-anh/<uuid:complaint_id>/", complaint, name="complaint"),
]
