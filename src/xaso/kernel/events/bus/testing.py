"""A JetStream cluster on the loopback address, whose nodes can be killed: for tests and measurements."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

NODES = 3


def program() -> str | None:
    """The server's program, when this machine has it (Debian keeps it where ordinary users do not look)."""
    return shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/usr/local/sbin")


def _ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Nodes:
    """Three nodes with storage of their own below one folder."""

    def __init__(self, tls: Path | None = None) -> None:
        """``tls``: a folder with ca.pem, cert.pem and key.pem; then nobody is let in without a certificate."""
        found = program()
        if found is None:
            raise RuntimeError("nats-server is not installed (Debian: apt-get install nats-server)")
        self.program = found
        self.tls = tls
        self.folder = Path(tempfile.mkdtemp(prefix="xaso-nats-"))
        ports = _ports(2 * NODES)
        self.clients, self.routes = ports[:NODES], ports[NODES:]
        self.processes: list[subprocess.Popen[bytes] | None] = [None] * NODES

    @property
    def address(self) -> str:
        """For ``XASO_BUS``."""
        return ",".join(f"{'tls' if self.tls else 'nats'}://127.0.0.1:{port}" for port in self.clients)

    def start(self, number: int) -> None:
        """Start one node, with what it had stored."""
        routes = ",".join(f"nats://127.0.0.1:{port}" for port in self.routes)
        config = self.folder / f"node{number}.conf"
        tls = (
            f'tls {{ cert_file: "{self.tls}/cert.pem", key_file: "{self.tls}/key.pem", '
            f'ca_file: "{self.tls}/ca.pem", verify: true, timeout: 5 }}\n'
            if self.tls
            else ""
        )
        config.write_text(
            f'server_name: "node{number}"\nlisten: "127.0.0.1:{self.clients[number]}"\n'
            f'jetstream {{ store_dir: "{self.folder}/node{number}", max_file: 1GB, max_mem: 64MB }}\n'
            f'cluster {{ name: "xaso", listen: "127.0.0.1:{self.routes[number]}", routes: [{routes}]\n{tls}}}\n{tls}'
        )
        with open(self.folder / f"node{number}.log", "ab") as log:
            self.processes[number] = subprocess.Popen(
                [self.program, "--config", str(config)], stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, number: int) -> None:
        """SIGKILL one node."""
        process = self.processes[number]
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            process.wait()
        self.processes[number] = None

    def wait_ready(self, seconds: float = 60) -> None:
        """Until the three have chosen a leader: a stream of three copies can be asked about."""
        import asyncio

        from xaso.kernel.events.bus.link import AWAY, Link
        from xaso.kernel.plain.inner_tls import context

        end = time.monotonic() + seconds
        while True:
            link = Link(self.address.split(","), tls=context(self.tls) if self.tls else None)
            try:

                async def look(one: Link = link) -> None:
                    try:
                        await one.state()
                    finally:
                        await one.close()

                asyncio.run(look())
                return
            except AWAY:
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)

    def __enter__(self) -> Nodes:
        for number in range(NODES):
            self.start(number)
        try:
            self.wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for number in range(NODES):
            self.kill(number)
        shutil.rmtree(self.folder, ignore_errors=True)
