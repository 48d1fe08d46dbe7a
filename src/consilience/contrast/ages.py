"""Ages that differ for one person.

Ties each age to the name beside it ("Tora Lind, 41", "the 41-year-old skipper Tora Lind") and
compares the ages of a person over whole accounts; an age without a name is compared in its place, as
other figures are, if the two are within ``GAP`` years and on one side of ``ADULT``. Tries a birthday
between the accounts before calling a conflict. The age of a house is none.

Invariant: neither account gives the person the other's age, nor anybody where the name is not told.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..model import Mention, Quantity, Span
from .lists import forms
from .sheet import Sheet
from .slots import Finding, Slot, matches

LEAST = 0.26
ALONE = 0.12
"""Least closeness where each account gives one age only."""
OLDEST = 115
ADULT = 18
GAP = 10
"""Years by which two ages without one name may differ: a child is not the suspect."""
NAMESAKE = 0.85
"""Likeness of two names that may be one person's, misspelt."""
BEFORE = re.compile(
    r"(?:\s*\([^)]{0,20}\))?,?\s*(?:who\s+)?(?:(?:is|was|has|turned|then|now|aged?|an?|the)\s+){0,3}", re.I
)
AFTER = re.compile(
    r"[\s-]*(?:[\w’'-]+,?\s+){0,4}?(?:(?:named|called|identified as|known as)\s+)?(?:as\s+)?", re.I
)
STOP = re.compile(rf"\b(?:{'|'.join(forms('parts name and age'))})\b", re.I)


@dataclass(frozen=True, slots=True)
class Aged:
    """An age in its place, with the person it is given to, if a name stands beside it."""

    slot: Slot
    person: str | None


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find ages that differ."""
    ages = [a for i in range(len(laid.accounts)) for a in _ages(laid, i)]
    known = defaultdict(set)
    for aged in ages:
        known[aged.slot.line.account].add(aged.slot.value.low)
    told: set[tuple[Span, Span]] = set()
    placed = [
        (a, b, score)
        for a, b, score in _by_place(laid, ages, known)
        if a.value.low not in known[b.line.account] and b.value.low not in known[a.line.account]
    ]
    for a, b, score in (*_by_person(ages), *placed):
        if (a.span, b.span) in told:
            continue
        told.add((a.span, b.span))
        innocent = _birthday(laid, a, b)
        says = f"The age differs: “{a.shown}” against “{b.shown}”."
        sides = ((a.span, f"{a.value.low:g}"), (b.span, f"{b.value.low:g}"))
        yield Finding("age", sides, says, innocent, score)


def _ages(laid: Sheet, i: int) -> Iterator[Aged]:
    grown = laid.trees[i]
    for number in sorted(laid.mentions[i]):
        found = laid.mentions[i][number]
        for mention in found:
            if _is_age(mention):
                first, last = grown.at(mention.span.start), grown.at(mention.span.end - 1) + 1
                shown = laid.text(mention.span)
                noun = grown.tokens[grown.tokens[last - 1].head]
                frame = noun.lemma.lower() if noun.pos == "NOUN" else ""
                line = laid.lines[i][number]
                slot = Slot(line, first, last, mention.span, "age", mention.value, shown, frame)
                yield Aged(slot, _bearer(laid, i, mention, found))


def _is_age(mention: Mention) -> bool:
    value = mention.value
    return (
        isinstance(value, Quantity) and value.kind == "age" and value.unit == "year" and value.low <= OLDEST
    )


def _bearer(laid: Sheet, i: int, age: Mention, found: Sequence[Mention]) -> str | None:
    """The person whose name stands beside an age."""
    text = laid.accounts[i].witness.text
    people = [
        m for m in found if m.kind == "person" and m.how in ("name", "surname") and isinstance(m.value, str)
    ]
    for m in people:
        if m.span.end <= age.span.start and BEFORE.fullmatch(text, m.span.end, age.span.start):
            return laid.people.get(str(m.value), str(m.value))
    for m in people:
        if age.span.end <= m.span.start <= age.span.end + 60:
            between = text[age.span.end : m.span.start]
            if AFTER.fullmatch(between) and not STOP.search(re.sub(r"identified as|known as", "", between)):
                return laid.people.get(str(m.value), str(m.value))
    return None


def _by_person(ages: Sequence[Aged]) -> Iterator[tuple[Slot, Slot, float]]:
    held: dict[str, list[Slot]] = defaultdict(list)
    for aged in ages:
        if aged.person is not None:
            held[aged.person].append(aged.slot)
    for person in sorted(held):
        given = defaultdict(set)
        for slot in held[person]:
            given[slot.line.account].add(slot.value.low)
        for n, a in enumerate(held[person]):
            for b in held[person][n + 1 :]:
                here, there = a.line.account, b.line.account
                if here != there and a.value.low not in given[there] and b.value.low not in given[here]:
                    yield a, b, 0.9


def _by_place(
    laid: Sheet, ages: Sequence[Aged], known: dict[int, set[float]]
) -> Iterator[tuple[Slot, Slot, float]]:
    """Ages that fill one place, unless both are tied to names of two people."""
    person = {a.slot.span: a.person for a in ages}
    for match in matches(
        laid, [a.slot for a in ages], least=ALONE, same=lambda a, b: bool(a.value == b.value)
    ):
        a, b = match.a, match.b
        apart = abs(a.value.low - b.value.low) > GAP or (a.value.low < ADULT) is not (b.value.low < ADULT)
        alone = len(known[a.line.account]) == len(known[b.line.account]) == 1
        tied = {person[a.span], person[b.span]} - {None}
        one = len(tied) < 2 or _namesakes(laid, tied)
        if a.value != b.value and one and not apart and match.score >= (ALONE if alone else LEAST):
            yield a, b, min(0.9, 0.45 + match.score)


def _namesakes(laid: Sheet, keys: set[str | None]) -> bool:
    """Whether two people have nearly one name."""
    from rapidfuzz.distance import Indel

    names = [laid.entities[k].name.lower() if k in laid.entities else str(k) for k in sorted(map(str, keys))]
    return Indel.normalized_similarity(*names) >= NAMESAKE


def _birthday(laid: Sheet, a: Slot, b: Slot) -> str | None:
    """An age that grew by no more than the years between the accounts, or by one if these are unknown."""
    older, younger = (a, b) if a.value.low > b.value.low else (b, a)
    grown = older.value.low - younger.value.low
    then, before = (laid.published(slot.line.account) for slot in (older, younger))
    if then is None or before is None:
        return "a birthday may lie between the two accounts" if grown == 1 else None
    apart = (then - before).days / 365.25
    fits = apart > 0 and math.floor(apart) <= grown <= math.floor(apart) + 1
    return "a birthday between the two accounts" if fits else None
