"""Identifiers that tell nobody anything: time-ordered for the index, random for the reader."""

from __future__ import annotations

import os
import time
import uuid

_RANDOM = (0xFFF << 64) | ((1 << 62) - 1)
_MARKS = (0x7 << 76) | (0b10 << 62)


def uuid7() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= chance & _RANDOM | _MARKS
    return uuid.UUID(int=value)
