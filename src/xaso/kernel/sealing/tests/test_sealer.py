"""Sealing: everything committed gets its leaf, late ones too, and heads say the truth."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from xaso.kernel.events.models import Event
from xaso.kernel.plain.logbook.leaves import leaf_of, secret_of
from xaso.kernel.plain.logbook.notes import read_head, read_note
from xaso.kernel.plain.merkle import Frontier, root_of
from xaso.kernel.plain.moment import frozen, now
from xaso.kernel.sealing import logkeys, sealer, tree
from xaso.kernel.sealing.keys import KeyUnavailable
from xaso.kernel.sealing.models import Leaf, LogKey, Node, SealState, TreeHead
from xaso.kernel.sealing.secrets import salt_key
from xaso.kernel.sealing.testing import say, unlocked

pytestmark = pytest.mark.django_db


def sealed_ids():
    seqs = list(Leaf.objects.order_by("index").values_list("seq", flat=True))
    held = dict(Event.objects.filter(seq__in=seqs).values_list("seq", "id"))
    return [held[seq] for seq in seqs]


def test_all_events_are_sealed_once_in_their_order():
    made = [say(n=number) for number in range(23)]
    first = sealer.seal(batch=5)
    assert (first.leaves, first.head.size) == (23, 23)
    assert sealed_ids() == made
    assert sealer.seal().leaves == 0
    assert TreeHead.objects.count() == 1


def test_nothing_is_signed_before_there_is_something():
    assert sealer.seal() == sealer.Sealed()
    assert not LogKey.objects.exists()


def test_a_head_is_the_root_over_the_leaves_of_the_events():
    for number in range(37):
        say(n=number, word="Đạt")
    head = sealer.seal().head
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {tree.EVENT} FROM events_event e ORDER BY seq")
        entries = [tree.entry(row) for row in cursor.fetchall()]
    plain = Frontier()
    for entry in entries:
        plain.append(leaf_of(entry, secret_of(salt_key(), entry.id)))
    assert bytes(head.root) == plain.root() == root_of(37, tree.fetch)
    note = read_note(head.note)
    assert read_head(note.text).root == plain.root()
    assert note.has(logkeys.origin(), bytes(LogKey.objects.get().public))


def test_growing_step_by_step_or_at_once_makes_the_same_tree():
    for size in (1, 2, 16, 15, 33):
        for number in range(size):
            say(n=number)
        sealer.seal(batch=7)
    nodes = set(Node.objects.values_list("level", "position", "hash"))
    hashes = [bytes(one) for one in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    edge = Frontier()
    whole = {node for leaf in hashes for node in edge.append(leaf) if node[0] % 4 == 0}
    assert {(level, place, bytes(digest)) for level, place, digest in nodes} == whole
    assert bytes(TreeHead.objects.order_by("-number")[0].root) == edge.root()


def test_a_quiet_log_says_from_time_to_time_that_it_is_quiet():
    say()
    begun = now()
    with frozen(begun):
        sealer.seal()
        sealer.seal()
    assert TreeHead.objects.count() == 1
    with frozen(begun + sealer.HEARTBEAT):
        assert sealer.seal().head.size == 1
    assert TreeHead.objects.count() == 2


def test_heads_never_go_back_in_time():
    say()
    first = sealer.seal().head
    say()
    with frozen(first.at - timedelta(days=1)):
        assert sealer.seal().head.at == first.at


@pytest.mark.parametrize("model", [Leaf, Node, TreeHead, LogKey])
def test_the_log_refuses_change(model):
    for number in range(16):
        say(n=number)
    sealer.seal()
    for change in (lambda: model.objects.all().delete(), lambda: model.objects.update(**changed(model))):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def changed(model):
    return {"hash": b"x"} if model in {Leaf, Node} else {"at": now()}


def test_nothing_is_signed_over_a_tree_that_was_altered():
    for number in range(20):
        say(n=number)
    sealer.seal()
    with unlocked() as cursor:
        cursor.execute("UPDATE sealing_leaf SET hash = %s WHERE index = 19", [b"\0" * 32])
    say()
    with pytest.raises(sealer.Altered):
        sealer.seal()
    assert TreeHead.objects.count() == 1


def test_a_new_key_is_vouched_for_and_used_at_once():
    say()
    sealer.seal()
    row = logkeys.rotate()
    say()
    head = sealer.seal().head
    assert row.number == 2
    assert read_note(head.note).has(row.origin, bytes(row.public))
    first = LogKey.objects.get(number=1)
    assert read_note(row.statement).has(row.origin, bytes(first.public))


def test_a_lost_key_stops_the_signing_with_a_sentence(log_keys):
    say()
    sealer.seal()
    for file in log_keys.glob("*.pem"):
        file.unlink()
    say()
    with pytest.raises(KeyUnavailable, match="Khôi phục"):
        sealer.seal()


def test_another_key_in_its_place_is_noticed(log_keys):
    from xaso.kernel.plain.logbook.keyfile import new_key_file

    say()
    sealer.seal()
    (name,) = (file.name for file in log_keys.glob("*.pem"))
    (log_keys / name).unlink()
    new_key_file(log_keys / name)
    say()
    with pytest.raises(KeyUnavailable, match="không phải khóa đang dùng"):
        sealer.seal()


class Other:
    """A second connection to the test database."""

    def __init__(self):
        self.link = connections.create_connection("default")

    def insert(self, name="test.late"):
        from django.utils import timezone

        from xaso.kernel.plain.ids import uuid7

        with self.link.cursor() as cursor:
            cursor.execute(
                "INSERT INTO events_event (id, name, at, record_type, record_id, unit_path, actor_kind, data)"
                " VALUES (%s, %s, %s, 'test.thing', %s, '', 'system', '{}') RETURNING seq",
                [uuid7(), name, timezone.now(), uuid7()],
            )
            return cursor.fetchone()[0]


@pytest.fixture
def other():
    made = Other()
    yield made
    made.link.close()


@pytest.fixture
def ours(monkeypatch):
    """No grace, and of the running transactions only this database's: the server has others' tests as well."""
    plain = sealer.snapshot

    def snapshot(cursor):
        _, highest = plain(cursor)
        cursor.execute(
            "SELECT min(backend_xid::text::bigint) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0] or 2**62, highest

    monkeypatch.setattr(sealer, "GRACE", timedelta(0))
    monkeypatch.setattr(sealer, "snapshot", snapshot)


@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_gets_its_leaf(other, ours):
    """A lower number that commits after a higher one was sealed: the next run finds it, however many ran between."""
    other.link.set_autocommit(False)
    low = other.insert()
    say("test.early")
    high = Event.objects.latest("seq").seq
    assert low < high
    for _ in range(4):
        sealer.seal()
    assert list(Leaf.objects.values_list("seq", flat=True)) == [high]
    assert SealState.objects.get().settled < low, "it must not be settled while its transaction runs"
    other.link.commit()
    assert sealer.seal().leaves == 1
    assert list(Leaf.objects.order_by("index").values_list("seq", flat=True)) == [high, low]
    for _ in range(3):
        sealer.seal()
    assert SealState.objects.get().settled >= high


@pytest.mark.django_db(transaction=True)
def test_a_number_that_was_rolled_back_holds_nothing_up(other, ours):
    other.link.set_autocommit(False)
    gone = other.insert()
    say()
    sealer.seal()
    other.link.rollback()
    for _ in range(3):
        sealer.seal()
    assert not Leaf.objects.filter(seq=gone).exists()
    assert SealState.objects.get().settled > gone


@pytest.mark.django_db(transaction=True)
def test_a_stray_below_the_settled_mark_is_found_at_night(other, ours, caplog):
    say()
    other.link.set_autocommit(False)
    stray = other.insert()
    SealState.objects.create(pk=1, settled=stray + 100)
    other.link.commit()
    assert sealer.seal().leaves == 0
    sealer.sweep()
    assert Leaf.objects.filter(seq=stray).exists()
    assert "long after" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_whoever_runs_lies_below_the_horizon_and_above_the_oldest(other):
    """With PostgreSQL's own answers: no transaction that runs is ever taken for ended."""
    other.link.set_autocommit(False)
    other.insert()
    with other.link.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        running = cursor.fetchone()[0]
    with connection.cursor() as cursor:
        oldest, _ = sealer.snapshot(cursor)
    say()
    sealer.seal()
    assert oldest <= running < SealState.objects.get().horizon


