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
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from itertools import pairwise
from sys import intern
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..model import UNREAD, Annotated, Passage, Region, Span

Prints = NDArray[np.uint64]
Array = NDArray[Any]
NO_PRINTS: Prints = np.zeros(0, np.uint64)
MIX = np.uint64(0x9E3779B97F4A7C15)
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*|[^\W_]+(?:[’'-][^\W_]+)*")
QUOTED = re.compile(r"“[^“”\n]*(?:[”\n]|\Z)|\"[^\"\n]*(?:[\"\n]|\Z)|«[^«»\n]*(?:[»\n]|\Z)")
STOP = re.compile(r"[.!?](?=[\s”\"’')]|\Z)|\n")
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
    editor's brackets; ``line`` counts lines of the text; ``stops`` says that a sentence ends with a word.
    """

    key: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    norms: tuple[str, ...]
    quoted: tuple[bool, ...]
    line: tuple[int, ...]
    bracketed: tuple[bool, ...]
    stops: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.norms)

    @cached_property
    def brackets(self) -> tuple[int, ...]:
        """Places of the bracketed words."""
        return tuple(k for k, inside in enumerate(self.bracketed) if inside)

    @cached_property
    def words(self) -> tuple[Prints, Array, Array]:
        """Fingerprints of the different words, sorted; which of them each word is; how often each stands."""
        return np.unique(self.prints(1), return_inverse=True, return_counts=True)

    @cached_property
    def columns(self) -> tuple[Array, Array]:
        """``line`` and ``quoted`` as arrays."""
        return np.array(self.line, np.int32), np.array(self.quoted, bool)

    def prints(self, size: int) -> Prints:
        """A fingerprint of every run of ``size`` words, in order; kept after the first call."""
        kept: dict[int, Prints] = self.__dict__.setdefault("_prints", {})
        if size not in kept:
            kept[size] = fingerprints(self.norms) if size == 1 else combined(self.prints(1), size)
        return kept[size]

    def known(self, prints: Prints) -> None:
        """Take the fingerprints of the words from where they are kept."""
        self.__dict__["_prints"] = {1: prints}

    def span(self, first: int, last: int) -> Span:
        """The span of words ``first:last`` (half-open, not empty)."""
        return Span(self.key, self.starts[first], self.ends[last - 1])

    def sentence(self, first: int, last: int) -> tuple[int, int]:
        """Words ``first:last`` (half-open) of the sentences that two words stand in."""
        start = next((k for k in range(first - 1, -1, -1) if self.stops[k]), -1)
        end = next((k for k in range(last, len(self)) if self.stops[k]), len(self) - 1)
        return start + 1, end + 1

    def inside(self, start: int, end: int) -> tuple[int, int]:
        """Words ``first:last`` that lie in code points ``start:end``."""
        return bisect_left(self.starts, start), bisect_right(self.ends, end)


@dataclass(frozen=True, eq=False)
class Alignment:
    """Matched words of two accounts, as runs.

    ``cells`` has a row ``(i, j, n)`` for each run, in order of i:
    ``a.norms[i:i+n] == b.norms[j:j+n]``.
    """

    a: Words
    b: Words
    cells: NDArray[np.int32]

    @property
    def runs(self) -> tuple[tuple[int, int, int], ...]:
        """The runs as tuples."""
        return tuple((i, j, n) for i, j, n in self.cells.tolist())

    @cached_property
    def count(self) -> int:
        """Number of matched words."""
        return int(self.cells[:, 2].sum())

    @cached_property
    def forward(self) -> dict[int, int]:
        """Word of a → word of b. Large: for many accounts use ``partner``."""
        return {i + k: j + k for i, j, n in self.runs for k in range(n)}

    @cached_property
    def backward(self) -> dict[int, int]:
        """Word of b → word of a."""
        return {j: i for i, j in self.forward.items()}

    @cached_property
    def partner(self) -> NDArray[np.int32]:
        """For each word of a the matched word of b, or -1."""
        out = np.full(len(self.a), -1, np.int32)
        i, j = _matches(self.cells)
        out[i] = j
        return out

    def turned(self) -> Alignment:
        """The same with the sides changed."""
        cells = self.cells[:, [1, 0, 2]]
        return Alignment(self.b, self.a, cells[np.argsort(cells[:, 0])])


def _matches(cells: Array) -> tuple[Array, Array]:
    """Both words of every match of some runs, in order."""
    n = cells[:, 2]
    step = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
    return np.repeat(cells[:, 0], n) + step, np.repeat(cells[:, 1], n) + step


@lru_cache(maxsize=1 << 17)
def _print(word: str) -> int:
    """64 bits of a word: the same on every machine and in every run."""
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def fingerprints(norms: Sequence[str]) -> Prints:
    """A number for every word, equal for equal words on every machine."""
    return np.fromiter(map(_print, norms), np.uint64, len(norms))


def combined(words: Prints, size: int) -> Prints:
    """A number for every run of ``size`` words, out of those of the words.

    >>> a, b = (combined(fingerprints(t.split()), 2) for t in ("the old mill burnt", "an old mill burnt"))
    >>> (a == b).tolist()
    [False, True, True]
    """
    count = max(0, len(words) - size + 1)
    out = np.zeros(count, np.uint64)
    for k in range(size):
        out = (out ^ words[k : k + count]) * MIX
        out ^= out >> np.uint64(29)
    return out


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
    return _read(witness.id, witness.text, regions, [(s.start, s.end) for s in said])


def _read(key: str, text: str, regions: Sequence[Region], said: Sequence[tuple[int, int]]) -> Words:
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
        tuple(intern(normal(m.group())) for m, _ in found),
        tuple(block or said for (_, block), said in zip(found, _covered(at, quotes), strict=True)),
        tuple(bisect_left(breaks, start) for start in at),
        tuple(_covered(at, brackets)),
        _stops(text, [m.end() for m, _ in found], at),
    )


def _stops(text: str, ends: Sequence[int], starts: Sequence[int]) -> tuple[bool, ...]:
    """Which words a full stop, question or exclamation mark follows before the next word, or a line's end."""
    after = [*starts[1:], len(text)][: len(ends)]
    return tuple(bool(STOP.search(text, e, min(s, e + 20))) for e, s in zip(ends, after, strict=True))


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

    >>> a = _read("a", "the cat saw the dog", (Region(0, 19, "body", ""),), ())
    >>> weights = rarity([a]); weights["cat"] > weights["the"]
    True
    """
    total: Counter[str] = Counter()
    carriers: Counter[str] = Counter()
    for words in story:
        counts = Counter(words.norms)
        total.update(counts)
        carriers.update(counts.keys())
    length = math.log(max(3.0, sum(map(len, story)) / max(1, len(story))))
    weigh = cache(lambda n, of: _exact(max(0.05, 1 - math.log(n / of) / length)))
    return {word: weigh(n, carriers[word]) for word, n in total.items()}


def _exact(weight: float) -> float:
    """A weight in steps of 2⁻²⁰: sums of such weights are exact in whatever order they are added."""
    return round(weight * (1 << 20)) / (1 << 20)


# -- seeds --

Runs = list[tuple[int, int, int]]
"""Runs ``(i, j, n)`` of equal words of two accounts."""
BLOCK = 200_000
"""Words of other accounts that one account is compared with at a time: bounds memory."""


def align_all(story: Sequence[Words], seed: int = 4) -> dict[tuple[int, int], Alignment]:
    """Align every two accounts that share a run of ``seed`` words.

    :returns: alignments by positions ``(a, b)`` with a < b.
    """
    held = _Postings(story, seed)
    found = {}
    for b, words in enumerate(story):
        for a, runs in held.runs_with(b, range(b)):
            found[a, b] = align(story[a], words, runs)
    return dict(sorted(found.items()))


def align_one(words: Words, others: Sequence[Words], seed: int = 4) -> list[Alignment | None]:
    """Align each of some accounts with one more; None where they share no run."""
    out: list[Alignment | None] = [None] * len(others)
    for a, runs in shared_runs(words.prints(seed), [other.prints(seed) for other in others], seed):
        out[a] = align(others[a], words, runs)
    return out


def shared_runs(own: Prints, others: Sequence[Prints], seed: int) -> Iterator[tuple[int, Runs]]:
    """Each of some accounts that shares a run with one more, and the maximal runs, longest first.

    :param own: fingerprints of the runs of ``seed`` words of the one; ``others`` of the rest.
    """
    order = np.argsort(own, kind="stable")
    own = own[order]
    for block in _blocks([len(other) for other in others], range(len(others))):
        prints = [others[n] for n in block]
        theirs = np.concatenate(prints)
        low = np.searchsorted(own, theirs)
        count = np.searchsorted(own, theirs, side="right") - low
        held = np.flatnonzero(count)
        if not len(held):
            continue
        low, count = low[held], np.minimum(count[held], POSTINGS)
        sizes = [len(p) for p in prints]
        account = np.repeat(np.arange(block.start, block.stop), sizes)[held]
        place = held - np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)[held]
        kept = _first_few(account * len(own) + low)
        hits = _places(low[kept], count[kept])
        each = np.repeat(kept, count[kept])
        yield from _runs(account[each], place[each], order[hits], seed)


def _first_few(keys: Array) -> Array:
    """Positions of the first ``POSTINGS`` of each key."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    rank = np.arange(len(keys)) - np.searchsorted(ordered, ordered)
    return np.sort(order[rank < POSTINGS])


def _places(low: Array, count: Array) -> Array:
    """All places ``low[n] : low[n] + count[n]``, end to end."""
    places: Array = np.arange(int(count.sum())) + np.repeat(low - np.cumsum(count) + count, count)
    return places


def _runs(account: Array, place: Array, own: Array, seed: int) -> Iterator[tuple[int, Runs]]:
    """Maximal runs of seeds, of each account; longest first."""
    account, i, j, n = _maximal(account, place, own, seed)
    order = np.lexsort((j, i, -n, account))
    runs = list(zip(i[order].tolist(), j[order].tolist(), n[order].tolist(), strict=True))
    account = account[order]
    cuts = [0, *(np.flatnonzero(np.diff(account)) + 1).tolist(), len(runs)]
    for first, last in pairwise(cuts):
        yield int(account[first]), runs[first:last]


class _Postings:
    """Every place of every run of some words in a story, by run, account and place."""

    def __init__(self, story: Sequence[Words], seed: int) -> None:
        self.seed = seed
        self.lengths = [len(words) for words in story]
        prints = [words.prints(seed) for words in story]
        gram = np.unique(np.concatenate([*prints, NO_PRINTS]), return_inverse=True)[1]
        account = np.repeat(np.arange(len(story)), [len(p) for p in prints])
        place = np.concatenate([np.arange(len(p)) for p in prints] or [gram])
        key = gram * (len(story) + 1) + account
        order = np.argsort(key, kind="stable")
        key, place = key[order], place[order]
        kept = _first_few(key)
        self.key, self.place = key[kept], place[kept]
        self.account, self.gram = self.key % (len(story) + 1), self.key // (len(story) + 1)
        self.width = len(story) + 1
        self.by_account = np.argsort(self.account, kind="stable")
        self.first = np.searchsorted(self.account[self.by_account], np.arange(len(story) + 1))

    def runs_with(self, b: int, others: range) -> Iterator[tuple[int, Runs]]:
        """Each account among some that shares a run with account b, and the maximal runs, longest first."""
        at = self.by_account[self.first[b] : self.first[b + 1]]
        for block in _blocks(self.lengths, others):
            yield from self._block(at, block)

    def _block(self, at: Array, block: range) -> Iterator[tuple[int, Runs]]:
        low = np.searchsorted(self.key, self.gram[at] * self.width + block.start)
        count = np.searchsorted(self.key, self.gram[at] * self.width + block.stop) - low
        if count.any():
            spot = _places(low, count)
            own = np.repeat(self.place[at], count)
            yield from _runs(self.account[spot], self.place[spot], own, self.seed)


def _blocks(lengths: Sequence[int], others: range) -> Iterator[range]:
    """Cut a range of accounts where their words pass the bound."""
    start, words = others.start, 0
    for n in others:
        if words and words + lengths[n] > BLOCK:
            yield range(start, n)
            start, words = n, 0
        words += lengths[n]
    if start < others.stop:
        yield range(start, others.stop)


def _maximal(account: Array, i: Array, j: Array, seed: int) -> tuple[Array, Array, Array, Array]:
    """Join seeds that follow one another on a diagonal: accounts, starts on both sides, lengths."""
    wide, deep = int(i.max()) + 2, int(j.max()) + 1
    key = np.sort((account * (wide + deep) + i - j + deep) * wide + i)
    starts = np.flatnonzero(np.diff(key, prepend=-2) != 1)
    n = np.diff(starts, append=len(key)) + seed - 1
    diagonal, i = np.divmod(key[starts], wide)
    account, shift = np.divmod(diagonal, wide + deep)
    return account, i, i - shift + deep, n


# -- alignment of two --


def align(a: Words, b: Words, runs: Iterable[tuple[int, int, int]]) -> Alignment:
    """Lay maximal runs, in the order given, each word used once; then extend over small edits."""
    used = used_a, used_b = bytearray(len(a)), bytearray(len(b))
    kept: Runs = []
    for i, j, n in runs:
        if used_a.find(1, i, i + n) < 0 and used_b.find(1, j, j + n) < 0:
            pieces: Iterable[tuple[int, int]] = ((0, n),)
        else:
            pieces = _free(i, j, n, used_a, used_b)
        for k, m in pieces:
            if m >= 3 and a.norms[i + k : i + k + m] == b.norms[j + k : j + k + m]:
                kept.append((i + k, j + k, m))
                used_a[i + k : i + k + m] = used_b[j + k : j + k + m] = b"\1" * m
    kept = _fill(a.norms, b.norms, sorted(kept), used)
    return Alignment(a, b, np.array(list(_join(sorted(kept))), np.int32).reshape(-1, 3))


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


def _fill(a: Sequence[str], b: Sequence[str], runs: Runs, used: tuple[bytearray, bytearray]) -> Runs:
    """Add equal words in the small gaps beside runs: between two, and beyond the ends."""
    out = list(runs)
    joined = False  # whether the gap before this run was filled from the run before it
    for k, (i, j, n) in enumerate(runs):
        p, q = i + n, j + n
        reach_back = not joined
        joined = False
        if k + 1 < len(runs):
            x, y, _ = runs[k + 1]
            joined = x - p <= GAP and 0 <= y - q <= GAP
            if joined and x > p and y > q:
                out += _common(a, b, (p, x), (q, y), used)
        if not joined:
            out += _reach_on(a, b, p, q, 1, used)
        if reach_back:
            out += _reach_on(a, b, i - 1, j - 1, -1, used)
    return out


def _common(
    a: Sequence[str],
    b: Sequence[str],
    left: tuple[int, int],
    right: tuple[int, int],
    used: tuple[bytearray, bytearray],
) -> Runs:
    """Longest common subsequence of two small gaps, as single words."""
    xs = [i for i in range(*left) if not used[0][i]]
    ys = [j for j in range(*right) if not used[1][j]]
    out = [(xs[p], ys[q], 1) for p, q in _subsequence(tuple(a[i] for i in xs), tuple(b[j] for j in ys))]
    for i, j, _ in out:
        used[0][i] = used[1][j] = 1
    return out


@lru_cache(maxsize=1 << 16)
def _subsequence(xs: tuple[str, ...], ys: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Longest common subsequence; kept, since copies of one account have the same gaps again and again."""
    common = set(xs) & set(ys)
    if not common:
        return ()
    if len(common) == 1:
        (word,) = common
        if xs.count(word) == ys.count(word) == 1:
            return ((xs.index(word), ys.index(word)),)
    best = [[0] * (len(ys) + 1) for _ in range(len(xs) + 1)]
    for p in range(len(xs) - 1, -1, -1):
        for q in range(len(ys) - 1, -1, -1):
            same = best[p + 1][q + 1] + 1 if xs[p] == ys[q] else 0
            best[p][q] = max(same, best[p + 1][q], best[p][q + 1])
    out, p, q = [], 0, 0
    while p < len(xs) and q < len(ys):
        if xs[p] == ys[q] and best[p][q] == best[p + 1][q + 1] + 1:
            out.append((p, q))
            p, q = p + 1, q + 1
        elif best[p + 1][q] >= best[p][q + 1]:
            p += 1
        else:
            q += 1
    return tuple(out)


STEPS = ((1, 1), (0, 1), (1, 0), (1, 2), (2, 1), (2, 2))


def _reach_on(
    a: Sequence[str], b: Sequence[str], i: int, j: int, way: int, used: tuple[bytearray, bytearray]
) -> Runs:
    """Extend past the end of a run while two words in a row agree after a small edit."""

    def free(p: int, q: int) -> bool:
        return 0 <= p < len(a) and 0 <= q < len(b) and a[p] == b[q] and not used[0][p] and not used[1][q]

    if i < 0 or j < 0:
        return []
    near = (a[i : i + 3], b[j : j + 3]) if way > 0 else (a[max(0, i - 2) : i + 1], b[max(0, j - 2) : j + 1])
    if set(near[0]).isdisjoint(near[1]):
        return []  # most ends are clean: a line that the other lacks follows
    out: Runs = []
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

Pair = tuple[int, int]
PAIRS = 256
"""Pairs of accounts whose passages are cut at a time: bounds memory."""


class Amounts(NamedTuple):
    """Matched words of running prose and of quotations, and all words of the prose passages, both sides."""

    prose: int
    quoted: int
    length: int


def passages(found: Alignment, weights: Mapping[str, float]) -> list[Passage]:
    """Cut an alignment into passages: one paragraph, quoted or not, small gaps.

    ``score`` is the weight of the shared words over that of all words in the two spans,
    damped for short passages.
    """
    return all_passages({(0, 1): found}, weights)[0, 1]


def all_passages(
    aligned: Mapping[Pair, Alignment], weights: Mapping[str, float] | None = None, *, least: int = LEAST_WORDS
) -> dict[Pair, list[Passage]]:
    """The passages of many alignments, as ``passages`` cuts each; several times as fast.

    :param weights: weight of each word; without it each pair has weights of its own, those that
        ``rarity`` would give the two accounts.
    :param least: fewest shared words of a passage.
    """
    out: dict[Pair, list[Passage]] = {pair: [] for pair in aligned}
    spans: dict[tuple[str, int, int], Span] = {}

    def span(words: Words, first: int, last: int) -> Span:
        key = (words.key, first, last)
        if key not in spans:
            spans[key] = words.span(first, last + 1)
        return spans[key]

    for pair, (first_a, last_a), (first_b, last_b), score, quoted in _rows(aligned, weights, least):
        found = aligned[pair]
        a, b = span(found.a, first_a, last_a), span(found.b, first_b, last_b)
        out[pair].append(Passage(a, b, round(score, 3), quoted))
    return out


def _rows(
    aligned: Mapping[Pair, Alignment], weights: Mapping[str, float] | None, least: int
) -> Iterator[tuple[Pair, Pair, Pair, float, bool]]:
    """Each passage: its pair of accounts, first and last words on either side, score, whether quoted."""
    for pairs, cut in _cut(aligned, weights, least):
        score = 2 * cut.shared / cut.weight * -np.expm1(-cut.shared / 4)
        sides = (np.stack(side, axis=1).tolist() for side in (cut.a, cut.b))
        for n, a, b, value, quoted in zip(
            cut.pair.tolist(), *sides, score.tolist(), cut.quoted.tolist(), strict=True
        ):
            yield pairs[n], tuple(a), tuple(b), value, quoted


def amounts(aligned: Mapping[Pair, Alignment], weights: Mapping[str, float]) -> dict[Pair, Amounts]:
    """How much each pair shares in passages, without writing them out."""
    out: dict[Pair, Amounts] = {}
    for pairs, cut in _cut(aligned, weights, LEAST_WORDS):
        length = cut.a[1] - cut.a[0] + cut.b[1] - cut.b[0] + 2
        of_each = (
            np.bincount(cut.pair, weights=what, minlength=len(pairs)).astype(int).tolist()
            for what in (cut.size * ~cut.quoted, cut.size * cut.quoted, length * ~cut.quoted)
        )
        out.update(zip(pairs, map(Amounts, *of_each), strict=True))
    return out


class _Cut(NamedTuple):
    """Passages of some pairs, as columns: which pair, first and last words, matched words and weights."""

    pair: Array
    a: tuple[Array, Array]
    b: tuple[Array, Array]
    size: Array
    shared: Array
    weight: Array
    quoted: Array


class _Sides(NamedTuple):
    """Words of accounts end to end, with what decides where a passage ends.

    ``start`` says where those of the two accounts of each pair begin.
    """

    start: Mapping[Pair, Pair]
    line: Array
    quoted: Array
    weight: Array
    upto: Array

    @classmethod
    def of(cls, start: Mapping[Pair, Pair], sides: Sequence[Words], weights: Sequence[Array]) -> _Sides:
        line, quoted = zip(*(side.columns for side in sides), strict=True)
        weight = np.concatenate(weights)
        upto = np.concatenate([[0.0], np.cumsum(weight)])
        return cls(start, np.concatenate(line), np.concatenate(quoted), weight, upto)


def _together(aligned: Mapping[Pair, Alignment], weights: Mapping[str, float]) -> _Sides:
    """Sides of a story: each account stands once."""
    sides = {id(side): side for found in aligned.values() for side in (found.a, found.b)}
    ends = np.cumsum([0, *map(len, sides.values())]).tolist()
    begin = dict(zip(sides, ends, strict=False))
    start = {pair: (begin[id(found.a)], begin[id(found.b)]) for pair, found in aligned.items()}
    every = list(sides.values())
    return _Sides.of(start, every, [np.array([weights.get(n, 1.0) for n in s.norms]) for s in every])


def _apart(aligned: Mapping[Pair, Alignment]) -> _Sides:
    """Sides of pairs that have nothing to do with each other."""
    sides = [side for found in aligned.values() for side in (found.a, found.b)]
    ends = np.cumsum([0, *map(len, sides)]).tolist()
    start = dict(zip(aligned, zip(ends[0::2], ends[1::2], strict=False), strict=False))
    return _Sides.of(start, sides, [w for f in aligned.values() for w in _rarity_of_two(f.a, f.b)])


def _rarity_of_two(a: Words, b: Words) -> tuple[Array, Array]:
    """The weight of each word of two accounts, as ``rarity`` has it."""
    length = math.log(max(3.0, (len(a) + len(b)) / 2))
    sides = []
    for mine, theirs in ((a, b), (b, a)):
        (prints, at, count), (others, _, others_count) = mine.words, theirs.words
        near = np.minimum(np.searchsorted(others, prints), len(others) - 1)
        both = others[near] == prints
        mean = (count + both * others_count[near]) / (1 + both)
        weight = np.maximum(0.05, 1 - np.log(mean) / length)
        sides.append((np.round(weight * (1 << 20)) / (1 << 20))[at])
    return sides[0], sides[1]


def _cut(
    aligned: Mapping[Pair, Alignment], weights: Mapping[str, float] | None, least: int
) -> Iterator[tuple[Sequence[Pair], _Cut]]:
    """Cut alignments into passages, some pairs at a time."""
    if not aligned:
        return
    sides = _apart(aligned) if weights is None else _together(aligned, weights)
    pairs = list(aligned)
    for at in range(0, len(pairs), PAIRS):
        some = pairs[at : at + PAIRS]
        start = np.array([sides.start[pair] for pair in some])
        yield some, _cut_some([aligned[pair] for pair in some], start, sides, least)


def _cut_some(some: Sequence[Alignment], start: Array, sides: _Sides, least: int) -> _Cut:
    cells = np.concatenate([found.cells for found in some]).astype(np.int64)
    sizes = [found.count for found in some]
    pair = np.repeat(np.arange(len(some)), sizes)
    i, j = _matches(cells)
    at_a, at_b = i + np.repeat(start[:, 0], sizes), j + np.repeat(start[:, 1], sizes)
    quoted = sides.quoted[at_a] & sides.quoted[at_b]
    parts = np.diff(i) > GAP  # in order of i, so never less than 1 within a pair
    parts |= (np.diff(j) > GAP) | (np.diff(j) <= 0)
    for column in (pair, sides.line[at_a], sides.line[at_b], quoted.astype(np.int8)):
        parts |= np.diff(column) != 0
    first = np.concatenate([[0], np.flatnonzero(parts) + 1])[: len(i)]
    last = np.append(first[1:], len(i))[: len(first)] - 1
    upto = np.concatenate([[0.0], np.cumsum(sides.weight[at_a])])
    count, shared = last - first + 1, upto[last + 1] - upto[first]
    kept = (count >= least) & (shared >= LEAST_WEIGHT)
    first, last = first[kept], last[kept]
    weight = sides.upto[at_a[last] + 1] - sides.upto[at_a[first]]
    weight += sides.upto[at_b[last] + 1] - sides.upto[at_b[first]]
    ends = (i[first], i[last]), (j[first], j[last])
    return _Cut(pair[first], *ends, count[kept], shared[kept], weight, quoted[first])
