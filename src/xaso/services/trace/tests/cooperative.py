"""A small tea co-operative for tests: a manager, a recorder, a member with a plot and plants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.units.testing import a_commune
from xaso.services.trace.actions import farm, goods, land
from xaso.services.trace.diary_lines import Line
from xaso.services.trace.models import Enterprise, Group, InputProduct, Member, Plant, Seat, Site

SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [[103.72, 22.55], [103.721, 22.55], [103.721, 22.551], [103.72, 22.551], [103.72, 22.55]]
    ],
}


@dataclass
class Cooperative:
    """What tests ask for."""

    enterprise: Enterprise
    accounts: dict[str, Account]
    group: Group
    member: Member
    neighbour: Member
    plot: Site
    other: Site
    plants: list[Plant]

    def who(self, role: str) -> Viewer:
        """The viewer of manager, recorder or member."""
        return viewer_of(self.accounts[role])

    @property
    def spray(self) -> InputProduct:
        """A pesticide with a week to wait."""
        return InputProduct.objects.get(enterprise=self.enterprise, name="Abamectin 1.8EC")


def a_cooperative(name: str = "Hợp tác xã chè Thử", commune: str = "15/02683/") -> Cooperative:
    """Made through the actions, as officers and managers would."""
    system = Viewer.system()
    unit = a_commune(commune)
    enterprise = farm.register_enterprise(
        system, unit=unit, facts={"kind": "cooperative", "name": name, "address": "Thôn Thử"}
    )
    accounts = {
        role: a_citizen_account(who)
        for role, who in (("manager", "Lý Thị Chủ"), ("recorder", "Tẩn A Sổ"), ("member", "Chảo Thị Hộ"))
    }
    for role in ("manager", "recorder"):
        farm.give_seat(
            system, enterprise=enterprise, role=role, person=Person.objects.get(pk=accounts[role].person_id)
        )
    manager = viewer_of(accounts["manager"])
    group = farm.keep_group(manager, enterprise=enterprise, name="Tổ 1")
    member = farm.keep_member(manager, enterprise=enterprise, name="Chảo Thị Hộ", group=group)
    member.person_id = accounts["member"].person_id
    member.save(update_fields=["person"])
    farm.give_seat(
        system, enterprise=enterprise, role=Seat.Role.MEMBER, person=Person.objects.get(pk=member.person_id)
    )
    neighbour = farm.keep_member(manager, enterprise=enterprise, name="Vàng A Xóm", group=group)
    goods.take_template(manager, enterprise=enterprise, crop="tea")
    plot = land.keep_site(
        manager, enterprise=enterprise, name="Nương Trên", crop="tea", member=member, geometry=SQUARE
    )
    other = land.keep_site(manager, enterprise=enterprise, name="Nương Dưới", crop="tea", member=neighbour)
    plants = land.add_plants(manager, site=plot, count=3, prefix="A")
    return Cooperative(enterprise, accounts, group, member, neighbour, plot, other, plants)


def a_line(work: str, *, days_ago: int = 0, key: str = "", **facts: Any) -> Line:
    """A line of today, or of so many days ago at noon."""
    at = now() - timedelta(minutes=5) if not days_ago else noon(days_ago)
    if "amount" in facts:
        facts["amount"] = Decimal(str(facts["amount"]))
    return Line(client_key=key or uuid7().hex, work=work, happened_at=at, **facts)


def noon(days_ago: int) -> datetime:
    """Noon of so many days ago."""
    on: date = (now() - timedelta(days=days_ago)).astimezone(VIETNAM).date()
    return datetime(on.year, on.month, on.day, 12, tzinfo=VIETNAM)
