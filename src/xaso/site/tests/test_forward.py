"""The log leaves the machine: over TLS, to a machine that is known, without holding up anybody."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xaso.site.inner import authority
from xaso.site.operating.forward import Forward, read_target
from xaso.site.operating.logs import JsonLines


class Collector:
    """A syslog server with TLS that asks for a certificate."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.context.load_verify_locations(folder / "ca.pem")
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port = int(self.socket.getsockname()[1])
        self.lines: list[str] = []
        self.links: list[ssl.SSLSocket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                bare, _ = self.socket.accept()
                link = self.context.wrap_socket(bare, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            self.links.append(link)
            threading.Thread(target=self._read, args=(link,), daemon=True).start()

    def _read(self, link: ssl.SSLSocket) -> None:
        held = b""
        while True:
            try:
                piece = link.recv(65536)
            except OSError:
                return
            if not piece:
                return
            held += piece
            while match := re.match(rb"(\d+) ", held):
                end = match.end() + int(match[1])
                if len(held) < end:
                    break
                self.lines.append(held[match.end() : end].decode())
                held = held[end:]

    def close(self) -> None:
        for one in (self.socket, *self.links):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    authority.make(folder / "ours", ["logs,localhost", "web-1"])
    authority.make(folder / "theirs", ["logs,localhost"])
    return folder


@pytest.fixture
def collector(certificates: Path) -> Iterator[Collector]:
    made = Collector(certificates / "ours/logs")
    yield made
    made.close()


def _logger(name: str, handler: Forward) -> logging.Logger:
    made = logging.getLogger(f"test.forward.{name}")
    handler.setFormatter(JsonLines())
    made.handlers, made.propagate = [handler], False
    made.setLevel(logging.INFO)
    return made


def _until(what: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return what()


def test_lines_arrive_in_order_as_syslog_over_tls(collector: Collector, certificates: Path) -> None:
    handler = Forward(f"tls://localhost:{collector.port}", str(certificates / "ours/web-1"))
    log = _logger("order", handler)
    for number in range(50):
        log.warning("line %d\nwith a break", number)
    assert _until(lambda: len(collector.lines) == 50)
    head, _, body = collector.lines[0].partition(" - - ")
    assert re.fullmatch(r"<132>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ xaso \d+", head)
    assert [json.loads(one.partition(" - - ")[2])["text"] for one in collector.lines] == [
        f"line {number}\nwith a break" for number in range(50)
    ]
    assert "\n" not in body


def test_nobody_waits_and_lines_wait_while_the_other_machine_is_away(
    collector: Collector, certificates: Path
) -> None:
    handler = Forward(f"tls://localhost:{collector.port}", str(certificates / "ours/web-1"), most=20)
    log = _logger("away", handler)
    log.warning("before")
    assert _until(lambda: len(collector.lines) == 1)
    collector.close()
    begun = time.monotonic()
    for number in range(30):
        log.warning("away %d", number)
    assert time.monotonic() - begun < 5, "writing does not wait for the other machine"
    again = Collector(certificates / "ours/logs", collector.port)
    try:
        assert _until(lambda: any('"away 29"' in one for one in again.lines))
        assert any("lines were lost" in one for one in again.lines)
        assert handler.lost == 0
        assert not handler.waiting
    finally:
        again.close()


def test_a_machine_that_is_not_known_gets_nothing(certificates: Path) -> None:
    stranger = Collector(certificates / "theirs/logs")
    handler = Forward(f"tls://localhost:{stranger.port}", str(certificates / "ours/web-1"))
    _logger("stranger", handler).warning("kept")
    handler.flush(1.5)
    assert stranger.lines == []
    assert len(handler.waiting) == 1
    handler.waiting.clear()
    stranger.close()


@pytest.mark.parametrize("text", ["", "localhost:6514", "tcp://localhost:6514", "tls://", "tls://a/b"])
def test_only_tls_addresses_are_taken(text: str) -> None:
    with pytest.raises(ValueError):
        read_target(text)
