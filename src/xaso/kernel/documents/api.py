"""Verification for other systems."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.limits import PDF, WRONG_CODE, must_not_be_too_many, note_attempt
from xaso.kernel.documents.verify import MAX_BYTES, Verdict, verify_code, verify_pdf
from xaso.kernel.people.doors import public
from xaso.kernel.people.public import address_of
from xaso.kernel.sealing.proofs import recorded


@public
@require_safe
def by_code(request: HttpRequest, code: str) -> JsonResponse:
    """``GET /api/v1/verify/<code>``: the same facts as the public page."""
    must_not_be_too_many(address_of(request), WRONG_CODE)
    report = verify_code(code)
    if report.verdict == Verdict.UNKNOWN_CODE:
        note_attempt(address_of(request), WRONG_CODE)
        return JsonResponse(report.as_json(), status=404)
    held = recorded(report.document.pk, "documents.issued") if report.document else None
    log = (
        {"event": str(held.event_id), "index": held.index, "sealed_at": held.sealed_at.isoformat()}
        if held
        else None
    )
    return JsonResponse(report.as_json() | {"log": log})


@csrf_exempt  # it changes nothing
@public
@require_POST
def by_file(request: HttpRequest) -> JsonResponse:
    """``POST /api/v1/verify`` with the PDF as the body (``application/pdf``) or as the form field ``file``."""
    must_not_be_too_many(address_of(request), PDF)
    note_attempt(address_of(request), PDF)
    sent = request.FILES.get("file")
    content = sent.read(MAX_BYTES + 1) if sent else request.body
    if not content:
        raise ActionError("Gửi tệp PDF trong thân yêu cầu hoặc trường file.", "file")
    return JsonResponse(verify_pdf(content).as_json())


api_urls = [
    path("verify", by_file, name="api_verify_file"),
    path("verify/<str:code>", by_code, name="api_verify_code"),
]
