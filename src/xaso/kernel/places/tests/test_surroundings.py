"""The land on a map of a commune: its boundary where the map has one, else a guess that says so."""

from __future__ import annotations

import pytest

from xaso.kernel.base.errors import ActionErrors, Forbidden
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places import geometry
from xaso.kernel.places.actions import add_layer, add_place, place_hamlet
from xaso.kernel.places.surroundings import BOUNDARIES, EXACT, GUESSED, around, land_of
from xaso.kernel.units import actions as units
from xaso.kernel.units.models import Unit
from xaso.kernel.units.queries import unit_at

pytestmark = pytest.mark.django_db
COMMUNE = "15/02728/"
SPOTS = (("Nậm Thi", 22.50, 103.66), ("Nậm Cang", 22.53, 103.69), ("Tả Van", 22.49, 103.71))


def hamlets() -> list[Unit]:
    commune = unit_at(COMMUNE)
    made = []
    for name, lat, lon in SPOTS:
        unit = units.add_hamlet(Viewer.system(), commune=commune, kind="thôn", name=name)
        made.append(place_hamlet(Viewer.system(), unit=unit, lat=lat, lon=lon))
    return made


def test_without_a_boundary_the_land_is_guessed_from_the_hamlets() -> None:
    hamlets()
    found = around([f"{COMMUNE}kt/"])
    assert found.word == GUESSED
    assert [name for *_, name in found.hamlets] == ["Nậm Cang", "Nậm Thi", "Tả Van"]
    lats = [lat for lat, _ in found.land[0]]
    assert min(lats) < 22.49 and max(lats) > 22.53, "there is room around the outermost houses"


def test_a_boundary_of_the_map_is_used_as_it_is() -> None:
    hamlets()
    layer = add_layer(
        Viewer.system(), key=BOUNDARIES, title="Ranh giới xã", shape="area", unit_path="", is_public=True
    )
    ring = [[103.6, 22.4], [103.8, 22.4], [103.8, 22.6], [103.6, 22.6], [103.6, 22.4]]
    add_place(
        Viewer.system(),
        layer=layer,
        unit=unit_at(COMMUNE),
        name="Xã",
        geometry={"type": "Polygon", "coordinates": [ring]},
    )
    found = around([COMMUNE])
    assert found.word == EXACT and found.land == [[(lat, lon) for lon, lat in ring]]
    assert land_of([COMMUNE]) == found.land


def test_units_that_are_only_named_get_a_shape_around_them() -> None:
    one, two, _ = hamlets()
    ring = land_of([one.path, two.path])[0]
    lats = [lat for lat, _ in ring]
    assert min(lats) < 22.50 and max(lats) > 22.53 and ring[0] == ring[-1]
    assert land_of([f"{COMMUNE}khong-co/"]) == []


def test_a_hamlet_goes_on_the_map_and_off_it() -> None:
    unit = hamlets()[0]
    with pytest.raises(ActionErrors, match="Nhập đủ"):
        place_hamlet(Viewer.system(), unit=unit, lat=22.5, lon=None)
    with pytest.raises(Forbidden):
        place_hamlet(Viewer(), unit=unit, lat=22.5, lon=103.7)
    place_hamlet(Viewer.system(), unit=unit, lat=None, lon=None)
    unit.refresh_from_db()
    assert unit.lat is None and unit.lon is None


def test_hull() -> None:
    square = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.5, 0.5)]
    assert set(geometry.hull(square)) == set(square[:4])
    assert geometry.hull(square[:2]) == [] and geometry.hull([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]) == []
