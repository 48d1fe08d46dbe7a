"""Lay out the stemma: who stands above whom, where each line runs.

Parents above children, in layers (Sugiyama, Tagawa and Toda 1981): longest path for the
layer, barycentres for the order within it, least squares under a least distance for the
place. Draws nothing itself; ``templates/stemma.svg.j2`` does. Invariant: the drawing depends on the
document's order of nodes and edges alone, and two nodes never overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .facts import Edge, Facts, day_and_hour

RADIUS = 21.0
LAYER = 158.0
TOP, SIDE = 34.0, 14.0
LINE = 15.0  # height of a line of text
SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Spot:
    """A node in its place: centre, kind, sign, whole name, and its text line by line.

    The text of a cited node stands inside its box, of half width ``half``.
    """

    key: str
    x: float
    y: float
    kind: str
    sign: str
    name: str
    lines: tuple[str, ...]
    half: float = RADIUS
    href: str = ""
    dated: bool = False

    @property
    def tall(self) -> float:
        """Half the height of the shape."""
        return RADIUS if self.kind != "cited" else 9 + LINE * len(self.lines) / 2

    @property
    def top(self) -> float:
        """Where lines from above end."""
        return self.y - self.tall

    @property
    def bottom(self) -> float:
        """Where lines to below begin."""
        return self.y + self.tall + (0 if self.kind == "cited" else LINE * len(self.lines) + 6)


@dataclass(frozen=True, slots=True)
class Line:
    """An edge drawn: its SVG path, and where its number stands."""

    edge: Edge
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that a template needs to draw a stemma; sizes in CSS pixels."""

    width: float
    height: float
    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]
    radius: float = RADIUS


def draw(facts: Facts) -> Drawing:
    """Lay out the stemma of a dossier.

    >>> from .facts import facts
    >>> draw(facts({})).spots
    ()
    """
    nodes = {str(n["id"]): n for n in (facts.document.get("stemma") or {}).get("nodes") or []}
    for key in [a.id for a in facts.accounts] + [k for e in facts.edges for k in (e.parent, e.child)]:
        nodes.setdefault(key, {"id": key, "kind": "witness" if key in facts.by_id else "cited", "label": key})
    pairs = acyclic(list(nodes), [(e.parent, e.child) for e in facts.edges])
    ranks = layers(list(nodes), pairs)
    rows, chains = _with_bends(list(nodes), pairs, ranks)
    rows = ordered(rows, chains)
    widest = max((sum(k in nodes for k in row) for row in rows), default=0)
    slot = 158.0 if widest <= 6 else 118.0 if widest <= 10 else 92.0
    at = placed(rows, chains, {k: slot if k in nodes else 34.0 for row in rows for k in row})
    left = min((x - slot / 2 for k, x in at.items() if k in nodes), default=0) - SIDE
    left = min([left] + [x - SIDE for x in at.values()])
    level = {k: n for n, row in enumerate(rows) for k in row}
    spots = tuple(_spot(facts, nodes[k], at[k] - left, TOP + level[k] * LAYER, slot) for k in nodes)
    ways = {pair: [(at[k] - left, TOP + level[k] * LAYER) for k in chain] for pair, chain in chains.items()}
    width = (
        max([s.x + slot / 2 for s in spots] + [x for way in ways.values() for x, _ in way], default=0) + SIDE
    )
    height = max((s.bottom for s in spots), default=0) + 10
    return Drawing(round(width), round(height), spots, _lines(facts.edges, {s.key: s for s in spots}, ways))


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


def _reaches(children: dict[str, list[str]], start: str, goal: str) -> bool:
    seen, todo = {start}, [start]
    while todo:
        node = todo.pop()
        if node == goal:
            return True
        fresh = [c for c in children[node] if c not in seen]
        seen.update(fresh)
        todo += fresh
    return False


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


def _with_bends(
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


def ordered(rows: list[list[str]], chains: Chains) -> list[list[str]]:
    """Rows reordered so that fewer lines cross: barycentre sweeps, the best order kept."""
    ups, downs = _neighbours(chains)
    best, fewest = [list(r) for r in rows], crossings(rows, ups)
    for sweep in range(SWEEPS):
        near = ups if sweep % 2 == 0 else downs
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            where = {k: i for r in rows for i, k in enumerate(r)}
            keys = {k: _mean([where[n] for n in near[k]], where[k]) if k in near else where[k] for k in row}
            row.sort(key=lambda k: keys[k])
        now = crossings(rows, ups)
        if now < fewest:
            best, fewest = [list(r) for r in rows], now
    return best


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


def _spot(facts: Facts, node: dict[str, str], x: float, y: float, slot: float) -> Spot:
    key, kind = str(node["id"]), node.get("kind", "cited")
    room = int(slot / 7.5)
    account = facts.by_id.get(key)
    if account:
        date = day_and_hour(account.raw.get("published"))
        lines = (*wrapped(account.name, room), *([date] if date else []))
        href = f"#t{account.index}"
        return Spot(key, x, y, "witness", account.siglum, account.name, lines, href=href, dated=bool(date))
    label = str(node.get("label") or key)
    if kind == "archetype":
        return Spot(key, x, y, "archetype", label[:3], label, ("lost text",))
    lines = wrapped(label, room)
    half = min(slot / 2 - 4, 12 + 3.7 * max(map(len, lines)))
    return Spot(key, x, y, "cited", "", label, lines, half)


def wrapped(words: str, room: int) -> tuple[str, ...]:
    """At most two lines of at most ``room`` characters.

    >>> wrapped("Velmark Harbour Authority", 16)
    ('Velmark Harbour', 'Authority')
    """
    if len(words) <= room:
        return (words,)
    cut = words.rfind(" ", 0, room + 1)
    if cut <= 0:
        return (shortened(words, room),)
    return words[:cut], shortened(words[cut + 1 :], room)


def shortened(words: str, room: int) -> str:
    """At most ``room`` characters.

    >>> shortened("Velmark Harbour Authority", 12)
    'Velmark Har…'
    """
    return words if len(words) <= room else words[: room - 1].rstrip() + "…"


def _lines(
    edges: Sequence[Edge], spots: dict[str, Spot], ways: dict[tuple[str, str], list[tuple[float, float]]]
) -> tuple[Line, ...]:
    found, taken = [], set()
    for e in edges:
        way = ways.get((e.parent, e.child))
        a, b = spots[e.parent], spots[e.child]
        again = (e.parent, e.child) in taken
        taken.add((e.parent, e.child))
        if way is None or again:  # a second line between two nodes, or one that would close a circle
            found.append(_bow(e, a, b))
            continue
        points = [(a.x, a.bottom), *way[1:-1], (b.x, b.top - 5)]
        found.append(_curve(e, points))
    return tuple(found)


def _curve(edge: Edge, points: Sequence[tuple[float, float]]) -> Line:
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (u, v) in pairwise(points):
        h = (v - y) / 2
        path.append(f"C{x:.1f} {y + h:.1f} {u:.1f} {v - h:.1f} {u:.1f} {v:.1f}")
    (x, y), (u, v) = points[-2:]
    return Line(edge, "".join(path), (x + u) / 2, (y + v) / 2)


def _bow(edge: Edge, a: Spot, b: Spot) -> Line:
    side = max(a.x, b.x) + 64
    path = f"M{a.x + 20:.1f} {a.y:.1f}C{side:.1f} {a.y:.1f} {side:.1f} {b.y:.1f} {b.x + 26:.1f} {b.y:.1f}"
    return Line(edge, path, side - 14, (a.y + b.y) / 2)
