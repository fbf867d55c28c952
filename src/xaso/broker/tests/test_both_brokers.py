"""What the loudspeakers need of a broker, asked of the embedded one and of Mosquitto with the settings that ship."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from xaso.broker.testing import Papers, Peer, context, embedded, has_mosquitto, mosquitto
from xaso.kernel.plain.horn import topics

KINDS = [
    "embedded",
    pytest.param(
        "mosquitto", marks=pytest.mark.skipif(not has_mosquitto(), reason="Mosquitto is not installed here")
    ),
]


@dataclass
class World:
    papers: Papers
    port: int
    peers: list[Peer] = field(default_factory=list)

    def device(self, name: str, **more: object) -> Peer:
        return self._keep(Peer(self.port, name, context(self.papers.device(name)), **more))

    def station(self) -> Peer:
        tls = context(self.papers.broker, "client.pem", "client.key")
        return self._keep(Peer(self.port, topics.SERVER, tls, keep=0))

    def _keep(self, peer: Peer) -> Peer:
        self.peers.append(peer)
        assert peer.up() == "Success"
        return peer


@pytest.fixture(scope="module", params=KINDS)
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    papers = Papers(tmp_path_factory.mktemp(request.param))
    with {"embedded": embedded, "mosquitto": mosquitto}[request.param](papers.broker) as port:
        yield World(papers, port)


@pytest.fixture
def world(broker: World) -> Iterator[World]:
    yield broker
    while broker.peers:
        broker.peers.pop().leave()


@pytest.mark.parametrize("level", [4, 5])
def test_commands_to_one_to_all_and_emergencies_arrive(world: World, level: int) -> None:
    device, station = world.device(f"loa-a{level}", level=level), world.station()
    device.subscribe(*topics.device_filters("02728", f"loa-a{level}"))
    for topic in (
        topics.topic("02728", f"loa-a{level}", "cmd"),
        topics.all_commands("02728"),
        topics.emergency("02728"),
    ):
        station.publish(topic, b"signed")
        assert device.next() == (topic, b"signed")
    station.subscribe(*topics.server_filters())
    device.publish(topics.topic("02728", f"loa-a{level}", "log"), b"{}")
    assert station.next() == (topics.topic("02728", f"loa-a{level}", "log"), b"{}")


def test_a_device_reads_and_writes_its_own_branch_only(world: World) -> None:
    one, other, station = world.device("loa-b1"), world.device("loa-b2"), world.station()
    station.subscribe(*topics.server_filters())
    one.subscribe(topics.topic("02728", "loa-b2", "cmd"), *topics.device_filters("02728", "loa-b1"))
    other.subscribe(*topics.device_filters("02728", "loa-b2"))
    one.publish(topics.topic("02728", "loa-b2", "state"), b"a lie")
    one.publish(topics.topic("02728", "loa-b2", "cmd"), b"a forgery")
    one.publish(topics.all_commands("02728"), b"a forgery")
    one.publish(topics.topic("02728", "loa-b1", "state"), b"the truth")
    assert station.next() == (topics.topic("02728", "loa-b1", "state"), b"the truth")
    station.publish(topics.topic("02728", "loa-b2", "cmd"), b"for the other")
    station.publish(topics.topic("02728", "loa-b1", "cmd"), b"for me")
    assert one.next() == (topics.topic("02728", "loa-b1", "cmd"), b"for me")
    assert other.next() == (topics.topic("02728", "loa-b2", "cmd"), b"for the other")
    assert one.heard.empty() and other.heard.empty() and station.heard.empty()


def test_the_programme_is_kept_for_who_comes_later_and_can_be_taken_away(world: World) -> None:
    station, topic = world.station(), topics.topic("02728", "loa-c1", "desired")
    station.publish(topic, b"programme 1", retain=True)
    station.publish(topic, b"programme 2", retain=True)
    device = world.device("loa-c1")
    device.subscribe(*topics.device_filters("02728", "loa-c1"))
    assert device.next() == (topic, b"programme 2")
    station.publish(topic, b"", retain=True)
    assert device.next() == (topic, b"")
    device.subscribe(topic)
    station.publish(topics.all_commands("02728"), b"mark")
    assert device.next()[1] == b"mark"


def test_a_line_that_breaks_is_told_and_one_that_ends_is_not(world: World) -> None:
    station = world.station()
    station.subscribe("tt/+/+/state")
    states = [topics.topic("02728", name, "state") for name in ("loa-d1", "loa-d2", "loa-d3")]
    polite, broken = world.device("loa-d1", will=states[0]), world.device("loa-d2", will=states[1])
    polite.leave()
    broken.cut()
    assert station.next() == (states[1], b"gone")
    world.device("loa-d3").publish(states[2], b"mark")
    assert station.next() == (states[2], b"mark")


def test_commands_wait_for_a_device_that_is_away_unless_they_have_ended(world: World) -> None:
    device, station = world.device("loa-e1"), world.station()
    names = topics.device_filters("02728", "loa-e1")
    device.subscribe(*names)
    device.cut()
    topic = topics.topic("02728", "loa-e1", "cmd")
    for number in range(5):
        station.publish(topic, b"%d" % number, expires=600)
    again = world.device("loa-e1")
    assert [again.next()[1] for _ in range(5)] == [b"%d" % number for number in range(5)]


def test_without_our_certificate_nobody_comes_in(world: World, tmp_path: Path) -> None:
    stranger = Papers(tmp_path).device("loa-f1")
    (stranger / "ca.pem").write_bytes(world.papers.authority.certificate)
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "ca.pem").write_bytes(world.papers.authority.certificate)
    for place in (stranger, bare):
        peer = Peer(world.port, "loa-f1", context(place))
        with pytest.raises((ssl.SSLError, ConnectionError, OSError)):
            peer.client.connect("127.0.0.1", world.port)
            peer.client.loop_start()
            raise ConnectionError(peer.wait("gone"))


def test_nobody_takes_the_session_of_another_by_its_name(world: World) -> None:
    honest = world.device("loa-g1")
    topic = topics.topic("02728", "loa-g1", "cmd")
    honest.subscribe(topic)
    thief = Peer(world.port, "loa-g1", context(world.papers.device("loa-g2")))
    world.peers.append(thief)
    thief.client.connect("127.0.0.1", world.port)
    thief.client.loop_start()
    thief.wait("connect")
    world.station().publish(topic, b"still here")
    assert honest.next() == (topic, b"still here")
    assert thief.heard.empty()
