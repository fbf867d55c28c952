"""Makers for tests and for the measurement of tampering: a log with some history, and a hand that alters it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.merkle import STEP, Frontier
from xaso.kernel.plain.moment import at, frozen
from xaso.kernel.sealing import sealer, tree
from xaso.kernel.sealing.models import Leaf, TreeHead
from xaso.kernel.sealing.secrets import salt_key

FIRST_DAY = at("2026-11-02T08:00")


def say(name: str = "test.done", unit_path: str = "15/04321/", **data: Any) -> Any:
    """One event in a transaction of its own; answers its id."""
    with transaction.atomic():
        return emit(
            name, record=("test.thing", uuid7()), unit_path=unit_path, viewer=Viewer.system(), data=data
        )


def store_file(folder: Path, content: bytes) -> str:
    """Put a file where the store of documents would; answers its hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / sha256[:2] / sha256[2:4] / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return sha256


def history(files: Path, *, days: int = 4, each: int = 25, first: datetime = FIRST_DAY) -> list[str]:
    """Some days of events, sealed every few hours; answers the hashes of the signed files."""
    hashes = []
    for day in range(days):
        for part in range(3):
            moment = first + timedelta(days=day, hours=3 * part)
            with frozen(moment):
                for number in range(each):
                    say(code=f"H{day}{part}{number}", status=number % 5)
                sha256 = store_file(files, f"signed {day} {part}".encode())
                hashes.append(sha256)
                say("documents.issued", number=f"{day}{part}/GCN-UBND", sha256=sha256)
            with frozen(moment + timedelta(minutes=1)):
                sealer.seal()
    return hashes


