"""Reading places; always for somebody."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.geometry import Box
from xaso.kernel.places.models import Layer, Place
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import search_text

VIEW = "places.view"
MOST = 2000


def layers(viewer: Viewer) -> QuerySet[Layer]:
    """Layers this viewer may see: the public ones, and those where they hold ``places.view``."""
    live = Layer.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today()))
    if viewer.can(VIEW):
        return live.order_by("title")
    return live.filter(is_public=True).order_by("title")


def places(
    viewer: Viewer, *, layer: str = "", unit_path: str = "", text: str = "", box: Box | None = None
) -> QuerySet[Place]:
    """Places in force that this viewer may see, narrowed by layer, unit subtree, name and box."""
    found = Place.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today()),
        Q(valid_to__isnull=True) | Q(valid_to__gte=today()),
    ).filter(Q(layer__is_public=True) | viewer.scope(VIEW, "unit_path"))
    if layer:
        found = found.filter(layer__key=layer)
    if unit_path:
        found = found.filter(unit_path__startswith=unit_path)
    if text:
        found = found.filter(search_text__contains=search_text(text))
    if box:
        found = found.filter(
            west__lte=box.east, east__gte=box.west, south__lte=box.north, north__gte=box.south
        )
    return found.select_related("layer", "unit").order_by("search_text", "id")


def feature_collection(found: QuerySet[Place], limit: int = MOST) -> dict[str, Any]:
    """GeoJSON of places; ``more`` says that the limit cut them."""
    rows = list(found[: limit + 1])
    return {
        "type": "FeatureCollection",
        "more": len(rows) > limit,
        "features": [
            {
                "type": "Feature",
                "id": str(place.pk),
                "geometry": place.geometry,
                "properties": {
                    "name": place.name,
                    "address": place.address,
                    "layer": place.layer.key,
                    "unit": place.unit.full_name,
                },
            }
            for place in rows[:limit]
        ],
    }
