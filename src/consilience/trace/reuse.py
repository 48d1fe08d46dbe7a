"""Shared passages: what two accounts have in common, verbatim or lightly edited.

Works on the words of each account (not its parse), finds all runs of a few words
that two accounts share through one index over the story, extends them over small
edits and keeps quotations apart from running prose. Does not judge who copied whom.

Invariant: in an ``Alignment`` every word is matched at most once on either side,
and matched words have the same normal form.

The method is seed and extend, as in passim (Smith et al. 2014, "Detecting and
modeling local text reuse").
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..model import UNREAD, Annotated, Passage, Region, Span

WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*|[^\W_]+(?:[’'-][^\W_]+)*")
QUOTED = re.compile(r"“[^“”\n]*(?:[”\n]|\Z)|\"[^\"\n]*(?:[\"\n]|\Z)|«[^«»\n]*(?:[»\n]|\Z)")
BRACKET = re.compile(r"\[[^\[\]\n]{1,40}\]")
POSTINGS = 8
"""Most places of one run in one account that are followed (a refrain has more)."""
GAP = 12
"""Most words of an edit inside a passage, on either side."""
LEAST_WORDS = 6
LEAST_WEIGHT = 2.5
"""A passage shares this many words, of this weight: less is common phrase."""


@dataclass(frozen=True)
class Words:
    """The words of one account: parallel arrays of offsets, normal forms and flags.

    ``quoted`` says that a word stands inside quotation marks, ``bracketed`` inside an
    editor's brackets; ``line`` counts lines of the text.
    """

    key: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    norms: tuple[str, ...]
    quoted: tuple[bool, ...]
    line: tuple[int, ...]
    bracketed: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.norms)

    @cached_property
    def brackets(self) -> tuple[int, ...]:
        """Places of the bracketed words."""
        return tuple(k for k, inside in enumerate(self.bracketed) if inside)

    def grams(self, size: int) -> list[tuple[str, ...]]:
        """All runs of ``size`` words, in order; kept after the first call."""
        kept = self.__dict__.setdefault("_grams", {})
        if size not in kept:
            kept[size] = list(zip(*(self.norms[k:] for k in range(size)), strict=False))
        return kept[size]  # type: ignore[no-any-return]

    def span(self, first: int, last: int) -> Span:
        """The span of words ``first:last`` (half-open, not empty)."""
        return Span(self.key, self.starts[first], self.ends[last - 1])

    def inside(self, start: int, end: int) -> tuple[int, int]:
        """Words ``first:last`` that lie in code points ``start:end``."""
        return bisect_left(self.starts, start), bisect_right(self.ends, end)


@dataclass(frozen=True)
class Alignment:
    """Matched runs ``(i, j, n)`` of two accounts: ``a.norms[i:i+n] == b.norms[j:j+n]``, in order of i."""

    a: Words
    b: Words
    runs: tuple[tuple[int, int, int], ...]

    @cached_property
    def forward(self) -> dict[int, int]:
        """Word of a → word of b."""
        return {i + k: j + k for i, j, n in self.runs for k in range(n)}

    @cached_property
    def backward(self) -> dict[int, int]:
        """Word of b → word of a."""
        return {j: i for i, j in self.forward.items()}

    def turned(self) -> Alignment:
        """The same with the sides changed."""
        return Alignment(self.b, self.a, tuple(sorted((j, i, n) for i, j, n in self.runs)))


def normal(word: str) -> str:
    """Fold case, dots and possessives: ``U.S.`` → ``us``, ``Ana’s`` → ``ana``.

    >>> normal("Ana’s"), normal("U.S."), normal("1,500")
    ('ana', 'us', '1500')
    """
    word = word.casefold().replace("’", "'").removesuffix("'s")
    return re.sub(r"[.,](?!\d{1,2}$)|\.$", "", word)


def words_of(account: Annotated) -> Words:
    """Read the words of an account, regions that assert nothing left out."""
    witness = account.witness
    regions = witness.regions or (Region(0, len(witness.text), "body", "whole text"),)
    said = [s for st in account.statements if st.form == "direct" for s in st.content]
    return _words(witness.id, witness.text, regions, [(s.start, s.end) for s in said])


def _words(key: str, text: str, regions: Sequence[Region], said: Sequence[tuple[int, int]]) -> Words:
    found: list[tuple[re.Match[str], bool]] = []
    quotes = sorted([m.span() for m in QUOTED.finditer(text)] + list(said))
    brackets = [m.span() for m in BRACKET.finditer(text)]
    breaks = [m.start() for m in re.finditer(r"\n", text)]
    for region in regions:
        if region.kind in UNREAD:
            continue
        found += [(m, region.kind == "quotation") for m in WORD.finditer(text, region.start, region.end)]
    at = [m.start() for m, _ in found]
    return Words(
        key,
        tuple(at),
        tuple(m.end() for m, _ in found),
        tuple(normal(m.group()) for m, _ in found),
        tuple(block or said for (_, block), said in zip(found, _covered(at, quotes), strict=True)),
        tuple(bisect_left(breaks, start) for start in at),
        tuple(_covered(at, brackets)),
    )


def _covered(places: Sequence[int], spans: Sequence[tuple[int, int]]) -> Iterator[bool]:
    """For each place, in order, whether one of the sorted spans covers it."""
    reach, k = 0, 0
    for at in places:
        while k < len(spans) and spans[k][0] <= at:
            reach = max(reach, spans[k][1])
            k += 1
        yield at < reach


def rarity(story: Sequence[Words]) -> dict[str, float]:
    """Weigh each word of the story, 0–1: 1 for a word used once an account, little for "the".

    >>> a = _words("a", "the cat saw the dog", (Region(0, 19, "body", ""),), ())
    >>> weights = rarity([a]); weights["cat"] > weights["the"]
    True
    """
    total: Counter[str] = Counter()
    carriers: Counter[str] = Counter()
    for words in story:
        total.update(words.norms)
        carriers.update(set(words.norms))
    length = max(3.0, sum(map(len, story)) / max(1, len(story)))
    return {w: max(0.05, 1 - math.log(n / carriers[w]) / math.log(length)) for w, n in total.items()}


# -- seeds --


def align_all(story: Sequence[Words], seed: int = 4) -> dict[tuple[int, int], Alignment]:
    """Align every two accounts that share a run of ``seed`` words.

    :returns: alignments by positions ``(a, b)`` with a < b.
    """
    index: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    found: dict[tuple[int, int], dict[tuple[int, int], int]] = defaultdict(dict)
    for number, words in enumerate(story):
        _seed(number, words.grams(seed), seed, index, found)
    return {(a, b): align(story[a], story[b], list(hits), seed) for (a, b), hits in sorted(found.items())}


def align_one(words: Words, others: Sequence[Words], seed: int = 4) -> list[Alignment | None]:
    """Align each of some accounts with one more; None where they share no run."""
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, gram in enumerate(words.grams(seed)):
        if len(index[gram]) < POSTINGS:
            index[gram].append(place)
    out: list[Alignment | None] = []
    for other in others:
        grams = enumerate(other.grams(seed))
        hits = [(at, place) for at, gram in grams if gram in index for place in index[gram]]
        out.append(align(other, words, hits, seed) if hits else None)
    return out


def _seed(
    number: int,
    grams: Sequence[tuple[str, ...]],
    seed: int,
    index: dict[tuple[str, ...], list[tuple[int, int]]],
    found: dict[tuple[int, int], dict[tuple[int, int], int]],
) -> None:
    """Look up one account's runs among those of earlier accounts, then add them."""
    own: Counter[tuple[str, ...]] = Counter()
    fresh = []
    for at, gram in enumerate(grams):
        own[gram] += 1
        if own[gram] > POSTINGS:
            continue
        for other, place in index.get(gram, ()):
            found[other, number][place, at] = seed
        fresh.append((gram, (number, at)))
    for gram, spot in fresh:
        index[gram].append(spot)


