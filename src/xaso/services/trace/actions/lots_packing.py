"""Cartons and pallets: an AggregationEvent when something is packed, another when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.trace import lots_rules
from xaso.services.trace.actions.lots import amount_of, locked, may_write, put_back, take
from xaso.services.trace.actions.lots_keys import following
from xaso.services.trace.lots_events import some_of, write
from xaso.services.trace.models import Enterprise, Lot, Package, PackageContent, Site, Thing
from xaso.services.trace.naming import new_token, own

MOST_CARTONS = 500


def _new_package(enterprise: Enterprise, kind: str) -> Package:
    """A package with its identity: an SSCC under the enterprise's own prefix, else an address of our own."""
    token, number = new_token(), ""
    own_address = own("obj", token)
    if enterprise.gs1_prefix:
        reference = following(enterprise, "sscc")
        try:
            number = lots_rules.sscc(enterprise.gs1_prefix, reference)
        except ValueError as problem:
            raise ActionError(str(problem)) from problem
        thing = Thing.objects.create(uri=f"https://id.gs1.org/00/{number}")
        Thing.objects.create(uri=own_address, same_as=thing)
    else:
        thing = Thing.objects.create(uri=own_address)
    return Package.objects.create(
        enterprise=enterprise,
        unit_path=enterprise.unit_path,
        kind=kind,
        token=token,
        thing=thing,
        sscc=number,
    )


def locked_packages(ids: Sequence[UUID], enterprise: Enterprise) -> list[Package]:
    """The packages of an enterprise, locked in one order. Raises NotFound."""
    rows = Package.objects.select_for_update(of=("self",)).select_related("thing", "enterprise")
    found = list(rows.filter(pk__in=set(ids), enterprise=enterprise).order_by("pk"))
    if len(found) != len(set(ids)):
        raise NotFound("Không tìm thấy kiện hàng này ở cơ sở.")
    return found


@action
def pack_cartons(
    viewer: Viewer, *, lot: Lot, cartons: int, per_carton: Decimal, site: Site | None = None
) -> list[Package]:
    """So many cartons with so much of the lot in each, an AggregationEvent for every carton.

    Raises ActionError when the lot has not so much left, Conflict when it is held.
    """
    may_write(viewer, lot.enterprise)
    if not 1 <= cartons <= MOST_CARTONS:
        raise ActionError(f"Nhập số thùng từ 1 đến {MOST_CARTONS}.", "cartons")
    each = amount_of(per_carton, "per_carton")
    lot = locked([lot.pk])[lot.pk]
    take(lot, each * cartons, "cartons")
    made = []
    for _ in range(cartons):
        package = _new_package(lot.enterprise, Package.Kind.CARTON)
        PackageContent.objects.create(package=package, lot=lot, quantity=each)
        _aggregated(viewer, package, "ADD", site or lot.site, lots=[(lot, each)])
        made.append(package)
    emit(
        "trace.lot_packed",
        record=lot,
        unit_path=lot.unit_path,
        viewer=viewer,
        data={"code": lot.code, "cartons": cartons},
    )
    return made


def _aggregated(
    viewer: Viewer,
    package: Package,
    act: str,
    site: Site | None,
    *,
    lots: Sequence[tuple[Lot, Decimal]] = (),
    children: Sequence[Package] = (),
) -> None:
    more: dict[str, object] = {"parentID": package.thing.uri}
    if children:
        more["childEPCs"] = [one.thing.uri for one in children]
    if lots:
        more["childQuantityList"] = [some_of(lot, quantity) for lot, quantity in lots]
    write(
        viewer,
        package.enterprise,
        "AggregationEvent",
        step="packing" if act == "ADD" else "unpacking",
        action=act,
        site=site,
        disposition="in_progress",
        more=more,
    )


@action
def load_pallet(viewer: Viewer, *, enterprise: Enterprise, packages: Sequence[UUID]) -> Package:
    """Cartons onto one pallet. A pallet stands on no other, so nothing can come to lie in itself."""
    may_write(viewer, enterprise)
    cartons = locked_packages(packages, enterprise)
    if not cartons:
        raise ActionError("Chọn ít nhất một thùng.", "packages")
    for one in cartons:
        if one.kind != Package.Kind.CARTON or one.state != Package.State.PACKED or one.inside_id is not None:
            raise Conflict(f"Kiện {one} không xếp lên pa-lét được: đã gửi, đã mở hoặc đang ở pa-lét khác.")
    pallet = _new_package(enterprise, Package.Kind.PALLET)
    Package.objects.filter(pk__in=[one.pk for one in cartons]).update(inside=pallet)
    _aggregated(viewer, pallet, "ADD", None, children=cartons)
    return pallet


@action
def open_package(viewer: Viewer, *, package: Package) -> Package:
    """A package is opened at the enterprise: its goods go back to their lots, its cartons stand alone again."""
    may_write(viewer, package.enterprise)
    package = locked_packages([package.pk], package.enterprise)[0]
    if package.state not in {Package.State.PACKED, Package.State.RECEIVED} or package.inside_id is not None:
        raise Conflict("Kiện này đang trên đường, đã mở, hoặc còn nằm trên pa-lét.")
    contents = list(package.contents.select_related("lot"))
    lots = locked([one.lot_id for one in contents])
    inner = list(package.holds.select_related("thing").order_by("pk"))
    given_back = [(lots[one.lot_id], one.quantity) for one in contents]
    if package.state == Package.State.PACKED:
        for lot, quantity in given_back:
            put_back(lot, quantity)
    package.holds.update(inside=None)
    package.state, package.opened_at = Package.State.OPENED, now()
    package.save(update_fields=["state", "opened_at"])
    _aggregated(viewer, package, "DELETE", None, lots=given_back, children=inner)
    return package
