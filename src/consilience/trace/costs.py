"""How dear it is to explain one account as a copy of another.

Describes what a copyist would have had to do (reword, add, leave out, move) and puts a
price on it; the cheapest explanation of all accounts together is the stemma. Does not
search for it. Prices are in nats by order of size, tuned on invented copying histories.

Invariant: prices add up over children, so a child's price depends on its parents alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .reuse import GAP, Alignment, Words

WORD = 0.25
"""A word that no parent has: writing it oneself."""
OWN_LINE = 12.0
"""Most that own words cost a copy beyond their price as words: copyists cut sooner than add."""
REWORD, RESPELL = 2.0, 0.6
DROP, DROPS = 0.7, 12.0
"""Leaving out one stretch; and the most that is charged, for a short extract of a long parent."""
MOVE = 0.7
OPEN_BRACKET, CLOSE_BRACKET = 1.0, 5.0
"""To put an editor's brackets, and to take away those that a parent had."""
SECOND_PARENT = 6.0


@dataclass(frozen=True)
class Edits:
    """What turns a parent into a child.

    ``changed`` holds ``(first, last, p_first, p_last)``: words of the child that the parent
    words otherwise (an empty parent range: words that it lacks). ``dropped`` holds stretches of
    the parent that the child lacks; ``moved`` counts stretches out of order.
    """

    changed: tuple[tuple[int, int, int, int], ...]
    dropped: tuple[tuple[int, int], ...]
    moved: int
    bracketed: int
    unbracketed: int


def edits(found: Alignment) -> Edits:
    """Read the edits off an alignment of child (a) and parent (b)."""
    child, parent = found.a, found.b
    pairs = [(-1, -1), *found.forward.items(), (len(child), len(parent))]
    lost = _unmatched(len(parent), found)
    changed: list[tuple[int, int, int, int]] = []
    for (i, p), (j, q) in pairwise(pairs):
        gap = (p + 1, q)
        small = gap in lost and q - p - 1 <= GAP
        if j - i > 1:
            changed.append((i + 1, j, *gap) if small else (i + 1, j, 0, 0))
            if small:
                lost.remove(gap)
    matched = [(child.bracketed[i], parent.bracketed[p]) for i, p in found.forward.items()]
    return Edits(
        tuple(changed),
        tuple(sorted(lost)),
        sum(q < p for (_, p), (_, q) in pairwise(pairs)),
        matched.count((True, False)),
        matched.count((False, True)),
    )


def _unmatched(length: int, found: Alignment) -> set[tuple[int, int]]:
    """Maximal stretches of the parent without a match."""
    places = [-1, *sorted(found.backward), length]
    return {(p + 1, q) for p, q in pairwise(places) if q - p > 1}


def root_price(words: Words) -> float:
    """Price of an account that has no parent: all its words."""
    return WORD * len(words)


def copy_price(child: Words, first: Alignment, done: Edits, second: Alignment | None = None) -> float:
    """Price of a child given one or two parents.

    :param first: alignment of child and main parent; ``done`` its edits.
    :param second: alignment of child and a second parent, from which words were worked in.
    """
    price, own = 0.0, 0
    for i, j, p, q in done.changed:
        left = _left(i, j, second)
        if not left:
            continue
        own += max(0, left - (q - p))
        price += _reword(child.norms[i:j], first.b.norms[p:q]) if q > p else DROP
    price += WORD * own + min(WORD * own, OWN_LINE)
    price += min(DROPS, DROP * len(done.dropped)) + MOVE * done.moved
    price += OPEN_BRACKET * done.bracketed + CLOSE_BRACKET * done.unbracketed
    return price + (SECOND_PARENT if second else 0.0)


def _left(i: int, j: int, second: Alignment | None) -> int:
    """Words of ``i:j`` that the second parent does not have."""
    if second is None:
        return j - i
    return sum(k not in second.forward for k in range(i, j))


def _reword(mine: Sequence[str], theirs: Sequence[str]) -> float:
    if len(mine) == len(theirs) and all(map(alike, mine, theirs)):
        return RESPELL
    return REWORD


def alike(a: str, b: str) -> bool:
    """Whether two words are spellings of one: at most two letters apart, digits never.

    >>> alike("defence", "defense"), alike("12", "13"), alike("said", "told")
    (True, False, False)
    """
    if a == b:
        return True
    if min(len(a), len(b)) < 4 or any(map(str.isdigit, a + b)) or a[0] != b[0]:
        return False
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b) <= (1 if min(len(a), len(b)) < 6 else 2)
