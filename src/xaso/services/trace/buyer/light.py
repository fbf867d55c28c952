"""The hot path: the kept page straight from its row, before sessions, forms and templates are thought of.

One indexed read of one table without policies. Whatever is not plain (a serial number, a page that is not kept or too
old, a method that writes) is left to the ordinary view by answering None.
"""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse

from xaso.kernel.base.reach import unguarded
from xaso.kernel.base.writing import prepared
from xaso.kernel.plain.moment import now
from xaso.services.trace.buyer.page import build
from xaso.services.trace.rules.buyer import language

PAGE = re.compile(r"/trace/q/([2-9a-z]{12})", re.ASCII)
ROUTE = SimpleNamespace(route="trace/q/<slug:token>")
# Browsers ask again after half a minute, the proxy after ten seconds: a recall is seen at once.
CACHE = "public, max-age=30, s-maxage=10"
TYPE = "text/html; charset=utf-8"
_READ = "SELECT packed, etag FROM trace_publicpage WHERE token = %s AND lang = %s AND build = %s AND fresh_until > %s"
_language = lru_cache(maxsize=2000)(language)


def answer(request: HttpRequest) -> HttpResponse | None:
    """The page of a code, or None for the ordinary view."""
    match = PAGE.fullmatch(request.path_info)
    if match is None:
        return None
    asked = ""
    query = request.META.get("QUERY_STRING", "")
    if query:
        if query not in ("lang=vi", "lang=en"):
            return None
        asked = query[5:]
    lang = _language(asked, request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    row = _read(match[1], lang)
    if row is None:
        return None
    request.resolver_match = ROUTE  # type: ignore[assignment]  # what the figures of requests count under
    return respond(request, bytes(row[0]), row[1], lang)


def _read(token: str, lang: str) -> tuple[Any, str] | None:
    try:
        with unguarded("a kept page is the same for everybody"):
            # A line that broke meanwhile is noticed by the statement itself; the ordinary view then mends it.
            here: Any = connection
            here.health_check_done = True
            with prepared() as cursor:
                cursor.execute(_READ, [token, lang, build(), now()])
                found: tuple[Any, str] | None = cursor.fetchone()
                return found
    except Error:
        connection.close()
        return None


def respond(request: HttpRequest, packed: bytes, etag: str, lang: str) -> HttpResponse:
    """The kept page as an answer: packed as it is for who takes that, 304 for who has it."""
    tag = f'W/"{etag}"'
    if tag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response = HttpResponse(status=304)
    elif "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        response = HttpResponse(packed, content_type=TYPE)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(packed), content_type=TYPE)
    headers = response.headers
    headers["ETag"] = tag
    headers["Cache-Control"] = CACHE
    headers["Vary"] = "Accept-Encoding, Accept-Language"
    headers["Content-Language"] = lang
    headers["X-Frame-Options"] = "DENY"
    return response
