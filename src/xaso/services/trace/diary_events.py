"""What a line of the diary is in the words of the standard: one EPCIS event for each that the standard knows.

A harvest is a TransformationEvent: plants or plots go in, a lot of raw material comes out, so that origin can be
walked from the lot to the plant. Work on plants is an ObjectEvent that observes them. Nothing of a person stands in
an event: no name, no note, no voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from xaso.kernel.plain.epcis import compacted
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.services.trace import vocabulary
from xaso.services.trace.models import Entry, Plant, Site, TraceEvent
from xaso.services.trace.naming import NAMESPACE, own, place_uri

Where = Sequence[tuple[Site, Plant | None]]
# Measures of a weather line: our key, the standard's type, its unit.
MEASURES = (
    ("low_c", "gs1:Temperature", "minValue", "CEL"),
    ("high_c", "gs1:Temperature", "maxValue", "CEL"),
    ("humidity", "gs1:RelativeHumidity", "value", "A93"),
    ("rain_mm", f"{NAMESPACE}rainfall", "value", "MMT"),
)


def _number(value: Decimal | int | float) -> int | float:
    return int(value) if value == int(value) else float(value)


def _time(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).isoformat(timespec="milliseconds")


def things_of(where: Where) -> list[str]:
    """The addresses of plants, and of plots of which no single plant was named; each once."""
    return list(dict.fromkeys(plant.uri if plant else site.uri for site, plant in where))


def _base(entry: Entry, kind: str, where: Where) -> dict[str, Any]:
    places = list(dict.fromkeys(site.pk for site, _ in where))
    there = place_uri(entry.enterprise, where[0][0]) if len(places) == 1 else place_uri(entry.enterprise)
    event: dict[str, Any] = {
        "type": kind,
        "eventTime": _time(entry.happened_at),
        "eventTimeZoneOffset": "+07:00",
        "bizStep": vocabulary.step(entry.work),
        "readPoint": {"id": there},
        "bizLocation": {"id": there},
        "xaso:entry": str(entry.pk),
    }
    if entry.revision:
        event["xaso:revision"] = entry.revision
    return event


def _facts(entry: Entry) -> dict[str, Any]:
    """Our own fields of a work: which input, how much, until when nobody harvests."""
    told: dict[str, Any] = {}
    if entry.season is not None:
        told["season"] = entry.season.name
    if entry.input is not None:
        told |= {"input": entry.input.name, "inputKind": entry.input.kind, "batch": entry.input_batch}
        told["intervalDays"] = entry.input.interval_days or None
        told["harvestFrom"] = entry.harvest_from.isoformat() if entry.harvest_from else None
    if entry.amount is not None:
        told |= {"dose": _number(entry.amount), "doseUnit": entry.uom}
    return {f"xaso:{key}": value for key, value in told.items() if value not in (None, "")}


def _lot_line(entry: Entry) -> dict[str, Any]:
    assert entry.lot is not None  # noqa: S101 - harvests and purchases have opened their lot before
    line: dict[str, Any] = {"epcClass": entry.lot.thing.uri}
    if entry.amount is not None:
        line |= {"quantity": _number(entry.amount), "uom": entry.uom}
    return line


def _ilmd(entry: Entry, where: Where) -> dict[str, Any]:
    told = {"xaso:harvestedOn": entry.happened_at.astimezone(VIETNAM).date().isoformat()}
    crop = next((site.crop for site, _ in where if site.crop), "")
    if crop:
        told["xaso:crop"] = crop
    if entry.season is not None:
        told["xaso:season"] = entry.season.name
    return told


def _harvest(entry: Entry, where: Where) -> dict[str, Any]:
    return {
        **_base(entry, "TransformationEvent", where),
        "bizStep": vocabulary.step("harvesting"),
        "inputEPCList": things_of(where),
        "outputQuantityList": [_lot_line(entry)],
        "ilmd": _ilmd(entry, where),
    }


def _work(entry: Entry, where: Where) -> dict[str, Any]:
    event = {**_base(entry, "ObjectEvent", where), "action": "OBSERVE", "epcList": things_of(where)}
    return {**event, **_facts(entry)}


def _on_lot(entry: Entry, where: Where) -> dict[str, Any]:
    event = {**_base(entry, "ObjectEvent", where), "action": "OBSERVE", "quantityList": [_lot_line(entry)]}
    event["disposition"] = "in_progress" if entry.kind == Entry.Kind.PROCESS else "sellable_not_accessible"
    return event


def _weather(entry: Entry, where: Where) -> dict[str, Any]:
    reports = [
        {"type": name, key: _number(Decimal(str(entry.facts[fact]))), "uom": unit}
        for fact, name, key, unit in MEASURES
        if entry.facts.get(fact) not in (None, "")
    ]
    event = {**_base(entry, "ObjectEvent", where), "action": "OBSERVE", "epcList": things_of(where)}
    if reports:
        metadata = {"time": _time(entry.happened_at)}
        event["sensorElementList"] = [{"sensorMetadata": metadata, "sensorReport": reports}]
    if entry.facts.get("sky"):
        event["xaso:sky"] = entry.facts["sky"]
    return event


def _purchase(entry: Entry, where: Where) -> dict[str, Any]:
    return {
        **_base(entry, "TransactionEvent", ()),
        "action": "ADD",
        "quantityList": [_lot_line(entry)],
        "bizTransactionList": [{"type": "po", "bizTransaction": own("bt", entry.pk.hex)}],
        "disposition": "in_progress",
    }


def events_of(entry: Entry, where: Where) -> list[dict[str, Any]]:
    """The events of a line, the one that stands for it last. ``where``: its plots and plants.

    A purchase whose plots are known is two: the harvest that leads from the plots to the lot, and the transaction.
    """
    if entry.kind == Entry.Kind.HARVEST:
        return [_harvest(entry, where)]
    if entry.kind == Entry.Kind.PURCHASE:
        first = [_harvest(entry, where)] if where and not entry.facts.get("known_lot") else []
        return [*first, _purchase(entry, where)]
    if entry.kind == Entry.Kind.WEATHER:
        return [_weather(entry, where)]
    if entry.kind in {Entry.Kind.PROCESS, Entry.Kind.STORAGE}:
        return [_on_lot(entry, where)] if entry.lot is not None else []
    return [_work(entry, where)]


def declared_wrong(event: TraceEvent, reason: str, corrective: Sequence[str] = ()) -> dict[str, Any]:
    """The same event once more, with the declaration that it is wrong; ``reason`` did_not_occur or incorrect_data."""
    prefixes = {**vocabulary.context(), **(event.context or {})}
    again: dict[str, Any] = compacted(event.body, prefixes)
    again.pop("recordTime", None)
    again["eventID"] = event.event_id
    declaration: dict[str, Any] = {"declarationTime": _time(now()), "reason": reason}
    if corrective:
        declaration["correctiveEventIDs"] = list(corrective)
    again["errorDeclaration"] = declaration
    return again


def fresh_key() -> str:
    """A key for a line that no phone has named."""
    return uuid7().hex
