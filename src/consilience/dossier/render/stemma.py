"""The stemma as a drawing: where each node stands, where each line runs.

``layers.py`` says what stands above what; here nodes get their shapes and words, lines their
curves, numbers and words. A family of up to six abreast runs down the page, names under the signs; a
broader one runs across it, names beside them. Draws nothing itself: ``templates/stemma.svg.j2`` does.
Invariant: two nodes never overlap, nothing stands outside the drawing, and a line crosses a row of nodes
only in a gap left for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import sqrt
from unicodedata import category, east_asian_width

from .facts import Document, Edge, Facts, counted, day_and_hour, letter
from .layers import Chains, acyclic, layers, ordered, peers, placed, with_bends

Point = tuple[float, float]
Box = tuple[float, float, float, float]
UNIT = 7.6  # width of a letter of a name
LINE = 15.0  # height of a line of text
TITLE = 24.0  # for the words over a framed family
ARROW = 12.0  # from the end of a line to the node, for the arrow's head
TALL = 14  # most nodes in a row for which a first node before them stands in the middle, and not at the head
WORDED = 16  # most lines of a family whose numbers have a word beside them

WORDS = {
    "copy": "copied",
    "rewrite": "reworded",
    "translation": "translated",
    "quote": "quoted",
    "credit": "credited",
    "version": "revised",
}
"""What befell the upper text on a line, in a word."""


@dataclass(frozen=True, slots=True)
class Page:
    """Sizes for a kind of page: of a row of families, of one family, and inside a family."""

    widest: float  # a row of families
    most: float  # a family with words on its lines
    pad: float  # around the families, and inside their frames
    abreast: int  # most nodes side by side in a family that runs down the page
    slot: tuple[float, float]  # least and most room for a node side by side with others
    bend: float  # room for a line that passes a row of nodes
    letters: int  # of a name beside its sign
    across: tuple[float, float]  # between two rows that run across, with words on lines and without


WIDE = Page(940.0, 1215.0, 14.0, 6, (104.0, 158.0), 30.0, 22, (146.0, 92.0))
NARROW = Page(326.0, 326.0, 8.0, 3, (90.0, 150.0), 16.0, 12, (84.0, 46.0))


@dataclass(frozen=True, slots=True)
class Way:
    """Sizes of a family that runs down the page, or across it (``across``)."""

    across: bool
    radius: float
    slot: float  # of a node in its row
    bend: float  # of a line that passes a row
    gap: float  # between two rows
    room: int  # letters of a line of a name


@dataclass(frozen=True, slots=True)
class Spot:
    """A node in its place: centre, kind, sign, whole name, and its text line by line.

    The text of a cited node stands inside its box, of half width ``half``; that of others under
    their circle, or beside it (``beside``).
    """

    key: str
    x: float
    y: float
    kind: str
    sign: str
    name: str
    lines: tuple[str, ...]
    half: float
    tall: float
    href: str = ""
    dated: bool = False
    beside: bool = False

    @property
    def shape(self) -> Box:
        """Left, top, right and bottom of the circle or box."""
        return self.x - self.half, self.y - self.tall, self.x + self.half, self.y + self.tall

    @property
    def words(self) -> Box:
        """Left, top, right and bottom of its text."""
        wide, high = max(map(breadth, self.lines), default=0.0), LINE * len(self.lines)
        if self.kind == "cited":
            return self.shape
        if self.beside:
            left = self.x + self.half + 8
            return left, self.y - high / 2, left + wide, self.y + high / 2
        low = self.y + self.tall + 4
        return self.x - wide / 2, low, self.x + wide / 2, low + high + 2

    @property
    def box(self) -> Box:
        """Left, top, right and bottom of both."""
        return around([self.shape, self.words])


@dataclass(frozen=True, slots=True)
class Line:
    """An edge drawn: its SVG path, and its number with a word, half so wide as ``half``."""

    edge: Edge
    path: str
    x: float
    y: float
    word: str
    half: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A box around a family or the accounts without one, and what is said over it."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that a template needs to draw a stemma; sizes in CSS pixels."""

    width: float
    height: float
    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]
    frames: tuple[Frame, ...] = ()

    @property
    def dense(self) -> bool:
        """Whether there are so many lines that they are better drawn thin."""
        return len(self.lines) > WORDED


