#!/usr/bin/env python3
"""Train the ranking and the confidence of the legal assistant, and write them into the engine's data folder.

    .venv/bin/python tools/assistant_train.py QUESTIONS.jsonl QRELS.tsv UNANSWERABLE.jsonl --folder INDEX
        [--also QUESTIONS.jsonl QRELS.tsv] [--out DIR]

Needs lightgbm (a dependency of development only) and an index made before by ``./xaso assistant index``. Each question
carries a fold (0-4; no document in two folds). Written are a whole model and one for each fold trained without it:
``eval`` uses the latter for questions that have a fold. The confidence of a fold is trained on rankings by models
that saw neither that fold nor the question's own (one model for each pair of folds). Nothing of the questions' text
goes into the files. The same input and versions give the same files. Questions of ``--also`` have no fold: the ranking
learns from them too, but no model from one about a document that its left-out folds ask about.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from xaso.services.assistant.engine import Engine, Query  # noqa: E402
from xaso.services.assistant.engine.confidence import AWAY as CONFIDENCE_AWAY  # noqa: E402
from xaso.services.assistant.engine.confidence import WAYS, measures
from xaso.services.assistant.engine.engine import CANDIDATES, candidates, voted  # noqa: E402
from xaso.services.assistant.engine.judging import (  # noqa: E402
    FOLDS,
    Asking,
    article_name,
    read_askings,
    read_unanswerable,
)
from xaso.services.assistant.engine.kinds import Hit  # noqa: E402
from xaso.services.assistant.engine.trees import AWAY, VERSION, WHOLE, Forest  # noqa: E402

DATA = Path(__file__).resolve().parent.parent / "src/xaso/services/assistant/engine/data"
SEEDS, WORKERS = 5, 1
RANKING = {
    "objective": "lambdarank",
    "num_leaves": 12,
    "min_data_in_leaf": 60,
    "learning_rate": 0.035,
    "feature_fraction": 0.25,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "lambdarank_truncation_level": 20,
    "max_bin": 127,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
}
RANKING_ROUNDS = 260
RANKING_ROWS = 200  # candidates of a question that are trained on
LINEAR_ROWS, LINEAR_CALM = 100, 0.005
# Features by which trees would know the few documents of the training questions again instead of what makes an answer.
NOT_FOR_RANKING = {
    *(
        "year",
        "kind",
        "document_length",
        "article",
        "title_length",
        "text_length",
        "asked_length",
        "asked_weight",
    ),
    *("document_count", "document_near", "effect", "changing", "carrying_out", "scope", "fine_missing"),
}
CONFIDENCE_CALM = 3.0


@dataclass
class Asked:
    """A question's candidates: names, features, which are right."""

    asking: Asking
    names: list[str]
    rows: np.ndarray
    right: np.ndarray


def collect(engine: Engine, askings: Sequence[Asking]) -> tuple[list[str], list[Asked]]:
    """Candidates of the first stage and their features for every question."""
    view = engine._refresh(True)
    features: list[str] = []
    found_all = []
    for asking in askings:
        _, _, found, values = candidates(view, Query(asking.text), CANDIDATES)
        features = features or list(values)
        names = [
            article_name(view.segments[segment].name_of(int(place)))
            for segment, place in zip(found.segment, found.place, strict=True)
        ]
        rows = np.column_stack([np.asarray(values[name], dtype=np.float32) for name in features])
        right = np.array([name in asking.answers for name in names])
        found_all.append(Asked(asking, names, rows, right))
    return features, found_all


def for_ranking(features: list[str], asked: Sequence[Asked]) -> tuple[list[str], list[Asked]]:
    """Questions without the features that are not for ranking."""
    kept = [at for at, name in enumerate(features) if name not in NOT_FOR_RANKING]
    return [features[at] for at in kept], [
        Asked(one.asking, one.names, one.rows[:, kept], one.right) for one in asked
    ]


def train_ranking(features: list[str], asked: Sequence[Asked], seeds: int) -> dict[str, Any]:
    """Trees of some seeds and the linear part, as they are written."""
    import lightgbm as lgb

    names, every = for_ranking(features, asked)
    useful = [one for one in every if one.right[:RANKING_ROWS].any()]
    rows = np.concatenate([one.rows[:RANKING_ROWS] for one in useful])
    right = np.concatenate([one.right[:RANKING_ROWS] for one in useful]).astype(int)
    sizes = [len(one.rows[:RANKING_ROWS]) for one in useful]
    data = lgb.Dataset(rows, right, group=sizes, feature_name=names, params={"max_bin": 127, "verbose": -1})
    models = [lgb.train({**RANKING, "seed": seed}, data, RANKING_ROUNDS) for seed in range(1, seeds + 1)]
    return {**export(names, models), "linear": train_linear(every)}


