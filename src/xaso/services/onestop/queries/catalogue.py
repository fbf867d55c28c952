"""Reads of the catalogue: search, lists by field and life event, versions by day, and what is to be settled.

The catalogue is public, so search takes no viewer; the list of points to settle does. The index is built in this
process from four columns (0.4 s) and again when a version was made; it is shared by all threads.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import search_text
from xaso.services.onestop.catalogue.index import (
    Counted,
    Entry,
    Hit,
    Index,
    count_events,
    count_fields,
)
from xaso.services.onestop.catalogue.points import CONFIRM
from xaso.services.onestop.catalogue.sayings import life_events
from xaso.services.onestop.models import Procedure, ProcedureVersion

RIGHT = "onestop.settle"
LEVELS = ("Cấp xã", "Cấp tỉnh", "Cấp bộ", "Cơ quan khác")
_CHECK_SECONDS = 5.0
_COMMUNE_PATH = len("15/04321/")

_lock = threading.Lock()
_index: Index | None = None
_stamp: tuple[Any, ...] = ()
_checked = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """One procedure on a list of results."""

    procedure_id: UUID
    code: str
    name: str
    field: str
    levels: tuple[str, ...]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results. `read_as` says how mistyped words were read; `weak` that the hits are only near."""

    rows: list[Found]
    total: int
    read_as: str = ""
    weak: bool = False


def forget() -> None:
    """Build the index anew at the next search, after an import in this process."""
    global _checked, _stamp
    _checked, _stamp = 0.0, ()


def index() -> Index:
    """The index of what is in force; looks for new versions every few seconds."""
    global _index, _stamp, _checked
    made = _index
    if made is not None and time.monotonic() - _checked < _CHECK_SECONDS:
        return made
    with _lock:
        if _index is not None and time.monotonic() - _checked < _CHECK_SECONDS:
            return _index
        stamp = _present_stamp()
        if _index is None or stamp != _stamp:
            _index = Index(_entries())
            _stamp = stamp
        _checked = time.monotonic()
        return _index


def _present_stamp() -> tuple[Any, ...]:
    versions = ProcedureVersion.objects.aggregate(last=Max("created_at"), count=Count("pk"))
    ended = Procedure.objects.filter(ended_at__isnull=False).count()
    return (versions["last"], versions["count"], ended)


def _entries() -> list[Entry]:
    rows = (
        ProcedureVersion.objects.filter(valid_to__isnull=True, procedure__ended_at__isnull=True)
        .order_by()
        .values_list("procedure_id", "procedure__code", "name", "field", "levels")
    )
    return [Entry(code, name, field, tuple(levels), key) for key, code, name, field, levels in rows]


def search_catalogue(
    text: str = "",
    *,
    field: str | None = None,
    level: str | None = None,
    life_event: str | None = None,
    unit_path: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> SearchPage:
    """Procedures in force for everyday words, best first; without words, the list of a field or life event.

    Diacritics, abbreviations and typing errors do not matter. `field` and `level` are as published, `life_event`
    a key of `life_event_counts`. At a commune (or nowhere in particular) what communes do comes first; at a
    province what the province does. `limit` is at most 100.
    """
    made = index()
    only = _restricted(made, field, level, life_event)
    limit, offset = max(1, min(limit, 100)), max(0, offset)
    if not search_text(text):
        return _listed(made, only, life_event, limit, offset)
    near_commune = unit_path is None or len(unit_path) >= _COMMUNE_PATH
    answer = made.search(text, only=only, near_commune=near_commune, limit=limit, offset=offset)
    return SearchPage([_found(hit) for hit in answer.hits], answer.total, answer.read_as, answer.weak)


def _found(hit: Hit) -> Found:
    entry = hit.entry
    return Found(entry.key, entry.code, entry.name, entry.field, entry.levels, hit.score)


def _restricted(
    made: Index, field: str | None, level: str | None, life_event: str | None
) -> frozenset[int] | None:
    """Entry numbers that the filters leave; None without filters."""
    if not (field or level or life_event):
        return None
    held = made.events.get(life_event, frozenset()) if life_event else range(len(made.entries))
    return frozenset(
        number
        for number in held
        if (not field or made.entries[number].field == field)
        and (not level or level in made.entries[number].levels)
    )


def _listed(
    made: Index, only: frozenset[int] | None, life_event: str | None, limit: int, offset: int
) -> SearchPage:
    """The list without words: a life event's own procedures first, then the commune's, then by name."""
    event = next((row for row in life_events() if row.key == life_event), None)
    first = {code: rank for rank, code in enumerate(event.codes)} if event else {}
    numbers = range(len(made.entries)) if only is None else only
    ranked = sorted(
        numbers,
        key=lambda number: (
            first.get(made.entries[number].code, 999),
            "Cấp xã" not in made.entries[number].levels,
            number,
        ),
    )
    page = [_found(Hit(made.entries[number], 0.0)) for number in ranked[offset : offset + limit]]
    return SearchPage(page, len(ranked))


def field_counts(level: str | None = None) -> list[Counted]:
    """Fields in dictionary order with the number of their procedures in force."""
    return count_fields(index(), level)


def life_event_counts(level: str | None = None) -> list[Counted]:
    """Life events in the order of the page with the number of their procedures in force."""
    return count_events(index(), level)


def version_on(code: str, day: date | None = None) -> ProcedureVersion:
    """The version of a procedure in force on a day (today); for days before its first version, that one.

    Raises NotFound for a code that is in no catalogue, and for a procedure that had ended by then.
    """
    day = day or today()
    versions = ProcedureVersion.objects.filter(procedure__code=code).select_related("procedure")
    held = versions.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    found = held.order_by("-number").first()
    if found is None:
        first = versions.order_by("number").first()
        if first is None or first.valid_from <= day:
            raise NotFound("Không tìm thấy thủ tục này trong danh mục đang áp dụng.")
        return first
    return found


@dataclass(frozen=True, slots=True)
class ToSettle:
    """One procedure with points that only an officer can settle."""

    version_id: UUID
    code: str
    name: str
    field: str
    points: list[dict[str, Any]]


def unsettled(
    viewer: Viewer,
    *,
    unit_path: str | None = None,
    text: str = "",
    field: str = "",
    limit: int = 50,
    offset: int = 0,
    to_confirm: bool = False,
) -> tuple[list[ToSettle], int]:
    """Procedures in force with points to settle, most points last, and how many in all; or those whose points
    were read and wait for an officer's confirmation.

    For whoever holds `onestop.settle` somewhere. `unit_path` of a commune leaves the commune's procedures only.
    """
    if not viewer.can(RIGHT):
        raise Forbidden()
    rows = ProcedureVersion.objects.filter(valid_to__isnull=True, procedure__ended_at__isnull=True)
    if to_confirm:
        rows = rows.filter(data__points__contains=[{"reason": CONFIRM}])
    else:
        rows = rows.filter(unsettled__gt=0)
    if unit_path and len(unit_path) >= _COMMUNE_PATH:
        rows = rows.filter(levels__contains=["Cấp xã"])
    if field:
        rows = rows.filter(field=field)
    for word in search_text(text).split():
        rows = rows.filter(procedure__search_text__contains=word)
    total = rows.count()
    page = rows.select_related("procedure").order_by("unsettled", "procedure__code")[offset : offset + limit]
    return [
        ToSettle(
            row.pk,
            row.procedure.code,
            row.name,
            row.field,
            [one for one in row.data.get("points", []) if (one["reason"] == CONFIRM) == to_confirm],
        )
        for row in page
    ], total
