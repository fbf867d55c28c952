"""Reports: by topic, drift from week to week, cost."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.assistant.queries import reports as queries
from xaso.services.assistant.queries.asking_rights import REPORT


@officer(REPORT)
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """What was asked in the last weeks, how much of it was answered, and what it took."""
    rows = queries.asked_in(viewer_in(request))
    weeks = queries.by_week(rows)
    change = queries.drift(weeks)
    context = {
        "weeks": weeks,
        "topics": queries.by_topic(rows),
        "cost": queries.cost(rows),
        "unanswered": queries.unanswered(rows),
        "drift": change,
        "drifts": change is not None and abs(change) >= queries.DRIFT,
        "span": queries.WEEKS,
    }
    return render(request, "assistant/desk/reports.html", context)
