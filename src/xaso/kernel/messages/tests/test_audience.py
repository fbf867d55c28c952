"""Who a mailing is for, where people live, and that nobody finds people beyond their right."""

from __future__ import annotations

import pytest

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.messages import audience, mass
from xaso.kernel.messages.tests.mass_world import COMMUNE, SYSTEM
from xaso.kernel.people.models import Person, PersonView
from xaso.kernel.people.testing import a_citizen, officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.homes import keep_home, people_in
from xaso.kernel.plain.moment import frozen

SQUARE = [[21.0, 105.0], [21.0, 105.1], [21.1, 105.1], [21.1, 105.0]]


def _living(name: str, path: str, **facts: object) -> Person:
    person = Person.objects.get(pk=a_citizen(name).person_id)
    person.unit_path = path
    for key, value in {"contact": {"phone": "0912000009"}, **facts}.items():
        setattr(person, key, value)
    person.save()
    return person


@pytest.mark.django_db
def test_an_audience_by_unit_role_list_attribute_and_area() -> None:
    here, there = f"{COMMUNE}t1/", f"{COMMUNE}t2/"
    old = _living("Lò Văn Già", here, birth_date="1940", sex="male")
    young = _living("Lò Thị Trẻ", there, birth_date="2001-03-02", sex="female")
    _living("Người Nơi Khác", "04/01273/")
    leader = officer("leader", COMMUNE)
    head = officer("hamlet_head", here, name="Trưởng thôn")

    def names(**spec: object) -> set[str]:
        return {one.name for one in audience.resolve(leader, spec)}

    assert names(units=[COMMUNE]) == {"Lò Văn Già", "Lò Thị Trẻ"}
    assert names(units=[here]) == {"Lò Văn Già"}
    assert names(units=[COMMUNE], attributes={"age_from": 60}) == {"Lò Văn Già"}
    assert names(units=[COMMUNE], attributes={"age_to": 30, "sex": "female"}) == {"Lò Thị Trẻ"}
    assert names(units=[COMMUNE], roles=["hamlet_head"]) == {"Trưởng thôn"}
    (found,) = audience.resolve(leader, {"units": [here], "roles": ["hamlet_head"]})
    assert (found.account_id, found.unit_path) == (head.account_id, here)
    kept = audience.keep_list(leader, unit_path=COMMUNE, title="Hộ ven suối")
    audience.add_members(
        leader,
        audience=kept,
        recipients=[
            mass.Recipient(person_id=young.pk),
            mass.Recipient(name="Ông Tạo", phone="0912000003"),
        ],
    )
    assert names(lists=[kept.pk]) == {"Lò Thị Trẻ", "Ông Tạo"}
    assert list(audience.lists_for(leader)) == [kept]
    keep_home(SYSTEM, person=old, lat=21.05, lon=105.05, unit_path=here)
    keep_home(SYSTEM, person=young, lat=21.5, lon=105.05, unit_path=there)
    assert names(polygons=[SQUARE]) == {"Lò Văn Già"}
    assert names(persons=[str(young.pk)], polygons=[SQUARE]) == {"Lò Văn Già", "Lò Thị Trẻ"}
    looks = PersonView.objects.filter(person=old, viewer_id=leader.account_id)
    assert set(looks.values_list("purpose", flat=True)) == {audience.PURPOSE}


@pytest.mark.django_db
def test_an_audience_stays_within_the_right() -> None:
    leader, stranger = officer("leader", COMMUNE), officer("leader", "04/01273/")
    person = _living("Lò Văn Già", f"{COMMUNE}t1/")
    keep_home(SYSTEM, person=person, lat=21.05, lon=105.05, unit_path=person.unit_path)
    kept = audience.keep_list(leader, unit_path=COMMUNE, title="Hộ ven suối")
    with pytest.raises(Forbidden):
        audience.resolve(stranger, {"units": [COMMUNE]})
    with pytest.raises(ActionError):
        audience.resolve(stranger, {"lists": [kept.pk]})
    with pytest.raises(ActionError):
        audience.resolve(leader, {"units": [COMMUNE], "attributes": {"number": "1"}})
    with pytest.raises(ActionError):
        audience.resolve(leader, {"polygons": [[[21, 105], "x"]]})
    assert audience.resolve(stranger, {"persons": [person.pk], "polygons": [SQUARE]}) == []
    with pytest.raises(Forbidden):
        people_in(Viewer(kind="officer"), [SQUARE], "Tìm")
    assert people_in(leader, [SQUARE], "Tìm", unit_path="04/") == []


@pytest.mark.django_db
def test_a_home_moves_with_its_dates() -> None:
    person = _living("Lò Văn Già", f"{COMMUNE}t1/")
    with frozen("2026-11-01T08:00"):
        first = keep_home(SYSTEM, person=person, lat=21.05, lon=105.05, unit_path=person.unit_path)
    with frozen("2026-11-20T08:00"):
        assert keep_home(SYSTEM, person=person, lat=21.05, lon=105.05, unit_path=person.unit_path) == first
        second = keep_home(SYSTEM, person=person, lat=21.5, lon=105.05, unit_path=person.unit_path)
    first.refresh_from_db()
    assert (str(first.valid_to), second.lat, second.lon) == ("2026-11-19", 21.5, 105.05)
    with pytest.raises(ActionError):
        keep_home(SYSTEM, person=person, lat=105.05, lon=21.5, unit_path=person.unit_path)
    with pytest.raises(Forbidden):
        keep_home(a_citizen(), person=person, lat=21.5, lon=105.0, unit_path=person.unit_path)
