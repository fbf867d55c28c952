"""The wire: enrolment, what goes out and goes out again, what comes in. Without a broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.db import transaction
from django.test import Client as Browser

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.documents import limits
from xaso.kernel.people.testing import officer
from xaso.kernel.plain.horn import ALL, Entry, certificates, open_programme, topics
from xaso.kernel.plain.horn.commands import COMMAND, open_bytes
from xaso.kernel.plain.moment import frozen, now
from xaso.player import enrol as device_side
from xaso.player.disk import Disk
from xaso.player.running import Station as StationFile
from xaso.services.broadcast import wire
from xaso.services.broadcast.actions import stations
from xaso.services.broadcast.models import (
    Cluster,
    Play,
    WireCertificate,
    WireCommand,
    WireReceipt,
    WireSchedule,
)
from xaso.services.broadcast.tests.core_world import MONDAY, SYSTEM, Radio, a_radio
from xaso.services.broadcast.wire import files, health, keys
from xaso.services.broadcast.wire.client import Came
from xaso.services.broadcast.wire.enrolling import enrol_device, issue_code, on_cluster_ended
from xaso.services.broadcast.wire.inbox import take_in
from xaso.services.broadcast.wire.outgoing import Outgoing

pytestmark = pytest.mark.django_db
PATH = "/broadcast/thiet-bi/enrol"
KEY = certificates.new_key()
CSR = certificates.request(KEY, "whoever")


@pytest.fixture(scope="module")
def _made(django_db_setup: object, django_db_blocker: object) -> Iterator[Radio]:
    with django_db_blocker.unblock(), transaction.atomic(), frozen(MONDAY):  # type: ignore[attr-defined]
        yield a_radio("15/02701/")
        transaction.set_rollback(True)


@pytest.fixture
def radio(_made: Radio, db: object) -> Iterator[Radio]:
    with frozen(MONDAY):
        for row in (_made.station, *_made.clusters):
            row.refresh_from_db()
        yield _made


@pytest.fixture
def one(radio: Radio) -> Cluster:
    return radio.clusters[0]


# ---- enrolment ----------------------------------------------------------------------------------------------------


def post(values: Any) -> Any:
    return Browser().post(PATH, json.dumps(values), content_type="application/json")


def test_a_device_is_let_in_once_with_the_key_it_made(
    one: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def by_test_client(address: str, values: dict[str, Any]) -> dict[str, Any]:
        answer = post(values)
        if answer.status_code != 200:
            raise device_side.NotEnrolled(answer.json()["detail"])
        return dict(answer.json())

    monkeypatch.setattr(device_side, "_post", by_test_client)
    code = issue_code(SYSTEM, cluster=one)
    assert len(code["plain"]) == 8 and code["shown"].replace("-", "") == code["plain"]
    disk = Disk(tmp_path, durable=False)
    typed = f" {code['shown'].lower()} "
    facts = device_side.enrol(disk, "https://xa.example", typed, maker="Hộp loa A1")
    assert facts["cluster"] == one.code and facts["commune"] == "02701"
    assert certificates.name_in(disk.read("cert.pem") or b"") == one.code
    assert b"PRIVATE" in (disk.read("key.pem") or b"") and (tmp_path / "key.pem").stat().st_mode & 0o77 == 0
    station = StationFile.read(disk)
    assert list(station.keys) == keys.public_keys(one.station) and len(station.identity().keys) == 1
    one.refresh_from_db()
    assert int(one.certificate_serial, 16) == certificates.serial_of(disk.read("cert.pem") or b"")
    assert one.maker == "Hộp loa A1" and one.enrolled_at == now()
    with pytest.raises(device_side.NotEnrolled, match="đã dùng"):
        device_side.enrol(disk, "https://xa.example", code["plain"])


def test_wrong_old_and_replaced_codes_and_odd_requests_are_refused(one: Cluster):
    first = issue_code(SYSTEM, cluster=one)["plain"]
    code = issue_code(SYSTEM, cluster=one)["plain"]
    for wrong in ("", "AAAAAAAA", first):
        with pytest.raises(ActionError, match="Mã ghép nối"):
            enrol_device(SYSTEM, code=wrong, csr=CSR)
    with pytest.raises(ActionError, match="Yêu cầu"):
        enrol_device(SYSTEM, code=code, csr=b"nothing")
    with frozen(MONDAY + timedelta(hours=25)), pytest.raises(ActionError, match="hết hạn"):
        enrol_device(SYSTEM, code=code, csr=CSR)
    assert enrol_device(SYSTEM, code=code, csr=CSR)["cluster"] == one.code
    for odd in ([], {"code": code}, "x", {"code": "AAAAAAAA", "csr": CSR.decode()}):
        assert post(odd).status_code in (400, 422)


def test_guessing_codes_is_slowed_down(one: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(limits.LIMITS, limits.WRONG_CODE, 2)
    said = [post({"code": "AAAAAAAA", "csr": CSR.decode()}).status_code for _ in range(3)]
    assert said == [422, 422, 429]


def test_only_who_runs_the_station_gives_codes_and_not_for_what_has_ended(radio: Radio, one: Cluster):
    with pytest.raises(Forbidden):
        issue_code(radio.leader, cluster=one)
    with pytest.raises(Forbidden):
        issue_code(officer("specialist", "15/02683/"), cluster=one)
    one.ended_at = now()
    with pytest.raises(Conflict):
        issue_code(SYSTEM, cluster=one)


def test_a_new_device_and_the_end_of_a_cluster_lock_the_former_device_out(one: Cluster, tmp_path: Path):
    def enrolled() -> int:
        told = enrol_device(SYSTEM, code=issue_code(SYSTEM, cluster=one)["plain"], csr=CSR)
        return certificates.serial_of(told["certificate"].encode())

    former, later = enrolled(), enrolled()
    files.write_files(tmp_path)
    listed = tmp_path / "crl.pem"
    assert certificates.revoked_serials(listed.read_bytes()) == {former}
    stations.end_cluster(SYSTEM, cluster=one)
    on_cluster_ended(type("Told", (), {"record_id": one.pk})())
    assert files.write_revocations(tmp_path) == 2
    assert certificates.revoked_serials(listed.read_bytes()) == {former, later}
    assert not WireCertificate.objects.filter(cluster=one, ended_at=None).exists()


def test_the_brokers_folder_is_written_once_and_again_when_names_change(
    one: Cluster, tmp_path: Path, settings: Any
):
    settings.XASO_BROKER_NAMES = "mqtt.xa.example, 10.0.0.5"
    files.write_files(tmp_path)
    first = (tmp_path / "server.pem").read_bytes()
    found = x509.load_pem_x509_certificate(first).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert {"mqtt.xa.example", "localhost"} <= set(found.value.get_values_for_type(x509.DNSName))
    assert certificates.name_in((tmp_path / "client.pem").read_bytes()) == topics.SERVER
    assert (tmp_path / "acl").read_text() == topics.acl()
    assert (tmp_path / "server.key").stat().st_mode & 0o007 == 0
    files.write_files(tmp_path)
    assert (tmp_path / "server.pem").read_bytes() == first
    settings.XASO_BROKER_NAMES = "other.xa.example"
    files.write_files(tmp_path)
    assert (tmp_path / "server.pem").read_bytes() != first


# ---- out ----------------------------------------------------------------------------------------------------------


def public(radio: Radio) -> Any:
    return StationFile("", "", 1, "02701", "x", tuple(keys.public_keys(radio.station))).identity().keys


def test_commands_are_numbered_signed_and_written_down_once(radio: Radio, one: Cluster):
    until = now() + timedelta(hours=1)
    given = [
        wire.order("volume", cluster=one.code, expires_at=until, volume=30),
        wire.order("play", cluster=ALL, expires_at=until, priority="emergency", sha256="ab", seconds=3.0),
        wire.order("stop", cluster=ALL, expires_at=until),
    ]
    done = wire.publish(given, station=radio.station)
    assert [command.sequence for command in done] == [1, 2, 3]
    wire.publish([given[0]])
    rows = list(WireCommand.objects.filter(station=radio.station).order_by("sequence"))
    assert [(row.topic, row.urgent) for row in rows] == [
        (f"tt/02701/{one.code}/cmd", False), ("tt/02701/emergency", True), ("tt/02701/all/cmd", False),
    ]  # fmt: skip
    said = json.loads(open_bytes(bytes(rows[0].sealed), COMMAND, public(radio)))
    assert said["commune"] == "02701" and said["sequence"] == 1 and said["volume"] == 30
    with pytest.raises(ValueError):
        wire.publish([given[1]])
    with pytest.raises(ValueError):
        wire.publish([wire.order("stop", cluster="nobody", expires_at=until)])
    assert wire.publish([]) == []


def test_only_a_newer_programme_replaces_the_one_that_is_kept(radio: Radio, one: Cluster):
    entry = Entry("a", "a", now(), now() + timedelta(hours=1), "/a", "ab", 5.0)
    facts = {"valid_until": now() + timedelta(days=3)}
    for version, wanted in ((3, 3), (2, 3), (4, 4)):
        wire.put_schedule(one, [entry], version=version, **facts)
        row = WireSchedule.objects.get(cluster=one)
        assert row.version == wanted and row.topic == f"tt/02701/{one.code}/desired"
    assert open_programme(bytes(row.sealed), public(radio), one.code).entries == (entry,)


class Sender:
    """A broker that confirms when it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bool]] = []
        self.has = False

    def send(self, topic: str, payload: bytes, *, retain: bool = False, expires: Any = None) -> Any:
        self.sent.append((topic, retain))
        return self

    def is_published(self) -> bool:
        return self.has


