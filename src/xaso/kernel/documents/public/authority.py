"""What the trial authority publishes: its root, its revocation list, and timestamps by RFC 3161."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents.config import config
from xaso.kernel.documents.limits import TIMESTAMP, must_not_be_too_many, note_attempt
from xaso.kernel.documents.revocation import own_lists
from xaso.kernel.documents.signing.authority import as_pem
from xaso.kernel.documents.signing.authority import authority as trial_authority
from xaso.kernel.documents.signing.timestamps import MAX_REQUEST, respond_to
from xaso.kernel.people.doors import public
from xaso.kernel.people.public import address_of


def _must_be_on() -> None:
    if not config().trial_authority:
        raise NotFound()


@public
@require_safe
@cache_control(public=True, max_age=3600)
def revocation_list(request: HttpRequest) -> HttpResponse:
    """The issuing authority's list (DER), where its certificates say it is."""
    _must_be_on()
    return HttpResponse(own_lists()[0], content_type="application/pkix-crl")


@public
@require_safe
@cache_control(public=True, max_age=3600)
def root_certificate(request: HttpRequest) -> HttpResponse:
    """The trial root, for those who want their reader to trust it."""
    _must_be_on()
    return HttpResponse(as_pem(trial_authority().root.certificate), content_type="application/x-pem-file")


@csrf_exempt
@public
@require_POST
def timestamp(request: HttpRequest) -> HttpResponse:
    """Timestamp a hash (RFC 3161 over HTTP)."""
    _must_be_on()
    must_not_be_too_many(address_of(request), TIMESTAMP)
    note_attempt(address_of(request), TIMESTAMP)
    body = request.body if request.content_type == "application/timestamp-query" else b""
    return HttpResponse(respond_to(body[: MAX_REQUEST + 1]), content_type="application/timestamp-reply")
