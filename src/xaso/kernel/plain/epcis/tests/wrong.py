"""Right events, and every way to make one wrong: which field is to be named, by which layer."""

from __future__ import annotations

import copy
from typing import Any

import orjson

GTIN = "urn:epc:id:sgtin:0614141.107346."
EVENTS: dict[str, dict[str, Any]] = {
    "object": {
        "type": "ObjectEvent",
        "eventTime": "2026-11-21T08:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "epcList": [GTIN + "1"],
        "quantityList": [{"epcClass": "https://xaso.example/class/che", "quantity": 12.5, "uom": "KGM"}],
        "readPoint": {"id": "https://xaso.example/loc/7"},
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:1"}],
        "sourceList": [{"type": "owning_party", "source": "urn:x:ho"}],
        "persistentDisposition": {"set": ["completeness_verified"]},
        "ilmd": {"ext:giong": "Shan"},
        "sensorElementList": [
            {
                "sensorMetadata": {"startTime": "2026-11-21T08:00:00Z", "endTime": "2026-11-21T09:00:00Z"},
                "sensorReport": [{"type": "Temperature", "minValue": 1, "maxValue": 2, "uom": "CEL"}],
            }
        ],
    },
    "aggregation": {
        "type": "AggregationEvent",
        "eventTime": "2026-11-21T08:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "ADD",
        "parentID": "urn:epc:id:sscc:0614141.1234567890",
        "childEPCs": [GTIN + "1", GTIN + "2"],
    },
    "association": {
        "type": "AssociationEvent",
        "eventTime": "2026-11-21T08:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "ADD",
        "parentID": "urn:x:kho",
        "childEPCs": ["urn:x:may-do"],
    },
    "transaction": {
        "type": "TransactionEvent",
        "eventTime": "2026-11-21T08:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizTransactionList": [{"bizTransaction": "urn:x:don-1"}],
        "epcList": [GTIN + "1"],
    },
    "transformation": {
        "type": "TransformationEvent",
        "eventTime": "2026-11-21T08:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "inputQuantityList": [{"epcClass": "urn:x:la-tuoi"}],
        "outputQuantityList": [{"epcClass": "urn:x:che-kho", "quantity": 3}],
    },
}


def document(*events: dict[str, Any], **head: Any) -> bytes:
    """An EPCISDocument of the events."""
    whole = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"ext": "https://xaso.example/voc/"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-21T09:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return orjson.dumps({**whole, **head})


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """An event with fields changed; None takes a field away."""
    event = copy.deepcopy(EVENTS[name])
    for key, value in changes.items():
        if value is None:
            event.pop(key, None)
        else:
            event[key] = value
    return event


