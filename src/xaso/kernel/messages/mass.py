"""Sending to many: the port. ``start`` writes one row for each receiver; workers send from there (``mass_run``).

A mailing goes down a ladder of channels for each person until its goal is met, and ends in a list of those to call.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from xaso.kernel import tasks
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.events import emit
from xaso.kernel.messages.audience import RIGHT
from xaso.kernel.messages.audience import Recipient as Recipient
from xaso.kernel.messages.channels import WAYS
from xaso.kernel.messages.mass_filling import fill_receivers, reachable
from xaso.kernel.messages.mass_models import Acknowledgement as Acknowledgement
from xaso.kernel.messages.mass_models import Mailing, MailingTemplate
from xaso.kernel.messages.mass_queries import figures as figures
from xaso.kernel.messages.mass_rows import Prices, rule_for
from xaso.kernel.messages.mass_wording import CHANNELS, WordingError
from xaso.kernel.messages.mass_wording import Wording as Wording
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.sms import sms_size
from xaso.kernel.plain.text import clean

Receipt = Acknowledgement
APPROVE = "messages.mass_approve"
RUN = "messages.mass_run"
State = Mailing.State
LIVE = (State.APPROVAL, State.SCHEDULED, State.RUNNING)


@dataclass(frozen=True)
class ChannelPreview:
    """What a channel would carry: how many it reaches, parts of text messages, đồng (None: no price row), a sample.

    ``first``: those for whom it is the first channel. ``price`` is what it costs if it carries all ``count``.
    """

    channel: str
    count: int
    parts: int
    price: int | None
    sample: str
    first: int = 0
    unconfirmed: bool = False
    why_not: str = ""


def preview(
    wording: Wording,
    recipients: Sequence[Recipient],
    ladder: Sequence[dict[str, Any]],
    *,
    unit_path: str = "",
    drill: bool = False,
) -> list[ChannelPreview]:
    """What each channel of the ladder would carry and cost. Raises ActionError as ``start`` does."""
    rungs = _checked_ladder(ladder, wording)
    _check_wording(wording, recipients)
    prices = Prices(unit_path)
    names = [str(step["channel"]) for step in rungs]
    reach = [reachable(one, names) for one in recipients]
    return [_one_preview(wording, recipients, reach, name, prices, drill) for name in names]


def _one_preview(
    wording: Wording,
    recipients: Sequence[Recipient],
    reach: list[list[str]],
    name: str,
    prices: Prices,
    drill: bool,
) -> ChannelPreview:
    count = first = parts = 0
    price: int | None = 0
    sample = ""
    for one, channels in zip(recipients, reach, strict=True):
        if name not in channels:
            continue
        count += 1
        first += channels[0] == name
        values = {"link": "https://…", **one.data, "name": one.name}
        text = sample_text(wording, name, values, drill=drill)
        sample = sample or text
        size = sms_size(text).parts if name == "sms" else 1
        parts += size
        phone = WAYS["zalo"].address({"phone": one.phone}) if name in ("sms", "zalo") else ""
        each = prices.of(name, phone)
        price = None if each is None or price is None else price + each * size
    return ChannelPreview(name, count, parts, price, sample, first, prices.unconfirmed(name))


def sample_text(wording: Wording, channel: str, values: dict[str, str], *, drill: bool = False) -> str:
    """What a channel shows its receiver."""
    if channel == "sms":
        return wording.sms_text(values, drill=drill)
    if channel == "zalo":
        fields = wording.zalo_values(values, drill=drill)
        return f"Mẫu {wording.zalo_template}: " + "; ".join(f"{k} = {v}" for k, v in fields.items())
    head = wording.subject_text(values, drill=drill)
    return f"{head}\n{wording.push_text(values)}" if channel == "push" else head


@action
def start(
    viewer: Viewer,
    *,
    title: str,
    wording: Wording,
    recipients: Sequence[Recipient],
    ladder: Sequence[dict[str, Any]],
    urgent: bool,
    unit_path: str,
    record: models.Model | tuple[str, UUID] | None,
    key: str,
    at: datetime | None = None,
    drill: bool = False,
    goal: str = Mailing.Goal.DELIVERED,
    approved_by: UUID | None = None,
    template: MailingTemplate | None = None,
) -> Mailing:
    """Send a wording to receivers; answer the mailing. The same ``key`` with the same content answers the first.

    ``ladder``: ``[{"channel": "sms", "wait_minutes": 10}, …]``: who has not met the ``goal`` (delivered, or
    acknowledged) so long after a channel took the message is tried on the next; without ``wait_minutes`` only a
    failure goes on. Above the number of receivers that the unit's rule names, a second person must approve first,
    unless ``approved_by`` names one who has done so already. ``at``: not before then. ``urgent`` breaks quiet hours
    and refusals of the receivers. Needs ``messages.mass`` on the unit.
    Raises ActionError for what cannot be sent, Conflict when the key was used for another mailing.
    """
    viewer.must(RIGHT, unit_path)
    rungs = _checked_ladder(ladder, wording)
    _check_wording(wording, recipients)
    if template is not None and template.state != MailingTemplate.State.APPROVED:
        raise ActionError("Mẫu thông báo này chưa được người thứ hai duyệt.", "template")
    digest = _fingerprint(title, wording, recipients, rungs, urgent, drill)
    known = Mailing.objects.filter(key=key).first()
    if known is not None:
        if known.fingerprint != digest:
            raise Conflict("Khóa chống lặp này đã dùng cho một đợt gửi khác.")
        return known
    record_type, record_id = _record(record)
    mailing = Mailing.objects.create(
        key=key,
        fingerprint=digest,
        title=clean(title)[:200],
        wording=wording.as_json(),
        ladder=rungs,
        goal=goal,
        urgent=urgent,
        drill=drill,
        template=template,
        unit_path=unit_path,
        record_type=record_type,
        record_id=record_id,
        sender_id=viewer.account_id,
        at=at or now(),
    )
    mailing.receivers_count = fill_receivers(mailing, recipients)
    _submit(mailing, viewer, approved_by)
    return mailing


def _submit(mailing: Mailing, viewer: Viewer, approved_by: UUID | None) -> None:
    """Let it go, or to the second person."""
    second = approved_by if approved_by != viewer.account_id else None
    if _needs_second(mailing) and second is None:
        mailing.state = State.APPROVAL
    elif second is not None:
        mailing.approved_by, mailing.approved_at = second, now()
    mailing.save(update_fields=["receivers_count", "state", "approved_by", "approved_at"])
    if mailing.state == State.APPROVAL:
        _tell("messages.mailing_submitted", mailing, viewer)
    else:
        _begin(mailing, viewer)


def _begin(mailing: Mailing, viewer: Viewer) -> None:
    """Let workers have it, now or at its hour."""
    if mailing.at <= now():
        mailing.state, mailing.started_at = State.RUNNING, now()
        mailing.save(update_fields=["state", "started_at"])
        _tell("messages.mailing_started", mailing, viewer)
        tasks.enqueue(RUN, {}, key="now", priority=10 if mailing.urgent else 0)
    else:
        tasks.enqueue(RUN, {}, key=mailing.at.isoformat(), at=mailing.at)


def begin_due(viewer: Viewer) -> int:
    """Start the mailings whose hour has come; answers how many. Called by the workers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messages_mailing SET state = 'running', started_at = %s WHERE id IN (SELECT id FROM"
            " messages_mailing WHERE state = 'scheduled' AND at <= %s FOR UPDATE SKIP LOCKED) RETURNING id",
            [now(), now()],
        )
        begun = [row[0] for row in cursor.fetchall()]
    for mailing in Mailing.objects.filter(pk__in=begun):
        _tell("messages.mailing_started", mailing, viewer)
    return len(begun)


