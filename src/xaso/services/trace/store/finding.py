"""Events that answer a question, page by page: by position, so that a page costs the same however far one is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, JSONField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from xaso.kernel.people.viewer import Viewer
from xaso.services.trace.models import TraceEvent
from xaso.services.trace.store.asking import Asked

RIGHT = "trace.query"
# How many events one answer may look at where an index cannot decide.
LOOKED_AT = 50_000
_STEP = 500


class TooComplex(Exception):
    """The question leaves too much to be looked at."""


class TooLarge(Exception):
    """More events than maxEventCount answer the question."""


@dataclass(frozen=True)
class Page:
    """Events of one page; ``position`` is where the next one begins, None at the end."""

    events: list[TraceEvent]
    position: list[Any] | None


def visible(viewer: Viewer) -> QuerySet[TraceEvent]:
    """Events that the viewer may ask about."""
    return TraceEvent.objects.filter(viewer.scope(RIGHT))


def find(
    viewer: Viewer, question: Asked, *, limit: int, position: list[Any] | None = None, extra: Q | None = None
) -> Page:
    """The next events, at most ``limit``, behind a position that an earlier page gave.

    Raises TooComplex, and TooLarge where the question has a maxEventCount and more would come.
    """
    rows = visible(viewer).filter(question.where)
    if extra is not None:
        rows = rows.filter(extra)
    if question.max_count is not None and position is None:
        _count(rows, question)
    found: list[TraceEvent] = []
    for event in _in_order(rows, question, position, limit):
        if len(found) == limit:
            return Page(found, _position(found[-1], question))
        found.append(event)
    return Page(found, None)


def _in_order(
    rows: QuerySet[TraceEvent], question: Asked, position: list[Any] | None, limit: int
) -> Iterator[TraceEvent]:
    """Matching events one after the other, read in steps."""
    looked = 0
    step = limit + 1 if not question.tests else max(_STEP, limit + 1)
    ordered = _ordered(rows, question)
    while True:
        part = ordered if position is None else ordered.filter(_behind(question, position))
        read = list(part[:step])
        for event in read:
            looked += 1
            if all(test(event.body) for test in question.tests):
                yield event
        if len(read) < step:
            return
        if looked >= LOOKED_AT:
            raise TooComplex
        position = _position(read[-1], question)


def _ordered(rows: QuerySet[TraceEvent], question: Asked) -> QuerySet[TraceEvent]:
    name = question.order_by
    if not name:
        return rows.order_by("seq")
    if name.startswith("{"):
        rows = rows.filter(body__has_key=name).annotate(order=_field(name))
        name = "order"
    first = F(name).desc() if question.descending else F(name).asc()
    return rows.order_by(first, "-seq" if question.descending else "seq")


def _field(name: str) -> RawSQL:
    return RawSQL("body -> %s", (name,), output_field=JSONField())


def _position(event: TraceEvent, question: Asked) -> list[Any]:
    name = question.order_by
    if not name:
        return [event.seq]
    if name.startswith("{"):
        return [json.dumps(event.body[name]), event.seq]
    return [getattr(event, name).isoformat(), event.seq]


def _behind(question: Asked, position: list[Any]) -> Q:
    seq = int(position[-1])
    name = question.order_by
    side = "lt" if name and question.descending else "gt"
    if not name:
        return Q(seq__gt=seq)
    value: Any
    if name.startswith("{"):
        name, value = "order", Value(json.loads(position[0]), output_field=JSONField())
    else:
        value = datetime.fromisoformat(position[0])
    return Q(**{f"{name}__{side}": value}) | Q(**{name: value, f"seq__{side}": seq})


def _count(rows: QuerySet[TraceEvent], question: Asked) -> None:
    most = question.max_count or 0
    if not question.tests:
        if len(rows.order_by("seq").values_list("seq", flat=True)[: most + 1]) > most:
            raise TooLarge
        return
    unordered = Asked(tests=question.tests)
    for number, _ in enumerate(_in_order(rows, unordered, None, most + 1)):
        if number >= most:
            raise TooLarge
