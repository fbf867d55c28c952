"""``./xaso trace event-hash``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

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


def test_nothing_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["event-hash"]) == 2
    assert "event-hash FILE" in capsys.readouterr().err
