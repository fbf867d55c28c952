"""How likely it is that the corpus answers the question and the best hit is the answer: calibrated, 0 to 1.

A logistic of five amounts, each of which may only count the one way: more trees and more features knew the few
documents of the training questions again and told less of others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .kinds import Hit
from .trees import WHOLE, shipped

# What is looked at, and whether more of it makes an answer likelier (1) or less likely (-1).
WAYS = {
    "rank_score": 1,  # of the best hit in the ranking
    "rank_margin": 1,  # before the second
    "score_share": 1,  # first stage: score by the highest one that the question could have
    "document_near": 1,  # how many of the first 50 are of the best hit's document
    "fine_missing": -1,  # the question asks for a fine and the best hit states none
}
AWAY = 4.0  # standard deviations that count


def measures(hits: Sequence[Hit]) -> dict[str, float]:
    """What the confidence looks at."""
    best = hits[0]
    second = hits[1].score if len(hits) > 1 else best.score
    return {
        "rank_score": best.score,
        "rank_margin": best.score - second,
        **{name: best.features[name] for name in ("score_share", "document_near", "fine_missing")},
    }


def confidence(hits: Sequence[Hit], fold: str = WHOLE) -> float:
    """The chance that the best of these hits (in the order the search gave them) answers."""
    if not hits:
        return 0.0
    if hits[0].cited:
        return 1.0
    said = shipped("confidence", fold)
    if said is None:
        return float(np.clip(hits[0].features.get("score_share", 0.0), 0, 1))
    known = measures(hits)
    rows = np.array([known[name] for name in said["features"]])
    away = np.clip((rows - said["centre"]) / np.array(said["scale"]), -AWAY, AWAY)
    return float(1 / (1 + np.exp(-(away @ said["weight"] + said["bias"]))))
