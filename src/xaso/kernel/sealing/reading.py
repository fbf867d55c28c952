"""The whole log from the database, line by line, as an export or a check takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from xaso.kernel.plain.logbook.export import FORMAT, Line
from xaso.kernel.plain.logbook.leaves import secret_of
from xaso.kernel.plain.logbook.notes import stamp
from xaso.kernel.plain.moment import now
from xaso.kernel.sealing import logkeys, tree
from xaso.kernel.sealing.models import LogKey, TreeHead
from xaso.kernel.sealing.secrets import salt_key

_CHUNK = 2000
_LEAVES = (
    "SELECT l.index, l.hash, l.seq, "  # noqa: S608 - texts of our own
    + tree.EVENT
    + " FROM sealing_leaf l LEFT JOIN events_event e ON e.seq = l.seq ORDER BY l.index"
)
_WAITING = (
    "SELECT "  # noqa: S608 - texts of our own
    + tree.EVENT
    + " FROM events_event e WHERE NOT EXISTS (SELECT 1 FROM sealing_leaf l WHERE l.seq = e.seq) ORDER BY e.seq"
)


def lines() -> Iterator[Line]:
    """Everything: keys, leaves with their events, heads in their places, events that wait.

    One snapshot of the database, read through cursors: memory does not grow with the log.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield {"kind": "log", "format": FORMAT, "origin": logkeys.origin(), "at": stamp(now())}
        for key in LogKey.objects.order_by("number"):
            yield {"kind": "key", "number": key.number, "statement": key.statement}
        yield from _leaves_and_heads()
        for row in _rows("xaso_waiting", _WAITING):
            yield {"kind": "waiting", "event": tree.entry(row).as_dict()}


def _leaves_and_heads() -> Iterator[Line]:
    secrets, count = salt_key(), 0
    heads = TreeHead.objects.order_by("number").iterator(_CHUNK)
    head = next(heads, None)
    for index, digest, seq, *event in _rows("xaso_leaves", _LEAVES):
        while head is not None and head.size <= count:
            yield _head(head)
            head = next(heads, None)
        yield _leaf(index, bytes(digest), seq, event, secrets)
        count = index + 1
    while head is not None:
        yield _head(head)
        head = next(heads, None)


def _leaf(index: int, digest: bytes, seq: int, event: list[Any], secrets: bytes) -> Line:
    held = event[0] is not None
    return {
        "kind": "leaf",
        "index": index,
        "hash": digest.hex(),
        "seq": seq,
        "event": tree.entry(event).as_dict() if held else None,
        "secret": secret_of(secrets, event[1]).hex() if held else "",
    }


def _head(head: TreeHead) -> Line:
    return {
        "kind": "head",
        "number": head.number,
        "size": head.size,
        "root": bytes(head.root).hex(),
        "at": stamp(head.at),
        "note": head.note,
    }


def _rows(name: str, statement: str) -> Iterator[tuple[Any, ...]]:
    """A statement's rows through a cursor on the server."""
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {statement}")
        while True:
            cursor.execute(f"FETCH {_CHUNK} FROM {name}")
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < _CHUNK:
                break
        cursor.execute(f"CLOSE {name}")
