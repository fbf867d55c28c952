"""Honest figures: how often the right article is found, and whether the confidence knows."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .engine import Engine
from .kinds import Query
from .trees import WHOLE, forest
from .words import Array

FOLDS = 5
DEPTHS = (1, 5, 10, 20, 100)


@dataclass(frozen=True)
class Asking:
    """A question with the articles that answer it (none: nothing in the corpus does) and its fold, if it has one."""

    key: str
    text: str
    answers: frozenset[str]
    fold: str
    group: str


def article_name(name: str) -> str:
    """The name articles are judged by: a second text of the same article (``~2``) counts as the article."""
    return name.partition("~")[0].casefold()


def read_askings(questions: Path, judgements: Path) -> list[Asking]:
    """Questions that have an answer."""
    right: dict[str, set[str]] = {}
    for line in judgements.read_text(encoding="utf-8").splitlines():
        key, _, name, grade = line.split("\t")
        if int(grade) > 0:
            right.setdefault(key, set()).add(article_name(name))
    return [
        Asking(
            said["qid"],
            said["question"],
            frozenset(right.get(said["qid"], ())),
            str(said["fold"]) if "fold" in said else WHOLE,
            said.get("set", ""),
        )
        for said in _lines(questions)
    ]


def read_unanswerable(path: Path) -> list[Asking]:
    """Questions whose answer is not in the corpus; the fold is that of the document that would answer."""
    return [
        Asking(said["qid"], said["question"], frozenset(), absent_fold(said), said.get("set", ""))
        for said in _lines(path)
    ]


def absent_fold(said: dict[str, Any]) -> str:
    """A fold for a question without an answer: all questions about one document fall into the same."""
    outside = (said.get("gold_outside_corpus") or [said["question"]])[0].partition("#")[0]
    return str(zlib.crc32(outside.casefold().encode()) % FOLDS)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def found_names(names: Iterable[str]) -> list[str]:
    """Names in order, each article once."""
    return list(dict.fromkeys(article_name(name) for name in names))


def quality(rankings: Sequence[Sequence[str]], answers: Sequence[frozenset[str]]) -> dict[str, float]:
    """Recall at each depth (mean share of the right articles found) and the mean reciprocal rank of the first."""
    figures = {}
    for depth in DEPTHS:
        shares = [
            len(right & set(names[:depth])) / len(right)
            for names, right in zip(rankings, answers, strict=True)
        ]
        figures[f"recall@{depth}"] = round(float(np.mean(shares)), 4)
    firsts = [
        next((1 / (at + 1) for at, name in enumerate(names[:10]) if name in right), 0.0)
        for names, right in zip(rankings, answers, strict=True)
    ]
    figures["mrr@10"] = round(float(np.mean(firsts)), 4)
    return figures


def auroc(good: Sequence[float] | Array, bad: Sequence[float] | Array) -> float:
    """The chance that a good one has the higher value than a bad one; a half when there is nothing to tell apart."""
    if not len(good) or not len(bad):
        return 0.5
    values = np.concatenate([good, bad])
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    _, which, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.bincount(which, weights=ranks) / sizes)[which]
    count = len(good)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(bad)))


def at_coverage(values: Sequence[float] | Array, right: Sequence[bool] | Array, share: float = 0.8) -> float:
    """Precision of the first hit among the most confident share of the questions."""
    order = np.argsort(-np.asarray(values), kind="stable")[: max(1, round(share * len(values)))]
    return float(np.asarray(right)[order].mean())


def calibration(values: Sequence[float] | Array, right: Sequence[bool] | Array) -> float:
    """Mean distance between confidence and truth over ten groups of equal size."""
    order = np.argsort(values)
    groups = np.array_split(order, 10)
    sure, true = np.asarray(values), np.asarray(right, dtype=float)
    return float(sum(len(g) * abs(sure[g].mean() - true[g].mean()) for g in groups if len(g)) / len(values))


def evaluate(engine: Engine, askings: list[Asking], absent: list[Asking]) -> dict[str, Any]:
    """All figures. A question with a fold is answered by the model that was trained without that fold."""
    rankings, sure, right, spent, no_fine = [], [], [], [], []
    for asking in askings + absent:
        fold = asking.fold if forest("ranking", asking.fold) else WHOLE
        begun = time.perf_counter()
        hits = engine.search(Query(asking.text, limit=130), fold=fold)
        spent.append(time.perf_counter() - begun)
        names = found_names(hit.name for hit in hits)
        rankings.append(names)
        sure.append(engine.confidence(hits, fold=fold))
        right.append(bool(names) and names[0] in asking.answers)
        no_fine.append(bool(hits) and hits[0].features["fine_missing"] > 0)
    count = len(askings)
    answers = [asking.answers for asking in askings]
    facts: dict[str, Any] = {
        "questions": count,
        "out_of_fold": sum(asking.fold != WHOLE for asking in askings),
        **quality(rankings[:count], answers),
    }
    groups = sorted({asking.group for asking in askings})
    if len(groups) > 1:
        facts["groups"] = {group: _of_group(group, askings, rankings) for group in groups}
    milliseconds = np.array(spent) * 1000
    facts["ms"] = {
        name: round(float(np.percentile(milliseconds, p)), 1) for name, p in (("p50", 50), ("p95", 95))
    }
    if absent:
        facts |= _of_confidence(
            np.array(sure), np.array(right), np.arange(len(sure)) < count, np.array(no_fine)
        )
    return facts


def _of_confidence(sure: Array, right: Array, answered: Array, no_fine: Array) -> dict[str, float]:
    """How well the confidence tells questions with an answer from those without, and how true its share is."""
    facts = {
        "unanswerable": int((~answered).sum()),
        "auroc": auroc(sure[answered], sure[~answered]),
        # Without the questions that ask for a fine where the best hit states none.
        "auroc_without_fines": auroc(sure[answered & ~no_fine], sure[~answered & ~no_fine]),
        "auroc_first_right": auroc(sure[right], sure[~right]),
        "precision@1_at_80_coverage": at_coverage(sure[answered], right[answered]),
        "precision@1_at_80_coverage_with_unanswerable": at_coverage(sure, right),
        "calibration_error": calibration(sure, right),
    }
    return {name: round(value, 4) for name, value in facts.items()}


def _of_group(group: str, askings: list[Asking], rankings: list[list[str]]) -> dict[str, float]:
    mine = [at for at, asking in enumerate(askings) if asking.group == group]
    return {
        "questions": len(mine),
        **quality([rankings[at] for at in mine], [askings[at].answers for at in mine]),
    }
