"""The officer's own page of proofs, sessions and sign-ins."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.access import own_page
from xaso.kernel.people.doors import any_officer


@any_officer
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Proofs, devices, sign-ins."""
    return own_page.page(request, own_page.DESK)


@any_officer
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End sessions."""
    return own_page.end(request, own_page.DESK)


@any_officer
@require_POST
def remove_key(request: HttpRequest, passkey_id: UUID) -> HttpResponse:
    """Take a passkey off."""
    return own_page.remove_key(request, own_page.DESK, passkey_id)


@any_officer
@require_POST
def answer(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Answer an alert."""
    return own_page.answer(request, own_page.DESK, alert_id)
