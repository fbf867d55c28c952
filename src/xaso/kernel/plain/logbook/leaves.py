"""From an event to its leaf, byte by byte (docs/build/log.md says the same in words).

A leaf holds no personal data and gives none away: who acted and what the event says stand in it as keyed hashes,
and the whole is salted with a secret of this one event. The secret opens everything (an export carries it for each
event); the salt alone, which a public proof carries, opens name, moment, record and unit, and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import digest
from typing import Any
from uuid import UUID

FORM = b"xaso-event-1:"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the log reads it. All text, as PostgreSQL writes it.

    ``at``: UTC, ``2026-11-21T07:00:00.000000Z``. ``data``: the text of the jsonb column, unchanged.
    """

    seq: int
    id: str
    name: str
    at: str
    record_type: str
    record_id: str
    unit_path: str
    actor_kind: str
    actor_id: str
    data: str

    def as_dict(self) -> dict[str, Any]:
        """For a line of an export."""
        return asdict(self)


def entry_from(facts: Mapping[str, Any]) -> Entry:
    """Read what ``as_dict`` wrote. Raises ValueError when something is missing or of another kind."""
    try:
        found = Entry(**facts)
    except TypeError as error:
        raise ValueError("an event lacks a column") from error
    texts = [getattr(found, name) for name in Entry.__slots__ if name != "seq"]
    if type(found.seq) is not int or not all(isinstance(text, str) for text in texts):
        raise ValueError("a column of an event has the wrong kind")
    return found


def secret_of(salt_key: bytes, event_id: str) -> bytes:
    """The secret of one event: all that hides it is made of this."""
    return digest(salt_key, UUID(event_id).bytes, "sha256")


@dataclass(frozen=True, slots=True)
class Opening:
    """What a public proof says of an event: enough to see what the leaf is, nothing about whom.

    ``actor`` and ``data`` are keyed hashes. ``data_text`` with ``data_key`` open the data where it is public.
    """

    seq: int
    id: str
    name: str
    at: str
    record_type: str
    record_id: str
    unit_path: str
    actor: str
    data: str
    salt: str
    data_text: str = ""
    data_key: str = ""

    def leaf(self) -> bytes:
        """The leaf's hash. Raises ValueError when the opening is not well formed or its data is another's."""
        if self.data_text:
            told = digest(bytes.fromhex(self.data_key), self.data_text.encode(), "sha256")
            if told.hex() != self.data:
                raise ValueError("the data shown is not the data of this leaf")
        canonical = canonical_form(
            (self.seq, self.id, self.name, self.at, self.record_type, self.record_id, self.unit_path),
            bytes.fromhex(self.actor),
            bytes.fromhex(self.data),
        )
        return sha256(b"\x00" + canonical + bytes.fromhex(self.salt)).digest()


Plain = tuple[int, str, str, str, str, str, str]


def canonical_form(plain: Plain, actor: bytes, data: bytes) -> bytes:
    """``xaso-event-1:`` and nine fields, each as ``length:bytes,``: no value can pass for another's."""
    seq, *texts = plain
    fields = [
        str(seq).encode(),
        *(text.encode() for text in texts),
        actor.hex().encode(),
        data.hex().encode(),
    ]
    return FORM + b"".join(b"%d:%s," % (len(field), field) for field in fields)


def open_entry(entry: Entry, secret: bytes, *, with_data: bool = False) -> Opening:
    """What may be shown of an event to anyone who holds its id."""
    actor_key, data_key = digest(secret, b"actor", "sha256"), digest(secret, b"data", "sha256")
    actor = digest(actor_key, f"{entry.actor_kind}\x00{entry.actor_id}".encode(), "sha256")
    data = digest(data_key, entry.data.encode(), "sha256")
    return Opening(
        seq=entry.seq,
        id=entry.id,
        name=entry.name,
        at=entry.at,
        record_type=entry.record_type,
        record_id=entry.record_id,
        unit_path=entry.unit_path,
        actor=actor.hex(),
        data=data.hex(),
        salt=digest(secret, b"leaf", "sha256").hex(),
        data_text=entry.data if with_data else "",
        data_key=data_key.hex() if with_data else "",
    )


def leaf_of(entry: Entry, secret: bytes) -> bytes:
    """The hash of an event's leaf. Called once an event by the sealer, so it is written for speed."""
    actor_key, data_key = digest(secret, b"actor", "sha256"), digest(secret, b"data", "sha256")
    actor = digest(actor_key, f"{entry.actor_kind}\x00{entry.actor_id}".encode(), "sha256")
    data = digest(data_key, entry.data.encode(), "sha256")
    plain = (
        entry.seq,
        entry.id,
        entry.name,
        entry.at,
        entry.record_type,
        entry.record_id,
        entry.unit_path,
    )
    salt = digest(secret, b"leaf", "sha256")
    return sha256(b"\x00" + canonical_form(plain, actor, data) + salt).digest()