@dataclass(frozen=True, slots=True)
class _Curve:
    """A line before it is moved to its place: a start, then cubic curves or straight lines to points."""

    start: Point
    steps: tuple[tuple[Point, ...], ...]

    @property
    def points(self) -> list[Point]:
        return [self.start, *(p for step in self.steps for p in step)]

    @property
    def path(self) -> str:
        steps = (
            ("C" if len(s) == 3 else "L") + " ".join(f"{x:.1f} {y:.1f}" for x, y in s) for s in self.steps
        )
        return f"M{self.start[0]:.1f} {self.start[1]:.1f}" + "".join(steps)

    def moved(self, change: Callable[[Point], Point]) -> _Curve:
        return _Curve(change(self.start), tuple(tuple(change(p) for p in s) for s in self.steps))

    def along(self, best: float) -> Iterator[Point]:
        """Places for a number, from ``best`` (0 to 1) along the last curve to those further off."""
        ends = [self.start, *(s[-1] for s in self.steps)]
        bows = [(a, s) for a, s in zip(ends, self.steps, strict=False) if len(s) == 3] or [
            (a, (a, b, b)) for a, b in pairwise(ends)
        ]
        for t in sorted((0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.87), key=lambda t: abs(t - best)):
            for a, (b, c, d) in reversed(bows):
                k = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3)
                yield tuple(sum(w * p[i] for w, p in zip(k, (a, b, c, d), strict=True)) for i in (0, 1))  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class _Block:
    """A family drawn by itself, its upper left corner at 0, 0."""

    spots: tuple[Spot, ...]
    lines: tuple[tuple[int, Line, _Curve], ...]
    width: float
    height: float
    title: str


def around(boxes: Iterable[Box]) -> Box:
    """The least box that holds all."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is drawn, and on what page."""

    facts: Facts
    nodes: dict[str, Document]
    page: Page

    def spot(self, key: str, way: Way) -> Spot:
        return _spot(self.facts, self.nodes[key], way)


def draw(facts: Facts, page: Page = WIDE) -> Drawing:
    """Lay out the stemma of a dossier.

    >>> from .facts import facts
    >>> draw(facts({})).spots
    ()
    """
    sheet = _Sheet(facts, nodes_of(facts), page)
    groups = families(facts)
    blocks = [_fitted(sheet, members) for members in groups if len(members) > 1]
    alone = [m for members in groups if len(members) == 1 for m in members]
    if alone:
        blocks.append(_alone(sheet, alone, bool(blocks)))
    return _packed(blocks, list(sheet.nodes), page)


def nodes_of(facts: Facts) -> dict[str, Document]:
    """The nodes of the stemma by id; accounts and ends of edges that it does not list are added."""
    nodes = {str(n["id"]): n for n in (facts.document.get("stemma") or {}).get("nodes") or []}
    for key in [a.id for a in facts.accounts] + [k for e in facts.edges for k in (e.parent, e.child)]:
        nodes.setdefault(key, {"id": key, "kind": "witness" if key in facts.by_id else "cited", "label": key})
    return nodes


def families(facts: Facts, kinds: Sequence[str] = ()) -> list[list[str]]:
    """Nodes that lines join, directly or by way of others; in the order of the nodes.

    :param kinds: of the lines that count; all if empty.
    """
    nodes = nodes_of(facts)
    head = {n: n for n in nodes}
    for e in facts.edges:
        if kinds and e.style not in kinds:
            continue
        a, b = head[e.parent], head[e.child]
        if a != b:
            head = {n: a if h == b else h for n, h in head.items()}
    groups: dict[str, list[str]] = {}
    for n in nodes:
        groups.setdefault(head[n], []).append(n)
    return list(groups.values())


# -- words --


def breadth(words: str) -> float:
    """About how wide words are as a name, in pixels.

    >>> breadth("ab") < breadth("AB") < breadth("漢字")
    True
    """
    return UNIT * sum(_letter(c) for c in words)


def _letter(c: str) -> float:
    if east_asian_width(c) in "WF":
        return 1.8
    if category(c) in ("Mn", "Me", "Cf"):
        return 0.0
    wide = 1.15 if "\u0370" <= c < "\u0530" else 1.0  # Greek, Cyrillic
    return 1.3 * wide if c.isupper() or c in "mw—…@%" else 0.55 if c in "ijltf.,:;|' " else wide


