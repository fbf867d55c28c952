"""What lies around on a map of a commune: its land, its hamlets. Open to all; homes of people are never in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xaso.kernel.places.geometry import hull
from xaso.kernel.places.models import Place
from xaso.kernel.plain.cap import ring_around
from xaso.kernel.units.models import Level, Unit

BOUNDARIES = "ranh-gioi"  # key of the public layer with the areas of communes
EXACT = "ranh giới xã"
GUESSED = "vùng có các thôn, vẽ gần đúng vì chưa có ranh giới xã"
MOST = 60
AROUND, NEAR = 1.6, 0.9  # kilometres drawn around the hamlets of a commune, and around a hamlet that is named

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Surroundings:
    """Rings of (lat, lon) of the land, in words what they are, and the hamlets (lat, lon, name)."""

    land: Sequence[Ring] = ()
    word: str = ""
    hamlets: Sequence[tuple[float, float, str]] = ()


def commune_of(path: str) -> str:
    """The path of the commune something of this path lies in; a province stays itself."""
    return "/".join(path.split("/")[:2]).rstrip("/") + "/"


def around(paths: Iterable[str]) -> Surroundings:
    """Land and hamlets of the communes of these paths: the boundary if the map has it, else a guess from hamlets."""
    communes = sorted({commune_of(path) for path in paths if path})[:6]
    exact = _boundaries(communes)
    hamlets = [one for path in communes for one in _hamlets(path)]
    land = [ring for path in communes for ring in exact.get(path, [])]
    if not land:
        for path in communes:
            inside = [
                (float(one.lat or 0), float(one.lon or 0)) for one in hamlets if one.path.startswith(path)
            ]
            land += [_shape(inside, AROUND)] if len(inside) > 2 else []
    return Surroundings(
        land=land,
        word=(EXACT if exact else GUESSED) if land else "",
        hamlets=[(float(one.lat or 0), float(one.lon or 0), one.name) for one in hamlets],
    )


def land_of(paths: Iterable[str]) -> list[Ring]:
    """An area for units named without a drawn one: the land of a commune, else a round around the hamlets named.

    It is a help for the eye on a map, never a limit of anything.
    """
    wanted = sorted(set(paths))[:MOST]
    communes = [path for path in wanted if path.count("/") == 2]
    rings = list(around(communes).land) if communes else []
    named = Unit.objects.filter(path__in=wanted, level=Level.HAMLET, lat__isnull=False, lon__isnull=False)
    spots = [
        (float(one.lat or 0), float(one.lon or 0)) for one in named if commune_of(one.path) not in communes
    ]
    return rings + ([_shape(spots, NEAR)] if spots else [])


def _hamlets(commune: str) -> list[Unit]:
    found = Unit.objects.on().under(commune).filter(level=Level.HAMLET, lat__isnull=False, lon__isnull=False)
    return list(found.order_by("sort_key")[:MOST])


def _boundaries(communes: Sequence[str]) -> Mapping[str, list[Ring]]:
    found: dict[str, list[Ring]] = {}
    places = Place.objects.filter(
        layer__key=BOUNDARIES, layer__is_public=True, unit_path__in=communes, valid_to__isnull=True
    )
    for place in places[:MOST]:
        shape = place.geometry
        polygons = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}.get(
            shape["type"], []
        )
        found.setdefault(place.unit_path, []).extend([(lat, lon) for lon, lat in one[0]] for one in polygons)
    return found


def _shape(spots: Sequence[tuple[float, float]], kilometres: float) -> Ring:
    edge = [point for lat, lon in spots for point in ring_around(lat, lon, kilometres)]
    return [(round(lat, 5), round(lon, 5)) for lon, lat in hull([(lon, lat) for lat, lon in edge])]
