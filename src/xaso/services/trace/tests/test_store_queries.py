"""Every family of query parameters: what it finds, and that it finds nothing else."""

from __future__ import annotations

from urllib.parse import quote

import orjson
import pytest

from xaso.services.trace.actions.store import run_capture
from xaso.services.trace.models import MasterData
from xaso.services.trace.store import finding
from xaso.services.trace.tests.store_samples import EXT, harvest, packed, seen
from xaso.services.trace.tests.test_store_rest import Machine, document, kind_of

pytestmark = pytest.mark.django_db
SENSOR = {
    "ext:box": "B1",
    "sensorMetadata": {
        "time": "2026-11-10T08:00:00+07:00",
        "startTime": "2026-11-10T07:00:00+07:00",
        "deviceID": "urn:epc:id:giai:4000001.111",
        "ext:firmware": "2.1",
    },
    "sensorReport": [
        {"type": "Temperature", "value": 21.5, "minValue": 19, "uom": "CEL", "ext:probe": "7"},
        {"type": "RelativeHumidity", "value": 60, "uom": "P1", "booleanValue": True, "stringValue": "ướt"},
    ],
}
# What is asked, and which of the events a to h answer.
ASKED = [
    ("eventType=ObjectEvent", "abcd"),
    ("eventType=ObjectEvent|TransformationEvent", "abcdef"),
    ("EQ_action=ADD", "g"),
    ("EQ_bizStep=shipping", "ab"),
    ("EQ_bizStep=shipping|xaso:harvesting", "abe"),
    ("EQ_bizStep=urn:epcglobal:cbv:bizstep:packing", "g"),
    ("EQ_disposition=in_transit", "ab"),
    ("EQ_persistentDisposition_set=completeness_verified", "c"),
    ("EQ_persistentDisposition_unset=completeness_verified", ""),
    ("GE_eventTime=2026-11-11T00:00:00Z", "d"),
    ("LT_eventTime=2026-11-10T08:00:00%2B07:00", "ef"),
    ("GE_recordTime=2020-01-01T00:00:00Z&LT_recordTime=2099-01-01T00:00:00Z", "abcdefgh"),
    ("EQ_readPoint=https://xaso.vn/id/loc/plot1", "e"),
    ("EQ_readPoint=urn:epc:id:sgln:0614141.07346.0", "c"),
    ("EQ_bizLocation=https://xaso.vn/id/loc/plot1", "e"),
    ("WD_bizLocation=https://xaso.vn/id/loc/xa", "e"),
    ("WD_readPoint=https://xaso.vn/id/loc/xa", "e"),
    ("WD_bizLocation=https://xaso.vn/id/loc/plot1", "e"),
    ("EQ_transformationID=urn:x:mix", "f"),
    ("EQ_eventID=urn:uuid:a|urn:uuid:b", "ab"),
    ("EQ_bizTransaction_po=https://vi-du.vn/don/1", "ab"),
    ("EQ_bizTransaction_inv=https://vi-du.vn/don/1", ""),
    ("EQ_source_owning_party=https://xaso.vn/id/loc/htx", "b"),
    ("EQ_destination_owning_party=https://xaso.vn/id/loc/shop", "b"),
    ("MATCH_epc=https://xaso.vn/id/obj/carton1", "a"),
    ("MATCH_epc=urn:epc:id:sgtin:0614141.107346.2017", "c"),
    ("MATCH_epc=urn:epc:idpat:sgtin:0614141.107346.*", "c"),
    ("MATCH_epc=urn:epc:idpat:sgtin:0614141.*.*", "c"),
    ("MATCH_epc=urn:epc:idpat:sgtin:0999999.*.*", ""),
    ("MATCH_epc=https://xaso.vn/id/obj/bag1", "g"),
    ("MATCH_parentID=https://xaso.vn/id/obj/box", "g"),
    ("MATCH_inputEPC=https://xaso.vn/id/obj/plot1", "e"),
    ("MATCH_outputEPC=https://xaso.vn/id/obj/tray", "f"),
    ("MATCH_anyEPC=https://xaso.vn/id/obj/box|https://xaso.vn/id/obj/plot1", "eg"),
    ("MATCH_epcClass=https://xaso.vn/id/class/tea", "d"),
    ("MATCH_inputEPCClass=https://xaso.vn/id/class/leaf1", "f"),
    ("MATCH_outputEPCClass=https://xaso.vn/id/class/leaf1", "e"),
    ("MATCH_anyEPCClass=https://xaso.vn/id/class/leaf1|https://xaso.vn/id/class/tea", "def"),
    ("EQ_quantity=3", "d"),
    ("GT_quantity=3", "ef"),
    ("GE_quantity_KGM=12.5", "e"),
    ("LT_quantity_KGM=5", "f"),
    ("LE_quantity_GRM=5", ""),
    ("EQ_ext:grade=A", "a"),
    ("EQ_ext:grade=A|B", "ab"),
    ("EQ_ext:score=9", "a"),
    ("GE_ext:score=7", "ab"),
    ("GT_ext:score=7", "a"),
    ("LT_ext:picked=2026-11-02T00:00:00Z", "a"),
    ("EXISTS_ext:grade=1", "ab"),
    ("EXISTS_ext:inside=1", ""),
    ("EXISTS_INNER_ext:inside=1", "a"),
    ("EQ_INNER_ext:inside=yes", "a"),
    ("GE_INNER_ext:amount=5", "a"),
    ("GE_INNER_ext:amount=6", ""),
    ("EQ_ILMD_ext:variety=Trung%20du", "e"),
    ("EXISTS_ILMD_ext:variety=1", "e"),
    ("EQ_INNER_ILMD_ext:deep=1", "e"),
    ("GE_ILMD_ext:brix=10", "e"),
    ("EQ_readPoint_ext:gate=3", "a"),
    ("EQ_bizLocation_ext:shelf=K1", "a"),
    ("EXISTS_errorDeclaration=1", "h"),
    ("GE_errorDeclarationTime=2026-11-12T00:00:00Z", "h"),
    ("LT_errorDeclarationTime=2026-11-12T00:00:00Z", ""),
    ("EQ_errorReason=did_not_occur", "h"),
    ("EQ_correctiveEventID=urn:uuid:right", "h"),
    ("EQ_ERROR_DECLARATION_ext:by=tổ 1", "h"),
    ("EXISTS_sensorElementList=1", "d"),
    ("EQ_type=Temperature", "d"),
    ("EQ_type=Speed", ""),
    ("GE_value_CEL=21.5", "d"),
    ("GT_value_CEL=21.5", ""),
    ("GE_value_P1=60", "d"),
    ("GE_value_CEL=60", ""),
    ("EQ_value_CEL=21.5", "d"),
    ("LE_minValue_CEL=19", "d"),
    ("GE_time=2026-11-10T00:00:00Z", "d"),
    ("LT_time=2026-11-10T00:00:00Z", ""),
    ("LT_startTime=2026-11-10T00:00:01Z", "d"),
    ("EQ_deviceID=https://id.gs1.org/8004/4000001111", "d"),
    ("EQ_booleanValue=true", "d"),
    ("EQ_booleanValue=false", ""),
    ("EQ_stringValue=ướt", "d"),
    ("EQ_SENSORELEMENT_ext:box=B1", "d"),
    ("EQ_SENSORMETADATA_ext:firmware=2.1", "d"),
    ("EXISTS_SENSORMETADATA_ext:firmware=1", "d"),
    ("EXISTS_SENSORMETADATA_deviceID=1", "d"),
    ("EQ_SENSORREPORT_ext:probe=7", "d"),
    ("HASATTR_bizLocation=area", "e"),
    ("HASATTR_bizLocation=height", ""),
    ("EQATTR_bizLocation_area=1200", "e"),
    ("EQATTR_bizLocation_area=1300", ""),
    ("HASATTR_epcClass=netContent", "d"),
    ("EQ_action=OBSERVE&EQ_disposition=in_transit&EQ_ext:grade=B", "b"),
]


