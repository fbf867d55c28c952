"""The line of a loudspeaker rests when there is nothing to say: these devices run from small processors and suns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from xaso.broker.testing import Papers, context, embedded
from xaso.player.link import Line

COMMUNE, DEVICE = "02728", "loa-1"


async def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("with_tls", [False, True])
def test_a_line_with_nothing_to_say_rests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_tls: bool):
    papers = Papers(tmp_path)
    place = papers.device(DEVICE, COMMUNE)
    turns: list[float] = []
    real = Line._write

    def counted(line: Line, sock: Any) -> None:
        turns.append(time.monotonic())
        real(line, sock)

    monkeypatch.setattr(Line, "_write", counted)

    async def talk(port: int) -> tuple[int, int]:
        ups: list[bool] = []

        def come() -> None:
            ups.append(True)
            line.send("state", b"{}", True)
            line.send("log", b"x" * 30_000, False)
            line.send("clock", b"{}", False)

        line = Line(
            COMMUNE, DEVICE, host="127.0.0.1", port=port, tls=context(place) if with_tls else None,
            heard=lambda leaf, payload: None, up=come, down=lambda: None,
        )  # fmt: skip
        line.start()
        await until(lambda: ups)
        await asyncio.sleep(0.5)  # what the connection itself has to say
        before = len(turns)
        await asyncio.sleep(0.5)
        after_connecting = len(turns) - before
        line.send("state", b"{}", True)
        line.send("telemetry", b"{}", False)
        await asyncio.sleep(0.3)
        before = len(turns)
        await asyncio.sleep(0.5)
        after_speaking = len(turns) - before
        await line.close()
        return after_connecting, after_speaking

    with embedded(papers.broker, plain=not with_tls) as port:
        assert asyncio.run(talk(port)) == (0, 0)


class Slow(ThreadPoolExecutor):
    """Says only after a while that a work is done: what comes back from a crowd of threads on a small processor."""

    def submit(self, work: Callable[..., Any], /, *words: Any, **named: Any) -> Future[Any]:
        def slowly() -> Any:
            try:
                return work(*words, **named)
            finally:
                time.sleep(0.3)

        return super().submit(slowly)


def test_a_line_that_is_lost_while_it_is_made_is_made_again() -> None:
    """A broker that comes back is called by all its devices at once, and drops some before they are through."""

    async def talk() -> None:
        called: list[float] = []

        async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            called.append(time.monotonic())
            writer.close()

        server = await asyncio.start_server(drop, "127.0.0.1", 0)
        line = Line(
            COMMUNE, DEVICE, host="127.0.0.1", port=server.sockets[0].getsockname()[1], tls=None,
            heard=lambda leaf, payload: None, up=lambda: None, down=lambda: None, executor=Slow(1),
        )  # fmt: skip
        line.start()
        await until(lambda: len(called) >= 3)
        await line.close()
        server.close()

    asyncio.run(talk())
