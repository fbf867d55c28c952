"""One proof as a file, checked by whoever holds it: leaf, path, signed head, chain of keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xaso.kernel.plain.logbook.findings import Memory
from xaso.kernel.plain.logbook.leaves import Opening
from xaso.kernel.plain.logbook.notes import BadNote, Head, fingerprint, read_head, read_note
from xaso.kernel.plain.logbook.witness import Doubtful, keychain_of
from xaso.kernel.plain.merkle import BadProof, check_inclusion


class BadReceipt(ValueError):
    """A proof that does not hold; the message is Vietnamese."""


@dataclass(frozen=True)
class Proven:
    """What a good proof says."""

    opening: Opening
    index: int
    head: Head
    first_key: bytes


def check_proof(facts: Mapping[str, Any], memory: Memory | None = None) -> Proven:
    """Check a proof as ``/log/proof/<id>.json`` gives it. Raises BadReceipt.

    With a witness's memory the first key must be the one that the witness knows.
    """
    try:
        opening = Opening(**facts["event"])
        index, leaf = int(facts["index"]), bytes.fromhex(facts["leaf"])
        path = [bytes.fromhex(one) for one in facts["path"]]
        note = read_note(facts["head"])
        head = read_head(note.text)
        statements = [str(one) for one in facts["keys"]]
        made = opening.leaf()
    except (KeyError, TypeError, AttributeError, ValueError, BadNote) as error:
        raise BadReceipt(f"Tệp chứng minh không đúng mẫu hoặc đã bị sửa ({error}).") from error
    if made != leaf:
        raise BadReceipt("Nội dung sự kiện không cho ra dấu của mục này: đã bị sửa.")
    try:
        check_inclusion(index, head.size, leaf, path, head.root)
        chain = keychain_of(head.origin, statements)
    except BadProof as error:
        raise BadReceipt("Đường dẫn trong cây không tới gốc đã ký.") from error
    except Doubtful as error:
        raise BadReceipt(str(error)) from error
    trouble = chain.judge(note, head, head.origin)
    if trouble:
        raise BadReceipt(f"Đầu nhật ký: {trouble}.")
    first = chain.statements[0].public
    if memory is not None and memory.first_key != first:
        raise BadReceipt(f"Khóa {fingerprint(first)} không phải khóa mà bên chứng kiến đã biết.")
    return Proven(opening, index, head, first)
