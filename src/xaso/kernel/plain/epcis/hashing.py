"""Event hash ids (GS1 CBV 2.0, section 8.9): one name for one event, whatever it is written in.

The pre-hash string joins names and values in a fixed order without separators; its SHA-256 stands in a ``ni`` address.
Left out are what an event is called and when it was recorded (eventID, recordTime), error declarations and comments.
The order and the forms are those of the released reference (epcis-event-hash-generator 1.9.3) and of the vectors of its
time, which prove them: transactions, parties and ILMD stand among the extensions of the event, behind its sensors.
An extension in a place or a sensor element stands in its holder where its namespace ends with a slash, else among those
of the event, under the names of its holders.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from xaso.kernel.plain.epcis import vocabulary as v
from xaso.kernel.plain.epcis.context import names_of
from xaso.kernel.plain.epcis.document import Document, Event
from xaso.kernel.plain.epcis.fields import METADATA, PLACES, REPORT
from xaso.kernel.plain.epcis.identifiers import canonical_id

VERSION = "CBV2.0"
_LEFT_OUT = frozenset(
    {
        "type",
        "recordTime",
        "eventID",
        "errorDeclaration",
        "comment",
        "@context",
        "@id",
        "id",
    }
)
_COMMENT = "{http://www.w3.org/2000/01/rdf-schema#}comment"
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_TERMS = {"bizStep": v.BIZ_STEP, "disposition": v.DISPOSITION}
_REPORT_TERMS = {"type": v.MEASUREMENT, "exception": v.ALERT, "component": v.COMPONENT}
_TIMES = frozenset({"time", "startTime", "endTime"})
_MDA = "urn:epcglobal:cbv:mda"
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


def _figure(value: Any) -> str:
    """A number with the digits that a double keeps: long rows of digits are rounded, as the vectors have it."""
    text = number(value)
    if len(text) <= 15 or not _PLAIN_NUMBER.fullmatch(text):
        return text
    short = float(text)
    return number(short) if math.isfinite(short) else text


def hash_of(text: str) -> str:
    """The hash id that a pre-hash string has."""
    return f"ni:///sha-256;{hashlib.sha256(text.encode()).hexdigest()}?ver={VERSION}"


class Hasher:
    """Hash ids for the events of one document, which share their prefixes."""

    def __init__(self, context: Mapping[str, str]) -> None:
        self._names = names_of(context)
        # The namespace of master data is written with and without its last colon, and the hash keeps what was written.
        self._mda_colon = _MDA + ":" in context.values()

    def hash(self, event: Event) -> str:
        """The hash id of an event."""
        return hash_of(self.pre_hash(event))

    def pre_hash(self, event: Event) -> str:
        """The string that is hashed."""
        kind = event["type"]
        parts = ["eventType=", kind if kind in v.EVENT_TYPES else self._name(kind)]
        get = event.get
        done = 0
        for name, write in _ORDER:
            value = get(name)
            if value is not None:
                done += 1
                if value != "" and value != []:
                    parts.append(write(self, name, value))
        tail = [write(self, name, event[name]) for name, write in _TAIL if event.get(name)]
        if done + sum(name in event for name in _SET_APART) < len(event):
            tail.extend(self._extensions(event, _KNOWN))
        tail.extend(self._apart(event))
        parts.extend(sorted(tail))
        return "".join(parts)

    def _name(self, key: str) -> str:
        """``{namespace}name`` of a key."""
        found = self._names.full(key)
        if found.startswith("{" + key.partition(":")[0] + ":}"):
            return key  # a prefix that nobody declares
        if self._mda_colon and found.startswith("{" + _MDA + "}"):
            return f"{{{_MDA}:{found[len(_MDA) + 1 :]}"
        return found

    def _plain(self, name: str, value: Any) -> str:
        return f"{name}={value.strip()}"

    def _time(self, name: str, value: str) -> str:
        return f"{name}={utc(value)}"

    def _id(self, name: str, value: str) -> str:
        return f"{name}={canonical_id(self._names.value(value))}"

    def _ids(self, name: str, values: Any) -> str:
        return "".join(sorted(self._id(name, one) for one in _listed(values)))

    def _things(self, name: str, values: list[str]) -> str:
        return name + "".join(sorted(["epc=" + canonical_id(one) for one in _listed(values)]))

    def _quantities(self, name: str, rows: list[dict[str, Any]]) -> str:
        return name + "".join(sorted([self._quantity(row) for row in rows]))

    def _quantity(self, row: dict[str, Any]) -> str:
        text = "quantityElement"
        if "epcClass" in row:
            text += "epcClass=" + canonical_id(row["epcClass"])
        if "quantity" in row:
            text += "quantity=" + _figure(row["quantity"])
        if "uom" in row:
            text += "uom=" + row["uom"].strip()
        return text

    def _term(self, name: str, value: str) -> str:
        return f"{name}={self._names.value(_TERMS[name].term(value.strip()))}"

    def _states(self, name: str, states: dict[str, list[str]]) -> str:
        term = v.DISPOSITION.term
        return name + "".join(
            "".join(sorted(f"{verb}={self._names.value(term(one))}" for one in _listed(states[verb])))
            for verb in ("set", "unset")
            if states.get(verb)
        )

    def _typed(self, name: str, rows: list[dict[str, str]]) -> str:
        terms = v.TRANSACTION if name == "bizTransactionList" else v.PARTY
        inner = name.removesuffix("List")
        lines = []
        for row in rows:
            kind = f"type={self._names.value(terms.term(row['type']))}" if row.get("type") else ""
            lines.append(kind + self._id(inner, row[inner]) if row.get(inner) else kind)
        return name + "".join(sorted(lines))

    def _place(self, name: str, place: dict[str, Any]) -> str:
        text = self._id("id", place["id"]) if place.get("id") else ""
        text += self._inside(place, _PLACE)
        return name + text if text else ""

    def _sensors(self, name: str, elements: list[dict[str, Any]]) -> str:
        text = "".join(sorted(self._sensor(one) for one in elements))
        return name + text if text else ""

    def _sensor(self, element: dict[str, Any]) -> str:
        metadata = self._readings(element.get("sensorMetadata") or {}, METADATA, _METADATA)
        reports = sorted(self._readings(one, REPORT, _REPORT) for one in element.get("sensorReport", ()))
        text = "sensorMetadata" + metadata if metadata else ""
        text += "".join(["sensorReport" + one for one in reports if one])
        text += self._inside(element, _ELEMENT)
        return "sensorElement" + text if text else ""

    def _inside(self, holder: dict[str, Any], known: frozenset[str]) -> str:
        """The extensions that stand in what holds them."""
        if known.issuperset(holder):
            return ""
        found = list(self._extensions(holder, known))
        if len(found) == len(holder) == 1:
            return ""
        return "".join(sorted(text for text in found if _ends_with_slash(text)))

    def _outside(self, name: str, holder: dict[str, Any], known: frozenset[str]) -> list[str]:
        """The other extensions of a holder, behind its name; nothing where there are none."""
        if known.issuperset(holder):
            return []
        found = list(self._extensions(holder, known))
        if len(found) > 1 or len(holder) > 1:
            found = [text for text in found if not _ends_with_slash(text)]
        return [name + "".join(sorted(found))] if found else []

    def _apart(self, event: Event) -> Iterable[str]:
        """Extensions of places and sensor elements that stand among those of the event."""
        for name in PLACES:
            yield from self._outside(name, event.get(name) or {}, _PLACE)
        found = []
        for element in event.get("sensorElementList", ()):
            inner = self._outside("sensorMetadata", element.get("sensorMetadata") or {}, _METADATA)
            for report in element.get("sensorReport", ()):
                inner += self._outside("sensorReport", report, _REPORT)
            inner += self._outside("", element, _ELEMENT)
            if inner:
                found.append("sensorElement" + "".join(sorted(inner)))
        if found:
            yield "sensorElementList" + "".join(sorted(found))

    def _readings(self, holder: dict[str, Any], order: tuple[str, ...], known: frozenset[str]) -> str:
        parts = [f"{name}={self._reading(name, holder[name])}" for name in order if name in holder]
        return "".join(parts) + self._inside(holder, known)

    def _reading(self, name: str, value: Any) -> str:
        """A value of a sensor. Of its short addresses only those of GS1 are written out, as the vectors have it."""
        if value.__class__ is bool:
            return "true" if value else "false"
        if not isinstance(value, str):
            return _figure(value)
        if name in _TIMES:
            return utc(value)
        value = value.strip()
        if name in {"stringValue", "hexBinaryValue", "uom"}:
            return _figure(value) if _PLAIN_NUMBER.fullmatch(value) else value
        if name in _REPORT_TERMS:
            value = _REPORT_TERMS[name].term(value)
        return canonical_id(self._names.value(value) if value.startswith(_SHORT) else value)

    def _masters(self, name: str, values: dict[str, Any]) -> str:
        return name + "".join(sorted(self._extensions(values, ())))

    def _extensions(self, holder: Mapping[str, Any], known: Any) -> Iterable[str]:
        """``{namespace}name=value`` of everything that is not the standard's, one by one."""
        for key, value in holder.items():
            if key in known or key == "#text":
                continue
            name = self._name(key)
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
            return _figure(value)
        text = value.strip()
        if ":" not in text:
            return _figure(text) if _PLAIN_NUMBER.fullmatch(text) else text
        if text.startswith("urn:epcglobal:cbv:"):
            return next((t.term(text) for t in _ALL_TERMS if text.startswith(t.urn)), text)
        return canonical_id(self._names.value(text))


_ORDER: tuple[tuple[str, Any], ...] = (
    ("eventTime", Hasher._time),
    ("eventTimeZoneOffset", Hasher._plain),
    ("certificationInfo", Hasher._ids),
    ("parentID", Hasher._id),
    ("epcList", Hasher._things),
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
    ("sensorElementList", Hasher._sensors),
)
_TAIL: tuple[tuple[str, Any], ...] = (
    ("bizTransactionList", Hasher._typed),
    ("destinationList", Hasher._typed),
    ("ilmd", Hasher._masters),
    ("sourceList", Hasher._typed),
)
_SET_APART = frozenset(name for name, _ in _TAIL) | _LEFT_OUT
_KNOWN = frozenset(name for name, _ in _ORDER) | _SET_APART
_PLACE = frozenset({"id"})
_METADATA = frozenset(METADATA)
_REPORT = frozenset(REPORT)
_ELEMENT = frozenset({"sensorMetadata", "sensorReport", "type", "id"})
_SHORT = ("gs1:", "cbv:")


def _ends_with_slash(text: str) -> bool:
    """Whether the namespace of an extension does."""
    return text.startswith("{") and text.partition("}")[0].endswith("/")


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


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
