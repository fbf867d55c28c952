"""Two web nodes, two workers, one database: half of them die, nothing is lost."""

from __future__ import annotations

import shutil

import pytest

from bench.killing import secret_home
from bench.many_nodes import many


@pytest.mark.slow
def test_nothing_is_lost_when_half_of_the_nodes_die() -> None:
    home = secret_home()
    found = many(home, submissions=40)
    assert found["faults"] == [], found
    assert found["dossiers"] == 40
    assert len(found["kills"]) >= 2
    assert min(found["asked"].values()) > 0
    shutil.rmtree(home, ignore_errors=True)
