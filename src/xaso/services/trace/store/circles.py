"""Packages that would hold each other: what one document cannot show, asked of what is packed at the moment."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from xaso.kernel.base.reach import widened
from xaso.kernel.plain.epcis import Event, Problem, canonical_id

DEEPEST = 40

# From each parent upwards: the package a thing is in is that of its latest packing, unless it was taken out since.
_ABOVE = """
WITH RECURSIVE up(start, thing, depth, trail) AS (
  SELECT t.uri, coalesce(t.same_as_id, t.id), 0, ARRAY[coalesce(t.same_as_id, t.id)]
  FROM trace_thing t WHERE t.uri = ANY(%s::text[])
  UNION ALL
  SELECT up.start, held.parent, up.depth + 1, up.trail || held.parent
  FROM up CROSS JOIN LATERAL (
    SELECT p.thing_id AS parent, e.action
    FROM trace_eventthing c
    JOIN trace_traceevent e ON e.seq = c.event_id AND e.kind = 'AggregationEvent' AND e.action <> 'OBSERVE'
      AND e.error_declared_at IS NULL
    LEFT JOIN trace_eventthing p ON p.event_id = e.seq AND p.role = 'parent'
    WHERE c.thing_id = up.thing AND c.role = 'child'
    ORDER BY e.event_time DESC, e.seq DESC LIMIT 1
  ) held
  WHERE held.action = 'ADD' AND held.parent IS NOT NULL AND up.depth < %s AND NOT held.parent = ANY(up.trail)
)
SELECT up.start, t.uri FROM up JOIN trace_thing t ON t.id = up.thing WHERE up.depth > 0
"""
# A new package has never been in another one: then there is nothing to walk.
_PACKED_ONCE = """
SELECT t.uri FROM trace_thing t WHERE t.uri = ANY(%s::text[])
  AND EXISTS (SELECT 1 FROM trace_eventthing c WHERE c.thing_id = coalesce(t.same_as_id, t.id) AND c.role = 'child')
"""


def circles(events: Sequence[Event], first: int = 0) -> list[Problem]:
    """Events that pack a thing into what is, at some depth, inside that thing; ``first`` counts the first event."""
    adding = [
        (place, event)
        for place, event in enumerate(events, first)
        if event["type"] == "AggregationEvent"
        and event.get("action") == "ADD"
        and "parentID" in event
        and "errorDeclaration" not in event
    ]
    if not adding:
        return []
    above = _above({canonical_id(event["parentID"]) for _, event in adding})
    found = []
    for place, event in adding:
        holders: set[str] = above.get(canonical_id(event["parentID"]), set())
        for number, child in enumerate(event.get("childEPCs", ())):
            if canonical_id(child) in holders:
                found.append(_problem(place, number, child))
    return found


def _above(parents: set[str]) -> dict[str, set[str]]:
    with widened("what a package lies in, whoever packed it"), connection.cursor() as cursor:
        cursor.execute(_PACKED_ONCE, [list(parents)])
        packed = [row[0] for row in cursor.fetchall()]
        if not packed:
            return {}
        cursor.execute(_ABOVE, [packed, DEEPEST])
        above: dict[str, set[str]] = {}
        for start, uri in cursor.fetchall():
            above.setdefault(start, set()).add(uri)
    return above


def _problem(place: int, number: int, child: str) -> Problem:
    return Problem(
        f"/childEPCs/{number}",
        f"{child} đang chứa bao ngoài này, nên không thể nằm bên trong nó.",
        f"{child} holds this parent, so it cannot lie inside it.",
        event=place,
        layer="meaning",
    )
