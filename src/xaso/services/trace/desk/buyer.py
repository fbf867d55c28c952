"""Officers' list of reports of fakes, and of codes that were scanned though nobody issued them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.trace.actions.buyer_feedback import FAKES, judge_feedback
from xaso.services.trace.models import Feedback
from xaso.services.trace.queries import buyer as queries

PER_PAGE = 30
FINDINGS = (
    *[one for one in Feedback.Finding.choices if one[0]],
    (Feedback.State.SPAM.value, "Tin rác, không phải tin báo"),
)


@officer(FAKES)
@require_GET
def fakes(request: HttpRequest) -> HttpResponse:
    """Reports that wait first; below, codes that nobody issued."""
    viewer = viewer_in(request)
    page = Paginator(queries.fakes(viewer), PER_PAGE).get_page(request.GET.get("trang"))
    return render(
        request, "trace/buyer_desk_fakes.html", {"page": page, "unknown": queries.unknown_scans(viewer)}
    )


@officer(FAKES)
@require_http_methods(["GET", "HEAD", "POST"])
def fake(request: HttpRequest, feedback_id: UUID) -> HttpResponse:
    """One report: what the buyer wrote, what the scans say, and the finding."""
    viewer = viewer_in(request)
    row = queries.one_fake(viewer, feedback_id)
    problem, typed = "", {"finding": row.finding, "note": row.finding_note}
    if request.method == "POST":
        typed = {"finding": request.POST.get("finding", ""), "note": request.POST.get("note", "")}
        try:
            judge_feedback(viewer, feedback_id=row.pk, finding=typed["finding"], note=typed["note"])
            messages.success(request, "Đã lưu kết luận. Người báo xem được trên trang riêng của họ.")
            return redirect("trace_desk:buyer_fake", feedback_id=row.pk)
        except ActionError as error:
            if error.status != 422:
                raise
            problem = error.message
    token = row.lot.token if row.lot else row.product.token
    context = {
        "row": row,
        "seen": queries.seen(token, row.serial) if row.serial else None,
        "is_ours": bool(queries.label_of(token, row.serial)) if row.serial else None,
        "choices": FINDINGS if row.kind == Feedback.Kind.FAKE else FINDINGS[-1:],
        "typed": typed,
        "problem": problem,
        "form": [(problem, "f_note")] if problem else None,
        "photo": file_link(viewer, row.photo) if row.photo is not None else "",
        "page_url": reverse("trace:buyer_page", args=[token]),
        "back_url": reverse("trace_desk:buyer_fakes"),
    }
    return render(request, "trace/buyer_desk_fake.html", context, status=422 if problem else 200)


buyer_urls = [
    path("hang-gia/", fakes, name="buyer_fakes"),
    path("hang-gia/<uuid:feedback_id>/", fake, name="buyer_fake"),
]
