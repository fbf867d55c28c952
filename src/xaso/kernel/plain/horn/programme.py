"""The schedule document of one cluster: what it plays by its own clock in the coming hours, line up or down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xaso.kernel.plain.horn.commands import (
    PRIORITIES,
    RESUMES,
    Refused,
    canonical,
    milliseconds,
    moment_of,
    open_bytes,
    read_object,
    seal_bytes,
)

PROGRAMME = b"xaso-horn-programme-1"
MOST = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to play: ``at`` until it has lasted ``seconds``, never after ``until``.

    ``airing`` names the occurrence, ``item`` the bulletin. Without ``sha256`` the address is a stream.
    ``skip`` seconds of the file are left out at its beginning; ``seconds`` counts what is played.
    """

    airing: str
    item: str
    at: datetime
    until: datetime
    url: str
    sha256: str
    seconds: float
    volume: int | None = None
    priority: str = "ordinary"
    resume: str = "drop"
    skip: float = 0.0


@dataclass(frozen=True, slots=True)
class Programme:
    """All entries of one cluster; a higher ``version`` replaces a lower one as a whole.

    ``most_volume`` caps every item but an emergency; ``caps`` are (from minute of day, to minute, volume).
    """

    cluster: str
    commune: str
    version: int
    made_at: datetime
    valid_until: datetime
    entries: tuple[Entry, ...] = ()
    most_volume: int = 100
    caps: tuple[tuple[int, int, int], ...] = ()


def seal_programme(programme: Programme, key: Ed25519PrivateKey) -> bytes:
    """The signed bytes of a programme."""
    return seal_bytes(canonical(as_values(programme)), PROGRAMME, key)


def open_programme(
    envelope: bytes, keys: Mapping[bytes, Ed25519PublicKey], cluster: str, newer_than: int = 0
) -> Programme:
    """The programme of an envelope for this cluster; Refused ``forged``, ``bad``, ``other_cluster``, ``replayed``."""
    found = from_values(read_object(open_bytes(envelope, PROGRAMME, keys)))
    if found.cluster != cluster:
        raise Refused("other_cluster", "Lịch của cụm loa khác")
    if found.version <= newer_than:
        raise Refused("replayed", "Đã có lịch mới hơn")
    return found


def as_values(programme: Programme) -> dict[str, Any]:
    """The JSON form of a programme."""
    return {
        "cluster": programme.cluster, "commune": programme.commune, "version": programme.version,
        "made_at": milliseconds(programme.made_at), "valid_until": milliseconds(programme.valid_until),
        "most_volume": programme.most_volume, "caps": [list(cap) for cap in programme.caps],
        "entries": [_entry_values(entry) for entry in programme.entries],
    }  # fmt: skip


def from_values(values: Mapping[str, Any]) -> Programme:
    """A programme from its JSON form; Refused ``bad``."""
    try:
        lines = values["entries"]
        if len(lines) > MOST:
            raise ValueError("too many entries")
        return Programme(
            cluster=str(values["cluster"]),
            commune=str(values["commune"]),
            version=int(values["version"]),
            made_at=moment_of(values["made_at"]),
            valid_until=moment_of(values["valid_until"]),
            most_volume=_percent(values["most_volume"]),
            caps=tuple((int(begin), int(end), _percent(most)) for begin, end, most in values["caps"]),
            entries=tuple(_entry(line) for line in lines),
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Refused("bad", f"Lịch không đọc được: {error}") from None


def most_volume(
    caps: Iterable[tuple[int, int, int]], minute: int, most: int, *, emergency: bool = False
) -> int:
    """The loudest allowed at a minute of the day; a cap may run over midnight. Emergencies have none of these."""
    if emergency:
        return 100
    for begin, end, volume in caps:
        inside = begin <= minute < end if begin <= end else minute >= begin or minute < end
        if inside:
            most = min(most, volume)
    return most


def _entry_values(entry: Entry) -> dict[str, Any]:
    return {
        "airing": entry.airing, "item": entry.item, "at": milliseconds(entry.at),
        "until": milliseconds(entry.until), "url": entry.url, "sha256": entry.sha256, "seconds": entry.seconds,
        "volume": entry.volume, "priority": entry.priority, "resume": entry.resume,
        "skip": entry.skip,
    }  # fmt: skip


def _entry(line: Mapping[str, Any]) -> Entry:
    found = Entry(
        airing=str(line["airing"]),
        item=str(line["item"]),
        at=moment_of(line["at"]),
        until=moment_of(line["until"]),
        url=str(line["url"]),
        sha256=str(line["sha256"]),
        seconds=float(line["seconds"]),
        volume=None if line["volume"] is None else _percent(line["volume"]),
        priority=str(line["priority"]),
        resume=str(line["resume"]),
        skip=float(line.get("skip", 0)),
    )
    if found.priority not in PRIORITIES or found.resume not in RESUMES or min(found.seconds, found.skip) < 0:
        raise ValueError("unknown priority or policy")
    return found


def _percent(value: Any) -> int:
    number = int(value)
    if not 0 <= number <= 100:
        raise ValueError("volume is 0 to 100")
    return number
