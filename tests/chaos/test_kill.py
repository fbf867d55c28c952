"""The bounded form of ``./xaso bench chaos``: power cuts between submissions lose nothing that was acknowledged."""

from __future__ import annotations

import shutil

import pytest

from bench.killing import secret_home, storm


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_everything_is_killed() -> None:
    home = secret_home()
    found = storm(home, submissions=60, kills=3)
    assert found["faults"] == [], found
    assert found["dossiers"] == 60
    assert len(found["kills"]) == 3
    shutil.rmtree(home, ignore_errors=True)
