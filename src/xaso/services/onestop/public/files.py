"""Papers that come with a post: sent in pieces beforehand by the script, or as plain files without it."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from PIL import Image

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.actions import keep_file, keep_scan
from xaso.kernel.documents.actions.uploads import claim_upload
from xaso.kernel.documents.models import File
from xaso.kernel.documents.public.uploads import owners_of
from xaso.kernel.documents.queries import content_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.ui.asked import Asked
from xaso.services.onestop.actions.drafts import OWNER

MOST_BYTES = 12 * 1024 * 1024
MOST_FILES = 20
SMALL = 240


def picker(name: str, label: str, errors: tuple[str, ...] = (), *, required: bool = True) -> Asked:
    """The question "photograph or choose a file" of one paper."""
    return Asked(
        "file",
        name,
        label,
        hint="Ảnh hoặc PDF, không quá 12 MB. Nhiều ảnh được ghép thành một tệp.",
        errors=errors,
        required=required,
        more={"upload_url": reverse("documents_upload", args=["giay-to"]), "many": True},
    )


def received(request: HttpRequest, viewer: Viewer, name: str, label: str, unit_path: str) -> list[File]:
    """Keep what a post holds for one paper; several pictures become the pages of one PDF, in their order.

    Raises ActionError with the input's name for what cannot be taken.
    """
    try:
        return _received(request, viewer, name, label, unit_path)
    except ActionError as error:
        raise ActionError(error.message, name) from error


def _received(request: HttpRequest, viewer: Viewer, name: str, label: str, unit_path: str) -> list[File]:
    sent = [
        claim_upload(owners_of(request), one, owner_service=OWNER, unit_path=unit_path)
        for one in request.POST.getlist(name)[:MOST_FILES]
        if _is_id(one)
    ]
    plain = request.FILES.getlist(name)[:MOST_FILES]
    if sum(one.size or 0 for one in plain) > MOST_BYTES:
        raise ActionError("Tệp lớn quá 12 MB. Chụp lại ảnh nhỏ hơn hoặc gửi từng tệp.")
    pictures = [content_of(one) for one in sent if one.media_type.startswith("image/")]
    rest = [one for one in sent if not one.media_type.startswith("image/")]
    images = [one for one in plain if (one.content_type or "").startswith("image/")]
    if len(pictures) + len(images) > 1:
        pages = pictures + [one.read() for one in images]
        kept, _ = keep_scan(viewer, pages=pages, name=label[:80], owner_service=OWNER, unit_path=unit_path)
        return [
            *rest,
            kept,
            *_keep_plain(viewer, [one for one in plain if one not in images], label, unit_path),
        ]
    return [*sent, *_keep_plain(viewer, plain, label, unit_path)]


def _keep_plain(viewer: Viewer, files: list[Any], label: str, unit_path: str) -> list[File]:
    return [
        keep_file(
            viewer, content=one.read(), name=one.name or label, owner_service=OWNER, unit_path=unit_path
        )
        for one in files
    ]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def small_picture(file: File) -> bytes | None:
    """A picture of a few kilobytes for a list; None for what is no picture."""
    if not file.media_type.startswith("image/"):
        return None
    with Image.open(io.BytesIO(content_of(file))) as picture:
        picture.thumbnail((SMALL, SMALL))
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=55)
    return out.getvalue()
