"""Leaves, notes and keys of the log, without a database."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as some

from xaso.kernel.plain.logbook.findings import BadState, Memory, read_memory
from xaso.kernel.plain.logbook.keychain import Keychain
from xaso.kernel.plain.logbook.keyfile import FileSigner, KeyUnavailable, new_key_file, read_key_file
from xaso.kernel.plain.logbook.leaves import Entry, canonical_form, entry_from, leaf_of, open_entry, secret_of
from xaso.kernel.plain.logbook.notes import (
    BadNote,
    Head,
    KeyStatement,
    Note,
    check_cosignature,
    read_head,
    read_key,
    read_note,
    sign_note,
)
from xaso.kernel.plain.logbook.witness import Doubtful, Fork, Offered, look
from xaso.kernel.plain.merkle import Frontier, leaf_hash, prove_consistency

ENTRY = Entry(
    seq=7,
    id="01936c2e-7b00-7abc-8def-0123456789ab",
    name="documents.issued",
    at="2026-11-21T07:00:00.000000Z",
    record_type="documents.document",
    record_id="01936c2e-7b00-7abc-8def-0123456789ac",
    unit_path="15/04321/",
    actor_kind="officer",
    actor_id="01936c2e-7b00-7abc-8def-0123456789ad",
    data='{"number": "31/GCN-UBND"}',
)
SALT_KEY = bytes(range(32))
NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
ORIGIN = "xa.example.vn/log"


def signer(number):
    return FileSigner(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def test_the_form_of_a_leaf_does_not_drift():
    """These bytes are in signed trees for ever: a change here makes every log fail its check."""
    secret = secret_of(SALT_KEY, ENTRY.id)
    assert secret.hex() == "ca15d11485e7a823588e3f3191f5da045ef847ab8acb988aff764e47115e269b"
    assert leaf_of(ENTRY, secret).hex() == "f6ef09ec47fec8c6c2d48cbf80a2942a9e15492b55ecbd90e6369187610f7ec4"
    plain = (7, "id", "tên", "at", "type", "record", "15/")
    assert canonical_form(plain, b"\x01", b"\x02") == (
        "xaso-event-1:1:7,2:id,4:tên,2:at,4:type,6:record,3:15/,2:01,2:02,".encode()
    )


@pytest.mark.parametrize("name", [name for name in Entry.__slots__ if name != "seq"])
def test_each_column_is_covered(name):
    secret = secret_of(SALT_KEY, ENTRY.id)
    changed = replace(ENTRY, **{name: getattr(ENTRY, name) + "x"})
    assert leaf_of(changed, secret) != leaf_of(ENTRY, secret)
    assert leaf_of(replace(ENTRY, seq=8), secret) != leaf_of(ENTRY, secret)


@given(some.tuples(some.text(), some.text()), some.tuples(some.text(), some.text()))
def test_no_value_passes_for_another(one, two):
    def form(pair):
        return canonical_form((1, "", pair[0], pair[1], "", "", ""), b"", b"")

    assert (form(one) == form(two)) == (one == two)


def test_an_opening_shows_the_leaf_and_hides_the_rest():
    secret = secret_of(SALT_KEY, ENTRY.id)
    shut, wide = open_entry(ENTRY, secret), open_entry(ENTRY, secret, with_data=True)
    assert shut.leaf() == wide.leaf() == leaf_of(ENTRY, secret)
    assert ENTRY.actor_id not in str(shut)
    assert "GCN" not in str(shut)
    assert wide.data_text == ENTRY.data
    with pytest.raises(ValueError, match="not the data"):
        replace(wide, data_text='{"number": "32/GCN-UBND"}').leaf()
    assert replace(shut, name="documents.revoked").leaf() != shut.leaf()


def test_an_entry_comes_back_from_its_line():
    assert entry_from(ENTRY.as_dict()) == ENTRY
    for wrong in ({**ENTRY.as_dict(), "seq": "7"}, {**ENTRY.as_dict(), "name": None}, {"seq": 1}):
        with pytest.raises(ValueError, match="event"):
            entry_from(wrong)


def test_a_note_is_read_as_it_was_written_and_its_signature_binds_every_letter():
    head = Head(ORIGIN, 5, leaf_hash(b""), NOW)
    note = sign_note(ORIGIN, head.text(), signer(1))
    back = read_note(note.written())
    assert back == note
    assert read_head(back.text) == head
    assert back.has(ORIGIN, signer(1).public())
    assert not back.has(ORIGIN, signer(2).public())
    assert not back.has("other.example.vn/log", signer(1).public())
    changed = read_note(note.written().replace("\n5\n", "\n6\n"))
    assert not changed.has(ORIGIN, signer(1).public())


@pytest.mark.parametrize("text", ["", "a\n", "a\n\nb\n", "a\n\n— name !!\n", "a\n\n— name AAAA\n"])
def test_what_is_no_note_is_refused(text):
    with pytest.raises(BadNote):
        read_note(text)


@pytest.mark.parametrize("text", ["", "o\n5\n", "o\nx\nAAAA\ntime 2026\n", "o\n05\n\ntime x\n"])
def test_what_is_no_head_is_refused(text):
    with pytest.raises(BadNote):
        read_head(text)


def statements(count):
    """A chain of keys, each vouched for by the one before."""
    written = []
    for number in range(1, count + 1):
        said = KeyStatement(ORIGIN, number, signer(number).public(), number * 10 - 10, NOW)
        signers = [signer(number)] if number == 1 else [signer(number - 1), signer(number)]
        written.append(sign_note(ORIGIN, said.text(), *signers).written())
        assert read_key(said.text()) == said
    return written


def test_a_chain_of_keys_is_followed_and_a_foreign_key_is_not():
    chain = Keychain()
    assert [chain.add(one, ORIGIN) for one in statements(3)] == ["", "", ""]
    foreign = KeyStatement(ORIGIN, 4, signer(9).public(), 40, NOW)
    assert "khóa lạ" in chain.add(sign_note(ORIGIN, foreign.text(), signer(9)).written(), ORIGIN)
    assert "đọc" in chain.add("nothing", ORIGIN)
    assert "thứ tự" in chain.add(statements(1)[0], ORIGIN)
    assert len(chain.statements) == 3


def test_an_older_key_signs_no_more_once_a_newer_has():
    chain = Keychain()
    for one in statements(2):
        chain.add(one, ORIGIN)

    def judged(number, size):
        head = Head(ORIGIN, size, b"\0" * 32, NOW)
        return chain.judge(sign_note(ORIGIN, head.text(), signer(number)), head, ORIGIN)

    assert judged(1, 5) == ""
    assert "không còn dùng" in judged(2, 5), "before its time"
    assert judged(2, 12) == ""
    assert "không còn dùng" in judged(1, 13)
    assert "chữ ký" in judged(3, 13)


def tree_of(words):
    edge, held = Frontier(), {}
    for index, word in enumerate(words):
        held[0, index] = leaf_hash(word)
        for level, position, made in edge.append(held[0, index]):
            held[level, position] = made
    return edge, lambda places: {place: held[place] for place in places}


def offered(words, key=1):
    edge, fetch = tree_of(words)
    head = Head(ORIGIN, edge.size, edge.root(), NOW)
    note = sign_note(ORIGIN, head.text(), signer(key)).written()
    first = KeyStatement(ORIGIN, 1, signer(key).public(), 0, NOW)
    keys = [sign_note(ORIGIN, first.text(), signer(key)).written()]
    return Offered(ORIGIN, keys, note, lambda a, b: prove_consistency(a, b, fetch))


WORDS = [bytes([number]) for number in range(40)]


def seen(memory, what, **more):
    return look(memory, what, "witness", signer(7), NOW, **more)


def test_a_witness_follows_a_log_that_grows_and_co_signs():
    memory = None
    for size in (1, 7, 7, 16, 33):
        memory = seen(memory, offered(WORDS[:size]))
    assert [size for size, _ in memory.seen] == [1, 7, 16, 33]
    note = read_note(memory.cosigned)
    assert note.has(ORIGIN, signer(1).public())
    assert check_cosignature(note, note.lines[-1], signer(7).public()) == NOW
    with pytest.raises(BadNote):
        check_cosignature(note, note.lines[-1], signer(6).public())
    other = Note(note.text.replace("33", "34"), note.lines)
    with pytest.raises(BadNote):
        check_cosignature(other, note.lines[-1], signer(7).public())


@pytest.mark.parametrize(
    "words",
    [[*WORDS[:3], b"changed", *WORDS[4:20]], WORDS[:9], WORDS[::-1][:20], [*WORDS[:5], *WORDS[6:10]]],
    ids=["one changed", "cut", "another log", "same size, one gone"],
)
def test_a_witness_cries_out_when_the_log_does_not_grow_out_of_what_it_saw(words):
    memory = seen(None, offered(WORDS[:10]))
    with pytest.raises(Fork):
        seen(memory, offered(words))
    assert memory.seen == [(10, tree_of(WORDS[:10])[0].root())]


def test_a_witness_knows_the_first_key_again():
    memory = seen(None, offered(WORDS[:4]))
    with pytest.raises(Fork, match="làm lại"):
        seen(memory, offered(WORDS[:6], key=2))
    with pytest.raises(Fork, match="báo trước"):
        seen(None, offered(WORDS[:4]), expected="0000 1111")


def test_a_head_that_nobody_signed_is_no_fork_but_is_not_believed():
    what = offered(WORDS[:4])
    with pytest.raises(Doubtful):
        seen(None, replace(what, note=what.note.replace("\n4\n", "\n5\n")))
    with pytest.raises(Doubtful):
        seen(None, replace(what, statements=[]))
    with pytest.raises(Doubtful):
        seen(None, replace(what, note="nothing"))


def test_a_memory_outlives_the_witness(tmp_path):
    memory = seen(None, offered(WORDS[:4]))
    memory.save(tmp_path / "state.json")
    assert read_memory(tmp_path / "state.json") == memory
    assert read_memory(tmp_path / "none.json") is None
    (tmp_path / "state.json").write_text('{"origin": 1}')
    with pytest.raises(BadState):
        read_memory(tmp_path / "state.json")


def test_a_memory_keeps_the_newest_heads():
    memory = Memory(ORIGIN, b"key")
    for size in range(Memory.MOST + 20):
        memory.remember(size, bytes(32), "", "")
    assert len(memory.seen) == Memory.MOST
    assert memory.newest[0] == Memory.MOST + 19


def test_a_key_file_is_ours_alone_and_is_never_written_over(tmp_path):
    made = new_key_file(tmp_path / "keys" / "log.pem")
    assert (tmp_path / "keys" / "log.pem").stat().st_mode & 0o777 == 0o600
    assert new_key_file(tmp_path / "keys" / "log.pem").public() == made.public()
    with pytest.raises(KeyUnavailable):
        read_key_file(tmp_path / "none.pem")


def test_moments_keep_their_microseconds():
    head = Head(ORIGIN, 1, b"\1" * 32, NOW + timedelta(microseconds=7))
    assert read_head(head.text()).at.microsecond == 7
    assert base64.b64encode(b"\1" * 32).decode() in head.text()
