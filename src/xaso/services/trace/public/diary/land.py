"""Plots, workshops, stores and shops; plants of a plot."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import citizen
from xaso.kernel.ui.maps import MapBox
from xaso.services.trace import crops
from xaso.services.trace.actions import land
from xaso.services.trace.diary_forms import PlantsForm, SiteForm
from xaso.services.trace.models import Member, Site
from xaso.services.trace.public.diary.base import handled, place_of, shown
from xaso.services.trace.queries import diary as queries
from xaso.services.trace.seats import MANAGER, RECORDER

MOST_RINGS = 60
MIDDLE = (22.5, 103.8)  # of the mountains of the north, for an enterprise that has drawn nothing yet


def _rings(site: Site) -> list[list[tuple[float, float]]]:
    shape = site.place.geometry if site.place else {}
    polygons = {"Polygon": lambda: [shape["coordinates"]], "MultiPolygon": lambda: shape["coordinates"]}
    found = polygons.get(shape.get("type", ""), lambda: [])()
    return [[(lat, lon) for lon, lat in polygon[0]] for polygon in found]


def map_of(name: str, sites: list[Site]) -> MapBox | None:
    """Plots as outlines with their names as markers; None where nothing is drawn."""
    pairs = [(one, one.place) for one in sites if one.place is not None][:MOST_RINGS]
    if not pairs:
        return None
    places = [place for _, place in pairs]
    south, north = min(one.south for one in places), max(one.north for one in places)
    west, east = min(one.west for one in places), max(one.east for one in places)
    wide = max(north - south, east - west, 0.001)
    zoom = next((level for level in range(17, 8, -1) if 360 / 2**level * 1.2 > wide), 9)
    named = pairs if len(pairs) <= 8 else []
    return MapBox(
        name=name,
        lat=(south + north) / 2,
        lng=(west + east) / 2,
        zoom=zoom,
        markers=[{"lat": place.lat, "lng": place.lon, "name": site.name} for site, place in named],
        outlines=[ring for site, _ in pairs for ring in _rings(site)],
    )


@citizen
@require_GET
def sites(request: HttpRequest, token: str) -> HttpResponse:
    """Places of the enterprise on a map and as a list."""
    place = place_of(request, token, MANAGER, RECORDER)
    rows = list(queries.plots(place))
    waits = {one.site: one for one in queries.waiting(place)}
    titles = dict(crops.choices())
    context = {
        "rows": [(one, titles.get(one.crop, ""), waits.get(one.pk)) for one in rows],
        "map": map_of(f"Nơi sản xuất của {place.enterprise.name}", rows),
    }
    return shown(request, "sites", place, context)


def _site(place: queries.Place, key: UUID) -> Site:
    found = queries.plots(place).filter(pk=key).first()
    if found is None:
        raise NotFound("Không tìm thấy nơi này.")
    return found


@citizen
@require_http_methods(["GET", "POST"])
def site_page(request: HttpRequest, token: str, site_id: UUID) -> HttpResponse:
    """One place: where it is, its plants, what was done there; number further plants, stop using it."""
    place = place_of(request, token, MANAGER, RECORDER)
    site = _site(place, site_id)
    if request.POST.get("do") == "end":
        land.end_site(place_of(request, token, MANAGER).viewer, site=site)
        messages.success(request, f"Đã thôi dùng {site.name}.")
        return redirect("trace:sites", token)
    form = PlantsForm(request.POST if request.POST.get("do") == "plants" else None)
    if request.POST.get("do") == "plants":

        def number() -> None:
            facts = form.cleaned_data
            land.add_plants(place.viewer, site=site, count=facts["count"], prefix=facts["letters"])

        answer = handled(request, form, number, "Đã đánh số cây.", "trace:site", token, site.pk)
        if answer is not None:
            return answer
    crop = crops.crop_of(site.crop)
    context = {
        "site": site,
        "crop": crop,
        "map": map_of(site.name, [site]),
        "plants": list(queries.plants(place).filter(site=site)[:400]),
        "entries": list(queries.entries(place, {"thua": str(site.pk)})[:12]),
        "wait": next((one for one in queries.waiting(place) if one.site == site.pk), None),
        "form": form,
        "back_url": reverse("trace:sites", args=[token]),
    }
    return shown(request, "site", place, context, 422 if form.errors else 200)


def _initial(site: Site | None) -> dict[str, Any]:
    if site is None:
        return {}
    names = ("name", "kind", "crop", "variety", "area_m2", "planted_year", "area_code", "gln")
    return {**{name: getattr(site, name) for name in names}, "member": str(site.member_id or "")}


@citizen
@require_http_methods(["GET", "POST"])
def site_form(request: HttpRequest, token: str, site_id: UUID | None = None) -> HttpResponse:
    """A new place, or one corrected; a plot is drawn on the map or walked with the telephone."""
    place = place_of(request, token, MANAGER)
    site = _site(place, site_id) if site_id else None
    form = SiteForm(place.enterprise, request.POST or None, initial=_initial(site))
    if request.method == "POST":

        def keep() -> None:
            facts = dict(form.cleaned_data)
            key = facts.pop("member")
            member = Member.objects.filter(enterprise=place.enterprise, pk=key).first() if key else None
            land.keep_site(place.viewer, enterprise=place.enterprise, member=member, site=site, **facts)

        answer = handled(request, form, keep, "Đã ghi nơi sản xuất.", "trace:sites", token)
        if answer is not None:
            return answer
    drawn = [one for one in queries.plots(place) if one.place is not None]
    near = site if site is not None and site.place is not None else (drawn[0] if drawn else None)
    middle = (near.place.lat, near.place.lon) if near is not None and near.place is not None else MIDDLE
    context = {
        "form": form,
        "site": site,
        "middle": middle,
        "zoom": 16 if near else 10,
        "shape": json.dumps(site.place.geometry) if site is not None and site.place is not None else "",
        "back_url": reverse("trace:sites", args=[token]),
    }
    return shown(request, "site_form", place, context, 422 if form.errors else 200)
