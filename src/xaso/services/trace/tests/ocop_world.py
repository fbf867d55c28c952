"""A co-operative, its commune and its province for tests of OCOP, made through the actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit
from xaso.services.trace import naming
from xaso.services.trace.actions import ocop as actions
from xaso.services.trace.models import (
    Enterprise,
    OcopCriterion,
    OcopDossier,
    OcopGroup,
    OcopVersion,
    Product,
    Seat,
)

COMMUNE, BESIDE, PROVINCE = "15/02728/", "15/02680/", "15/"


def an_enterprise(unit_path: str = COMMUNE, name: str = "Hợp tác xã Chè Bản Mới") -> Enterprise:
    return Enterprise.objects.create(
        name=name,
        search_text=name.lower(),
        token=naming.new_token(),
        unit=Unit.objects.get(path=unit_path),
        unit_path=unit_path,
        address="Thôn Bản Mới",
    )


def _product(enterprise: Enterprise, name: str = "Chè Đinh") -> Product:
    return Product.objects.create(
        enterprise=enterprise, name=name, search_text=name.lower(), token=naming.new_token(), crop="tea"
    )


def _seat(enterprise: Enterprise, role: str) -> tuple[Any, Viewer]:
    account = a_citizen_account(f"Người {role}")
    Seat.objects.create(
        enterprise=enterprise, person=account.person, role=role, unit_path=enterprise.unit_path
    )
    return account, viewer_of(account)


class World:
    """A co-operative with its manager, officers of the commune and the province."""

    def __init__(self) -> None:
        self.coop = an_enterprise()
        self.product = _product(self.coop)
        self.manager_account, self.manager = _seat(self.coop, "manager")
        self.member = _seat(self.coop, "member")[1]
        self.commune_account = officer_account("specialist", COMMUNE)
        self.commune = viewer_of(self.commune_account)
        self.beside = officer("specialist", BESIDE)
        self.province_account = officer_account("specialist", PROVINCE)
        self.province = viewer_of(self.province_account)
        self.chair_account = officer_account("leader", PROVINCE)
        self.chair = viewer_of(self.chair_account)
        self.version = OcopVersion.objects.get(key="qd-148-2023")
        self.group = OcopGroup.objects.get(version=self.version, code="2.2")

    def begun(self) -> OcopDossier:
        return actions.begin_ocop(
            self.manager, enterprise=self.coop, product=self.product, group=self.group, idea="Chè cổ thụ."
        )

    def lines(self) -> list[OcopCriterion]:
        return list(OcopCriterion.objects.filter(version=self.version, sheet=self.group.sheet))

    def share(self, part: str = "1.0", *, commune: bool = False) -> dict[str, Decimal | None]:
        lines = [one for one in self.lines() if one.by_commune or not commune]
        return {one.code: (one.max_points * Decimal(part)).quantize(Decimal("0.01")) for one in lines}

    def proposed(self) -> OcopDossier:
        row = self.begun()
        actions.set_points(self.manager, dossier_id=row.pk, points=self.share(), notes={})
        actions.submit_ocop(self.manager, dossier_id=row.pk)
        actions.set_points(self.commune, dossier_id=row.pk, points=self.share(commune=True), notes={})
        return actions.propose_ocop(self.commune, dossier_id=row.pk, report="Nguyên liệu của 30 hộ trong xã.")

    def scored(self, *parts: str) -> OcopDossier:
        row = self.proposed()
        actions.accept_ocop(self.province, dossier_id=row.pk)
        for part, viewer in zip(parts, (self.province, self.chair), strict=False):
            actions.set_points(viewer, dossier_id=row.pk, points=self.share(part), notes={})
        row.refresh_from_db()
        return row
