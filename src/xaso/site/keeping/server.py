"""A copy of a cluster, brought up by our own server's programs: restored ones and standbys."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from xaso.site.database import Server, binaries
from xaso.site.database.config import HBA
from xaso.site.database.server import _is_server as is_server

from .cluster import OPTIONS
from .problems import KeepingProblem


class Copy(Server):
    """A server whose data folder was not made by ``initdb`` but copied; it may be in recovery."""

    def place_data(self, programs: binaries.Binaries) -> Path:
        """The empty data folder that the copy goes to."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._check_reachable()
        data = self.home / f"data-{programs.major}"
        if data.exists() and any(data.iterdir()):
            raise KeepingProblem(f"{data} đã có dữ liệu. Chọn thư mục khác.")
        data.mkdir(mode=0o700, exist_ok=True)
        return data

    def remember(self, programs: binaries.Binaries, data: Path) -> None:
        """Write down the port and where the programs are, before the first start."""
        facts = {"port": self._port(), "kind": programs.kind, "major": programs.major, "data": str(data)}
        (self.home / "server.json").write_text(json.dumps({**facts, "bin": str(programs.bin)}))

    def hand_over(self, data: Path) -> None:
        """The account that runs PostgreSQL owns what was copied."""
        for folder, _, names in os.walk(data):
            self.runas.give(Path(folder))
            for name in names:
                self.runas.give(Path(folder) / name)

    def raise_up(self, *, private: bool = False) -> None:
        """Start it, in recovery or not; roles are not touched (a standby cannot write).

        ``private``: nobody is let in but through a socket in a closed folder, for the passwords of a foreign
        cluster are not known yet; ``open_doors`` ends that.
        """
        facts = self.facts()
        programs = binaries.Binaries(Path(facts["bin"]), int(facts["major"]), str(facts["kind"]))
        data = Path(facts["data"])
        self._write_config(data, int(facts["port"]), lz4=self._knows_lz4(programs, data))
        if private:
            folder = self._socket()
            folder.mkdir(mode=0o700, exist_ok=True)
            self.runas.give(folder)
            with (data / "postgresql.conf").open("a") as out:
                out.write(f"unix_socket_directories = '{folder}'\n")
            (data / "pg_hba.conf").write_text("local all all trust\n")
        self._launch(programs, data)

    def open_doors(self) -> None:
        """After recovery: the passwords are those in our files, and the loopback address is open as usual."""
        with psycopg.connect(self.admin_url(), autocommit=True, options=OPTIONS) as link:
            for role, secret in (("postgres", self.password()), ("xaso", self.password())):
                if link.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                    link.execute(
                        sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(secret))
                    )
            (Path(self.facts()["data"]) / "pg_hba.conf").write_text(HBA)
            link.execute("select pg_reload_conf()")
        shutil.rmtree(self._socket(), ignore_errors=True)
        end = time.monotonic() + 30
        while time.monotonic() < end:  # the reload is not immediate
            with contextlib.suppress(psycopg.OperationalError):
                if self.ask("select true"):
                    return
            time.sleep(0.05)
        raise KeepingProblem(f"PostgreSQL đã khôi phục nhưng không cho vào. Nhật ký:\n{self.log_tail()}")

    def _socket(self) -> Path:
        return self.home / "socket"

    def main_process(self) -> int | None:
        """Number of its first process while it lives."""
        try:
            data = Path(self.facts()["data"])
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError, KeyError):
            return None
        return pid if is_server(pid, data) else None

    def lay_down(self) -> None:
        """Stop it, also when it is in recovery (when ``status`` calls it not running)."""
        pid = self.main_process()
        if pid is None:
            return
        try:
            os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            return
        end = time.monotonic() + 60
        while self.main_process() == pid and time.monotonic() < end:
            time.sleep(0.05)

    def admin_url(self, name: str = "postgres") -> str:
        """As the superuser."""
        if self._socket().exists():
            return f"postgresql:///{name}?host={self._socket()}&port={self.facts()['port']}&user=postgres"
        return self.url(name).replace("//xaso:", "//postgres:", 1)

    def ask(self, question: str, *values: Any, name: str = "postgres") -> Any:
        """First value of one question, as the superuser."""
        with psycopg.connect(
            self.admin_url(name), autocommit=True, options=OPTIONS, connect_timeout=10
        ) as link:
            cursor = link.execute(question, values or None)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def wait_writable(self, seconds: float = 3600) -> None:
        """Wait until recovery is over. KeepingProblem with the end of the log when it fails."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.ask("select not pg_is_in_recovery()"):
                    return
            except psycopg.OperationalError:
                if self.main_process() is None:
                    raise KeepingProblem(
                        f"PostgreSQL dừng khi khôi phục. Nhật ký:\n{self.log_tail()}"
                    ) from None
            time.sleep(0.1)
        raise KeepingProblem(f"Khôi phục chưa xong sau {seconds:.0f} giây. Nhật ký: {self.log}")

    def log_tail(self, characters: int = 800) -> str:
        """The end of its log."""
        try:
            return self.log.read_text(errors="replace")[-characters:]
        except OSError:
            return ""

    def run_program(self, programs: binaries.Binaries, name: str, *words: str, **env: str) -> str:
        """One program as the account that runs PostgreSQL; answers what it said. KeepingProblem when it fails."""
        done = subprocess.run(
            [programs.program(name), *words],
            env={**programs.environment(), **env},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            umask=0o077,
            check=False,
            **self.runas.options(),
        )
        if done.returncode:
            raise KeepingProblem(f"{name} không xong: {(done.stderr or done.stdout).strip()[-600:]}")
        return done.stdout + done.stderr
