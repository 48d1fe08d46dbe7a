"""Translation: whether an account in one language may be a translation of one in another.

Without a dictionary of both languages: compares what translators leave as it is, numbers and names, in
their order. Two reporters at one event share names and figures too, but not the whole row of them
in one order. Says "may be": names that are spelt anew (Peking, Beijing) or in another script are
not seen, so many translations are missed, and it never says which is the original.

Thresholds were set on pairs of English accounts of one event by different outlets (none of 1,276
pairs that share next to no wording passes); how many true translations pass is not known.

Invariant: symmetric; accounts of one language, or of an unknown one, are never judged.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ..model import Span, Witness

LEAST_KEPT, LEAST_NUMBERS = 16, 4
"""Fewest names and numbers, and fewest numbers, that both must have in one order."""
IN_ORDER = 0.85
"""Least share of the shorter row (names that both have, all numbers) that stands in one order in both."""
LONGEST = 1200
"""Names and numbers of an account that are compared."""
SHOWN = 6
"""Names and numbers shown as evidence."""
NUMBER = re.compile(r"\d+(?:[.,:\u00a0\u202f ]\d{2,3})*(?:[.,]\d+)?")
NAME = re.compile(r"[^\W\d_]{4,}(?:[’'-][^\W\d_]+)*")


@dataclass(frozen=True)
class Kept:
    """What two accounts in different languages have in one order: how much, and the share of it."""

    together: int
    numbers: int
    share: float

    @property
    def plausible(self) -> bool:
        """Whether one may be a translation of the other."""
        return self.together >= LEAST_KEPT and self.numbers >= LEAST_NUMBERS and self.share >= IN_ORDER


def row(text: str) -> list[str]:
    """Numbers and capitalised words of a text in order, in a form that languages share.

    >>> row("On 6 May the Zürich–Kell line lost 1,250 riders (12.5%)")
    ['6', 'zurich', 'kell', '1250', '125']
    """
    return [form for form, *_ in _places(text)]


@lru_cache(maxsize=512)  # an account is compared with each of a story in other languages
def _places(text: str) -> tuple[tuple[str, int, int], ...]:
    """The row with the place of each of its members."""
    found: list[tuple[str, int, int]] = []
    for m in re.finditer(rf"(?P<number>{NUMBER.pattern})|(?P<name>{NAME.pattern})", text):
        if m["number"]:
            found.append((re.sub(r"\D", "", m["number"]), *m.span()))
        elif m["name"][0].isupper():
            found.append((_plain(m["name"]), *m.span()))
    return tuple(found[:LONGEST])


def _plain(name: str) -> str:
    """A name without accents, case and possessive."""
    bare = unicodedata.normalize("NFKD", re.sub(r"[’']s$", "", name))
    return "".join(sign for sign in bare if not unicodedata.combining(sign)).casefold()


def kept(a: str, b: str) -> Kept:
    """What two texts have in one order, of the numbers of both and the names that both have.

    >>> kept("Poe counted 12 boats, 3 rafts.", "Poe zählte 12 Boote, 3 Flöße.").together
    2
    """
    first, second = sorted((row(a), row(b)))
    both = set(first) & set(second)
    left = [w for w in first if w in both or w.isdigit()]
    right = [w for w in second if w in both or w.isdigit()]
    common = _in_order(left, right)
    numbers = sum(w.isdigit() for w in common)
    return Kept(len(common), numbers, len(common) / max(1, min(len(left), len(right))))


def _in_order(a: list[str], b: list[str]) -> list[str]:
    """A longest row that stands in both in order."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            best[i][j] = best[i + 1][j + 1] + 1 if a[i] == b[j] else max(best[i + 1][j], best[i][j + 1])
    out, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            out.append(a[i])
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return out


def common(a: Witness, b: Witness) -> tuple[Span, ...]:
    """Where each of two accounts has the names and numbers that both have, the longest first."""
    both = set(row(a.text)) & set(row(b.text))
    forms = sorted(both, key=lambda form: (-len(form), form))[:SHOWN]
    return tuple(_first(w, form) for form in forms for w in (a, b))


def _first(witness: Witness, form: str) -> Span:
    return next(Span(witness.id, s, e) for found, s, e in _places(witness.text) if found == form)


def may_be_translation(a: Witness, b: Witness) -> bool:
    """Whether one of two accounts may be a translation of the other.

    >>> may_be_translation(Witness("w1:a", "a", "x", language="en"), Witness("w1:b", "b", "x", language="en"))
    False
    """
    if not a.language or not b.language or a.language == b.language:
        return False
    return kept(a.text, b.text).plausible
