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
    """The sum of many trees. In the shipped files a leaf is a node that leads to itself."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.features: list[str] = said["features"]
        self._left: list[int] = said["left"]
        self._right: list[int] = said["right"]
        self._lay_out(said)
        self._models: int = said["models"]
        linear = said.get("linear")
        self._linear = {name: np.array(values) for name, values in linear.items()} if linear else None

    def _lay_out(self, said: dict[str, Any]) -> None:
        """Each tree's questions one below the other: [question, tree], and its leaves from left to right.

        A question answered with "more" excludes the leaves on its left; the leftmost leaf that is left over is where
        a row arrives. So a row is asked all questions of a tree, in whole arrays, instead of being led from node to
        node, where each step would be several look-ups for each row and tree.
        """
        asked: list[list[tuple[int, int]]] = []
        leaves: list[list[int]] = []
        for root in said["roots"]:
            asked.append([])
            leaves.append([])
            self._read(root, asked[-1], leaves[-1])
        deep, wide = max(map(len, asked), default=0), max(map(len, leaves), default=0)
        if wide > 64:
            raise EngineError("a tree of the model has more than 64 leaves")
        kind = next(kind for kind in (np.uint16, np.uint32, np.uint64) if wide <= np.iinfo(kind).bits)
        # What a tree has too few of asks for nothing: every number is below infinity, and nothing is excluded.
        self._feature = np.zeros((deep, len(asked)), dtype=np.int64)
        self._threshold = np.full((deep, len(asked), 1), np.inf)
        self._kept = np.full((deep, len(asked), 1), np.iinfo(kind).max, dtype=kind)
        self._all = kind(np.iinfo(kind).max)
        self._value = np.zeros((len(asked), wide))
        for tree, (questions, ends) in enumerate(zip(asked, leaves, strict=True)):
            for at, (node, excluded) in enumerate(questions):
                self._feature[at, tree] = said["feature"][node]
                self._threshold[at, tree] = said["threshold"][node]
                self._kept[at, tree] = np.iinfo(kind).max ^ excluded
            self._value[tree, : len(ends)] = [said["value"][node] for node in ends]

    def _read(self, node: int, asked: list[tuple[int, int]], leaves: list[int]) -> None:
        """Note the questions (with the leaves on their left, as bits) and the leaves below a node."""
        left, right = self._left[node], self._right[node]
        if left == node:
            leaves.append(node)
            return
        first = len(leaves)
        self._read(left, asked, leaves)
        asked.append((node, (1 << len(leaves)) - (1 << first)))
        self._read(right, asked, leaves)

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
        each = len(self._value) // self._models
        found = self._trees(rows, slice(0, each))
        if self._models > 1:
            best = np.argsort(-found, kind="stable")[:LOOKED_AT]
            others = self._trees(rows[best], slice(each, None))
            found[best] = (found[best] + others) / self._models
        return found

    def _trees(self, rows: Array, some: slice) -> Array:
        columns = np.ascontiguousarray(rows.T)
        values = self._value[some]
        left_over = np.full((len(values), len(rows)), self._all)
        for feature, threshold, kept in zip(
            self._feature[:, some], self._threshold[:, some], self._kept[:, some], strict=True
        ):
            less = columns.take(feature, axis=0) <= threshold
            left_over &= np.where(less, self._all, kept)
        leaf = np.bitwise_count((left_over & -left_over) - left_over.dtype.type(1))
        begins = (np.arange(len(values)) * values.shape[1])[:, None]
        # Summed row by row, a row's trees side by side: the order in which floats are added is part of the answer.
        found: Array = np.ascontiguousarray(values.take(begins + leaf).T).sum(axis=1)
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
