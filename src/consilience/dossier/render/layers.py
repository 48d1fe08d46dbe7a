"""Lay out a graph of descent in layers, parents above children, peers side by side.

Sugiyama, Tagawa and Toda (1981): longest path for the layer, barycentres for the order
within it, least squares under a least distance for the place. Knows nodes as strings
alone. Invariant: the result depends on the order of nodes and edges given, on nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

SWEEPS = 8


def acyclic(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Edges parent → child without those that would close a circle, each once, in order.

    >>> acyclic("ab", [("a", "b"), ("b", "a"), ("a", "a")])
    [('a', 'b')]
    """
    kept: dict[str, list[str]] = {n: [] for n in nodes}
    found: list[tuple[str, str]] = []
    for parent, child in dict.fromkeys(edges):
        if parent != child and not _reaches(kept, child, parent):
            kept[parent].append(child)
            found.append((parent, child))
    return found


def _reaches(children: Mapping[str, Sequence[str]], start: str, goal: str) -> bool:
    seen, todo = {start}, [start]
    while todo:
        node = todo.pop()
        if node == goal:
            return True
        fresh = [c for c in children.get(node, ()) if c not in seen]
        seen.update(fresh)
        todo += fresh
    return False


def peers(
    nodes: Sequence[str], edges: Sequence[tuple[str, str]], level: Sequence[tuple[str, str]]
) -> dict[str, list[str]]:
    """For each node, those that stand beside it in its row, itself included, neighbours in line.

    Two nodes joined by a ``level`` pair stand side by side unless one is above the other by ``edges``.

    >>> peers("abcd", [("a", "b"), ("b", "c")], [("c", "d"), ("a", "c")])["d"]
    ['c', 'd']
    """
    lead = {n: n for n in nodes}
    for a, b in level:
        up, down = lead[a], lead[b]
        heirs: dict[str, list[str]] = {}
        for parent, child in edges:
            heirs.setdefault(lead[parent], []).append(lead[child])
        if up != down and not _reaches(heirs, up, down) and not _reaches(heirs, down, up):
            lead |= {n: up for n, head in lead.items() if head == down}
    groups: dict[str, list[str]] = {}
    for n in nodes:
        groups.setdefault(lead[n], []).append(n)
    near: dict[str, list[str]] = {n: [] for n in nodes}
    for a, b in level:
        if lead[a] == lead[b]:
            near[a].append(b)
            near[b].append(a)
    return {n: line for group in groups.values() for line in [_in_line(group, near)] for n in group}


def _in_line(group: Sequence[str], near: Mapping[str, Sequence[str]]) -> list[str]:
    """A group in an order in which most neighbours touch: a walk from one of its ends."""
    line: list[str] = []
    for start in sorted(group, key=lambda n: len(near[n])):
        todo = [start]
        while todo:
            node = todo.pop()
            if node not in line:
                line.append(node)
                todo += [n for n in reversed(near[node]) if n not in line]
    return line