def wrapped(words: str, room: int, most: int = 2) -> tuple[str, ...]:
    """At most two lines that take no more room than ``room`` letters.

    >>> wrapped("Velmark Harbour Authority", 17)
    ('Velmark Harbour', 'Authority')
    """
    if breadth(words) <= room * UNIT or most == 1:
        return (shortened(words, room),)
    whole = _fitting(words, room)
    cut = words.rfind(" ", 0, whole + 1)
    if cut <= 0 and not any(east_asian_width(c) in "WF" for c in words[:whole]):
        return (shortened(words, room),)
    cut = cut if cut > 0 else whole
    return words[:cut], shortened(words[cut:].strip(), room)


def shortened(words: str, room: int) -> str:
    """What fits the room of so many letters.

    >>> shortened("Velmark Harbour Authority", 14)
    'Velmark Harb…'
    """
    if breadth(words) <= room * UNIT:
        return words
    return words[: _fitting(words, room - 1.3)].rstrip() + "…"


def _fitting(words: str, room: float) -> int:
    """How many characters fit."""
    used = 0.0
    for n, c in enumerate(words):
        used += _letter(c)
        if used > room:
            return max(1, n)
    return len(words)


def _spot(facts: Facts, node: Document, way: Way) -> Spot:
    """A node's shape and words; it is put in its place later."""
    key, kind = str(node["id"]), str(node.get("kind", "cited"))
    r, most = way.radius, 1 if way.across else 2
    account = facts.by_id.get(key)
    if account:
        date = day_and_hour(account.raw.get("published"))
        lines = (*wrapped(account.name, way.room, most), *([date] if date else []))
        return Spot(
            key, 0.0, 0.0, "witness", account.siglum, account.name, lines, r, r,
            href=f"#t{account.index}", dated=bool(date), beside=way.across,
        )  # fmt: skip
    label = str(node.get("label") or key)
    if kind == "archetype":
        sign, whose = letter(label)
        lines = ("lost text", *(wrapped(whose, way.room, 1) if whose else ()))
        return Spot(key, 0.0, 0.0, "archetype", sign[:3], label, lines, r, r, beside=way.across)
    lines = wrapped(label, way.room - 3, most)
    half = 9 + max(map(breadth, lines)) / 2
    tall = 9 + LINE * len(lines) / 2
    return Spot(key, 0.0, 0.0, "cited", "", label, lines, half, tall, beside=way.across)


# -- one family --


def _fitted(sheet: _Sheet, members: Sequence[str]) -> _Block:
    """A family with words on its lines if they are few and it does not grow too wide by them."""
    few = sum(e.parent in members for e in sheet.facts.edges) <= WORDED
    found = _family(sheet, members, few)
    return _family(sheet, members, False) if few and found.width > sheet.page.most else found


def _family(sheet: _Sheet, members: Sequence[str], few: bool) -> _Block:
    """A family in rows, down the page or across it; where lines are few, with words on them."""
    here, page, facts = set(members), sheet.page, sheet.facts
    edges = [e for e in facts.edges if e.parent in here and e.child in here and e.parent != e.child]
    rows, chains, level = _rows(members, edges)
    abreast = max(sum(k in here for k in row) for row in rows)
    spare = page.widest - 2 * page.pad
    twins = {k for pair in level for k in pair} if few else set()
    fit = min(
        (spare - page.bend * sum(k not in here for k in row) - 36 * sum(k in twins for k in row))
        / max(1, sum(k in here for k in row))
        for row in rows
    )
    slot = min(_slot(sheet, members), max(fit, page.slot[0]))
    down = Way(False, 21.0, slot, page.bend, 92.0 if len(edges) < 5 else 110.0, int((slot - 12) / UNIT))
    across = Way(True, 15.0, 46.0, 16.0, page.across[not few], page.letters)
    fits = abreast <= page.abreast and slot <= fit + 1
    way = down if fits else across
    widths = {
        k: (way.slot + 36 * (k in twins and fits)) if k in here else way.bend for row in rows for k in row
    }
    at = placed(rows, chains, widths)
    if not fits and abreast > TALL and len(rows[0]) == 1:
        at[rows[0][0]] = min(at[k] for k in rows[1])
    spots = {k: sheet.spot(k, way) for k in members}
    plan = _Plan(way, rows, at, spots)
    curves = [(e, plan.curve(e, edges, chains, level)) for e in edges]
    accounts = sum(k in facts.by_id for k in members)
    title = f"Family of {counted(accounts, 'account')}" if accounts > 1 else "One account and whom it follows"
    return _block(list(plan.spots().values()), curves, title, few)


