"""The cheapest family: which parents each node has, without cycles.

Takes a list of options (parents and their price) for each node and finds the choice of
least total price: exactly, over all orders of the nodes, for small stories, and by moving
nodes in an order while that helps for large ones. Knows nothing of texts.

Invariant: the same options give the same family; ties go to the order of the nodes.

The exact search is the dynamic programme over subsets of Silander and Myllymäki (2006),
"A simple approach for finding the globally optimal Bayesian network structure".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EXACT = 11
"""Most nodes that are searched exactly: 2 ** 11 subsets."""
ROUNDS = 12
"""Most rounds of moving nodes in a large story."""


@dataclass(frozen=True, order=True)
class Option:
    """A possible set of parents (as bits of ``mask`` too) and its price."""

    price: float
    mask: int
    parents: tuple[int, ...]


@dataclass(frozen=True)
class Family:
    """The chosen parents of each node, the total price, and how sure each direction is.

    ``order`` puts parents before children. ``margin[child, parent]`` is how much dearer the best
    family is in which the child comes first.
    """

    parents: tuple[tuple[int, ...], ...]
    price: float
    order: tuple[int, ...]
    margin: dict[tuple[int, int], float]
    exact: bool


def cheapest(options: Sequence[Sequence[Option]]) -> Family:
    """Choose parents for every node.

    >>> root = Option(10.0, 0, ())
    >>> cheapest([[root], [Option(1.0, 1, (0,)), root]]).parents
    ((), (0,))
    """
    ranked = [sorted(row) for row in options]
    return _exact(ranked) if len(ranked) <= EXACT else _climb(ranked)


def _pick(row: Sequence[Option], before: int) -> Option:
    """The cheapest option whose parents all come before."""
    return next(option for option in row if not option.mask & ~before)


def _exact(options: Sequence[Sequence[Option]]) -> Family:
    n = len(options)
    full = (1 << n) - 1
    price = [[_pick(row, before).price for before in range(full + 1)] for row in options]
    ahead, last = _forward(price, n)
    behind = _backward(price, n)
    order, rest = [], full
    while rest:
        order.append(last[rest])
        rest &= ~(1 << last[rest])
    order.reverse()
    parents = _choose(options, order)
    totals = [a + b for a, b in zip(ahead, behind, strict=True)]
    margin = {
        (c, p): min(t for s, t in enumerate(totals) if s >> c & 1 and not s >> p & 1) - ahead[full]
        for c, row in enumerate(parents)
        for p in row
    }
    return Family(parents, ahead[full], tuple(order), margin, True)


def _forward(price: Sequence[Sequence[float]], n: int) -> tuple[list[float], list[int]]:
    """Least price of each set of nodes as the first in order, and its last node."""
    best, last = [0.0] * (1 << n), [0] * (1 << n)
    for chosen in range(1, 1 << n):
        best[chosen], last[chosen] = min(
            (best[chosen & ~(1 << c)] + price[c][chosen & ~(1 << c)], c) for c in range(n) if chosen >> c & 1
        )
    return best, last


def _backward(price: Sequence[Sequence[float]], n: int) -> list[float]:
    """Least price of all that is not in each set, coming after it."""
    full = (1 << n) - 1
    best = [0.0] * (full + 1)
    for chosen in range(full - 1, -1, -1):
        best[chosen] = min(
            price[c][chosen] + best[chosen | 1 << c] for c in range(n) if not chosen >> c & 1
        )
    return best


def _choose(options: Sequence[Sequence[Option]], order: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    before = 0
    parents: list[tuple[int, ...]] = [()] * len(options)
    for node in order:
        parents[node] = _pick(options[node], before).parents
        before |= 1 << node
    return tuple(parents)


def total(options: Sequence[Sequence[Option]], order: Sequence[int]) -> float:
    """Price of the best family in which parents come before children in ``order``."""
    before, price = 0, 0.0
    for node in order:
        price += _pick(options[node], before).price
        before |= 1 << node
    return price


def _climb(options: Sequence[Sequence[Option]]) -> Family:
    """Start from the greedy order, then move single nodes while the price falls."""
    order = _greedy(options)
    price = total(options, order)
    for _ in range(ROUNDS):
        was = price
        for node in sorted(order):
            order, price = _move(options, order, node, price)
        if price > was - 1e-9:
            break
    parents = _choose(options, order)
    margin = {(c, p): _reversed(options, order, c, p) - price for c, row in enumerate(parents) for p in row}
    return Family(parents, price, tuple(order), margin, False)


def _greedy(options: Sequence[Sequence[Option]]) -> list[int]:
    """Always take next the node that loses least by coming now."""
    order: list[int] = []
    rest, before = list(range(len(options))), 0
    while rest:
        node = min(rest, key=lambda c: (_pick(options[c], before).price - options[c][0].price, c))
        order.append(node)
        rest.remove(node)
        before |= 1 << node
    return order


def _move(
    options: Sequence[Sequence[Option]], order: list[int], node: int, price: float
) -> tuple[list[int], float]:
    rest = [c for c in order if c != node]
    best, kept = price, order
    for at in range(len(order)):
        trial = [*rest[:at], node, *rest[at:]]
        cost = total(options, trial)
        if cost < best - 1e-9:
            best, kept = cost, trial
    return kept, best


def _reversed(options: Sequence[Sequence[Option]], order: list[int], child: int, parent: int) -> float:
    """Price with the child moved right before its parent, or the parent right after its child."""
    early = [c for c in order if c != child]
    early.insert(early.index(parent), child)
    late = [c for c in order if c != parent]
    late.insert(late.index(child) + 1, parent)
    return min(total(options, early), total(options, late))
