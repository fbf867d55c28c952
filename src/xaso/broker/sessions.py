"""What outlives a connection: subscriptions, messages not yet confirmed, messages for a client that is away."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from xaso.broker import packets
from xaso.broker.packets import Message, Wish

MOST_WAITING = 2000  # messages kept for a client that is away or slow; the oldest goes first
MOST_IN_FLIGHT = 100
LONGEST_SESSION = 72 * 3600

Frames = dict[tuple[int, int, bool], tuple[bytes, bytes]]


@dataclass(eq=False)
class Session:
    """One client id. ``write`` is None while it is away."""

    client_id: str
    level: int = 4
    expiry: int = 0
    window: int = MOST_IN_FLIGHT
    maximum_packet: int = 0xFFFFFFFF
    subscriptions: dict[str, Wish] = field(default_factory=dict)
    in_flight: dict[int, Message] = field(default_factory=dict)
    waiting: deque[tuple[Message, bool]] = field(default_factory=deque)
    write: Callable[[bytes], None] | None = None
    paused: bool = False
    dropped: int = 0
    gone_at: float = 0.0
    _mid: int = 0

    def deliver(self, message: Message, qos: int, retain: bool, frames: Frames) -> None:
        """Sends a message, or keeps it. ``frames`` holds what was already put together for other hearers."""
        qos = min(qos, message.qos)
        if (
            self.write is None
            or self.paused
            or (qos and (self.waiting or len(self.in_flight) >= self.window))
        ):
            if qos and (self.write is not None or self.expiry):
                self._keep(message, retain)
            else:
                self.dropped += 1
            return
        self._send(message, qos, retain, frames)

    def confirmed(self, mid: int) -> None:
        """The client has it; the next that waits may go."""
        self.in_flight.pop(mid, None)
        if self.waiting:
            self.pump()

    def pump(self) -> None:
        """Sends what waits, as far as the client can take it."""
        frames: Frames = {}
        now = time.monotonic()
        while self.waiting and self.write is not None and not self.paused:
            if len(self.in_flight) >= self.window:
                return
            message, retain = self.waiting.popleft()
            if message.ends is None or message.ends > now:
                frames.clear()
                self._send(message, 1, retain, frames)

    def resume(self) -> None:
        """The client is back: first what it did not confirm, then what waited."""
        now = time.monotonic()
        held, self.in_flight = self.in_flight, {}
        for mid, message in held.items():
            if message.ends is None or message.ends > now:
                self.in_flight[mid] = message
                head, tail = packets.frame(message, self.level, 1, False, _remaining(message, now))
                if self.write is not None:
                    self.write(bytes((head[0] | 8,)) + head[1:] + packets.short(mid) + tail)
        self.pump()

    def _send(self, message: Message, qos: int, retain: bool, frames: Frames) -> None:
        key = (self.level, qos, retain)
        made = frames.get(key)
        if made is None:
            rest = _remaining(message, time.monotonic())
            made = frames[key] = packets.frame(message, self.level, qos, retain, rest)
        head, tail = made
        if len(head) + len(tail) + 2 > self.maximum_packet or self.write is None:
            self.dropped += 1
            return
        if not qos:
            self.write(head)
            return
        mid = self._mid
        while True:
            mid = mid % 65535 + 1
            if mid not in self.in_flight:
                break
        self._mid = mid
        self.in_flight[mid] = message
        self.write(head + packets.short(mid) + tail)

    def _keep(self, message: Message, retain: bool) -> None:
        if len(self.waiting) >= MOST_WAITING:
            self.waiting.popleft()
            self.dropped += 1
        self.waiting.append((message, retain))


def _remaining(message: Message, now: float) -> int | None:
    return None if message.ends is None else max(1, round(message.ends - now))
