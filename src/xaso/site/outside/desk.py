"""For operators: each outside system, real or simulated, how it does, and a button that tries it."""

from __future__ import annotations

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from xaso.kernel.connectors import queries
from xaso.kernel.connectors.base import by_key, keys
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.people.doors import officer, viewer_in

RIGHT = "connectors.operate"
PER_PAGE = 50


@officer(RIGHT)
@require_GET
def connectors(request: HttpRequest) -> HttpResponse:
    """All of them on one page."""
    return render(request, "connectors/list.html", {"rows": queries.connector_statuses()})


@officer(RIGHT)
@require_GET
def calls(request: HttpRequest, key: str) -> HttpResponse:
    """The newest calls of one. They hold nothing personal."""
    if key not in keys():
        raise Http404
    one = by_key(key)
    context = {"connector": one, "rows": queries.recent_calls(key), "back_url": "/desk/connectors/"}
    return render(request, "connectors/calls.html", context)


@officer(RIGHT)
@require_POST
def test(request: HttpRequest, key: str) -> HttpResponse:
    """Ask it something harmless now."""
    if key not in keys():
        raise Http404
    asked = Asked(actor_id=viewer_in(request).account_id, purpose="Người quản trị thử kết nối")
    health = by_key(key).health(asked)
    (notices.success if health.ok else notices.error)(request, f"{by_key(key).title}: {health.sentence}")
    return redirect("connectors")


@officer(RIGHT)
@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """Money that no service has recognised."""
    page = Paginator(queries.unsettled_payments(), PER_PAGE).get_page(request.GET.get("trang"))
    return render(request, "connectors/payments.html", {"page": page})
