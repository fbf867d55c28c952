"""The still picture of a map as SVG: land, hatched zones, numbered pins, names where there is room, scale and north."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.html import escape
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from xaso.kernel.ui.maps import MapBox, Ring, Zone

ISLANDS = (("Quần đảo Hoàng Sa (Việt Nam)", 16.5, 112.0), ("Quần đảo Trường Sa (Việt Nam)", 9.5, 113.5))
WIDTH, HEIGHT = 400, 260
LOWEST, HIGHEST = 250, 380
EDGE = 34  # free around what is shown, for names and for scale and north
PIN = 11  # half of a pin
LETTER, SMALL = 9.3, 8.0  # width of a letter at 15 and at 13 points in the widest of the system's fonts
METRES = 111_320  # in a degree of the equator
BARS = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)

Box = tuple[float, float, float, float]
Spot = tuple[float, float]


def _mercator(lat: float) -> float:
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


@dataclass(frozen=True)
class View:
    """Which part of the ground the picture shows: its middle, how many points a degree has, how high it is."""

    lat: float
    lng: float
    scale: float
    height: float = HEIGHT

    @classmethod
    def around(cls, lat: float, lng: float, zoom: int) -> View:
        """As a tile map with this middle and zoom would show it."""
        return cls(lat, lng, 256 * 2.0**zoom / 360)

    @classmethod
    def fitting(cls, west: float, south: float, east: float, north: float) -> View:
        """All of this box; the picture becomes lower or higher with the shape of the land."""
        tall, wide = max(_mercator(north) - _mercator(south), 1e-6), max(east - west, 1e-6)
        height = min(max(tall / wide * (WIDTH - 2 * EDGE) + 2 * EDGE, LOWEST), HIGHEST)
        scale = min((WIDTH - 2 * EDGE) / wide, (height - 2 * EDGE) / tall)
        middle = math.degrees(
            2 * math.atan(math.exp(math.radians((_mercator(north) + _mercator(south)) / 2))) - math.pi / 2
        )
        return cls(middle, (west + east) / 2, scale, round(height))

    def point(self, lat: float, lng: float) -> Spot:
        """Where a place stands in the picture."""
        x = WIDTH / 2 + (lng - self.lng) * self.scale
        return x, self.height / 2 - (_mercator(lat) - _mercator(self.lat)) * self.scale

    def shows(self, spot: Spot) -> bool:
        """Whether that point is inside the picture."""
        return 0 <= spot[0] <= WIDTH and 0 <= spot[1] <= self.height


class Room:
    """What is taken in the picture: pins, names, scale. Boxes are left, top, right, bottom."""

    def __init__(self, view: View, taken: Sequence[Box] = ()) -> None:
        self.view, self.taken = view, list(taken)

    def free(self, wanted: Box) -> bool:
        """Whether the box is inside the picture and on nothing else."""
        left, top, right, bottom = wanted
        if left < 2 or top < 2 or right > WIDTH - 2 or bottom > self.view.height - 2:
            return False
        return not any(
            left < box[2] and right > box[0] and top < box[3] and bottom > box[1] for box in self.taken
        )

    def take(self, box: Box) -> bool:
        """Take the box if it is free."""
        if self.free(box):
            self.taken.append(box)
            return True
        return False


def draw(data: MapBox, view: View) -> SafeString:
    """The picture as SVG. Nothing in it overlaps: who finds no room stays a number, and the list has the name."""
    said = "; ".join([data.name, *(f"{zone.tag} {zone.name}".strip() for zone in data.zones)])
    room = Room(view, [(0, 0, 34, 44), (0, view.height - 34, 130, view.height)] if data.fit else [_SEA])
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {view.height:g}" role="img" aria-label="{escape(said)}">',
        *(_ring("land", view, ring) for ring in data.ground),
        *(_zone(view, f"{data.key}z{place}", zone) for place, zone in enumerate(data.zones)),
        *(_ring("area", view, ring) for ring in data.outlines),
        *(_ring("route", view, line, "polyline") for line in data.paths),
    ]
    pins = _pins(data, view, room)
    parts += [*_tags(data, view, room), *_names(data, pins, room), *_context(data, view, room)]
    parts += [one.svg for one in pins]
    parts += [_scale(view), _north()] if data.fit else [_sea()]
    return SafeString("".join(parts) + "</svg>")


def _points(view: View, ring: Ring) -> str:
    return " ".join("{:.1f},{:.1f}".format(*view.point(*place)) for place in ring)


def _ring(css: str, view: View, ring: Ring, element: str = "polygon") -> str:
    return f'<{element} class="{css}" points="{_points(view, ring)}"/>'


def _hatch(key: str, zone: Zone) -> str:
    """Lines that grow denser with the level, so that the colour is never the only sign."""
    step = (14, 11, 8, 7, 5)[min(max(zone.hatch, 1), 5) - 1]
    cross = f"M0 {step / 2:g}H{step}" if zone.hatch > 3 else ""
    return (
        f'<pattern id="{key}" width="{step}" height="{step}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)">'
        f'<rect width="{step}" height="{step}" fill="{escape(zone.color)}" fill-opacity=".7"/>'
        f'<path d="M{step / 2:g} 0V{step}{cross}" stroke="#1b1f24" stroke-opacity=".55"/></pattern>'
    )


def _zone(view: View, key: str, zone: Zone) -> str:
    rings = "".join(f'<polygon points="{_points(view, ring)}"/>' for ring in zone.rings)
    css = "zone dashed" if zone.dashed else "zone"
    return f'{_hatch(key, zone)}<g class="{css}" fill="url(#{key})">{rings}</g>'


def swatch(key: str, zone: Zone) -> SafeString:
    """A piece of the zone's colour and hatch, for the list."""
    return SafeString(
        f'<svg class="swatch" width="28" height="20" viewBox="0 0 28 20" aria-hidden="true">{_hatch(key, zone)}'
        f'<rect class="edge" x="1" y="1" width="26" height="18" rx="3" fill="url(#{key})"/></svg>'
    )


