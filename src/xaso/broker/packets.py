"""MQTT on the wire: packets taken apart and put together, versions 3.1.1 (level 4) and 5 (level 5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK = 8, 9, 10, 11
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14
MALFORMED, PROTOCOL, NOT_AUTHORISED, TAKEN_OVER, TOO_LARGE = 0x81, 0x82, 0x87, 0x8E, 0x95
BAD_CLIENT_ID, BAD_TOPIC, NO_QOS_2, NO_SHARED, BAD_VERSION = 0x85, 0x90, 0x9B, 0x9E, 0x84
EXPIRY, SESSION_EXPIRY, RECEIVE_MAXIMUM, MAXIMUM_PACKET, WILL_DELAY = 2, 17, 33, 39, 24
TOPIC_ALIAS, SUBSCRIPTION_ID = 35, 11
# What is handed on with a message as it came.
_PASSED = (1, 3, 8, 9, 38)
_BYTE, _SHORT, _LONG, _TEXT, _BINARY, _PAIR, _VARIABLE = range(7)
_KINDS = {
    1: _BYTE, 2: _LONG, 3: _TEXT, 8: _TEXT, 9: _BINARY, 11: _VARIABLE, 17: _LONG, 18: _TEXT, 19: _SHORT,
    21: _TEXT, 22: _BINARY, 23: _BYTE, 24: _LONG, 25: _BYTE, 26: _TEXT, 28: _TEXT, 31: _TEXT, 33: _SHORT,
    34: _SHORT, 35: _SHORT, 36: _BYTE, 37: _BYTE, 38: _PAIR, 39: _LONG, 40: _BYTE, 41: _BYTE, 42: _BYTE,
}  # fmt: skip
_short = struct.Struct("!H")
_long = struct.Struct("!I")


class Bad(Exception):
    """A packet that no client should send; the connection ends with this reason."""

    def __init__(self, code: int = MALFORMED) -> None:
        super().__init__(f"MQTT 0x{code:02x}")
        self.code = code


@dataclass(slots=True)
class Message:
    """A message on its way; ``ends`` is the moment (monotonic) after which nobody gets it any more."""

    topic: str
    payload: bytes
    qos: int
    retain: bool = False
    ends: float | None = None
    passed: bytes = b""


@dataclass(slots=True)
class Connect:
    """What a client says first."""

    level: int
    client_id: str
    clean: bool
    keepalive: int
    username: str
    session_expiry: int
    receive_maximum: int
    maximum_packet: int
    will: Message | None
    will_expiry: int | None
    will_delay: int


@dataclass(slots=True)
class Publish:
    """A message as it came in."""

    message: Message
    mid: int
    expiry: int | None


@dataclass(slots=True)
class Wish:
    """One line of a subscription."""

    filter: str
    qos: int
    no_local: bool = False
    as_published: bool = False
    handling: int = 0


@dataclass(slots=True)
class Reader:
    """Reads one packet's body from front to back; ``Bad`` when it is shorter than it says."""

    body: bytes
    at: int = 0
    properties: dict[int, Any] = field(default_factory=dict)

    def take(self, count: int) -> bytes:
        """So many bytes."""
        end = self.at + count
        if end > len(self.body):
            raise Bad
        found = self.body[self.at : end]
        self.at = end
        return found

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def short(self) -> int:
        """Two bytes."""
        return int(_short.unpack(self.take(2))[0])

    def binary(self) -> bytes:
        """A length and so many bytes."""
        return self.take(self.short())

    def text(self) -> str:
        """A length and so much UTF-8."""
        try:
            found = self.binary().decode()
        except UnicodeDecodeError:
            raise Bad from None
        if "\0" in found:
            raise Bad
        return found

    def variable(self) -> int:
        """A number of one to four bytes."""
        value = shift = 0
        while True:
            one = self.byte()
            value |= (one & 127) << shift
            if not one & 128:
                return value
            shift += 7
            if shift > 21:
                raise Bad

    def read_properties(self) -> dict[int, Any]:
        """The properties of version 5."""
        end = self.variable() + self.at
        if end > len(self.body):
            raise Bad
        found: dict[int, Any] = {}
        while self.at < end:
            number = self.variable()
            kind = _KINDS.get(number)
            if kind is None:
                raise Bad
            value = self._value(kind)
            if number == 38:
                found.setdefault(38, []).append(value)
            elif number in found:
                raise Bad(PROTOCOL)
            else:
                found[number] = value
        return found

    def _value(self, kind: int) -> Any:
        if kind == _BYTE:
            return self.byte()
        if kind == _SHORT:
            return self.short()
        if kind == _LONG:
            return int(_long.unpack(self.take(4))[0])
        if kind == _TEXT:
            return self.text()
        if kind == _BINARY:
            return self.binary()
        if kind == _PAIR:
            return (self.text(), self.text())
        return self.variable()


