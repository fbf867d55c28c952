"""Decision trees trained elsewhere, evaluated by whole arrays: all rows go down all trees at once.

A ranking adds a linear model of the same features: trees see thresholds, it sees amounts, and together they err less.
"""

from __future__ import annotations

import json
import lzma
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from .kinds import EngineError
from .words import Array

WHOLE = "whole"
VERSION = 2  # of the shipped files: rises when what they hold is read otherwise
CLIMBED = 150  # rows that go down the trees of a ranking
AWAY = 4.0  # standard deviations that the linear part looks at


class Forest:
    """The sum of many trees. A leaf is a node that leads to itself."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.features: list[str] = said["features"]
        self._feature = np.array(said["feature"], dtype=np.int32)
        self._threshold = np.array(said["threshold"], dtype=np.float64)
        self._left = np.array(said["left"], dtype=np.int32)
        self._right = np.array(said["right"], dtype=np.int32)
        self._value = np.array(said["value"], dtype=np.float64)
        self._roots = np.array(said["roots"], dtype=np.int32)
        self._depth: int = said["depth"]
        self._share: float = said["share"]
        linear = said.get("linear")
        self._linear = {name: np.array(values) for name, values in linear.items()} if linear else None

    def matrix(self, features: dict[str, Array]) -> Array:
        """Rows of the features in the order the trees know them by."""
        rows = np.column_stack([np.asarray(features[name], dtype=np.float32) for name in self.features])
        return rows.astype(np.float64)

    def values(self, rows: Array) -> Array:
        """The value of each row. With a linear part only the rows it likes best go down the trees."""
        if not len(rows):
            return np.zeros(0)
        if self._linear is None:
            return self._trees(rows)
        away = (rows - self._linear["centre"]) / self._linear["scale"]
        linear: Array = np.clip(away, -AWAY, AWAY) @ self._linear["weight"]
        best = np.argsort(-linear, kind="stable")[:CLIMBED]
        trees = self._trees(rows[best])
        together = linear + trees.min()
        together[best] = linear[best] + trees
        return together

    def _trees(self, rows: Array) -> Array:
        flat = np.ascontiguousarray(rows).reshape(-1)
        begins = (np.arange(len(rows), dtype=np.int32) * rows.shape[1])[:, None]
        node = np.broadcast_to(self._roots, (len(rows), len(self._roots)))
        for _ in range(self._depth):
            low = flat.take(begins + self._feature.take(node)) <= self._threshold.take(node)
            node = np.where(low, self._left.take(node), self._right.take(node))
        found: Array = self._value.take(node).sum(axis=1) * self._share
        return found


@lru_cache(8)
def forest(kind: str, fold: str = WHOLE) -> Forest | None:
    """The shipped trees of a kind; of a fold for a question that the whole model was trained on. None: none shipped."""
    said = shipped(kind, fold)
    return Forest(said) if said else None


def shipped(kind: str, fold: str = WHOLE) -> dict[str, Any] | None:
    """A shipped model as it was written."""
    return _file(fold == WHOLE).get(f"{kind}-{fold}")


@lru_cache(2)
def _file(whole: bool) -> dict[str, Any]:
    path = resources.files(__package__).joinpath("data", "model.json.xz" if whole else "folds.json.xz")
    try:
        said: dict[str, Any] = json.loads(lzma.decompress(path.read_bytes()))
    except FileNotFoundError:
        return {}
    if said.get("version") != VERSION:
        raise EngineError(f"{path.name}: version {said.get('version')}, this engine reads {VERSION}")
    return said
