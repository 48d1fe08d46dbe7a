"""Groups units into points from the scores of pairs.

Agglomerative clustering with average linkage over pairs of *different* accounts, all
accounts at once, so that a chain of weak likenesses does not drift from one assertion to
another (Bansal, Blum and Chawla's correlation clustering, solved greedily). An account joins
a group that already holds a passage of its own only where the new one stands by it or the
evidence is stronger. Invariant: independent of the order of units and pairs.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set

from .clauses import HEADS, Unit

SEED = 0.15
"""How much more it takes that two passages begin a point than that a third joins them."""
HEADLINE = 0.3
"""How much more a headline needs, which may name the subject and assert nothing."""
AGAIN = 0.05
"""How much more an account's second, distant passage needs."""


def gather(
    units: Sequence[Unit],
    scores: Mapping[tuple[int, int], float],
    threshold: float,
    apart: Mapping[int, Set[int]] | None = None,
) -> list[list[int]]:
    """Groups of unit indices, each sorted; units without a partner stand alone.

    :param scores: ``(i, j)`` with ``i < j`` to a score of 0–1; pairs not named count as 0.
    :param threshold: least mean score between two groups that are joined.
    :param apart: for a unit, later ones that never stand in one group with it.
    """
    groups = _Groups(units, scores, apart or {})
    heap = [(-score, a, b) for (a, b), score in scores.items() if score >= threshold]
    heapq.heapify(heap)
    while heap:
        lost, a, b = heapq.heappop(heap)
        if not groups.current(a, b, -lost) or -lost < threshold + groups.surcharge(a, b):
            continue
        if groups.barred(a, b):
            continue
        new = groups.join(a, b)
        for other in groups.links[new]:
            if (mean := groups.mean(new, other)) >= threshold:
                heapq.heappush(heap, (-mean, other, new))
    return _mended(sorted(sorted(members) for members in groups.members.values()), units)


def _mended(groups: list[list[int]], units: Sequence[Unit]) -> list[list[int]]:
    """Join two groups again where every account that has either has both, side by side in one sentence.

    A headline that words one clause alone asks for a cut that no account's text bears out.
    """
    out = [*groups]
    owner = {i: n for n, group in enumerate(out) for i in group}
    for i in range(len(units) - 1):
        a, b = owner[i], owner[i + 1]
        if a != b and _side_by_side(units[i], units[i + 1]) and _always(out[a], out[b], units):
            out[a] = sorted([*out[a], *out[b]])
            out[b] = []
            owner.update(dict.fromkeys(out[a], a))
    return sorted(group for group in out if group)


def _side_by_side(a: Unit, b: Unit) -> bool:
    """Whether one follows on the other in a sentence, with at most a mark and a link word between."""
    return (a.witness, a.sentence) == (b.witness, b.sentence) and 0 <= b.first - a.last <= 2


def _always(one: Sequence[int], two: Sequence[int], units: Sequence[Unit]) -> bool:
    """Whether each passage of either group, headlines aside, has one of the other at its side."""
    return all(
        any(_side_by_side(units[i], units[j]) or _side_by_side(units[j], units[i]) for j in others)
        for mine, others in ((one, two), (two, one))
        for i in mine
        if units[i].region not in HEADS
    )


def serving(
    groups: Sequence[Sequence[int]],
    units: Sequence[Unit],
    scores: Mapping[tuple[int, int], float],
    threshold: float,
    apart: Mapping[int, Set[int]] | None = None,
) -> list[list[int]]:
    """Let a unit serve further groups whose assertion it makes as well: "A, and B" beside "A." and "B.".

    A group takes one of an account that has no passage in it so far, where it fits the group's passages on
    the mean; it stays in its own group too, and the two groups stay two. One that stands alone has been
    weighed with every group already.

    :param threshold: least mean score of the unit with the group's passages.
    """
    near_to = partners(scores)
    barred = {(a, b) for i, others in (apart or {}).items() for j in others for a, b in ((i, j), (j, i))}
    owner = {i: n for n, group in enumerate(groups) for i in group}
    out = [list(group) for group in groups]
    for n, group in enumerate(groups):
        held = {units[i].witness for i in group}
        near = {j for i in group for j in near_to.get(i, ())}
        for j in sorted(near):
            alone = len(groups[owner[j]]) == 1
            if alone or owner[j] == n or units[j].witness in held or any((i, j) in barred for i in out[n]):
                continue
            mean = sum(near_to[j].get(i, 0.0) for i in group) / len(group)
            if round(mean, 6) >= threshold:
                out[n].append(j)
    return [sorted(group) for group in out]


