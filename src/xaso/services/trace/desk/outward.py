"""The operator's view of what goes to the national portal of traceability."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from xaso.kernel.connectors.origin import origin
from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.trace import outward
from xaso.services.trace.models import OutwardItem
from xaso.services.trace.queries import recall as queries

PER_PAGE = 50
KINDS = {"waiting": "info", "sent": "good", "incomplete": "warn", "refused": "danger", "dead": "danger"}


@officer(queries.VIEW)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Lots of my units by how far they got, troubles told with their reason."""
    viewer = viewer_in(request)
    state = request.GET.get("xem", "")
    state = state if state in OutwardItem.State.values else ""
    page = Paginator(queries.outward_items(viewer, state), PER_PAGE).get_page(request.GET.get("trang"))
    version, items = outward.mapping()
    shown = [("", "Tất cả"), *((one.value, one.label) for one in OutwardItem.State)]
    context = {
        "page": page,
        "rows": [
            {"row": one, "kind": KINDS[one.state], "may": viewer.can(outward.RIGHT, one.unit_path)}
            for one in page.object_list
        ],
        "tabs": [
            {"label": label, "url": f"?xem={key}" if key else "?", "active": state == key}
            for key, label in shown
        ],
        "version": version,
        "items": items,
        "simulated": origin().simulated,
        "state": state,
    }
    return render(request, "trace/outward_board.html", context)


@officer(outward.RIGHT)
@require_POST
def again(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Send once more."""
    item = outward.send_again(viewer_in(request), item_id=item_id)
    messages.success(request, f"Lô {item.lot.code} được gửi lại trong ít phút.")
    return redirect("trace_desk:outward")


outward_urls = [
    path("cong-quoc-gia/", board, name="outward"),
    path("cong-quoc-gia/<uuid:item_id>/gui-lai/", again, name="outward_again"),
]
