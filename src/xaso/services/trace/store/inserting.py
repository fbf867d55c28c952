"""Rows of many events in few statements: arrays go in, one statement for each table.

Plain inserts of ``unnest`` and not COPY: rows of events go through the policies of row-level security.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xaso.kernel.base.reach import widened
from xaso.kernel.base.writing import prepared
from xaso.kernel.events import emit_many
from xaso.kernel.people.viewer import Viewer
from xaso.services.trace.store.horizon import hold_place
from xaso.services.trace.store.ready import Part, Ready

CHUNK = 1000
EVENT = "trace.event_captured"

_EVENTS = """
INSERT INTO trace_traceevent (event_id, event_hash, kind, type_name, action, event_time, "offset", biz_step,
  disposition, read_point, biz_location, transformation_id, error_declared_at, error_reason, body,
  record_time, enterprise_id, unit_path, job_id, context)
SELECT e.id, e.hash, e.kind, e.type, e.action, e.time, e.off, e.step, e.disp, e.rp, e.bl, e.tid, e.err, e.reason,
  e.body::jsonb, %s::timestamptz, %s::uuid, %s::text, %s::uuid, %s::jsonb
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[],
  %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[])
  WITH ORDINALITY AS e(id, hash, kind, type, action, time, off, step, disp, rp, bl, tid, err, reason, body, place)
ORDER BY e.place
ON CONFLICT DO NOTHING RETURNING seq, event_id, error_declared_at
"""
_KNOWN_THINGS = "SELECT uri, coalesce(same_as_id, id) FROM trace_thing WHERE uri = ANY(%s::text[])"
_NEW_THINGS = """
INSERT INTO trace_thing (uri, is_class)
SELECT t.uri, t.is_class FROM unnest(%s::text[], %s::boolean[]) AS t(uri, is_class) ORDER BY t.uri
ON CONFLICT (uri) DO NOTHING
"""
_PARTS = """
INSERT INTO trace_eventthing (event_id, thing_id, role, flow, quantity, uom)
SELECT p.event, p.thing, p.role, p.flow, p.quantity::numeric, p.uom
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::smallint[], %s::text[], %s::text[])
  AS p(event, thing, role, flow, quantity, uom)
"""
_MARKS = """
INSERT INTO trace_eventmarks (event_id, marks)
SELECT m.event, m.marks::bigint[] FROM unnest(%s::bigint[], %s::text[]) AS m(event, marks)
"""
# What was declared wrong is no way of goods any more; the events themselves stay as they were captured. An event is
# found by its hash in two ways: it is called by it, or it has a name of its own (the index holds only those).
_WRONG = """
WITH wrong AS (SELECT unnest(%s::text[]) AS hash, %s::text AS unit)
UPDATE trace_eventthing SET flow = 0 WHERE flow <> 0 AND event_id IN (
  SELECT e.seq FROM wrong JOIN trace_traceevent e ON e.event_id = 'ni:///sha-256;' || wrong.hash || '?ver=CBV2.0'
  WHERE e.event_hash = wrong.hash AND e.unit_path = wrong.unit
  UNION ALL SELECT e.seq FROM wrong JOIN trace_traceevent e ON e.event_hash = wrong.hash
  WHERE e.event_id <> 'ni:///sha-256;' || e.event_hash || '?ver=CBV2.0' AND e.unit_path = wrong.unit)
"""
_WORDS = """
INSERT INTO trace_traceword (kind, value, unit_path)
SELECT w.kind, w.value, %s::text FROM unnest(%s::text[], %s::text[]) AS w(kind, value)
ORDER BY w.kind, w.value ON CONFLICT DO NOTHING
"""
_known_words: set[tuple[str, str, str]] = set()


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose events they are, and by which capture they came."""

    unit_path: str
    enterprise_id: UUID | None = None
    job_id: UUID | None = None


def record_key(event_id: str, declared_at: datetime | None = None) -> UUID:
    """The key under which an event stands in the log of the kernel, made from its own id."""
    text = event_id if declared_at is None else f"{event_id} wrong {declared_at.timestamp()}"
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=5)


def insert(
    viewer: Viewer, owner: Owner, rows: Sequence[Ready], context: Mapping[str, str], recorded: datetime
) -> dict[tuple[str, datetime | None], int]:
    """Write events in the caller's transaction; answers (event id, declared wrong at) to number for what is new.

    What is there already, or comes from another transaction at this moment, is left out of the answer.
    """
    made: dict[tuple[str, datetime | None], int] = {}
    with prepared() as cursor:
        hold_place(cursor)
        for start in range(0, len(rows), CHUNK):
            made |= _chunk(cursor, viewer, owner, rows[start : start + CHUNK], context, recorded)
    _write_words(owner.unit_path, rows)
    return made


