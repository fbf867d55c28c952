"""Citizens by telephone: the number, then the six figures that came by SMS."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xaso.kernel.access import phone
from xaso.kernel.access.entering import begin
from xaso.kernel.access.forms import PhoneCodeForm, PhoneForm
from xaso.kernel.access.public.signing import CITIZEN_HOME
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import public
from xaso.kernel.people.origins import origin_of
from xaso.kernel.people.public import next_url
from xaso.kernel.people.viewer import ANONYMOUS, Viewer

KEPT, PROVEN = "phone_number", "phone_proven"


@public
@never_cache
@require_http_methods(["GET", "POST"])
def ask_phone(request: HttpRequest) -> HttpResponse:
    """The number to which a code goes."""
    form = PhoneForm(request.POST or None)
    wanted = next_url(request, CITIZEN_HOME)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                number = phone.send_code(
                    ANONYMOUS, phone=form.cleaned_data["phone"], origin=origin_of(request)
                )
                request.session[KEPT] = {"phone": number, "next": wanted}
                request.session.pop(PROVEN, None)
                return redirect("phone_code")
            except ActionError as error:
                form.add_error("phone", error.message)
                status = error.status
    context = {"form": form, "next": wanted, "back_url": "/dang-nhap/"}
    return render(request, "access/phone.html", context, status=status)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def ask_code(request: HttpRequest) -> HttpResponse:
    """The code; the first time also the name. A right code is not asked twice when only the name is missing."""
    kept = request.session.get(KEPT)
    if not kept:
        return redirect("phone_sign_in")
    number, proven = kept["phone"], request.session.get(PROVEN) == kept["phone"]
    form = PhoneCodeForm(request.POST or None)
    form.fields["code"].required = not proven
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            facts = form.cleaned_data
            try:
                if not proven:
                    phone.check_code(number, facts["code"])
                    request.session[PROVEN], proven = number, True
                account = phone.phone_account(Viewer.system(), phone=number, full_name=facts["full_name"])
                if not account.is_active:
                    raise ActionError("Tài khoản này đang bị khóa. Hỏi Ủy ban nhân dân xã.")
                wanted = kept["next"]
                for key in (KEPT, PROVEN):
                    request.session.pop(key, None)
                return begin(request, account, None, "phone", wanted)
            except ActionError as error:
                for name, told in error.errors.items():
                    form.add_error(name if name in form.fields else None, told)
                status = error.status
    # Whether the number is known is told only to who holds the telephone.
    first = proven and phone.account_of(number) is None
    context = {
        "form": form,
        "phone": number,
        "proven": proven,
        "first": first,
        "back_url": "/dang-nhap/dien-thoai",
    }
    return render(request, "access/phone_code.html", context, status=status)
