"""What a station's stream sounds like at each instant: the plan of the scheduler, to the sample.

The plan says who is heard from when until when; nothing else does. A relay or a microphone that does not stop is cut
at its end all the same, and what comes next begins on the very next sample (hard stop, exact return). A relay that
gives no sound, or only silence, is covered by its fallback item until it is well again.

Time is handed in (``advance(to)``), so tests run faster than the clock and the program runs with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from xaso.services.broadcast.streams.silence import Detector, Limits
from xaso.services.broadcast.streams.sound import RATE, WIDTH, bytes_for, seconds_of
from xaso.services.broadcast.streams.source import Reel

EARLY = timedelta(seconds=8)  # a source is connected this long before it is heard
BLOCK = 0.1
BETWEEN = 2.0
STARVED = 1.0


@dataclass(frozen=True)
class Planned:
    """One thing to be heard. ``sound`` names kept audio, ``source`` a relay or a microphone.

    ``rank`` decides where two overlap; ``skips`` seconds of the audio are left out at its beginning; it is said
    ``repeats`` times with ``pause`` seconds between.
    """

    key: str
    what: str
    starts_at: datetime
    until: datetime
    rank: int
    sound: str = ""
    skips: float = 0.0
    repeats: int = 1
    pause: float = BETWEEN
    source: str = ""
    fallback: str = ""
    limits: Limits = field(default_factory=Limits)
    connect: float = 10.0


class Line(Protocol):
    """A source that is open: its samples, and what is the matter with it ("" is nothing)."""

    reel: Reel
    trouble: str

    def close(self) -> None: ...


class Shelf(Protocol):
    """Where a channel finds what it plays."""

    def sound(self, name: str) -> bytes:
        """Plain samples of kept audio; nothing when there are none."""
        ...

    def open(self, planned: Planned) -> Line:
        """Begin to connect to a source."""
        ...


class Outlet(Protocol):
    """Where a channel's sound goes."""

    def write(self, pcm: bytes, at: datetime) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Turn:
    """From ``at`` on this is heard: the thing itself, its "fallback", or "silence" in its place; and why."""

    key: str
    heard: str
    at: datetime
    why: str = ""


Note = Callable[[Turn], None]


class _Open:
    """A source that is connected, and its health."""

    def __init__(self, planned: Planned, line: Line) -> None:
        self.planned, self.line = planned, line
        self.detector = Detector(planned.limits)
        self.covered = False  # the fallback is heard instead
        self.covered_from = 0.0
        self.why = ""
        self.starved = 0.0
        self.steady = 0.0
        self.begun = False

    def hear(self, size: int) -> bytes:
        """Samples for a block, judged; what is missing is silence."""
        seconds = seconds_of(size)
        block = self.line.reel.take(size)
        if len(block) < size:
            self.starved += seconds_of(size - len(block))
            self.steady = 0.0
        else:
            self.starved, self.begun = 0.0, True
            self.steady += seconds
        if block:
            self.detector.hear(block, seconds_of(len(block)))
        return block.ljust(size, b"\0")

    def judge(self, at: float) -> bool:
        """Whether the source must be covered at this second of its time; True when that has changed."""
        patience = self.planned.connect if not self.begun else max(STARVED, self.planned.limits.after / 2)
        if not self.covered:
            if self.starved > patience:
                self.covered, self.why = (
                    True,
                    self.line.trouble or ("connect" if not self.begun else "stopped"),
                )
            elif self.detector.silent:
                self.covered, self.why = True, "silent"
            if self.covered:
                self.covered_from, self.steady = at, 0.0
            return self.covered
        if self.steady >= self.planned.limits.back and not self.detector.silent:
            self.covered, self.why, self.starved = False, "", 0.0
            return True
        return False

    def idle(self, size: int) -> None:
        """Not heard now: what comes is let go, so that it is live when it is heard again."""
        spare = self.line.reel.seconds - 1.0
        if spare > 0:
            self.line.reel.take(min(size, bytes_for(spare)))