def _chunk(
    cursor: Any,
    viewer: Viewer,
    owner: Owner,
    rows: Sequence[Ready],
    context: Mapping[str, str],
    recorded: datetime,
) -> dict[tuple[str, datetime | None], int]:
    columns = [
        [getattr(row, name) for row in rows]
        for name in (
            "event_id", "event_hash", "kind", "type_name", "action", "event_time", "offset", "biz_step",
            "disposition", "read_point", "biz_location", "transformation_id", "error_declared_at", "error_reason",
            "body",
        )
    ]  # fmt: skip
    head = [recorded, owner.enterprise_id, owner.unit_path, owner.job_id, json.dumps(dict(context))]
    cursor.execute(_EVENTS, [*head, *columns])
    made = {(event_id, declared): seq for seq, event_id, declared in cursor.fetchall()}
    new = [(made[row.event_id, row.error_declared_at], row) for row in rows if _key(row) in made]
    _write_parts(cursor, new)
    wrong = [row.event_hash for _, row in new if row.error_declared_at is not None]
    if wrong:
        cursor.execute(_WRONG, [wrong, owner.unit_path])
    marked = [(seq, row.marks) for seq, row in new if row.marks]
    if marked:
        texts = ["{" + ",".join(map(str, marks)) + "}" for _, marks in marked]
        cursor.execute(_MARKS, [[seq for seq, _ in marked], texts])
    emit_many(
        EVENT,
        records=[("trace.traceevent", record_key(*_key(row)), _told(row)) for _, row in new],
        unit_path=owner.unit_path,
        viewer=viewer,
    )
    return made


def _key(row: Ready) -> tuple[str, datetime | None]:
    return row.event_id, row.error_declared_at


def _told(row: Ready) -> dict[str, Any]:
    told = {"event_hash": row.event_hash, "kind": row.kind}
    return told if row.error_declared_at is None else {**told, "declared_wrong": True}


def _write_parts(cursor: Any, new: Sequence[tuple[int, Ready]]) -> None:
    wanted = {part.uri: part.is_class for _, row in new for part in row.parts}
    if not wanted:
        return
    number = intern(cursor, wanted)
    parts: list[tuple[int, Part]] = [(seq, part) for seq, row in new for part in row.parts]
    cursor.execute(
        _PARTS,
        [
            [seq for seq, _ in parts],
            [number[part.uri] for _, part in parts],
            [part.role for _, part in parts],
            [part.flow for _, part in parts],
            [None if part.quantity is None else repr(part.quantity) for _, part in parts],
            [part.uom for _, part in parts],
        ],
    )


def intern(cursor: Any, wanted: Mapping[str, bool]) -> dict[str, int]:
    """The numbers of things by their canonical address, made where new; a further name leads to the first."""
    number = _numbers(cursor, wanted)
    missing = [uri for uri in wanted if uri not in number]
    if missing:
        cursor.execute(_NEW_THINGS, [missing, [wanted[uri] for uri in missing]])
        number |= _numbers(cursor, missing)
    return number


def _numbers(cursor: Any, uris: Iterable[str]) -> dict[str, int]:
    cursor.execute(_KNOWN_THINGS, [list(uris)])
    return dict(cursor.fetchall())


def _write_words(unit_path: str, rows: Sequence[Ready]) -> None:
    """Keep which words the unit uses; what was kept before is not asked again in this process."""
    words = {("type", row.type_name) for row in rows}
    for row in rows:
        words.update(
            (kind, value)
            for kind, value in (
                ("step", row.biz_step),
                ("disposition", row.disposition),
                ("read_point", row.read_point),
                ("biz_location", row.biz_location),
            )
            if value
        )
    fresh = [(kind, value) for kind, value in words if (unit_path, kind, value) not in _known_words]
    if not fresh:
        return
    # Members of a co-operative record events too; of the unit they hold no right.
    with widened("which words a unit uses"), prepared() as cursor:
        cursor.execute(_WORDS, [unit_path, [kind for kind, _ in fresh], [value for _, value in fresh]])
    transaction.on_commit(lambda: _remember(unit_path, fresh))


def _remember(unit_path: str, words: Iterable[tuple[str, str]]) -> None:
    if len(_known_words) > 100_000:
        _known_words.clear()
    _known_words.update((unit_path, kind, value) for kind, value in words)
