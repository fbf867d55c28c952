"""What is refused, with the field it names; nothing that is wrong gets through, nothing breaks on it."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from xaso.kernel.plain.epcis import Limits, Problem, ReadError, check, hashes, read, write_xml
from xaso.kernel.plain.epcis.problems import MEDIA_TYPE, TOO_LARGE, VALIDATION
from xaso.kernel.plain.epcis.tests.wrong import EVENTS, WRONG, changed, document


def problems(name: str, **changes: Any) -> list[Problem]:
    """The problems of a changed event."""
    return check(read(document(changed(name, **changes))))


@pytest.mark.parametrize("name", EVENTS)
def test_the_right_event_has_no_problem(name: str) -> None:
    assert problems(name) == []


@pytest.mark.parametrize(("name", "changes", "where", "layer"), WRONG)
def test_is_refused_at_its_field(name: str, changes: dict[str, Any], where: str, layer: str) -> None:
    found = problems(name, **changes)
    assert [(one.pointer, one.layer, one.event) for one in found] == [(where, layer, 0)]
    assert found[0].type == VALIDATION
    assert found[0].status == 400
    assert found[0].document_pointer == "/epcisBody/eventList/0" + where
    assert re.search("[À-ỹ]", found[0].vi)
    assert re.fullmatch("[ -~“”…]+", found[0].en)
    assert set(found[0].details()) == {"type", "title", "status", "detail", "instance"}


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("object", {"bizStep": "urn:epcglobal:cbv:bizstep:shipping"}),
    ("object", {"bizStep": "https://ref.gs1.org/cbv/BizStep-shipping"}),
    ("object", {"bizStep": "cbv:BizStep-shipping"}),
    ("object", {"bizStep": "ext:thu_hoach"}),
    ("object", {"bizStep": "https://xaso.example/voc/thu_hoach"}),
    ("object", {"eventTime": "2026-11-21T08:30:00.123456789-14:00", "eventTimeZoneOffset": "-14:00"}),
    ("object", {"eventTime": "2024-02-29T23:59:59Z"}),
    ("object", {"quantityList": [{"epcClass": "urn:x:1", "quantity": 0}]}),
    ("object", {"https://other.example/voc/note": "x"}),
    ("object", {"type": "ext:HarvestEvent"}),
    ("object", {"epcList": None, "quantityList": None}),
    ("aggregation", {"action": "OBSERVE", "parentID": None}),
    ("aggregation", {"action": "DELETE", "childEPCs": None}),
    ("transaction", {"action": "DELETE", "epcList": None}),
    ("transaction", {"epcList": None, "parentID": "urn:x:1"}),
    ("transformation", {"outputQuantityList": None, "transformationID": "urn:x:1"}),
]


@pytest.mark.parametrize(("name", "changes"), ALLOWED)
def test_is_taken(name: str, changes: dict[str, Any]) -> None:
    assert problems(name, **changes) == []


def test_every_problem_of_every_event_is_told() -> None:
    found = check(
        read(document(EVENTS["object"], changed("object", bizStep="a", disposition="b"), {"type": "x"}, 7))
    )  # type: ignore[arg-type]
    assert [(one.event, one.pointer) for one in found] == [
        (1, "/bizStep"),
        (1, "/disposition"),
        (2, "/type"),
        (3, ""),
    ]


@pytest.mark.parametrize(
    ("head", "where"),
    [
        ({"schemaVersion": "two"}, "/schemaVersion"),
        ({"creationDate": "yesterday"}, "/creationDate"),
        ({"epcisBody": {}}, "/epcisBody/eventList"),
        ({"epcisBody": {"eventList": {}}}, "/epcisBody/eventList"),
        ({"owner": "x"}, "/owner"),
        ({"@context": [{"ext": "https://xaso.example/voc/"}, {"bad": "nowhere"}]}, "/@context/bad"),
        (
            {"epcisHeader": {"epcisMasterData": {"vocabularyList": [{}]}}},
            "/epcisHeader/epcisMasterData/vocabularyList/0/type",
        ),
    ],
)
def test_the_documents_head_is_checked(head: dict[str, Any], where: str) -> None:
    assert [(one.pointer, one.event) for one in check(read(document(EVENTS["object"], **head)))] == [
        (where, None)
    ]


def test_a_single_event_needs_its_context() -> None:
    event = {"@context": {"ext": "https://xaso.example/voc/"}, **EVENTS["object"]}
    assert check(read(orjson.dumps(event))) == []
    found = check(read(orjson.dumps(EVENTS["association"])))
    assert [one.pointer for one in found] == ["/@context"]


def test_things_that_hold_each_other_are_refused() -> None:
    first, second = "urn:epc:id:sscc:0614141.1234567890", "urn:epc:id:sscc:0614141.1234567891"
    outer = changed("aggregation", parentID=first, childEPCs=[second])
    inner = changed("aggregation", parentID=second, childEPCs=[first])
    assert [(one.event, one.pointer) for one in check(read(document(outer, inner)))] == [(1, "/childEPCs/0")]
    opened = changed("aggregation", parentID=first, childEPCs=None, action="DELETE")
    assert check(read(document(outer, opened, inner))) == []


def test_an_event_id_stands_once_unless_it_is_declared_wrong() -> None:
    event = changed("object", eventID="urn:uuid:1")
    assert [(one.event, one.pointer) for one in check(read(document(event, event)))] == [(1, "/eventID")]
    declared = {**event, "errorDeclaration": {"declarationTime": "2026-11-22T00:00:00Z"}}
    assert check(read(document(event, declared))) == []


BAD_DOCUMENTS: list[tuple[bytes, str | None, str]] = [
    (b"", None, VALIDATION),
    (b"[]", None, VALIDATION),
    (b"{", "application/json", VALIDATION),
    (b'{"type": 3}', None, VALIDATION),
    (b'{"type":"ObjectEvent","a":"\\u0000"}', None, VALIDATION),
    (b'{"a": NaN}', None, VALIDATION),
    (b"\xff\xfe\x00", "application/json", VALIDATION),
    (b"<a/>", None, VALIDATION),
    (b"<a>", "application/xml", VALIDATION),
    (b"name;value", "text/csv", MEDIA_TYPE),
    (b"<?xml version='1.0' encoding='latin-77'?><a/>", None, VALIDATION),
]


@pytest.mark.parametrize(("data", "media", "kind"), BAD_DOCUMENTS)
def test_a_document_that_is_none_is_refused(data: bytes, media: str | None, kind: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(data, media)
    assert caught.value.problem.type == kind
    assert caught.value.problem.layer == "syntax"


def test_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(ReadError) as caught:
        read(b"{" * 101, limits=Limits(bytes=100))
    assert (caught.value.problem.type, caught.value.problem.status) == (TOO_LARGE, 413)
    with pytest.raises(ReadError) as caught:
        read(document(*[EVENTS["object"]] * 3), limits=Limits(events=2))
    assert caught.value.problem.type == TOO_LARGE


@pytest.mark.parametrize("opening", [b'{"ext:a":', b"["])
def test_nesting_has_an_end(opening: bytes) -> None:
    deep: Any = 1
    for _ in range(60):
        deep = {"ext:a": deep} if opening != b"[" else [deep]
    with pytest.raises(ReadError, match="levels deep"):
        read(document(changed("object", ilmd={"ext:a": deep})))
    with pytest.raises(ReadError):
        read(b'{"type":"ObjectEvent","x":' + opening * 100_000)


BOMBS = [
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
    '<!DOCTYPE a PUBLIC "-//a//b" "http://127.0.0.1:9/a.dtd">',
    "<!DOCTYPE a [<!ELEMENT a ANY>]>",
]


@pytest.mark.parametrize("head", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_reaches_out_or_swells_is_refused(head: str, encoding: str) -> None:
    sound = write_xml([EVENTS["association"]], {}, created="2026-11-22T00:00:00Z").decode()
    body = sound.partition("?>")[2]
    assert hashes(read(body.encode(encoding))) == hashes(read(sound.encode()))
    assert read(("<!DOCTYPE a>" + body).encode(encoding)).events
    with pytest.raises(ReadError, match="DTD"):
        read((head + body).encode(encoding))
    with pytest.raises(ReadError):
        read((body.replace("urn:x:kho", "&x;")).encode(encoding))


def test_xml_nested_too_deep_is_refused() -> None:
    sound = write_xml([EVENTS["association"]], {}, created="2026-11-22T00:00:00Z").decode()
    deep = "<a:b xmlns:a='urn:a:'>" * 200 + "</a:b>" * 200
    with pytest.raises(ReadError):
        read(sound.replace("</AssociationEvent>", deep + "</AssociationEvent>").encode())
