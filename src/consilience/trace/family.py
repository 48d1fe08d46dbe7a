"""Families: the cheapest explanation of kindred accounts, lost exemplars included.

Prices every account as a copy of every kindred one (``costs``), lets ``search`` choose the
family of least total price, and tries whether a lost exemplar over accounts that follow each
other makes it cheaper still: each carries what the other lacks, or they share edits that
neither can have had from the other. Reads neither credits nor times: they come as prices on a
direction.

Invariant: the same accounts in the same order give the same family.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from .costs import Edits, copy_price, edits, root_price
from .reuse import Alignment, Words, align_one
from .search import Family, Option, cheapest, total

LATE = 3.0
"""Price of a parent that appeared after its child: times are wrong now and then."""
UNDATED = 0.7
"""Price of a parent of unknown time, where the child's is known."""
BACKWARD = 12.0
"""Price of a parent that credits its child; and of having no parent where one in hand is credited."""
UNCREDITED = 1.0
"""Price of leaving out a credit that the parent gives for the whole of itself."""
FIRSTHAND = 6.0
"""Price of a child that shows reporting of its own where the parent shows none."""
EXEMPLAR = 8.0
"""Price of supposing a lost exemplar."""
MAIN, SECOND = 4, 3
"""Main parents, and second parents for each, that are tried beyond the single ones."""
WORKED_IN = 15
"""Fewest words that a second parent must account for."""

ELSEWHERE = 5.0
"""Price of a parent for a child that credits another outlet (and did not inherit the credit)."""
NEAR_VERBATIM = 0.5
"""Least share of the shorter of two accounts that a lost exemplar over both must explain."""


@dataclass(frozen=True)
class Facts:
    """What is known of an account beside its words; times are a half-open interval.

    ``credited`` are outlets it credits for the whole of itself, ``absent`` those not in hand;
    ``firsthand`` says that its own reporter was there or was told; ``lost`` that it is supposed.
    """

    outlet: str = ""
    credited: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    time: tuple[datetime, datetime] | None = None
    firsthand: bool = False
    lost: bool = False


def late(child: Facts, parent: Facts) -> bool:
    """Whether the parent appeared after the child."""
    return bool(child.time and parent.time and parent.time[0] >= child.time[1])


def prior(child: Facts, parent: Facts) -> float:
    """Price of a direction by times and credits."""
    unknown = bool(child.time and not parent.time and not parent.lost)
    price = LATE if late(child, parent) else UNDATED * unknown
    credited = parent.outlet in child.credited
    if parent.credited - child.credited and parent.outlet:
        price += UNCREDITED
    if child.firsthand and not parent.firsthand:
        price += FIRSTHAND
    if child.outlet and child.outlet in parent.credited and not credited:
        price += BACKWARD
    if child.credited - parent.credited and parent.outlet and not credited:
        price += ELSEWHERE
    return price


