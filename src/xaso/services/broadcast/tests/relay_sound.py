"""Sound for the tests of relays: tones told apart by their pitch, and a channel that runs faster than the clock."""

from __future__ import annotations

import functools
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from xaso.kernel.plain.moment import at
from xaso.services.broadcast.streams.channel import Channel, Planned, Turn
from xaso.services.broadcast.streams.sound import RATE, Fragments, Mp3, tone
from xaso.services.broadcast.streams.source import Reel

START = at("2026-11-23T05:30:00")
PITCHES = {"relay": 400.0, "item": 1000.0, "fallback": 2000.0, "live": 3000.0}


@functools.cache
def sound_of(name: str, seconds: float = 4.0) -> bytes:
    """The tone that stands for a name."""
    return tone(seconds, PITCHES[name])


@functools.cache
def mp3_of(name: str, seconds: float = 4.0) -> bytes:
    """The same as an MP3 file."""
    encoder = Mp3()
    return encoder.add(sound_of(name, seconds)) + encoder.end()


@functools.cache
def fragments_of(name: str, seconds: float = 4.0) -> tuple[bytes, tuple[bytes, ...]]:
    """The same as a header and pieces of MP4."""
    encoder = Fragments(1.0)
    made = [*encoder.add(sound_of(name, seconds)), *encoder.end()]
    return encoder.header, tuple(one.content for one in made)


def heard_in(pcm: bytes) -> str:
    """Which tone a stretch is, by counting where it crosses zero; "" for silence."""
    samples = memoryview(pcm).cast("h").tolist()
    if max(map(abs, samples), default=0) < 300:
        return ""
    crossings = sum((one < 0) != (other < 0) for one, other in zip(samples, samples[1:], strict=False))
    pitch = crossings / 2 / (len(samples) / RATE)
    return min(PITCHES, key=lambda name: abs(PITCHES[name] - pitch))


class Tape:
    """An outlet that keeps everything."""

    def __init__(self) -> None:
        self.pcm = bytearray()
        self.closed = False

    def write(self, pcm: bytes, at: datetime) -> None:
        self.pcm += pcm

    def close(self) -> None:
        self.closed = True

    def stretches(self, step: float = 0.01) -> list[tuple[str, float]]:
        """(what is heard, seconds) one after the other, measured in steps of ten milliseconds."""
        size, found = int(RATE * step) * 2, []
        for place in range(0, len(self.pcm), size):
            name = heard_in(bytes(self.pcm[place : place + size]))
            if found and found[-1][0] == name:
                found[-1] = (name, round(found[-1][1] + step, 3))
            else:
                found.append((name, step))
        return found


class FakeLine:
    """A source in the test's own hand."""

    def __init__(self) -> None:
        self.reel = Reel(most=3600.0)
        self.trouble = ""
        self.closed = False

    def close(self) -> None:
        self.closed = True
        self.reel.close()

    def give(self, pcm: bytes) -> None:
        self.reel.put(pcm)


class Shelf:
    """Sounds by name, and lines that the test feeds."""

    def __init__(self) -> None:
        self.lines: dict[str, FakeLine] = {}

    def sound(self, name: str) -> bytes:
        return sound_of(name) if name in PITCHES else b""

    def open(self, planned: Planned) -> Any:
        self.lines[planned.key] = FakeLine()
        return self.lines[planned.key]


class Studio:
    """A channel with a tape, and what it noted."""

    def __init__(self, starts: datetime = START) -> None:
        self.tape, self.shelf = Tape(), Shelf()
        self.turns: list[Turn] = []
        self.channel = Channel(self.tape, self.shelf, self.turns.append, starts)

    def run(self, seconds: float) -> None:
        self.channel.advance(self.channel.at + timedelta(seconds=seconds))

    def told(self) -> list[tuple[str, str, str]]:
        """(key, heard, why) in order."""
        return [(one.key, one.heard, one.why) for one in self.turns]


def planned(key: str, what: str, begins: float, ends: float, rank: int, **more: Any) -> Planned:
    """Seconds after the start of the test."""
    return Planned(
        key, what, START + timedelta(seconds=begins), START + timedelta(seconds=ends), rank, **more
    )


class Radio:
    """A real HTTP server on loopback that speaks like a radio: addresses to bodies, or to functions that write."""

    def __init__(self, routes: dict[str, Any]) -> None:
        self.asked: list[str] = []
        radio = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                radio.asked.append(self.path)
                found = routes.get(self.path.partition("?")[0])
                if found is None:
                    self.send_error(404)
                elif callable(found):
                    found(self)
                else:
                    kind, body = found
                    self.send_response(200)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Radio:
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()
