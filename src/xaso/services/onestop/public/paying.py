"""Paying the fee by a bank transfer whose QR code carries everything; the page waits for the bank's word."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.vietqr.napas import VietQr, build
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.queries import tracking
from xaso.services.onestop.queries.money import account_for


def _state(viewer: Viewer, dossier: Dossier) -> dict[str, Any]:
    """What the waiting part shows: what is owed, or what came in."""
    payment = tracking.payment_due(viewer, dossier)
    return {
        "dossier": dossier,
        "payment": payment,
        "paid": None if payment else tracking.last_payment(viewer, dossier),
        "state_url": reverse("onestop:pay_state", args=[dossier.code]),
    }


@citizen
@never_cache
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """The QR of what is owed; once the money is there it says so."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    context = _state(viewer, dossier)
    payment = context["payment"]
    if payment is None and context["paid"] is None:
        return redirect("onestop:done", code=dossier.code)
    account = account_for(dossier.unit_path) if payment else None
    context |= {"account": account, "back_url": reverse("onestop:own", args=[dossier.code])}
    if account and payment:
        bill = VietQr(
            bank_bin=account.bank_bin,
            account=account.account,
            dynamic=True,
            amount=payment.amount,
            purpose=payment.reference,
        )
        context["payload"] = build(bill)
    return render(request, "onestop/public/pay.html", context)


@citizen
@never_cache
def pay_state(request: HttpRequest, code: str) -> HttpResponse:
    """The waiting part alone, asked for every few seconds. When the money is in, the whole page is loaded anew."""
    viewer = viewer_in(request)
    context = _state(viewer, tracking.my_dossier(viewer, code))
    response = render(request, "onestop/public/parts/pay_state.html", context)
    if context["payment"] is None:
        response["HX-Redirect"] = reverse("onestop:pay", args=[context["dossier"].code])
    return response
