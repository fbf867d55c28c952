"""The world of warnings, made once for a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from xaso.kernel.plain import moment
from xaso.services.alerts.tests.world import BEFORE, NOON, World, build


@pytest.fixture(scope="module")
def shared(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    """Built once; rolled back when the module is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        with moment.frozen(BEFORE):
            made = build()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(shared: World, django_db_blocker: Any) -> Iterator[World]:
    """The shared world at noon; what a test does is undone."""
    with django_db_blocker.unblock(), transaction.atomic(), moment.frozen(NOON):
        yield shared
        transaction.set_rollback(True)
