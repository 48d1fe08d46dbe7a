"""One name spelt in different ways.

Compares the forms of people's, bodies' and groups' names between accounts, word by word: each word
equal or nearly so, one at least different. Family names of people linked as one may begin with other
letters. Always harmless as such, and reported as spelling; never
says which form is right. Does not treat short forms, first names or acronyms.

Invariant: neither account uses the other's form.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations, product

from ..model import Span
from .sheet import Sheet
from .slots import Finding
from .wording import words_of

KINDS = frozenset({"person", "body", "group"})
SHARED = 0.6
"""Share of the letters of two family names of one person that are the same, in order."""
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


def _sounds(one: str, other: str) -> bool:
    """Whether two family names share most of their letters, in order."""
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(one.lower(), other.lower()) >= SHARED


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
    return all(x == y or _near(x, y, len(one)) for x, y in zip(one, other, strict=True))


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
