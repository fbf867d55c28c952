"""Bridges to older FM and wired networks: what they report, and what is made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.testing import a_commune
from xaso.services.broadcast.actions.settling import note_state
from xaso.services.broadcast.actions.stations import open_station, register_cluster
from xaso.services.broadcast.models import Cluster, Fault
from xaso.services.broadcast.rules.bridges import WORDS, judge, read_bridge
from xaso.services.broadcast.streams.bridges import bridges_of
from xaso.services.broadcast.tests.relay_sound import START

SYSTEM = Viewer.system()
GOOD = {
    "carrier": "fm", "frequency": 98.5, "input_level": -14, "output_level": -12, "power": 30, "horns_answering": 12,
    "source": "file",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "playing", "faults"),
    [
        ({}, True, set()),
        ({"input_level": -80, "output_level": -80}, True, {"bridge_no_input"}),
        ({"output_level": -90}, True, {"bridge_no_output"}),
        ({"power": 0}, True, {"bridge_no_output"}),
        ({"horns_answering": 9}, True, {"bridge_horns"}),
        ({"input_level": -90, "output_level": -10, "source": "none"}, False, {"bridge_foreign"}),
        ({"input_level": -90, "output_level": -90, "source": "none"}, False, set()),
        ({"input_level": None, "output_level": None, "power": None, "horns_answering": None}, True, set()),
    ],
)
def test_a_report_is_judged(change: dict[str, Any], playing: bool, faults: set[str]):
    bridge = read_bridge({**GOOD, **change})
    assert bridge is not None
    assert judge(bridge, horns=12, playing=playing).keys() == faults
    assert faults <= WORDS.keys()


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(GOOD)), ODD) | ODD)
def test_odd_reports_are_read_or_left(told: Any):
    told = {"carrier": "wired", **told} if isinstance(told, dict) else told
    found = read_bridge(told)
    if found is not None:
        judge(found, horns=2, playing=True)


@pytest.mark.django_db
def test_a_bridge_reports_faults_begin_and_end():
    station = open_station(SYSTEM, unit=a_commune())
    bridge = register_cluster(SYSTEM, station=station, code="fm-1", name="Đài FM cũ", kind="bridge", horns=12)
    plain = register_cluster(SYSTEM, station=station, code="ip-1", name="Loa IP")

    def tell(cluster: Cluster, minutes: float, **bridge_says: Any) -> None:
        state = {
            "online": True, "at": START + timedelta(minutes=minutes), "bridge": {**GOOD, **bridge_says},
            "playing": "019b0000-0000-7000-8000-000000000000",
        }  # fmt: skip
        note_state(SYSTEM, cluster=cluster, state=state)

    tell(bridge, 0, output_level=-90, horns_answering=3)
    tell(bridge, 1, output_level=-90, horns_answering=3)
    assert set(Fault.objects.filter(ended_at=None).values_list("kind", flat=True)) == {
        "bridge_no_output",
        "bridge_horns",
    }
    tell(bridge, 6)
    assert not Fault.objects.filter(ended_at=None).exists()
    tell(plain, 0, output_level=-90)
    assert not plain.faults.exists()
    ((cluster, report),) = bridges_of(SYSTEM, station)
    assert (cluster, report.frequency, bridge.bridge_reports.count()) == (bridge, 98.5, 2)
