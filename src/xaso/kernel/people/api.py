"""The token address of machine clients."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import public
from xaso.kernel.people.machines import issue_token


def _credentials(request: HttpRequest) -> tuple[str, str]:
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("basic "):
        try:
            client_id, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
            return client_id, secret
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
    return request.POST.get("client_id", ""), request.POST.get("client_secret", "")


@csrf_exempt
@public
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    """OAuth 2.0 client credentials (RFC 6749 section 4.4)."""
    if request.POST.get("grant_type") != "client_credentials":
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    client_id, secret = _credentials(request)
    if "\x00" in client_id + secret:
        return JsonResponse({"error": "invalid_client"}, status=401)
    try:
        return JsonResponse(issue_token(client_id, secret), headers={"Cache-Control": "no-store"})
    except ActionError as error:
        return JsonResponse({"error": "invalid_client", "error_description": error.message}, status=401)


api_urls = [path("token", token, name="token")]
