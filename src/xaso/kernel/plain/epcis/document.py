"""A document of events in one normal form, whatever it was written in, and the limits of reading one."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from xaso.kernel.plain.epcis import vocabulary as v
from xaso.kernel.plain.epcis.context import Names, Shortener, read_context
from xaso.kernel.plain.epcis.problems import ReadError

Event = dict[str, Any]

DOCUMENT = "EPCISDocument"
QUERY_DOCUMENT = "EPCISQueryDocument"
SINGLE = "event"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may be: bytes, events, and how deep anything in it may be nested."""

    bytes: int = 20_000_000
    events: int = 20_000
    depth: int = 40


@dataclass(slots=True)
class Document:
    """A read document.

    ``kind`` is EPCISDocument, EPCISQueryDocument or ``event`` (one bare event). ``events`` are dicts shaped as GS1's
    JSON binding shapes them: CBV terms as bare words, extension keys as ``prefix:name`` with the prefixes in
    ``context``; identifiers and times are as they were written. ``head`` is the document without its events,
    ``masters`` its vocabulary lists; ``syntax`` says what it was read from (``json`` or ``xml``).
    """

    kind: str
    events: list[Event]
    context: dict[str, str] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    masters: list[dict[str, Any]] = field(default_factory=list)
    syntax: str = "json"

    @property
    def created(self) -> str | None:
        """When the document says it was made."""
        found = self.head.get("creationDate")
        return found if isinstance(found, str) else None

    @property
    def query_name(self) -> str | None:
        """The query that an EPCISQueryDocument answers."""
        return self._result("queryName")

    @property
    def subscription(self) -> str | None:
        """The subscription that an EPCISQueryDocument answers."""
        return self._result("subscriptionID")

    def _result(self, name: str) -> str | None:
        body = self.head.get("epcisBody")
        results = body.get("queryResults") if isinstance(body, dict) else None
        found = results.get(name) if isinstance(results, dict) else None
        return found if isinstance(found, str) else None


def normal_events(events: list[Any], context: MutableMapping[str, str]) -> None:
    """Bring events just read into the normal form, in place; their own contexts go into the document's."""
    for event in events:
        if isinstance(event, dict):
            if "@context" in event:
                _take_context(event, context)
            _normal(event)


def _normal(event: Event) -> None:
    words = _WORDS
    for name in ("bizStep", "disposition"):
        value = event.get(name)
        if value.__class__ is str:
            event[name] = words[name].get(value, value)
    for name in ("bizTransactionList", "sourceList", "destinationList"):
        rows = event.get(name)
        if rows.__class__ is list:
            _normal_types(rows, words[name])
    if "persistentDisposition" in event:
        _normal_states(event["persistentDisposition"], words["disposition"])
    if "errorDeclaration" in event:
        _replace(event["errorDeclaration"], "reason", words["reason"])
    if "sensorElementList" in event:
        _normal_sensors(event["sensorElementList"], words)
    certificates = event.get("certificationInfo")
    if certificates.__class__ is str:
        event["certificationInfo"] = [certificates]


def _replace(holder: Any, name: str, words: dict[str, str]) -> None:
    if isinstance(holder, dict):
        value = holder.get(name)
        if isinstance(value, str):
            holder[name] = words.get(value, value)


def _normal_types(rows: list[Any], words: dict[str, str]) -> None:
    for row in rows:
        _replace(row, "type", words)


def _normal_states(states: Any, words: dict[str, str]) -> None:
    if not isinstance(states, dict):
        return
    for name in ("set", "unset"):
        values = states.get(name)
        if isinstance(values, list):
            states[name] = [words.get(one, one) if isinstance(one, str) else one for one in values]


def _normal_sensors(elements: Any, words: dict[str, dict[str, str]]) -> None:
    for element in elements if isinstance(elements, list) else ():
        if not isinstance(element, dict):
            continue
        if element.get("type") in ("epcis:SensorElement", "SensorElement"):
            del element["type"]  # says nothing, and XML has no place for it
        reports = element.get("sensorReport")
        for report in reports if isinstance(reports, list) else ():
            _replace(report, "type", words["measurement"])
            _replace(report, "exception", words["exception"])
            _replace(report, "component", words["component"])


_WORDS: dict[str, dict[str, str]] = {
    "bizStep": v.BIZ_STEP.words,
    "disposition": v.DISPOSITION.words,
    "bizTransactionList": v.TRANSACTION.words,
    "sourceList": v.PARTY.words,
    "destinationList": v.PARTY.words,
    "reason": v.REASON.words,
    "measurement": v.MEASUREMENT.words,
    "exception": v.ALERT.words,
    "component": v.COMPONENT.words,
}


def _take_context(event: Event, context: MutableMapping[str, str]) -> None:
    """Put an event's own prefixes into the document's; one that means something else there is renamed."""
    own = read_context(event.pop("@context"))
    if all(context.get(prefix, space) == space for prefix, space in own.items()):
        context.update(own)
        return
    renamed = rekeyed(event, Names({**context, **own}).full)
    shortener = Shortener(context)
    event.clear()
    event.update(rekeyed(renamed, shortener.short))


def rekeyed(value: Any, rename: Any) -> Any:
    """A copy with every key renamed, at any depth."""
    if value.__class__ is dict:
        return {rename(key): rekeyed(one, rename) for key, one in value.items()}
    if value.__class__ is list:
        return [rekeyed(one, rename) for one in value]
    return value


def refuse_depth(value: Any, depth: int) -> None:
    """Raise ReadError when anything is nested deeper than ``depth`` levels."""
    level = [value]
    for _ in range(depth):
        level = [
            one
            for holder in level
            for one in (holder.values() if holder.__class__ is dict else holder)
            if one.__class__ is dict or one.__class__ is list
        ]
        if not level:
            return
    raise ReadError(
        f"Tài liệu lồng nhau quá {depth} tầng.", f"The document is nested more than {depth} levels deep."
    )
