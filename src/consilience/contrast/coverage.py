"""Which account has which point, and where: headline, lead or body.

A table of points by accounts, with what each account carries, is silent on or could not have had, and
how many of each speaker's points it carries. Counts what earlier stages found; weighs nothing and finds
no silence itself.

Invariant: an account has a cell for each point that it carries, is silent on or is lacunose at, and no
other; its counts are counts of its cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..model import Annotated, Cell, Coverage, Point, Silence, Span

LEAD = 2
"""Sentences at the head of the body that are the lead, besides the standfirst."""


def coverage(
    points: Sequence[Point], accounts: Sequence[Annotated], silences: Sequence[Silence] = ()
) -> tuple[Coverage, ...]:
    """For each account its cells, points in their order, and its counts; accounts in theirs.

    >>> coverage([], [])
    ()
    """
    gaps = {(s.witness, s.point): s for s in silences}
    whole = Counter(p.speaker for p in points if p.speaker)
    rows = []
    for account in accounts:
        here = account.witness.id
        ground = prominent(account)
        cells = tuple(c for p in points if (c := _cell(p, here, ground, gaps.get((here, p.id)))))
        has = {c.point for c in cells if c.state == "carried"}
        mine = Counter(p.speaker for p in points if p.speaker and p.id in has)
        speakers = tuple((name, mine[name], whole[name]) for name in sorted(whole))
        share = round(len(has) / len(points), 4) if points else 0.0
        shared = sum(len(p.witnesses) > 1 for p in points if p.id in has)
        rows.append(Coverage(here, len(has), share, speakers, shared, cells))
    return tuple(rows)


def prominent(account: Annotated) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The headline of an account, and its lead: standfirst and first sentences."""
    witness = account.witness.id

    def of(kind: str) -> tuple[Span, ...]:
        return tuple(Span(witness, s.start, s.end) for s in account.sentences if s.kind == kind)

    return of("title"), of("standfirst") + of("body")[:LEAD]


def _cell(
    point: Point, here: str, ground: tuple[Sequence[Span], Sequence[Span]], gap: Silence | None
) -> Cell | None:
    spans = [s for s in point.spans if s.witness == here]
    if spans:
        places = ("headline", "lead")
        where = next((n for n, g in zip(places, ground, strict=True) if _meet(spans, g)), "body")
        return Cell(point.id, "carried", where)
    why = gap.why if gap is not None else ""
    if here in point.silent or (gap is not None and gap.could):
        return Cell(point.id, "silent", "", why)
    if here in point.lacunose or gap is not None:
        return Cell(point.id, "lacunose", "", why)
    return None


def _meet(spans: Sequence[Span], ground: Sequence[Span]) -> bool:
    return any(s.overlap(g) for s in spans for g in ground)
