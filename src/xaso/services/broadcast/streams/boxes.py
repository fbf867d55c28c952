"""Cutting a fragmented MP4 stream into its header and its fragments, as HTTP Live Streaming wants them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SAMPLES_PER_FRAME = 1024  # AAC-LC
_HEADERS = {b"ftyp", b"moov"}
_LONGEST = 8 << 20


@dataclass(frozen=True)
class Fragment:
    """A piece that a player can add to the header: its bytes and how many AAC frames lie in it."""

    content: bytes
    frames: int

    def seconds(self, rate: int) -> float:
        """How long it sounds."""
        return self.frames * SAMPLES_PER_FRAME / rate


def boxes(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(kind, first byte, past the last byte) of the boxes that lie whole in ``content``. Raises ValueError."""
    place = 0
    while place + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        if size < 8 or size > _LONGEST:
            raise ValueError("a box of impossible size")
        if place + size > len(content):
            return
        yield kind, place, place + size
        place += size


def frames_in(moof: bytes) -> int:
    """How many samples the runs of a movie fragment announce."""
    total = 0
    for kind, start, end in boxes(moof[8:]):
        if kind != b"traf":
            continue
        inner = moof[8:][start + 8 : end]
        for inside, first, _ in boxes(inner):
            if inside == b"trun":
                total += int(struct.unpack_from(">I", inner, first + 12)[0])
    return total


@dataclass
class Cutter:
    """Takes what a muxer writes, piece by piece; gives the header once and each fragment when it is whole."""

    header: bytes = b""
    _left: bytearray = field(default_factory=bytearray)
    _moof: bytes = b""

    def feed(self, written: bytes) -> list[Fragment]:
        """What has become whole by these bytes."""
        self._left += written
        found: list[Fragment] = []
        done = 0
        content = bytes(self._left)
        for kind, start, end in boxes(content):
            piece = content[start:end]
            done = end
            if kind in _HEADERS:
                self.header += piece
            elif kind == b"moof":
                self._moof = piece
            elif kind == b"mdat" and self._moof:
                found.append(Fragment(self._moof + piece, frames_in(self._moof)))
                self._moof = b""
        del self._left[:done]
        return found
