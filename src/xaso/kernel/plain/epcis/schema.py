"""The shape of events and documents as JSON Schema: our own statement of EPCIS 2.0's JSON binding.

One flat schema for each event type, so that a finding names the very field; vocabulary and meaning are checked apart.
"""

from __future__ import annotations

from typing import Any

from xaso.kernel.plain.epcis.fields import FIELDS, METADATA, REPORT, REPORT_ALSO, REPORT_NUMBERS

Schema = dict[str, Any]

URI: Schema = {"type": "string", "format": "uri"}
TIME: Schema = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$",
}
TERM: Schema = {"type": "string", "minLength": 1, "anyOf": [{"pattern": "^[^:]+$"}, {"format": "uri"}]}
EXTENSION = r"^[\w.-]+:."
OFFSET: Schema = {"type": "string", "pattern": r"^[+-](0[0-9]|1[0-3]):[0-5][0-9]$|^[+-]14:00$"}
TEXT: Schema = {"type": "string", "minLength": 1}
NUMBER: Schema = {"type": "number"}
UOM: Schema = {"type": "string", "pattern": "^[A-Z0-9]{2,3}$"}


def _list(items: Schema, least: int = 0, *, unique: bool = False) -> Schema:
    return {"type": "array", "items": items, "minItems": least, **({"uniqueItems": True} if unique else {})}


def _object(properties: dict[str, Schema], required: list[str], *, open_: bool = False) -> Schema:
    """An object of named fields; an open one takes extensions too, whose names have a colon."""
    found: Schema = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    if open_:
        found["patternProperties"] = {EXTENSION: {}}
    return found


_IDS = _list(URI, unique=True)
_QUANTITIES = _list(_object({"epcClass": URI, "quantity": NUMBER, "uom": UOM}, ["epcClass"]))
_PLACE = _object({"id": URI}, ["id"], open_=True)
_STATES = {
    **_object({"set": _list(TERM, 1, unique=True), "unset": _list(TERM, 1, unique=True)}, []),
    "minProperties": 1,
}
_REPORT_KINDS: dict[str, Schema] = {
    **dict.fromkeys((*REPORT, *REPORT_ALSO), URI),
    **dict.fromkeys(REPORT_NUMBERS, NUMBER),
    "type": TERM,
    "exception": TERM,
    "component": TERM,
    "time": TIME,
    "stringValue": {"type": "string"},
    "booleanValue": {"type": "boolean"},
    "hexBinaryValue": {"type": "string", "pattern": "^[A-Fa-f0-9]+$"},
    "uom": TEXT,
}
_METADATA_KINDS = {name: TIME if name in {"time", "startTime", "endTime"} else URI for name in METADATA}
_SENSOR = _object(
    {
        "sensorMetadata": _object(_METADATA_KINDS, [], open_=True),
        "sensorReport": _list(_object(_REPORT_KINDS, [], open_=True), 1),
        "type": TEXT,
        "id": TEXT,
    },
    ["sensorReport"],
    open_=True,
)
_DECLARATION = _object(
    {"declarationTime": TIME, "reason": TERM, "correctiveEventIDs": _list(URI)},
    ["declarationTime"],
    open_=True,
)
_CONTEXT: Schema = {"type": ["string", "object", "array"]}

KINDS: dict[str, Schema] = {
    "@context": _CONTEXT,
    "eventTime": TIME,
    "recordTime": TIME,
    "eventTimeZoneOffset": OFFSET,
    "eventID": URI,
    "errorDeclaration": _DECLARATION,
    "certificationInfo": _list(URI),
    "epcList": _IDS,
    "childEPCs": _IDS,
    "inputEPCList": _IDS,
    "outputEPCList": _IDS,
    "quantityList": _QUANTITIES,
    "childQuantityList": _QUANTITIES,
    "inputQuantityList": _QUANTITIES,
    "outputQuantityList": _QUANTITIES,
    "parentID": URI,
    "action": {"enum": ["ADD", "OBSERVE", "DELETE"]},
    "transformationID": URI,
    "bizStep": TERM,
    "disposition": TERM,
    "persistentDisposition": _STATES,
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "bizTransactionList": _list(_object({"type": TERM, "bizTransaction": URI}, ["bizTransaction"])),
    "sourceList": _list(_object({"type": TERM, "source": URI}, ["type", "source"])),
    "destinationList": _list(_object({"type": TERM, "destination": URI}, ["type", "destination"])),
    "sensorElementList": _list(_SENSOR),
    "ilmd": {"type": "object", "propertyNames": {"pattern": EXTENSION}},
}
_REQUIRED = ["eventTime", "eventTimeZoneOffset"]
_ALSO: dict[str, list[str]] = {
    "ObjectEvent": ["action"],
    "AggregationEvent": ["action"],
    "AssociationEvent": ["action", "parentID"],
    "TransactionEvent": ["action", "bizTransactionList"],
    "TransformationEvent": [],
}


def event_schema(kind: str) -> Schema:
    """The schema of one of the five event types."""
    properties = {name: KINDS[name] for name in FIELDS[kind]}
    properties["type"] = {"enum": [kind]}
    return _object(properties, [*_REQUIRED, *_ALSO[kind]], open_=True)


def foreign_event_schema() -> Schema:
    """The schema of an event type of somebody else's, named by an address."""
    properties = {**KINDS, "type": URI}
    return _object(properties, _REQUIRED, open_=True)


_ATTRIBUTE = {
    "type": "object",
    "properties": {"id": URI, "attribute": {"type": ["string", "number", "boolean", "object", "array"]}},
    "required": ["id"],
}
_VOCABULARY = {
    "type": "object",
    "properties": {
        "type": URI,
        "vocabularyElementList": _list(
            {
                "type": "object",
                "properties": {"id": URI, "attributes": _list(_ATTRIBUTE), "children": _list(URI)},
                "required": ["id"],
            }
        ),
    },
    "required": ["type"],
}
_MASTERS = {"type": "object", "properties": {"vocabularyList": _list(_VOCABULARY)}}
_HEADER = _object({"epcisMasterData": _MASTERS}, [], open_=True)
_HEAD: dict[str, Schema] = {
    "@context": _CONTEXT,
    "id": {"type": "string"},
    "schemaVersion": {"type": "string", "pattern": r"^\d+(\.\d+)*$"},
    "creationDate": TIME,
    "instanceIdentifier": {"type": "string"},
    "sender": {"type": "string"},
    "receiver": {"type": "string"},
    "epcisHeader": _HEADER,
}
_EVENTS = {"eventList": {"type": "array"}}


def document_schema() -> Schema:
    """The schema of an EPCISDocument, its events apart."""
    body = {"type": "object", "properties": _EVENTS, "required": ["eventList"]}
    properties = {**_HEAD, "type": {"enum": ["EPCISDocument"]}, "epcisBody": body}
    return _object(properties, ["@context", "type", "schemaVersion", "creationDate", "epcisBody"], open_=True)


def query_document_schema() -> Schema:
    """The schema of an EPCISQueryDocument, its events apart."""
    results = _object({**_EVENTS, "vocabularyList": _list(_VOCABULARY)}, ["eventList"], open_=True)
    answer = _object(
        {"queryName": TEXT, "subscriptionID": {"type": "string"}, "resultsBody": results},
        ["queryName", "resultsBody"],
        open_=True,
    )
    body = _object({"queryResults": answer}, ["queryResults"], open_=True)
    properties = {**_HEAD, "type": {"enum": ["EPCISQueryDocument"]}, "epcisBody": body}
    return _object(properties, ["@context", "type", "epcisBody"], open_=True)
