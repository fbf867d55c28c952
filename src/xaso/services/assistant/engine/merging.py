"""Several segments into one, a range of terms at a time, so that the work needs little memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from .files import COLUMNS, PARTS, Segment, close_segment, sync
from .words import Array

_POSTINGS = 8_000_000  # in one range of terms
_ROWS = 50_000


def merge(segments: Sequence[Segment], folder: Path) -> None:
    """Write one segment with the articles of all that are still there; they keep their order."""
    folder.mkdir(parents=True)
    numbers = [_new_numbers(segment) for segment in segments]
    bases = np.cumsum([0, *(segment.alive for segment in segments)])
    _write_postings(segments, numbers, bases, folder)
    _write_columns(segments, folder)
    vocabulary = sorted({word for segment in segments for word in segment.words() if word})
    _whole(folder / "vocabulary", np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8))
    close_segment(folder, {"count": int(bases[-1])})


def _new_numbers(segment: Segment) -> Array | None:
    """Where each article goes; None when all stay where they are."""
    return None if segment.gone is None else np.cumsum(~segment.gone) - 1


def _cuts(segments: Sequence[Segment]) -> list[int]:
    """Term values that cut all posting lists into ranges of a bearable size (terms are evenly spread hashes)."""
    total = sum(len(segment.ids) for segment in segments)
    pieces = max(1, total // _POSTINGS + 1)
    return [(1 << 44) * piece // pieces for piece in range(pieces + 1)]


def _write_postings(
    segments: Sequence[Segment], numbers: list[Array | None], bases: Array, folder: Path
) -> None:
    names = ("terms", "starts", "ids", "weights")
    files = {name: open(folder / name, "wb") for name in names}  # noqa: SIM115 - closed together below
    written = 0
    try:
        cuts = _cuts(segments)
        for low, high in zip(cuts, cuts[1:], strict=False):
            pieces = [
                _piece(segment, number, base, low, high)
                for segment, number, base in zip(segments, numbers, bases, strict=False)
            ]
            terms, lengths, ids, weights = _together(pieces)
            starts = written + np.cumsum(lengths) - lengths
            written += len(ids)
            for name, values in zip(names, (terms, starts, ids, weights), strict=True):
                values.astype(PARTS[name], copy=False).tofile(files[name])
        np.array([written], dtype=np.uint64).tofile(files["starts"])
    finally:
        for name, file in files.items():
            file.close()
            sync(folder / name)


def _piece(
    segment: Segment, number: Array | None, base: int, low: int, high: int
) -> tuple[Array, Array, Array, Array]:
    """Terms, lengths, ids and weights of one segment within a range of terms."""
    begin, end = np.searchsorted(segment.terms, np.array([low, high], dtype=np.uint64)).tolist()
    starts = segment.read("starts", begin, end + 1).astype(np.int64)
    terms = segment.read("terms", begin, end)
    lengths = np.diff(starts)
    first, last = (int(starts[0]), int(starts[-1])) if len(starts) else (0, 0)
    ids, weights = segment.read("ids", first, last), segment.read("weights", first, last)
    if number is not None and segment.gone is not None:
        kept = ~segment.gone[ids]
        owner = np.repeat(np.arange(len(terms)), lengths)[kept]
        lengths = np.bincount(owner, minlength=len(terms))
        ids, weights = number[ids[kept]], weights[kept]
        terms, lengths = terms[lengths > 0], lengths[lengths > 0]
    return terms, lengths, ids.astype(np.uint32) + np.uint32(base), weights


def _together(pieces: list[tuple[Array, Array, Array, Array]]) -> tuple[Array, Array, Array, Array]:
    """The lists of all segments, term by term; within a term the segments follow each other."""
    every = np.concatenate([piece[0] for piece in pieces])
    lengths = np.concatenate([piece[1] for piece in pieces])
    order = np.argsort(every, kind="stable")
    total = int(lengths.sum())
    ends = np.cumsum(lengths[order])
    begins = np.empty(len(every), dtype=np.int64)
    begins[order] = ends - lengths[order]
    ids, weights = np.empty(total, dtype=np.uint32), np.empty(total, dtype=np.uint8)
    at = 0
    for terms, own_lengths, own_ids, own_weights in pieces:
        own_begins = begins[at : at + len(terms)]
        at += len(terms)
        shift = own_begins - (np.cumsum(own_lengths) - own_lengths)
        target = np.arange(len(own_ids)) + np.repeat(shift, own_lengths)
        ids[target], weights[target] = own_ids, own_weights
    terms = every[order]
    first = (
        np.flatnonzero(np.concatenate([[True], terms[1:] != terms[:-1]])) if len(terms) else np.zeros(0, int)
    )
    sums = np.add.reduceat(lengths[order], first) if len(first) else np.zeros(0, np.int64)
    return terms[first], sums, ids, weights


def _write_columns(segments: Sequence[Segment], folder: Path) -> None:
    plain = [name for name in COLUMNS if name not in {"name_starts", "own_starts", "order", "lengths"}]
    for name in plain:
        _whole(folder / name, np.concatenate([_kept(segment, segment.arrays[name]) for segment in segments]))
    _whole(folder / "lengths", np.concatenate([_kept(segment, segment.lengths) for segment in segments]))
    seqs = np.fromfile(folder / "seq", dtype=np.int64)
    _whole(folder / "order", np.argsort(seqs, kind="stable").astype(np.uint32))
    for values, starts in (("names", "name_starts"), ("own", "own_starts")):
        with open(folder / values, "wb") as file, open(folder / starts, "wb") as places:
            _write_lists(segments, values, starts, file, places)
        sync(folder / values)
        sync(folder / starts)


def _kept(segment: Segment, values: Array) -> Array:
    return values if segment.gone is None else values[~segment.gone]


def _write_lists(
    segments: Sequence[Segment], values: str, starts: str, file: IO[bytes], places: IO[bytes]
) -> None:
    """Lists of unequal length (names, own tokens), some rows at a time."""
    at = 0
    for segment in segments:
        for first in range(0, segment.count, _ROWS):
            bounds = segment.arrays[starts][first : first + _ROWS + 1].astype(np.int64)
            lengths = np.diff(bounds)
            block = segment.read(values, int(bounds[0]), int(bounds[-1]))
            if segment.gone is not None:
                stays = ~segment.gone[first : first + len(lengths)]
                block, lengths = block[np.repeat(stays, lengths)], lengths[stays]
            block.tofile(file)
            (at + np.cumsum(lengths) - lengths).astype(np.uint64).tofile(places)
            at += int(lengths.sum())
    np.array([at], dtype=np.uint64).tofile(places)


def _whole(path: Path, values: Array) -> None:
    np.ascontiguousarray(values).tofile(path)
    sync(path)
