"""What several tests of the radio need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from xaso.kernel.plain.moment import frozen
from xaso.services.broadcast.tests.core_world import MONDAY, Radio, Sent, a_radio


@pytest.fixture
def sent() -> Iterator[Sent]:
    with Sent() as out:
        yield out


@pytest.fixture(scope="module")
def _made(django_db_setup: object, django_db_blocker: object) -> Iterator[Radio]:
    with django_db_blocker.unblock(), transaction.atomic(), frozen(MONDAY):  # type: ignore[attr-defined]
        yield a_radio()
        transaction.set_rollback(True)


@pytest.fixture
def radio(_made: Radio, db: object) -> Iterator[Radio]:
    with frozen(MONDAY):
        for row in (_made.station, *_made.clusters):
            row.refresh_from_db()
        yield _made
