"""Shared odd readings: what two writers would hardly make independently.

Finds, in passages that accounts share, an editor's bracket in the same place, a
quotation cut or ended at the same place, and a number or spelling that some accounts share
against others. Does not say who made it first.

Invariant: every span slices to the odd words themselves, one span for each carrier.

That common errors, not common truths, show descent is Lachmann's principle (P. Maas,
*Textual Criticism*, 1958).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from ..data import lexicon
from ..model import Annotated, Intervention, Span
from .costs import NUMBERS, alike
from .reuse import BRACKET, Alignment, Words

GENERIC = frozenset({"sic", "…", "...", "sic.", "laughs", "laughter", "applause", "inaudible", "crosstalk"})
ELLIPSIS = re.compile(r"\[?(?:…|\.\s?\.\s?\.)\]?")
Spot = tuple[int, int]
"""An account's place in the story and a word's place in the account."""


def interventions(
    accounts: Sequence[Annotated], story: Sequence[Words], aligned: Mapping[tuple[int, int], Alignment]
) -> tuple[Intervention, ...]:
    """Every shared intervention, by first carrier and place.

    ``weight`` is 0–1: how unlikely two writers make it independently.
    """
    texts = [a.witness.text for a in accounts]
    finders = (_brackets, _cuts, _trims, _errors, _names)
    found = [item for find in finders for item in find(texts, story, aligned)]
    return tuple(sorted(found, key=lambda i: (i.spans, i.kind, i.words)))


class _Classes:
    """Union of spots that stand for the same place in the story."""

    def __init__(self) -> None:
        self.up: dict[Spot, Spot] = {}

    def find(self, spot: Spot) -> Spot:
        root = spot
        while (above := self.up.setdefault(root, root)) != root:
            root = above
        while self.up[spot] != root:
            self.up[spot], spot = root, self.up[spot]
        return root

    def join(self, a: Spot, b: Spot) -> None:
        a, b = sorted((self.find(a), self.find(b)))
        self.up[b] = a

    def classes(self) -> list[list[Spot]]:
        out: dict[Spot, list[Spot]] = defaultdict(list)
        for spot in sorted(self.up):
            out[self.find(spot)].append(spot)
        return [out[root] for root in sorted(out)]


def _matched(
    aligned: Mapping[tuple[int, int], Alignment],
) -> Iterator[tuple[tuple[int, int], Iterable[tuple[int, int]], Alignment]]:
    for (a, b), found in sorted(aligned.items(), key=lambda item: item[0]):
        if a < b:
            yield (a, b), found.forward.items(), found


def _one_each(spots: Iterable[Spot]) -> list[Spot]:
    """The first spot of each account."""
    out: dict[int, Spot] = {}
    for spot in sorted(spots):
        out.setdefault(spot[0], spot)
    return list(out.values())


# -- brackets and cuts in quotations --


def _brackets(
    texts: Sequence[str], story: Sequence[Words], aligned: Mapping[tuple[int, int], Alignment]
) -> Iterator[Intervention]:
    """The same words in an editor's brackets at the same place of a quotation."""
    same = _Classes()
    for (a, b), pairs, _ in _matched(aligned):
        for i, j in pairs:
            if story[a].bracketed[i] and story[b].bracketed[j] and story[a].quoted[i] and story[b].quoted[j]:
                same.join((a, i), (b, j))
    seen = set()
    for spots in same.classes():
        spans = tuple(s for s in (_bracket(texts[n], story[n], k) for n, k in _one_each(spots)) if s)
        if len(spans) < 2 or spans in seen:
            continue
        seen.add(spans)
        words = spans[0].of(texts[spots[0][0]])
        if words.strip("[]").strip().casefold() not in GENERIC:
            yield Intervention("bracket", words, spans, 0.9)


def _bracket(text: str, words: Words, k: int) -> Span | None:
    for m in BRACKET.finditer(text, max(0, words.starts[k] - 42), words.ends[k] + 42):
        if m.start() < words.starts[k] < m.end():
            return Span(words.key, *m.span())
    return None


def _cuts(
    texts: Sequence[str], story: Sequence[Words], aligned: Mapping[tuple[int, int], Alignment]
) -> Iterator[Intervention]:
    """A quotation cut by an ellipsis between the same two words."""
    same = _Classes()
    dotted = [_dotted(text, words) for text, words in zip(texts, story, strict=True)]
    for (a, b), pairs, _ in _matched(aligned):
        for (i, j), (p, q) in pairwise(pairs):
            if (p - i, q - j) == (1, 1) and i in dotted[a] and j in dotted[b]:
                same.join((a, i), (b, j))
    for spots in same.classes():
        chosen = _one_each(spots)
        if len(chosen) > 1:
            spans = tuple(story[n].span(k, k + 2) for n, k in chosen)
            yield Intervention("cut", spans[0].of(texts[chosen[0][0]]), spans, 0.7)


