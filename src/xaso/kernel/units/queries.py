"""Reading units: by code and date, up and down the tree, by typed name, and from old to new.

The lists are public; none of these takes a viewer.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from xaso.kernel.base.errors import NotFound
from xaso.kernel.plain.moment import today
from xaso.kernel.units.addresses import Reader, Resolution
from xaso.kernel.units.dataset import OLD, TODAY, TODAY_FROM, Link, NamePeriod, Node
from xaso.kernel.units.gazetteer import Gazetteer
from xaso.kernel.units.loading import STAMP_ID
from xaso.kernel.units.models import (
    Level,
    Succession,
    Unit,
    UnitIdentifier,
    UnitName,
    UnitQuerySet,
    UnitStamp,
)
from xaso.kernel.units.words import in_sentence

_lock = threading.Lock()
_readers: dict[tuple[int, str, date], Reader] = {}


@dataclass(frozen=True)
class Suggestion:
    """A line of the typeahead: ``label`` to show, ``hint`` where it lies or what became of it."""

    path: str
    code: str
    level: str
    label: str
    hint: str
    old: bool = False


def unit_at(path: str) -> Unit:
    """The unit with this path, in force or not; NotFound otherwise."""
    unit = Unit.objects.filter(path=path).first() if "\x00" not in path else None
    if unit is None:
        raise NotFound("Không có đơn vị này. Chọn lại trong danh sách.")
    return unit


def find_unit(code: str, *, level: str | None = None, on: date | None = None) -> Unit | None:
    """The listed unit that bore a code on a day (today by default).

    The same five digits may be another area before 01/07/2025: the day decides which list is read.
    """
    listed = OLD if on is not None and on < TODAY_FROM else TODAY
    level = level or {2: Level.PROVINCE, 3: Level.DISTRICT, 5: Level.COMMUNE}.get(len(code), Level.COMMUNE)
    found = Unit.objects.filter(listed=listed, level=level, code=code)
    return found.first() if listed == OLD else found.on(on).first()


def communes_and_provinces() -> list[Unit]:
    """All communes and provinces of today, in no order."""
    return list(Unit.objects.on().filter(listed=TODAY, level__in=[Level.COMMUNE, Level.PROVINCE]))


def provinces(on: date | None = None) -> UnitQuerySet:
    """The provinces of a day, in Vietnamese order."""
    return _listed(on).filter(level=Level.PROVINCE).sorted()


def communes(province: Unit | str, on: date | None = None) -> UnitQuerySet:
    """The communes of a province (unit or path), in Vietnamese order."""
    path = province if isinstance(province, str) else province.path
    return Unit.objects.on(on).under(path).filter(level=Level.COMMUNE).sorted()


def province_choices() -> list[tuple[str, str]]:
    """(code, name) of today's provinces, for a box to choose from."""
    return list(provinces().values_list("code", "full_name"))


def commune_choices(province_code: str) -> list[tuple[str, str]]:
    """(path, name) of a province's communes of today; nothing for an unknown code."""
    if not province_code.isalnum():
        return []
    return list(communes(f"{province_code}/").values_list("path", "full_name"))


def _listed(on: date | None) -> UnitQuerySet:
    old = on is not None and on < TODAY_FROM
    return Unit.objects.filter(listed=OLD) if old else Unit.objects.on(on).exclude(listed=OLD)


def children(unit: Unit, level: str | None = None, on: date | None = None) -> UnitQuerySet:
    """The units right below one, those in force on a day, in Vietnamese order; all of an old unit's."""
    found = Unit.objects.filter(parent=unit)
    if level:
        found = found.filter(level=level)
    return (found if unit.is_old else found.on(on)).sorted()


def hamlets(commune: Unit, on: date | None = None) -> UnitQuerySet:
    """The hamlets of a commune."""
    return children(commune, Level.HAMLET, on)


def offices(unit: Unit, on: date | None = None) -> UnitQuerySet:
    """The offices of a unit, offices of offices included."""
    return Unit.objects.on(on).under(unit.path).filter(level=Level.OFFICE).sorted()


def ancestors(unit: Unit) -> list[Unit]:
    """The units above, nearest first, in one query."""
    parts = unit.path.rstrip("/").split("/")
    paths = ["/".join(parts[:count]) + "/" for count in range(1, len(parts))]
    return sorted(Unit.objects.filter(path__in=paths), key=lambda above: -len(above.path))


def full_address(unit: Unit) -> str:
    """ "Xã Bát Xát, tỉnh Lào Cai": the unit and those above it."""
    return ", ".join([unit.full_name, *(above.words for above in ancestors(unit))])


def name_on(unit: Unit, day: date) -> str:
    """The full name that the unit bore on a day; today's when nothing else is known."""
    row = (
        UnitName.objects.filter(unit=unit)
        .filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )
        .first()
    )
    return row.full_name if row else unit.full_name


