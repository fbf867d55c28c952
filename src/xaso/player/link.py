"""The line to the broker: paho-mqtt driven by an event loop, so that one process may carry one player or a thousand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import ssl
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from xaso.kernel.plain.horn import topics
from xaso.player.pipe import Pipe

KEEPALIVE = 60
AWAY_FOR = 72 * 3600  # the broker keeps commands so long for a device without a line
SHORTEST, LONGEST = 1.0, 60.0


class _Client(mqtt.Client):
    """Speaks through a pipe."""

    def _create_socket(self) -> Any:
        return Pipe(super()._create_socket())


class Line:
    """One connection that comes back by itself. ``heard`` gets (leaf, payload); ``up`` and ``down`` are told.

    The broker learns with ``confirm`` that what was heard is kept, so that it sends again what a power cut took.
    """

    def __init__(
        self,
        commune: str,
        cluster: str,
        *,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        heard: Callable[[str, bytes], None],
        up: Callable[[], None],
        down: Callable[[], None],
        executor: Executor | None = None,
    ) -> None:
        self.commune, self.cluster, self.host, self.port = commune, cluster, host, port
        self._heard, self._up, self._down, self._executor = heard, up, down, executor
        self._loop = asyncio.get_running_loop()
        self._misc: asyncio.TimerHandle | None = None
        self._again: asyncio.Task[None] | None = None
        self._wait = SHORTEST
        self._closed = False
        self.is_up = False
        self._unconfirmed: list[tuple[int, int]] = []
        self._watched = False  # whether the loop tells when the socket can be written
        client = _Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=cluster,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.username_pw_set(cluster)
        if tls is not None:
            client.tls_set_context(tls)
        will = json.dumps({"online": False}).encode()
        client.will_set(topics.topic(commune, cluster, "state"), will, qos=1, retain=True)
        client.max_queued_messages_set(200)
        client.on_connect, client.on_disconnect, client.on_message = (
            self._connected,
            self._gone,
            self._message,
        )
        client.on_socket_open, client.on_socket_close = self._socket_open, self._socket_close
        client.on_socket_register_write = self._register_write
        self.client = client

    def start(self) -> None:
        """Begins to connect."""
        self._again = self._loop.create_task(self._connect(0.0))

    async def close(self) -> None:
        """Says good-bye."""
        self._closed = True
        if self._again:
            self._again.cancel()
        if self._misc:
            self._misc.cancel()
        self.client.disconnect()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Cuts the line without a word, as a radio hole does (tests and measurements)."""
        sock = self.client.socket()
        if sock is not None:
            self._loop.remove_reader(sock)
            self.client._sock_close()
            self._lost()

    def confirm(self) -> None:
        """All that was heard so far is kept."""
        heard, self._unconfirmed = self._unconfirmed, []
        for mid, qos in heard:
            self.client.ack(mid, qos)

    def send(self, leaf: str, payload: bytes, retain: bool) -> None:
        """Hands a message over; without a line acks and logs wait in memory, all else is dropped."""
        qos = 0 if leaf in ("telemetry", "clock") else 1
        if self.is_up or leaf == "ack":
            self.client.publish(
                topics.topic(self.commune, self.cluster, leaf), payload, qos=qos, retain=retain
            )

    async def _connect(self, wait: float) -> None:
        await asyncio.sleep(wait)
        while not self._closed:
            with contextlib.suppress(OSError, ValueError):
                await self._loop.run_in_executor(self._executor, self._open)
                # Lost again before we heard that it was made: nobody else would try then.
                if self.client.socket() is not None:
                    return
            await asyncio.sleep(self._next_wait())

    def _open(self) -> None:
        words = Properties(PacketTypes.CONNECT)
        words.SessionExpiryInterval = AWAY_FOR
        self.client.connect(self.host, self.port, KEEPALIVE, clean_start=False, properties=words)

    def _next_wait(self) -> float:
        wait, self._wait = self._wait, min(self._wait * 2, LONGEST)
        # Spread out: a broker that comes back must not meet all its devices in one second.
        return wait * (0.5 + random.random())  # noqa: S311 - not a secret

    def _connected(self, client: Any, data: Any, flags: Any, code: Any, properties: Any) -> None:
        if code.is_failure:
            return
        self._wait, self.is_up = SHORTEST, True
        client.subscribe([(name, 1) for name in topics.device_filters(self.commune, self.cluster)])
        self._up()
        self._look()

    def _gone(self, client: Any, data: Any, flags: Any, code: Any, properties: Any) -> None:
        self._loop.call_soon_threadsafe(self._lost)

    def _lost(self) -> None:
        self._unconfirmed.clear()  # the broker sends it again
        if self.is_up:
            self.is_up = False
            self._down()
        if self._misc:
            self._misc.cancel()
            self._misc = None
        if not self._closed and (self._again is None or self._again.done()):
            self._again = self._loop.create_task(self._connect(self._next_wait()))

    def _message(self, client: Any, data: Any, message: Any) -> None:
        if message.qos:
            self._unconfirmed.append((message.mid, message.qos))
        self._heard("desired" if message.topic.endswith("/desired") else "cmd", message.payload)

    def _socket_open(self, client: Any, data: Any, sock: Any) -> None:
        self._loop.call_soon_threadsafe(self._watch, sock)

    def _watch(self, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._loop.add_reader(sock, self._read, sock)
            self._look()

    def _read(self, sock: Any) -> None:
        self.client.loop_read()
        # With TLS several packets may have come in one piece that the socket no longer shows.
        while self.client.socket() is sock and getattr(sock, "pending", int)() > 0:
            self.client.loop_read()

    def _socket_close(self, client: Any, data: Any, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_reader(sock)
            self._unwatch(sock)

    def _register_write(self, client: Any, data: Any, sock: Any) -> None:
        # Asked once for all that is written in this turn: paho asks again only after it has written.
        self._loop.call_soon_threadsafe(self._write, sock)

    def _write(self, sock: Any) -> None:
        """Sends what is ready; the loop watches the socket only while the line cannot take it all."""
        if not self._is_present(sock):
            return
        self.client.loop_write()
        if not self._is_present(sock):
            return  # that was a good-bye
        if sock.flush():
            self._unwatch(sock)
        elif not self._watched:
            self._watched = True
            self._loop.add_writer(sock, self._write, sock)

    def _is_present(self, sock: Any) -> bool:
        return int(sock.fileno()) >= 0 and self.client.socket() is sock

    def _unwatch(self, sock: Any) -> None:
        if self._watched:
            self._watched = False
            self._loop.remove_writer(sock)

    def _look(self) -> None:
        """Keep-alive, once in a while."""
        if self._misc:
            self._misc.cancel()
        if self.client.loop_misc() == mqtt.MQTT_ERR_SUCCESS and not self._closed:
            self._misc = self._loop.call_later(KEEPALIVE / 6, self._look)
