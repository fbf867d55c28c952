"""The work queue: few views with counts, the oldest deadline first, filters in the address, forwarding in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.cases import queries as cases
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.cases.queries import QueueFilters, QueueRow
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.searching import put_away, searched
from xaso.kernel.ui.parts import Column, Row, Table, badge
from xaso.services.onestop.actions.filing import CASE_TYPE
from xaso.services.onestop.actions.handling import advance_many
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.queries.desk import waiting_return

STEPS = {
    "receive": "Tiếp nhận",
    "review": "Thẩm định, soạn kết quả",
    "inspect": "Kiểm tra thực địa",
    "draft": "Soạn giấy phép",
    "head": "Trưởng phòng xem",
    "sign": "Ký",
    "seal": "Vào sổ, đóng dấu",
}
EMPTY = {
    "mine": (
        "Ông/bà chưa giữ hồ sơ nào",
        "Mở danh sách của đơn vị, chọn hồ sơ rồi bấm “Nhận việc này”.",
        "unit",
        "Xem hồ sơ của đơn vị",
    ),
    "unit": ("Đơn vị không giữ hồ sơ nào", "Hồ sơ mới xuất hiện ở đây khi được chuyển tới.", "", ""),
    "late": (
        "Không có hồ sơ quá hạn",
        "Xem hồ sơ đến hạn hôm nay để không bị trễ.",
        "today",
        "Đến hạn hôm nay",
    ),
    "today": ("Hôm nay không có hồ sơ đến hạn", "Các hồ sơ khác còn thời gian.", "unit", "Hồ sơ của đơn vị"),
    "waiting": (
        "Không có hồ sơ tạm dừng",
        "Hồ sơ chờ bổ sung giấy tờ hoặc chờ nộp phí nằm ở đây.",
        "unit",
        "Hồ sơ của đơn vị",
    ),
    "all": ("Chưa có hồ sơ nào", "Tiếp nhận hồ sơ đầu tiên tại quầy.", "", ""),
}


@officer("onestop.view")
@require_http_methods(["GET", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """One view of the queue. Everything that narrows it stands in the address, but for the words searched for."""
    if request.method == "POST":
        return put_away(request)
    viewer = viewer_in(request)
    view = request.GET.get("xem", "mine")
    view = view if view in EMPTY else "mine"
    (text, mark), step = searched(request), request.GET.get("buoc", "")
    filters = QueueFilters(type=CASE_TYPE, step=step if step in STEPS else "", text=text)
    found = cases.work_queue(viewer, view, filters, after=request.GET.get("sau", ""))
    if not request.GET and not found.rows:
        # Whoever holds nothing yet looks for work of the unit, not at an empty page.
        view = "unit"
        found = cases.work_queue(viewer, view, filters)
    asked = {"xem": view, "tim": mark, "buoc": filters.step}
    context = {
        "view": view,
        "title": cases.VIEWS[view],
        "tabs": _tabs(request, view),
        "table": _table(view, found.rows) if found.rows else None,
        "text": text,
        "step": filters.step,
        "steps": STEPS.items(),
        "chips": _chips(asked, text),
        "clear_url": _address(xem=view) if text or filters.step else "",
        "next_url": _address(**asked, sau=found.after) if found.after else "",
        "first_url": _address(**asked) if request.GET.get("sau") else "",
        "empty": _empty(view, bool(text or filters.step)),
        "may_handle": viewer.can("onestop.handle") and view != "all",
        "may_receive": viewer.can("onestop.receive"),
    }
    return render(request, "onestop/desk/queue.html", context)


def _address(**asked: str) -> str:
    kept = {key: value for key, value in asked.items() if value}
    return f"{reverse('onestop_desk:queue')}?{urlencode(kept)}"


def _tabs(request: HttpRequest, view: str) -> list[dict[str, Any]]:
    viewer = viewer_in(request)
    counts = cases.queue_counts(viewer)
    lines: list[dict[str, Any]] = []
    for key in ("mine", "unit", "late", "today", "waiting"):
        lines.append(
            {
                "label": cases.VIEWS[key],
                "url": _address(xem=key),
                "active": key == view,
                "count": counts.words(key),
            }
        )
    lines.append(
        {
            "label": "Chờ trả kết quả",
            "url": reverse("onestop_desk:returning"),
            "active": False,
            "count": str(waiting_return(viewer)),
        }
    )
    lines.append(
        {"label": cases.VIEWS["all"], "url": _address(xem="all"), "active": view == "all", "count": None}
    )
    return lines


def _chips(asked: dict[str, str], text: str) -> list[dict[str, str]]:
    chips = []
    if text:
        chips.append({"label": f"Tìm: {text}", "url": _address(**{**asked, "tim": ""})})
    if asked["buoc"]:
        chips.append({"label": f"Bước: {STEPS[asked['buoc']]}", "url": _address(**{**asked, "buoc": ""})})
    return chips


def _empty(view: str, narrowed: bool) -> dict[str, str]:
    if narrowed:
        title, text, url, label = (
            "Không có hồ sơ nào khớp",
            "Xem lại mã hoặc tên, hoặc bỏ bớt điều kiện lọc.",
            _address(xem=view),
            "Bỏ điều kiện lọc",
        )
    else:
        title, text, where, label = EMPTY[view]
        url = _address(xem=where) if where else ""
    return {"title": title, "text": text, "url": url, "label": label}


def _table(view: str, rows: Sequence[QueueRow]) -> Table:
    handed = any(row.given_by for row in rows)  # an empty column only takes room from the others
    columns: tuple[Column, ...] = (
        Column("Hạn", nowrap=True),
        Column("Mã hồ sơ", head=True, nowrap=True),
        Column("Người nộp"),
        Column("Thủ tục"),
        Column("Bước đang làm"),
        *((Column("Người chuyển"),) if handed else ()),
    )
    drawn = []
    for row in rows:
        url = reverse("onestop_desk:dossier", args=[row.case.code])
        drawn.append(
            Row(
                cells=(
                    badge_of(row.badge),
                    format_html('<a href="{}">{}</a>', url, row.case.code),
                    row.person,
                    row.case.title,
                    row.step.title if row.step else row.case.get_status_display(),
                    *((row.given_by,) if handed else ()),
                ),
                pick=f"{row.case.pk.hex}~{row.step.pk.hex}" if row.step and view != "all" else "",
                pick_label=row.case.code,
                url=url,
            )
        )
    return Table(
        caption=f"Hồ sơ: {cases.VIEWS[view]}",
        columns=columns,
        rows=drawn,
        pickable=view != "all",
        hide_caption=True,
    )


_BADGES = {
    "left": ("", "clock"),
    "today": ("warn", "calendar-clock"),
    "late": ("danger", "triangle-alert"),
    "paused": ("out", "pause"),
    "early": ("good", "check"),
    "done": ("good", "check"),
    "done_late": ("danger", "triangle-alert"),
}


def badge_of(found: cases.Badge) -> SafeString:
    """The drawn badge of a deadline, in the words of the legal clock."""
    kind, icon = _BADGES.get(found.kind, ("", "minus"))
    return badge(found.text, kind, icon, found.detail)


@officer("onestop.handle")
@require_POST
def forward_many(request: HttpRequest) -> HttpResponse:
    """Pass the chosen dossiers on; the result of each is shown, one failing does not hold up the rest."""
    viewer = viewer_in(request)
    wanted: list[tuple[UUID, UUID]] = []
    for pick in dict.fromkeys(request.POST.getlist("pick")):
        case, _, step = pick.partition("~")
        try:
            wanted.append((UUID(case), UUID(step)))
        except ValueError:
            continue
    wanted = wanted[:200]
    found = Dossier.objects.filter(case_id__in=[case for case, _ in wanted]).select_related("case")
    by_case = {one.case_id: one for one in found}
    steps = [(by_case[case].pk, step) for case, step in wanted if case in by_case]
    by_id = {one.pk: one for one in by_case.values()}
    lines = []
    for dossier_id, problem in advance_many(viewer, steps=steps, note=request.POST.get("note", "")):
        dossier = by_id[dossier_id]
        where = "" if problem else _now_at(dossier)
        lines.append({"code": dossier.code, "problem": problem, "where": where})
    context = {
        "lines": lines,
        "done": sum(not line["problem"] for line in lines),
        "failed": sum(bool(line["problem"]) for line in lines),
        "back_url": reverse("onestop_desk:queue"),
    }
    return render(request, "onestop/desk/forwarded.html", context)


def _now_at(dossier: Dossier) -> str:
    step = (
        CaseStep.objects.filter(case_id=dossier.case_id, ended_at__isnull=True).order_by("-is_lead").first()
    )
    return step.title if step else "Đã xử lý xong"
