"""A client of clamd: INSTREAM over a Unix or TCP socket, one content a connection (clamd(8))."""

from __future__ import annotations

import re
import socket
import struct
import time

from xaso.kernel.documents.scanning.base import CLEAN, Finding, State

CHUNK = 1 << 16
MOST_ANSWER = 4096
_FOUND = re.compile(r"^stream: (?P<name>.+) FOUND$")


class Clamd:
    """``unix:/path/clamd.ctl`` or ``tcp:host:port``; ``timeout`` bounds one whole scan, in seconds."""

    def __init__(self, address: str, timeout: float = 30) -> None:
        self.kind, _, self.place = address.partition(":")
        self.timeout = timeout

    def _connect(self, until: float) -> socket.socket:
        if self.kind == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(_left(until))
            try:
                line.connect(self.place)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self.place.rpartition(":")
        try:
            number = int(port)
        except ValueError as error:
            raise OSError(f"no port in {self.place}") from error
        return socket.create_connection((host.strip("[]"), number), timeout=_left(until))

    def _answer(self, line: socket.socket, until: float) -> str:
        """One answer; commands begin with ``z``, so it ends with a zero byte or with the line itself."""
        held = bytearray()
        while b"\x00" not in held and len(held) < MOST_ANSWER:
            line.settimeout(_left(until))
            piece = line.recv(MOST_ANSWER)
            if not piece:
                break
            held += piece
        return bytes(held).partition(b"\x00")[0].decode("utf-8", "replace").strip()

    def scan(self, content: bytes) -> Finding:
        """See ``Scanner.scan``. Clean only when clamd said so in the very words of its protocol."""
        until = time.monotonic() + self.timeout
        try:
            with self._connect(until) as line:
                answer = self._stream(line, content, until)
        except OSError as error:
            return Finding(State.UNKNOWN, reason=f"{type(error).__name__}: {error}"[:200])
        if answer == "stream: OK":
            return CLEAN
        found = _FOUND.match(answer)
        if found:
            return Finding(State.INFECTED, name=found["name"][:120])
        return Finding(State.UNKNOWN, reason=(answer or "closed without an answer")[:200])

    def _stream(self, line: socket.socket, content: bytes, until: float) -> str:
        try:
            line.settimeout(_left(until))
            line.sendall(b"zINSTREAM\x00")
            view = memoryview(content)
            for start in range(0, len(view), CHUNK):
                piece = view[start : start + CHUNK]
                line.settimeout(_left(until))
                line.sendall(struct.pack("!I", len(piece)))
                line.sendall(piece)
            line.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # Past its own limit clamd answers and hangs up while we still send: its words say more.
            return self._answer(line, until)
        return self._answer(line, until)

    def version(self) -> str:
        """See ``Scanner.version``."""
        until = time.monotonic() + self.timeout
        with self._connect(until) as line:
            line.sendall(b"zVERSION\x00")
            answer = self._answer(line, until)
        if not answer:
            raise OSError("clamd closed without an answer")
        return answer


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left