def _rows(
    members: Sequence[str], edges: Sequence[Edge]
) -> tuple[list[list[str]], Chains, set[tuple[str, str]]]:
    """Rows of nodes and bends, the chain of each line that passes from row to row, and pairs in one row."""
    directed = acyclic(members, [(e.parent, e.child) for e in edges if e.directed])
    flat = [(e.parent, e.child) for e in edges if not e.directed]
    beside = peers(members, directed, flat)
    level = {(a, b) for a, b in flat if b in beside[a]}
    lead = {n: beside[n][0] for n in members}
    rest = [(e.parent, e.child) for e in edges]
    wanted = [*directed, *rest, *((b, a) for a, b in rest)]  # a line that closes a circle runs upwards
    between = [(a, b) for a, b in wanted if lead[a] != lead[b]]
    tops = acyclic(list(dict.fromkeys(lead.values())), [(lead[a], lead[b]) for a, b in between])
    rank = layers(list(dict.fromkeys(lead.values())), tops)
    ranks = {n: rank[lead[n]] for n in members}
    pairs = [
        (a, b)
        for a, b in dict.fromkeys(between)
        if ranks[a] < ranks[b] and ((a, b) in rest or (b, a) in rest)
    ]
    level |= {(a, b) for a, b in rest if ranks[a] == ranks[b]}
    rows, chains = with_bends(members, pairs, ranks)
    return ordered(rows, chains, beside), chains, level


def _slot(sheet: _Sheet, members: Sequence[str]) -> float:
    """Room for a node in its row: as much as the names need, within bounds."""
    accounts = sheet.facts.by_id
    names = [accounts[k].name if k in accounts else str(sheet.nodes[k].get("label") or k) for k in members]
    least, most = sheet.page.slot
    return min(most, max(least, max(map(breadth, names)) + 22))


