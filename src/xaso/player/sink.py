"""Where sound goes: a port with two ends, one that sounds and one that only writes down when it would have."""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import signal
import struct
import subprocess
import tempfile
import wave
from pathlib import Path
from typing import Protocol


class NoSound(Exception):
    """The sound card or a program for it is missing or refuses."""


class Sink(Protocol):
    """One sound at a time."""

    def prepare(self, path: Path, skip: float) -> None:
        """Does beforehand what takes time; may be left out."""

    def start(self, source: Path | str, skip: float, volume: int) -> None:
        """Begins a file, or a stream when the source is an address. NoSound when it cannot."""

    def stop(self) -> None:
        """Ends it; nothing happens when nothing sounds."""

    def alive(self) -> bool:
        """Whether what was begun still sounds, as far as can be known."""

    def check(self) -> str:
        """Empty, or what is wrong with the sound."""


class NullSink:
    """Sounds not; writes instants to ``path`` when it is given (one JSON line an event)."""

    def __init__(self, path: Path | None = None, clock: object = None) -> None:
        self.path = path
        self.events: list[tuple[str, str]] = []
        self._clock = clock

    def prepare(self, path: Path, skip: float) -> None:
        """Nothing to do."""

    def start(self, source: Path | str, skip: float, volume: int) -> None:
        """Writes it down."""
        self._write("start", Path(source).name if isinstance(source, Path) else source)

    def stop(self) -> None:
        """Writes it down."""
        self._write("stop", "")

    def alive(self) -> bool:
        """Always."""
        return True

    def check(self) -> str:
        """Never wrong."""
        return ""

    def _write(self, what: str, name: str) -> None:
        if self.path is None:
            if len(self.events) < 1000:
                self.events.append((what, name))
            return
        now = getattr(self._clock, "guess", lambda: 0.0)()
        with contextlib.suppress(OSError), open(self.path, "a", encoding="utf-8") as out:
            out.write(json.dumps({"what": what, "name": name, "at": now}) + "\n")


class AlsaSink:
    """``aplay`` for sound, ``amixer`` for volume, ``ffmpeg`` (or ``mpg123``) to unpack MP3 and Opus beforehand."""

    def __init__(self, device: str = "default", mixer: str = "Master") -> None:
        self.device, self.mixer = device, mixer
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: dict[tuple[str, int], Path] = {}
        self._place = Path(tempfile.mkdtemp(prefix="xaso-sound-"))

    def prepare(self, path: Path, skip: float) -> None:
        """Unpacks to plain samples, so that only ``aplay`` has to start at the instant."""
        key = (str(path), round(skip * 1000))
        if key in self._ready:
            return
        for old in self._ready.values():
            old.unlink(missing_ok=True)
        self._ready.clear()
        target = self._place / "next.wav"
        self._unpack(path, skip, target)
        self._ready[key] = target

    def start(self, source: Path | str, skip: float, volume: int) -> None:
        """Begins."""
        self.stop()
        self._volume(volume)
        if isinstance(source, str):
            command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", source, "-f", "alsa", self.device]
        else:
            self.prepare(source, skip)
            command = ["aplay", "-q", "-D", self.device, str(self._ready[str(source), round(skip * 1000)])]
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError as error:
            raise NoSound(f"{command[0]}: {error.strerror}") from error

    def stop(self) -> None:
        """Ends."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)

    def alive(self) -> bool:
        """A program that ended with an error sounds no more; one that ended well has only finished early."""
        return self._process is None or self._process.poll() in (None, 0)

    def check(self) -> str:
        """Looks for the programs and the card."""
        missing = [name for name in ("aplay", "amixer", "ffmpeg") if shutil.which(name) is None]
        if missing:
            return f"thiếu chương trình {', '.join(missing)}"
        cards = subprocess.run(["aplay", "-l"], capture_output=True, check=False)
        return "" if b"card" in cards.stdout else "không thấy thiết bị âm thanh"

    def _volume(self, volume: int) -> None:
        with contextlib.suppress(OSError):
            subprocess.run(
                ["amixer", "-q", "sset", self.mixer, f"{volume}%"],
                check=False,
                capture_output=True,
                timeout=2,
            )

    def _unpack(self, path: Path, skip: float, target: Path) -> None:
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-ss", f"{skip:.3f}", "-i", str(path)]
        command += ["-ac", "1", "-ar", "44100", str(target)]
        if shutil.which("ffmpeg") is None and shutil.which("mpg123"):
            command = ["mpg123", "-q", "-k", str(int(skip * 38)), "-w", str(target), str(path)]
        try:
            done = subprocess.run(command, check=False, capture_output=True, timeout=120)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoSound(str(error)) from error
        if done.returncode:
            raise NoSound(done.stderr.decode(errors="replace")[:200])


def write_siren(path: Path, seconds: float = 8.0, rate: int = 16_000) -> None:
    """A rising and falling tone, for an emergency whose audio could not be fetched: some warning beats silence."""
    frames, phase = bytearray(), 0.0
    for number in range(int(seconds * rate)):
        pitch = 650 + 250 * math.sin(2 * math.pi * number / rate / 2)
        phase += 2 * math.pi * pitch / rate
        frames += struct.pack("<h", int(20_000 * math.sin(phase)))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(bytes(frames))
