"""Readings over MQTT: messages of many shapes, a real broker, a database that is away, refused readings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from xaso.broker.testing import Peer, embedded
from xaso.kernel.plain.moment import now
from xaso.services.alerts import listening
from xaso.services.alerts.listening import Address, Came, Ear, UnreadableError, read_address, rows_of
from xaso.services.alerts.models import GaugeReading, WarningProposal
from xaso.services.alerts.tests.world import World

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
PATTERN = "tram/+/so-do"


def came(payload: Any, topic: str = "tram/nam-thi-mua/so-do") -> Came:
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Came(topic, content, AT, 1, 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mqtts://do%40xa:b%3Am@tram.vn/tram/+/so-do",
         Address("tram.vn", 8883, PATTERN, "do@xa", "b:m", True)),
        ("mqtt://127.0.0.1:1884/mua/#", Address("127.0.0.1", 1884, "mua/#", tls=False)),
    ],
)  # fmt: skip
def test_an_address_says_broker_and_topics(text: str, found: Address) -> None:
    assert read_address(text) == found


@pytest.mark.parametrize("text", ["", "http://a/b", "mqtts://tram.vn", "mqtts:///tram/+", "mqtts://a:b/c/d"])
def test_an_address_that_is_none_says_how_to_write_it(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="XASO_GAUGES_MQTT"):
        read_address(text)


@pytest.mark.parametrize(
    ("payload", "code", "at", "value"),
    [
        (12.5, "nam-thi-mua", AT, 12.5),
        ({"value": 3}, "nam-thi-mua", AT, 3.0),
        ({"value": 3, "gauge": "khac"}, "khac", AT, 3.0),
        ({"value": 3, "at": "2026-11-21T10:00:00+07:00"}, "nam-thi-mua", AT - timedelta(hours=2), 3.0),
        ({"value": 3, "at": "2026-11-21T10:00:00"}, "nam-thi-mua", AT - timedelta(hours=2), 3.0),
        ({"value": 3, "at": AT.timestamp()}, "nam-thi-mua", AT, 3.0),
        ({"value": 3, "at": AT.timestamp() * 1000}, "nam-thi-mua", AT, 3.0),
    ],
)
def test_messages_of_many_shapes_are_read(payload: Any, code: str, at: datetime, value: float) -> None:
    row = rows_of(came(payload), PATTERN)[0]
    assert (row.gauge, row.at, row.value) == (code, at, value)


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff\x00", b"[]", b"[" * 100_000, {"at": 1}, {"value": "12"}, {"value": True}, {"value": 1e30},
     b'{"value": NaN}', {"value": 1, "at": "hôm qua"}, {"value": 1, "at": 1e300}],
)  # fmt: skip
def test_what_holds_no_reading_is_refused_with_a_reason(payload: Any) -> None:
    with pytest.raises(UnreadableError):
        rows_of(came(payload), PATTERN)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "acl").write_text("user logger\ntopic write tram/#\nuser xaso-gauges\ntopic read tram/#\n")
    with embedded(tmp_path, plain=True) as port:
        yield port


def listened(port: int) -> Ear:
    ear = Ear(Address("127.0.0.1", port, PATTERN, name=listening.CLIENT, tls=False))
    ear.start()
    assert ear.is_up.wait(10)
    return ear


def take(ear: Ear, count: int) -> None:
    end = now() + timedelta(seconds=10)
    while count > 0 and now() < end + timedelta(days=1):
        done = ear.turn(5)
        assert done, "nothing came"
        count -= done


def test_readings_of_a_broker_wake_a_threshold_once(world: World, broker: int) -> None:
    logger = Peer(broker, "logger", None)
    logger.up()
    ear = listened(broker)
    try:
        when = (now() - timedelta(minutes=5)).isoformat()
        body = json.dumps({"value": 61.5, "at": when}).encode()
        for payload in (body, body, b"garbage"):
            logger.publish("tram/nam-thi-mua/so-do", payload)
        logger.publish("tram/khong-co/so-do", b"7")
        take(ear, 4)
    finally:
        ear.stop()
        logger.leave()
    reading = GaugeReading.objects.get(gauge=world.rain, source="mqtt")
    assert reading.value == 61.5
    assert WarningProposal.objects.filter(reading__gauge=world.rain).count() == 1


def test_nothing_is_acknowledged_while_the_database_is_away(
    world: World, broker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = Peer(broker, "logger", None)
    logger.up()
    ear = listened(broker)
    real = listening.take_readings

    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("away")

    monkeypatch.setattr(listening, "take_readings", away)
    logger.publish("tram/nam-thi-mua/so-do", json.dumps({"value": 4, "at": now().isoformat()}).encode())
    with pytest.raises(OperationalError):
        take(ear, 1)
    ear.stop()  # the machine goes down with it: the broker has it still
    monkeypatch.setattr(listening, "take_readings", real)
    again = listened(broker)
    try:
        take(again, 1)
    finally:
        again.stop()
        logger.leave()
    assert GaugeReading.objects.filter(gauge=world.rain, source="mqtt", value=4).count() == 1


def test_the_operator_is_told_when_nothing_comes(world: World, settings: Any) -> None:
    settings.XASO_GAUGES_MQTT = ""
    assert listening.health() == (True, "Không dùng: chưa đặt XASO_GAUGES_MQTT.")
    settings.XASO_GAUGES_MQTT = "mqtts://tram.vn/tram/+/so-do"
    good, words = listening.health()
    assert not good and "Chưa nhận số đo nào" in words
    listening.take_in([came({"value": 1, "at": now().isoformat()})], PATTERN)
    assert listening.health()[0]
    GaugeReading.objects.filter(source="mqtt").update(created_at=now() - timedelta(hours=9))
    good, words = listening.health()
    assert not good and "quá ba kỳ đo" in words
