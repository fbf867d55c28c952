"""Hash ids: published pre-hash strings, and the rules one by one."""

from __future__ import annotations

import copy
import hashlib
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xaso.kernel.plain.epcis import canonical_id, event_hash, hashes, pre_hash, read, write_json, write_xml
from xaso.kernel.plain.epcis.hashing import number, utc
from xaso.kernel.plain.epcis.tests.wrong import EVENTS, changed
from xaso.kernel.plain.gs1 import Gs1Error, to_digital_link

CONTEXT = {"ext": "https://ns.ext.de/epcis/"}

# Examples of the reference implementation: all GS1 keys, number 2, certification info
# (epcis-event-hash-generator, MIT).
KEYS = {
    "type": "ObjectEvent",
    "eventTime": "2023-03-27T11:30:00.0Z",
    "eventTimeZoneOffset": "+01:00",
    "epcList": """urn:epc:id:sgtin:4012345.012345.12 urn:epc:id:sscc:4012345.0000000333
        https://id.gs1.org/00/040123450000003338 urn:epc:id:grai:4012345.66666.87 urn:epc:id:giai:4012345.AAbb
        urn:epc:id:gsrn:4012345.9876540000 urn:epc:id:gsrnp:4012345.0000098765 urn:epc:id:gdti:4012345.55555.98
        urn:epc:id:cpi:4012345.ABC.123 urn:epc:id:sgcn:4012345.99999.44 urn:epc:id:ginc:4012345.333
        urn:epc:id:gsin:4012345.999987654 urn:epc:id:itip:4012345.012345.01.02.999
        urn:epc:id:upui:4012345.012345.AB12""".split(),
    "quantityList": [
        {"epcClass": one}
        for one in """urn:epc:class:lgtin:4054739.099914.20160711 urn:epc:idpat:sgtin:4054739.099914.*
        urn:epc:idpat:grai:4012345.66666.* urn:epc:idpat:gdti:4012345.55555.* urn:epc:idpat:sgcn:4012345.99999.*
        urn:epc:idpat:cpi:4012345.ABC.* urn:epc:idpat:itip:4012345.012345.01.02.*""".split()
    ],
    "action": "OBSERVE",
    "bizStep": "other",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987"},
}
KEYS_TEXT = """eventType=ObjectEvent eventTime=2023-03-27T11:30:00.000Z eventTimeZoneOffset=+01:00 epcList
epc=https://id.gs1.org/00/040123450000003338 epc=https://id.gs1.org/00/040123450000003338
epc=https://id.gs1.org/01/04012345123456/21/12 epc=https://id.gs1.org/01/04012345123456/235/AB12
epc=https://id.gs1.org/253/401234555555498 epc=https://id.gs1.org/255/401234599999044
epc=https://id.gs1.org/401/4012345333 epc=https://id.gs1.org/402/40123459999876541
epc=https://id.gs1.org/8003/0401234566666387 epc=https://id.gs1.org/8004/4012345AAbb
epc=https://id.gs1.org/8006/040123451234560102/21/999 epc=https://id.gs1.org/8010/4012345ABC/8011/123
epc=https://id.gs1.org/8017/401234500000987658 epc=https://id.gs1.org/8018/401234598765400000 quantityList
quantityElement epcClass=https://id.gs1.org/01/04054739999148
quantityElement epcClass=https://id.gs1.org/01/04054739999148/10/20160711
quantityElement epcClass=https://id.gs1.org/253/4012345555554 quantityElement epcClass=https://id.gs1.org/255/4012345999990
quantityElement epcClass=https://id.gs1.org/8003/04012345666663
quantityElement epcClass=https://id.gs1.org/8006/040123451234560102
quantityElement epcClass=https://id.gs1.org/8010/4012345ABC action=OBSERVE
bizStep=https://ref.gs1.org/cbv/BizStep-other readPointid=https://id.gs1.org/414/4012345000115/254/987"""
SENSORS = {
    "type": "ObjectEvent",
    "eventTime": "2020-04-01T15:00:00.000+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
    "action": "OBSERVE",
    "bizStep": "inspecting",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00005.0"},
    "sensorElementList": [
        {
            "sensorMetadata": {
                "deviceMetadata": "https://id.gs1.org/giai/4000001111",
                "deviceID": "urn:epc:id:giai:4000001.111",
            },
            "sensorReport": [
                {"type": "Temperature", "value": 26.0, "uom": "CEL", "sDev": 0.10},
                {"type": "AbsoluteHumidity", "value": 12.1, "uom": "A93"},
                {
                    "type": "Dimensionless",
                    "microorganism": "https://www.ncbi.nlm.nih.gov/taxonomy/1126011",
                    "value": 0.05,
                    "uom": "C35",
                },
                {
                    "type": "gs1:Dimensionless",
                    "chemicalSubstance": "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N",
                    "value": 0.18,
                    "uom": "C35",
                },
            ],
        }
    ],
}
SENSORS_TEXT = """eventType=ObjectEvent eventTime=2020-04-01T14:00:00.000Z eventTimeZoneOffset=+01:00 epcList
epc=https://id.gs1.org/01/04012345111118/21/9876 action=OBSERVE bizStep=https://ref.gs1.org/cbv/BizStep-inspecting
readPoint id=https://id.gs1.org/414/4012345000054 sensorElementList sensorElement sensorMetadata
deviceID=https://id.gs1.org/8004/4000001111 deviceMetadata=https://id.gs1.org/8004/4000001111
sensorReport type=https://gs1.org/voc/AbsoluteHumidity value=12.1 uom=A93 sensorReport
type=https://gs1.org/voc/Dimensionless
chemicalSubstance=https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N value=0.18 uom=C35 sensorReport
type=https://gs1.org/voc/Dimensionless
microorganism=https://www.ncbi.nlm.nih.gov/taxonomy/1126011 value=0.05 uom=C35
sensorReport type=https://gs1.org/voc/Temperature value=26 sDev=0.1 uom=CEL"""
CERTIFIED = {
    "type": "ObjectEvent",
    "eventTime": "2023-01-11T12:00:00+01:00",
    "eventTimeZoneOffset": "+01:00",
    "certificationInfo": ["https://accreditation-council.example.org/certificate/ABC12345"],
    "epcList": ["https://example.com/some/path/01/4012345999990/10/L1/21/XYZ-1234?17=201225"],
    "action": "OBSERVE",
    "bizStep": "urn:epcglobal:cbv:bizstep:receiving",
    "disposition": "in_progress",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.0"},
    "sensorElementList": [
        {
            "sensorMetadata": {
                "ext:someFurtherMetadata": "metadataText",
                "time": "2023-01-11T12:05:00+01:00",
                "bizRules": "https://example.com/253/4012345000054987",
            },
            "sensorReport": [
                {
                    "type": "Dimensionless",
                    "exception": "ALARM_CONDITION",
                    "coordinateReferenceSystem": "http://www.opengis.net/def/crs/EPSG/0/27700",
                    "ext:someFurtherReportData": " reportText ",
                }
            ],
        }
    ],
}
CERTIFIED_TEXT = """eventType=ObjectEvent eventTime=2023-01-11T11:00:00.000Z eventTimeZoneOffset=+01:00
certificationInfo=https://accreditation-council.example.org/certificate/ABC12345 epcList
epc=https://id.gs1.org/01/04012345999990/21/XYZ-1234 action=OBSERVE bizStep=https://ref.gs1.org/cbv/BizStep-receiving
disposition=https://ref.gs1.org/cbv/Disp-in_progress readPoint id=https://id.gs1.org/414/4012345000115
sensorElementList sensorElement sensorMetadata time=2023-01-11T11:05:00.000Z
bizRules=https://id.gs1.org/253/4012345000054987 {https://ns.ext.de/epcis/}someFurtherMetadata=metadataText
sensorReport type=https://gs1.org/voc/Dimensionless exception=https://gs1.org/voc/ALARM_CONDITION
coordinateReferenceSystem=http://www.opengis.net/def/crs/EPSG/0/27700
{https://ns.ext.de/epcis/}someFurtherReportData=reportText"""


