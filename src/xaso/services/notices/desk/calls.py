"""The last step of the ladder: who must be telephoned, on paper and with what came of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.access.alerts import note_export
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.messages import mass_queries
from xaso.kernel.people.doors import fresh, officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices.actions import receipts as actions
from xaso.services.notices.desk.parts import refused
from xaso.services.notices.forms import CallForm
from xaso.services.notices.models import Notice
from xaso.services.notices.queries.notices import body_for, notice_at_desk
from xaso.services.notices.queries.rights import SEND
from xaso.services.notices.queries.tasks import unit_names


def _to_call(viewer: Viewer, notice_id: UUID) -> tuple[Notice, list[tuple[mass_queries.ReceiverRow, str]]]:
    row = notice_at_desk(viewer, notice_id)
    viewer.must(SEND, row.unit_path)
    if row.mailing_id is None:
        raise NotFound("Thông báo này chưa gửi.")
    found = mass_queries.call_list(viewer, row.mailing_id)
    names = unit_names({one.unit_path for one in found})
    return row, [(one, names.get(one.unit_path, "")) for one in found]


@officer(SEND)
@require_http_methods(["GET", "POST"])
def calls(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Who has to be telephoned, with the number in full; each look is logged. The outcome is entered at the line."""
    viewer = viewer_in(request)
    form = CallForm(request.POST or None)
    status = 200
    if request.method == "POST":
        try:
            key = UUID(request.POST.get("receiver", ""))
        except ValueError as error:
            raise NotFound("Không có người này trong danh sách.") from error
        notice = notice_at_desk(viewer, notice_id)
        status = 422
        if form.is_valid():
            try:
                actions.note_call(viewer, notice_id=notice.pk, receiver_id=key, **form.cleaned_data)
            except ActionError as error:
                status = refused(request, error, form)
            else:
                messages.success(request, "Đã ghi kết quả gọi.")
                return redirect("notices_desk:calls", notice_id=notice_id)
    row, rows = _to_call(viewer, notice_id)
    context = {
        "row": row,
        "rows": rows,
        "form": form,
        "body": body_for(row, "ông/bà"),
        "back_url": reverse("notices_desk:notice", args=[row.pk]),
    }
    return render(request, "notices/calls.html", context, status=status)


@fresh(SEND)
@require_GET
def calls_paper(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The list on paper, with room for what came of each call; taking it away is logged."""
    viewer = viewer_in(request)
    row, rows = _to_call(viewer, notice_id)
    note_export(
        viewer, what=f"Danh sách gọi điện của thông báo {row.code}", unit_path=row.unit_path, rows=len(rows)
    )
    context = {"row": row, "rows": rows, "title": "Danh sách gọi điện", "body": body_for(row, "ông/bà")}
    return render(request, "notices/calls_paper.html", context)
