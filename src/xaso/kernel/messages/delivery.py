"""The worker's side: take a message down its ladder of channels until one of them carries it.

A dispatch is written and committed before the provider is called, so that a worker that dies in between leaves a
trace: the same text message is then sent under the same identity, and a Zalo message waits for its receipt.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xaso.kernel import tasks
from xaso.kernel.base.fields import keyed_hashes
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import DELIVER, next_try, note_state, stop_link
from xaso.kernel.messages.channels import WAYS, Accepted, Outgoing, SendError
from xaso.kernel.messages.models import Dispatch, Message, RefusedAddress, Wishes
from xaso.kernel.messages.queries import quiet_until
from xaso.kernel.messages.rules import UNSURE_MINUTES, ladder
from xaso.kernel.messages.seeding import wording_of
from xaso.kernel.messages.wording import fill
from xaso.kernel.people.consents import refused_channels
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

log = logging.getLogger("xaso.messages")

OPEN = (Message.State.WAITING, Message.State.SENT)
GONE = {Dispatch.State.SENT, Dispatch.State.DELIVERED, Dispatch.State.READ}
OVER = {Dispatch.State.FAILED, Dispatch.State.SKIPPED}
LOST_AFTER = timedelta(minutes=10)


def deliver(message_id: str) -> None:
    """Try the next channel of a message. Repeatable: what has gone out is not sent again."""
    while True:
        step = _next_step(UUID(message_id))
        if step is None:
            return
        dispatch, outgoing = step
        try:
            accepted = WAYS[dispatch.channel].send(outgoing)
        except SendError as error:
            _note_failure(dispatch.pk, error)
            continue
        except Exception as error:  # a fault of ours must end like any other: tried again, then shown
            log.exception("dispatch %s by %s broke", dispatch.pk, dispatch.channel)
            code = type(error).__name__
            _note_failure(dispatch.pk, SendError("Lỗi trong phần mềm khi gửi.", code=code, passing=True))
            continue
        _note_sent(dispatch.pk, accepted)
        return


@transaction.atomic
def _next_step(message_id: UUID) -> tuple[Dispatch, Outgoing] | None:
    """Claim the next channel to try; None when there is nothing to do now (later runs are queued as needed)."""
    rows = Message.objects.select_for_update(of=("self",)).select_related("template")
    message = rows.filter(pk=message_id).first()
    if message is None or message.state not in OPEN:
        return None
    addresses = {key: way.address(message.contact) for key, way in WAYS.items()}
    rungs = _rungs(message, addresses)
    before = {row.channel: row for row in message.dispatches.all()}
    for channel in rungs:
        row = before.get(channel)
        if row is None:
            row = Dispatch(message=message, channel=channel)
        elif row.state in OVER or _given_up(message, row, last=channel == rungs[-1]):
            continue
        elif row.state != Dispatch.State.RETRY and not _orphan(row):
            return None  # on its way, or waiting for a receipt
        if message.next_at and message.next_at > now() and row.state == Dispatch.State.RETRY:
            return None
        loud = quiet_until(channel, message.unit_path, now()) if not message.urgent else None
        if loud is not None:
            _later(message, loud)
            return None
        row.attempts += 1
        note_state(row, Dispatch.State.SENDING)
        row.save()
        message.next_at = None
        message.save(update_fields=["next_at"])
        return row, _outgoing(message, row, addresses[channel])
    _finish_without_channel(message, tried=bool(before))
    return None


def _rungs(message: Message, addresses: dict[str, str]) -> list[str]:
    template = message.template
    offered = [channel for channel in template.channels if channel != "zalo" or template.zalo_template]
    wishes = Wishes.objects.filter(person_id=message.person_id).first() if message.person_id else None
    refused = (
        set() if template.mandatory else {*(wishes.refused if wishes else ()), *_refused_addresses(addresses)}
    )
    refused |= refused_channels(message.person_id, mandatory=template.mandatory)
    return ladder(offered, wishes.order if wishes else (), refused, addresses)


def _refused_addresses(addresses: dict[str, str]) -> set[str]:
    hashes = {
        digest: key
        for key, value in addresses.items()
        if value
        for digest in keyed_hashes(value.lower(), f"message_{key}")
    }
    found = RefusedAddress.objects.filter(address_hash__in=hashes).values_list("channel", "address_hash")
    return {channel for channel, digest in found if hashes[digest] == channel}


def _orphan(row: Dispatch) -> bool:
    """Left in the middle by a worker that died. Zalo's answer may have been lost with it, so it waits instead."""
    if row.state != Dispatch.State.SENDING or not row.history:
        return False
    if now() - datetime.fromisoformat(row.history[-1]["at"]) < LOST_AFTER:
        return False
    return row.channel != "zalo"


