"""NATS JetStream as the bus: three nodes, one may die; nothing published is lost, order per record holds."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Q
from nats.aio.msg import Msg

from xaso.kernel.events.bus.link import AWAY, SUBJECT, Letter, Link, log
from xaso.kernel.events.bus.local import CARRY_LOCK, TAKE_LOCK, alone, hand_out
from xaso.kernel.events.models import BusCursor, Event, Outbox
from xaso.kernel.plain.inner_tls import context
from xaso.kernel.plain.moment import now

# A published event that has not come back after so long is published again; the same id is kept once by the stream.
_AGAIN = timedelta(seconds=30)


class StreamBus:
    """Outbox rows go to the stream, and stay in the outbox until they came back from it as deliveries.

    So the database alone is enough to lose nothing, even when the whole bus is lost.
    """

    def __init__(self, link: Link) -> None:
        self.link = link

    @classmethod
    def from_address(cls, address: str) -> StreamBus:
        """``nats://a:4222,nats://b:4222,nats://c:4222`` (or ``tls://…``); names may stand alone after the first."""
        scheme = re.match(r"(nats|tls)://", address)
        if scheme is None:
            raise ImproperlyConfigured("XASO_BUS phải là local, hoặc nats://máy1:4222,máy2:4222,máy3:4222.")
        parts = [part.strip() for part in address.split(",") if part.strip()]
        inner = settings.XASO_INNER_TLS if scheme[1] == "tls" else ""
        servers = [part if "://" in part else scheme[0] + part for part in parts]
        return cls(Link(servers, tls=context(Path(inner)) if inner else None))

    def carry(self, limit: int) -> int:
        """See ``Bus.carry``: publish, in order per record. While the bus is away the outbox keeps all."""
        try:
            return self._carry(limit)
        except AWAY as error:
            log.warning("the bus does not answer: %s", error or type(error).__name__)
            return 0

    def take(self, limit: int) -> int:
        """See ``Bus.take``: read on exactly where the database stands, whatever the bus repeats or reorders."""
        try:
            return self._take(limit)
        except AWAY as error:
            log.warning("the bus does not answer: %s", error or type(error).__name__)
            return 0

    def _carry(self, limit: int) -> int:
        with transaction.atomic():
            if not alone(CARRY_LOCK):
                return 0
            unsent = Q(sent_at=None) | Q(sent_at__lt=now() - _AGAIN)
            waiting = list(Outbox.objects.filter(unsent).select_related("event").order_by("event_id")[:limit])
            if not waiting:
                return 0
            sent = set(self.link.call(self.link.publish([_letter(item.event) for item in waiting])))
            rows = [item.pk for item in waiting if str(item.event.id) in sent]
            Outbox.objects.filter(pk__in=rows).update(sent_at=now())
        return len(rows)

    def _take(self, limit: int) -> int:
        taken: list[Msg] = []
        early: list[Msg] = []
        with transaction.atomic():
            if not alone(TAKE_LOCK):
                return 0
            messages = self.link.call(self.link.fetch(limit))
            if not messages:
                return 0
            cursor, _ = BusCursor.objects.select_for_update().get_or_create(name=self.link.consumer)
            events, taken, early = self._in_order(cursor, messages)
            found = Event.objects.in_bulk([event["seq"] for event in events])
            ours = [
                found[event["seq"]]
                for event in events
                if event["seq"] in found and str(found[event["seq"]].id) == event["id"]
            ]
            hand_out(ours)
            Outbox.objects.filter(pk__in=[event.seq for event in ours]).delete()
            cursor.save()
        self.link.call(self.link.settle(taken, early))
        return len(events)

    def _in_order(
        self, cursor: BusCursor, messages: Sequence[Msg]
    ) -> tuple[list[dict[str, Any]], list[Msg], list[Msg]]:
        """(new events in the stream's order, messages to acknowledge, messages that came too early)."""
        events: list[dict[str, Any]] = []
        taken: list[Msg] = []
        early: list[Msg] = []
        for message in sorted(messages, key=_number):
            number = _number(message)
            if (number != cursor.last + 1 or not cursor.stream) and not early:
                self._look(cursor, number)
            if number > cursor.last + 1:
                early.append(message)
                continue
            taken.append(message)
            if number == cursor.last + 1:
                events.append(json.loads(message.data)["data"])
                cursor.last = number
        return events, taken, early

    def _look(self, cursor: BusCursor, number: int) -> None:
        """Numbers do not fit: is it another stream, a stream that forgot its beginning, a database put back in time?"""
        made, first, floor = self.link.call(self.link.state())
        if cursor.stream != made:
            cursor.stream, cursor.last = made, 0
        cursor.last = max(cursor.last, first - 1)
        if number > cursor.last + 1 and floor > cursor.last:
            self.link.call(self.link.start_at(cursor.last + 1))


def _number(message: Msg) -> int:
    return int(message.metadata.sequence.stream)


def _letter(event: Event) -> Letter:
    """CloudEvents as JSON; ids and codes only, as in the log."""
    body = {
        "specversion": "1.0",
        "id": str(event.id),
        "source": "xaso",
        "type": event.name,
        "time": event.at.isoformat(),
        "subject": f"{event.record_type}/{event.record_id}",
        "datacontenttype": "application/json",
        "data": {"seq": event.seq, "id": str(event.id), "unit": event.unit_path, "facts": event.data},
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Letter(str(event.id), str(event.record_id), f"{SUBJECT}.{event.name}", text.encode())
