"""Points, lines and areas as GeoJSON geometry (RFC 7946): checked, rounded, measured. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# The mainland, both archipelagos and the waters around; what lies outside is a typing error.
WEST, SOUTH, EAST, NORTH = 101.5, 5.5, 118.5, 23.8
DECIMALS = 6  # about a hand's breadth
MOST_POINTS = 20_000

Position = tuple[float, float]
# Type name → how deep its positions lie.
_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
SHAPES = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "MultiLineString": "line",
    "Polygon": "area",
    "MultiPolygon": "area",
}


class GeometryError(ValueError):
    """What is wrong with a geometry, in Vietnamese, with what to do."""


@dataclass(frozen=True)
class Box:
    """West, south, east, north in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> Box:
        """ "105.1,21.2,105.3,21.4" (west, south, east, north); GeometryError when it is not that."""
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError as error:
            raise GeometryError("Khung bản đồ gồm bốn số: tây, nam, đông, bắc.") from error
        numbers = (west, south, east, north)
        if not all(math.isfinite(number) for number in numbers) or west > east or south > north:
            raise GeometryError("Khung bản đồ phải theo thứ tự: tây, nam, đông, bắc.")
        return cls(*numbers)


def position(lat: float, lon: float) -> Position:
    """A checked (longitude, latitude) of a point in Vietnam; GeometryError otherwise."""
    return _position([lon, lat])


def _position(raw: Any) -> Position:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) < 2:
        raise GeometryError("Mỗi điểm gồm kinh độ và vĩ độ.")
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in raw[:2]):
        raise GeometryError("Kinh độ và vĩ độ phải là số.")
    lon, lat = float(raw[0]), float(raw[1])
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise GeometryError("Kinh độ và vĩ độ phải là số.")
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        if WEST <= lat <= EAST and SOUTH <= lon <= NORTH:
            raise GeometryError(
                "Kinh độ và vĩ độ bị đảo. Ghi kinh độ (102 đến 118) trước, vĩ độ (6 đến 24) sau."
            )
        raise GeometryError(
            "Điểm nằm ngoài Việt Nam. Kiểm tra lại kinh độ (102 đến 118) và vĩ độ (6 đến 24)."
        )
    return round(lon, DECIMALS), round(lat, DECIMALS)


def _walk(raw: Any, depth: int) -> Any:
    if depth == 0:
        return _position(raw)
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        raise GeometryError("Hình chưa có điểm nào.")
    return [_walk(item, depth - 1) for item in raw]


def _line(points: list[Position]) -> list[Position]:
    kept = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
    if len(kept) < 2:
        raise GeometryError("Đường phải có ít nhất hai điểm khác nhau.")
    return kept


def _ring(points: list[Position], *, outer: bool) -> list[Position]:
    if points[0] != points[-1]:
        points = [*points, points[0]]
    kept = _line(points)
    if len(set(kept)) < 3:
        raise GeometryError("Vùng phải có ít nhất ba điểm khác nhau.")
    if _crosses(kept):
        raise GeometryError("Đường bao của vùng tự cắt nhau. Vẽ lại theo thứ tự quanh vùng.")
    if (_signed_area(kept) > 0) != outer:  # RFC 7946: outer rings run against the clock
        kept.reverse()
    return kept


def _signed_area(ring: Sequence[Position]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) / 2


def _crosses(ring: Sequence[Position]) -> bool:
    """Whether two sides cross; only asked of hand-drawn sizes, where n² is nothing."""
    if len(ring) > 400:
        return False
    sides = list(zip(ring, ring[1:], strict=False))
    return any(
        _cut(*sides[i], *sides[j])
        for i in range(len(sides))
        for j in range(i + 2, len(sides))
        if not (i == 0 and j == len(sides) - 1)
    )


