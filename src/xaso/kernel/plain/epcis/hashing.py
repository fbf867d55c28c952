"""Event hash ids (GS1 CBV 2.0, section 8.9): one name for one event, whatever it is written in.

The pre-hash string joins names and values in a fixed order without separators; its SHA-256 stands in a ``ni`` address.
Left out are what an event is called and when it was recorded (eventID, recordTime), error declarations and comments.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from xaso.kernel.plain.epcis import vocabulary as v
from xaso.kernel.plain.epcis.context import names_of
from xaso.kernel.plain.epcis.document import Document, Event
from xaso.kernel.plain.epcis.fields import METADATA, REPORT
from xaso.kernel.plain.epcis.identifiers import canonical_id

VERSION = "CBV2.0"
_LEFT_OUT = frozenset(
    {"type", "recordTime", "eventID", "errorDeclaration", "comment", "@context", "@id", "id"}
)
_COMMENT = "{http://www.w3.org/2000/01/rdf-schema#}comment"
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_TERMS = {"bizStep": v.BIZ_STEP, "disposition": v.DISPOSITION}
_REPORT_TERMS = {"type": v.MEASUREMENT, "exception": v.ALERT, "component": v.COMPONENT}
_TIMES = frozenset({"time", "startTime", "endTime"})
_ALL_TERMS = (v.BIZ_STEP, v.DISPOSITION, v.TRANSACTION, v.PARTY, v.REASON)


def utc(text: str) -> str:
    """A time in UTC with three decimals; the third is rounded up where the fourth is 5 or more."""
    moment = datetime.fromisoformat(text.strip())
    over = (moment.microsecond + 500) // 1000 * 1000 - moment.microsecond
    if over:
        moment += timedelta(microseconds=over)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def number(value: Any) -> str:
    """A number without exponent, sign of plus, or zeros that say nothing."""
    if value.__class__ is int:
        return str(value)
    text = value.strip() if isinstance(value, str) else repr(value)
    if "e" in text or "E" in text:
        text = f"{float(text):.15f}"
    if not _PLAIN_NUMBER.fullmatch(text):
        return text
    sign = "-" if text[0] == "-" else ""
    whole, _, part = text.lstrip("+-").partition(".")
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    digits = f"{whole}.{part}" if part else whole
    return digits if digits == "0" else sign + digits


class Hasher:
    """Hash ids for the events of one document, which share their prefixes."""

    def __init__(self, context: Mapping[str, str]) -> None:
        self._names = names_of(context)

    def hash(self, event: Event) -> str:
        """The hash id of an event."""
        digest = hashlib.sha256(self.pre_hash(event).encode()).hexdigest()
        return f"ni:///sha-256;{digest}?ver={VERSION}"

    def pre_hash(self, event: Event) -> str:
        """The string that is hashed."""
        kind = event["type"]
        parts = ["eventType=", kind if kind in v.EVENT_TYPES else self._names.full(kind)]
        get = event.get
        done = 0
        for name, write in _ORDER:
            value = get(name)
            if value is not None:
                done += 1
                if value != "" and value != []:
                    parts.append(write(self, name, value))
        if done + sum(name in event for name in _LEFT_OUT) < len(event):
            parts.extend(sorted(self._extensions(event, _KNOWN)))
        return "".join(parts)

    def _plain(self, name: str, value: Any) -> str:
        return f"{name}={value.strip()}"

    def _time(self, name: str, value: str) -> str:
        return f"{name}={utc(value)}"

    def _id(self, name: str, value: str) -> str:
        return f"{name}={canonical_id(self._names.value(value))}"

    def _ids(self, name: str, values: Any) -> str:
        values = values if isinstance(values, list) else [values]
        return "".join(sorted(self._id(name, one) for one in values))

    def _things(self, name: str, values: list[str]) -> str:
        return name + "".join(sorted(["epc=" + canonical_id(one) for one in values]))

    def _quantities(self, name: str, rows: list[dict[str, Any]]) -> str:
        return name + "".join(sorted([self._quantity(row) for row in rows]))

    def _quantity(self, row: dict[str, Any]) -> str:
        text = "quantityElementepcClass=" + canonical_id(row["epcClass"])
        if "quantity" in row:
            text += "quantity=" + number(row["quantity"])
        if "uom" in row:
            text += "uom=" + row["uom"].strip()
        return text

    def _term(self, name: str, value: str) -> str:
        return f"{name}={self._names.value(_TERMS[name].term(value.strip()))}"

    def _states(self, name: str, states: dict[str, list[str]]) -> str:
        term = v.DISPOSITION.term
        return name + "".join(
            "".join(sorted(f"{verb}={self._names.value(term(one))}" for one in states[verb]))
            for verb in ("set", "unset")
            if states.get(verb)
        )

    def _typed(self, name: str, rows: list[dict[str, str]]) -> str:
        terms = v.TRANSACTION if name == "bizTransactionList" else v.PARTY
        inner = name.removesuffix("List")
        lines = []
        for row in rows:
            kind = f"type={self._names.value(terms.term(row['type']))}" if row.get("type") else ""
            lines.append(kind + self._id(inner, row[inner]))
        return name + "".join(sorted(lines))

    def _place(self, name: str, place: dict[str, Any]) -> str:
        return name + self._id("id", place["id"]) + "".join(sorted(self._extensions(place, {"id"})))

    def _sensors(self, name: str, elements: list[dict[str, Any]]) -> str:
        return name + "".join(sorted(self._sensor(one) for one in elements))

    def _sensor(self, element: dict[str, Any]) -> str:
        text = "sensorElement"
        metadata = element.get("sensorMetadata")
        if metadata:
            text += "sensorMetadata" + self._readings(metadata, METADATA)
        reports = element.get("sensorReport", [])
        text += "".join(sorted("sensorReport" + self._readings(one, REPORT) for one in reports))
        rest = self._extensions(element, {"sensorMetadata", "sensorReport", "type", "id"})
        return text + "".join(sorted(rest))

    def _readings(self, holder: dict[str, Any], order: tuple[str, ...]) -> str:
        parts = [f"{name}={self._reading(name, holder[name])}" for name in order if name in holder]
        return "".join(parts) + "".join(sorted(self._extensions(holder, frozenset(order))))

    def _reading(self, name: str, value: Any) -> str:
        if value.__class__ is bool:
            return "true" if value else "false"
        if not isinstance(value, str):
            return number(value)
        if name in _TIMES:
            return utc(value)
        if name in _REPORT_TERMS:
            return self._names.value(_REPORT_TERMS[name].term(value))
        if name in {"stringValue", "hexBinaryValue", "uom"}:
            return value.strip()
        return canonical_id(self._names.value(value))

    def _masters(self, name: str, values: dict[str, Any]) -> str:
        return name + "".join(sorted(self._extensions(values, ())))

    def _extensions(self, holder: Mapping[str, Any], known: Any) -> Iterable[str]:
        """``{namespace}name=value`` of everything that is not the standard's, one by one."""
        for key, value in holder.items():
            if key in known or key == "#text":
                continue
            name = self._names.full(key)
            if name in (_COMMENT, "comment"):
                continue
            for one in value if isinstance(value, list) else (value,):
                yield self._extension(name, one)

    def _extension(self, name: str, value: Any) -> str:
        if value.__class__ is dict:
            text = value.get("#text")
            loose = "" if text is None else self._loose(text)
            head = f"{name}={loose}" if loose else name
            return head + "".join(sorted(self._extensions(value, ())))
        if isinstance(value, list):
            return name + "".join(sorted(self._extension(name, one) for one in value))
        loose = self._loose(value)
        return f"{name}={loose}" if loose else name

    def _loose(self, value: Any) -> str:
        """A value whose kind nobody tells: numbers, terms, identifiers, short addresses in their one form."""
        if value is None:
            return ""
        if value.__class__ is bool:
            return "true" if value else "false"
        if not isinstance(value, str):
            return number(value)
        text = value.strip()
        if ":" not in text:
            return number(text) if _PLAIN_NUMBER.fullmatch(text) else text
        if text.startswith("urn:epcglobal:cbv:"):
            return next((t.term(text) for t in _ALL_TERMS if text.startswith(t.urn)), text)
        return canonical_id(self._names.value(text))


