"""Posts over connections that are kept open, against servers that answer well, badly, late or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.connectors import posting
from xaso.kernel.connectors.posting import Poster, PostError
from xaso.kernel.connectors.transport import Reply
from xaso.kernel.plain.horn import certificates
from xaso.kernel.plain.moment import now

GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
Script = Callable[[socket.socket, int], None]


class Gateway:
    """A server of the tests: ``answer`` is called for each request that came, with its number on the connection."""

    def __init__(self, answer: Script, trust: ssl.SSLContext | None = None) -> None:
        self.answer, self.trust = answer, trust
        self.requests: list[bytes] = []
        self.connections = 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.url = f"{'https' if trust else 'http'}://localhost:{self.port}/a/b?c=d"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self.door.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            if self.trust:
                line = self.trust.wrap_socket(line, server_side=True)
            count, waiting = 0, b""
            while data := line.recv(65536):
                waiting += data
                head, end, body = waiting.partition(b"\r\n\r\n")
                if end and len(body) >= int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]):
                    self.requests.append(waiting)
                    count, waiting = count + 1, b""
                    self.answer(line, count)


@pytest.fixture
def gateway() -> Iterator[Callable[..., Gateway]]:
    made: list[Gateway] = []

    def make(answer: Script, trust: ssl.SSLContext | None = None) -> Gateway:
        made.append(Gateway(answer, trust))
        return made[-1]

    yield make
    for one in made:
        one.door.close()


def says(*pieces: bytes, then_close: bool = False) -> Script:
    """A script that always says the same, piece by piece."""

    def answer(line: socket.socket, _: int) -> None:
        for piece in pieces:
            line.sendall(piece)
            if len(pieces) > 1:
                time.sleep(0.001)
        if then_close:
            line.shutdown(socket.SHUT_RDWR)

    return answer


def posted(*urls: str, seconds: float = 5.0, pause: float = 0.0, **headers: str) -> list[Reply | PostError]:
    """What became of posts one after the other over one poster."""

    async def go() -> list[Reply | PostError]:
        poster = Poster(asyncio.get_running_loop(), seconds)
        found: list[Reply | PostError] = []
        for url in urls:
            try:
                found.append(await poster.post(url, b"content", headers))
            except PostError as error:
                found.append(error)
            await asyncio.sleep(pause)
        poster.close()
        return found

    return asyncio.run(go())


def code(end: Reply | PostError) -> str:
    return end.code if isinstance(end, PostError) else str(end.status)


def test_a_call_says_what_it_must_and_the_connection_is_kept(gateway: Any) -> None:
    server = gateway(says(GOOD))
    first, second = posted(server.url, server.url, **{"X-Message-Id": "7"})
    assert isinstance(first, Reply) and isinstance(second, Reply)
    assert (first.status, first.content, first.headers["content-type"]) == (200, b"{}", "application/json")
    assert server.connections == 1
    head, _, body = server.requests[1].partition(b"\r\n\r\n")
    assert body == b"content"
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a/b?c=d HTTP/1.1"
    assert {f"Host: localhost:{server.port}", "X-Message-Id: 7", "Content-Length: 7"} <= set(lines)


@given(st.lists(st.integers(1, 160), max_size=6), st.booleans())
@settings(max_examples=25, deadline=None)
def test_an_answer_may_come_in_any_pieces(cuts: list[int], chunked: bool) -> None:
    whole = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nX-One: 1\r\n"
    if chunked:
        whole += b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n"
    else:
        whole += b"Content-Length: 11\r\n\r\nhello world"
    places = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
    server = Gateway(says(*[whole[a:b] for a, b in zip(places, places[1:], strict=False)]))
    try:
        for end in posted(server.url, server.url):
            assert isinstance(end, Reply)
            assert (end.status, end.content) == (201, b"hello world")
        assert server.connections == 1
    finally:
        server.door.close()


def test_an_answer_without_length_ends_with_the_connection(gateway: Any) -> None:
    server = gateway(says(b"HTTP/1.1 200 OK\r\n\r\n", b"half and ", b"half", then_close=True))
    ends = posted(server.url, server.url)
    assert [one.content for one in ends if isinstance(one, Reply)] == [b"half and half"] * 2
    assert server.connections == 2


def test_connection_close_is_obeyed(gateway: Any) -> None:
    server = gateway(says(GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")))
    assert [code(one) for one in posted(server.url, server.url)] == ["200", "200"]
    assert server.connections == 2


@pytest.mark.parametrize(
    "answer, wanted",
    [
        (says(then_close=True), "cut"),
        (says(GOOD[:30], then_close=True), "cut"),
        (says(GOOD[:-1], then_close=True), "cut"),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", then_close=True), "cut"),
        (says(b"SMTP ready\r\n\r\n"), "garbled"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), "garbled"),
        (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), "garbled"),
        (says(), "timeout"),
        (says(GOOD[:-1]), "timeout"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n" + b"x" * 21), "toolong"),
    ],
)
def test_a_bad_answer_is_named_and_nothing_is_sent_twice(
    gateway: Any, monkeypatch: pytest.MonkeyPatch, answer: Script, wanted: str
) -> None:
    monkeypatch.setattr(posting, "MAX_ANSWER", 20)
    server = gateway(answer)
    (end,) = posted(server.url, seconds=0.3 if wanted == "timeout" else 10.0)
    assert code(end) == wanted
    assert len(server.requests) == 1


def test_a_kept_connection_that_dies_under_a_call_is_no_reason_to_send_again(gateway: Any) -> None:
    def answer(line: socket.socket, count: int) -> None:
        if count == 1:
            line.sendall(GOOD)
        else:
            line.shutdown(socket.SHUT_RDWR)

    server = gateway(answer)
    assert [code(one) for one in posted(server.url, server.url, server.url)] == ["200", "cut", "200"]
    assert len(server.requests) == 3


def test_a_connection_that_the_gateway_left_meanwhile_is_not_used(gateway: Any) -> None:
    server = gateway(says(GOOD, then_close=True))
    assert [code(one) for one in posted(server.url, server.url, pause=0.5)] == ["200", "200"]
    assert (server.connections, len(server.requests)) == (2, 2)


def test_a_connection_that_rested_long_is_not_used(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "IDLE_AT_MOST", 0.05)
    server = gateway(says(GOOD))
    assert [code(one) for one in posted(server.url, server.url, pause=0.1)] == ["200", "200"]
    assert server.connections == 2


@pytest.mark.parametrize("more", [GOOD, b"HTTP/1.1 200 OK\r\nContent-Le", b"\0\0"])
def test_who_says_more_than_was_asked_is_not_asked_again_over_that_connection(
    gateway: Any, more: bytes
) -> None:
    def answer(line: socket.socket, _: int) -> None:
        line.sendall(GOOD.replace(b"{}", b"[]") + more)

    server = gateway(answer)
    ends = posted(server.url, server.url, pause=0.05)
    assert [one.content for one in ends if isinstance(one, Reply)] == [b"[]", b"[]"]
    assert server.connections == 2


def test_nobody_there() -> None:
    with socket.socket() as deaf:  # the port is taken, and nobody listens at it
        deaf.bind(("127.0.0.1", 0))
        (end,) = posted(f"http://127.0.0.1:{deaf.getsockname()[1]}/")
    assert code(end) == "connecterror"
    (end,) = posted("http://no-such-host.invalid/")
    assert code(end) == "connecterror"


def test_a_call_that_is_given_up_takes_its_connection_along(gateway: Any) -> None:
    server = gateway(says())

    async def go() -> str:
        poster = Poster(asyncio.get_running_loop())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(poster.post(server.url, b"first", {}), 1.0)
        server.answer = says(GOOD)
        return code(await poster.post(server.url, b"second", {}))

    assert asyncio.run(go()) == "200"
    assert server.connections == 2


@pytest.mark.parametrize(
    "url, headers",
    [
        ("http://localhost/", {"access_token": "a\r\nX-Other: b"}),
        ("http://localhost/", {"access_token": "a\nb"}),
        ("http://localhost/", {"access_token": "mã"}),
        ("http://localhost/a b", {}),
        ("http://localhost/á", {}),
        ("http://me:secret@localhost/", {}),
        ("ftp://localhost/", {}),
        ("/path/only", {}),
    ],
)
def test_what_cannot_stand_in_a_request_is_not_sent(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        posted(url, **headers)


def test_a_certificate_must_be_trusted(gateway: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority, key = certificates.new_authority("Cơ quan thử", now()), certificates.new_key()
    own = certificates.server_certificate(authority, key, ["localhost"], moment=now())
    (tmp_path / "own.pem").write_bytes(own + key)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(tmp_path / "own.pem")
    server = gateway(says(GOOD), trust)
    (end,) = posted(server.url)
    assert code(end) == "connecterror"
    assert server.requests == []
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    ends = posted(server.url, server.url)
    assert [code(one) for one in ends] == ["200", "200"]
    (end,) = posted(server.url.replace("localhost", "127.0.0.1"))
    assert code(end) == "connecterror"
