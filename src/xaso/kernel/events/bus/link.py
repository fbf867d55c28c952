"""The connection to NATS: an asyncio client on a thread of its own, asked from ordinary code."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import ssl
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import nats
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError

log = logging.getLogger("xaso.events.bus")

T = TypeVar("T")
# What a bus that is away says; the outbox keeps everything meanwhile.
AWAY = (nats.errors.Error, OSError, TimeoutError, concurrent.futures.TimeoutError)
STREAM, SUBJECT = "XASO", "xaso.events"
_DAYS = 14
_ASK, _CONNECT = 30.0, 6.0


@dataclass(frozen=True)
class Letter:
    """One event on its way out: ``order`` groups those that must keep their order."""

    id: str
    order: str
    subject: str
    body: bytes


class Link:
    """Connects on first use and again by itself when nodes go and come."""

    def __init__(
        self, servers: Sequence[str], consumer: str = "xaso", tls: ssl.SSLContext | None = None
    ) -> None:
        self.servers = list(servers)
        self.tls = tls
        self.consumer = consumer
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Client | None = None
        self._js: JetStreamContext | None = None
        self._sub: JetStreamContext.PullSubscription | None = None

    def call(self, what: Coroutine[Any, Any, T]) -> T:
        """Run on the connection's own thread and wait for the answer."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="nats", daemon=True).start()
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(_ASK)

    async def _context(self) -> JetStreamContext:
        if self._client is None or self._client.is_closed:
            connecting = nats.connect(
                servers=self.servers,
                tls=self.tls,
                name="xaso",
                connect_timeout=2,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.2,
                allow_reconnect=True,
                error_cb=_quiet,
            )
            self._client = await asyncio.wait_for(connecting, _CONNECT)
            self._js = self._client.jetstream(timeout=3)
            self._sub = None
            await self._ensure_stream(self._js)
        assert self._js is not None  # noqa: S101 - set above
        return self._js

    async def _ensure_stream(self, js: JetStreamContext) -> None:
        with contextlib.suppress(NotFoundError):
            await js.stream_info(STREAM)
            return
        await js.add_stream(
            name=STREAM,
            subjects=[f"{SUBJECT}.>"],
            storage=api.StorageType.FILE,
            num_replicas=3 if len(self.servers) >= 3 else 1,
            max_age=_DAYS * 86400,
            duplicate_window=3600,
        )

    # -- publishing --------------------------------------------------------------------------------------

    async def publish(self, letters: Sequence[Letter]) -> list[str]:
        """Publish, each acknowledged by a majority of the nodes; answer the ids that were.

        Of one ``order`` the next goes out only after the one before was acknowledged; different ones go together.
        """
        js = await self._context()
        queues: dict[str, list[Letter]] = {}
        for letter in letters:
            queues.setdefault(letter.order, []).append(letter)
        done: list[str] = []

        async def send(queue: list[Letter]) -> None:
            for letter in queue:
                try:
                    await js.publish(letter.subject, letter.body, headers={"Nats-Msg-Id": letter.id})
                except (nats.errors.Error, OSError) as error:
                    log.warning("publishing failed, trying again later: %s", error or type(error).__name__)
                    return
                done.append(letter.id)

        await asyncio.gather(*(send(queue) for queue in queues.values()))
        return done

    # -- reading -----------------------------------------------------------------------------------------

    async def _subscription(self, start: int | None = None) -> JetStreamContext.PullSubscription:
        js = await self._context()
        if self._sub is None or start is not None:
            if start is not None:
                with contextlib.suppress(NotFoundError):
                    await js.delete_consumer(STREAM, self.consumer)
            wanted = api.ConsumerConfig(
                durable_name=self.consumer,
                ack_policy=api.AckPolicy.EXPLICIT,
                ack_wait=10,
                max_ack_pending=2000,
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE if start else api.DeliverPolicy.ALL,
                opt_start_seq=start or None,
                filter_subject=f"{SUBJECT}.>",
            )
            self._sub = await js.pull_subscribe(
                f"{SUBJECT}.>", durable=self.consumer, stream=STREAM, config=wanted
            )
        return self._sub

    async def fetch(self, limit: int) -> list[Msg]:
        """What waits, oldest first; empty when nothing does."""
        sub = await self._subscription()
        try:
            return list(await sub.fetch(limit, timeout=0.3))
        except nats.errors.TimeoutError:
            return []
        except nats.errors.Error:
            self._sub = None  # its node is gone; the next call asks the cluster anew
            raise

    async def state(self) -> tuple[str, int, int]:
        """(when the stream was made, first number kept, number up to which the consumer has acknowledged)."""
        js = await self._context()
        stream = await js.stream_info(STREAM)
        await self._subscription()
        consumer = await js.consumer_info(STREAM, self.consumer)
        floor = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
        return str(stream.created), int(stream.state.first_seq), int(floor)

    async def start_at(self, number: int) -> None:
        """Read again from a number on: this database knows less than the consumer thinks."""
        await self._subscription(start=max(1, number))

    async def settle(self, taken: Sequence[Msg], early: Sequence[Msg]) -> None:
        """Acknowledge what is in the database; ask for the rest again a little later."""
        for message in taken:
            await message.ack()
        for message in early:
            await message.nak(delay=0.5)

    async def close(self) -> None:
        """Leave the bus."""
        if self._client is not None:
            await self._client.close()
            self._client = None


async def _quiet(error: Exception) -> None:
    log.info("bus: %s", error or type(error).__name__)
