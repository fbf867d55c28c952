"""Reads of recalls, of the way of a lot, and of what goes out to the national portal. Each takes the viewer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, When

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import gs1
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import search_text
from xaso.services.trace.actions.recall import RIGHT, scope_of
from xaso.services.trace.models import (
    Enterprise,
    Lot,
    OutwardItem,
    Recall,
    RecallDelivery,
    RecallHolder,
    RecallThing,
    Thing,
)
from xaso.services.trace.queries.recall_scope import Row, addressed
from xaso.services.trace.rules.recall import SORTS, Tally, tallies
from xaso.services.trace.seats import MANAGER, must_sit

VIEW = "trace.view"
KEPT_PUBLIC = timedelta(days=365)
FOUND = 50


def at_desk(viewer: Viewer, state: str = "") -> QuerySet[Recall]:
    """Recalls of the viewer's units, newest first."""
    rows = Recall.objects.filter(viewer.scope(VIEW)).exclude(state=Recall.State.DROPPED)
    rows = rows.filter(state=state) if state else rows
    return rows.select_related("lot__product", "enterprise").order_by("-created_at")


def running_count(viewer: Viewer) -> int:
    """How many recalls run or wait to be confirmed in the viewer's units."""
    return at_desk(viewer).filter(state__in=[Recall.State.RUNNING, Recall.State.PREPARED]).count()


def of_enterprise(viewer: Viewer, enterprise: Enterprise) -> QuerySet[Recall]:
    """Recalls that began from lots of an enterprise, for its managers."""
    must_sit(viewer, enterprise, MANAGER, right=VIEW)
    rows = Recall.objects.filter(enterprise=enterprise).exclude(state=Recall.State.DROPPED)
    return rows.select_related("lot__product", "enterprise").order_by("-created_at")


def open_recall(viewer: Viewer, code: str) -> Recall:
    """One recall for officers of its unit and managers of its enterprise. Raises NotFound, Forbidden."""
    rows = Recall.objects.select_related("lot__product", "lot__thing", "lot__enterprise", "enterprise")
    found = rows.filter(code=code).first()
    if found is None or found.state == Recall.State.DROPPED:
        raise NotFound("Không có đợt thu hồi này.")
    must_sit(viewer, found.enterprise, MANAGER, right=VIEW)
    return found


def open_lot_way(viewer: Viewer, token: str) -> Lot:
    """A lot whose way an officer or a manager follows. Raises NotFound, Forbidden."""
    found = Lot.objects.select_related("product", "enterprise", "thing", "item").filter(token=token).first()
    if found is None:
        raise NotFound("Không có lô hàng này.")
    must_sit(viewer, found.enterprise, *("manager", "recorder"), right=VIEW)
    return found


def find_lots(viewer: Viewer, text: str) -> list[Lot]:
    """Lots by number, by a word of product or enterprise, or by what a code on a package says (an address, a GTIN)."""
    rows = (
        Lot.objects.filter(viewer.scope(VIEW))
        .select_related("product", "enterprise")
        .order_by("-made_on", "code")
    )
    text = text.strip()
    if not text:
        return []
    by_thing = _thing_behind(text)
    if by_thing is not None:
        return list(rows.filter(Q(thing=by_thing) | Q(packed__package__thing=by_thing)).distinct()[:FOUND])
    folded = search_text(text)
    words = Q(code__istartswith=text) | Q(token=text.lower())
    if folded:
        words |= Q(product__search_text__contains=folded) | Q(enterprise__search_text__contains=folded)
    return list(rows.filter(words)[:FOUND])


def _thing_behind(text: str) -> Thing | None:
    """The first name of what an address on a label names; None for other text."""
    if "://" not in text and not text.startswith("urn:"):
        return None
    found = Thing.objects.filter(uri=text).select_related("same_as").first()
    if found is None and "://" in text:
        try:
            link = gs1.parse(text)
            found = Thing.objects.filter(uri=gs1.build(link.elements)).select_related("same_as").first()
        except ValueError:
            end = urlsplit(text).path.rstrip("/").rsplit("/", 1)[-1]
            found = (
                Thing.objects.filter(lot__token=end).first()
                or Thing.objects.filter(package__token=end).first()
            )
    return (found.same_as or found) if found else None


