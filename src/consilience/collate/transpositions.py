"""Words that stand in another place in another reading.

Looks, in columns that are aligned, for a word or a run of words that some readings have in one place
and others in another, and none in both. Does not move them: the two places are linked by a number.
A run must hold a content word; one word alone must be near its other place, with nothing there to
stand for it. Invariant: a cell has one number at most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

Cells = tuple[int | None, ...]
Heavy = Callable[[int], bool]
Pair = tuple[int, int]
Found = dict[Pair, tuple[frozenset[int], frozenset[int]]]

REACH = 20
"""Columns that one word alone may be moved, and that a run may be broken by what others have in between;
farther away it is likely another of its kind."""


@dataclass(frozen=True, slots=True)
class Move:
    """Columns ``first`` hold the words in the readings ``here``, columns ``second`` in ``there``."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    here: frozenset[int]
    there: frozenset[int]


def moves(columns: Sequence[Cells], one: Sequence[int], heavy: Heavy) -> list[Move]:
    """The transpositions among columns of word numbers, in text order.

    :param one: for each word, the number of the word that it is (spelt, inflected or valued otherwise).
    :param heavy: whether a word is a content word.
    """
    plain = [tuple(None if w is None else one[w] for w in cells) for cells in columns]
    found = _pairs(plain)
    runs = sorted(_runs(plain, found), key=lambda run: (-_weight(plain, run, heavy), run))
    taken: set[tuple[int, int]] = set()
    out: list[Move] = []
    for run in runs:
        weight = _weight(plain, run, heavy)
        if weight == 0 or (weight == 1 and not _lone(plain, run, found)):
            continue
        here, there = (frozenset.intersection(*(found[pair][side] for pair in run)) for side in (0, 1))
        cells = {(pair[side], r) for pair in run for side, held in ((0, here), (1, there)) for r in held}
        if here and there and not cells & taken:
            move = Move(tuple(a for a, _ in run), tuple(b for _, b in run), here, there)
            move = _grown(move, plain, heavy)
            taken |= {(n, r) for n in move.first for r in here} | {(n, r) for n in move.second for r in there}
            out.append(move)
    return sorted(out, key=lambda move: (move.first, move.second))


def _grown(move: Move, columns: Sequence[Cells], heavy: Heavy) -> Move:
    """The move with the small words that go with it in both places ("rain and", "and rain")."""
    first, second = (
        _around(move.first, move.here, columns, heavy),
        _around(move.second, move.there, columns, heavy),
    )
    both = set(first) & set(second)
    return Move(
        tuple(sorted({*move.first, *(n for w in both for n in first[w])})),
        tuple(sorted({*move.second, *(n for w in both for n in second[w])})),
        move.here,
        move.there,
    )


def _around(
    run: Sequence[int], readings: frozenset[int], columns: Sequence[Cells], heavy: Heavy
) -> dict[int, list[int]]:
    """Small words next to a run that its readings alone have, and their columns."""
    out: dict[int, list[int]] = defaultdict(list)
    for at, step in ((run[0] - 1, -1), (run[-1] + 1, 1)):
        while 0 <= at < len(columns):
            held = {r for r, w in enumerate(columns[at]) if w is not None}
            words = {w for w in columns[at] if w is not None}
            if held & readings and (held != readings or len(words) > 1 or any(map(heavy, words))):
                break
            if held == readings:
                out[words.pop()].append(at)
            at += step
    return out


def _pairs(columns: Sequence[Cells]) -> Found:
    """Pairs of columns, left first, that hold one word for different readings, and those readings.

    A column where all have the word is passed over: nothing is missing there that could stand elsewhere.
    """
    at: dict[int, list[tuple[int, frozenset[int]]]] = defaultdict(list)
    for n, cells in enumerate(columns):
        for word in set(cells) - {None} if len(set(cells)) > 1 else ():
            at[word or 0].append((n, frozenset(r for r, w in enumerate(cells) if w == word)))
    out: Found = {}
    for _, held in sorted(at.items()):
        for (a, here), (b, there) in combinations(held, 2):
            if not here & there:
                out.setdefault((a, b), (here, there))
    return out


def _runs(columns: Sequence[Cells], found: Found) -> Iterator[tuple[Pair, ...]]:
    """Longest runs of pairs that go on word by word in both places."""
    following = {pair: after for pair in found if (after := _next(columns, pair, found))}
    begun = set(found) - set(following.values())
    for pair in sorted(begun):
        run = [pair]
        while run[-1] in following:
            run.append(following[run[-1]])
        if max(a for a, _ in run) < min(b for _, b in run):
            yield tuple(run)


def _next(columns: Sequence[Cells], pair: Pair, found: Found) -> Pair | None:
    """The pair of the words that come next in the readings of both places."""
    ends = []
    for at, readings in zip(pair, found[pair], strict=True):
        after = (
            n
            for n in range(at + 1, min(at + REACH, len(columns)))
            if any(columns[n][r] is not None for r in readings)
        )
        ends.append(next(after, -1))
    follows = (ends[0], ends[1])
    return follows if follows in found else None


def _weight(columns: Sequence[Cells], run: tuple[Pair, ...], heavy: Heavy) -> int:
    return sum(any(w is not None and heavy(w) for w in columns[a]) for a, _ in run)


def _lone(columns: Sequence[Cells], run: tuple[Pair, ...], found: Found) -> bool:
    """Whether a word alone may count: near, and not one of two that stand for each other in both places.

    "The black cat and the white dog" has other animals than "the black dog and the white cat".
    """
    a, b = run[0]
    here, there = found[a, b]
    swapped = all(columns[a][r] is not None for r in there) and all(columns[b][r] is not None for r in here)
    return b - a <= REACH and not swapped
