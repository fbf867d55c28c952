"""Maps: a still picture drawn on the server until somebody taps; everything on it is also a line of a list."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import json_script
from django.utils.safestring import SafeString

from xaso.kernel.places.outline import locator
from xaso.kernel.ui import map_picture

# Every map shows them, whatever the base layer carries: name, latitude, longitude. map.js has the same two.
ISLANDS = map_picture.ISLANDS
WIDTH, HEIGHT = map_picture.WIDTH, map_picture.HEIGHT
CLOSEST = 0.011  # degrees: no picture shows less than about 1,200 m from side to side

Ring = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Zone:
    """An area that matters: rings of (lat, lon), filled in its colour with a hatch of 1 (thin) to 5 (dense).

    ``tag`` stands on it in the picture ("Cấp 2"); ``name`` and ``text`` say the same in the list. ``dashed`` is for
    what is not real: drills.
    """

    name: str
    rings: Sequence[Ring]
    color: str = "#F5A04D"
    hatch: int = 1
    tag: str = ""
    text: str = ""
    url: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class MapBox:
    """A map: markers {lat, lng, name, url?, text?, short?, kind?}, outline and tiles by address, or a ready picture.

    Several markers are numbered, in the picture and in the list; names stand in the picture where there is room for
    them. ``kind`` "danger" is drawn as a triangle, "new" as a ring, "safe" as a square: the list says in words what
    it means. ``zones`` are what the map is about, ``ground`` the land of the unit (``ground_word`` says what it is),
    ``context`` quiet places (lat, lon, name) that help the eye.
    With ``fit`` the picture shows all of these and the country, with both archipelagos, stands small beside it;
    without, it shows ``lat``, ``lng`` and ``zoom`` as asked and names the archipelagos in a corner.
    `pin_input` is the id of an input that takes "lat,lng" when the person taps the live map; give the same choice
    as a list of hamlets beside it. `outlines` are rings and `paths` lines of (lat, lng) drawn in the still picture.
    """

    name: str
    lat: float
    lng: float
    zoom: int = 13
    markers: Sequence[Mapping[str, Any]] = field(default_factory=list)
    outlines: Sequence[Ring] = ()
    paths: Sequence[Ring] = ()
    geojson_url: str = ""
    tiles_url: str = ""
    picture_url: str = ""
    pin_input: str = ""
    zones: Sequence[Zone] = ()
    ground: Sequence[Ring] = ()
    ground_word: str = ""
    context: Sequence[tuple[float, float, str]] = ()
    fit: bool = True

    def markers_json(self) -> SafeString:
        """For the script: name, place and address of each marker, then the rings of the zones."""
        rows: list[dict[str, Any]] = [
            {key: one.get(key, "") for key in ("lat", "lng", "name", "url", "kind")} for one in self.markers
        ]
        rows += [
            {
                "ring": [[round(lat, 5), round(lng, 5)] for lat, lng in ring],
                "name": zone.name,
                "color": zone.color,
            }
            for zone in self.zones
            for ring in zone.rings
        ]
        return json_script(rows)

    @property
    def key(self) -> str:
        """Beginning of the ids inside the picture, so that two maps on a page do not share them."""
        return f"m{zlib.crc32(self.name.encode()):x}"

    def numbers(self) -> list[str]:
        """What stands in each marker: its own short word, else its number when there are several."""
        if len(self.markers) < 2 and not any(one.get("short") for one in self.markers):
            return ["" for _ in self.markers]
        return [str(one.get("short") or place) for place, one in enumerate(self.markers, 1)]

    def lines(self) -> list[dict[str, Any]]:
        """The markers as lines of the list, each with what stands in it on the picture."""
        lines = []
        for number, one in zip(self.numbers(), self.markers, strict=True):
            said = str(one["name"])
            lines.append({**one, "number": "" if said == number else number})
        return lines

    def swatches(self) -> list[tuple[Zone, SafeString]]:
        """The zones as lines of the list, each with a piece of its colour and hatch."""
        return [
            (zone, map_picture.swatch(f"{self.key}s{place}", zone)) for place, zone in enumerate(self.zones)
        ]

    def land(self) -> SafeString:
        """The country with both archipelagos, small, and where in it this map lies."""
        lat, lng = self.middle()
        return SafeString(locator(lat, lng, map_id=f"{self.key}c"))

    def middle(self) -> tuple[float, float]:
        """Latitude and longitude in the middle of the picture."""
        if not (self._spots() or self.ground or self.context):
            return self.lat, self.lng
        west, south, east, north = self._window()
        return (south + north) / 2, (west + east) / 2

    def _spots(self) -> list[tuple[float, float]]:
        spots = [(float(one["lat"]), float(one["lng"])) for one in self.markers]
        spots += [spot for zone in self.zones for ring in zone.rings for spot in ring]
        return spots + [spot for ring in (*self.outlines, *self.paths) for spot in ring]

    def _window(self) -> tuple[float, float, float, float]:
        """West, south, east, north of what is shown: everything meant, and the land unless that is far larger."""
        first = _bounds(self._spots() or [(self.lat, self.lng)], CLOSEST)
        land = _bounds(
            [*(self._spots() or [(self.lat, self.lng)]), *(spot for ring in self.ground for spot in ring)]
            + [(lat, lng) for lat, lng, _ in self.context],
            CLOSEST,
        )
        most = 9 if self.zones or self.outlines else 30
        if land[2] - land[0] <= most * (first[2] - first[0]) or land[3] - land[1] <= most * (
            first[3] - first[1]
        ):
            return land
        wide, tall = first[2] - first[0], first[3] - first[1]
        return first[0] - wide, first[1] - tall, first[2] + wide, first[3] + tall

    def svg(self) -> SafeString:
        """The still picture."""
        if not self.fit or not (self._spots() or self.ground or self.context):
            view = map_picture.View.around(self.lat, self.lng, self.zoom)
        else:
            view = map_picture.View.fitting(*self._window())
        return map_picture.draw(self, view)


def _bounds(spots: Sequence[tuple[float, float]], least: float) -> tuple[float, float, float, float]:
    lats, lons = [lat for lat, _ in spots], [lon for _, lon in spots]
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    high, wide = max(0.0, least - (north - south)) / 2, max(0.0, least - (east - west)) / 2
    if not all(math.isfinite(number) for number in (south, north, west, east)):
        raise ValueError("a map needs finite places")
    return west - wide, south - high, east + wide, north + high
