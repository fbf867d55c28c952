"""Pages and data for all: what an old address is called today, the typeahead of units, the maps."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.dateparse import parse_date
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import public, viewer_in
from xaso.kernel.places import outline
from xaso.kernel.places import queries as place_queries
from xaso.kernel.places.geometry import Box, GeometryError
from xaso.kernel.units import queries
from xaso.kernel.units.addresses import Resolution
from xaso.kernel.units.cli import as_json
from xaso.kernel.units.models import Level, Unit
from xaso.kernel.units.words import in_sentence

MOST_TYPED = 300


def _typed(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:MOST_TYPED]


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def options(text: str, *, level: str = "", within: str = "", limit: int = 12) -> list[dict[str, str]]:
    """Choices for a box: value is always a unit of today; an old name gives the units it became, one line each."""
    levels = [level] if level in (Level.PROVINCE, Level.COMMUNE) else [Level.PROVINCE, Level.COMMUNE]
    index = queries.reader().gazetteer
    found: dict[str, dict[str, str]] = {}
    for item in queries.search_units(text, levels=levels, within=within, limit=limit):
        node = index.nodes[item.path]
        targets = [target for target in index.today_of(node) if target.node.level in levels]
        for target in targets[:6] if item.old else targets:
            name = index.address_of(target.node)
            note = ""
            if item.old:
                note = ("một phần " if target.partly else "") + in_sentence(index.address_of(node)) + " cũ"
            found.setdefault(target.node.path, {"value": target.node.path, "label": name, "note": note})
    return list(found.values())[:limit]


@public
@require_safe
@cache_control(public=True, max_age=300)
def unit_search(request: HttpRequest) -> HttpResponse:
    """``?q=`` typed text, or ``?province=15`` for all its communes; ``level``, ``within`` narrow.

    JSON ``[{value, label, note}]``; a list of links for htmx.
    """
    province = _typed(request, "province")
    if province:
        rows = [{"value": at, "label": name, "note": ""} for at, name in queries.commune_choices(province)]
    else:
        rows = options(_typed(request, "q"), level=_typed(request, "level"), within=_typed(request, "within"))
    if request.headers.get("HX-Request"):
        return render(request, "places/parts/suggestions.html", {"rows": rows, "text": _typed(request, "q")})
    return JsonResponse(rows, safe=False, json_dumps_params={"ensure_ascii": False})


def _shown(resolution: Resolution) -> dict[str, Any]:
    index = queries.reader().gazetteer
    return {
        "sentence": resolution.sentence,
        "notes": resolution.notes,
        "found": resolution.found is not None,
        "title": index.address_of(resolution.today[0].node) if len(resolution.today) == 1 else "Kết quả",
        "rest": resolution.rest,
        "choose": resolution.partly,
        "today": [
            {
                "name": index.address_of(target.node),
                "code": target.node.code,
                "path": target.node.path,
                "partly": target.partly,
            }
            for target in resolution.today
        ],
    }


@public
@require_safe
def unit_lookup(request: HttpRequest) -> HttpResponse:
    """An old address, name or code: where it lies today."""
    text, day_text = _typed(request, "q"), _typed(request, "ngay")
    day = _day(day_text)
    context: dict[str, Any] = {"text": text, "day": day_text, "day_error": bool(day_text) and day is None}
    if text and not context["day_error"]:
        context["answer"] = _shown(queries.resolve_address(text, day))
    return render(request, "places/lookup.html", context)


@public
@require_safe
def unit_resolve(request: HttpRequest) -> JsonResponse:
    """The same as data: ``?address=…&on=2025-06-30``."""
    text, day_text = _typed(request, "address"), _typed(request, "on")
    day = _day(day_text)
    if not text:
        raise ActionError("Thiếu địa chỉ hoặc mã cần tra.", "address")
    if day_text and day is None:
        raise ActionError("Ngày có dạng 2025-06-30.", "on")
    answer = as_json(queries.reader().gazetteer, queries.resolve_address(text, day))
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


@public
@require_safe
def unit_page(request: HttpRequest, unit_path: str) -> HttpResponse:
    """One unit: its name over time, what it was made of or became, what lies below it."""
    unit = queries.unit_at(unit_path)
    if unit.level not in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE):
        raise Http404
    below = [child for child in queries.children(unit) if child.level != Level.OFFICE]
    return render(
        request,
        "places/unit.html",
        {
            "unit": unit,
            "above": queries.ancestors(unit),
            "names": unit.names.order_by("valid_from"),
            "before": queries.predecessors(unit),
            "after": queries.successors(unit),
            "sentence": queries.reader().sentence(node) if (node := _node(unit)) and unit.is_old else "",
            "below": below,
            "identifier": queries.identifier_of(unit),
        },
    )


def _node(unit: Unit) -> Any:
    return queries.reader().gazetteer.nodes.get(unit.path)


@public
@require_safe
@cache_control(public=True, max_age=86400)
def outline_svg(request: HttpRequest) -> HttpResponse:
    """The outline of Vietnam as a picture."""
    return HttpResponse(outline.svg_map(), content_type="image/svg+xml")


@public
@require_safe
@cache_control(public=True, max_age=86400)
def outline_geojson(request: HttpRequest) -> JsonResponse:
    """The outline of Vietnam as data, to lie under an interactive map."""
    return JsonResponse(
        outline.geojson_map(), json_dumps_params={"ensure_ascii": False}, content_type="application/geo+json"
    )


@public
@require_safe
def layer_geojson(request: HttpRequest, key: str) -> JsonResponse:
    """The places of a layer that the viewer may see; ``?box=west,south,east,north`` narrows."""
    viewer = viewer_in(request)
    if not place_queries.layers(viewer).filter(key=key).exists():
        raise Http404
    box_text = _typed(request, "box")
    try:
        box = Box.read(box_text) if box_text else None
    except GeometryError as error:
        raise ActionError(str(error), "box") from error
    found = place_queries.places(viewer, layer=key, box=box)
    return JsonResponse(
        place_queries.feature_collection(found),
        json_dumps_params={"ensure_ascii": False},
        content_type="application/geo+json",
    )


public_urls = [
    path("don-vi/", unit_lookup, name="unit_lookup"),
    path("don-vi/tim", unit_search, name="unit_search"),
    path("don-vi/tra-cuu.json", unit_resolve, name="unit_resolve"),
    path("don-vi/<path:unit_path>", unit_page, name="unit_page"),
    path("ban-do/viet-nam.svg", outline_svg, name="map_outline_svg"),
    path("ban-do/viet-nam.geojson", outline_geojson, name="map_outline"),
    path("ban-do/lop/<slug:key>.geojson", layer_geojson, name="map_layer"),
]
