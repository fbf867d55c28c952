"""Papers that come in with a post at the desk: several scanned pictures become one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.actions import keep_file, keep_scan
from xaso.kernel.people.viewer import Viewer

OWNER = "onestop.dossier"
MOST_BYTES = 24 * 1024 * 1024


def keep_posted(viewer: Viewer, files: Sequence[Any], name: str, unit_path: str) -> UUID | None:
    """Keep what was posted for one paper: its pages as one PDF, or the one file as it is; None for nothing.

    Raises ActionError when several files cannot be joined, and BadFile (an ActionError) for a file that is no paper.
    """
    if not files:
        return None
    if sum(one.size or 0 for one in files) > MOST_BYTES:
        raise ActionError("Tệp lớn quá 24 MB. Quét lại ở 200 điểm ảnh (dpi) hoặc gửi ít trang hơn.", name)
    pictures = all((one.content_type or "").startswith("image/") for one in files)
    if pictures:
        kept, _ = keep_scan(
            viewer,
            pages=[one.read() for one in files],
            name=name,
            owner_service=OWNER,
            unit_path=unit_path,
        )
        return kept.pk
    if len(files) > 1:
        raise ActionError("Chọn một tệp PDF, hoặc nhiều ảnh để ghép thành một tệp.", name)
    one = files[0]
    kept = keep_file(
        viewer, content=one.read(), name=one.name or name, owner_service=OWNER, unit_path=unit_path
    )
    return kept.pk
