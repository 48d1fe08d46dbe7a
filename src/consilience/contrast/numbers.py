"""Counts, sums of money and percentages that differ in the same place.

Compares intervals, so "at least 40" and "43" agree; digits against words never reach this stage, and
miles are kilometres already. Before a difference is called a conflict it tries rounding, another unit,
a later count of casualties and another scope. Sums in two currencies are not compared, and said so.

How sure two figures are of one fact is fitted (``WEIGHTS``) to figures changed by hand in pairs of real
stories, against those that differ in the same pairs as published: figures of one fact stand in lines that
are alike, among the same words, and are seldom far from one another.

Invariant: both sides are figures of one kind and unit, and neither account gives the other's figure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from ..annotate.numerals import LOOSE
from ..data import lexicon
from ..model import Mention, Quantity, Span, Token
from .counts import LATER, difference, many, shown
from .figures import Figures
from .lists import listed
from .sheet import Sheet, key_of
from .slots import Finding, Judge, Match, Slot, clause, matches, pairs, stated_elsewhere

LEAST = 0.1
"""Least sureness of a difference that is told."""
LONG = 0.15
"""The same for lengths of time and distance, of which a story holds many."""
CURRENCIES = 0.6
"""Least closeness of two sums in different currencies."""
CLOSE = 0.1
"""Least closeness of two figures that are weighed at all."""
CASUALTIES = listed("casualty")
"""Normal forms of words about counts that grow while they are made."""
GROWING = listed("growing count") | {r["normal"] for r in lexicon("scopes") if r["kind"] == "person"}
"""Units of counts that grow while they are made: 25 counts of a charge do not."""
SCOPES = listed("another scope")
STRANGE = 0.05
"""How much surer two counts of people must be where one hangs on no verb of its own."""
THERE = frozenset({"", "be"})
APART = 8.0
"""Times by which two figures of one fact may differ."""
SLACK = 1.011
"""A bound may be passed by this much: "nearly 50" and "five decades" agree."""
VAGUE = 2.0
"""Times by which "several" or "dozens" may be passed."""
CONVERTED = 0.06
"""Share by which a figure may differ from another converted into its unit."""
TELLING = 10
"""Least figure that says by itself that two accounts know of one fact."""
ROUGH = 0.06
"""Share by which a rounded figure may differ from the fine one."""
SHARE = 1.5
"""Percentage points by which "a third" may differ from a percentage."""
MEASURES = listed("measure")
COUNTER = re.compile(r"\b\d+ (?:of|/) \d+\b")
"""A picture's number in a row of pictures: "4 of 9"."""
WHOLE = listed("the whole")
"""Words after "two of": a part of what is counted elsewhere."""
SHOT = frozenset({"", "shot"})
"""What may have befallen people of whom another account says more ("shot", "killed")."""
HURT = frozenset({"injured", "hospitalized"})
WORDS = {"number": "number", "money": "sum", "percentage": "share"}


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find figures that differ."""
    slots = list(_slots(laid))
    sureness = Figures(laid, slots).sureness
    told: set[Span] = set()
    for match in matches(laid, slots, least=CLOSE, same=_equal, barred=_barred(laid, slots), rank=sureness):
        told |= {match.a.span, match.b.span}
        if _equal(match.a, match.b):
            continue
        sure, kind = sureness(match), match.a.value.kind
        found = _finding(laid, match, kind, sure)
        # People are counted for many things in one story: on a floor ("there were …"), off a ship.
        strange = match.a.frame != match.b.frame and bool({match.a.frame, match.b.frame} & THERE)
        strange = strange and kind == "number" and match.a.value.unit == "people"
        least = LONG if match.a.value.unit in MEASURES else LEAST
        if sure >= least + (STRANGE if strange and not found.innocent else 0.0):
            yield found
    yield from _currencies(laid, [s for s in slots if s.span not in told])


def candidates(laid: Sheet) -> tuple[list[Slot], Iterator[Match]]:
    """The figures of a story, and those of two accounts that may be of one fact and differ.

    Neither account gives the other's figure, and the figures are not too far apart for one fact.
    """
    slots = list(_slots(laid))
    barred = _barred(laid, slots)
    found = pairs(laid, slots, least=CLOSE, fits=lambda a, b: not _agree(a, b) and not barred(a, b))
    return slots, found


def _barred(laid: Sheet, slots: Sequence[Slot]) -> Judge:
    """Whether two figures are no rivals: of other people, too far apart, or known to both accounts."""
    elsewhere = stated_elsewhere(slots, _equal)
    given = [_given(laid, i) for i in range(len(laid.accounts))]

    def known(a: Slot, b: Slot) -> bool:
        # "Another 31 permits" against "44 permits, 31 of them open": whatever they count, both have 31.
        return elsewhere(a, b) or a.value.low in given[b.line.account] or b.value.low in given[a.line.account]

    def barred(a: Slot, b: Slot) -> bool:
        return not _one_scope(a, b) or (not _agree(a, b) and (_far(a.value, b.value) or known(a, b)))

    return barred


def _given(laid: Sheet, i: int) -> frozenset[float]:
    """Figures of two digits and more that an account gives, whatever they count."""
    found = (m.value for m in laid.accounts[i].mentions if isinstance(m.value, Quantity))
    return frozenset(q.low for q in found if q.low >= TELLING)


def _one_scope(a: Slot, b: Slot) -> bool:
    """Whether two counts of people may be of the same: the killed are no injured, the shot may be either."""
    x, y = (s.value.unit.partition(" ")[2] for s in (a, b))
    return x == y or x in SHOT or y in SHOT or {x, y} <= HURT


def _currencies(laid: Sheet, slots: Sequence[Slot]) -> Iterator[Finding]:
    """Sums in two currencies that fill one place: harmless, and not compared."""
    sums = [s for s in slots if s.value.kind == "money"]
    bare = [Slot(s.line, s.first, s.last, s.span, "money", s.value, s.shown, s.frame) for s in sums]
    for match in matches(laid, bare, least=CURRENCIES, same=_equal):
        a, b = match.a, match.b
        if a.value.unit != b.value.unit:
            says = f"The sum is given in two currencies: “{a.shown}” and “{b.shown}”."
            sides = tuple((s.span, shown(s.value)) for s in (a, b))
            innocent = "another currency: the sums cannot be compared"
            yield Finding("money", sides, says, innocent, 0.2 + match.score / 2, match.point, part="currency")


def _slots(laid: Sheet) -> Iterator[Slot]:
    for i, by_line in enumerate(laid.mentions):
        for number in sorted(by_line):
            for mention in by_line[number]:
                if isinstance(mention.value, Quantity):
                    yield from _slot(laid, i, number, mention, mention.value)


def _slot(laid: Sheet, i: int, number: int, mention: Mention, value: Quantity) -> Iterator[Slot]:
    line = laid.lines[i][number]
    grown, shown = laid.trees[i], laid.text(mention.span)
    first, last = grown.at(mention.span.start), grown.at(mention.span.end - 1) + 1
    counter = [t.text for t in grown.tokens[max(0, first - 2) : last + 2]]
    if (
        COUNTER.search(" ".join(counter))
        or difference(grown.tokens, last)
        or _names(grown.tokens[max(0, first - 1) : last + 2], value)
    ):
        return
    if value.kind == "number" and 0 < value.high < 1 and shown.lower() in LOOSE:
        # "A third of the boats" is a share.
        low, high = 100 * value.low - SHARE, 100 * value.high + SHARE
        value = Quantity(low, high, "percent", "about", "percentage")
    # "one" is as often a pronoun as a count; "2" of nothing in particular is a list's number.
    if value.kind == "age" or (value.kind == "number" and (not value.unit or value.high < 2)):
        return
    sort = f"{value.kind} {value.unit.partition(' ')[0]}"
    yield Slot(line, first, last, mention.span, sort, value, shown, _verb(laid, i, first))


def _names(tokens: Sequence[Token], value: Quantity) -> bool:
    """ "A 44 tractor" names a kind; "two of the crew" counts a part of what others count."""
    words = [t.text.lower() for t in tokens]
    single = words[0] in ("a", "an") and value.low >= 2 and value.unit not in MEASURES
    digits = len(words) > 1 and words[1].isdigit() and value.kind == "number"
    return (single and digits) or (words[-2:-1] == ["of"] and words[-1] in WHOLE and value.kind == "number")


def _verb(laid: Sheet, i: int, token: int) -> str:
    """Normal form of the predicate that a figure hangs on."""
    tokens = laid.accounts[i].tokens
    up = next((k for k in laid.trees[i].up(token) if tokens[k].pos == "VERB"), None)
    return "" if up is None else key_of(tokens, up) or tokens[up].lemma.lower()


def _equal(a: Slot, b: Slot) -> bool:
    x, y = a.value, b.value
    return math.isclose(x.low, y.low, rel_tol=1e-6) and math.isclose(x.high, y.high, rel_tol=1e-6)


def _agree(a: Slot, b: Slot) -> bool:
    """Whether two intervals meet; exact figures must be equal, vague words may be passed."""
    x, y = a.value, b.value
    if not x.hedge and not y.hedge:
        return _equal(a, b)
    if x.hedge == y.hedge and x.hedge in ("range", "at most"):
        # "Up to 40 barges" and "up to 60 barges" are two bounds, "3 to 10" and "4 to 10" two ranges.
        return _equal(a, b)
    slack = VAGUE if a.shown.lower() in LOOSE or b.shown.lower() in LOOSE else 1.0
    slack = max(slack, SLACK if "at most" in (x.hedge, y.hedge) or "about" in (x.hedge, y.hedge) else 1.0)
    return bool(x.low <= y.high * slack and y.low <= x.high * slack)


def _far(x: Quantity, y: Quantity) -> bool:
    """Figures so far apart that they count different things: 36 jurors, 2.8 million voters."""
    low, high = sorted((x.low or x.high, y.low or y.high))
    return low <= 0 or high > APART * low


def _finding(laid: Sheet, match: Match, kind: str, sure: float) -> Finding:
    a, b = match.a, match.b
    innocent = _innocent(laid, a, b, kind)
    units = sorted({s.value.unit for s in (a, b)}, key=lambda unit: (len(unit), unit))
    of = f" of {many(units[0])}" if kind == "number" else ""
    told = " against ".join(f"“{clause(laid, s)}”" for s in (a, b))
    says = f"The {WORDS[kind]}{of} differs: {told}."
    sides = tuple((s.span, shown(s.value)) for s in (a, b, *match.more))
    return Finding(kind, sides, says, innocent, round(sure, 4), match.point)


# -- harmless explanations --


def _innocent(laid: Sheet, a: Slot, b: Slot, kind: str) -> str | None:
    if _unit_word(a) != _unit_word(b) and math.isclose(a.value.low, b.value.low, rel_tol=CONVERTED):
        return "another unit: converted, the figures agree"
    if _agree(a, b):
        return "rounding: the figures agree within what they claim"
    if _rounded(a.value, b.value) or _rounded(b.value, a.value):
        return "rounding: one figure is the other's, rounded"
    if kind == "number" and _later(laid, a, b):
        return LATER
    if _scope(laid, a) != _scope(laid, b):
        return "another scope: one figure may count others too, or be a total"
    return None


def _unit_word(slot: Slot) -> str:
    """The unit as written, one letter case and number: "miles" or "km"; "" for a bare count."""
    words = slot.shown.lower().replace("-", " ").split()
    return words[-1].rstrip("s") if slot.value.unit in MEASURES and words[-1].isalpha() else ""


def _rounded(rough: Quantity, fine: Quantity) -> bool:
    """Whether ``rough`` is ``fine`` to fewer digits: 143,000 of 142,721; 3 of 3.1; 2 billion of 1.9."""
    x, y = rough.low, fine.low
    if rough.low != rough.high or fine.low != fine.high or not x or not y or abs(x - y) > ROUGH * abs(y):
        return False
    step = _last_place(x)
    if step <= _last_place(y):
        return False
    # "70 votes" is no rounded 67.
    return abs(x - y) <= step / 2 and ((step >= 10 and y >= 100) or y != round(y))


def _last_place(x: float) -> float:
    """The value of a figure's last digit that is not nought.

    >>> _last_place(48.5), _last_place(1200)
    (0.1, 100.0)
    """
    step = 1e-3
    while step < 1e15 and math.isclose(x / (step * 10), round(x / (step * 10)), abs_tol=1e-9):
        step *= 10
    return round(step, 3)


def _later(laid: Sheet, a: Slot, b: Slot) -> bool:
    """A count of casualties that grows with the date of publication."""
    first, then = (laid.accounts[s.line.account].witness.published for s in (a, b))
    if not all(s.value.unit.split()[0] in GROWING for s in (a, b)):
        return False
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
    words = [t.text.lower() for t in around]
    # "More than five boats" counts no further ones.
    return any(w in SCOPES for w, after in zip(words, [*words[1:], ""], strict=True) if after != "than")
