"""Values in their places, and which values of two accounts fill the same place.

A slot is a value (a count, a day, a place) with the words around it. Two slots of different accounts
fill the same place when their lines tell the same and the same words stand near them; each slot is
matched once with each other account, best first, equal values included, so that a value that has its
equal elsewhere is never set against a stranger. Judges nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..annotate.tree import Tree
from ..model import Span
from .sheet import Line, Sheet, overlap


@dataclass(frozen=True, slots=True)
class Slot:
    """A value in its place.

    ``sort`` is what two slots must have in common (the noun counted, the currency, the grain);
    tokens ``first:last`` hold the value itself; ``span`` is what is shown.
    """

    line: Line
    first: int
    last: int
    span: Span
    sort: str
    value: Any
    shown: str
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Two or more values that differ, before like ones are put together.

    ``sides`` are (span, value in normal form), two accounts at least; ``says`` is the sentence
    shown. Findings of one ``family`` (by default the kind) that share a side become one.
    """

    kind: str
    sides: tuple[tuple[Span, str], ...]
    says: str
    innocent: str | None
    score: float
    point: str | None = None
    part: str = ""

    @property
    def family(self) -> str:
        """Kind, part, and whether it is harmless: conflicts are not mixed with what is explained."""
        return f"{self.kind}/{self.part}/{self.innocent is None}"


@dataclass(frozen=True, slots=True)
class Match:
    """Two slots that fill the same place; ``score`` 0–1.

    ``more`` are other slots of the two accounts that repeat either value in that place.
    """

    a: Slot
    b: Slot
    score: float
    point: str | None
    more: tuple[Slot, ...] = ()


NEARLY = 0.9
"""Share of the least score that a place needs which only repeats a value."""
MARGIN = 0.06
"""How much closer a different value must be than an equal one that the account gives elsewhere."""
AROUND = 9
"""Tokens on each side of a value that an explanation repeats, at most."""
Judge = Callable[[Slot, Slot], bool]
Rank = Callable[[Match], float]


def matches(
    laid: Sheet,
    slots: Sequence[Slot],
    *,
    least: float,
    same: Judge,
    barred: Judge | None = None,
    rank: Rank | None = None,
) -> Iterator[Match]:
    """Pair the slots of each two accounts, one to one, best first.

    :param least: least score of a pair; places that repeat a value may fall a little short of it.
    :param same: whether two values are the same; pairs of equal values are given too.
    :param barred: whether two different values may not be set against each other.
    :param rank: which match is better, by default the closer one.
    """

    def fits(a: Slot, b: Slot) -> bool:
        return barred is None or same(a, b) or not barred(a, b)

    by_accounts: dict[tuple[int, int], list[Match]] = defaultdict(list)
    for match in pairs(laid, slots, least=NEARLY * least, fits=fits):
        by_accounts[match.a.line.account, match.b.line.account].append(match)
    for accounts in sorted(by_accounts):
        yield from (m for m in _one_to_one(by_accounts[accounts], same, rank) if m.score >= least)


def pairs(laid: Sheet, slots: Sequence[Slot], *, least: float, fits: Judge) -> Iterator[Match]:
    """Every two slots of one sort in lines that tell the same.

    :param least: least score of a pair.
    :param fits: whether two slots may be set against each other.
    """
    held: dict[tuple[int, int], list[Slot]] = defaultdict(list)
    for slot in slots:
        held[slot.line.account, slot.line.number].append(slot)
    about = _about(laid, slots)
    for pair in laid.pairs:
        theirs = held.get((pair.b.account, pair.b.number), ())
        for a in held.get((pair.a.account, pair.a.number), ()) if theirs else ():
            for b in theirs:
                if a.sort == b.sort and fits(a, b):
                    score = closeness(a, b, pair.likeness, overlap(about[a.span], about[b.span])) + (
                        0.1 if pair.point else 0.0
                    )
                    if score >= least:
                        yield Match(a, b, min(score, 1.0), pair.point)


def _about(laid: Sheet, slots: Sequence[Slot]) -> Mapping[Span, Mapping[str, float]]:
    """The words about each slot, found once: a line may hold hundreds of values."""
    return {slot.span: laid.near(slot.line, slot.first, slot.last) for slot in slots}


def closeness(a: Slot, b: Slot, likeness: float, about: float) -> float:
    """How surely two slots fill the same place: likeness of their lines and of their neighbourhoods."""
    return 0.4 * likeness + 0.5 * about + (0.1 if a.frame and a.frame == b.frame else 0.0)


