"""Following a dossier: by code for anybody, in full for its owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from xaso.kernel.base.errors import NotFound
from xaso.kernel.cases import queries as cases
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import citizen, public, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.sealing.proofs import recorded
from xaso.kernel.units.queries import unit_at
from xaso.services.onestop import paperwork, rules
from xaso.services.onestop.actions.sealed_forms import sealed_forms_of
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.queries import tracking
from xaso.services.onestop.queries.drafts import my_drafts


@public
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask for a code."""
    code = request.GET.get("ma", "").replace("\x00", "").strip().upper()[:60]
    problem = ""
    if code:
        try:
            tracking.public_state(viewer_in(request), code)
            return redirect("onestop:public_state", code=code)
        except NotFound as error:
            problem = error.message
    elif "ma" in request.GET:
        problem = "Nhập mã hồ sơ ghi trên giấy tiếp nhận."
    context = {
        "code": code,
        "form": [(problem, "id_ma")] if problem else None,
        "has_errors": bool(problem),
        "problem": problem,
        "back_url": reverse("onestop:front"),
    }
    return render(request, "onestop/public/look_up.html", context, status=404 if code and problem else 200)


@public
def public_state(request: HttpRequest, code: str) -> HttpResponse:
    """The code and the degree of completion; nothing else is public."""
    state = tracking.public_state(viewer_in(request), code)
    return render(
        request,
        "onestop/public/public_state.html",
        {"state": state, "recorded": state.recorded, "back_url": reverse("onestop:look_up")},
    )


@citizen
def mine(request: HttpRequest) -> HttpResponse:
    """My dossiers and what I have begun; what waits for me stands first."""
    viewer = viewer_in(request)
    rows = [
        {
            "dossier": row,
            "state": tracking.STATES[row.status],
            "badge": _badge(row),
            "waits": row.status in {rules.SUPPLEMENT, rules.PAYMENT},
        }
        for row in tracking.my_dossiers(viewer)
    ]
    context = {
        "waiting": [row for row in rows if row["waits"]],
        "rows": [row for row in rows if not row["waits"]],
        "drafts": my_drafts(viewer),
        "back_url": reverse("onestop:front"),
    }
    return render(request, "onestop/public/mine.html", context)


_BADGE_KINDS = {
    "today": "warn",
    "late": "danger",
    "paused": "out",
    "early": "good",
    "done": "good",
    "done_late": "",
}


def _badge(dossier: Dossier) -> tuple[str, str] | None:
    """Words and colour of the deadline, as long as it says something to the citizen."""
    if dossier.status in {
        rules.NOT_RECEIVED,
        rules.WITHDRAWN,
        rules.STOPPED,
        rules.SUPPLEMENT,
        rules.PAYMENT,
    }:
        return None
    badge = cases.deadline_badge(dossier.case)
    return None if badge.kind == "none" else (badge.text, _BADGE_KINDS.get(badge.kind, ""))


@citizen
def own(request: HttpRequest, code: str) -> HttpResponse:
    """One of my dossiers: what is needed from me first, then where it is and what happened."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    context = {
        "dossier": dossier,
        "unit": unit_at(dossier.unit_path),
        "badge": _badge(dossier),
        "state": tracking.STATES[dossier.status],
        "percent": tracking.progress(dossier),
        "lines": [
            {"title": line.words, "at": line.at, "text": line.where}
            for line in tracking.citizen_timeline(viewer, dossier)
        ],
        "papers": [
            {"paper": one, "url": reverse("onestop:own_file", args=[dossier.code, one.pk])}
            for one in tracking.papers_of(viewer, dossier)
        ],
        "supplement": tracking.waiting_supplement(viewer, dossier),
        "payment": tracking.payment_due(viewer, dossier),
        "apologies": tracking.apologies_of(viewer, dossier),
        "delivery": tracking.delivery_words(dossier),
        "handover": tracking.handover_of(dossier),
        "refusal": tracking.refusal_words(dossier),
        "has_due": dossier.status not in {rules.NOT_RECEIVED, rules.WITHDRAWN, rules.STOPPED},
        "may_withdraw": rules.may_move(dossier.status, rules.WITHDRAWN) and dossier.status not in rules.ENDED,
        "may_rate": dossier.status in rules.ENDED and not tracking.is_rated(dossier),
        "recorded": recorded(dossier.pk, *tracking.RECEIPT),
        "sealed_forms": [
            {"title": one.kind, "url": reverse("onestop:sealed_form", args=[dossier.code, one.pk])}
            for one in sealed_forms_of(dossier)
        ],
        "open": True,
        **_results(viewer, dossier),
        "back_url": reverse("onestop:mine"),
    }
    return render(request, "onestop/public/own.html", context)


def _results(viewer: Viewer, dossier: Dossier) -> dict[str, Any]:
    results = tracking.issued_results(viewer, dossier)
    return {
        "results": [
            {
                "result": one,
                "url": reverse("onestop:result", args=[dossier.code, one.pk]),
                "verify": reverse("verify_code", args=[one.document.code]),
            }
            for one in results
        ],
        "refused": any(one.is_refusal for one in results),
    }


@citizen
@require_safe
def result(request: HttpRequest, code: str, result_id: UUID) -> HttpResponse:
    """Open or download a result: a short-lived address, made anew at each press, for the owner only."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    found = next((one for one in tracking.issued_results(viewer, dossier) if one.pk == result_id), None)
    if found is None:
        raise NotFound("Không có kết quả này trong hồ sơ.")
    return redirect(file_link(viewer, found.document, download="tai" in request.GET))


@citizen
@require_safe
def own_file(request: HttpRequest, code: str, paper_id: UUID) -> HttpResponse:
    """Open a paper of one's own dossier."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    found = next((one for one in tracking.papers_of(viewer, dossier) if one.pk == paper_id), None)
    thing = (found.file or found.document) if found else None
    if thing is None:
        raise NotFound("Giấy tờ này không có bản số hóa.")
    return redirect(file_link(viewer, thing))


@citizen
@require_safe
def sealed_form(request: HttpRequest, code: str, document_id: UUID) -> HttpResponse:
    """Open form 04 or 05 of one's own dossier as the agency sealed it."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    found = next((one for one in sealed_forms_of(dossier) if one.pk == document_id), None)
    if found is None:
        raise NotFound("Không có giấy này trong hồ sơ.")
    return redirect(file_link(viewer, found))


@citizen
@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt with the day of return (form 01) as a PDF."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    response = HttpResponse(paperwork.receipt_pdf(viewer, dossier), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="giay-tiep-nhan-{dossier.code}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
