"""Where vendors of voices call back."""

from __future__ import annotations

import json

from django.core import signing
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.people.doors import signed
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.speech import vendors

MOST_BYTES = 100_000


@csrf_exempt
@signed("the token in the address is signed by us and grows old in minutes")
@require_POST
def callback(request: HttpRequest, token: str) -> JsonResponse:
    """The sound of a piece is there, or will not come."""
    try:
        content = json.loads(request.body[: MOST_BYTES + 1])
        if not isinstance(content, dict):
            raise ValueError("not an object")
        changed = vendors.note_callback(Viewer.system(), token=token, content=content)
    except signing.BadSignature:
        return JsonResponse({"ok": False}, status=403)
    except (ValueError, OutsideError):
        return JsonResponse({"ok": False}, status=400)
    return JsonResponse({"ok": True, "changed": changed})


public_urls = [path("hooks/giong/<str:token>", callback, name="speech_callback")]
