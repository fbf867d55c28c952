"""The notices that everybody may read."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from xaso.kernel.people.doors import public
from xaso.services.notices.queries import notices as queries
from xaso.services.notices.queries.tasks import unit_names

PER_PAGE = 20


@public
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """Public notices, newest first."""
    page = Paginator(queries.public_notices(), PER_PAGE).get_page(request.GET.get("trang"))
    names = unit_names({row.unit_path for row in page})
    rows = [(row, names.get(row.unit_path, "")) for row in page]
    return render(request, "notices/public_list.html", {"page": page, "rows": rows})


@public
@require_GET
def one(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One notice: who says it, when, the text."""
    row = queries.public_notice(notice_id)
    context = {
        "row": row,
        "unit": unit_names([row.unit_path]).get(row.unit_path, ""),
        "body": queries.body_for(row, "bà con"),
        "back_url": reverse("notices:front"),
    }
    return render(request, "notices/public_one.html", context)


app_name = "notices"
urlpatterns = [
    path("", front, name="front"),
    path("<uuid:notice_id>/", one, name="one"),
]
