"""How far events are complete: below the horizon no event can appear any more.

Events take their numbers before they are committed, so the highest number seen says nothing about lower ones still
under way. Whoever writes holds, until the end of the transaction, a shared lock whose key is a number below all of
its own; whoever reads looks at the highest number first, then at the locks that are held.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

_TAG = 0x5453  # the upper 16 bits of our keys: "TS"
_HOLD = f"SELECT pg_advisory_xact_lock_shared(({_TAG}::bigint << 48) | nextval('trace_traceevent_seq_seq'))"  # noqa: S608 - a number of our own
_HELD = """
SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND classid::bigint >> 16 = %s
  AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def hold_place(cursor: Any) -> None:
    """Say that this transaction is going to write events; before their numbers are taken."""
    cursor.execute(_HOLD)


def horizon() -> int:
    """The highest number at and below which every event is committed and visible from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM trace_traceevent")
        highest = int(cursor.fetchone()[0])
        cursor.execute(_HELD, [_TAG])
        held = cursor.fetchone()[0]
    return highest if held is None else min(highest, int(held))
