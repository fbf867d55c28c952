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
    from django.db.backends.signals import connection_created

    from xaso.kernel.base.reach import app_role

    def step_back(connection, **_):
        with connection.connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {app_role()}")

    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [app_role()])
            there = cursor.fetchone()
        if there:
            with connection.cursor() as cursor:
                # Emptying tables between tests that commit is the owner's work in the product.
                cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {app_role()}")
            connection_created.connect(step_back, weak=False)
            connection.close()
    yield
    connection_created.disconnect(step_back)
    with django_db_blocker.unblock():
        connection.close()
