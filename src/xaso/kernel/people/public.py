"""Sign-in and sign-out pages, and the citizen's own page of who looked at their record."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people import queries
from xaso.kernel.people.doors import citizen, public, viewer_in
from xaso.kernel.people.forms import SignInForm
from xaso.kernel.people.models import Account
from xaso.kernel.people.signin import check_officer

BACKEND = "django.contrib.auth.backends.ModelBackend"


def address_of(request: HttpRequest) -> str:
    """The caller's network address; behind our proxy the last forwarded one."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or "?"
    return str(request.META.get("REMOTE_ADDR", "?"))


def next_url(request: HttpRequest, default: str) -> str:
    """Where to go afterwards: only ever inside this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and ours else default


def enter(request: HttpRequest, account: Account) -> None:
    """Open a session for an account; the session key changes, so a planted one is worthless."""
    login(request, account, backend=BACKEND)


@public
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Citizens sign in with VNeID; officers go on to their own page."""
    return render(request, "people/choose.html", {"next": next_url(request, "/onestop/cua-toi/")})


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def officer_sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password for officers."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned()
        try:
            enter(request, check_officer(facts["username"], facts["password"], address_of(request)))
            return redirect(next_url(request, "/desk/"))
        except ActionError as error:
            form.add_error("password", error.message)
            status = error.status
    elif request.method == "POST":
        status = 422
    demo = settings.DEMO and request.method == "GET"
    context = {"form": form, "next": next_url(request, ""), "demo": demo}
    return render(request, "people/officer_sign_in.html", context, status=status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; the session ends on the server too."""
    officer = request.session.get(SESSION_KEY) and viewer_in(request).is_officer
    logout(request)
    return redirect("/dang-nhap/can-bo" if officer else "/")


@citizen
def who_looked(request: HttpRequest) -> HttpResponse:
    """Who looked at my record, when and why."""
    return render(request, "people/who_looked.html", {"views": queries.views_of_me(viewer_in(request))})


public_urls = [
    path("dang-nhap/", choose, name="sign_in"),
    path("dang-nhap/can-bo", officer_sign_in, name="officer_sign_in"),
    path("dang-xuat", sign_out, name="sign_out"),
    path("cua-toi/ai-da-xem", who_looked, name="who_looked"),
]
