"""Proving oneself again before what a passer-by must not do; asked once for several things in a row."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from xaso.kernel.access.factors import check_code, factors_of
from xaso.kernel.access.forms import CodeForm, PasswordAgainForm
from xaso.kernel.access.passkeys import page_for_keys
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import CITIZEN_SIGN_IN, public, viewer_in
from xaso.kernel.people.models import Account
from xaso.kernel.people.origins import origin_of
from xaso.kernel.people.public import next_url
from xaso.kernel.people.sessions import PROVED, stamp
from xaso.kernel.people.signin import begin_try, pass_try


@public
@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """A passkey or a code; the password only of an account that has neither; a citizen with none signs in anew."""
    viewer = viewer_in(request)
    account = Account.objects.filter(pk=viewer.account_id).first() if viewer.account_id else None
    wanted = next_url(request, "/desk/" if viewer.is_officer else "/onestop/cua-toi/")
    if account is None:
        return redirect(CITIZEN_SIGN_IN)
    has = factors_of(account.pk)
    by_password = not has.any and viewer.is_officer
    form: CodeForm | PasswordAgainForm | None = None
    if has.app or has.codes_left:
        form = CodeForm(request.POST or None)
    elif by_password:
        form = PasswordAgainForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form is not None and form.is_valid():
            try:
                _judge(request, account, form)
                stamp(request.session, PROVED)
                return redirect(wanted)
            except ActionError as error:
                form.add_error("password" if by_password else "code", error.message)
                status = error.status
    context = {
        "form": form,
        "next": wanted,
        "has": has,
        "officer": viewer.is_officer,
        "minutes": settings.XASO_PROOF_MINUTES,
        "keys_at": page_for_keys(request),
    }
    return render(request, "access/prove.html", context, status=status)


def _judge(request: HttpRequest, account: Account, form: CodeForm | PasswordAgainForm) -> None:
    """Raise ActionError on a wrong proof; wrong ones count like wrong sign-ins."""
    origin = origin_of(request)
    row = begin_try(account.username, origin, "again")
    if "code" in form.cleaned_data:
        method = check_code(account, form.cleaned_data["code"])
    elif check_password(form.cleaned_data["password"], account.password):
        method = "password"
    else:
        raise ActionError("Mật khẩu chưa đúng. Kiểm tra phím Caps Lock rồi nhập lại.")
    pass_try(row, account, origin, f"again+{method}", tell=False)
