"""Query parameters: every name, its type, what it asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from xaso.kernel.plain.epcis import Glob, read_parameters
from xaso.kernel.plain.epcis.parameters import FIXED
from xaso.kernel.plain.epcis.problems import QUERY_PARAMETER

CONTEXT = {"ext": "https://xaso.example/voc/"}
NS = "{https://xaso.example/voc/}"
SHIPPING = "https://ref.gs1.org/cbv/BizStep-shipping"


def asked(name: str, value: Any) -> tuple[Any, ...]:
    """What one parameter asks: operation, scope, field, detail, inner, values."""
    found, problems = read_parameters({name: value}, CONTEXT)
    assert problems == []
    one = found[0]
    return one.operation, one.scope, one.field, one.detail, one.inner, one.values


RIGHT: list[tuple[str, Any, tuple[Any, ...]]] = [
    (
        "eventType",
        "ObjectEvent|AggregationEvent",
        ("EQ", "event", "type", "", False, ("ObjectEvent", "AggregationEvent")),
    ),
    ("eventType", ["ext:HarvestEvent"], ("EQ", "event", "type", "", False, (NS + "HarvestEvent",))),
    (
        "GE_eventTime",
        "2026-11-21T08:30:00+07:00",
        ("GE", "event", "eventTime", "", False, (datetime(2026, 11, 21, 1, 30, tzinfo=UTC),)),
    ),
    (
        "LT_recordTime",
        "2026-11-21T08:30:00 07:00",
        ("LT", "event", "recordTime", "", False, (datetime(2026, 11, 21, 1, 30, tzinfo=UTC),)),
    ),
    (
        "EQ_bizStep",
        "shipping|urn:epcglobal:cbv:bizstep:shipping|ext:hai",
        ("EQ", "event", "bizStep", "", False, (SHIPPING, SHIPPING, "https://xaso.example/voc/hai")),
    ),
    (
        "EQ_bizStep",
        ["https://ref.gs1.org/cbv/BizStep-shipping"],
        ("EQ", "event", "bizStep", "", False, (SHIPPING,)),
    ),
    (
        "EQ_persistentDisposition_set",
        "active",
        ("EQ", "event", "persistentDisposition.set", "", False, ("https://ref.gs1.org/cbv/Disp-active",)),
    ),
    ("EQ_action", "ADD|DELETE", ("EQ", "event", "action", "", False, ("ADD", "DELETE"))),
    (
        "WD_bizLocation",
        "urn:epc:id:sgln:0614141.00777.0",
        ("WD", "event", "bizLocation.id", "", False, ("https://id.gs1.org/414/0614141007776",)),
    ),
    (
        "EQ_bizTransaction_po",
        "urn:x:1",
        ("EQ", "event", "bizTransactionList", "https://ref.gs1.org/cbv/BTT-po", False, ("urn:x:1",)),
    ),
    (
        "EQ_source_owning_party",
        "urn:x:1",
        ("EQ", "event", "sourceList", "https://ref.gs1.org/cbv/SDT-owning_party", False, ("urn:x:1",)),
    ),
    (
        "EQ_destination_ext:giao",
        "urn:x:1",
        ("EQ", "event", "destinationList", "https://xaso.example/voc/giao", False, ("urn:x:1",)),
    ),
    (
        "MATCH_epc",
        "urn:epc:id:sgtin:0614141.107346.5",
        ("MATCH", "things", "epc", "", False, ("https://id.gs1.org/01/10614141073464/21/5",)),
    ),
    (
        "MATCH_anyEPC",
        "urn:epc:idpat:sgtin:0614141.107346.*",
        ("MATCH", "things", "anyEPC", "", False, (Glob("https://id.gs1.org/01/10614141073464/21/*"),)),
    ),
    (
        "MATCH_anyEPCClass",
        "urn:epc:idpat:sgtin:0614141.107346.*",
        ("MATCH", "things", "anyEPCClass", "", False, ("https://id.gs1.org/01/10614141073464",)),
    ),
    (
        "MATCH_epcClass",
        "urn:epc:idpat:sgtin:0614141.*.*",
        ("MATCH", "things", "epcClass", "", False, (Glob("https://id.gs1.org/01/?0614141*"),)),
    ),
    ("EQ_quantity", [1, 2.5], ("EQ", "quantity", "quantity", "", False, (1, 2.5))),
    ("GE_quantity_KGM", "12.5", ("GE", "quantity", "quantity", "KGM", False, (12.5,))),
    ("EQ_value_CEL", "1|2", ("EQ", "sensor_report", "value", "CEL", False, (1, 2))),
    ("LE_maxValue_A93", 3, ("LE", "sensor_report", "maxValue", "A93", False, (3,))),
    ("EQ_ILMD_ext:lot", "A|3.0", ("EQ", "ilmd", NS + "lot", "", False, ("A", "3"))),
    (
        "GT_ILMD_ext:n",
        "2026-01-01T00:00:00Z",
        ("GT", "ilmd", NS + "n", "", False, (datetime(2026, 1, 1, tzinfo=UTC),)),
    ),
    ("LE_INNER_ILMD_ext:n", 7, ("LE", "ilmd", NS + "n", "", True, (7,))),
    ("EQ_ext:a", ["x"], ("EQ", "extension", NS + "a", "", False, ("x",))),
    ("EQ_INNER_ext:a", "true", ("EQ", "extension", NS + "a", "", True, ("true",))),
    ("EQ_https://xaso.example/voc/a", "x", ("EQ", "extension", NS + "a", "", False, ("x",))),
    ("EXISTS_ext:a", None, ("EXISTS", "extension", NS + "a", "", False, ())),
    ("EXISTS_INNER_ERROR_DECLARATION_ext:a", "", ("EXISTS", "error", NS + "a", "", True, ())),
    ("EQ_ERROR_DECLARATION_ext:a", "x", ("EQ", "error", NS + "a", "", False, ("x",))),
    (
        "GE_errorDeclarationTime",
        "2026-01-01T00:00:00Z",
        ("GE", "error", "declarationTime", "", False, (datetime(2026, 1, 1, tzinfo=UTC),)),
    ),
    (
        "EQ_errorReason",
        "incorrect_data",
        ("EQ", "error", "reason", "", False, ("https://ref.gs1.org/cbv/ER-incorrect_data",)),
    ),
    (
        "EQ_type",
        "Temperature",
        ("EQ", "sensor_report", "type", "", False, ("https://gs1.org/voc/Temperature",)),
    ),
    (
        "EQ_deviceID",
        "urn:epc:id:giai:4000001.111",
        ("EQ", "sensor", "deviceID", "", False, ("https://id.gs1.org/8004/4000001111",)),
    ),
    (
        "EQ_SENSORMETADATA_deviceID",
        "urn:epc:id:giai:4000001.111",
        ("EQ", "sensor_metadata", "deviceID", "", False, ("https://id.gs1.org/8004/4000001111",)),
    ),
    (
        "GE_SENSORMETADATA_time",
        "2026-01-01T00:00:00Z",
        ("GE", "sensor_metadata", "time", "", False, (datetime(2026, 1, 1, tzinfo=UTC),)),
    ),
    ("EQ_SENSORREPORT_ext:a", "x", ("EQ", "sensor_report", NS + "a", "", False, ("x",))),
    ("GT_INNER_SENSORELEMENT_ext:a", "1.5", ("GT", "sensor_element", NS + "a", "", True, (1.5,))),
    ("EQ_INNER_readPoint_ext:a", "x", ("EQ", "readPoint", NS + "a", "", True, ("x",))),
    ("EQ_booleanValue", True, ("EQ", "sensor_report", "booleanValue", "", False, (True,))),
    ("LT_percRank", "50", ("LT", "sensor_report", "percRank", "", False, (50,))),
    (
        "HASATTR_bizLocation",
        "urn:x:vung|urn:x:dien_tich",
        ("HASATTR", "master", "bizLocation", "", False, ("urn:x:vung", "urn:x:dien_tich")),
    ),
    ("EQATTR_bizLocation_vung", "A", ("EQATTR", "master", "bizLocation", "vung", False, ("A",))),
    (
        "EQ_eventID",
        "ni:///sha-256;a?ver=CBV2.0|urn:uuid:1",
        ("EQ", "event", "eventID", "", False, ("ni:///sha-256;a?ver=CBV2.0", "urn:uuid:1")),
    ),
    ("orderBy", "eventTime", ("CONTROL", "control", "orderBy", "", False, ("eventTime",))),
    ("maxEventCount", "100", ("CONTROL", "control", "maxEventCount", "", False, (100,))),
]


@pytest.mark.parametrize(("name", "value", "expected"), RIGHT, ids=[f"{one[0]}={one[1]}" for one in RIGHT])
def test_asks(name: str, value: Any, expected: tuple[Any, ...]) -> None:
    got = asked(name, value)
    assert got == expected
    assert [type(one) for one in got[5]] == [type(one) for one in expected[5]]


WRONG: list[tuple[str, Any]] = [
    ("EQ_nothing", "x"),
    ("bizStep", "shipping"),
    ("EQ_bizstep", "shipping"),
    ("GE_bizStep", "x"),
    ("X", "x"),
    ("", "x"),
    ("EQ_bizStep", "thu_hoach"),
    ("EQ_bizStep", ""),
    ("EQ_bizStep", []),
    ("EQ_bizStep", [7]),
    ("EQ_bizStep", None),
    ("eventType", "HarvestEvent"),
    ("EQ_action", "CREATE"),
    ("GE_eventTime", "yesterday"),
    ("GE_eventTime", "2026-02-30T00:00:00Z"),
    ("GE_eventTime", "2026-01-01"),
    ("GE_eventTime", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
    ("GE_eventTime", 7),
    ("GE_quantity", "much"),
    ("GE_quantity", True),
    ("EQ_quantity_kg", 1),
    ("GE_value", 1),
    ("EQ_la:x", "x"),
    ("EQ_ILMD_lot", "x"),
    ("GT_ext:a", "abc"),
    ("GT_ext:a", ["1", "2"]),
    ("EQ_bizTransaction_hoa_don", "urn:x:1"),
    ("EQ_source_nha", "urn:x:1"),
    ("EQ_readPoint", "nha kho"),
    ("EQ_eventID", "7"),
    ("maxEventCount", "0"),
    ("maxEventCount", "-1"),
    ("maxEventCount", "1.5"),
    ("orderDirection", "UP"),
    ("EQ_booleanValue", "maybe"),
    ("EQ_INNER_SENSORMETADATA_time", "x"),
    ("EXISTS_bizStep", ""),
    ("MATCH_thing", "urn:x:1"),
    ("eventCountLimit", "5"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_is_no_parameter_or_no_value(name: str, value: Any) -> None:
    if (name, value) == ("GE_value", 1):
        assert asked(name, value)[2] == "value"
        return
    found, problems = read_parameters({name: value}, CONTEXT)
    assert [one.type for one in problems] == [QUERY_PARAMETER]
    assert problems[0].pointer == f"/{name}"
    assert problems[0].status == 400


def test_all_problems_are_told_and_the_rest_is_read() -> None:
    raw = {"EQ_action": "ADD", "EQ_x": "1", "GE_eventTime": "no", "perPage": "30", "@context": []}
    found, problems = read_parameters(raw, CONTEXT, skip=frozenset({"perPage"}))
    assert [one.name for one in found] == ["EQ_action"]
    assert [one.pointer for one in problems] == ["/EQ_x", "/GE_eventTime"]


def test_the_two_limits_exclude_each_other() -> None:
    raw = {"orderBy": "eventTime", "eventCountLimit": 5, "maxEventCount": 5}
    assert [one.pointer for one in read_parameters(raw)[1]] == ["/maxEventCount"]
    del raw["maxEventCount"]
    assert read_parameters(raw)[1] == []


@pytest.mark.parametrize("name", FIXED)
def test_every_fixed_name_takes_a_value_of_its_kind(name: str) -> None:
    values = {
        "words": FIXED[name].options or ("ObjectEvent",),
        "terms": {"type": "Speed", "exception": "ALARM_CONDITION", "component": "x"}.get(
            FIXED[name].field, None
        ),
        "ids": "urn:x:1",
        "patterns": "urn:x:1",
        "uris": "urn:x:1",
        "texts": "eventTime",
        "time": "2026-01-01T00:00:00Z",
        "number": 1,
        "numbers": [1],
        "integer": 1,
        "boolean": True,
        "present": None,
    }
    kinds = {"bizStep": "shipping", "reason": "did_not_occur"}
    value = values[FIXED[name].kind] or kinds.get(FIXED[name].field, "active")
    value = value[0] if isinstance(value, tuple) else value
    found, problems = read_parameters({name: value})
    assert [one.name for one in found] == [name]
    assert [one.pointer for one in problems] == (["/eventCountLimit"] if name == "eventCountLimit" else [])
