"""Where sentences begin, settled before the parse, so that the parser keeps to it.

News is full of stops that end no sentence ("U.S. Secretary", "Sen. Ortiz", "p.m. Monday") and of
ends inside quotation marks. Looks only at a token and its neighbours. Invariant: every boundary
stands before a token; after ``longest`` tokens without one the parser may choose, and after
``HARD`` times as many a sentence ends, so that what later looks at a sentence is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..data import lexicon

if TYPE_CHECKING:
    from spacy.tokens import Doc

STOPS = frozenset({".", "!", "?", "…", "...", "?!", "!?", "....", "!!", "???"})
CLOSERS = frozenset({'"', "”", "’", "'", ")", "]", "''", "»", "’’"})
OPENERS = frozenset({'"', "“", "‘", "'", "(", "[", "``", "«", "—", "–", "-", "•", "*"})
FREE = frozenset({"•", "|", "·", "▪", "●", "/", ">", "»"})
"""Marks of lists and menus, after which the parser decides."""
HARD = 3
"""Times ``longest`` after which a sentence ends where it shows no end at all: 10,000 words without a stop."""


def _kinds() -> dict[str, str]:
    return {row["form"]: row["kind"] for row in lexicon("abbreviations")}


class Sentences:
    """The pipeline's component: sets ``is_sent_start`` of every token."""

    def __init__(self, longest: int = 120) -> None:
        self.longest = longest
        self.kinds = _kinds()

    def __call__(self, doc: Doc) -> Doc:
        """Mark the boundaries of one line."""
        from numpy import array, int64
        from spacy.attrs import SENT_START

        texts = [t.text for t in doc]
        spaces = [bool(t.whitespace_) for t in doc]
        marks = [1] * min(1, len(texts))
        since = 0
        for i in range(1, len(texts)):
            since += 1
            starts = self._marked(texts, i, spaces, since)
            if starts:
                since = 0
            marks.append(0 if starts is None else 1 if starts else -1)
        # All at once: a token's own `is_sent_start` looks through the whole text each time it is set.
        if texts:
            doc.from_array([SENT_START], array(marks, dtype=int64).astype("uint64"))
        return doc

    def _marked(self, texts: list[str], i: int, spaces: list[bool], since: int) -> bool | None:
        """``starts``, with a long stretch left to the parser and a very long one cut."""
        starts = self.starts(texts, i, spaces)
        if since >= HARD * self.longest:
            return True
        return None if since > self.longest and not starts else starts

    def starts(self, texts: list[str], i: int, spaces: list[bool]) -> bool | None:
        """Whether a sentence begins at token ``i``; None to leave it to the parser.

        >>> Sentences().starts(["the", "U.S.", "Secretary"], 2, [True, True, True])
        False
        >>> Sentences().starts(["the", "U.S.", "She"], 2, [True, True, True])
        True
        """
        before = texts[i - 1]
        if before in FREE:
            return None
        end = i - 1
        while end > 0 and texts[end] in CLOSERS and not (spaces[end - 1] and not spaces[end]):
            end -= 1
        if texts[i] in CLOSERS and not (spaces[i - 1] and not spaces[i]):
            return False  # a closing mark belongs to what it closes
        first = self._first_word(texts, i)
        last = texts[end]
        if not first or first[0].islower():
            return False
        if last in STOPS:
            return not (last == "." and end and texts[end - 1] in {"No", "Nos"} and first[0].isdigit())
        if len(last) > 1 and last.endswith("."):
            return self._after_abbreviation(last, first)
        return False

    def _first_word(self, texts: list[str], i: int) -> str:
        """The first word from ``i`` on, past marks that open."""
        for text in texts[i : i + 4]:
            if text in STOPS:
                return ""
            if text not in OPENERS:
                return text
        return ""

    def _after_abbreviation(self, last: str, first: str) -> bool:
        """ "Sen." never ends a sentence; "U.S." or "p.m." may, before a word that must open one."""
        kind = self.kinds.get(last, "")
        if kind == "title" or (len(last) == 2 and last[0].isupper()):
            return False
        if kind in {"closing", "month"} or last.count(".") > 1:
            return self.kinds.get(first, "") == "opener"
        return first[0].isupper() or first[0].isdigit()
