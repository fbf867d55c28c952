"""Which loudspeakers are heard in a drawn area."""

from __future__ import annotations

import math
from collections.abc import Sequence

REACH = 800.0  # metres: a horn outside the line is still heard inside
_DEGREE = 111_195.0  # metres in a degree of latitude

Ring = Sequence[Sequence[float]]  # [latitude, longitude], closed


def inside(lat: float, lon: float, ring: Ring) -> bool:
    """Whether a point lies in a ring."""
    found = False
    for (a_lat, a_lon), (b_lat, b_lon) in zip(ring, ring[1:], strict=False):
        if (a_lat > lat) != (b_lat > lat):
            where = a_lon + (lat - a_lat) / (b_lat - a_lat) * (b_lon - a_lon)
            if lon < where:
                found = not found
    return found


def metres_to(lat: float, lon: float, ring: Ring) -> float:
    """How far a point is from the line of a ring."""
    wide = math.cos(math.radians(lat))
    flat = [((b - lon) * _DEGREE * wide, (a - lat) * _DEGREE) for a, b in ring]
    return min((_to_side(a, b) for a, b in zip(flat, flat[1:], strict=False)), default=math.inf)


def _to_side(a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    size = dx * dx + dy * dy
    part = 0.0 if size == 0 else max(0.0, min(1.0, -(a[0] * dx + a[1] * dy) / size))
    return math.hypot(a[0] + part * dx, a[1] + part * dy)


def heard_in(lat: float | None, lon: float | None, rings: Sequence[Ring]) -> bool:
    """Whether a horn at a point is heard in one of the rings; a horn whose place nobody knows counts as heard."""
    if lat is None or lon is None:
        return True
    return any(inside(lat, lon, ring) or metres_to(lat, lon, ring) <= REACH for ring in rings)
