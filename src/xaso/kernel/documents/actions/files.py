"""Keeping files: received ones are checked first, our own are kept as made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xaso.kernel.base.actions import action
from xaso.kernel.documents.actions.quarantine import judge, scan_state
from xaso.kernel.documents.intake import IMAGES, PDF, Checked, IntakeRule, check_upload
from xaso.kernel.documents.models import File
from xaso.kernel.documents.store import store
from xaso.kernel.documents.typeset import scan_to_pdf
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now


def _keep(content: bytes, **fields: object) -> File:
    # The bytes are durable before the row exists: a rolled-back transaction leaves only an orphan content.
    sha256, size = store().put(content)
    return File.objects.create(sha256=sha256, size=size, **fields)


def keep_file(
    viewer: Viewer,
    *,
    content: bytes,
    name: str,
    owner_service: str,
    unit_path: str = "",
    rule: IntakeRule | None = None,
    keep_until: date | None = None,
) -> File:
    """Check a received file, look for viruses, and keep it. The caller has checked the right. Raises BadFile.

    A file with a virus is refused, and kept sealed for an officer to judge. To be called outside a transaction of
    one's own: one that is rolled back by the refusal would forget the sealed file too.
    """
    finding = judge(viewer, content, name, rule, owner_service, unit_path)
    checked = check_upload(content, name, rule)
    return _keep_checked(
        viewer,
        checked,
        owner_service=owner_service,
        unit_path=unit_path,
        keep_until=keep_until,
        scan=scan_state(finding, checked),
    )


@action
def _keep_checked(viewer: Viewer, checked: Checked, **fields: object) -> File:
    return _keep(
        checked.content,
        media_type=checked.media_type,
        name=checked.name,
        pages=checked.pages,
        signed=checked.signed,
        **fields,
    )


@action
def keep_made(
    viewer: Viewer,
    *,
    content: bytes,
    name: str,
    owner_service: str,
    unit_path: str = "",
    media_type: str = PDF,
    pages: int = 0,
    signed: bool = False,
) -> File:
    """Keep a file that we made ourselves, byte for byte."""
    return _keep(
        content,
        media_type=media_type,
        name=name,
        pages=pages,
        signed=signed,
        owner_service=owner_service,
        unit_path=unit_path,
    )


def keep_scan(
    viewer: Viewer, *, pages: Sequence[bytes], name: str, owner_service: str, unit_path: str = ""
) -> tuple[File, list[str]]:
    """Join scanned pages (received images) into one PDF; answer (file, warnings about coarse pages).

    Pages are looked at for viruses like any received file; what is kept is drawn anew from their pixels.
    """
    rule = IntakeRule(kinds=IMAGES, max_side=3600)
    cleaned = []
    for number, page in enumerate(pages, start=1):
        judge(viewer, page, f"trang-{number}", rule, owner_service, unit_path)
        cleaned.append(check_upload(page, f"trang-{number}", rule).content)
    pdf, warnings = scan_to_pdf(cleaned, name)
    file = keep_made(
        viewer,
        content=pdf,
        name=name if name.endswith(".pdf") else f"{name}.pdf",
        owner_service=owner_service,
        unit_path=unit_path,
        pages=len(cleaned),
    )
    return file, warnings


@action
def erase_content(viewer: Viewer, *, file: File) -> None:
    """Erase a file's bytes when no other row needs them; the row stays and says so.

    The caller has checked the right and writes the audited event of its own. The event written here tells the check
    of the log that a file named by an earlier event is gone by right.
    """
    file.erased_at = now()
    file.save(update_fields=["erased_at"])
    gone = not File.objects.filter(sha256=file.sha256, erased_at__isnull=True).exists()
    data = {"erased_sha256": file.sha256} if gone else {}
    emit("documents.erased", record=file, unit_path=file.unit_path, viewer=viewer, data=data)
    if gone:
        store().delete(file.sha256)
