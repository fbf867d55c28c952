"""Replacing a key while everything runs: a new key in the ring, old rows changed in small batches, the old key
retired when nothing uses it any more.

The work is repeatable and may be killed at any moment: what is done is kept with each batch. Several workers may
run it at once; rows another holds are skipped and met in the next pass.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from psycopg import sql

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.fields import SealedText, seal, unseal
from xaso.kernel.base.keys import changing, key_ring, new_key, replace_file
from xaso.kernel.base.manifest import Digests, SealedFiles
from xaso.kernel.base.models import KeyChange
from xaso.kernel.plain.moment import now

BATCH = 200
_CALM = "calm"  # in the places of a change: this pass began after the last writer with the old key had ended
DATA, HASH = KeyChange.Kind.DATA, KeyChange.Kind.HASH


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed columns."""

    table: str
    key: str
    columns: tuple[str, ...]


_digests: dict[str, Digests] = {}
_files: dict[str, SealedFiles] = {}


def register_digests(holder: Digests) -> None:
    """Tell who keeps digests, at start-up; a second registration of a name replaces the first."""
    _digests[holder.name] = holder


def register_files(holder: SealedFiles) -> None:
    """Tell of sealed files, at start-up; a second registration of a name replaces the first."""
    _files[holder.name] = holder


def sealed_tables() -> Iterator[SealedTable]:
    """Every table with sealed columns, found by walking the models."""
    for model in apps.get_models():
        columns = tuple(str(one.column) for one in model._meta.concrete_fields if isinstance(one, SealedText))
        if columns and model._meta.managed and not model._meta.proxy:
            pk = model._meta.pk
            assert pk is not None  # noqa: S101 - a table of ours has a key
            yield SealedTable(model._meta.db_table, str(pk.column), columns)


def uses_of(number: int) -> dict[str, int]:
    """How many values of each sealed column stand under this key; columns with none are left out."""
    found = {}
    with connection.cursor() as cursor:
        for one in sealed_tables():
            for column in one.columns:
                question = sql.SQL("SELECT count(*) FROM {} WHERE substring({} from 1 for 4) = %s").format(
                    sql.Identifier(one.table), sql.Identifier(column)
                )
                cursor.execute(question, [number.to_bytes(4, "big")])
                count = cursor.fetchone()[0]
                if count:
                    found[f"{one.table}.{column}"] = count
    for holder in _files.values():
        count = sum(_number_of(path) == number for path, _ in holder.paths())
        if count:
            found[holder.name] = count
    return found


def _number_of(path: Path) -> int:
    with path.open("rb") as file:
        return int.from_bytes(file.read(4), "big")


def begin_change(kind: str) -> KeyChange:
    """Put a new key into the ring and in force; the rows follow by ``work``. Raises ActionError while one runs."""
    if KeyChange.objects.filter(kind=kind, retired_at__isnull=True).exists():
        raise ActionError(
            "Lần đổi khóa trước chưa xong. Xem ./xaso keys list, đợi khóa cũ được bỏ rồi đổi tiếp."
        )
    with changing() as body:
        if kind == DATA:
            old = int(body["active"])
            new = max(int(number) for number in body["keys"]) + 1
            body["keys"][str(new)] = new_key()
            body["active"] = new
        else:
            body.setdefault("hash_keys", {"1": body["hash_key"]})
            old = int(body.get("hash_active", 1))
            new = max(int(number) for number in body["hash_keys"]) + 1
            body["hash_keys"][str(new)] = new_key()
            body["hash_active"] = new
            body["hash_key"] = body["hash_keys"][str(new)]
    total = sum(uses_of(old).values()) if kind == DATA else 0
    return KeyChange.objects.create(kind=kind, old=old, new=new, total=total)


def work(seconds: float = 20.0, *, until_done: bool = False) -> bool:
    """Go on with every running change for at most so long; answers whether something is left to do now.

    ``until_done``: for the command line, without a limit of time for the rows (the wait for old transactions
    remains: see ``settled``).
    """
    end = time.monotonic() + (1e9 if until_done else seconds)
    busy = False
    for change in KeyChange.objects.filter(retired_at__isnull=True):
        busy = _work_on(change, end) or busy
    return busy


def _work_on(change: KeyChange, end: float) -> bool:
    if not change.places:
        change.places = {_CALM: settled(change)}
    for name, step in _steps(change):
        place = change.places.get(name, "")
        while place is not None:
            if time.monotonic() > end:
                return True
            place, changed = step(place or None, BATCH)
            change.places = {**change.places, name: place}
            change.pass_changed += changed
            KeyChange.objects.filter(pk=change.pk).update(
                places=change.places, done=F("done") + changed, pass_changed=F("pass_changed") + changed
            )
    return _after_pass(change)


