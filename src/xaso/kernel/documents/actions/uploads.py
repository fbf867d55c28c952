"""Uploads in pieces: begin, append, finish; a repeated piece or beginning answers as the first did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.documents.actions.files import keep_file
from xaso.kernel.documents.intake import DOCX, PDF, XLSX, BadFile, IntakeRule
from xaso.kernel.documents.intake.base import IMAGES, megabytes
from xaso.kernel.documents.models import File, Upload, UploadPiece
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import clean

# The database does not know the sender's secret, so its policy shows an upload to nobody: only these statements do,
# each of which names the owner.
_OWN = "an upload of the sender who knows its secret"
LIFETIME = timedelta(days=7)
MAX_PIECE = 4 << 20
MAX_OPEN = 200

USES: dict[str, IntakeRule] = {
    "giay-to": IntakeRule(),
    "anh": IntakeRule(kinds=IMAGES),
    "quet": IntakeRule(kinds=(PDF, *IMAGES), max_side=3600, max_bytes=60 << 20),
    "tai-lieu": IntakeRule(kinds=(PDF, *IMAGES, DOCX, XLSX), max_bytes=30 << 20),
}


def register_use(name: str, rule: IntakeRule) -> None:
    """Let a service add a use with limits of its own."""
    USES[name] = rule


@dataclass(frozen=True)
class Beginning:
    """What is declared before the first piece."""

    name: str
    size: int
    use: str
    sha256: str = ""
    once: str = ""


def upload_of(owners: Iterable[str], upload_id: UUID) -> Upload:
    """An upload of this owner. Raises NotFound for others' and for expired ones."""
    with widened(_OWN):
        found = Upload.objects.filter(pk=upload_id, owner__in=list(owners)).first()
    if found is None or (found.late and not found.done):
        raise NotFound("Lượt tải lên này không còn. Chọn lại tệp để tải từ đầu.")
    return found


@action
def begin_upload(viewer: Viewer, *, owner: str, beginning: Beginning) -> Upload:
    """Begin; the same ``once`` of the same owner answers the same upload. Raises BadFile for sizes over the limit."""
    rule = USES.get(beginning.use)
    if rule is None:
        raise NotFound()
    with widened(_OWN):
        own = Upload.objects.filter(owner=owner)
        earlier = own.filter(once=beginning.once[:80]).first() if beginning.once else None
        unfinished = own.filter(file=None, refused="", expires_at__gt=now()).count()
    if earlier is not None:
        return earlier
    if beginning.size <= 0:
        raise BadFile("Tệp rỗng. Chọn lại tệp.")
    if beginning.size > rule.max_bytes:
        raise BadFile(
            f"Tệp nặng {megabytes(beginning.size)}, quá mức {megabytes(rule.max_bytes)}. Giảm cỡ hoặc tách tệp."
        )
    if unfinished >= MAX_OPEN:
        raise ActionError("Có quá nhiều tệp đang tải dở. Tải xong hoặc chờ rồi thử lại.")
    with widened(_OWN):
        return Upload.objects.create(
            owner=owner,
            name=clean(beginning.name)[:200] or "tep",
            size=beginning.size,
            use=beginning.use,
            sha256=beginning.sha256.lower()[:64],
            once=beginning.once[:80],
            expires_at=now() + LIFETIME,
        )


@action
def add_piece(
    viewer: Viewer, *, owners: Iterable[str], upload_id: UUID, offset: int, content: bytes
) -> Upload:
    """Append one piece at the offset the server knows. Raises Conflict for another offset, BadFile beyond the end.

    When the last byte is there the file is checked and kept; the answer then carries ``file`` or ``refused``.
    """
    mine = upload_of(owners, upload_id)
    with widened(_OWN):
        upload = Upload.objects.select_for_update().get(pk=mine.pk)
    if upload.done:
        return upload
    if offset != upload.received:
        raise Conflict(f"Máy chủ đã có {upload.received} byte; gửi tiếp từ đó.")
    if len(content) > MAX_PIECE or offset + len(content) > upload.size:
        raise BadFile("Mảnh tệp dài quá cỡ đã khai báo. Chọn lại tệp.")
    if content:
        with widened(_OWN):
            UploadPiece.objects.create(upload=upload, offset=offset, content=content)
            upload.received = F("received") + len(content)
            upload.save(update_fields=["received"])
            upload.refresh_from_db()
    if upload.received == upload.size:
        _finish(viewer, upload)
    return upload


def _finish(viewer: Viewer, upload: Upload) -> None:
    with widened(_OWN):
        pieces = upload.pieces.order_by("offset").values_list("content", flat=True)
        content = b"".join(bytes(piece) for piece in pieces)
    try:
        if upload.sha256 and hashlib.sha256(content).hexdigest() != upload.sha256:
            raise BadFile("Tệp bị sai trên đường truyền. Gửi lại tệp.")
        upload.file = keep_file(
            viewer,
            content=content,
            name=upload.name,
            owner_service="uploads",
            unit_path=viewer.unit_path,
            rule=USES[upload.use],
        )
    except BadFile as error:
        upload.refused = error.message
    with widened(_OWN):
        upload.save(update_fields=["file", "refused"])
        upload.pieces.all().delete()


@action
def drop_upload(viewer: Viewer, *, owners: Iterable[str], upload_id: UUID) -> None:
    """The sender gives up. What is finished stays: a form may name it already."""
    upload = upload_of(owners, upload_id)
    if not upload.done:
        with widened(_OWN):
            upload.delete()


def claim_upload(
    owners: Iterable[str], upload_id: UUID | str, *, owner_service: str, unit_path: str = ""
) -> File:
    """The file of a finished upload, for the service that received its id in a form. Only the sender's own.

    Raises NotFound, or BadFile when the upload is unfinished or was refused.
    """
    try:
        upload = upload_of(owners, UUID(str(upload_id)))
    except ValueError as error:
        raise NotFound("Lượt tải lên này không còn. Chọn lại tệp để tải từ đầu.") from error
    if upload.refused:
        raise BadFile(upload.refused)
    if upload.file is None:
        raise BadFile("Tệp chưa tải lên xong. Chờ tải xong rồi gửi.")
    file = upload.file
    if file.owner_service == "uploads":
        file.owner_service, file.unit_path = owner_service, unit_path or file.unit_path
        file.save(update_fields=["owner_service", "unit_path"])
    return file


def forget_uploads() -> int:
    """Drop the pieces of uploads whose seven days are over; answer how many uploads went. Safe to repeat."""
    late = Upload.objects.filter(file=None, expires_at__lte=now())
    count = late.count()
    UploadPiece.objects.filter(upload__in=late).delete()
    late.delete()
    return count
