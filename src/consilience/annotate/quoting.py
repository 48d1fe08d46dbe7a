"""Quotations and who speaks them: each goes to a cue, to a quotation before it, or to nobody.

A quotation belongs to the draft whose content holds it; else to the verb of saying beside it;
else to the quotation before it, when only that one's cue stands between; a paragraph that opens
with one goes on with the last speaker; what is left are words in scare quotes, which nobody
is given. Invariant: every quotation has at most one draft.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from .cues import speaks
from .drafts import Draft, by_sentence, runs
from .frames import cue_words, subject_of
from .quotes import Quotation
from .tree import Tree

STOP = re.compile(
    r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})[.!?…]['’”\"»)\]]*\s+(?=[\"“‘«(\[]?[A-Z0-9])|[\n\r]"
)
"""The end of a sentence in plain text; initials and titles (J. Doe, Dr. Doe) do not end one."""
REACH = 14
"""Tokens between a quotation's end and the verb that carries it."""
LEAST_WORDS = 4
"""Fewest words of a quotation that can stand without a cue of its own."""


class Quoting:
    """One pass over the paragraphs of an account."""

    def __init__(self, found: Tree, text: str, drafts: Sequence[Draft]) -> None:
        self.found, self.text = found, text
        self.drafts = list(drafts)
        self.by_head = {d.head: d for d in drafts}
        self.last: Draft | None = None
        self.previous: tuple[Quotation, Draft] | None = None
        self.near = by_sentence(found, self.drafts)

    def read(self, lines: Sequence[tuple[int, int]], quoted: Sequence[Sequence[Quotation]]) -> list[Draft]:
        """Give the quotations of every line to drafts; returns all drafts, new ones last."""
        for (start, end), line in zip(lines, quoted, strict=True):
            self.previous = None
            for n, q in enumerate(line):
                left = line[n - 1].end if n else start
                right = line[n + 1].start if n + 1 < len(line) else end
                self._give(q, start, (left, right))
        return self.drafts

    def _give(self, q: Quotation, start: int, limits: tuple[int, int]) -> None:
        holder = self._holder(q)
        if holder is not None:
            holder.quotes.append(q)
            self._went(q, holder)
            return
        owner = self._owner(q, limits)
        if owner is not None:
            draft = self.by_head.get(owner) or self._spoken(owner)
            take(draft, q)
            self._went(q, draft)
        elif self.previous is not None and self._follows(self.previous, q):
            take(self.previous[1], q)
            self._went(q, self.previous[1])
        elif self.last is not None and not self.text[start : q.start].strip() and self._long(q):
            if q.continues:
                take(self.last, q)
            else:
                self.last = Draft(
                    self.last.head, self.last.lemma, "continued", [], [q.inner], self.last.subject, score=0.5
                )
                self.last.quotes.append(q)
                self.drafts.append(self.last)
            self._went(q, self.last)

    def _went(self, q: Quotation, draft: Draft) -> None:
        self.previous, self.last = (q, draft), draft

    def _long(self, q: Quotation) -> bool:
        return len(self.text[q.inner[0] : q.inner[1]].split()) >= LEAST_WORDS

    def _holder(self, q: Quotation) -> Draft | None:
        """The innermost draft whose content holds the quotation and whose cue stands outside it."""
        best: Draft | None = None
        at = self.found.sentence[min(self.found.at(q.inner[0]), len(self.found.tokens) - 1)]
        for d in self.near.get(at, ()):
            if q.start <= self.found.tokens[d.head].start < q.end:
                continue
            size = sum(
                min(b, q.inner[1]) - max(a, q.inner[0]) for a, b in d.content if a < q.end and b > q.start
            )
            if 2 * size >= q.inner[1] - q.inner[0] and (best is None or d.content[0] >= best.content[0]):
                best = d
        return best

    def _owner(self, q: Quotation, limits: tuple[int, int]) -> int | None:
        """The verb of saying beside a quotation: after it, or before it in the same sentence."""
        found, text = self.found, self.text
        after = text[q.end : limits[1]]
        stop = STOP.search(after)
        right = q.end + (stop.start() if stop else len(after))
        inner = text[q.inner[0] : q.inner[1]].rstrip()
        if inner and (inner[-1] in ",!?—–-…" or after.lstrip()[:1] in (",", "—", "–")):
            for i in range(found.at(q.end), min(found.at(right), found.at(q.end) + REACH)):
                if found.tokens[i].start >= q.end and speaks(found.tokens[i]):
                    return i
        left = max((m.end() for m in STOP.finditer(text, limits[0], q.start)), default=limits[0])
        before = text[left : q.start].rstrip()
        at = found.at(q.start)
        if before and (before[-1] in ",:" or speaks(found.tokens[max(0, at - 1)])):
            for i in range(at - 1, found.at(left) - 1, -1):
                if found.tokens[i].end <= q.start and speaks(found.tokens[i]):
                    return i
        return None

    def _spoken(self, i: int) -> Draft:
        """A draft for a verb that carries a quotation and had no draft."""
        cue = runs(self.found, cue_words(self.found, i))
        lemma = self.found.tokens[i].lemma.lower()
        draft = Draft(i, lemma, "quote", cue, [], subject_of(self.found, i))
        self.drafts.append(draft)
        self.by_head[i] = draft
        return draft

    def _follows(self, previous: tuple[Quotation, Draft], q: Quotation) -> bool:
        """Whether only the cue's own clause stands between two quotations."""
        before, draft = previous
        cue_inside = any(before.end <= a and b <= q.start for a, b in draft.cue)
        first, last = self.found.at(before.end), self.found.at(q.start)
        opened = {self.found.sentence[k] for k in range(first, last)}
        opened.discard(self.found.sentence[max(0, first - 1)])
        return last - first <= 3 or (cue_inside and len(opened) <= 1 and last - first < 40)


def take(draft: Draft, q: Quotation) -> None:
    """Add a quotation to a draft's content."""
    draft.quotes.append(q)
    start, end = q.inner
    n = bisect_left(draft.content, (start, end))
    draft.content.insert(n, (start, end))
    draft.content = joined(draft.content)


def joined(pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, overlapping ones made one."""
    out: list[tuple[int, int]] = []
    for a, b in sorted(pieces):
        if out and a < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], b))
        else:
            out.append((a, b))
    return out
