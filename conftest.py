"""For all tests: a lost test database costs nothing, so commits need not wait for the disk.

Tests run as the role of server and worker, bound by the policies, wherever that role exists.
"""

import os

import pytest

os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")
os.environ.setdefault("XASO_BANNER_SECONDS", "0")  # no test sees what another one announced


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The owner makes the test database, then steps back behind the role of server and worker."""
    from django.db import connection
    from django.test import TransactionTestCase

    from tests.emptying import bring_back, kept_aside
    from xaso.kernel.base.testing import as_app_role

    if not str(connection.settings_dict["NAME"]).startswith("test_"):
        yield  # no test of this session asked for a database by pytest-django's mark
        return
    flushing = TransactionTestCase._fixture_teardown
    with django_db_blocker.unblock():
        keeping, stepped_back = kept_aside(), as_app_role()
        loaded = keeping.__enter__()
        stepped_back.__enter__()
    TransactionTestCase._fixture_teardown = lambda case: bring_back(loaded)
    yield
    TransactionTestCase._fixture_teardown = flushing
    with django_db_blocker.unblock():
        stepped_back.__exit__(None, None, None)
        keeping.__exit__(None, None, None)
