"""The forest of descent: how likely each parent is, and the best choice of parents without cycles.

Takes for each node the sets of parents worth trying, with their prices in nats. The cheapest forest says
which nodes belong together; within each of its trees all trees are summed at once, and the one that is
expected to have most edges right is picked. Knows nothing of texts.

Invariant: the same options give the same forest; a node's chances add up to 1.

The sum over all trees is a determinant (Tutte's matrix-tree theorem, as Koo et al. 2007 use it,
"Structured prediction models via the matrix-tree theorem"); the pick is the greatest branching of
Edmonds (1967). A second parent is weighed with the main one it stands beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FAR = 25.0
"""Prices beyond the cheapest that are as good as never: exp(-25) still adds up in double precision."""

TIE = 1e-6
"""Chances that differ by less are equal."""
DEEP, SMALL = 4, 25
"""Cycles through second parents for which both ways of cutting are tried, in stories of so many nodes."""


@dataclass(frozen=True, order=True)
class Option:
    """A possible set of parents, the main one first, and its price."""

    price: float
    parents: tuple[int, ...]


@dataclass(frozen=True)
class Forest:
    """The chosen parents of each node, and how likely they are.

    ``chance[child, parent]`` is the chance that the one follows the other as main parent (or as
    second, for a second that is chosen); ``price`` is that of the cheapest forest.
    """

    parents: tuple[tuple[int, ...], ...]
    chance: dict[tuple[int, int], float]
    price: float

    def either(self, a: int, b: int) -> float:
        """Chance that one of two nodes follows the other."""
        return self.chance.get((a, b), 0.0) + self.chance.get((b, a), 0.0)


def best_forest(options: Sequence[Sequence[Option]]) -> Forest:
    """Choose parents for every node.

    :param options: for each node; one without parents must be among them.

    >>> root = Option(10.0, ())
    >>> found = best_forest([[root], [Option(1.0, (0,)), root]])
    >>> found.parents, round(found.chance[1, 0], 3)
    (((), (0,)), 1.0)
    """
    options, least = _acyclic(options)
    trees = _trees([o.parents[:1] for o in cheapest(options)])
    chances = marginals(options, trees)
    n = len(options)
    single: dict[tuple[int, int], float] = {}
    for child, row in enumerate(options):
        for option, sure in zip(row, chances[child], strict=True):
            parent = option.parents[0] if option.parents else n
            single[child, parent] = single.get((child, parent), 0.0) + sure
    # One root in a tree; of equals, the earlier node is the parent.
    worth = {(c, p): w - n * (p == n) + TIE * (p < c or p - c / n) for (c, p), w in single.items() if w}
    parents: list[tuple[int, ...]] = [() if p == n else (p,) for p in branching(_table(worth, n))]
    chance = {pair: sure for pair, sure in single.items() if pair[1] < n}
    for child, row in enumerate(options):
        for parent, sure in _second(row, chances[child], parents, child):
            parents[child] += (parent,)
            chance[child, parent] = max(sure, chance.get((child, parent), 0.0))
    return Forest(tuple(parents), chance, least)


def _trees(mains: Sequence[tuple[int, ...]]) -> list[list[int]]:
    """The nodes of each tree of a forest."""
    out: dict[int, list[int]] = {}
    for node in range(len(mains)):
        root = node
        while mains[root]:
            root = mains[root][0]
        out.setdefault(root, []).append(node)
    return list(out.values())


def marginals(options: Sequence[Sequence[Option]], trees: Sequence[Sequence[int]]) -> list[list[float]]:
    """The chance of every option over all trees of the nodes of each tree, one root each.

    :param trees: the nodes of each; options with a main parent in another tree have no chance.
    """
    out: list[list[float]] = [[0.0] * len(row) for row in options]
    for tree in trees:
        place = {node: k for k, node in enumerate(tree)}
        keys = [
            (node, k, place[o.parents[0]] if o.parents else -1, o.price)
            for node in tree
            for k, o in enumerate(options[node])
            if not o.parents or o.parents[0] in place
        ]
        chances = _one_root([(place[node], main, price) for node, _, main, price in keys], len(tree))
        for (node, k, _, _), chance in zip(keys, chances, strict=True):
            out[node][k] = chance
    return out


def _one_root(rows: Sequence[tuple[int, int, float]], n: int) -> list[float]:
    """The chance of each (child, main parent or -1, price) over all trees of n nodes with one root."""
    import numpy as np

    child, main = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    price = np.array([row[2] for row in rows])
    inner = main >= 0
    # Prices count beside that of the child's best parent; those of being the root, beside the best root.
    least = np.full(n, np.inf)
    np.minimum.at(least, child[inner], price[inner])
    beside = price - np.where(np.isfinite(least), least, 0.0)[child]
    beside[~inner] -= beside[~inner].min()
    weight = np.exp(-np.minimum(beside, FAR))
    laplace = np.zeros((n, n))
    np.add.at(laplace, (child[inner], child[inner]), weight[inner])
    np.add.at(laplace, (main[inner], child[inner]), -weight[inner])
    laplace[0] = 0.0
    np.add.at(laplace[0], child[~inner], weight[~inner])
    inverse = np.linalg.inv(laplace)
    above_ = inverse[child, np.maximum(main, 0)] * (main != 0)
    chance = np.where(inner, inverse[child, child] * (child != 0) - above_, inverse[child, 0])
    return np.clip(weight * chance, 0.0, 1.0).tolist()  # type: ignore[no-any-return]


def cheapest(options: Sequence[Sequence[Option]]) -> list[Option]:
    """The option of each node in the cheapest forest, cycles through second parents not looked at."""
    n = len(options)
    best: dict[tuple[int, int], Option] = {}
    for child, row in enumerate(options):
        for option in row:
            pair = child, (option.parents[0] if option.parents else n)
            best[pair] = min(best.get(pair, option), option)
    mains = branching(_table({pair: -option.price for pair, option in best.items()}, n))
    return [best[pair] for pair in enumerate(mains)]


def _acyclic(options: Sequence[Sequence[Option]], depth: int = 0) -> tuple[Sequence[Sequence[Option]], float]:
    """The options without those that close a cycle in the cheapest forest, and its price.

    Where a second parent follows its child, either it is no parent of it, or what follows the child on
    the way there does not: the cheaper of the two. Beyond ``DEEP`` such choices, and in a large story,
    children whose second parent follows them have one parent.
    """
    chosen = cheapest(options)
    mains = [o.parents[:1] for o in chosen]
    twisted = [c for c, o in enumerate(chosen) if o.parents[1:] and c in above(mains, o.parents[1])]
    if not twisted:
        return options, sum(o.price for o in chosen)
    if depth == DEEP or len(options) > SMALL:
        single = [[o for o in row if c not in twisted or not o.parents[1:]] for c, row in enumerate(options)]
        return _acyclic(single, depth)
    child = twisted[0]
    second = way = chosen[child].parents[1]
    while mains[way][0] != child:
        way = mains[way][0]
    cut = (_without(options, child, second), _without(options, way, child))
    return min((_acyclic(part, depth + 1) for part in cut), key=lambda found: found[1])


def _without(options: Sequence[Sequence[Option]], child: int, parent: int) -> list[Sequence[Option]]:
    """The options, but for those in which a node is a parent of another."""
    return [
        [o for o in row if parent not in o.parents] if n == child else row for n, row in enumerate(options)
    ]


def _table(worth: Mapping[tuple[int, int], float], n: int) -> Floats:
    """What each (parent, child) is worth; row n is having no parent."""
    import numpy as np

    table = np.full((n + 1, n), -np.inf)
    for (child, parent), value in worth.items():
        table[parent, child] = value
    return table


def _second(
    row: Sequence[Option], chances: Sequence[float], parents: Sequence[tuple[int, ...]], child: int
) -> list[tuple[int, float]]:
    """The second parent of a child, if one beside the main is likelier than none and makes no cycle."""
    if not parents[child]:
        return []
    main = parents[child][0]
    alone = 0.0
    beside: dict[int, float] = {}
    for option, chance in zip(row, chances, strict=True):
        if option.parents == (main,):
            alone += chance
        elif main in option.parents:
            (second,) = set(option.parents) - {main}
            beside[second] = beside.get(second, 0.0) + chance
    free = [s for s in beside if child not in above(parents, s)]
    if sum(beside.values()) <= alone or not free:
        return []
    second = min(free, key=lambda s: (-beside[s], s))
    return [(second, beside[second])]


def above(parents: Sequence[Sequence[int]], node: int) -> set[int]:
    """A node and all its ancestors."""
    found, todo = {node}, [node]
    while todo:
        new = set(parents[todo.pop()]) - found
        found |= new
        todo.extend(new)
    return found


def branching(worth: Floats) -> list[int]:
    """The parent of each node in the branching of greatest worth (Edmonds).

    :param worth: (n + 1, n) worth of (parent, child); row n is the root above all, -inf where none.
    :returns: for each child its parent, n for none.

    >>> import numpy as np
    >>> branching(np.array([[-np.inf, 5.0], [5.0, -np.inf], [1.0, 2.0]]))
    [1, 2]
    """
    rings: list[_Ring] = []
    while True:
        best: list[int] = worth.argmax(axis=0).tolist()
        cycle = _cycle(best, len(best))
        if not cycle:
            break
        rings.append(_ring(worth, best, cycle))
        worth = rings[-1].closed(worth)
    for ring in reversed(rings):
        best = ring.opened(best)
    return best


@dataclass(frozen=True)
class _Ring:
    """A cycle that is looked at as one node, the last of a smaller problem.

    ``gain`` is what a parent outside (the rest, then the root) of each member adds; ``leave`` what each
    member is worth as parent of the rest.
    """

    best: list[int]
    cycle: Sequence[int]
    rest: list[int]
    gain: Floats
    leave: Floats

    def closed(self, worth: Floats) -> Floats:
        """The smaller problem."""
        import numpy as np

        ring = len(self.rest)
        small = np.full((ring + 2, ring + 1), -np.inf)
        rows = np.delete(np.arange(ring + 2), ring)
        small[rows[:, None], np.arange(ring)] = worth[np.ix_([*self.rest, len(self.best)], self.rest)]
        small[rows, ring] = self.gain.max(axis=1)
        small[ring, :ring] = self.leave.max(axis=0, initial=-np.inf)
        return small

    def opened(self, found: Sequence[int]) -> list[int]:
        """The parents of all, from those of the smaller problem: the cycle opens where it has its parent."""
        ring, out = len(self.rest), list(self.best)
        outer = [*self.rest, len(self.best)]
        for place, child in enumerate(self.rest):
            at = found[place]
            if at == ring:
                out[child] = self.cycle[int(self.leave[:, place].argmax())]
            else:
                out[child] = outer[at - (at > ring)]
        into = found[ring] - (found[ring] > ring)
        out[self.cycle[int(self.gain[into].argmax())]] = outer[into]
        return out


def _ring(worth: Floats, best: list[int], cycle: Sequence[int]) -> _Ring:
    import numpy as np

    rest = sorted(set(range(len(best))) - set(cycle))
    held = worth[[best[c] for c in cycle], cycle]
    gain = worth[np.ix_([*rest, len(best)], cycle)] - held
    return _Ring(best, cycle, rest, gain, worth[np.ix_(cycle, rest)])


def _cycle(parent: Sequence[int], root: int) -> list[int]:
    """The members of one cycle, sorted; none if there is none."""
    state = [0] * len(parent)
    for start in range(len(parent)):
        path, node = [], start
        while node != root and not state[node]:
            state[node] = 1
            path.append(node)
            node = parent[node]
        if node != root and state[node] == 1:
            return sorted(path[path.index(node) :])
        for done in path:
            state[done] = 2
    return []
