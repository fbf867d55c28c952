"""The folder of an index: which segments are the state, one writer, many readers.

``current.json`` names the segments. It is replaced as a whole by a rename after everything it names is on the disk,
so that a crash at any moment leaves the last good state; what a crash left behind is swept up by the next writer.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import Segment, sync, throw_away
from .kinds import EngineError

STATE, LOCK = "current.json", "writer.lock"
# A reader may have read the state just before it changed: what it names stays so long.
GRACE_SECONDS = 20


@dataclass(frozen=True)
class State:
    """A generation and its segments: (name, name of the file of articles taken out or "")."""

    generation: int = 0
    segments: tuple[tuple[str, str], ...] = ()
    written: tuple[int, int] = (0, 0)


def stamp(folder: Path) -> tuple[int, int]:
    """What changes when the state changes; (0, 0) for an empty folder."""
    try:
        found = (folder / STATE).stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)


def read_state(folder: Path) -> State:
    """The state now; the first one for an empty folder."""
    written = stamp(folder)
    try:
        said: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return State()
    except ValueError as error:
        raise EngineError(f"{folder / STATE} cannot be read: {error}") from error
    return State(said["generation"], tuple((name, gone) for name, gone in said["segments"]), written)


def write_state(folder: Path, generation: int, segments: list[tuple[str, str]]) -> None:
    """Make these segments the state."""
    new = folder / f"{STATE}.{uuid.uuid4().hex[:8]}.new"
    new.write_text(json.dumps({"generation": generation, "segments": segments}), encoding="utf-8")
    sync(new)
    new.replace(folder / STATE)
    sync(folder)


def open_segments(folder: Path, known: dict[tuple[str, str], Segment]) -> tuple[State, list[Segment]]:
    """The state and its segments, those known already as they are; a state replaced meanwhile is read again."""
    for attempt in range(5):
        state = read_state(folder)
        try:
            return state, [
                known.get((name, gone)) or Segment(folder / name, folder / gone if gone else None)
                for name, gone in state.segments
            ]
        except FileNotFoundError:
            if attempt == 4 or stamp(folder) == state.written:
                raise EngineError(f"the index in {folder} is not whole: make it again") from None
    raise AssertionError("unreachable")


@contextlib.contextmanager
def writing(folder: Path, patience: float = 600.0) -> Iterator[None]:
    """Only one writer at a time; the lock goes with its process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        _lock(handle, time.monotonic() + patience)
        sweep(folder)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, until: float) -> None:
    import fcntl

    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise EngineError("another process is writing this index") from None
            time.sleep(0.05)


def sweep(folder: Path) -> None:
    """Remove what the state does not name: left by a crash, or replaced a while ago."""
    named = {part for pair in read_state(folder).segments for part in pair}
    for path in folder.iterdir():
        ours = path.name.startswith(("seg-", "gone-")) or path.name.endswith(".new")
        with contextlib.suppress(FileNotFoundError):
            if ours and path.name not in named and time.time() - path.stat().st_mtime > GRACE_SECONDS:
                throw_away(path)


def fresh(kind: str) -> str:
    """A name nobody has used."""
    return f"{kind}-{uuid.uuid4().hex[:16]}"
