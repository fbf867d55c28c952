"""Every write about messages. ``send`` belongs inside the action of a service: the message goes out after commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import models

from xaso.kernel import tasks
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.base.keys import key_ring
from xaso.kernel.events import emit
from xaso.kernel.messages import rules
from xaso.kernel.messages.channels import WAYS
from xaso.kernel.messages.models import Dispatch, Message, MessageTemplate, RefusedAddress, Wishes
from xaso.kernel.messages.seeding import put_version, wording_of
from xaso.kernel.messages.wording import Wording, WordingError, fill
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import clean

DELIVER = "messages.deliver"
STOP_SALT = "messages.stop"
_RANK = {"sending": 0, "retry": 0, "unsure": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}


@dataclass(frozen=True)
class Address:
    """Somebody without a record: a name, and a telephone number or an e-mail address."""

    name: str = ""
    phone: str = ""
    email: str = ""


Receiver = Person | Account | Address


@action
def send(
    viewer: Viewer,
    template_key: str,
    *,
    to: Receiver,
    data: Mapping[str, object] | None = None,
    record: models.Model | tuple[str, UUID] | None = None,
    unit_path: str = "",
    link: str = "",
    contact: Mapping[str, str] | None = None,
    urgent: bool = False,
    key: str = "",
    at: datetime | None = None,
) -> Message:
    """Send one message to one person, once; answer it. The first channel is tried after the present commit.

    ``data`` must hold the template's variables. ``contact`` (phone, email) goes before what the person's record
    says. ``link`` is a path of ours or a full address. ``urgent`` breaks the quiet hours. ``at``: not before then.
    ``key`` tells apart several messages of one template about one record to one person ("second reminder").
    Raises ActionError when there is no such template, or a variable is missing.
    """
    template = template_in_force(template_key)
    values = {name: str(value) for name, value in (data or {}).items()}
    missing = [name for name in template.variables if name not in values]
    if missing:
        raise ActionError(f"Mẫu tin {template_key} thiếu dữ liệu: {', '.join(missing)}.")
    record_type, record_id = _record(record)
    identity = f"{template_key}:{record_id or '-'}:{_who(to)}:{key}"[:200]
    known = Message.objects.filter(key=identity).first()
    if known is not None:
        return known
    reachable = _contact(to, contact)
    message, fresh = Message.objects.get_or_create(
        key=identity,
        defaults={
            "template": template,
            "person": to if isinstance(to, Person) else None,
            "account": to if isinstance(to, Account) else None,
            "contact": reachable,
            "data": values,
            "subject": clean(fill(template.subject, values)),
            "body": fill(template.body, values),
            "link": link,
            "record_type": record_type,
            "record_id": record_id,
            "unit_path": unit_path,
            "sender_id": viewer.account_id,
            "urgent": urgent,
            "in_inbox": not isinstance(to, Address),
            "next_at": at or now(),
        },
    )
    if fresh:
        _queue(message, at)
    return message


def template_in_force(key: str) -> MessageTemplate:
    """The version of a template that counts now; raises ActionError when there is none."""
    found = MessageTemplate.objects.filter(key=key, valid_to__isnull=True).first()
    if found is None:
        raise ActionError(f"Chưa có mẫu tin {key}. Người quản trị cần nạp lại mẫu tin của dịch vụ.")
    return found


def _record(record: models.Model | tuple[str, UUID] | None) -> tuple[str, UUID | None]:
    if record is None:
        return "", None
    return record if isinstance(record, tuple) else (record._meta.label_lower, record.pk)


def _who(to: Receiver) -> str:
    if isinstance(to, Address):
        return keyed_hash(f"{to.phone}|{to.email}".lower(), "message_address")[:32]
    return str(to.pk)


def _contact(to: Receiver, given: Mapping[str, str] | None) -> dict[str, str]:
    if isinstance(to, Person):
        base = {"name": to.full_name, **{k: str(v) for k, v in (to.contact or {}).items()}}
    elif isinstance(to, Account):
        base = {"name": to.display_name, "email": to.email}
    else:
        base = {"name": to.name, "phone": to.phone, "email": to.email}
    chosen = {**base, **{name: value for name, value in (given or {}).items() if value}}
    return {name: chosen[name] for name in ("name", "phone", "email") if chosen.get(name)}


def _queue(message: Message, at: datetime | None) -> None:
    tasks.enqueue(DELIVER, {"message_id": str(message.pk)}, key=str(message.pk), at=at)


@action
def retry_message(viewer: Viewer, *, message_id: UUID) -> Message:
    """An operator tries a failed message again, on every channel from the first."""
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None or not viewer.can("messages.operate", message.unit_path):
        raise NotFound("Không có tin này.")
    if message.state != Message.State.FAILED:
        raise ActionError("Tin này không ở trạng thái lỗi.")
    message.dispatches.filter(state__in=["failed", "skipped"]).update(
        state=Dispatch.State.RETRY, attempts=0, error="", error_code=""
    )
    message.state, message.error, message.next_at = Message.State.WAITING, "", now()
    message.save(update_fields=["state", "error", "next_at"])
    emit("messages.retried", record=message, unit_path=message.unit_path, viewer=viewer)
    _queue(message, None)
    return message


@action
def read_message(viewer: Viewer, *, message_id: UUID) -> Message:
    """The receiver opens a message in the inbox; answer it. Others learn nothing of it."""
    message = (
        Message.objects.select_for_update().filter(pk=message_id, in_inbox=True).filter(mine(viewer)).first()
    )
    if message is None:
        raise NotFound("Không có tin này trong hộp thư của ông/bà.")
    if message.read_at is None:
        message.read_at = now()
        message.state = Message.State.READ
        message.save(update_fields=["read_at", "state"])
    return message


def mine(viewer: Viewer) -> models.Q:
    """Messages of this viewer: to the account, and to the person behind it."""
    wanted = models.Q(pk__in=[])
    if viewer.account_id is not None and viewer.kind in ("officer", "citizen"):
        wanted |= models.Q(account_id=viewer.account_id)
    if viewer.person_id is not None:
        wanted |= models.Q(person_id=viewer.person_id)
    return wanted


@action
def set_wishes(viewer: Viewer, *, order: list[str], refused: list[str]) -> Wishes:
    """A citizen says which channels to use, in which order. The inbox cannot be refused."""
    if viewer.person_id is None:
        raise ActionError("Chỉ người có hồ sơ công dân mới chọn được cách nhận tin.")
    for channel in [*order, *refused]:
        if channel not in WAYS:
            raise ActionError("Kênh nhận tin không hợp lệ.", "order")
    row, _ = Wishes.objects.update_or_create(
        person_id=viewer.person_id,
        defaults={"order": list(dict.fromkeys(order)), "refused": sorted(set(refused)), "changed_at": now()},
    )
    data = {"order": row.order, "refused": row.refused}
    emit("messages.wishes_set", record=row, unit_path="", viewer=viewer, data=data)
    return row


def stop_link(channel: str, address: str) -> str:
    """An address by which its holder refuses further messages without signing in."""
    number = key_ring().hash_active
    digest = keyed_hash(address.lower(), f"message_{channel}", number)
    token = signing.dumps([channel, digest, number], salt=STOP_SALT)
    return f"{settings.XASO_BASE_URL}/ngung-nhan-tin/{token}/"


def read_stop_token(token: str) -> tuple[str, str, int]:
    """Channel, address hash and number of its key of a stop link; raises NotFound for a false one."""
    try:
        channel, digest, *number = signing.loads(token, salt=STOP_SALT)
    except (signing.BadSignature, ValueError):
        raise NotFound("Đường dẫn này không đúng hoặc đã bị sửa.") from None
    return str(channel), str(digest), int(number[0]) if number else 1


@action
def refuse_address(viewer: Viewer, *, token: str) -> None:
    """The holder of an address wants no more messages on it. Repeating it is harmless."""
    channel, digest, number = read_stop_token(token)
    row, fresh = RefusedAddress.objects.get_or_create(
        channel=channel, address_hash=digest, defaults={"key_number": number}
    )
    if fresh:
        emit("messages.address_refused", record=row, unit_path="", viewer=viewer, data={"channel": channel})


@action
def note_receipt(
    viewer: Viewer, *, dispatch_id: UUID | None, provider_id: str, channel: str, state: str
) -> bool:
    """A provider tells what became of a message: delivered, read or failed. Answers whether it changed anything.

    Reports come twice and in any order: a state never goes back. A failure sends the message on to the next channel.
    """
    rows = Dispatch.objects.select_for_update().filter(channel=channel)
    row = rows.filter(pk=dispatch_id).first() if dispatch_id else rows.filter(provider_id=provider_id).first()
    if row is None or (provider_id and row.provider_id and row.provider_id != provider_id):
        return False
    if _RANK[state] <= _RANK.get(row.state, 5):
        return False
    note_state(row, state)
    if provider_id and not row.provider_id:
        row.provider_id = provider_id
    row.save()
    message = (
        Message.objects.select_for_update(of=("self",)).select_related("template").get(pk=row.message_id)
    )
    if state == Dispatch.State.FAILED:
        message.state, message.next_at = Message.State.WAITING, now()
        _queue(message, None)
    elif message.state != Message.State.READ:
        message.state = Message.State(state)
        message.next_at = None
    message.save(update_fields=["state", "next_at"])
    data = {"template": message.template.key, "channel": channel}
    emit(f"messages.{state}", record=message, unit_path=message.unit_path, viewer=viewer, data=data)
    return True


def note_state(row: Dispatch, state: str) -> None:
    """Set a dispatch's state and write it into its history."""
    row.state = Dispatch.State(state)
    row.history = [*row.history, {"state": state, "at": now().isoformat(timespec="seconds")}]


