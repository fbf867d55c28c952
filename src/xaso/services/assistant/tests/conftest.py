from __future__ import annotations

from collections.abc import Iterator

import pytest

from xaso.services.assistant.tests.asking_world import World, a_world, indexed


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with indexed():
        yield a_world()
