"""The ring of keys: numbers, the envelope, a change noticed without a restart, rows that follow."""

import base64
import json
import os
import secrets
import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from xaso.kernel.base import keys, rotation
from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.fields import keyed_hash, keyed_hashes, seal, unseal
from xaso.kernel.people.actions import find_person, keep_person
from xaso.kernel.people.models import Identifier, Person
from xaso.kernel.people.viewer import Viewer

SYSTEM = Viewer.system()
NUMBER = "010185000012"


@pytest.fixture
def ring(tmp_path, settings):
    """A ring of this test's own."""
    settings.XASO_KEY_RING = str(tmp_path / "keys" / "data.json")
    settings.XASO_KEY_GRACE_SECONDS = 0
    return tmp_path / "keys" / "data.json"


def test_a_ring_is_made_once_and_only_its_owner_reads_it(ring):
    assert keys.key_ring() is keys.key_ring()
    assert ring.stat().st_mode & 0o777 == 0o600


def test_a_ring_of_the_first_shape_still_opens(ring):
    one, digest = secrets.token_bytes(32), secrets.token_bytes(32)
    ring.parent.mkdir()
    ring.write_text(
        json.dumps(
            {
                "active": 1,
                "keys": {"1": base64.b64encode(one).decode()},
                "hash_key": base64.b64encode(digest).decode(),
            }
        )
    )
    assert keys.key_ring().keys == {1: one}
    assert keys.key_ring().digest_keys == (digest,)


def test_a_changed_file_is_noticed_without_a_restart(ring):
    before = seal("Hạ Thị Sa", "t.c")
    with keys.changing() as body:
        body["keys"]["2"] = keys.new_key()
        body["active"] = 2
    after = seal("Hạ Thị Sa", "t.c")
    assert (before[:4], after[:4]) == (b"\0\0\0\1", b"\0\0\0\2")
    assert unseal(before, "t.c") == unseal(after, "t.c") == "Hạ Thị Sa"


def test_a_value_under_a_key_that_is_gone_says_so(ring):
    blob = (9).to_bytes(4, "big") + seal("x", "t.c")[4:]
    with pytest.raises(ImproperlyConfigured, match="khóa số 9"):
        unseal(blob, "t.c")


def test_a_master_key_wraps_the_ring_and_a_wrong_one_does_not_open_it(ring, monkeypatch):
    before = keys.key_ring()
    first, second = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    monkeypatch.setenv("XASO_KEK", first)
    with keys.changing():
        pass
    assert base64.b64encode(before.keys[1]).decode() not in ring.read_text()
    assert keys.key_ring().keys == before.keys
    os.utime(ring, ns=(1, 1))
    time.sleep(keys.LOOK_AGAIN)
    monkeypatch.setenv("XASO_KEK", second)
    with pytest.raises(ImproperlyConfigured, match="XASO_KEK"):
        keys.key_ring()
    monkeypatch.delenv("XASO_KEK")
    with pytest.raises(ImproperlyConfigured, match="được bọc"):
        keys.key_ring()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for another account")
def test_a_word_given_by_root_leaves_the_ring_to_the_account_of_the_services(ring):
    keys.key_ring()
    os.chown(ring.parent, 12345, 12345)
    with keys.changing():
        pass
    assert {(path.stat().st_uid, path.stat().st_mode & 0o777) for path in ring.parent.iterdir()} == {
        (12345, 0o600)
    }


def test_digests_of_an_older_key_are_still_looked_for(ring):
    old = keyed_hash("a", "p")
    with keys.changing() as body:
        body["hash_keys"] = {"1": body["hash_key"], "2": keys.new_key()}
        body["hash_active"] = 2
    assert keyed_hashes("a", "p") == [keyed_hash("a", "p"), old]
    assert keyed_hash("a", "p") != old == keyed_hash("a", "p", number=1)


def _first_bytes() -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT substring(contact from 1 for 4) FROM people_person WHERE contact IS NOT NULL")
        return {bytes(row[0]) for row in cursor.fetchall()}


@pytest.mark.django_db
def test_every_sealed_row_follows_a_new_data_key_and_the_old_one_retires(ring):
    people = [
        keep_person(SYSTEM, full_name=f"Người {n}", contact={"phone": f"09{n:08d}"}) for n in range(450)
    ]
    change = rotation.begin_change("data")
    assert _first_bytes() == {b"\0\0\0\1"}
    for _ in range(9):
        rotation.work(until_done=True)
        change.refresh_from_db()
        if change.retired_at:
            break
    assert change.retired_at
    assert change.done >= 450
    assert _first_bytes() == {b"\0\0\0\2"}
    assert list(keys.key_ring().keys) == [2]
    assert Person.objects.get(pk=people[449].pk).contact == {"phone": "0900000449"}


@pytest.mark.django_db
def test_a_killed_change_goes_on_where_it_was(ring):
    for n in range(rotation.BATCH + 5):
        keep_person(SYSTEM, full_name=f"Người {n}", contact={"phone": "0912345678"})
    change = rotation.begin_change("data")
    assert rotation.work(seconds=0) is True
    table = next(one for one in rotation.sealed_tables() if one.table == "people_person")
    place, changed = rotation.reseal_batch(table, None)
    assert changed == rotation.BATCH
    assert rotation.reseal_batch(table, place)[1] == 5
    assert rotation.uses_of(change.old).get("people_person.contact") is None


@pytest.mark.django_db
def test_a_second_change_waits_for_the_first(ring):
    rotation.begin_change("data")
    with pytest.raises(ActionError):
        rotation.begin_change("data")


@pytest.mark.django_db
def test_people_are_found_by_their_number_during_and_after_a_new_hash_key(ring):
    person = keep_person(SYSTEM, full_name="Triệu Thị Mẩy", personal_number=NUMBER)
    before = Identifier.objects.get(person=person).value_hash
    change = rotation.begin_change("hash")
    assert find_person("personal_number", NUMBER) == person
    assert keep_person(SYSTEM, full_name="Triệu Thị Mẩy", personal_number=NUMBER) == person
    for _ in range(9):
        rotation.work(until_done=True)
    change.refresh_from_db()
    assert change.retired_at, change.waits_for
    assert len(keys.key_ring().digest_keys) == 1
    assert Identifier.objects.get(person=person).value_hash != before
    assert find_person("personal_number", NUMBER) == person


@pytest.mark.django_db
def test_the_old_key_stays_while_it_could_still_be_in_use(ring, settings):
    settings.XASO_KEY_GRACE_SECONDS = 3600
    change = rotation.begin_change("data")
    rotation.work(until_done=True)
    change.refresh_from_db()
    assert change.retired_at is None
    assert "giao dịch" in change.waits_for
    assert set(keys.key_ring().keys) == {1, 2}
