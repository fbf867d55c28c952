"""Event hash ids (GS1 CBV 2.0, section 8.9): one name for one event, whatever it is written in.

The pre-hash string joins names and values in a fixed order without separators; its SHA-256 stands in a ``ni`` address.
Left out are what an event is called and when it was recorded (eventID, recordTime), certificates, error declarations
and comments. Extensions inside places and sensor elements stand behind all fields, under the names of their holders;
the list of sensor elements has no name (both as the published vectors of CBV 2.0 have it; CBV 2.1 differs).
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
from xaso.kernel.plain.epcis.fields import METADATA, PLACES, REPORT
from xaso.kernel.plain.epcis.identifiers import canonical_id

VERSION = "CBV2.0"
_LEFT_OUT = frozenset(
    {
        "type",
        "recordTime",
        "eventID",
        "errorDeclaration",
        "certificationInfo",
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
# GS1's web vocabulary has two addresses; the hash knows the newer one.
_OLD_VOC, _NEW_VOC = v.VOC, "https://ref.gs1.org/voc/"
_MDA = "urn:epcglobal:cbv:mda"
# Master data of GS1's own words: there bare code values become addresses (a draft of CBV 2.1, but in the vectors).
_MASTER_DATA = f"{{{_NEW_VOC}}}masterDataAvailableFor"
_CODES = {
    "locationRoleType": "LocationRoleType-",
    "regulationType": "RegulationTypeCode-",
    "regulatoryIdentifierType": "RegulatoryIdentifierType-",
}
_BARE_WORD = re.compile(r"[A-Z][A-Z0-9_]*")
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
        for name in PLACES:
            place = get(name)
            if place and (len(place) > 1 or "id" not in place):
                parts.append(_under(name, self._extensions(place, {"id"})))
        if "sensorElementList" in event:
            parts.extend(sorted(self._sensor_extensions(one) for one in event["sensorElementList"]))
        if done + sum(name in event for name in _LEFT_OUT) < len(event):
            parts.extend(sorted(self._extensions(event, _KNOWN)))
        return "".join(parts)

    def _whole(self, text: str) -> str:
        """A short address as a whole one; GS1's vocabulary at its newer place."""
        found = self._names.value(text)
        return _NEW_VOC + found[len(_OLD_VOC) :] if found.startswith(_OLD_VOC) else found

    def _name(self, key: str) -> str:
        """``{namespace}name`` of a key."""
        found = self._names.full(key)
        if found.startswith("{" + _OLD_VOC):
            return "{" + _NEW_VOC + found[len(_OLD_VOC) + 1 :]
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
        return f"{name}={canonical_id(self._whole(value))}"

    def _things(self, name: str, values: list[str]) -> str:
        return name + "".join(sorted(["epc=" + canonical_id(one) for one in _listed(values)]))

    def _quantities(self, name: str, rows: list[dict[str, Any]]) -> str:
        return name + "".join(sorted([self._quantity(row) for row in rows]))

    def _quantity(self, row: dict[str, Any]) -> str:
        text = "quantityElement"
        if "epcClass" in row:
            text += "epcClass=" + canonical_id(row["epcClass"])
        if "quantity" in row:
            text += "quantity=" + number(row["quantity"])
        if "uom" in row:
            text += "uom=" + row["uom"].strip()
        return text

    def _term(self, name: str, value: str) -> str:
        return f"{name}={self._whole(_TERMS[name].term(value.strip()))}"

    def _states(self, name: str, states: dict[str, list[str]]) -> str:
        term = v.DISPOSITION.term
        return name + "".join(
            "".join(sorted(f"{verb}={self._whole(term(one))}" for one in _listed(states[verb])))
            for verb in ("set", "unset")
            if states.get(verb)
        )

    def _typed(self, name: str, rows: list[dict[str, str]]) -> str:
        terms = v.TRANSACTION if name == "bizTransactionList" else v.PARTY
        inner = name.removesuffix("List")
        lines = []
        for row in rows:
            kind = f"type={self._whole(terms.term(row['type']))}" if row.get("type") else ""
            lines.append(kind + self._id(inner, row[inner]) if row.get(inner) else kind)
        return name + "".join(sorted(lines))

    def _place(self, name: str, place: dict[str, Any]) -> str:
        return name + self._id("id", place["id"]) if place.get("id") else ""

    def _sensors(self, name: str, elements: list[dict[str, Any]]) -> str:
        return "".join(sorted(self._sensor(one) for one in elements))

    def _sensor(self, element: dict[str, Any]) -> str:
        metadata = self._readings(element.get("sensorMetadata") or {}, METADATA)
        reports = sorted(self._readings(one, REPORT) for one in element.get("sensorReport", ()))
        text = "sensorMetadata" + metadata if metadata else ""
        text += "".join(["sensorReport" + one for one in reports if one])
        return "sensorElement" + text if text else ""

    def _sensor_extensions(self, element: dict[str, Any]) -> str:
        metadata = element.get("sensorMetadata") or {}
        text = _under("sensorMetadata", self._extensions(metadata, _METADATA))
        reports = [self._extensions(one, _REPORT) for one in element.get("sensorReport", ())]
        text += "".join(sorted(_under("sensorReport", one) for one in reports))
        text += "".join(sorted(self._extensions(element, _ELEMENT)))
        return "sensorElement" + text if text else ""

    def _readings(self, holder: dict[str, Any], order: tuple[str, ...]) -> str:
        return "".join([f"{name}={self._reading(name, holder[name])}" for name in order if name in holder])

    def _reading(self, name: str, value: Any) -> str:
        """A value of a sensor. Of its short addresses only those of GS1 are written out, as the vectors have it."""
        if value.__class__ is bool:
            return "true" if value else "false"
        if not isinstance(value, str):
            return number(value)
        if name in _TIMES:
            return utc(value)
        if name in {"stringValue", "hexBinaryValue", "uom"}:
            return value.strip()
        value = value.strip()
        if name in _REPORT_TERMS:
            value = _REPORT_TERMS[name].term(value)
        return canonical_id(self._whole(value) if value.startswith(_SHORT) else value)

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
        if name == _MASTER_DATA:
            value = _with_codes(value)
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
        return canonical_id(self._whole(text))


_ORDER: tuple[tuple[str, Any], ...] = (
    ("eventTime", Hasher._time),
    ("eventTimeZoneOffset", Hasher._plain),
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
_METADATA = frozenset(METADATA)
_REPORT = frozenset(REPORT)
_ELEMENT = frozenset({"sensorMetadata", "sensorReport", "type", "id"})
_SHORT = ("gs1:", "cbv:", _OLD_VOC)


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _under(name: str, extensions: Iterable[str]) -> str:
    """Extensions behind the name of what holds them; nothing where there are none."""
    text = "".join(sorted(extensions))
    return name + text if text else ""


def _with_codes(value: Any, key: str = "") -> Any:
    """Master data with its bare code values written out; ``@id`` and ``@type`` as ``id`` and ``type``."""
    if isinstance(value, dict):
        return {name.removeprefix("@"): _with_codes(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_codes(one, key) for one in value]
    if key in _CODES and isinstance(value, str) and _BARE_WORD.fullmatch(value):
        return _NEW_VOC + _CODES[key] + value
    return value


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
