"""From an event as it was sent to the row it becomes: everything that needs no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from xaso.kernel.plain.epcis import Event, Hasher, canonical_id, expanded, things
from xaso.services.trace.models import TraceEvent
from xaso.services.trace.store.marks import marks_of

# The part a thing plays, as it is kept: what is counted plays the same part as what is named.
_ROLE = {
    "epc": "epc",
    "quantity": "epc",
    "parent": "parent",
    "child": "child",
    "child_quantity": "child",
    "input": "input",
    "input_quantity": "input",
    "output": "output",
    "output_quantity": "output",
}
_KINDS = frozenset(TraceEvent.Kind.values) - {TraceEvent.Kind.OTHER}


@dataclass(frozen=True, slots=True)
class Part:
    """A thing in an event, ready to be written."""

    uri: str
    is_class: bool
    role: str
    flow: int
    quantity: float | int | None
    uom: str


@dataclass(frozen=True, slots=True)
class Ready:
    """An event with everything its rows hold but their numbers."""

    event_id: str
    event_hash: str
    kind: str
    type_name: str
    action: str
    event_time: datetime
    offset: str
    biz_step: str
    disposition: str
    read_point: str
    biz_location: str
    transformation_id: str
    error_declared_at: datetime | None
    error_reason: str
    body: str
    parts: list[Part]
    marks: list[int]
    is_named: bool  # the sender gave the event its id


def make_ready(events: Sequence[Event], context: Mapping[str, str]) -> list[Ready]:
    """The rows of events that have passed the check; they share their prefixes."""
    hasher = Hasher(context)
    return [_ready(event, context, hasher) for event in events]


def _ready(event: Event, context: Mapping[str, str], hasher: Hasher) -> Ready:
    hash_id = hasher.hash(event)
    body = expanded(event, context)
    given = body.pop("eventID", None)
    body.pop("recordTime", None)
    kind = body["type"]
    declaration = body.get("errorDeclaration")
    marks = marks_of(body)
    step, state = body.get("bizStep", ""), body.get("disposition", "")
    reason = "" if declaration is None else declaration.get("reason", "")
    if context:
        _give_back(body, event, context)
    return Ready(
        event_id=given or hash_id,
        event_hash=hash_id[14:78],  # the digits behind "ni:///sha-256;"
        kind=kind if kind in _KINDS else TraceEvent.Kind.OTHER.value,
        type_name=kind,
        action=body.get("action", ""),
        event_time=datetime.fromisoformat(body["eventTime"]),
        offset=body["eventTimeZoneOffset"],
        biz_step=step,
        disposition=state,
        read_point=_place(body, "readPoint"),
        biz_location=_place(body, "bizLocation"),
        transformation_id=canonical_id(body.get("transformationID", "")),
        error_declared_at=None if declaration is None else _declared(declaration),
        error_reason=reason,
        body=orjson.dumps(body).decode(),
        parts=_parts(event, kind, declaration is not None),
        marks=marks,
        is_named=given is not None,
    )


def _give_back(body: Event, event: Event, context: Mapping[str, str]) -> None:
    """Own terms that were sent short (``ext:grading``) stand short in the body: the hash is told of them so."""
    pairs = [(body, event)]
    for name in ("bizTransactionList", "sourceList", "destinationList"):
        pairs += zip(body.get(name, ()), event.get(name, ()), strict=True)
    for mine, sent in zip(body.get("sensorElementList", ()), event.get("sensorElementList", ()), strict=True):
        pairs += zip(mine.get("sensorReport", ()), sent.get("sensorReport", ()), strict=True)
    if "errorDeclaration" in body:
        pairs.append((body["errorDeclaration"], event["errorDeclaration"]))
    for mine, sent in pairs:
        for name in ("bizStep", "disposition", "type", "exception", "component", "reason"):
            value = sent.get(name)
            if value.__class__ is not str or mine[name] == value or mine is body and name == "type":
                continue
            if value.partition(":")[0] in context:
                mine[name] = value
    states = body.get("persistentDisposition", {})
    for verb, values in event.get("persistentDisposition", {}).items():
        states[verb] = [
            sent if sent.partition(":")[0] in context else mine
            for mine, sent in zip(states[verb], values, strict=True)
        ]


def _declared(declaration: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(declaration["declarationTime"])


def _place(body: dict[str, Any], name: str) -> str:
    place = body.get(name)
    return canonical_id(place["id"]) if place and "id" in place else ""


def _parts(event: Event, kind: str, is_error: bool) -> list[Part]:
    return [
        Part(
            one.uri,
            one.role.endswith("quantity"),
            _ROLE[one.role],
            0 if is_error else _flow(kind, event.get("action", ""), one.role),
            one.quantity,
            one.uom or "",
        )
        for one in things(event)
    ]


def _flow(kind: str, action: str, role: str) -> int:
    """Which way the origin goes: what goes in is -1, what comes of it is 1.

    Processing goes from input to output, packing from the packed to the package. Taking out again makes nothing
    new: what is taken out keeps its own origin.
    """
    if kind == "TransformationEvent":
        return -1 if role.startswith("input") else 1
    if kind == "AggregationEvent" and action == "ADD":
        return 1 if role == "parent" else -1
    return 0
