"""What the messages area holds about one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from xaso.kernel.base.manifest import Holding
from xaso.kernel.events import emit
from xaso.kernel.messages.models import Message
from xaso.kernel.people.viewer import Viewer

MOST = 2000
ERASED = "Nội dung đã xóa theo yêu cầu."


def about_person(person_id: UUID) -> Iterator[Holding]:
    """Every message to the person; those on their way are still running."""
    rows = Message.objects.filter(person_id=person_id).order_by("-created_at")[:MOST]
    for row in rows:
        if not row.contact and row.body == ERASED:
            continue
        yield Holding(
            "messages.message",
            str(row.pk),
            row.subject,
            row.created_at,
            {"Gửi tới": row.contact, "Nội dung": row.body, "Trạng thái": row.get_state_display()},
            erase=_eraser(row),
            group="Tin đã gửi cho tôi",
            running=row.state == Message.State.WAITING,
        )


def _eraser(row: Message) -> Callable[[Viewer], int]:
    def erase(viewer: Viewer) -> int:
        row.contact, row.data, row.subject, row.body = {}, {}, "Tin đã xóa", ERASED
        row.save(update_fields=["contact", "data", "subject", "body"])
        emit("messages.erased", record=row, unit_path=row.unit_path, viewer=viewer)
        return 1

    return erase
