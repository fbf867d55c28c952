"""Signed notes: tree heads, key statements and co-signatures, in the open form that other logs' tools read.

The form is C2SP's signed-note, tlog-checkpoint and tlog-cosignature: a text, an empty line, signature lines
``— name base64(4 bytes of the key's id + signature)``. Signatures are Ed25519.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PLAIN, COSIGNED = 1, 4  # kinds of signature, as the form numbers them
KEY_FORM = "xaso-log-key/1"
_DASH = "— "


class BadNote(ValueError):
    """A note that cannot be read or whose signature is not good."""


class Signer(Protocol):
    """Whatever holds a private Ed25519 key."""

    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of a signature."""
        ...


def stamp(moment: datetime) -> str:
    """UTC with microseconds: ``2026-11-21T07:00:00.000000Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_stamp(text: str) -> datetime:
    """Back from ``stamp``. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def key_id(name: str, public: bytes, kind: int = PLAIN) -> bytes:
    """The four bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def fingerprint(public: bytes) -> str:
    """A public key for people to compare: groups of four."""
    text = sha256(public).hexdigest()[:32]
    return " ".join(text[at : at + 4] for at in range(0, 32, 4))


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is this key's over this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Line:
    """A signature line."""

    name: str
    key: bytes
    value: bytes


@dataclass(frozen=True)
class Note:
    """A text with its signatures."""

    text: str
    lines: tuple[Line, ...]

    def written(self) -> str:
        """The note as it is published."""
        return self.text + "\n" + "".join(write_line(line) for line in self.lines)

    def has(self, name: str, public: bytes) -> bool:
        """Whether this key signed it."""
        wanted = key_id(name, public)
        return any(
            line.name == name and line.key == wanted and is_signed(public, line.value, self.text.encode())
            for line in self.lines
        )


def write_line(line: Line) -> str:
    """One signature line with its end."""
    return f"{_DASH}{line.name} {base64.b64encode(line.key + line.value).decode()}\n"


def read_note(written: str) -> Note:
    """Read a published note. Raises BadNote."""
    text, found, below = written.rpartition("\n\n")
    if not found or not below.endswith("\n"):
        raise BadNote("a note has a text, an empty line and signatures")
    lines = []
    for one in below.splitlines():
        name, _, value = one.removeprefix(_DASH).partition(" ")
        try:
            raw = base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise BadNote("a signature line cannot be read") from error
        if not one.startswith(_DASH) or not name or len(raw) < 5:
            raise BadNote("a signature line cannot be read")
        lines.append(Line(name, raw[:4], raw[4:]))
    return Note(text + "\n", tuple(lines))


def sign_note(name: str, text: str, *signers: Signer) -> Note:
    """Sign a text (ending with a line end) with each key, under one name."""
    return Note(
        text,
        tuple(Line(name, key_id(name, one.public()), one.sign(text.encode())) for one in signers),
    )


@dataclass(frozen=True)
class Head:
    """What a log says of itself at a moment: so many leaves, this root."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """The text that is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ntime {stamp(self.at)}\n"


def read_head(text: str) -> Head:
    """Read the text of a head. Raises BadNote."""
    try:
        origin, size, root, time, *_ = text.split("\n")
        head = Head(origin, int(size), base64.b64decode(root, validate=True), read_stamp(time[5:]))
        if head.text() == text:
            return head
    except ValueError as error:
        raise BadNote("this is not the head of a log") from error
    raise BadNote("this is not the head of a log")


@dataclass(frozen=True)
class KeyStatement:
    """A new key of a log, signed by the one before it and by itself; the first by itself alone."""

    origin: str
    number: int
    public: bytes
    from_size: int
    at: datetime

    def text(self) -> str:
        """The text that is signed."""
        public = base64.b64encode(self.public).decode()
        return f"{KEY_FORM}\n{self.origin}\n{self.number}\n{public}\n{self.from_size}\n{stamp(self.at)}\n"


def read_key(text: str) -> KeyStatement:
    """Read the text of a key statement. Raises BadNote."""
    try:
        form, origin, number, public, size, at, _ = text.split("\n")
        found = KeyStatement(
            origin, int(number), base64.b64decode(public, validate=True), int(size), read_stamp(at)
        )
        if form == KEY_FORM and found.text() == text and len(found.public) == 32:
            return found
    except ValueError as error:
        raise BadNote("this is not a statement of a key") from error
    raise BadNote("this is not a statement of a key")


def cosign(note: Note, name: str, signer: Signer, at: datetime) -> Line:
    """A witness's signature under a head: it has seen this head and it fits all that it saw before."""
    time = int(at.timestamp())
    message = f"cosignature/v1\ntime {time}\n{note.text}".encode()
    return Line(name, key_id(name, signer.public(), COSIGNED), time.to_bytes(8, "big") + signer.sign(message))


def check_cosignature(note: Note, line: Line, public: bytes) -> datetime:
    """When a witness co-signed. Raises BadNote when it did not."""
    time = int.from_bytes(line.value[:8], "big")
    message = f"cosignature/v1\ntime {time}\n{note.text}".encode()
    if line.key != key_id(line.name, public, COSIGNED) or not is_signed(public, line.value[8:], message):
        raise BadNote("the co-signature is not good")
    return datetime.fromtimestamp(time, UTC)