@action
def approve_mailing(viewer: Viewer, *, mailing_id: UUID) -> Mailing:
    """A second person lets a mailing go; never the one who made it. Needs ``messages.mass_approve``."""
    mailing = _locked(mailing_id)
    viewer.must(APPROVE, mailing.unit_path)
    if mailing.state != State.APPROVAL:
        raise ActionError("Đợt gửi này không chờ duyệt.")
    if viewer.account_id is not None and viewer.account_id == mailing.sender_id:
        raise Forbidden("Người lập đợt gửi không tự duyệt được. Nhờ người thứ hai có quyền duyệt.")
    mailing.state, mailing.approved_by, mailing.approved_at = State.SCHEDULED, viewer.account_id, now()
    mailing.save(update_fields=["state", "approved_by", "approved_at"])
    _tell("messages.mailing_approved", mailing, viewer)
    _begin(mailing, viewer)
    return mailing


@action
def refuse_mailing(viewer: Viewer, *, mailing_id: UUID, reason: str) -> Mailing:
    """A second person does not let it go, and says why."""
    mailing = _locked(mailing_id)
    viewer.must(APPROVE, mailing.unit_path)
    if mailing.state != State.APPROVAL:
        raise ActionError("Đợt gửi này không chờ duyệt.")
    if not clean(reason):
        raise ActionError("Nhập lý do không duyệt.", "reason")
    mailing.state, mailing.reason, mailing.finished_at = State.REFUSED, clean(reason)[:300], now()
    mailing.save(update_fields=["state", "reason", "finished_at"])
    _halt(mailing)
    _tell("messages.mailing_refused", mailing, viewer)
    return mailing