def align(a: Words, b: Words, seeds: Sequence[tuple[int, int]], seed: int) -> Alignment:
    """Chain seeds into runs, longest first, each word used once, then extend over small edits."""
    runs = sorted(_maximal(seeds, seed), key=lambda r: (-r[2], r[0], r[1]))
    used_a, used_b = bytearray(len(a)), bytearray(len(b))
    kept: list[tuple[int, int, int]] = []
    for i, j, n in runs:
        for k, m in _free(i, j, n, used_a, used_b):
            if m >= 3:
                kept.append((i + k, j + k, m))
                used_a[i + k : i + k + m] = used_b[j + k : j + k + m] = b"\1" * m
    kept = _fill(a.norms, b.norms, sorted(kept), used_a, used_b)
    return Alignment(a, b, tuple(_join(sorted(kept))))


def _maximal(seeds: Sequence[tuple[int, int]], seed: int) -> Iterator[tuple[int, int, int]]:
    """Join seeds that follow one another on a diagonal."""
    todo = sorted(seeds, key=lambda s: (s[0] - s[1], s[0]))
    start: tuple[int, int] | None = None
    last = (-1, -1)
    for i, j in todo:
        if start is None or (i, j) != (last[0] + 1, last[1] + 1):
            if start is not None:
                yield (*start, last[0] - start[0] + seed)
            start = (i, j)
        last = (i, j)
    if start is not None:
        yield (*start, last[0] - start[0] + seed)


