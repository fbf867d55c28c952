"""One database is its own bus."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from xaso.kernel.events.models import Delivery, Event, Outbox
from xaso.kernel.events.registry import listeners_of

CARRY_LOCK, TAKE_LOCK = 0x7861736F01, 0x7861736F02


def alone(lock: int) -> bool:
    """Whether this transaction holds the lock; false when another worker does the same just now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        return bool(cursor.fetchone()[0])


def hand_out(events: Iterable[Event]) -> None:
    """One delivery for each listener of each event; an event that comes twice changes nothing."""
    rows = [
        Delivery(event=event, listener=listener, record_id=event.record_id)
        for event in events
        for listener in listeners_of(event.name)
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


class LocalBus:
    """Outbox rows become deliveries, one relay at a time so that order per record holds."""

    def carry(self, limit: int) -> int:
        """See ``Bus.carry``."""
        with transaction.atomic():
            if not alone(CARRY_LOCK):
                return 0
            waiting = list(Outbox.objects.select_related("event").order_by("event_id")[:limit])
            hand_out(item.event for item in waiting)
            Outbox.objects.filter(pk__in=[item.pk for item in waiting]).delete()
        return len(waiting)

    def take(self, limit: int) -> int:
        """Nothing arrives from elsewhere."""
        return 0
