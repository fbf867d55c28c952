"""Finding a procedure: by life event, by field of work, by everyday words with or without diacritics."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from xaso.kernel.people.doors import public
from xaso.kernel.places.public import options as unit_options
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import search_text, sort_key
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.models import Setup
from xaso.services.onestop.public.place import remember_unit, unit_for
from xaso.services.onestop.queries.catalogue import (
    SearchPage,
    field_counts,
    life_event_counts,
    search_catalogue,
)

COMMUNE_LEVEL = "Cấp xã"
PER_PAGE = 20
MOST_PAGES = 200


@dataclass(frozen=True)
class Group:
    """Electronic procedures of one field of work."""

    field: str
    setups: list[Setup]


@dataclass(frozen=True)
class Row:
    """One line of results: the citizen's own words first, the formal name below."""

    url: str
    title: str
    formal: str
    field: str
    where: str
    online: bool


def electronic(unit_path: str) -> list[Setup]:
    """What can be filed online here today, in dictionary order."""
    found = [
        setup
        for code in setups_in_force.published()
        for setup in setups_in_force.setups_for(code, unit_path, today())
    ]
    return sorted(found, key=lambda setup: sort_key(setup.title))


def by_field(setups: list[Setup]) -> list[Group]:
    """Grouped by field, fields in dictionary order."""
    groups: dict[str, list[Setup]] = {}
    for setup in setups:
        groups.setdefault(setup.procedure.field, []).append(setup)
    return [Group(field, groups[field]) for field in sorted(groups, key=sort_key)]


@public
def front(request: HttpRequest) -> HttpResponse:
    """Search, life events, what can be done online here, and all fields with their counts."""
    unit = unit_for(request)
    fields = field_counts(COMMUNE_LEVEL)
    context = {
        "unit": unit,
        "events": life_event_counts(COMMUNE_LEVEL),
        "groups": by_field(electronic(unit.path if unit else "")),
        "fields": fields,
        "field_total": sum(one.count for one in fields),
        "national": settings.XASO_FILING == "national",
    }
    return remember_unit(request, render(request, "onestop/public/front.html", context), unit)


@public
def search(request: HttpRequest) -> HttpResponse:
    """Search all procedures; without words, the list of a field or of a life event."""
    text = request.GET.get("q", "").replace("\x00", "")[:200].strip()
    field = request.GET.get("linh-vuc", "").replace("\x00", "")[:200]
    event = request.GET.get("su-kien", "").replace("\x00", "")[:60]
    number = request.GET.get("trang", "1")
    page_number = min(int(number), MOST_PAGES) if number.isascii() and number.isdigit() else 1
    unit = unit_for(request)
    here = electronic(unit.path if unit else "")
    found = search_catalogue(
        text,
        field=field or None,
        life_event=event or None,
        unit_path=unit.path if unit else None,
        limit=PER_PAGE,
        offset=(max(page_number, 1) - 1) * PER_PAGE,
    )
    known = [] if field or event else _in_our_words(text, here, [one.code for one in found.rows])
    rows = _rows(found, here, known if page_number <= 1 else [], known)
    events = life_event_counts()
    context = {
        "q": text,
        "unit": unit,
        "rows": rows,
        "total": max(found.total, len(rows)),
        "read_as": found.read_as,
        "weak": found.weak and not known and bool(text),
        "field": field,
        "event": next((one for one in events if one.key == event), None),
        "page": _page(found, page_number),
        "back_url": reverse("onestop:front"),
    }
    return render(request, "onestop/public/search.html", context)


def _page(found: SearchPage, number: int) -> Page[int]:
    return Paginator(range(found.total), PER_PAGE).get_page(number)


def _in_our_words(text: str, here: list[Setup], ranked: list[str]) -> list[Setup]:
    """Electronic procedures whose everyday title holds every word typed, in the order the index gives them."""
    wanted = search_text(text).split()
    if not wanted:
        return []
    fit = [setup for setup in here if set(wanted) <= set(search_text(setup.title).split())]
    rank = {code: place for place, code in enumerate(ranked)}
    return sorted(fit, key=lambda setup: rank.get(setup.procedure.code, len(rank)))[:10]


def _rows(found: SearchPage, here: list[Setup], first: list[Setup], known: list[Setup]) -> list[Row]:
    online: dict[str, list[Setup]] = {}
    for setup in here:
        online.setdefault(setup.procedure.code, []).append(setup)
    rows = [_electronic_row(setup) for setup in first]
    told = {setup.pk for setup in known}
    for one in found.rows:
        setups = [setup for setup in online.get(one.code, []) if setup.pk not in told]
        if setups:
            rows += [_electronic_row(setup) for setup in setups]
        elif one.code not in online:
            url = reverse("onestop:start", args=[one.code])
            rows.append(Row(url, one.name, "", one.field, ", ".join(one.levels), online=False))
    return rows


def _electronic_row(setup: Setup) -> Row:
    url = reverse("onestop:start", args=[setup.procedure.code])
    if setup.variant:
        url += f"?variant={setup.variant}"
    return Row(url, setup.title, setup.procedure.name, setup.procedure.field, "", online=True)


@public
def choose_unit(request: HttpRequest) -> HttpResponse:
    """Look for the commune by name, today's or an old one; its link keeps the choice. Needs no script."""
    typed = request.GET.get("xa", "").replace("\x00", "")[:120].strip()
    wanted = request.GET.get("next", "")
    following = wanted if wanted.startswith("/onestop/") else reverse("onestop:front")
    found = unit_options(typed, level="commune") if len(typed) >= 2 else []
    rows = [{**one, "url": f"{following}?{urlencode({'unit': one['value']})}"} for one in found]
    context = {"typed": typed, "found": rows, "next": wanted, "back_url": following}
    return render(request, "onestop/public/choose_unit.html", context)