@dataclass(frozen=True)
class Pin:
    """A marker that found its place."""

    x: float
    y: float
    name: str
    svg: str


def _pins(data: MapBox, view: View, room: Room) -> list[Pin]:
    """Markers at their place; one that would lie on another moves aside and keeps a line to it."""
    pins = []
    for number, one in zip(data.numbers(), data.markers, strict=True):
        true = view.point(float(one["lat"]), float(one["lng"]))
        if not view.shows(true):
            continue
        x, y = _aside(true, room)
        lead = ""
        if (x, y) != true:
            lead = (
                f'<path class="lead" d="M{true[0]:.1f} {true[1]:.1f}L{x:.1f} {y:.1f}"/>'
                f'<circle class="tip" cx="{true[0]:.1f}" cy="{true[1]:.1f}" r="2.5"/>'
            )
        name = str(one["name"])
        pins.append(
            Pin(x, y, "" if name == number else name, lead + _pin(x, y, str(one.get("kind", "")), number))
        )
    return pins


def _aside(true: Spot, room: Room) -> Spot:
    for far in (0, 24, 34, 46, 60):
        for turn in range(12 if far else 1):
            x = true[0] + far * math.cos(turn * math.pi / 6)
            y = true[1] - far * math.sin(turn * math.pi / 6)
            if room.take((x - PIN, y - PIN, x + PIN, y + PIN)):
                return x, y
    return true


def _pin(x: float, y: float, kind: str, number: str) -> str:
    down = 4.5
    if kind == "danger":
        corners = f"{x:.1f},{y - 13:.1f} {x - 13:.1f},{y + 10:.1f} {x + 13:.1f},{y + 10:.1f}"
        shape, down = f'<polygon class="spot danger" points="{corners}"/>', 7.5
    elif kind == "safe":
        shape = f'<rect class="spot safe" x="{x - 10:.1f}" y="{y - 10:.1f}" width="20" height="20" rx="4"/>'
    else:
        size = PIN - 1 if number else 6
        shape = (
            f'<circle class="spot{" new" if kind == "new" else ""}" cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'
        )
    if not number:
        return shape
    css = "pin dark" if kind == "new" else "pin"
    return f'{shape}<text class="{css}" x="{x:.1f}" y="{y + down:.1f}">{escape(number)}</text>'


