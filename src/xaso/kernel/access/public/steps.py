"""The steps between a right password and an open session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from xaso.kernel.access import entering
from xaso.kernel.access.factors import app_uri, begin_app, check_code, confirm_app, factors_of, waiting_app
from xaso.kernel.access.forms import CodeForm, FirstCodeForm, NewPasswordForm
from xaso.kernel.access.passkeys import page_for_keys
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.accounts import choose_password
from xaso.kernel.people.doors import public
from xaso.kernel.people.origins import origin_of
from xaso.kernel.people.signin import begin_try, pass_try


def _start_again() -> HttpResponse:
    return redirect(entering.START)


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """A code of the app, a recovery code, or a passkey."""
    found = entering.present(request, entering.SECOND)
    if found is None:
        return _start_again()
    on_way, account = found
    has = factors_of(account.pk)
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                origin = origin_of(request)
                row = begin_try(account.username, origin, "second")
                method = check_code(account, form.cleaned_data["code"])
                pass_try(row, account, origin, f"second+{method}", tell=False)
                return entering.done(request, on_way, method)
            except ActionError as error:
                form.add_error("code", error.message)
                status = error.status
    context = {"form": form, "has": has, "keys_at": page_for_keys(request)}
    return render(request, "access/second.html", context, status=status)


@public
@never_cache
@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """The one-time password was right: now one of the officer's own."""
    found = entering.present(request, entering.PASSWORD)
    if found is None:
        return _start_again()
    on_way, account = found
    form = NewPasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                choose_password(entering.viewer_on_way(account), new=form.cleaned_data["new"])
                return entering.done(request, on_way)
            except ActionError as error:
                form.add_error("new", error.message)
    return render(request, "access/new_password.html", {"form": form, "account": account}, status=status)


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """A role of this account asks for two proofs and there is none yet: set one up now."""
    found = entering.present(request, entering.ENROL)
    if found is None:
        return _start_again()
    on_way, account = found
    viewer = entering.viewer_on_way(account)
    form = FirstCodeForm(request.POST or None)
    codes: list[str] = []
    status = 200
    if request.method == "POST" and request.POST.get("do") == "go" and factors_of(account.pk).any:
        return entering.done(request, on_way, "enrolled")
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                codes = confirm_app(viewer, code=form.cleaned_data["code"])
                status = 200
            except ActionError as error:
                form.add_error("code", error.message)
    context: dict[str, Any] = {
        "form": form,
        "codes": codes,
        "ready": factors_of(account.pk).any,
        "keys_at": page_for_keys(request),
    }
    if not context["ready"]:
        app = waiting_app(account.pk) or begin_app(viewer)
        context |= {"uri": app_uri(app), "secret": str(app.secret)}
    return render(request, "access/enrol.html", context, status=status)
