"""The two co-operatives of the demo: people, groups, plots, bushes, inputs, papers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from xaso.kernel.people.actions import keep_person
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit
from xaso.services.trace.actions import farm, goods, land
from xaso.services.trace.demo import SIGN_IN
from xaso.services.trace.models import Enterprise, Group, InputProduct, Member, Plant, Site

COMMUNE = "15/02728/"
OFFICE = f"{COMMUNE}kinhte/"
CENTRE = (22.5289, 103.7062)
HAMLETS = ("Ky Quan San", "Séo Pờ Hồ", "Piềng Láo", "Tả Pa Cheo", "Dền Sáng", "Mường Hum 1")
_FAMILY = ("Sùng", "Giàng", "Tẩn", "Phàn", "Chảo", "Lý", "Vàng", "Thào", "Lù", "Hoàng")
_GIVEN = (
    "A Páo",
    "Thị Mẩy",
    "A Lềnh",
    "Thị Dợ",
    "Láo Lở",
    "Mùi Phẩy",
    "A Sình",
    "Thị Chá",
    "Seo Dín",
    "Thị Xuân",
)
TEA = {
    "kind": "cooperative",
    "name": "Hợp tác xã chè Shan Ky Quan San",
    "short_name": "Chè Ky Quan San",
    "address": "Thôn Ky Quan San, xã Mường Hum, tỉnh Lào Cai",
    "representative": "Sùng Thị Chứ",
    "phone": "0900000199",
    "founded_on": date(2019, 4, 12),
    "story": "Ba mươi hộ người Mông, người Dao giữ những gốc chè Shan trên sườn Ky Quan San. Búp hái tay, sao chảo gang"
    " trong ngày. Từng gốc chè cổ thụ có mã riêng.",
    "story_en": "Thirty Hmong and Dao households keep old Shan tea on the slopes of Ky Quan San. Leaf is picked by hand"
    " and fired the same day. Each old bush has its own code.",
}
ORANGE = {
    "kind": "cooperative",
    "name": "Hợp tác xã cam Nậm Pẻn",
    "short_name": "Cam Nậm Pẻn",
    "address": "Thôn Nậm Pẻn 1, xã Mường Hum, tỉnh Lào Cai",
    "representative": "Thào A Vàng",
    "phone": "0900000225",
    "founded_on": date(2021, 9, 3),
    "story": "Mười hai hộ trồng cam sành trên đất dốc Nậm Pẻn, bón phân chuồng ủ, hái khi quả chín trên cây.",
    "story_en": "Twelve households grow oranges on the slopes of Nam Pen, with composted manure, picked ripe.",
}


@dataclass
class Coop:
    """A co-operative of the demo while it is being filled."""

    enterprise: Enterprise
    manager: Viewer
    recorder: Viewer
    groups: list[Group] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    plots: list[Site] = field(default_factory=list)
    plants: dict[Any, list[Plant]] = field(default_factory=dict)
    inputs: dict[str, InputProduct] = field(default_factory=dict)


def _person(place: int) -> tuple[Person, Viewer]:
    _, name, number = SIGN_IN[place]
    person = keep_person(Viewer.system(), full_name=name, personal_number=number, unit_path=COMMUNE)
    return person, Viewer(kind="citizen", person_id=person.pk, name=name, unit_path=COMMUNE)


def _begin(viewer: Viewer, facts: Mapping[str, Any], manager: int, recorder: int, crop: str) -> Coop:
    unit = Unit.objects.get(path=OFFICE)
    enterprise = farm.register_enterprise(viewer, unit=unit, facts=facts)
    people = {}
    for role, place in {"recorder": recorder, "manager": manager}.items():
        person, people[role] = _person(place)
        if role == "manager" or manager != recorder:
            farm.give_seat(viewer, enterprise=enterprise, role=role, person=person)
    coop = Coop(enterprise, people["manager"], people["recorder"])
    years = sorted({today().year, today().year + 1})
    for year in years:
        goods.take_template(coop.manager, enterprise=enterprise, crop=crop, year=year)
    coop.inputs = {one.name: one for one in enterprise.inputs.all()}
    return coop


def _names(chance: random.Random, count: int) -> list[str]:
    names = [f"{family} {given}" for family in _FAMILY for given in _GIVEN]
    return chance.sample(names, count)


def _square(chance: random.Random, number: int, middle: tuple[float, float]) -> dict[str, Any]:
    """An uneven four-cornered plot of some hundred to some thousand square metres, none over another."""
    lat, lon = middle[0] + (number // 8) * 0.0011, middle[1] + (number % 8) * 0.0012
    wide, high = chance.uniform(0.0004, 0.0008), chance.uniform(0.0003, 0.0007)
    corners = [
        (lon, lat),
        (lon + wide, lat + 0.00008),
        (lon + wide * 0.92, lat + high),
        (lon + 0.00006, lat + high),
    ]
    ring = [[round(x, 6), round(y, 6)] for x, y in corners]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _people_and_land(
    coop: Coop, chance: random.Random, *, households: int, plots: int, groups: int, crop: str, middle: Any
) -> None:
    names = _names(chance, households)
    coop.groups = [
        farm.keep_group(coop.manager, enterprise=coop.enterprise, name=f"Tổ {HAMLETS[number]}")
        for number in range(groups)
    ]
    for number, name in enumerate(names):
        coop.members.append(
            farm.keep_member(
                coop.manager,
                enterprise=coop.enterprise,
                name=name,
                group=coop.groups[number % groups],
                hamlet=f"Thôn {HAMLETS[number % groups]}",
                shows_name=number % 3 != 2,
                joined_on=coop.enterprise.founded_on,
            )
        )
    varieties = {"tea": "Shan tuyết", "orange": "Cam sành"}
    for number in range(plots):
        member = coop.members[number % households]
        second = " 2" if number >= households else ""
        kind = {"tea": "Nương", "orange": "Vườn"}[crop]
        coop.plots.append(
            land.keep_site(
                coop.manager,
                enterprise=coop.enterprise,
                name=f"{kind} {member.name}{second}",
                crop=crop,
                variety=varieties[crop],
                member=member,
                planted_year=chance.choice((1985, 1996, 2004, 2012, 2018)),
                geometry=_square(chance, number, middle),
            )
        )


def make_tea(viewer: Viewer, chance: random.Random) -> Coop:
    """Thirty households, forty plots, two hundred followed bushes."""
    coop = _begin(viewer, TEA, 0, 1, "tea")
    _people_and_land(coop, chance, households=30, plots=40, groups=4, crop="tea", middle=CENTRE)
    first = coop.members[0]
    person, _ = _person(2)
    first.name, first.person, first.shows_name = person.full_name, person, True
    first.save(update_fields=["name", "person", "shows_name"])
    coop.plots[0].name = f"Nương {person.full_name}"
    coop.plots[0].save(update_fields=["name"])
    farm.give_seat(viewer, enterprise=coop.enterprise, role="member", person=person)
    for plot in coop.plots[:4]:
        coop.plants[plot.pk] = land.add_plants(coop.manager, site=plot, count=50, prefix="G")
    for name, kind in (
        ("Xưởng sao chè Ky Quan San", "workshop"),
        ("Kho chè", "store"),
        ("Cửa hàng hợp tác xã", "shop"),
    ):
        land.keep_site(
            coop.manager,
            enterprise=coop.enterprise,
            name=name,
            kind=kind,
            geometry={"type": "Point", "coordinates": [CENTRE[1] - 0.002, CENTRE[0] - 0.001]},
        )
    goods.add_certificate(
        coop.manager, enterprise=coop.enterprise, standard="VietGAP trồng trọt", number="VG-15-2025-0187",
        issuer="Trung tâm chứng nhận Mẫu", issued_on=today(), expires_on=today() + timedelta(days=730),
        scope="12 ha chè Shan",
    )  # fmt: skip
    return coop


def make_orange(viewer: Viewer, chance: random.Random) -> Coop:
    """Twelve households, fourteen orchards."""
    coop = _begin(viewer, ORANGE, 3, 3, "orange")
    middle = (CENTRE[0] - 0.02, CENTRE[1] + 0.015)
    _people_and_land(coop, chance, households=12, plots=14, groups=2, crop="orange", middle=middle)
    coop.plants[coop.plots[0].pk] = land.add_plants(coop.manager, site=coop.plots[0], count=20, prefix="C")
    return coop
