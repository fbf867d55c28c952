"""The one way into the repository: events are checked, named by their hash, written, and told to the log.

``record_event`` is for what our own pages record (a harvest, a packing); ``store_events`` for many at once. Both
belong inside an action of the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from xaso.kernel.base.errors import ActionErrors, Conflict
from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.epcis import SINGLE, Document, Event, Problem, check
from xaso.kernel.plain.epcis.document import normal_events
from xaso.kernel.plain.moment import now
from xaso.services.trace.models import Enterprise, TraceEvent
from xaso.services.trace.naming import NAMESPACE, PREFIX
from xaso.services.trace.store.circles import circles
from xaso.services.trace.store.inserting import Owner, insert, record_key
from xaso.services.trace.store.limits import storable
from xaso.services.trace.store.ready import Ready, make_ready
from xaso.services.trace.store.streaming import wake_streams

__all__ = ["Duplicate", "log_key", "record_event", "sort_known", "store_events", "store_fresh", "store_ready"]

OWN_CONTEXT = {PREFIX: NAMESPACE}


class Duplicate(Conflict):
    """Another event has this id already: of somebody else, or with other content."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"Mã sự kiện {event_id} đã có trong kho với nội dung khác. Hãy dùng mã khác.")
        self.event_id = event_id


def record_event(
    viewer: Viewer,
    *,
    enterprise: Enterprise | None,
    unit_path: str,
    event: dict[str, Any],
    context: dict[str, str] | None = None,
) -> TraceEvent:
    """Keep one event, shaped as GS1's JSON, with our own terms as ``xaso:…``; answers its row.

    Fills ``eventID`` (the hash id) and the record time. The same event once more answers the row that is there.
    Raises ActionErrors with a Vietnamese sentence per field, and Duplicate.
    """
    stored = store_events(viewer, enterprise=enterprise, unit_path=unit_path, events=[event], context=context)
    return stored[0]


def store_events(
    viewer: Viewer,
    *,
    enterprise: Enterprise | None,
    unit_path: str,
    events: Sequence[dict[str, Any]],
    context: Mapping[str, str] | None = None,
) -> list[TraceEvent]:
    """Keep many events of one owner in a few statements; their rows in the order given. As ``record_event``."""
    prefixes = {**OWN_CONTEXT, **(context or {})}
    wanted: list[Event] = orjson.loads(orjson.dumps(list(events), default=_as_json))
    normal_events(wanted, prefixes)
    head = {"@context": [prefixes]}
    problems: list[Problem] = []
    for place, event in enumerate(wanted):
        for one in check(Document(SINGLE, [event], prefixes, head)):
            problems.append(Problem(one.pointer, one.vi, one.en, one.type, place, one.layer))
    if not problems:
        problems = [*storable(wanted), *circles(wanted)]
    if problems:
        raise ActionErrors(_by_field(problems, alone=len(wanted) == 1))
    owner = Owner(unit_path, enterprise.pk if enterprise else None)
    rows = make_ready(wanted, prefixes)
    store_ready(viewer, owner, rows, prefixes)
    return _rows_of(rows)


def store_ready(
    viewer: Viewer,
    owner: Owner,
    rows: Sequence[Ready],
    context: Mapping[str, str],
    recorded: datetime | None = None,
) -> int:
    """Write rows that were made ready; answers how many are new.

    What the same owner sent before, with the same content, is there already and is passed over. Raises Duplicate.
    """
    fresh, taken = sort_known(owner, rows)
    if taken:
        raise Duplicate(taken[0].event_id)
    return store_fresh(viewer, owner, fresh, context, recorded)


def store_fresh(
    viewer: Viewer,
    owner: Owner,
    fresh: Sequence[Ready],
    context: Mapping[str, str],
    recorded: datetime | None = None,
) -> int:
    """As ``store_ready``, for rows of which ``sort_known`` has just said that they are new."""
    made = insert(viewer, owner, fresh, context, recorded or now())
    if len(made) < len(fresh):  # another transaction wrote the same just now
        late = [row for row in fresh if (row.event_id, row.error_declared_at) not in made]
        for row in sort_known(owner, late)[1]:
            raise Duplicate(row.event_id)
    if made:
        wake_streams()
    return len(made)


def sort_known(owner: Owner, rows: Sequence[Ready]) -> tuple[list[Ready], list[Ready]]:
    """The rows that are new, each once, and those whose id is taken by other content or by somebody else.

    What the same owner has there already with the same content is in neither.
    """
    found = known([row.event_id for row in rows])
    fresh: list[Ready] = []
    taken: list[Ready] = []
    for row in rows:
        key = (row.event_id, row.error_declared_at)
        held = found.get(key)
        if held is None:
            found[key] = (row.event_hash, owner.unit_path)
            fresh.append(row)
        elif held != (row.event_hash, owner.unit_path):
            taken.append(row)
    return fresh, taken


def known(event_ids: Sequence[str]) -> dict[tuple[str, datetime | None], tuple[str, str]]:
    """Which of these ids are there: (id, declared wrong at) to (hash, unit). Whoever they belong to: ids are unique."""
    with widened("whether an event id is taken"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_id, error_declared_at, event_hash, unit_path FROM trace_traceevent"
            " WHERE event_id = ANY(%s::text[])",
            [list(event_ids)],
        )
        return {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}


def log_key(event: TraceEvent) -> UUID:
    """The record id of an event in the kernel's log, by which its proof is found."""
    return record_key(event.event_id, event.error_declared_at)


def _rows_of(rows: Sequence[Ready]) -> list[TraceEvent]:
    found = {
        (one.event_id, one.error_declared_at): one
        for one in TraceEvent.objects.filter(event_id__in=[row.event_id for row in rows])
    }
    return [found[row.event_id, row.error_declared_at] for row in rows]


def _as_json(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot stand in an event")


def _by_field(problems: Sequence[Problem], *, alone: bool) -> dict[str, list[str]]:
    """Sentences by field; with several events the field begins with the event's place."""
    found: dict[str, list[str]] = {}
    for one in problems:
        field = one.pointer.strip("/")
        if not alone:
            field = f"{one.event}/{field}"
        found.setdefault(field, []).append(one.vi)
    return found
