"""Goods leave and arrive: who holds them, by which paper. A recall finds every holder by these rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.trace.actions.lots import amount_of, locked, may_write, put_back, take
from xaso.services.trace.actions.lots_packing import locked_packages
from xaso.services.trace.lots_events import at_day, seen
from xaso.services.trace.models import Enterprise, Lot, Package, PackageContent, Shipment, ShipmentLine, Site
from xaso.services.trace.naming import new_token, own, place_uri
from xaso.services.trace.seats import MANAGER, RECORDER, must_sit, role_in


@dataclass(frozen=True)
class Receiver:
    """Who gets the goods: an enterprise here, or anybody by name; the contact serves a recall."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    enterprise: Enterprise | None = None


@dataclass
class _Goods:
    packages: list[Package] = field(default_factory=list)
    loose: list[tuple[Lot, Decimal]] = field(default_factory=list)


def _refuse_held(packages: Sequence[Package]) -> None:
    """Nothing leaves that is held, however deep it is packed."""
    keys = {one.pk for one in packages}
    keys |= set(Package.objects.filter(inside__in=keys).values_list("pk", flat=True))
    bad = (Lot.State.HELD, Lot.State.RECALLED)
    held = PackageContent.objects.filter(package__in=keys, lot__state__in=bad).select_related("lot").first()
    if held is not None:
        raise Conflict(
            f"Lô {held.lot.code} trong kiện đang {held.lot.get_state_display().lower()}, chưa gửi được."
        )


def _gather(enterprise: Enterprise, packages: Sequence[UUID], lots: Sequence[tuple[UUID, Decimal]]) -> _Goods:
    goods = _Goods(packages=locked_packages(packages, enterprise) if packages else [])
    for one in goods.packages:
        if one.state != Package.State.PACKED or one.inside_id is not None:
            raise Conflict(f"Kiện {one} đã gửi, đã mở, hoặc nằm trên một pa-lét: gửi cả pa-lét.")
    _refuse_held(goods.packages)
    rows = locked([key for key, _ in lots], enterprise) if lots else {}
    for key, quantity in lots:
        wanted = amount_of(quantity, f"take_{rows[key].token}")
        take(rows[key], wanted, f"take_{rows[key].token}")
        goods.loose.append((rows[key], wanted))
    if not goods.packages and not goods.loose:
        raise ActionError("Chọn thùng hoặc nhập lượng hàng sẽ gửi.", "packages")
    return goods


def _papers(shipment: Shipment) -> dict[str, Any]:
    """Papers and parties of the shipment, the same in each of its events."""
    papers = [{"type": "bol", "bizTransaction": own("bt", shipment.token)}]
    if shipment.order_ref:
        papers.append({"type": "po", "bizTransaction": own("bt", f"{shipment.token}-po")})
    sender = place_uri(shipment.enterprise)
    return {
        "bizTransactionList": papers,
        "sourceList": [{"type": "possessing_party", "source": sender}],
        "destinationList": [{"type": "possessing_party", "destination": shipment.to_uri}],
    }


@action
def ship(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    to: Receiver,
    packages: Sequence[UUID] = (),
    lots: Sequence[tuple[UUID, Decimal]] = (),
    bill: str = "",
    order_ref: str = "",
    shipped_on: date | None = None,
    site: Site | None = None,
) -> Shipment:
    """Send packages, and amounts of lots that are not packed, to one receiver: one shipping event with its papers.

    Raises ActionError for missing goods or receiver, Conflict for what is held, sent or opened.
    """
    may_write(viewer, enterprise)
    name = (to.enterprise.name if to.enterprise else to.name).strip()
    if not name:
        raise ActionError("Nhập tên bên nhận.", "to_name")
    at = at_day(shipped_on)
    goods = _gather(enterprise, packages, lots)
    token = new_token()
    contact = {key: value for key, value in (("phone", to.phone), ("email", to.email)) if value}
    shipment = Shipment.objects.create(
        enterprise=enterprise,
        unit_path=enterprise.unit_path,
        receiver=to.enterprise,
        token=token,
        to_name=name[:200],
        to_address=(to.address or (to.enterprise.address if to.enterprise else ""))[:300],
        to_contact=contact or None,
        to_uri=place_uri(to.enterprise) if to.enterprise else own("loc", token),
        bill=bill.strip()[:60],
        order_ref=order_ref.strip()[:60],
        shipped_at=at,
    )
    lines = [ShipmentLine(shipment=shipment, package=one) for one in goods.packages]
    lines += [ShipmentLine(shipment=shipment, lot=lot, quantity=quantity) for lot, quantity in goods.loose]
    ShipmentLine.objects.bulk_create(lines)
    _set_state(goods.packages, Package.State.SHIPPED)
    seen(
        viewer,
        enterprise,
        step="shipping",
        packages=goods.packages,
        lots=goods.loose,
        at=at,
        site=site,
        disposition="in_transit",
        more=_papers(shipment),
        facts={"bill": shipment.bill, "order": shipment.order_ref},
    )
    emit("trace.goods_shipped", record=shipment, unit_path=enterprise.unit_path, viewer=viewer)
    return shipment