def rebuild() -> None:
    """What an administrator with the keys may do: make leaves, nodes and all heads anew from the altered events."""
    from xaso.kernel.plain.logbook.leaves import leaf_of, secret_of
    from xaso.kernel.plain.logbook.notes import Head, sign_note
    from xaso.kernel.sealing import logkeys

    heads = list(TreeHead.objects.order_by("number"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {tree.EVENT} FROM events_event e ORDER BY e.seq")  # noqa: S608 - our own text
        entries = [tree.entry(row) for row in cursor.fetchall()]
        cursor.execute("TRUNCATE sealing_leaf, sealing_node")
        edge, key = Frontier(), salt_key()
        for row in heads:
            fresh = entries[edge.size : row.size]
            tree.append(edge, [(one.seq, leaf_of(one, secret_of(key, one.id))) for one in fresh])
            with logkeys.signer(edge.size) as (origin, signer):
                note = sign_note(origin, Head(origin, edge.size, edge.root(), row.at).text(), signer)
            cursor.execute(
                "UPDATE sealing_treehead SET size = %s, root = %s, note = %s WHERE number = %s",
                [edge.size, edge.root(), note.written(), row.number],
            )


def rehash(index: int) -> None:
    """What a clever administrator without the keys may do: mend one leaf and all nodes above it."""
    from xaso.kernel.plain.logbook.leaves import leaf_of, secret_of

    leaf = Leaf.objects.get(pk=index)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {tree.EVENT} FROM events_event e WHERE e.seq = %s",  # noqa: S608 - our own text
            [leaf.seq],
        )
        entry = tree.entry(cursor.fetchone())
        digest = leaf_of(entry, secret_of(salt_key(), entry.id))
        cursor.execute("UPDATE sealing_leaf SET hash = %s WHERE index = %s", [digest, index])
    regrow()


def regrow() -> None:
    """Make the nodes anew from the leaves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM sealing_leaf ORDER BY index")
        leaves = [bytes(row[0]) for row in cursor.fetchall()]
        edge = Frontier()
        nodes = [node for leaf in leaves for node in edge.append(leaf) if node[0] % STEP == 0]
        cursor.execute("TRUNCATE sealing_node")
        cursor.executemany("INSERT INTO sealing_node (level, position, hash) VALUES (%s, %s, %s)", nodes)


@dataclass(frozen=True)
class Tampering:
    """One way to alter the past. ``found_by``: who must notice, ``verify`` alone or the ``witness``."""

    key: str
    title: str
    act: Callable[[Any, Path], None]
    found_by: str = "verify"


def _edit(cursor: Any, files: Path) -> None:
    cursor.execute(
        "UPDATE events_event SET data = data || '{\"status\": 9}' WHERE seq = %s", [_seq(cursor, 40)]
    )
    rehash(40)


def _delete(cursor: Any, files: Path) -> None:
    cursor.execute("DELETE FROM events_event WHERE seq = %s", [_seq(cursor, 41)])


def _insert(cursor: Any, files: Path) -> None:
    cursor.execute(
        "INSERT INTO events_event (id, name, at, record_type, record_id, unit_path, actor_kind, data)"
        " SELECT gen_random_uuid(), name, at, record_type, gen_random_uuid(), unit_path, actor_kind, data"
        " FROM events_event WHERE seq = %s",
        [_seq(cursor, 42)],
    )


def _reorder(cursor: Any, files: Path) -> None:
    """Two events change places in the log; leaves and nodes are mended."""
    cursor.execute(
        "WITH gone AS (DELETE FROM sealing_leaf WHERE index IN (43, 44) RETURNING index, seq, hash)"
        " SELECT index, seq, hash FROM gone"
    )
    for index, seq, digest in cursor.fetchall():
        cursor.execute(
            "INSERT INTO sealing_leaf (index, seq, hash) VALUES (%s, %s, %s)", [87 - index, seq, digest]
        )
    regrow()


def _back_date(cursor: Any, files: Path) -> None:
    cursor.execute("UPDATE events_event SET at = at - interval '10 days' WHERE seq = %s", [_seq(cursor, 45)])


def _swap(cursor: Any, files: Path) -> None:
    """Two events exchange who and what: each row then tells of the other's record."""
    one, two = _seq(cursor, 46), _seq(cursor, 52)
    cursor.execute(
        "UPDATE events_event a SET record_id = b.record_id, data = b.data, at = b.at FROM events_event b"
        " WHERE (a.seq, b.seq) IN ((%s, %s), (%s, %s))",
        [one, two, two, one],
    )


def _change_file(cursor: Any, files: Path) -> None:
    path = next(one for one in sorted(files.rglob("*")) if one.is_file())
    path.write_bytes(path.read_bytes() + b" and more")


def _rewrite_head(cursor: Any, files: Path) -> None:
    """The event, its leaf, the nodes and the root in the head's row and note are all made to fit."""
    cursor.execute("UPDATE events_event SET unit_path = '15/' WHERE seq = %s", [_seq(cursor, 60)])
    rehash(60)
    import base64

    row = TreeHead.objects.order_by("number").filter(size__gt=60).first()
    assert row is not None
    from xaso.kernel.plain.merkle import root_of

    root = root_of(row.size, tree.fetch)
    note = row.note.replace(base64.b64encode(bytes(row.root)).decode(), base64.b64encode(root).decode())
    cursor.execute(
        "UPDATE sealing_treehead SET root = %s, note = %s WHERE number = %s", [root, note, row.number]
    )


def _truncate(cursor: Any, files: Path) -> None:
    """The last day never was: events, leaves, nodes and heads go."""
    last = TreeHead.objects.order_by("-number")[3]
    cursor.execute("DELETE FROM sealing_treehead WHERE number > %s", [last.number])
    cursor.execute(
        "DELETE FROM events_event WHERE seq IN (SELECT seq FROM sealing_leaf WHERE index >= %s)", [last.size]
    )
    cursor.execute("DELETE FROM sealing_leaf WHERE index >= %s", [last.size])
    regrow()


def _fork(cursor: Any, files: Path) -> None:
    """Somebody with the log's own key shows one viewer a whole log of its own, in itself without fault."""
    cursor.execute("UPDATE events_event SET data = '{\"status\": 3}' WHERE seq = %s", [_seq(cursor, 70)])
    rebuild()


def _seq(cursor: Any, index: int) -> int:
    cursor.execute("SELECT seq FROM sealing_leaf WHERE index = %s", [index])
    return int(cursor.fetchone()[0])


TAMPERINGS = (
    Tampering("edit", "sửa nội dung một sự kiện, tính lại dấu và cây", _edit),
    Tampering("delete", "xóa một sự kiện", _delete),
    Tampering("insert", "chèn thêm một sự kiện cũ", _insert),
    Tampering("reorder", "đổi thứ tự hai mục trong nhật ký", _reorder),
    Tampering("back-date", "ghi lùi ngày một sự kiện", _back_date),
    Tampering("swap two", "tráo nội dung hai sự kiện", _swap),
    Tampering("change a signed file", "sửa một tệp đã ký", _change_file),
    Tampering("rewrite a tree head", "viết lại đầu nhật ký đã ký", _rewrite_head),
    Tampering("truncate the tail", "cắt bỏ ngày cuối, cả đầu nhật ký", _truncate, "witness"),
    Tampering("fork for one viewer", "làm riêng một bản nhật ký khác, ký bằng khóa thật", _fork, "witness"),
)


GUARDED = ("events_event", "sealing_leaf", "sealing_node", "sealing_treehead", "sealing_logkey")


@contextlib.contextmanager
def unlocked() -> Iterator[Any]:
    """A cursor for which the append-only triggers are switched off, as an administrator would do it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")  # the owner of the tables; tests run as the role of the server
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def tamper(one: Tampering, files: Path) -> None:
    """Do it as somebody does who owns the database."""
    with unlocked() as cursor:
        one.act(cursor, files)