def test_what_waits_goes_out_urgent_first_and_again_after_a_break_until_it_is_answered(
    radio: Radio, one: Cluster
):
    until = now() + timedelta(hours=1)
    wire.publish([wire.order("volume", cluster=one.code, expires_at=until, volume=30)])
    wire.publish(
        [wire.order("play", cluster=ALL, expires_at=until, priority="emergency")], station=radio.station
    )
    wire.put_schedule(one, [], version=1, valid_until=until)
    sender = Sender()
    out = Outgoing(sender)
    assert out.round() == 3 and out.round() == 0 and out.flying == 3
    own, desired = f"tt/02701/{one.code}/cmd", f"tt/02701/{one.code}/desired"
    assert sender.sent == [("tt/02701/emergency", False), (own, False), (desired, True)]
    assert not health.health()[0] or not WireCommand.objects.exclude(state="waiting").exists()
    sender.has = True
    out.round()
    assert out.flying == 0 and set(WireCommand.objects.values_list("state", flat=True)) == {"sent"}
    answer(one, WireCommand.objects.get(topic=own).command, "received")
    sender.sent.clear()
    out.again()
    assert out.round() == 2 and sender.sent == [("tt/02701/emergency", False), (desired, True)]
    with frozen(MONDAY + timedelta(hours=2)):
        out.again()
        out.round()
        assert WireCommand.objects.get(urgent=True).state == "ended"


