"""One PostgreSQL server of our own: made, started, stopped and asked about without an administrator.

Everything lives below one folder (``home``): the cluster, the password, the port, the log. The server
listens on the loopback address only, asks for a random password, and always syncs to disk.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import binaries, runas
from .config import HBA, main_config
from .problems import DatabaseProblem

ROLE, APP_ROLE = "xaso", "xaso_app"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class State:
    """What is known about a server without asking it: cheap, reads two small files."""

    running: bool
    pid: int | None = None
    port: int | None = None
    kind: str = ""
    major: int = 0


class Server:
    """A PostgreSQL server whose whole state is below ``home``.

    ``sync=False`` switches fsync off: only for servers whose data may be lost (tests of the wrapper itself).
    """

    def __init__(self, home: Path, *, sync: bool = True) -> None:
        self.home = home
        self.sync = sync
        self.runas = runas.choose()

    # -- facts -----------------------------------------------------------------------------------------

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self.home / "log" / "postgresql.log"

    def password(self) -> str:
        """The random password of the role ``xaso``; made on first use, readable by its owner only."""
        return self._secret("password")

    def _secret(self, name: str) -> str:
        path = self.home / name
        if not path.exists():
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(24))
        return path.read_text().strip()

    def facts(self) -> dict[str, Any]:
        """What was remembered at the last start: port, kind, major, data."""
        try:
            loaded: dict[str, Any] = json.loads((self.home / "server.json").read_text())
        except (OSError, ValueError):
            return {}
        return loaded

    def url(self, name: str = "postgres") -> str:
        """Connection address of one database; DatabaseProblem when the server was never started."""
        facts = self.facts()
        if not facts:
            raise DatabaseProblem("The database was never started. Start it with: ./xaso db start")
        return f"postgresql://{ROLE}:{self.password()}@{HOST}:{facts['port']}/{name}"

    def status(self) -> State:
        """Whether it runs, from its own pid file."""
        facts = self.facts()
        if not facts:
            return State(False)
        data = Path(facts["data"])
        pid, ready = _pid_file(data)
        running = bool(pid and ready and _is_server(pid, data))
        return State(running, pid if running else None, facts["port"], facts["kind"], facts["major"])

    # -- life ------------------------------------------------------------------------------------------

    def start(self) -> State:
        """Makes the cluster if there is none, starts it, waits until it answers, asserts that it syncs."""
        state = self.status()
        if state.running:
            return state
        self.home.mkdir(parents=True, exist_ok=True)
        self._check_reachable()
        programs = binaries.find(self.home, self.runas)
        data = self.home / f"data-{programs.major}"
        if not (data / "PG_VERSION").exists():
            self._make_cluster(programs, data)
        port = self._port()
        self._write_config(data, port, lz4=self._knows_lz4(programs, data))
        self._launch(programs, data)
        facts = {"port": port, "kind": programs.kind, "major": programs.major, "data": str(data)}
        facts["bin"] = str(programs.bin)
        (self.home / "server.json").write_text(json.dumps(facts))
        self.ensure_roles()
        self._assert_settings()
        return self.status()

    def stop(self) -> bool:
        """Stops it in an orderly way; False when it was not running."""
        state = self.status()
        if not state.running or state.pid is None:
            return False
        os.kill(state.pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        if not _wait_gone([state.pid], 60):
            raise DatabaseProblem(
                f"The database (process {state.pid}) did not stop within 60 s. See {self.log}"
            )
        return True

    def kill(self) -> list[int]:
        """SIGKILLs the server and all its children, as a power cut would; returns the killed processes.

        For tests of recovery. Data that was committed must be there at the next start.
        """
        state = self.status()
        if state.pid is None:
            return []
        victims = [state.pid, *_children(state.pid)]
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        _wait_gone(victims, 20)
        return victims

    # -- databases -------------------------------------------------------------------------------------

    def ensure_database(self, name: str) -> str:
        """Makes the database if it is not there; returns its address."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url(), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drops a database and ends the connections to it; nothing happens when it is not there."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )

    # -- details ---------------------------------------------------------------------------------------

    def _check_reachable(self) -> None:
        if not self.runas.can_reach(self.home / "data"):
            raise DatabaseProblem(
                f"The account that runs PostgreSQL cannot enter {self.home}. Set XASO_PGDATA to a folder "
                "that every account can reach, for example XASO_PGDATA=/var/lib/xaso"
            )
        free = shutil.disk_usage(self.home).free
        if free < 500_000_000:
            raise DatabaseProblem(
                f"Only {free // 1_000_000} MB are free where {self.home} lies; 500 MB are needed."
            )

    def _make_cluster(self, programs: binaries.Binaries, data: Path) -> None:
        if data.exists():
            shutil.rmtree(data)  # a first start that was interrupted: no PG_VERSION, so nothing of value
        data.mkdir(mode=0o700)
        self.runas.give(data)
        secret = self.home / "initdb-password"
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(self.password())
        self.runas.give(secret)
        command = [
            programs.program("initdb"),
            f"--pgdata={data}",
            "--username=postgres",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--data-checksums",
            *_locale(programs.major),
        ]
        if not self.sync:
            command.append("--no-sync")
        try:
            done = self._run(programs, command)
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode:
            shutil.rmtree(data, ignore_errors=True)
            raise DatabaseProblem(f"initdb failed: {(done.stderr or done.stdout).strip()[-600:]}")

    def _port(self) -> int:
        remembered = self.facts().get("port")
        if isinstance(remembered, int) and _free(remembered):
            return remembered
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port: int = probe.getsockname()[1]
            return port

    def _knows_lz4(self, programs: binaries.Binaries, data: Path) -> bool:
        """Whether these programs were built with lz4: they read a setting back and refuse what they do not know."""
        asked = ["-D", str(data), "-C", "wal_compression", "-c", "wal_compression=lz4"]
        return self._run(programs, [programs.program("postgres"), *asked]).returncode == 0

    def _write_config(self, data: Path, port: int, *, lz4: bool) -> None:
        extra = self.home / "extra.conf"
        files = {
            "postgresql.conf": main_config(
                port, sync=self.sync, extra=extra if extra.exists() else None, lz4=lz4
            ),
            "pg_hba.conf": HBA,
        }
        for name, text in files.items():
            path = data / name
            path.write_text(text)
            path.chmod(0o600)
            self.runas.give(path)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        self.runas.give(self.log.parent)

    def _launch(self, programs: binaries.Binaries, data: Path) -> None:
        pid, _ready = _pid_file(data)
        if pid and not _is_server(pid, data):
            # After a power cut the number may belong to another program by now, or to a dead process that
            # nobody has collected; PostgreSQL itself would take either for a living server.
            (data / "postmaster.pid").unlink(missing_ok=True)
        command = [
            programs.program("pg_ctl"),
            "start",
            f"--pgdata={data}",
            f"--log={self.log}",
            "--wait",
            "--timeout=120",
            "--silent",
        ]
        done = self._run(programs, command)
        if done.returncode:
            tail = self.log.read_text(errors="replace")[-800:] if self.log.exists() else done.stderr
            raise DatabaseProblem(f"The database did not start. Its log ({self.log}) ends with:\n{tail}")

    def _run(self, programs: binaries.Binaries, command: list[str]) -> subprocess.CompletedProcess[str]:
        # Output goes to files: the server inherits them and would keep a pipe open for ever.
        with open(self.home / "output.txt", "w+") as output:
            done = subprocess.run(
                command,
                env=programs.environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
                check=False,
                **self.runas.options(),
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read(), "")

    def ensure_roles(self) -> None:
        """The owner of the tables and the role of server and worker; neither is a superuser (as in production).

        The owner may take the other's part (tests do); what the other may do is granted after each migration.
        """
        import psycopg
        from psycopg import sql

        wanted = {
            ROLE: ("login createdb", self.password()),
            APP_ROLE: ("login nobypassrls nocreatedb", self._secret("app-password")),
        }
        address = self.url().replace(f"//{ROLE}:", "//postgres:", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            for role, (may, secret) in wanted.items():
                if connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone():
                    continue
                made = sql.SQL("create role {} " + may + " password {}")  # noqa: S608 - words from above
                connection.execute(made.format(sql.Identifier(role), sql.Literal(secret)))
            owner = sql.Identifier(ROLE)
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(APP_ROLE), owner))
            # The policies bind the owner too; what says nothing else (a repair by hand) is the product's own work.
            for name, value in (("kind", "system"), ("paths", '{""}')):
                told = sql.SQL("alter role {} set {} = {}")
                connection.execute(told.format(owner, sql.Identifier("xaso", name), sql.Literal(value)))

    def _assert_settings(self) -> None:
        import psycopg

        # Options of our own: PGOPTIONS of whoever starts us would change what this session sees.
        with psycopg.connect(self.url(), options="-c application_name=xaso") as connection:
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                row = connection.execute(f"show {name}").fetchone()  # noqa: S608 - a name from the line above
                if self.sync and (row is None or row[0] != "on"):
                    raise DatabaseProblem(
                        f"The database runs with {name}={row and row[0]}; acknowledged data "
                        "could be lost. Remove that from extra.conf."
                    )


def _locale(major: int) -> list[str]:
    # Order by code point everywhere: the wheel has no ICU, and the product sorts by its own sort keys.
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _pid_file(data: Path) -> tuple[int | None, bool]:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), len(lines) > 7 and lines[7].strip() == "ready"
    except (OSError, ValueError, IndexError):
        return None, False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def _is_server(pid: int, data: Path) -> bool:
    """Whether the process is alive and is PostgreSQL on this data folder."""
    if not _alive(pid):
        return False
    try:
        return str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found


def _wait_gone(pids: list[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(_alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
