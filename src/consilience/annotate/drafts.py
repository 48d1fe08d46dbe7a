"""Drafts: statements while they are put together, and the frames that make the first of them.

Turns scored frames into drafts in code points. Does not give quotations to cues (``quoting``)
or names to speakers (``chains``). Invariant: a draft's content never holds part of a quotation
that its cue stands outside of.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .cues import cues, features, nouns, score, stance
from .frames import Frame, frames
from .quotes import Quotation
from .tree import Tree

Pieces = list[tuple[int, int]]

LEAST = 0.33
"""Least score of a draft that is kept; chosen on the training articles of PolNeAR."""


UNSPOKEN = frozenset(("shows", "thinks", "hopes", "calls", "discusses"))
"""Stances of words that need nobody to speak: images show, people hope."""


@dataclass(slots=True)
class Draft:
    """A statement being put together, in code points; ``subject`` is a token range.

    ``speaker`` overrides the subject: code points outside the parse, or the words of a name.
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
    features: list[str] = field(default_factory=list)
    speaker: tuple[int, int] | None = None


def candidates(found: Tree, quoted: Sequence[Quotation]) -> Iterator[Draft]:
    """Every frame with content as a scored draft, its content cut or widened to whole quotations."""
    starts = [q.start for q in quoted]
    for frame in frames(found, nouns()):
        if not frame.content:
            continue
        draft = _draft(found, frame)
        inside = inside_of(quoted, starts, found.tokens[frame.head].start)
        draft.content = _snap(inside, draft.content, quoted, starts)
        if not draft.content:
            continue
        holds = any(
            a <= q.start and q.end <= b + 1
            for a, b in draft.content
            for q in quoted[max(0, bisect_left(starts, a) - 1) : bisect_left(starts, b)]
        )
        draft.features = features(found, frame, quoted=inside is not None, holds=holds)
        draft.score = score(draft.features)
        yield draft


def reports(draft: Draft) -> bool:
    """Whether a draft's word is one that passes on speech ("had said that")."""
    cue = cues().get(("verb", draft.lemma))
    return cue is not None and "quote" in cue.frames and cue.stance not in UNSPOKEN


def inside_of(quoted: Sequence[Quotation], starts: Sequence[int], at: int) -> Quotation | None:
    """The quotation that an offset stands in."""
    n = bisect_left(starts, at + 1) - 1
    return quoted[n] if n >= 0 and at < quoted[n].end else None


def _draft(found: Tree, frame: Frame) -> Draft:
    content = [_bare(found, a, b) for a, b in frame.content if b > a]
    cue = runs(found, frame.cue)
    return Draft(frame.head, frame.lemma, frame.name, cue, content, frame.subject, stance(frame))


def _bare(found: Tree, first: int, last: int) -> tuple[int, int]:
    """A token range in code points, a closing "but" or "and" left off."""
    stop = last
    while stop > first + 1 and found.tokens[stop - 1].pos in ("PUNCT", "CCONJ"):
        stop -= 1
    if not any(found.tokens[k].pos == "CCONJ" for k in range(stop, last)):
        stop = last
    return found.tokens[first].start, found.tokens[stop - 1].end


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
