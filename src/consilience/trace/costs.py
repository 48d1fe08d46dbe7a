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
REWORD, REWORD_MORE, REWORDS = 2.0, 1.0, 8
"""The first so many places worded otherwise, and each one more: who rewords goes on rewording."""
STYLE, STYLE_MORE = 0.8, 0.15
"""House style: the first word respelt or "said Ana" turned to "Ana said", and each one more."""
DROP, DROPS = 0.7, 12.0
"""Leaving out one stretch; and the most that is charged, for a short extract of a long parent."""
NEAR = 6
"""How many words off the same words may stand and be but turned round."""
MOVE = 0.7
OPEN_BRACKET, CLOSE_BRACKET = 1.0, 5.0
"""To put an editor's brackets, and to take away those that a parent had."""
SECOND_PARENT = 6.0


@dataclass(frozen=True)
class Edits:
    """What turns a parent into a child.

    ``changed`` holds ``(first, last, p_first, p_last)``: words of the child that the parent
    words otherwise (an empty parent range: words that it lacks). ``dropped`` holds stretches of
    the parent that the child lacks; ``moved`` counts stretches out of order, ``styled`` words
    respelt or turned round, ``bracketed`` and ``unbracketed`` words put into an editor's
    brackets or taken out.
    """

    changed: tuple[tuple[int, int, int, int], ...]
    dropped: tuple[tuple[int, int], ...]
    moved: int
    styled: int
    bracketed: int
    unbracketed: int


def edits(found: Alignment) -> Edits:
    """Read the edits off an alignment of child (a) and parent (b)."""
    child, parent = found.a, found.b
    runs = [(0, 0, 0), *found.runs, (len(child), len(parent), 0)]
    lost = _unmatched(len(parent), found)
    changed: list[tuple[int, int, int, int]] = []
    styled = moved = 0
    for (i, p, n), (j, q, _) in pairwise(runs):
        moved += q < p + n
        if j > i + n:
            gap = _replaced(child.norms[i + n : j], (p + n, q), parent.norms, lost)
            lost.discard(gap)
            if _style(child.norms[i + n : j], parent.norms[slice(*gap)]):
                styled += 1
            else:
                changed.append((i + n, j, *gap))
    put = sum(k in found.forward and not parent.bracketed[found.forward[k]] for k in child.brackets)
    taken = sum(k in found.backward and not child.bracketed[found.backward[k]] for k in parent.brackets)
    return Edits(tuple(changed), tuple(sorted(lost)), moved, styled, put, taken)


def _unmatched(length: int, found: Alignment) -> set[tuple[int, int]]:
    """Maximal stretches of the parent without a match."""
    runs = [(0, 0), *sorted((j, n) for _, j, n in found.runs), (length, 0)]
    return {(p + n, q) for (p, n), (q, _) in pairwise(runs) if q > p + n}


def _replaced(
    mine: Sequence[str], gap: tuple[int, int], theirs: Sequence[str], lost: set[tuple[int, int]]
) -> tuple[int, int]:
    """The stretch of the parent that some words stand for: at this place, or the same words nearby."""
    if gap in lost and gap[1] - gap[0] <= GAP:
        return gap
    near = range(gap[0] - NEAR, gap[0] + NEAR)
    turned = [(p, p + len(mine)) for p in near if tuple(theirs[max(0, p) : p + len(mine)]) == tuple(mine)]
    return next((stretch for stretch in turned if stretch in lost), (0, 0))


def _style(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether a change is house style: the same words elsewhere, or spelt otherwise."""
    return len(mine) == len(theirs) and all(map(alike, mine, theirs))


def root_price(words: Words) -> float:
    """Price of an account that has no parent: all its words."""
    return WORD * len(words)


def copy_price(child: Words, first: Alignment, done: Edits, second: Alignment | None = None) -> float:
    """Price of a child given one or two parents.

    :param first: alignment of child and main parent; ``done`` its edits.
    :param second: alignment of child and a second parent, from which words were worked in.
    """
    price, own, reworded = 0.0, 0, 0
    for i, j, p, q in done.changed:
        left = _left(i, j, second)
        if not left:
            continue
        own += max(0, left - (q - p))
        reworded += q > p
        price += DROP if q == p else REWORD if reworded <= REWORDS else REWORD_MORE
    price += WORD * own + min(WORD * own, OWN_LINE)
    price += min(DROPS, DROP * len(done.dropped)) + MOVE * done.moved
    price += STYLE + STYLE_MORE * (done.styled - 1) if done.styled else 0.0
    price += OPEN_BRACKET * done.bracketed + CLOSE_BRACKET * done.unbracketed
    return price + (SECOND_PARENT if second else 0.0)


def _left(i: int, j: int, second: Alignment | None) -> int:
    """Words of ``i:j`` that the second parent does not have."""
    if second is None:
        return j - i
    return sum(k not in second.forward for k in range(i, j))


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
