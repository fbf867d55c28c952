"""The same simulators for many calls at once: one process, one event loop, many connections kept open.

The rules of each system are those of the WSGI application; only the reading and writing of HTTP differs (no chunked
bodies, no pages for people), because a hundred thousand messages a minute are more than threads can take.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import signal
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from xaso.simulators.app import CUT, Application
from xaso.simulators.web import Answer, BadRequest, Request, as_json
from xaso.simulators.world import World

_PHRASES = {one.value: one.phrase for one in HTTPStatus}
END = b"\r\n\r\n"


class _Line(asyncio.Protocol):
    """One connection: requests may come one behind the other."""

    def __init__(self, app: Application, delay: float) -> None:
        self.app = app
        self.delay = delay
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.out: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            end = self.waiting.find(END)
            if end < 0:
                return
            head = self.waiting[:end].decode("latin-1").split("\r\n")
            headers = {}
            for line in head[1:]:
                name, _, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
            length = int(headers.get("content-length") or 0)
            if len(self.waiting) < end + 4 + length:
                return
            body = self.waiting[end + 4 : end + 4 + length]
            self.waiting = self.waiting[end + 4 + length :]
            method, target, _ = head[0].split(" ", 2)
            answer = self._answer(method, target, headers, body)
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self._write, answer)
            else:
                self._write(answer)

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        base = f"http://{headers.get('host', '')}"
        try:
            if parts.path == "/tally":
                return as_json(self.app.world.tallies)
            return self.app.answer(Request(method, parts.path, query, headers, body, base))
        except BadRequest as error:
            return as_json({"error": str(error)}, 400)

    def _write(self, answer: Answer) -> None:
        if self.out.is_closing():
            return
        if answer is CUT:
            self.out.abort()
            return
        length = len(answer.body)
        head = (
            f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, '')}\r\nContent-Type: {answer.type}\r\n"
        )
        self.out.write(f"{head}Content-Length: {length}\r\n\r\n".encode() + answer.body)


async def serve(world: World, host: str, port: int, *, delay: float = 0.0, ready: object = None) -> None:
    """Serve until cancelled; ``delay``: seconds each answer takes."""
    app = Application(world)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Line(app, delay), host, port, backlog=1024)
    if callable(ready):
        ready(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


@contextlib.contextmanager
def running(world: World, *, delay: float = 0.0) -> Iterator[str]:
    """Serve on a free loopback port in a thread while the block runs; answers the address (tests)."""
    loop = asyncio.new_event_loop()
    ports: list[int] = []
    known = threading.Event()

    def ready(port: int) -> None:
        ports.append(port)
        known.set()

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    task = loop.create_task(serve(world, "127.0.0.1", 0, delay=delay, ready=ready))
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        if not known.wait(10):
            raise TimeoutError("the simulators did not start")
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(5)
        loop.close()
        world.close()


def main(argv: list[str] | None = None) -> int:
    """Serve with a rate of faults until stopped; print the port, and at the end what reached whom."""
    parser = argparse.ArgumentParser(prog="xaso.simulators.swift")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0, help="share of calls that go wrong")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds each answer takes")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    world = World(reports=False, keep=1000, dice=random.Random(options.seed))  # noqa: S311 chance, not secrecy
    for system in ("sms", "zalo", "push"):
        world.set_rate(system, options.faults)

    async def until_stopped() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(serve(world, "127.0.0.1", options.port, delay=options.delay, ready=_say))
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(until_stopped())
    return 0


def _say(port: object) -> None:
    sys.stdout.write(json.dumps({"port": port}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
