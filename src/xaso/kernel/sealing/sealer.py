"""Appends committed events to the tree in batches and signs what it has become.

Writes know nothing of it: it reads what is committed. One sealer works at a time (an advisory lock). A transaction
may commit after a later event was sealed already; its event then simply gets the next leaf. What can still come to
light is known from PostgreSQL's snapshots: an event below ``pending`` is in the tree once all transactions that
ran when ``pending`` was noted have ended, and only then is that number settled and not looked at again.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction

from xaso.kernel.plain.logbook import notes
from xaso.kernel.plain.logbook.leaves import leaf_of, secret_of
from xaso.kernel.plain.merkle import Frontier, root_of
from xaso.kernel.plain.moment import now
from xaso.kernel.sealing import logkeys, tree
from xaso.kernel.sealing.models import SealState, TreeHead
from xaso.kernel.sealing.secrets import salt_key

log = logging.getLogger("xaso.sealing")

LOCK = 0x7861736F02
BATCH = 5000
# Between taking its number and being known as a transaction, an insert is invisible for a moment.
GRACE = timedelta(seconds=60)
# A head is signed so often even when nothing happened: what is back-dated further is found.
HEARTBEAT = timedelta(minutes=10)

_SNAPSHOT = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, (SELECT coalesce(max(seq), 0) FROM events_event)
"""
_UNSEALED = (
    "SELECT "  # noqa: S608 - both parts are texts of our own
    + tree.EVENT
    + """
FROM events_event e
WHERE e.seq > %s AND NOT EXISTS (SELECT 1 FROM sealing_leaf l WHERE l.seq = e.seq)
ORDER BY e.seq LIMIT %s
"""
)


class Altered(RuntimeError):
    """The tree no longer leads to the head that was signed last: nothing more is signed over it."""


@dataclass(frozen=True)
class Sealed:
    """What one run did."""

    leaves: int = 0
    head: TreeHead | None = None


@dataclass
class _Batch:
    done: bool
    leaves: int = 0
    last: int = 0
    head: TreeHead | None = None


def seal(*, batch: int = BATCH, from_start: bool = False) -> Sealed:
    """Seal everything that is committed and sign a head when there is something to say.

    ``from_start`` looks at the settled part too (once a night: nothing should be found there).
    Raises Altered, Gone or KeyUnavailable; what was sealed before stays.
    """
    leaves, after = 0, 0
    while True:
        with transaction.atomic():
            part = _seal_batch(after, batch, from_start)
        leaves += part.leaves
        if part.done:
            return Sealed(leaves, part.head)
        after = part.last


def _seal_batch(after: int, limit: int, from_start: bool) -> _Batch:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return _Batch(done=True)
        oldest, highest = snapshot(cursor)  # before this transaction writes anything: see _settle
        state, _ = SealState.objects.get_or_create(pk=1)
        cursor.execute(_UNSEALED, [max(after, 0 if from_start else state.settled), limit])
        rows = cursor.fetchall()
    edge = tree.frontier()
    if rows:
        key = salt_key()
        found = [tree.entry(row) for row in rows]
        tree.append(edge, [(one.seq, leaf_of(one, secret_of(key, one.id))) for one in found])
    if len(rows) == limit:
        return _Batch(False, len(rows), rows[-1][0])
    if not after:  # a run of several batches has not looked below them again
        _settle(state, oldest, highest)
    return _Batch(True, len(rows), head=_sign(edge))


def snapshot(cursor: Any) -> tuple[int, int]:
    """(oldest transaction still running, highest number seen), at one moment.

    Transactions of the server's other databases count too: they only make us look a little longer.
    """
    cursor.execute(_SNAPSHOT)
    oldest, highest = cursor.fetchone()
    return int(oldest), int(highest)


def _settle(state: SealState, oldest: int, highest: int) -> None:
    """Move on what need not be looked at again.

    The horizon is this transaction's own number, taken after ``highest`` was read: whoever held a lower event
    number by then, and runs, is older. (A snapshot's xmax is not enough: running transactions may lie beyond.)
    """
    moment = now()
    ended = state.since is not None and oldest >= state.horizon and abs(moment - state.since) >= GRACE
    if ended:
        state.settled = state.pending
    if ended or state.since is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            state.horizon = cursor.fetchone()[0]
        state.pending, state.since = highest, moment
        state.save()


def _sign(edge: Frontier) -> TreeHead | None:
    """Sign the tree as it is now; None when the last head says it already, and is not old."""
    last = TreeHead.objects.order_by("-number").first()
    if not edge.size:
        return None
    moment = max(now(), last.at) if last else now()
    if last is not None:
        if last.size == edge.size and moment - last.at < HEARTBEAT:
            return None
        if last.size > edge.size or root_of(last.size, tree.fetch) != bytes(last.root):
            raise Altered(
                f"Cây nhật ký không còn dẫn tới đầu nhật ký số {last.number} đã ký: có người đã sửa cơ sở dữ liệu."
            )
    return _head(edge, last, moment)


def _head(edge: Frontier, last: TreeHead | None, moment: datetime) -> TreeHead:
    with logkeys.signer(edge.size) as (origin, signer):
        head = notes.Head(origin, edge.size, edge.root(), moment)
        note = notes.sign_note(origin, head.text(), signer)
    return TreeHead.objects.create(
        number=last.number + 1 if last else 1,
        size=head.size,
        root=head.root,
        at=moment,
        note=note.written(),
    )


def sweep() -> None:
    """The nightly look over everything: an event below the settled mark without a leaf is sealed and reported."""
    behind = SealState.objects.filter(pk=1).values_list("settled", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM events_event e WHERE e.seq <= %s"
            " AND NOT EXISTS (SELECT 1 FROM sealing_leaf l WHERE l.seq = e.seq)",
            [behind],
        )
        strays = cursor.fetchone()[0]
    if strays:
        log.error("%s events appeared below number %s long after it was settled", strays, behind)
        seal(from_start=True)


def run_forever(stop: threading.Event, seconds: float | None = None) -> None:
    """The sealer's loop in the worker. Lives through a database restart; what it cannot sign it says."""
    pause: Any = settings.XASO_LOG_SECONDS if seconds is None else seconds
    while not stop.wait(pause):
        try:
            seal()
        except Exception:
            log.warning("sealing failed; trying again", exc_info=True)
            connections.close_all()
