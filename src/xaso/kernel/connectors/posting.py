"""POSTs of an event loop over connections that are kept open: what a hundred thousand messages through a gateway need.

HTTP/1.1 as RFC 9112 has it, one call at a time on a connection, parsed by llhttp (the library httptools). A general
client takes four times the processor here (docs/adr/0037-posts-of-the-fleet.md); what it does besides is not wanted:
no redirects, no cookies, no proxies, no compression, no second try of its own, for a message must not go out twice.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httptools

from xaso.kernel.connectors.errors import OutsideError, OutsideGarbled, OutsideUnavailable
from xaso.kernel.connectors.transport import MAX_ANSWER, Reply

IDLE_AT_MOST = 15.0  # seconds; gateways close connections that rest, and a call on such a one would be lost
CONNECT_AT_MOST = 5.0


class PostError(Exception):
    """The call ended without an answer. ``code``: connecterror (nothing was sent), timeout, cut, garbled or toolong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class _Target:
    """Where a URL leads: the machine, and the first lines of a request to it."""

    host: str
    port: int
    secure: bool
    head: str


@functools.lru_cache(maxsize=1024)
def _target(url: str) -> _Target:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"not an address to post to: {parts.scheme}://{parts.hostname}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or any(one <= " " or one == "\x7f" for one in path + parts.netloc):
        raise ValueError("an address has signs that must be escaped")
    secure = parts.scheme == "https"
    host = parts.netloc.encode("idna" if not parts.netloc.isascii() else "ascii").decode()
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: XaSo\r\nAccept-Encoding: identity\r\n"
    return _Target(parts.hostname, parts.port or (443 if secure else 80), secure, head)


def _written(target: _Target, headers: Mapping[str, str], data: bytes) -> bytes:
    """The request as it goes over the wire. Raises ValueError for a header that would end its line, or is not ASCII."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if lines.count("\r") != len(headers) or lines.count("\n") != len(headers) or "\0" in lines:
        raise ValueError("a header holds the end of a line")
    return f"{target.head}{lines}Content-Length: {len(data)}\r\n\r\n".encode("ascii") + data


class _Line(asyncio.Protocol):
    """One connection. ``asked`` is waited for by at most one call."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.asked: asyncio.Future[Reply] | None = None
        self.rests_since = 0.0
        self.parser = httptools.HttpResponseParser(self)
        self.lost = False
        self.under_way = self.headed = False
        self._forget()

    def _forget(self) -> None:
        self.headers: dict[str, str] = {}
        self.parts: list[bytes] = []
        self.size = 0

    @property
    def usable(self) -> bool:
        """Whether another call may go over it."""
        return (
            not self.lost and not self.out.is_closing() and self.loop.time() - self.rests_since < IDLE_AT_MOST
        )

    def ask(self, request: bytes, seconds: float) -> asyncio.Future[Reply]:
        """Send; the answer within so many seconds, or PostError."""
        self.asked = self.loop.create_future()
        self.timer = self.loop.call_later(seconds, self._fail, "timeout")
        self.out.write(request)
        return self.asked

    def close(self) -> None:
        """Leave the connection at once, whatever is under way."""
        self.lost = True
        self.asked = None
        self.out.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.out: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self.asked is None:  # nobody asked for it: what would come next could not be trusted
            self.close()
            return
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("garbled")
            self.close()
        if self.asked is None and self.under_way:  # more than the one answer that was asked for
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if exc is None and self.headed and self._until_the_end():
            self._answered(keep=False)
        else:
            self._fail("cut")

    # What the parser tells

    def on_message_begin(self) -> None:
        self.under_way, self.headed = True, False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.headed = True

    def on_body(self, body: bytes) -> None:
        self.size += len(body)
        if self.size > MAX_ANSWER:
            self._fail("toolong")
        else:
            self.parts.append(body)

    def on_message_complete(self) -> None:
        self.under_way = self.headed = False
        if self.parser.get_status_code() < 200:  # "continue" and its like: the answer is still to come
            self._forget()
        else:
            self._answered(keep=self.parser.should_keep_alive())

    def _until_the_end(self) -> bool:
        """Whether the end of the connection is the end of the answer (RFC 9112, 6.3)."""
        return not {"content-length", "transfer-encoding"} & set(self.headers)

    def _answered(self, *, keep: bool) -> None:
        asked, self.asked = self.asked, None
        if asked is None:  # a second answer
            self.close()
            return
        self.timer.cancel()
        reply = Reply(self.parser.get_status_code(), b"".join(self.parts), self.headers)
        self._forget()
        if keep:
            self.rests_since = self.loop.time()
        else:
            self.close()
        if not asked.done():
            asked.set_result(reply)

    def _fail(self, code: str) -> None:
        asked = self.asked
        if asked is None:
            return
        self.timer.cancel()
        self.close()
        if not asked.done():
            asked.set_exception(PostError(code))


class Poster:
    """Calls of one event loop. ``seconds``: for a call as a whole, the making of a connection not counted."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float = 10.0) -> None:
        self.loop = loop
        self.seconds = seconds
        self._resting: dict[tuple[str, int, bool], list[_Line]] = {}
        self._trust: ssl.SSLContext | None = None

    async def post(self, url: str, data: bytes, headers: Mapping[str, str]) -> Reply:
        """One POST, tried once. Raises PostError, and ValueError for an address or header that cannot be sent."""
        target = _target(url)
        request = _written(target, headers, data)
        resting = self._resting.setdefault((target.host, target.port, target.secure), [])
        line = self._usable(resting) or await self._open(target)
        try:
            reply = await line.ask(request, self.seconds)
        except asyncio.CancelledError:
            line.close()
            raise
        if not line.lost:
            resting.append(line)
        return reply

    def close(self) -> None:
        """Leave all connections that rest."""
        for resting in self._resting.values():
            while resting:
                resting.pop().close()

    def _usable(self, resting: list[_Line]) -> _Line | None:
        while resting:
            line = resting.pop()
            if line.usable:
                return line
            line.close()
        return None

    async def _open(self, target: _Target) -> _Line:
        if target.secure and self._trust is None:
            self._trust = ssl.create_default_context()
        making = self.loop.create_connection(
            lambda: _Line(self.loop),
            target.host,
            target.port,
            ssl=self._trust if target.secure else None,
        )
        try:
            _, line = await asyncio.wait_for(making, min(self.seconds, CONNECT_AT_MOST))
        except OSError:  # no name, nobody there, a wrong certificate, too slow: nothing was sent
            raise PostError("connecterror") from None
        line.rests_since = self.loop.time()
        return line


def told(error: PostError) -> OutsideError:
    """The same as the transport for single calls says it."""
    if error.code == "toolong":
        return OutsideGarbled("Hệ thống ngoài trả lời quá dài.")
    sentences = {
        "connecterror": "Không nối được tới hệ thống ngoài. Thử lại sau ít phút.",
        "timeout": "Hệ thống ngoài không trả lời kịp. Thử lại sau ít phút.",
    }
    sentence = sentences.get(error.code, "Đứt kết nối khi chờ hệ thống ngoài trả lời.")
    return OutsideUnavailable(sentence, code=error.code)
