"""Runs a player: its timers, its line, the fetching of audio."""

from __future__ import annotations

import asyncio
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xaso.kernel.plain.horn import key_number
from xaso.player.clock import Clock
from xaso.player.core import Identity, Player
from xaso.player.disk import Disk
from xaso.player.link import Line
from xaso.player.reports import boot_id
from xaso.player.sink import Sink

BIGGEST_AUDIO = 200_000_000
AGAIN = (2.0, 60.0)  # seconds until a failed fetch is tried again: first, longest


@dataclass(frozen=True)
class Station:
    """What was written down at enrolment."""

    server: str
    host: str
    port: int
    commune: str
    cluster: str
    keys: tuple[str, ...]
    tls: bool = True

    @classmethod
    def read(cls, disk: Disk) -> Station:
        """From the card; ValueError when the device was never enrolled."""
        found = disk.read_json("station.json")
        try:
            return cls(
                server=str(found["server"]),
                host=str(found["broker"]["host"]),
                port=int(found["broker"]["port"]),
                tls=bool(found["broker"].get("tls", True)),
                commune=str(found["commune"]),
                cluster=str(found["cluster"]),
                keys=tuple(str(one) for one in found["keys"]),
            )
        except (KeyError, TypeError, ValueError):
            raise ValueError("Thiết bị chưa ghép nối: chạy lệnh enrol trước") from None

    def identity(self) -> Identity:
        """What the player has to know of it."""
        found = [Ed25519PublicKey.from_public_bytes(bytes.fromhex(one)) for one in self.keys]
        return Identity(self.commune, self.cluster, {key_number(one): one for one in found})


def tls_context(home: Path) -> ssl.SSLContext:
    """Trusts the station's own authority only and shows the certificate of this device."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=str(home / "ca.pem"))
    context.load_cert_chain(home / "cert.pem", home / "key.pem")
    return context


def fetch(server: str, address: str) -> bytes:
    """Audio from the station. OSError when it cannot be had; only http and https are fetched."""
    whole = urllib.parse.urljoin(server.rstrip("/") + "/", address)
    if urllib.parse.urlsplit(whole).scheme not in ("http", "https"):
        raise OSError("address is not on the web")
    with urllib.request.urlopen(whole, timeout=60) as answer:  # noqa: S310 - looked at above
        content: bytes = answer.read(BIGGEST_AUDIO + 1)
    if len(content) > BIGGEST_AUDIO:
        raise OSError("too large")
    return content


class Running:
    """One player in the running event loop."""

    def __init__(
        self,
        station: Station,
        disk: Disk,
        sink: Sink,
        *,
        clock: Clock | None = None,
        fetcher: Callable[[str, str], bytes] = fetch,
        executor: Executor | None = None,
        battery: bool = False,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._executor, self._fetcher, self.station = executor, fetcher, station
        clock = clock or Clock()
        facts = disk.read_json("time.json")
        if facts.get("offset") is not None and (battery or facts.get("boot") == boot_id()):
            clock.trust(float(facts["offset"]), float(facts.get("floor", 0)))
        self.player = Player(clock=clock, disk=disk, sink=sink, send=self._send, identity=station.identity())
        self.line = Line(
            station.commune,
            station.cluster,
            host=station.host,
            port=station.port,
            tls=tls_context(disk.home) if station.tls else None,
            heard=self._heard,
            up=self._up,
            down=self._down,
            executor=executor,
        )
        self._timer: asyncio.TimerHandle | None = None
        self._minute: asyncio.TimerHandle | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Goes to work."""
        self.line.start()
        self._every_minute()
        self.poke()

    async def stop(self) -> None:
        """Ends; what sounds is cut and written down."""
        self._stopped = True
        for timer in (self._timer, self._minute):
            if timer:
                timer.cancel()
        if self._fetching:
            self._fetching.cancel()
        for event in self.player.stage.stop(self.player.clock.guess(), reason="shut_down"):
            self.player.told(event)
        self.player.minute()
        self.player.finish()
        self.line.confirm()
        await self.line.close()

    def poke(self) -> None:
        """Something changed: when is the player needed next?"""
        if self._timer:
            self._timer.cancel()
        if not self._stopped:
            self._timer = self._loop.call_later(self.player.wait(), self._go)

    def _now(self) -> None:
        """Something may be due at once."""
        if self._timer:
            self._timer.cancel()
        if not self._stopped:
            self._timer = self._loop.call_later(0, self._go)

    def _go(self) -> None:
        self._timer = None
        self.player.tick()
        self._loop.call_soon(self._after)

    def _after(self) -> None:
        self.player.settle()
        self._confirm()
        if self.player.wanted and (self._fetching is None or self._fetching.done()) and self.player.missing():
            self._fetching = self._loop.create_task(self._fetch_all())
        self.poke()

    def _every_minute(self) -> None:
        self.player.minute()
        self._minute = self._loop.call_later(60, self._every_minute)

    def _send(self, leaf: str, payload: bytes, retain: bool) -> None:
        self.line.send(leaf, payload, retain)

    def _heard(self, leaf: str, payload: bytes) -> None:
        self.player.receive(leaf, payload)
        self._confirm()
        self.poke()

    def _confirm(self) -> None:
        """What is not written down yet stays unconfirmed: after a power cut the broker sends it again."""
        if self.player.is_settled:
            self.line.confirm()

    def _up(self) -> None:
        self.player.connected()
        self.poke()

    def _down(self) -> None:
        self.player.disconnected()

    async def _fetch_all(self) -> None:
        wait, longest = AGAIN
        while missing := self.player.missing():
            digest, address = missing[0]
            try:
                content = await self._loop.run_in_executor(
                    self._executor, self._fetcher, self.station.server, address
                )
                done = self.player.fetched(digest, content)
            except (OSError, ValueError, urllib.error.URLError):
                done = False
                self.player.fetch_failed(digest)
            self._now()
            if done:
                wait = AGAIN[0]
            else:
                await asyncio.sleep(wait)
                wait = min(wait * 2, longest)
