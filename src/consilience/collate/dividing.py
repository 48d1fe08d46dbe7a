"""Cuts a unit at a clause boundary where another account words one of its clauses alone.

"He said A, adding that B" stays one unit if every account that has A has B beside it. Does not
form points. Invariant: the cut units cover the words of the ones they came from, in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from ..model import Annotated
from .clauses import Unit, part

LEAST = 0.35
"""Least score of a clause and the other account's unit that asks for the cut."""
GAIN = 0.08
"""How much better the clause must fit that unit than the whole does."""

ROUNDS = 4
"""A unit has at most five breaks, and few are ever asked for."""

Range = tuple[int, int]
Scores = Mapping[tuple[int, int], float]


def pool(units: Sequence[Unit], accounts: Mapping[str, Annotated]) -> list[tuple[int, Range, Unit]]:
    """Each unit, and each run of clauses inside it, as ``(unit number, offsets, unit)``."""
    out: list[tuple[int, Range, Unit]] = []
    for number, unit in enumerate(units):
        edges = [unit.start, *unit.breaks, unit.end]
        for start, end in combinations(edges, 2):
            piece = part(unit, accounts[unit.witness], start, end)
            if piece:
                out.append((number, (start, end), piece))
    return out


def divide(parts: Sequence[tuple[int, Range, Unit]], scores: Scores) -> list[int]:
    """Choose the parts that stand as units: indices into ``parts``, in order.

    :param scores: ``(i, j)`` with ``i < j`` to the score of two parts.
    """
    index = {(number, span): n for n, (number, span, _) in enumerate(parts)}
    partners = _partners(scores)
    current: dict[int, list[Range]] = {}
    for number, span, _ in parts:
        low, high = current.get(number, [span])[0]
        current[number] = [(min(low, span[0]), max(high, span[1]))]
    for _ in range(ROUNDS):
        standing = {
            index[number, span]: parts[index[number, span]][2].witness
            for number, spans in current.items()
            for span in spans
        }
        cuts = {
            (number, span): at
            for number, spans in current.items()
            for span in spans
            if (at := _best_cut(number, span, parts[index[number, span]][2], (index, partners, standing)))
        }
        if not cuts:
            break
        current = {number: list(_apply(number, spans, cuts)) for number, spans in current.items()}
    return sorted(index[number, span] for number, spans in current.items() for span in spans)


def _partners(scores: Scores) -> dict[int, dict[int, float]]:
    out: dict[int, dict[int, float]] = {}
    for (i, j), score in scores.items():
        out.setdefault(i, {})[j] = score
        out.setdefault(j, {})[i] = score
    return out


def _best_cut(
    number: int,
    span: Range,
    unit: Unit,
    known: tuple[dict[tuple[int, Range], int], dict[int, dict[int, float]], Mapping[int, str]],
) -> int | None:
    """The break whose one side fits a standing unit of some account far better than the whole fits any."""
    index, partners, standing = known
    whole = _best_by_account(partners.get(index[number, span], {}), standing)
    best: tuple[float, int] | None = None
    for at in unit.breaks:
        for side in ((span[0], at), (at, span[1])):
            fits = _best_by_account(partners.get(index.get((number, side), -1), {}), standing)
            for account, score in fits.items():
                gain = score - whole.get(account, 0.0)
                if score >= LEAST and gain >= GAIN and (best is None or (gain, -at) > best):
                    best = (gain, -at)
    return -best[1] if best else None


def _best_by_account(fits: Mapping[int, float], standing: Mapping[int, str]) -> dict[str, float]:
    """The best score with a standing unit of each account."""
    out: dict[str, float] = {}
    for other, score in fits.items():
        if other in standing:
            out[standing[other]] = max(score, out.get(standing[other], 0.0))
    return out


def _apply(number: int, spans: list[Range], cuts: Mapping[tuple[int, Range], int]) -> Iterator[Range]:
    for span in spans:
        at = cuts.get((number, span))
        yield from ((span[0], at), (at, span[1])) if at else (span,)
