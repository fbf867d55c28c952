"""The two doors: officers by password or passkey, citizens by VNeID, telephone or passkey."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from xaso.kernel.access.entering import begin
from xaso.kernel.access.forms import SignInForm
from xaso.kernel.access.passkeys import page_for_keys
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import public
from xaso.kernel.people.origins import origin_of
from xaso.kernel.people.public import next_url
from xaso.kernel.people.signin import check_officer

CITIZEN_HOME = "/onestop/cua-toi/"
OFFICER_HOME = "/desk/"


@public
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Citizens sign in with VNeID, by telephone or with a passkey; officers go on to their own page."""
    context = {"next": next_url(request, CITIZEN_HOME), "keys_at": page_for_keys(request)}
    return render(request, "access/choose.html", context)


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def officer_sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password for officers, or a passkey; what else is needed comes after."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            facts = form.cleaned_data
            try:
                account, row = check_officer(facts["username"], facts["password"], origin_of(request))
                return begin(request, account, row, "password", next_url(request, OFFICER_HOME))
            except ActionError as error:
                form.add_error("password", error.message)
                status = error.status
    context = {
        "form": form,
        "next": next_url(request, ""),
        "demo": settings.DEMO and request.method == "GET",
        "keys_at": page_for_keys(request),
    }
    return render(request, "access/officer_sign_in.html", context, status=status)
