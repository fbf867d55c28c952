"""The graph of origin: what went into a thing and where a thing went, across splits, mixes, packing and re-packing.

The graph is ``EventThing``: a thing goes into an event (flow -1) and comes out of it (flow 1). Each walk is one
recursive statement whose rows are whole levels, so a thing is looked at once however many ways lead to it, and a
circle ends. Three things make it more than a walk over rows:

- a further name of a thing (``same_as``) is the thing itself;
- parts of one processing recorded at different times belong together (``transformation_id``);
- a container that is emptied and used again (a crate) carries only what was in it at the time: what was packed after
  the last emptying and before the next. A container that was never unpacked holds everything that was ever packed
  into it: times typed by hand must not hide a carton from a recall.

The caller has checked that the viewer may follow the goods; the walk itself crosses units and enterprises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from xaso.kernel.base.reach import widened
from xaso.kernel.base.writing import array_of, prepared

DEPTH = 40
ALWAYS = (float("-inf"), float("inf"))


Edge = tuple[int, int, int]  # (seq of the event, source, target): goods of the source came into the target


@dataclass(frozen=True)
class Walk:
    """What was reached: ``depth`` by thing (0 is where it began) and the edges between them, nearest level first.
    Things of one level stand in the order of their numbers, so that what is shown of them is the same each time.

    ``spans``: for containers used again, the times (seconds since 1970, from, to) in which they held the goods.
    ``cut``: the walk ended at the depth it was given, not at the last thing.
    """

    depth: dict[int, int]
    edges: list[Edge]
    cut: bool = False
    spans: dict[int, list[tuple[float, float]]] = field(default_factory=dict)

    @property
    def things(self) -> Iterator[int]:
        """Reached things, nearest first."""
        return iter(self.depth)

    def held(self, thing: int, at: float) -> bool:
        """Whether a reached thing held the goods at a time (always, but for containers used again)."""
        spans = self.spans.get(thing)
        return thing in self.depth and (
            spans is None or any(low <= at < high or low == at for low, high in spans)
        )


def upstream(things: Iterable[int], *, depth: int = DEPTH) -> Walk:
    """Everything that went into these things, back to the plants."""
    return _walk(UP, things, depth)


def downstream(things: Iterable[int], *, depth: int = DEPTH) -> Walk:
    """Everything into which these things went, out to the last carton."""
    return _walk(DOWN, things, depth)


def one_name(things: Iterable[int]) -> list[int]:
    """The first names of things: what the graph calls them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT coalesce(same_as_id, id) FROM trace_thing WHERE id = ANY(%s) ORDER BY 1",
            [list(things)],
        )
        return [row[0] for row in cursor.fetchall()]


# Rows of things are by far the most that a walk reads, so an event is opened once however many of the things went into
# it, and whatever asks the bodies of events stands behind a condition that is rarely true, and behind an index that is
# nearly empty.
OPENED = """EXISTS (SELECT 1 FROM trace_eventthing g
        WHERE g.thing_id = {container} AND g.flow = 0 AND g.role = 'parent')"""
# The times at which a container was emptied of a thing, around one packing (first: the last before, second: the first
# after); NULL when it never was. An emptying that names no contents takes out everything. Emptyings that were declared
# wrong do not count.
FILL = """(
  SELECT CASE WHEN count(*) > 0 THEN ARRAY[
    coalesce(max(d.at) FILTER (WHERE (d.at, d.seq) < (x.at, x.seq)), '-infinity'),
    coalesce(min(d.at) FILTER (WHERE (d.at, d.seq) > (x.at, x.seq) AND (
      NOT EXISTS (SELECT 1 FROM trace_eventthing o WHERE o.event_id = d.seq AND o.role = 'child')
      OR EXISTS (SELECT 1 FROM trace_eventthing o WHERE o.event_id = d.seq AND o.role = 'child'
                 AND o.thing_id = {child}))), 'infinity')] END
  FROM ({emptied}) d,
    (SELECT extract(epoch FROM event_time)::float8 AS at, seq FROM trace_traceevent WHERE seq = made.seq) x
  )"""
