"""Lost exemplars: what a text that is not in hand must have read.

Puts two accounts together that are thought to follow it, with the better reading of each place
where they part. Does not say whether there was one.

Invariant: every word of an exemplar stands in one of the two accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .costs import SMALL
from .reuse import Words

if TYPE_CHECKING:
    from .family import Kindred

BULK = 0.5
"""Least share of the shorter of two accounts that makes one a copy of the other, not of a part of it."""


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
        elif _told(kindred, b, a, i, j):
            at = back[i - 1] + 1 if i - 1 in back else 0
            insert.setdefault(at, []).append((i, j))
    foreign = {(0, k) for p, q in done.dropped if not _told(kindred, a, b, p, q) for k in range(p, q)}
    at = 0
    while at <= len(mine):
        out += [(1, i, j) for i, j in insert.get(at, ())]
        if at in swap:
            q, i, j = swap[at]
            out.append((1, i, j))
            at = q
            continue
        if at < len(mine) and (0, at) not in foreign:
            out.append((0, at, at + 1))
        at += 1
    forth = kindred.aligned[a, b].forward
    both = {(0, k) for k, p in forth.items() if mine.bracketed[k] and theirs.bracketed[p]}
    return _spell(out, (mine, theirs), both)


def _told(kindred: Kindred, own: int, other: int, first: int, last: int) -> bool:
    """Whether words that one of two accounts has alone were in the exemplar of both.

    Not what says where the account is from, and not what came from a third that shares little
    beside it: a copyist worked that in.
    """
    if not kindred.facts[own].naming.isdisjoint(range(first, last)):
        return False
    near = far = 0
    for third in range(kindred.real):
        if third in (own, other) or (own, third) not in kindred.aligned:
            continue
        found = kindred.aligned[own, third].forward
        if sum(k in found for k in range(first, last)) * 2 > last - first:
            bulk = _bulk(kindred, other, third)
            near, far = near + bulk, far + (not bulk)
    return near > 0 or (not far and last - first > SMALL)


def _bulk(kindred: Kindred, a: int, b: int) -> bool:
    """Whether two accounts share most of the shorter."""
    if (a, b) not in kindred.aligned:
        return False
    shorter = min(len(kindred.words[a]), len(kindred.words[b]))
    return len(kindred.aligned[a, b].forward) >= BULK * shorter


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
        tuple(w.stops[k] for w, k in picks),
    )
