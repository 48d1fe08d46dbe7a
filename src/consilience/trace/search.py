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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

EXACT = 12
"""Most nodes that are searched exactly: 2 ** 12 subsets."""
TIE = 1e-9
"""Prices that differ by less are equal."""
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


def cheapest(options: Sequence[Sequence[Option]], start: Sequence[int] = ()) -> Family:
    """Choose parents for every node.

    :param start: an order to begin from, where the search is not exact.

    >>> root = Option(10.0, 0, ())
    >>> cheapest([[root], [Option(1.0, 1, (0,)), root]]).parents
    ((), (0,))
    """
    ranked = [sorted(row) for row in options]
    return _exact(ranked) if len(ranked) <= EXACT else _climb(ranked, list(start) or _greedy(ranked))


def _pick(row: Sequence[Option], before: int) -> Option:
    """The cheapest option whose parents all come before."""
    return next(option for option in row if not option.mask & ~before)


def _exact(options: Sequence[Sequence[Option]]) -> Family:
    import numpy as np

    n = len(options)
    full = (1 << n) - 1
    price = np.array([_prices(row, n) for row in options])
    ahead, last = _forward(price)
    totals = ahead + _backward(price)
    order, rest = [], full
    while rest:
        order.append(int(last[rest]))
        rest &= ~(1 << order[-1])
    order.reverse()
    parents = _choose(options, order)
    subsets = np.arange(full + 1)
    margin = {
        (c, p): float(totals[(subsets >> c & 1 == 1) & (subsets >> p & 1 == 0)].min() - ahead[full])
        for c, row in enumerate(parents)
        for p in row
    }
    return Family(parents, float(ahead[full]), tuple(order), margin, True)


def _prices(row: Sequence[Option], n: int) -> Floats:
    """Least price of a node for each set of nodes that come before it."""
    import numpy as np

    best = np.full(1 << n, np.inf)
    for option in row:
        best[option.mask] = min(best[option.mask], option.price)
    for bit in range(n):
        halves = best.reshape(-1, 2, 1 << bit)
        halves[:, 1] = np.minimum(halves[:, 0], halves[:, 1])
    return best


def _layers(n: int) -> list[Ints]:
    """The subsets of n nodes by their size."""
    import numpy as np

    subsets = np.arange(1 << n)
    sizes = sum(subsets >> bit & 1 for bit in range(n))
    return [subsets[sizes == size] for size in range(n + 1)]


def _forward(price: Floats) -> tuple[Floats, Ints]:
    """Least price of each set of nodes as the first in order, and its last node."""
    import numpy as np

    n = len(price)
    best, last = np.full(1 << n, np.inf), np.zeros(1 << n, dtype=int)
    best[0] = 0.0
    for layer in _layers(n)[:-1]:
        for c in reversed(range(n)):  # of equals the later account comes last, so the earlier is the parent
            before = layer[layer >> c & 1 == 0]
            cost, after = best[before] + price[c, before], before | 1 << c
            better = cost < best[after] - TIE
            best[after[better]], last[after[better]] = cost[better], c
    return best, last


def _backward(price: Floats) -> Floats:
    """Least price of all that is not in each set, coming after it."""
    import numpy as np

    n = len(price)
    best = np.full(1 << n, np.inf)
    best[-1] = 0.0
    for layer in _layers(n)[-2::-1]:
        for c in range(n):
            before = layer[layer >> c & 1 == 0]
            best[before] = np.minimum(best[before], price[c, before] + best[before | 1 << c])
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


def _climb(options: Sequence[Sequence[Option]], order: list[int]) -> Family:
    """Move single nodes in an order while the price falls."""
    price = total(options, order)
    for _ in range(ROUNDS):
        was = price
        for node in range(len(order)):
            order, price = _move(options, order, node, price)
        if price > was - TIE:
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
    """Put one node where the whole is cheapest: only those after it may have it as a parent."""
    rest = [c for c in order if c != node]
    before, without, having, own = 0, [0.0], [], []
    for c in rest:
        own.append(_pick(options[node], before).price)
        without.append(without[-1] + _pick(options[c], before).price)
        having.append(_pick(options[c], before | 1 << node).price)
        before |= 1 << c
    own.append(_pick(options[node], before).price)
    after = [0.0]
    for cost in reversed(having):
        after.append(after[-1] + cost)
    after.reverse()
    best, at = min((without[k] + own[k] + after[k], k) for k in range(len(order)))
    if best > price - TIE:
        return order, price
    return [*rest[:at], node, *rest[at:]], best


def _reversed(options: Sequence[Sequence[Option]], order: list[int], child: int, parent: int) -> float:
    """Price with the child moved right before its parent, or the parent right after its child."""
    early = [c for c in order if c != child]
    early.insert(early.index(parent), child)
    late = [c for c in order if c != parent]
    late.insert(late.index(child) + 1, parent)
    return min(total(options, early), total(options, late))
