"""A clamd that answers as the real one does (clamd(8)): INSTREAM, VERSION, PING, limits, errors, silence."""

from __future__ import annotations

import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# The test file of the European institute for antivirus research, in two parts so that no scanner eats this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND = "Win.Test.EICAR_HDB-1"


@dataclass
class FakeClamd:
    """``mood``: well, loading (answers with an error), silent (never answers), hanging_up, rubbish."""

    address: str
    mood: str = "well"
    most: int = 25 << 20
    seen: list[int] = field(default_factory=list)

    def answer(self, line: socket.socket) -> None:
        """One connection."""
        command = _until_zero(line)
        if self.mood == "silent":
            while line.recv(1 << 16):
                pass
            return
        if self.mood == "hanging_up":
            return
        if command == b"zVERSION":
            line.sendall(b"ClamAV 1.4.6/27000/Sat Nov 21 08:00:00 2026\0")
        elif command == b"zPING":
            line.sendall(b"PONG\0")
        elif command == b"zINSTREAM":
            line.sendall(self._judge(line) + b"\0")
        else:
            line.sendall(b"UNKNOWN COMMAND\0")

    def _judge(self, line: socket.socket) -> bytes:
        content = bytearray()
        while size := struct.unpack("!I", _exactly(line, 4))[0]:
            if len(content) + size > self.most:
                return b"INSTREAM size limit exceeded. ERROR"
            content += _exactly(line, size)
        self.seen.append(len(content))
        if self.mood == "loading":
            return b"stream: Can't allocate memory ERROR"
        if self.mood == "rubbish":
            return b"stream: OK maybe"
        return f"stream: {FOUND} FOUND".encode() if EICAR in content else b"stream: OK"


def _exactly(line: socket.socket, size: int) -> bytes:
    held = b""
    while len(held) < size:
        piece = line.recv(size - len(held))
        if not piece:
            raise ConnectionError("cut")
        held += piece
    return held


def _until_zero(line: socket.socket) -> bytes:
    held = b""
    while not held.endswith(b"\0"):
        held += _exactly(line, 1)
    return held[:-1]


@contextmanager
def fake_clamd(kind: str = "unix") -> Iterator[FakeClamd]:
    """Run one; ``kind`` unix or tcp."""
    with (
        tempfile.TemporaryDirectory(prefix="clamd-") as folder,
        socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET, socket.SOCK_STREAM) as listening,
    ):
        if kind == "unix":
            path = Path(folder) / "clamd.ctl"
            listening.bind(str(path))
            made = FakeClamd(f"unix:{path}")
        else:
            listening.bind(("127.0.0.1", 0))
            made = FakeClamd(f"tcp:127.0.0.1:{listening.getsockname()[1]}")
        listening.listen()
        listening.settimeout(0.1)
        stop = threading.Event()
        thread = threading.Thread(target=_serve, args=(made, listening, stop), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            stop.set()
            thread.join(timeout=5)


def _serve(made: FakeClamd, listening: socket.socket, stop: threading.Event) -> None:
    def one(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.settimeout(10)
            made.answer(line)

    while not stop.is_set():
        with suppress(TimeoutError):
            line, _ = listening.accept()
            threading.Thread(target=one, args=(line,), daemon=True).start()
