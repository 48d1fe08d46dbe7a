"""The stemma as a drawing: where each node stands, where each line runs.

``layers.py`` says what stands above what; here nodes get their shapes and words, lines their
curves and numbers. Draws nothing itself: ``templates/stemma.svg.j2`` does. Invariant: two nodes
never overlap, and a line crosses a row of nodes only in the gap left for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .facts import Edge, Facts, day_and_hour, letter
from .layers import acyclic, layers, ordered, placed, with_bends

RADIUS = 21.0
GAP = 84.0  # between two rows of nodes
TOP, SIDE = 12.0, 14.0
LINE = 15.0  # height of a line of text
BEND = 34.0  # room for a line that passes a row of nodes
CLEAR = 24.0  # least distance between the numbers of two lines


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
    rows, chains = with_bends(list(nodes), pairs, layers(list(nodes), pairs))
    rows = ordered(rows, chains)
    widest = max((sum(k in nodes for k in row) for row in rows), default=0)
    slot = next(s for s, most in ((158.0, 6), (118.0, 10), (92.0, widest)) if widest <= most)
    at = placed(rows, chains, {k: slot if k in nodes else BEND for row in rows for k in row})
    left = min((x - (slot / 2 if k in nodes else 0) for k, x in at.items()), default=0) - SIDE
    right = max((x + (slot / 2 if k in nodes else 0) for k, x in at.items()), default=0) + SIDE
    places = {k: (at[k] - left, n) for n, row in enumerate(rows) for k in row}
    shapes = [[_spot(facts, nodes[k], places[k][0], slot) for k in row if k in nodes] for row in rows]
    spots, bands = _stacked(shapes)
    ways = {pair: [places[k] for k in chain] for pair, chain in chains.items()}
    height = bands[-1][1] + 10 if bands else 10
    order = tuple(spots[k] for k in nodes)
    return Drawing(round(right - left), round(height), order, _lines(facts.edges, spots, ways, bands))


Bands = list[tuple[float, float]]


def _stacked(rows: Sequence[Sequence[Spot]]) -> tuple[dict[str, Spot], Bands]:
    """Rows set under each other, a gap between; with the top and bottom of each."""
    spots: dict[str, Spot] = {}
    bands: Bands = []
    low = TOP - GAP
    for row in rows:
        y = low + GAP + max(s.tall for s in row)
        placed_row = [replace(s, y=y) for s in row]
        spots |= {s.key: s for s in placed_row}
        low = max(s.bottom for s in placed_row)
        bands.append((min(s.top for s in placed_row), low))
    return spots, bands


def _spot(facts: Facts, node: dict[str, str], x: float, slot: float) -> Spot:
    """A node's shape and words; its height on the page is set later."""
    key, kind = str(node["id"]), node.get("kind", "cited")
    room = int(slot / 7.5)
    account = facts.by_id.get(key)
    if account:
        date = day_and_hour(account.raw.get("published"))
        lines = (*wrapped(account.name, room), *([date] if date else []))
        href = f"#t{account.index}"
        return Spot(key, x, 0.0, "witness", account.siglum, account.name, lines, href=href, dated=bool(date))
    label = str(node.get("label") or key)
    if kind == "archetype":
        sign, whose = letter(label)
        lines = ("lost text", *(wrapped(whose, room) if whose else ()))
        return Spot(key, x, 0.0, "archetype", sign[:3], label, lines)
    lines = wrapped(label, room)
    half = min(slot / 2 - 4, 12 + 3.7 * max(map(len, lines)))
    return Spot(key, x, 0.0, "cited", "", label, lines, half)


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


Point = tuple[float, float]
Curve = tuple[Point, Point]


def _lines(
    edges: Sequence[Edge],
    spots: dict[str, Spot],
    ways: dict[tuple[str, str], list[tuple[float, int]]],
    bands: Bands,
) -> tuple[Line, ...]:
    """Lines in the order of the edges; ``bands`` are top and bottom of each row of nodes."""
    found: list[Line] = []
    drawn = set()
    for e in edges:
        a, b, pair = spots[e.parent], spots[e.child], (e.parent, e.child)
        if pair in drawn or pair not in ways:  # a second line between two nodes, or one that closes a circle
            path, curves = _bow(a, b)
        else:
            path, curves = _drop(a, b, ways[pair], bands)
        drawn.add(pair)
        x, y = _free(curves, [(other.x, other.y) for other in found])
        found.append(Line(e, path, x, y))
    return tuple(found)


def _drop(a: Spot, b: Spot, way: Sequence[tuple[float, int]], bands: Bands) -> tuple[str, list[Curve]]:
    """A path from a node to one below: straight through a row of nodes, curved between rows."""
    path = [f"M{a.x:.1f} {a.bottom:.1f}"]
    curves = []
    for (x, n), (u, m) in pairwise(way):
        start, end = (x, bands[n][1]), (u, bands[m][0] - 9)
        curves.append((start, end))
        h = (end[1] - start[1]) / 2
        path.append(
            f"V{start[1]:.1f}C{x:.1f} {start[1] + h:.1f} {u:.1f} {end[1] - h:.1f} {u:.1f} {end[1]:.1f}"
        )
    path.append(f"V{b.top - 5:.1f}")
    return "".join(path), curves


def _bow(a: Spot, b: Spot) -> tuple[str, list[Curve]]:
    side = max(a.x, b.x) + 64
    path = f"M{a.x + 20:.1f} {a.y:.1f}C{side:.1f} {a.y:.1f} {side:.1f} {b.y:.1f} {b.x + 26:.1f} {b.y:.1f}"
    return path, [((side - 14, a.y), (side - 14, b.y))]


def _free(curves: Sequence[Curve], taken: Sequence[Point]) -> Point:
    """A place on the curves for a number, away from the numbers already set."""
    spots = [_along(c, t) for t in (0.5, 0.36, 0.64, 0.26, 0.74) for c in reversed(curves)]
    far = [p for p in spots if all(abs(p[0] - x) + abs(p[1] - y) >= CLEAR for x, y in taken)]
    return (far or spots)[0]


def _along(curve: Curve, t: float) -> Point:
    """A point of the curve at ``t`` from 0 to 1 (a cubic with upright ends)."""
    (x, y), (u, v) = curve
    s = 1 - t
    ease = 3 * s * t * t + t**3
    down = 3 * s * s * t / 2 + 3 * s * t * t / 2 + t**3
    return x + (u - x) * ease, y + (v - y) * down
