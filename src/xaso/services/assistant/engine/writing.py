"""Adding and removing articles: one commit for each call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from .building import build
from .files import Segment, throw_away, write_gone
from .folder import fresh, open_segments, write_state, writing
from .kinds import Doc
from .merging import merge
from .words import Array

BATCH = 20_000
_TOGETHER = 8  # so many segments of about one size become one


class _Work:
    """Segments of the coming state; nothing is seen by readers before ``commit``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state, self.segments = open_segments(folder, {})

    def take_out(self, seqs: Array) -> int:
        """Mark the articles with these keys as gone; answers how many there were."""
        found = 0
        for place, segment in enumerate(self.segments):
            places = segment.places_of(seqs)
            if not len(places):
                continue
            found += len(places)
            gone = np.zeros(segment.count, dtype=bool) if segment.gone is None else segment.gone.copy()
            gone[places] = True
            path = self.folder / fresh("gone")
            write_gone(path, gone)
            self.segments[place] = Segment(segment.folder, path)
        self.segments = [segment for segment in self.segments if segment.alive]
        return found

    def put_in(self, docs: list[Doc]) -> None:
        """One new segment; articles of the same keys that were there go."""
        last = {doc.seq: doc for doc in docs}
        self.take_out(np.array(sorted(last), dtype=np.int64))
        path = self.folder / fresh("seg")
        build(list(last.values()), path)
        self.segments.append(Segment(path))
        self._tidy()

    def _tidy(self) -> None:
        """Merge segments of about one size, so that their number stays small while little is written twice."""
        while True:
            tiers: dict[int, list[Segment]] = {}
            for segment in self.segments:
                tiers.setdefault(max(0, int(np.log2(max(segment.alive, 1) / 500) / 3)), []).append(segment)
            crowded = next((some for _, some in sorted(tiers.items()) if len(some) >= _TOGETHER), None)
            if crowded is None:
                return
            self.merge(crowded)

    def merge(self, some: list[Segment]) -> None:
        """These segments become one, at the place of the first."""
        path = self.folder / fresh("seg")
        merge(some, path)
        place = self.segments.index(some[0])
        self.segments = [segment for segment in self.segments if segment not in some]
        self.segments.insert(place, Segment(path))
        committed = {name for name, _ in self.state.segments}
        for segment in some:
            if segment.name not in committed:
                throw_away(segment.folder)

    def commit(self) -> int:
        """Make it the state; answers the generation."""
        generation = self.state.generation + 1
        write_state(self.folder, generation, [(segment.name, segment.gone_name) for segment in self.segments])
        return generation


def add(folder: Path, docs: Iterable[Doc], *, whole: bool = False) -> int:
    """Add articles, or replace those of the same keys, in one commit; ``whole`` merges everything after.

    Answers how many were added.
    """
    count = 0
    with writing(folder):
        work = _Work(folder)
        for batch in _batches(docs):
            work.put_in(batch)
            count += len(batch)
        if whole and (len(work.segments) > 1 or any(segment.gone is not None for segment in work.segments)):
            work.merge(list(work.segments))
        if count:
            work.commit()
    return count


def remove(folder: Path, seqs: Iterable[int]) -> int:
    """Take articles out in one commit; answers how many there were."""
    with writing(folder):
        work = _Work(folder)
        found = work.take_out(np.array(sorted(set(seqs)), dtype=np.int64))
        if found:
            work.commit()
    return found


def _batches(docs: Iterable[Doc]) -> Iterator[list[Doc]]:
    batch: list[Doc] = []
    for doc in docs:
        batch.append(doc)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