@pytest.mark.parametrize(
    ("event", "text"), [(KEYS, KEYS_TEXT), (SENSORS, SENSORS_TEXT), (CERTIFIED, CERTIFIED_TEXT)]
)
def test_the_published_strings(event: dict[str, Any], text: str) -> None:
    whole = "".join(text.split())
    assert pre_hash(event, CONTEXT) == whole
    digest = hashlib.sha256(whole.encode()).hexdigest()
    assert event_hash(event, CONTEXT) == f"ni:///sha-256;{digest}?ver=CBV2.0"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2023-01-18T11:04:03.1415Z", "2023-01-18T11:04:03.142Z"),
        ("2023-01-18T11:04:03.1414999Z", "2023-01-18T11:04:03.141Z"),
        ("2023-01-18T11:04:03.9995+00:00", "2023-01-18T11:04:04.000Z"),
        ("2023-01-18T11:04:03.9994Z", "2023-01-18T11:04:03.999Z"),
        ("2023-12-31T23:59:59.9999-01:00", "2024-01-01T01:00:00.000Z"),
        ("2023-01-18T00:04:03+07:00", "2023-01-17T17:04:03.000Z"),
        ("2023-01-18T11:04:03.000500Z", "2023-01-18T11:04:03.001Z"),
    ],
)
def test_times_in_utc_with_three_decimals(text: str, written: str) -> None:
    assert utc(text) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1, "1"),
        (1.0, "1"),
        ("1.0", "1"),
        (0.3434, "0.3434"),
        ("0.34340", "0.3434"),
        (200.5, "200.5"),
        ("+5", "5"),
        ("-0.0", "0"),
        (-0.0, "0"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        (1e-7, "0.0000001"),
        ("12345678901234567", "12345678901234567"),
    ],
)
def test_numbers_without_what_says_nothing(value: Any, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        (
            "https://dl.example/a/b/01/09506000134352/22/2A/10/ABC/21/12?17=1",
            "https://id.gs1.org/01/09506000134352/21/12",
        ),
        ("https://id.gs1.org/01/09506000134352/22/2A", "https://id.gs1.org/01/09506000134352"),
        ("http://example.com/gtin/614141123452/lot/AB1", "https://id.gs1.org/01/00614141123452/10/AB1"),
        (
            "https://example.com/8006/095060001343520102/21/1",
            "https://id.gs1.org/8006/095060001343520102/21/1",
        ),
        ("https://example.com/414/9506000134352/254/x%2Fy", "https://id.gs1.org/414/9506000134352/254/x%2Fy"),
        ("urn:epc:id:sgtin:0614141.107346.a%2Fb", "https://id.gs1.org/01/10614141073464/21/a%2Fb"),
        (
            "urn:epc:id:sgtin:0614141.107346.a!(*)+,:b",
            "https://id.gs1.org/01/10614141073464/21/a%21%28%2A%29%2B%2C%3Ab",
        ),
        (
            "https://example.com/01/10614141073464/21/a%21(%2a)",
            "https://id.gs1.org/01/10614141073464/21/a%21%28%2A%29",
        ),
        ("urn:epc:id:gdti:987659999999..9", "https://id.gs1.org/253/98765999999929"),
        ("urn:epc:id:pgln:999999999999.", "https://id.gs1.org/417/9999999999994"),
        ("urn:epc:id:sgtin:0614141..9", "urn:epc:id:sgtin:0614141..9"),
        ("urn:epc:idpat:sgtin:0614141.*.*", "urn:epc:idpat:sgtin:0614141.*.*"),
        ("urn:epc:id:sgtin:1.2.3", "urn:epc:id:sgtin:1.2.3"),
        ("https://xaso.example/class/che-shan", "https://xaso.example/class/che-shan"),
        ("https://example.com/01/12", "https://example.com/01/12"),
        ("https://example.com/01/09506000134352/99/x", "https://example.com/01/09506000134352/99/x"),
        ("geo:42.698334,23.319941", "geo:42.698334,23.319941"),
    ],
)
def test_one_form_of_an_identifier(address: str, canonical: str) -> None:
    assert canonical_id(address) == canonical
    assert canonical_id(canonical) == canonical


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["id:sgtin", "id:sscc", "id:sgln", "class:lgtin"]),
    st.text("0123456789", min_size=11, max_size=18),
    st.integers(5, 13),
    st.none() | st.text("0Aa9._-%2F:", min_size=1, max_size=21),
)
def test_the_short_way_is_the_long_way(scheme: str, digits: str, cut: int, end: str | None) -> None:
    urn = f"urn:epc:{scheme}:{digits[:cut]}.{digits[cut:]}" + ("" if end is None else f".{end}")
    try:
        long = to_digital_link(urn)
    except Gs1Error:
        long = urn
    assert canonical_id(urn) == long


