"""Rows and events of one transaction in one statement."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from xaso.kernel.base.writing import gathered, insert_all
from xaso.kernel.events import emit, emit_many, registry
from xaso.kernel.events.models import Event, Outbox
from xaso.kernel.people.models import Identifier, Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system()


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    monkeypatch.setattr(registry, "_listeners", {})
    registry.listen("test.heard", "ear", lambda event: None)


def _write(person, *names):
    for name in names:
        emit(name, record=person, unit_path="15/", viewer=SYSTEM, data={"name": name})
    number = Identifier(person=person, kind="personal_number", value="015085000123", value_hash="0" * 64)
    insert_all(number, person)


def test_all_goes_in_one_statement_in_the_order_said():
    person = Person(full_name="Lò Thị Bình", contact={"phone": "0912345678"})
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        with gathered():
            _write(person, "test.one", "test.heard", "test.two")
            assert not Event.objects.filter(record_id=person.pk).exists()
    assert len([one for one in asked.captured_queries if "INSERT" in one["sql"]]) == 1
    kept = Event.objects.filter(record_id=person.pk)
    assert list(kept.values_list("name", flat=True)) == ["test.one", "test.heard", "test.two"]
    assert Outbox.objects.get().event.name == "test.heard"
    found = Person.objects.get(pk=person.pk)
    assert found.contact == {"phone": "0912345678"}
    assert found.identifiers.get().value == "015085000123"


def test_the_server_keeps_the_plan_of_the_statement():
    before = _plans()
    for number in range(2):
        with transaction.atomic(), gathered():
            emit(
                "test.heard", record=("test.thing", uuid7()), unit_path="", viewer=SYSTEM, data={"n": number}
            )
    # Tests before this one may have asked the same statement on this connection.
    used = {name: count - before.get(name, 0) for name, count in _plans().items()}
    assert [count for count in used.values() if count] == [2]


def _plans() -> dict[str, int]:
    """How often each kept statement that writes events was used on this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, generic_plans + custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%%events_outbox%%'"
        )
        return dict(cursor.fetchall())


def test_nothing_is_written_when_something_is_raised_inside():
    person = Person(full_name="Lò Thị Bình")
    with pytest.raises(ValueError, match="stop"), transaction.atomic(), gathered():
        _write(person, "test.heard")
        raise ValueError("stop")
    assert not Event.objects.filter(record_id=person.pk).exists()
    assert not Person.objects.filter(pk=person.pk).exists()


def test_the_database_still_refuses_what_it_refuses():
    person = Person(full_name="Lò Thị Bình")
    insert_all(person)
    with pytest.raises(IntegrityError), transaction.atomic(), gathered():
        emit("test.heard", record=person, unit_path="15/", viewer=SYSTEM)
        insert_all(person)
    assert not Event.objects.filter(record_id=person.pk).exists()


def test_odd_values_reach_the_log_as_text():
    import datetime

    with transaction.atomic():
        emit(
            "test.one",
            record=("test.thing", Person(full_name="A").pk),
            unit_path="",
            viewer=SYSTEM,
            data={"day": datetime.date(2026, 11, 22), "many": [datetime.date(2026, 1, 2)]},
        )
    assert Event.objects.get(name="test.one").data == {"day": "2026-11-22", "many": ["2026-01-02"]}


def test_many_events_go_in_one_statement_in_their_order_and_are_heard():
    keys = [uuid7() for _ in range(50)]
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        emit_many(
            "test.heard",
            records=[("test.thing", key, {"place": place}) for place, key in enumerate(keys)],
            unit_path="15/",
            viewer=SYSTEM,
        )
        emit_many("test.unheard", records=[("test.thing", keys[0], {})], unit_path="15/", viewer=SYSTEM)
        emit_many("test.heard", records=[], unit_path="15/", viewer=SYSTEM)
    assert len([one for one in asked.captured_queries if "INSERT" in one["sql"]]) == 2
    kept = Event.objects.filter(name="test.heard").order_by("seq")
    assert [(one.record_id, one.data) for one in kept] == [(key, {"place": n}) for n, key in enumerate(keys)]
    assert list(Outbox.objects.order_by("event_id").values_list("event__record_id", flat=True)) == keys


@pytest.mark.django_db(transaction=True)
def test_many_events_need_a_transaction_too():
    with pytest.raises(RuntimeError, match="outside a transaction"):
        emit_many("test.heard", records=[("test.thing", uuid7(), {})], unit_path="", viewer=Viewer.system())
