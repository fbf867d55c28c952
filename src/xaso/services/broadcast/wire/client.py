"""The station's own client of the broker: one connection for all devices. Knows no database."""

from __future__ import annotations

import json
import logging
import queue
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from xaso.kernel.plain.horn import Command, seal, topics

log = logging.getLogger("xaso.wire")
ANSWER_FOR = timedelta(seconds=30)
MOST_WAITING = 200_000


@dataclass(frozen=True)
class Came:
    """A message of a device, as it came in. ``at`` is when."""

    commune: str
    cluster: str
    leaf: str
    payload: bytes
    at: datetime

    def values(self) -> dict[str, Any]:
        """The JSON object in it; empty when it is none."""
        try:
            found = json.loads(self.payload)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def tls_context(folder: Path) -> ssl.SSLContext:
    """Trusts the loudspeakers' authority and shows the station's own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / "client.pem", folder / "client.key")
    return context


class Client:
    """Sends, and collects what comes in ``inbox``. Questions for the time are answered at once, by its own thread.

    ``key_of(commune)`` gives the key that signs; it is asked in the client's thread. ``wake`` is called whenever there
    is something to look at: a message came, the line came up.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        key_of: Callable[[str], Ed25519PrivateKey | None],
        wake: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.host, self.port = host, port
        self.inbox: queue.Queue[Came] = queue.Queue(MOST_WAITING)
        self.ups = 0  # how often the line came up: a change means that all has to be sent again
        self.is_up = threading.Event()
        self._key_of, self._wake, self._clock = key_of, wake, clock
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=topics.SERVER, protocol=mqtt.MQTTv5)
        client.username_pw_set(topics.SERVER)
        if tls is not None:
            client.tls_set_context(tls)
        client.max_inflight_messages_set(1000)
        client.reconnect_delay_set(1, 5)
        client.on_connect, client.on_disconnect, client.on_message = (
            self._connected,
            self._gone,
            self._message,
        )
        self._client = client

    def start(self) -> None:
        """Begins; a broker that is away is tried again and again."""
        words = Properties(PacketTypes.CONNECT)
        words.SessionExpiryInterval = 3600
        words.ReceiveMaximum = 65535
        self._client.connect_async(self.host, self.port, 30, clean_start=False, properties=words)
        self._client.loop_start()

    def stop(self) -> None:
        """Ends."""
        self._client.disconnect()
        self._client.loop_stop()

    def send(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        expires: datetime | None = None,
        qos: int = 1,
    ) -> mqtt.MQTTMessageInfo:
        """Hands a message to the broker; ``is_published()`` of the answer says when it has it."""
        words = None
        if expires is not None:
            words = Properties(PacketTypes.PUBLISH)
            left = expires.timestamp() - self._clock()
            words.MessageExpiryInterval = max(1, round(left))
        return self._client.publish(topic, payload, qos=qos, retain=retain, properties=words)

    def keep(self, commune: str, cluster: str, log_id: str, upto: int) -> None:
        """Tells a device that its log is held up to a number."""
        self._answer(commune, cluster, "kept", {"log": log_id, "upto": upto}, qos=1)

    def _connected(self, client: Any, data: Any, flags: Any, code: Any, properties: Any) -> None:
        if code.is_failure:
            log.error("the broker refuses the station's client: %s", code)
            return
        client.subscribe([(name, 1) for name in topics.server_filters()])
        self.ups += 1
        self.is_up.set()
        self._wake()

    def _gone(self, client: Any, data: Any, flags: Any, code: Any, properties: Any) -> None:
        self.is_up.clear()

    def _message(self, client: Any, data: Any, message: Any) -> None:
        at = self._clock()
        address = topics.read_topic(message.topic)
        if address is None:
            return
        came = Came(*address, message.payload, datetime.fromtimestamp(at, UTC))
        if came.leaf == "clock":
            ask = str(came.values().get("ask", ""))[:64]
            self._answer(came.commune, came.cluster, "time", {"ask": ask, "now": round(at * 1000)})
            return
        try:
            self.inbox.put_nowait(came)
        except queue.Full:
            log.error("more reports than can be taken in: one of %s is dropped", came.cluster)
        self._wake()

    def _answer(self, commune: str, cluster: str, kind: str, data: dict[str, Any], *, qos: int = 0) -> None:
        key = self._key_of(commune)
        if key is None:
            return
        moment = datetime.fromtimestamp(self._clock(), UTC)
        command = Command(
            id=uuid.uuid4().hex,
            kind=kind,
            cluster=cluster,
            sequence=1,
            issued_at=moment,
            expires_at=moment + ANSWER_FOR,
            commune=commune,
            data=data,
        )
        self._client.publish(topics.topic(commune, cluster, "cmd"), seal(command, key), qos=qos)
