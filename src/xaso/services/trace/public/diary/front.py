"""Where somebody sits, what to do there today, and the vocabulary of our events."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from xaso.kernel.people.doors import citizen, public, viewer_in
from xaso.services.trace import vocabulary
from xaso.services.trace.naming import NAMESPACE
from xaso.services.trace.public.diary.base import place_of, shown
from xaso.services.trace.queries import diary as queries

LATEST = 6


@citizen
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The enterprises in which I sit; straight in where there is one."""
    rows = list(queries.my_enterprises(viewer_in(request)))
    if len(rows) == 1:
        return redirect("trace:home", rows[0].token)
    return render(request, "trace/diary/mine.html", {"rows": rows})


@citizen
@require_GET
def home(request: HttpRequest, token: str) -> HttpResponse:
    """What to do today: doubtful lines, usual works, plots that must wait, the latest lines."""
    place = place_of(request, token)
    context = {
        "usual": queries.usual_works(place),
        "waiting": queries.waiting(place),
        "latest": list(queries.entries(place)[:LATEST]),
        "review_count": queries.reviews(place).count(),
        "back_url": "",
    }
    answer = shown(request, "home", place, context)
    answer["X-Keep-Offline"] = "yes"
    return answer


@public
@require_GET
def words(request: HttpRequest) -> HttpResponse:
    """The vocabulary of our namespace: a page for people, JSON-LD for machines."""
    accepts = request.headers.get("Accept", "")
    if "json" in accepts or request.GET.get("dang") == "json":
        return JsonResponse(
            vocabulary.json_ld(),
            content_type="application/ld+json",
            json_dumps_params={"ensure_ascii": False},
            headers={"Access-Control-Allow-Origin": "*", "Vary": "Accept"},
        )
    answer = render(
        request,
        "trace/diary/words.html",
        {"own": vocabulary.words()["own"], "facts": vocabulary.words()["fact"], "namespace": NAMESPACE},
    )
    answer["Vary"] = "Accept, Cookie"
    return answer
