"""The map of the way, drawn by the server: no tiles, no script, the islands always with it; icons without a file."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from django.utils.safestring import SafeString

from xaso.kernel.places.outline import Marker, rings, svg_map
from xaso.kernel.ui.icons import SPRITE
from xaso.kernel.ui.maps import HEIGHT, WIDTH, MapBox
from xaso.services.trace.buyer.way import Spot

CLOSEST, FARTHEST = 14, 4
# The islands stand in a frame at the top right; places are drawn below it.
FRAME, SIDES = 84, 60
COUNTRY = 440
_SYMBOL = re.compile(r'<symbol id="([^"]+)"([^>]*)>(.*?)</symbol>', re.S)


def map_of(spots: Sequence[Spot], name: str) -> MapBox | None:
    """A picture with all places in it, numbered, and a line along the way; None for one place only."""
    if len(spots) < 2:
        return None
    lats, lons = [one.lat for one in spots], [one.lon for one in spots]
    zoom = _zoom(max(lats) - min(lats), max(lons) - min(lons))
    scale = _scale(zoom)
    middle = ((min(lats) + max(lats)) / 2 + FRAME / 2 / scale, (min(lons) + max(lons)) / 2)
    return MapBox(
        name=name,
        lat=middle[0],
        lng=middle[1],
        zoom=zoom,
        fit=False,
        markers=[{"lat": one.lat, "lng": one.lon, "name": str(one.number)} for one in spots],
        outlines=_land(middle, zoom),
        paths=[[(one.lat, one.lon) for one in spots]],
    )


def country_of(spots: Sequence[Spot], name: str) -> SafeString | None:
    """The whole country, both archipelagos in their places, and where in it the goods were made."""
    if not spots:
        return None
    marks = {(round(one.lat, 1), round(one.lon, 1)): Marker(one.lat, one.lon, one.name) for one in spots}
    return SafeString(svg_map(list(marks.values()), height=COUNTRY, title=name, map_id="country"))


def _scale(zoom: int) -> float:
    """Points of the picture per degree of longitude."""
    return 256 * 2.0**zoom / 360


def _zoom(height: float, width: float) -> int:
    """The closest at which everything is in the picture, never closer than a commune and its neighbours."""
    for zoom in range(CLOSEST, FARTHEST, -1):
        scale = _scale(zoom)
        if width * scale <= WIDTH - 2 * SIDES and height * scale <= HEIGHT - FRAME - SIDES:
            return zoom
    return FARTHEST


def _land(middle: tuple[float, float], zoom: int) -> list[list[tuple[float, float]]]:
    """The outline of the country where it passes the picture; it is coarse, so close by all is land."""
    reach = WIDTH / _scale(zoom)
    if zoom > 9:
        lat, lon = middle
        return [
            [
                (lat - reach, lon - reach),
                (lat - reach, lon + reach),
                (lat + reach, lon + reach),
                (lat + reach, lon - reach),
            ]
        ]
    return [
        [(lat, lon) for lon, lat in ring]
        for ring in rings()
        if any(abs(lat - middle[0]) < reach and abs(lon - middle[1]) < reach for lon, lat in ring)
    ]


@functools.cache
def icons() -> dict[str, SafeString]:
    """Every icon as a drawing of its own: a page that needs seven does not load the sheet of all."""
    found = {}
    for name, attributes, body in _SYMBOL.findall(SPRITE.read_text(encoding="utf-8")):
        drawing = f'<svg class="icon" aria-hidden="true"{attributes}>{body.strip()}</svg>'
        found[name.replace("-", "_")] = SafeString(drawing)
    return found
