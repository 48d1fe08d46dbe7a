"""One name spelt in different ways, and two names for one person.

Compares the forms of people's, bodies' and groups' names between accounts, word by word: each word
equal or nearly so, one at least different. Family names of people linked as one may begin with other
letters. That is harmless, and reported as spelling. Two full names that share the given name or the
family name alone, and stand in one place with one office or age beside them, are a conflict: one account
has the name wrong. Never says which form is right. Does not treat short forms or acronyms.

Invariant: neither account uses the other's form.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, product

from ..annotate.people import family, parts, same_person
from ..annotate.people import given as given_names
from ..model import Mention, Quantity, Span
from .roles import titled
from .sheet import Sheet
from .slots import Finding, Slot, matches
from .wording import words_of

KINDS = frozenset({"person", "body", "group"})
SHARED = 0.6
"""Share of the letters of two family names of one person that are the same, in order."""
GIVEN = 0.75
"""The same of two given names before one family name: "Aleksandr" and "Alexander"."""
LEAST = 0.3
"""Least closeness of two names with one office or age beside them."""
BARE = 0.55
"""The same where nothing but the given name and the words about them is shared."""
Form = tuple[str, ...]


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find names spelt in different ways."""
    forms = [_forms(laid, i) for i in range(len(laid.accounts))]
    buckets: dict[tuple[str, ...], set[tuple[int, Form]]] = defaultdict(set)
    for i, held in enumerate(forms):
        for form in held:
            buckets[tuple(word[0] for word in form)].add((i, form))
    for initials in sorted(buckets):
        rows = sorted(buckets[initials])
        for n, (i, one) in enumerate(rows):
            for j, other in rows[n + 1 :]:
                if (
                    i != j
                    and one != other
                    and one not in forms[j]
                    and other not in forms[i]
                    and _alike(one, other)
                ):
                    yield _finding(laid, (forms[i][one], forms[j][other]))
    yield from _families(laid)
    yield from _people(laid)


# -- two names --


OFFICE = 0.5
"""Least closeness of two names with one office: a council has many members."""


def _people(laid: Sheet) -> Iterator[Finding]:
    """Full names of people in one place that share the given name or the family name alone."""
    slots = [slot for i in range(len(laid.accounts)) for slot in _slots(laid, i)]
    known = [frozenset(s.value for s in slots if s.line.account == i) for i in range(len(laid.accounts))]

    @cache
    def names(account: int, person: str) -> bool:
        return any(same_person(person, name) for name in known[account])

    def barred(a: Slot, b: Slot) -> bool:
        there, here = names(b.line.account, a.value), names(a.line.account, b.value)
        return there or here or not _half(a.value, b.value)

    for match in matches(laid, slots, least=LEAST, same=_same, barred=barred):
        a, b = match.a, match.b
        one = bool(a.frame) and a.frame == b.frame and match.score >= OFFICE
        if not _same(a, b) and (one or (match.score >= BARE and family(a.value) != family(b.value))):
            says = f"One person has two names: “{a.shown}” against “{b.shown}”."
            sides = ((a.span, a.shown), (b.span, b.shown))
            yield Finding("name", sides, says, None, min(0.9, 0.4 + match.score), match.point, part="two")


def _slots(laid: Sheet, i: int) -> Iterator[Slot]:
    """Full names of people, with the office before them or the age after them."""
    grown = laid.trees[i]
    for number, found in sorted(laid.mentions[i].items()):
        ages = {
            m.span.start: m.value for m in found if isinstance(m.value, Quantity) and m.value.kind == "age"
        }
        for m in found:
            shown = laid.text(m.span).removesuffix("’s").removesuffix("'s")
            if m.kind == "person" and m.how == "name" and len(parts(shown)) > 1:
                first, last = grown.at(m.span.start), grown.at(m.span.end - 1) + 1
                beside = _beside(laid, i, m, ages)
                yield Slot(laid.lines[i][number], first, last, m.span, "person", shown, shown, beside)


