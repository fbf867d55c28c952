"""The feed and the signed messages, for machines."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xaso.kernel.people.doors import public
from xaso.kernel.plain import cap
from xaso.kernel.plain.moment import now
from xaso.services.alerts.models import CapMessage
from xaso.services.alerts.queries import keys
from xaso.services.alerts.queries import warnings as queries


@public
@require_GET
def atom(request: HttpRequest) -> HttpResponse:
    """An Atom feed of the messages of the last seven days, drills among them with their mark."""
    base = settings.XASO_BASE_URL
    rows = queries.feed_messages()
    entries = [
        cap.Entry(
            key=f"{base}/canh-bao/cap/{one.identifier}.xml",
            title=one.headline,
            summary=f"{one.status} {one.msg_type}. {one.warning.told.get('instruction', '')}",
            address=f"{base}/canh-bao/cap/{one.identifier}.xml",
            page=f"{base}/canh-bao/{one.warning.code}/",
            updated=one.sent,
            category=one.status,
        )
        for one in rows
    ]
    updated = rows[0].sent if rows else now()
    body = cap.feed("Cảnh báo thiên tai", f"{base}/canh-bao/feed", "Xã Số", updated, entries)
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


@public
@require_GET
def message(request: HttpRequest, identifier: str) -> HttpResponse:
    """One signed message, byte for byte as it was given out."""
    return _xml(queries.message_named(identifier))


@public
@require_GET
def newest(request: HttpRequest, code: str) -> HttpResponse:
    """The newest message of a warning."""
    return _xml(queries.messages_of(queries.public_warning(code))[0])


@public
@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    """The certificates by which our messages are checked."""
    return HttpResponse("".join(keys.certificates()), content_type="application/x-pem-file")


def _xml(row: CapMessage) -> HttpResponse:
    return HttpResponse(row.xml.encode(), content_type=cap.CAP_TYPE)
