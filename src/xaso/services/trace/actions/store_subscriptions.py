"""Subscriptions: made, ended, and sent: by their schedule, or as events come in. No event is sent twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from xaso.kernel.base.actions import action
from xaso.kernel.base.reach import enter, watched
from xaso.kernel.connectors.outbound import AddressRefused, look_at, post
from xaso.kernel.people.models import MachineClient
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.viewer import Grant, Viewer
from xaso.kernel.plain.epcis.parameters import read_parameters
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue
from xaso.services.trace.models import NamedQuery, Subscription, TraceEvent
from xaso.services.trace.store.asking import Asked, asked
from xaso.services.trace.store.finding import find
from xaso.services.trace.store.horizon import horizon
from xaso.services.trace.store.rendering import as_document
from xaso.services.trace.store.schedules import next_after
from xaso.services.trace.store.streaming import TASK, forget_listeners

log = logging.getLogger("xaso.epcis")
SEND = "trace.send_subscription"
SMALLEST, BATCH = 1, 200
FIRST_WAIT, LONGEST_WAIT = 30, 6 * 3600
ROUNDS = 50  # batches of one sending; what is left waits for the next


@dataclass(frozen=True)
class Wish:
    """What a subscriber asks for, checked."""

    dest: str
    signature_token: str = ""
    stream: bool = False
    schedule: dict[str, str] | None = None
    report_if_empty: bool = False
    initial_record_time: datetime | None = None
    wants_xml: bool = False
    epc_format: str = "No_Preference"


@action
def subscribe(viewer: Viewer, *, query: NamedQuery, wish: Wish) -> Subscription:
    """Send the events of a query to an address from now on. Raises AddressRefused for an address inside.

    Without ``initial_record_time`` only what comes in from now on is sent.
    """
    viewer.must("trace.query", query.unit_path)
    look_at(wish.dest, inside=settings.XASO_WEBHOOKS_INSIDE)
    begin = 0 if wish.initial_record_time is not None else horizon()
    made = Subscription.objects.create(
        query=query,
        account_id=viewer.own_account,
        unit_path=query.unit_path,
        dest=wish.dest,
        signature_token=wish.signature_token or None,
        stream=wish.stream,
        schedule=wish.schedule,
        report_if_empty=wish.report_if_empty,
        wants_xml=wish.wants_xml,
        epc_format=wish.epc_format,
        initial_record_time=wish.initial_record_time,
        floor=wish.initial_record_time,
        last_seq=begin,
        next_at=next_after(wish.schedule, now()) if wish.schedule else now() if begin == 0 else None,
    )
    forget_listeners()
    transaction.on_commit(lambda: _queue(made))
    return made


@action
def unsubscribe(viewer: Viewer, *, subscription: Subscription) -> None:
    """Nothing more is sent."""
    Subscription.objects.filter(pk=subscription.pk, account_id=viewer.own_account).update(
        ended_at=now(), next_at=None
    )


def _queue(row: Subscription) -> None:
    if row.next_at is not None:
        enqueue(SEND, {"subscription": str(row.pk)}, key=str(row.pk), at=row.next_at)


def send_streams() -> None:
    """Background: events came in; each open stream gets what is new for it."""
    for key in _open().filter(stream=True, failures=0).values_list("pk", flat=True):
        send(subscription=str(key))


def sweep_subscriptions() -> None:
    """Every minute: queue what is due and lost its place in the queue, and look after streams that missed a wake-up."""
    for row in _open().filter(next_at__lte=now() + timedelta(minutes=1)):
        _queue(row)
    if _open().filter(stream=True, failures=0).exists():
        enqueue(TASK, {}, key="streams")


def _open() -> Any:
    return Subscription.objects.filter(ended_at__isnull=True, query__ended_at__isnull=True)


def send(*, subscription: str) -> None:
    """Background: send what is new for one subscription, and say when to come again. Repeatable."""
    for _ in range(ROUNDS):
        if not _send_batch(Viewer.system(), UUID(subscription)):
            return


@action
def _send_batch(viewer: Viewer, key: UUID) -> bool:
    """One batch of one subscription, whose row is locked meanwhile; answers whether more waits."""
    row = (
        _open()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("query")
        .filter(pk=key)
        .first()
    )
    if row is None:
        return False
    moment = now()
    if row.next_at is not None and row.next_at > moment + timedelta(seconds=1):
        _queue(row)
        return False
    reader = _reader(row)
    if reader is None:
        row.ended_at, row.last_error, row.next_at = moment, "The client has ended", None
        row.save()
        return False
    limit = horizon()
    found, seen, more = _new(reader, row, limit)
    if found or (row.report_if_empty and not row.stream and row.failures == 0):
        status = _deliver(row, found)
        if not 200 <= status < 300:
            return _failed(row, status, len(found))
    row.last_seq, row.failures, row.last_error = max(row.last_seq, seen), 0, ""
    row.sent_at = moment if found or row.report_if_empty else row.sent_at
    row.batch = min(BATCH, row.batch * 2)
    row.next_at = None if more else _next(row, moment)
    row.save()
    if not more:
        _queue(row)
    return more


def _next(row: Subscription, moment: datetime) -> datetime | None:
    return next_after(row.schedule, moment) if row.schedule else None


def _failed(row: Subscription, status: int, size: int) -> bool:
    """The other side did not take it: smaller at once where it was too much, else later, each time later."""
    if status == 413 and size > SMALLEST:
        row.batch = max(SMALLEST, size // 2)
        row.save()
        return True
    row.failures += 1
    row.last_error = f"{status}" if status else "no answer"
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.failures - 1, 12))
    row.next_at = now() + timedelta(seconds=wait * (1 + secrets.randbelow(100) / 1000))
    row.save()
    _queue(row)
    return False


def _reader(row: Subscription) -> Viewer | None:
    """The client as it may read today; None when it is no more or may not."""
    client = MachineClient.objects.filter(pk=row.account_id, is_active=True).first()
    if client is None or (client.expires_at is not None and client.expires_at <= now()):
        return None
    grant = Grant("machine", client.unit_path, frozenset(client.scopes))
    viewer = Viewer(
        kind="machine", account_id=client.pk, name=client.name, unit_path=client.unit_path, grants=(grant,)
    )
    return viewer if viewer.can("trace.query") else None


def _new(reader: Viewer, row: Subscription, limit: int) -> tuple[list[TraceEvent], int, bool]:
    """The next events behind the last one looked at, up to the horizon; how far was looked; whether more waits."""
    also = Q(seq__gt=row.last_seq, seq__lte=limit)
    if row.floor is not None:
        also &= Q(record_time__gte=row.floor)
    with watched(reach_of(reader)):
        enter(reach_of(reader))
        page = find(reader, question(row.query), limit=row.batch, extra=also)
    more = page.position is not None
    seen = page.events[-1].seq if more else limit
    return page.events, seen, more


def question(query: NamedQuery) -> Asked:
    """The kept query, without order and limits: a subscription gets everything that is new, in the order it came in."""
    kept = {
        name: value
        for name, value in query.query.items()
        if name not in {"orderBy", "orderDirection", "eventCountLimit", "maxEventCount"}
    }
    found, _ = read_parameters(kept, query.context)
    return asked(found, query.context)


def _deliver(row: Subscription, found: Sequence[TraceEvent]) -> int:
    """Post one document; answers the status, 0 for none."""
    body = as_document(
        found,
        xml=row.wants_xml,
        epc_format=row.epc_format,
        query=row.query.name,
        subscription=str(row.pk),
        extensions=row.query.context,
    )
    headers = {
        "content-type": "application/xml" if row.wants_xml else "application/json",
        "GS1-EPCIS-Version": "2.0",
        "GS1-CBV-Version": "2.0",
    }
    if row.signature_token:
        headers["GS1-Signature"] = signature(str(row.signature_token), body)
    try:
        target = look_at(row.dest, inside=settings.XASO_WEBHOOKS_INSIDE)
        return post(target, body, headers)
    except (AddressRefused, httpx.HTTPError) as error:
        log.info("subscription %s: %s", row.pk, error)
        return 0


def signature(token: str, body: bytes) -> str:
    """The value of ``GS1-Signature``: HMAC-SHA256 of the body with the subscriber's token, in base64."""
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()
