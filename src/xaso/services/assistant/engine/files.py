"""A segment's files: plain arrays, mapped into memory when they are read.

A segment never changes once it is named in the folder's state; what is taken out of it is marked in a small file of
its own (``gone``), written anew under a new name.
"""

from __future__ import annotations

import json
import os
import shutil
import weakref
from pathlib import Path
from typing import Any

import numpy as np

from .kinds import EngineError
from .words import Array

VERSION = 1
COLUMNS: dict[str, Any] = {
    "seq": np.int64,
    "document": np.uint64,
    "article": np.uint32,
    "effective": np.int32,
    "ended": np.int32,
    "issuer": np.uint32,
    "province": np.uint32,
    "kind": np.uint8,
    "flags": np.uint8,
    "name_starts": np.uint64,
    "own_starts": np.uint64,
    "order": np.uint32,
    "lengths": np.uint16,
}
PARTS: dict[str, Any] = {
    **COLUMNS,
    "terms": np.uint64,
    "starts": np.uint64,
    "ids": np.uint32,
    "weights": np.uint8,
    "own": np.uint32,
    "names": np.uint8,
    "vocabulary": np.uint8,
}


def sync(path: Path) -> None:
    """What was written to a file or folder is on the disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_segment(folder: Path, meta: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Write all arrays of a segment and its description, the description last."""
    folder.mkdir(parents=True)
    for name, values in arrays.items():
        path = folder / name
        np.ascontiguousarray(values, dtype=PARTS[name]).tofile(path)
        sync(path)
    close_segment(folder, meta)


def close_segment(folder: Path, meta: dict[str, Any]) -> None:
    """The description of a segment whose arrays are all there."""
    path = folder / "meta.json"
    path.write_text(json.dumps({"version": VERSION, **meta}), encoding="utf-8")
    sync(path)
    sync(folder)


def mapped(path: Path, kind: Any) -> Array:
    """One array, read only; an empty file is an empty array."""
    if path.stat().st_size == 0:
        return np.zeros(0, dtype=kind)
    return np.memmap(path, dtype=kind, mode="r").view(np.ndarray)


class Segment:
    """A segment as it is read. ``gone`` is true for articles taken out since (None while there are none)."""

    def __init__(self, folder: Path, gone: Path | None = None) -> None:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        if meta["version"] != VERSION:
            raise EngineError(
                "the index was made by another version: make it again with ./xaso assistant index"
            )
        self.folder = folder
        self.name = folder.name
        self.count: int = meta["count"]
        self.arrays = {name: mapped(folder / name, kind) for name, kind in PARTS.items() if name != "own"}
        # Half of all bytes, of which a question reads some hundred pieces: mapped they would all come to count as
        # this process's memory. Opened now, so that it can be read after the folder was thrown away.
        self._own = os.open(folder / "own", os.O_RDONLY)
        weakref.finalize(self, os.close, self._own)
        self.lengths = self.arrays["lengths"].reshape(-1, 5)
        self.terms, self.starts = self.arrays["terms"], self.arrays["starts"]
        self.ids, self.weights = self.arrays["ids"], self.arrays["weights"]
        self.gone_name = gone.name if gone else ""
        self.gone: Array | None = None
        if gone is not None:
            self.gone = np.unpackbits(np.fromfile(gone, dtype=np.uint8), count=self.count).astype(bool)

    def __getattr__(self, name: str) -> Array:
        try:
            return self.__dict__["arrays"][name]
        except KeyError:
            raise AttributeError(name) from None

    def read(self, name: str, begin: int, end: int) -> Array:
        """A piece of an array as a copy: what is read once by a merge stays out of the mapped memory."""
        kind = np.dtype(PARTS[name])
        return np.fromfile(self.folder / name, kind, max(0, end - begin), offset=begin * kind.itemsize)

    def own_lists(self, places: Array) -> tuple[bytes, Array]:
        """The token lists of some articles one after another (as ``PARTS`` says), and how long each is."""
        size = np.dtype(PARTS["own"]).itemsize
        starts = self.arrays["own_starts"]
        begins, ends = starts[places].astype(np.int64) * size, starts[places + 1].astype(np.int64) * size
        pieces = list(zip(begins.tolist(), (ends - begins).tolist(), strict=True))
        for begin, long in pieces:  # a disk that must be asked is asked for all of them at once
            os.posix_fadvise(self._own, begin, long, os.POSIX_FADV_WILLNEED)
        return b"".join(os.pread(self._own, long, begin) for begin, long in pieces), (ends - begins) // size

    @property
    def alive(self) -> int:
        """Articles that can be found."""
        return self.count - (int(self.gone.sum()) if self.gone is not None else 0)

    def ranges(self, terms: Array) -> tuple[Array, Array]:
        """Begin and end of the posting list of each term; equal where there is none."""
        if not len(self.terms):
            none = np.zeros(len(terms), dtype=np.int64)
            return none, none
        places = np.searchsorted(self.terms, terms)
        places[places == len(self.terms)] = 0
        there = self.terms[places] == terms
        begin = self.starts[places].astype(np.int64)
        end = np.where(there, self.starts[places + 1].astype(np.int64), begin)
        return begin, end

    def places_of(self, seqs: Array) -> Array:
        """Places of the articles with these keys, those that are still there."""
        if not self.count:
            return np.zeros(0, dtype=np.int64)
        order = self.arrays["order"]
        keys = self.arrays["seq"]
        at = np.minimum(np.searchsorted(keys, seqs, sorter=order), self.count - 1)
        places = order[at].astype(np.int64)
        places = places[keys[places] == seqs]
        return places[~self.gone[places]] if self.gone is not None else places

    def name_of(self, place: int) -> str:
        """The name kept beside an article."""
        begin, end = self.arrays["name_starts"][place : place + 2]
        return self.arrays["names"][int(begin) : int(end)].tobytes().decode()

    def words(self) -> list[str]:
        """Syllables of this segment without diacritics."""
        return self.arrays["vocabulary"].tobytes().decode().split("\n")


def write_gone(path: Path, gone: Array) -> None:
    """The articles taken out of a segment, as bits."""
    np.packbits(gone).tofile(path)
    sync(path)


def throw_away(path: Path) -> None:
    """Remove a file or folder that no state names any more; readers that have it open keep it."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
