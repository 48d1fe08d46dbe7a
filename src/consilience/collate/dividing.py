"""Cuts a unit at a clause boundary where another account words one of its clauses alone.

"He said A, adding that B" stays one unit if every account that has A has B beside it. Does not
form points. Invariant: the cut units cover the words of the ones they came from, in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from ..model import Annotated
from .clauses import Unit, part
from .grouping import partners

LEAST = 0.3
"""Least score of a clause and the other account's unit that asks for the cut."""
GAIN = 0.06
"""How much better the clause must fit that unit than the whole does."""
SLACK = 0.1
"""How much worse the rest may fit what the whole fits best."""
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
    known = _Known(
        {(number, span): n for n, (number, span, _) in enumerate(parts)},
        [unit for _, _, unit in parts],
        partners(scores),
    )
    current: dict[int, list[Range]] = {}
    for number, span, _ in parts:
        low, high = current.get(number, [span])[0]
        current[number] = [(min(low, span[0]), max(high, span[1]))]
    for _ in range(ROUNDS):
        standing = {known.index[number, span] for number, spans in current.items() for span in spans}
        cuts = {
            (number, span): at
            for number, spans in current.items()
            for span in spans
            if (at := known.best_cut(number, span, standing))
        }
        if not cuts:
            break
        current = {number: list(_apply(number, spans, cuts)) for number, spans in current.items()}
    return sorted(known.index[number, span] for number, spans in current.items() for span in spans)


@dataclass(frozen=True, slots=True)
class _Known:
    """Where each part stands in the list, the parts, and the scores of each with the others."""

    index: dict[tuple[int, Range], int]
    units: list[Unit]
    partners: dict[int, dict[int, float]]

    def best_cut(self, number: int, span: Range, standing: Set[int]) -> int | None:
        """The break whose one side gains most by standing alone, or None."""
        whole = self.index[number, span]
        best = self._best(whole, standing)
        options = []
        for at in self.units[whole].breaks:
            left, right = (self.index.get((number, side)) for side in ((span[0], at), (at, span[1])))
            if left is not None and right is not None:
                gains = (self._gain(whole, a, b, (best, standing)) for a, b in ((left, right), (right, left)))
                options.append((max(gains), -at))
        return -max(options)[1] if options and max(options)[0] >= GAIN else None

    def _gain(self, whole: int, side: int, rest: int, known: tuple[dict[str, int], Set[int]]) -> float:
        """How much better one side fits a standing unit of some account than the whole does.

        Where the whole fits another unit of that account best, the rest must fit that one as
        well: "A and B" is cut over against "A." and "B.", but not when "A and B" stands there too.
        """
        best, standing = known
        gains = [0.0]
        mine, others = self.partners.get(whole, {}), self.partners.get(rest, {})
        for account, other in self._best(side, standing).items():
            score, top = self.partners[side][other], best.get(account, other)
            if score >= LEAST and (top == other or others.get(top, 0.0) >= mine[top] - SLACK):
                gains.append(score - mine.get(other, 0.0))
        return max(gains)

    def _best(self, part: int, standing: Set[int]) -> dict[str, int]:
        """The standing unit of each account that a part fits best."""
        out: dict[str, int] = {}
        scores = self.partners.get(part, {})
        for other in sorted(scores.keys() & standing):
            account = self.units[other].witness
            if account not in out or scores[other] > scores[out[account]]:
                out[account] = other
        return out


def _apply(number: int, spans: list[Range], cuts: Mapping[tuple[int, Range], int]) -> Iterator[Range]:
    for span in spans:
        at = cuts.get((number, span))
        yield from ((span[0], at), (at, span[1])) if at else (span,)