def _events() -> dict[str, dict]:
    party = {"type": "owning_party"}
    return {
        "a": seen(
            1,
            eventID="urn:uuid:a",
            **{
                "ext:grade": "A", "ext:score": 9, "ext:picked": "2026-11-01T00:00:00Z",
                "ext:check": {"ext:inside": "yes", "ext:list": [{"ext:amount": 5}]},
                "readPoint": {"id": "https://xaso.vn/id/loc/gate", "ext:gate": 3},
                "bizLocation": {"id": "https://xaso.vn/id/loc/store", "ext:shelf": "K1"},
            },
        ),
        "b": seen(
            2,
            eventID="urn:uuid:b",
            sourceList=[{**party, "source": "https://xaso.vn/id/loc/htx"}],
            destinationList=[{**party, "destination": "https://xaso.vn/id/loc/shop"}],
            **{"ext:grade": "B", "ext:score": 7.0},
        ),
        "c": {
            **_bare(),
            "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
            "persistentDisposition": {"set": ["completeness_verified"]},
            "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.0"},
        },
        "d": {
            **_bare(),
            "eventTime": "2026-11-12T08:00:00+07:00",
            "quantityList": [{"epcClass": "https://xaso.vn/id/class/tea", "quantity": 3}],
            "sensorElementList": [SENSOR],
        },
        "e": harvest(
            1, ilmd={"ext:variety": "Trung du", "ext:brix": "11", "ext:more": {"ext:deep": 1}}
        ),
        "f": {
            "type": "TransformationEvent",
            "eventTime": "2026-11-09T08:00:00+07:00",
            "eventTimeZoneOffset": "+07:00",
            "transformationID": "urn:x:mix",
            "inputQuantityList": [{"epcClass": "https://xaso.vn/id/class/leaf1", "quantity": 4, "uom": "KGM"}],
            "outputEPCList": ["https://xaso.vn/id/obj/tray"],
        },
        "g": packed("box", "bag1", "bag2"),
        "h": packed(
            "box9",
            "bag9",
            action="OBSERVE",
            errorDeclaration={
                "declarationTime": "2026-11-13T00:00:00Z",
                "reason": "did_not_occur",
                "correctiveEventIDs": ["urn:uuid:right"],
                "ext:by": "tổ 1",
            },
        ),
    }  # fmt: skip


