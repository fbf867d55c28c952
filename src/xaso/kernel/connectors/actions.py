"""What comes in from outside becomes rows and events here; services hear the events and take what is theirs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from xaso.kernel import events
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.connectors.models import IncomingPayment
from xaso.kernel.connectors.payment import BankTransfer, PlatformPayment, payment
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.events import Actor
from xaso.kernel.plain.moment import now, today

_CODE = re.compile(r"[A-Z0-9]{6,25}")
MOST_CODES = 20


def codes_in(content: str) -> list[str]:
    """What in a transfer's text could be a code of ours: banks change case, drop dashes, glue words with dots.

    Each word is taken as it stands without punctuation, and its pieces between punctuation.
    """
    found: dict[str, None] = {}
    for word in content.upper().split():
        for piece in (re.sub(r"[^A-Z0-9]", "", word), *re.split(r"[^A-Z0-9]+", word)):
            if _CODE.fullmatch(piece) and any(char.isdigit() for char in piece):
                found[piece] = None
    return list(found)[:MOST_CODES]


def _keep(viewer: Actor, values: dict[str, Any]) -> tuple[IncomingPayment, bool]:
    row, fresh = IncomingPayment.objects.get_or_create(
        source=values.pop("source"), provider_id=values.pop("provider_id"), defaults=values
    )
    if fresh:
        data = {"source": row.source, "codes": row.codes, "reference": row.reference, "amount": row.amount}
        events.emit("connectors.payment_arrived", record=row, unit_path="", viewer=viewer, data=data)
    elif row.amount != values["amount"]:
        raise Conflict("Giao dịch này đã được báo với số tiền khác.")
    return row, fresh


@action
def receive_transfer(
    viewer: Actor, *, transfer: BankTransfer, listed: bool = False
) -> tuple[IncomingPayment, bool]:
    """Keep a bank's transfer, once; answer it and whether it is new. ``listed``: it stood in the bank's list.

    Emits ``connectors.payment_arrived`` with the codes found in its text.
    """
    row, fresh = _keep(
        viewer,
        {
            "source": IncomingPayment.Source.BANK,
            "provider_id": transfer.transaction,
            "account": transfer.account,
            "amount": transfer.amount,
            "content": transfer.content,
            "codes": codes_in(transfer.content),
            "reference": transfer.reference,
            "paid_at": transfer.at,
        },
    )
    if listed and row.seen_in_list_at is None:
        row.seen_in_list_at = now()
        row.save(update_fields=["seen_in_list_at"])
    return row, fresh


@action
def receive_platform_payment(viewer: Actor, *, paid: PlatformPayment) -> tuple[IncomingPayment, bool] | None:
    """Keep what the platform says was paid, once; a failed payment leaves only an event."""
    if not paid.paid:
        record = ("connectors.incomingpayment", UUID(int=0))
        data = {"reference": paid.reference}
        events.emit("connectors.payment_failed", record=record, unit_path="", viewer=viewer, data=data)
        return None
    return _keep(
        viewer,
        {
            "source": IncomingPayment.Source.PLATFORM,
            "provider_id": paid.transaction,
            "amount": paid.amount,
            "codes": codes_in(paid.reference),
            "reference": paid.reference,
            "paid_at": paid.at,
        },
    )


@action
def settle_payment(
    viewer: Actor, *, payment_id: UUID, record_type: str, record_id: UUID, note: str = ""
) -> IncomingPayment:
    """Say which record a payment belongs to. Repeating it is harmless; another record is a conflict.

    The caller has checked its own right: a service settles what it recognised, an officer through the service.
    """
    row = IncomingPayment.objects.select_for_update().filter(pk=payment_id).first()
    if row is None:
        raise NotFound("Không có khoản tiền này.")
    if row.settled_at is not None:
        if (row.settled_type, row.settled_id) == (record_type, record_id):
            return row
        raise Conflict("Khoản tiền này đã được khớp với bản ghi khác.")
    if not record_type:
        raise ActionError("Chưa nói khớp với bản ghi nào.")
    row.settled_type, row.settled_id, row.settled_at, row.settled_note = (
        record_type,
        record_id,
        now(),
        note[:200],
    )
    row.save(update_fields=["settled_type", "settled_id", "settled_at", "settled_note"])
    events.emit(
        "connectors.payment_settled", record=row, unit_path="", viewer=viewer, data={"record": str(record_id)}
    )
    return row


def reconcile_transfers(viewer: Actor, *, day: date) -> dict[str, int]:
    """Compare the bank's list of a day with what came by webhook; take in what is missing.

    Answers counts: listed, added (webhook never came), differing (amounts that do not agree, left for a person).
    """
    counts = {"listed": 0, "added": 0, "differing": 0}
    for transfer in payment().transfers(Asked(purpose="Đối soát"), day):
        counts["listed"] += 1
        try:
            with transaction.atomic():
                _, fresh = receive_transfer(viewer, transfer=transfer, listed=True)
        except Conflict:
            counts["differing"] += 1
            continue
        counts["added"] += fresh
    return counts


def reconcile_yesterday_and_today() -> None:
    """Scheduled: money whose webhook was lost is found within the hour."""
    for day in (today() - timedelta(days=1), today()):
        reconcile_transfers(SYSTEM, day=day)


class _System:
    """The product itself, as the log names it; this layer lies below people and knows no Viewer."""

    kind = "system"
    account_id: UUID | None = None


SYSTEM: Actor = _System()
