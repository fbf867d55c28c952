"""Opening and closing a session, and the citizen's own page of who looked at their record."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from xaso.kernel.people import queries
from xaso.kernel.people.doors import citizen, public, viewer_in
from xaso.kernel.people.models import Account
from xaso.kernel.people.origins import address_of

__all__ = ["BACKEND", "address_of", "enter", "next_url", "public_urls"]

BACKEND = "django.contrib.auth.backends.ModelBackend"


def next_url(request: HttpRequest, default: str) -> str:
    """Where to go afterwards: only ever inside this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and ours else default


def enter(request: HttpRequest, account: Account) -> None:
    """Open a session for an account; the session key changes, so a planted one is worthless."""
    if SESSION_KEY in request.session:
        # Django keeps the key when the same account signs in again; one that was seen by others would live on.
        request.session.cycle_key()
    login(request, account, backend=BACKEND)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; the session ends on the server too."""
    officer = request.session.get(SESSION_KEY) and viewer_in(request).is_officer
    logout(request)
    response = redirect("/dang-nhap/can-bo" if officer else "/")
    # The browser forgets pages, drafts and photographs of papers; leave.js has asked about what was not sent.
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@citizen
def who_looked(request: HttpRequest) -> HttpResponse:
    """Who looked at my record, when and why."""
    return render(request, "people/who_looked.html", {"views": queries.views_of_me(viewer_in(request))})


public_urls = [
    path("dang-xuat", sign_out, name="sign_out"),
    path("cua-toi/ai-da-xem", who_looked, name="who_looked"),
]
