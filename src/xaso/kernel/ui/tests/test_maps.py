"""The still picture of a map: nothing on it lies on anything else, and the list beside it says the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template import Context, Template

from xaso.kernel.ui import map_picture
from xaso.kernel.ui.maps import MapBox, Zone

RING = [(22.50, 103.69), (22.50, 103.72), (22.53, 103.72), (22.53, 103.69), (22.50, 103.69)]
CROWD = [
    {"lat": 22.515 + (place % 4) * 0.0006, "lng": 103.70 + (place // 4) * 0.0008, "name": f"Trạm số {place}"}
    for place in range(12)
]


def draw(made: MapBox) -> str:
    return Template("{% load ui %}{% map_box m %}").render(Context({"m": made}))


def box(**more: Any) -> MapBox:
    return MapBox("Vùng cảnh báo", 0, 0, **more)


def boxes(monkeypatch: pytest.MonkeyPatch, made: MapBox) -> list[map_picture.Box]:
    rooms: list[map_picture.Room] = []

    class Seen(map_picture.Room):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            rooms.append(self)

    monkeypatch.setattr(map_picture, "Room", Seen)
    made.svg()
    return rooms[0].taken


def test_pins_names_and_tags_never_lie_on_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    context = [(22.505, 103.70, "Nậm Pẻn 1"), (22.5051, 103.7001, "Nậm Pẻn 2")]
    taken = boxes(
        monkeypatch, box(markers=CROWD, zones=[Zone("Lũ quét", [RING], tag="Cấp 2")], context=context)
    )
    solid = [one for one in taken if one[2] - one[0] > 6.1]
    assert len(solid) > len(CROWD)
    for at, one in enumerate(solid):
        for other in solid[at + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)


def test_a_pin_that_moves_aside_keeps_a_line_to_its_place() -> None:
    assert 'class="lead"' in box(markers=CROWD).svg()
    assert 'class="lead"' not in box(markers=CROWD[:1]).svg()


def test_every_pin_and_zone_is_a_line_of_the_list() -> None:
    zone = Zone("Lũ quét: Cấp 2", [RING], tag="Cấp 2", text="thôn Nậm Thi", hatch=2)
    html = draw(box(markers=CROWD, zones=[zone], ground=[RING], ground_word="ranh giới xã"))
    caption = html[html.index("<figcaption>") :]
    for number, one in enumerate(CROWD, 1):
        assert f'<b class="pin-no">{number}</b><span>{one["name"]}' in caption
        assert re.search(rf'<text class="pin"[^>]*>{number}</text>', html)
    assert "Lũ quét: Cấp 2</span>" in caption or "Lũ quét: Cấp 2: thôn Nậm Thi" in caption
    assert "Nền trắng: ranh giới xã" in caption


def test_a_zone_is_told_by_its_hatch_too() -> None:
    steps = [
        re.search(r'<pattern [^>]*width="(\d+)"', box(zones=[Zone("Lũ", [RING], hatch=level)]).svg())
        for level in range(1, 6)
    ]
    found = [int(one[1]) for one in steps if one]
    assert found == sorted(found, reverse=True) and len(set(found)) == 5, "denser with each level"


def test_two_maps_of_a_page_share_no_id() -> None:
    zones = [Zone("Lũ", [RING]), Zone("Mưa", [RING])]
    html = draw(MapBox("Một", 0, 0, zones=zones)) + draw(MapBox("Hai", 0, 0, zones=zones))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) > 4


@pytest.mark.parametrize("spread", [0.0, 0.002, 0.05, 0.6, 4.0])
def test_scale_is_round_and_everything_is_in_the_picture(spread: float) -> None:
    rows = [
        {"lat": 21.0, "lng": 105.0, "name": "Một"},
        {"lat": 21.0 + spread, "lng": 105.0 + spread, "name": "Hai"},
    ]
    svg = box(markers=rows).svg()
    assert re.search(r">(20|50|100|200|500) m<|>(1|2|5|10|20|50|100|200) km<", svg)
    assert svg.count('class="spot"') == 2
    assert ">Bắc<" in svg


def test_a_map_that_was_asked_for_at_a_zoom_keeps_it_and_names_the_islands_inside() -> None:
    svg = box(markers=CROWD[:1], fit=False).svg()
    assert "Quần đảo Hoàng Sa (Việt Nam)" in svg and "Quần đảo Trường Sa (Việt Nam)" in svg


def test_a_map_weighs_little() -> None:
    context = [(22.5 + place * 0.002, 103.7, f"Nậm Pẻn {place}") for place in range(40)]
    zones = [Zone(f"Lũ {place}", [RING], hatch=place) for place in range(1, 4)]
    assert len(draw(box(markers=CROWD, zones=zones, context=context, ground=[RING])).encode()) < 30_000
