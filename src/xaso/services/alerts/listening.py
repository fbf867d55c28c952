"""Readings that loggers and weather stations publish over MQTT, on whichever broker their maker or province runs.

``XASO_GAUGES_MQTT`` names broker and topics: ``mqtts://name:secret@host:8883/tram/+/so-do`` (``mqtt://`` inside one's
own network). The level that ``+`` stands for is the code of the gauge, unless the message names one. A message is a
bare number (read when it came) or JSON: ``{"value": 12.5, "at": "2026-11-22T06:00:00+07:00", "gauge": "nam-thi"}``,
``at`` also as seconds or milliseconds since 1970, or a list of such. It is acknowledged once its readings stand in the
database: what comes while either side is down comes again, and a reading twice is the same one.
"""

from __future__ import annotations

import json
import logging
import queue
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.services.alerts.actions.readings import MOST, REFUSED, Outcome, Row, take_readings
from xaso.services.alerts.models import Gauge, GaugeReading

log = logging.getLogger("xaso.gauges")
SOURCE = "mqtt"
CLIENT = "xaso-gauges"
MOST_WAITING = 20_000
BATCH = 500
HOW = (
    "XASO_GAUGES_MQTT phải có dạng mqtts://tên:mật-khẩu@máy:8883/tram/+/so-do"
    " (mqtt:// chỉ trong mạng của mình)."
)


class UnreadableError(ValueError):
    """A message that holds no reading; says why."""


@dataclass(frozen=True)
class Address:
    """Where readings are published."""

    host: str
    port: int
    topic: str
    name: str = ""
    secret: str = ""
    tls: bool = True


@dataclass(frozen=True)
class Came:
    """One message, and how the broker knows it."""

    topic: str
    payload: bytes
    at: datetime
    mid: int
    qos: int


def read_address(text: str) -> Address:
    """The parts of ``XASO_GAUGES_MQTT``; ImproperlyConfigured with what to write."""
    parts = urlsplit(text)
    topic = unquote(parts.path.lstrip("/")) + (f"#{parts.fragment}" if parts.fragment else "")
    if text.rstrip().endswith("/#"):
        topic = unquote(parts.path.lstrip("/")) + "#"
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(HOW) from None
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or not topic.strip("/"):
        raise ImproperlyConfigured(HOW)
    tls = parts.scheme == "mqtts"
    return Address(
        host=parts.hostname,
        port=port or (8883 if tls else 1883),
        topic=topic,
        name=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        tls=tls,
    )


def code_in(topic: str, pattern: str) -> str:
    """The code that a topic names: the level of the first ``+`` of the pattern, else its last level."""
    levels, wanted = topic.split("/"), pattern.split("/")
    if "+" in wanted and wanted.index("+") < len(levels):
        return levels[wanted.index("+")]
    return levels[-1]


def rows_of(came: Came, pattern: str) -> list[Row]:
    """The readings in a message; UnreadableError with the reason."""
    try:
        told = json.loads(came.payload)
    except (ValueError, RecursionError):
        raise UnreadableError("neither a number nor JSON") from None
    items = told if isinstance(told, list) else [told]
    if not items or len(items) > MOST:
        raise UnreadableError(f"{len(items)} readings in one message")
    return [_row(one, came, code_in(came.topic, pattern)) for one in items]


def _row(told: Any, came: Came, code: str) -> Row:
    if not isinstance(told, dict):
        told = {"value": told}
    value = told.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9 or value != value:
        raise UnreadableError("no number in 'value'")
    code = str(told.get("gauge") or code)
    return Row(code[:40], _moment(told["at"]) if told.get("at") is not None else came.at, float(value))


def _moment(told: Any) -> datetime:
    """An instant as text (without an offset: Vietnam's time), or as seconds or milliseconds since 1970."""
    try:
        if isinstance(told, int | float) and not isinstance(told, bool):
            return datetime.fromtimestamp(told / 1000 if told > 1e11 else told, UTC)
        found = datetime.fromisoformat(str(told))
    except (ValueError, OverflowError, OSError):
        raise UnreadableError("'at' is no time") from None
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def take_in(messages: Sequence[Came], pattern: str) -> list[Outcome]:
    """Keep the readings of messages. What cannot be read or is refused is told in the log, and not asked for again."""
    rows: list[Row] = []
    for came in messages:
        try:
            rows += rows_of(came, pattern)
        except UnreadableError as error:
            log.warning("a message of %s holds no reading: %s", came.topic[:120], error)
    found: list[Outcome] = []
    for start in range(0, len(rows), MOST):
        found += take_readings(Viewer.system(), rows=rows[start : start + MOST], source=SOURCE)
    for one in found:
        if one.result == REFUSED:
            log.warning("a reading of %s is refused: %s", one.gauge, one.reason)
    return found


