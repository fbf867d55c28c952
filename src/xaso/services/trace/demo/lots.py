"""What the co-operatives did with their lots: cartons to shops, a pallet, labels, signs, a lot held back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import VIETNAM, today
from xaso.services.trace.actions.labels import (
    print_labels,
    print_plant_signs,
    print_plot_signs,
    reprint_labels,
)
from xaso.services.trace.actions.lots_packing import load_pallet, pack_cartons
from xaso.services.trace.actions.lots_shipping import Receiver, receive_shipment, ship
from xaso.services.trace.actions.lots_use import hold_lot, use_up
from xaso.services.trace.actions.resolver import add_link
from xaso.services.trace.demo.coops import ORANGE, TEA
from xaso.services.trace.models import Enterprise, Lot, Seat, Shipment, Site

SHOPS = (
    Receiver("Cửa hàng đặc sản Cốc Lếu", "Phường Lào Cai, tỉnh Lào Cai", "0900000301"),
    Receiver("Quầy OCOP chợ Sa Pa", "Phường Sa Pa, tỉnh Lào Cai", "0900000302"),
    Receiver("Trà quán Phố Hiến", "Phường Hoàn Kiếm, thành phố Hà Nội", "0900000303"),
)


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> None:
    """Cartons, shipments and labels of both co-operatives; nothing the second time."""
    tea = Enterprise.objects.filter(name=TEA["name"]).first()
    orange = Enterprise.objects.filter(name=ORANGE["name"]).first()
    if tea is None or orange is None or Shipment.objects.filter(enterprise=tea).exists():
        return
    with transaction.atomic():
        sent = _tea(tea) + _orange(orange)
    say(f"{sent} chuyến hàng, tem và biển đã in")


def _manager(enterprise: Enterprise) -> Viewer:
    seat = Seat.objects.select_related("person").get(
        enterprise=enterprise, role=Seat.Role.MANAGER, ended_at__isnull=True
    )
    return Viewer(kind="citizen", person_id=seat.person_id, name=seat.person.full_name)


def _newest(enterprise: Enterprise, **wanted: Any) -> list[Lot]:
    rows = Lot.objects.filter(enterprise=enterprise, product__kind="done", state=Lot.State.OPEN, **wanted)
    return list(
        rows.select_related("enterprise", "product", "item", "thing", "site").order_by("-made_on", "code")
    )


def _tea(enterprise: Enterprise) -> int:
    """Tins go in cartons of ten to three shops; the newest lot waits at the store with its labels."""
    manager = _manager(enterprise)
    packed = _newest(enterprise, item__isnull=False)
    sent = 0
    for place, lot in enumerate(packed[1:5]):
        day = min(lot.made_on + timedelta(days=4), today())
        with moment.frozen(datetime.combine(day, time(9 + place), VIETNAM)):
            batch = print_labels(manager, lot=lot, sheet="a4_24", count=40, scratch=place % 2 == 0)
            boxes = pack_cartons(manager, lot=lot, cartons=3, per_carton=Decimal(2))
            goods = [one.pk for one in boxes]
            if place == 0:
                goods = [load_pallet(manager, enterprise=enterprise, packages=goods).pk]
                reprint_labels(manager, batch=batch, first=7, last=8, reason="Kẹt giấy, hai tem rách")
            shipment = ship(
                manager,
                enterprise=enterprise,
                to=SHOPS[place % len(SHOPS)],
                packages=goods,
                bill=f"PXK-{day:%d%m}-{place + 1}",
            )
            sent += 1
        if place:
            with moment.frozen(datetime.combine(min(day + timedelta(days=2), today()), time(15), VIETNAM)):
                receive_shipment(manager, shipment=shipment)
    if packed:
        print_labels(manager, lot=packed[0], sheet="thermal_50x30", count=40, serials=True)
        use_up(manager, lot=packed[0], quantity=Decimal("0.4"), how="sample", note="Gửi khách thử")
        add_link(
            manager, enterprise=enterprise, product=packed[0].product, link_type="gs1:recipeInfo",
            title="Cách pha chè Shan", href="https://xaso.vn/cach-pha-che-shan", lang="vi",
        )  # fmt: skip
    loose = _newest(enterprise, item__isnull=True, left__gt=0)
    if len(loose) > 8:
        hold_lot(manager, lot=loose[8], reason="Chờ kết quả kiểm nghiệm độ ẩm")
    plots = list(
        enterprise.sites.filter(kind=Site.Kind.PLOT, plants__isnull=False).distinct().order_by("name")[:1]
    )
    for plot in plots:
        print_plant_signs(manager, site=plot, sheet="thermal_50x30")
        print_plot_signs(manager, enterprise=enterprise, sites=[plot.pk], sheet="a4_2")
    return sent


def _orange(enterprise: Enterprise) -> int:
    """Crates of twenty kilograms to the market."""
    manager, sent = _manager(enterprise), 0
    for lot in _newest(enterprise, left__gte=60)[:3]:
        day = min(lot.made_on + timedelta(days=1), today())
        with moment.frozen(datetime.combine(day, time(6), VIETNAM)):
            print_labels(manager, lot=lot, sheet="a4_14", count=14)
            boxes = pack_cartons(manager, lot=lot, cartons=3, per_carton=Decimal(20))
            keys = [one.pk for one in boxes]
            ship(manager, enterprise=enterprise, to=SHOPS[1], packages=keys, bill=f"CAM-{day:%d%m}")
            sent += 1
    return sent