EMPTIED = """
  SELECT extract(epoch FROM t.event_time)::float8 AS at, t.seq
  FROM trace_eventthing u JOIN trace_traceevent t ON t.seq = u.event_id
  WHERE u.thing_id = {container} AND u.flow = 0 AND u.role = 'parent' AND t.action = 'DELETE'
    AND t.kind = 'AggregationEvent' AND t.error_declared_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM trace_traceevent z
                    WHERE z.event_hash = t.event_hash AND z.error_declared_at IS NOT NULL)
"""
MOMENT = "(SELECT extract(epoch FROM event_time)::float8 FROM trace_traceevent WHERE seq = {event})"

# ``met``: things of this level in their events; ``made``: what is on the other side of each of these events. They are
# joined in full, which PostgreSQL does by hash or by order only: it takes a level for a dozen rows, and comparing each
# with each would never end when there are a hundred thousand. Of what has no other side ``far`` is NULL.
WALK = """
WITH RECURSIVE walk(depth, things, lows, highs, old, old_lows, old_highs, events, sources, targets) AS (
  SELECT 0, s.things, s.lows, s.highs, s.things, s.lows, s.highs,
    '{{}}'::bigint[], '{{}}'::bigint[], '{{}}'::bigint[]
  FROM (SELECT array_agg(id) AS things, array_agg('-infinity'::float8) AS lows,
          array_agg('infinity'::float8) AS highs
        FROM (SELECT DISTINCT coalesce(same_as_id, id) AS id FROM trace_thing WHERE id = ANY(%s::bigint[])
              ORDER BY 1) first) s
  UNION ALL
  SELECT w.depth + 1, n.things, n.lows, n.highs,
    w.old || n.things, w.old_lows || n.lows, w.old_highs || n.highs, n.events, n.sources, n.targets
  FROM walk w CROSS JOIN LATERAL (
    WITH met AS MATERIALIZED (
      SELECT a.event_id, f.thing AS near, a.thing_id, f.low, f.high, {met_opened} AS opened
      FROM (
        SELECT e.thing_id AS known, e.thing_id, e.event_id, e.role FROM trace_eventthing e
        WHERE e.thing_id = ANY(w.things) AND e.flow = {entry}
        UNION ALL
        SELECT n.same_as_id, e.thing_id, e.event_id, e.role
        FROM trace_thing n JOIN trace_eventthing e ON e.thing_id = n.id AND e.flow = {entry}
        WHERE n.same_as_id = ANY(w.things)
      ) a JOIN unnest(w.things, w.lows, w.highs) AS f(thing, low, high) ON f.thing = a.known
      WHERE {met_holds}
    ), made AS MATERIALIZED (
      SELECT a.event_id, part.seq, b.thing_id, coalesce(first.same_as_id, b.thing_id) AS far, {made_columns}
      FROM (SELECT DISTINCT event_id FROM met) a
      CROSS JOIN LATERAL (
        SELECT a.event_id AS seq UNION ALL
        SELECT other.seq FROM trace_traceevent part JOIN trace_traceevent other
          ON other.transformation_id = part.transformation_id AND other.transformation_id <> ''
        WHERE part.seq = a.event_id AND part.transformation_id <> '' AND other.seq <> a.event_id
      ) part
      JOIN trace_eventthing b ON b.event_id = part.seq AND b.flow = {exit}
      LEFT JOIN trace_thing first ON first.id = b.thing_id AND first.same_as_id IS NOT NULL
    ), step AS MATERIALIZED (
      SELECT event, near, far, {span}
      FROM (
        SELECT {maker} AS event, met.near, made.far, met.low AS since, {made_used},
          CASE WHEN {opened} THEN {fill} END AS fill
        FROM met FULL JOIN made ON made.event_id = met.event_id
        WHERE coalesce(made.far, 0) > 0
        OFFSET 0
      ) pair WHERE {holds}
    )
    SELECT new.things, new.lows, new.highs, met.events, met.sources, met.targets
    FROM (SELECT array_agg(far) AS things, array_agg(low) AS lows, array_agg(high) AS highs FROM (
            SELECT far, low, high FROM step
            EXCEPT SELECT * FROM unnest(w.old, w.old_lows, w.old_highs) ORDER BY 1, 2, 3) fresh) new,
         (SELECT array_agg(event) AS events, array_agg({source}) AS sources, array_agg({target}) AS targets
          FROM step) met
  ) n
  WHERE w.things IS NOT NULL AND w.depth < %s::int
)
SELECT depth, things, CASE WHEN {narrow} THEN lows END, CASE WHEN {narrow} THEN highs END, events, sources, targets
FROM walk ORDER BY depth
"""
# Spans are sent only for levels that have containers used again.
NARROW = "'-infinity' < ANY(lows) OR 'infinity' > ANY(highs)"