def test_health_says_what_waits_and_who_is_there(radio: Radio, one: Cluster):
    assert health.health() == (True, "3/3 cụm loa đang nối, không lệnh nào chờ.")
    wire.publish([wire.order("selftest", cluster=one.code, expires_at=now() + timedelta(hours=1))])
    with frozen(MONDAY + timedelta(minutes=2)):
        good, said = health.health()
        assert not good and said.startswith("1 lệnh, lịch chờ quá một phút")
    WireCommand.objects.all().delete()
    Cluster.objects.update(state=Cluster.State.OFFLINE)
    assert not health.health()[0]
    with frozen(MONDAY + timedelta(days=200)):
        health.forget_daily()


# ---- in -----------------------------------------------------------------------------------------------------------


def came(cluster: Cluster, leaf: str, values: Any, commune: str = "02701") -> Came:
    payload = values if isinstance(values, bytes) else json.dumps(values).encode()
    return Came(commune, cluster.code, leaf, payload, now())


def answer(cluster: Cluster, command: str, stage: str, code: str = "") -> int:
    at = round(now().timestamp() * 1000)
    ack = {"command": command, "item": "", "stage": stage, "code": code, "at": at}
    return take_in([came(cluster, "ack", {"acks": [ack]})], lambda *words: None)


def test_answers_are_kept_by_command_and_device_the_last_one_counts(radio: Radio, one: Cluster):
    until = now() + timedelta(hours=1)
    [command] = wire.publish([wire.order("selftest", cluster=one.code, expires_at=until)])
    for stage, code in (("received", ""), ("failed", "no_sound"), ("failed", "no_sound")):
        assert answer(one, command.id, stage, code) == 1
    assert answer(one, "unknown", "received") == 1
    receipt = WireReceipt.objects.get(cluster=one)
    assert (receipt.stage, receipt.code, receipt.at) == ("failed", "no_sound", now())
    assert WireCommand.objects.get(command=command.id).state == "answered"


