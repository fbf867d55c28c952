"""Dossiers of the national portal that could not be taken in: why, and another try."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.onestop.connectors import retake
from xaso.services.onestop.models import InboundTrouble
from xaso.services.onestop.queries.troubles import RIGHT, trouble_seen, troubles_seen

ON_PAGE = 50


@officer(RIGHT)
def listing(request: HttpRequest) -> HttpResponse:
    """What waits for a person, oldest first."""
    page = Paginator(troubles_seen(viewer_in(request)), ON_PAGE).get_page(request.GET.get("trang"))
    return render(
        request, "onestop/desk/admin/troubles.html", {"page": page, "rows": [_line(row) for row in page]}
    )


def _line(row: InboundTrouble) -> dict[str, object]:
    body = row.body if isinstance(row.body, dict) else {}
    return {
        "row": row,
        "procedure": body.get("MaTTHC", ""),
        "owner": body.get("ChuHoSo", ""),
        "unit": body.get("DonViXuLy", ""),
    }


@officer(RIGHT)
@require_POST
def retry(request: HttpRequest, trouble_id: UUID) -> HttpResponse:
    """Another try, after the cause was mended."""
    viewer = viewer_in(request)
    row = trouble_seen(viewer, trouble_id)
    try:
        dossier = retake(viewer, trouble_id=row.pk)
    except ActionError as error:
        if error.status == 403:
            raise
        messages.warning(request, f"Vẫn chưa nhận được hồ sơ {row.outside_code}: {error.message}")
        return redirect("onestop_desk:troubles")
    if dossier is None:
        messages.info(request, "Hồ sơ này đã được nhận trước đó.")
    else:
        messages.success(request, f"Đã nhận hồ sơ {row.outside_code}, mã tại đây là {dossier.code}.")
    return redirect("onestop_desk:troubles")