def test_what_comes_last_is_sorted_together() -> None:
    event = {
        **SENSORS,
        "ext:a": "1",
        "ilmd": {"ext:b": "2"},
        "sourceList": [{"type": "location", "source": "urn:x:s"}],
        "destinationList": [{"type": "location", "destination": "urn:x:d"}],
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:t"}],
    }
    tail = pre_hash(event, CONTEXT).removeprefix(pre_hash(SENSORS, CONTEXT))
    assert tail == (
        "bizTransactionListtype=https://ref.gs1.org/cbv/BTT-pobizTransaction=urn:x:t"
        "destinationListtype=https://ref.gs1.org/cbv/SDT-locationdestination=urn:x:d"
        "ilmd{https://ns.ext.de/epcis/}b=2"
        "sourceListtype=https://ref.gs1.org/cbv/SDT-locationsource=urn:x:s"
        "{https://ns.ext.de/epcis/}a=1"
    )


def test_extensions_of_a_place_stand_in_it_where_their_namespace_ends_with_a_slash() -> None:
    event = {**SENSORS, "readPoint": {**SENSORS["readPoint"], "ext:a": "1", "bare:b": "2"}}
    text = pre_hash(event, {**CONTEXT, "bare": "https://ns.ext.de/epcis"})
    assert (
        "readPointid=https://id.gs1.org/414/4012345000054{https://ns.ext.de/epcis/}a=1sensorElementList"
        in text
    )
    assert text.endswith("readPoint{https://ns.ext.de/epcis}b=2")


