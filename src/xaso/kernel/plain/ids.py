"""Identifiers that tell nobody anything: time-ordered for the index, random for the reader."""

from __future__ import annotations

import os
import time
import uuid
from collections import deque

_RANDOM = (0xFFF << 64) | ((1 << 62) - 1)
_MARKS = (0x7 << 76) | (0b10 << 62)
_BITS, _AT_ONCE = (
    10,
    100,
)  # bytes for one identifier; identifiers whose chance is fetched from the system together

# Each call to the system lets another thread have its turn: twenty thousand of them would be twenty thousand waits.
_chances: deque[int] = deque()
if hasattr(os, "register_at_fork"):  # parent and child must not draw the same
    os.register_at_fork(after_in_child=_chances.clear)


def uuid7() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, 74 random bits of the operating system."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= _chance() & _RANDOM | _MARKS
    return uuid.UUID(int=value)


def _chance() -> int:
    try:
        return _chances.pop()
    except IndexError:
        drawn = os.urandom(_BITS * _AT_ONCE)
        found = [int.from_bytes(drawn[at : at + _BITS], "big") for at in range(0, len(drawn), _BITS)]
        _chances.extend(found[1:])
        return found[0]