_AT = MOMENT.format(event="a.event_id")
DOWN = WALK.format(
    narrow=NARROW,
    entry=-1,
    exit=1,
    maker="made.seq",
    source="near",
    target="far",
    met_opened="false",
    met_holds=f"(f.low = '-infinity' AND f.high = 'infinity') OR ({_AT} >= f.low AND {_AT} < f.high)",
    made_columns=f"CASE WHEN b.role = 'parent' THEN {OPENED.format(container='b.thing_id')} END AS opened",
    made_used="NULL AS used",
    opened="made.opened",
    fill=FILL.format(child="met.thing_id", emptied=EMPTIED.format(container="made.thing_id")),
    span="coalesce(fill[1], '-infinity') AS low, coalesce(fill[2], 'infinity') AS high",
    holds="true",
)
# Going back, a container is known by the moment at which it was used: low and high are both that moment.
UP = WALK.format(
    narrow=NARROW,
    entry=1,
    exit=-1,
    maker="met.event_id",
    source="far",
    target="near",
    met_opened="CASE WHEN a.role = 'parent' AND f.low > '-infinity'"
    f" THEN {OPENED.format(container='a.thing_id')} END",
    met_holds="true",
    made_columns=f"(SELECT {MOMENT.format(event='part.seq')}"
    f" WHERE EXISTS ({EMPTIED.format(container='b.thing_id')})) AS used",
    made_used="made.used",
    opened="met.opened",
    fill=FILL.format(child="made.thing_id", emptied=EMPTIED.format(container="met.thing_id")),
    span="coalesce(used, '-infinity') AS low, coalesce(used, 'infinity') AS high",
    holds="fill IS NULL OR (since >= fill[1] AND since < fill[2])",
)


def _walk(statement: str, things: Iterable[int], depth: int) -> Walk:
    start = list(things)
    if not start:
        return Walk({}, [])
    # Its plan is kept: to make it takes as long as a short walk.
    with widened("a walk over the graph of goods"), prepared() as cursor:
        cursor.execute(statement, [array_of(start), depth])
        return _read(cursor.fetchall(), depth)


def _read(levels: list[tuple[Any, ...]], limit: int) -> Walk:
    reached: dict[int, int] = {}
    always: set[int] = set()
    spans: dict[int, list[tuple[float, float]]] = {}
    edges: list[Edge] = []
    cut = False
    for depth, things, lows, highs, events, sources, targets in levels:
        found = things or []
        for thing in found:
            reached.setdefault(thing, depth)
        if lows is None:
            always.update(found)
        for thing, low, high in zip(found, lows or [], highs or [], strict=lows is not None):
            if (low, high) == ALWAYS:
                always.add(thing)
            else:
                spans.setdefault(thing, []).append((low, high))
        edges.extend(zip(events or (), sources or (), targets or (), strict=True))
        cut = bool(found) and depth >= limit
    narrow = {thing: held for thing, held in spans.items() if thing not in always}
    return Walk(reached, list(dict.fromkeys(edges)), cut, narrow)
