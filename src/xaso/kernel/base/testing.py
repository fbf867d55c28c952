"""Tests work under the role of server and worker, which the policies bind."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

from xaso.kernel.base.reach import app_role


def _step_back(connection: Any, **_: Any) -> None:
    with connection.connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {app_role()}")


@contextlib.contextmanager
def as_app_role() -> Iterator[None]:
    """Every connection from here on steps back behind the role of the product, where that role exists.

    For a test database that its owner has just made: making and removing it is the owner's work.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [app_role()])
        there = cursor.fetchone()
    if there:
        with connection.cursor() as cursor:
            # Emptying tables between tests that commit is the owner's work in the product.
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {app_role()}")
        connection_created.connect(_step_back, weak=False)
        connection.close()
    try:
        yield
    finally:
        connection_created.disconnect(_step_back)
        connection.close()
