"""Statements that carry the beginning and the end of their transaction commit, refuse and clear up like others."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg.pq import TransactionStatus

from xaso.kernel.base import journeys
from xaso.kernel.base.writing import gathered, insert_all, prepared
from xaso.kernel.people.models import Identifier, Person
from xaso.kernel.plain.ids import uuid7

pytestmark = pytest.mark.django_db(transaction=True)


def person(name: str = "Lò Thị Thử", key: UUID | None = None) -> Person:
    return Person(id=key or uuid7(), full_name=name, unit_path="15/")


def status() -> TransactionStatus:
    return TransactionStatus(connection.connection.pgconn.transaction_status)


def test_what_is_last_is_committed_with_its_statement() -> None:
    one = person()
    with transaction.atomic():
        with gathered(last=True):
            insert_all(one)
        assert status() == TransactionStatus.IDLE
    assert Person.objects.get(pk=one.pk).full_name == "Lò Thị Thử"
    assert connection.get_autocommit()


def test_inside_another_transaction_it_is_not_committed_by_itself() -> None:
    one = person()
    with pytest.raises(RuntimeError), transaction.atomic():
        with transaction.atomic(), gathered(last=True):
            insert_all(one)
        assert status() == TransactionStatus.INTRANS
        raise RuntimeError
    assert not Person.objects.filter(pk=one.pk).exists()


def test_a_refused_last_statement_leaves_nothing_behind() -> None:
    one = person()
    one.save()
    other = person("Người khác")
    with pytest.raises(IntegrityError), transaction.atomic():
        with prepared() as cursor:
            cursor.execute("SELECT count(*) FROM people_person WHERE full_name = %s", ["Người khác"])
        with gathered(last=True):
            insert_all(other, person("Trùng khóa", one.pk))
    assert status() == TransactionStatus.IDLE
    assert not Person.objects.filter(pk=other.pk).exists()
    assert Person.objects.get(pk=one.pk).full_name == "Lò Thị Thử"


def test_what_is_only_checked_at_the_commit_is_refused_too() -> None:
    orphan = Identifier(id=uuid7(), person_id=uuid7(), kind="passport", value="C1234567", value_hash="f" * 64)
    with pytest.raises(IntegrityError), transaction.atomic(), gathered(last=True):
        insert_all(orphan)
    assert not Identifier.objects.filter(pk=orphan.pk).exists()
    assert Person.objects.count() >= 0  # the connection goes on


def test_the_first_statement_begins_the_transaction() -> None:
    with transaction.atomic():
        assert status() == TransactionStatus.IDLE
        with prepared() as cursor:
            cursor.execute("SELECT %s::int + 1", [41])
            assert cursor.fetchone() == (42,)
        assert status() == TransactionStatus.INTRANS
    with prepared() as cursor:  # and outside one none is begun
        cursor.execute("SELECT %s::text", ["đường"])
        assert cursor.fetchone() == ("đường",)
        assert status() == TransactionStatus.IDLE


def test_a_statement_that_fails_says_why_and_the_next_one_works() -> None:
    with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic(), prepared() as cursor:
        cursor.execute("SELECT * FROM no_such_table WHERE id = %s", [1])
    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic(), prepared() as cursor:
        cursor.execute("SELECT 1 / %s::int", [0])
    with prepared() as cursor:
        cursor.execute("SELECT 1 / %s::int", [1])
        assert cursor.fetchall() == [(1,)]


def test_kept_plans_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journeys, "PLANS_AT_MOST", 5)
    connection.close()
    for _ in range(2):
        for number in range(12):
            with prepared() as cursor:
                cursor.execute(f"SELECT %s::int + {number}", [1])
                assert cursor.fetchone() == (number + 1,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'xaso_%%'")
        assert cursor.fetchone()[0] <= 5


def test_values_of_every_kind_go_through() -> None:
    with prepared() as cursor:
        cursor.execute("SELECT %s::text, %s::uuid, %s::bigint[], %s::jsonb", ["ê", UUID(int=7), [1, 2], None])
        assert cursor.fetchone() == ("ê", UUID(int=7), [1, 2], None)
