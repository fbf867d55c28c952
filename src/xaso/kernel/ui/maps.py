"""Maps: a still picture drawn on the server until somebody taps; every marker is also a line of a list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import escape, json_script
from django.utils.safestring import SafeString

# Every map shows them, whatever the base layer carries: name, latitude, longitude. map.js has the same two.
ISLANDS = (("Quần đảo Hoàng Sa (Việt Nam)", 16.5, 112.0), ("Quần đảo Trường Sa (Việt Nam)", 9.5, 113.5))
WIDTH, HEIGHT = 400, 260


@dataclass(frozen=True)
class MapBox:
    """A map: markers {lat, lng, name, url?, text?, short?, kind?}, outline and tiles by address, or a ready picture.

    ``short`` stands beside the marker in the picture instead of the name; ``kind`` "danger" is drawn as a triangle,
    "new" as a ring: the list beside the map says in words what it means.
    `pin_input` is the id of an input that takes "lat,lng" when the person taps the live map; give the same choice
    as a list of hamlets beside it. `outlines` are rings and `paths` lines of (lat, lng) drawn in the still picture.
    """

    name: str
    lat: float
    lng: float
    zoom: int = 13
    markers: Sequence[Mapping[str, Any]] = field(default_factory=list)
    outlines: Sequence[Sequence[tuple[float, float]]] = ()
    paths: Sequence[Sequence[tuple[float, float]]] = ()
    geojson_url: str = ""
    tiles_url: str = ""
    picture_url: str = ""
    pin_input: str = ""

    def markers_json(self) -> SafeString:
        """For the script: name, place and address of each marker."""
        return json_script(
            [{key: one.get(key, "") for key in ("lat", "lng", "name", "url", "kind")} for one in self.markers]
        )

    def _point(self, lat: float, lng: float) -> tuple[float, float]:
        scale = 256 * 2**self.zoom / 360
        north = math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))
        middle = math.degrees(math.log(math.tan(math.pi / 4 + math.radians(self.lat) / 2)))
        return WIDTH / 2 + (lng - self.lng) * scale, HEIGHT / 2 - (north - middle) * scale

    def svg(self) -> SafeString:
        """The still picture: outlines, markers with their names, and the islands in their own frame."""
        parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.name)}">']
        for ring in self.outlines:
            points = " ".join("{:.1f},{:.1f}".format(*self._point(*place)) for place in ring)
            parts.append(f'<polygon class="area" points="{points}"/>')
        for line in self.paths:
            points = " ".join("{:.1f},{:.1f}".format(*self._point(*place)) for place in line)
            parts.append(f'<polyline class="route" points="{points}"/>')
        for one in self.markers:
            x, y = self._point(float(one["lat"]), float(one["lng"]))
            if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
                continue
            flip = x > WIDTH - 120
            parts.append(_spot(x, y, str(one.get("kind", ""))))
            anchor, gap = ("end", -10) if flip else ("start", 10)
            parts.append(
                f'<text x="{x + gap:.1f}" y="{y + 5:.1f}" text-anchor="{anchor}">'
                f"{escape(one.get('short') or one['name'])}</text>"
            )
        parts.append(self._sea())
        return SafeString("".join(parts) + "</svg>")

    def _sea(self) -> str:
        left, top = WIDTH - 208, 8
        lines = [f'<rect class="sea" x="{left}" y="{top}" width="200" height="62" rx="4"/>']
        for number, (name, _, _) in enumerate(ISLANDS):
            y = top + 25 + number * 24
            dots = "".join(
                f'<circle class="isle" cx="{left + 14 + dx}" cy="{y - 4 + dy}" r="{r}"/>'
                for dx, dy, r in ((0, 0, 2), (6, -5, 1.5), (9, 3, 2), (3, 6, 1.5))
            )
            lines.append(f'{dots}<text class="small" x="{left + 28}" y="{y}">{escape(name)}</text>')
        return "".join(lines)


def _spot(x: float, y: float, kind: str) -> str:
    if kind == "danger":
        corners = f"{x:.1f},{y - 9:.1f} {x - 9:.1f},{y + 7:.1f} {x + 9:.1f},{y + 7:.1f}"
        return f'<polygon class="spot danger" points="{corners}"/>'
    return f'<circle class="spot{" new" if kind == "new" else ""}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
