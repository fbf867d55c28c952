"""A load generator in a process of its own: prepared requests over kept-open connections, times kept per request.

Reads a plan as JSON from its input: port, clients, seconds, requests (texts; ``@@SERIAL@@`` becomes a number of
twelve digits that never comes twice). Writes what it saw as JSON. Standard library only, so that it costs little.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from itertools import count
from typing import Any

SERIAL = b"@@SERIAL@@@@"  # twelve bytes, as its replacement: the length of a request stays


class Client(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends the next."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""
        self.transport: Any = None
        self.begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        if time.perf_counter() >= self.load.end:
            self.transport.close()
            return
        self.buffer = b""
        self.begun = time.perf_counter()
        self.transport.write(self.load.next_request())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            complete = body.endswith(b"0\r\n\r\n")
        else:
            _, _, after = lower.partition(b"content-length:")
            complete = len(body) >= int(after.split(b"\r\n", 1)[0] or 0)
        if not complete:
            return
        self.load.took.append(time.perf_counter() - self.begun)
        status = head[9:12].decode()
        self.load.statuses[status] = self.load.statuses.get(status, 0) + 1
        if status[0] not in "23" and not self.load.first_fault:
            self.load.first_fault = self.buffer[:800].decode("utf-8", "replace")
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        self.load.open -= 1
        if not self.load.open:
            self.load.done.set()


class Load:
    """One run."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.requests = [one.encode() for one in plan["requests"]]
        self.took: list[float] = []
        self.statuses: dict[str, int] = {}
        self.first_fault = ""
        self.turn = count()
        self.base = (int(time.time() * 10) * 1000 + os.getpid() % 1000) % 10**9 * 1000
        self.open = plan["clients"]
        self.done = asyncio.Event()
        self.end = time.perf_counter() + plan["seconds"]

    def next_request(self) -> bytes:
        number = next(self.turn)
        text = self.requests[number % len(self.requests)]
        return text.replace(SERIAL, f"{(self.base + number) % 10**12:012d}".encode())


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    load = Load(plan)
    begun = time.perf_counter()
    loop = asyncio.get_running_loop()
    for _ in range(plan["clients"]):
        await loop.create_connection(lambda: Client(load), "127.0.0.1", plan["port"])
    await asyncio.wait_for(load.done.wait(), plan["seconds"] + 60)
    took = sorted(load.took)
    seconds = time.perf_counter() - begun

    def share(part: float) -> float:
        return round(took[min(len(took) - 1, int(len(took) * part))] * 1000, 2) if took else 0.0

    return {
        "requests": len(took),
        "per_second": round(len(took) / seconds, 1),
        "p50_ms": share(0.5),
        "p99_ms": share(0.99),
        "statuses": load.statuses,
        "fault": load.first_fault,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
