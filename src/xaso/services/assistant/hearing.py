"""A spoken question as words, where an ear is set. The recording is sent on, never kept."""

from __future__ import annotations

from typing import Any

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.connectors.base import connector
from xaso.kernel.connectors.model import MOST_SOUND, Hearing
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.text import clean

MOST_WORDS = 600


def is_on() -> bool:
    """Whether questions may be spoken here."""
    return connector(Hearing).is_on


def words_in(viewer: Viewer, upload: Any) -> str:
    """The words of an uploaded recording. Raises NotFound where no ear is set, ActionError for no recording."""
    ear = connector(Hearing)
    if not ear.is_on:
        raise NotFound("Trang này chưa nhận câu hỏi bằng lời.")
    if upload is None or not 0 < upload.size <= MOST_SOUND:
        raise ActionError("Ghi âm một câu hỏi ngắn, nhiều nhất 5 MB.", "noi")
    asked = Asked(actor_id=viewer.account_id, purpose="Chuyển câu hỏi nói thành chữ")
    try:
        words = ear.write_down(asked, sound=upload.read(), media_type=str(upload.content_type or ""))
    except ValueError as error:
        raise ActionError(
            "Tệp này không phải ghi âm. Ghi lại bằng máy ghi âm của điện thoại.", "noi"
        ) from error
    return clean(words)[:MOST_WORDS]
