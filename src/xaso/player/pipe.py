"""A socket with two buffers between it and paho, which reads byte by byte and writes packet by packet.

Each of these steps is a call into TLS and, for writing, a record and a system call of its own. Here one reading takes
what has come, and what is written in one turn goes out as one record.
"""

from __future__ import annotations

import contextlib
import ssl
from typing import Any

READ = 8192
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Pipe:
    """What paho needs of a socket. ``flush`` must follow what was sent."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._in, self._at = b"", 0
        self._out = bytearray()

    def fileno(self) -> int:
        """The number by which an event loop watches it; -1 when it is closed."""
        return int(self._sock.fileno())

    def setblocking(self, flag: bool) -> None:
        """As of a socket."""
        self._sock.setblocking(flag)

    def recv(self, count: int) -> bytes:
        """At most so many bytes; empty when the other side has gone. Raises as the socket below does."""
        if self._at >= len(self._in):
            self._in, self._at = self._sock.recv(READ), 0
        begin = self._at
        self._at += count
        return self._in[begin : self._at]

    def pending(self) -> int:
        """Bytes that can be read although the socket itself shows nothing."""
        here = max(0, len(self._in) - self._at)
        return here or int(getattr(self._sock, "pending", int)())

    def send(self, data: bytes) -> int:
        """Takes all of it, to go out with ``flush``."""
        self._out += data
        return len(data)

    def flush(self) -> bool:
        """Sends what was taken, as far as the line takes it; whether all is gone."""
        while self._out:
            try:
                sent = self._sock.send(self._out)
            except _LATER:
                return False
            except OSError:
                self._out.clear()  # the line is down: reading says so too, and paho sends again what matters
                return True
            del self._out[:sent]
        return True

    def close(self) -> None:
        """Sends what it can and closes."""
        with contextlib.suppress(OSError, ValueError):
            self.flush()
        self._sock.close()
