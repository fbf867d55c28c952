"""From outbox to listeners: at least once, in order per record, with retries and dead letters."""

from __future__ import annotations

import logging
import threading
import traceback
from datetime import timedelta

import psycopg
import psycopg.conninfo
from django.db import connection, connections, transaction

from xaso.kernel.events import CHANNEL
from xaso.kernel.events.bus import bus
from xaso.kernel.events.models import Delivery, Event, Outbox
from xaso.kernel.events.registry import listeners_of
from xaso.kernel.plain.moment import now

log = logging.getLogger("xaso.events")

MAX_ATTEMPTS = 8
BATCH = 100

_CLAIM = """
SELECT d.id FROM events_delivery d
WHERE d.state = 'pending' AND d.next_at <= %s
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery e
    WHERE e.state = 'pending' AND e.listener = d.listener AND e.record_id = d.record_id
      AND e.event_id < d.event_id)
ORDER BY d.event_id
LIMIT %s
FOR UPDATE OF d SKIP LOCKED
"""


def expand(limit: int = 500) -> int:
    """Take outbox rows towards their deliveries, through whichever bus is set; answer how many moved."""
    return bus().carry(limit) + bus().take(limit)


def deliver(limit: int = BATCH) -> int:
    """Hand a batch of pending deliveries to their listeners; answer how many were tried."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [now(), limit])
            claimed = [row[0] for row in cursor.fetchall()]
        for delivery in Delivery.objects.select_related("event").filter(pk__in=claimed).order_by("event_id"):
            _hand_over(delivery)
    return len(claimed)


def _hand_over(delivery: Delivery) -> None:
    listener = listeners_of(delivery.event.name).get(delivery.listener)
    delivery.attempts += 1
    try:
        if listener is not None:
            with transaction.atomic():
                listener(delivery.event)
        delivery.state = Delivery.State.DONE
        delivery.error = ""
    except Exception as error:
        delivery.error = "".join(traceback.format_exception_only(error))[-2000:]
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = Delivery.State.DEAD
        delivery.next_at = now() + timedelta(seconds=min(2**delivery.attempts, 3600))
        log.warning("delivery %s to %s failed (try %s)", delivery.pk, delivery.listener, delivery.attempts)
    delivery.save()


def run_once() -> int:
    """Expand and deliver until nothing is ready; answer how many deliveries were tried (tests use this)."""
    tried = 0
    while True:
        expanded = expand()
        handed = deliver()
        tried += handed
        if not expanded and not handed:
            return tried


def revive(delivery_id: int) -> bool:
    """Put a dead delivery back in the queue, after a person has mended the cause; False when it is not dead."""
    dead = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.DEAD)
    return bool(dead.update(state=Delivery.State.PENDING, attempts=0, next_at=now(), error=""))


def lag() -> dict[str, int]:
    """Rows waiting, pending and dead, for the operator's page."""
    return {
        "outbox": Outbox.objects.count(),
        "pending": Delivery.objects.filter(state=Delivery.State.PENDING).count(),
        "dead": Delivery.objects.filter(state=Delivery.State.DEAD).count(),
        "events": Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0,
    }


def run_forever(stop: threading.Event, poll_seconds: float = 3.0) -> None:
    """The relay's loop: woken by NOTIFY, and polling as a net. Lives through a database restart."""
    while not stop.is_set():
        try:
            connection.ensure_connection()
            listener = psycopg.connect(listen_address(), autocommit=True)
            with listener:
                listener.execute(f"LISTEN {CHANNEL}")
                while not stop.is_set():
                    run_once()
                    for _ in listener.notifies(timeout=poll_seconds, stop_after=1):
                        break
        except Exception:
            log.warning("relay lost its connection; trying again", exc_info=True)
            connections.close_all()
            stop.wait(1.0)


def listen_address() -> str:
    """The database for a connection of one's own that listens for calls."""
    keep = ("host", "port", "user", "password", "dbname", "target_session_attrs", "connect_timeout")
    facts = connection.get_connection_params()
    return psycopg.conninfo.make_conninfo(**{key: str(facts[key]) for key in keep if facts.get(key)})
