"""The log and its delivery, through emit and the relay."""

import pytest
from django.db import DatabaseError, connection, transaction

from xaso.kernel.events import emit, registry, relay
from xaso.kernel.events.models import Delivery, Event, Outbox
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7

SYSTEM = Viewer.system()


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(registry, "_listeners", {})
    got: list[tuple[str, object]] = []
    registry.listen("test.made", "ear", lambda event: got.append((event.name, event.data.get("n"))))
    return got


def say(n=1, record=None, name="test.made"):
    with transaction.atomic():
        return emit(
            name, record=("test.thing", record or uuid7()), unit_path="15/", viewer=SYSTEM, data={"n": n}
        )


@pytest.mark.django_db
def test_an_event_reaches_its_listener_once(heard):
    say()
    relay.run_once()
    relay.run_once()
    assert heard == [("test.made", 1)]
    assert Outbox.objects.count() == 0


@pytest.mark.django_db
def test_an_event_nobody_hears_leaves_no_outbox_row(heard):
    say(name="test.unheard")
    assert Event.objects.filter(name="test.unheard").exists()
    assert Outbox.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_emit_refuses_to_stand_outside_a_transaction():
    with pytest.raises(RuntimeError):
        emit("test.made", record=("test.thing", uuid7()), unit_path="", viewer=SYSTEM)


@pytest.mark.django_db
def test_a_rolled_back_change_leaves_no_event(heard):
    with pytest.raises(ValueError, match="stop"), transaction.atomic():
        emit("test.made", record=("test.thing", uuid7()), unit_path="", viewer=SYSTEM)
        raise ValueError("stop")
    assert not Event.objects.filter(name="test.made").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_the_log(heard, change):
    say(name="test.unheard")
    rows = Event.objects.filter(name="test.unheard")
    with pytest.raises(DatabaseError, match="append-only|permission denied"), transaction.atomic():
        rows.update(name="test.other") if change == "update" else rows.delete()


@pytest.mark.django_db
def test_a_failing_listener_is_tried_again_then_lies_dead_until_replayed(heard):
    broken = [True]

    def ear(event):
        if broken[0]:
            raise ConnectionError("line is down")
        heard.append((event.name, "late"))

    registry.listen("test.made", "ear", ear)
    say()
    relay.expand()
    for _ in range(relay.MAX_ATTEMPTS):
        Delivery.objects.update(next_at="2020-01-01T00:00:00Z")
        relay.deliver()
    dead = Delivery.objects.get()
    assert (dead.state, dead.attempts) == ("dead", relay.MAX_ATTEMPTS)
    assert "line is down" in dead.error
    broken[0] = False
    assert relay.revive(dead.pk)
    assert not relay.revive(dead.pk)
    relay.run_once()
    assert heard == [("test.made", "late")]
    assert Delivery.objects.get().state == "done"


@pytest.mark.django_db
def test_order_is_kept_per_record_while_others_go_on(heard):
    first, other = uuid7(), uuid7()
    fail = [True]

    def ear(event):
        if event.record_id == first and fail[0]:
            raise ConnectionError
        heard.append((event.name, event.data["n"]))

    registry.listen("test.made", "ear", ear)
    say(1, first)
    say(2, first)
    say(3, other)
    relay.run_once()
    assert [n for _, n in heard] == [3]
    fail[0] = False
    Delivery.objects.update(next_at="2020-01-01T00:00:00Z")
    relay.run_once()
    assert [n for _, n in heard] == [3, 1, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_it_to_the_owner_of_the_tables_too(heard, change):
    say(name="test.unheard")
    rows = Event.objects.filter(name="test.unheard")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
        rows.update(name="test.other") if change == "update" else rows.delete()
