"""The engine as others use it: open a folder, search, add, remove."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from . import writing
from .asking import PAIRS, SYNONYMS, Asked, understand
from .building import article_term, document_term
from .confidence import confidence
from .features import Weights, measure
from .files import Segment
from .first import Wanted, choose, weights_of
from .folder import open_segments, stamp
from .kinds import Doc, Hit, Query
from .trees import WHOLE, forest
from .view import Found, View
from .words import Array

CANDIDATES = 600
RARE = 1.3  # power of idf that candidates are chosen by
VOTE = 0.25
_LOOK_EVERY = 0.5  # seconds
_CITED, _CITED_DOCUMENT = 1000.0, 100.0
_OF_DOCUMENT = (
    5  # articles of a cited document that go before all others: its title may stand in another's title
)


class Engine:
    """An index in a folder. Several processes may read it and one at a time write it; threads may share one."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._lock = threading.Lock()
        self._looked = 0.0
        self._stamp: tuple[int, int] | None = None
        self._view = View(0, [])
        self._refresh(True)

    @classmethod
    def open(cls, folder: Path | str) -> Engine:
        """The index in a folder; an empty or missing folder is an empty index."""
        return cls(Path(folder))

    @property
    def generation(self) -> int:
        """Rises with every change of the index; as seen now."""
        return self._refresh(True).generation

    @property
    def count(self) -> int:
        """How many articles can be found."""
        return self._refresh().count

    def add(self, docs: Iterable[Doc], *, whole: bool = False) -> int:
        """Add or replace articles in one commit; answers how many. ``whole`` also merges the index (slow, rare)."""
        count = writing.add(self.folder, docs, whole=whole)
        self._refresh(True)
        return count

    def remove(self, seqs: Iterable[int]) -> int:
        """Take articles out in one commit; answers how many there were."""
        count = writing.remove(self.folder, seqs)
        self._refresh(True)
        return count

    def search(self, query: Query, *, fold: str = WHOLE) -> list[Hit]:
        """The articles that fit best, best first. ``fold`` names the model (for measuring only)."""
        view = self._refresh()
        if not view.segments:
            return []
        asked, weights, found, features = candidates(view, query)
        if not len(found):
            return []
        trees = forest("ranking", fold)
        scores = trees.values(trees.matrix(features)) if trees else features["score"]
        scores = voted(scores, view.column(found, "document"))
        cited = _cited(asked, features, scores)
        order = np.argsort(-(scores + cited), kind="stable")[: query.limit]
        known = [np.asarray(values)[order].astype(float).tolist() for values in features.values()]
        return [
            Hit(
                int(view.segments[found.segment[at]].arrays["seq"][found.place[at]]),
                float(scores[at]),
                dict(zip(features, values, strict=True)),
                view.segments[found.segment[at]].name_of(int(found.place[at])),
                bool(cited[at] >= _CITED),
            )
            for at, values in zip(order.tolist(), zip(*known, strict=True), strict=True)
        ]

    def confidence(self, hits: list[Hit], *, fold: str = WHOLE) -> float:
        """How likely the best hit answers, 0 to 1."""
        return confidence(hits, fold)

    def repaired(self, text: str) -> tuple[tuple[str, str], ...]:
        """What of a question would be read otherwise than typed."""
        return understand(self._refresh(), text).repaired

    def _refresh(self, now: bool = False) -> View:
        """The newest generation, looked for at most twice a second."""
        if not now and time.monotonic() - self._looked < _LOOK_EVERY:
            return self._view
        with self._lock:
            self._looked = time.monotonic()
            if stamp(self.folder) != self._stamp:
                known: dict[tuple[str, str], Segment] = {
                    (segment.name, segment.gone_name): segment for segment in self._view.segments
                }
                state, segments = open_segments(self.folder, known)
                self._stamp = state.written
                self._view = View(state.generation, segments)
            return self._view


