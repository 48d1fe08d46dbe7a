"""Cut a text into pieces with marks, find words that differ, show a passage in its place.

Works on plain strings and offsets, and knows nothing of HTML. Invariant: the pieces of a
text, put together again, are that text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W_]+(?:['’][^\W_]+)*")
# a full stop after a capital ("U.S. officials", "J. Marrow") or before a small letter ends no sentence
STOP = re.compile(r"(?:(?<![A-Z])\.|[!?…])['\"’”»)\]]*\s+(?![a-z])|\n")
COMPARED = 400  # words of a passage that are compared; longer ones are shown unmarked past that
ALIKE = 0.45  # share of common words under which a passage is worded freely: nothing in it is marked
SHARED = 5  # words in a row that two accounts must have for them to count as shared, and not as chance
ARTICLES = frozenset({"a", "an", "the"})  # "a ferry" against "the ferry" is no difference worth a mark


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch to mark: half-open offsets, a class name, and a label (a number, a name)."""

    start: int
    end: int
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words under the same marks. ``begins`` are the marks that start here, ``kinds`` all over it."""

    start: int
    text: str
    kinds: tuple[str, ...] = ()
    begins: tuple[Mark, ...] = ()


def pieces(text: str, start: int, end: int, marks: Iterable[Mark]) -> tuple[Piece, ...]:
    """Cut ``text[start:end]`` wherever a mark starts or ends; marks may overlap.

    >>> [(p.text, p.kinds) for p in pieces("one two three", 0, 13, [Mark(4, 7, "point")])]
    [('one ', ()), ('two', ('point',)), (' three', ())]

    :returns: pieces in text order; an empty mark gives no piece of its own.
    """
    near = [m for m in marks if m.start < end and m.end > start and m.start < m.end]
    cuts = {start, end}
    for m in near:
        cuts |= {max(start, m.start), min(end, m.end)}
    edges = sorted(cuts)
    found = []
    for a, b in pairwise(edges):
        over = [m for m in near if m.start <= a and m.end >= b]
        kinds = tuple(dict.fromkeys(m.kind for m in over))
        found.append(Piece(a, text[a:b], kinds, tuple(m for m in over if m.start == a)))
    return tuple(found)


def lines(text: str) -> list[tuple[int, int, bool]]:
    """Lines that are not blank, trimmed: start, end, and whether a blank line stands before.

    >>> lines("one\\n\\n two")
    [(0, 3, False), (6, 9, True)]
    """
    found, at, gap = [], 0, False
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if words:
            start = at + line.index(words)
            found.append((start, start + len(words), gap))
        gap = not words
        at += len(line)
    return found


def context(text: str, start: int, end: int, reach: int = 160) -> tuple[int, int, bool, bool]:
    """Widen a passage to the sentence around it, at most ``reach`` characters each way.

    >>> text = "It rained. Nine were hurt. It cleared."
    >>> a, b, *_ = context(text, 11, 15)
    >>> text[a:b]
    'Nine were hurt.'

    :returns: start, end, and whether it was cut short before and after.
    """
    low = max(0, start - reach)
    stops = [m.end() for m in STOP.finditer(text, low, start)]
    first = stops[-1] if stops else low
    cut_before = not stops and low > 0
    stop = STOP.search(text, max(start, end - 2), min(len(text), end + reach))
    last = stop.end() if stop and stop.end() >= end else min(len(text), end + reach)
    cut_after = last < len(text) and not (stop and stop.end() >= end)
    first, last = _whole_words(text, first, last, start, end) if cut_before or cut_after else (first, last)
    while first < start and text[first].isspace():
        first += 1
    while last > end and text[last - 1].isspace():
        last -= 1
    return first, last, cut_before, cut_after


def _whole_words(text: str, first: int, last: int, start: int, end: int) -> tuple[int, int]:
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    return first, last


def differing(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """For each wording, the stretches that half or more of the wordings do not have.

    Words are aligned, without case and punctuation, with the wording most like the others
    (Ratcliff and Obershelp's matching blocks). A wording that has little in common with that
    one is free: it is left unmarked, and does not count.

    >>> differing(["Nine were hurt", "Ten were hurt"])
    [[(0, 4)], [(0, 3)]]

    :returns: half-open offsets into each text, next neighbours joined.
    """
    words = [list(WORD.finditer(t))[:COMPARED] for t in texts]
    keys = [[_key(w) for w in row] for row in words]
    if len(texts) < 2 or not all(keys):
        return [[] for _ in texts]
    middle = _likest(keys)
    pairs = [_aligned(keys[middle], other) for other in keys]
    bound = [len(p) >= ALIKE * min(len(keys[middle]), len(k)) for p, k in zip(pairs, keys, strict=True)]
    have = Counter(a for p, close in zip(pairs, bound, strict=True) if close for a, _ in p)
    common = {a for a, n in have.items() if 2 * n > sum(bound)}
    if sum(bound) < 2:
        return [[] for _ in texts]
    found = []
    for row, key, pair, close in zip(words, keys, pairs, bound, strict=True):
        shared = {b for a, b in pair if a in common}
        odd = [i for i in range(len(row)) if i not in shared] if close else []
        found.append([s for s in _joined(row, odd) if _compared(key, row, s) not in ARTICLES])
    return found


def in_common(a: str, b: str, least: int = SHARED) -> list[tuple[int, int]]:
    """Stretches of ``a`` whose words stand in ``b`` too, in that order, ``least`` of them or more.

    Case and punctuation do not count, nor where in ``b`` they stand. Greedy from the left, each stretch as
    long as it goes (the tiling of Wise, 1993, without its search for the longest first).

    >>> in_common("Nine were hurt on the pier.", "On the pier nine were hurt", 3)
    [(0, 14), (15, 26)]
    """
    words, others = list(WORD.finditer(a)), [_key(w) for w in WORD.finditer(b)]
    keys = [_key(w) for w in words]
    where: dict[tuple[str, ...], list[int]] = {}
    for j in range(len(others) - least + 1):
        where.setdefault(tuple(others[j : j + least]), []).append(j)
    found, i = [], 0
    while i <= len(keys) - least:
        starts = where.get(tuple(keys[i : i + least]), ())
        far = max((_run(keys, i, others, j) for j in starts), default=0)
        if far:
            found.append((words[i].start(), words[i + far - 1].end()))
        i += far or 1
    return found


def _key(word: re.Match[str]) -> str:
    return word.group().casefold().replace("’", "'")


def _run(a: Sequence[str], i: int, b: Sequence[str], j: int) -> int:
    """How many words are the same from two places on."""
    far = 0
    while i + far < len(a) and j + far < len(b) and a[i + far] == b[j + far]:
        far += 1
    return far


def _compared(key: Sequence[str], row: Sequence[re.Match[str]], span: tuple[int, int]) -> str:
    return " ".join(k for k, w in zip(key, row, strict=True) if span[0] <= w.start() < span[1])


def _likest(keys: Sequence[Sequence[str]]) -> int:
    """Index of the wording that shares most words with the others; the first of equals."""
    bags = [Counter(k) for k in keys]
    return max(range(len(bags)), key=lambda i: (sum((bags[i] & b).total() for b in bags), -i))


def _aligned(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return [(m.a + i, m.b + i) for m in blocks for i in range(m.size)]


def _joined(row: Sequence[re.Match[str]], odd: Sequence[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    last = -2
    for i in odd:
        if i == last + 1:
            spans[-1] = (spans[-1][0], row[i].end())
        else:
            spans.append((row[i].start(), row[i].end()))
        last = i
    return spans
