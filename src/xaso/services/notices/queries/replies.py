"""The one inbox of what people wrote back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.connectors.masks import mask_phone
from xaso.kernel.messages.models import Reply
from xaso.kernel.people.looking import view_people
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices.queries.rights import REPLIES


def replies(viewer: Viewer, *, open_only: bool = True) -> QuerySet[Reply]:
    """Answers to my units, newest first; open ones oldest first, so that nobody waits longest unseen."""
    rows = Reply.objects.filter(viewer.scope(REPLIES)).select_related("mailing", "receiver")
    if open_only:
        return rows.filter(handled_at__isnull=True).order_by("created_at")
    return rows.filter(handled_at__isnull=False).order_by("-handled_at")


def reply_for(viewer: Viewer, reply_id: UUID) -> Reply:
    """One answer; the look at who wrote it is logged. Raises NotFound."""
    rows = Reply.objects.filter(viewer.scope(REPLIES)).select_related("mailing", "receiver")
    row = rows.filter(pk=reply_id).first()
    if row is None:
        raise NotFound("Không tìm thấy tin này.")
    if row.receiver is not None and row.receiver.person_id:
        record = ("messages.reply", row.pk)
        view_people(viewer, [(row.receiver.person_id, record, "")], purpose="Đọc tin trả lời thông báo")
    return row


def reply_count(viewer: Viewer) -> int:
    """Answers nobody has looked after yet."""
    return replies(viewer).count() if viewer.can(REPLIES) else 0


@dataclass(frozen=True)
class Written:
    """An answer as a list shows it."""

    reply: Reply
    name: str
    phone: str
    hamlet_path: str


def written(rows: list[Reply]) -> list[Written]:
    """Names and masked numbers of those who wrote."""
    found = []
    for row in rows:
        facts = row.receiver.facts if row.receiver is not None else {}
        place = row.receiver.unit_path if row.receiver is not None else ""
        name = str(facts.get("name") or "Chưa rõ tên")
        found.append(Written(row, name, mask_phone(str(row.sender)), place))
    return found
