"""Make the outline of Vietnam that the product draws, from the Natural Earth data of the npm package world-atlas.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/make_outline.py package/countries-50m.json

Writes src/xaso/kernel/places/data/vietnam.json: rings of longitude, latitude. The two archipelagos are not in the
source as Vietnam's; they are named in src/xaso/kernel/places/outline.py and tested to be on every map.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

TARGET = (
    Path(__file__).resolve().parent.parent / "src" / "xaso" / "kernel" / "places" / "data" / "vietnam.json"
)
VIETNAM = "704"
TOLERANCE = 0.02  # degrees, about 2 km: invisible at the size of a page
SMALLEST = 0.004  # square degrees; smaller islands are noise at this size, but big named ones stay

Point = tuple[float, float]


def arcs_of(topology: dict) -> list[list[Point]]:
    """All arcs, decoded from quantised differences."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        found.append(points)
    return found


def ring_of(indices: list[int], arcs: list[list[Point]]) -> list[Point]:
    """One closed ring; a negative index is that arc backwards."""
    ring: list[Point] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring += arc[1:] if ring else arc
    return ring


def area(ring: list[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False))) / 2


def simplify(points: list[Point], tolerance: float) -> list[Point]:
    """Douglas-Peucker."""
    if len(points) < 3:
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = math.hypot(bx - ax, by - ay)

    def off(point: Point) -> float:
        if length == 0:
            return math.hypot(point[0] - ax, point[1] - ay)
        return abs((bx - ax) * (ay - point[1]) - (ax - point[0]) * (by - ay)) / length

    at = max(range(1, len(points) - 1), key=lambda i: off(points[i]))
    if off(points[at]) <= tolerance:
        return [points[0], points[-1]]
    return simplify(points[: at + 1], tolerance)[:-1] + simplify(points[at:], tolerance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topology", type=Path)
    topology = json.loads(parser.parse_args().topology.read_text())
    arcs = arcs_of(topology)
    country = next(g for g in topology["objects"]["countries"]["geometries"] if g["id"] == VIETNAM)
    rings = [ring_of(polygon[0], arcs) for polygon in country["arcs"]]
    rings = sorted((ring for ring in rings if area(ring) >= SMALLEST), key=area, reverse=True)
    shapes = []
    for ring in rings:
        half = len(ring) // 2
        kept = simplify(ring[: half + 1], TOLERANCE)[:-1] + simplify(ring[half:], TOLERANCE)
        shapes.append([[round(x, 3), round(y, 3)] for x, y in kept])
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(shapes, separators=(",", ":")) + "\n")
    print(f"{len(shapes)} rings, {sum(map(len, shapes))} points, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