def _bare() -> dict:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2026-11-10T09:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
    }


@pytest.fixture(scope="module")
def stored(django_db_setup, django_db_blocker):
    """Captured once for all questions; taken back at the end."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        machine = Machine()
        body = document(*_events().values())
        places = {
            "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
            "vocabularyElementList": [
                {"id": "https://xaso.vn/id/loc/xa", "children": ["https://xaso.vn/id/loc/thon"]},
                {
                    "id": "https://xaso.vn/id/loc/thon",
                    "children": ["https://xaso.vn/id/loc/plot1", "https://xaso.vn/id/loc/xa"],
                },
                {
                    "id": "https://xaso.vn/id/loc/plot1",
                    "attributes": [{"id": "https://vi-du.vn/truy-xuat/area", "attribute": "1200"}],
                },
            ],
        }
        classes = {
            "type": "urn:epcglobal:epcis:vtype:EPCClass",
            "vocabularyElementList": [
                {
                    "id": "https://xaso.vn/id/class/tea",
                    "attributes": [{"id": "urn:epcglobal:cbv:mda#netContent", "attribute": "0.1"}],
                }
            ],
        }
        body["epcisHeader"] = {"epcisMasterData": {"vocabularyList": [places, classes]}}
        answer = machine.ask("POST", "/capture", body)
        assert answer.status_code == 202, answer.content
        run_capture(job=answer["Location"].rpartition("/")[2])
        assert MasterData.objects.count() == 4
        yield machine
        transaction.set_rollback(True)


def _letters(machine: Machine, query: str) -> str:
    answer = machine.get(f"/events?{query}", GS1_Extensions=f"ext={EXT},xaso=https://xaso.vn/ns/trace/")
    assert answer.status_code == 200, answer.content
    found = orjson.loads(answer.content)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return "".join(sorted(_letter(one) for one in found))


def _letter(event: dict) -> str:
    """Which of the samples it is: by what only that one has."""
    if event.get("eventID", "").startswith("urn:uuid:"):
        return str(event["eventID"][-1])
    text = orjson.dumps(event).decode()
    marks = {
        "c": "completeness_verified",
        "d": "sensorElementList",
        "e": "harvesting",
        "f": "urn:x:mix",
        "h": "box9",
    }
    return next((letter for letter, mark in marks.items() if mark in text), "g")


@pytest.mark.parametrize(("query", "expected"), ASKED, ids=[query for query, _ in ASKED])
def test_each_parameter_finds_its_events_and_no_others(stored, query, expected):
    assert _letters(stored, query.replace(" ", "%20")) == expected


@pytest.mark.parametrize(
    "query",
    [
        "EQ_nothing=1",
        "EQ_other:field=1",
        "EQ_bizStep=thu_hoach",
        "EQ_action=MOVE",
        "eventType=Event",
        "GE_quantity=viel",
        "GE_eventTime=2026-13-01T00:00:00Z",
        "eventCountLimit=5&maxEventCount=5",
        "eventCountLimit=5",
        "orderBy=weight",
        "orderDirection=UP",
        "EQ_bizTransaction_bill=urn:x:1",
        "HASATTR_weather=1",
        "MATCH_epc=kein%20uri",
        "EXISTS_INNER_plain=1",
    ],
)
def test_wrong_parameters_are_named(stored, query):
    answer = stored.get(f"/events?{query}")
    assert answer.status_code == 400
    assert kind_of(answer) == "QueryParameterException"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("orderBy=eventTime&orderDirection=ASC&EQ_action=OBSERVE", "abhcd"),
        ("orderBy=eventTime&EQ_action=OBSERVE", "dchba"),
        ("orderBy=ext:score&orderDirection=ASC", "ba"),
        ("orderBy=ext:score&orderDirection=DESC", "ab"),
    ],
)
def test_order_is_as_asked_over_pages(stored, order, expected):
    found, path = "", f"/events?{order}&perPage=1"
    while path:
        answer = stored.get(path, GS1_Extensions=f"ext={EXT}")
        assert answer.status_code == 200, answer.content
        body = orjson.loads(answer.content)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        found += "".join(_letter(one) for one in body)
        link = answer.get("Link", "")
        path = link[1:].partition(">")[0].partition("/epcis/v2")[2] if link else ""
    assert found == expected


def test_a_question_that_leaves_too_much_to_look_at_is_refused(stored, monkeypatch):
    monkeypatch.setattr(finding, "LOOKED_AT", 1)
    monkeypatch.setattr(finding, "_STEP", 1)
    answer = stored.get("/events?GE_ext:score=100&perPage=1", GS1_Extensions=f"ext={EXT}")
    assert (answer.status_code, kind_of(answer)) == (413, "QueryTooComplexException")


def test_a_resource_is_narrowed_by_a_query(stored):
    epc = quote("https://xaso.vn/id/obj/plot1", safe="")
    assert len(stored.events(f"/epcs/{epc}/events?EQ_bizStep=shipping")) == 0
    assert len(stored.events("/bizSteps/shipping/events?EQ_ext:grade=A", GS1_Extensions=f"ext={EXT}")) == 1
