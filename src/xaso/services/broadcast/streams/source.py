"""A relay source as a stream of plain samples: an Icecast or HTTP stream, or an HLS playlist, read in its own thread.

The address is somebody's else: every machine, redirect and playlist entry goes through the outbound gate, so that a
"radio" cannot make us read our own network. Nothing here decides what is heard; it only says what there is.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from xaso.kernel.connectors.outbound import AddressRefused, Fetched, fetching
from xaso.kernel.plain import hls
from xaso.services.broadcast.streams.sound import NotSound, bytes_for, decode, seconds_of

KEPT_SECONDS = 12.0
LONGEST_SEGMENT = 4 << 20
AGAIN_AFTER = (1.0, 2.0, 4.0, 8.0)
_PLAYLIST_TYPES = ("mpegurl",)


class SourceFailed(Exception):
    """The source gives no sound; ``code``: address, connect, answer, sound, end."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Where:
    """An address to relay and how patient to be with it."""

    url: str
    connect: float = 10.0
    silence: float = 8.0
    inside: bool = False


class Bytes:
    """Pieces from the network as the decoder reads them."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; nothing at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = piece
        out, self._left = self._left[:size], self._left[size:]
        return out


def open_bytes(where: Where, stop: threading.Event) -> Iterator[bytes]:
    """The bytes of a source, whichever of the two kinds it is. Raises SourceFailed."""
    try:
        with fetching(
            where.url, inside=where.inside, plain=True, connect=where.connect, silence=where.silence
        ) as fetched:
            if not _is_playlist(fetched):
                yield from _until(stop, fetched.pieces())
                return
            text = b"".join(fetched.pieces(hls.MAX_TEXT + 1)).decode("utf-8", "replace")
        yield from _segments(where, fetched.url, text, stop)
    except AddressRefused as error:
        raise SourceFailed("address") from error
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise SourceFailed("connect") from error
    except (httpx.HTTPError, hls.PlaylistError) as error:
        raise SourceFailed("answer") from error


def _is_playlist(fetched: Fetched) -> bool:
    kind = fetched.answer.headers.get("content-type", "").lower()
    return any(word in kind for word in _PLAYLIST_TYPES) or fetched.url.partition("?")[0].endswith(".m3u8")


def _until(stop: threading.Event, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if stop.is_set():
            return
        yield piece


def _text_of(where: Where, url: str) -> tuple[str, str]:
    with fetching(
        url, inside=where.inside, plain=True, connect=where.connect, silence=where.silence
    ) as fetched:
        return fetched.url, b"".join(fetched.pieces(hls.MAX_TEXT + 1)).decode("utf-8", "replace")


def _segments(where: Where, base: str, text: str, stop: threading.Event) -> Iterator[bytes]:
    """Follow a playlist: begin three segments before its end, then each new one once, in order."""
    told = hls.read(text, base)
    if not isinstance(told, hls.Media):
        base, text = _text_of(where, told[0].uri)
        told = hls.read(text, base)
        if not isinstance(told, hls.Media):
            raise hls.PlaylistError("form")
    following = max(told.first, told.first + len(told.segments) - 3)
    init, moved = "", time.monotonic()
    while not stop.is_set():
        for number, one in enumerate(told.segments, told.first):
            if number < following:
                continue
            if one.init and one.init != init:
                yield from _pieces(where, one.init)
                init = one.init
            yield from _pieces(where, one.uri)
            following, moved = number + 1, time.monotonic()
        if told.ended:
            return
        if time.monotonic() - moved > where.silence:
            raise SourceFailed("end")
        stop.wait(max(0.2, min(told.target / 2, 3.0)))
        _, text = _text_of(where, base)
        again = hls.read(text, base)
        if not isinstance(again, hls.Media):
            raise hls.PlaylistError("form")
        # A source that began its numbers anew has started again: follow it from its newest.
        if again.first + len(again.segments) < following:
            following = again.first
        told = again


def _pieces(where: Where, url: str) -> Iterator[bytes]:
    with fetching(
        url, inside=where.inside, plain=True, connect=where.connect, silence=where.silence
    ) as fetched:
        yield from fetched.pieces(LONGEST_SEGMENT)


@dataclass
class Reel:
    """Samples between a thread that decodes and the channel that plays: bounded, and it can be waited for."""

    most: float = KEPT_SECONDS
    _blocks: deque[bytes] = field(default_factory=deque)
    _size: int = 0
    _closed: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def put(self, block: bytes) -> bool:
        """Add samples; waits while there is no room. False when nobody wants them any more."""
        with self._changed:
            while not self._closed and self._size >= bytes_for(self.most):
                self._changed.wait(1.0)
            if self._closed:
                return False
            self._blocks.append(block)
            self._size += len(block)
            self._changed.notify_all()
            return True

    def take(self, size: int) -> bytes:
        """Up to ``size`` bytes of samples, at once."""
        out = bytearray()
        with self._changed:
            while self._blocks and len(out) < size:
                block = self._blocks.popleft()
                room = size - len(out)
                if len(block) > room:
                    self._blocks.appendleft(block[room:])
                    block = block[:room]
                out += block
            self._size -= len(out)
            if out:
                self._changed.notify_all()
        return bytes(out)

    def close(self) -> None:
        """Nobody plays this any more; what is left is dropped."""
        with self._changed:
            self._closed = True
            self._blocks.clear()
            self._size = 0
            self._changed.notify_all()

    def clear(self) -> None:
        """Drop what waits: it is old by now."""
        with self._changed:
            self._blocks.clear()
            self._size = 0
            self._changed.notify_all()

    @property
    def seconds(self) -> float:
        """How much sound waits."""
        with self._changed:
            return seconds_of(self._size)

    def wait_for(self, seconds: float, limit: float) -> bool:
        """Wait until so much sound is there, at most ``limit`` seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._closed or self._size >= bytes_for(seconds), timeout=limit
            )


class Reader:
    """Keeps one source open, again and again while it is wanted, and puts its samples on a reel."""

    def __init__(
        self,
        where: Where,
        *,
        opened: Callable[[Where, threading.Event], Iterator[bytes]] = open_bytes,
        pauses: tuple[float, ...] = AGAIN_AFTER,
    ) -> None:
        self.where = where
        self.reel = Reel()
        self.trouble = ""
        self.tries = 0
        self._opened, self._pauses = opened, pauses
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay-source", daemon=True)

    def start(self) -> Reader:
        """Begin to connect."""
        self._thread.start()
        return self

    def close(self, wait: float = 0.0) -> None:
        """Let go of the source; the thread ends with its next byte or time-out."""
        self._stop.set()
        self.reel.close()
        if wait and self._thread.is_alive():
            self._thread.join(wait)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._once()
                self.trouble = "end"
            except SourceFailed as error:
                self.trouble = error.code
            except NotSound:
                self.trouble = "sound"
            pause = self._pauses[min(self.tries, len(self._pauses) - 1)]
            self.tries += 1
            self._stop.wait(pause)

    def _once(self) -> None:
        pieces = self._opened(self.where, self._stop)
        told: list[SourceFailed] = []

        def guarded() -> Iterator[bytes]:
            # The decoder would turn an error of the line into one of its own.
            try:
                yield from pieces
            except SourceFailed as error:
                told.append(error)

        try:
            for block in decode(Bytes(guarded())):
                self.trouble, self.tries = "", 0
                if not self.reel.put(block):
                    return
        except NotSound:
            if told:
                raise told[0] from None
            raise
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        if told:
            raise told[0]