def identifier_of(
    unit: Unit, on: date | None = None, scheme: str = UnitIdentifier.ORG
) -> UnitIdentifier | None:
    """The identifier code of a unit on a day (today by default), with its ``confirmed`` mark; None when unknown."""
    day = on or today()
    return (
        UnitIdentifier.objects.filter(unit=unit, scheme=scheme)
        .filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )
        .order_by("-confirmed", "-valid_from")
        .first()
    )


def successors(unit: Unit) -> list[Succession]:
    """What a unit became, one step."""
    return list(
        Succession.objects.filter(old=unit, confirmed=True).select_related("new").order_by("new__sort_key")
    )


def predecessors(unit: Unit) -> list[Succession]:
    """What a unit was made of, one step."""
    return list(
        Succession.objects.filter(new=unit, confirmed=True).select_related("old").order_by("old__sort_key")
    )


def paths_before(path: str) -> list[str]:
    """A unit's path and the paths of all that went wholly into it: where its records may still be filed."""
    found, frontier = [path], [path]
    while frontier:
        rows = Succession.objects.filter(new__path__in=frontier, partly=False, confirmed=True)
        frontier = [old for old in rows.values_list("old__path", flat=True) if old not in found]
        found += frontier
    return found


def reader() -> Reader:
    """The address reader over the database's units; read again when a unit changed anywhere."""
    stamp = UnitStamp.objects.filter(pk=STAMP_ID).values_list("number", "data_version").first() or (0, "")
    key = (*stamp, today())
    with _lock:
        found = _readers.get(key)
        if found is None:
            found = Reader(_from_database(key[2]))
            _readers.clear()
            _readers[key] = found
    return found


def below_unit(text: str, path: str) -> str:
    """What a written address says below a unit of today: hamlet, street, house.

    The whole text where it does not name that unit beyond doubt: nothing of an address is lost.
    """
    found = reader().resolve(text) if text else None
    if found is None or not found.exact or found.unit_path != path:
        return text
    return found.rest


def _from_database(day: date) -> Gazetteer:
    fields = (
        "path level kind code name listed valid_from valid_to legal_basis aliases lat lon area_km2 confirmed"
    ).split()
    listed = Unit.objects.filter(level__in=[Level.PROVINCE, Level.DISTRICT, Level.COMMUNE]).order_by("path")
    nodes = [Node(*row) for row in listed.values_list(*fields)]
    links = Succession.objects.values_list("old__path", "new__path", "partly", "confirmed")
    names = UnitName.objects.values_list(
        "unit__path", "kind", "name", "valid_from", "valid_to", "legal_basis", "confirmed"
    )
    return Gazetteer(nodes, (Link(*row) for row in links), (NamePeriod(*row) for row in names), day)


def resolve_address(text: str, on_date: date | None = None) -> Resolution:
    """Where an address written by hand, of today or of before 01/07/2025, lies today."""
    return reader().resolve(text, on_date)


def resolve_old(code_or_text: str, on_date: date | None = None) -> Resolution:
    """Where an old code (2, 3 or 5 digits) or an old address lies today; read by the old lists unless dated later."""
    return reader().resolve(code_or_text, on_date or date(2025, 6, 30))


def units_of(resolution: Resolution) -> list[Unit]:
    """The units of today of a resolution, in its order."""
    paths = [target.node.path for target in resolution.today]
    found = Unit.objects.in_bulk(paths, field_name="path")
    return [found[path] for path in paths if path in found]


def search_units(
    text: str,
    *,
    levels: Sequence[str] = (Level.PROVINCE, Level.COMMUNE),
    within: str = "",
    with_old: bool = True,
    limit: int = 10,
) -> list[Suggestion]:
    """Typeahead: with and without diacritics, typing errors forgiven; old names follow with what became of them.

    "cao thuong, bac kan" narrows by what stands after the comma. ``within`` is a path prefix of today.
    """
    index = reader().gazetteer
    ranked = index.suggest_ranked(text[:120], levels=levels, within=within, limit=limit)
    if with_old and not within:
        shown = {node.path: node.full_name for _, node in ranked}
        old_levels = [*levels, *([Level.DISTRICT] if Level.COMMUNE in levels else [])]
        for typo, node in index.suggest_ranked(text[:120], levels=old_levels, old=True, limit=limit):
            targets = index.today_of(node)
            if len(targets) == 1 and shown.get(targets[0].node.path) == node.full_name:
                continue  # kept its name: today's unit is in the list
            ranked.append((typo, node))
        ranked.sort(key=lambda item: item[0])  # names as typed first, today's before old ones
    return [_suggestion(index, node) for _, node in ranked[:limit]]


def _suggestion(index: Gazetteer, node: Node) -> Suggestion:
    lies = ", ".join(in_sentence(above.full_name) for above in index.above(node))
    if not node.is_old:
        return Suggestion(node.path, node.code, node.level, node.full_name, lies)
    targets = index.today_of(node)
    if len(targets) == 1:
        became = f"nay là {in_sentence(index.address_of(targets[0].node))}"
    else:
        became = f"nay thuộc {len(targets)} đơn vị: chọn theo nơi ở"
    label = f"{node.full_name} cũ" + (f" ({lies})" if lies else "")
    return Suggestion(node.path, node.code, node.level, label, became, old=True)
