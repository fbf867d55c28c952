"""The append-only event log with its transactional outbox.

``emit`` belongs inside an action's transaction; listeners run after commit in the worker.
"""

from __future__ import annotations

import functools
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


# The outbox takes the events somebody listens to, in the statement that writes them.
_TO_OUTBOX = "INSERT INTO events_outbox (event_id) SELECT seq FROM {{written}} WHERE {heard}"


_BARE = {str, int, bool, type(None)}


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
    from django.db import DEFAULT_DB_ALIAS, connections, transaction

    from xaso.kernel.base.writing import insert_values
    from xaso.kernel.events.models import Event
    from xaso.kernel.events.registry import listeners_of
    from xaso.kernel.plain.ids import uuid7
    from xaso.kernel.plain.moment import now

    if not connections[DEFAULT_DB_ALIAS].in_atomic_block:
        raise RuntimeError(f"emit({name!r}) outside a transaction")
    record_type, record_id = record if isinstance(record, tuple) else (record._meta.label_lower, record.pk)
    event_id = uuid7()
    values = {
        "id": event_id,
        "name": name,
        "at": now(),
        "record_type": record_type,
        "record_id": record_id,
        "unit_path": unit_path,
        "actor_kind": viewer.kind,
        "actor_id": viewer.account_id,
        "data": _as_json(data or {}),
    }
    insert_values(Event, values, follow=_to_outbox())
    if listeners_of(name):
        transaction.on_commit(_wake)
    return event_id


def _as_json(data: dict[str, Any]) -> dict[str, Any]:
    """Dates and the like as text; mostly there are none."""
    if all(type(value) in _BARE for value in data.values()):
        return data
    from django.core.serializers.json import DjangoJSONEncoder

    plain: dict[str, Any] = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    return plain


def _to_outbox() -> str:
    from xaso.kernel.events.registry import heard, listeners_of

    return _outbox_text(bool(listeners_of("")), frozenset(heard()))


@functools.lru_cache(maxsize=16)
def _outbox_text(every: bool, names: frozenset[str]) -> str:
    if every:
        return _TO_OUTBOX.format(heard="true")
    listed = ", ".join(f"'{name}'" for name in sorted(names))
    return _TO_OUTBOX.format(heard=f"name IN ({listed})") if names else ""


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
