"""Fingerprints of every table at one exact position of the log, so that a restored copy can be compared row for row."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from .cluster import OPTIONS, Cluster

TRIES = 6
# Nobody ever waits longer than this for a backup. Shorter than deadlock_timeout on purpose: we are the one to yield.
PAUSE = "300ms"
# How a row is spelled must not depend on who asks.
_SPELLING = (
    "set timezone = 'UTC'",
    "set datestyle = 'ISO, DMY'",
    "set intervalstyle = 'postgres'",
    "set bytea_output = 'hex'",
    "set extra_float_digits = 1",
    "set row_security = off",
)

_TABLES = """
select c.oid::regclass::text, n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname not in ('pg_catalog', 'information_schema')
order by 2, 3
"""
Prints = dict[str, list[str]]


@dataclass(frozen=True)
class Mark:
    """``position``: recovery that stops before the first record from there on sees exactly ``tables``."""

    position: str
    at: str
    tables: Prints | None

    def facts(self) -> dict[str, Any]:
        """As it stands in a manifest."""
        return {"position": self.position, "at": self.at, "tables": self.tables}


def tables_of(link: psycopg.Connection[Any]) -> dict[str, sql.Identifier]:
    """Every table that is kept, by its readable name."""
    return {name: sql.Identifier(schema, table) for name, schema, table in link.execute(_TABLES).fetchall()}


def fingerprint(link: psycopg.Connection[Any], table: sql.Identifier) -> list[str]:
    """Number of rows and a sum over the hashes of all rows: equal tables have equal prints in any order."""
    question = sql.SQL(
        "select count(*)::text, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text from {} t"
    )
    row = link.execute(question.format(table)).fetchone()
    return list(row) if row else ["0", "0"]


def fingerprints(url: str) -> Prints:
    """Of every table of a database, as it stands."""
    with psycopg.connect(url, autocommit=True, options=OPTIONS) as link:
        for line in _SPELLING:
            link.execute(line)
        return {name: fingerprint(link, table) for name, table in tables_of(link).items()}


def beat(cluster: Cluster) -> tuple[str, str]:
    """Commit an empty transaction that leaves a trace in the log; answers (position after it, the time)."""
    with cluster.connect() as link:
        link.execute("select pg_logical_emit_message(true, 'xaso', 'mark')")
        row = link.execute(
            "select pg_current_wal_insert_lsn()::text, to_char(clock_timestamp() at time zone 'UTC',"
            " 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        ).fetchone()
    assert row is not None  # noqa: S101 - a select without from has one row
    return str(row[0]), str(row[1]) + "+00:00"


def mark(cluster: Cluster) -> Mark:
    """Take the fingerprints at an exact position, while the product works.

    Writers are held for a moment (share locks, at most ``PAUSE`` for each) so that no transaction is half done when
    the snapshot is taken; the counting itself disturbs nobody. When the system is too busy for that moment, the
    position is marked without prints, and the next backup tries again.
    """
    for attempt in range(TRIES):
        with cluster.connect() as reader, cluster.connect() as holder:
            tables = tables_of(reader)
            reader.execute("begin isolation level repeatable read read only")
            for line in _SPELLING:
                reader.execute(line)
            try:
                holder.execute("begin")
                holder.execute(f"set local lock_timeout = '{PAUSE}'")
                holder.execute("set local statement_timeout = '1s'")
                for table in tables.values():
                    holder.execute(sql.SQL("lock table {} in share mode").format(table))
                # The first question of a repeatable-read transaction takes its snapshot.
                reader.execute("select count(*) from pg_class").fetchone()
                position, at = beat(cluster)
            except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled):
                holder.rollback()
                reader.rollback()
                time.sleep(0.5 * (attempt + 1))
                continue
            holder.commit()
            beat(cluster)  # recovery stops before the first record from the mark on: there must be one
            prints = {name: fingerprint(reader, table) for name, table in tables.items()}
            reader.rollback()
            return Mark(position, at, prints)
    position, at = beat(cluster)
    beat(cluster)
    return Mark(position, at, None)
