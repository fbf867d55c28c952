"""The way of a lot in stages: every event of everything it was made of, oldest first, then what befell the lot.

For the page behind the QR code and for officers. The caller has checked that the lot may be seen; personal data is
in no stage (events hold none, and a plot is told by the name of its enterprise only, see ``Stage.place``).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from xaso.kernel.base.reach import widened
from xaso.kernel.base.writing import array_of, prepared
from xaso.services.trace import lots_rules
from xaso.services.trace.models import Lot
from xaso.services.trace.naming import own
from xaso.services.trace.vocabulary import label_of
from xaso.services.trace.walks import ALWAYS, DEPTH, Walk, upstream

SEASON = timedelta(
    days=400
)  # of a plant or plot only the work of the year before its harvest belongs to the lot
STAGES = 300
KINDS = {
    "TransformationEvent": ("Chế biến", "Processing"),
    "AggregationEvent": ("Đóng gói", "Packing"),
    "TransactionEvent": ("Giao dịch", "Transaction"),
    "AssociationEvent": ("Gắn thiết bị", "Association"),
}


@dataclass(slots=True)  # a way has a thousand of them; frozen ones take three times as long to make
class Line:
    """A thing in a stage: what it is called, how much of it, and whether it went in (-1), came out (1) or was seen.

    ``plant``: the code of a plant that is followed by itself.
    """

    thing: int
    name: str
    flow: int
    quantity: Decimal | None = None
    uom: str = ""
    lot_id: str = ""
    token: str = ""
    plant: str = ""

    @property
    def said(self) -> str:
        """The amount in words; "" when none was told."""
        return lots_rules.said(self.quantity, self.uom) if self.quantity is not None and self.uom else ""


@dataclass(slots=True)
class Stage:
    """One event of the way. ``depth``: steps from the lot (0: of the lot itself)."""

    seq: int
    event_id: str
    event_hash: str
    kind: str
    at: datetime
    label: str
    step: str
    disposition: str
    place: str
    place_uri: str
    lat: float | None
    lon: float | None
    enterprise: str
    enterprise_token: str
    depth: int
    lines: tuple[Line, ...]
    further: int = 0

    @property
    def came_in(self) -> tuple[Line, ...]:
        """What went into it."""
        return tuple(line for line in self.lines if line.flow < 0)

    @property
    def came_out(self) -> tuple[Line, ...]:
        """What came out of it."""
        return tuple(line for line in self.lines if line.flow > 0)


TIMES = (
    "SELECT seq, extract(epoch FROM event_time)::float8 FROM trace_traceevent WHERE seq = ANY(%s::bigint[])"
)
# Keys go as text and times as plain numbers: nobody here needs more, and each is made three hundred times.
EVENTS = """
SELECT e.seq, e.event_id, e.event_hash, e.kind, date_part('epoch', e.event_time), e."offset", e.biz_step,
  e.disposition,
  coalesce(nullif(e.biz_location, ''), e.read_point), e.enterprise_id::text, met.depth
FROM (
  SELECT t.event_id, min(s.depth) AS depth, min(s.since) AS since, max(s.until) AS until
  FROM unnest(%s::bigint[], %s::int[], %s::float8[], %s::float8[]) AS s(thing, depth, since, until)
  JOIN trace_eventthing t ON t.thing_id = s.thing
  WHERE t.flow >= 0 OR s.depth = 0 OR t.event_id = ANY(%s::bigint[])
  GROUP BY t.event_id
) met JOIN trace_traceevent e ON e.seq = met.event_id
  AND e.event_time BETWEEN to_timestamp(met.since) AND to_timestamp(met.until)
WHERE e.error_declared_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM trace_traceevent wrong
  WHERE wrong.event_hash = e.event_hash AND wrong.error_declared_at IS NOT NULL)