def partners(scores: Mapping[tuple[int, int], float]) -> dict[int, dict[int, float]]:
    """For each unit those it has a score with, and the score.

    >>> partners({(0, 2): 0.5})
    {0: {2: 0.5}, 2: {0: 0.5}}
    """
    out: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for (i, j), score in scores.items():
        out[i][j] = out[j][i] = score
    return dict(out)


class _Groups:
    """The groups at one stage of joining, with the summed scores between them."""

    def __init__(
        self,
        units: Sequence[Unit],
        scores: Mapping[tuple[int, int], float],
        apart: Mapping[int, Set[int]],
    ) -> None:
        self.units, self.apart = units, apart
        self.members = {n: [n] for n in range(len(units))}
        self.accounts = {n: Counter([unit.witness]) for n, unit in enumerate(units)}
        self.links: dict[int, dict[int, float]] = {n: {} for n in range(len(units))}
        self.next = len(units)
        for (a, b), score in scores.items():
            self.links[a][b] = self.links[b][a] = score

    def mean(self, a: int, b: int) -> float:
        """Mean score over pairs of different accounts, rounded so that ties do not hang on summation."""
        mine, yours = self.accounts[a], self.accounts[b]
        few, many = (mine, yours) if len(mine) < len(yours) else (yours, mine)
        own = sum(n * many[witness] for witness, n in few.items() if witness in many)
        pairs = len(self.members[a]) * len(self.members[b]) - own
        return round(self.links[a][b] / pairs, 6) if pairs else 0.0

    def current(self, a: int, b: int, mean: float) -> bool:
        """Whether a queued join still stands."""
        return a in self.members and b in self.members and b in self.links[a] and self.mean(a, b) == mean

    def barred(self, a: int, b: int) -> bool:
        """Whether a unit of the one may not stand with a unit of the other."""
        mine, yours = self.members[a], self.members[b]
        return any(
            not self.apart[i].isdisjoint(y)
            for x, y in ((mine, yours), (yours, mine))
            for i in x
            if i in self.apart
        )

    def surcharge(self, a: int, b: int) -> float:
        """What is asked on top: of two that begin a point, of headlines, of an account's further passage."""
        begins = SEED * (len(self.members[a]) == len(self.members[b]) == 1)
        heads = HEADLINE * any(all(self.units[i].region in HEADS for i in self.members[n]) for n in (a, b))
        return max(begins, heads) + self._again(a, b)

    def _again(self, a: int, b: int) -> float:
        """What is asked on top where both hold passages of one account: less, the nearer they stand."""
        if not self.accounts[a].keys() & self.accounts[b].keys():
            return 0.0
        pairs = ((self.units[i], self.units[j]) for i in self.members[a] for j in self.members[b])
        apart = max(abs(i.sentence - j.sentence) for i, j in pairs if i.witness == j.witness)
        return AGAIN * min(apart, 2) / 2

    def join(self, a: int, b: int) -> int:
        """Join two groups under a new number."""
        new, self.next = self.next, self.next + 1
        self.members[new] = sorted(self.members.pop(a) + self.members.pop(b))
        self.accounts[new] = self.accounts.pop(a) + self.accounts.pop(b)
        joined, yours = self.links.pop(a), self.links.pop(b)
        del joined[b], yours[a]
        for old, part in ((a, joined), (b, yours)):
            for other in part:
                del self.links[other][old]
        for other, score in yours.items():
            joined[other] = joined.get(other, 0.0) + score
        for other, score in joined.items():
            self.links[other][new] = score
        self.links[new] = joined
        return new
