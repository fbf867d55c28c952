"""The links among a question's candidates: one that stands in a citation with other good ones is a better answer.

How often an article or its document is cited at all was tried too and helps no question of another document.
"""

from __future__ import annotations

import numpy as np

from . import words
from .building import TERM_BITS
from .links import NAME_POWERS, NAME_WORDS, cited_article
from .view import Found, View
from .words import Array

_LONGEST = 4000  # citing articles that are looked at for one cited article
_KIND_WORDS = [
    tuple((words.scan(said).word >> np.uint64(40)).tolist()) for said in ("bo luat", "phap lenh", "luat")
]


def _names(titles: Array) -> Array:
    """Keys of laws by their titles: [law, word] with 0 behind the end; without "Luật" at the beginning."""
    sums = np.zeros(len(titles), dtype=np.uint64)
    named = np.zeros(len(titles), dtype=bool)
    for at, title in enumerate(titles.tolist()):
        said = [code for code in title if code]
        for kind in _KIND_WORDS:
            if tuple(said[: len(kind)]) == kind:
                said = said[len(kind) :]
                break
        if 0 < len(said) <= NAME_WORDS:
            codes = np.array(said, dtype=np.uint64)
            sums[at] = (codes * NAME_POWERS[: len(said)]).sum(dtype=np.uint64)
            named[at] = True
    return np.where(named, words.spread(sums), np.uint64(0))


def measure(view: View, found: Found, own: Array, lengths: Array) -> dict[str, Array]:
    """How each candidate is linked with other good ones: either way, by those that cite it, to those that it cites."""
    count = len(found)
    document = view.column(found, "document")
    article = view.column(found, "article").astype(np.uint64)
    law = _law_keys(view, found, document, own, lengths)
    both = np.concatenate([document, law])
    asked = np.where(both > 0, cited_article(both, np.tile(article, 2)), np.uint64(0))
    times = view.spread(asked).reshape(2, -1).sum(axis=0)
    source, target = _edges(view, found, asked)
    good = (found.score / max(float(found.score.max(initial=0)), 1e-9)) ** 6
    good = good / max(float(good.sum()), 1e-9)
    degree = 1 + np.log1p(times)
    pairs = np.unique(np.concatenate([source * count + target, target * count + source]))
    left, right = pairs // count, pairs % count
    return {
        "linked": np.bincount(left, weights=good[right], minlength=count),
        "linked_calm": np.bincount(left, weights=(good / degree)[right], minlength=count),
        "cited_by_good": np.bincount(target, weights=good[source], minlength=count),
        "cites_good": np.bincount(source, weights=good[target], minlength=count),
    }


def _law_keys(view: View, found: Found, document: Array, own: Array, lengths: Array) -> Array:
    """Key of its law's name for each candidate that is of a law; 0 for others."""
    kind = view.column(found, "kind")
    keys = np.zeros(len(found), dtype=np.uint64)
    laws = np.flatnonzero((kind == 1) | (kind == 2))
    if not len(laws):
        return keys
    _, first, which = np.unique(document[laws], return_index=True, return_inverse=True)
    flat = lengths.sum(axis=1)
    begins = np.cumsum(flat) - flat + lengths[:, 0]
    wide = NAME_WORDS + 2
    titles = np.zeros((len(first), wide), dtype=np.uint64)
    for row, at in enumerate(laws[first].tolist()):
        long = min(int(lengths[at, 1]), wide)
        titles[row, :long] = own[begins[at] : begins[at] + long] >> np.uint32(8)
    keys[laws] = _names(titles)[which]
    return keys


def _edges(view: View, found: Found, asked: Array) -> tuple[Array, Array]:
    """Which candidate cites which, each pair once."""
    count = len(found)
    pairs = [np.zeros(0, np.int64)]
    short = asked >> TERM_BITS
    for number, segment in enumerate(view.segments):
        mine = np.flatnonzero(found.segment == number)
        if not len(mine):
            continue
        order = mine[np.argsort(found.place[mine])]
        places = found.place[order].astype(np.uint32)
        begin, end = segment.ranges(short)
        cited = np.flatnonzero((end > begin) & (asked > 0))
        if not len(cited):
            continue
        first, last = begin[cited].tolist(), np.minimum(end[cited], begin[cited] + _LONGEST)
        ids = np.concatenate([segment.ids[one:to] for one, to in zip(first, last.tolist(), strict=True)])
        # All citing articles are looked for at once; numbers of one list rise, which the search makes use of.
        where = np.searchsorted(places, ids)
        where[where == len(places)] = 0
        hit = np.flatnonzero(places[where] == ids)
        target = np.repeat(cited % count, last - begin[cited])[hit]
        pairs.append(order[where[hit]] * count + target)
    once = np.unique(np.concatenate(pairs))
    source, target = once // count, once % count
    other = source != target
    return source[other], target[other]
