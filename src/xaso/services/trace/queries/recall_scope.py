"""How far a recall reaches: everything made of the suspected lots, where it was packed, and who got it.

A few statements whatever the size. The caller has checked that the viewer may recall; goods cross units, so the
reading is wider than the viewer's reach.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from xaso.kernel.base.reach import widened
from xaso.kernel.base.writing import array_of
from xaso.kernel.plain.collecting import no_collecting
from xaso.kernel.plain.text import search_text
from xaso.services.trace.graph import Edge, Walk, downstream, upstream
from xaso.services.trace.models import Enterprise, Lot, Shipment, Site
from xaso.services.trace.naming import own
from xaso.services.trace.rules.recall import OTHER
from xaso.services.trace.vocabulary import step_uri


class Row(NamedTuple):
    """A thing that was reached. ``side``: root, back or forward; lot fields are empty for what is no lot.

    ``uri`` of what is neither lot nor package is empty until it is asked for (``addressed``): there are many of them.
    """

    thing: int
    side: str
    depth: int
    sort: str
    uri: str
    lot_id: UUID | None
    code: str
    product: str
    enterprise_id: UUID | None
    unit_path: str
    state: str
    left: Decimal | None
    uom: str
    token: str


_COUNTED = {"lot": "lots", "carton": "carton", "pallet": "pallet"}
NO_LOT = ("", None, "", "", None, "", "", None, "", "")


class Delivery(NamedTuple):
    """A thing of the recall in somebody's hands. ``holder`` is the key of the holder."""

    thing: int
    holder: str
    shipment_id: UUID | None
    at: datetime
    quantity: Decimal | None
    uom: str


@dataclass
class Holder:
    """Who got goods: one, however many shipments."""

    key: str
    uri: str
    name: str
    address: str = ""
    contact: dict[str, str] = field(default_factory=dict)
    receiver_id: UUID | None = None
    papers: list[str] = field(default_factory=list)

    def add_papers(self, *papers: str) -> None:
        """Order and bill numbers, each once."""
        self.papers.extend(one for one in papers if one and one not in self.papers)


@dataclass(frozen=True)
class Scope:
    """All that a recall would touch."""

    roots: tuple[int, ...]
    rows: list[Row]
    edges: list[Edge]
    deliveries: list[Delivery]
    holders: dict[str, Holder]
    cut: bool

    def of(self, *sides: str) -> list[Row]:
        """The rows of these sides."""
        return [row for row in self.rows if row.side in sides]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each sort lie forward (suspected lots among them), how many holders and enterprises."""
        found = {"things": 0, "back": 0, "lots": 0, "carton": 0, "pallet": 0, "other": 0}
        for (side, sort), number in Counter((row.side, row.sort) for row in self.rows).items():
            if side == "back":
                found["back"] += number
                continue
            found["things"] += number
            found[_COUNTED.get(sort, "other")] += number
        found["holders"] = len(self.holders)
        found["handed_on"] = len({one.thing for one in self.deliveries})
        found["enterprises"] = len({row.enterprise_id for row in self.rows if row.side != "back"} - {None})
        return found

    @property
    def digest(self) -> str:
        """The same for the same goods in the same hands."""
        told = sorted(f"{row.thing} {row.side}" for row in self.rows)
        told += sorted(f"{one.thing} {one.holder} {one.at.isoformat()}" for one in self.deliveries)
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def find_scope(lots: Sequence[Lot]) -> Scope:
    """Forward from the lots to the last carton and its holder, back to what they were made of."""
    with widened("how far a recall reaches"), no_collecting():
        roots = tuple(lot.thing_id for lot in lots)
        forward, back = downstream(roots), upstream(roots)
        rows = _rows(_sided(forward, back))
        owners = {row.thing: row.enterprise_id for row in rows if row.enterprise_id and row.side != "back"}
        deliveries, holders = _handed_on(forward, owners)
    return Scope(
        roots=tuple(thing for thing, depth in forward.depth.items() if depth == 0),
        rows=rows,
        edges=[*back.edges, *forward.edges],
        deliveries=deliveries,
        holders=holders,
        cut=forward.cut or back.cut,
    )


def _sided(forward: Walk, back: Walk) -> list[tuple[int, str, int]]:
    """(thing, side, depth). What lies both ways (a circle) is forward: it is called back."""
    found = [(thing, "root" if depth == 0 else "forward", depth) for thing, depth in forward.depth.items()]
    return found + [
        (thing, "back", depth) for thing, depth in back.depth.items() if thing not in forward.depth
    ]


# Lots and packages are told whole; of the many numbered things inside them an address is read where it is shown. Each
# address is asked by itself: joined, they would be sought by reading all things that there are.
ROWS = """
SELECT n.thing, CASE WHEN lot.id IS NOT NULL THEN 'lot' ELSE package.kind END,
  (SELECT t.uri FROM trace_thing t WHERE t.id = n.thing), lot.id,
  coalesce(lot.code, ''), coalesce(product.name, ''), coalesce(lot.enterprise_id, package.enterprise_id),
  coalesce(lot.unit_path, package.unit_path), coalesce(lot.state, package.state), lot."left", coalesce(lot.uom, ''),
  coalesce(lot.token, package.token)
