"""One town and one browser for all journeys: they are dear to start, and people share a town too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests.emptying import kept_aside
from tests.journeys.people import People
from tests.journeys.world import Town, a_town
from xaso.kernel.base.testing import as_app_role
from xaso.kernel.ui.browser import CHROMIUM, launch_browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies here is a journey."""
    for item in items:
        if "/journeys/" in str(item.path):
            item.add_marker(pytest.mark.journey)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine"))


@contextlib.contextmanager
def _test_database(keep: bool) -> Iterator[None]:
    """pytest-django makes a test database for tests with its own mark only; journeys share one without that mark."""
    if str(connection.settings_dict["NAME"]).startswith("test_"):
        yield
        return
    made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, keepdb=keep)
    try:
        with kept_aside(), as_app_role():
            yield
    finally:
        if not keep:
            with (
                connection.cursor() as cursor
            ):  # threads of the server and the worker may hold theirs a little longer
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def town(
    django_db_setup: None, django_db_blocker: Any, django_db_keepdb: bool, django_db_createdb: bool
) -> Iterator[Town]:
    """The running installation."""
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock(), _test_database(keep), a_town() as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, headless."""
    with launch_browser() as made:
        yield made


@pytest.fixture
def people(town: Town, browser: Any) -> Iterator[People]:
    """Everybody of a story, each in a browser context of their own; closed at its end."""
    made = People(town, browser)
    yield made
    made.leave()


def pytest_exception_interact(node: pytest.Item, call: Any) -> None:
    """A journey that fails leaves pictures of everybody's screen in var/log, and says what stood there."""
    people = getattr(node, "funcargs", {}).get("people")
    if people is not None and call.when == "call":
        node.add_report_section("call", "screens", people.show(node.name))
