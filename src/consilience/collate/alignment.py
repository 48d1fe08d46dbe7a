"""Alignment of any number of rows of words: which words of which rows stand in one column.

A column is worth the sum of what its pairs of words are worth (Carrillo and Lipman, 1988, with free
gaps), in whole numbers. Rows are laid one by one against what is laid (Feng and Doolittle, 1987), then
each is taken out and laid again until that improves nothing (Barton and Sternberg, 1987). Each laying is
optimal, over the whole table. Two rows are aligned optimally, more to a local optimum. Does not move
words. Invariant: worth never falls, and equal rows in equal order give equal columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

ROUNDS = 200
"""Most times that each row is laid again; a story's points settle after two or three."""
DENSE = 600
"""Up to so many words in all rows a table of what each two are worth is held; the result is the same."""
STARTS = 3
"""Up to so many rows, each is tried as the first to be laid, and the best alignment kept."""
CONTEXT = 15
"""What it adds to a pair of equal words that the words before them are equal too, and those after."""
EMPTY = -1


@dataclass(frozen=True, slots=True)
class Worth:
    """What pairs of words are worth side by side.

    ``form[t]`` is the form of type ``t`` and ``sort[t]`` its sort; ``pairs[t]`` gives the types that
    ``t`` is worth something beside, itself included; ``sorts`` is what any two words are worth by sort.
    """

    form: Sequence[int]
    sort: Sequence[int]
    pairs: Sequence[Mapping[int, int]]
    sorts: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Columns (rows of ``grid``) of places in each row of words, ``EMPTY`` where it has none.

    ``settled`` says that no row can be laid better.
    """

    grid: Ints
    worth: int
    settled: bool


def align(rows: Sequence[Sequence[int]], worth: Worth) -> Aligned:
    """Align rows of word types.

    >>> same = Worth([0, 1, 2], [0, 0, 0], [{0: 9}, {1: 9}, {2: 9}], [[0]])
    >>> align([[0, 1, 2], [0, 2]], same).grid.tolist()
    [[0, 0], [1, -1], [2, 1]]
    """
    laid = _Table(rows, worth)
    order = _order(rows)
    found = _from(laid, order)
    if 2 < len(order) <= STARTS and found.worth < (most := laid.most()):
        for first in range(1, len(order)):
            other = _from(laid, [*order[first:], *order[:first]])
            found = other if other.worth > found.worth else found
            if found.worth == most:
                break
    return found


def _from(laid: _Table, order: Sequence[int]) -> Aligned:
    """Rows laid in an order, then laid again in turn until no row can be laid better."""
    grid = np.full((0, len(order)), EMPTY, np.int64)
    total = layings = quiet = 0
    while layings < ROUNDS * len(order) and quiet < (len(order) if len(order) > 2 else 1):
        grid, more = laid.lay(grid, order[layings % len(order)])
        layings, total = layings + 1, total + more
        quiet = quiet + 1 if layings > len(order) and not more else int(layings >= len(order))
    return Aligned(grid, total, quiet >= len(order) or len(order) < 3)


def _order(rows: Sequence[Sequence[int]]) -> list[int]:
    """The row that shares most words with all others first, then by what is shared with those laid."""
    bags = np.zeros((len(rows), max((max(r, default=0) for r in rows), default=0) + 1), np.float32)
    for n, row in enumerate(rows):
        bags[n, list(row)] = 1
    size = np.maximum(bags.sum(1), 1)
    shared = np.round(2 * (bags @ bags.T) / (size[:, None] + size[None, :]), 4)
    order = [int(np.argmax(np.round(shared.sum(1), 3)))]
    nearest = shared[order[0]].copy()
    while len(order) < len(rows):
        nearest[order] = -1
        order.append(int(np.argmax(nearest)))
        nearest = np.maximum(nearest, shared[order[-1]])
    return order


class _Table:
    """Rows as features (a word's type, and its form with the form before and after it)."""

    def __init__(self, rows: Sequence[Sequence[int]], worth: Worth) -> None:
        self.rows, self.worth = rows, worth
        self.start = np.cumsum([0, *map(len, rows)])
        self.sorts = np.array(worth.sorts, np.int64)
        self.sort = np.array([worth.sort[t] for row in rows for t in row], np.int64)
        types = [t for row in rows for t in row]
        before, after = _contexts([[worth.form[t] for t in row] for row in rows], len(worth.form))
        self.features = np.array([types, before, after], np.int64).reshape(3, -1)
        self.count = int(self.features.max(initial=0)) + 1
        self.dense = self._dense() if 0 < len(types) <= DENSE else None
        self.asked = [] if self.dense is not None else [self._asked(n) for n in range(len(rows))]

    def _dense(self) -> Floats:
        """What each word of all rows is worth beside each: for few words, the whole table."""
        types, before, after = self.features
        pairs = np.zeros((len(self.worth.pairs), len(self.worth.pairs)))
        for word, others in enumerate(self.worth.pairs):
            pairs[word, list(others)] = list(others.values())
        out = pairs[types[:, None], types] + self.sorts[self.sort[:, None], self.sort]
        for side in (before, after):
            out += CONTEXT * ((side[:, None] == side) & (side != EMPTY))
        return np.asarray(out, np.float64)

    def most(self) -> int:
        """More than this no alignment can be worth: each two rows aligned as well as they can be."""
        grids = [np.arange(len(row))[:, None] for row in self.rows]
        total = 0
        for first in range(len(self.rows)):
            rest = np.full((len(self.rows[first]), len(self.rows)), EMPTY, np.int64)
            rest[:, [first]] = grids[first]
            for second in range(first):
                total += int(_best(self._gain(rest, second))[-1, -1])
        return total

    def _asked(self, row: int) -> tuple[Ints, Ints, Ints]:
        """What a row asks of columns: for each feature, where its places begin; the places; their worth."""
        found: list[tuple[int, int, int]] = []
        low = int(self.start[row])
        for at, word in enumerate(self.rows[row]):
            found += [(other, at, gain) for other, gain in self.worth.pairs[word].items()]
            found += [(int(f), at, CONTEXT) for f in self.features[1:, low + at] if f != EMPTY]
        table = np.array(sorted(found), np.int64).reshape(-1, 3)
        return np.searchsorted(table[:, 0], np.arange(self.count + 1)), table[:, 1], table[:, 2]

    def lay(self, grid: Ints, row: int) -> tuple[Ints, int]:
        """The grid with one row laid anew against the others, and how much more it is worth."""
        mine = grid[:, row].copy()
        rest = grid.copy()
        rest[:, row] = EMPTY
        kept = (rest != EMPTY).any(1)
        rest = rest[kept]
        gain = self._gain(rest, row)
        best = _best(gain)
        held = mine[kept]
        now = int(gain[held != EMPTY, held[held != EMPTY]].sum())
        if best[-1, -1] <= now and (mine != EMPTY).sum() == len(self.rows[row]):
            return grid, 0
        least = (rest != EMPTY).sum(1) * (self.sorts.max() + 1)
        return _laid(rest, row, _path(gain, best, least)), int(best[-1, -1]) - now

    def _gain(self, rest: Ints, row: int) -> Ints:
        """What each word of a row is worth in each column of the others."""
        length = len(self.rows[row])
        if not len(rest) or not length:
            return np.zeros((len(rest), length), np.int64)
        columns, others = np.nonzero(rest != EMPTY)
        places = rest[columns, others] + self.start[others]
        mine = slice(self.start[row], self.start[row + 1])
        if self.dense is not None:
            held = np.zeros((len(rest), len(self.dense)))
            held[columns, places] = 1
            return np.asarray(held @ self.dense[:, mine], np.int64)
        return self._sparse(columns, places, row)

    def _sparse(self, columns: Ints, places: Ints, row: int) -> Ints:
        """The same from what the row asks of the others' features, without a table of all words."""
        length, height = len(self.rows[row]), int(columns[-1]) + 1
        mine = self.sort[self.start[row] : self.start[row + 1]]
        sorts = np.bincount(columns * len(self.sorts) + self.sort[places], minlength=height * len(self.sorts))
        gain = (sorts.reshape(height, -1) @ self.sorts)[:, mine]
        first, at, worth = self.asked[row]
        features = self.features[:, places]
        size = np.where(features == EMPTY, 0, first[features + 1] - first[features])
        wanted = size > 0
        keys, counts = np.unique(
            np.broadcast_to(columns * self.count, features.shape)[wanted] + features[wanted],
            return_counts=True,
        )
        column, feature = np.divmod(keys, self.count)
        size = first[feature + 1] - first[feature]
        index = np.repeat(first[feature] - np.cumsum(size) + size, size) + np.arange(size.sum())
        flat = np.repeat(column * length, size) + at[index]
        added = np.bincount(flat, worth[index] * np.repeat(counts, size), minlength=gain.size)
        return np.asarray(gain + added.reshape(gain.shape).astype(np.int64), np.int64)


def _contexts(rows: Sequence[Sequence[int]], first: int) -> tuple[list[int], list[int]]:
    """For each word, a number for its form with the one before, and with the one after.

    The same number stands for the same two forms; the ends of rows count as a form; ``EMPTY`` where
    no other place has the same two.
    """
    known: dict[tuple[int, int, int], int] = {}
    seen: dict[tuple[int, int, int], int] = {}
    keys: tuple[list[tuple[int, int, int]], ...] = ([], [])
    for row in rows:
        padded = [EMPTY, *row, EMPTY]
        for side, shift in ((0, 0), (1, 2)):
            keys[side].extend((side, padded[at + 1], padded[at + shift]) for at in range(len(row)))
    for key in (*keys[0], *keys[1]):
        seen[key] = seen.get(key, 0) + 1
    for key in sorted(k for k, n in seen.items() if n > 1):
        known[key] = first + len(known)
    before, after = ([known.get(key, EMPTY) for key in side] for side in keys)
    return before, after


def _best(gain: Ints) -> Ints:
    """Best worth of the first columns with the first words (longest common subsequence, weighted).

    Leaving a column or a word alone costs nothing, so each row of the table only rises.
    """
    if gain.shape[0] > gain.shape[1]:  # the loop below runs over the shorter side
        return _best(np.ascontiguousarray(gain.T)).T
    columns, words = gain.shape
    best = np.zeros((columns + 1, words + 1), np.int64)
    room = np.empty(words, np.int64)
    add, top, rise = np.add, np.maximum, np.maximum.accumulate
    for before, after, here, below in zip(best[:-1, :-1], best[:-1, 1:], gain, best[1:, 1:], strict=True):
        add(before, here, out=room)
        top(room, after, out=room)
        rise(room, out=below)
    return best


def _path(gain: Ints, best: Ints, least: Ints) -> list[tuple[int, int]]:
    """Columns and words of an optimal alignment, (column, word) or one of them with ``EMPTY``.

    Of equal ones that which goes on from a match to a match ("very quick very quick", "very quick"),
    else that which matches earliest in both.

    :param least: for each column, what a pair is worth at least that is more than two words side by side.
    """
    i, j = gain.shape
    out: list[tuple[int, int]] = []
    value, worth, floor = best.item, gain.item, least.tolist()
    here, on = value(i, j), True
    while i or j:
        step = worth(i - 1, j - 1) if i and j else 0
        go_on = on and i and j and step >= floor[i - 1] and value(i - 1, j - 1) + step == here
        if not go_on and i and value(i - 1, j) == here:
            i, on = i - 1, False
            out.append((i, EMPTY))
        elif not go_on and j and value(i, j - 1) == here:
            j, on = j - 1, False
            out.append((EMPTY, j))
        else:
            i, j, on = i - 1, j - 1, step >= floor[i - 1]
            here = value(i, j)
            out.append((i, j))
    return out[::-1]


def _laid(rest: Ints, row: int, path: Sequence[tuple[int, int]]) -> Ints:
    """The others' columns with a row laid into them."""
    columns, words = np.array(path, np.int64).reshape(-1, 2).T
    grid = np.full((len(path), rest.shape[1]), EMPTY, np.int64)
    grid[columns != EMPTY] = rest[columns[columns != EMPTY]]
    grid[:, row] = words
    return grid
