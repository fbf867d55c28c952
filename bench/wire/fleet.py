"""Some hundreds of the shipped players in one process."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.wire import COMMUNE


class Fleet:
    """Some of the devices, in this process."""

    def __init__(
        self, root: Path, first: int, count: int, port: int, server: str, key: str, plain: bool
    ) -> None:
        from xaso.player.disk import Disk
        from xaso.player.running import Running, Station
        from xaso.player.sink import NullSink

        class Timed(NullSink):
            """Writes down when a sound began."""

            def __init__(self) -> None:
                super().__init__()
                self.starts: list[tuple[str, float]] = []

            def start(self, source: Path | str, skip: float, volume: int) -> None:
                self.starts.append((Path(str(source)).name, time.time()))

        self.root, self.port = root, port
        pool = ThreadPoolExecutor(6)
        self.all: list[Any] = []
        for number in range(first, first + count):
            name = f"loa-{number:04d}"
            station = Station(server, "127.0.0.1", port, COMMUNE, name, (key,), not plain)
            one = Running(station, Disk(root / name, durable=False), Timed(), executor=pool)
            one.obeyed = []  # type: ignore[attr-defined]
            one.player._obey = functools.partial(_obeyed, one, one.player._obey)  # type: ignore[method-assign]
            self.all.append(one)
        self.first = first

    async def run(self) -> None:
        """Does what the lines on stdin say."""
        loop = asyncio.get_running_loop()
        for number, one in enumerate(self.all):
            loop.call_later(number * 0.008, one.start)
        words: asyncio.Queue[list[str]] = asyncio.Queue()

        def listen() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(words.put_nowait, line.split())
            loop.call_soon_threadsafe(words.put_nowait, ["stop"])

        threading.Thread(target=listen, daemon=True).start()
        while (said := await words.get())[0] != "stop":
            if said[0] == "cut":
                for one in self.all:
                    one.line.port = 9  # nobody listens there
                    one.line.cut()
            elif said[0] == "mend":
                for one in self.all:
                    one.line.port = self.port
        self._write()
        os._exit(0)

    def _write(self) -> None:
        found = [
            {
                "name": one.station.cluster,
                "starts": one.player.sink.starts,
                "obeyed": one.obeyed,
                "faults": one.player.faults,
                "refused": one.player.refused,
                "log": len(one.player.disk.log),
                "error_ms": one.player.clock.error() * 1000,
            }
            for one in self.all
        ]
        (self.root / f"fleet-{self.first}.json").write_text(json.dumps(found))


def _obeyed(one: Any, obey: Any, command: Any) -> None:
    obey(command)
    one.obeyed.append((command.id, command.kind, time.time()))


def serve_fleet(words: list[str]) -> None:
    """A process of devices."""
    root, first, count, port, server, key, plain = words

    from xaso.kernel.plain.collecting import settle

    async def go() -> None:
        made = Fleet(Path(root), int(first), int(count), int(port), server, key, plain == "plain")
        # Looking for garbage among hundreds of devices would stop all of them for longer than any device by itself is
        # ever stopped: what they are made of is left out, at once and when they all have their lines.
        settle()
        asyncio.get_running_loop().call_later(len(made.all) * 0.008 + 15, settle)
        await made.run()

    asyncio.run(go())