@pytest.mark.parametrize(
    ("written", "hashed"),
    [
        ("111100001111000011110000", "111100001111000003641344"),
        ("007", "7"),
        ("9" * 400, "9" * 400),
        ("12 a", "12 a"),
    ],
)
def test_a_text_of_digits_keeps_what_a_double_keeps(written: str, hashed: str) -> None:
    event = {**SENSORS, "sensorElementList": [{"sensorReport": [{"stringValue": written}]}]}
    assert pre_hash(event, CONTEXT).endswith(
        f"sensorElementListsensorElementsensorReportstringValue={hashed}"
    )


LEFT_OUT = [
    {"eventID": "urn:uuid:7"},
    {"recordTime": "2026-11-21T08:30:00Z"},
    {"errorDeclaration": {"declarationTime": "2026-11-21T08:30:00Z"}},
    {"rdfs:comment": "x"},
    {"comment": "x"},
]


@pytest.mark.parametrize("more", LEFT_OUT)
def test_what_stays_out(more: dict[str, Any]) -> None:
    assert event_hash(changed("object", **more), CONTEXT) == event_hash(EVENTS["object"], CONTEXT)


CHANGES = [
    ("object", {"eventTime": "2026-11-21T08:30:00.001+07:00"}),
    ("object", {"eventTimeZoneOffset": "+08:00"}),
    ("object", {"action": "OBSERVE"}),
    ("object", {"bizStep": "shipping"}),
    ("object", {"bizStep": None}),
    ("object", {"epcList": []}),
    ("object", {"ilmd": {"ext:giong": "Trung du"}}),
    ("object", {"ext:a": ""}),
    ("object", {"ext:a": False}),
    ("object", {"disposition": "active"}),
    ("object", {"readPoint": {"id": "urn:x:9"}}),
    ("object", {"readPoint": {"id": "https://xaso.example/loc/7", "ext:a": 1}}),
    ("object", {"bizLocation": {"id": "urn:x:9"}}),
    ("object", {"persistentDisposition": {"unset": ["completeness_verified"]}}),
    ("object", {"certificationInfo": ["urn:x:1"]}),
    ("object", {"sourceList": [{"type": "location", "source": "urn:x:ho"}]}),
    ("aggregation", {"parentID": "urn:x:9"}),
    ("transformation", {"transformationID": "urn:x:9"}),
    ("transformation", {"inputQuantityList": [{"epcClass": "urn:x:la-tuoi", "quantity": 1}]}),
]