@dataclass(frozen=True)
class _Plan:
    """Nodes in rows: ``u`` runs along a row, ``v`` from row to row; turned round where it runs across."""

    way: Way
    rows: Sequence[Sequence[str]]
    at: dict[str, float]
    shapes: dict[str, Spot]

    def turned(self, p: Point) -> Point:
        """From u, v to x, y."""
        return (p[1], p[0]) if self.way.across else p

    def extent(self, key: str) -> tuple[float, float, float]:
        """Of a node: half along the row, before the centre, and after it, words included."""
        _, top, right, bottom = self.shapes[key].box
        if self.way.across:
            s = self.shapes[key]
            before = self.way.radius if s.kind == "cited" else s.half
            return s.tall, before, right - s.x + (s.half - before if s.kind == "cited" else 7)
        return self.shapes[key].half, -top, bottom

    @cached_property
    def bands(self) -> list[tuple[float, float, float]]:
        """Of each row: where it begins, the line of its centres, where it ends."""
        found: list[tuple[float, float, float]] = []
        low = -self.way.gap
        for row in self.rows:
            sizes = [self.extent(k) for k in row if k in self.shapes]
            start = low + self.way.gap
            centre = start + max(s[1] for s in sizes)
            low = centre + max(s[2] for s in sizes)
            found.append((start, centre, low))
        return found

    def spots(self) -> dict[str, Spot]:
        """The nodes in their places."""
        found = {}
        for row, (_, centre, _) in zip(self.rows, self.bands, strict=True):
            for k in row:
                if k in self.shapes:
                    s = self.shapes[k]
                    shift = s.half - self.way.radius if self.way.across and s.kind == "cited" else 0.0
                    x, y = self.turned((self.at[k], centre + shift))
                    found[k] = replace(s, x=x, y=y)
        return found

    def curve(self, e: Edge, edges: Sequence[Edge], chains: Chains, level: set[tuple[str, str]]) -> _Curve:
        """The line of an edge, from parent to child."""
        same = [o for o in edges if {o.parent, o.child} == {e.parent, e.child}]
        if (e.parent, e.child) in level or (e.child, e.parent) in level:
            return self._beside(e, same.index(e)).moved(self.turned)
        up = (e.parent, e.child) not in chains
        chain = chains[(e.child, e.parent) if up else (e.parent, e.child)]
        top, low = chain[0], chain[-1]
        leaving = self._port(e, [o for o in edges if top in (o.parent, o.child)], top, chains)
        coming = self._port(e, [o for o in edges if low in (o.parent, o.child)], low, chains)
        found = self._drop(chain, leaving, coming, 12.0 * same.index(e), up)
        return (_reversed(found) if up else found).moved(self.turned)

    def _port(self, e: Edge, edges: Sequence[Edge], end: str, chains: Chains) -> float:
        """How far from the middle of a node a line meets it, on the side where it does."""
        after = {o.number: self._next(o, end, chains) for o in edges}
        side = [o for o in edges if after[o.number] and after[o.number][0] == after[e.number][0]]
        order = sorted(side, key=lambda o: (after[o.number][1], o.number))
        most = min(13.0, 1.3 * self.extent(end)[0] / max(1, len(order) - 1))
        return (order.index(e) - (len(order) - 1) / 2) * most

    def _next(self, e: Edge, end: str, chains: Chains) -> tuple[bool, float]:
        """On which side of a node a line leaves it (above: False), and where it goes there."""
        pair = (e.parent, e.child) if (e.parent, e.child) in chains else (e.child, e.parent)
        if pair not in chains:
            return ()  # type: ignore[return-value]
        chain = chains[pair]
        return (True, self.at[chain[1]]) if chain[0] == end else (False, self.at[chain[-2]])

    def _drop(
        self, chain: Sequence[str], leaving: float, coming: float, aside: float, upwards: bool
    ) -> _Curve:
        """From row to row: straight past a row of nodes, curved between two."""
        bands, level = self.bands, {k: n for n, row in enumerate(self.rows) for k in row}
        first, last = chain[0], chain[-1]
        us = [self.at[first] + leaving, *(self.at[k] + aside for k in chain[1:-1]), self.at[last] + coming]
        start = (us[0], bands[level[first]][1] + self.extent(first)[2] + (ARROW if upwards else 0))
        steps: list[tuple[Point, ...]] = []
        for (a, u), (b, w) in pairwise(zip(chain, us, strict=True)):
            out, into = bands[level[a]][2] + ARROW + 2, bands[level[b]][0] - ARROW - 2
            bow = 0.5 * (into - out)
            steps += [((u, out),), ((u, out + bow), (w, into - bow), (w, into))]
        r, before = self.way.radius, self.extent(last)[1]
        depth = before if self.shapes[last].kind == "cited" else sqrt(max(0.0, r * r - coming * coming))
        steps.append(((us[-1], bands[level[last]][1] - depth - ARROW),))
        return _Curve(start, tuple(steps))

    def _beside(self, e: Edge, again: int) -> _Curve:
        """Between two nodes of one row: straight where they are neighbours, else over those between."""
        row = next(list(r) for r in self.rows if e.parent in r)
        a, b = sorted((e.parent, e.child), key=row.index)
        v = self.bands[next(n for n, r in enumerate(self.rows) if a in r)][1]
        between = [k for k in row[row.index(a) + 1 : row.index(b)] if k in self.shapes]
        if not between and not again and not self.way.across:
            ends = (self.at[a] + self.extent(a)[0] + 4, v), (self.at[b] - self.extent(b)[0] - 4, v)
            found = _Curve(ends[0], ((ends[1],),))
        else:
            lift = min(0.66 * self.way.gap, 30.0 + 8 * len(between)) + 12 * again
            start = (self.at[a] + 4, v - self.extent(a)[1] - 3)
            end = (self.at[b] - 4, v - self.extent(b)[1] - 3)
            found = _Curve(start, (((start[0], start[1] - lift), (end[0], end[1] - lift), end),))
        return found if a == e.parent else _reversed(found)


def _reversed(curve: _Curve) -> _Curve:
    points = [curve.start, *(s[-1] for s in curve.steps)]
    back = [(*reversed(s[:-1]), start) for s, start in zip(curve.steps, points, strict=False)]
    return _Curve(points[-1], tuple(reversed(back)))


def _block(
    spots: Sequence[Spot], curves: Sequence[tuple[Edge, _Curve]], title: str, worded: bool = False
) -> _Block:
    """Numbers set on the lines, and all moved so that the upper left corner is at 0, 0."""
    lines: list[tuple[int, Line, _Curve]] = []
    taken = [b for s in spots for b in (s.shape, s.words)]
    for e, curve in curves:
        word = WORDS.get(str(e.raw.get("kind")), "") if e.directed else "same words"
        line = _tagged(e, curve, word if worded else "", _best(e, [o for o, _ in curves]), taken)
        lines.append((e.number, line, curve))
        taken.append((line.x - line.half - 2, line.y - 12, line.x + line.half + 2, line.y + 12))
    points = [p for _, _, c in lines for p in c.points]
    edges = [(x - 9, y - 9, x + 9, y + 9) for x, y in points]
    left, top, right, bottom = around([*taken, *edges])
    shifted = [replace(s, x=s.x - left, y=s.y - top) for s in spots]
    moved = [
        (n, replace(k, x=k.x - left, y=k.y - top), c.moved(lambda p: (p[0] - left, p[1] - top)))
        for n, k, c in lines
    ]
    return _Block(tuple(shifted), tuple(moved), right - left, bottom - top, title)