def sensor(**changes: Any) -> list[dict[str, Any]]:
    element = copy.deepcopy(EVENTS["object"]["sensorElementList"][0])
    for key, value in changes.items():
        holder = element["sensorMetadata"] if key.endswith("Time") else element["sensorReport"][0]
        holder[key] = value
    return [element]


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    # shape
    ("object", {"eventTime": None}, "/eventTime", "schema"),
    ("object", {"eventTimeZoneOffset": None}, "/eventTimeZoneOffset", "schema"),
    ("object", {"action": None}, "/action", "schema"),
    ("object", {"action": "CREATE"}, "/action", "schema"),
    ("object", {"eventTime": "2026-11-21T08:30:00"}, "/eventTime", "schema"),
    ("object", {"eventTime": 7}, "/eventTime", "schema"),
    ("object", {"eventTimeZoneOffset": "+14:30"}, "/eventTimeZoneOffset", "schema"),
    ("object", {"eventTimeZoneOffset": "7"}, "/eventTimeZoneOffset", "schema"),
    ("object", {"eventTimeZoneOffset": "+15:00"}, "/eventTimeZoneOffset", "schema"),
    ("object", {"epcList": ["not a uri"]}, "/epcList/0", "schema"),
    ("object", {"epcList": [GTIN + "1", GTIN + "1"]}, "/epcList", "schema"),
    ("object", {"epcList": "urn:x:1"}, "/epcList", "schema"),
    ("object", {"epcs": ["urn:x:1"]}, "/epcs", "schema"),
    ("object", {"parentID": "urn:x:1"}, "/parentID", "schema"),
    ("object", {"readPoint": {"ext:name": "x"}}, "/readPoint/id", "schema"),
    ("object", {"readPoint": "urn:x:1"}, "/readPoint", "schema"),
    ("object", {"quantityList": [{"quantity": 1}]}, "/quantityList/0/epcClass", "schema"),
    (
        "object",
        {"quantityList": [{"epcClass": "urn:x:1", "quantity": "9"}]},
        "/quantityList/0/quantity",
        "schema",
    ),
    (
        "object",
        {"quantityList": [{"epcClass": "urn:x:1", "quantity": 1, "uom": "kg"}]},
        "/quantityList/0/uom",
        "schema",
    ),
    ("object", {"ilmd": {"giong": "Shan"}}, "/ilmd", "schema"),
    ("object", {"bizTransactionList": [{"type": "po"}]}, "/bizTransactionList/0/bizTransaction", "schema"),
    ("object", {"sourceList": [{"source": "urn:x:1"}]}, "/sourceList/0/type", "schema"),
    ("object", {"sensorElementList": [{}]}, "/sensorElementList/0/sensorReport", "schema"),
    (
        "object",
        {"sensorElementList": sensor(value="12")},
        "/sensorElementList/0/sensorReport/0/value",
        "schema",
    ),
    (
        "object",
        {"sensorElementList": sensor(hexBinaryValue="xyz")},
        "/sensorElementList/0/sensorReport/0/hexBinaryValue",
        "schema",
    ),
    (
        "object",
        {"errorDeclaration": {"reason": "incorrect_data"}},
        "/errorDeclaration/declarationTime",
        "schema",
    ),
    ("object", {"persistentDisposition": {}}, "/persistentDisposition", "schema"),
    ("object", {"type": "HarvestEvent"}, "/type", "schema"),
    ("object", {"type": ["ObjectEvent"]}, "/type", "schema"),
    ("association", {"parentID": None}, "/parentID", "schema"),
    ("transaction", {"bizTransactionList": None}, "/bizTransactionList", "schema"),
    ("transformation", {"action": "ADD"}, "/action", "schema"),
    # vocabulary
    ("object", {"bizStep": "thu_hoach"}, "/bizStep", "vocabulary"),
    ("object", {"bizStep": "urn:epcglobal:cbv:bizstep:thu_hoach"}, "/bizStep", "vocabulary"),
    ("object", {"bizStep": "https://ref.gs1.org/cbv/BizStep-thu_hoach"}, "/bizStep", "vocabulary"),
    ("object", {"bizStep": "urn:epcglobal:cbv:disp:active"}, "/bizStep", "vocabulary"),
    ("object", {"disposition": "ngon"}, "/disposition", "vocabulary"),
    ("object", {"persistentDisposition": {"set": ["la"]}}, "/persistentDisposition/set/0", "vocabulary"),
    (
        "object",
        {"bizTransactionList": [{"type": "hoa_don", "bizTransaction": "urn:x:1"}]},
        "/bizTransactionList/0/type",
        "vocabulary",
    ),
    ("object", {"sourceList": [{"type": "nha", "source": "urn:x:1"}]}, "/sourceList/0/type", "vocabulary"),
    (
        "object",
        {"sensorElementList": sensor(type="NhietDo")},
        "/sensorElementList/0/sensorReport/0/type",
        "vocabulary",
    ),
    (
        "object",
        {"sensorElementList": sensor(component="up")},
        "/sensorElementList/0/sensorReport/0/component",
        "vocabulary",
    ),
    (
        "object",
        {"errorDeclaration": {"declarationTime": "2026-11-21T08:30:00Z", "reason": "sai"}},
        "/errorDeclaration/reason",
        "vocabulary",
    ),
    # meaning
    ("object", {"eventTime": "2026-02-30T08:30:00+07:00"}, "/eventTime", "meaning"),
    ("object", {"eventTime": "2026-11-21T25:30:00+07:00"}, "/eventTime", "meaning"),
    ("object", {"eventTime": "2026-11-21T08:30:00+15:00"}, "/eventTime", "meaning"),
    ("object", {"epcList": None, "quantityList": None, "sensorElementList": None}, "/epcList", "meaning"),
    ("object", {"epcList": [], "quantityList": [], "sensorElementList": None}, "/epcList", "meaning"),
    ("object", {"epcList": None, "quantityList": None, "readPoint": None}, "/readPoint", "meaning"),
    (
        "object",
        {"quantityList": [{"epcClass": "urn:x:1", "quantity": -1}]},
        "/quantityList/0/quantity",
        "meaning",
    ),
    ("object", {"quantityList": [{"epcClass": "urn:x:1", "uom": "KGM"}]}, "/quantityList/0/uom", "meaning"),
    ("object", {"ilmd": {"la:giong": "Shan"}}, "/ilmd/la:giong", "meaning"),
    ("object", {"ilmd": {"ext:a": [{"la:b": 1}]}}, "/ilmd/ext:a/0/la:b", "meaning"),
    ("object", {"la:ghi_chu": "x"}, "/la:ghi_chu", "meaning"),
    ("object", {"readPoint": {"id": "urn:x:1", "la:b": 1}}, "/readPoint/la:b", "meaning"),
    (
        "object",
        {"persistentDisposition": {"set": ["active"], "unset": ["active"]}},
        "/persistentDisposition",
        "meaning",
    ),
    (
        "object",
        {"sensorElementList": sensor(minValue=3)},
        "/sensorElementList/0/sensorReport/0/minValue",
        "meaning",
    ),
    (
        "object",
        {"sensorElementList": sensor(percRank=101)},
        "/sensorElementList/0/sensorReport/0/percRank",
        "meaning",
    ),
    (
        "object",
        {"sensorElementList": sensor(hexBinaryValue="f0f")},
        "/sensorElementList/0/sensorReport/0/hexBinaryValue",
        "meaning",
    ),
    (
        "object",
        {"sensorElementList": sensor(endTime="2026-11-21T07:00:00Z")},
        "/sensorElementList/0/sensorMetadata/endTime",
        "meaning",
    ),
    (
        "object",
        {
            "eventID": "urn:x:1",
            "errorDeclaration": {
                "declarationTime": "2026-11-21T08:30:00Z",
                "correctiveEventIDs": ["urn:x:1"],
            },
        },
        "/errorDeclaration/correctiveEventIDs",
        "meaning",
    ),
    ("aggregation", {"childEPCs": None}, "/childEPCs", "meaning"),
    ("aggregation", {"parentID": None}, "/parentID", "meaning"),
    ("aggregation", {"parentID": None, "action": "DELETE"}, "/parentID", "meaning"),
    ("aggregation", {"parentID": GTIN + "2"}, "/childEPCs/1", "meaning"),
    ("association", {"childEPCs": []}, "/childEPCs", "meaning"),
    ("transaction", {"epcList": None}, "/epcList", "meaning"),
    ("transaction", {"bizTransactionList": []}, "/bizTransactionList", "meaning"),
    ("transformation", {"outputQuantityList": None}, "/transformationID", "meaning"),
    ("transformation", {"inputQuantityList": None, "outputQuantityList": None}, "/inputEPCList", "meaning"),
]
