"""The tree as it stands in the database: what proofs and the sealer read of it, and how it grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from xaso.kernel.plain.logbook.leaves import Entry
from xaso.kernel.plain.merkle import STEP, Frontier, Place, cover, hashes_of

# An event as the log reads it: all text, so that its leaf comes out alike wherever it is made.
EVENT = """
e.seq, e.id::text, e.name, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.record_type,
e.record_id::text, e.unit_path, e.actor_kind, coalesce(e.actor_id::text, ''), e.data::text
"""
_LEAVES = "SELECT 0, index, hash FROM sealing_leaf WHERE index BETWEEN %s AND %s"
_NODES = "SELECT level, position, hash FROM sealing_node WHERE level = %s AND position BETWEEN %s AND %s"


class Gone(RuntimeError):
    """A part of the tree is missing from the database."""


def fetch(places: Sequence[Place]) -> dict[Place, bytes]:
    """Stored subtrees by place, in one statement. Raises Gone when one is missing."""
    parts: list[str] = []
    values: list[Any] = []
    for level, first, last in _runs(places):
        parts.append(_NODES if level else _LEAVES)
        values += [level, first, last] if level else [first, last]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = {(level, position): bytes(digest) for level, position, digest in cursor.fetchall()}
    if not found.keys() >= set(places):
        raise Gone("Cây nhật ký trong cơ sở dữ liệu thiếu mục hoặc nút.")
    return found


def _runs(places: Sequence[Place]) -> list[tuple[int, int, int]]:
    """Neighbours together, (level, first, last): a proof wants a block of sixteen but for one in it."""
    runs: list[tuple[int, int, int]] = []
    for level, position in sorted(places):
        if runs and runs[-1][0] == level and position - runs[-1][2] <= 2:
            runs[-1] = (level, runs[-1][1], position)
        else:
            runs.append((level, position, position))
    return runs


def size() -> int:
    """How many leaves there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(index) + 1, 0) FROM sealing_leaf")
        return int(cursor.fetchone()[0])


def frontier() -> Frontier:
    """The right edge of the tree, to append to."""
    count = size()
    edges = [(position << level, (position + 1) << level) for level, position in cover(0, count)]
    return Frontier(count, hashes_of(edges, fetch))


def append(edge: Frontier, leaves: Sequence[tuple[int, bytes]]) -> None:
    """Write leaves (event's number, hash) and the subtrees that they complete, and move the edge on."""
    rows, nodes = [], []
    for seq, digest in leaves:
        rows.append(f"{edge.size}\t{seq}\t\\\\x{digest.hex()}\n")
        for level, position, made in edge.append(digest):
            if level % STEP == 0:
                nodes.append(f"{level}\t{position}\t\\\\x{made.hex()}\n")
    with connection.cursor() as cursor:
        _copy(cursor, "COPY sealing_leaf (index, seq, hash) FROM STDIN", rows)
        _copy(cursor, "COPY sealing_node (level, position, hash) FROM STDIN", nodes)


def _copy(cursor: object, command: str, rows: Sequence[str]) -> None:
    if rows:
        with cursor.copy(command) as copy:  # type: ignore[attr-defined]
            copy.write("".join(rows))


def entry(row: Sequence[object]) -> Entry:
    """A row of ``EVENT`` as the log reads it."""
    return Entry(*row)  # type: ignore[arg-type]
