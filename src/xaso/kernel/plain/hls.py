"""HTTP Live Streaming playlists (RFC 8216): written for our own stream, read from the streams of others.

Pure text work: nothing is fetched here. What is read comes from strangers, so everything is bounded, and what we
could not play honestly (encryption, byte ranges) is refused by name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

MAX_TEXT = 512 * 1024
MAX_SEGMENTS = 2000
MAX_SECONDS = 60.0
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


class PlaylistError(ValueError):
    """Text that is no playlist we can play; ``code``: long, form, encrypted, ranges, empty."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Segment:
    """One piece of sound: where, how long, from which instant; ``init`` names the header it needs."""

    uri: str
    seconds: float
    at: datetime | None = None
    init: str = ""
    discontinuity: bool = False


@dataclass(frozen=True)
class Media:
    """A media playlist: ``first`` is the number of its first segment, ``breaks`` the discontinuities before it."""

    segments: tuple[Segment, ...]
    first: int = 0
    target: int = 2
    ended: bool = False
    breaks: int = 0


@dataclass(frozen=True)
class Variant:
    """One of several qualities that a master playlist offers."""

    uri: str
    bandwidth: int


def write(media: Media) -> str:
    """The playlist as text. The target duration is raised where a segment is longer (RFC 8216, 4.3.3.1)."""
    longest = max((math.floor(one.seconds + 0.5) for one in media.segments), default=0)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(media.target, longest)}",
        f"#EXT-X-MEDIA-SEQUENCE:{media.first}",
    ]
    if media.breaks:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{media.breaks}")
    init = ""
    for one in media.segments:
        if one.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if one.init and one.init != init:
            lines.append(f'#EXT-X-MAP:URI="{one.init}"')
            init = one.init
        if one.at is not None:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{one.at.isoformat(timespec='milliseconds')}")
        lines += [f"#EXTINF:{one.seconds:.5f},", one.uri]
    if media.ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def read(text: str, base: str = "") -> Media | tuple[Variant, ...]:
    """A playlist of somebody else: media, or the variants of a master playlist, cheapest first.

    Addresses are joined to ``base``. Raises PlaylistError.
    """
    if len(text) > MAX_TEXT:
        raise PlaylistError("long")
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    lines = [line for line in lines if line]
    if not lines or lines[0] != "#EXTM3U":
        raise PlaylistError("form")
    if any(line.startswith("#EXT-X-STREAM-INF:") for line in lines):
        return _variants(lines, base)
    return _media(lines, base)


def _variants(lines: Sequence[str], base: str) -> tuple[Variant, ...]:
    found = []
    for place, line in enumerate(lines[:-1]):
        if line.startswith("#EXT-X-STREAM-INF:") and not lines[place + 1].startswith("#"):
            told = _attributes(line.partition(":")[2]).get("BANDWIDTH", "0")
            found.append(Variant(urljoin(base, lines[place + 1]), int(told) if told.isdigit() else 0))
    if not found:
        raise PlaylistError("empty")
    return tuple(sorted(found, key=lambda one: one.bandwidth))


def _attributes(text: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(text)}


class _Reader:
    """What is known while the lines of a media playlist go by."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.segments: list[Segment] = []
        self.first = self.breaks = 0
        self.target = 2
        self.ended = self.discontinuity = False
        self.seconds: float | None = None
        self.at: datetime | None = None
        self.init = ""

    def take(self, line: str) -> None:
        """One line; comments and tags we need not know are passed over."""
        if not line.startswith("#"):
            self._segment(line)
            return
        name, _, value = line.partition(":")
        match name:
            case "#EXTINF":
                self.seconds = _seconds(value.partition(",")[0])
            case "#EXT-X-TARGETDURATION":
                self.target = _whole(value)
            case "#EXT-X-MEDIA-SEQUENCE":
                self.first = _whole(value)
            case "#EXT-X-DISCONTINUITY-SEQUENCE":
                self.breaks = _whole(value)
            case "#EXT-X-DISCONTINUITY":
                self.discontinuity = True
            case "#EXT-X-PROGRAM-DATE-TIME":
                self.at = _moment(value)
            case "#EXT-X-MAP":
                self._map(_attributes(value))
            case "#EXT-X-KEY":
                if _attributes(value).get("METHOD", "NONE") != "NONE":
                    raise PlaylistError("encrypted")
            case "#EXT-X-BYTERANGE":
                raise PlaylistError("ranges")
            case "#EXT-X-ENDLIST":
                self.ended = True

    def _map(self, told: dict[str, str]) -> None:
        if "BYTERANGE" in told:
            raise PlaylistError("ranges")
        self.init = urljoin(self.base, told.get("URI", ""))

    def _segment(self, line: str) -> None:
        if self.seconds is None or len(self.segments) >= MAX_SEGMENTS:
            raise PlaylistError("form" if self.seconds is None else "long")
        where = urljoin(self.base, line)
        self.segments.append(Segment(where, self.seconds, self.at, self.init, self.discontinuity))
        self.seconds, self.at, self.discontinuity = None, None, False


def _media(lines: Sequence[str], base: str) -> Media:
    reader = _Reader(base)
    for line in lines[1:]:
        reader.take(line)
    return Media(tuple(reader.segments), reader.first, reader.target, reader.ended, reader.breaks)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise PlaylistError("form") from error
    if not 0 <= seconds <= MAX_SECONDS:
        raise PlaylistError("form")
    return seconds


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise PlaylistError("form")
    return int(text)


def _moment(text: str) -> datetime | None:
    """A date without a zone says no instant; a malformed one is left out, the sound is still good."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