class Ear:
    """The client, and what it heard until it stands in the database."""

    def __init__(self, address: Address, tls: ssl.SSLContext | None = None) -> None:
        self.address = address
        self.heard: queue.Queue[Came] = queue.Queue(MOST_WAITING)
        self.is_up = threading.Event()
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=CLIENT, clean_session=False, manual_ack=True
        )
        if address.name:
            client.username_pw_set(address.name, address.secret or None)
        if address.tls:
            client.tls_set_context(tls or _trust())
        client.reconnect_delay_set(1, 30)
        client.on_connect, client.on_disconnect, client.on_message = self._up, self._down, self._message
        client.on_subscribe = self._listening
        self._client = client

    def start(self) -> None:
        """Begins; a broker that is away is tried again and again."""
        self._client.connect_async(self.address.host, self.address.port, 30)
        self._client.loop_start()

    def stop(self) -> None:
        """Ends; the broker keeps for us what comes meanwhile."""
        self._client.disconnect()
        self._client.loop_stop()

    def turn(self, seconds: float = 1.0) -> int:
        """Wait so long for a message, take in what is there; answers how many messages were settled.

        A database that is away raises DatabaseError; the messages stay and are not acknowledged.
        """
        messages = self._some(seconds)
        if not messages:
            return 0
        try:
            take_in(messages, self.address.topic)
        except BaseException:
            self._waiting = messages
            raise
        self._waiting = []
        for one in messages:
            self._client.ack(one.mid, one.qos)
        return len(messages)

    _waiting: Sequence[Came] = ()

    def _some(self, seconds: float) -> list[Came]:
        found = list(self._waiting)
        try:
            if not found:
                found.append(self.heard.get(timeout=seconds))
            while len(found) < BATCH:
                found.append(self.heard.get_nowait())
        except queue.Empty:
            pass
        return found

    def _up(self, client: Any, data: Any, flags: Any, code: Any, properties: Any) -> None:
        if code.is_failure:
            log.error("the broker of the gauges refuses us: %s", code)
            return
        client.subscribe(self.address.topic, qos=1)

    def _listening(self, client: Any, data: Any, mid: int, codes: Any, properties: Any) -> None:
        if any(code.is_failure for code in codes):
            log.error("the broker of the gauges does not let us hear %s", self.address.topic)
            return
        self.is_up.set()

    def _down(self, client: Any, data: Any, flags: Any, code: Any, properties: Any) -> None:
        self.is_up.clear()

    def _message(self, client: Any, data: Any, message: Any) -> None:
        came = Came(message.topic, message.payload, now(), message.mid, message.qos)
        try:
            self.heard.put_nowait(came)
        except queue.Full:  # not acknowledged: the broker keeps it
            log.error("more readings than can be taken in; the rest waits at the broker")


def _trust() -> ssl.SSLContext:
    """The machine's own list of authorities, or the file of ``XASO_GAUGES_MQTT_CA``."""
    return ssl.create_default_context(cafile=settings.XASO_GAUGES_MQTT_CA or None)


def run(stop: threading.Event) -> None:
    """Until told to stop."""
    ear = Ear(read_address(settings.XASO_GAUGES_MQTT))
    ear.start()
    try:
        while not stop.is_set():
            try:
                ear.turn()
            except DatabaseError as error:
                log.error("the database does not answer: %s", error)
                connection.close()
                stop.wait(2)
    finally:
        ear.stop()


def health() -> tuple[bool, str]:
    """Whether readings come over MQTT as often as the gauges that send by themselves should."""
    if not settings.XASO_GAUGES_MQTT:
        return True, "Không dùng: chưa đặt XASO_GAUGES_MQTT."
    gauges = Gauge.objects.filter(way=Gauge.Way.MACHINE, ended_at__isnull=True)
    often = min(gauges.values_list("every_minutes", flat=True), default=60)
    last = GaugeReading.objects.filter(source=SOURCE).order_by("-created_at").first()
    if last is None:
        return (
            False,
            "Chưa nhận số đo nào qua MQTT: xem tiến trình gauges, tên máy và chủ đề trong XASO_GAUGES_MQTT.",
        )
    when = last.created_at.astimezone(VIETNAM)
    if now() - last.created_at > timedelta(minutes=3 * often):
        return False, (
            f"Số đo cuối qua MQTT lúc {when:%H:%M %d/%m}, đã quá ba kỳ đo: kiểm tra máy chủ tin của trạm,"
            " đường mạng và nhật ký gauges.log. Số gửi lúc mất mạng còn ở máy chủ tin và sẽ tới."
        )
    return True, f"Số đo cuối qua MQTT lúc {when:%H:%M %d/%m}."