@action
def stop(viewer: Viewer, *, mailing_id: UUID, reason: str = "") -> Mailing:
    """Stop a mailing: what has not gone out stays. What is on its way at this moment is still noted. Repeatable."""
    mailing = _locked(mailing_id)
    viewer.must(RIGHT, mailing.unit_path)
    if mailing.state not in LIVE:
        return mailing
    mailing.state, mailing.stopped_by, mailing.finished_at = State.STOPPED, viewer.account_id, now()
    mailing.reason = clean(reason)[:300]
    mailing.save(update_fields=["state", "stopped_by", "finished_at", "reason"])
    _halt(mailing)
    _tell("messages.mailing_stopped", mailing, viewer)
    return mailing


def _halt(mailing: Mailing) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messages_sending SET state = 'stopped', next_at = NULL, error = 'Đợt gửi đã dừng.'"
            " WHERE mailing_id = %s AND state IN ('queued', 'retry')",
            [mailing.pk],
        )
        cursor.execute(
            "UPDATE messages_receiver SET state = CASE WHEN state = 'waiting' THEN 'stopped' ELSE state END,"
            " next_at = NULL, to_call = false WHERE mailing_id = %s",
            [mailing.pk],
        )


def _locked(mailing_id: UUID) -> Mailing:
    # No lock on the key: a receipt that queues the next channel of somebody need not wait for us.
    row = Mailing.objects.select_for_update(no_key=True).filter(pk=mailing_id).first()
    if row is None:
        raise NotFound("Không có đợt gửi này.")
    return row


def _tell(name: str, mailing: Mailing, viewer: Viewer) -> None:
    data = {
        "mailing_id": str(mailing.pk),
        "receivers": mailing.receivers_count,
        "drill": mailing.drill,
        "urgent": mailing.urgent,
    }
    emit(name, record=mailing, unit_path=mailing.unit_path, viewer=viewer, data=data)


def _needs_second(mailing: Mailing) -> bool:
    if mailing.sender_id is None:
        return False  # the product itself: whoever made it act has asked already
    rule = rule_for(mailing.unit_path)
    if rule is None or (mailing.urgent and not rule.urgent_too):
        return False
    return mailing.receivers_count > rule.approve_above


def _checked_ladder(ladder: Sequence[dict[str, Any]], wording: Wording) -> list[dict[str, Any]]:
    rungs = [
        {"channel": str(step.get("channel")), "wait_minutes": step.get("wait_minutes")} for step in ladder
    ]
    names = [step["channel"] for step in rungs]
    if not names or len(set(names)) != len(names) or set(names) - set(CHANNELS):
        raise ActionError("Chọn ít nhất một kênh, mỗi kênh một lần.", "ladder")
    if "zalo" in names and not wording.zalo_template:
        raise ActionError("Kênh Zalo cần mã mẫu đã được Zalo duyệt.", "zalo_template")
    for step in rungs:
        wait = step["wait_minutes"]
        if wait is not None and (
            not isinstance(wait, int) or isinstance(wait, bool) or not 0 <= wait <= 10_080
        ):
            raise ActionError("Thời gian chờ là số phút từ 0 đến 10.080.", "ladder")
    return rungs


def _check_wording(wording: Wording, recipients: Sequence[Recipient]) -> None:
    try:
        wording.check()
    except WordingError as error:
        raise ActionError(str(error), error.field) from error
    if not recipients:
        raise ActionError("Chưa có người nhận nào.", "recipients")
    wanted = wording.variables
    if not wanted:
        return
    for one in recipients:
        missing = wanted - set(one.data)
        if missing:
            who = one.name or "Một người nhận"
            raise ActionError(f"{who} thiếu dữ liệu: {', '.join(sorted(missing))}.", "recipients")


def _fingerprint(
    title: str,
    wording: Wording,
    recipients: Sequence[Recipient],
    rungs: list[dict[str, Any]],
    urgent: bool,
    drill: bool,
) -> str:
    digest = hashlib.sha256()
    head = [clean(title), wording.as_json(), rungs, urgent, drill]
    digest.update(json.dumps(head, sort_keys=True, ensure_ascii=False).encode())
    for one in sorted(
        recipients, key=lambda one: (str(one.person_id), str(one.account_id), one.phone, one.email)
    ):
        digest.update(
            repr((str(one.person_id), str(one.account_id), one.phone, one.email, one.push)).encode()
        )
    return digest.hexdigest()


def _record(record: models.Model | tuple[str, UUID] | None) -> tuple[str, UUID | None]:
    if record is None:
        return "", None
    return record if isinstance(record, tuple) else (record._meta.label_lower, record.pk)


def estimate(viewer: Viewer, mailing: Mailing, previews: Sequence[ChannelPreview]) -> None:
    """Keep with a mailing what its preview said."""
    mailing.estimate = [asdict(one) for one in previews]
    mailing.save(update_fields=["estimate"])
