"""Many nodes on the loopback address of one machine: to try the layout, and for its test.

    .venv/bin/python deploy/many-nodes/layout.py [--web 2] [--workers 2] [--home /tmp/xaso-many]

Starts PostgreSQL, three NATS nodes (when nats-server is installed), an S3 server for trials (moto), then the web nodes
and workers, each with a home of its own as on a machine of its own; what they share is listed in ``shared``. Ctrl-C
stops everything. In production each of these is a machine; README.md says what goes where.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from xaso.kernel.events.bus import testing as nats  # noqa: E402 - the path must be set before
from xaso.site.database import Server  # noqa: E402

BUCKET = "xaso"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Layout:
    """Database, bus and object store once; web nodes ``web-1`` … and workers ``worker-1`` … as many as wanted."""

    def __init__(self, home: Path, *, web: int = 2, workers: int = 2, database: str = "xaso") -> None:
        self.home = home
        self.names = [f"web-{n + 1}" for n in range(web)] + [f"worker-{n + 1}" for n in range(workers)]
        self.ports = {name: free_port() for name in self.names if name.startswith("web")}
        self.database_name = database
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.bus: nats.Nodes | None = None
        self.shared: dict[str, str] = {}
        self.server: Server | None = None

    # -- what all nodes share --------------------------------------------------------------------------

    def start_shared(self) -> None:
        """Database, object store, bus, and the keys that every node needs alike."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o755)
        self.server = Server(self.home / "postgres")
        self.server.start()
        keys = self.home / "keys"
        keys.mkdir(mode=0o700, exist_ok=True)
        self.shared = {
            "DATABASE_URL": self.server.ensure_database(self.database_name),
            "XASO_KEY_RING": str(keys / "data.json"),
            "XASO_SECRET_KEY": secrets.token_urlsafe(48),
            "XASO_S3_URL": self._object_store(),
            "XASO_BASE_URL": "http://127.0.0.1:8300",
            "XASO_LOG_LEVEL": "ERROR",
        }
        if nats.program() is not None:
            self.bus = nats.Nodes()
            self.bus.__enter__()
            self.shared["XASO_BUS"] = self.bus.address

    def _object_store(self) -> str:
        """A bucket on moto's server: for trials only, it keeps everything in memory."""
        import boto3

        port = free_port()
        program = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self._spawn("s3", program, dict(os.environ))
        self._wait(f"http://127.0.0.1:{port}/moto-api/")
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id="try",
            aws_secret_access_key="try",  # noqa: S106 - moto takes any
            region_name="us-east-1",
        )
        client.create_bucket(Bucket=BUCKET)
        return f"http://try:try@127.0.0.1:{port}/{BUCKET}"

    def environment(self, name: str) -> dict[str, str]:
        """What one node is started with: the shared settings, and a home that nobody else sees."""
        own = self.home / name
        own.mkdir(exist_ok=True)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XASO_", "PGOPTIONS"))}
        path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
        more = {"XASO_HOME": str(own), "DJANGO_SETTINGS_MODULE": "xaso.site.settings", "PYTHONPATH": path}
        return {**kept, **self.shared, **more}

    def python(self, code: str, name: str = "worker-1") -> str:
        """Run code as one node would; answers what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=self.environment(name),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return done.stdout

    # -- nodes -------------------------------------------------------------------------------------------

    def start_nodes(self) -> None:
        """All web nodes and workers; returns when each web node answers."""
        for name in self.names:
            self.start(name)
        for port in self.ports.values():
            self._wait(f"http://127.0.0.1:{port}/healthz")

    def start(self, name: str) -> None:
        """One node."""
        if name in self.ports:
            command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--no-ws"]
            command += ["--host", "127.0.0.1", "--port", str(self.ports[name]), "--workers", "1"]
            command += ["--blocking-threads", "1", "--blocking-threads-idle-timeout", "600"]
            command += ["--log-level", "critical", "xaso.site.wsgi:application"]
        else:
            command = [sys.executable, "-m", "xaso.site", "worker"]
        self._spawn(name, command, self.environment(name))

    def kill(self, name: str) -> None:
        """SIGKILL one node with all its processes, as a power cut would."""
        process = self.processes.pop(name, None)
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        """Everything, nodes first."""
        for name in [*self.names, "s3"]:
            self.kill(name)
        if self.bus is not None:
            self.bus.__exit__()
        if self.server is not None:
            self.server.stop()

    def _spawn(self, name: str, command: list[str], env: dict[str, str]) -> None:
        with open(self.home / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )

    def _wait(self, address: str, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own nodes
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)


def main() -> int:
    """The layout by hand: migrate, start, wait for Ctrl-C."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--web", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--home", type=Path, default=Path("/tmp/xaso-many"))  # noqa: S108 - a trial
    options = parser.parse_args()
    layout = Layout(options.home, web=options.web, workers=options.workers)

    def ended(*_: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, ended)
    try:
        layout.start_shared()
        layout.python(
            "import django; django.setup()\nfrom django.core.management import call_command\n"
            "call_command('migrate', verbosity=0, interactive=False)\n"
            "call_command('collectstatic', verbosity=0, interactive=False)"
        )
        layout.start_nodes()
        for name, port in layout.ports.items():
            sys.stdout.write(f"{name}: http://127.0.0.1:{port}/\n")
        sys.stdout.write(f"bus: {layout.shared.get('XASO_BUS', 'the database itself')}\nCtrl-C stops all.\n")
        sys.stdout.flush()
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        return 0
    finally:
        layout.stop()
        shutil.rmtree(options.home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
