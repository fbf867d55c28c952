"""Homes of some people, and who needs help."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.homes import keep_home
from xaso.kernel.places.models import Home
from xaso.kernel.units.models import Unit
from xaso.services.alerts.actions.people import keep_frail

SYSTEM = Viewer.system()
NEEDS = (
    ("old", "Đi lại khó, cần cáng", "Con trai ở nhà bên", "0987650001"),
    ("pregnant", "Thai tám tháng", "Tổ xung kích thôn", "0987650002"),
    ("disabled", "Dùng xe lăn", "Em gái", "0987650003"),
    ("alone", "Tai nghễnh ngãng, không nghe loa", "Hàng xóm", ""),
)


def homes(hamlets: Mapping[str, Unit], middle: tuple[float, float]) -> list[Person]:
    """Up to forty persons of the commune get a home near the stream, those without one."""
    if not hamlets:
        return []
    chance = random.Random(7)
    names = [name for name in ("Mường Hum 1", "Mường Hum 2") if name in hamlets] or list(hamlets)[:2]
    commune = "/".join(hamlets[names[0]].path.split("/")[:2]) + "/"
    people = list(
        Person.objects.filter(
            unit_path__startswith=commune, kind=Person.Kind.CITIZEN, ended_at__isnull=True
        ).order_by("pk")[:40]
    )
    living = set(
        Home.objects.filter(person__in=people, valid_to__isnull=True).values_list("person_id", flat=True)
    )
    for place, person in enumerate(people):
        unit = hamlets[names[place % len(names)]]
        if person.unit_path == commune:
            person.unit_path = unit.path
            person.save(update_fields=["unit_path"])
        if person.pk not in living:
            keep_home(
                SYSTEM,
                person=person,
                lat=middle[0] + chance.uniform(-0.008, 0.012),
                lon=middle[1] + chance.uniform(-0.008, 0.012),
                unit_path=person.unit_path,
            )
    return people


def frail(leader: Viewer, people: Sequence[Person]) -> None:
    """Some of them need help to get away."""
    for person, (kind, need, helper, phone) in zip(people[1::5], NEEDS, strict=False):
        keep_frail(
            leader,
            person=person,
            unit_path=person.unit_path,
            kind=kind,
            facts={"need": need, "helper": helper, "helper_phone": phone},
        )
