"""The embedded broker by itself: what it refuses, what it forgets, how it keeps up."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.broker import connection, packets, server, sessions
from xaso.broker.access import READ, WRITE, Rules
from xaso.broker.packets import Bad, Message
from xaso.broker.sessions import Session
from xaso.broker.testing import Papers, Peer, context, embedded
from xaso.broker.tree import Tree, matches
from xaso.kernel.plain.horn import topics


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return Papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def port(papers: Papers) -> Iterator[int]:
    with embedded(papers.broker, plain=True) as found:
        yield found


@pytest.mark.parametrize("read", [
    lambda body: packets.split(bytearray(body), 1000), packets.read_connect, packets.read_acknowledged,
    lambda body: packets.read_publish(0x32, body, 5), lambda body: packets.read_publish(0x30, body, 4),
    lambda body: packets.read_subscribe(body, 5), lambda body: packets.read_unsubscribe(body, 4),
    lambda body: packets.Reader(body).read_properties(),
])  # fmt: skip
@settings(max_examples=50, deadline=None)
@given(body=st.binary(max_size=60))
def test_no_bytes_do_harm(read, body):
    try:
        read(body)
    except Bad as error:
        assert error.code >= 0x80


@settings(max_examples=50, deadline=None)
@given(
    topic=st.text(
        st.characters(exclude_characters="+#\0", exclude_categories=["Cs"]), min_size=1, max_size=20
    ),
    payload=st.binary(max_size=400),
    cut=st.integers(1, 500),
)
def test_a_message_comes_out_as_it_went_in_however_it_is_cut(topic, payload, cut):
    for level in (4, 5):
        head, tail = packets.frame(Message(topic, payload, 1), level, 1, False, 60 if level == 5 else None)
        whole = (head + packets.short(7) + tail) * 2
        buffer, found = bytearray(), []
        for at in range(0, len(whole), cut):
            buffer += whole[at : at + cut]
            found += packets.split(buffer, 100_000)
        assert len(found) == 2 and not buffer
        came = packets.read_publish(*found[1], level)
        assert (came.message.topic, came.message.payload, came.mid) == (topic, payload, 7)
        assert came.expiry == (60 if level == 5 else None)


@settings(max_examples=50, deadline=None)
@given(
    names=st.lists(st.lists(st.sampled_from(["a", "b", "+", "#", ""]), min_size=1, max_size=4), max_size=8),
    topic=st.lists(st.sampled_from(["a", "b", "", "$x"]), min_size=1, max_size=4),
)
def test_the_tree_finds_what_matching_one_by_one_finds(names, topic):
    tree: Tree[int, str] = Tree()
    wanted = ["/".join(name) for name in names if packets.good_filter("/".join(name))]
    for number, name in enumerate(wanted):
        assert tree.add(name, number, name)
    said = "/".join(topic)
    assert sorted(number for number, _ in tree.hearers(said)) == [
        number for number, name in enumerate(wanted) if matches(name, said)
    ]
    for number, name in enumerate(wanted):
        assert tree.drop(name, number)
    assert not list(tree.hearers(said)) and len(tree) == 0


def test_rules_are_judged_as_mosquitto_judges_them():
    rules = Rules(topics.acl())
    own, other = topics.topic("1", "loa", "cmd"), topics.topic("1", "other", "cmd")
    assert (
        rules.may("loa", READ, own) and not rules.may("loa", READ, other) and not rules.may("loa", WRITE, own)
    )
    assert rules.may("loa", WRITE, topics.topic("1", "loa", "state"))
    for greedy in ("#", "tt/#", "tt/+/+/cmd", "tt/1/+/cmd", "+/+/+/+"):
        assert not rules.may("loa", READ, greedy)
        assert rules.may(topics.SERVER, READ, greedy) == greedy.startswith("tt/")
    for name in ("+", "#", "a/b", ""):
        assert not rules.may(name, READ, f"tt/1/{name}/cmd")
    for text in ("topic sing a", "nonsense", "pattern"):
        with pytest.raises(ValueError):
            Rules(text)


def test_a_client_that_breaks_the_rules_is_shown_the_door(port: int):
    for sent in (b"\x10\x00", b"\xc0\x00", b"\x10\xff\xff\xff\x7f", b"GET / HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), 5) as line:
            line.sendall(sent)
            assert line.recv(100) == b""


def test_qos_2_and_too_much_end_the_connection_and_shared_subscriptions_are_refused(port: int):
    one = Peer(port, "xaso-server", None, keep=0)
    one.up()
    assert one.subscribe("$share/x/tt/#") == "Shared subscription not supported"
    one.client.publish("tt/a/b/c", b"x" * (connection.BIGGEST_PACKET + 1), qos=0)
    assert one.wait("gone") == "Packet too large"
    two = Peer(port, "xaso-server", None, keep=0)
    two.up()
    two.client.publish("tt/a/b/c", b"x", qos=2)
    assert two.wait("gone") == "QoS not supported"


def test_the_newer_connection_of_a_client_replaces_the_older_and_its_will_comes_first(port: int):
    state = topics.topic("1", "loa-x", "state")
    watcher, older = Peer(port, "xaso-server", None, keep=0), Peer(port, "loa-x", None, will=state)
    watcher.up()
    watcher.subscribe(state)
    older.up()
    newer = Peer(port, "loa-x", None)
    newer.up()
    newer.publish(state, b"here", retain=True)
    assert [watcher.next()[1] for _ in range(2)] == [b"gone", b"here"]
    assert older.wait("gone") == "Session taken over"
    for peer in (watcher, newer):
        peer.leave()


def test_a_revoked_certificate_ends_the_connection_that_is_open(
    papers: Papers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(server, "LOOK_EVERY", 0.02)
    place = papers.device("loa-lost")
    with embedded(papers.broker) as port:
        lost = Peer(port, "loa-lost", context(place))
        assert lost.up() == "Success"
        papers.revoke(place)
        assert lost.wait("gone") == "Not authorized"
        again = Peer(port, "loa-lost", context(place))
        with pytest.raises(OSError):
            again.client.connect("127.0.0.1", port)
            again.client.loop_start()
            raise OSError(again.wait("gone"))


def test_a_list_of_rules_that_cannot_be_read_leaves_the_former_in_force(tmp_path: Path):
    (tmp_path / "acl").write_text("user a\ntopic read x\n")
    broker = server.Broker(tmp_path, plain=True)
    (tmp_path / "acl").write_text("nonsense in it\n")
    with pytest.raises(ValueError):
        broker.files.look()
    assert broker.files.rules.may("a", READ, "x")


def test_a_slow_client_costs_its_own_messages_only():
    written: list[bytes] = []
    session = Session("slow", expiry=60, window=3, write=written.append)
    for number in range(sessions.MOST_WAITING + 10):
        session.deliver(Message("t", b"%d" % number, 1), 1, False, {})
    assert len(written) == 3 and len(session.waiting) == sessions.MOST_WAITING and session.dropped == 7
    session.confirmed(1)
    assert len(written) == 4
    session.paused = True
    session.deliver(Message("t", b"x", 0), 0, False, {})
    session.confirmed(2)
    assert len(written) == 4 and session.dropped == 8


def test_what_was_not_confirmed_is_sent_again_with_its_number_and_what_has_ended_is_not(monkeypatch):
    written: list[bytes] = []
    session = Session("away", level=5, expiry=60, write=written.append)
    moment = 1000.0
    monkeypatch.setattr(sessions.time, "monotonic", lambda: moment)
    session.deliver(Message("t", b"stays", 1), 1, False, {})
    session.deliver(Message("t", b"ends", 1, ends=1010.0), 1, False, {})
    first, second = written
    session.write = None
    session.deliver(Message("t", b"later", 1, ends=1010.0), 1, False, {})
    written.clear()
    moment, session.write = 1020.0, written.append
    session.resume()
    assert written == [bytes((first[0] | 8,)) + first[1:]]
    assert list(session.in_flight) == [1] and b"ends" in second
