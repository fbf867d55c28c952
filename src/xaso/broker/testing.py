"""Brokers and peers for tests and measurements: certificates, the embedded broker, Mosquitto, a plain client."""

from __future__ import annotations

import asyncio
import os
import queue
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from xaso.broker.server import Broker
from xaso.kernel.plain.horn import certificates, topics

CONF = Path(__file__).resolve().parents[3] / "deploy" / "mosquitto" / "xaso.conf"


class Papers:
    """An authority with a folder for a broker and one for each who has a certificate."""

    def __init__(self, root: Path) -> None:
        self.root, self.moment = root, datetime.now(UTC)
        self.authority = certificates.new_authority("thử", self.moment)
        self.broker = root / "broker"
        self.broker.mkdir(parents=True, exist_ok=True)
        key = certificates.new_key()
        made = certificates.server_certificate(self.authority, key, ["127.0.0.1"], moment=self.moment)
        self._put(self.broker, "server.pem", made, "server.key", key)
        key = certificates.new_key()
        made = certificates.server_certificate(
            self.authority, key, [topics.SERVER], moment=self.moment, client=True
        )
        self._put(self.broker, "client.pem", made, "client.key", key)
        (self.broker / "acl").write_text(topics.acl())
        self.revoke()

    def device(self, cluster: str, commune: str = "02728", *, key: bytes | None = None) -> Path:
        """A folder as it is on a device after enrolment. ``key`` may be shared where only numbers matter."""
        place = self.root / cluster
        place.mkdir(exist_ok=True)
        key = key or certificates.new_key()
        made = certificates.grant(
            self.authority,
            certificates.request(key, "thử"),
            cluster=cluster,
            commune=commune,
            moment=self.moment,
        )
        self._put(place, "cert.pem", made, "key.pem", key)
        (place / "ca.pem").write_bytes(self.authority.certificate)
        return place

    def revoke(self, *places: Path) -> None:
        """Writes the list of revocations."""
        serials = [certificates.serial_of((place / "cert.pem").read_bytes()) for place in places]
        made = certificates.revocations(self.authority, serials, moment=self.moment)
        (self.broker / "crl.pem").write_bytes(made)

    def _put(self, place: Path, name: str, made: bytes, key_name: str, key: bytes) -> None:
        (place / name).write_bytes(made)
        (place / key_name).write_bytes(key)
        (place / "ca.pem").write_bytes(self.authority.certificate)


@contextmanager
def embedded(folder: Path, *, port: int = 0, plain: bool = False) -> Iterator[int]:
    """The embedded broker in a thread of its own; answers the port."""
    ready: queue.Queue[int] = queue.Queue()
    stop: list[Callable[[], object]] = []

    async def serve() -> None:
        broker = Broker(folder, plain=plain)
        over = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(over.set))
        ready.put(await broker.start("127.0.0.1", port))
        await over.wait()
        await broker.stop()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    yield ready.get(timeout=10)
    stop[0]()
    thread.join(timeout=10)


@contextmanager
def mosquitto(folder: Path, *, port: int = 0) -> Iterator[int]:
    """Mosquitto with the settings that ship, in the given folder; answers the port."""
    port = port or free_port()
    conf = CONF.read_text().replace("/var/lib/xaso/broker", str(folder))
    conf = conf.replace("listener 8883 0.0.0.0", f"listener {port} 127.0.0.1")
    conf += (
        f"persistence_location {folder}/\nuser root\n"
        if os.geteuid() == 0
        else f"persistence_location {folder}/\n"
    )
    (folder / "mosquitto.conf").write_text(conf)
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    with open(folder / "mosquitto.log", "ab") as log:
        process = subprocess.Popen([program, "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log)
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.02)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def has_mosquitto() -> bool:
    """Whether it is installed (Debian: apt-get install mosquitto)."""
    return bool(shutil.which("mosquitto")) or Path("/usr/sbin/mosquitto").exists()


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def context(place: Path, name: str = "cert.pem", key: str = "key.pem") -> ssl.SSLContext:
    """TLS as a device or (``client.pem``) the station uses it."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(cafile=str(place / "ca.pem"))
    if (place / name).exists():
        made.load_cert_chain(place / name, place / key)
    return made


class Peer:
    """A client whose every step can be waited for."""

    def __init__(
        self,
        port: int,
        name: str,
        tls: ssl.SSLContext | None,
        *,
        level: int = 5,
        will: str = "",
        keep: int = 3600,
    ) -> None:
        self.said: queue.Queue[tuple[str, str]] = queue.Queue()
        self.heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.port, self.level, self.keep = port, level, keep
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=name,
            protocol=mqtt.MQTTv5 if level == 5 else mqtt.MQTTv311,
            clean_session=None if level == 5 else not keep,
            reconnect_on_failure=False,
        )
        client.username_pw_set(name)
        if tls is not None:
            client.tls_set_context(tls)
        if will:
            client.will_set(will, b"gone", 1, True)
        client.on_connect = lambda c, d, flags, code, p: self.said.put(("connect", str(code)))
        client.on_disconnect = lambda c, d, flags, code, p: self.said.put(("gone", str(code)))
        client.on_subscribe = lambda c, d, mid, codes, p: self.said.put(
            ("subscribe", ",".join(map(str, codes)))
        )
        client.on_publish = lambda c, d, mid, code, p: self.said.put(("publish", str(code)))
        client.on_message = lambda c, d, message: self.heard.put((message.topic, bytes(message.payload)))
        self.client = client

    def up(self) -> str:
        """Connects; answers how."""
        words: dict[str, Any] = {}
        if self.level == 5:
            facts = Properties(PacketTypes.CONNECT)
            facts.SessionExpiryInterval = self.keep
            words = {"clean_start": not self.keep, "properties": facts}
        self.client.connect("127.0.0.1", self.port, 60, **words)
        self.client.loop_start()
        return self.wait("connect")

    def wait(self, what: str) -> str:
        """The next word of a kind."""
        end = time.monotonic() + 10
        while True:
            kind, words = self.said.get(timeout=max(0.01, end - time.monotonic()))
            if kind == what:
                return words

    def subscribe(self, *names: str) -> str:
        """Asks to hear; answers what was granted."""
        self.client.subscribe([(name, 1) for name in names])
        return self.wait("subscribe")

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, expires: int = 0) -> str:
        """Says something with QoS 1; answers the broker's word."""
        facts = None
        if expires:
            facts = Properties(PacketTypes.PUBLISH)
            facts.MessageExpiryInterval = expires
        self.client.publish(topic, payload, qos=1, retain=retain, properties=facts)
        return self.wait("publish")

    def next(self) -> tuple[str, bytes]:
        """The next message."""
        return self.heard.get(timeout=10)

    def cut(self) -> None:
        """The line breaks."""
        sock: Any = self.client.socket()
        if sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        self.client.loop_stop()

    def leave(self) -> None:
        """Says good-bye."""
        self.client.disconnect()
        self.client.loop_stop()
