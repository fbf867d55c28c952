"""The map of the way, drawn by the server: no tiles, no script, the islands always with it; icons without a file."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from django.utils.safestring import SafeString

from xaso.kernel.places.outline import rings
from xaso.kernel.ui.icons import SPRITE
from xaso.kernel.ui.maps import HEIGHT, WIDTH, MapBox
from xaso.services.trace.buyer.way import Spot

CLOSEST, FARTHEST, ROOM = 12, 5, 0.7
_SYMBOL = re.compile(r'<symbol id="([^"]+)"([^>]*)>(.*?)</symbol>', re.S)


def map_of(spots: Sequence[Spot], name: str) -> MapBox | None:
    """A picture with all places in it, numbered, and a line along the way; None when no place is known."""
    if not spots:
        return None
    lats, lons = [one.lat for one in spots], [one.lon for one in spots]
    middle = ((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    zoom = _zoom(max(lats) - min(lats), max(lons) - min(lons))
    return MapBox(
        name=name,
        lat=middle[0],
        lng=middle[1],
        zoom=zoom,
        markers=[{"lat": one.lat, "lng": one.lon, "name": str(one.number)} for one in spots],
        outlines=_borders(middle, zoom),
        paths=[[(one.lat, one.lon) for one in spots]] if len(spots) > 1 else [],
    )


def _zoom(height: float, width: float) -> int:
    """The closest at which everything is in the picture, never closer than a commune and its neighbours."""
    for zoom in range(CLOSEST, FARTHEST, -1):
        scale = 256 * 2**zoom / 360
        if width * scale <= WIDTH * ROOM and height * scale <= HEIGHT * ROOM:
            return min(zoom, 9) if height == width == 0 else zoom
    return FARTHEST


def _borders(middle: tuple[float, float], zoom: int) -> list[list[tuple[float, float]]]:
    """The outline of the country where it passes the picture; coarse, so not on pictures of a few kilometres."""
    if zoom > 9:
        return []
    reach = 360 / (256 * 2**zoom) * WIDTH
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