def _set_state(packages: Sequence[Package], state: str) -> None:
    keys = [one.pk for one in packages]
    Package.objects.filter(pk__in=keys).update(state=state)
    Package.objects.filter(inside__in=keys).exclude(state=Package.State.OPENED).update(state=state)


def _goods_of(shipment: Shipment) -> _Goods:
    lines = list(
        shipment.lines.select_related("package__thing", "lot__thing", "lot__enterprise").order_by("pk")
    )
    return _Goods(
        [one.package for one in lines if one.package is not None],
        [(one.lot, one.quantity) for one in lines if one.lot is not None and one.quantity is not None],
    )


def _locked_shipment(shipment: Shipment) -> Shipment:
    rows = Shipment.objects.select_for_update(of=("self",)).select_related("enterprise", "receiver")
    found = rows.filter(pk=shipment.pk).first()
    if found is None:
        raise NotFound("Không tìm thấy chuyến hàng này.")
    return found


@action
def receive_shipment(viewer: Viewer, *, shipment: Shipment, site: Site | None = None) -> Shipment:
    """The goods have arrived: written by the receiver when it is an enterprise here, else by the sender."""
    shipment = _locked_shipment(shipment)
    here = shipment.receiver
    by_receiver = here is not None and role_in(viewer, here) in {MANAGER, RECORDER}
    if not by_receiver:
        must_sit(viewer, shipment.enterprise, MANAGER, RECORDER)
    if shipment.received_at is not None:
        raise Conflict("Chuyến hàng này đã ghi nhận rồi.")
    if _is_cancelled(shipment):
        raise Conflict("Chuyến hàng này đã hủy.")
    shipment.received_at = now()
    shipment.save(update_fields=["received_at"])
    # Packages and lots are the sender's; the receiver was just found to be the one they are addressed to.
    with widened("a shipment is taken in by its receiver"):
        goods = _goods_of(shipment)
        _set_state(goods.packages, Package.State.RECEIVED)
    seen(
        viewer,
        here if by_receiver and here is not None else shipment.enterprise,
        step="receiving",
        packages=goods.packages,
        lots=goods.loose,
        site=site,
        disposition="in_progress",
        more=_papers(shipment),
    )
    emit("trace.goods_received", record=shipment, unit_path=shipment.unit_path, viewer=viewer)
    return shipment


def _is_cancelled(shipment: Shipment) -> bool:
    return shipment.cancelled_at is not None


@action
def cancel_shipment(viewer: Viewer, *, shipment: Shipment, reason: str) -> Shipment:
    """The goods did not leave, or came back unopened: a void_shipping event, and everything is in stock again."""
    may_write(viewer, shipment.enterprise)
    if not reason.strip():
        raise ActionError("Nhập lý do.", "reason")
    shipment = _locked_shipment(shipment)
    if shipment.received_at is not None or _is_cancelled(shipment):
        raise Conflict("Chuyến hàng này đã có người nhận hoặc đã hủy.")
    goods = _goods_of(shipment)
    lots = locked([lot.pk for lot, _ in goods.loose])
    for lot, quantity in goods.loose:
        put_back(lots[lot.pk], quantity)
    _set_state(goods.packages, Package.State.PACKED)
    shipment.cancelled_at = now()
    shipment.save(update_fields=["cancelled_at"])
    seen(
        viewer,
        shipment.enterprise,
        step="void_shipping",
        packages=goods.packages,
        lots=goods.loose,
        disposition="sellable_not_accessible",
        more=_papers(shipment),
        facts={"note": reason},
    )
    emit("trace.shipment_cancelled", record=shipment, unit_path=shipment.unit_path, viewer=viewer)
    return shipment
