"""Quotations: stretches between quotation marks, in every typography.

Pairs double marks (straight, curly, low, primes written twice), guillemets and single marks
(told from apostrophes), line by line, and joins a quotation that runs over paragraphs with the
opening mark repeated. Nested quotations are part of the outer one. Does not ask who speaks.
Invariant: quotations are in text order, never overlap, never raise on unbalanced marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARK = re.compile(r"``|''|[\"“”„‟«»‹›‘’‚‛'＂]")
FAMILY = {
    **dict.fromkeys(("``", "''", '"', "“", "”", "„", "‟", "＂"), "double"),
    **dict.fromkeys("«»", "guillemet"),
    **dict.fromkeys("‹›", "angle"),
    **dict.fromkeys("‘’‚‛'", "single"),
}
OPENS = frozenset(("``", "“", "„", "«", "‹", "‘", "‚"))
CLOSES = frozenset(("”", "»", "›"))
REVERSED = frozenset("«»‹›")
LOW = {"„": "“", "‚": "‘"}
"""Low opening marks and the high opening mark that closes them („…“)."""
SAID = re.compile(
    r"[,!?] (?:(?:[A-Z][\w.’'-]*|he|she|they|the|a) ){1,5}(?:said|says|told|added|asked|wrote|replied)\b"
)
"""The cue that ends a quotation whose closing mark is missing."""
BEFORE_OPEN = re.compile(r"[\s(\[{—–\-/…“\"‘'«]")
AFTER_CLOSE = re.compile(r"[\s.,;:!?)\]}—–\-/…”\"’'»]")
ELISION = re.compile(r"(?:\d0s|\d\d\b|em\b|til\b|tis\b|twas\b|cause\b|n\b|round\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation: ``start:end`` with its marks, ``inner`` without, in code points.

    ``closed`` is False where the closing mark is missing and the line's end stands for it;
    ``continues`` says that it goes on a quotation left open in the paragraph before.
    """

    start: int
    end: int
    inner: tuple[int, int]
    closed: bool = True
    continues: bool = False


@dataclass(slots=True)
class _Mark:
    start: int
    end: int
    family: str
    may_open: bool
    may_close: bool


def quotations(text: str, start: int, end: int, *, runs_on: bool = False) -> list[Quotation]:
    """Pair the quotation marks of one line.

    >>> [q.inner for q in quotations('“It is,” he said, “late.”', 0, 25)]
    [(1, 7), (19, 24)]

    :param runs_on: the line before left a quotation open.
    :returns: outermost quotations of ``text[start:end]``, in order.
    """
    marks = [_mark(text, m.start(), m.end(), start, end) for m in MARK.finditer(text, start, end)]
    found: list[Quotation] = []
    i = 0
    while i < len(marks):
        mark = marks[i]
        first = not text[start : mark.start].strip()
        if not mark.may_open or (mark.family == "single" and not _worth(text, marks, i, end)):
            i += 1
            continue
        close = _closing(text, marks, i)
        if close is not None:
            shut = marks[close]
            if text[mark.end : shut.start].strip():
                inner = (mark.end, shut.start)
                found.append(Quotation(mark.start, shut.end, inner, True, runs_on and first))
            i = close + 1
        elif mark.family != "single" and _speech_opens(text, start, mark):
            cue = SAID.search(text, mark.end, end)
            stop = cue.start() + 1 if cue else end
            if text[mark.end : stop].strip():
                found.append(
                    Quotation(mark.start, stop, (mark.end, stop), cue is not None, runs_on and first)
                )
            break
        else:
            i += 1
    return found


def _mark(text: str, at: int, to: int, start: int, end: int) -> _Mark:
    """Say whether a mark may open or close, by its glyph or its neighbours."""
    glyph = text[at:to]
    before = text[at - 1] if at > start else " "
    after = text[to] if to < end else " "
    family = FAMILY[glyph]
    opening = bool(BEFORE_OPEN.match(before)) and not after.isspace()
    closing = bool(AFTER_CLOSE.match(after)) and not before.isspace()
    if glyph in REVERSED and ((opening and after.isalnum()) if glyph in CLOSES else closing):
        # »The bridge is safe«, as in German and Danish.
        return _Mark(at, to, family, glyph in CLOSES, glyph in OPENS)
    if glyph in OPENS:
        return _Mark(at, to, family, True, False)
    if glyph in CLOSES:
        return _Mark(at, to, family, False, True)
    if glyph == "’":
        return _Mark(at, to, family, False, closing)
    if family == "single":
        # An apostrophe inside a word ("don't") neither opens nor closes.
        return _Mark(at, to, family, opening and not before.isalnum(), closing)
    return _Mark(at, to, family, opening or not closing, closing or not opening)


def _closing(text: str, marks: list[_Mark], i: int) -> int | None:
    """Index of the mark that closes ``marks[i]``: the next of its family at the same depth."""
    family, depth = marks[i].family, 0
    high = LOW.get(text[marks[i].start : marks[i].end])
    for j in range(i + 1, len(marks)):
        mark = marks[j]
        if mark.family != family:
            continue
        if high and text[mark.start : mark.end] == high:
            return j
        if family == "single" and mark.may_close and _possessive(text, marks, j):
            continue
        if mark.may_close and not (mark.may_open and depth == 0 and _reopens(text, mark)):
            if depth == 0:
                return j
            depth -= 1
        elif mark.may_open and text[mark.start : mark.end] in OPENS and family != "single":
            # A second opening glyph before any closing one: a fresh quotation, the first
            # one lacks its end (“A. “B,” he said), unless a closing one is left for both.
            rest = [m for m in marks[j:] if m.family == family]
            if sum(m.may_close for m in rest) <= sum(m.may_open for m in rest):
                return None
            depth += 1
    return None


def _reopens(text: str, mark: _Mark) -> bool:
    """A straight mark after a space and before a letter opens rather than closes."""
    before, after = text[mark.start - 1 : mark.start], text[mark.end : mark.end + 1]
    return before.isspace() and after.isalnum()


def _possessive(text: str, marks: list[_Mark], j: int) -> bool:
    """A plural's apostrophe (the ministers’ talks), when a later mark can close instead."""
    mark = marks[j]
    after = text[mark.end : mark.end + 2]
    if text[mark.start - 1 : mark.start].lower() != "s" or not re.match(r" [a-z]", after):
        return False
    for later in marks[j + 1 :]:
        if later.family != "single":
            continue
        return later.may_close
    return False


def _worth(text: str, marks: list[_Mark], i: int, end: int) -> bool:
    """Whether a single mark opens a quotation: no elision ('em, ’90s) and a later one closes."""
    if ELISION.match(text, marks[i].end, end):
        return False
    return any(m.family == "single" and m.may_close for m in marks[i + 1 :])


def _speech_opens(text: str, start: int, mark: _Mark) -> bool:
    """Whether an opening mark without its close stands where speech begins."""
    before = text[start : mark.start].rstrip()
    return not before or before[-1] in ",:.!?—–"


def paragraphs_of(text: str, lines: list[tuple[int, int]]) -> list[list[Quotation]]:
    """Quotations of each line, joined over lines where the opening mark is repeated.

    >>> found = paragraphs_of("“One.\\n“Two.”", [(0, 5), (6, 12)])
    >>> [(q.closed, q.continues) for line in found for q in line]
    [(False, False), (True, True)]
    """
    out: list[list[Quotation]] = []
    open_before = False
    for start, end in lines:
        found = quotations(text, start, end, runs_on=open_before)
        open_before = bool(found) and not found[-1].closed
        out.append(found)
    return out