def _free(i: int, j: int, n: int, used_a: bytearray, used_b: bytearray) -> Iterator[tuple[int, int]]:
    """Stretches ``(offset, length)`` of a run that neither side uses yet."""
    k = 0
    while k < n:
        if used_a[i + k] or used_b[j + k]:
            k += 1
            continue
        m = k
        while m < n and not used_a[i + m] and not used_b[j + m]:
            m += 1
        yield k, m - k
        k = m


def _fill(
    a: Sequence[str], b: Sequence[str], runs: list[tuple[int, int, int]], used_a: bytearray, used_b: bytearray
) -> list[tuple[int, int, int]]:
    """Add equal words in the small gaps beside runs: between two, and beyond the ends."""
    out = list(runs)
    for k, (i, j, n) in enumerate(runs):
        after = runs[k + 1] if k + 1 < len(runs) else None
        if after and 0 <= after[0] - i - n <= GAP and 0 <= after[1] - j - n <= GAP:
            out += _common(a, b, (i + n, after[0]), (j + n, after[1]), (used_a, used_b))
        else:
            out += _reach_on(a, b, i + n, j + n, 1, (used_a, used_b))
        before = runs[k - 1] if k else None
        if not (before and 0 <= i - sum(before[::2]) <= GAP and 0 <= j - before[1] - before[2] <= GAP):
            out += _reach_on(a, b, i - 1, j - 1, -1, (used_a, used_b))
    return out


def _common(
    a: Sequence[str],
    b: Sequence[str],
    left: tuple[int, int],
    right: tuple[int, int],
    used: tuple[bytearray, bytearray],
) -> list[tuple[int, int, int]]:
    """Longest common subsequence of two small gaps, as single words."""
    xs = [i for i in range(*left) if not used[0][i]]
    ys = [j for j in range(*right) if not used[1][j]]
    if not xs or not ys:
        return []
    best = [[0] * (len(ys) + 1) for _ in range(len(xs) + 1)]
    for p in range(len(xs) - 1, -1, -1):
        for q in range(len(ys) - 1, -1, -1):
            same = best[p + 1][q + 1] + 1 if a[xs[p]] == b[ys[q]] else 0
            best[p][q] = max(same, best[p + 1][q], best[p][q + 1])
    out, p, q = [], 0, 0
    while p < len(xs) and q < len(ys):
        if a[xs[p]] == b[ys[q]] and best[p][q] == best[p + 1][q + 1] + 1:
            out.append((xs[p], ys[q], 1))
            used[0][xs[p]] = used[1][ys[q]] = 1
            p, q = p + 1, q + 1
        elif best[p + 1][q] >= best[p][q + 1]:
            p += 1
        else:
            q += 1
    return out


