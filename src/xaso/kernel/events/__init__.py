"""The append-only event log with its transactional outbox.

``emit`` belongs inside an action's transaction; listeners run after commit in the worker.
"""

from __future__ import annotations

import functools
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from xaso.kernel.base.json_text import json_text
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now

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
    parts = _parts()
    _must_be_in_transaction(name)
    record_type, record_id = record if isinstance(record, tuple) else (record._meta.label_lower, record.pk)
    values = _values(name, record_type, record_id, unit_path, viewer, data or {})
    parts.insert_values(parts.event, values, follow=_to_outbox())
    if parts.listeners_of(name):
        parts.on_commit(_wake)
    event_id: UUID = values["id"]
    return event_id


def emit_many(
    name: str,
    *,
    records: Sequence[tuple[str, UUID, dict[str, Any]]],
    unit_path: str,
    viewer: Actor,
) -> None:
    """Write many events of one name in one statement: (type of record, its id, data) each. As ``emit`` otherwise."""
    from django.db import connection, transaction

    from xaso.kernel.events.registry import listeners_of

    _must_be_in_transaction(name)
    if not records:
        return
    rows = [_values(name, kind, key, unit_path, viewer, data) for kind, key, data in records]
    head = rows[0]
    with connection.cursor() as cursor:
        cursor.execute(
            _many_text(_to_outbox()),
            [
                name,
                head["at"],
                unit_path,
                viewer.kind,
                viewer.account_id,
                [row["id"] for row in rows],
                [row["record_type"] for row in rows],
                [row["record_id"] for row in rows],
                [json.dumps(row["data"], ensure_ascii=False) for row in rows],
            ],
        )
    if listeners_of(name):
        transaction.on_commit(_wake)


@functools.lru_cache(maxsize=16)
def _many_text(follow: str) -> str:
    # Values go as parameters; the text is ours alone.
    text = (
        "INSERT INTO events_event (id, name, at, record_type, record_id, unit_path, actor_kind, actor_id, data)"
        " SELECT one.id, %s, %s, one.kind, one.record, %s, %s, %s::uuid, one.data::jsonb"
        " FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[])"
        " WITH ORDINALITY AS one(id, kind, record, data, place) ORDER BY one.place"
    )
    if not follow:
        return text
    return f"WITH written AS ({text} RETURNING *) {follow.format(written='written')}"


@dataclass(frozen=True, slots=True)
class _Parts:
    """What needs Django's tables loaded, fetched once: ``emit`` is on the way of each write."""

    event: type[models.Model]
    insert_values: Any
    on_commit: Any
    connections: Any
    heard: Any
    listeners_of: Any


@functools.cache
def _parts() -> _Parts:
    from django.db import connections, transaction

    from xaso.kernel.base.writing import insert_values
    from xaso.kernel.events.models import Event
    from xaso.kernel.events.registry import heard, listeners_of

    return _Parts(Event, insert_values, transaction.on_commit, connections, heard, listeners_of)


def _must_be_in_transaction(name: str) -> None:
    if not _parts().connections["default"].in_atomic_block:
        raise RuntimeError(f"emit({name!r}) outside a transaction")


def _values(
    name: str, record_type: str, record_id: UUID, unit_path: str, viewer: Actor, data: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "name": name,
        "at": now(),
        "record_type": record_type,
        "record_id": record_id,
        "unit_path": unit_path,
        "actor_kind": viewer.kind,
        "actor_id": viewer.account_id,
        "data": _as_json(data),
    }


def _as_json(data: dict[str, Any]) -> dict[str, Any]:
    """Dates and the like as text; mostly there are none."""
    if all(type(value) in _BARE for value in data.values()):
        return data
    plain: dict[str, Any] = json.loads(json_text(data))
    return plain


def _to_outbox() -> str:
    parts = _parts()
    return _outbox_text(bool(parts.listeners_of("")), frozenset(parts.heard()))


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
