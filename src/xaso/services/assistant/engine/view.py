"""One generation of the index as a search sees it: it does not change while the search runs."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .building import TERM_BITS
from .files import Segment
from .kinds import Query, days
from .words import Array, number_key, scan

_FILTERS_KEPT = 6


@dataclass(frozen=True)
class Found:
    """Candidates: segment, place within it and score of the first stage, best first."""

    segment: Array
    place: Array
    score: Array

    def __len__(self) -> int:
        return len(self.score)

    def scored(self, score: Array) -> tuple[Found, Array]:
        """The same candidates in the order of another score, and that order."""
        order = np.argsort(-score, kind="stable")
        return Found(self.segment[order], self.place[order], score[order]), order


class View:
    """Segments of one generation and what is counted over all of them."""

    def __init__(self, generation: int, segments: list[Segment]) -> None:
        self.generation = generation
        self.segments = segments
        self.count = sum(segment.alive for segment in segments)
        self._filters: OrderedDict[Any, list[Array | None]] = OrderedDict()

    def spread(self, terms: Array) -> Array:
        """How many articles have each term (full hashes)."""
        total = np.zeros(len(terms), dtype=np.int64)
        short = terms >> TERM_BITS
        for segment in self.segments:
            begin, end = segment.ranges(short)
            total += end - begin
        return total

    def idf(self, spread: Array) -> Array:
        """BM25's inverse document frequency; never negative."""
        return np.log1p((max(self.count, 1) - np.minimum(spread, self.count) + 0.5) / (spread + 0.5))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Syllables of the index that occur in more than two articles, for the repair of spelling."""
        said = sorted({word for segment in self.segments for word in segment.words() if word})
        if not said:
            return frozenset()
        often = self.spread(scan(" ".join(said)).word) > 2
        return frozenset(word for word, kept in zip(said, often, strict=True) if kept)

    def passing(self, query: Query) -> list[Array | None]:
        """For each segment which articles may be found (None: all)."""
        key = (query.day, query.issuers, query.provinces)
        known = self._filters.get(key)
        if known is None:
            known = [_passing(segment, query) for segment in self.segments]
            self._filters[key] = known
            while len(self._filters) > _FILTERS_KEPT:
                self._filters.popitem(last=False)
        return known

    def column(self, found: Found, name: str) -> Array:
        """A column's values for the candidates."""
        values = self.segments[0].arrays[name][:0] if self.segments else np.zeros(0)
        filled = np.zeros(len(found), dtype=values.dtype)
        for number, segment in enumerate(self.segments):
            mine = found.segment == number
            filled[mine] = segment.arrays[name][found.place[mine]]
        return filled

    def own(self, found: Found) -> tuple[Array, Array]:
        """The token lists of the candidates one after another, and the lengths of their five fields."""
        lengths = np.zeros((len(found), 5), dtype=np.int64)
        whole = np.zeros(len(found), dtype=np.int64)
        parts: list[bytes] = []
        order: list[Array] = []
        for number, segment in enumerate(self.segments):
            mine = np.flatnonzero(found.segment == number)
            if len(mine):
                places = found.place[mine]
                read, whole[mine] = segment.own_lists(places)
                parts.append(read)
                order.append(mine)
                lengths[mine] = segment.lengths[places]
        lengths[:, 4] = whole - lengths[:, :4].sum(axis=1)
        own = np.frombuffer(b"".join(parts), dtype=np.uint32)
        if len(parts) > 1:
            own = _in_order(own, np.concatenate(order), whole)
        return own, lengths


def _in_order(own: Array, order: Array, sizes: Array) -> Array:
    """Lists that follow each other in one order, moved into the candidates' own order."""
    read = sizes[order]
    begins = np.zeros(len(sizes), dtype=np.int64)
    begins[order] = np.cumsum(read) - read
    ends = np.cumsum(sizes)
    return own[np.repeat(begins - (ends - sizes), sizes) + np.arange(len(own))]


def _passing(segment: Segment, query: Query) -> Array | None:
    passing = None if segment.gone is None else ~segment.gone

    def also(more: Array) -> None:
        nonlocal passing
        passing = more if passing is None else passing & more

    if query.day is not None:
        day = days(query.day)
        ended = segment.arrays["ended"]
        also((segment.arrays["effective"] <= day) & ((ended == 0) | (ended > day)))
    if query.issuers:
        also(np.isin(segment.arrays["issuer"], [number_key(name) & 0x7FFFFFFF for name in query.issuers]))
    if query.provinces:
        there = [0, *(number_key(name) & 0x7FFFFFFF for name in query.provinces)]
        also(np.isin(segment.arrays["province"], there))
    return passing
