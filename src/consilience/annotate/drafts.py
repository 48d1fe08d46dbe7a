"""Drafts: statements while they are put together, and the first of them.

Turns what the tagger read into drafts in code points. Does not give quotations to cues (``quoting``)
or names to speakers (``chains``). Invariant: a draft's content never holds part of a quotation
that its cue stands outside of.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .cues import cues, reporting, stance
from .quotes import Quotation
from .subjects import is_passive, subject_of
from .tagger import Tagged, Tagger
from .tree import Tree

Pieces = list[tuple[int, int]]

UNSPOKEN = frozenset(("shows", "thinks", "hopes", "calls", "discusses"))
"""Stances of words that need nobody to speak: images show, people hope."""


@dataclass(slots=True)
class Draft:
    """A statement being put together, in code points; ``subject`` is a token range.

    ``frame`` says how it was made: clause, sentence (a phrase such as "according to"), continued,
    carried, block or channel. ``speaker`` overrides the subject: code points outside the parse,
    or the words of a name.
    """

    head: int
    lemma: str
    frame: str
    cue: Pieces
    content: Pieces
    subject: tuple[int, int] | None
    stance: str = "neutral"
    score: float = 0.8
    quotes: list[Quotation] = field(default_factory=list)
    speaker: tuple[int, int] | None = None


def candidates(found: Tree, quoted: Sequence[Quotation]) -> Iterator[Draft]:
    """What each cue of the account reports, as a scored draft cut or widened to whole quotations."""
    starts = [q.start for q in quoted]
    for told in Tagger.load().read(found, quoted):
        draft = _draft(found, told)
        inside = inside_of(quoted, starts, found.tokens[told.head].start)
        draft.content = _snap(inside, draft.content, quoted, starts)
        if draft.content:
            yield draft


def _draft(found: Tree, told: Tagged) -> Draft:
    """A draft of what the tagger read; a phrase (according to, in her view) is about its sentence."""
    head = found.tokens[told.head]
    cue, content, speakers = (_bared(found, part) for part in (told.cue, told.content, told.speaker))
    words = _undated(found, [k for first, last in cue for k in range(first, last)] or [told.head])
    subject = _subject(found, told.head, speakers)
    content = _said(found, told.head, subject, content)
    lemma, kind = stance([found.tokens[k] for k in sorted(words, key=lambda k: (k < told.head, k))])
    if head.text.lower() == "according":
        lemma, kind = "according to", "neutral"
    phrase = head.pos in ("ADP", "SCONJ", "ADV") or lemma == "according to"
    pieces = [(found.tokens[first].start, found.tokens[last - 1].end) for first, last in content]
    frame = "sentence" if phrase else "clause"
    return Draft(told.head, lemma, frame, runs(found, words), pieces, subject, kind, told.score)


def _undated(found: Tree, cue: list[int]) -> list[int]:
    """A cue without the day at its end: "said on Tuesday"."""
    last = len(cue)
    while last > 1 and found.tokens[cue[last - 1]].ent in ("DATE", "TIME"):
        last -= 1
    if last < len(cue) and last > 1 and found.tokens[cue[last - 1]].pos == "ADP":
        last -= 1
    return cue[:last]


def _bared(found: Tree, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Token ranges without marks at their edges; those of marks alone are left out."""
    out = []
    for first, last in ranges:
        while first < last and found.tokens[first].pos == "PUNCT":
            first += 1
        while last > first and found.tokens[last - 1].pos == "PUNCT":
            last -= 1
        if first < last:
            out.append((first, last))
    return out


def _subject(found: Tree, head: int, speakers: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Who speaks: of the ranges read the nearest, but never who is told; else the parse's subject."""
    hears = found.child(head, "nsubjpass") if is_passive(found, head) else None
    apart = [(a, b) for a, b in speakers if hears is None or not a <= hears < b]
    return min(apart, key=lambda r: _away(r, head)) if apart else subject_of(found, head)


def _said(
    found: Tree, head: int, subject: tuple[int, int] | None, content: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Content without who says it, who is told it, or the "it" of "It is believed that …"."""
    away = [] if subject is None else [subject]
    hears = found.child(head, "nsubjpass")
    if hears is not None and found.child(head, "ccomp") is not None:
        away.append((hears, hears + 1))  # "The sailors were told that …"
    kept = [(a, b) for a, b in content if not any(a < last and first < b for first, last in away)]
    kept = [(a, b) for a, b in kept if b > a + 1 or found.tokens[a].text.lower() != "it"]
    return kept or content


def _away(place: tuple[int, int], head: int) -> int:
    """Tokens between a range and a token."""
    return max(place[0] - head, head - place[1] + 1)


def reports(draft: Draft) -> bool:
    """Whether a draft's word is one that passes on speech ("had said that")."""
    return draft.lemma in reporting() and cues()["verb", draft.lemma].stance not in UNSPOKEN


def inside_of(quoted: Sequence[Quotation], starts: Sequence[int], at: int) -> Quotation | None:
    """The quotation that an offset stands in."""
    n = bisect_left(starts, at + 1) - 1
    return quoted[n] if n >= 0 and at < quoted[n].end else None


def runs(found: Tree, indices: Sequence[int]) -> Pieces:
    """Token indices as spans, neighbours joined."""
    out: Pieces = []
    last = -2
    for i in sorted(indices):
        token = found.tokens[i]
        if i == last + 1:
            out[-1] = (out[-1][0], token.end)
        else:
            out.append((token.start, token.end))
        last = i
    return out


def by_sentence(found: Tree, drafts: Sequence[Draft]) -> dict[int, list[Draft]]:
    """Drafts by the sentences that their content touches."""
    near: dict[int, list[Draft]] = {}
    last = len(found.tokens) - 1
    for d in drafts:
        touched: dict[int, None] = {}
        for a, b in d.content:
            first, stop = min(found.at(a), last), min(found.at(b - 1), last)
            touched.update(dict.fromkeys(range(found.sentence[first], found.sentence[stop] + 1)))
        for s in touched:
            near.setdefault(s, []).append(d)
    return near


def _snap(
    inside: Quotation | None, content: Pieces, quoted: Sequence[Quotation], starts: Sequence[int]
) -> Pieces:
    """Let content that cuts a quotation take all of it; a cue inside one stays inside."""
    out = []
    for start, end in content:
        if inside is not None:
            start, end = max(start, inside.inner[0]), min(end, inside.inner[1])
        else:
            for q in quoted[max(0, bisect_left(starts, start) - 1) : bisect_left(starts, end)]:
                if q.start <= start < q.end:
                    start = q.inner[0]
                if q.start < end <= q.end:
                    end = q.inner[1]
        if end > start:
            out.append((start, end))
    return out