def _turn(a: Position, b: Position, c: Position) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cut(a: Position, b: Position, c: Position, d: Position) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def read(raw: Any) -> dict[str, Any]:
    """A checked and rounded GeoJSON geometry; a Feature gives its geometry. GeometryError says what to mend.

    Rings are closed and turned as RFC 7946 wants; altitudes are dropped; at most 20,000 points.
    """
    if isinstance(raw, Mapping) and raw.get("type") == "Feature":
        raw = raw.get("geometry")
    if not isinstance(raw, Mapping) or raw.get("type") not in _DEPTH:
        raise GeometryError(f"Hình phải là GeoJSON loại {', '.join(_DEPTH)}.")
    kind = str(raw["type"])
    shape = _walk(raw.get("coordinates"), _DEPTH[kind])
    if kind == "LineString":
        shape = _line(shape)
    elif kind == "MultiLineString":
        shape = [_line(line) for line in shape]
    elif kind == "Polygon":
        shape = _polygon(shape)
    elif kind == "MultiPolygon":
        shape = [_polygon(polygon) for polygon in shape]
    geometry = {"type": kind, "coordinates": _plain(shape)}
    if sum(1 for _ in positions(geometry)) > MOST_POINTS:
        raise GeometryError("Hình có quá 20.000 điểm. Giản lược hình rồi nhập lại.")
    return geometry


def _polygon(rings: list[list[Position]]) -> list[list[Position]]:
    return [_ring(ring, outer=at == 0) for at, ring in enumerate(rings)]


def _plain(shape: Any) -> Any:
    return [_plain(item) for item in shape] if isinstance(shape, list | tuple) else shape


def positions(geometry: Mapping[str, Any]) -> Iterator[Position]:
    """All positions of a checked geometry."""

    def down(shape: Any) -> Iterator[Position]:
        if shape and isinstance(shape[0], int | float):
            yield float(shape[0]), float(shape[1])
        else:
            for item in shape:
                yield from down(item)

    return down(geometry["coordinates"])


def box_of(geometry: Mapping[str, Any]) -> Box:
    """The smallest box around a checked geometry."""
    lons, lats = zip(*positions(geometry), strict=True)
    return Box(min(lons), min(lats), max(lons), max(lats))


def centre_of(geometry: Mapping[str, Any]) -> Position:
    """Where to put its marker: the centroid of the largest area, the middle of a line, the point itself."""
    kind, shape = geometry["type"], geometry["coordinates"]
    if kind in ("Polygon", "MultiPolygon"):
        rings = [shape[0]] if kind == "Polygon" else [polygon[0] for polygon in shape]
        return _centroid(max(rings, key=lambda ring: abs(_signed_area(ring))))
    found = list(positions(geometry))
    return found[len(found) // 2]


def _centroid(ring: Sequence[Position]) -> Position:
    area = _signed_area(ring)
    if area == 0:
        return ring[0][0], ring[0][1]
    x0, y0 = ring[0]  # shifted to the first point: areas of a yard lose their digits otherwise
    x = y = 0.0
    for (ax, ay), (bx, by) in zip(ring, ring[1:], strict=False):
        ax, ay, bx, by = ax - x0, ay - y0, bx - x0, by - y0
        cross = ax * by - bx * ay
        x += (ax + bx) * cross
        y += (ay + by) * cross
    return round(x0 + x / (6 * area), DECIMALS), round(y0 + y / (6 * area), DECIMALS)


def metres_between(a: Position, b: Position) -> float:
    """Along the ground, on a sphere: right to half a percent."""
    lon1, lat1, lon2, lat2 = (math.radians(number) for number in (*a, *b))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


def hull(points: Sequence[Position]) -> list[Position]:
    """The smallest bulging ring around points, closed and against the clock; [] for fewer than three."""
    left = sorted(set(points))
    if len(left) < 3:
        return []

    def side(row: Sequence[Position]) -> list[Position]:
        kept: list[Position] = []
        for point in row:
            while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
                kept.pop()
            kept.append(point)
        return kept[:-1]

    ring = side(left) + side(left[::-1])
    return [*ring, ring[0]] if len(ring) > 2 else []
