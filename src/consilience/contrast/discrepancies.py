"""Runs the comparers and puts what they find together.

Each comparer yields findings of two or more sides; findings of one kind that share a side are one
discrepancy with all its readings, so five accounts of one count make one entry and not ten. A
conflict among them outweighs a harmless explanation of others. Finds nothing itself.

Invariant: every discrepancy has readings of two or more accounts; the result does not depend on the
order of the accounts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module

from ..model import Annotated, Descent, Discrepancy, Entity, Point, Span, Value, tagged_hash
from ..settings import Contrast
from .scores import calibrated
from .sheet import Sheet, sheet
from .sides import with_sides
from .slots import Finding

Comparer = Callable[[Sheet], Iterator[Finding]]

SHOWN = 40
"""Longest words of a further reading that an explanation repeats, in code points."""
DRAWN = 0.25
"""Score from which a finding may join a surer one whose side it shares."""
WORD = re.compile(r"[\w,.]*\w")
FIGURE = re.compile(r"(?:[a-z]+ )*[\d.,]+")
COMPARERS = (
    "numbers",
    "counts",
    "ages",
    "times",
    "calendar",
    "places",
    "roles",
    "names",
    "quotations",
    "attribution",
    "polarity",
    "contrary",
    "initiator",
    "sequence",
    "agreement",
)
"""Modules of this folder, each with ``compare(sheet)``; earlier ones keep a place that two would name."""


def discrepancies(
    accounts: Sequence[Annotated],
    points: Sequence[Point] = (),
    entities: Sequence[Entity] = (),
    descent: Descent | None = None,
    settings: Contrast | None = None,
) -> tuple[Discrepancy, ...]:
    """Find where accounts say different things, conflicts first, surest first.

    >>> discrepancies([])
    ()

    :param accounts: linked accounts of one story, in any order.
    :param descent: tells how many independent origins stand behind each value; without it none are counted.
    """
    settings = settings or Contrast()
    laid = sheet(accounts, points, entities)
    scored = [f if f.innocent else replace(f, score=calibrated(name, f.score)) for name, f in found(laid)]
    kept = _unsaid([f for f in scored if f.score >= settings.min_score])
    made = [_joined(laid, group) for group in _groups(_once(kept))]
    order = {a.witness.id: i for i, a in enumerate(laid.accounts)}
    told = sorted(
        (d for d in made if len({v.span.witness for v in d.readings}) > 1),
        key=lambda d: (
            d.innocent is not None,
            -d.score,
            order[d.readings[0].span.witness],
            d.readings[0].span.start,
            d.kind,
        ),
    )
    return tuple(told) if descent is None else with_sides(told, laid.accounts, points, descent)


def found(laid: Sheet) -> Iterator[tuple[str, Finding]]:
    """What each comparer finds, by its name, with its own score."""
    for name in COMPARERS:
        yield from ((name, finding) for finding in _comparer(name)(laid))


def _comparer(name: str) -> Comparer:
    compare: Comparer = import_module(f".{name}", __package__).compare
    return compare


def _unsaid(found: Sequence[Finding]) -> list[Finding]:
    """Leave out doubtful findings whose sides are all sides of surer ones of their family."""
    said = {(f.family, span) for f in found if f.score >= DRAWN for span, _ in f.sides}
    return [f for f in found if f.score >= DRAWN or any((f.family, span) not in said for span, _ in f.sides)]


def _once(found: Sequence[Finding]) -> list[Finding]:
    """Leave out what is told better: reversed statements as quotations, counts as counts that grew."""
    quoted = [{span for span, _ in f.sides} for f in found if f.kind == "quotation" and f.innocent is None]

    def told(finding: Finding) -> bool:
        return any(all(any(s.overlap(q) for q in spans) for s, _ in finding.sides) for spans in quoted)

    # A count that another account counts on to is no rival of some third count.
    grown = [span for f in found if f.part == "grew" for span, _ in f.sides]

    def counted(finding: Finding) -> bool:
        return not finding.part and any(s.overlap(g) for s, _ in finding.sides for g in grown)

    return [
        f for f in found if not (f.kind == "polarity" and told(f)) and not (f.kind == "number" and counted(f))
    ]


def _groups(found: Sequence[Finding]) -> list[list[Finding]]:
    """Findings of one kind that share a side, directly or through others."""
    parent = list(range(len(found)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    at: dict[tuple[str, bool, str], dict[Span, int]] = defaultdict(dict)
    for i, finding in enumerate(found):
        for span, _ in finding.sides:
            held = at[finding.family, finding.score >= DRAWN, span.witness]
            # A value that is repeated is a side of many findings: what overlaps it is joined already.
            near = [held[span]] if span in held else [j for other, j in held.items() if span.overlap(other)]
            for j in near:
                parent[max(root(i), root(j))] = min(root(i), root(j))
            held.setdefault(span, i)
    groups: dict[int, list[Finding]] = defaultdict(list)
    for i, finding in enumerate(found):
        groups[root(i)].append(finding)
    return list(groups.values())


def _joined(laid: Sheet, group: Sequence[Finding]) -> Discrepancy:
    """One discrepancy of findings that share sides; the surest conflict gives the explanation."""
    best = min(group, key=lambda f: (f.innocent is not None, -f.score, f.sides))
    order = {a.witness.id: i for i, a in enumerate(laid.accounts)}
    sides: dict[Span, str] = {}
    for finding in sorted(group, key=lambda f: (f is not best, f.sides)):
        for span, value in finding.sides:
            if span not in sides and not any(span.overlap(other) for other in sides):
                sides[span] = value
    shown = one_value(sides.values())
    readings = tuple(
        Value(span, shown[value])
        for span, value in sorted(sides.items(), key=lambda s: (order[s[0].witness], s[0]))
    )
    identity = tagged_hash(
        "d1", best.kind, [[v.span.witness, v.span.start, v.span.end, v.value] for v in readings]
    )
    point = next((f.point for f in (best, *group) if f.point), None)
    return Discrepancy(
        identity,
        best.kind,
        _all_values(laid, best, readings),
        best.innocent,
        round(best.score, 3),
        readings,
        point,
    )


def one_value(values: Iterable[str]) -> dict[str, str]:
    """Each value as it is shown: a figure is one with its noun or without, words with a stop or without.

    >>> one_value(["112", "112 people", "Mind the gap", "Mind the gap."])["112"]
    '112 people'
    """
    held: dict[str, list[str]] = defaultdict(list)
    for value in values:
        held[" ".join(WORD.findall(value.lower()))].append(value)
    for key in sorted(held):
        longer = [other for other in held if other.startswith(f"{key} ")]
        if FIGURE.fullmatch(key) and len(longer) == 1:
            held[longer[0]] += held.pop(key)
    return {
        value: max(group, key=lambda v: (group.count(v), len(v)))
        for group in held.values()
        for value in group
    }


def _all_values(laid: Sheet, best: Finding, readings: Sequence[Value]) -> str:
    """The explanation of the surest finding, with the further values where accounts give more than two."""
    told = {value for _, value in best.sides}
    more: dict[str, str] = {}
    for reading in readings:
        words = laid.text(reading.span)
        if reading.value not in told and len(words) <= SHOWN:
            more.setdefault(reading.value, f"“{words}”")
    if not more or best.kind in ("quotation", "polarity"):
        return best.says
    return f"{best.says.removesuffix('.')}, and {', '.join(more.values())}."
