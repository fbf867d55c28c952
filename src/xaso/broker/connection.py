"""One connection of one client, from its first packet to its last."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from xaso.broker import packets
from xaso.broker.access import WRITE
from xaso.broker.packets import Bad, Message, Wish
from xaso.broker.sessions import Session

if TYPE_CHECKING:
    from xaso.broker.server import Broker

log = logging.getLogger("xaso.broker")
BIGGEST_PACKET = 512 * 1024
FIRST_WORD_WITHIN = 20.0
# Reasons of version 5 in the words of version 3.1.1.
_OLD_CODES = {packets.BAD_VERSION: 1, packets.BAD_CLIENT_ID: 2, packets.NOT_AUTHORISED: 5}


# One for all connections: what was read is taken out of it before another connection reads. With a place of its own
# TLS would make a quarter of a megabyte anew for each small packet.
_READ = bytearray(64 * 1024)
_VIEW = memoryview(_READ)


class Connection(asyncio.BufferedProtocol):
    """Reads packets, writes packets; what is to be written in one turn of the loop goes out as one."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.session: Session | None = None
        self.who = ""
        self.serial = 0
        self.level = 4
        self.keepalive = 0
        self.will: Message | None = None
        self.will_delay = 0
        self.after: list[Wish] = []
        self.heard_at = time.monotonic()
        self._begun = self.heard_at
        self._transport: Any = None
        self._buffer = bytearray()
        self._out: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line is up; with TLS the certificate says who it is."""
        self._transport = transport
        self.broker.open.add(self)
        tls = transport.get_extra_info("ssl_object")
        if tls is None:
            return
        shown = tls.getpeercert() or {}
        names = dict(pair for part in shown.get("subject", ()) for pair in part)
        self.who = str(names.get("commonName", ""))
        self.serial = int(shown.get("serialNumber", "0"), 16)
        if not self.who or self.serial in self.broker.files.revoked:
            log.warning("refused certificate of %s", self.who)
            self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """The line is down."""
        self.broker.gone(self)

    def pause_writing(self) -> None:
        """The client does not keep up."""
        if self.session:
            self.session.paused = True

    def resume_writing(self) -> None:
        """It does again."""
        if self.session:
            self.session.paused = False
            self.session.pump()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return _VIEW

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes from the client."""
        self.heard_at = time.monotonic()
        self._buffer += _VIEW[:nbytes]
        try:
            if self.session is None and self._buffer[0] >> 4 != packets.CONNECT:
                raise Bad(packets.PROTOCOL)  # something else than MQTT: not worth waiting for the rest
            for first, body in packets.split(self._buffer, BIGGEST_PACKET):
                if self._transport.is_closing():
                    return
                self._take(first, body)
        except Bad as error:
            self.end(error.code)

    def is_silent(self, now: float) -> bool:
        """Whether nothing was heard for longer than was agreed."""
        if self.session is None:
            return now - self._begun > FIRST_WORD_WITHIN
        return bool(self.keepalive) and now - self.heard_at > self.keepalive * 1.5 + 1

    def write(self, data: bytes) -> None:
        """Sends with the rest of this turn."""
        if not self._out:
            self.broker.flush_soon(self)
        self._out.append(data)

    def flush(self) -> None:
        """Sends what was written in this turn."""
        out, self._out = self._out, []
        if out and not self._transport.is_closing():
            self._transport.write(out[0] if len(out) == 1 else b"".join(out))

    def end(self, code: int) -> None:
        """Closes the line, with the reason where the client can read it."""
        if self.session is not None and self.level == 5:
            self.write(packets.packet(packets.DISCONNECT << 4, bytes((code,)), b"\0"))
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Cuts the line."""
        self._transport.abort()

    def _take(self, first: int, body: bytes) -> None:
        kind = first >> 4
        if self.session is None:
            if kind != packets.CONNECT:
                raise Bad(packets.PROTOCOL)
            self._connect(body)
        elif kind == packets.PUBLISH:
            self._publish(first, body)
        elif kind == packets.PUBACK:
            self.session.confirmed(packets.read_acknowledged(body))
        elif kind == packets.SUBSCRIBE:
            self._subscribe(body)
        elif kind == packets.UNSUBSCRIBE:
            self._unsubscribe(body)
        elif kind == packets.PINGREQ:
            self.write(b"\xd0\0")
        elif kind == packets.DISCONNECT:
            self._leave(body)
        else:
            raise Bad(packets.PROTOCOL)

    def _connect(self, body: bytes) -> None:
        asked = packets.read_connect(body)
        self.level = asked.level
        if self.broker.plain:
            self.who = asked.username
        if not asked.client_id and not asked.clean:
            self._refuse(packets.BAD_CLIENT_ID)
            return
        asked.client_id = asked.client_id or f"{self.who}:{id(self):x}"
        # Nobody may push another one out by taking its client id.
        if not self.who or (asked.client_id != self.who and not asked.client_id.startswith(f"{self.who}:")):
            self._refuse(packets.NOT_AUTHORISED)
            return
        present = self.broker.welcome(self, asked)
        self.keepalive, self.will_delay = asked.keepalive, asked.will_delay
        self.will = asked.will
        if self.will and asked.will_expiry:
            self.will.ends = time.monotonic() + asked.will_expiry
        rest = b""
        if self.level == 5:
            said = {36: 1, 41: 0, 42: 0, packets.MAXIMUM_PACKET: BIGGEST_PACKET}
            if self.session and self.session.expiry != asked.session_expiry:
                said[packets.SESSION_EXPIRY] = self.session.expiry
            rest = packets.properties(said)
        self.write(packets.packet(packets.CONNACK << 4, bytes((present, 0)), rest))
        if self.session:
            self.session.write = self.write
            self.session.resume()

    def _refuse(self, code: int) -> None:
        log.warning("refused %s: 0x%02x", self.who or "a client without a name", code)
        number = code if self.level == 5 else _OLD_CODES.get(code, 5)
        rest = b"\0" if self.level == 5 else b""
        self.write(packets.packet(packets.CONNACK << 4, bytes((0, number)), rest))
        self.flush()
        self._transport.close()

    def _publish(self, first: int, body: bytes) -> None:
        came = packets.read_publish(first, body, self.level)
        message = came.message
        allowed = self.broker.files.rules.may(self.who, WRITE, message.topic)
        if allowed:
            if came.expiry is not None:
                message.ends = time.monotonic() + came.expiry
            self.broker.route(message, self.session)
        else:
            log.warning("%s may not write %s", self.who, message.topic)
        if message.qos:
            reason = b"" if allowed or self.level == 4 else bytes((packets.NOT_AUTHORISED, 0))
            self.write(packets.packet(packets.PUBACK << 4, packets.short(came.mid), reason))

    def _subscribe(self, body: bytes) -> None:
        mid, wishes = packets.read_subscribe(body, self.level)
        codes = [self.broker.subscribe(self, wish) for wish in wishes]
        if self.level == 4:
            codes = [code if code < 3 else 0x80 for code in codes]
        middle = b"\0" if self.level == 5 else b""
        self.write(packets.packet(packets.SUBACK << 4, packets.short(mid), middle, bytes(codes)))
        after, self.after = self.after, []
        for wish in after:
            if self.session:
                self.broker.send_retained(self.session, wish)

    def _unsubscribe(self, body: bytes) -> None:
        mid, names = packets.read_unsubscribe(body, self.level)
        if self.session is None:
            return
        done = [self.broker.unsubscribe(self.session, name) for name in names]
        rest = b"\0" + bytes(0 if one else 0x11 for one in done) if self.level == 5 else b""
        self.write(packets.packet(packets.UNSUBACK << 4, packets.short(mid), rest))

    def _leave(self, body: bytes) -> None:
        if not (self.level == 5 and body and body[0] == 4):
            self.will = None
        if self.level == 5 and len(body) > 1 and self.session:
            found = packets.Reader(body, 1).read_properties()
            if packets.SESSION_EXPIRY in found:
                self.session.expiry = min(int(found[packets.SESSION_EXPIRY]), self.session.expiry)
        self._transport.close()
