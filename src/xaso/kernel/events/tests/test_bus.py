"""The bus of three nodes: at least once, in order per record, with a node killed in the middle."""

import pytest
from django.db import transaction

from xaso.kernel.events import emit, registry, relay
from xaso.kernel.events.bus import stream, testing
from xaso.kernel.events.bus.link import Link
from xaso.kernel.events.models import BusCursor, Delivery, Event, Outbox
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(testing.program() is None, reason="nats-server is not installed"),
]


@pytest.fixture(scope="module")
def nodes():
    with testing.Nodes() as running:
        yield running


@pytest.fixture
def line(nodes, monkeypatch):
    """A bus on a consumer of its own, starting behind what earlier tests left in the stream."""
    link = Link(nodes.address.split(","), consumer=f"test-{uuid7().hex}")
    bus = stream.StreamBus(link)
    monkeypatch.setattr(relay, "bus", lambda: bus)
    monkeypatch.setattr(registry, "_listeners", {})
    yield bus
    link.call(link.close())


@pytest.fixture
def heard(line):
    got = []
    registry.listen("test.made", "ear", lambda event: got.append((event.record_id, event.data["n"])))
    return got


def say(record, *numbers):
    with transaction.atomic():
        for n in numbers:
            emit(
                "test.made",
                record=("test.thing", record),
                unit_path="",
                viewer=Viewer.system(),
                data={"n": n},
            )


def pump(until, tries=200):
    for _ in range(tries):
        relay.run_once()
        if until():
            return


def test_events_come_back_from_the_stream_in_order(heard):
    one, two = uuid7(), uuid7()
    say(one, 1, 2, 3)
    say(two, 1, 2)
    pump(lambda: len(heard) == 5)
    assert [n for record, n in heard if record == one] == [1, 2, 3]
    assert [n for record, n in heard if record == two] == [1, 2]
    assert Outbox.objects.count() == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_an_event_published_twice_is_heard_once(heard):
    record = uuid7()
    say(record, 1, 2)
    assert relay.bus().carry(100) == 2
    Outbox.objects.update(sent_at=None)
    relay.bus().carry(100)
    pump(lambda: len(heard) == 2)
    relay.run_once()
    assert [n for _, n in heard] == [1, 2]


def test_a_database_put_back_in_time_reads_the_stream_again(heard, line):
    record = uuid7()
    say(record, 1, 2)
    pump(lambda: len(heard) == 2)
    assert BusCursor.objects.get().last >= 2
    # As after a restore to an earlier moment: neither deliveries nor cursor know of what was acknowledged.
    Delivery.objects.all().delete()
    BusCursor.objects.update(last=0)
    say(record, 3)
    pump(lambda: 3 in [n for _, n in heard])
    assert [n for _, n in heard] == [1, 2, 1, 2, 3]


def test_nothing_is_lost_when_a_node_is_killed_in_the_middle(heard, nodes):
    records = [uuid7() for _ in range(5)]
    for n in range(1, 4):
        for record in records:
            say(record, n)
    relay.bus().carry(8)
    victim = 1
    nodes.kill(victim)
    try:
        for record in records:
            say(record, 4)
        pump(lambda: len(heard) >= 20)
    finally:
        nodes.start(victim)
    assert sorted(set(heard)) == sorted((record, n) for record in records for n in range(1, 5))
    for record in records:
        assert [n for one, n in heard if one == record] == [1, 2, 3, 4]
    assert Outbox.objects.count() == 0


def test_while_the_bus_is_away_the_outbox_keeps_everything(monkeypatch):
    gone = stream.StreamBus(Link(["nats://127.0.0.1:9"]))
    monkeypatch.setattr(relay, "bus", lambda: gone)
    monkeypatch.setattr(registry, "_listeners", {})
    registry.listen("test.made", "ear", lambda event: None)
    say(uuid7(), 1)
    assert relay.run_once() == 0
    assert Outbox.objects.count() == 1
    assert Event.objects.filter(name="test.made").count() == 1
