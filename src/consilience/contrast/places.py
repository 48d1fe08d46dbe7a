"""Places that differ for one event: another city, country or street.

Compares places of one rank that stand after the same preposition in lines that tell the same. A place
inside another (a capital and its state) is no difference; sides of the compass are compared by
``polarity`` with the other opposites. Does not know maps beyond ``data/places.tsv``.

Invariant: both places are of one rank, and neither account names the other's place at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from ..data import lexicon
from ..model import Mention
from .sheet import Sheet
from .slots import Finding, Slot, matches

LEAST = 0.26
PREPOSITIONS = (
    dict.fromkeys("in at near outside inside on along around".split(), "in")
    | dict.fromkeys("to into toward towards".split(), "to")
    | {"from": "from"}
)
"""Prepositions by what they make of a place: where, whither, whence."""
STREETS = frozenset("street avenue road drive boulevard lane square highway st ave rd blvd".split())


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find places that differ."""
    slots = list(_slots(laid))
    named = [_named(laid, i) for i in range(len(laid.accounts))]

    def barred(a: Slot, b: Slot) -> bool:
        known = a.value in named[b.line.account] or b.value in named[a.line.account]
        return known or not _apart(a, b)

    for match in matches(laid, slots, least=LEAST, same=_equal, barred=barred):
        a, b = match.a, match.b
        if _equal(a, b):
            continue
        says = f"The place differs: “{a.shown}” against “{b.shown}”."
        sides = ((a.span, a.value.split(":")[-1]), (b.span, b.value.split(":")[-1]))
        yield Finding("place", sides, says, None, min(0.95, 0.25 + match.score), match.point)


def _equal(a: Slot, b: Slot) -> bool:
    return bool(a.value == b.value)


def _slots(laid: Sheet) -> Iterator[Slot]:
    for i, by_line in enumerate(laid.mentions):
        for number in sorted(by_line):
            for mention in by_line[number]:
                if mention.kind == "place" and isinstance(mention.value, str) and mention.how == "name":
                    yield from _slot(laid, i, number, mention, mention.value)


def _slot(laid: Sheet, i: int, number: int, mention: Mention, key: str) -> Iterator[Slot]:
    line, grown = laid.lines[i][number], laid.trees[i]
    first, last = grown.at(mention.span.start), grown.at(mention.span.end - 1) + 1
    tokens = laid.accounts[i].tokens
    before = first - 1
    while before > line.sentence.first and tokens[before].pos in ("DET", "ADJ", "ADV"):
        before -= 1
    preposition = PREPOSITIONS.get(tokens[before].text.lower()) if before >= line.sentence.first else None
    shown = laid.text(mention.span)
    rank = _rank(shown, laid.entities[key].name if key in laid.entities else key.partition(":")[2])
    if rank and (preposition or _listed(laid, i, first)):
        frame = preposition or "list"
        yield Slot(line, first, last, mention.span, rank, key, shown, frame)


def _listed(laid: Sheet, i: int, first: int) -> bool:
    """Whether a name stands in a list of places ("in this city and that")."""
    return laid.accounts[i].tokens[first].dep in ("conj", "appos")


def _rank(shown: str, name: str) -> str:
    """City, state, province … of the gazetteer; "street" by its last word; "" if unknown."""
    if shown.rsplit(maxsplit=1)[-1].lower().strip(".") in STREETS:
        return "street"
    rank = ranks().get(name) or ranks().get(shown) or ""
    return "city" if rank == "territory" else rank


@cache
def ranks() -> Mapping[str, str]:
    """Kind of each place of the gazetteer, by its names and by the seats of states (cities)."""
    out: dict[str, str] = {}
    for row in lexicon("places"):
        for name in (row["name"], *filter(None, row["aliases"].split(";"))):
            out.setdefault(name, row["kind"])
        for seat in filter(None, row["seats"].split(";")):
            out.setdefault(seat, "city")
    return out


def _named(laid: Sheet, i: int) -> frozenset[str]:
    """Keys of all places an account names, whatever the form."""
    return frozenset(m.value for m in laid.accounts[i].mentions if isinstance(m.value, str))


def _apart(a: Slot, b: Slot) -> bool:
    """Neither name inside the other ("York" in "New York"), and the same preposition or none."""
    x, y = a.shown.lower(), b.shown.lower()
    return x not in y and y not in x and (a.frame == b.frame or "from" not in (a.frame, b.frame))
