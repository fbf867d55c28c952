"""The applicant's co-operative in the world of the matrix: members, plots, lots, a dossier of OCOP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.services.trace.actions.farm import keep_member
from xaso.services.trace.actions.ocop import begin_ocop
from xaso.services.trace.models import (
    Enterprise,
    Lot,
    Member,
    OcopDossier,
    OcopGroup,
    Product,
    Seat,
    Site,
    TradeItem,
)
from xaso.services.trace.tests.lots_world import Coop, a_coop

OWN, DESK = "/trace/co-so/", "/desk/trace/"


@dataclass
class Farm:
    """What parameters of traceability's addresses stand for, by the beginning of the route and the name."""

    fills: dict[tuple[str, str], Any]
    rows: list[tuple[type[models.Model], models.Q]]


def a_farm(citizen: Account, member_name: str, phone: str) -> Farm:
    """The applicant manages a co-operative with a member of the applicant's own name and telephone."""
    coop = a_coop(name="Hợp tác xã của người nộp")
    Seat.objects.create(
        enterprise=coop.enterprise,
        person_id=citizen.person_id,
        role=Seat.Role.MANAGER,
        unit_path=coop.enterprise.unit_path,
    )
    member = keep_member(viewer_of(citizen), enterprise=coop.enterprise, name=member_name, phone=phone)
    tea = coop.tea_lot()
    group = OcopGroup.objects.get(version__key="qd-148-2023", code="2.2")
    dossier = begin_ocop(viewer_of(citizen), enterprise=coop.enterprise, product=coop.tea, group=group)
    return Farm(_fills(coop, tea, member, dossier), _rows(coop.enterprise))


def _fills(coop: Coop, tea: Lot, member: Member, dossier: OcopDossier) -> dict[tuple[str, str], Any]:
    token = coop.enterprise.token
    return {
        (OWN, "token"): token,
        (OWN, "lot"): tea.token,
        (OWN, "code"): tea.code,
        (OWN, "site_id"): coop.plot.pk,
        (OWN, "member_id"): member.pk,
        (OWN, "product_id"): coop.tea.pk,
        (OWN, "dossier_id"): dossier.pk,
        (f"{DESK}co-so/", "token"): token,
        (f"{DESK}ocop/", "dossier_id"): dossier.pk,
        (DESK, "token"): tea.token,
        ("/trace/", "token"): tea.token,
    }


def _rows(enterprise: Enterprise) -> list[tuple[type[models.Model], models.Q]]:
    own = models.Q(enterprise=enterprise)
    return [
        (Enterprise, models.Q(pk=enterprise.pk)),
        *((model, own) for model in (Seat, Member, Site, Product, Lot, OcopDossier)),
        (TradeItem, models.Q(product__enterprise=enterprise)),
    ]