def rows_of(recall: Recall, side: str = "", sort: str = "") -> list[dict[str, Any]]:
    """Things of a recall: as they are now while it waits for confirmation, afterwards as they were confirmed."""
    if recall.state == Recall.State.PREPARED:
        wanted = (row for row in scope_of(recall).rows if side in ("", row.side) and sort in ("", row.sort))
        return [_told(row) for row in addressed(wanted)]
    rows = RecallThing.objects.filter(recall=recall)
    rows = rows.filter(side=side) if side else rows
    rows = rows.filter(sort=sort) if sort else rows
    with widened("goods of a recall in every unit, for who may see the recall"):
        found = rows.select_related("thing", "lot__product", "lot__enterprise").order_by(
            "side", "depth", "pk"
        )
        return [
            {
                "sort": SORTS.get(one.sort, SORTS["thing"]),
                "side": one.get_side_display(),
                "depth": one.depth,
                "code": one.lot.code if one.lot else one.thing.uri.rstrip("/").rsplit("/", 1)[-1],
                "product": one.lot.product.name if one.lot else "",
                "enterprise": one.lot.enterprise.name if one.lot else "",
                "state": one.lot.get_state_display() if one.lot else "",
                "uri": one.thing.uri,
            }
            for one in found.iterator(2000)
        ]


def _told(row: Row) -> dict[str, Any]:
    states = dict(Lot.State.choices)
    return {
        "sort": SORTS.get(row.sort, SORTS["thing"]),
        "side": RecallThing.Side(row.side).label,
        "depth": row.depth,
        "code": row.code or row.uri.rstrip("/").rsplit("/", 1)[-1],
        "product": row.product,
        "enterprise": "",
        "state": str(states.get(Lot.State(row.state), "")) if row.sort == "lot" and row.state else "",
        "uri": row.uri,
    }


def holders_of(recall: Recall) -> QuerySet[RecallHolder]:
    """Holders with how many things each got, those whom nobody reaches or who did not answer first."""
    silent = [
        RecallHolder.State.UNKNOWN,
        RecallHolder.State.WAITING,
        RecallHolder.State.TOLD,
        RecallHolder.State.SEEN,
    ]
    whens = [When(state=state, then=place) for place, state in enumerate(silent)]
    rows = recall.holders.annotate(things=Count("deliveries"), turn=Case(*whens, default=len(silent)))
    return rows.order_by("turn", "name")


def goods_of(holder: RecallHolder) -> list[RecallDelivery]:
    """What a holder got, by the private page; the caller knows the token."""
    with widened("the private page of a holder of recalled goods"):
        rows = holder.deliveries.select_related("thing", "shipment").order_by("-shipped_at", "pk")
        return list(rows[:200])


def lots_held(holder: RecallHolder) -> list[Lot]:
    """The recalled lots inside what a holder got; the caller knows the token, or may see the recall."""
    with widened("what a holder of recalled goods got"):
        got = holder.deliveries.values("thing_id")
        inside = (
            Q(thing__in=got) | Q(packed__package__thing__in=got) | Q(packed__package__inside__thing__in=got)
        )
        bad = RecallThing.objects.filter(recall_id=holder.recall_id, lot__isnull=False).exclude(side="back")
        rows = Lot.objects.filter(inside, pk__in=bad.values("lot_id")).select_related("product").distinct()
        return list(rows.order_by("product__name", "code")[:50])


def names_held(holder: RecallHolder) -> tuple[str, str]:
    """Products and numbers of lots as a holder reads them on the goods."""
    lots = lots_held(holder) or [holder.recall.lot]
    products = ", ".join(dict.fromkeys(one.product.name for one in lots))
    return products, ", ".join(dict.fromkeys(one.code for one in lots[:6])) + ("…" if len(lots) > 6 else "")


def tallies_of(recall: Recall) -> list[Tally]:
    """Handed on, come back, destroyed, gone and open, by unit of measure."""
    with widened("amounts of a recall in every unit, for who may see the recall"):
        sent = [
            (one.uom or recall.lot.uom, one.quantity)
            for one in recall.deliveries.filter(quantity__isnull=False)
            if one.quantity is not None
        ]
        sent += _packed_amounts(recall)
    found = recall.findings.filter(withdrawn_at__isnull=True)
    return tallies(sent, [(one.kind, one.uom, one.quantity) for one in found])


def _packed_amounts(recall: Recall) -> list[tuple[str, Any]]:
    """Amounts of recalled lots inside cartons that were handed on (a pallet counts by its cartons)."""
    from xaso.services.trace.models import PackageContent

    lots = RecallThing.objects.filter(recall=recall, lot__isnull=False).exclude(side="back").values("lot_id")
    gone = recall.deliveries.filter(quantity__isnull=True).values("thing_id")
    inside = Q(package__thing__in=gone) | Q(package__inside__thing__in=gone)
    rows = PackageContent.objects.filter(inside, lot__in=lots).distinct()
    return [(one.lot.uom, one.quantity) for one in rows.select_related("lot")]


