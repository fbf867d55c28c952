"""For all tests: a lost test database costs nothing, so commits need not wait for the disk.

Tests run as the role of server and worker, bound by the policies, wherever that role exists.
"""

import os

import pytest

os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The owner makes the test database, then steps back behind the role of server and worker."""
    from django.db import connection

    from xaso.kernel.base.testing import as_app_role

    if not str(connection.settings_dict["NAME"]).startswith("test_"):
        yield  # no test of this session asked for a database by pytest-django's mark
        return
    with django_db_blocker.unblock():
        stepped_back = as_app_role()
        stepped_back.__enter__()
    yield
    with django_db_blocker.unblock():
        stepped_back.__exit__(None, None, None)
