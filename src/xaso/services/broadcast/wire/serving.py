"""The process beside the worker: one connection to the broker, rows out, reports in. One of all nodes does it."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import DatabaseError, connection

from xaso.kernel.events.relay import listen_address
from xaso.services.broadcast.models import WireKey
from xaso.services.broadcast.wire import files
from xaso.services.broadcast.wire.client import Came, Client, tls_context
from xaso.services.broadcast.wire.inbox import take_in
from xaso.services.broadcast.wire.keys import commune_of
from xaso.services.broadcast.wire.outbox import CHANNEL
from xaso.services.broadcast.wire.outgoing import Outgoing

log = logging.getLogger("xaso.wire")
LOOK = 1.0  # seconds between two looks without a call
SLOW_LOOK = 5.0  # keys and revocations
BATCH = 1000
LEADER = 0x786177697265  # of all nodes one holds this lock


class Serving:
    """Client and database joined. ``turn`` does one round; tests call it, ``run`` goes on."""

    def __init__(
        self, *, host: str = "", port: int = 0, folder: Path | None = None, write_files: bool = True
    ) -> None:
        self.wake = threading.Event()
        self.keys: dict[str, Ed25519PrivateKey] = {}
        self._write_files = write_files
        self.client = Client(
            host=host or settings.XASO_BROKER_HOST,
            port=port or settings.XASO_BROKER_PORT,
            tls=tls_context(folder or files.folder()),
            key_of=self.keys.get,
            wake=self.wake.set,
        )
        self.outgoing = Outgoing(self.client)
        self._ups = 0
        self._looked = 0.0

    def turn(self) -> int:
        """One round; answers how much was done."""
        if time.monotonic() - self._looked > SLOW_LOOK:
            self.look()
        done = 0
        if self.client.is_up.is_set():
            if self._ups != self.client.ups:
                self._ups = self.client.ups
                self.outgoing.again()
            done += self.outgoing.round()
        came = self._drain()
        if came:
            done += take_in(came, self.client.keep)
        return done

    def look(self) -> None:
        """What changes seldom: keys of stations, certificates that no longer count."""
        self._looked = time.monotonic()
        for row in WireKey.objects.select_related("station").filter(ended_at=None):
            word = commune_of(row.station)
            self.keys[word] = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(str(row.private)))
        if self._write_files:
            files.write_revocations()

    def run(self, stop: threading.Event) -> None:
        """Until told to stop. A database that is away is waited for; the broker's absence is the client's affair."""
        while not stop.is_set():
            try:
                with _leading(stop, self.wake) as leads:
                    if not leads:
                        continue
                    self._serve(stop)
            except (DatabaseError, psycopg.Error) as error:
                log.error("the database does not answer: %s", error)
                connection.close()
                stop.wait(2)

    def _serve(self, stop: threading.Event) -> None:
        self.look()
        self.client.start()
        try:
            while not stop.is_set():
                self.wake.wait(0.05 if self.outgoing.flying else LOOK)
                self.wake.clear()
                self.turn()
        finally:
            self.client.stop()

    def _drain(self) -> list[Came]:
        came: list[Came] = []
        while len(came) < BATCH:
            try:
                came.append(self.client.inbox.get_nowait())
            except queue.Empty:
                return came
        self.wake.set()  # there is more
        return came


@contextmanager
def _leading(stop: threading.Event, wake: threading.Event) -> Iterator[bool]:
    """Holds the lock of the one node that serves, and hears calls on the same connection."""
    with psycopg.connect(listen_address(), autocommit=True) as line:
        row = line.execute("SELECT pg_try_advisory_lock(%s)", [LEADER]).fetchone()
        if not row or not row[0]:
            stop.wait(5)
            yield False
            return
        line.execute(f"LISTEN {CHANNEL}")
        over = threading.Event()
        ear = threading.Thread(target=_hear, args=(line, over, wake), name="wire-ear", daemon=True)
        ear.start()
        try:
            yield True
        finally:
            over.set()
            ear.join(timeout=2)


def _hear(line: psycopg.Connection[tuple[object, ...]], over: threading.Event, wake: threading.Event) -> None:
    try:
        while not over.is_set():
            for _ in line.notifies(timeout=0.5, stop_after=1):
                wake.set()
    except psycopg.Error:
        wake.set()  # the next round finds out what is wrong
