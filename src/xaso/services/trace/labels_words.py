"""What stands on labels, in words, and the address in their code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xaso.kernel.plain import gs1
from xaso.kernel.plain.formats import day, phone
from xaso.services.trace.labels_rules import grouped
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import Lot, Package, Plant, Site
from xaso.services.trace.naming import lot_uri, own, stem


def lot_address(lot: Lot, serial: str = "") -> str:
    """The address in the code of a lot's label, on our resolver: by GTIN where the pack has one, else our own."""
    gtin = lot.item.gtin if lot.item is not None else ""
    return address_of(gtin, lot.code, lot.token, serial)


def address_of(gtin: str, code: str, token: str, serial: str = "") -> str:
    """As ``lot_address``, from what was frozen."""
    if gtin:
        elements = {"01": gtin, "10": code, **({"21": serial} if serial else {})}
        return gs1.build(elements, stem=stem())
    return own("obj", f"{token}-{serial}") if serial else lot_uri(token)


def _bare(uri: str) -> str:
    """An address as people type it."""
    return uri.split("://", 1)[-1]


def of_lot(lot: Lot) -> dict[str, Any]:
    """The label of a lot: name, pack, lot, days, maker, address."""
    product, item, enterprise = lot.product, lot.item, lot.enterprise
    lines = [["Số lô:", lot.code], ["Ngày làm:", day(lot.made_on)]]
    if lot.expires_on:
        lines.append(["Hạn dùng:", day(lot.expires_on)])
    if lot.best_before:
        lines.append(["Dùng tốt trước:", day(lot.best_before)])
    if item is not None and item.gtin:
        lines.append(["GTIN:", item.gtin.removeprefix("0")])
    if product.storage_note:
        lines.append(["Bảo quản:", product.storage_note])
    if product.safety_note:
        lines.append(["Chú ý:", product.safety_note])
    told = phone(enterprise.phone).replace(" ", "\u00a0")
    maker = ", ".join(part for part in (enterprise.name, enterprise.address, told) if part)
    uri = lot_address(lot)
    return {
        "uri": uri,
        "title": product.name,
        "sub": item.name if item else "",
        "lines": lines,
        "foot": f"{maker}. Quét mã hoặc mở {_bare(uri)}",
        "gtin": item.gtin if item else "",
        "lot": lot.code,
        "token": lot.token,
    }


def of_package(package: Package) -> dict[str, Any]:
    """The label of a carton or pallet: number, contents, sender."""
    inner = list(package.holds.order_by("pk"))
    contents = package.contents.select_related("lot__product").order_by("pk")
    lines = [
        [f"{one.lot.product.name}:", f"{said(one.quantity, one.lot.uom)}, lô {one.lot.code}"]
        for one in contents
    ]
    if inner:
        lines.append(["Gồm:", f"{len(inner)} thùng"])
    uri = f"{stem()}/00/{package.sscc}" if package.sscc else own("obj", package.token)
    number = ["SSCC:", grouped(package.sscc)] if package.sscc else ["Số:", grouped(package.token)]
    return {
        "uri": uri,
        "title": package.get_kind_display(),
        "sub": package.enterprise.name,
        "lines": [number, *lines, ["Đóng ngày:", day(package.packed_at)]],
        "foot": f"Mở {_bare(uri)}",
    }


def of_plant(plant: Plant) -> dict[str, Any]:
    """The sign on a plant. Households are not named: the sign hangs where anybody walks by."""
    site = plant.site
    lines = [["Thửa:", site.name]]
    if plant.planted_year or site.planted_year:
        lines.append(["Trồng năm:", str(plant.planted_year or site.planted_year)])
    if site.variety:
        lines.append(["Giống:", site.variety])
    return {
        "uri": plant.uri,
        "title": f"Cây {plant.code}",
        "sub": site.enterprise.name,
        "lines": lines,
        "foot": _bare(plant.uri),
    }


def of_site(site: Site) -> dict[str, Any]:
    """The sign of a plot or other place."""
    lines = [
        [label, value]
        for label, value in (("Giống:", site.variety), ("Mã vùng trồng:", site.area_code))
        if value
    ]
    uri = f"{stem()}/414/{site.gln}" if site.gln else site.uri
    return {
        "uri": uri,
        "title": site.name,
        "sub": f"{site.get_kind_display()} · {site.enterprise.name}",
        "lines": lines,
        "foot": _bare(uri),
    }


def package_words(package: Package) -> str:
    """A package in one line: kind, number, contents. Contents are prefetched by the caller."""
    number = package.sscc or grouped(package.token)
    lines = list(package.contents.all())
    for one in package.holds.all():
        lines += list(one.contents.all())
    told = ", ".join(dict.fromkeys(f"{one.lot.product.name} lô {one.lot.code}" for one in lines))
    total = sum((one.quantity for one in lines), Decimal(0))
    amount = f" {said(total, lines[0].lot.uom)}" if lines else ""
    return (
        f"{package.get_kind_display()} {number}: {told}{amount}"
        if told
        else f"{package.get_kind_display()} {number}"
    )