def _tags(data: MapBox, view: View, room: Room) -> list[str]:
    """The short words of the zones, in the middle of each or as near to it as there is room."""
    parts = []
    for zone in data.zones:
        ring = max(zone.rings, key=len, default=())
        if not zone.tag or not ring:
            continue
        lats, lons = [lat for lat, _ in ring], [lon for _, lon in ring]
        x, y = view.point((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
        half = len(zone.tag) * LETTER / 2 + 6
        left, top = view.point(max(lats), min(lons))
        above = top - y - 12  # a small zone must not vanish under its own word
        first = (above, -above + 6) if x - left < 1.6 * half or y - top < 22 else ()
        for down in (*first, 0, -24, 24, -40, 40, -56, 56, 76, -76):
            if room.take((x - half, y + down - 13, x + half, y + down + 9)):
                size = f'x="{x - half:.1f}" y="{y + down - 13:.1f}" width="{2 * half:.1f}" height="22"'
                words = f'x="{x:.1f}" y="{y + down + 3:.1f}">{escape(zone.tag)}'
                parts.append(f'<rect class="plate-tag" {size} rx="4"/><text class="tag" {words}</text>')
                break
    return parts


def _names(data: MapBox, pins: Sequence[Pin], room: Room) -> list[str]:
    parts = []
    for one in pins:
        wide = len(one.name) * LETTER
        if not one.name or (len(pins) > 1 and wide > WIDTH * 0.6):
            continue
        for x, y, anchor in _beside(one.x, one.y, PIN + 5):
            if room.take(_text_box(x, y, wide, 15, anchor)):
                parts.append(
                    f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(one.name)}</text>'
                )
                break
    return parts


def _beside(x: float, y: float, gap: float) -> list[tuple[float, float, str]]:
    return [
        (x + gap, y + 5, "start"), (x - gap, y + 5, "end"), (x, y + gap + 11, "middle"), (x, y - gap, "middle"),
        (x + gap - 4, y + 16, "start"), (x + gap - 4, y - 8, "start"), (x - gap + 4, y + 16, "end"),
        (x - gap + 4, y - 8, "end"),
    ]  # fmt: skip


def _text_box(x: float, y: float, wide: float, size: float, anchor: str) -> Box:
    left = {"start": x, "end": x - wide, "middle": x - wide / 2}[anchor]
    return left - 1, y - size * 0.85, left + wide + 1, y + size * 0.3


def _context(data: MapBox, view: View, room: Room) -> list[str]:
    """Quiet places: a dot each; a name where nothing more important stands."""
    dots, names = [], []
    spots = [(view.point(lat, lng), name) for lat, lng, name in data.context]
    shown = [(spot, name) for spot, name in spots if view.shows(spot)]
    for (x, y), _ in shown:
        room.taken.append((x - 3, y - 3, x + 3, y + 3))
        dots.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>')
    for (x, y), name in shown:
        for at_x, at_y, anchor in _beside(x, y, 6):
            if room.take(_text_box(at_x, at_y, len(name) * SMALL, 13, anchor)):
                names.append(
                    f'<text class="quiet" x="{at_x:.1f}" y="{at_y:.1f}" text-anchor="{anchor}">{escape(name)}</text>'
                )
                break
    return dots + names


def _scale(view: View) -> str:
    """A bar of a round length, at most 90 points."""
    metres_per_point = METRES * math.cos(math.radians(view.lat)) / view.scale
    length = max((one for one in BARS if one / metres_per_point <= 90), default=BARS[0])
    wide, y = length / metres_per_point, view.height - 10
    words = f"{length} m" if length < 1000 else f"{length // 1000} km"
    return (
        f'<path class="bar" d="M10 {y - 5:g}V{y:g}H{10 + wide:.1f}V{y - 5:g}"/>'
        f'<text class="quiet" x="10" y="{y - 8:g}">{words}</text>'
    )


def _north() -> str:
    arrow = '<path class="north" d="M17 8l7 18-7-4-7 4z"/>'
    return f'{arrow}<text class="quiet" x="17" y="40" text-anchor="middle">Bắc</text>'


_SEA: Box = (WIDTH - 208, 8, WIDTH - 8, 70)


def _sea() -> str:
    left, top = _SEA[:2]
    lines = [f'<rect class="sea" x="{left}" y="{top}" width="200" height="62" rx="4"/>']
    for number, (name, _, _) in enumerate(ISLANDS):
        y = top + 25 + number * 24
        dots = "".join(
            f'<circle class="isle" cx="{left + 14 + dx}" cy="{y - 4 + dy}" r="{r}"/>'
            for dx, dy, r in ((0, 0, 2), (6, -5, 1.5), (9, 3, 2), (3, 6, 1.5))
        )
        lines.append(f'{dots}<text class="small" x="{left + 28}" y="{y}">{escape(name)}</text>')
    return "".join(lines)
