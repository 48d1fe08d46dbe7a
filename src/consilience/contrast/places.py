"""Places that differ for one event: another city, country or street.

Compares places of one rank that stand after the same preposition in lines that tell the same, and
streets by their own pattern ("the 300 block of North Alder Street"): one block or house number in two
streets is a difference wherever it stands. A place inside another (a capital and its state) is no
difference; of sides of the compass ("north of Orsund") opposite ones are. Does not know maps beyond
``data/places.tsv``.

Invariant: both places are of one rank, and neither account names the other's place at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ..data import lexicon
from ..model import Mention, Span
from .lists import forms
from .sheet import Sheet
from .slots import Finding, Slot, matches

LEAST = 0.26
BARE = 0.1
"""How much closer a place must be that stands before its noun ("the Velden council")."""
NUMBERED = 0.9
"""Score of two streets with one block or house number."""
SIDES = r"(?:(?:North|South|East|West)(?:east|west)?|[NSEW]{1,2})\.?"
DIRECTION = re.compile(
    r"\b(?P<way>(?:north|south)(?:east|west)?|east|west)(?:ern)?(?= (?:of (?:the )?)?(?P<what>[A-Za-z]\w+))"
)
TURN = {"north": "south", "south": "north", "east": "west", "west": "east"}
ORDINALS = forms("ordinal")
STREET = re.compile(
    rf"\b(?:(?P<number>\d{{2,5}})(?:[- ]block)?(?: of)? (?:the )?)?(?P<whole>(?:{SIDES} )?"
    rf"(?P<name>(?!(?:{SIDES}) )(?:[A-Z][a-z’'-]+(?: [A-Z][a-z]+)?|\d{{1,3}}(?:st|nd|rd|th))) "
    rf"(?:{'|'.join(forms('street'))})\b)"
)
PREPOSITIONS = forms("preposition of place")
"""Prepositions by what they make of a place: where, whither, whence."""
STREETS = frozenset(word.lower() for word in forms("street"))


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find places that differ."""
    streets = list(_streets(laid))
    slots = [*_slots(laid), *streets, *_directions(laid)]
    named = [_named(laid, i) for i in range(len(laid.accounts))]

    @cache
    def written(words: str, i: int) -> bool:
        return re.search(rf"\b{re.escape(words)}\b", laid.accounts[i].witness.text) is not None

    def known(a: Slot, there: int) -> bool:
        """Whether an account names a place, in whatever words."""
        return a.value in named[there] or written(_words(a), there)

    def barred(a: Slot, b: Slot) -> bool:
        return not _apart(a, b) or known(a, b.line.account) or known(b, a.line.account)

    told: set[Span] = set()
    for a, b in _numbered(streets):
        if not barred(a, b):
            told |= {a.span, b.span}
            yield _finding(a, b, NUMBERED)
    for match in matches(laid, slots, least=LEAST, same=_equal, barred=barred):
        a, b = match.a, match.b
        if not _equal(a, b) and not {a.span, b.span} & told and match.score >= _least(a, b):
            yield _finding(a, b, min(0.95, 0.25 + match.score), match.point)


def _least(a: Slot, b: Slot) -> float:
    """How close two places must be: closer where one stands before its noun."""
    return LEAST if a.sort in ("street", "direction") else LEAST + BARE * ("" in (a.frame, b.frame))


def _finding(a: Slot, b: Slot, score: float, point: str | None = None) -> Finding:
    says = f"The place differs: “{a.shown}” against “{b.shown}”."
    sides = tuple((s.span, s.value.split(":")[-1]) for s in (a, b))
    return Finding("place", sides, says, None, score, point)


def _words(place: Slot) -> str:
    """The words by which a place is looked for: the name of a street without what it is."""
    if place.sort != "street":
        return place.shown
    value = str(place.value)
    return value.title() if value[0].isalpha() else value


def _streets(laid: Sheet) -> Iterator[Slot]:
    """Streets by their own pattern; the value is the name alone, the frame the block or house number."""
    for i, account in enumerate(laid.accounts):
        for m in STREET.finditer(account.witness.text):
            line = laid.line_at(i, m.start("whole"))
            if line is not None and m.end() <= line.sentence.end:
                grown, span = laid.trees[i], Span(account.witness.id, *m.span("whole"))
                first, last = grown.at(span.start), grown.at(span.end - 1) + 1
                value = ORDINALS.get(m["name"].lower(), m["name"].lower())
                yield Slot(line, first, last, span, "street", value, m["whole"], m["number"] or "")


def _directions(laid: Sheet) -> Iterator[Slot]:
    """Sides of the compass in small letters, with the word whose side it is ("north of Orsund")."""
    for i, account in enumerate(laid.accounts):
        for m in DIRECTION.finditer(account.witness.text):
            line = laid.line_at(i, m.start())
            if line is not None and m.end() <= line.sentence.end:
                at = laid.trees[i].at(m.start())
                span = Span(account.witness.id, *m.span())
                shown = account.witness.text[m.start() : m.end("what")]
                yield Slot(line, at, at + 1, span, "direction", m["way"], shown, m["what"].lower())


def _opposite(way: str) -> str:
    """The other side: "southeast" of "northwest"."""
    return re.sub("|".join(TURN), lambda m: TURN[m.group()], way)


def _numbered(streets: Sequence[Slot]) -> Iterator[tuple[Slot, Slot]]:
    """Streets of two accounts with one block or house number, which each account gives one street only."""
    for n, a in enumerate(streets):
        for b in streets[n + 1 :]:
            if a.frame and a.frame == b.frame and a.line.account != b.line.account and not _equal(a, b):
                yield a, b


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
    bare = tokens[last - 1].dep in ("compound", "nmod", "amod")
    if rank and rank != "street" and (preposition or bare) and not _listed(laid, i, last - 1):
        yield Slot(line, first, last, mention.span, rank, key, shown, preposition or "")


def _listed(laid: Sheet, i: int, head: int) -> bool:
    """Whether a name stands in a list of places ("in this city and that"): who lists them leaves some out."""
    tokens, kids = laid.accounts[i].tokens, laid.trees[i].kids[head]
    return tokens[head].dep in ("conj", "appos") or any(tokens[k].dep in ("conj", "cc") for k in kids)


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
    """Neither name inside the other ("York" in "New York"), one whence or none; opposite directions."""
    x, y = a.shown.lower(), b.shown.lower()
    if a.sort == "direction":
        return bool(a.value == _opposite(b.value)) and a.frame == b.frame
    return x not in y and y not in x and (a.frame == b.frame or "from" not in (a.frame, b.frame))
