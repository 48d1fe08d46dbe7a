"""Quotations: stretches between quotation marks, in every typography.

Pairs double marks (straight, curly, low, primes written twice, TeX's), guillemets, corner marks and
single marks (told from apostrophes), line by line, and joins a quotation that runs over paragraphs
with the opening mark repeated. A mark that its writer forgot is put where the speech begins or its
cue stands. Nested quotations are part of the outer one. Does not ask who speaks.
Invariant: quotations are in text order, never overlap, never raise on unbalanced marks.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

MARK = re.compile(r"``|''|‘‘|’’|[\"“”„‟«»‹›‘’‚‛'`＂「」『』〝〞〟]")
FAMILY = {
    **dict.fromkeys(("``", "''", "‘‘", "’’", '"', "“", "”", "„", "‟", "＂"), "double"),
    **dict.fromkeys("«»", "guillemet"),
    **dict.fromkeys("‹›", "angle"),
    **dict.fromkeys("‘’‚‛'`", "single"),
    **dict.fromkeys("「」", "corner"),
    **dict.fromkeys("『』", "white corner"),
    **dict.fromkeys("〝〞〟", "prime"),
}
OPENS = frozenset(("``", "‘‘", "“", "„", "«", "‹", "‘", "‚", "`", "「", "『", "〝"))
CLOSES = frozenset(("’’", "”", "»", "›", "」", "』", "〞", "〟"))
REVERSED = frozenset("«»‹›")
TURNED = frozenset(("“", "‘", "”"))
"""Marks that stand for their counterpart now and then: ”The bridge is safe” (Swedish, Finnish), “…“."""
LOW = {"„": "“", "‚": "‘"}
"""Low opening marks and the high opening mark that closes them („…“)."""
SAID = re.compile(
    r"[,!?] (?:(?:(?:[A-Z][\w.’'-]*|he|she|they|the|a) ){1,5}(?:said|says|told|added|asked|wrote|replied)\b"
    r"|(?:said|says|added|asked|wrote|replied) (?:[A-Z]|he\b|she\b|they\b|the\b|an?\b))"
)
"""The cue that ends a quotation whose closing mark is missing."""
LEAST_WORDS = 8
"""Fewest words of a line that goes on a quotation without a mark of its own."""
LONGEST_CUE = 80
SENTENCE = re.compile(r"[.!?…]['’”\"»)\]]*\s+(?=[\"“‘«(\[]?[A-Z0-9])|[:;]\s+")
"""Where a sentence, or what follows a colon, begins: speech whose opening mark is missing begins there."""
BEFORE_OPEN = re.compile(r"[\s(\[{—–\-/…“\"‘'«]")
AFTER_CLOSE = re.compile(r"[\s.,;:!?)\]}—–\-/…”\"’'»]")
PLURAL = re.compile(r"[sxzSXZ][’'],? [a-z]")
"""An apostrophe that may be a plural's: the sailors’ wages; it is the sailors’, not ours."""
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
    """A mark; ``opens`` and ``closes`` count those of its family from it to the line's end."""

    start: int
    end: int
    family: str
    may_open: bool
    may_close: bool
    opens: int = 0
    closes: int = 0


def quotations(
    text: str, start: int, end: int, *, runs_on: bool = False, runs: bool = False
) -> list[Quotation]:
    """Pair the quotation marks of one line.

    >>> [q.inner for q in quotations('“It is,” he said, “late.”', 0, 25)]
    [(1, 7), (19, 24)]

    :param runs_on: the line before left a quotation open; ``runs``: the line after opens with
        the same mark as this one.
    :returns: outermost quotations of ``text[start:end]``, in order.
    """
    marks = _counted([_mark(text, m.start(), m.end(), start, end) for m in MARK.finditer(text, start, end)])
    found: list[Quotation] = []
    i = 0
    while i < len(marks):
        mark = marks[i]
        goes_on = runs_on and not text[start : mark.start].strip()
        i += 1
        if not mark.may_open:
            if not found and (begins := _begins(text, start, marks, i - 1, runs_on)) is not None:
                found.append(Quotation(begins, mark.end, (begins, mark.start), True, runs_on))
            continue
        close = None
        if mark.family != "single" or not ELISION.match(text, mark.end, end):
            close = _closing(text, marks, i - 1)
        if close is not None:
            shut = marks[close]
            if text[mark.end : shut.start].strip():
                found.append(Quotation(mark.start, shut.end, (mark.end, shut.start), True, goes_on))
            i = close + 1
        elif _speech_opens(text, start, mark, runs):
            stop, closed = _stops(text, marks, i - 1, end)
            if text[mark.end : stop].strip():
                found.append(Quotation(mark.start, stop, (mark.end, stop), closed, goes_on))
            i = next((j for j in range(i, len(marks)) if marks[j].start >= stop), len(marks))
    return found


def _counted(marks: list[_Mark]) -> list[_Mark]:
    """Marks with the counts of what is left of their families; “’’” may close single marks too."""
    opens: Counter[str] = Counter()
    closes: Counter[str] = Counter()
    for mark in reversed(marks):
        opens[mark.family] += mark.may_open
        closes[mark.family] += mark.may_close
        closes["single"] += mark.family == "double" and mark.end - mark.start > 1 and mark.may_close
        mark.opens, mark.closes = opens[mark.family], closes[mark.family]
    return marks


