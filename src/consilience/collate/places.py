"""Places of variation: columns that vary together, as one.

What all readings share is one place; words that the same readings have and the others lack are one;
where readings part, all they have instead of one another is one. Columns are joined only where that
hides no agreement: "a big rock", "a rock" and "a sandbank" are two places, since two have the rock.
Invariant: the cells of a reading, in order, are its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from operator import and_
from typing import Protocol

from .relations import KINDS
from .transpositions import Move

Cell = tuple[int, ...]
LACK = ("omission", "addition")
"""What words are that some lack: held by half of the accounts or more, or by fewer (``named`` tells)."""


class Known(Protocol):
    """What is known of words by their numbers."""

    def between(self, a: int, b: int) -> str:
        """How two words relate."""
        ...

    def heavy(self, word: int) -> bool:
        """Whether it is a content word."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """A place of variation: its kind, each reading's words there, a move's number (0 for none).

    ``cells`` hold places in the reading's words; readings agree where their ``labels`` are equal.
    ``light`` says that it holds function words alone.
    """

    kind: str
    cells: tuple[Cell, ...]
    labels: tuple[Cell, ...]
    move: int = 0
    light: bool = False

    @property
    def holders(self) -> tuple[bool, ...]:
        """Which readings have something here."""
        return tuple(map(bool, self.cells))


def place(cells: tuple[Cell, ...], words: tuple[int | None, ...], move: int, known: Known) -> Place:
    """One column as a place: its kind is the widest difference between two of its words.

    That some readings lack it is a wider difference than another form, and a narrower one than another word.
    """
    held = sorted({w for w in words if w is not None})
    if len(held) == 1:
        labels = tuple(() if w is None else (w,) for w in words)
        return Place("same" if all(labels) else LACK[0], cells, labels, move, not known.heavy(held[0]))
    label = {w: min(v for v in held if known.between(v, w) != "variant") for w in held}
    labels = tuple(() if w is None else (label[w],) for w in words)
    kind = KINDS[min(KINDS.index(known.between(a, b)) for a in held for b in held)]
    return Place(
        kind if kind == "variant" or all(labels) else LACK[0],
        cells,
        labels,
        move,
        not any(map(known.heavy, held)),
    )


def joined(places: Sequence[Place]) -> list[Place]:
    """Places joined from the left; one passes over those that its readings have no part in."""
    out: list[Place] = []
    for new in places:
        at = len(out) - 1
        while at >= 0 and not (both := _join(out[at], new)) and not _meet(out[at], new):
            at -= 1
        if at >= 0 and both:
            out[at] = both
        else:
            out.append(new)
    return _bridged(out)


def _meet(a: Place, b: Place) -> bool:
    """Whether a reading has words in both."""
    return any(map(and_, a.holders, b.holders))


def _join(a: Place, b: Place) -> Place | None:
    """Two places as one, or None where they stay two."""
    if a.move != b.move:
        return None
    kinds = {a.kind, b.kind}
    alike = a.holders == b.holders and a.kind == b.kind and (a.kind == "same" or a.kind == LACK[0])
    if alike or (kinds <= {"variant", LACK[0]} and not a.move and _compatible(a, b)):
        kind = a.kind if alike else "variant"
        return _both(a, b, kind)
    return None


def _both(a: Place, b: Place, kind: str) -> Place:
    cells, labels = (
        tuple(x + y for x, y in zip(*sides, strict=True))
        for sides in ((a.cells, b.cells), (a.labels, b.labels))
    )
    return Place(kind, cells, labels, a.move, a.light and b.light)


def _compatible(a: Place, b: Place) -> bool:
    """Whether readings that agree in one place agree in the other: joining them hides nothing."""
    return all(
        (a.labels[r] == a.labels[s]) == (b.labels[r] == b.labels[s])
        for r, s in combinations(range(len(a.cells)), 2)
        if _agree(a, r, s) or _agree(b, r, s)
    )


def _agree(place: Place, r: int, s: int) -> bool:
    return bool(place.labels[r]) and place.labels[r] == place.labels[s]


def _bridged(places: Sequence[Place]) -> list[Place]:
    """Function words between two variants are part of the phrase that varies ("hit by a", "ran on a")."""
    out: list[Place] = []
    for here in places:
        if (
            len(out) > 1
            and out[-1].kind == "same"
            and out[-1].light
            and {out[-2].kind, here.kind} == {"variant"}
            and _compatible(out[-2], here)
        ):
            here = _both(_both(out[-2], out[-1], "variant"), here, "variant")
            del out[-2:]
        out.append(here)
    return out


def named(places: Sequence[Place], moves: Sequence[Move], weights: Sequence[int]) -> list[Place]:
    """Places with omissions told from additions, and moves named.

    Words that every reading has in one of two places are transposed. Where some reading has them in
    neither, the place of more accounts is an omission or addition of those, and counted once.
    """
    out = [_weighed(p, p.holders, weights) if p.kind == LACK[0] else p for p in places]
    for number, move in enumerate(moves, 1):
        mine = [n for n, p in enumerate(places) if p.move == number]
        either = [r in move.here | move.there for r in range(len(weights))]
        sums = {n: sum(w for w, h in zip(weights, places[n].holders, strict=True) if h) for n in mine}
        fullest = places[max(mine, key=lambda n: (sums[n], -n))].holders
        for n in mine:
            whole = places[n].holders == fullest and not all(either)
            out[n] = (
                _weighed(places[n], either, weights) if whole else replace(places[n], kind="transposition")
            )
    return out


def _weighed(place: Place, held: Sequence[bool], weights: Sequence[int]) -> Place:
    """A place that some lack: omission where half of the accounts have it or more, else addition."""
    some = sum(w for w, h in zip(weights, held, strict=True) if h)
    return replace(place, kind=LACK[2 * some < sum(weights)])