@pytest.mark.parametrize(("name", "changes"), CHANGES)
def test_every_change_changes_it(name: str, changes: dict[str, Any]) -> None:
    assert event_hash(changed(name, **changes), CONTEXT) != event_hash(EVENTS[name], CONTEXT)


def test_prefixes_do_not_matter_namespaces_do() -> None:
    event = changed("object", **{"ext:a": {"ext:b": ["x", 1.50]}})
    renamed = changed("object", ilmd={"e:giong": "Shan"}, **{"e:a": {"e:b": ["1.5", "x"]}})
    whole = changed(
        "object", ilmd={"https://ns.ext.de/epcis/giong": "Shan"}, **{"ext:a": {"ext:b": [1.5, "x"]}}
    )
    assert (
        event_hash(event, CONTEXT) == event_hash(renamed, {"e": CONTEXT["ext"]}) == event_hash(whole, CONTEXT)
    )
    assert event_hash(event, CONTEXT) != event_hash(event, {"ext": "https://other.example/"})


def test_a_context_of_an_events_own_may_rename_a_prefix() -> None:
    event = changed("object", **{"@context": {"ext": "https://other.example/"}, "ext:a": 1})
    inside = changed("object", **{"ext:a": 1})
    data = write_json([inside, event], CONTEXT, created="2026-11-22T00:00:00Z")
    found = read(data)
    assert hashes(found) == [
        event_hash(inside, CONTEXT),
        event_hash(inside, {"ext": "https://other.example/"}),
    ]


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same with every object's keys and every list in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    if isinstance(value, list):
        items = [shuffled(one, chance) for one in value]
        chance.shuffle(items)
        return items
    return value


SCALARS = st.one_of(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.decimals(-1000, 1000, places=3).map(float),
    st.sampled_from(
        ["urn:epc:id:sgtin:0614141.107346.5", "urn:epcglobal:cbv:bizstep:shipping", "1.50", "007"]
    ),
)
KEYWORDS = st.sampled_from(["ext:a", "ext:b-c", "e2:a", "ext:_x", "ext:1a", "ext:ô", "e2:x.y"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(KEYWORDS, inner, max_size=3),
        st.lists(inner.filter(lambda v: not isinstance(v, list)), min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(KEYWORDS, VALUES, max_size=4), st.dictionaries(KEYWORDS, VALUES, max_size=3), st.randoms()
)
def test_one_hash_in_json_xml_and_any_order(
    more: dict[str, Any], ilmd: dict[str, Any], chance: random.Random
) -> None:
    context = {"ext": "https://ns.ext.de/epcis/", "e2": "urn:e2:"}
    event = {**copy.deepcopy(EVENTS["object"]), **more, "ilmd": ilmd, "readPoint": {"id": "urn:x:1", **more}}
    expected = event_hash(event, context)
    assert event_hash(shuffled(event, chance), context) == expected
    for write in (write_json, write_xml):
        again = read(write([event], context, created="2026-11-22T00:00:00Z"))
        assert hashes(again) == [expected], pre_hash(again.events[0], again.context)