def test_a_log_becomes_plays_once_and_only_then_is_confirmed(radio: Radio, one: Cluster):
    radio.slot(radio.bulletin())
    radio.plan()
    airing = radio.airing()
    begun = round(airing.at.timestamp() * 1000)
    line = {"n": 4, "id": "x", "airing": str(airing.pk), "item": "", "command": "", "started_at": begun + 12,
            "ended_at": begun + 60_012, "seconds": 60.0, "result": "played", "reason": "", "offset_ms": 12.0,
            "volume": 70, "priority": "ordinary"}  # fmt: skip
    kept: list[Any] = []
    message = came(one, "log", {"log": "L", "entries": [line]})
    for _ in range(2):
        assert take_in([message], lambda *words: kept.append(words)) == 1
    assert kept == [("02701", one.code, "L", 4)] * 2
    play = Play.objects.get(airing=airing, cluster=one)
    assert play.result == "played" and play.seconds == 60 and play.offset_ms == 12
    broken = came(one, "log", {"log": "L", "entries": [{"n": 5}]})
    assert take_in([broken], lambda *words: kept.append(words)) == 0 and len(kept) == 2


def test_of_several_states_the_newest_counts_and_the_last_will_too(one: Cluster):
    states = [
        {"online": True, "at": 1, "faults": [{"kind": "sd_full", "detail": "x"}], "clock_offset_ms": 5},
        {
            "online": True,
            "at": 1,
            "faults": [{"kind": "clock_off", "detail": "y"}],
            "clock_offset_ms": -3600000,
        },
    ]
    assert take_in([came(one, "state", state) for state in states], lambda *words: None) == 1
    one.refresh_from_db()
    assert one.clock_offset_ms == -3600000 and one.last_seen == now()
    assert [fault.kind for fault in one.faults.filter(ended_at=None)] == ["clock_off"]
    take_in([came(one, "state", {"online": False})], lambda *words: None)
    one.refresh_from_db()
    assert one.state == Cluster.State.OFFLINE


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"acks": 3}', b'{"acks": [{"stage": "received"}]}'])
def test_what_cannot_be_read_is_passed_over(one: Cluster, payload: bytes):
    assert take_in([came(one, "ack", payload)], lambda *words: None) == 0


def test_a_device_of_another_commune_or_an_unknown_one_is_not_heard(radio: Radio, one: Cluster):
    stranger = Cluster(code="unknown", station=radio.station)
    lies = [came(one, "state", {"online": False}, "09999"), came(stranger, "state", {"online": False})]
    assert take_in(lies, lambda *words: None) == 0
    one.refresh_from_db()
    assert one.state == Cluster.State.ONLINE
