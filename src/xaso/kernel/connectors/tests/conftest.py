"""The simulated world for tests of the connectors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xaso.kernel.connectors.testing import simulators
from xaso.simulators.world import World


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """The simulators are up and every connector speaks to them."""
    with simulators() as (made, _):
        yield made
