"""What a channel plays: kept audio decoded once into a file of its own, and sources that are opened."""

from __future__ import annotations

import logging
import mmap
import queue
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.conf import settings

from xaso.kernel.documents.queries import content_of
from xaso.services.broadcast.models import LiveChunk, LiveSession, RelaySource, Sound
from xaso.services.broadcast.streams.channel import Line, Planned
from xaso.services.broadcast.streams.sound import NotSound, bytes_for, decode
from xaso.services.broadcast.streams.source import Reader, Where

log = logging.getLogger("xaso.stream")
LONGEST = 2 * 3600.0
KEPT = 24
RELAY, LIVE = "relay:", "live:"


class Kept:
    """Audio files as plain samples, on disk rather than in memory: an hour of samples is a third of a gigabyte."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._ready: OrderedDict[str, bytes | mmap.mmap] = OrderedDict()
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="shelf")

    def want(self, names: set[str]) -> None:
        """Begin to make ready what will be heard soon."""
        with self._lock:
            fresh = names - self._asked - set(self._ready) - {""}
            self._asked |= fresh
        for name in sorted(fresh):
            # Read here and decoded there: threads of ours need no connection to the database.
            try:
                self._pool.submit(self._fill, name, self._read(name))
            except (LookupError, OSError):
                log.warning("sound %s cannot be read", name, exc_info=True)
                self._put(name, b"")

    def get(self, name: str) -> bytes | mmap.mmap:
        """The samples; nothing while they are not ready, or when there are none."""
        with self._lock:
            if name in self._ready:
                self._ready.move_to_end(name)
                return self._ready[name]
        self.want({name})
        return b""

    def settle(self) -> None:
        """Wait until everything asked for is ready (tests)."""
        self._pool.submit(lambda: None).result(30)

    def close(self) -> None:
        """Let go of everything."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fill(self, name: str, content: bytes) -> None:
        try:
            self._put(name, self._decoded(content))
        except (NotSound, OSError):
            log.warning("sound %s cannot be played", name, exc_info=True)
            self._put(name, b"")

    def _put(self, name: str, made: bytes | mmap.mmap) -> None:
        with self._lock:
            self._asked.discard(name)
            self._ready[name] = made
            while len(self._ready) > KEPT:
                self._ready.popitem(last=False)

    def _decoded(self, content: bytes) -> bytes | mmap.mmap:
        size, most = 0, bytes_for(LONGEST)
        with tempfile.TemporaryFile() as file:
            for block in decode(content):
                file.write(block)
                size += len(block)
                if size >= most:
                    break
            file.flush()
            return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else b""


def read_sound(name: str) -> bytes:
    """The MP3 of a sound. Raises LookupError."""
    found = Sound.objects.select_related("file").filter(pk=name).first()
    if found is None:
        raise LookupError(name)
    return content_of(found.file)


class Feed:
    """The pieces of a microphone on their way from the database to the thread that decodes them."""

    def __init__(self, session_id: UUID) -> None:
        self.session_id = session_id
        self._following = 0
        self._pieces: queue.Queue[bytes | None] = queue.Queue()

    def pull(self) -> None:
        """Take what has come meanwhile. A missing piece holds the rest back: it cannot be understood without it."""
        rows = LiveChunk.objects.filter(session_id=self.session_id, number__gte=self._following)
        begun = self._following
        for number, content in rows.order_by("number").values_list("number", "content")[:20]:
            if number != self._following:
                break
            self._following += 1
            self._pieces.put(bytes(content))
        if begun == self._following and self._over():
            self._pieces.put(None)

    def _over(self) -> bool:
        return LiveSession.objects.filter(pk=self.session_id, ended_at__isnull=False).exists()

    def pieces(self, _: Where, stop: threading.Event) -> Iterator[bytes]:
        """What the decoder reads, until the session is over."""
        while not stop.is_set():
            try:
                piece = self._pieces.get(timeout=0.5)
            except queue.Empty:
                continue
            if piece is None:
                return
            yield piece


class StationShelf:
    """The shelf of a running channel."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.kept = kept or Kept(read_sound)
        self.feeds: dict[str, Feed] = {}

    def want(self, planned: list[Planned]) -> None:
        """What will be heard soon is made ready; microphones that are over are forgotten."""
        self.kept.want({one.sound for one in planned} | {one.fallback for one in planned})
        for key in self.feeds.keys() - {one.key for one in planned}:
            del self.feeds[key]

    def pull(self) -> None:
        """Take what microphones have sent."""
        for feed in self.feeds.values():
            feed.pull()

    def sound(self, name: str) -> bytes:
        """Plain samples of kept audio (sliced by the caller; a map of a file is not read as a whole)."""
        return self.kept.get(name) if name else b""  # type: ignore[return-value]

    def open(self, planned: Planned) -> Line:
        """Begin to connect to a relay, or to listen to a microphone."""
        if planned.source.startswith(LIVE):
            feed = Feed(UUID(planned.source.removeprefix(LIVE)))
            self.feeds[planned.key] = feed
            where = Where(planned.source, silence=planned.limits.after)
            return Reader(where, opened=feed.pieces, pauses=(0.3,)).start()
        source = RelaySource.objects.get(pk=planned.source.removeprefix(RELAY))
        where = Where(
            source.url,
            connect=float(source.connect_seconds),
            silence=max(float(source.silence_seconds), 2.0),
            inside=settings.XASO_STREAMS_INSIDE,
        )
        return Reader(where).start()
