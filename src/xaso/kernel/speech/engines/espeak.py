"""The built-in voices: espeak-ng in a helper process, begun when first asked and kept while there is work."""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from select import select
from typing import IO, Any

from xaso.kernel.speech.engines.base import NoVoice
from xaso.kernel.speech.wav import from_pcm

WORDS_A_MINUTE = 165  # of the engine at speed 1: an announcer's pace
LEAST, MOST = 80, 450
START_SECONDS = 20.0
# Real time is some 500 times this fast; a helper that takes longer than this is stuck.
SECONDS_A_LETTER, LEAST_SECONDS = 0.02, 10.0
_PROGRAM = Path(__file__).parent / "espeak_program.py"
_AWAY = "Bộ đọc espeak-ng trên máy chủ không chạy."


class _Gone(Exception):
    """The helper ended or is stuck."""


class _Helper:
    """One helper process; asked by one thread at a time."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: S101 for the type checker
        self.to: IO[bytes] = self.process.stdin
        self.back: IO[bytes] = self.process.stdout
        self.held = bytearray()
        told = self._line(time.monotonic() + START_SECONDS)
        if "why" in told:
            self.end()
            raise NoVoice(f"{_AWAY} ({told['why']})")

    def ask(self, asked: dict[str, Any]) -> tuple[bytes, int]:
        """Samples and rate. Raises _Gone, NoVoice."""
        limit = max(LEAST_SECONDS, SECONDS_A_LETTER * len(asked["text"]))
        end = time.monotonic() + limit
        try:
            self.to.write(json.dumps(asked).encode() + b"\n")
            self.to.flush()
        except OSError as error:
            raise _Gone from error
        told = self._line(end)
        if "why" in told:
            raise NoVoice(f"Bộ đọc espeak-ng không đọc được đoạn này ({told['why']}).")
        return self._take(told["bytes"], end), told["rate"]

    def _more(self, end: float) -> None:
        left = end - time.monotonic()
        if left <= 0 or not select([self.back], [], [], left)[0]:
            raise _Gone
        got = os.read(self.back.fileno(), 1 << 20)
        if not got:
            raise _Gone
        self.held += got

    def _line(self, end: float) -> dict[str, Any]:
        while b"\n" not in self.held:
            self._more(end)
        place = self.held.index(b"\n")
        line = bytes(self.held[:place])
        del self.held[: place + 1]
        told: dict[str, Any] = json.loads(line)
        return told

    def _take(self, count: int, end: float) -> bytes:
        while len(self.held) < count:
            self._more(end)
        made = bytes(self.held[:count])
        del self.held[:count]
        return made

    def end(self) -> None:
        """Stop it; a copy of us after a fork leaves the other's helper alone."""
        if self.owner != os.getpid():
            return
        for pipe in (self.to, self.back):
            try:
                pipe.close()
            except OSError:
                pass  # what could not be written any more
        self.process.kill()
        self.process.wait()


_lock = threading.Lock()
_helper: _Helper | None = None


def _alive() -> _Helper:
    global _helper
    if _helper is None or _helper.owner != os.getpid() or _helper.process.poll() is not None:
        _drop()
        try:
            _helper = _Helper()
        except _Gone as error:
            raise NoVoice(_AWAY) from error
    return _helper


def _drop() -> None:
    global _helper
    if _helper is not None:
        _helper.end()
    _helper = None


def speak(spoken: str, name: str, speed: float = 1.0) -> bytes:
    """The words as WAV, 22,050 samples a second. A helper that ended meanwhile is begun again once. Raises NoVoice."""
    pace = min(max(round(WORDS_A_MINUTE * speed), LEAST), MOST)
    # Words in capitals would be taken for abbreviations.
    asked = {"voice": name, "rate": pace, "text": spoken.replace("\0", " ").lower()}
    with _lock:
        for again in (True, False):
            try:
                raw, rate = _alive().ask(asked)
                return from_pcm(raw, rate)
            except _Gone as error:
                _drop()
                if not again:
                    raise NoVoice(_AWAY) from error
    raise NoVoice(_AWAY)


def why_not() -> str:
    """Why the built-in voices cannot speak here; empty when they can."""
    return "" if importlib.util.find_spec("espeakng_loader") else "Chưa cài thư viện espeakng-loader."


def close() -> None:
    """End the helper (at the end of the program, and in tests)."""
    with _lock:
        _drop()


atexit.register(close)
