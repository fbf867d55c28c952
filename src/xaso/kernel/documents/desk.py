"""The officers' pages of this area: files in quarantine; keys and templates stand beside."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.actions.quarantine import destroy_file, release_file
from xaso.kernel.documents.desk_keys import key_urls
from xaso.kernel.documents.desk_templates import template_urls
from xaso.kernel.documents.queries import held_files
from xaso.kernel.documents.rights import QUARANTINE
from xaso.kernel.people.doors import officer, viewer_in

PER_PAGE = 30


def _page(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    page = Paginator(held_files(viewer_in(request)), PER_PAGE).get_page(request.GET.get("trang"))
    return render(request, "documents/held.html", {"page": page, **more}, status=status)


@officer(QUARANTINE)
@require_GET
def held(request: HttpRequest) -> HttpResponse:
    """What the virus scanner found, and what was decided."""
    return _page(request)


@officer(QUARANTINE)
@require_POST
def decide(request: HttpRequest, held_id: UUID) -> HttpResponse:
    """Release or destroy one of them, with a reason."""
    reason, what = request.POST.get("reason", ""), request.POST.get("what", "")
    act = {"release": release_file, "destroy": destroy_file}.get(what)
    try:
        if act is None:
            raise ActionError("Chọn cho nhận hoặc hủy.", "reason")
        act(viewer_in(request), held_id=held_id, reason=reason)
    except ActionError as error:
        if error.status != 422:
            raise
        return _page(request, 422, wrong=held_id, error=error.message, typed=reason)
    notices.success(
        request, "Đã cho nhận. Người gửi được báo để gửi lại." if what == "release" else "Đã hủy tệp."
    )
    return redirect("held_files")


desk_urls = [
    *key_urls,
    *template_urls,
    path("tep-cach-ly/", held, name="held_files"),
    path("tep-cach-ly/<uuid:held_id>/", decide, name="held_decide"),
]
