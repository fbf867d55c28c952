"""What a code leads to: the thing that was issued, and the links of it, of its lot and of its product."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from django.conf import settings
from django.db.models import Q

from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import gs1
from xaso.kernel.plain.moment import today
from xaso.services.trace.labels_rules import BODY, SIGNATURE
from xaso.services.trace.linking import DEFAULT, DEFAULT_MULTI, JSON, Link
from xaso.services.trace.models import (
    Enterprise,
    LabelCode,
    Lot,
    Package,
    Plant,
    Product,
    ResolverLink,
    Site,
    Thing,
    TradeItem,
)
from xaso.services.trace.naming import own


@dataclass
class Found:
    """What was found for an address: its canonical form, a name, links of all levels, and what nobody issued of it."""

    anchor: str
    title: str
    links: list[Link] = field(default_factory=list)
    unknown: str = ""  # "", "lot" or "serial": the finer part that nobody issued


def _page(path: str) -> str:
    return f"{settings.XASO_BASE_URL}{path}"


def goods_links(token: str, name: str, serial: str = "", *, level: int = 0) -> list[Link]:
    """The links that every lot and product has by itself: its page in two languages, its way, its passport."""
    page = _page(f"/trace/q/{token}")
    tail = f"s={quote(serial)}" if serial else ""

    def at(*parts: str) -> str:
        query = "&".join(part for part in (*parts, tail) if part)
        return f"{page}?{query}" if query else page

    titles = {"vi": name, "en": f"{name} (English)"}
    found = [Link(DEFAULT, at(), name, level=level)]
    for rel in (DEFAULT_MULTI, "gs1:pip", "gs1:traceability"):
        found += [Link(rel, at(f"lang={lang}"), titles[lang], lang, level=level) for lang in ("vi", "en")]
    passport = f"{page}/ho-chieu.json"
    return [*found, Link("gs1:masterData", passport, f"Hộ chiếu số: {name}", media=JSON, level=level)]


def _page_links(path: str, title: str) -> list[Link]:
    """The links of what has one small page of its own: plants, places, packages."""
    page = _page(path)
    return [Link(DEFAULT, page, title), Link("gs1:traceability", page, title, "vi")]


def _added(anchors: dict[str, int]) -> list[Link]:
    """Links that the enterprise added for these anchors, in force today."""
    day = today()
    rows = ResolverLink.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day),
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        anchor__in=anchors,
        ended_at__isnull=True,
    ).order_by("pk")
    return [
        Link(one.link_type, one.href, one.title, one.lang, one.media_type, level=anchors[one.anchor])
        for one in rows
    ]


def _of_lot(anchor: str, lot: Lot, serial: str = "") -> Found:
    """A published lot: its own links, then those of its product and pack, one level up each."""
    levels = {lot.thing.uri: 0, own("class", lot.token): 0, own("class", lot.product.token): 2}
    if lot.item is not None and lot.item.gtin:
        levels[f"{gs1.CANONICAL}/01/{lot.item.gtin}"] = 1
        levels.setdefault(gs1.build({"01": lot.item.gtin, "10": lot.code}), 0)
    name = f"{lot.product.name}, lô {lot.code}"
    links = goods_links(lot.token, name, serial)
    if lot.product.is_public:
        links += [
            one
            for one in goods_links(lot.product.token, lot.product.name, level=2)
            if one.rel != DEFAULT_MULTI
        ]
    return Found(anchor, name, [*links, *_added(levels)])


def _of_product(anchor: str, product: Product, item: TradeItem | None = None) -> Found:
    levels = {own("class", product.token): 1 if item else 0}
    if item is not None:
        levels[f"{gs1.CANONICAL}/01/{item.gtin}"] = 0
    return Found(anchor, product.name, [*goods_links(product.token, product.name), *_added(levels)])


def _published(**wanted: object) -> Lot | None:
    rows = Lot.objects.select_related("product", "item", "thing").filter(published_at__isnull=False, **wanted)
    return rows.first()


def _is_printed(lot: Lot, serial: str) -> bool:
    return LabelCode.objects.filter(serial=serial, batch__lot=lot, ended_at__isnull=True).exists()


def _with_serial(anchor: str, lot: Lot, serial: str) -> Found:
    found = _of_lot(anchor, lot, serial)
    if not _is_printed(lot, serial):
        found.unknown = "serial"
    return found


def find_own(viewer: Viewer, kind: str, identifier: str) -> Found | None:
    """What an address of our own leads to: a lot, product, label, plant, package, place; None for what nobody issued.

    Open to all: answers names of goods and places, addresses of their public pages.
    """
    anchor = own(kind, identifier)
    with widened("a code that was scanned leads to its public page"):
        if kind == "class":
            return _own_class(anchor, identifier)
        if kind == "obj":
            return _own_object(anchor, identifier)
        return _own_place(anchor, identifier) if kind == "loc" else None


def _own_class(anchor: str, token: str) -> Found | None:
    lot = _published(token=token)
    if lot is not None:
        return _of_lot(anchor, lot)
    product = Product.objects.filter(token=token, is_public=True).first()
    return _of_product(anchor, product) if product else None


def _own_object(anchor: str, identifier: str) -> Found | None:
    token, dash, serial = identifier.partition("-")
    if dash:
        lot = _published(token=token)
        return _with_serial(anchor, lot, serial) if lot and len(serial) == BODY + SIGNATURE else None
    package = Package.objects.filter(token=identifier).first()
    if package is not None:
        return Found(
            anchor, str(package), _page_links(f"/trace/kien/{identifier}/", package.get_kind_display())
        )
    plant = Plant.objects.filter(uri=anchor, ended_at__isnull=True).select_related("site__enterprise").first()
    if plant is None:
        return None
    title = f"Cây {plant.code}, {plant.site.name}"
    return Found(anchor, title, [*_page_links(f"/trace/cay/{identifier}/", title), *_added({anchor: 0})])


def _own_place(anchor: str, token: str) -> Found | None:
    site = Site.objects.filter(uri=anchor, ended_at__isnull=True).first()
    enterprise = None if site else Enterprise.objects.filter(token=token, ended_at__isnull=True).first()
    if site is None and enterprise is None:
        return None
    title = site.name if site else str(enterprise)
    return Found(anchor, title, [*_page_links(f"/trace/noi/{token}/", title), *_added({anchor: 0})])


def find_gs1(viewer: Viewer, link: gs1.Link) -> Found | None:
    """What a GS1 Digital Link leads to: walks up from serial to lot to trade item. None for what nobody issued here."""
    key, value = link.key
    anchor = gs1.build(link.path)
    with widened("a code that was scanned leads to its public page"):
        if key == "01":
            return _trade_item(anchor, link.path)
        if key == "00":
            package = Package.objects.filter(sscc=value).first()
            if package is None:
                return None
            return Found(
                anchor, str(package), _page_links(f"/trace/kien/{package.token}/", package.get_kind_display())
            )
        return _place_by_gln(anchor, value) if key in {"414", "417"} else None


def _trade_item(anchor: str, path: dict[str, str]) -> Found | None:
    gtin, code, serial = path["01"], path.get("10", ""), path.get("21", "")
    lot = _lot_named(gtin, code) if code else None
    if lot is None and serial:
        lot = _published(item__gtin=gtin, labels__codes__serial=serial) if not code else None
    if lot is not None:
        return _with_serial(anchor, lot, serial) if serial else _of_lot(anchor, lot)
    item = TradeItem.objects.filter(gtin=gtin).select_related("product").order_by("ended_at").first()
    if item is None or not item.product.is_public:
        return None
    found = _of_product(anchor, item.product, item)
    found.unknown = "lot" if code else "serial" if serial else ""
    return found


def _lot_named(gtin: str, code: str) -> Lot | None:
    """A lot by any GTIN it ever carried: names lead to one thing."""
    thing = Thing.objects.filter(uri=gs1.build({"01": gtin, "10": code})).first()
    return _published(thing_id=thing.same_as_id or thing.pk) if thing else None


def _place_by_gln(anchor: str, gln: str) -> Found | None:
    site = Site.objects.filter(gln=gln, ended_at__isnull=True).first()
    if site is not None:
        token = site.uri.rsplit("/", 1)[-1]
        return Found(
            anchor, site.name, [*_page_links(f"/trace/noi/{token}/", site.name), *_added({site.uri: 0})]
        )
    enterprise = Enterprise.objects.filter(gln=gln, ended_at__isnull=True).first()
    if enterprise is None:
        return None
    return Found(anchor, enterprise.name, _page_links(f"/trace/noi/{enterprise.token}/", enterprise.name))


# ---- the small pages ------------------------------------------------------------------------------------------------


def place_of(viewer: Viewer, token: str) -> tuple[Enterprise, Site | None] | None:
    """The place behind a token: a site with its enterprise, or an enterprise alone. No household is told."""
    with widened("a place that was scanned is told by name"):
        site = (
            Site.objects.filter(uri=own("loc", token), ended_at__isnull=True)
            .select_related("enterprise")
            .first()
        )
        if site is not None:
            return site.enterprise, site
        enterprise = Enterprise.objects.filter(token=token, ended_at__isnull=True).first()
        return (enterprise, None) if enterprise else None


def plant_of(viewer: Viewer, token: str) -> Plant | None:
    """The plant behind a token, with its plot and enterprise."""
    with widened("a plant that was scanned is told by name"):
        rows = Plant.objects.filter(uri=own("obj", token), ended_at__isnull=True)
        return rows.select_related("site__enterprise").first()


def package_of(viewer: Viewer, token: str) -> tuple[Package, list[tuple[Lot, object]], int] | None:
    """The package behind a token: itself, published lots in it (also in its cartons) with amounts, and its cartons.

    Who scans a carton holds it in their hands: they are told what it holds, not where it goes.
    """
    with widened("a package that was scanned tells what lies in it"):
        package = Package.objects.filter(token=token).select_related("enterprise").first()
        if package is None:
            return None
        inner = list(package.holds.all())
        totals: dict[Lot, object] = {}
        for one in (package, *inner):
            for line in one.contents.select_related("lot__product", "lot__item").order_by("pk"):
                totals[line.lot] = totals.get(line.lot, 0) + line.quantity  # type: ignore[operator]
        return package, list(totals.items()), len(inner)


def is_lot_of(viewer: Viewer, product: str, code: str) -> bool:
    """Whether a product (by its token) has a published lot of this code."""
    with widened("whether a lot on a label was ever made"):
        return Lot.objects.filter(product__token=product, code=code, published_at__isnull=False).exists()


def sold_by(viewer: Viewer, enterprise: Enterprise) -> list[Product]:
    """Products of an enterprise that buyers may see."""
    with widened("published products are public"):
        rows = Product.objects.filter(enterprise=enterprise, is_public=True, ended_at__isnull=True)
        return list(rows.order_by("name")[:60])
