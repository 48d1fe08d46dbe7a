"""Cut a text into pieces with marks, find words that differ, show a passage in its place.

Works on plain strings and offsets, and knows nothing of HTML. Invariant: the pieces of a
text, put together again, are that text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W_]+(?:['’][^\W_]+)*")
STOP = re.compile(r"[.!?…]['\"’”»)\]]*\s|\n")
COMPARED = 400  # words of a passage that are compared; longer ones are shown unmarked past that
ALIKE = 0.25  # share of common words under which two passages are worded freely: nothing is marked


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
    for a, b in zip(edges, edges[1:], strict=False):
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
    """For each wording, the stretches that the other wordings do not have.

    Words are aligned with the first wording, without case and punctuation (Ratcliff and
    Obershelp's matching blocks); a word of the first counts as shared when all others have it.

    >>> differing(["Nine were hurt", "Ten were hurt"])
    [[(0, 4)], [(0, 3)]]

    :returns: half-open offsets into each text, next neighbours joined; nothing where two
        wordings have so little in common that marks would not help.
    """
    words = [list(WORD.finditer(t))[:COMPARED] for t in texts]
    keys = [[w.group().casefold().replace("’", "'") for w in row] for row in words]
    if len(texts) < 2 or not keys[0]:
        return [[] for _ in texts]
    shared = set(range(len(keys[0])))
    found: list[list[tuple[int, int]]] = [[]]
    for row, other in zip(words[1:], keys[1:], strict=True):
        blocks = SequenceMatcher(None, keys[0], other, autojunk=False).get_matching_blocks()
        mine = {b.a + i for b in blocks for i in range(b.size)}
        theirs = {b.b + i for b in blocks for i in range(b.size)}
        free = len(mine) < ALIKE * min(len(keys[0]), len(other) or 1)
        if not free:
            shared &= mine
        found.append([] if free else _joined(row, [i for i in range(len(row)) if i not in theirs]))
    found[0] = _joined(words[0], [i for i in range(len(words[0])) if i not in shared])
    return found


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
