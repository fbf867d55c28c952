"""Answers that come back by SMS or Zalo: one row each, with the mailing they answer, in one inbox of the unit."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.fields import keyed_hash, keyed_hashes
from xaso.kernel.events import emit
from xaso.kernel.messages.acknowledging import keep_answer
from xaso.kernel.messages.audience import RIGHT
from xaso.kernel.messages.channels import phone_digits
from xaso.kernel.messages.mass_models import ReachedAddress, Receiver, Reply, Sending
from xaso.kernel.messages.mass_packing import REPLY
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.sms import without_marks
from xaso.kernel.plain.text import clean

YES = ("da nhan", "ok da nhan", "nhan roi", "da nhan duoc")


@action
def receive_reply(
    viewer: Viewer, *, channel: str, provider_id: str, sender: str, text: str, quotes: str = ""
) -> Reply:
    """Keep an answer, once, and find what it answers: the message it quotes, or the last that went to its sender.

    "Đã nhận" in so many words counts as the button. Emits ``messages.reply_received``.
    """
    known = Reply.objects.filter(channel=channel, provider_id=provider_id).first()
    if known is not None:
        return known
    receiver = _answered(channel, sender, quotes)
    row = Reply.objects.create(
        channel=channel,
        provider_id=provider_id,
        sender=sender,
        sender_hash=keyed_hash(_address(channel, sender), REPLY),
        text=text,
        receiver=receiver,
        mailing=receiver.mailing if receiver else None,
        unit_path=receiver.mailing.unit_path if receiver else "",
    )
    if receiver is not None and without_marks(clean(text)).lower().rstrip(".! ").startswith(YES):
        keep_answer(viewer, receiver, clean(text)[:300])
    data = {
        "reply_id": str(row.pk),
        "mailing_id": str(row.mailing_id) if row.mailing_id else "",
        "channel": channel,
    }
    emit("messages.reply_received", record=row, unit_path=row.unit_path, viewer=viewer, data=data)
    return row


def _address(channel: str, sender: str) -> str:
    return phone_digits(sender) or sender if channel == "sms" else sender


def _answered(channel: str, sender: str, quotes: str) -> Receiver | None:
    rows = Receiver.objects.select_related("mailing")
    if quotes:
        quoted = Sending.objects.filter(channel=channel, provider_id=quotes).first()
        if quoted is not None:
            return rows.get(pk=quoted.receiver_id)
    digests = keyed_hashes(_address(channel, sender), REPLY)
    last = ReachedAddress.objects.filter(address_hash__in=digests).order_by("-at").first()
    return rows.filter(pk=last.receiver_id).first() if last else None


@action
def handle_reply(viewer: Viewer, *, reply_id: UUID, note: str = "") -> Reply:
    """An officer has dealt with an answer. Repeating it changes the note."""
    row = Reply.objects.select_for_update().filter(pk=reply_id).first()
    if row is None or not viewer.can(RIGHT, row.unit_path):
        raise NotFound("Không có tin trả lời này.")
    row.handled_by, row.handled_at, row.note = viewer.account_id, now(), clean(note)[:300]
    row.save(update_fields=["handled_by", "handled_at", "note"])
    emit("messages.reply_handled", record=row, unit_path=row.unit_path, viewer=viewer)
    return row
