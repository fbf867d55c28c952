"""The yardsticks. They wear no door: they exist in the bench's own server only."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from bench.yardstick.models import Line
from xaso.kernel.base.reach import widened
from xaso.kernel.people.doors import officer
from xaso.services.onestop.models import Dossier


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """A bare Django insert: read JSON, one row by the ORM, answer JSON."""
    body = json.loads(request.body)
    row = Line.objects.create(code=body["code"], title=body["title"], unit_path=body["unit"])
    return JsonResponse({"id": str(row.pk)}, status=201)


def row(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One row by primary key, no session, no page."""
    with widened("a bare row, to compare with"):
        found = Dossier.objects.only("code", "status").get(pk=pk)
    return JsonResponse({"code": found.code, "status": found.status})


@officer("onestop.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A primary-key page: signed in, the shell of the desk around one row."""
    found = Dossier.objects.only("code", "status").get(pk=pk)
    return render(request, "page.html", {"row": found})
