"""The embedded server: it keeps what it acknowledged, listens to nobody outside, and explains itself."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from xaso.site import database
from xaso.site.database import DatabaseProblem, Server, binaries, runas
from xaso.site.keeping import standby
from xaso.site.keeping.server import Copy

KINDS = ["pg0"] + (["system"] if binaries.system() else [])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not pytest's tmp_path: that is closed to other accounts, and root starts PostgreSQL under another one.
    path = Path(tempfile.mkdtemp(prefix="xaso-db-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module", params=KINDS)
def running(request: pytest.FixtureRequest, folder: Path) -> Iterator[Server]:
    os.environ["XASO_PG"] = request.param
    server = Server(folder / request.param)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        os.environ.pop("XASO_PG", None)


def _one(address: str, question: str) -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None


def test_commits_are_synced_to_disk(running: Server) -> None:
    for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        # The session that asks must not carry the options that tests use for speed.
        assert _one(running.url() + "?options=-capplication_name%3Dtest", f"show {name}") == "on", name


def test_it_listens_on_loopback_only_and_wants_the_password(running: Server) -> None:
    assert _one(running.url(), "show listen_addresses") == "127.0.0.1"
    config = (Path(running.facts()["data"]) / "postgresql.conf").read_text()
    assert "unix_socket_directories = ''" in config
    for guess in ("postgres", "xaso", "wrong"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://postgres:{guess}@127.0.0.1:{running.facts()['port']}/postgres")
    assert (running.home / "password").stat().st_mode & 0o077 == 0


def test_the_role_is_no_superuser_but_may_have_the_extensions(running: Server) -> None:
    address = running.ensure_database("extensions")
    assert running.ensure_database("extensions") == address
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("unaccent", "pg_trgm", "btree_gist"):
            connection.execute(f"create extension if not exists {name}")  # type: ignore[arg-type]
    assert _one(address, "select unaccent('Đặng Thị Hường')") == "Dang Thi Huong"
    assert _one(address, "select lower('ĐẶNG')") == "đặng"
    assert _one(address, "select rolsuper from pg_roles where rolname = current_user") is False


def test_what_was_committed_survives_a_kill(running: Server) -> None:
    address = running.ensure_database("survivor")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("set synchronous_commit = on")
        connection.execute("create table if not exists kept (n int)")
        connection.execute("truncate kept")
        for number in range(50):
            connection.execute("insert into kept values (%s)", (number,))
    port = running.facts()["port"]
    assert running.kill()
    assert not running.status().running
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)
    running.start()
    assert running.facts()["port"] == port
    assert _one(address, "select count(*) from kept") == 50


def test_a_stop_is_orderly_and_repeatable(running: Server) -> None:
    assert running.status().running
    assert running.stop() is True
    assert running.stop() is False
    assert not running.status().running
    assert running.start().running
    assert running.start().running  # a second start changes nothing


def wait_for(come: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not come() and time.monotonic() < deadline:
        time.sleep(0.1)
    return come()


def test_a_supervisor_learns_when_it_is_ready_and_when_it_is_gone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder / "supervised"
    home.mkdir(mode=0o755)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(folder / "notify"))
        ear.settimeout(120)
        env = {**os.environ, "XASO_HOME": str(home), "NOTIFY_SOCKET": str(folder / "notify")}
        env.pop("DATABASE_URL", None)

        def serve() -> subprocess.Popen[bytes]:
            child = subprocess.Popen([sys.executable, "-m", "xaso.site.database", "serve"], env=env)
            assert ear.recv(100) == b"READY=1"
            return child

        child, ours = serve(), Server(home / "postgres")
        assert ours.status().running
        ours.kill()
        assert child.wait(30) == 1
        child = serve()
        monkeypatch.setenv("XASO_HOME", str(home))
        monkeypatch.setenv("XASO_DB_SERVED", "yes")
        monkeypatch.delenv("DATABASE_URL", raising=False)
        assert database.start("xaso") == database.url()
        second = standby.build(standby.primary_of(ours), folder / "second", sync=False)
        standby.remember(home, Copy(ours.home), second)
        second.lay_down()
        assert wait_for(lambda: second.main_process() is not None)  # or every commit would wait for ever
        child.send_signal(signal.SIGTERM)
        assert (ear.recv(100), child.wait(60)) == (b"STOPPING=1", 0)
        assert not ours.status().running
        assert second.main_process() is None
        monkeypatch.setattr(database, "PATIENCE", 1.0)
        with pytest.raises(DatabaseProblem, match="xaso-db"):
            database.start("xaso")
        assert not ours.status().running


def test_root_cannot_use_a_closed_folder(tmp_path: Path) -> None:
    if not runas.choose().uid:
        pytest.skip("only root starts PostgreSQL under another account")
    with pytest.raises(DatabaseProblem, match="XASO_PGDATA"):
        Server(tmp_path / "closed").start()


def test_a_wrong_wish_is_explained(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("XASO_PG", "oracle")
    with pytest.raises(DatabaseProblem, match="'system', 'pg0'"):
        binaries.find(folder, runas.choose())


def test_the_address_comes_from_the_environment_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@db.example/real?sslmode=require")
    assert database.url() == "postgresql://a:b@db.example/real?sslmode=require"
    assert database.url("other") == "postgresql://a:b@db.example/other?sslmode=require"
    assert database.stop() is False
    assert database.kill() == []
    with pytest.raises(DatabaseProblem):
        database.reset()
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("XASO_HOME", str(tmp_path))
    with pytest.raises(DatabaseProblem, match="xaso db start"):
        database.url()


def test_settings_may_ask_without_loading_anything_heavy() -> None:
    code = "import sys, xaso.site.database; print('django' in sys.modules, 'psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