def train_linear(asked: Sequence[Asked]) -> dict[str, Any]:
    """Weights that make the right candidates likely among a question's candidates (softmax, calmed by their size)."""
    from scipy.optimize import minimize

    useful = [one for one in asked if one.right[:LINEAR_ROWS].any()]
    rows = np.concatenate([one.rows[:LINEAR_ROWS] for one in useful]).astype(np.float64)
    centre, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    away = np.clip((rows - centre) / scale, -AWAY, AWAY)
    wanted = np.concatenate([one.right[:LINEAR_ROWS] / one.right[:LINEAR_ROWS].sum() for one in useful])
    sizes = np.array([len(one.rows[:LINEAR_ROWS]) for one in useful])
    starts = np.cumsum(sizes) - sizes

    def loss(weight: np.ndarray) -> tuple[float, np.ndarray]:
        scores = away @ weight
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        likely = np.exp(scores)
        sums = np.repeat(np.add.reduceat(likely, starts), sizes)
        count = len(useful)
        value = -(wanted * (scores - np.log(sums))).sum() / count + LINEAR_CALM * (weight @ weight)
        return value, (likely / sums - wanted) @ away / count + 2 * LINEAR_CALM * weight

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    parts = {"centre": centre, "scale": scale, "weight": found}
    return {name: [float(f"{value:.7g}") for value in values] for name, values in parts.items()}


def export(features: list[str], models: Sequence[Any]) -> dict[str, Any]:
    """The trees of some models as flat lists; their mean is the value."""
    said: dict[str, Any] = {name: [] for name in ("feature", "threshold", "left", "right", "value", "roots")}
    depth = 0

    def add(node: dict[str, Any], level: int) -> int:
        nonlocal depth
        depth = max(depth, level)
        at = len(said["feature"])
        leaf = "leaf_value" in node
        for name, value in (
            ("feature", 0 if leaf else node["split_feature"]),
            ("threshold", 0.0 if leaf else float(f"{node['threshold']:.9g}")),
            ("left", at),
            ("right", at),
            ("value", round(node["leaf_value"], 6) if leaf else 0.0),
        ):
            said[name].append(value)
        if not leaf:
            said["left"][at] = add(node["left_child"], level + 1)
            said["right"][at] = add(node["right_child"], level + 1)
        return at

    for model in models:
        for tree in model.dump_model()["tree_info"]:
            said["roots"].append(add(tree["tree_structure"], 0))
    return {"features": features, **said, "depth": depth, "models": len(models)}


def ranked(features: list[str], forest: Forest, one: Asked, rows: int | None = None) -> list[Hit]:
    """Hits of a question as the search would give them; of its first candidates only when ``rows`` says so."""
    if not len(one.rows):
        return []
    if rows:
        one = Asked(one.asking, one.names[:rows], one.rows[:rows], one.right[:rows])
    columns = [features.index(name) for name in forest.features]
    documents = np.unique([name.partition("#")[0] for name in one.names], return_inverse=True)[1]
    scores = voted(forest.values(one.rows[:, columns].astype(np.float64)), documents)
    order = np.argsort(-scores, kind="stable")
    return [
        Hit(
            0,
            float(scores[at]),
            dict(zip(features, one.rows[at].tolist(), strict=True)) if rank < 10 else {},
            one.names[at],
        )
        for rank, at in enumerate(order.tolist())
    ]