@pytest.mark.django_db(transaction=True)
def test_two_sealers_do_not_disturb_each_other(other):
    for number in range(30):
        say(n=number)
    other.link.set_autocommit(False)
    with other.link.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealer.LOCK])
    assert sealer.seal() == sealer.Sealed()
    other.link.rollback()
    assert sealer.seal().leaves == 30


@pytest.mark.django_db(transaction=True)
def test_writers_and_sealer_together_lose_nothing():
    """Four threads write and sometimes roll back while the sealer runs; in the end each event has one leaf."""
    stop = threading.Event()

    def write():
        try:
            for number in range(40):
                with transaction.atomic():
                    say(n=number)
                    if number % 7 == 3:
                        transaction.set_rollback(True)
        finally:
            connections.close_all()

    def run():
        try:
            sealer.run_forever(stop, 0.01)
        finally:
            connections.close_all()

    worker = threading.Thread(target=run)
    worker.start()
    writers = [threading.Thread(target=write) for _ in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    stop.set()
    worker.join()
    sealer.seal()
    events = set(Event.objects.values_list("seq", flat=True))
    assert set(Leaf.objects.values_list("seq", flat=True)) == events
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(len(events)))


@pytest.mark.django_db(transaction=True)
def test_the_key_changes_while_everything_runs():
    """Events are written and sealed while the key is rotated again and again; the log is right at the end."""
    from xaso.kernel.plain.logbook.verify import check
    from xaso.kernel.sealing.reading import lines

    stop, troubles = threading.Event(), []

    def work(step):
        try:
            while not stop.is_set():
                step()
        except Exception as error:
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(one,)) for one in (say, say, sealer.seal)]
    say()
    sealer.seal()
    for one in threads:
        one.start()
    for _ in range(4):
        before = TreeHead.objects.count()
        logkeys.rotate()
        while TreeHead.objects.count() == before and not troubles:
            stop.wait(0.01)
    stop.set()
    for one in threads:
        one.join()
    sealer.seal()
    report = check(lines())
    assert not troubles
    assert report.findings == []
    assert LogKey.objects.count() == 5
