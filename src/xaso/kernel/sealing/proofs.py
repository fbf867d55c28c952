"""What anyone may ask of the log: heads, proofs, and whether one thing is in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xaso.kernel.base.reach import widened
from xaso.kernel.plain.formats import clock, day, figure
from xaso.kernel.plain.logbook.leaves import Opening, open_entry, secret_of
from xaso.kernel.plain.merkle import check_inclusion, prove_consistency, prove_inclusion
from xaso.kernel.sealing import tree
from xaso.kernel.sealing.models import Leaf, LogKey, TreeHead
from xaso.kernel.sealing.secrets import salt_key
from xaso.kernel.sealing.shown import is_shown

_EVENT = (
    "SELECT l.index, l.hash, "  # noqa: S608 - texts of our own
    + tree.EVENT
    + " FROM events_event e LEFT JOIN sealing_leaf l ON l.seq = e.seq WHERE e.id = %s"
)
_NEWEST_OF = """
SELECT e.id, l.index, l.hash, h.at
FROM events_event e
JOIN sealing_leaf l ON l.seq = e.seq
CROSS JOIN LATERAL (SELECT at FROM sealing_treehead t WHERE t.size > l.index ORDER BY t.size, t.number LIMIT 1) h
WHERE e.record_id = %s AND e.name = ANY(%s)
ORDER BY e.seq DESC LIMIT 1
"""


def _sentence(index: int, moment: datetime) -> str:
    return f"Đã ghi vào nhật ký mục số {figure(index)} lúc {clock(moment)} ngày {day(moment)}"


def _row_of(event_id: UUID) -> tuple[Any, ...] | None:
    """(index, leaf's hash, the event's columns); whoever knows an event's id may have its proof."""
    with (
        widened("the id of an event opens its proof, for whoever was given it"),
        connection.cursor() as cursor,
    ):
        cursor.execute(_EVENT, [event_id])
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


@dataclass(frozen=True)
class ReceiptProof:
    """That one event is in the log: where, under which signed head, and the path between."""

    index: int
    leaf: bytes
    path: tuple[bytes, ...]
    opening: Opening
    head: TreeHead
    sealed_at: datetime

    @property
    def event_id(self) -> UUID:
        """The event's id: whoever holds it may see the proof."""
        return UUID(self.opening.id)

    @property
    def sentence(self) -> str:
        """``Đã ghi vào nhật ký mục số 1.234 lúc 14:05 ngày 21/11/2026``."""
        return f"Đã ghi vào nhật ký mục số {figure(self.index)} lúc {clock(self.sealed_at)} ngày {day(self.sealed_at)}"

    @property
    def short(self) -> str:
        """See ``short_proof``."""
        return f"{self.index}-{self.leaf.hex()[:8]}"

    def check(self) -> None:
        """Prove it once more from the start. Raises BadProof or ValueError when the event is not as it was."""
        if self.opening.leaf() != self.leaf:
            raise ValueError("the event is not what was sealed")
        check_inclusion(self.index, self.head.size, self.leaf, self.path, bytes(self.head.root))

    def as_json(self) -> dict[str, Any]:
        """For machines, and for ``./xaso log proof FILE``."""
        return {
            "format": 1,
            "index": self.index,
            "leaf": self.leaf.hex(),
            "path": [one.hex() for one in self.path],
            "event": asdict(self.opening),
            "head": self.head.note,
            "keys": [key.statement for key in LogKey.objects.order_by("number")],
        }


def proof_of(event_id: UUID) -> ReceiptProof | None:
    """The proof of an event; None when there is no such event or its turn has not come (a few seconds)."""
    row = _row_of(event_id)
    if row is None or row[0] is None:
        return None
    head = newest_head()
    index, leaf = int(row[0]), bytes(row[1])
    if head is None or head.size <= index:
        return None
    entry = tree.entry(row[2:])
    first = TreeHead.objects.filter(size__gt=index).order_by("size", "number").first() or head
    return ReceiptProof(
        index=index,
        leaf=leaf,
        path=tuple(prove_inclusion(index, head.size, tree.fetch)),
        opening=open_entry(entry, secret_of(salt_key(), entry.id), with_data=is_shown(entry.name)),
        head=head,
        sealed_at=first.at,
    )


def short_proof(event_id: UUID) -> str:
    """``1234-9f3a8b21``: number in the log and the beginning of the leaf, short enough to read out; "" when none."""
    row = _row_of(event_id)
    return f"{row[0]}-{bytes(row[1]).hex()[:8]}" if row and row[0] is not None else ""


@dataclass(frozen=True)
class Recorded:
    """That something about a record is in the log: enough for a line on a page."""

    event_id: UUID
    index: int
    leaf: bytes
    sealed_at: datetime

    @property
    def sentence(self) -> str:
        """See ``ReceiptProof.sentence``."""
        return _sentence(self.index, self.sealed_at)

    @property
    def short(self) -> str:
        """See ``short_proof``."""
        return f"{self.index}-{self.leaf.hex()[:8]}"


def recorded(record_id: UUID, *names: str) -> Recorded | None:
    """The newest sealed event with one of these names about a record; None before its turn has come.

    The caller may show the record. The event's id opens its proof: give it to those who may see the record only.
    """
    with (
        widened("a line of the log is about a record that the caller may show"),
        connection.cursor() as cursor,
    ):
        cursor.execute(_NEWEST_OF, [record_id, list(names)])
        row = cursor.fetchone()
    return Recorded(row[0], int(row[1]), bytes(row[2]), row[3]) if row else None


def newest_head() -> TreeHead | None:
    """The head signed last."""
    return TreeHead.objects.order_by("-number").first()


def by_short(text: str) -> tuple[int, datetime] | None:
    """Whether a short proof is true: (number, when sealed), and nothing of what it is about."""
    number, _, start = text.strip().lower().replace(".", "").partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 15 or len(start) != 8:
        return None
    leaf = Leaf.objects.filter(pk=int(number)).first()
    if leaf is None or bytes(leaf.hash).hex()[:8] != start:
        return None
    head = TreeHead.objects.filter(size__gt=leaf.index).order_by("size", "number").first()
    return (leaf.index, head.at) if head else None


def consistency(first: int, second: int) -> list[bytes]:
    """The proof between two sizes. Raises BadProof when there is none."""
    return prove_consistency(first, second, tree.fetch)
