"""The second stage's view of each candidate: what of the question it has, where, how close together.

All numbers come from the articles' own token lists (the question's terms are found in all candidates at once) and
are measured in shares of the question's weight (idf), so that long and short questions compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import linked, sorts
from .asking import ANY_MARK, Asked
from .building import K1, USUAL, B
from .view import Found, View
from .words import Array

_EARLY = 40  # tokens at the beginning of a text
_BLOCK = 24  # tokens; two neighbouring blocks are a window
# Features that also count in relation to the best candidate's.
RELATIVE = (
    "whole", "whole_strict", "title", "head", "pairs", "pairs_text", "triples", "line_title", "line_head",
    "window_title", "run_text", "title_used", "bm25_text", "bm25_title", "early",
)  # fmt: skip
TITLE, DOCUMENT, TOPIC, CHAPTER, TEXT = range(5)


@dataclass(frozen=True)
class Weights:
    """Weight (idf) of each term and pair, and how many articles have each."""

    words: Array
    pairs: Array


@dataclass(frozen=True)
class _Matched:
    """Tokens of the candidates that are terms of the question, in their order."""

    at: Array  # place in the long list of all candidates' tokens
    term: Array
    slot: Array  # candidate * 5 + field
    exact: Array
    line: Array
    opens: Array  # begins a line, or stands after its number
    starts: Array  # first token of each slot in the long list
    lengths: Array  # [candidate, field]


def measure(view: View, asked: Asked, weights: Weights, found: Found) -> dict[str, Array]:
    """Every feature by name, one value a candidate."""
    own, lengths = view.own(found)
    matched = _match(asked, own, lengths)
    count, terms = len(found), len(asked.words)
    tf = np.bincount(matched.slot * terms + matched.term, minlength=count * 5 * terms).reshape(
        count, 5, terms
    )
    sure = matched.exact
    exact = np.bincount(matched.slot[sure] * terms + matched.term[sure], minlength=count * 5 * terms).reshape(
        count, 5, terms
    )
    features = _coverage(asked, weights, tf, exact, matched.lengths)
    features |= _likeness(asked, weights, tf, matched.lengths)
    features |= _runs(asked, weights, matched, count)
    features |= _passages(asked, weights, matched, tf > 0)
    features |= _documents(view, found)
    features |= _plain(view, asked, weights, found, matched.lengths)
    features |= sorts.measure(asked, own, matched.starts, matched.lengths)
    features |= linked.measure(view, found, own, lengths)
    features["fine_missing"] = sorts.fine_missing(asked, own, matched.lengths)
    for name in RELATIVE:
        features[f"{name}_of_best"] = features[name] / max(float(features[name].max()), 1e-9)
    return features


def _match(asked: Asked, own: Array, lengths: Array) -> _Matched:
    wanted = (asked.words >> np.uint64(40)).astype(np.uint32)
    # A small table finds the terms; it looks at 16 of the 24 bits, at a place where no two terms are alike.
    # The upper 16 bits of a token are read as they lie in memory.
    shift = next(
        (bits for bits in range(8, -1, -1) if len(set(((wanted >> bits) & 0xFFFF).tolist())) == len(wanted)),
        0,
    )
    table = np.zeros(1 << 16, dtype=np.uint8)
    table[(wanted >> shift) & 0xFFFF] = np.arange(1, len(wanted) + 1)
    upper = own.view("<u2")[1::2] if shift == 8 else ((own >> np.uint32(8 + shift)) & np.uint32(0xFFFF))
    known = table.take(upper)
    at = np.flatnonzero(known)
    term = known[at].astype(np.int64) - 1
    token = own[at]
    right = np.flatnonzero(wanted[term] == token >> np.uint32(8))
    at, term, token = at[right], term[right], token[right]
    ends = np.cumsum(lengths.reshape(-1))
    slot = _between(ends, at)
    mark = (token >> np.uint32(1)) & np.uint32(0x7F)
    meant = asked.marks[term]
    line_starts = np.flatnonzero(own.view(np.uint8)[::4] & np.uint8(1)) if len(own) else at
    line = _between(line_starts, at)
    exact = (meant == ANY_MARK) | (mark == meant)
    opens = ((token | own[np.maximum(at - 1, 0)]) & np.uint32(1)).astype(bool)
    return _Matched(at, term, slot, exact, line, opens, ends - lengths.reshape(-1), lengths)


def _between(ends: Array, at: Array) -> Array:
    """How many of the ends (in rising order) each place (in rising order) has reached.

    There are far fewer ends than places, so the ends are looked for among the places and not the other way round.
    """
    cuts = np.searchsorted(at, ends)
    return np.repeat(np.arange(len(ends) + 1), np.diff(cuts, prepend=0, append=len(at)))


def _share(there: Any, weights: Array) -> Array:
    """Share of the weight that is there."""
    shares: Array = (there.astype(np.float32) @ weights.astype(np.float32)) / max(float(weights.sum()), 1e-9)
    return shares


def _coverage(asked: Asked, weights: Weights, tf: Array, exact: Array, lengths: Array) -> dict[str, Array]:
    own = asked.own
    idf = weights.words[:own]
    there = tf[:, :, :own] > 0
    sure = exact[:, :, :own] > 0
    whole = there.any(axis=1)
    head = there[:, TITLE] | there[:, DOCUMENT]
    missing = np.where(whole, 0, idf)
    added = tf[:, :, own:].any(axis=1)
    found = {
        "title": _share(there[:, TITLE], idf),
        "document": _share(there[:, DOCUMENT], idf),
        "topic": _share(there[:, TOPIC] | there[:, CHAPTER], idf),
        "text": _share(there[:, TEXT], idf),
        "head": _share(head, idf),
        "head_text": _share(head | there[:, TEXT], idf),
        "whole": _share(whole, idf),
        "whole_strict": _share(whole, idf**2),
        "title_strict": _share(there[:, TITLE], idf**2),
        "text_exact": _share(sure[:, TEXT], idf),
        "title_exact": _share(sure[:, TITLE], idf),
        "whole_exact": _share(sure.any(axis=1), idf),
        "document_only": _share(there[:, DOCUMENT] & ~there[:, TITLE] & ~there[:, TEXT], idf),
        "missing_most": missing.max(axis=1, initial=0),
        "missing_count": (~whole).sum(axis=1),
        "added": _share(added, weights.words[own:]) if added.shape[1] else np.zeros(len(tf)),
        "added_head": _share(tf[:, :2, own:].any(axis=1), weights.words[own:])
        if added.shape[1]
        else np.zeros(len(tf)),
    }
    for name, field in (("title", TITLE), ("document", DOCUMENT), ("topic", TOPIC), ("chapter", CHAPTER)):
        found[f"{name}_used"] = tf[:, field, :own].sum(axis=1) / np.maximum(lengths[:, field], 1)
    found["title_used_exact"] = exact[:, TITLE, :own].sum(axis=1) / np.maximum(lengths[:, TITLE], 1)
    found["title_used_all"] = tf[:, TITLE].sum(axis=1) / np.maximum(lengths[:, TITLE], 1)
    return found


def _likeness(asked: Asked, weights: Weights, tf: Array, lengths: Array) -> dict[str, Array]:
    """BM25 of single fields, without pairs."""
    found = {}
    idf = weights.words.copy()
    idf[asked.own :] *= 0.5
    for name, field in (("text", TEXT), ("title", TITLE), ("document", DOCUMENT)):
        norm = K1 * (1 - B + B * lengths[:, field] / USUAL[field])
        counts = tf[:, field]
        found[f"bm25_{name}"] = (counts / (counts + norm[:, None])) @ idf / max(idf.sum(), 1e-9)
    dense = tf[:, TEXT, : asked.own].sum(axis=1) / np.maximum(lengths[:, TEXT], 1)
    found["text_density"] = dense
    return found


def _most(group: Array, values: Array, count: int) -> Array:
    """The highest value of each group (in rising order), none below 0; 0 for an empty one."""
    best = np.zeros(count, dtype=np.float64)
    if len(group):
        begins = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
        best[group[begins]] = np.maximum(np.maximum.reduceat(values, begins), 0)
    return best


def _runs(asked: Asked, weights: Weights, matched: _Matched, count: int) -> dict[str, Array]:
    """Pairs and longer runs of the question's words that stand side by side as they do there."""
    terms = len(asked.words)
    number = np.full((terms, terms), -1, dtype=np.int64)
    number[asked.left, asked.right] = np.arange(len(asked.left))
    link = number[matched.term[:-1], matched.term[1:]]
    side = (matched.at[1:] == matched.at[:-1] + 1) & (matched.slot[1:] == matched.slot[:-1])
    link = np.where(side & (matched.line[1:] == matched.line[:-1]), link, -1)
    on = np.flatnonzero(link >= 0)
    pairs = len(asked.left)
    slot = matched.slot[on]
    flat = np.zeros((count * 5, max(pairs, 1)), dtype=bool)
    flat[slot, link[on]] = True
    there = flat.reshape(count, 5, -1)
    own, idf = asked.own_pairs, weights.pairs[: asked.own_pairs]
    sure = on[matched.exact[on] & matched.exact[on + 1]]
    exact = np.zeros((count, max(pairs, 1)), dtype=bool)
    exact[matched.slot[sure] // 5, link[sure]] = True
    found = {
        "pairs_exact": _share(exact[:, :own], idf),
        "pairs_strict": _share(there[:, :, :own].any(axis=1), idf**2),
        "pairs": _share(there[:, :, :own].any(axis=1), idf),
        "pairs_title": _share(there[:, TITLE, :own], idf),
        "pairs_document": _share(there[:, DOCUMENT, :own], idf),
        "pairs_text": _share(there[:, TEXT, :own], idf),
        "pairs_title_used": np.bincount(slot[slot % 5 == TITLE] // 5, minlength=count)
        / np.maximum(matched.lengths[:, TITLE] - 1, 1),
        "pairs_added": _share(there[:, :, own:].any(axis=1), weights.pairs[own:])
        if pairs > own
        else np.zeros(count),
    }
    three = on[:-1][(on[1:] == on[:-1] + 1) & (link[on[1:]] == link[on[:-1]] + 1) & (link[on[1:]] < own)]
    triple = np.zeros((count, max(pairs, 1)), dtype=bool)
    triple[matched.slot[three] // 5, link[three]] = True
    found["triples"] = triple.sum(axis=1) / max(own - 1, 1)
    run = np.cumsum(np.concatenate([[True], link < 0])) - 1 if len(matched.at) else np.zeros(0, int)
    length = np.bincount(run)
    weight = np.bincount(run, weights=np.where(matched.term < asked.own, weights.words[matched.term], 0))
    begins = np.flatnonzero(np.concatenate([[True], link < 0])) if len(run) else run
    owner = matched.slot[begins]
    text, title = owner % 5 == TEXT, owner % 5 == TITLE
    opening = text & matched.opens[begins]
    total = max(float(weights.words[: asked.own].sum()), 1e-9)
    found["run_text"] = _most(owner[text] // 5, weight[text] / total, count)
    found["run_opening"] = _most(owner[opening] // 5, weight[opening] / total, count)
    found["run_title"] = _most(owner[title] // 5, weight[title] / total, count)
    found["run_long"] = _most(owner // 5, length / max(asked.length, 1), count)
    return found


def _passages(asked: Asked, weights: Weights, matched: _Matched, there: Array) -> dict[str, Array]:
    """The best line and the best window of the text, alone and together with the title."""
    count, own = len(there), asked.own
    inside = np.flatnonzero((matched.slot % 5 == TEXT) & (matched.term < own))
    idf = weights.words[:own]
    title = there[:, TITLE, :own]
    head = title | there[:, DOCUMENT, :own] | there[:, CHAPTER, :own]
    names = (
        "line",
        "line_title",
        "line_head",
        "line_strict",
        "line_place",
        "window",
        "window_title",
        "lead_line",
        "early",
    )
    if not len(inside):
        return {name: np.zeros(count) for name in names}
    term, owner = matched.term[inside], matched.slot[inside] // 5
    hits, whose, order = _grouped(matched.line[inside], term, owner, own)
    lines = _share(hits, idf)
    with_title, with_head = hits | title.take(whose, axis=0), hits | head.take(whose, axis=0)
    together = _share(with_title, idf)
    found = {
        "line": _most(whose, lines, count),
        "line_title": _most(whose, together, count),
        "line_head": _most(whose, _share(with_head, idf), count),
        "line_strict": _most(whose, _share(with_head, idf**2), count),
    }
    best = np.flatnonzero(together >= found["line_title"][whose] - 1e-6)[::-1]
    place = np.zeros(count)
    first = matched.starts[whose * 5 + TEXT]
    place[whose[best]] = (matched.at[inside][order] - first)[best]
    found["line_place"] = np.log1p(np.maximum(place, 0))
    fresh = np.concatenate([[True], whose[1:] != whose[:-1]])
    lead = hits[np.flatnonzero(fresh)].take(np.cumsum(fresh) - 1, axis=0)
    early = np.zeros((count, own), dtype=bool)
    near = matched.at[inside] - matched.starts[matched.slot[inside]] < _EARLY
    early[owner[near], term[near]] = True
    found["early"] = _share(early | title, idf)
    found["lead_line"] = _most(whose, _share(with_title | lead, idf), count)
    start = matched.starts[matched.slot[inside]]
    block = (matched.at[inside] - start) // _BLOCK + owner * 4096
    hits, whose, begins = _grouped(block, term, owner, own)
    keys = block[begins]
    follows = np.zeros(len(keys), dtype=bool)
    follows[:-1] = keys[1:] == keys[:-1] + 1
    wide = hits.copy()
    wide[:-1] |= hits[1:] & follows[:-1, None]
    found["window"] = _most(whose, _share(wide, idf), count)
    found["window_title"] = _most(whose, _share(wide | title.take(whose, axis=0), idf), count)
    return found


def _grouped(group: Array, term: Array, owner: Array, terms: int) -> tuple[Array, Array, Array]:
    """Which terms each group (in rising order) has, whose it is, and where it begins."""
    fresh = np.concatenate([[True], group[1:] != group[:-1]])
    begins = np.flatnonzero(fresh)
    hits = np.zeros((len(begins), terms), dtype=bool)
    hits.reshape(-1)[(np.cumsum(fresh) - 1) * terms + term] = True
    return hits, owner[begins], begins


def _documents(view: View, found: Found) -> dict[str, Array]:
    """How the document does as a whole."""
    score = found.score / max(float(found.score.max(initial=0)), 1e-9)
    documents, which = np.unique(view.column(found, "document"), return_inverse=True)
    best = np.zeros(len(documents))
    np.maximum.at(best, which, score)
    vote = np.bincount(which, weights=score**6)
    wide = np.bincount(which, weights=score**2)
    near = np.bincount(which[:50], minlength=len(documents))
    rank = np.zeros(len(found))
    order = np.argsort(which, kind="stable")
    begins = np.searchsorted(which[order], np.arange(len(documents)))
    rank[order] = np.arange(len(found)) - begins[which[order]]
    return {
        "document_best": best[which],
        "document_vote": vote[which] / max(float(vote.max(initial=0)), 1e-9),
        "document_wide": wide[which] / max(float(wide.max(initial=0)), 1e-9),
        "document_others": np.log1p(vote[which] - score**6),
        "document_count": np.log1p(np.bincount(which)[which]),
        "document_near": near[which],
        "document_rank": rank,
        "document_first": (best[which] >= 1).astype(float),
        "below_document": score - best[which],
    }


def _plain(view: View, asked: Asked, weights: Weights, found: Found, lengths: Array) -> dict[str, Array]:
    """Rank and score of the first stage, what is known of the article itself, and of the question."""
    count = len(found)
    most = max(float(found.score.max(initial=0)), 1e-9)
    second = float(found.score[1]) if count > 1 else 0.0
    possible = float(weights.words[: asked.own].sum() + 0.6 * weights.pairs[: asked.own_pairs].sum())
    flags = view.column(found, "flags").astype(np.int64)
    effective = view.column(found, "effective").astype(np.int64)
    article = view.column(found, "article").astype(np.int64) // 32
    return {
        "score": found.score / most,
        "score_share": found.score / max(possible, 1e-9),
        "rank": np.log1p(np.arange(count)),
        "ahead": found.score / max(second, 1e-9),
        "kind": view.column(found, "kind").astype(float),
        "article": np.minimum(article, 400).astype(float),
        "first_articles": ((article > 0) & (article < 4)).astype(float),
        "definitions": (flags & 1).astype(float),
        "scope": (flags & 6 > 0).astype(float),
        "effect": (flags & 24 > 0).astype(float),
        "carrying_out": (flags & 32 > 0).astype(float),
        "changing": (flags & 64 > 0).astype(float),
        "year": np.where(effective > 0, effective / 365.25, 0),
        "title_length": lengths[:, TITLE].astype(float),
        "text_length": np.log1p(lengths[:, TEXT]),
        "document_length": lengths[:, DOCUMENT].astype(float),
        "asked_length": np.full(count, asked.length, dtype=float),
        "asked_weight": np.full(count, weights.words[: asked.own].mean() if asked.own else 0.0),
    }