def _after_pass(change: KeyChange) -> bool:
    """A pass is over: retire the old key, or say what is waited for, or begin another pass."""
    # Only a pass begun when nobody could still write with the old key proves that nothing is left.
    clean = change.pass_changed == 0 and bool(change.places.get(_CALM))
    waits = _waiting(change)
    if clean and not waits:
        _retire(change)
        return False
    if not settled(change):
        waits = waits or "Đợi các giao dịch mở trước khi đổi khóa kết thúc."
    again = not waits
    change.places, change.pass_changed, change.pass_began_at = {}, 0, now()
    change.waits_for = waits[:300]
    change.save(update_fields=["places", "pass_changed", "pass_began_at", "waits_for"])
    return again


def settled(change: KeyChange) -> bool:
    """Whether nobody could still write with the old key: some time has passed since the change,
    and every transaction that was open then has ended."""
    grace = timedelta(seconds=float(getattr(settings, "XASO_KEY_GRACE_SECONDS", 60)))
    if now() < change.created_at + grace:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start < %s",
            [change.created_at],
        )
        return bool(cursor.fetchone()[0] == 0)


def _waiting(change: KeyChange) -> str:
    if change.kind == DATA:
        found = uses_of(change.old)
        return "" if not found else "Còn: " + ", ".join(f"{name} ({count})" for name, count in found.items())
    words = []
    for one in _digests.values():
        count = one.left() if one.left else 0
        if count:
            words.append(f"{count} {one.what or one.name}")
    return "Còn: " + ", ".join(words) if words else ""


def _retire(change: KeyChange) -> None:
    with changing() as body:
        name = "keys" if change.kind == DATA else "hash_keys"
        body[name].pop(str(change.old), None)
    change.retired_at, change.waits_for = now(), ""
    change.save(update_fields=["retired_at", "waits_for"])


Step = Callable[[str | None, int], tuple[str | None, int]]


def _steps(change: KeyChange) -> Sequence[tuple[str, Step]]:
    if change.kind == DATA:
        tables = [(one.table, _resealer(one)) for one in sealed_tables()]
        return [*tables, *((one.name, _file_resealer(one)) for one in _files.values())]
    return [(one.name, one.rehash) for one in _digests.values() if one.rehash is not None]


def _resealer(one: SealedTable) -> Step:
    def step(after: str | None, limit: int) -> tuple[str | None, int]:
        return reseal_batch(one, after, limit)

    return step


def _file_resealer(holder: SealedFiles) -> Step:
    def step(after: str | None, limit: int) -> tuple[str | None, int]:
        active, changed = key_ring().active, 0
        for path, context in holder.paths():
            if _number_of(path) != active:
                replace_file(path, _again(path.read_bytes(), context))
                changed += 1
        return None, changed

    return step


def reseal_batch(one: SealedTable, after: str | None, limit: int = BATCH) -> tuple[str | None, int]:
    """Seal the next rows of a table anew; answers (key of the last row, or None at the end; values changed)."""
    active = key_ring().active.to_bytes(4, "big")
    key, table = sql.Identifier(one.key), sql.Identifier(one.table)
    columns = [sql.Identifier(column) for column in one.columns]
    stale = sql.SQL(" OR ").join(sql.SQL("substring({} from 1 for 4) <> %s").format(each) for each in columns)
    beyond = sql.SQL("") if after is None else sql.SQL("{} > %s AND ").format(key)
    question = sql.SQL(
        "SELECT {}, {} FROM {} WHERE {}({}) ORDER BY {} LIMIT {} FOR UPDATE SKIP LOCKED"
    ).format(key, sql.SQL(", ").join(columns), table, beyond, stale, key, sql.Literal(limit))
    values: list[Any] = [*([] if after is None else [after]), *[active] * len(columns)]
    changed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(question, values)
        rows = cursor.fetchall()
        for row in rows:
            fresh = {
                column: _again(blob, f"{one.table}.{column}")
                for column, blob in zip(one.columns, row[1:], strict=True)
                if blob is not None and bytes(blob[:4]) != active
            }
            sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in fresh)
            update = sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(table, sets, key)
            cursor.execute(update, [*fresh.values(), row[0]])
            changed += len(fresh)
    return (str(rows[-1][0]) if len(rows) == limit else None), changed


def _again(blob: bytes, context: str) -> bytes:
    return seal(unseal(blob, context), context)
