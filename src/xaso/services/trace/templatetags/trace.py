"""How lines of the diary are said in pages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template

from xaso.kernel.plain.formats import day, figure
from xaso.kernel.plain.moment import at
from xaso.services.trace import vocabulary
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import Entry

register = template.Library()
_WEATHER = (
    ("sky", "Trời", ""),
    ("rain_mm", "Mưa", "mm"),
    ("low_c", "Thấp nhất", "°C"),
    ("high_c", "Cao nhất", "°C"),
    ("humidity", "Độ ẩm", "%"),
)


@register.filter
def step_label(term: str) -> str:
    """A work in plain words."""
    return vocabulary.label_of(vocabulary.step_uri(term))


@register.filter
def amount_said(entry: Entry) -> str:
    """`12,5 kg`; empty without an amount."""
    return said(entry.amount, entry.uom) if entry.amount is not None else ""


@register.filter
def weather_said(entry: Entry) -> list[tuple[str, str]]:
    """The measures of a weather line with their names."""
    told = []
    for key, name, unit in _WEATHER:
        value = entry.facts.get(key)
        if value in (None, ""):
            continue
        shown = figure(Decimal(str(value))) if unit else str(value)
        told.append((name, f"{shown} {unit}".strip()))
    return told


@register.filter
def before_said(before: Mapping[str, Any]) -> str:
    """What a line said before it was changed, in one line."""
    parts = [step_label(before["work"]), day(at(before["happened_at"]))]
    if before.get("amount"):
        parts.append(said(Decimal(before["amount"]), before.get("uom", "")))
    if before.get("note"):
        parts.append(str(before["note"])[:120])
    return ", ".join(parts)
