"""The stream as an Icecast server takes it: MP3 by HTTP PUT, reconnected when the server went away.

By setting only (``XASO_STREAM_ICECAST``); the address is the operator's own, so the outbound gate has no say here.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import logging
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit

from xaso.services.broadcast.streams.sound import Mp3

log = logging.getLogger("xaso.stream")
TIMEOUT = 5.0
AGAIN_AFTER = 3.0


class BadAddress(ValueError):
    """The setting does not name an Icecast server."""


@dataclass(frozen=True)
class Server:
    """An Icecast server, our source password there, and the address under which the public reaches it."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    public: str

    def listen_url(self, mount: str) -> str:
        """Where a mount is heard."""
        return f"{self.public}/{quote(mount)}.mp3"


def read_server(text: str, public: str = "") -> Server:
    """``http(s)://source:SECRET@host:8000``, with the public address where it differs. Raises BadAddress."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not parts.password:
        raise BadAddress("XASO_STREAM_ICECAST phải có dạng http://source:MẬT_KHẨU@máy:8000.")
    port = parts.port or (443 if parts.scheme == "https" else 8000)
    shown = public.rstrip("/") or f"{parts.scheme}://{parts.hostname}:{port}"
    return Server(
        parts.hostname,
        port,
        unquote(parts.username or "source"),
        unquote(parts.password),
        parts.scheme == "https",
        shown,
    )


class IcecastOutlet:
    """One mount. Sound made while the server cannot be reached is gone, as on any line; the channel goes on."""

    def __init__(
        self, server: Server, mount: str, title: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.server, self.mount, self.title = server, mount, title
        self.trouble = ""
        self._clock = clock
        self._encoder = Mp3()
        self._line: socket.socket | None = None
        self._tried = float("-inf")

    def write(self, pcm: bytes, at: datetime) -> None:
        """Encode and send."""
        ready = self._encoder.add(pcm)
        if self._line is None and self._clock() - self._tried >= AGAIN_AFTER:
            self._connect()
        if self._line is None or not ready:
            return
        try:
            self._line.sendall(ready)
        except OSError as error:
            self._lost(type(error).__name__)

    def close(self) -> None:
        """Say goodbye; listeners hear the end."""
        rest = self._encoder.end()
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.sendall(rest)
            self._line.close()
            self._line = None

    def _connect(self) -> None:
        self._tried = self._clock()
        try:
            self._line = self._handshake()
            self.trouble = ""
        except (OSError, http.client.HTTPException) as error:
            self._lost(str(error) or type(error).__name__)

    def _lost(self, why: str) -> None:
        if not self.trouble:
            log.warning("Icecast %s:%s: %s", self.server.host, self.server.port, why)
        self.trouble = why[:200]
        if self._line is not None:
            self._line.close()
            self._line = None

    def _handshake(self) -> socket.socket:
        """Connect and be accepted. Raises OSError with the server's words."""
        line: socket.socket = socket.create_connection((self.server.host, self.server.port), TIMEOUT)
        try:
            if self.server.tls:
                line = ssl.create_default_context().wrap_socket(line, server_hostname=self.server.host)
            secret = base64.b64encode(f"{self.server.user}:{self.server.password}".encode()).decode()
            head = (
                f"PUT /{quote(self.mount)}.mp3 HTTP/1.1\r\nHost: {self.server.host}:{self.server.port}\r\n"
                f"Authorization: Basic {secret}\r\nUser-Agent: XaSo\r\nContent-Type: audio/mpeg\r\n"
                f"Ice-Public: 0\r\nIce-Name: {quote(self.title)}\r\nExpect: 100-continue\r\n\r\n"
            )
            line.sendall(head.encode("ascii"))
            answer = self._first_line(line)
            if " 100 " not in f"{answer} " and " 200 " not in f"{answer} ":
                raise OSError(f"refused: {answer}")
        except BaseException:
            line.close()
            raise
        return line

    def _first_line(self, line: socket.socket) -> str:
        """The status line; the head behind it is read to its end."""
        head = b""
        while b"\r\n\r\n" not in head and len(head) < 8192:
            piece = line.recv(1024)
            if not piece:
                break
            head += piece
        return head.partition(b"\r\n")[0].decode("latin-1")
