"""Who did what: the table of tasks of hamlets, one task with its reports, the table as a workbook."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.access.alerts import note_export
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp
from xaso.services.notices import sheets
from xaso.services.notices.actions import tasks as actions
from xaso.services.notices.desk.parts import PER_PAGE, refused, sent_file
from xaso.services.notices.forms import WordsForm
from xaso.services.notices.models import HamletTask
from xaso.services.notices.queries import tasks as queries
from xaso.services.notices.queries.notices import timeline
from xaso.services.notices.queries.rights import TASKS, VIEW

VIEWS = {
    "cho": ("Chờ xem báo cáo", "waiting"),
    "chua": ("Chưa báo cáo", "open"),
    "qua-han": ("Quá hạn", "late"),
    "xong": ("Đã xong", "done"),
}


@officer(VIEW)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Tasks of my hamlets under four tabs, the nearest deadline first."""
    viewer = viewer_in(request)
    counts = queries.counts_here(viewer)
    tab = request.GET.get("xem", "")
    if tab not in VIEWS:
        tab = next((key for key, (_, only) in VIEWS.items() if counts[only]), "chua")
    rows = queries.tasks_here(viewer, only=VIEWS[tab][1])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "lines": queries.lines(page),
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?xem={key}", "active": key == tab, "count": counts[only]}
            for key, (label, only) in VIEWS.items()
        ],
    }
    return render(request, "notices/tasks.html", context)


@officer(VIEW)
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """Who did what as a workbook, of one directive or of all."""
    viewer = viewer_in(request)
    try:
        of = UUID(request.GET["tin"]) if request.GET.get("tin") else None
    except ValueError as error:
        raise NotFound("Không có thông báo này.") from error
    rows = queries.lines(queries.tasks_here(viewer, notice_id=of)[:5000])
    note_export(viewer, what="Bảng việc của thôn, bản", unit_path=viewer.unit_path, rows=len(rows))
    headings = (
        "Việc",
        "Thôn, bản",
        "Người chịu trách nhiệm",
        "Hạn",
        "Tình trạng",
        "Báo cáo lúc",
        "Số liệu",
        "Nội dung",
    )
    lines = (
        (
            one.task.title,
            one.hamlet,
            one.task.owner.display_name if one.task.owner else "chưa có",
            stamp(one.task.due_at),
            one.task.get_state_display(),
            stamp(one.report.created_at) if one.report else "",
            float(one.report.figure) if one.report and one.report.figure is not None else "",
            one.report.text if one.report else "",
        )
        for one in rows
    )
    return sent_file(sheets.book("Ai làm gì", headings, lines), "viec-cua-thon.xlsx")


def _run(viewer: Viewer, task: HamletTask, do: str, words: str) -> str:
    if do == "accept":
        actions.accept_report(viewer, task_id=task.pk, note=words)
        return "Đã ghi là xong."
    if do == "return":
        actions.return_report(viewer, task_id=task.pk, note=words)
        return "Đã trả lại, thôn được báo."
    if do == "cancel":
        actions.cancel_task(viewer, task_id=task.pk)
        return "Đã bỏ việc này."
    raise NotFound("Không có việc này.")


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One task: its reports, and what the officer says to the newest."""
    viewer = viewer_in(request)
    row = queries.task_at_desk(viewer, task_id)
    form = WordsForm("Ý kiến (trả lại thì phải ghi còn thiếu gì)", request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            words = _run(viewer, row, request.POST.get("do", ""), form.cleaned_data["words"])
        except ActionError as error:
            status = refused(request, _at_words(error), form)
        else:
            messages.success(request, words)
            return redirect("notices_desk:task", task_id=row.pk)
    reports: list[Any] = [
        (one, file_link(viewer, one.photo) if one.photo else "") for one in queries.reports_of(row)
    ]
    context = {
        "line": queries.lines([row])[0],
        "reports": reports,
        "form": form,
        "may": viewer.can(TASKS, row.unit_path),
        "timeline": timeline([row.pk]),
        "back_url": reverse("notices_desk:tasks"),
    }
    return render(request, "notices/task.html", context, status=status)


def _at_words(error: ActionError) -> ActionError:
    if "note" in error.errors:
        error.errors = {"words": error.errors["note"]}
    return error
