"""The whole carried catalogue, parsed once for all tests of this folder."""

from __future__ import annotations

import pytest

from xaso.services.onestop.catalogue.report import Reading, read_all


@pytest.fixture(scope="session")
def reading() -> Reading:
    return read_all(with_law=False)
