"""What a file store promises. One contract test holds every back end to it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

CHUNK = 1 << 18
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Missing(Exception):
    """The store holds no content with this hash."""


class Damaged(Exception):
    """What the store holds under this hash is no longer the content that was put there."""


class Store(Protocol):
    """Content by its SHA-256, under ``sha256/ab/cd/<hash>``. Content is written once and never changed."""

    def put(self, pieces: bytes | Iterable[bytes]) -> tuple[str, int]:
        """Keep the content, durable before the answer; answer (sha256, size). Twice the same is kept once."""
        ...

    def read(self, sha256: str) -> bytes:
        """The whole content, checked against its hash. Raises Missing or Damaged."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """A stream to read from; the caller closes it. Raises Missing."""
        ...

    def size(self, sha256: str) -> int | None:
        """The number of bytes, or None when there is no such content."""
        ...

    def delete(self, sha256: str) -> None:
        """Forget the content (erasure as its own audited action); no error when it is gone already."""
        ...

    def link(self, sha256: str, seconds: int, name: str, media_type: str) -> str | None:
        """A short-lived address to download from directly, or None when the product serves it itself."""
        ...


def key_of(sha256: str) -> str:
    """Where content lies, in every back end. Raises ValueError for anything but a SHA-256 in lower case."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256")
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def in_pieces(content: bytes | Iterable[bytes]) -> Iterator[bytes]:
    """Content as an iterator, whatever it came as."""
    return iter((content,)) if isinstance(content, bytes) else iter(content)


def checked(sha256: str, content: bytes) -> bytes:
    """The content, if it is still what its name says."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(sha256)
    return content