def _best(e: Edge, edges: Sequence[Edge]) -> float:
    """Where along a line its number stands clear of others: away from the end where many meet."""
    fathers = sum(o.child == e.child for o in edges)
    heirs = sum(o.parent == e.parent for o in edges)
    return 0.5 + (0.3 if heirs > 6 and fathers == 1 else 0.1 * ((heirs > fathers) - (heirs < fathers)))


def _tagged(e: Edge, curve: _Curve, word: str, best: float, taken: Sequence[Box]) -> Line:
    """A number where it covers nothing, with its word if there is room for that too."""
    spots = list(curve.along(best))
    bare = 10.0 if e.number < 100 else 13.0
    for said in dict.fromkeys((word, "")):
        half = bare + (breadth(said) * 0.43 + 3 if said else 0)
        for x, y in spots:
            if not any(x - half < r and x + half > a and y - 10 < d and y + 10 > b for a, b, r, d in taken):
                return Line(e, "", x, y, said, half)
    middles = [((a + r) / 2, (b + d) / 2) for a, b, r, d in taken] or [(0.0, 0.0)]
    clear = max(spots, key=lambda p: min(abs(p[0] - x) + abs(p[1] - y) for x, y in middles))
    return Line(e, "", *clear, "", bare)


# -- families together --


def _alone(sheet: _Sheet, members: Sequence[str], others: bool) -> _Block:
    """Accounts that no line joins to another, in columns."""
    page = sheet.page
    way = Way(True, 15.0, 46.0, 0.0, 0.0, page.letters)
    shapes = [sheet.spot(k, way) for k in members]
    wide = max(s.box[2] - s.box[0] for s in shapes) + 26
    columns = max(1, min(len(shapes), int((page.widest - 2 * page.pad + 26) / wide)))
    spots = [
        replace(
            s, x=(n % columns) * wide + (s.half if s.kind == "cited" else 15.0), y=(n // columns) * way.slot
        )
        for n, s in enumerate(shapes)
    ]
    many = counted(len(members), "account")
    title = f"{many[:1].upper()}{many[1:]} tied to no other" if others or len(members) > 1 else ""
    return _block(spots, (), title)


def _packed(blocks: Sequence[_Block], order: Sequence[str], page: Page) -> Drawing:
    """Families side by side while there is room, then under each other; framed where there are several."""
    pad = page.pad
    framed = len(blocks) > 1
    x = y = pad / 2
    high = wide = 0.0
    spots: dict[str, Spot] = {}
    lines: dict[int, Line] = {}
    frames = []
    for b in blocks:
        over = TITLE if framed else 0.0
        least = 16 + breadth(b.title) if framed else 0.0
        width, height = max(b.width, least) + 2 * pad, b.height + 2 * pad + over
        if x > pad and x + width > page.widest:
            x, y, high = pad / 2, y + high + pad, 0.0
        if framed:
            frames.append(Frame(x, y, width, height, b.title))
        dx, dy = x + pad + (width - 2 * pad - b.width) / 2, y + pad + over
        spots |= {s.key: replace(s, x=s.x + dx, y=s.y + dy) for s in b.spots}
        for number, line, curve in b.lines:
            path = curve.moved(lambda p, dx=dx, dy=dy: (p[0] + dx, p[1] + dy)).path  # type: ignore[misc]
            lines[number] = replace(line, path=path, x=line.x + dx, y=line.y + dy)
        x, high = x + width + pad, max(high, height)
        wide = max(wide, x - pad)
    placed_ = tuple(spots[k] for k in order if k in spots)
    total = (round(wide + pad / 2 + 0.5), round(y + high + pad / 2 + 0.5)) if blocks else (10, 10)
    return Drawing(*total, placed_, tuple(lines[n] for n in sorted(lines)), tuple(frames))