def public_recalls() -> list[Recall]:
    """What everybody may know: running recalls, and those that ended within a year."""
    with widened("recalls are public once they are confirmed"):
        shown = Q(state=Recall.State.RUNNING) | Q(
            state=Recall.State.CLOSED, closed_at__gte=now() - KEPT_PUBLIC
        )
        rows = Recall.objects.filter(shown).select_related("lot__product", "enterprise")
        return list(rows.order_by("-started_at")[:200])


def public_recall(code: str) -> tuple[Recall, list[Lot]]:
    """One public recall with the lots that buyers must not use. Raises NotFound."""
    with widened("recalls are public once they are confirmed"):
        rows = Recall.objects.select_related("lot__product", "enterprise")
        found = rows.filter(code=code, state__in=[Recall.State.RUNNING, Recall.State.CLOSED]).first()
        if found is None:
            raise NotFound("Không có đợt thu hồi này.")
        lots = Lot.objects.filter(facts__recall=code, published_at__isnull=False)
        return found, list(
            lots.select_related("product", "enterprise").order_by("product__name", "code")[:500]
        )


def notice_of(lot: Lot) -> dict[str, Any] | None:
    """What the page behind a code warns of: code, cause, advice and since when; None for a lot that is free."""
    code = lot.facts.get("recall") if lot.state in {Lot.State.HELD, Lot.State.RECALLED} else None
    if not code:
        return None
    with widened("recalls are public once they are confirmed"):
        found = Recall.objects.filter(code=code).first()
    if found is None:
        return None
    return {
        "code": found.code,
        "cause": found.get_cause_display(),
        "advice": found.advice,
        "since": found.started_at,
        "ended": found.closed_at,
    }


def sheet_of(recall: Recall) -> Iterator[str]:
    """All things and holders of a recall as CSV lines for a spreadsheet."""
    head = [
        "Phía",
        "Cách lô bị nghi",
        "Loại",
        "Số",
        "Sản phẩm",
        "Cơ sở",
        "Tình trạng",
        "Định danh",
        "Nơi giữ",
        "Giấy tờ",
    ]
    yield "\ufeff" + _line(head)
    where: dict[str, list[RecallDelivery]] = {}
    with widened("goods of a recall in every unit, for who may see the recall"):
        for one in recall.deliveries.select_related("thing", "holder"):
            where.setdefault(one.thing.uri, []).append(one)
    for row in rows_of(recall):
        facts = [
            row[name] for name in ("side", "depth", "sort", "code", "product", "enterprise", "state", "uri")
        ]
        held = where.get(row["uri"], [])
        yield _line(
            [
                *facts,
                "; ".join(one.holder.name for one in held),
                "; ".join(paper for one in held for paper in one.holder.papers),
            ]
        )


def _line(cells: list[Any]) -> str:
    """One CSV line; a cell that a spreadsheet would run as a formula is made plain text."""
    out = io.StringIO()
    csv.writer(out).writerow(
        [f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell for cell in cells]
    )
    return out.getvalue()


def outward_items(viewer: Viewer, state: str = "") -> QuerySet[OutwardItem]:
    """Lots on their way to the national portal, troubles first."""
    if not viewer.can(VIEW):
        raise Forbidden()
    rows = OutwardItem.objects.filter(viewer.scope(VIEW))
    rows = rows.filter(state=state) if state else rows
    return rows.select_related("lot__product", "lot__enterprise").order_by("-created_at")


def outward_trouble_count(viewer: Viewer) -> int:
    """How many lots the portal did not take and somebody must look at."""
    bad = [OutwardItem.State.DEAD, OutwardItem.State.REFUSED, OutwardItem.State.INCOMPLETE]
    return outward_items(viewer).filter(state__in=bad).count()


def may_decide(viewer: Viewer, unit_path: str) -> bool:
    """Whether the viewer may order a recall on this unit."""
    return viewer.can(RIGHT, unit_path)


def lot_ids_near(lot: Lot) -> set[UUID]:
    """Lots upstream of a lot, which may be recalled together with it."""
    from xaso.services.trace.graph import upstream

    with widened("lots joined to a recall"):
        return set(
            Lot.objects.filter(thing__in=list(upstream([lot.thing_id]).depth)).values_list("pk", flat=True)
        )