STEPS = ((1, 1), (0, 1), (1, 0), (1, 2), (2, 1), (2, 2))


def _reach_on(
    a: Sequence[str], b: Sequence[str], i: int, j: int, way: int, used: tuple[bytearray, bytearray]
) -> list[tuple[int, int, int]]:
    """Extend past the end of a run while two words in a row agree after a small edit."""

    def free(p: int, q: int) -> bool:
        return 0 <= p < len(a) and 0 <= q < len(b) and not used[0][p] and not used[1][q] and a[p] == b[q]

    out: list[tuple[int, int, int]] = []
    moved = True
    while moved:
        moved = False
        while free(i, j):
            out.append((i, j, 1))
            used[0][i] = used[1][j] = 1
            i, j, moved = i + way, j + way, True
        for di, dj in STEPS:
            p, q = i + way * di, j + way * dj
            if free(p, q) and free(p + way, q + way):
                i, j, moved = p, q, True
                break
    return out


def _join(runs: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Join runs that touch on both sides."""
    last: tuple[int, int, int] | None = None
    for i, j, n in runs:
        if last and (i, j) == (last[0] + last[2], last[1] + last[2]):
            last = (last[0], last[1], last[2] + n)
            continue
        if last:
            yield last
        last = (i, j, n)
    if last:
        yield last


# -- passages --


def passages(found: Alignment, weights: Mapping[str, float]) -> list[Passage]:
    """Cut an alignment into passages: one paragraph, quoted or not, small gaps.

    ``score`` is the weight of the shared words over that of all words in the two spans,
    damped for short passages.
    """
    out = []
    for chain in _chains(found):
        passage = _passage(found, chain, weights)
        if passage:
            out.append(passage)
    return out


def _chains(found: Alignment) -> Iterator[list[tuple[int, int]]]:
    """Matched word pairs in groups that make one passage."""
    chain: list[tuple[int, int]] = []
    for pair in found.forward.items():
        if chain and not _follows(found, chain[-1], pair):
            yield chain
            chain = []
        chain.append(pair)
    if chain:
        yield chain


def _follows(found: Alignment, last: tuple[int, int], pair: tuple[int, int]) -> bool:
    a, b = found.a, found.b
    near = 0 < pair[0] - last[0] <= GAP and 0 < pair[1] - last[1] <= GAP
    same_line = a.line[last[0]] == a.line[pair[0]] and b.line[last[1]] == b.line[pair[1]]
    return near and same_line and both_quoted(found, last) == both_quoted(found, pair)


def both_quoted(found: Alignment, pair: tuple[int, int]) -> bool:
    """Whether a matched word is quoted on both sides."""
    return found.a.quoted[pair[0]] and found.b.quoted[pair[1]]


def _passage(found: Alignment, chain: list[tuple[int, int]], weights: Mapping[str, float]) -> Passage | None:
    a, b = found.a, found.b
    (first_a, first_b), (last_a, last_b) = chain[0], chain[-1]
    shared = sum(weights.get(a.norms[i], 1.0) for i, _ in chain)
    if len(chain) < LEAST_WORDS or shared < LEAST_WEIGHT:
        return None
    words = (*a.norms[first_a : last_a + 1], *b.norms[first_b : last_b + 1])
    score = 2 * shared / sum(weights.get(w, 1.0) for w in words) * (1 - math.exp(-shared / 4))
    spans = a.span(first_a, last_a + 1), b.span(first_b, last_b + 1)
    return Passage(*spans, round(score, 3), both_quoted(found, chain[0]))
