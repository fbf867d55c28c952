"""The protocol of the loudspeakers: what is obeyed, and every reason for which it is not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.plain.horn import (
    ALL,
    KINDS,
    PRIORITIES,
    Command,
    Entry,
    Programme,
    Refused,
    certificates,
    key_number,
    open_programme,
    open_sealed,
    seal,
    seal_programme,
    topics,
)
from xaso.kernel.plain.horn.commands import COMMAND, canonical, seal_bytes
from xaso.kernel.plain.horn.programme import most_volume

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
KEYS = {key_number(KEY.public_key()): KEY.public_key()}


@dataclass
class Device:
    cluster: str = "loa-1"
    commune: str = "02728"
    known: bool = True
    obeyed: set[str] = field(default_factory=set)
    high: dict[str, int] = field(default_factory=dict)
    time: datetime = NOW

    def now(self) -> datetime | None:
        return self.time if self.known else None

    def floor(self) -> datetime:
        return NOW - timedelta(days=1)

    def seen(self, command_id: str) -> bool:
        return command_id in self.obeyed

    def highest(self, kind: str) -> int:
        return self.high.get(kind, 0)


def a_command(**more: object) -> Command:
    facts: dict = {
        "id": "c1", "kind": "play", "cluster": "loa-1", "sequence": 7, "issued_at": NOW,
        "expires_at": NOW + timedelta(minutes=10), "item": "ban-tin", "url": "/a.mp3", "sha256": "ab", "seconds": 30.5,
        "commune": "02728", "data": {"repeats": 2},
    }  # fmt: skip
    return Command(**{**facts, **more})


def refused(envelope: bytes, device: Device) -> str:
    with pytest.raises(Refused) as caught:
        open_sealed(envelope, KEYS, device)
    assert caught.value.reason
    return caught.value.code


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    priority=st.sampled_from(PRIORITIES),
    sequence=st.integers(1, 2**40),
    item=st.text(max_size=30),
    seconds=st.floats(0, 86_400, allow_nan=False),
    volume=st.none() | st.integers(0, 100),
    wait=st.none() | st.integers(0, 3600),
)
def test_what_was_sealed_is_what_is_opened(kind, priority, sequence, item, seconds, volume, wait):
    not_before = None if wait is None else NOW + timedelta(seconds=wait)
    given_one = a_command(
        kind=kind, priority=priority, sequence=sequence, item=item, seconds=seconds, volume=volume,
        not_before=not_before,
    )  # fmt: skip
    assert open_sealed(seal(given_one, KEY), KEYS, Device()) == given_one


@settings(max_examples=50, deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_changed_bit_anywhere_is_refused(at, bit):
    whole = bytearray(seal(a_command(), KEY))
    whole[at % len(whole)] ^= 1 << bit
    assert refused(bytes(whole), Device()) in ("forged", "bad")


@settings(max_examples=50, deadline=None)
@given(junk=st.binary(max_size=300))
def test_junk_is_refused_even_when_it_is_signed(junk):
    assert refused(junk, Device()) == "bad"
    assert refused(seal_bytes(junk + b" ", COMMAND, KEY), Device()) == "bad"


@pytest.mark.parametrize(("device", "command", "key", "code"), [
    (Device(), {}, OTHER, "forged"),
    (Device(cluster="loa-2"), {}, KEY, "other_cluster"),
    (Device(commune="09999"), {"cluster": ALL}, KEY, "other_cluster"),
    (Device(obeyed={"c1"}), {}, KEY, "replayed"),
    (Device(high={"volume": 7}), {"kind": "volume", "volume": 3}, KEY, "replayed"),
    (Device(time=NOW + timedelta(minutes=10)), {}, KEY, "expired"),
    (Device(time=NOW + timedelta(hours=1)), {}, KEY, "expired"),
    (Device(time=NOW - timedelta(hours=1)), {}, KEY, "clock"),
    (Device(known=False), {}, KEY, "clock"),
    (Device(known=False, high={"": 7}), {"priority": "emergency"}, KEY, "replayed"),
    (Device(known=False), {"priority": "emergency", "issued_at": NOW - timedelta(days=3),
                           "expires_at": NOW - timedelta(days=2)}, KEY, "expired"),
])  # fmt: skip
def test_each_reason(device, command, key, code):
    assert refused(seal(a_command(**command), key), device) == code


def test_an_emergency_is_obeyed_before_the_time_is_known_and_all_clusters_hear_all():
    emergency = a_command(priority="emergency", cluster=ALL)
    assert open_sealed(seal(emergency, KEY), KEYS, Device(known=False)) == emergency


def test_a_schedule_cannot_be_read_as_a_command_nor_the_other_way_round():
    programme = Programme("loa-1", "02728", 3, NOW, NOW + timedelta(days=3))
    assert refused(seal_programme(programme, KEY), Device()) == "forged"
    with pytest.raises(Refused) as caught:
        open_programme(seal(a_command(), KEY), KEYS, "loa-1")
    assert caught.value.code == "forged"


@pytest.mark.parametrize("wrong", [
    {"sequence": 0}, {"id": ""}, {"kind": "sing"}, {"priority": "loud"}, {"volume": 101}, {"seconds": -1},
    {"expires_at": NOW}, {"expires_at": NOW + timedelta(days=30)}, {"resume": "later"},
])  # fmt: skip
def test_what_no_device_would_obey_is_not_sealed(wrong):
    with pytest.raises(ValueError):
        seal(a_command(**wrong), KEY)


def test_a_signed_command_with_a_missing_or_odd_part_is_bad():
    for change in ({"seconds": "long"}, {"volume": True}, {"kind": "sing"}, {"issued_at": 10**30}):
        body = {
            "id": "c", "kind": "play", "cluster": "loa-1", "sequence": 1, "issued_at": 1, "expires_at": 2,
            "not_before": None, "item": "", "url": "", "sha256": "", "seconds": 0, "volume": None,
            "priority": "ordinary", "resume": "drop", "commune": "", "data": {}, **change,
        }  # fmt: skip
        assert refused(seal_bytes(canonical(body), COMMAND, KEY), Device()) == "bad"


def test_a_programme_replaces_an_older_one_only_and_is_for_one_cluster():
    entry = Entry("a", "i", NOW, NOW + timedelta(hours=1), "/x", "aa", 12.0, 60, "relay", "resume", 1.5)
    made = Programme(
        "loa-1", "02728", 3, NOW, NOW + timedelta(days=3), (entry,), 80, ((22 * 60, 5 * 60, 20),)
    )
    envelope = seal_programme(made, KEY)
    assert open_programme(envelope, KEYS, "loa-1", newer_than=2) == made
    for cluster, newer, code in (("loa-2", 0, "other_cluster"), ("loa-1", 3, "replayed")):
        with pytest.raises(Refused) as caught:
            open_programme(envelope, KEYS, cluster, newer_than=newer)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        broken = seal_programme(replace(made, entries=(replace(entry, priority="loud"),)), KEY)
        open_programme(broken, KEYS, "loa-1")
    assert caught.value.code == "bad"


def test_caps_run_over_midnight_and_an_emergency_has_none():
    caps = ((22 * 60, 5 * 60, 20), (12 * 60, 13 * 60, 50))
    said = [most_volume(caps, minute, 80) for minute in (0, 4 * 60 + 59, 5 * 60, 12 * 60, 13 * 60, 23 * 60)]
    assert said == [20, 20, 80, 50, 80, 20]
    assert most_volume(caps, 0, 80, emergency=True) == 100


def test_topics_name_what_they_say_and_nothing_slips_in():
    assert topics.read_topic(topics.topic("02728", "loa-1", "ack")) == ("02728", "loa-1", "ack")
    for words in (("02728", "+", "cmd"), ("02728", "a/b", "cmd"), ("", "a", "cmd"), ("#", "a", "cmd")):
        with pytest.raises(ValueError):
            topics.topic(*words)
    with pytest.raises(ValueError):
        topics.emergency("+")
    assert topics.read_topic("tt/02728/emergency") is None and topics.read_topic("xx/a/b/c") is None


def test_the_authority_names_the_device_whatever_it_asks_for():
    authority = certificates.new_authority("đài", NOW)
    key = certificates.new_key()
    made = certificates.grant(
        authority, certificates.request(key, "xaso-server"), cluster="loa-1", commune="02728", moment=NOW
    )
    assert certificates.name_in(made) == "loa-1"
    assert certificates.ends(made) > NOW + timedelta(days=365)
    listed = certificates.revocations(authority, [certificates.serial_of(made)], moment=NOW)
    assert certificates.revoked_serials(listed) == {certificates.serial_of(made)}


@pytest.mark.parametrize(
    "csr", [b"", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"]
)
def test_a_request_that_is_none_is_not_granted(csr):
    with pytest.raises(certificates.BadRequest):
        certificates.grant(certificates.new_authority("đài", NOW), csr, cluster="x", commune="y", moment=NOW)
