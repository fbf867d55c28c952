"""The address field over today's units: province, commune, detail line, with the typeahead that knows old names."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

from xaso.kernel.ui.fields import AddressField
from xaso.kernel.units import queries


def provinces() -> list[tuple[str, str]]:
    """Code and full name of the provinces of today."""
    return [(unit.path.rstrip("/"), unit.full_name) for unit in queries.provinces()]


def communes(province: str) -> list[tuple[str, str]]:
    """Path and full name of the communes of a province code of today."""
    if not province.isdigit():
        return []
    return [(unit.path, unit.full_name) for unit in queries.communes(f"{province}/")]


def search_url() -> str:
    """Where the typeahead asks; empty when that page is not installed."""
    try:
        return reverse("unit_search")
    except NoReverseMatch:
        return ""


def boxes(home: str = "") -> dict[str, Any]:
    """What AddressBoxes (or `Asked(kind="address", more=boxes())`) needs; `home` is the commune chosen beforehand."""
    return {"provinces": provinces, "communes": communes, "search_url": search_url(), "home": home}


def unit_address(*, home: str = "", **options: Any) -> AddressField:
    """A form field of kind address."""
    return AddressField(provinces, communes, search_url=search_url(), home=home, **options)