def split(buffer: bytearray, biggest: int) -> list[tuple[int, bytes]]:
    """Takes whole packets out of the buffer: (first byte, body). ``Bad`` for one that is too large."""
    found = []
    begin, size = 0, len(buffer)
    while size - begin >= 2:
        length = shift = 0
        at = begin + 1
        while True:
            if at >= size:
                length = -1
                break
            one = buffer[at]
            at += 1
            length |= (one & 127) << shift
            if not one & 128:
                break
            shift += 7
            if shift > 21:
                raise Bad
        if length < 0:
            break
        if length > biggest:
            raise Bad(TOO_LARGE)
        if at + length > size:
            break
        found.append((buffer[begin], bytes(buffer[at : at + length])))
        begin = at + length
    if begin:
        del buffer[:begin]
    return found


def length_bytes(value: int) -> bytes:
    """A number as MQTT writes lengths."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 127
        out.append(low | (128 if value else 0))
        if not value:
            return bytes(out)


def packet(first: int, *parts: bytes) -> bytes:
    """A whole packet."""
    body = b"".join(parts)
    return bytes((first,)) + length_bytes(len(body)) + body


def short(value: int) -> bytes:
    """Two bytes."""
    return _short.pack(value)


def text(value: str) -> bytes:
    """A length and UTF-8."""
    raw = value.encode()
    return _short.pack(len(raw)) + raw


def properties(values: dict[int, Any]) -> bytes:
    """Properties with their length."""
    body = b"".join(_property(number, value) for number, value in values.items())
    return length_bytes(len(body)) + body


def _property(number: int, value: Any) -> bytes:
    kind, name = _KINDS[number], bytes((number,))
    if kind == _BYTE:
        return name + bytes((value,))
    if kind == _SHORT:
        return name + _short.pack(value)
    if kind == _LONG:
        return name + _long.pack(value)
    if kind == _TEXT:
        return name + text(value)
    if kind == _BINARY:
        return name + _short.pack(len(value)) + value
    if kind == _PAIR:
        return b"".join(name + text(key) + text(one) for key, one in value)
    return name + length_bytes(value)


def read_connect(body: bytes) -> Connect:
    """The first packet of a client."""
    reader = Reader(body)
    if reader.text() != "MQTT":
        raise Bad(BAD_VERSION)
    level = reader.byte()
    if level not in (4, 5):
        raise Bad(BAD_VERSION)
    flags, keepalive = reader.byte(), reader.short()
    if flags & 1:
        raise Bad
    found = reader.read_properties() if level == 5 else {}
    client_id = reader.text()
    clean = bool(flags & 2)
    will, will_facts = None, {}
    if flags & 4:
        will_facts = reader.read_properties() if level == 5 else {}
        topic, payload = reader.text(), reader.binary()
        qos = flags >> 3 & 3
        if qos > 1:
            raise Bad(NO_QOS_2)
        will = Message(topic, payload, qos, bool(flags & 32), passed=_passed(will_facts))
        check_topic(topic)
    username = reader.text() if flags & 128 else ""
    if flags & 64:
        reader.binary()
    kept = 0 if clean else 0xFFFFFFFF
    return Connect(
        level=level,
        client_id=client_id,
        clean=clean,
        keepalive=keepalive,
        username=username,
        session_expiry=int(found.get(SESSION_EXPIRY, 0)) if level == 5 else kept,
        receive_maximum=int(found.get(RECEIVE_MAXIMUM, 65535)) or 65535,
        maximum_packet=int(found.get(MAXIMUM_PACKET, 0xFFFFFFFF)),
        will=will,
        will_expiry=will_facts.get(EXPIRY),
        will_delay=int(will_facts.get(WILL_DELAY, 0)),
    )


def read_publish(first: int, body: bytes, level: int) -> Publish:
    """A message from a client."""
    qos = first >> 1 & 3
    if qos > 1:
        raise Bad(NO_QOS_2)
    reader = Reader(body)
    topic = reader.text()
    mid = reader.short() if qos else 0
    if qos and not mid:
        raise Bad(PROTOCOL)
    found = reader.read_properties() if level == 5 else {}
    if TOPIC_ALIAS in found or SUBSCRIPTION_ID in found:
        raise Bad(PROTOCOL)
    check_topic(topic)
    message = Message(topic, body[reader.at :], qos, bool(first & 1), passed=_passed(found))
    return Publish(message, mid, found.get(EXPIRY))


def _passed(found: dict[int, Any]) -> bytes:
    return b"".join(_property(number, found[number]) for number in _PASSED if number in found)


def read_subscribe(body: bytes, level: int) -> tuple[int, list[Wish]]:
    """What a client wishes to hear: (number of the packet, wishes)."""
    reader = Reader(body)
    mid = reader.short()
    if level == 5:
        reader.read_properties()
    wishes = []
    while reader.at < len(body):
        name, options = reader.text(), reader.byte()
        if level == 4:
            options &= 3
        qos = options & 3
        if qos > 2 or not name:
            raise Bad(PROTOCOL)
        wishes.append(
            Wish(name, min(qos, 1), bool(options & 4), bool(options & 8), handling=options >> 4 & 3)
        )
    if not wishes or not mid:
        raise Bad(PROTOCOL)
    return mid, wishes


def read_unsubscribe(body: bytes, level: int) -> tuple[int, list[str]]:
    """What a client no longer wishes to hear."""
    reader = Reader(body)
    mid = reader.short()
    if level == 5:
        reader.read_properties()
    names = []
    while reader.at < len(body):
        names.append(reader.text())
    if not names or not mid:
        raise Bad(PROTOCOL)
    return mid, names


def read_acknowledged(body: bytes) -> int:
    """The number of the message that a client confirms."""
    return Reader(body).short()


def check_topic(topic: str) -> None:
    """A topic of a message has no wildcards."""
    if not topic or "+" in topic or "#" in topic or len(topic) > 1000:
        raise Bad(BAD_TOPIC)


def good_filter(name: str) -> bool:
    """Whether a filter has its wildcards where they may stand."""
    levels = name.split("/")
    if len(levels) > 20:
        return False
    return (
        all(one in ("+", "#") or ("+" not in one and "#" not in one) for one in levels)
        and "#" not in levels[:-1]
    )


def frame(message: Message, level: int, qos: int, retain: bool, remaining: int | None) -> tuple[bytes, bytes]:
    """A message for sending: what stands before the packet's number, and what after it (QoS 0: all in the first)."""
    rest = b""
    if level == 5:
        body = message.passed if remaining is None else message.passed + _property(EXPIRY, remaining)
        rest = length_bytes(len(body)) + body
    topic = text(message.topic)
    length = len(topic) + (2 if qos else 0) + len(rest) + len(message.payload)
    head = bytes((PUBLISH << 4 | qos << 1 | retain,)) + length_bytes(length) + topic
    tail = rest + message.payload
    return (head, tail) if qos else (head + tail, b"")
