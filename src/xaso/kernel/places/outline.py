"""The outline of Vietnam, drawn by the server: the mainland, and Hoàng Sa and Trường Sa as Vietnam's. Pure.

Every base map of the product is listed in ``BASE_MAPS``; a test holds each to showing both archipelagos.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from xaso.kernel.places.geometry import EAST, NORTH, SOUTH, WEST

Position = tuple[float, float]


@dataclass(frozen=True)
class Archipelago:
    """A group of islands by name, the unit that governs it, and its main islands (longitude, latitude)."""

    name: str
    unit: str
    unit_path: str
    label_at: Position
    islands: tuple[tuple[str, float, float], ...]


HOANG_SA = Archipelago(
    "Quần đảo Hoàng Sa",
    "Đặc khu Hoàng Sa, thành phố Đà Nẵng",
    "48/20333/",
    (111.9, 15.3),
    (
        ("Hoàng Sa", 111.61, 16.54),
        ("Hữu Nhật", 111.59, 16.50),
        ("Quang Ảnh", 111.51, 16.45),
        ("Duy Mộng", 111.71, 16.46),
        ("Tri Tôn", 111.20, 15.79),
        ("Phú Lâm", 112.34, 16.83),
        ("Linh Côn", 112.73, 16.67),
        ("Đảo Cây", 112.27, 16.98),
    ),
)
TRUONG_SA = Archipelago(
    "Quần đảo Trường Sa",
    "Đặc khu Trường Sa, tỉnh Khánh Hòa",
    "56/22736/",
    (113.9, 7.3),
    (
        ("Song Tử Tây", 114.33, 11.43),
        ("Thị Tứ", 114.28, 11.05),
        ("Loại Ta", 114.42, 10.67),
        ("Vĩnh Viễn", 115.80, 10.73),
        ("Sơn Ca", 114.48, 10.38),
        ("Ba Bình", 114.37, 10.38),
        ("Nam Yết", 114.37, 10.18),
        ("Sinh Tồn", 114.33, 9.89),
        ("Sinh Tồn Đông", 114.56, 9.91),
        ("Phan Vinh", 113.69, 8.97),
        ("Trường Sa Đông", 112.35, 8.93),
        ("Đá Tây", 112.23, 8.86),
        ("Trường Sa", 111.92, 8.64),
        ("An Bang", 112.92, 7.89),
    ),
)
ARCHIPELAGOS = (HOANG_SA, TRUONG_SA)
STAMP = 190  # height of the small picture, in points
_SQUEEZE = math.cos(math.radians((SOUTH + NORTH) / 2))


@lru_cache(maxsize=1)
def rings() -> tuple[tuple[Position, ...], ...]:
    """The mainland and the larger near islands, as closed rings of (longitude, latitude)."""
    raw = json.loads((Path(__file__).parent / "data" / "vietnam.json").read_text(encoding="utf-8"))
    return tuple(tuple((x, y) for x, y in ring) for ring in raw)


@dataclass(frozen=True)
class Marker:
    """A place on the outline map: where, what it is called, and where its row or page is."""

    lat: float
    lon: float
    label: str
    url: str = ""


def _xy(lon: float, lat: float, height: float) -> Position:
    scale = height / (NORTH - SOUTH)
    return round((lon - WEST) * _SQUEEZE * scale, 1), round((NORTH - lat) * scale, 1)


@lru_cache(maxsize=4)
def _coast(height: float) -> str:
    parts = []
    for ring in rings():
        points = [_xy(lon, lat, height) for lon, lat in ring]
        parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(parts)


def _group(islands: Archipelago, height: float) -> str:
    dots = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="2"/>'
        for x, y in (_xy(lon, lat, height) for _, lon, lat in islands.islands)
    )
    x, y = _xy(*islands.label_at, height)
    name, (_, where) = escape(islands.name), islands.unit.split(", ")
    centred = f'x="{x:g}" text-anchor="middle" stroke="none"'
    return (
        f'<g data-archipelago="{name}"><title>{name} ({escape(islands.unit)}), Việt Nam</title>{dots}'
        f'<text y="{y:g}" {centred} font-weight="600">{name}</text>'
        f'<text y="{y + 15:g}" {centred}>({escape(where)})</text></g>'
    )


def svg_map(
    markers: Sequence[Marker] = (), *, height: int = 640, title: str = "Bản đồ Việt Nam", map_id: str = "vn"
) -> str:
    """The outline as an SVG picture, about 6 KB: mainland, Hoàng Sa, Trường Sa, and the markers.

    It takes the text colour of its page, so it serves both themes. Markers belong in a list on the page too:
    the picture has only its title and a description for those who do not see it.
    """
    width = round((EAST - WEST) * _SQUEEZE * height / (NORTH - SOUTH))
    pins = []
    for marker in markers:
        x, y = _xy(marker.lon, marker.lat, height)
        pin = (
            f'<circle class="pin" cx="{x:g}" cy="{y:g}" r="5" fill="#B45309" stroke="#fff">'
            f"<title>{escape(marker.label)}</title></circle>"
        )
        pins.append(f'<a href="{escape(marker.url)}">{pin}</a>' if marker.url else pin)
    about = "Đất liền Việt Nam, quần đảo Hoàng Sa và quần đảo Trường Sa của Việt Nam."
    if markers:
        about += " Có đánh dấu: " + ", ".join(marker.label for marker in markers[:10])
        about += " và các nơi khác." if len(markers) > 10 else "."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-labelledby="{map_id}-t {map_id}-d" fill="currentColor" stroke="currentColor" font-size="13">'
        f'<title id="{map_id}-t">{escape(title)}</title><desc id="{map_id}-d">{escape(about)}</desc>'
        f'<path d="{_coast(height)}" fill-opacity=".12" stroke-width="1" stroke-linejoin="round"/>'
        + "".join(_group(islands, height) for islands in ARCHIPELAGOS)
        + "".join(pins)
        + "</svg>"
    )


@lru_cache(maxsize=1)
def _small_coast() -> str:
    """The coast in whole points, for a picture no larger than a stamp."""
    parts = []
    for ring in rings():
        points = list(dict.fromkeys((round(x), round(y)) for x, y in (_xy(*one, STAMP) for one in ring)))
        if len(points) > 2:
            parts.append("M" + " ".join(f"{x} {y}" for x, y in points) + "z")
    return "".join(parts)


def _small_group(islands: Archipelago) -> str:
    dots = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="1.2"/>'
        for x, y in (_xy(lon, lat, STAMP) for _, lon, lat in islands.islands)
    )
    x, y = _xy(*islands.label_at, STAMP)
    first, last = islands.name[:8], islands.name[9:]
    return (
        f"<g><title>{escape(islands.name)} ({escape(islands.unit)}), Việt Nam</title>{dots}"
        f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{escape(first)}'
        f'<tspan x="{x:.0f}" dy="12">{escape(last)}</tspan></text></g>'
    )


def locator(lat: float, lon: float, *, map_id: str = "vn-small") -> str:
    """The country as a stamp of about 1.5 KB beside a larger map: mainland, both archipelagos, a ring at the place."""
    x, y = _xy(lon, lat, STAMP)
    width = math.ceil((EAST - WEST) * _SQUEEZE * STAMP / (NORTH - SOUTH))
    return (
        f'<svg class="stamp" viewBox="0 0 {width} {STAMP}" width="{width}" height="{STAMP}" role="img" '
        f'aria-labelledby="{map_id}"><title id="{map_id}">Vị trí trên bản đồ Việt Nam. Quần đảo Hoàng Sa (Việt Nam). '
        f'Quần đảo Trường Sa (Việt Nam).</title><path d="{_small_coast()}"/>'
        + "".join(_small_group(islands) for islands in ARCHIPELAGOS)
        + f'<circle class="here" cx="{x:.0f}" cy="{y:.0f}" r="5"/></svg>'
    )


def geojson_map() -> dict[str, Any]:
    """The same as GeoJSON, to lie under the points of an interactive map when no tiles are installed."""
    land = {
        "type": "Feature",
        "properties": {"name": "Việt Nam", "kind": "land"},
        "geometry": {"type": "MultiPolygon", "coordinates": [[[list(p) for p in ring]] for ring in rings()]},
    }
    groups = [
        {
            "type": "Feature",
            "properties": {
                "name": islands.name,
                "label": f"{islands.name} ({islands.unit.split(', ')[1]}), Việt Nam",
                "unit": islands.unit,
                "unit_path": islands.unit_path,
                "kind": "archipelago",
            },
            "geometry": {
                "type": "MultiPoint",
                "coordinates": [[lon, lat] for _, lon, lat in islands.islands],
            },
        }
        for islands in ARCHIPELAGOS
    ]
    return {"type": "FeatureCollection", "features": [land, *groups]}


# Whoever draws a new base map adds it here: name → its text.
BASE_MAPS: dict[str, Callable[[], str]] = {
    "svg": svg_map,
    "stamp": lambda: locator(21.0, 105.8),
    "geojson": lambda: json.dumps(geojson_map(), ensure_ascii=False),
}
