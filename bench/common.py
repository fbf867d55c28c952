"""What every measurement needs: a database of its own, the server as in production, the generator, a table."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
CORES = os.cpu_count() or 2


def use_database(name: str) -> str:
    """Make the measurement's own database on the product's server and point this process to it."""
    from xaso.site import database

    given = os.environ.pop("XASO_BENCH_URL", "")
    address = given or database.ensure_database(name)
    if not address.split("?")[0].endswith(f"/{name}") and not given:
        raise SystemExit(f"refusing to measure on {address.rpartition('/')[2]}")
    os.environ["DATABASE_URL"] = address
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    os.environ.setdefault("XASO_LOG_LEVEL", "ERROR")
    return address


def read_in() -> dict[str, Any]:
    """Read every file of the database once, so that the system keeps its tables and indexes in memory.

    A database that was left alone for a while answers from the disk at first; what is measured is one that has been
    asked for some hours. Answers megabytes and seconds, or why it was not done.
    """
    from django.db import connection

    from xaso.site import database

    begun, size, piece = time.monotonic(), 0, bytearray(1 << 20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        folder = Path(database.server().facts().get("data", ""), "base", str(cursor.fetchone()[0]))
    try:
        for path in folder.iterdir():
            with path.open("rb", buffering=0) as file:
                while got := file.readinto(piece):
                    size += got
    except OSError as error:  # the server of somebody else, or files of another user
        return {"read_in": f"no: {error.strerror}"}
    return {"read_in_mb": size >> 20, "read_in_s": round(time.monotonic() - begun, 1)}


def drop_database(name: str) -> None:
    """Remove the measurement's database."""
    from xaso.site import database

    os.environ.pop("DATABASE_URL", None)
    database.server().drop_database(name)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settled_port() -> int:
    """A port nobody listens on, below those that the system lends to callers.

    For a server that is killed and comes back: while it is away its many callers try again, and one of them could be
    lent the very port that it calls.
    """
    for _ in range(1000):
        port = random.randrange(20_000, 32_000)  # noqa: S311 - no secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit("no free port between 20000 and 32000")


@contextlib.contextmanager
def server(application: str = "xaso.site.wsgi:application", workers: int = CORES) -> Iterator[int]:
    """The web server as ``./xaso run`` starts it; gives the port."""
    with server_process(application, workers) as (port, _):
        yield port


@contextlib.contextmanager
def server_process(
    application: str = "xaso.site.wsgi:application", workers: int = CORES
) -> Iterator[tuple[int, int]]:
    """As ``server``; gives the port and the number of the session that all its processes belong to."""
    port = free_port()
    command = [
        *(str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--blocking-threads", "1"),
        *("--blocking-threads-idle-timeout", "600", "--log-level", "warning", application),
    ]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield port, process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def processor_seconds(pid: int) -> float:
    """Processor time of one process so far; 0 where it cannot be seen or is gone."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def session_seconds(session: int) -> float:
    """Processor time of all processes of a session."""
    used = 0.0
    for one in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(one.read_text().rpartition(")")[2].split()[3]) == session:
                used += processor_seconds(int(one.parent.name))
    return used


def wait_for(url: str, seconds: float = 90) -> None:
    """Wait until an address answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own server
            return
        except (OSError, urllib.error.URLError):
            if time.monotonic() > end:
                raise SystemExit(f"{url} does not answer") from None
            time.sleep(0.2)


def request(method: str, path: str, *, body: Any = None, **headers: str) -> str:
    """One prepared HTTP request as text."""
    text = json.dumps(body, ensure_ascii=True) if body is not None else ""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines) + "\r\n\r\n" + text


def fire(port: int, requests: list[str], clients: int, seconds: float) -> dict[str, Any]:
    """Load for some seconds, made by a process of its own."""
    plan = {"port": port, "requests": requests, "clients": clients, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "generator.py")],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        timeout=seconds + 90,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the load generator failed:\n{done.stderr[-1500:]}")
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "cores": CORES,
        "processor": model,
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def keep(name: str, facts: dict[str, Any]) -> Path:
    """Write the figures beside the earlier ones."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