ORDER BY e.event_time DESC, e.seq DESC LIMIT %s
"""
# One window for both numbers: two would go through all lines twice.
LINES = """
SELECT event_id, thing_id, flow, quantity, uom, total
FROM (
  SELECT x.*, count(*) OVER every AS total, row_number() OVER every AS number
  FROM trace_eventthing x
  LEFT JOIN (SELECT DISTINCT unnest(%s::bigint[]) AS id) way ON way.id = x.thing_id
  WHERE x.event_id = ANY(%s::bigint[])
  WINDOW every AS (PARTITION BY x.event_id ORDER BY (way.id IS NULL), x.id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
) t
WHERE number <= CASE WHEN flow = 0 THEN 3 ELSE 40 END ORDER BY event_id, number
"""
# A thing stands in many stages; what it is called is asked once. Of what was used up the ground is named too.
THINGS = """
SELECT thing.id, thing.uri, lot.id::text, lot.token, lot.code, product.name, plant.code, site.name
FROM unnest(%s::bigint[], %s::bool[]) AS asked(id, used) JOIN trace_thing thing ON thing.id = asked.id
LEFT JOIN trace_lot lot ON lot.thing_id = thing.id
LEFT JOIN trace_product product ON product.id = lot.product_id
LEFT JOIN trace_plant plant ON plant.uri = thing.uri AND asked.used AND coalesce(lot.code, '') = ''
LEFT JOIN trace_site site ON site.uri = thing.uri AND asked.used AND coalesce(lot.code, '') = ''
"""
SITES = """
SELECT s.uri, s.gln, s.name, p.lat, p.lon FROM (
  SELECT id FROM trace_site WHERE uri = ANY(%s::text[])
  UNION SELECT id FROM trace_site WHERE gln = ANY(%s::text[])
) found JOIN trace_site s ON s.id = found.id LEFT JOIN places_place p ON p.id = s.place_id
"""
NAMES = """
SELECT id::text, coalesce(nullif(short_name, ''), name), token FROM trace_enterprise WHERE id = ANY(%s::uuid[])
"""
OWNERS = """
SELECT token, gln, name FROM trace_enterprise WHERE token = ANY(%s::text[])
UNION SELECT token, gln, name FROM trace_enterprise WHERE gln = ANY(%s::text[])
"""


def way_of(lot: Lot, *, lang: str = "vi", depth: int = DEPTH, walk: Walk | None = None) -> list[Stage]:
    """The stages of a lot, oldest first, at most the newest 300; give ``walk`` when it is at hand."""
    found = walk or upstream([lot.thing_id], depth=depth)
    with widened("the way of a lot"):
        rows = _events(found)
        lines = _lines(list(found.depth), [row[0] for row in rows])
        places = _places({row[8] for row in rows if row[8]})
        names = _names({row[9] for row in rows if row[9]})
    return [_stage(row, lines.get(row[0], (0, [])), places, names, lang) for row in reversed(rows)]


def _events(walk: Walk) -> list[tuple[Any, ...]]:
    """Events of every thing of the way, as long as they concern what went into the lot."""
    last, first, season = ALWAYS[1], ALWAYS[0], SEASON.total_seconds()
    times = _times({event for event, _, _ in walk.edges})
    used: dict[int, float] = {}
    made: set[int] = set()
    for event, source, target in walk.edges:
        at = times[event]
        if at > used.get(source, first):
            used[source] = at
        made.add(target)
    things = list(walk.depth)
    untils = [used.get(thing, last) for thing in things]
    sinces = [
        first if thing in made or walk.depth[thing] == 0 else until - season
        for thing, until in zip(things, untils, strict=True)
    ]
    untils = [last if walk.depth[thing] == 0 else until for thing, until in zip(things, untils, strict=True)]
    depths = [walk.depth[thing] for thing in things]
    with prepared() as cursor:
        arrays = [array_of(one) for one in (things, depths, sinces, untils, times)]
        cursor.execute(EVENTS, [*arrays, STAGES])
        return list(cursor.fetchall())


def _times(events: Iterable[int]) -> dict[int, float]:
    """When each event was, in seconds since 1970: times of a way are compared by the hundred."""
    with prepared() as cursor:
        cursor.execute(TIMES, [array_of(events)])
        return dict(cursor.fetchall())


def _lines(things: list[int], events: list[int]) -> dict[int, tuple[int, list[Line]]]:
    """Things of each event, those of the way first; at most 40 of one event (3 only seen) and how many there are."""
    found: dict[int, tuple[int, list[Line]]] = {}
    with prepared() as cursor:
        cursor.execute(LINES, [array_of(things), array_of(events)])
        rows = cursor.fetchall()
    called = _called({row[1] for row in rows}, {row[1] for row in rows if row[2] < 0})
    for event, thing, flow, quantity, uom, total in rows:
        name, lot_id, token, plant = called[thing]
        line = Line(thing, name, flow, quantity, uom, lot_id, token, plant)
        stage = found.get(event)
        if stage is None:
            found[event] = stage = (total, [])
        stage[1].append(line)
    return found


def _called(things: set[int], used: set[int]) -> dict[int, tuple[str, str, str, str]]:
    """(name, key of the lot, its token, code of the plant) of each thing; of those used up the ground is named too."""
    with prepared() as cursor:
        cursor.execute(THINGS, [array_of(things), array_of(thing in used for thing in things)])
        rows = cursor.fetchall()
    called = {}
    for thing, uri, lot_id, token, code, product, plant, plot in rows:
        name = f"{product}, lô {code}" if code else f"cây {plant}" if plant else plot or _short(uri)
        called[thing] = (name, lot_id or "", token or "", plant or "")
    return called


def _names(keys: set[str]) -> dict[str, tuple[str, str]]:
    """What each enterprise is called, and its token."""
    if not keys:
        return {}
    with prepared() as cursor:
        cursor.execute(NAMES, [array_of(keys)])
        return {key: (name, token) for key, name, token in cursor.fetchall()}


def _short(uri: str) -> str:
    return uri.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def _places(uris: set[str]) -> dict[str, tuple[str, float | None, float | None]]:
    """Name and point of each address of a place. A plot of a member is told without the member's name."""
    found: dict[str, tuple[str, float | None, float | None]] = {}
    glns = {uri.rsplit("/", 1)[-1]: uri for uri in uris if "/414/" in uri}
    with prepared() as cursor:
        cursor.execute(SITES, [list(uris), list(glns)])
        for uri, gln, name, lat, lon in cursor.fetchall():
            found[uri] = (name, lat, lon)
            if gln in glns:
                found[glns[gln]] = (name, lat, lon)
    tokens = {uri.rsplit("/", 1)[-1]: uri for uri in uris if uri not in found}
    if not tokens:
        return found
    with prepared() as cursor:
        cursor.execute(OWNERS, [list(tokens), list(tokens)])
        owners = cursor.fetchall()
    for token, gln, name in owners:
        for uri in (own("loc", token), f"https://id.gs1.org/414/{gln}"):
            found.setdefault(uri, (name, None, None))
    return found


def _stage(
    row: tuple[Any, ...],
    lines: tuple[int, list[Line]],
    places: dict[str, tuple[str, float | None, float | None]],
    names: dict[Any, tuple[str, str]],
    lang: str,
) -> Stage:
    seq, event_id, digest, kind, at, offset, step, disposition, place, enterprise, depth = row
    name, lat, lon = places.get(place, (_short(place) if place else "", None, None))
    who, token = names.get(enterprise, ("", ""))
    english = lang == "en"
    label = label_of(step, lang) if step else KINDS.get(kind, ("Ghi nhận", "Observed"))[english]
    return Stage(
        seq=seq,
        event_id=event_id,
        event_hash=digest,
        kind=kind,
        at=datetime.fromtimestamp(at, _zone(offset)),
        label=label,
        step=step,
        disposition=disposition,
        place=name,
        place_uri=place or "",
        lat=lat,
        lon=lon,
        enterprise=who,
        enterprise_token=token,
        depth=depth,
        lines=tuple(lines[1]),
        further=lines[0] - len(lines[1]),
    )


@functools.lru_cache(maxsize=200)
def _zone(offset: str) -> timezone:
    """The time zone that the event was written in ("+07:00")."""
    sign = -1 if offset.startswith("-") else 1
    hours, _, minutes = offset.lstrip("+-").partition(":")
    if not hours.isdigit() or not minutes.isdigit():
        return UTC
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))
