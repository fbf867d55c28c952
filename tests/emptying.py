"""Between tests that commit: back to what the migrations left, in a fraction of the time that Django's flush takes.

A flush empties every table and loads units, calendar and wordings anew, seconds each time. Here the loaded rows are
kept aside once, and afterwards only what a test has touched is emptied and, where rows were loaded, filled again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from xaso.kernel.cases import calendars, plans
from xaso.services.onestop import routing, setups_in_force

ASIDE = "loaded"
KEPT = {"django_migrations"}
# A database that was just made holds no row in these.
WRITTEN_BY_WORK = {"events_event", "procrastinate_jobs", "people_account"}


@dataclass(frozen=True)
class Loaded:
    """The tables that held rows after the migrations with a mark of their content, and who refers to whom."""

    marks: dict[str, tuple[int, int]]
    referring: dict[str, frozenset[str]]


@contextmanager
def _owner() -> Iterator[Any]:
    """A cursor as the owner of the tables; the role before comes back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        user, owner = cursor.fetchone()
        cursor.execute("RESET ROLE")
        yield cursor
        if user != owner:
            cursor.execute(f"SET ROLE {user}")


def _tables(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return sorted({name for (name,) in cursor.fetchall()} - KEPT)


def _mark(cursor: Any, table: str) -> tuple[int, int]:
    """Changes with every row that is added, changed or taken away."""
    cursor.execute(f'SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM public."{table}"')
    count, last = cursor.fetchone()
    return count, last


# What this session keeps aside; empty where nothing was kept.
held: list[Loaded] = []


@contextmanager
def kept_aside() -> Iterator[Loaded]:
    """Keep the rows of a database that was just made, or take those that an earlier session kept.

    What no longer is as that session left it (it was killed, or newer rows were loaded) is flushed first.
    """
    with _owner() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{ASIDE}.marks"])
        is_known = cursor.fetchone() != (None,)
        found = _marks(cursor)
        is_clean = _read(cursor) == found if is_known else found.keys().isdisjoint(WRITTEN_BY_WORK)
    if not is_clean:
        _flush()
    with _owner() as cursor:
        if not is_known or not is_clean:
            _keep_aside(cursor)
        held.append(Loaded(_marks(cursor), _referring(cursor)))
    try:
        yield held[-1]
    finally:
        held.pop()


def _flush() -> None:
    """Django's flush, and what it leaves out: tables that it does not manage, such as those of the waiting work."""
    with connection.cursor() as cursor:
        others = set(_tables(cursor)) - set(connection.introspection.django_table_names(only_existing=True))
        if others:
            cursor.execute(f"TRUNCATE {', '.join(sorted(others))} CASCADE")
    call_command("flush", interactive=False, verbosity=0)


def _marks(cursor: Any) -> dict[str, tuple[int, int]]:
    marks = {table: _mark(cursor, table) for table in _tables(cursor)}
    return {table: mark for table, mark in marks.items() if mark[0]}


def _read(cursor: Any) -> dict[str, tuple[int, int]]:
    cursor.execute(f"SELECT name, rows, last FROM {ASIDE}.marks")
    return {name: (rows, last) for name, rows, last in cursor.fetchall()}


def _write(cursor: Any, name: str, mark: tuple[int, int]) -> None:
    cursor.execute(
        f"INSERT INTO {ASIDE}.marks VALUES (%s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, last = excluded.last",
        [name, *mark],
    )


def _keep_aside(cursor: Any) -> None:
    cursor.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")
    cursor.execute(f"CREATE SCHEMA {ASIDE}")
    cursor.execute(f"CREATE TABLE {ASIDE}.marks (name text PRIMARY KEY, rows bigint, last bigint)")
    for name, mark in _marks(cursor).items():
        cursor.execute(f'CREATE TABLE {ASIDE}."{name}" AS TABLE public."{name}"')
        _write(cursor, name, mark)


def _referring(cursor: Any) -> dict[str, frozenset[str]]:
    cursor.execute(
        "SELECT confrelid::regclass::text, conrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    referring: dict[str, set[str]] = {}
    for one, other in cursor.fetchall():
        referring.setdefault(one.strip('"'), set()).add(other.strip('"'))
    return {one: frozenset(others) for one, others in referring.items()}


def bring_back(loaded: Loaded) -> None:
    """Empty what was written since, and fill again what held rows; what this process remembers of it is forgotten."""
    for one in (plans, calendars, setups_in_force, routing):
        one.forget()
    with _owner() as cursor:
        # By their size on disk: the policies hide rows even from the owner, who must empty them all the same.
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND pg_relation_size(oid) > 0"
        )
        written = {name for (name,) in cursor.fetchall()} - KEPT
        touched = {name for name in written if loaded.marks.get(name) != _quick_mark(cursor, loaded, name)}
        touched |= {name for name in loaded.marks if name not in written}
        waiting = list(touched)
        while waiting:
            for name in loaded.referring.get(waiting.pop(), ()):
                if name not in touched:
                    touched.add(name)
                    waiting.append(name)
        if not touched:
            return
        names = ", ".join(f'public."{name}"' for name in sorted(touched))
        cursor.execute(f"TRUNCATE {names}")
        for name in sorted(touched & loaded.marks.keys()):
            cursor.execute(f'INSERT INTO public."{name}" SELECT * FROM {ASIDE}."{name}"')
            loaded.marks[name] = _mark(cursor, name)
            _write(cursor, name, loaded.marks[name])


def empty() -> None:
    """Empty the test database, between installations that stand for longer than one test."""
    name = str(connection.settings_dict["NAME"])
    assert name.startswith("test_"), f"the tests were about to empty {name}"
    if held:
        bring_back(held[-1])
    else:
        with connection.cursor() as cursor:
            # Tests work as the role of the server; a flush is for the owner. A new connection steps back again.
            cursor.execute("RESET ROLE")
        _flush()
    connection.close()


def _quick_mark(cursor: Any, loaded: Loaded, name: str) -> tuple[int, int]:
    """The mark of a table that held rows; something else for one that held none and now does."""
    return _mark(cursor, name) if name in loaded.marks else (-1, -1)
