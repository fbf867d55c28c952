"""The append-only event log with its transactional outbox.

``emit`` belongs inside an action's transaction; listeners run after commit in the worker.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from django.db import models

CHANNEL = "xaso_outbox"
_WAKE_EVERY = 0.2
_last_wake = 0.0
_wake_lock = threading.Lock()


_INSERT = """
INSERT INTO events_event (id, name, at, record_type, record_id, unit_path, actor_kind, actor_id, data)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
# One round trip for both rows: this statement lies on the hot path of every submission.
_INSERT_BOTH = """
WITH e AS (
  INSERT INTO events_event (id, name, at, record_type, record_id, unit_path, actor_kind, actor_id, data)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING seq)
INSERT INTO events_outbox (event_id) SELECT seq FROM e
"""


class Actor(Protocol):
    """What ``emit`` needs to know of the viewer."""

    @property
    def kind(self) -> str: ...
    @property
    def account_id(self) -> UUID | None: ...


def emit(
    name: str,
    *,
    record: models.Model | tuple[str, UUID],
    unit_path: str,
    viewer: Actor,
    data: dict[str, Any] | None = None,
) -> UUID:
    """Write one event in the present transaction; answer its id. Data holds ids and codes, never personal data.

    Raises ``RuntimeError`` outside a transaction: an event without its change would be a lie.
    """
    from django.core.serializers.json import DjangoJSONEncoder
    from django.db import connection, transaction

    from xaso.kernel.events.registry import listeners_of
    from xaso.kernel.plain.ids import uuid7
    from xaso.kernel.plain.moment import now

    if not connection.in_atomic_block:
        raise RuntimeError(f"emit({name!r}) outside a transaction")
    record_type, record_id = record if isinstance(record, tuple) else (record._meta.label_lower, record.pk)
    event_id = uuid7()
    body = json.dumps(data or {}, ensure_ascii=False, cls=DjangoJSONEncoder)
    values = [event_id, name, now(), record_type, record_id, unit_path, viewer.kind, viewer.account_id, body]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_BOTH if listeners_of(name) else _INSERT, values)
    if listeners_of(name):
        transaction.on_commit(_wake)
    return event_id


def _wake() -> None:
    """Tell the relay that there is work, at most a few times a second.

    NOTIFY inside the business transaction would make PostgreSQL commit one such transaction at a time; after
    the commit and throttled it costs nothing, and the relay polls as a net.
    """
    global _last_wake
    from django.db import connection

    with _wake_lock:
        if time.monotonic() - _last_wake < _WAKE_EVERY:
            return
        _last_wake = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
