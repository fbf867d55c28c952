"""A small tea co-operative for tests of lots, labels and codes, made through the actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.testing import a_commune
from xaso.services.trace.actions.farm import register_enterprise
from xaso.services.trace.actions.lots import open_lot, process_lots
from xaso.services.trace.models import Enterprise, Lot, Plant, Product, Seat, Site, TradeItem
from xaso.services.trace.naming import new_token, own

DAY = date(2026, 3, 10)
PREFIX = "8938512345"


@dataclass
class Coop:
    """An enterprise with its manager, leaf, tea, a tin of 200 g, a plot with a bush, and a workshop."""

    enterprise: Enterprise
    account: Account
    viewer: Viewer
    leaf: Product
    tea: Product
    tin: TradeItem
    plot: Site
    bush: Plant
    workshop: Site

    def leaf_lot(self, quantity: float = 40, day: date = DAY) -> Lot:
        """Fresh leaf of a day."""
        return open_lot(
            self.viewer, enterprise=self.enterprise, product=self.leaf, quantity=Decimal(str(quantity)),
            made_on=day, site=self.plot,
        )  # fmt: skip

    def tea_lot(self, quantity: float = 10, day: date = DAY, **more: Any) -> Lot:
        """Dry tea from two lots of leaf."""
        leaves = [self.leaf_lot(quantity * 2.5, day), self.leaf_lot(quantity * 2.5, day)]
        return process_lots(
            self.viewer, enterprise=self.enterprise, inputs=[(one.pk, one.quantity) for one in leaves],
            product=self.tea, quantity=Decimal(str(quantity)), made_on=day, site=self.workshop, **more,
        )  # fmt: skip


def _site(enterprise: Enterprise, kind: str, name: str) -> Site:
    return Site.objects.create(
        enterprise=enterprise, kind=kind, name=name, crop="tea", uri=own("loc", new_token())
    )


def a_coop(*, prefix: str = "", name: str = "Hợp tác xã chè Nậm Lành") -> Coop:
    """A co-operative; with ``prefix`` it holds a GS1 prefix."""
    facts = {
        "name": name, "address": "Bản Nậm Lành", "kind": "cooperative", "gs1_prefix": prefix,
        "gs1_licence": "12/GS1" if prefix else "", "phone": "0912345678",
    }  # fmt: skip
    enterprise = register_enterprise(Viewer.system(), unit=a_commune(), facts=facts)
    account = a_citizen_account("Lý Thị Xuân")
    assert account.person is not None
    Seat.objects.create(
        enterprise=enterprise, person=account.person, role=Seat.Role.MANAGER, unit_path=enterprise.unit_path
    )
    leaf = Product.objects.create(
        enterprise=enterprise,
        kind="raw",
        name="Búp chè tươi",
        crop="tea",
        token=new_token(),
        search_text="bup che",
    )
    tea = Product.objects.create(
        enterprise=enterprise, name="Chè shan tuyết Nậm Lành", crop="tea", token=new_token(), search_text="che",
        shelf_life_days=540, storage_note="Để nơi khô, mát", is_public=True,
    )  # fmt: skip
    tin = TradeItem.objects.create(product=tea, name="Hộp 200 g", net_quantity=Decimal("0.2"))
    plot = _site(enterprise, "plot", "Nương Khe Cọn")
    bush = Plant.objects.create(site=plot, code="007", uri=own("obj", new_token()))
    workshop = _site(enterprise, "workshop", "Xưởng chính")
    return Coop(enterprise, account, viewer_of(account), leaf, tea, tin, plot, bush, workshop)