def _beside(laid: Sheet, i: int, name: Mention, ages: Mapping[int, Quantity]) -> str:
    """The office before a name, or the age after it ("Tora Lind, 41")."""
    office = next((h.office for h in titled(laid, i, name)), "")
    age = next((q for at, q in sorted(ages.items()) if 0 <= at - name.span.end <= 2), None)
    return office or (f"{age.low:g}" if age else "")


def _same(a: Slot, b: Slot) -> bool:
    return same_person(a.value, b.value)


def _half(one: str, other: str) -> bool:
    """Whether two names share the given or the family name, and the rest is more than a misspelling."""
    x, y = parts(one), parts(other)
    rest = [(x[0], y[0])] if x[-1] == y[-1] else [(x[-1], y[-1])] if x[0] == y[0] else []
    if not rest or len(x) != len(y) or re.search(r"\d", one + other):
        return False
    (mine, theirs) = rest[0]
    formal = {given_names().get(w.title(), ("", ""))[1].lower() or w for w in (mine, theirs)}
    return len(formal) > 1 and not _sounds(mine, theirs) and not (mine in theirs or theirs in mine)


# -- spelling --


def _families(laid: Sheet) -> Iterator[Finding]:
    """One person's family name written with other letters, first letters included (Dj-, J-)."""
    held: dict[str, list[dict[str, Span]]] = defaultdict(lambda: [{} for _ in laid.accounts])
    for i, account in enumerate(laid.accounts):
        for m in account.mentions:
            words = laid.text(m.span).split() if m.kind == "person" and m.how == "name" else []
            if len(words) > 1:
                held[str(m.value)][i].setdefault(words[-1].removesuffix("’s").removesuffix("'s"), m.span)
    for _, names in sorted(held.items()):
        for (i, mine), (j, theirs) in combinations(enumerate(names), 2):
            for one, other in product(mine, theirs):
                known = one in theirs or other in mine
                if not known and one[0].lower() != other[0].lower() and _sounds(one, other):
                    yield _finding(laid, (names[i][one], names[j][other]))


def _sounds(one: str, other: str, least: float = SHARED) -> bool:
    """Whether two names share most of their letters, in order."""
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(one.lower(), other.lower()) >= least


def _forms(laid: Sheet, i: int) -> Mapping[Form, Span]:
    """First place of each form of a name, by its words in normal form."""
    out: dict[Form, Span] = {}
    text = laid.accounts[i].witness.text
    for mention in laid.accounts[i].mentions:
        if mention.kind in KINDS and mention.how in ("name", "surname"):
            words = words_of(text, mention.span.start, mention.span.end)[0]
            form = tuple(
                w.removesuffix("'s") for w in words if w not in ("the", "of", "and") and w[0].isalnum()
            )
            if form and len("".join(form)) > 5:
                out.setdefault(form, mention.span)
    return out


def _alike(one: Form, other: Form) -> bool:
    """Every word equal or nearly so; a name of one word must be long."""
    if len(one) == 1 and min(len(one[0]), len(other[0])) < 6:
        return False
    if any(x.rstrip("s") == y.rstrip("s") and x != y for x, y in zip(one, other, strict=True)):
        return False
    given = len(one) > 1 and one[-1] == other[-1] and _sounds(one[0], other[0], GIVEN)
    words = zip(one[given:], other[given:], strict=True)
    return all(x == y or _near(x, y, len(one)) for x, y in words)


def _near(x: str, y: str, words: int) -> bool:
    """Two letters apart at most, or an adjective's ending ("East" and "Eastern")."""
    from rapidfuzz.distance import Levenshtein

    least = min(len(x), len(y))
    if words > 1 and least >= 4 and (x.startswith(y) or y.startswith(x)) and abs(len(x) - len(y)) <= 3:
        return True
    most = 1 if words == 1 or least < 7 else 2
    return (
        least >= 4
        and not any(c.isdigit() for c in x + y)
        and Levenshtein.distance(x, y, score_cutoff=most) <= most
    )


def _finding(laid: Sheet, spans: tuple[Span, Span]) -> Finding:
    one, other = (laid.text(s) for s in spans)
    says = f"One name is spelt in different ways: “{one}” and “{other}”."
    sides = tuple((s, laid.text(s)) for s in spans)
    return Finding("name", sides, says, "transliteration or spelling of one name", 0.8)
