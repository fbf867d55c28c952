"""What a virus scanner promises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class State(Enum):
    """What is known of a content."""

    NONE = "none"
    """No scanner is set up."""
    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"
    """The scanner is set up but gave no judgement."""


@dataclass(frozen=True)
class Finding:
    """A judgement; ``name`` is the virus found, ``reason`` why there is no judgement (for the operator)."""

    state: State
    name: str = ""
    reason: str = ""


CLEAN = Finding(State.CLEAN)
NO_SCANNER = Finding(State.NONE)


class Scanner(Protocol):
    """Judges contents."""

    def scan(self, content: bytes) -> Finding:
        """Judge a content. Never raises: trouble of the scanner itself is ``State.UNKNOWN``."""
        ...

    def version(self) -> str:
        """Program and age of the signatures, in its own words. Raises OSError when it does not answer."""
        ...
