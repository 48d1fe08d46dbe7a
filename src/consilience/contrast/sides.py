"""What stands behind each value of a discrepancy: its accounts, their origins, and the primary.

Counts the origins of the passages that have one value as ``trace`` counts those of a point: three copies of
one error have one origin. An account is primary when it is a body's own text (a readout, a
statement it published). Does not weigh one value against another.

Invariant: every reading of a discrepancy is on one side, and ``1 <= low <= high`` on each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..model import Annotated, Descent, Discrepancy, Point, Reading, Side, Span, Speaker
from ..trace import is_primary, with_origins


def with_sides(
    found: Sequence[Discrepancy],
    accounts: Sequence[Annotated],
    points: Sequence[Point],
    descent: Descent,
) -> tuple[Discrepancy, ...]:
    """Fill in the sides of each discrepancy.

    :param accounts: in story order.
    """
    by_id = {a.witness.id: a for a in accounts}
    order = {w: i for i, w in enumerate(by_id)}
    kinds = {p.id: p.kind for p in points}
    asked = [_asked(by_id, value, spans, kinds.get(d.point or "", "event"))
             for d in found for value, spans in by_value(d).items()]  # fmt: skip
    told = iter(with_origins(asked, accounts, descent))
    primary = {a.witness.id for a in accounts if is_primary(a.witness)}
    return tuple(
        replace(d, sides=tuple(_side(next(told), order, primary) for _ in by_value(d))) for d in found
    )


def by_value(discrepancy: Discrepancy) -> Mapping[str, tuple[Span, ...]]:
    """The passages of a discrepancy under their value, in order of first appearance."""
    out: dict[str, tuple[Span, ...]] = {}
    for reading in discrepancy.readings:
        out[reading.value] = (*out.get(reading.value, ()), reading.span)
    return out


def _asked(by_id: Mapping[str, Annotated], value: str, spans: Sequence[Span], kind: str) -> Point:
    """The passages of one value as a point, with its speaker where all are words of one speaker."""
    said = [_speaker(by_id[span.witness], span) for span in spans]
    one = said[0] if said[0] and len({s.key for s in said if s}) == 1 and all(said) else None
    name, key = (one.name, one.key) if one else (None, None)
    return Point("", "", value, kind, (Reading(value, tuple(spans), value),), name, key)


def _speaker(account: Annotated, span: Span) -> Speaker | None:
    """Whose words a passage is: the known speaker of the shortest statement that holds half of it."""
    size = span.end - span.start
    held = [
        (sum(c.end - c.start for c in s.content), s.speaker)
        for s in account.statements
        if s.speaker and s.speaker.key and 2 * sum(c.overlap(span) for c in s.content) >= size
    ]
    return min(held, key=lambda h: h[0])[1] if held else None


def _side(point: Point, order: Mapping[str, int], primary: set[str]) -> Side:
    held = tuple(sorted({s.witness for s in point.spans}, key=order.__getitem__))
    return Side(point.says, held, point.low, point.high, point.why, tuple(w for w in held if w in primary))