def _begins(text: str, start: int, marks: list[_Mark], i: int, runs_on: bool) -> int | None:
    """Where speech begins whose opening mark is missing: "The bridge is safe,” she said"."""
    mark = marks[i]
    if not mark.may_close or mark.family == "single" or text[mark.start - 1 : mark.start] not in (*",.!?…",):
        return None
    if any(m.family != "single" for m in marks[:i]):
        return None
    if runs_on and len(text[start : mark.start].split()) >= LEAST_WORDS:
        return start  # not the name alone on the last line of a pulled quotation
    if not SAID.match(f",{text[mark.end : mark.end + LONGEST_CUE]}"):
        return None
    begins = max((m.end() for m in SENTENCE.finditer(text, start, mark.start)), default=start)
    return begins if text[begins : mark.start].strip(" ,.!?…") else None


def _stops(text: str, marks: list[_Mark], i: int, end: int) -> tuple[int, bool]:
    """Where speech without a closing mark ends, and whether something shows it.

    Its cue ends it, or the same mark once more ("“A. “B,” he said"), or the line.
    """
    mark = marks[i]
    glyph = text[mark.start : mark.end]
    later = (m.start for m in islice(marks, i + 1, None) if m.may_open and text[m.start : m.end] == glyph)
    fresh = end if mark.family == "single" else next(later, end)
    cue = SAID.search(text, mark.end, fresh)
    return (fresh, fresh < end) if cue is None else (cue.start() + 1, True)


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
    turned = glyph in TURNED and opening != closing and opening is not (glyph in OPENS)
    if turned and (after.isalnum() if opening else glyph != "‘" or not before.isalnum()):
        # ”The bridge is safe” and “The bridge is safe“: only the neighbours tell.
        return _Mark(at, to, family, opening, closing)
    if glyph in ("`", "’"):
        return _Mark(at, to, family, glyph == "`" and opening, glyph == "’" and closing)
    if glyph in OPENS or glyph in CLOSES:
        return _Mark(at, to, family, glyph in OPENS, glyph in CLOSES)
    if family == "single":
        # An apostrophe inside a word ("don't") neither opens nor closes.
        return _Mark(at, to, family, opening and not before.isalnum(), closing)
    return _Mark(at, to, family, opening or not closing, closing or not opening)


def _closing(text: str, marks: list[_Mark], i: int) -> int | None:
    """Index of the mark that closes ``marks[i]``: the next of its family at the same depth."""
    family, depth = marks[i].family, 0
    high = LOW.get(text[marks[i].start : marks[i].end])
    shut = marks[i].closes > marks[i].may_close
    if not shut and not (high and high in text[marks[i].end : marks[-1].end]):
        return None
    for j in range(i + 1, len(marks)):
        mark = marks[j]
        if mark.family != family and not (family == "single" and text[mark.start : mark.end] == "’’"):
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
            if mark.closes <= mark.opens:
                return None
            depth += 1
    return None


def _reopens(text: str, mark: _Mark) -> bool:
    """A straight mark after a space and before a letter opens rather than closes."""
    before, after = text[mark.start - 1 : mark.start], text[mark.end : mark.end + 1]
    return before.isspace() and after.isalnum()


def _possessive(text: str, marks: list[_Mark], j: int) -> bool:
    """A plural's apostrophe (the ministers’ talks), when a later mark closes as well or better."""
    if not PLURAL.match(text, max(0, marks[j].start - 1)):
        return False
    listed = text[marks[j].end : marks[j].end + 1] == ","
    for later in (m for m in islice(marks, j + 1, None) if m.family == "single"):
        if later.may_open and not later.may_close:
            return False
        if later.may_close and text[later.start - 1] in ",.!?…":
            return True
        if later.may_close and not listed and not PLURAL.match(text, later.start - 1):
            return True
    return False


def _speech_opens(text: str, start: int, mark: _Mark, runs: bool) -> bool:
    """Whether an opening mark without its close stands where speech begins.

    A single mark, which may be an apostrophe, does so only where its paragraph ``runs`` on.
    """
    before = text[start : mark.start].rstrip()
    if mark.family == "single":
        return runs and not before
    return not before or before[-1] in ",:.!?—–"


def paragraphs_of(text: str, lines: list[tuple[int, int]]) -> list[list[Quotation]]:
    """Quotations of each line, joined over lines where the opening mark is repeated.

    >>> found = paragraphs_of("“One.\\n“Two.”", [(0, 5), (6, 12)])
    >>> [(q.closed, q.continues) for line in found for q in line]
    [(False, False), (True, True)]
    """
    out: list[list[Quotation]] = []
    open_before = False
    for n, (start, end) in enumerate(lines):
        runs = n + 1 < len(lines) and text[start : start + 1] == text[slice(*lines[n + 1])][:1]
        found = quotations(text, start, end, runs_on=open_before, runs=runs)
        open_before = bool(found) and not found[-1].closed
        out.append(found)
    return out