@action
def rewrite_template(viewer: Viewer, *, key: str, changes: Mapping[str, Any]) -> MessageTemplate:
    """An operator changes the wording: a new version begins now; messages already written keep theirs.

    ``changes`` may hold title, subject, body, sms, sms_accents, channels, insist_minutes, zalo_template.
    Raises ActionError when the result could not be sent.
    """
    viewer.must("messages.templates", "")
    before = template_in_force(key)
    allowed = {
        "title", "subject", "body", "sms", "sms_accents", "channels", "insist_minutes", "zalo_template", "zalo_data",
    }  # fmt: skip
    kept = wording_of(before)
    values = {name: getattr(kept, name) for name in Wording.__dataclass_fields__}
    values.update({name: value for name, value in changes.items() if name in allowed})
    values["channels"] = tuple(values["channels"])
    wording = Wording(**values)
    try:
        wording.check()
    except WordingError as error:
        raise ActionError(str(error), "body") from error
    if wording.fingerprint == before.fingerprint:
        return before
    row = put_version(wording, before.service, MessageTemplate.Origin.OPERATOR)
    emit(
        "messages.template_rewritten", record=row, unit_path="", viewer=viewer, data={"version": row.version}
    )
    return row


def next_try(attempts: int) -> datetime | None:
    """When a dispatch that failed for now is tried again; None when it is enough."""
    return rules.retry_at(now(), attempts)
