"""Recorded sound: what people speak themselves, in any language, brought to the same level."""

from __future__ import annotations

import hashlib
from typing import Any, Protocol, cast

from django.db import models

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.actions import keep_file
from xaso.kernel.documents.intake import SOUNDS, IntakeRule
from xaso.kernel.documents.models import File
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.speech.models import Rendering
from xaso.kernel.tasks import enqueue

# Languages that are spoken in the communes; codes of ISO 639, "" for another one.
LANGUAGES = {
    "vi": "Tiếng Việt", "tyz": "Tiếng Tày", "nut": "Tiếng Nùng", "hmn": "Tiếng Mông", "ium": "Tiếng Dao",
    "mtq": "Tiếng Mường", "blt": "Tiếng Thái", "zgn": "Tiếng Giáy", "kjg": "Tiếng Khơ Mú", "km": "Tiếng Khmer",
    "cjm": "Tiếng Chăm", "jra": "Tiếng Gia Rai", "rad": "Tiếng Ê Đê", "en": "Tiếng Anh", "": "Tiếng khác",
}  # fmt: skip
RULE = IntakeRule(kinds=SOUNDS, max_bytes=60 << 20)
OWNER, TASK = "speech.recording", "speech.polish"


class Sent(Protocol):
    """What a form hands over: a name and the content."""

    name: str | None

    def read(self) -> bytes: ...


def keep_recording(
    viewer: Viewer,
    *,
    upload: Sent | File | bytes,
    language: str = "vi",
    unit_path: str = "",
    record: models.Model | None = None,
    at_once: bool = False,
) -> Rendering:
    """Take a recording: known by its content, looked at for viruses, levelled to -16 LUFS in the background.

    Ends like ``render`` in speech.rendered or speech.render_failed. The caller has checked the right. To be called
    outside a transaction of one's own (a refused file stays in quarantine). Raises BadFile, ActionError.
    """
    if language not in LANGUAGES:
        raise ActionError("Chọn tiếng trong danh sách.", "language")
    file = upload if isinstance(upload, File) else _kept(viewer, upload, unit_path)
    made = _begin(viewer, file=file, language=language, unit_path=unit_path, record=record)
    if at_once and made.state == Rendering.State.WAITING:
        from xaso.kernel.speech.tasks import polish

        polish(rendering_id=str(made.pk))
        made.refresh_from_db()
    return made


def _kept(viewer: Viewer, upload: Sent | bytes, unit_path: str) -> File:
    content = upload if isinstance(upload, bytes) else upload.read()
    name = "ghi-am" if isinstance(upload, bytes) else upload.name or "ghi-am"
    return keep_file(viewer, content=content, name=name, owner_service=OWNER, unit_path=unit_path, rule=RULE)


@action
def _begin(
    viewer: Viewer, *, file: File, language: str, unit_path: str, record: models.Model | None
) -> Rendering:
    facts: dict[str, Any] = {"unit_path": unit_path, "language": language}
    if record is not None:
        facts |= {"record_type": record._meta.label_lower, "record_id": cast(Any, record).pk}
    key = hashlib.sha256(f"recording {file.sha256}".encode()).hexdigest()
    same = Rendering.objects.filter(key=key, **facts).exclude(state=Rendering.State.FAILED).first()
    if same is not None:
        return same
    made = Rendering.objects.create(
        **facts, key=key, source=Rendering.Source.RECORDING, original=file, asked_by=viewer.account_id
    )
    enqueue(TASK, {"rendering_id": str(made.pk)}, key=str(made.pk))
    return made
