"""Whether this node lives, and whether it may be given work: two questions with two answers."""

from __future__ import annotations

import logging

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from xaso.kernel.people.doors import public
from xaso.site.operating import facts

log = logging.getLogger("xaso.health")
_known_good: list[bool] = []


@public
def health(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers. Touches nothing, so that a broken database does not get the node killed."""
    return JsonResponse({"ok": True}, headers={"Cache-Control": "no-store"})


@public
def ready(request: HttpRequest) -> HttpResponse:
    """Ready: database reached, tables as this version needs them. 503 with the name of what is missing.

    Says nothing else: the page is open to all. Whether tables fit is asked until they did once, for a running
    node never loses them.
    """
    missing = ""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _known_good:
            if facts.waiting_migrations():
                missing = "migrations"
            else:
                _known_good.append(True)
    except Error:
        log.warning("not ready: the database does not answer", exc_info=True)
        missing = "database"
    answer = {"ok": not missing, **({"missing": missing} if missing else {})}
    return JsonResponse(answer, status=503 if missing else 200, headers={"Cache-Control": "no-store"})
