"""Who has it: "đã nhận" pressed on one's own page, or said on the telephone."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import NotFound
from xaso.kernel.messages import acknowledging
from xaso.kernel.messages.models import Receiver
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices.models import Notice
from xaso.services.notices.queries.head import letter
from xaso.services.notices.queries.rights import SEND


@action
def confirm(viewer: Viewer, *, receiver_id: UUID) -> None:
    """The receiver of a notice says "đã nhận" on their own page. Repeatable."""
    own = letter(viewer, receiver_id)
    token = acknowledging.ack_link(own.receiver.pk).rstrip("/").rpartition("/")[2]
    acknowledging.acknowledge(viewer, token=token)


@action
def note_call(
    viewer: Viewer, *, notice_id: UUID, receiver_id: UUID, outcome: str, note: str = ""
) -> Receiver:
    """What came of telephoning somebody on a call list. ``outcome``: told (counts as "đã nhận"), away."""
    notice = Notice.objects.filter(viewer.scope(SEND), pk=notice_id).first()
    receiver = Receiver.objects.filter(pk=receiver_id).first()
    if notice is None or receiver is None or receiver.mailing_id != notice.mailing_id:
        raise NotFound("Không có người này trong danh sách.")
    return acknowledging.note_call(viewer, receiver_id=receiver_id, reached=outcome == "told", note=note)
