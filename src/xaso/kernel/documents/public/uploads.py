"""Resumable uploads in the words of tus 1.0: POST begins, HEAD tells the offset, PATCH appends, DELETE gives up."""

from __future__ import annotations

import base64
import binascii
import secrets
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.base.fields import keyed_hashes
from xaso.kernel.documents.actions.uploads import (
    MAX_PIECE,
    Beginning,
    add_piece,
    begin_upload,
    drop_upload,
    upload_of,
)
from xaso.kernel.documents.limits import UPLOAD, must_not_be_too_many, note_attempt
from xaso.kernel.documents.models import Upload
from xaso.kernel.people.doors import public, viewer_in
from xaso.kernel.people.public import address_of

VERSION = "1.0.0"
_SESSION = "documents_upload_owner"


def owners_of(request: HttpRequest, *, make: bool = False) -> list[str]:
    """By what a sender is known again: the account, and a random word in the session that outlives signing in."""
    found = []
    account = viewer_in(request).account_id
    if account is not None:
        found += keyed_hashes(f"account:{account}", "documents-upload")
    word = request.session.get(_SESSION)
    if word is None and make and account is None:
        word = request.session[_SESSION] = secrets.token_urlsafe(24)
    if word:
        found += keyed_hashes(f"session:{word}", "documents-upload")
    return found


def _metadata(header: str) -> dict[str, str]:
    found = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            continue
    return found


def _number(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise ActionError("Yêu cầu tải lên thiếu hoặc sai độ dài.")
    return int(text)


def _headers(upload: Upload) -> dict[str, str]:
    return {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.size),
        "Cache-Control": "no-store",
    }


def _refusal(error: ActionError) -> JsonResponse:
    return JsonResponse({"message": error.message}, status=error.status, headers={"Tus-Resumable": VERSION})


def _outcome(upload: Upload) -> JsonResponse:
    """What a finished upload became: an id for the form, or why it was not taken."""
    if upload.refused:
        return JsonResponse({"message": upload.refused}, status=422, headers=_headers(upload))
    file = upload.file
    body = {"file": str(upload.pk), "name": file.name if file else "", "pages": file.pages if file else 0}
    return JsonResponse(body, headers=_headers(upload))


def _slow_down(request: HttpRequest) -> None:
    """Whoever has no account cannot fill the disk: beginnings are counted by address. Raises TooMany."""
    if viewer_in(request).account_id is None:
        must_not_be_too_many(address_of(request), UPLOAD)
        note_attempt(address_of(request), UPLOAD)


@public
@require_POST
def begin(request: HttpRequest, use: str) -> HttpResponse:
    """Begin an upload; Location is where its pieces go."""
    try:
        facts = _metadata(request.headers.get("Upload-Metadata", ""))
        beginning = Beginning(
            name=facts.get("filename", ""),
            size=_number(request.headers.get("Upload-Length")),
            use=use,
            sha256=facts.get("sha256", ""),
            once=facts.get("once", ""),
        )
        _slow_down(request)
        upload = begin_upload(viewer_in(request), owner=owners_of(request, make=True)[0], beginning=beginning)
    except ActionError as error:
        return _refusal(error)
    response = HttpResponse(status=201, headers=_headers(upload))
    response["Location"] = reverse("documents_upload_piece", args=[use, upload.pk])
    return response


@public
@require_http_methods(["HEAD", "PATCH", "DELETE"])
def piece(request: HttpRequest, use: str, upload_id: UUID) -> HttpResponse:
    """Tell the offset, take a piece, or give up."""
    owners = owners_of(request)
    try:
        upload = upload_of(owners, upload_id)
        if request.method == "HEAD":
            return HttpResponse(headers=_headers(upload))
        if request.method == "DELETE":
            drop_upload(viewer_in(request), owners=owners, upload_id=upload_id)
            return HttpResponse(status=204, headers={"Tus-Resumable": VERSION})
        if upload.done:  # the last answer was lost
            return _outcome(upload)
        if request.content_type != "application/offset+octet-stream":
            raise ActionError("Mảnh tệp phải gửi dạng application/offset+octet-stream.")
        if _number(request.headers.get("Content-Length")) > MAX_PIECE:
            raise ActionError("Mảnh tệp quá lớn. Gửi từng mảnh 128–256 KB.")
        upload = add_piece(
            viewer_in(request),
            owners=owners,
            upload_id=upload_id,
            offset=_number(request.headers.get("Upload-Offset")),
            content=request.body,
        )
    except Conflict as error:
        answer = _refusal(error)
        answer["Upload-Offset"] = str(upload_of(owners, upload_id).received)
        return answer
    except ActionError as error:
        return _refusal(error)
    return _outcome(upload) if upload.done else HttpResponse(status=204, headers=_headers(upload))
