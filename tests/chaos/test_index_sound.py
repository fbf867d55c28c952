"""What the bench calls a sound index after a kill is one, and a damaged one is told."""

from __future__ import annotations

import pytest

from bench.legal.serving import unsound
from xaso.services.assistant.engine import Engine
from xaso.services.assistant.tests.engine_sample import docs


@pytest.fixture
def index(tmp_path):
    Engine.open(tmp_path / "index").add(docs())
    return tmp_path / "index"


def test_an_index_as_it_was_written_is_sound(index):
    assert unsound(index) == []


@pytest.mark.parametrize(("part", "fault"), [("own", "own lists"), ("ids", "postings"), ("flags", "columns")])
def test_a_part_that_was_cut_is_told(index, part, fault):
    segment = Engine.open(index)._refresh().segments[0]
    file = segment.folder / part
    file.write_bytes(file.read_bytes()[:-8])
    assert any(fault in one for one in unsound(index))
