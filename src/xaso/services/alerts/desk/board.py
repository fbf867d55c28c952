"""The board: what waits for a person, what is on the air, how gauges stand."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.alerts import showing
from xaso.services.alerts.actions.proposing import dismiss_proposal
from xaso.services.alerts.models import HazardWarning, WarningProposal
from xaso.services.alerts.queries import reading
from xaso.services.alerts.queries import warnings as queries
from xaso.services.alerts.rules import law

PER_PAGE = 20


@officer("alerts.view")
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Everything at a glance, the most urgent first."""
    viewer = viewer_in(request)
    rows = queries.warnings_of(viewer)
    live = rows.filter(state__in=[HazardWarning.State.DRAFT, HazardWarning.State.LIVE])
    done = rows.exclude(pk__in=live.values("pk"))
    page = Paginator(done, PER_PAGE).get_page(request.GET.get("trang"))
    mine = reading.gauges().filter(viewer.scope(reading.VIEW))[:40]
    context = {
        "proposals": [_proposal(one) for one in queries.proposals(viewer)[:30]],
        "live": [(showing.shown(one), _waits(one)) for one in live[:30]],
        "near": [showing.shown(one) for one in queries.near(viewer, reading.PEOPLE)],
        "page": page,
        "past": [showing.shown(one) for one in page],
        "lines": showing.gauge_lines(showing.states(mine)),
        "doubtful": reading.doubtful_readings(viewer).count() if viewer.can(reading.READINGS) else 0,
        "may_draft": viewer.can(reading.DRAFT),
        "may_manage": viewer.can(reading.MANAGE),
    }
    return render(request, "alerts/desk/board.html", context)


def _waits(row: HazardWarning) -> str:
    if row.pending and row.state != HazardWarning.State.DRAFT:
        return "Có nội dung sửa chờ xác nhận"
    return ""


def _proposal(row: WarningProposal) -> dict[str, object]:
    return {
        "row": row,
        "hazard": law.hazards()[row.hazard].name,
        "level": law.level(row.level),
        "mark": showing.level_mark(row.level),
    }


@officer("alerts.view")
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal: what was measured, and the two ways on."""
    viewer = viewer_in(request)
    row = WarningProposal.objects.filter(viewer.scope(reading.VIEW), pk=proposal_id).first()
    if row is None:
        raise NotFound("Không có đề xuất này trong đơn vị của tài khoản.")
    status = 200
    if request.method == "POST":
        try:
            dismiss_proposal(viewer, proposal_id=row.pk, why=request.POST.get("why", ""))
        except ActionError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, error.message)
            status = 422
        else:
            messages.success(request, "Đã ghi: không cảnh báo.")
            return redirect("alerts_desk:board")
    context = {
        "one": _proposal(row),
        "row": row,
        "why": request.POST.get("why", ""),
        "map": showing.area_map(
            "Vùng đề xuất",
            [{"area": row.area, "level": row.level, "hazard": row.hazard}],
            paths=[row.unit_path],
        ),
        "may_draft": viewer.can(reading.DRAFT, row.unit_path) and row.state == WarningProposal.State.OPEN,
        "warning": row.warnings.first(),
        "back_url": "/desk/alerts/",
    }
    return render(request, "alerts/desk/proposal.html", context, status=status)