def train_confidence(rows: np.ndarray, answered: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    """A logistic that tells questions whose first hit is right from those without an answer in the corpus.

    An answered question whose first hit is wrong counts half to either side. Each amount may count one way only. Its
    values are then stretched and shifted to be the share of right first hits among all questions trained on.
    """
    from scipy.optimize import minimize

    centre, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    away = np.clip((rows - centre) / scale, -CONFIDENCE_AWAY, CONFIDENCE_AWAY)
    # Folds have unlike shares of questions without an answer: both kinds weigh the same everywhere.
    share = answered.mean()
    weight = np.where(answered > 0, 0.5 / share, 0.5 / (1 - share))
    ways = list(WAYS.values())
    bounds = [(0, None) if way > 0 else (None, 0) for way in ways] + [(None, None)]
    found = _logistic(away, (answered + right) / 2, weight, CONFIDENCE_CALM, bounds, minimize)
    values = away @ found[:-1] + found[-1]
    stretch, shift = _logistic(
        values[:, None], right, np.ones(len(right)), 0.0, [(0.01, None), (None, None)], minimize
    )
    parts = {"centre": centre, "scale": scale, "weight": found[:-1] * stretch}
    return {
        "features": list(WAYS),
        **{name: [float(f"{value:.7g}") for value in values] for name, values in parts.items()},
        "bias": float(f"{found[-1] * stretch + shift:.7g}"),
    }


def _logistic(
    rows: np.ndarray, wanted: np.ndarray, weight: np.ndarray, calm: float, bounds: list[Any], minimize: Any
) -> np.ndarray:
    rows = np.column_stack([rows, np.ones(len(rows))])

    def loss(factors: np.ndarray) -> tuple[float, np.ndarray]:
        values = rows @ factors
        likely = 1 / (1 + np.exp(-values))
        size = np.r_[factors[:-1], 0.0]
        lost = (weight * (np.logaddexp(0, values) - wanted * values)).sum() + calm * (size @ size)
        return lost, rows.T @ (weight * (likely - wanted)) + 2 * calm * size

    start = np.array([0.01 * (low is not None) - 0.01 * (high is not None) for low, high in bounds])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def documents_of(asked: Sequence[Asked]) -> set[str]:
    """Documents that some questions are about."""
    return {name.partition("#")[0] for one in asked for name in one.asking.answers}


def trained_on(left_out: frozenset[str], asked: list[Asked], also: list[Asked]) -> list[Asked]:
    """Questions for a model that must know nothing of some folds, nor of the documents that these ask about."""
    unknown = documents_of([one for one in asked if one.asking.fold in left_out])
    return [one for one in asked if one.asking.fold not in left_out] + [
        one for one in also if not documents_of([one]) & unknown
    ]


def models(
    features: list[str], asked: list[Asked], absent: list[Asked], also: list[Asked]
) -> dict[str, dict[str, Any]]:
    """Ranking and confidence: the whole ones and those of each fold."""
    folds = [str(fold) for fold in range(FOLDS)]
    made: dict[str, dict[str, Any]] = {}
    without: dict[frozenset[str], Forest] = {}
    sets = [frozenset({fold}) for fold in folds]
    sets += [frozenset({a, b}) for a in folds for b in folds if a < b]
    with ProcessPoolExecutor(max_workers=WORKERS, mp_context=get_context("fork")) as workers:
        works = {
            left_out: workers.submit(
                train_ranking,
                features,
                trained_on(left_out, asked, also),
                SEEDS if len(left_out) < 2 else 1,
            )
            for left_out in [frozenset(), *sets]
        }
        for left_out, work in works.items():
            said = work.result()
            if left_out:
                without[left_out] = Forest(said)
            if len(left_out) < 2:
                made[f"ranking-{next(iter(left_out), WHOLE)}"] = said
            print(f"ranking without {sorted(left_out)}", flush=True)
    for left_out in [*folds, WHOLE]:
        rows, answered, right = [], [], []
        for one in asked + absent:
            if one.asking.fold == left_out:
                continue
            pair = frozenset({one.asking.fold} if left_out == WHOLE else {one.asking.fold, left_out})
            hits = ranked(features, without[pair], one, RANKING_ROWS)
            if not hits:
                continue
            rows.append(list(measures(hits).values()))
            answered.append(float(bool(one.asking.answers)))
            right.append(float(hits[0].name in one.asking.answers))
        made[f"confidence-{left_out}"] = train_confidence(np.array(rows), np.array(answered), np.array(right))
    return made


def write(folder: Path, made: dict[str, dict[str, Any]]) -> None:
    """The whole model in one file, those of the folds in another."""
    for name, wanted in (("model", True), ("folds", False)):
        said = {key: value for key, value in made.items() if key.endswith(f"-{WHOLE}") == wanted}
        text = json.dumps({"version": VERSION, **said}, separators=(",", ":")).encode()
        (folder / f"{name}.json.xz").write_bytes(lzma.compress(text, preset=9))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path)
    parser.add_argument("judgements", type=Path)
    parser.add_argument("unanswerable", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--also", type=Path, nargs=2, metavar=("QUESTIONS", "QRELS"))
    parser.add_argument("--out", type=Path, default=DATA)
    options = parser.parse_args()
    begun = time.monotonic()
    engine = Engine.open(options.folder)
    features, asked = collect(engine, read_askings(options.questions, options.judgements))
    _, absent = collect(engine, read_unanswerable(options.unanswerable))
    also = collect(engine, read_askings(*options.also))[1] if options.also else []
    counts = f"{len(asked)} + {len(absent)} + {len(also)} questions, {len(features)} features"
    print(f"{counts}, {time.monotonic() - begun:.0f} s", flush=True)
    made = models(features, asked, absent, also)
    write(options.out, made)
    print(f"written to {options.out} after {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
