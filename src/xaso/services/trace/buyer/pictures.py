"""Pictures for phones: small, without hidden data, addressed by a key of their own."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from django.urls import reverse
from PIL import Image

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.actions import keep_made
from xaso.kernel.documents.intake import IMAGES, WEBP, thumbnail
from xaso.kernel.documents.models import Document, File
from xaso.kernel.documents.queries import content_of
from xaso.kernel.documents.store import Missing
from xaso.kernel.people.viewer import Viewer
from xaso.services.trace.models import PagePicture

SIDES = (640, 560, 480, 360)
MOST_BYTES = 26_000  # with the page, its style and its script this stays under 60 KB


@dataclass(frozen=True)
class Picture:
    """Where a small picture is, and its size so that the page does not jump."""

    url: str
    width: int
    height: int


def source_file(source: UUID) -> File | None:
    """The file behind the key that a product or an enterprise keeps: a file, or the newest version of a document."""
    file = File.objects.filter(pk=source).first()
    if file is None:
        document = Document.objects.filter(pk=source).first()
        file = document.latest.file if document is not None else None
    if file is None or file.erased_at is not None or file.closed or file.media_type not in IMAGES:
        return None
    return file


def picture_of(source: UUID | None) -> Picture | None:
    """The small picture of a source, made at the first use; None when there is no picture that may be shown."""
    if source is None:
        return None
    row = PagePicture.objects.filter(source=source).first() or _make(source)
    if row is None:
        return None
    return Picture(reverse("trace:buyer_picture", args=[row.pk]), row.width, row.height)


def _make(source: UUID) -> PagePicture | None:
    file = source_file(source)
    if file is None:
        return None
    try:
        content = content_of(file)
    except (ActionError, Missing):
        return None
    small = b""
    for side in SIDES:
        small = thumbnail(content, side)
        if len(small) <= MOST_BYTES:
            break
    width, height = Image.open(BytesIO(small)).size
    kept = keep_made(
        Viewer.system(),
        content=small,
        name="anh.webp",
        owner_service="trace.page",
        media_type=WEBP,
    )
    row, _ = PagePicture.objects.get_or_create(
        source=source, defaults={"file": kept, "width": width, "height": height}
    )
    return row
