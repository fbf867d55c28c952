"""Reads of lots, packages, shipments and labels: for who sits in the enterprise, and for officers of its unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.text import search_text
from xaso.services.trace import graph
from xaso.services.trace.labels_words import package_words
from xaso.services.trace.models import (
    LabelBatch,
    LabelReprint,
    Lot,
    Package,
    Plant,
    ProcessRun,
    Product,
    ResolverLink,
    Shipment,
    Site,
    TradeItem,
)
from xaso.services.trace.queries.diary import Place

VIEW = "trace.view"
SHOWN = 200
STAGES = 40


def lots_of(place: Place, *, kind: str = "", text: str = "", all_of_them: bool = False) -> QuerySet[Lot]:
    """Lots of the enterprise, newest first; without ``all_of_them`` only those that still have something."""
    rows = Lot.objects.filter(enterprise=place.enterprise).select_related("product", "item", "site")
    if kind:
        rows = rows.filter(product__kind=kind)
    if not all_of_them:
        rows = rows.filter(left__gt=0)
    return _searched(rows, text).order_by("-made_on", "-created_at")


def _searched(rows: QuerySet[Lot], text: str) -> QuerySet[Lot]:
    text = text.strip()
    if not text:
        return rows
    found = Q(code__istartswith=text) | Q(token=text.lower())
    folded = search_text(text)
    return rows.filter(found | Q(product__search_text__contains=folded) if folded else found)


def lot_of(place: Place, token: str) -> Lot:
    """One lot of the enterprise. Raises NotFound."""
    rows = Lot.objects.filter(enterprise=place.enterprise, token=token)
    found = rows.select_related("enterprise", "product", "item", "site", "thing").first()
    if found is None:
        raise NotFound("Không tìm thấy lô hàng này ở cơ sở.")
    return found


@dataclass(frozen=True)
class Stock:
    """What is left of one product."""

    product: Product
    left: Decimal
    uom: str
    lots: int


def stock_of(place: Place) -> list[Stock]:
    """What is left, product by product."""
    rows = (
        Lot.objects.filter(enterprise=place.enterprise, left__gt=0)
        .values("product_id", "uom")
        .annotate(total=Sum("left"), lots=Count("id"))
        .order_by("product__kind", "product__name")
    )
    products = {one.pk: one for one in Product.objects.filter(enterprise=place.enterprise)}
    return [Stock(products[row["product_id"]], row["total"], row["uom"], row["lots"]) for row in rows]


def to_process(place: Place) -> list[Lot]:
    """Lots that something can be made of: raw material first, oldest first."""
    rows = Lot.objects.filter(enterprise=place.enterprise, left__gt=0, state=Lot.State.OPEN)
    return list(rows.select_related("product", "site").order_by("-product__kind", "made_on", "code")[:60])


def open_runs(place: Place) -> list[ProcessRun]:
    """Batches that are being filled."""
    rows = ProcessRun.objects.filter(enterprise=place.enterprise, finished_at__isnull=True)
    return list(rows.select_related("product", "enterprise").order_by("-created_at"))


def run_of(place: Place, token: str) -> ProcessRun:
    """One open batch. Raises NotFound."""
    found = next((one for one in open_runs(place) if one.token == token), None)
    if found is None:
        raise NotFound("Không tìm thấy mẻ chế biến này, hoặc mẻ đã xong.")
    return found


def put_into(run: ProcessRun) -> list[tuple[Lot, Decimal]]:
    """What was put into a batch so far, in the order it was written."""
    lots = {str(one.pk): one for one in Lot.objects.filter(pk__in=[row["lot"] for row in run.inputs])}
    return [(lots[row["lot"]], Decimal(row["quantity"])) for row in run.inputs if row["lot"] in lots]


def done_products(place: Place) -> list[Product]:
    """What the enterprise sells."""
    rows = Product.objects.filter(enterprise=place.enterprise, kind=Product.Kind.DONE, ended_at__isnull=True)
    return list(rows.order_by("name"))


def items_of(place: Place, product: Product | None = None) -> list[TradeItem]:
    """Pack sizes of one product, or of all."""
    rows = TradeItem.objects.filter(product__enterprise=place.enterprise, ended_at__isnull=True)
    if product is not None:
        rows = rows.filter(product=product)
    return list(rows.select_related("product__enterprise").order_by("product__name", "net_quantity"))


def sites_of(place: Place, *kinds: str) -> list[Site]:
    """Places of the enterprise in use, of these kinds."""
    rows = Site.objects.filter(enterprise=place.enterprise, ended_at__isnull=True)
    return list((rows.filter(kind__in=kinds) if kinds else rows).order_by("kind", "name"))


def plants_of(site: Site) -> QuerySet[Plant]:
    """Plants of a plot that are followed."""
    return Plant.objects.filter(site=site, ended_at__isnull=True).order_by("code")


def packages_of(place: Place, state: str = "") -> list[Package]:
    """Packages that stand alone (not on a pallet), newest first."""
    rows = Package.objects.filter(enterprise=place.enterprise, inside__isnull=True)
    if state:
        rows = rows.filter(state=state)
    rows = rows.prefetch_related("contents__lot__product", "holds__contents__lot__product")
    return list(rows.order_by("-packed_at", "-pk")[:SHOWN])


def packages_with(lot: Lot) -> list[Package]:
    """Packages in which this lot lies."""
    rows = Package.objects.filter(contents__lot=lot).prefetch_related(
        "contents__lot__product", "holds__contents"
    )
    return list(rows.order_by("-packed_at", "-pk")[:SHOWN])


def package_of(place: Place, token: str) -> Package:
    """One package of the enterprise. Raises NotFound."""
    rows = Package.objects.filter(enterprise=place.enterprise, token=token).select_related(
        "enterprise", "thing"
    )
    found = rows.prefetch_related("contents__lot__product", "holds").first()
    if found is None:
        raise NotFound("Không tìm thấy kiện hàng này ở cơ sở.")
    return found


def shipments_of(place: Place) -> QuerySet[Shipment]:
    """What the enterprise sent, and what is on its way to it; newest first."""
    mine = Q(enterprise=place.enterprise) | Q(receiver=place.enterprise)
    return Shipment.objects.filter(mine).select_related("enterprise").order_by("-shipped_at", "-pk")


def shipment_of(place: Place, token: str) -> Shipment:
    """One shipment sent or awaited by the enterprise. Raises NotFound."""
    found = shipments_of(place).filter(token=token).select_related("receiver", "enterprise").first()
    if found is None:
        raise NotFound("Không tìm thấy chuyến hàng này.")
    return found


def batches_of(place: Place, lot: Lot | None = None) -> list[LabelBatch]:
    """Printings of labels, newest first."""
    rows = LabelBatch.objects.filter(enterprise=place.enterprise).select_related("lot__product", "site")
    return list((rows.filter(lot=lot) if lot else rows).order_by("-printed_at", "-pk")[:100])


def batch_of(place: Place, key: UUID) -> LabelBatch:
    """One printing. Raises NotFound."""
    rows = LabelBatch.objects.filter(enterprise=place.enterprise, pk=key)
    found = rows.select_related("enterprise", "lot__product", "lot__enterprise", "site").first()
    if found is None:
        raise NotFound("Không tìm thấy đợt in tem này.")
    return found


def reprints_of(batch: LabelBatch) -> list[LabelReprint]:
    """Later printings of the same labels, newest first."""
    return list(batch.reprints.order_by("-created_at"))


def links_of(place: Place) -> list[ResolverLink]:
    """Links that the enterprise added to its codes."""
    rows = ResolverLink.objects.filter(enterprise=place.enterprise, ended_at__isnull=True)
    return list(rows.select_related("enterprise").order_by("-created_at"))


# ---- officers -------------------------------------------------------------------------------------------------------


def lots_at_desk(viewer: Viewer, *, text: str = "", state: str = "") -> QuerySet[Lot]:
    """Lots of the officer's units, newest first."""
    rows = Lot.objects.filter(viewer.scope(VIEW, "unit_path")).select_related("product", "enterprise", "item")
    if state in Lot.State.values:
        rows = rows.filter(state=state)
    return _searched(rows, text).order_by("-made_on", "-created_at")


