"""Paying the fee by a bank transfer whose QR code carries everything; the page waits for the bank's word."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.plain.vietqr.napas import VietQr, build
from xaso.services.onestop.queries import tracking
from xaso.services.onestop.queries.money import account_for


@citizen
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """The QR of what is owed; once it is paid, on to the confirmation."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    payment = tracking.payment_due(viewer, dossier)
    if payment is None:
        return redirect("onestop:done", code=dossier.code)
    account = account_for(dossier.unit_path)
    context = {
        "dossier": dossier,
        "payment": payment,
        "account": account,
        "payload": build(
            VietQr(
                bank_bin=account.bank_bin,
                account=account.account,
                dynamic=True,
                amount=payment.amount,
                purpose=payment.reference,
            )
        )
        if account
        else "",
        "back_url": reverse("onestop:own", args=[dossier.code]),
    }
    return render(request, "onestop/public/pay.html", context)
