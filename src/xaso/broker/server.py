"""The broker: connections, sessions, retained messages, wills."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

from xaso.broker import packets
from xaso.broker.access import READ, WRITE, Files
from xaso.broker.connection import Connection
from xaso.broker.packets import Connect, Message, Wish
from xaso.broker.sessions import LONGEST_SESSION, Session
from xaso.broker.tree import Tree, matches

log = logging.getLogger("xaso.broker")
MOST_RETAINED = 50_000
LOOK_EVERY = 1.0


class Broker:
    """All there is to know. ``plain``: no TLS, a client is who its user name says (loopback only)."""

    def __init__(self, folder: Path, *, plain: bool = False) -> None:
        self.files = Files(folder)
        self.files.look()
        self.plain = plain
        self.sessions: dict[str, Session] = {}
        self.connections: dict[str, Connection] = {}
        self.open: set[Connection] = set()
        self.retained: dict[str, Message] = {}
        self.tree: Tree[Session, Wish] = Tree()
        self.server: asyncio.Server | None = None
        self._looking: asyncio.Task[None] | None = None
        self._wills: dict[str, asyncio.TimerHandle] = {}
        self._unsent: list[Connection] = []

    async def start(self, host: str, port: int) -> int:
        """Listens; answers the port."""
        loop = asyncio.get_running_loop()
        tls = None if self.plain else self._tls()
        self.server = await loop.create_server(
            lambda: Connection(self), host, port, ssl=tls, backlog=2048, reuse_address=True
        )
        self._looking = loop.create_task(self._look())
        return int(self.server.sockets[0].getsockname()[1])

    def flush_soon(self, connection: Connection) -> None:
        """At the end of this turn; one call of the loop for all connections that a message goes to."""
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(connection)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        for connection in unsent:
            try:
                connection.flush()
            except (OSError, RuntimeError) as error:  # one broken line must not cost the others their message
                log.warning("cannot write to %s: %s", connection.who, error)

    async def stop(self) -> None:
        """Closes everything; wills are not sent, as in any stop of a broker."""
        if self._looking:
            self._looking.cancel()
        for timer in self._wills.values():
            timer.cancel()
        if self.server:
            self.server.close()
        for connection in list(self.open):
            connection.will = None
            connection.abort()
        await asyncio.sleep(0)

    def _tls(self) -> ssl.SSLContext:
        folder = self.files.folder
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        return context

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                if self.files.look():
                    for connection in list(self.open):
                        if connection.serial in self.files.revoked:
                            log.warning("certificate of %s was revoked", connection.who)
                            connection.end(packets.NOT_AUTHORISED)
            except (OSError, ValueError) as error:
                log.error("rules or revocations cannot be read, the former stay: %s", error)
            self._sweep(time.monotonic())

    def _sweep(self, now: float) -> None:
        for connection in list(self.open):
            if connection.is_silent(now):
                connection.abort()
        for session in [one for one in self.sessions.values() if one.write is None]:
            if now - session.gone_at > session.expiry:
                self.forget(session)
        for topic in [topic for topic, one in self.retained.items() if one.ends and one.ends <= now]:
            del self.retained[topic]

    def welcome(self, connection: Connection, asked: Connect) -> bool:
        """Takes a client in; whether an earlier session of it is there."""
        earlier = self.connections.get(asked.client_id)
        if earlier is not None:
            will, earlier.will = earlier.will, None
            if will is not None:  # now, not after what the new connection is going to say
                self._tell_will(asked.client_id, earlier.who, will)
            earlier.end(packets.TAKEN_OVER)
        timer = self._wills.pop(asked.client_id, None)
        if timer:
            timer.cancel()
        session = self.sessions.get(asked.client_id)
        if session is not None and (asked.clean or session.level != asked.level):
            self.forget(session)
            session = None
        present = session is not None
        if session is None:
            session = self.sessions[asked.client_id] = Session(asked.client_id)
        session.level = asked.level
        session.expiry = min(asked.session_expiry, LONGEST_SESSION)
        session.window = min(session.window, asked.receive_maximum)
        session.maximum_packet = asked.maximum_packet
        connection.session = session
        self.connections[asked.client_id] = connection
        return present

    def forget(self, session: Session) -> None:
        """The session is over."""
        for name in session.subscriptions:
            self.tree.drop(name, session)
        session.subscriptions.clear()
        session.write = None
        if self.sessions.get(session.client_id) is session:
            del self.sessions[session.client_id]

    def gone(self, connection: Connection) -> None:
        """A connection is over: its session waits or ends, its will is told."""
        self.open.discard(connection)
        session = connection.session
        if session is None:
            return
        if self.connections.get(session.client_id) is connection:
            del self.connections[session.client_id]
            session.write, session.gone_at, session.paused = None, time.monotonic(), False
            if not session.expiry:
                self.forget(session)
        will = connection.will
        if will is None:
            return
        if connection.will_delay and session.expiry:
            delay = min(connection.will_delay, session.expiry)
            self._wills[session.client_id] = asyncio.get_running_loop().call_later(
                delay, self._tell_will, session.client_id, connection.who, will
            )
        else:
            self._tell_will(session.client_id, connection.who, will)

    def _tell_will(self, client_id: str, who: str, will: Message) -> None:
        self._wills.pop(client_id, None)
        if self.files.rules.may(who, WRITE, will.topic):
            self.route(will, None)

    def route(self, message: Message, sender: Session | None) -> int:
        """Hands a message to who hears it; answers to how many."""
        if message.retain:
            self._retain(message)
        best: dict[Session, Wish] = {}
        for session, wish in self.tree.hearers(message.topic):
            if wish.no_local and session is sender:
                continue
            held = best.get(session)
            if held is None or held.qos < wish.qos:
                best[session] = wish
        frames: dict = {}
        for session, wish in best.items():
            session.deliver(message, wish.qos, message.retain and wish.as_published, frames)
        return len(best)

    def _retain(self, message: Message) -> None:
        if not message.payload:
            self.retained.pop(message.topic, None)
        elif message.topic in self.retained or len(self.retained) < MOST_RETAINED:
            self.retained[message.topic] = message

    def subscribe(self, connection: Connection, wish: Wish) -> int:
        """Keeps a wish; answers the granted QoS or the reason why not."""
        session = connection.session
        if session is None or not packets.good_filter(wish.filter):
            return 0x8F
        if wish.filter.startswith("$share/"):
            return packets.NO_SHARED
        if len(session.subscriptions) >= 200 and wish.filter not in session.subscriptions:
            return 0x97
        if not self.files.rules.may(connection.who, READ, wish.filter):
            return packets.NOT_AUTHORISED
        fresh = self.tree.add(wish.filter, session, wish)
        session.subscriptions[wish.filter] = wish
        if wish.handling == 0 or (wish.handling == 1 and fresh):
            connection.after.append(wish)
        return wish.qos

    def unsubscribe(self, session: Session, name: str) -> bool:
        """Forgets a wish."""
        session.subscriptions.pop(name, None)
        return self.tree.drop(name, session)

    def send_retained(self, session: Session, wish: Wish) -> None:
        """What was kept under a filter, to who has just asked for it."""
        if "+" in wish.filter or "#" in wish.filter:
            found = [one for topic, one in self.retained.items() if matches(wish.filter, topic)]
        else:
            found = [self.retained[wish.filter]] if wish.filter in self.retained else []
        now = time.monotonic()
        for message in found:
            if message.ends is None or message.ends > now:
                session.deliver(message, wish.qos, True, {})


@contextlib.contextmanager
def raised_limit() -> Iterator[None]:
    """As many open connections as the system lets us have."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
