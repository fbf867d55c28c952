"""Polygons and circles of CAP as text and as numbers: "lat,lon lat,lon …", "lat,lon km". Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from xaso.kernel.plain.cap.message import Position

_NUMBER = r"-?\d{1,3}(?:\.\d{1,15})?"
_PAIR = re.compile(rf"({_NUMBER}),({_NUMBER})")
MOST_POINTS = 20_000
EARTH_KM = 6371.0088


class AreaError(ValueError):
    """What is wrong with a polygon or circle, in Vietnamese."""


def read_polygon(text: str) -> tuple[Position, ...]:
    """Points of a polygon: at least four pairs, the last the same as the first. Raises AreaError."""
    pairs = text.split()
    if len(pairs) < 4:
        raise AreaError(f"Vùng phải có ít nhất 4 điểm (điểm cuối trùng điểm đầu), ở đây có {len(pairs)}.")
    if len(pairs) > MOST_POINTS:
        raise AreaError("Vùng có quá 20.000 điểm. Giản lược hình rồi gửi lại.")
    points = tuple(_pair(one) for one in pairs)
    if points[0] != points[-1]:
        raise AreaError("Vùng chưa khép kín: điểm cuối phải trùng điểm đầu.")
    if len(set(points)) < 3:
        raise AreaError("Vùng phải có ít nhất 3 điểm khác nhau.")
    if _area(points) == 0:
        raise AreaError("Các điểm của vùng nằm trên một đường thẳng.")
    if crosses(points):
        raise AreaError("Đường bao của vùng tự cắt nhau. Ghi các điểm theo thứ tự đi quanh vùng.")
    return points


def write_polygon(points: Iterable[Position]) -> str:
    """The text of a polygon; an open ring is closed."""
    ring = list(points)
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    return " ".join(f"{_plain(lat)},{_plain(lon)}" for lat, lon in ring)


def read_circle(text: str) -> tuple[float, float, float]:
    """Latitude, longitude and radius in kilometres. Raises AreaError."""
    centre, _, radius = text.strip().partition(" ")
    lat, lon = _pair(centre)
    if not re.fullmatch(r"\d{1,5}(?:\.\d{1,10})?", radius.strip()):
        raise AreaError("Hình tròn ghi như “22.35,103.86 5”: vĩ độ, kinh độ, cách trống, bán kính theo km.")
    return lat, lon, float(radius)


def write_circle(lat: float, lon: float, km: float) -> str:
    """The text of a circle."""
    return f"{_plain(lat)},{_plain(lon)} {_plain(km)}"


def contains(points: Sequence[Position], lat: float, lon: float) -> bool:
    """Whether a point lies in a closed polygon (even-odd rule)."""
    inside = False
    for (lat1, lon1), (lat2, lon2) in zip(points, points[1:], strict=False):
        if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
            inside = not inside
    return inside


def ring_around(lat: float, lon: float, km: float, corners: int = 24) -> tuple[Position, ...]:
    """A closed polygon around a circle, for those who only read polygons."""
    points = []
    for number in range(corners):
        turn = 2 * math.pi * number / corners
        north = math.degrees(km / EARTH_KM) * math.cos(turn)
        east = math.degrees(km / EARTH_KM) * math.sin(turn) / max(math.cos(math.radians(lat)), 0.01)
        points.append((round(lat + north, 5), round(lon + east, 5)))
    return (*points, points[0])


def _pair(text: str) -> Position:
    found = _PAIR.fullmatch(text)
    if found is None:
        raise AreaError(f"“{text[:40]}” không phải cặp “vĩ độ,kinh độ”.")
    lat, lon = float(found[1]), float(found[2])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise AreaError(f"“{text[:40]}” nằm ngoài phạm vi (vĩ độ -90 đến 90, kinh độ -180 đến 180).")
    return lat, lon


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _area(points: Sequence[Position]) -> float:
    return sum(a[1] * b[0] - b[1] * a[0] for a, b in zip(points, points[1:], strict=False)) / 2


def crosses(points: Sequence[Position]) -> bool:
    """Whether two sides of a closed polygon cross; asked up to 400 sides, beyond that it would cost too much."""
    sides = list(zip(points, points[1:], strict=False))
    if len(sides) > 400:
        return False
    return any(
        _cut(*sides[i], *sides[j])
        for i in range(len(sides))
        for j in range(i + 2, len(sides))
        if not (i == 0 and j == len(sides) - 1)
    )


def _turn(a: Position, b: Position, c: Position) -> float:
    return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1])


def _cut(a: Position, b: Position, c: Position, d: Position) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0
