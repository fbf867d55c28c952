"""What the head of a hamlet reads on the telephone: what the commune said to them, with whether they said "đã nhận"."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from xaso.kernel.base.errors import NotFound
from xaso.kernel.messages.models import Acknowledgement, Receiver
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.notices.models import Notice
from xaso.services.notices.queries.rights import HEAD
from xaso.services.notices.queries.tasks import my_tasks

MOST = 60


@dataclass(frozen=True)
class Letter:
    """A notice as its receiver sees it."""

    receiver: Receiver
    notice: Notice
    received: Acknowledgement | None

    @property
    def waits(self) -> bool:
        """Whether the receiver has yet to say "đã nhận"."""
        return self.notice.needs_receipt and self.received is None and self.notice.state == Notice.State.SENT


def letters(viewer: Viewer, *, only: UUID | None = None) -> list[Letter]:
    """Notices sent to my own account, those that wait for "đã nhận" first, then the newest."""
    if viewer.account_id is None:
        return []
    rows = Receiver.objects.filter(account_id=viewer.account_id)
    if only is not None:
        rows = rows.filter(pk=only)
    received = list(rows.select_related("acknowledgement").order_by("-created_at")[:MOST])
    notices = {
        row.mailing_id: row
        for row in Notice.objects.filter(
            mailing_id__in=[one.mailing_id for one in received], sent_at__lte=now()
        )
    }
    found = [
        Letter(one, notices[one.mailing_id], getattr(one, "acknowledgement", None))
        for one in received
        if one.mailing_id in notices
    ]
    return sorted(found, key=lambda one: not one.waits)


def letter(viewer: Viewer, receiver_id: UUID) -> Letter:
    """One notice sent to my own account. Raises NotFound."""
    found = letters(viewer, only=receiver_id)
    if not found:
        raise NotFound("Không có thông báo này trong hộp của ông/bà.")
    return found[0]


def head_count(viewer: Viewer) -> int:
    """What waits for the head of a hamlet: notices to confirm and tasks to report."""
    if not viewer.can(HEAD):
        return 0
    waiting = sum(1 for one in letters(viewer) if one.waits)
    return waiting + my_tasks(viewer).exclude(state="reported").count()
