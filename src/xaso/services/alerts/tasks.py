"""Background work: messages after a confirmation, gauges that may speak, what outlets and phones tell."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from xaso.kernel.messages.mass_models import Mailing, Reply
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import fold
from xaso.services.alerts.actions import issuing, sending
from xaso.services.alerts.actions.drafting import note_step
from xaso.services.alerts.actions.people import answer_safe
from xaso.services.alerts.models import HazardWarning, SafeAnswer

SAFE = ("an toan", "at", "ok", "safe")
HELP = ("cuu", "cuu toi", "giup", "can giup", "help", "sos")


def send_messages(message_id: str, approved_by: str = "") -> None:
    """The job behind a confirmation."""
    sending.send_messages(Viewer.system(), message_id=UUID(message_id), approved_by=approved_by)


def sound_by_itself(proposal_id: str) -> None:
    """The job behind a threshold that may speak."""
    issuing.sound_by_itself(Viewer.system(), proposal_id=UUID(proposal_id))


def on_outlet(event: Any) -> None:
    """An outlet reported."""
    sending.note_report(
        Viewer.system(),
        announcement_id=UUID(str(event.data["announcement_id"])),
        outlet=str(event.data.get("outlet", "")),
    )


def on_mailing(event: Any) -> None:
    """A mailing of ours is over: say so in the timeline, once."""
    mailing = Mailing.objects.filter(pk=event.data.get("mailing_id")).first()
    if mailing is None or mailing.record_id is None or mailing.record_type != "alerts.hazardwarning":
        return
    row = HazardWarning.objects.filter(pk=mailing.record_id).first()
    if row is not None and not row.steps.filter(kind="mailed", record_id=mailing.pk).exists():
        words = f"Đợt tin nhắn đã xong: {mailing.receivers_count} người"
        note_step(row, "mailed", words, record=mailing, facts={"count": mailing.receivers_count})


def meaning_of(text: str) -> str:
    """What an answer by SMS says: safe, help, or "" when a person must read it."""
    words = " ".join(fold(text).replace(".", " ").replace("!", " ").split())
    if words in HELP or any(words.startswith(f"{one} ") for one in HELP):
        return SafeAnswer.State.HELP
    if words in SAFE or any(words.startswith(f"{one} ") for one in SAFE):
        return SafeAnswer.State.SAFE
    return ""


def on_reply(event: Any) -> None:
    """Somebody answered a warning by SMS: "an toan" or "giup" counts; the rest waits in the box of replies."""
    reply = Reply.objects.filter(pk=event.record_id).select_related("mailing", "receiver").first()
    mailing = reply.mailing if reply else None
    if reply is None or mailing is None or mailing.record_id is None:
        return
    if mailing.record_type != "alerts.hazardwarning":
        return
    row = HazardWarning.objects.filter(pk=mailing.record_id, state=HazardWarning.State.LIVE).first()
    state = meaning_of(str(reply.text))
    if row is None or not state or reply.receiver is None:
        return
    person_id = reply.receiver.person_id
    if row.answers.filter(way=SafeAnswer.Way.SMS, created_at__gte=reply.created_at).filter(
        Q(person_id=person_id)
    ):
        return
    answer_safe(
        Viewer.system(),
        warning=row,
        state=state,
        way=SafeAnswer.Way.SMS,
        person_id=person_id,
        facts={"name": "Người trả lời tin nhắn"},
    )


def watch() -> None:
    """Every few minutes: a live warning whose time is over is pointed out once, as nobody has said all-clear."""
    over = HazardWarning.objects.filter(state=HazardWarning.State.LIVE, expires_at__lte=now())
    for row in over.exclude(steps__kind="expired"):
        note_step(row, "expired", "Cảnh báo hết hạn mà chưa báo yên")
