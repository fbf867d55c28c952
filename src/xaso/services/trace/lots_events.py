"""Events of the standard for what is done with lots and packages: what, when, where, why, in GS1's JSON shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.services.trace import vocabulary
from xaso.services.trace.models import Enterprise, Lot, Package, Site, TraceEvent
from xaso.services.trace.naming import place_uri
from xaso.services.trace.recording import record_event

NOON = time(12, 0)


def number(quantity: Decimal) -> int | float:
    """A quantity as JSON writes it: 12 and not 12.0."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def some_of(lot: Lot, quantity: Decimal) -> dict[str, Any]:
    """So much of a lot, as a line of a quantity list."""
    return {"epcClass": lot.thing.uri, "quantity": number(quantity), "uom": lot.uom}


def at_day(day: date | None) -> datetime:
    """The time of something done on a day: now for today, else noon. Raises ActionError for a day to come."""
    if day is None or day == today():
        return now()
    if day > today():
        raise ActionError("Ngày này chưa đến. Chọn hôm nay hoặc một ngày đã qua.", "made_on")
    return datetime.combine(day, NOON, VIETNAM)


def where(enterprise: Enterprise, site: Site | None) -> dict[str, Any]:
    """Seen there and stays there."""
    there = {"id": place_uri(enterprise, site)}
    return {"readPoint": there, "bizLocation": there}


def write(
    viewer: Viewer,
    enterprise: Enterprise,
    kind: str,
    *,
    step: str,
    at: datetime | None = None,
    site: Site | None = None,
    disposition: str = "",
    action: str = "",
    more: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> TraceEvent:
    """Record one event at a place of the enterprise. ``facts``: fields of our own namespace, empty ones left out."""
    event: dict[str, Any] = {
        "type": kind,
        "eventTime": (at or now()).isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+07:00",
        "bizStep": vocabulary.step(step),
        **where(enterprise, site),
    }
    if action:
        event["action"] = action
    if disposition:
        event["disposition"] = disposition
    event.update(more or {})
    event.update({f"xaso:{key}": value for key, value in (facts or {}).items() if value not in ("", None)})
    return record_event(
        viewer,
        enterprise=enterprise,
        unit_path=enterprise.unit_path,
        event=event,
        context=vocabulary.context(),
    )


def seen(
    viewer: Viewer,
    enterprise: Enterprise,
    *,
    step: str,
    lots: Iterable[tuple[Lot, Decimal]] = (),
    packages: Iterable[Package] = (),
    action: str = "OBSERVE",
    **rest: Any,
) -> TraceEvent:
    """An ObjectEvent over quantities of lots and over packages."""
    more = dict(rest.pop("more", None) or {})
    epcs = [one.thing.uri for one in packages]
    quantities = [some_of(lot, quantity) for lot, quantity in lots]
    if epcs:
        more["epcList"] = epcs
    if quantities:
        more["quantityList"] = quantities
    return write(viewer, enterprise, "ObjectEvent", step=step, action=action, more=more, **rest)