def _trims(
    texts: Sequence[str], story: Sequence[Words], aligned: Mapping[tuple[int, int], Alignment]
) -> Iterator[Intervention]:
    """A quotation that some accounts end at the same word, where another has more of it."""
    same = _Classes()
    longer: dict[Spot, bool] = {}
    for (a, b), pairs, _ in _matched(aligned):
        for i, j in pairs:
            ends = _quote_ends(story[a], i), _quote_ends(story[b], j)
            if all(ends):
                same.join((a, i), (b, j))
            elif any(ends) and story[a].quoted[i] and story[b].quoted[j]:
                short, (n, k) = ((a, i), (b, j)) if ends[0] else ((b, j), (a, i))
                longer[short] = longer.get(short, False) or not story[n].stops[k]
    for spots in same.classes():
        chosen = _one_each(spots)
        if len(chosen) > 1 and not longer.keys().isdisjoint(spots):
            inside = any(longer.get(spot, False) for spot in spots)
            spans = tuple(story[n].span(max(0, k - 2), k + 1) for n, k in chosen)
            words = spans[0].of(texts[chosen[0][0]])
            yield Intervention("trim", words, spans, 0.6 if inside else 0.3)


def _quote_ends(words: Words, k: int) -> bool:
    """Whether a quotation ends with a word."""
    return words.quoted[k] and (k + 1 == len(words) or not words.quoted[k + 1])


def _dotted(text: str, words: Words) -> set[int]:
    """Quoted words that an ellipsis follows before the next quoted word."""
    return {
        k
        for k in range(len(words) - 1)
        if words.starts[k + 1] - words.ends[k] > 2
        and words.quoted[k]
        and words.quoted[k + 1]
        and ELLIPSIS.search(text, words.ends[k], words.starts[k + 1])
    }


# -- numbers and spellings --


def _errors(
    texts: Sequence[str], story: Sequence[Words], aligned: Mapping[tuple[int, int], Alignment]
) -> Iterator[Intervention]:
    """A number or an odd spelling that some accounts share where others read otherwise."""
    same = _Classes()
    odd: set[Spot] = set()
    for (a, b), pairs, found in _matched(aligned):
        for (i, j), (p, q) in pairwise(pairs):
            if (p - i, q - j) == (2, 2) and _variant(found.a.norms[i + 1], found.b.norms[j + 1]):
                same.join((a, i + 1), (b, j + 1))
                odd |= {(a, i + 1), (b, j + 1)}
    for (a, b), pairs, _ in _matched(aligned):
        for i, j in pairs:
            if (a, i) in odd or (b, j) in odd:
                same.join((a, i), (b, j))
    for spots in same.classes():
        yield from _minority(texts, story, spots)


def _variant(x: str, y: str) -> bool:
    if _number(x) and _number(y):
        return True
    return alike(x, y) and _plain(x) != _plain(y) and x + "s" != y and y + "s" != x


def _number(word: str) -> bool:
    return word[0].isdigit() or word in NUMBERS


def _plain(word: str) -> str:
    """American spelling of a British one: house style is no error."""
    return _styles().get(word, word)


@cache
def _styles() -> Mapping[str, str]:
    return {row["other"]: row["form"] for row in lexicon("spelling")}


def _minority(texts: Sequence[str], story: Sequence[Words], spots: Sequence[Spot]) -> Iterator[Intervention]:
    """Readings of one place that are shared, the most common one left out."""
    readings: dict[str, list[Spot]] = defaultdict(list)
    for n, k in spots:
        readings[story[n].norms[k]].append((n, k))
    ranked = sorted(readings.values(), key=lambda held: (-len(held), held))
    if len(ranked) < 2:
        return
    tied = len(ranked[0]) == len(ranked[1])
    for held in ranked if tied else ranked[1:]:
        chosen = _one_each(held)
        if len(chosen) > 1:
            spans = tuple(story[n].span(k, k + 1) for n, k in chosen)
            n, k = chosen[0]
            kind, weight = ("number", 0.6) if _number(story[n].norms[k]) else ("spelling", 0.4)
            yield Intervention(kind, spans[0].of(texts[n]), spans, weight)


def _names(
    texts: Sequence[str], story: Sequence[Words], _: Mapping[tuple[int, int], Alignment]
) -> Iterator[Intervention]:
    """A name that some accounts spell one way and all others that have it another, one letter apart."""
    held: dict[str, dict[int, int]] = defaultdict(dict)
    for n, words in enumerate(story):
        for k, word in enumerate(words.norms):
            if len(word) > 4 and texts[n][words.starts[k]].isupper() and word.isalpha():
                held[word].setdefault(n, k)
    by_letter: dict[str, list[str]] = defaultdict(list)
    for word in sorted(held):
        by_letter[word[0]].append(word)
    for word in sorted(held):
        carriers = held[word]
        if not 1 < len(carriers) < len(story):
            continue
        near = (w for w in by_letter[word[0]] if not carriers.keys() & held[w].keys())
        if any(_slip(word, other) for other in near):
            spans = tuple(story[n].span(k, k + 1) for n, k in sorted(carriers.items()))
            yield Intervention("spelling", spans[0].of(texts[min(carriers)]), spans, 0.3)


def _slip(word: str, other: str) -> bool:
    """Whether two words are one letter apart, plurals and house style aside."""
    from rapidfuzz.distance import Levenshtein

    if abs(len(other) - len(word)) > 1 or word + "s" == other or other + "s" == word:
        return False
    return Levenshtein.distance(word, other, score_cutoff=1) == 1 and _plain(word) != _plain(other)