def layers(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The layer of each node: below all its parents; a root stands just above its first child.

    >>> layers("abcx", [("a", "b"), ("b", "c"), ("x", "c")])
    {'a': 0, 'b': 1, 'c': 2, 'x': 1}
    """
    rank = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for parent, child in edges:
            rank[child] = max(rank[child], rank[parent] + 1)
    heirs = {p: [c for q, c in edges if q == p] for p, _ in edges}
    born = {c for _, c in edges}
    for node, children in heirs.items():
        if node not in born:
            rank[node] = min(rank[c] for c in children) - 1
    return rank


Chains = dict[tuple[str, str], list[str]]


def with_bends(
    nodes: Sequence[str], edges: Sequence[tuple[str, str]], rank: dict[str, int]
) -> tuple[list[list[str]], Chains]:
    """Rows of nodes, with a bend in each row that an edge passes."""
    rows: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    tied = {n for e in edges for n in e}
    for n in sorted(nodes, key=lambda n: n not in tied):
        rows[rank[n]].append(n)
    chains: Chains = {}
    for parent, child in edges:
        chain = [parent]
        for level in range(rank[parent] + 1, rank[child]):
            bend = f"{parent}\0{child}\0{level}"
            rows[level].append(bend)
            chain.append(bend)
        chains[parent, child] = [*chain, child]
    return rows, chains


def ordered(
    rows: list[list[str]],
    chains: Chains,
    beside: Mapping[str, Sequence[str]] = {},
) -> list[list[str]]:
    """Rows reordered so that fewer lines cross: barycentre sweeps, the best order kept.

    :param beside: nodes that stay together in the order given (``peers``).
    """
    ups, downs = _neighbours(chains)
    rows = [sorted(row, key=lambda k: _together(k, row, beside)) for row in rows]
    best, fewest = [list(r) for r in rows], crossings(rows, ups)
    for sweep in range(SWEEPS):
        near = ups if sweep % 2 == 0 else downs
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            where = {k: i for r in rows for i, k in enumerate(r)}
            keys = {k: _mean([where[n] for n in near.get(k, ())], where[k]) for k in row}
            means = {k: _mean([keys[n] for n in beside.get(k, (k,))], 0) for k in row}
            heads = {k: where[beside.get(k, (k,))[0]] for k in row}
            row.sort(key=lambda k: (means[k], heads[k], where[k]))
        now = crossings(rows, ups)
        if now < fewest:
            best, fewest = [list(r) for r in rows], now
    return best


def _together(node: str, row: Sequence[str], beside: Mapping[str, Sequence[str]]) -> tuple[int, int]:
    line = beside.get(node, (node,))
    return min(row.index(n) for n in line), line.index(node)


def _neighbours(chains: Chains) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    ups: dict[str, list[str]] = {}
    downs: dict[str, list[str]] = {}
    for chain in chains.values():
        for a, b in pairwise(chain):
            ups.setdefault(b, []).append(a)
            downs.setdefault(a, []).append(b)
    return ups, downs


def crossings(rows: Sequence[Sequence[str]], ups: dict[str, list[str]]) -> int:
    """How many pairs of lines cross between neighbouring rows."""
    total = 0
    for above, row in pairwise(rows):
        where = {k: i for i, k in enumerate(above)}
        ends = [(where[p], i) for i, k in enumerate(row) for p in ups.get(k, [])]
        total += sum(a[0] > b[0] and a[1] < b[1] for a in ends for b in ends)
    return total


def placed(rows: Sequence[Sequence[str]], chains: Chains, widths: dict[str, float]) -> dict[str, float]:
    """Horizontal places: near the neighbours' mean, never closer than half the two widths."""
    ups, downs = _neighbours(chains)
    at: dict[str, float] = {}
    for row in rows:
        x = -sum(widths[k] for k in row) / 2
        for k in row:
            at[k] = x + widths[k] / 2
            x += widths[k]
    for sweep in range(SWEEPS * 2):
        for row in rows if sweep % 2 else rows[::-1]:
            near = {k: ups.get(k, []) if sweep % 2 else downs.get(k, []) for k in row}
            wanted = [_mean([at[n] for n in near[k]], at[k]) for k in row]
            gaps = [(widths[a] + widths[b]) / 2 for a, b in pairwise(row)]
            at.update(zip(row, spread(wanted, gaps), strict=True))
    return at


def spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to those wanted (least squares) that keep order and gaps.

    Pool adjacent violators (Ayer and others 1955), after taking the gaps off.

    >>> spread([0, 0], [10])
    [-5.0, 5.0]
    """
    offsets = [0.0]
    for g in gaps:
        offsets.append(offsets[-1] + g)
    blocks: list[tuple[float, int]] = []
    for want, off in zip(wanted, offsets, strict=False):
        blocks.append((want - off, 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (a, n), (b, m) = blocks[-2:]
            blocks[-2:] = [((a * n + b * m) / (n + m), n + m)]
    flat = [mean for mean, n in blocks for _ in range(n)]
    return [x + off for x, off in zip(flat, offsets, strict=False)]


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default
