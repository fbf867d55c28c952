"""The door for devices: enrolment. (Air files are fetched by their digest: ``sound_files``.)"""

from __future__ import annotations

import json

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xaso.kernel.base.errors import ActionError, TooMany
from xaso.kernel.documents.limits import WRONG_CODE, must_not_be_too_many, note_attempt
from xaso.kernel.people.doors import signed
from xaso.kernel.people.origins import address_of
from xaso.kernel.people.viewer import Viewer
from xaso.services.broadcast.wire.enrolling import enrol_device

MOST_BYTES = 20_000


@csrf_exempt
@signed("the code in the body was given to one device, is good once and for a day")
@require_POST
def enrol(request: HttpRequest) -> JsonResponse:
    """A device shows its code and asks for a certificate."""
    address = address_of(request)
    try:
        must_not_be_too_many(address, WRONG_CODE)
        said = json.loads(request.body[: MOST_BYTES + 1])
        code, csr = str(said["code"]), str(said["csr"])
        firmware, maker = str(said.get("firmware", "")), str(said.get("maker", ""))
    except TooMany as error:
        return JsonResponse({"detail": str(error)}, status=429)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"detail": "Yêu cầu phải là JSON có code và csr."}, status=400)
    try:
        told = enrol_device(Viewer.system(), code=code, csr=csr.encode(), firmware=firmware, maker=maker)
    except ActionError as error:
        note_attempt(address, WRONG_CODE)
        return JsonResponse({"detail": str(error)}, status=422)
    return JsonResponse(told)


urlpatterns = [path("thiet-bi/enrol", enrol, name="device_enrol")]
