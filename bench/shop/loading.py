"""A country's year of dossiers by COPY: indexes are taken away before and made again after, which is much faster."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection, connections

from bench.shop.making import YEAR, Ground, Kind, Maker
from xaso.kernel.plain.moment import now

TABLES = (
    "people.Person",
    "people.Identifier",
    "cases.Case",
    "cases.CaseStep",
    "cases.Pause",
    "onestop.Dossier",
    "onestop.DayNumber",
    "events.Event",
)


def load(ground: Ground, processes: int) -> dict[str, float]:
    """Fill the tables; answers seconds a part."""
    took = {}
    begun = time.monotonic()
    statements = strip(table_names())
    took["drop indexes"] = time.monotonic() - begun
    begun = time.monotonic()
    address = dict(connection.get_connection_params())
    connections.close_all()
    makers = [
        multiprocessing.get_context("fork").Process(target=_part, args=(ground, number, processes, address))
        for number in range(processes)
    ]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    if any(maker.exitcode for maker in makers):
        raise SystemExit("A loading process failed; its reason is above.")
    took["copy"] = time.monotonic() - begun
    begun = time.monotonic()
    restore(statements, address)
    took["make indexes"] = time.monotonic() - begun
    begun = time.monotonic()
    with connection.cursor() as cursor:
        # What autovacuum does of itself within a minute: figures, and which pages an index can speak for.
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(table_names())}")
    took["vacuum"] = time.monotonic() - begun
    return {name: round(seconds, 1) for name, seconds in took.items()}


def table_names() -> list[str]:
    """The tables that a load fills."""
    return [apps.get_model(label)._meta.db_table for label in TABLES]


def strip(tables: list[str]) -> list[list[str]]:
    """Take walls, keys and indexes off the tables; answers what puts them back: keys, indexes, the rest."""
    keys, foreign, walls = [], [], []
    with connection.cursor() as cursor:
        # COPY is refused where the policies bind the owner too, and their triggers would look at each row.
        for table in tables:
            cursor.execute("SELECT relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
                walls.append(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            walls.append(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype FROM pg_constraint"
            " WHERE contype IN ('p', 'u', 'f') AND (conrelid::regclass::text = ANY(%s)"
            " OR confrelid::regclass::text = ANY(%s)) ORDER BY contype",
            [tables, tables],
        )
        for table, name, definition, kind in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            (foreign if kind == "f" else keys).append(
                f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
            )
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)", [tables])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    return [keys, [definition for _, definition in indexes], foreign + walls]


def restore(groups: list[list[str]], address: dict[str, Any]) -> None:
    """Make keys and indexes, two processes side by side on different tables; foreign keys one by one."""
    keys, indexes, foreign = groups
    for shares in (_deal(keys), _deal(indexes), [foreign]):
        helpers = [
            multiprocessing.get_context("fork").Process(target=_run, args=(share, address))
            for share in shares
        ]
        for helper in helpers:
            helper.start()
        for helper in helpers:
            helper.join()
        if any(helper.exitcode for helper in helpers):
            raise SystemExit("An index could not be made; the reason is above.")


def _deal(statements: list[str]) -> list[list[str]]:
    """Two shares by table, so that two processes never lock the same one."""
    shares: list[list[str]] = [[], []]
    weight = [0, 0]
    by_table: dict[str, list[str]] = {}
    for one in statements:
        words = one.split()
        table = words[2] if words[0] == "ALTER" else one.split(" ON ")[1].split()[0].removeprefix("public.")
        by_table.setdefault(table, []).append(one)
    for lines in sorted(by_table.values(), key=len, reverse=True):
        lighter = weight.index(min(weight))
        shares[lighter] += lines
        weight[lighter] += len(lines)
    return shares


def _run(statements: list[str], address: dict[str, Any]) -> None:
    with connect(address) as link:
        link.execute("SET maintenance_work_mem = '512MB'")
        for statement in statements:
            link.execute(statement)


def connect(address: dict[str, Any]) -> psycopg.Connection[Any]:
    known = {key: address[key] for key in ("host", "port", "user", "password", "dbname") if address.get(key)}
    return psycopg.connect(**known, autocommit=True)


def _part(ground: Ground, number: int, processes: int, address: dict[str, Any]) -> None:
    with connect(address) as link:
        link.execute("SET synchronous_commit = off")
        Maker(ground, number, processes).run(link)


def sample_codes(count: int, unit_path: str = "") -> Iterator[tuple[str, str]]:
    """Ids and codes of dossiers from all over the table, or of one unit."""
    all_over = "SELECT id::text, code FROM onestop_dossier TABLESAMPLE SYSTEM (1) LIMIT %s"
    of_unit = "SELECT id::text, code FROM onestop_dossier WHERE unit_path LIKE %s LIMIT %s"
    with connection.cursor() as cursor:
        if unit_path:
            cursor.execute(of_unit, [f"{unit_path}%", count * 5])
        else:
            cursor.execute(all_over, [count * 5])
        rows = cursor.fetchall()
    random.Random(7).shuffle(rows)
    return itertools.islice(iter(rows), count)


def first_second() -> int:
    """When the loaded year begins: it ends yesterday."""
    return int(now().timestamp()) - YEAR


__all__ = ["Ground", "Kind", "connect", "first_second", "load", "restore", "sample_codes", "strip"]