def _given_up(message: Message, row: Dispatch, *, last: bool) -> bool:
    """Whether a message that went out unanswered for too long goes on to the next channel."""
    minutes: int | None = message.template.insist_minutes
    if row.state in (Dispatch.State.UNSURE, Dispatch.State.SENDING) and row.channel == "zalo":
        minutes = UNSURE_MINUTES
    elif row.state != Dispatch.State.SENT or last:
        return False
    if minutes is None or not row.history:
        return False
    return now() - datetime.fromisoformat(row.history[-1]["at"]) >= timedelta(minutes=minutes)


def _outgoing(message: Message, row: Dispatch, address: str) -> Outgoing:
    wording = wording_of(message.template)
    return Outgoing(
        dispatch_id=row.pk,
        address=address,
        name=message.contact.get("name", ""),
        subject=message.subject,
        body=message.body,
        sms=wording.sms_text(message.data),
        zalo_template=wording.zalo_template,
        zalo_data={name: fill(text, message.data) for name, text in wording.zalo_data.items()},
        link=message.link if message.link.startswith("http") else _absolute(message.link),
        stop_link="" if message.template.mandatory else stop_link(row.channel, address),
        asked=Asked(
            actor_id=message.sender_id,
            record_type=message.record_type,
            record_id=message.record_id,
            purpose=f"Gửi tin: {message.template.title}",
        ),
    )


def _absolute(path: str) -> str:
    return f"{settings.XASO_BASE_URL}{path}" if path else ""


def _later(message: Message, at: datetime) -> None:
    message.next_at = at
    message.save(update_fields=["next_at"])
    tasks.enqueue(DELIVER, {"message_id": str(message.pk)}, key=f"{message.pk}:{at.isoformat()}", at=at)


@transaction.atomic
def _note_sent(dispatch_id: UUID, accepted: Accepted) -> None:
    row = Dispatch.objects.select_for_update().get(pk=dispatch_id)
    row.provider_id, row.parts = accepted.provider_id, accepted.parts
    row.error = row.error_code = ""
    if row.state not in GONE:  # a receipt may have been faster than the answer
        note_state(row, Dispatch.State.SENT)
    row.save()
    message = (
        Message.objects.select_for_update(of=("self",)).select_related("template").get(pk=row.message_id)
    )
    if message.state == Message.State.WAITING:
        message.state = Message.State.SENT
    message.next_at, message.error = None, ""
    message.save(update_fields=["state", "next_at", "error"])
    data = {"template": message.template.key, "channel": row.channel}
    emit("messages.sent", record=message, unit_path=message.unit_path, viewer=Viewer.system(), data=data)
    if message.template.insist_minutes and row.state == Dispatch.State.SENT:
        _later(message, now() + timedelta(minutes=message.template.insist_minutes))


@transaction.atomic
def _note_failure(dispatch_id: UUID, error: SendError) -> None:
    row = Dispatch.objects.select_for_update().get(pk=dispatch_id)
    message = Message.objects.select_for_update().get(pk=row.message_id)
    row.error, row.error_code = error.message[:300], error.code[:60]
    again = next_try(row.attempts) if error.passing and not error.unsure else None
    if row.state in GONE:
        pass  # a receipt came although the answer was lost
    elif error.unsure:
        note_state(row, Dispatch.State.UNSURE)
        _later(message, now() + timedelta(minutes=UNSURE_MINUTES))
    elif again is not None:
        note_state(row, Dispatch.State.RETRY)
        _later(message, again)
    else:
        note_state(row, Dispatch.State.FAILED)
    row.save()


def _finish_without_channel(message: Message, *, tried: bool) -> None:
    """No rung is left: a message that only the inbox holds is fine, one that nobody can see has failed."""
    if message.state == Message.State.SENT:
        return
    if message.in_inbox and not tried:
        message.state = Message.State.INBOX
    else:
        message.state = Message.State.FAILED
        reasons = message.dispatches.exclude(error="").values_list("error", flat=True)
        message.error = next(iter(reasons), "Người nhận không có kênh nào nhận được tin.")
    message.next_at = None
    message.save(update_fields=["state", "next_at", "error"])
    if message.state == Message.State.FAILED:
        data = {"template": message.template.key}
        emit(
            "messages.failed", record=message, unit_path=message.unit_path, viewer=Viewer.system(), data=data
        )


def sweep() -> int:
    """Queue again what should have gone on by now: a job may have been lost with its worker. Answers how many."""
    late = now() - LOST_AFTER
    lost = Message.objects.filter(state=Message.State.WAITING, next_at__lt=late)
    stuck = Message.objects.filter(
        state=Message.State.WAITING, next_at__isnull=True, dispatches__state=Dispatch.State.SENDING
    )
    found = {*lost.values_list("pk", flat=True)[:500], *stuck.values_list("pk", flat=True)[:500]}
    for pk in found:
        tasks.enqueue(DELIVER, {"message_id": str(pk)}, key=str(pk))
    return len(found)


def scheduled_sweep() -> None:
    """``sweep`` for the schedule."""
    sweep()