def clause(laid: Sheet, slot: Slot) -> str:
    """The clause in which a value stands, at most ``AROUND`` tokens on each side of it."""
    tokens, grown = laid.accounts[slot.line.account].tokens, laid.trees[slot.line.account]
    up = verb_above(grown, slot.first)
    low, high = reach(grown, slot.first if up is None else up)
    low, high = max(min(low, slot.first), slot.first - AROUND), min(max(high, slot.last), slot.last + AROUND)
    span = Span(slot.span.witness, tokens[low].start, tokens[high - 1].end)
    return " ".join(laid.text(span).split()).strip('“”",;: ')


def verb_above(grown: Tree, i: int) -> int | None:
    """The verb or auxiliary that a token hangs on, or is; None where there is none."""
    return next((k for k in grown.up(i) if grown.tokens[k].pos in ("VERB", "AUX")), None)


def reach(grown: Tree, i: int) -> tuple[int, int]:
    """First and last token (half-open) of a predicate's clause, without clauses hung on it."""
    low, high = i, i + 1
    for k in grown.kids[i]:
        if grown.tokens[k].dep in ("advcl", "conj", "ccomp", "parataxis", "relcl", "punct", "cc", "dep"):
            continue
        low, high = min(low, grown.left[k]), max(high, grown.right[k] + 1)
    return low, high


def _one_to_one(found: list[Match], same: Judge, rank: Rank | None = None) -> Iterator[Match]:
    """Best first; of equal scores, equal values first, then text order."""
    better = rank or (lambda m: m.score)
    found.sort(key=lambda m: (-round(better(m), 6), not same(m.a, m.b), m.a.span, m.b.span))
    taken: set[Span] = set()
    by_slot: dict[int, list[Match]] = defaultdict(list)
    for match in found:
        by_slot[id(match.a)].append(match)
        by_slot[id(match.b)].append(match)
    for match in found:
        if match.a.span not in taken and match.b.span not in taken:
            taken |= {match.a.span, match.b.span}
            more = [m.a for m in by_slot[id(match.b)] if same(m.a, match.a)]
            more += [m.b for m in by_slot[id(match.a)] if same(m.b, match.b)]
            yield replace(match, more=tuple(s for s in more if s not in (match.a, match.b)))


def stated_elsewhere(slots: Sequence[Slot], same: Judge) -> Judge:
    """Tell whether either account also gives the other's value, of the same sort, somewhere.

    "Two of 12 aldermen" in one account and "12 aldermen" in the other are two facts, not one:
    a difference counts only where neither account knows the other's value.
    """
    known: dict[tuple[int, str], list[Slot]] = defaultdict(list)
    for slot in slots:
        known[slot.line.account, slot.sort].append(slot)

    found: dict[tuple[int, int], bool] = {}

    def gives(account: int, slot: Slot) -> bool:
        at = account, id(slot)
        if at not in found:  # asked for each two slots of two accounts
            found[at] = any(same(slot, other) for other in known[account, slot.sort])
        return found[at]

    def elsewhere(a: Slot, b: Slot) -> bool:
        return gives(a.line.account, b) or gives(b.line.account, a)

    return elsewhere


def rivalled(laid: Sheet, slots: Sequence[Slot], same: Judge) -> Callable[[Match], bool]:
    """Tell whether a slot of either account gives the other's value in nearly as good a place.

    Days are named again and again in a story, for other events too: what counts is whether an equal
    day fits the place about as well as the different one.
    """
    held: dict[int, list[Slot]] = defaultdict(list)
    for slot in slots:
        held[slot.line.account].append(slot)
    about = _about(laid, slots)
    likeness = {(p.a.account, p.a.number, p.b.account, p.b.number): p.likeness for p in laid.pairs}

    def score(a: Slot, b: Slot) -> float:
        one, other = sorted((a.line, b.line), key=lambda line: (line.account, line.number))
        alike = likeness.get((one.account, one.number, other.account, other.number))
        return 0.0 if alike is None else closeness(a, b, alike, overlap(about[a.span], about[b.span]))

    def rival(match: Match) -> bool:
        a, b = match.a, match.b
        best = [score(a, other) for other in held[b.line.account] if other is not b and same(a, other)]
        best += [score(mine, b) for mine in held[a.line.account] if mine is not a and same(mine, b)]
        return max(best, default=0.0) > match.score - MARGIN

    return rival
