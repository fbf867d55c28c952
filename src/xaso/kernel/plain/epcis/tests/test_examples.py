"""Every published example of GS1: read, checked, written both ways and read back the same, one hash."""

from __future__ import annotations

import pytest

from xaso.kernel.plain.epcis import (
    QUERY_DOCUMENT,
    Query,
    check,
    compacted,
    expanded,
    hashes,
    read,
    things,
    translate,
    write_json,
    write_xml,
)
from xaso.kernel.plain.epcis.tests.examples import ALL, JSON, XML, example, same


def test_there_are_all_of_them() -> None:
    assert len(JSON) == 48
    assert len(XML) == 21


@pytest.mark.parametrize("name", ALL)
def test_is_taken(name: str) -> None:
    assert check(example(name)) == []


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("write", [write_json, write_xml])
def test_written_and_read_back_is_the_same(name: str, write) -> None:  # type: ignore[no-untyped-def]
    document = example(name)
    query = (
        Query(document.query_name or "", document.subscription) if document.kind == QUERY_DOCUMENT else None
    )
    data = write(
        document.events,
        document.context,
        created=document.created or "2026-11-22T00:00:00Z",
        query=query,
        masters=document.masters,
        head=document.head,
    )
    again = read(data)
    assert check(again) == []
    assert again.kind == document.kind
    assert again.created == document.created
    assert (again.query_name, again.subscription) == (document.query_name, document.subscription)
    for field in ("sender", "receiver", "instanceIdentifier"):
        assert again.head.get(field) == document.head.get(field)
    assert [same(one, again.context) for one in again.events] == [
        same(one, document.context) for one in document.events
    ]
    assert hashes(again) == hashes(document)
    assert len(again.masters) == len(document.masters)


@pytest.mark.parametrize("name", ALL)
def test_the_stored_form_gives_the_event_back(name: str) -> None:
    document = example(name)
    for event in document.events:
        prefixes = dict(document.context)
        back = compacted(expanded(event, document.context), prefixes)
        assert list(back) == list(event)
        assert same(back, prefixes) == same(event, document.context)
        assert prefixes == document.context


@pytest.mark.parametrize("name", JSON)
def test_translation_changes_no_hash_and_no_thing(name: str) -> None:
    document = example(name)
    translated = [translate(one, "Always_GS1_Digital_Link") for one in document.events]
    assert hashes(type(document)("x", translated, document.context)) == hashes(document)
    for before, after in zip(document.events, translated, strict=True):
        assert [list(one) for one in things(before)] == [list(one) for one in things(after)]
        assert not any(one.written.startswith("urn:epc:") for one in things(after))


PAIRS = [
    *[
        (f"AssociationEvent-{letter}.jsonld", 0, "AssociationEventExamples.xml", "abcdefgh".index(letter))
        for letter in "abcdegh"
    ],
    ("Example_9.6.1-ObjectEvent.jsonld", 0, "Example_9.6.1-ObjectEvent-2020_06_18a.xml", 0),
    ("Example-TransactionEvents-2020_07_03y.jsonld", 0, "Example-TransactionEvent-2020_07_03y.xml", 0),
    *[
        ("event_with_identical_hash_id_7.json", 0, f"event_with_identical_hash_id_{n}.xml", 0)
        for n in (1, 3, 5, 6)
    ],
]


@pytest.mark.parametrize(("left", "i", "right", "j"), PAIRS)
def test_one_event_published_twice_has_one_hash(left: str, i: int, right: str, j: int) -> None:
    assert hashes(example(left))[i] == hashes(example(right))[j]


def test_two_of_the_identical_ones_are_not() -> None:
    """By the rules the offset counts (2) and so does the namespace (4): both examples are older than the rules."""
    first, second, fourth = (hashes(example(f"event_with_identical_hash_id_{n}.xml"))[0] for n in (1, 2, 4))
    assert len({first, second, fourth}) == 3


def test_different_events_have_different_hashes() -> None:
    found: dict[str, str] = {}
    for name in JSON:
        document = example(name)
        for event, identity in zip(document.events, hashes(document), strict=True):
            text = repr(same({k: v for k, v in event.items() if k not in LEFT_OUT}, document.context))
            assert found.setdefault(identity, text) == text, name


LEFT_OUT = {"eventID", "recordTime", "errorDeclaration", "rdfs:comment"}


def test_xml_has_the_lists_that_its_grammar_wants() -> None:
    made = write_xml(example("Example_9.6.2-ObjectEvent.jsonld").events, {}, created="2026-11-22T00:00:00Z")
    assert b"<epcList/><action>" in made
    assert "epcList" not in read(made).events[0]
    made = write_xml(example("SensorDataExample8.jsonld").events, {}, created="2026-11-22T00:00:00Z")
    assert b"</parentID><childEPCs/><action>" in made
    empty = {
        **example("Example_9.6.1-ObjectEvent.jsonld").events[0],
        "bizTransactionList": [],
        "sourceList": [],
    }
    made = write_xml([empty], {}, created="2026-11-22T00:00:00Z")
    assert b"bizTransactionList" not in made
    assert b"sourceList" not in made
