"""A witness: remembers the newest head it saw, takes a newer one only with the proof that it grew out of that.

It trusts the first key it meets (or the one it is told to expect) and every key that this one vouches for. What
does not fit is an alarm, and the memory stays as it was: the proof that there were two logs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from xaso.kernel.plain.logbook.findings import Memory, told
from xaso.kernel.plain.logbook.keychain import Keychain
from xaso.kernel.plain.logbook.notes import (
    BadNote,
    Head,
    Note,
    Signer,
    cosign,
    fingerprint,
    read_head,
    read_note,
)
from xaso.kernel.plain.merkle import BadProof, check_consistency

Prove = Callable[[int, int], Sequence[bytes]]


class Fork(Exception):
    """The log shows two faces; the sentence is Vietnamese."""


class Doubtful(Exception):
    """What was given is no head of this log, or cannot be read; the sentence is Vietnamese."""


@dataclass(frozen=True)
class Offered:
    """What a log shows a witness."""

    origin: str
    statements: Sequence[str]
    note: str
    prove: Prove


def keychain_of(origin: str, statements: Iterable[str]) -> Keychain:
    """The chain of a log's keys. Raises Doubtful when a link is missing."""
    chain = Keychain()
    for one in statements:
        trouble = chain.add(one, origin)
        if trouble:
            raise Doubtful(trouble)
    if not chain.statements:
        raise Doubtful("Nhật ký không đưa ra khóa nào.")
    return chain


def look(
    memory: Memory | None, offered: Offered, name: str, signer: Signer, now: datetime, expected: str = ""
) -> Memory:
    """Take the log's newest head into the memory and co-sign it. Raises Fork or Doubtful; nothing changes then.

    ``expected``: the fingerprint of the first key, as it was told by another way.
    """
    chain = keychain_of(offered.origin, offered.statements)
    first = chain.statements[0].public
    if expected and expected.replace(" ", "") != fingerprint(first).replace(" ", ""):
        raise Fork(f"Khóa đầu tiên của nhật ký là {fingerprint(first)}, không phải khóa được báo trước.")
    if memory is not None and (memory.first_key, memory.origin) != (first, offered.origin):
        raise Fork(f"Khóa đầu tiên của nhật ký nay là {fingerprint(first)}: nhật ký đã bị làm lại.")
    try:
        note = read_note(offered.note)
        head = read_head(note.text)
    except BadNote as error:
        raise Doubtful("Đầu nhật ký không đọc được.") from error
    trouble = chain.judge(note, head, offered.origin)
    if trouble:
        raise Doubtful(f"Đầu nhật ký {head.size} mục: {trouble}.")
    found = memory or Memory(offered.origin, first)
    _must_grow(found, head, offered.prove)
    line = cosign(note, name, signer, now)
    found.remember(head.size, head.root, note.written(), Note(note.text, (*note.lines, line)).written())
    return found


def _must_grow(memory: Memory, head: Head, prove: Prove) -> None:
    if memory.newest is None:
        return
    size, root = memory.newest
    if head.size < size:
        raise Fork(
            f"Đã thấy nhật ký có {size} mục, nay ({told(head.at)}) chỉ có {head.size} mục: phần cuối đã bị cắt "
            "hoặc một bản khác được đưa ra."
        )
    try:
        check_consistency(
            size, head.size, root, head.root, prove(size, head.size) if size < head.size else ()
        )
    except BadProof as error:
        raise Fork(
            f"Nhật ký {head.size} mục (ký lúc {told(head.at)}) không nối tiếp nhật ký {size} mục đã thấy: "
            f"gốc cũ {root.hex()[:16]}…. Có mục bị sửa, hoặc hai bản khác nhau được đưa ra."
        ) from error
