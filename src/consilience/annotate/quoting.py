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

from .cues import reporting, speaks
from .drafts import Draft, by_sentence, runs
from .frames import cue_words, subject_of
from .quotes import Quotation
from .tree import VERBAL, Tree

STOP = re.compile(
    r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})[.!?…]['’”\"»)\]]*\s+(?=[\"“‘«(\[]?[A-Z0-9])|[\n\r]"
)
"""The end of a sentence in plain text; initials and titles (J. Doe, Dr. Doe) do not end one."""
REACH = 14
"""Tokens between a quotation's end and the verb that carries it."""
LONGEST_CUE = 9
"""Tokens of a cue that ends in a colon ("put it bluntly:")."""
LONGEST_NAME = 10
APART = 2
"""Paragraphs from the last quotation to one that goes on with its speaker."""
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
        self.open: Quotation | None = None
        self.line = self.spoken = 0
        self.near = by_sentence(found, self.drafts)

    def read(self, lines: Sequence[tuple[int, int]], quoted: Sequence[Sequence[Quotation]]) -> list[Draft]:
        """Give the quotations of every line to drafts; returns all drafts, new ones last."""
        for self.line, ((start, end), line) in enumerate(zip(lines, quoted, strict=True)):
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
            self._cut(holder, q)
            self._went(q, holder)
            return
        owner = self._owner(q, limits)
        if owner is not None:
            draft = self.by_head.get(owner) or self._spoken(owner)
            self._purge(draft, q)
            take(draft, q)
            self._lead(draft, q)
            self._went(q, draft)
        elif (colon := self._colon(q, limits[0])) is not None:
            self.drafts.append(colon)
            self._went(q, colon)
        elif (teller := self._teller(q, limits[0])) is not None:
            take(teller, q)
            self._went(q, teller)
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

    def _cut(self, draft: Draft, q: Quotation) -> None:
        """Let content before its cue be the quotation alone, where that ends with its own comma.

        In "“We did well,” Roe, with a cap on, said" the parser takes the cap for part of it;
        in "It sells the book: “Read this,” the label says" what leads up to the colon.
        """
        inner = self.text[q.inner[0] : q.inner[1]].rstrip()
        if draft.frame == "sentence" or not draft.cue or draft.cue[0][0] < q.end:
            return
        if not inner or inner[-1] not in ",?!":
            return
        out = []
        for a, b in draft.content:
            if a <= q.inner[0] < b <= draft.cue[0][0]:
                lead = self.text[a : q.start].rstrip()
                b = min(b, q.inner[1])
                a = q.inner[0] if lead.endswith(":") or STOP.search(lead) else a
            out.append((a, b))
        draft.content = out

    def _purge(self, draft: Draft, q: Quotation) -> None:
        """Drop what fronts the cue of a quotation: "At the same time, she added, “…”"."""
        if not draft.cue:
            return
        if q.end <= draft.cue[0][0]:
            # "“…,” Roe told the Times": the Times is no part of what is said.
            if draft.frame not in ("clause", "aside"):
                draft.content = [(x.inner[0], x.inner[1]) for x in draft.quotes]
            return
        draft.content = [
            (a, b)
            for a, b in draft.content
            if b > draft.cue[0][0]
            or any(x.start < b and x.end > a for x in draft.quotes)
            or self._says(self.found.at(a), self.found.at(b - 1) + 1)
        ]

    def _says(self, first: int, last: int) -> bool:
        """Whether tokens make a clause of their own: a verb, and no preposition before it."""
        words = self.found.tokens[first:last]
        return any(t.pos in VERBAL for t in words) and words[0].pos not in ("ADP", "SCONJ")

    def _lead(self, draft: Draft, q: Quotation) -> None:
        """Let a quotation that ends a clause bring the clause: "It was a “maybe”, Roe said"."""
        inner = self.text[q.inner[0] : q.inner[1]].strip()
        if not draft.cue or q.end > draft.cue[0][0] or not inner[0].islower():
            return
        at = self.found.at(q.start)
        first = self.found.within(at).first
        if first < at and self._says(first, at):
            start = self.found.tokens[first].start
            draft.content = joined([(start, q.inner[1]), *draft.content])

    def _colon(self, q: Quotation, left: int) -> Draft | None:
        """A draft for "Lee: “…”" and "Lee put it bluntly: “…”", where no verb of saying stands."""
        before = self.text[left : q.start].rstrip()
        if not before.endswith(":") or len(self.text[q.inner[0] : q.inner[1]].split()) < LEAST_WORDS:
            return None
        found = self.found
        at = found.at(left + len(before) - 1)
        start = max(found.within(at).first, found.at(left))
        words = range(start, at)
        root = next((k for k in words if found.tokens[k].pos in VERBAL and subject_of(found, k)), None)
        if root is not None:
            subject = subject_of(found, root)
            cue = tuple(range(min(cue_words(found, root)), at))
            if len(cue) <= LONGEST_CUE and subject is not None and subject[1] <= cue[0]:
                return self._made(root, cue, q, subject)
        if not words or any(found.tokens[k].pos in VERBAL for k in words) or len(words) > LONGEST_NAME:
            return None
        return self._made(at, (at,), q, (start, at))

    def _made(self, head: int, cue: tuple[int, ...], q: Quotation, subject: tuple[int, int]) -> Draft:
        lemma = self.found.tokens[head].lemma.lower()
        return Draft(head, lemma, "quote", runs(self.found, cue), [q.inner], subject, score=0.6, quotes=[q])

    def _teller(self, q: Quotation, left: int) -> Draft | None:
        """Who told the sentence before a whole quotation that has no cue: "Roe says it hurts. “…”"."""
        inner = self.text[q.inner[0] : q.inner[1]].strip()
        at = self.found.at(q.start)
        if at == 0 or not self._long(q) or not inner[:1].isupper() or inner[-1] not in ".!?…":
            return None
        before = self.found.within(at - 1)
        if self.text[before.end : q.start].strip() or before.start < left:
            return None
        told = [d for d in self.drafts if before.first <= d.head < before.last and d.cue and d.subject]
        told = [d for d in told if len(list(self.found.up(d.head))) <= 2 and d.lemma in reporting()]
        if told:
            return told[-1]
        tokens = self.found.tokens
        root = next((k for k in range(before.first, before.last) if tokens[k].dep == "ROOT"), at)
        known = root < at and speaks(tokens[root]) and subject_of(self.found, root) is not None
        return self._spoken(root) if known and root not in self.by_head else None

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