FROM unnest(%s::bigint[]) n(thing)
LEFT JOIN trace_lot lot ON lot.thing_id = n.thing
LEFT JOIN trace_product product ON product.id = lot.product_id
LEFT JOIN trace_package package ON package.thing_id = n.thing
WHERE lot.id IS NOT NULL OR package.id IS NOT NULL
"""
OTHERS = "SELECT id, uri FROM trace_thing WHERE id = ANY(%s::bigint[])"
PLANTS = """
SELECT t.id FROM trace_thing t
WHERE t.id = ANY(%s::bigint[]) AND EXISTS (SELECT 1 FROM trace_plant p WHERE p.uri = t.uri)
"""
SHIPPED = """
SELECT sent.thing, line.shipment_id, line.quantity, coalesce(lot.uom, '')
FROM (
  SELECT n.thing, l.id FROM unnest(%s::bigint[]) n(thing) JOIN trace_package p ON p.thing_id = n.thing
    JOIN trace_shipmentline l ON l.package_id = p.id
  UNION ALL
  SELECT n.thing, l.id FROM unnest(%s::bigint[]) n(thing) JOIN trace_lot o ON o.thing_id = n.thing
    JOIN trace_shipmentline l ON l.lot_id = o.id
) sent JOIN trace_shipmentline line ON line.id = sent.id JOIN trace_shipment s ON s.id = line.shipment_id
LEFT JOIN trace_lot lot ON lot.id = line.lot_id
ORDER BY s.shipped_at, s.id, line.id
"""
HANDED_ON = """
SELECT t.thing_id, e.event_time, e.biz_location, e.body -> 'destinationList', e.body -> 'bizTransactionList',
  t.quantity, t.uom, e.biz_step
FROM unnest(%s::bigint[]) n(thing) JOIN trace_eventthing t ON t.thing_id = n.thing AND t.flow = 0
JOIN trace_traceevent e ON e.seq = t.event_id AND e.biz_step IN
  ('https://ref.gs1.org/cbv/BizStep-shipping', 'https://ref.gs1.org/cbv/BizStep-receiving',
   'https://ref.gs1.org/cbv/BizStep-void_shipping')
