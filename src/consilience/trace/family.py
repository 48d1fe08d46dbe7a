"""Families: the likeliest descent of kindred accounts, lost exemplars included.

Counts what it takes to make every account of every kindred one (``costs``) and what times, credits
and headlines say to it, lets ``forest`` weigh all families at once, and tries whether a lost
exemplar (``exemplars``) over two accounts makes the whole much cheaper. Does not draw.

Invariant: the same accounts in the same order give the same family.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from .costs import SMALL, Counts, Edits, copy_counts, edits, price
from .exemplars import consensus
from .forest import SMALL as SMALL_STORY
from .forest import Forest, Option, best_forest
from .reuse import Alignment, Words, align_one

MAIN, SECOND = 4, 3
"""Main parents, and second parents for each, that are tried beyond the single ones."""
WORKED_IN = 15
"""Fewest words that a second parent must account for."""
MAX_LOST, TRIALS = 3, 12
"""Most lost exemplars of a family, and pairs of accounts each is tried over; in a large one a third."""
LOST, LOST_NAMED = 8.0, 1.0
"""Least saving of price that makes one suppose a lost exemplar: unnamed, or of an outlet that is credited."""
NEAR_VERBATIM = 0.5
"""Least share of the shorter of two accounts that a lost exemplar over both must explain."""


@dataclass(frozen=True)
class Facts:
    """What is known of an account beside its words; times are a half-open interval.

    ``credited`` are outlets it credits for the whole of itself, ``absent`` those not in hand;
    ``firsthand`` says that its own reporter was there or was told; ``naming`` holds its words that
    say where the whole of it is from; ``lost`` says that it is supposed.
    """

    outlet: str = ""
    credited: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    time: tuple[datetime, datetime] | None = None
    firsthand: bool = False
    title: str = ""
    naming: frozenset[int] = frozenset()
    lost: bool = False


def late(child: Facts, parent: Facts) -> bool:
    """Whether the parent appeared after the child."""
    return bool(child.time and parent.time and parent.time[0] >= child.time[1])


def prior(child: Facts, parent: Facts) -> Counts:
    """What times, credits and headlines say against (or for) a direction, by the names of ``FEATURES``."""
    credited = parent.outlet in child.credited
    return _times(child, parent) | {
        "uncredited": float(bool(parent.credited - child.credited and parent.outlet)),
        "credited": float(bool(parent.outlet) and credited),
        "firsthand": float(child.firsthand and not parent.firsthand),
        "backward": float(bool(child.outlet) and child.outlet in parent.credited and not credited),
        "elsewhere": float(bool(child.credited - parent.credited and parent.outlet and not credited)),
        "same_title": float(bool(child.title) and child.title == parent.title),
    }


def _times(child: Facts, parent: Facts) -> Counts:
    return {
        "late": float(late(child, parent)),
        "undated": float(bool(child.time and not parent.time and not parent.lost)),
        "delay": _delay(child, parent),
    }


def timely(child: Facts, parent: Facts) -> float:
    """Price of a direction by the times alone."""
    return price(_times(child, parent))


def _delay(child: Facts, parent: Facts) -> float:
    """Tens of hours by which a child came after its parent, three at most; 0 where not known."""
    if not (child.time and parent.time):
        return 0.0
    hours = (child.time[0] - parent.time[1]).total_seconds() / 3600
    return min(3.0, max(0.0, hours / 10))


@dataclass
class Kindred:
    """Accounts of one component, with lost exemplars appended as they are supposed.

    ``kin`` says which pairs may be parent and child, both ways round; ``idle`` are exemplars given
    up.
    """

    words: list[Words]
    aligned: dict[tuple[int, int], Alignment]
    kin: set[tuple[int, int]]
    facts: list[Facts]
    real: int = field(init=False)
    idle: set[int] = field(default_factory=set)
    _done: dict[tuple[int, int], Edits] = field(default_factory=dict)
    _prices: dict[tuple[int, int | None, int | None], float] = field(default_factory=dict)

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
        titles = {self.facts[n].title for n in pair}
        title = titles.pop() if len(titles) == 1 else ""
        self.facts.append(Facts(named, credited, firsthand=told, title=title, lost=True))
        # Only what is kindred to one of the two can be kindred to their exemplar.
        near = sorted({b for a, b in self.kin if a in pair} | set(pair))
        for other, found in zip(near, align_one(words, [self.words[n] for n in near]), strict=True):
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
        singles = [
            Option(self.price(child, p), (p,)) for p in range(len(self.words)) if (child, p) in self.kin
        ]
        out = [Option(self.price(child), ()), *singles]
        if child < self.real:
            for main in sorted(singles)[:MAIN]:
                out += self._pairs(child, main.parents[0])
        return out

    def _rootless(self, child: int) -> bool:
        """Whether a child without a parent credits one that is in hand."""
        if child >= self.real:
            return False
        kin = {self.facts[p].outlet for c, p in self.kin if c == child} - {"", self.facts[child].outlet}
        return bool(kin & self.facts[child].credited)

    def _pairs(self, child: int, main: int) -> Iterator[Option]:
        """The main parent with a second one that has what the main one lacks."""
        changed = self.edits(child, main).changed
        gaps = [k for i, j, _, _ in changed if j - i > SMALL for k in range(i, j)]
        if len(gaps) < WORKED_IN:
            return
        worth = []
        for other in range(len(self.words)):
            if other != main and (child, other) in self.kin:
                partner = self.aligned[child, other].partner
                worth.append((-int((partner[gaps] >= 0).sum()), other))
        for count, other in sorted(worth)[:SECOND]:
            if -count >= WORKED_IN:
                yield Option(self.price(child, main, other), (main, other))

    def counts(self, child: int, main: int | None = None, second: int | None = None) -> Counts:
        """What it asks to explain a child by no, one or two parents."""
        if main is None:
            out: Counts = {"root": 1.0, "root_words": len(self.words[child]) / 10}
            out["rootless"] = float(self._rootless(child))
        else:
            done, first = self.edits(child, main), self.aligned[child, main]
            extra = self.aligned[child, second] if second is not None else None
            out = copy_counts(self.words[child], first, done, extra)
            for parent in (main, second):
                if parent is not None:
                    told = prior(self.facts[child], self.facts[parent])
                    out |= {name: out[name] + count for name, count in told.items()}
        return out

    def price(self, child: int, main: int | None = None, second: int | None = None) -> float:
        """Price of a child given no, one or two parents, directions included."""
        key = (child, main, second)
        if key not in self._prices:
            self._prices[key] = price(self.counts(*key))
        return self._prices[key]

    def all_options(self) -> list[list[Option]]:
        """Options of every node."""
        return [self.options(c) for c in range(len(self.words))]


def family(kindred: Kindred) -> Forest:
    """The likeliest family of some kindred accounts, lost exemplars included."""
    best = best_forest(kindred.all_options())
    large = kindred.real > SMALL_STORY
    for _ in range(MAX_LOST // 3 if large else MAX_LOST):
        better = _with_exemplar(kindred, best, TRIALS // 3 if large else TRIALS)
        if better is None:
            break
        best = better
    return _pruned(kindred, best)


def _pruned(kindred: Kindred, best: Forest) -> Forest:
    """The family without lost exemplars that came to have fewer than two followers."""
    while True:
        counts = [sum(n in parents for parents in best.parents) for n in range(len(best.parents))]
        idle = {n for n in range(kindred.real, len(counts)) if counts[n] < 2 and n not in kindred.idle}
        if not idle:
            return best
        kindred.idle |= idle
        kindred.kin = {pair for pair in kindred.kin if not idle & set(pair)}
        best = best_forest(kindred.all_options())


def _with_exemplar(kindred: Kindred, best: Forest, most: int) -> Forest | None:
    """The family with one more lost exemplar, if that saves enough."""
    trials = []
    for pair in _suspects(kindred, best)[:most]:
        words = consensus(kindred, pair)
        number = kindred.suppose(words, pair)
        found = best_forest(kindred.all_options())
        saved = best.price - found.price - (LOST_NAMED if _named(kindred, best, pair) else LOST)
        if saved > 0 and sum(number in parents for parents in found.parents) > 1:
            trials.append((-saved, pair, words))
        kindred.forget()
    if not trials:
        return None
    _, pair, words = min(trials, key=lambda t: t[:2])
    kindred.suppose(words, pair)
    return best_forest(kindred.all_options())


def _named(kindred: Kindred, best: Forest, pair: tuple[int, int]) -> bool:
    """Whether one of two accounts credits an absent outlet and has not the credit from its parent."""
    return any(
        kindred.facts[n].absent - frozenset().union(*(kindred.facts[p].absent for p in best.parents[n]))
        for n in pair
        if best.parents[n]
    )


def _suspects(kindred: Kindred, best: Forest) -> list[tuple[int, int]]:
    """Pairs that a lost exemplar may stand over: siblings, parent and child, two roots.

    Those that credit an outlet not in hand come first, then those that share most.
    """
    out = []
    for a, b in combinations(range(kindred.real), 2):
        if (a, b) not in kindred.kin:
            continue
        ps, qs = best.parents[a], best.parents[b]
        if set(ps) & set(qs) or a in qs or b in ps or (not ps and not qs):
            shorter = min(len(kindred.words[a]), len(kindred.words[b]))
            share = len(kindred.aligned[a, b].forward) / shorter
            if share >= NEAR_VERBATIM:
                out.append((not _named(kindred, best, (a, b)), -share, a, b))
    return [(a, b) for *_, a, b in sorted(out)]