_ORDER: tuple[tuple[str, Any], ...] = (
    ("eventTime", Hasher._time),
    ("eventTimeZoneOffset", Hasher._plain),
    ("certificationInfo", Hasher._ids),
    ("epcList", Hasher._things),
    ("parentID", Hasher._id),
    ("inputEPCList", Hasher._things),
    ("childEPCs", Hasher._things),
    ("quantityList", Hasher._quantities),
    ("childQuantityList", Hasher._quantities),
    ("inputQuantityList", Hasher._quantities),
    ("outputEPCList", Hasher._things),
    ("outputQuantityList", Hasher._quantities),
    ("action", Hasher._plain),
    ("transformationID", Hasher._id),
    ("bizStep", Hasher._term),
    ("disposition", Hasher._term),
    ("persistentDisposition", Hasher._states),
    ("readPoint", Hasher._place),
    ("bizLocation", Hasher._place),
    ("bizTransactionList", Hasher._typed),
    ("sourceList", Hasher._typed),
    ("destinationList", Hasher._typed),
    ("sensorElementList", Hasher._sensors),
    ("ilmd", Hasher._masters),
)
_KNOWN = frozenset(name for name, _ in _ORDER) | _LEFT_OUT


def event_hash(event: Event, context: Mapping[str, str]) -> str:
    """The hash id of one event in the normal form."""
    return Hasher(context).hash(event)


def pre_hash(event: Event, context: Mapping[str, str]) -> str:
    """The string behind an event's hash id, for seeing why two differ."""
    return Hasher(context).pre_hash(event)


def hashes(document: Document) -> list[str]:
    """The hash ids of a document's events, in their order."""
    hasher = Hasher(document.context)
    return [hasher.hash(event) for event in document.events]
