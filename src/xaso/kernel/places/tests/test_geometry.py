"""Geometry: what is taken, what is refused with which words, and the outline map."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.places import geometry
from xaso.kernel.places.geometry import Box, GeometryError
from xaso.kernel.places.outline import ARCHIPELAGOS, BASE_MAPS, Marker, rings, svg_map

LON = st.floats(geometry.WEST, geometry.EAST, allow_nan=False)
LAT = st.floats(geometry.SOUTH, geometry.NORTH, allow_nan=False)
POINT = st.tuples(LON, LAT).map(list)
YARD = {
    "type": "Polygon",
    "coordinates": [[[103.85, 22.52], [103.85, 22.53], [103.86, 22.53], [103.86, 22.52]]],
}


@given(POINT)
def test_a_point_keeps_its_place(point: list[float]) -> None:
    checked = geometry.read({"type": "Point", "coordinates": point})
    lon, lat = checked["coordinates"]
    assert abs(lon - point[0]) < 1e-5
    assert abs(lat - point[1]) < 1e-5
    assert geometry.read(checked) == checked
    assert geometry.box_of(checked) == Box(lon, lat, lon, lat)


@given(st.lists(POINT, min_size=2, max_size=20, unique_by=lambda p: (round(p[0], 4), round(p[1], 4))))
def test_a_line_lies_in_its_box(points: list[list[float]]) -> None:
    checked = geometry.read({"type": "LineString", "coordinates": points})
    box = geometry.box_of(checked)
    for lon, lat in geometry.positions(checked):
        assert box.west <= lon <= box.east
        assert box.south <= lat <= box.north


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=12,
    ),
    st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "Nothing"]),
)
def test_rubbish_is_refused_with_words(rubbish: Any, kind: str) -> None:
    for raw in (rubbish, {"type": kind, "coordinates": rubbish}):
        try:
            geometry.read(raw)
        except GeometryError as error:
            assert str(error)


def test_an_area_is_closed_and_turned() -> None:
    checked = geometry.read({"type": "Feature", "geometry": YARD})
    ring = checked["coordinates"][0]
    assert ring[0] == ring[-1]
    assert geometry._signed_area([(x, y) for x, y in ring]) > 0
    lon, lat = geometry.centre_of(checked)
    assert (round(lon, 4), round(lat, 4)) == (103.855, 22.525)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"type": "Point", "coordinates": [22.5, 103.8]}, "bị đảo"),
        ({"type": "Point", "coordinates": [2.3, 48.8]}, "ngoài Việt Nam"),
        ({"type": "Point", "coordinates": ["103", "22"]}, "phải là số"),
        ({"type": "Point", "coordinates": [float("nan"), 22]}, "phải là số"),
        ({"type": "LineString", "coordinates": [[103, 22], [103, 22]]}, "hai điểm"),
        ({"type": "Polygon", "coordinates": [[[103, 22], [104, 22], [103, 22]]]}, "ba điểm"),
        ({"type": "Polygon", "coordinates": [[[103, 22], [104, 23], [104, 22], [103, 23]]]}, "tự cắt"),
        ({"type": "Circle", "coordinates": [103, 22]}, "GeoJSON"),
        ({"type": "MultiPolygon", "coordinates": []}, "chưa có điểm"),
    ],
)
def test_what_is_wrong_is_said(raw: Any, words: str) -> None:
    with pytest.raises(GeometryError, match=words):
        geometry.read(raw)


def test_too_many_points() -> None:
    line = [[103 + n / 1e5, 22 + (n % 2) / 1e5] for n in range(20_001)]
    with pytest.raises(GeometryError, match="20.000"):
        geometry.read({"type": "LineString", "coordinates": line})


def test_boxes() -> None:
    assert Box.read("103,22,104,23") == Box(103, 22, 104, 23)
    for wrong in ("", "1,2,3", "104,22,103,23", "nan,1,2,3", "a,b,c,d"):
        with pytest.raises(GeometryError):
            Box.read(wrong)


def test_distance() -> None:
    hanoi, hue = (105.854, 21.0285), (107.585, 16.467)
    assert 535_000 < geometry.metres_between(hanoi, hue) < 545_000


@pytest.mark.parametrize("name", BASE_MAPS)
def test_both_archipelagos_are_on_every_base_map(name: str) -> None:
    text = BASE_MAPS[name]()
    for islands in ARCHIPELAGOS:
        assert islands.name in text
        assert islands.unit.split(", ")[1] in text
    assert text.count("Việt Nam") >= 2


def test_the_archipelagos_are_drawn_where_they_lie() -> None:
    data = json.loads(BASE_MAPS["geojson"]())
    groups = {feature["properties"]["name"]: feature for feature in data["features"]}
    for name, (west, south, east, north) in {
        "Quần đảo Hoàng Sa": (111.0, 15.7, 113.0, 17.2),
        "Quần đảo Trường Sa": (111.5, 6.8, 117.5, 12.0),
    }.items():
        box = geometry.box_of(groups[name]["geometry"])
        assert west <= box.west
        assert box.east <= east
        assert south <= box.south
        assert box.north <= north
        assert len(groups[name]["geometry"]["coordinates"]) >= 8


def test_the_picture_is_well_formed_and_light() -> None:
    picture = svg_map([Marker(22.52, 103.85, "Chợ <Bát Xát> & bản", "/x?a=1&b=2")])
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own text
    names = {group.get("data-archipelago") for group in root.iter() if group.get("data-archipelago")}
    assert names == {islands.name for islands in ARCHIPELAGOS}
    assert len(picture.encode()) < 12_000
    assert all(ring[0] == ring[-1] for ring in rings())
