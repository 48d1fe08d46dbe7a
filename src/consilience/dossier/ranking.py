"""What a reader should see first: the order of points, and the links least sure.

A point's standing is the sum of one for each account that carries it, one for each headline and a half
for each lead it stands in, up to one for how early it is told (1 at an account's start, 0 at its end, the
average of those that carry it), and a half if a discrepancy without a harmless explanation hangs on it.
The highest comes first; of equals the one that the first account by name tells first. Weighs no words and
judges no account. Invariant: the order of the accounts changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ..contrast.coverage import prominent
from ..model import Annotated, Discrepancy, Link, Point, Span, story_order

if TYPE_CHECKING:
    from .build import Dossier


@dataclass(frozen=True, slots=True)
class Rank:
    """Why a point stands where it does.

    ``headline`` and ``lead`` hold the ids of the accounts that tell it there, in story order; ``place``
    is 0 where all who carry it open with it and 1 at their ends.
    """

    accounts: int
    headline: tuple[str, ...]
    lead: tuple[str, ...]
    place: float
    disputed: bool

    @property
    def standing(self) -> float:
        """The sum that points are ordered by.

        >>> Rank(4, ("w1:a",), ("w1:a", "w1:b"), 0.25, disputed=True).standing
        7.25
        """
        early = 1 - self.place
        return round(self.accounts + len(self.headline) + len(self.lead) / 2 + early + self.disputed / 2, 4)


def ranks(
    points: Sequence[Point], accounts: Iterable[Annotated], discrepancies: Sequence[Discrepancy]
) -> dict[str, Rank]:
    """The rank of each point, by its id."""
    by_id = {a.witness.id: a for a in sorted(accounts, key=lambda a: story_order(a.witness))}
    leads = {w: prominent(a) for w, a in by_id.items()}
    open_ones = [d for d in discrepancies if d.sure]
    return {p.id: _rank(p, by_id, leads, any(_hangs(d, p) for d in open_ones)) for p in points}


def ranked(
    points: Sequence[Point], accounts: Sequence[Annotated], discrepancies: Sequence[Discrepancy]
) -> tuple[Point, ...]:
    """The points, those of the highest standing first."""
    found, names = ranks(points, accounts, discrepancies), {a.witness.id: a.witness.name for a in accounts}

    def order(point: Point) -> tuple[float, str, int, str]:
        first = min((names[s.witness], s.start) for s in point.spans)
        return (-found[point.id].standing, *first, point.id)

    return tuple(sorted(points, key=order))


def weakest_links(dossier: Dossier, count: int = 10) -> tuple[tuple[Point, Link], ...]:
    """The links of all points that are the least sure, weakest first, each with its point.

    :param count: how many at most.
    """
    found = (
        (link.score, n, link.a, link.b, p, link) for n, p in enumerate(dossier.points) for link in p.links
    )
    return tuple((row[4], row[5]) for row in islice(sorted(found, key=lambda r: r[:4]), max(0, count)))


def _rank(
    point: Point,
    by_id: Mapping[str, Annotated],
    leads: Mapping[str, tuple[tuple[Span, ...], tuple[Span, ...]]],
    disputed: bool,
) -> Rank:
    first = point.firsts
    places = [at / max(1, len(by_id[w].witness.text)) for w, at in sorted(first.items())]

    def stands(where: int) -> tuple[str, ...]:
        return tuple(w for w in by_id if any(s.overlap(h) for h in leads[w][where] for s in point.spans))

    return Rank(len(first), stands(0), stands(1), round(sum(places) / len(places), 4), disputed)


def _hangs(discrepancy: Discrepancy, point: Point) -> bool:
    """Whether a discrepancy names a point, or lies in its passages in two accounts or more."""
    if discrepancy.point is not None:
        return discrepancy.point == point.id
    inside = {v.span.witness for v in discrepancy.readings for s in point.spans if v.span.overlap(s)}
    return len(inside) > 1