WHERE e.error_declared_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM trace_traceevent z WHERE z.event_hash = e.event_hash AND z.error_declared_at IS NOT NULL)
ORDER BY e.event_time, e.seq, t.id
"""


def _ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())


def _rows(found: list[tuple[int, str, int]]) -> list[Row]:
    told = {row[0]: row[1:] for row in _ask(ROWS, array_of([one[0] for one in found]))}
    behind = [thing for thing, side, _ in found if side == "back"]
    for (plant,) in _ask(PLANTS, array_of(behind)):
        told.setdefault(plant, ("plant", *NO_LOT))
    other = (OTHER, *NO_LOT)
    return [Row._make(one + told.get(one[0], other)) for one in found]


def addressed(rows: Iterable[Row]) -> list[Row]:
    """The same rows, each with its address. The caller has checked that the viewer may see the recall."""
    given = list(rows)
    lacking = [row.thing for row in given if not row.uri]
    if not lacking:
        return given
    with widened("addresses of what a recall reaches"):
        address = dict(_ask(OTHERS, array_of(lacking)))
    return [row if row.uri else row._replace(uri=address[row.thing]) for row in given]


def _handed_on(forward: Walk, owners: dict[int, UUID]) -> tuple[list[Delivery], dict[str, Holder]]:
    """By our own shipments first (they know names and telephones), then by events that others captured.

    ``owners``: whose each lot and package is; nothing else goes by a shipment of ours.
    """
    ours = array_of(owners)
    holders: dict[str, Holder] = {}
    deliveries: list[Delivery] = []
    told: set[tuple[int, str]] = set()
    sent = _ask(SHIPPED, ours, ours)
    shipments = Shipment.objects.in_bulk({row[1] for row in sent})
    for thing, shipment_id, quantity, uom in sent:
        shipment = shipments[shipment_id]
        told.add((thing, shipment.to_uri))
        if shipment.cancelled_at is not None:
            continue
        holder = _holder_of(shipment, holders)
        deliveries.append(Delivery(thing, holder.key, shipment_id, shipment.shipped_at, quantity, uom))
    told_by_event: dict[tuple[int, str], tuple[Any, ...]] = {}
    for thing, at, place, there, papers, quantity, uom, step in _ask(HANDED_ON, array_of(forward.depth)):
        if step == step_uri("void_shipping"):  # it did not leave, or came back unopened
            told_by_event = {key: one for key, one in told_by_event.items() if key[0] != thing}
        elif forward.held(thing, at.timestamp()):
            uri = _goes_to(_list(there), place, step)
            told_by_event.setdefault((thing, uri), (thing, at, uri, _list(papers), quantity, uom))
    names = _enterprises({uri for _, uri in told_by_event if uri})
    for thing, at, uri, papers, quantity, uom in told_by_event.values():
        if not uri or (thing, uri) in told:
            continue
        told.add((thing, uri))
        enterprise = names.get(uri)
        if enterprise is not None and owners.get(thing) == enterprise.pk:
            continue  # taken in at home
        key = f"enterprise:{enterprise.pk}" if enterprise else uri
        holder = holders.setdefault(key, _unknown(key, uri, enterprise))
        holder.add_papers(*(_short(one.get("bizTransaction", "")) for one in papers))
        deliveries.append(Delivery(thing, key, None, at, quantity, uom))
    return deliveries, holders


def _holder_of(shipment: Shipment, holders: dict[str, Holder]) -> Holder:
    contact = {name: str(value) for name, value in (shipment.to_contact or {}).items()}
    if shipment.receiver_id:
        key = f"enterprise:{shipment.receiver_id}"
    else:
        key = f"{search_text(shipment.to_name)}|{contact.get('phone') or contact.get('email') or shipment.to_address}"
    holder = holders.get(key)
    if holder is None:
        holder = holders[key] = Holder(
            key, shipment.to_uri, shipment.to_name, shipment.to_address, contact, shipment.receiver_id
        )
    holder.contact = {**contact, **holder.contact}
    holder.add_papers(shipment.order_ref, shipment.bill)
    return holder


def _unknown(key: str, uri: str, enterprise: Enterprise | None) -> Holder:
    if enterprise is None:
        return Holder(key, uri, _short(uri))
    contact = {"phone": enterprise.phone, "email": enterprise.email}
    told = {name: value for name, value in contact.items() if value}
    return Holder(key, uri, enterprise.name, enterprise.address, told, enterprise.pk)


def _list(told: str | None) -> list[dict[str, str]]:
    """A list of an event's body; a statement of our own gets it as text."""
    found: list[dict[str, str]] = json.loads(told) if told else []
    return found


def _goes_to(there: list[dict[str, str]], place: str, step: str) -> str:
    """Who has the goods after the event: its destination, of a receipt the place where they stay."""
    if step == step_uri("receiving"):
        return place
    by_type = {str(one.get("type", "")).rsplit("-", 1)[-1]: one.get("destination", "") for one in there}
    wanted = ("possessing_party", "owning_party", "location")
    return next((by_type[name] for name in wanted if by_type.get(name)), "")


def _enterprises(uris: set[str]) -> dict[str, Enterprise]:
    """Enterprises of ours behind addresses of places and parties."""
    ends = {uri.rstrip("/").rsplit("/", 1)[-1]: uri for uri in uris}
    found: dict[str, Enterprise] = {}
    rows = Enterprise.objects.filter(token__in=[*ends]) | Enterprise.objects.filter(gln__in=[*ends]).exclude(
        gln=""
    )
    for one in rows.order_by("pk"):
        for uri in (own("loc", one.token), ends.get(one.gln, "") if one.gln else ""):
            if uri:
                found[uri] = one
    for site in Site.objects.filter(uri__in=uris).select_related("enterprise"):
        found[site.uri] = site.enterprise
    return found


def _short(uri: str) -> str:
    return uri.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
