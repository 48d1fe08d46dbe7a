"""The model that says whether an account belongs to a story.

Boosted trees of a few levels over the rows of ``evidence``, fitted by ``bench/train_stories.py``
and shipped as ``data/story-model.tsv`` (see its card). Knows nothing of thresholds or stories.

Invariant: a row's score depends on that row and the table alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..data import lexicon
from .evidence import NAMES
from .index import Floats


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees as arrays of shape ``(trees, nodes)``; a leaf leads to itself. ``base`` is the sum's start."""

    base: float
    depth: int
    feature: NDArray[np.int64]
    limit: Floats
    below: NDArray[np.int64]
    above: NDArray[np.int64]
    value: Floats

    def scores(self, rows: Floats, lean: float = 0.0) -> Floats:
        """Scores (0–1) of rows of shape ``(rows, features)``, ``lean`` added to the log odds."""
        trees, nodes = self.feature.shape
        first = np.arange(trees) * nodes  # of each tree, among the nodes of all
        feature, limit, below, above = (
            part.ravel() for part in (self.feature, self.limit, self.below, self.above)
        )
        values, row = rows.ravel(), np.arange(len(rows))[:, None] * rows.shape[1]
        node = np.tile(first, (len(rows), 1))
        for _ in range(self.depth):
            less = values[row + feature[node]] <= limit[node]
            node = first + np.where(less, below[node], above[node])
        total = self.base + lean + self.value.ravel()[node].sum(axis=1)
        return np.asarray(np.round(1 / (1 + np.exp(-total)), 9))


@cache
def shipped() -> Trees:
    """The model that ships."""
    return trees(lexicon("story-model"))


def trees(rows: Iterable[Mapping[str, str]]) -> Trees:
    """Trees from the rows of a table: ``tree node feature limit below above value``.

    A leaf has no feature; the row of tree ``-`` holds the base.
    """
    base, found = 0.0, dict[int, dict[int, Mapping[str, str]]]()
    for row in rows:
        if row["tree"] == "-":
            base = float(row["value"])
        else:
            found.setdefault(int(row["tree"]), {})[int(row["node"])] = row
    shape = len(found), max((len(t) for t in found.values()), default=1)
    feature, below, above = (np.zeros(shape, np.int64) for _ in range(3))
    limit, value = np.zeros(shape), np.zeros(shape)
    for t, nodes in found.items():
        for n, row in nodes.items():
            below[t, n] = above[t, n] = n
            if row["feature"]:
                feature[t, n] = NAMES.index(row["feature"])
                limit[t, n] = float(row["limit"])
                below[t, n], above[t, n] = int(row["below"]), int(row["above"])
            else:
                value[t, n] = float(row["value"])
    return Trees(base, _depth(below, above), feature, limit, below, above, value)


def _depth(below: NDArray[np.int64], above: NDArray[np.int64]) -> int:
    """The longest way from a root to a leaf."""
    deepest = 0
    for left, right in zip(below.tolist(), above.tolist(), strict=True):
        level, depth = {0}, 0
        while level := {c for n in level for c in (left[n], right[n]) if c != n}:
            depth += 1
        deepest = max(deepest, depth)
    return deepest
