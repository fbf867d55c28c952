"""Decision trees trained elsewhere, evaluated by whole arrays: all rows go down all trees at once.

A linear model of the same features chooses which rows of a ranking go down the trees. A ranking is the mean of several
models: the rows that the first of them likes best are looked at by all.
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
VERSION = 3  # of the shipped files: rises when what they hold is read otherwise
CLIMBED = 150  # rows that go down the trees of a ranking
LOOKED_AT = 40  # rows that go down the trees of all its models
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
        self._models: int = said["models"]
        linear = said.get("linear")
        self._linear = {name: np.array(values) for name, values in linear.items()} if linear else None

    def matrix(self, features: dict[str, Array]) -> Array:
        """Rows of the features in the order the trees know them by."""
        rows = np.column_stack([np.asarray(features[name], dtype=np.float32) for name in self.features])
        return rows.astype(np.float64)

    def values(self, rows: Array) -> Array:
        """The value of each row. With a linear part only its favourites go down the trees, the others follow."""
        if not len(rows):
            return np.zeros(0)
        if self._linear is None:
            return self._climbed(rows)
        away = (rows - self._linear["centre"]) / self._linear["scale"]
        linear: Array = np.clip(away, -AWAY, AWAY) @ self._linear["weight"]
        best = np.argsort(-linear, kind="stable")[:CLIMBED]
        climbed = self._climbed(rows[best])
        together = linear + (climbed.min() - 1 - linear[best].min())
        together[best] = climbed
        return together

    def _climbed(self, rows: Array) -> Array:
        """The mean of all models for the rows that the first likes best, the value of the first for the others."""
        each = len(self._roots) // self._models
        found = self._trees(rows, self._roots[:each])
        if self._models > 1:
            best = np.argsort(-found, kind="stable")[:LOOKED_AT]
            others = self._trees(rows[best], self._roots[each:])
            found[best] = (found[best] + others) / self._models
        return found

    def _trees(self, rows: Array, roots: Array) -> Array:
        flat = np.ascontiguousarray(rows).reshape(-1)
        begins = (np.arange(len(rows), dtype=np.int32) * rows.shape[1])[:, None]
        node = np.broadcast_to(roots, (len(rows), len(roots)))
        for _ in range(self._depth):
            low = flat.take(begins + self._feature.take(node)) <= self._threshold.take(node)
            node = np.where(low, self._left.take(node), self._right.take(node))
        found: Array = self._value.take(node).sum(axis=1)
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
