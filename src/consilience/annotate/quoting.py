"""Quotations and who speaks them: each goes to the cue that has it, to the one before it, or to nobody.

A quotation belongs to the draft whose content holds it; else to the quotation before it, when
only that one's cue stands between; a paragraph that opens with one goes on with the last
speaker; what is left are words in scare quotes, which nobody is given. Invariant: every
quotation has at most one draft.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from .drafts import Draft, by_sentence
from .quotes import Quotation
from .tree import Tree

APART = 2
"""Paragraphs from the last quotation to one that goes on with its speaker."""
LEAST_WORDS = 4
"""Fewest words of a quotation that can stand without a cue of its own."""


class Quoting:
    """One pass over the paragraphs of an account."""

    def __init__(self, found: Tree, text: str, drafts: Sequence[Draft]) -> None:
        self.found, self.text = found, text
        self.drafts = list(drafts)
        self.last: Draft | None = None
        self.previous: tuple[Quotation, Draft] | None = None
        self.open: Quotation | None = None
        self.line = self.spoken = 0
        self.near = by_sentence(found, self.drafts)

    def read(self, lines: Sequence[tuple[int, int]], quoted: Sequence[Sequence[Quotation]]) -> list[Draft]:
        """Give the quotations of every line to drafts; returns all drafts, new ones last."""
        for self.line, ((start, _), line) in enumerate(zip(lines, quoted, strict=True)):
            self.previous = None
            for q in line:
                self._give(q, start)
        return self.drafts

    def _give(self, q: Quotation, start: int) -> None:
        holder = self._holder(q)
        if holder is not None:
            holder.quotes.append(q)
            self._went(q, holder)
        elif self.previous is not None and self._follows(self.previous, q):
            take(self.previous[1], q)
            self._went(q, self.previous[1])
        elif self._still(q) and self.last is not None and not self.text[start : q.start].strip():
            if q.continues:
                take(self.last, q)
            else:
                self.last = Draft(
                    self.last.head, self.last.lemma, "continued", [], [q.inner], self.last.subject, score=0.5
                )
                self.last.quotes.append(q)
                self.drafts.append(self.last)
            self._went(q, self.last)
        elif not q.closed:
            self.open = q

    def _went(self, q: Quotation, draft: Draft) -> None:
        if q.continues and self.open is not None:
            take(draft, self.open)
        self.open = None
        self.previous, self.last, self.spoken = (q, draft), draft, self.line

    def _still(self, q: Quotation) -> bool:
        """Whether a quotation without a cue is near enough to the last speaker, and long enough."""
        return self.line - self.spoken <= APART and self._long(q)

    def _long(self, q: Quotation) -> bool:
        """Whether a quotation reads as a sentence said, not as a name, a heading or a scare quote."""
        inner = self.text[q.inner[0] : q.inner[1]].strip()
        ends = inner[-1:] + self.text[q.end : q.end + 1]
        return len(inner.split()) >= LEAST_WORDS and (not q.closed or any(c in ".,!?…—–-" for c in ends))

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
