"""How likely it is that the corpus answers the question and the best hit is the answer: calibrated, 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .kinds import Hit
from .trees import WHOLE, forest
from .words import Array

# Features of the best hit that say how much of the question it holds.
_OF_BEST = (
    "score_share", "whole", "whole_strict", "whole_exact", "text", "title", "head_text", "pairs", "pairs_title",
    "pairs_document", "triples", "run_text", "run_long", "line", "line_title", "line_head", "line_strict", "window",
    "window_title", "lead_line", "missing_most", "missing_count", "title_used", "document_vote", "document_near",
    "document", "bm25_text", "bm25_title", "asked_length", "asked_weight", "rank", "text_length", "pairs_exact",
    "document_others", "added", "text_exact", "run_opening", "early", "sort_fits",
)  # fmt: skip
_OF_FIVE = ("score_share", "whole", "pairs", "line_head", "window", "title")


def measures(hits: Sequence[Hit]) -> dict[str, Array]:
    """What the confidence looks at, one row."""
    best = hits[0].features
    scores = np.array([hit.score for hit in hits[:10]] + [hits[-1].score] * max(0, 10 - len(hits)))
    found = {f"best_{name}": best[name] for name in _OF_BEST}
    for name in _OF_FIVE:
        values = [hit.features[name] for hit in hits[:5]]
        found[f"most_{name}"] = max(values)
        found[f"mean_{name}"] = sum(values) / len(values)
    found["rank_score"] = float(scores[0])
    found["rank_margin"] = float(scores[0] - scores[1])
    found["rank_margin_five"] = float(scores[0] - scores[1:5].mean())
    found["rank_margin_ten"] = float(scores[0] - scores[9])
    documents = [hit.features["document_best"] for hit in hits[:10]]
    found["documents"] = float(len(set(documents)))
    return {name: np.array([value], dtype=np.float64) for name, value in found.items()}


def confidence(hits: Sequence[Hit], fold: str = WHOLE) -> float:
    """The chance that the best of these hits (in the order the search gave them) answers."""
    if not hits:
        return 0.0
    if hits[0].cited:
        return 1.0
    trees = forest("confidence", fold)
    if trees is None:
        return float(np.clip(hits[0].features.get("score_share", 0.0), 0, 1))
    value = trees.values(trees.matrix(measures(hits)))[0]
    return float(1 / (1 + np.exp(-value)))