def lot_at_desk(viewer: Viewer, token: str) -> Lot:
    """One lot for an officer of its unit. Raises NotFound."""
    rows = (
        lots_at_desk(viewer)
        .filter(token=token)
        .select_related("enterprise", "product", "item", "site", "thing")
    )
    found = rows.first()
    if found is None:
        raise NotFound("Không tìm thấy lô hàng này ở đơn vị của đồng chí.")
    return found


def facts_of(lot: Lot) -> dict[str, Any]:
    """What pages of a lot share: where it went, who got it, which labels were printed."""
    boxes = Package.objects.filter(contents__lot=lot).values("pk", "inside")
    keys = {row["pk"] for row in boxes} | {row["inside"] for row in boxes if row["inside"]}
    sent = (
        Shipment.objects.filter(Q(lines__package__in=keys) | Q(lines__lot=lot))
        .distinct()
        .order_by("-shipped_at")
    )
    return {
        "packages": [(one, package_words(one)) for one in packages_with(lot)],
        "way": _way(lot),
        "shipments": list(sent[:SHOWN]),
        "labels": list(LabelBatch.objects.filter(lot=lot).order_by("-printed_at")[:50]),
    }


def _way(lot: Lot) -> list[dict[str, Any]]:
    """The newest stages of the lot's way, as a timeline shows them."""
    own = lot.enterprise.short_name or lot.enterprise.name
    found = []
    for one in reversed(graph.way_of(lot)[-STAGES:]):
        by = " · ".join(part for part in (one.place, one.enterprise if one.enterprise != own else "") if part)
        found.append({"title": one.label, "at": one.at, "by": by})
    return found
