"""What lies inside a place, and which things are said to have an attribute: for WD_, HASATTR_ and EQATTR_."""

from __future__ import annotations

from collections.abc import Sequence

from xaso.kernel.plain.epcis.parameters import loose
from xaso.kernel.units.models import Unit
from xaso.services.trace.models import Enterprise, MasterData, Site
from xaso.services.trace.naming import own, place_uri

DEEPEST = 20
UNIT_PREFIX = "unit-"


def unit_uri(unit: Unit) -> str:
    """What a question may call a commune or a province: everything that lies in it is inside."""
    return own("loc", f"{UNIT_PREFIX}{unit.code}")


def descendants(places: Sequence[str]) -> list[str]:
    """The places themselves and every place inside them.

    Inside is what master data calls a child, a plot or workshop of an enterprise (its own address, or its GLN), and
    each enterprise in a commune or province.
    """
    found = dict.fromkeys(places)
    level = list(places)
    for _ in range(DEEPEST):
        inside = [one for one in (*_children(level), *_of_enterprises(level)) if one not in found]
        if not inside:
            break
        found.update(dict.fromkeys(inside))
        level = inside
    return list(found)


def _children(places: Sequence[str]) -> list[str]:
    rows = MasterData.objects.filter(uri__in=places).values_list("children", flat=True)
    return [str(child) for children in rows for child in children]


def _of_enterprises(places: Sequence[str]) -> list[str]:
    base = own("loc", "x")[:-1]
    tokens = [place.removeprefix(base) for place in places if place.startswith(base)]
    numbers = [place.rpartition("/414/")[2] for place in places if "/414/" in place]
    codes = [token.removeprefix(UNIT_PREFIX) for token in tokens if token.startswith(UNIT_PREFIX)]
    found: list[str] = []
    for path in Unit.objects.filter(code__in=codes).values_list("path", flat=True):
        found += [place_uri(one) for one in Enterprise.objects.filter(unit_path__startswith=path)]
    held = Enterprise.objects.filter(token__in=tokens) | Enterprise.objects.filter(gln__in=numbers)
    for site in Site.objects.filter(enterprise__in=held.values("pk")).select_related("enterprise"):
        found.append(place_uri(site.enterprise, site))
    return found


def having_attribute(name: str | Sequence[str], values: Sequence[str] | None = None) -> list[str]:
    """Addresses whose master data has one of the attributes, or has the one attribute with one of the values."""
    names = [name] if isinstance(name, str) else list(name)
    found = []
    for uri, attributes in MasterData.objects.values_list("uri", "attributes").iterator():
        held = [value for key, value in attributes.items() if _is_named(key, names)]
        if held and (values is None or any(loose(value) in values for value in held)):
            found.append(uri)
    return found


def _is_named(key: str, names: Sequence[str]) -> bool:
    """An attribute may be asked for by its whole address or by its last word."""
    return key in names or any(key.endswith(("#" + one, ":" + one, "/" + one, "}" + one)) for one in names)