class Channel:
    """The sound of one station. ``plan`` may be changed at any time; ``advance`` makes the sound up to an instant."""

    def __init__(self, outlet: Outlet, shelf: Shelf, note: Note, starts: datetime) -> None:
        self.outlet, self.shelf, self.note = outlet, shelf, note
        self.starts = starts
        self.position = 0  # samples made since ``starts``
        self._plan: tuple[Planned, ...] = ()
        self._open: dict[str, _Open] = {}
        self._heard: tuple[str, str] = ("", "")

    @property
    def at(self) -> datetime:
        """The instant of the next sample."""
        return self.starts + timedelta(seconds=self.position / RATE)

    def plan(self, planned: Sequence[Planned]) -> None:
        """What is to be heard from now on; sources that are no longer wanted are let go at once."""
        self._plan = tuple(planned)
        wanted = {one.key for one in self._plan}
        for key in [key for key in self._open if key not in wanted]:
            self._open.pop(key).line.close()

    def advance(self, to: datetime) -> None:
        """Make the sound up to this instant."""
        target = self._sample(to)
        while self.position < target:
            self._prepare()
            current = self._current()
            size = min(target, self._next_change(), self.position + int(BLOCK * RATE)) - self.position
            block = self._block(current, size * WIDTH)
            at = self.at
            self.outlet.write(block, at)
            self.position += size

    def close(self) -> None:
        """End the stream."""
        for one in self._open.values():
            one.line.close()
        self._open.clear()
        self.outlet.close()

    def _sample(self, moment: datetime) -> int:
        # Whole microseconds: a float of seconds would put the edge a sample off now and then.
        micro = (moment - self.starts) // timedelta(microseconds=1)
        return -(-micro * RATE // 1_000_000)

    def _prepare(self) -> None:
        """Connect what is soon to be heard; let go what is over."""
        soon = self.at + EARLY
        for one in self._plan:
            over = self._sample(one.until) <= self.position
            if over and one.key in self._open:
                self._open.pop(one.key).line.close()
            elif one.source and not over and one.starts_at <= soon and one.key not in self._open:
                self._open[one.key] = _Open(one, self.shelf.open(one))

    def _current(self) -> Planned | None:
        now = [
            one for one in self._plan
            if self._sample(one.starts_at) <= self.position < self._sample(one.until)
        ]  # fmt: skip
        return max(now, key=lambda one: (one.rank, one.starts_at, one.key), default=None)

    def _next_change(self) -> int:
        edges = [
            edge
            for one in self._plan
            for edge in (self._sample(one.starts_at), self._sample(one.until))
            if edge > self.position
        ]
        return min(edges, default=1 << 62)

    def _block(self, current: Planned | None, size: int) -> bytes:
        for key, one in self._open.items():
            if current is None or key != current.key:
                one.idle(size)
        if current is None:
            self._tell("", "silence")
            return bytes(size)
        if current.source:
            return self._relayed(current, size)
        began = (self.position - self._sample(current.starts_at)) / RATE + current.skips
        self._tell(current.key, current.what)
        return self._piece(current.sound, began, size, current.repeats, current.pause)

    def _relayed(self, current: Planned, size: int) -> bytes:
        one = self._open[current.key]
        block = one.hear(size)
        since = (self.position - self._sample(current.starts_at)) / RATE
        one.judge(since)
        if not one.covered:
            self._tell(current.key, current.what, "")
            return block
        if not current.fallback:
            self._tell(current.key, "silence", one.why)
            return bytes(size)
        self._tell(current.key, "fallback", one.why)
        return self._piece(current.fallback, since - one.covered_from, size, 0, BETWEEN)

    def _piece(self, name: str, since: float, size: int, repeats: int, pause: float) -> bytes:
        """A stretch of kept audio that is said again and again (``repeats`` 0: without end)."""
        pcm = self.shelf.sound(name)
        if not pcm:
            return bytes(size)
        gap = bytes_for(pause)
        length = len(pcm) + gap
        place, out = bytes_for(since), bytearray()
        while len(out) < size:
            turn, inside = divmod(place, length)
            if repeats and turn >= repeats:
                return bytes(out).ljust(size, b"\0")
            piece = pcm[inside : inside + size - len(out)] if inside < len(pcm) else b""
            piece = piece or bytes(min(length - inside, size - len(out)))
            out += piece
            place += len(piece)
        return bytes(out)

    def _tell(self, key: str, heard: str, why: str = "") -> None:
        if (key, heard) != self._heard:
            self._heard = (key, heard)
            self.note(Turn(key, heard, self.at, why))
