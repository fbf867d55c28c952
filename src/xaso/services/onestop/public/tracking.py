"""Following a dossier: by code for anybody, in full for its owner."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xaso.kernel.base.errors import NotFound
from xaso.kernel.cases import queries as cases
from xaso.kernel.people.doors import citizen, public, viewer_in
from xaso.kernel.units.queries import unit_at
from xaso.services.onestop.queries import tracking
from xaso.services.onestop.queries.drafts import my_drafts


@public
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask for a code."""
    code = request.GET.get("ma", "").strip().upper()
    problem = ""
    if code:
        try:
            tracking.public_state(viewer_in(request), code)
            return redirect("onestop:public_state", code=code)
        except NotFound as error:
            problem = error.message
    context = {"code": code, "form": [(problem, "id_ma")] if problem else None, "problem": problem}
    return render(request, "onestop/public/look_up.html", context, status=404 if problem else 200)


@public
def public_state(request: HttpRequest, code: str) -> HttpResponse:
    """The code and the degree of completion; nothing else is public."""
    state = tracking.public_state(viewer_in(request), code)
    return render(request, "onestop/public/public_state.html", {"state": state})


@citizen
def mine(request: HttpRequest) -> HttpResponse:
    """My dossiers and what I have begun."""
    viewer = viewer_in(request)
    rows = [(row, cases.deadline_badge(row.case)) for row in tracking.my_dossiers(viewer)]
    return render(request, "onestop/public/mine.html", {"rows": rows, "drafts": my_drafts(viewer)})


@citizen
def own(request: HttpRequest, code: str) -> HttpResponse:
    """One of my dossiers: what is needed from me first, then where it is and what happened."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    context = {
        "dossier": dossier,
        "unit": unit_at(dossier.unit_path),
        "badge": cases.deadline_badge(dossier.case),
        "percent": tracking.progress(dossier),
        "lines": [
            {"title": line.words, "at": line.at, "text": line.where}
            for line in tracking.citizen_timeline(viewer, dossier)
        ],
        "papers": tracking.papers_of(viewer, dossier),
        "supplement": tracking.waiting_supplement(viewer, dossier),
        "payment": tracking.payment_due(viewer, dossier),
        "results": tracking.issued_results(viewer, dossier),
        "back_url": reverse("onestop:mine"),
    }
    return render(request, "onestop/public/own.html", context)
