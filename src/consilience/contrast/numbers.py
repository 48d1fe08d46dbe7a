"""Counts, sums of money and percentages that differ in the same place.

Compares intervals, so "at least 40" and "43" agree; digits against words never reach this stage.
Before a difference is called a conflict it tries rounding, a later count of casualties and
another scope. Does not convert currencies or units: other units are other facts.

Invariant: both sides are figures of one kind and unit, and neither account gives the other's figure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..model import Mention, Quantity
from .counts import difference
from .sheet import Sheet, key_of
from .slots import Finding, Match, Slot, clause, matches, stated_elsewhere

LEAST = {"number": 0.25, "money": 0.26, "percentage": 0.28}
CASUALTIES = frozenset({"=die", "=injure", "casualti", "missing", "miss", "case", "toll", "victim"})
SCOPES = frozenset(
    "another other others more additional further extra total overall combined altogether".split()
)
STRANGE = 0.14
"""How much closer two counts of people must be where one hangs on no verb of its own."""
THERE = frozenset({"", "be"})
APART = 8.0
"""Times by which two figures of one fact may differ."""
SLACK = 1.011
"""A bound may be passed by this much: "nearly 50" and "five decades" agree."""
WORDS = {"number": "number", "money": "sum", "percentage": "share"}


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find figures that differ."""
    slots = list(_slots(laid))
    elsewhere = stated_elsewhere(slots, _equal)

    def barred(a: Slot, b: Slot) -> bool:
        return not _agree(a, b) and (_far(a.value, b.value) or elsewhere(a, b))

    for match in matches(laid, slots, least=min(LEAST.values()), same=_equal, barred=barred):
        kind = match.a.value.kind
        if match.score < LEAST[kind] or _equal(match.a, match.b):
            continue
        found = _finding(laid, match, kind)
        # People are counted for many things in one story: on a floor ("there were …"), off a ship.
        strange = match.a.frame != match.b.frame and bool({match.a.frame, match.b.frame} & THERE)
        strange = strange and kind == "number" and match.a.value.unit == "people"
        if found.innocent or not strange or match.score >= LEAST[kind] + STRANGE:
            yield found


def _slots(laid: Sheet) -> Iterator[Slot]:
    for i, by_line in enumerate(laid.mentions):
        for number in sorted(by_line):
            for mention in by_line[number]:
                if isinstance(mention.value, Quantity):
                    yield from _slot(laid, i, number, mention, mention.value)


def _slot(laid: Sheet, i: int, number: int, mention: Mention, value: Quantity) -> Iterator[Slot]:
    line = laid.lines[i][number]
    grown = laid.trees[i]
    first, last = grown.at(mention.span.start), grown.at(mention.span.end - 1) + 1
    if difference(grown.tokens, last):
        return
    # "one" is as often a pronoun as a count; "2" of nothing in particular is a list's number.
    if value.kind == "age" or (value.kind == "number" and (not value.unit or value.high < 2)):
        return
    sort, shown = f"{value.kind} {value.unit}", laid.text(mention.span)
    yield Slot(line, first, last, mention.span, sort, value, shown, _verb(laid, i, first))


def _verb(laid: Sheet, i: int, token: int) -> str:
    """Normal form of the predicate that a figure hangs on."""
    tokens = laid.accounts[i].tokens
    up = next((k for k in laid.trees[i].up(token) if tokens[k].pos == "VERB"), None)
    return "" if up is None else key_of(tokens, up) or tokens[up].lemma.lower()


def _equal(a: Slot, b: Slot) -> bool:
    x, y = a.value, b.value
    return math.isclose(x.low, y.low, rel_tol=1e-6) and math.isclose(x.high, y.high, rel_tol=1e-6)


def _agree(a: Slot, b: Slot) -> bool:
    """Whether two intervals meet; exact figures must be equal."""
    x, y = a.value, b.value
    if not x.hedge and not y.hedge:
        return _equal(a, b)
    return bool(x.low <= y.high * SLACK and y.low <= x.high * SLACK)


def _far(x: Quantity, y: Quantity) -> bool:
    """Figures so far apart that they count different things: 270 electors, 2.8 million voters."""
    low, high = sorted((x.low or x.high, y.low or y.high))
    return low <= 0 or high > APART * low


def _finding(laid: Sheet, match: Match, kind: str) -> Finding:
    a, b = match.a, match.b
    innocent = _innocent(laid, a, b, kind)
    of = f" of {_many(a.value.unit)}" if kind == "number" else ""
    told = " against ".join(f"“{clause(laid, s)}”" for s in (a, b))
    says = f"The {WORDS[kind]}{of} differs: {told}."
    sides = tuple((s.span, _normal(s.value)) for s in (a, b, *match.more))
    return Finding(kind, sides, says, innocent, min(0.97, 0.3 + match.score), match.point)


def _many(unit: str) -> str:
    """The plural of a counted noun; "people injured" and units stay."""
    if unit == "people" or " " in unit or len(unit) < 3 or unit.endswith("s"):
        return unit
    if unit[-1] == "y" and unit[-2] not in "aeiou":
        return f"{unit[:-1]}ies"
    return f"{unit}{'es' if unit.endswith(('ch', 'sh', 'x')) else 's'}"


def _normal(q: Quantity) -> str:
    low, high = (f"{x:,.10g}" if math.isfinite(x) else "∞" for x in (q.low, q.high))
    amount = low if q.low == q.high else f"{low}–{high}"
    return f"{amount} {q.unit}".strip()


# -- harmless explanations --


def _innocent(laid: Sheet, a: Slot, b: Slot, kind: str) -> str | None:
    if _agree(a, b):
        return "rounding: the figures agree within what they claim"
    if _rounded(a.value, b.value) or _rounded(b.value, a.value):
        return "rounding: one figure is the other's, rounded"
    if kind == "number" and _later(laid, a, b):
        return "a later update: the account that came out later counts more"
    if _scope(laid, a) != _scope(laid, b):
        return "another scope: one figure counts others or a total"
    return None


def _rounded(rough: Quantity, fine: Quantity) -> bool:
    """Whether ``rough`` is ``fine`` to fewer digits: 143,000 of 142,721; 3 of 3.1."""
    x, y = rough.low, fine.low
    if rough.low != rough.high or fine.low != fine.high or not x or not y or abs(x - y) > 0.05 * abs(y):
        return False
    step = 1.0
    while step < 1e15 and math.isclose(x / (step * 10), round(x / (step * 10)), abs_tol=1e-9):
        step *= 10
    return abs(x - y) <= step / 2 and (step >= 10 or y != round(y))


def _later(laid: Sheet, a: Slot, b: Slot) -> bool:
    """A count of casualties that grows with the date of publication."""
    first, then = (laid.accounts[s.line.account].witness.published for s in (a, b))
    if not first or not then or first[:10] == then[:10]:
        return False
    near = [set(laid.near(s.line, s.first, s.last)) | {s.value.unit} for s in (a, b)]
    grows = (a.value.low < b.value.low) == (first < then)
    return grows and all(words & CASUALTIES for words in near)


def _scope(laid: Sheet, slot: Slot) -> bool:
    tokens = laid.accounts[slot.line.account].tokens
    around = tokens[
        max(slot.line.sentence.first, slot.first - 2) : min(slot.line.sentence.last, slot.last + 2)
    ]
    return any(t.text.lower() in SCOPES for t in around)
