"""Lines of the log to another machine as they are written: syslog (RFC 5424) over TLS (RFC 5425), ``XASO_LOG_TO``.

Whoever gets into this machine can alter its journal, but not what has already left it. Writing a line never waits for
the other machine: lines wait in memory while it is away, the oldest give way when there are too many, and how many
were lost is told in the next line that gets through. The journal of this machine has them all the same.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import select
import socket
import ssl
import threading
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from xaso.kernel.plain.inner_tls import context

MOST = 10_000
FACILITY = 16  # local0
_SEVERITY = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6}
_PAUSES = (0.5, 1, 2, 5, 10, 30)


def read_target(text: str) -> tuple[str, int]:
    """``tls://host:6514`` as (host, port). Raises ValueError for anything else."""
    parts = urlsplit(text)
    if parts.scheme != "tls" or not parts.hostname or parts.path.strip("/"):
        raise ValueError(text)
    return parts.hostname, parts.port or 6514


class Forward(logging.Handler):
    """A logging handler whose lines leave by a thread of its own, one a process."""

    def __init__(self, target: str, inner: str = "", most: int = MOST) -> None:
        super().__init__()
        self.host, self.port = read_target(target)
        self.inner = inner
        self.waiting: deque[bytes] = deque()
        self.most = most
        self.lost = 0
        self._own = 0
        self._some = threading.Event()
        self._guard = threading.Lock()
        self._line: ssl.SSLSocket | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Put the line into the queue; never waits, never raises."""
        try:
            self._put(_framed(self.format(record), record.levelno))
        except Exception:  # as logging's own handlers do: a line must not break the work
            self.handleError(record)

    def _put(self, line: bytes) -> None:
        with self._guard:
            if len(self.waiting) >= self.most:
                self.waiting.popleft()
                self.lost += 1
            self.waiting.append(line)
            if self._own != os.getpid():  # the first line of this process, also after a fork
                self._own, self._line = os.getpid(), None
                threading.Thread(target=self._run, name="log-forward", daemon=True).start()
                atexit.register(self.flush)
        self._some.set()

    def flush(self, seconds: float = 3) -> None:
        """Give the lines that wait a moment to leave, at the end of the process."""
        end = time.monotonic() + seconds
        while self.waiting and self._own == os.getpid() and time.monotonic() < end:
            time.sleep(0.02)

    def _run(self) -> None:
        failures = 0
        while True:
            self._some.wait()
            try:
                self._send_all()
                failures = 0
            except OSError:
                self._hang_up()
                time.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1

    def _send_all(self) -> None:
        while True:
            with self._guard:
                if not self.waiting:
                    self._some.clear()
                    return
                line, lost = self.waiting[0], self.lost
            link = self._linked()
            if lost:
                link.sendall(
                    _framed(f'{{"text": "{lost} lines were lost while the log could not be sent"}}', 30)
                )
            link.sendall(line)
            with self._guard:
                self.lost -= lost
                if self.waiting and self.waiting[0] is line:
                    self.waiting.popleft()

    def _linked(self) -> ssl.SSLSocket:
        """The open line; a new one when the other end has hung up (it says nothing otherwise)."""
        if self._line is not None and select.select([self._line], [], [], 0)[0]:
            self._line.settimeout(0)
            with contextlib.suppress(ssl.SSLWantReadError):
                if not self._line.recv(1024):
                    self._hang_up()
        if self._line is None:
            trusting = context(Path(self.inner)) if self.inner else ssl.create_default_context()
            bare = socket.create_connection((self.host, self.port), timeout=10)
            self._line = trusting.wrap_socket(bare, server_hostname=self.host)
        self._line.settimeout(10)
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.close()
        self._line = None


def _framed(text: str, level: int) -> bytes:
    severity = next((number for least, number in _SEVERITY.items() if level >= least), 7)
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = f"<{FACILITY * 8 + severity}>1 {at} {socket.gethostname()[:255] or '-'} xaso {os.getpid()} - - "
    line = (head + text).encode("utf-8", "replace")
    return b"%d %s" % (len(line), line)