@dataclass
class Kindred:
    """Accounts of one component, with lost exemplars appended as they are supposed.

    ``kin`` says which pairs may be parent and child, both ways round.
    """

    words: list[Words]
    aligned: dict[tuple[int, int], Alignment]
    kin: set[tuple[int, int]]
    facts: list[Facts]
    real: int = field(init=False)
    _done: dict[tuple[int, int], Edits] = field(default_factory=dict)
    _prices: dict[tuple[int, int, int | None], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.real = len(self.words)

    def edits(self, child: int, parent: int) -> Edits:
        """Edits that turn the parent into the child, read once."""
        key = (child, parent)
        if key not in self._done:
            self._done[key] = edits(self.aligned[key])
        return self._done[key]

    def suppose(self, words: Words, pair: tuple[int, int]) -> int:
        """Add a lost exemplar of two accounts; its number."""
        number = len(self.words)
        self.words.append(words)
        a, b = (self.facts[n] for n in pair)
        # An outlet that one of them credits, and that is not in hand, is what was lost.
        named = min(a.absent | b.absent, default="")
        credited, told = (a.credited | b.credited) - {named}, a.firsthand and b.firsthand
        self.facts.append(Facts(named, credited, firsthand=told, lost=True))
        for other, found in enumerate(align_one(words, self.words[:number])):
            if found:
                self.aligned[other, number] = found
                self.aligned[number, other] = found.turned()
                self.kin |= {(other, number), (number, other)}
        return number

    def forget(self) -> None:
        """Take the last lost exemplar away."""
        last = len(self.words) - 1
        self.words.pop()
        self.facts.pop()
        self.aligned = {k: v for k, v in self.aligned.items() if last not in k}
        self._done = {k: v for k, v in self._done.items() if last not in k}
        self._prices = {k: v for k, v in self._prices.items() if last not in k}
        self.kin = {k for k in self.kin if last not in k}

    def options(self, child: int) -> list[Option]:
        """Every set of parents worth trying for a child, with its price."""
        lost = 0.0
        if child >= self.real:
            # An outlet that is credited and not in hand: there was one, so it costs nothing.
            lost = 0.0 if self.facts[child].outlet else EXEMPLAR
        singles = [
            Option(self.price(child, p) + lost, 1 << p, (p,))
            for p in range(len(self.words))
            if (child, p) in self.kin
        ]
        out = [Option(root_price(self.words[child]) + lost + self._rootless(child), 0, ()), *singles]
        if child < self.real:
            for main in sorted(singles)[:MAIN]:
                out += self._pairs(child, main.parents[0])
        return out

    def _rootless(self, child: int) -> float:
        """Price of having no parent, beyond the words: it may credit one that is in hand."""
        if child >= self.real:
            return 0.0
        kin = {self.facts[p].outlet for c, p in self.kin if c == child} - {"", self.facts[child].outlet}
        return BACKWARD if kin & self.facts[child].credited else 0.0

    def _pairs(self, child: int, main: int) -> Iterator[Option]:
        """The main parent with a second one that has what the main one lacks."""
        gaps = [k for i, j, _, _ in self.edits(child, main).changed if j - i > 3 for k in range(i, j)]
        worth = []
        for other in range(len(self.words)):
            if other != main and (child, other) in self.kin:
                found = self.aligned[child, other].forward
                worth.append((-sum(k in found for k in gaps), other))
        for count, other in sorted(worth)[:SECOND]:
            if -count >= WORKED_IN:
                mask = 1 << main | 1 << other
                yield Option(self.price(child, main, other), mask, (main, other))

    def price(self, child: int, main: int, second: int | None = None) -> float:
        """Price of a child given one or two parents, directions included."""
        key = (child, main, second)
        if key not in self._prices:
            done, first = self.edits(child, main), self.aligned[child, main]
            extra = self.aligned[child, second] if second is not None else None
            price = copy_price(self.words[child], first, done, extra)
            price += sum(prior(self.facts[child], self.facts[p]) for p in (main, second) if p is not None)
            self._prices[key] = price
        return self._prices[key]

    def all_options(self) -> list[list[Option]]:
        """Options of every node."""
        return [self.options(c) for c in range(len(self.words))]


def family(kindred: Kindred) -> Family:
    """The cheapest family of some kindred accounts, lost exemplars included."""
    best = cheapest(kindred.all_options())
    for _ in range(MAX_LOST):
        better = _with_exemplar(kindred, best)
        if better is None:
            break
        best = better
    return _pruned(kindred, best)


def _pruned(kindred: Kindred, best: Family) -> Family:
    """The family without lost exemplars that came to have fewer than two followers."""
    while True:
        counts = [sum(n in parents for parents in best.parents) for n in range(len(best.parents))]
        idle = {
            n
            for n in range(kindred.real, len(counts))
            if counts[n] == 1 or (best.parents[n] and not counts[n])
        }
        if not idle:
            return best
        kindred.kin = {pair for pair in kindred.kin if not idle & set(pair)}
        best = cheapest(kindred.all_options(), best.order)


MAX_LOST = 3
TRIALS = 12
SLACK = 4.0
"""How much dearer a lost exemplar may look in the order of the family without it."""


def _with_exemplar(kindred: Kindred, best: Family) -> Family | None:
    """The family with one more lost exemplar, if that is cheaper."""
    trials = []
    for pair in [p for p in _suspects(kindred, best) if _worth(kindred, best, p)][:TRIALS]:
        words = consensus(kindred, pair)
        number = kindred.suppose(words, pair)
        options = [sorted(row) for row in kindred.all_options()]
        orders = [[*best.order[:n], number, *best.order[n:]] for n in range(number + 1)]
        guess, start = min((total(options, order), order) for order in orders)
        if guess > best.price + SLACK:
            kindred.forget()
            continue
        found = cheapest(options, start)
        children = [c for c, ps in enumerate(found.parents) if number in ps]
        if found.price < best.price - 1e-9 and len(children) >= 2:
            trials.append((found.price, pair, words, start))
        kindred.forget()
    if not trials:
        return None
    _, pair, words, start = min(trials, key=lambda t: t[:2])
    kindred.suppose(words, pair)
    return cheapest(kindred.all_options(), start)


def _worth(kindred: Kindred, best: Family, pair: tuple[int, int]) -> bool:
    """Whether the edges that a lost exemplar of two accounts may save cost more than it does."""
    if any(kindred.facts[n].absent for n in pair):
        return True
    above = {p for n in pair for p in best.parents[n]} | set(pair)
    near = [(c, ps) for c, ps in enumerate(best.parents) if ps and (c in pair or above & set(ps))]
    return sum(kindred.price(c, *ps) for c, ps in near) > EXEMPLAR


def _suspects(kindred: Kindred, best: Family) -> list[tuple[int, int]]:
    """Pairs that a lost exemplar may stand over: siblings, parent and child, two roots."""
    out = []
    for a, b in combinations(range(kindred.real), 2):
        if (a, b) not in kindred.kin:
            continue
        ps, qs = best.parents[a], best.parents[b]
        if set(ps) & set(qs) or a in qs or b in ps or (not ps and not qs):
            shorter = min(len(kindred.words[a]), len(kindred.words[b]))
            share = len(kindred.aligned[a, b].forward) / shorter
            if share >= NEAR_VERBATIM:
                out.append((-share, a, b))
    return [(a, b) for _, a, b in sorted(out)]


def consensus(kindred: Kindred, pair: tuple[int, int]) -> Words:
    """What the exemplar of two accounts must have read: all that either has, the better reading of each edit.

    A reading is better when more of the other accounts have it.
    """
    a, b = pair
    done = kindred.edits(b, a)
    mine, theirs = kindred.words[a], kindred.words[b]
    back = kindred.aligned[b, a].forward
    out: list[tuple[int, int, int]] = []  # side, first, last
    insert: dict[int, list[tuple[int, int]]] = {}
    swap: dict[int, tuple[int, int, int]] = {}
    for i, j, p, q in done.changed:
        if q > p:
            if _support(kindred, b, a, i, j) > _support(kindred, a, b, p, q):
                swap[p] = (q, i, j)
        elif j - i > 3 or _support(kindred, b, a, i, j):
            at = back[i - 1] + 1 if i - 1 in back else 0
            insert.setdefault(at, []).append((i, j))
    at = 0
    while at <= len(mine):
        out += [(1, i, j) for i, j in insert.get(at, ())]
        if at in swap:
            q, i, j = swap[at]
            out.append((1, i, j))
            at = q
            continue
        if at < len(mine):
            out.append((0, at, at + 1))
        at += 1
    forth = kindred.aligned[a, b].forward
    both = {(0, k) for k, p in forth.items() if mine.bracketed[k] and theirs.bracketed[p]}
    return _spell(out, (mine, theirs), both)


def _support(kindred: Kindred, own: int, other: int, first: int, last: int) -> int:
    """How many of the other accounts have these words at this place."""
    count = 0
    for third in range(kindred.real):
        if third in (own, other) or (own, third) not in kindred.aligned:
            continue
        found = kindred.aligned[own, third].forward
        count += all(k in found for k in range(first, last))
    return count


def _spell(
    pieces: Sequence[tuple[int, int, int]], sides: tuple[Words, Words], bracketed: set[tuple[int, int]]
) -> Words:
    """Put words of two accounts together as those of a third, which has no text."""
    places = [(side, k) for side, first, last in pieces for k in range(first, last)]
    picks = [(sides[side], k) for side, k in places]
    count = range(len(picks))
    return Words(
        "",
        tuple(count),
        tuple(n + 1 for n in count),
        tuple(w.norms[k] for w, k in picks),
        tuple(w.quoted[k] for w, k in picks),
        tuple(w.line[k] for w, k in picks),
        tuple(place in bracketed for place in places),
    )
