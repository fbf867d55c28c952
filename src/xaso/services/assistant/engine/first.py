"""The first stage: BM25F of syllables and pairs chooses candidates.

Terms are added from the rarest on. In a large index the commonest terms would cost most and choose least: once a
budget of postings is spent they are looked up only for the candidates that the rarer ones chose, which gives these
the same score as adding everything would.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .building import TERM_BITS
from .files import Segment
from .view import Found, View
from .words import Array

BUDGET = 3_000_000  # postings added for one question
WIDE = 2_000  # candidates of a segment that the commonest terms are looked up for


@dataclass(frozen=True)
class Wanted:
    """Terms (full hashes) and what a full weight of each adds to the score."""

    terms: Array
    amounts: Array


def choose(view: View, wanted: Wanted, passing: list[Array | None], top: int) -> Found:
    """The best ``top`` articles by the first stage."""
    spread = view.spread(wanted.terms)
    order = np.argsort(spread, kind="stable")
    order = order[(spread[order] > 0) & (wanted.amounts[order] > 0)]
    cheap = np.cumsum(spread[order]) <= BUDGET
    if len(order):
        cheap[0] = True
    terms, amounts = (
        wanted.terms[order] >> TERM_BITS,
        wanted.amounts[order].astype(np.float32) / np.float32(255),
    )
    parts = [
        _in_segment(segment, terms, amounts, cheap, passes, top)
        for segment, passes in zip(view.segments, passing, strict=True)
    ]
    numbers = np.concatenate(
        [np.full(len(places), at) for at, (places, _) in enumerate(parts)] or [np.zeros(0, int)]
    )
    places = np.concatenate([places for places, _ in parts] or [np.zeros(0, int)])
    scores = np.concatenate([scores for _, scores in parts] or [np.zeros(0)])
    best = np.argsort(-scores, kind="stable")[:top]
    return Found(
        numbers[best].astype(np.int64), places[best].astype(np.int64), scores[best].astype(np.float64)
    )


def weights_of(view: View, found: Found, terms: Array) -> Array:
    """Weight (0 to 1) of each term (full hashes) in each candidate: [term, candidate]."""
    weights = np.zeros((len(terms), len(found)), dtype=np.float32)
    short = terms >> TERM_BITS
    for number, segment in enumerate(view.segments):
        mine = np.flatnonzero(found.segment == number)
        if not len(mine):
            continue
        # In rising order: each place is then looked for where the one before was found, in memory still at hand.
        mine = mine[np.argsort(found.place[mine])]
        places = found.place[mine].astype(np.uint32)
        begin, end = segment.ranges(short)
        for at in np.flatnonzero(end > begin):
            ids = segment.ids[begin[at] : end[at]]
            where = np.searchsorted(ids, places)
            where[where == len(ids)] = 0
            there = np.flatnonzero(ids[where] == places)
            weights[at, mine[there]] = segment.weights[begin[at] : end[at]][where[there]]
    return weights / np.float32(255)


def _in_segment(
    segment: Segment, terms: Array, amounts: Array, cheap: Array, passes: Array | None, top: int
) -> tuple[Array, Array]:
    begin, end = segment.ranges(terms)
    scores = np.zeros(segment.count, dtype=np.float32)
    for at in np.flatnonzero(cheap & (end > begin)):
        ids = segment.ids[begin[at] : end[at]].astype(
            np.intp
        )  # once, or reading and writing would each do it
        scores[ids] = scores.take(ids) + segment.weights[begin[at] : end[at]] * amounts[at]
    if passes is not None:
        scores *= passes
    dear = np.flatnonzero(~cheap & (end > begin))
    places = _best(scores, max(top, WIDE) if len(dear) else top)
    found = scores[places]
    for at in dear:
        ids, weights = segment.ids[begin[at] : end[at]], segment.weights[begin[at] : end[at]]
        where = np.searchsorted(ids, places.astype(np.uint32))
        where[where == len(ids)] = 0
        found += np.where(ids[where] == places, weights[where] * amounts[at], np.float32(0))
    return places, found


def _best(scores: Array, top: int) -> Array:
    """Places of the highest scores above 0 in rising order of place; of a long array few are looked at twice."""
    if len(scores) > 64 * top:
        sample = scores[::16]
        keep = min(len(sample), top // 16 * 2 + 32)
        floor = np.partition(sample, len(sample) - keep)[len(sample) - keep]
        places = np.flatnonzero(scores > max(float(floor), 0.0))
        if len(places) < top:
            places = np.flatnonzero(scores > 0)
    else:
        places = np.flatnonzero(scores > 0)
    if len(places) > top:
        chosen = np.argpartition(-scores[places], top)[:top]
        places = np.sort(places[chosen])
    return places
