"""What the launcher says, and the one way it gives up."""

from __future__ import annotations

import sys
import time

_BEGUN = time.monotonic()


class GiveUp(Exception):
    """Nothing more can be done; the message says in plain words what to do."""


def say(text: str) -> None:
    """One line of progress, with the seconds since the start.

    Progress goes to standard error, so that answers of the product's own commands stay clean.
    """
    seconds = time.monotonic() - _BEGUN
    print(f"[{seconds:5.1f} s] {text}", file=sys.stderr, flush=True)


def tell(text: str = "") -> None:
    """A line for people that is the answer itself (addresses, tables)."""
    print(text, flush=True)
