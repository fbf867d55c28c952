"""Reads of the buyer's page: kept pages, labels, scans, and what buyers wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.trace.actions.buyer_feedback import FAKES, GONE, follow_hash
from xaso.services.trace.buyer.page import build
from xaso.services.trace.models import (
    Enterprise,
    Feedback,
    LabelCode,
    Lot,
    Product,
    PublicPage,
    Recording,
    Scan,
)
from xaso.services.trace.rules.buyer import Seen, in_force
from xaso.services.trace.seats import MANAGER, RECORDER, must_sit

WEEK = timedelta(days=7)
LOTS = 100


def kept_page(token: str, lang: str) -> PublicPage | None:
    """The page as it is kept, when it is still good. Open to all: it holds what is public."""
    return PublicPage.objects.filter(token=token, lang=lang, build=build(), fresh_until__gt=now()).first()


def is_public(token: str) -> bool:
    """Whether a code names something published."""
    with widened("whether a code names something published"):
        lots = Lot.objects.filter(token=token, published_at__isnull=False)
        return lots.exists() or Product.objects.filter(token=token, is_public=True).exists()


def goods_name(token: str) -> tuple[str, str, str]:
    """Name of the product, code of the lot (or ""), name of the enterprise. Raises NotFound."""
    with widened("the name of published goods"):
        lot = (
            Lot.objects.select_related("product__enterprise")
            .filter(token=token, published_at__isnull=False)
            .first()
        )
        if lot is not None:
            return lot.product.name, lot.code, lot.product.enterprise.name
        product = Product.objects.select_related("enterprise").filter(token=token, is_public=True).first()
    if product is None:
        raise NotFound("Mã này chưa được công bố hoặc không có.")
    return product.name, "", product.enterprise.name


@dataclass(frozen=True)
class Label:
    """A label that was printed for a lot: its number, and the batch that knows its scratch code."""

    serial: str
    has_scratch: bool
    code: LabelCode


def label_of(token: str, serial: str) -> Label | None:
    """The label with this number if it was printed for this lot and is still in use; None for any other."""
    if not serial or len(serial) > 20:
        return None
    with widened("whether a number stands on a label of these published goods"):
        code = (
            LabelCode.objects.select_related("batch")
            .filter(
                Q(batch__lot__token=token) | Q(batch__lot__product__token=token),
                serial=serial,
                ended_at__isnull=True,
            )
            .first()
        )
    return Label(code.serial, code.batch.has_scratch, code) if code is not None else None


def seen(token: str, serial: str) -> Seen:
    """How one label was scanned so far. Open to all: counts and provinces, nobody's device."""
    day = today()
    since = day - timedelta(days=in_force("scans", day)["within_days"])
    rows = Scan.objects.filter(code=token, serial=serial)
    places = rows.filter(day__gte=since).exclude(place="").values_list("place", flat=True).distinct()
    counts = rows.aggregate(devices=Count("id"), today=Count("id", filter=Q(day=day)))
    return Seen(counts["today"], counts["devices"], sorted(places))


def followed(follow: str) -> Feedback:
    """What a buyer wrote, by the private address they were given. Raises NotFound."""
    with widened("the private address of a buyer's own words opens them"):
        row = (
            Feedback.objects.select_related("product", "enterprise", "lot")
            .filter(follow=follow_hash(follow))
            .first()
        )
    if row is None:
        raise NotFound(GONE)
    return row


def enterprise_for(viewer: Viewer, token: str) -> tuple[Enterprise, str]:
    """An enterprise whose manager or recorder the viewer is, and the role. NotFound, Forbidden."""
    enterprise = Enterprise.objects.filter(token=token).first()
    if enterprise is None:
        raise NotFound("Không có cơ sở này.")
    return enterprise, must_sit(viewer, enterprise, MANAGER, RECORDER)


def feedback_of(viewer: Viewer, enterprise: Enterprise) -> QuerySet[Feedback]:
    """What buyers wrote to an enterprise, newest first; the caller has come through ``enterprise_for``."""
    rows = Feedback.objects.filter(enterprise=enterprise).exclude(state=Feedback.State.SPAM)
    return rows.select_related("product", "lot").order_by("-created_at")


def one_feedback(viewer: Viewer, enterprise: Enterprise, feedback_id: UUID) -> Feedback:
    """One of them. Raises NotFound."""
    row = feedback_of(viewer, enterprise).filter(pk=feedback_id).first()
    if row is None:
        raise NotFound(GONE)
    return row


@dataclass(frozen=True)
class ScanRow:
    """A lot with its scans: devices of the last seven days, devices in all, openings in all."""

    lot: Lot
    week: int
    devices: int
    times: int


def scans_of(viewer: Viewer, enterprise: Enterprise) -> list[ScanRow]:
    """The newest published lots of an enterprise with how they were scanned."""
    lots = list(
        Lot.objects.select_related("product")
        .filter(enterprise=enterprise, published_at__isnull=False)
        .order_by("-published_at")[:LOTS]
    )
    counts = {
        row["code"]: row
        for row in Scan.objects.filter(code__in=[lot.token for lot in lots])
        .values("code")
        .annotate(
            devices=Count("id"), times=Sum("times"), week=Count("id", filter=Q(day__gte=today() - WEEK))
        )
    }
    nothing = {"devices": 0, "times": 0, "week": 0}
    return [
        ScanRow(lot, found["week"], found["devices"], found["times"])
        for lot in lots
        for found in [counts.get(lot.token, nothing)]
    ]


def products_of(viewer: Viewer, enterprise: Enterprise) -> Sequence[tuple[Product, dict[str, Recording]]]:
    """Products in sale with their recordings by language."""
    products = list(
        Product.objects.filter(enterprise=enterprise, kind="done", ended_at__isnull=True).order_by("name")
    )
    rows = Recording.objects.filter(product__in=products, ended_at__isnull=True)
    voices: dict[UUID, dict[str, Recording]] = {}
    for row in rows:
        voices.setdefault(row.product_id, {})[row.lang] = row
    return [(product, voices.get(product.pk, {})) for product in products]


def fakes(viewer: Viewer) -> QuerySet[Feedback]:
    """Reports of fakes that this officer may judge, open ones first, newest first."""
    rows = Feedback.objects.filter(viewer.scope(FAKES), kind=Feedback.Kind.FAKE)
    waits = Q(finding="") & ~Q(state=Feedback.State.SPAM)
    return (
        rows.select_related("product", "enterprise", "lot")
        .annotate(waits=waits)
        .order_by("-waits", "-created_at")
    )


def fakes_count(viewer: Viewer) -> int:
    """How many wait for this officer."""
    return fakes(viewer).filter(finding="").exclude(state=Feedback.State.SPAM).count()


def one_fake(viewer: Viewer, feedback_id: UUID) -> Feedback:
    """One report (or any words of a buyer, to judge them spam) in the officer's units. Raises NotFound."""
    row = (
        Feedback.objects.filter(viewer.scope(FAKES))
        .select_related("product", "enterprise", "lot")
        .filter(pk=feedback_id)
        .first()
    )
    if row is None:
        raise NotFound(GONE)
    return row


def unknown_scans(viewer: Viewer) -> list[dict[str, Any]]:
    """Codes that nobody issued and that were scanned in the last 30 days, the most often first."""
    if not viewer.can(FAKES):
        raise Forbidden()
    rows = Scan.objects.filter(is_known=False, day__gte=today() - timedelta(days=30)).values("code", "serial")
    found = rows.annotate(devices=Count("id"), times=Sum("times")).order_by("-devices")[:50]
    return [dict(one) for one in found]