def voted(scores: Array, documents: Array) -> Array:
    """Scores with a little for candidates whose document has other good ones."""
    _, which = np.unique(documents, return_inverse=True)
    votes = np.bincount(which, weights=np.exp(scores - scores.max()))
    return scores + VOTE * np.log(votes[which] + 1e-12)


def candidates(
    view: View, query: Query, top: int = CANDIDATES
) -> tuple[Asked, Weights, Found, dict[str, Array]]:
    """What the ranking chooses among: the question as understood, its weights, candidates and their features."""
    asked = understand(view, query.text)
    weights = Weights(view.idf(view.spread(asked.words)), view.idf(view.spread(asked.pairs)))
    found = choose(view, _wanted(asked, weights), view.passing(query), max(top, query.limit))
    if not len(found):
        return asked, weights, found, {}
    found, scores = _scored(view, asked, weights, found)
    features = measure(view, asked, weights, found) | scores | _named(view, asked, found)
    return asked, weights, found, features


def _amounts(asked: Asked, weights: Weights, power: float = 1.0) -> tuple[Array, Array]:
    """What full weights of the terms and of the pairs add to a score."""
    singles, pairs = weights.words**power, PAIRS * weights.pairs**power
    singles[asked.own :] *= SYNONYMS
    pairs[asked.own_pairs :] *= SYNONYMS
    return singles, pairs


def _wanted(asked: Asked, weights: Weights) -> Wanted:
    """What candidates are chosen by: rare terms count more than in the score, so that long questions stay in sight."""
    singles, pairs = _amounts(asked, weights, RARE)
    terms, worth = [asked.words, asked.pairs], [singles, pairs]
    # Too much for the number alone and articles of that number of all laws would fill the candidates.
    number = 50.0 if asked.cited.document else 100.0 if asked.cited.law else 0.0
    for key, term, much in (
        (asked.cited.document, document_term, 400.0),
        (asked.cited.article, article_term, number),
    ):
        if key and much:
            terms.append(term(np.array([key], dtype=np.uint64)))
            worth.append(np.array([much]))
    return Wanted(np.concatenate(terms), np.concatenate(worth))


def _scored(view: View, asked: Asked, weights: Weights, found: Found) -> tuple[Found, dict[str, Array]]:
    """The candidates by their BM25F score, and parts of it as features."""
    there = weights_of(view, found, np.concatenate([asked.words, asked.pairs]))
    singles, pairs = _amounts(asked, weights)
    single, pair = singles @ there[: len(singles)], pairs @ there[len(singles) :]
    chosen = found.score
    found, order = found.scored(single + pair)
    parts = {"score_single": single[order], "score_pair": pair[order], "score_rare": chosen[order]}
    return found, {name: values / max(float(values.max()), 1e-9) for name, values in parts.items()}


def _named(view: View, asked: Asked, found: Found) -> dict[str, Array]:
    """Which candidates are of the document and of the article that the question names."""
    document = view.column(found, "document") == np.uint64(asked.cited.document)
    article = view.column(found, "article") == np.uint32(asked.cited.article)
    return {
        "named_document": (document & (asked.cited.document > 0)).astype(float),
        "named_article": (article & (asked.cited.article > 0)).astype(float),
    }


def _cited(asked: Asked, features: dict[str, Array], scores: Array) -> Array:
    """What a citation in the question adds: the very article first, then the best others of its document."""
    article, document = features["named_article"] > 0, features["named_document"] > 0
    if asked.cited.document:
        of_it = np.flatnonzero(document)
        added = np.zeros(len(scores))
        added[of_it[np.argsort(-scores[of_it], kind="stable")[:_OF_DOCUMENT]]] = _CITED_DOCUMENT
        return np.where(article & document, _CITED, added)
    if asked.cited.article and asked.cited.law:
        # A law by its name: the article of this number in documents whose title holds most of the question.
        holds = features["document"] + features["pairs_document"]
        best = holds[article].max(initial=0)
        return np.where(article & (holds >= best - 1e-9) & (best > 0.6), _CITED, 0.0)
    return np.zeros(len(features["score"]))


__all__ = ["CANDIDATES", "Engine", "candidates", "voted"]
