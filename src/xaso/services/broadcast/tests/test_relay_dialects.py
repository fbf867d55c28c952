"""Words of the source systems: every version reads or refuses, and says what it was given."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.connectors.source_system import source_system
from xaso.kernel.connectors.testing import simulators
from xaso.kernel.plain.moment import at
from xaso.services.broadcast.rules.dialects import Unreadable, dialect, dialects

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(version=st.sampled_from(sorted(dialects())), values=st.lists(ODD, min_size=12, max_size=12))
def test_whatever_comes_is_read_or_refused(version: str, values: list[Any]):
    words = dialect(version)
    wire = dict(zip(words.names.values(), values, strict=False))
    try:
        found = words.read(wire)
    except Unreadable as error:
        assert error.errors
    else:
        assert found.id
        assert found.areas


def test_what_one_version_writes_it_reads_again():
    facts = {
        "id": "7", "kind": "priority", "title": "Rét", "text": "Che chuồng.", "issuer": "Sở", "areas": ["02683"],
        "valid_from": at("2026-11-23T06:00"), "valid_to": at("2026-11-24T06:00"), "play_at": [at("2026-11-23T17:00")],
    }  # fmt: skip
    for words in dialects().values():
        found = words.read(words.write(facts))
        assert (found.kind, found.areas, found.play_at) == ("priority", ("02683",), (facts["play_at"][0],))
        assert found.valid_to == facts["valid_to"]


def test_nested_facts_are_written_in_the_versions_words():
    told = {
        "clusters": [{"code": "a", "type": "bridge", "hamlet": "x"}],
        "by_origin": {"commune": 3, "centre": 1},
    }
    assert dialect("2.0").write(told) == {
        "DanhSachCum": [{"MaCum": "a", "Loai": "GHEP_NOI", "MaThon": "x"}],
        "TheoNguon": {"XA": 3, "TW": 1},
    }
    assert dialect("1.0").write(told)["devices"] == [{"code": "a", "type": "bridge"}]


@pytest.mark.django_db
def test_the_operators_page_says_whether_the_province_answers():
    with simulators() as (world, _):
        assert source_system().health().ok
        world.break_it("source", "error", times=9)
        assert not source_system().health().ok
        source_system().transport.breaker.worked()
