"""What banks and the payment platform tell us. Nothing is believed without its signature; repeats are harmless."""

from __future__ import annotations

import logging

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.actions import SYSTEM, receive_platform_payment, receive_transfer
from xaso.kernel.connectors.errors import OutsideGarbled
from xaso.kernel.connectors.payment import payment
from xaso.kernel.people.doors import signed

log = logging.getLogger("xaso.outside")


@csrf_exempt
@signed("the bank signs time and body with a shared key (HMAC-SHA256)")
@require_POST
def bank_notice(request: HttpRequest) -> JsonResponse:
    """A transfer has arrived. 200 for what we know already, so that the bank stops telling it."""
    try:
        transfer = payment().read_bank_notice(request.body, request.headers.get("X-Signature", ""))
        if transfer is None:
            return JsonResponse({"success": True, "known": False})
        _, fresh = receive_transfer(SYSTEM, transfer=transfer)
    except OutsideGarbled as error:
        return _turn_away(error)
    except ActionError as error:
        return JsonResponse({"success": False, "message": error.message}, status=error.status)
    return JsonResponse({"success": True, "known": not fresh})


@csrf_exempt
@signed("the platform sends a keyed hash over the fields (MaXacThuc)")
@require_POST
def platform_notice(request: HttpRequest) -> JsonResponse:
    """The payment platform's word on a payment, answered in its own manner."""
    try:
        receive_platform_payment(SYSTEM, paid=payment().read_platform_notice(request.body))
    except OutsideGarbled as error:
        log.warning("payment notice turned away: %s", error.code)
        return JsonResponse({"MaLoi": "02", "MoTa": error.message}, status=403)
    except ActionError as error:
        return JsonResponse({"MaLoi": "04", "MoTa": error.message}, status=error.status)
    return JsonResponse({"MaLoi": "00", "MoTa": "Thành công"})


def _turn_away(error: OutsideGarbled) -> JsonResponse:
    log.warning("bank notice turned away: %s", error.code)
    return JsonResponse({"success": False, "message": error.message}, status=403)
