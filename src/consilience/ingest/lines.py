"""The lines of a text and what can be told from one line alone.

Counts words, tells prose from headlines, and matches the furniture lexicon.
Does not look at neighbours (``regions`` does). Invariant: a ``Line`` slices to
its words: ``text[line.start:line.end] == line.text``, without outer white space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..data import lexicon

LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85]+")
MARKS = "\"'“”‘’«»„‟‹›「」『』)]）】\u200e\u200f"
LONGEST = 900
"""Lines longer than this, in code points, are text and not matched against rules."""
STOPS = ".!?…。！？؟۔।॥։።"
MARKDOWN = re.compile(r"^(?:>\s*|#{1,6}\s+)*(?:[*_]{1,3}(?=[^*_\s]))?|(?<=[^*_\s])[*_]{1,3}$|(?<!\s)\s+#+$")
OPEN, CLOSE = '"“«„「『', '"”»“」』'
WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
TOLD = re.compile(
    r"\b(?:said|told|was|were|had|did|added|is|are|be|been|has|have|will|would|can|could|may|might|must|should|that|which|"
    r"\w+n['’]t|he|she|they|his|her|their|i|we|our|my|it|there|these|those)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"^(?:the|an?) .*\w{2}ed\b|, \d{1,3},", re.IGNORECASE)
"""An article and a past tense, or an age: a sentence that lost its full stop, or a caption."""
BREAK = re.compile(r"[^\W\d_]{4}[.!?]['\"”’)]* [A-Z0-9]")
QUOTED = re.compile(r"[“\"«][^”\"»]*[”\"»]|‘[^’]*’(?!\w)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank; ``gap`` tells whether blank lines stand before it."""

    start: int
    end: int
    text: str
    words: int
    gap: bool


def lines(text: str, *, markdown: bool = False) -> list[Line]:
    """Split a text into its lines that are not blank.

    >>> [(line.text, line.gap) for line in lines("One\\n two\\n\\nthree")]
    [('One', False), ('two', False), ('three', True)]
    >>> [(line.start, line.text) for line in lines("## **A heading**", markdown=True)]
    [(5, 'A heading')]

    :param markdown: leave the marks of headings, quotations and emphasis outside a line.
    """
    found: list[Line] = []
    end = 0
    for match in LINE.finditer(text):
        words = match.group().strip()
        if markdown:
            words = MARKDOWN.sub("", words) or words * (words[:1] != ">")
        if words:
            start = match.start() + match.group().index(words)
            gap = bool(found) and len(re.findall(r"\r\n|[\n\r\u2028\u2029]", text[end:start])) > 1
            end = start + len(words)
            found.append(Line(start, end, words, count(words), gap))
    return found


def count(text: str) -> int:
    """Number of words; scripts without spaces count two characters a word.

    >>> count("Two words"), count("桥梁今天重新开放")
    (2, 4)
    """
    wide = len(WIDE.findall(text))
    return len(WIDE.sub(" ", text).split()) + (wide + 1) // 2


def ends(text: str) -> bool:
    """Whether a line ends as a sentence does, closing marks aside.

    >>> ends("It opened.”"), ends("Bridge opens again")
    (True, False)
    """
    return text.rstrip(MARKS + " \t\u00a0").endswith(tuple(STOPS))


def prose(line: Line) -> bool:
    """Whether a line is running text: a sentence of some length, or a long line."""
    return line.words >= 30 or (line.words >= 8 and (ends(line.text) or line.text.endswith(":")))


def headline(line: Line) -> bool:
    """Whether a line could head another story: headlines leave out full stops and auxiliary verbs.

    >>> headline(lines("Ferry crews warn of a winter without boats")[0])
    True
    >>> headline(lines("She said the boats would stop")[0])
    False
    """
    if len(line.text) > LONGEST:
        return False
    bare = QUOTED.sub(" ", line.text)
    return (
        (5 if line.text.isupper() else 8) <= line.words <= 22
        and not ends(line.text)
        and not line.text.endswith((",", ";", ":", "-", "–", "—"))
        and line.text[0] not in "•-–—*·>#@([0123456789"
        and not re.search(r"@\w|https?:|www\.|\.com\b|(?:19|20)\d\d$|\)$|[|\t…]|[”\"] ?[-–—]", line.text)
        and not (line.text[0] in OPEN and line.text[-1] in CLOSE)
        and not line.text[0].islower()
        and not BREAK.search(line.text)
        and (line.text.isupper() or not (TOLD.search(bare) or SENTENCE.search(bare)))
    )


def quotation(text: str) -> bool:
    """Whether a line is one quotation from mark to mark.

    >>> quotation("“We will build it again.”"), quotation("“We will,” she said, “in May.”")
    (True, False)
    """
    inner = text[1:-1]
    if len(text) < 20 or text[0] not in OPEN or text[-1] not in CLOSE:
        return False
    return not any(mark in inner for mark in '"“”«»')


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    wrap = {"line": r"\A(?:{})\Z", "start": r"\A(?:{})", "end": r"(?:{})\Z", "part": r"(?:{})"}
    return tuple(
        (re.compile(wrap[row["where"]].format(row["pattern"]), re.IGNORECASE), row)
        for row in lexicon("boilerplate")
    )


def furniture(line: Line) -> tuple[str, str] | None:
    """Kind and reason if the lexicon knows the line, else None.

    >>> furniture(lines("Advertisement")[0])
    ('boilerplate', 'advert marker')
    """
    if len(line.text) > LONGEST:
        return None
    for pattern, row in _rules():
        if line.words <= int(row["words"]) and pattern.search(line.text):
            return row["kind"], row["reason"]
    return None
