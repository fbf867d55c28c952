"""What every holder of the log's key promises."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from xaso.kernel.plain.logbook.keyfile import KeyUnavailable
from xaso.kernel.plain.logbook.notes import Signer

__all__ = ["KeyHolder", "KeyUnavailable"]


class KeyHolder(Protocol):
    """One way of holding an Ed25519 key."""

    def make(self, wanted: str) -> str:
        """Make or find a new key; ``wanted`` is what the setting says. Answers its lasting reference."""
        ...

    def open(self, reference: str) -> AbstractContextManager[Signer]:
        """Open the key for some signatures. Raises KeyUnavailable."""
        ...
