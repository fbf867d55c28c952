"""The station's side: its client with an outbox in memory, the broker's process, the place audio is fetched from."""

from __future__ import annotations

import contextlib
import http.server
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import common
from bench.wire import COMMUNE


class Station:
    """The product's client with an outbox in memory: what is not answered goes out again after each break."""

    def __init__(self, port: int, folder: Path, plain: bool) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from xaso.services.broadcast.wire.client import Client, tls_context

        self.key = Ed25519PrivateKey.generate()
        self.states: dict[str, dict[str, Any]] = {}
        self.plays: dict[str, dict[str, dict[str, Any]]] = {}
        self.acks: dict[str, set[str]] = {}
        self.waiting: dict[str, tuple[str, bytes, bool]] = {}
        self.sequence = 0
        self.wake = threading.Event()
        self.client = Client(
            host="127.0.0.1",
            port=port,
            tls=None if plain else tls_context(folder),
            key_of=lambda commune: self.key,
            wake=self.wake.set,
        )
        self.over = threading.Event()
        self._ups = 0
        threading.Thread(target=self._serve, daemon=True).start()
        self.client.start()

    def send(self, name: str, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Keeps it until the end and sends it when the line is up."""
        self.waiting[name] = (topic, payload, retain)
        if self.client.is_up.is_set():
            self.client.send(topic, payload, retain=retain)

    def command(self, kind: str, **more: Any) -> tuple[str, float]:
        """A command to all; answers its id and when it was handed over."""
        from xaso.kernel.plain.horn import ALL, Command, seal, topics

        self.sequence += 1
        moment = datetime.now(UTC)
        made = Command(
            id=f"{kind}-{self.sequence}", kind=kind, cluster=ALL, sequence=self.sequence, issued_at=moment,
            expires_at=moment + timedelta(hours=1), commune=COMMUNE, **more,
        )  # fmt: skip
        urgent = made.priority == "emergency"
        topic = topics.emergency(COMMUNE) if urgent else topics.all_commands(COMMUNE)
        payload, begun = seal(made, self.key), time.time()
        self.send(made.id, topic, payload)
        return made.id, begun

    def programme(self, names: list[str], version: int, entries: tuple[Any, ...]) -> None:
        """The same programme for each device, signed for each."""
        from xaso.kernel.plain.horn import Programme, seal_programme, topics

        moment = datetime.now(UTC)
        for name in names:
            made = Programme(name, COMMUNE, version, moment, moment + timedelta(days=3), entries)
            topic = topics.topic(COMMUNE, name, "desired")
            self.send(f"p-{name}", topic, seal_programme(made, self.key), retain=True)

    def _serve(self) -> None:
        while not self.over.is_set():
            self.wake.wait(0.5)
            self.wake.clear()
            if self._ups != self.client.ups:
                again, self._ups = self._ups > 0, self.client.ups
                for topic, payload, retain in list(self.waiting.values()) if again else ():
                    self.client.send(topic, payload, retain=retain)
            while not self.client.inbox.empty():
                self._take(self.client.inbox.get())

    def _take(self, came: Any) -> None:
        values = came.values()
        if came.leaf == "state":
            self.states[came.cluster] = values
        elif came.leaf == "ack":
            for one in values["acks"]:
                self.acks.setdefault(one["command"], set()).add(f"{came.cluster} {one['stage']}")
        elif came.leaf == "log":
            for one in values["entries"]:
                self.plays.setdefault(one["airing"], {}).setdefault(came.cluster, one)
            last = max(one["n"] for one in values["entries"])
            self.client.keep(came.commune, came.cluster, values["log"], last)


@contextlib.contextmanager
def audio(content: dict[str, bytes]) -> Any:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = content[self.path.strip("/")]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.server.fetched += 1  # type: ignore[attr-defined]

        def log_message(self, *words: Any) -> None:
            """Silent."""

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 512
        fetched = 0
        address = ""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.address = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


class Broker:
    """The broker's process, which can be killed and started again."""

    def __init__(self, kind: str, folder: Path, plain: bool) -> None:
        self.kind, self.folder, self.plain = kind, folder, plain
        self.port = common.settled_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it."""
        if self.kind == "mosquitto":
            command = [shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", str(self._conf())]
        else:
            command = [
                sys.executable,
                "-m",
                "xaso.broker",
                "--home",
                str(self.folder),
                "--port",
                str(self.port),
            ]
            command += ["--plain"] if self.plain else []
        with open(self.folder / "broker.log", "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=common.ROOT, env=environment()
            )

    def kill(self) -> None:
        """Kills it without a word."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def last_words(self) -> str:
        """Whether it lives, and the end of its log."""
        code = self.process.poll() if self.process else None
        log = (self.folder / "broker.log").read_text(errors="replace").splitlines()[-8:]
        return "\n".join([f"broker: {'lives' if code is None else f'ended with {code}'}", *log])

    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        if self.process is None:
            return 0.0
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _conf(self) -> Path:
        from xaso.broker.testing import CONF

        text = CONF.read_text().replace("/var/lib/xaso/broker", str(self.folder))
        text = text.replace("listener 8883 0.0.0.0", f"listener {self.port} 127.0.0.1")
        text += f"persistence_location {self.folder}/\nmax_connections -1\n"
        text += "user root\n" if os.geteuid() == 0 else ""
        path = self.folder / "mosquitto.conf"
        path.write_text(text)
        return path


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{common.ROOT / 'src'}{os.pathsep}{common.ROOT}"}
