"""Plots, workshops, stores and plants."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.actions import add_layer, add_place, move_place
from xaso.kernel.places.geometry import GeometryError
from xaso.kernel.places.geometry import read as read_geometry
from xaso.kernel.places.models import Layer
from xaso.kernel.plain import gs1
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean
from xaso.services.trace import crops
from xaso.services.trace.actions.farm import MANAGE
from xaso.services.trace.models import Enterprise, Member, Plant, Site
from xaso.services.trace.naming import new_token, own
from xaso.services.trace.seats import MANAGER, must_sit

MOST_PLANTS = 2000
AREAS, POINTS = "trace-plots", "trace-sites"
_LAYERS = {AREAS: ("Thửa, nương của cơ sở sản xuất", "area"), POINTS: ("Xưởng, kho, điểm bán", "point")}


def _layer(key: str) -> Layer:
    known = Layer.objects.filter(key=key).first()
    if known is not None:
        return known
    title, shape = _LAYERS[key]
    return add_layer(Viewer.system(), key=key, title=title, shape=shape, color="#1e6b3a")


def _put_on_map(site: Site, enterprise: Enterprise, geometry: Any) -> None:
    """Where the site is; the caller has checked who asks. A plot is an area, or a point until somebody walks it."""
    if site.place is not None and site.place.layer.key == _layer_of(geometry):
        move_place(Viewer.system(), place=site.place, geometry=geometry)
        return
    site.place = add_place(
        Viewer.system(),
        layer=_layer(_layer_of(geometry)),
        unit=enterprise.unit,
        name=site.name,
        geometry=geometry,
        address=enterprise.address,
        facts={"enterprise": str(enterprise.pk), "site": str(site.pk)},
    )
    site.save(update_fields=["place"])


def _layer_of(geometry: Any) -> str:
    inner = geometry.get("geometry", geometry) if isinstance(geometry, Mapping) else {}
    return AREAS if str((inner or {}).get("type", "")).endswith("Polygon") else POINTS


def area_of(geometry: Mapping[str, Any]) -> Decimal:
    """Square metres of a drawn plot, good to a percent at the size of a farm."""
    try:
        checked = read_geometry(geometry)
    except GeometryError as problem:
        raise ActionError(str(problem), "geometry") from problem
    if checked["type"] not in {"Polygon", "MultiPolygon"}:
        return Decimal(0)
    polygons = [checked["coordinates"]] if checked["type"] == "Polygon" else checked["coordinates"]
    total = 0.0
    for polygon in polygons:
        ring = polygon[0]
        scale = 111_320.0
        east = scale * math.cos(math.radians(ring[0][1]))
        points = [((lon - ring[0][0]) * east, (lat - ring[0][1]) * scale) for lon, lat in ring]
        total += abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:], strict=False))) / 2
    return Decimal(str(round(total, 1)))


@action
def keep_site(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    name: str,
    kind: str = Site.Kind.PLOT,
    member: Member | None = None,
    crop: str = "",
    variety: str = "",
    area_m2: Decimal | None = None,
    planted_year: int | None = None,
    area_code: str = "",
    gln: str = "",
    geometry: Any = None,
    site: Site | None = None,
) -> Site:
    """Add a plot, workshop, store or shop, or correct it. ``geometry``: GeoJSON as drawn or walked.

    Without an area given, a drawn plot has the area of its drawing.
    """
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    name = clean(name)[:120]
    wrong: dict[str, list[str]] = {}
    if not name:
        wrong["name"] = ["Nhập tên nơi, ví dụ: Nương bà Mẩy 1."]
    if kind not in Site.Kind.values:
        wrong["kind"] = ["Chọn loại nơi."]
    if kind == Site.Kind.PLOT and crops.crop_of(crop) is None:
        wrong["crop"] = ["Chọn cây trồng của thửa."]
    if planted_year and not 1900 <= planted_year <= today().year:
        wrong["planted_year"] = [f"Nhập năm từ 1900 đến {today().year}."]
    if gln and not (len(gln) == 13 and gln.isdigit() and gs1.has_good_check_digit(gln)):
        wrong["gln"] = ["GLN gồm 13 chữ số và phải đúng chữ số kiểm tra."]
    elif gln and not (enterprise.gs1_prefix and gln.startswith(enterprise.gs1_prefix)):
        wrong["gln"] = ["GLN phải bắt đầu bằng mã doanh nghiệp GS1 của chính cơ sở."]
    if wrong:
        raise ActionErrors(wrong)
    row = site or Site(enterprise=enterprise, uri=own("loc", new_token()))
    row.name, row.kind, row.member, row.variety = name, kind, member, clean(variety)[:80]
    row.crop = crop if kind == Site.Kind.PLOT else ""
    row.planted_year, row.area_code, row.gln = planted_year, clean(area_code)[:40], gln
    row.area_m2 = area_m2 or (area_of(geometry) if geometry else None) or row.area_m2
    row.save()
    if geometry:
        _put_on_map(row, enterprise, geometry)
    emit("trace.site_kept", record=row, unit_path=enterprise.unit_path, viewer=viewer, data={"kind": kind})
    return row


@action
def end_site(viewer: Viewer, *, site: Site) -> Site:
    """The place is no longer used; entries sent for it from now on wait for a look."""
    must_sit(viewer, site.enterprise, MANAGER, right=MANAGE)
    if site.ended_at is not None:
        raise Conflict("Nơi này đã thôi dùng.")
    site.ended_at = now()
    site.save(update_fields=["ended_at"])
    emit("trace.site_ended", record=site, unit_path=site.enterprise.unit_path, viewer=viewer)
    return site


@action
def add_plants(
    viewer: Viewer, *, site: Site, count: int, prefix: str = "", planted_year: int | None = None
) -> list[Plant]:
    """Follow so many further plants of a plot, each under a number and an address of its own."""
    must_sit(viewer, site.enterprise, MANAGER, right=MANAGE)
    if site.kind != Site.Kind.PLOT or site.ended_at is not None:
        raise ActionError("Chỉ đánh số cây trên thửa đang dùng.")
    if not 1 <= count <= MOST_PLANTS:
        raise ActionError(f"Nhập số cây từ 1 đến {MOST_PLANTS}.", "count")
    prefix = clean(prefix).upper()[:12]
    taken = Plant.objects.filter(site=site, code__startswith=prefix).values_list("code", flat=True)
    last = max((int(code[len(prefix) :]) for code in taken if code[len(prefix) :].isdigit()), default=0)
    plants = [
        Plant(
            site=site,
            code=f"{prefix}{last + number:03d}",
            uri=own("obj", new_token()),
            planted_year=planted_year or site.planted_year,
        )
        for number in range(1, count + 1)
    ]
    Plant.objects.bulk_create(plants)
    emit(
        "trace.plants_added",
        record=site,
        unit_path=site.enterprise.unit_path,
        viewer=viewer,
        data={"count": count},
    )
    return plants


@action
def end_plant(viewer: Viewer, *, plant: Plant) -> Plant:
    """The plant is gone; what it gave stays traceable."""
    must_sit(viewer, plant.site.enterprise, MANAGER, right=MANAGE)
    if plant.ended_at is not None:
        raise Conflict("Cây này đã thôi theo dõi.")
    plant.ended_at = now()
    plant.save(update_fields=["ended_at"])
    emit("trace.plant_ended", record=plant, unit_path=plant.site.enterprise.unit_path, viewer=viewer)
    return plant
