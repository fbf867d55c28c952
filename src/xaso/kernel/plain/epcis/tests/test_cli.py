"""``./xaso trace event-hash``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import orjson
import pytest

from xaso.kernel.plain.epcis import hashes
from xaso.kernel.plain.epcis.tests.examples import FOLDER, example
from xaso.kernel.plain.gs1.cli import main

LEFT, RIGHT = "event_with_identical_hash_id_7.json", "event_with_identical_hash_id_1.xml"


def test_a_hash_id_for_each_event_json_and_xml_alike(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["Example_9.6.1-ObjectEvent.jsonld", LEFT, RIGHT]
    assert main(["event-hash", *(str(FOLDER / name) for name in names)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [one for name in names for one in hashes(example(name))]
    assert lines[2] == lines[3]


def test_the_text_behind_it_and_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((FOLDER / LEFT).read_bytes())))
    assert main(["event-hash", "--text", "-"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == hashes(example(LEFT))[0]
    assert second.startswith("eventType=ObjectEventeventTime=2005-04-05T02:33:31.116Z")


def test_a_file_that_cannot_be_read_is_named_and_the_others_answered(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken, empty = tmp_path / "broken.json", tmp_path / "empty.json"
    broken.write_text("{")
    empty.write_text('{"type": "ObjectEvent", "eventTime": "yesterday"}')
    assert main(["event-hash", str(broken), str(tmp_path / "none.xml"), str(empty), str(FOLDER / LEFT)]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == hashes(example(LEFT))[0]
    assert [line.partition(":")[0] for line in told.err.splitlines()] == [
        str(broken),
        str(tmp_path / "none.xml"),
        str(empty),
    ]


def test_lists_and_documents_without_a_type(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    whole = orjson.loads((FOLDER / "Example_9.6.1-ObjectEvent.jsonld").read_bytes())
    events = whole["epcisBody"]["eventList"]
    expected = hashes(example("Example_9.6.1-ObjectEvent.jsonld"))
    own = [{"@context": whole["@context"], **one} for one in events]
    untyped = {"@context": whole["@context"], "epcisBody": {"eventList": events}}
    bare = {"@context": whole["@context"], "eventList": events}
    for name, value, times in (
        ("own", own, 1),
        ("untyped", untyped, 1),
        ("bare", bare, 1),
        ("both", [whole, *own], 2),
    ):
        path = tmp_path / f"{name}.json"
        path.write_bytes(orjson.dumps(value))
        assert main(["event-hash", str(path)]) == 0
        assert capsys.readouterr().out.splitlines() == expected * times


def test_what_a_check_refuses_is_hashed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No action, a step of nobody's, a list of one written alone, a place without its identifier."""
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-22T08:00:00Z",
        "bizStep": "humming",
        "epcList": "urn:x:1",
    }
    wrong = tmp_path / "wrong.jsonld"
    wrong.write_bytes(orjson.dumps({**event, "readPoint": {"ext:a": 1}}))
    assert main(["event-hash", "--text", str(wrong)]) == 0
    assert capsys.readouterr().out.splitlines()[1] == (
        "eventType=ObjectEventeventTime=2026-11-22T08:00:00.000ZepcListepc=urn:x:1bizStep=hummingreadPointext:a=1"
    )


def test_one_bad_event_does_not_hide_the_others(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good = {"type": "ObjectEvent", "eventTime": "2026-11-22T08:00:00Z"}
    mixed = tmp_path / "mixed.json"
    mixed.write_bytes(orjson.dumps([good, {**good, "eventTime": "yesterday"}, good]))
    assert main(["event-hash", str(mixed)]) == 1
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 2
    assert "Event 2" in told.err


def test_nothing_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["event-hash"]) == 2
    assert "event-hash FILE" in capsys.readouterr().err
