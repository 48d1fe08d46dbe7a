"""Statements: who said what, in direct, mixed and indirect speech.

Takes the frames of the parse, keeps those the lexicon of cues accepts, joins quotations to
them and settles who speaks. Does not compare accounts. Invariant: content, cue and speaker
slice to the account's own words; statements are in text order; odd text gives fewer
statements, never an exception.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..model import Annotated, Span, Speaker, Statement, tagged_hash
from .cues import features, nouns, score, speaks, stance
from .frames import Frame, frames, subject_of
from .quotes import Quotation, paragraphs_of
from .tree import Tree, tree

LEAST = 0.33
"""Least score of a statement that is kept; chosen on the training articles of PolNeAR."""
Pieces = list[tuple[int, int]]
STOP = re.compile(r"[.!?…]['’”\"»)\]]*\s+(?=[\"“‘«(\[]?[A-Z0-9])|[\n\r]")


@dataclass(slots=True)
class Draft:
    """A statement being put together, in code points; ``subject`` is a token range."""

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


def statements(account: Annotated) -> tuple[Statement, ...]:
    """Find the statements of a parsed account, in text order.

    :param account: tokens, sentences and mentions; mentions name the speakers.
    :returns: statements whose spans are code points of the account's text.
    """
    if not account.tokens:
        return ()
    found = tree(account)
    text = account.witness.text
    bounds = lines(account)
    quoted = paragraphs_of(text, bounds)
    drafts = _framed(found, text, [q for line in quoted for q in line])
    drafts = _quoted(found, text, bounds, quoted, drafts)
    return _finish(account, found, drafts, [q for line in quoted for q in line])


def lines(account: Annotated) -> list[tuple[int, int]]:
    """Start and end of each paragraph that was parsed."""
    out: dict[int, tuple[int, int]] = {}
    for s in account.sentences:
        first = out.get(s.paragraph, (s.start, s.end))
        out[s.paragraph] = (min(first[0], s.start), max(first[1], s.end))
    return [out[k] for k in sorted(out)]


def _framed(found: Tree, text: str, quoted: list[Quotation]) -> list[Draft]:
    """Drafts of the frames whose word, subject and place make them reports."""
    return [d for d in candidates(found, quoted) if d.score >= LEAST]


def candidates(found: Tree, quoted: list[Quotation]) -> Iterator[Draft]:
    """Every frame with content as a scored draft, its content cut or widened to whole quotations."""
    starts = [q.start for q in quoted]
    for frame in frames(found, nouns()):
        if not frame.content:
            continue
        draft = _draft(found, frame)
        inside = _inside(quoted, starts, found.tokens[frame.head].start)
        draft.content = _snap(inside, draft.content, quoted, starts)
        if not draft.content:
            continue
        holds = any(
            q.start >= a and q.end <= b + 1
            for a, b in draft.content
            for q in quoted[max(0, bisect_left(starts, a) - 1) : bisect_left(starts, b)]
        )
        draft.features = features(found, frame, quoted=inside is not None, holds=holds)
        draft.score = score(draft.features)
        yield draft


def _inside(quoted: list[Quotation], starts: list[int], at: int) -> Quotation | None:
    """The quotation that an offset stands in."""
    n = bisect_left(starts, at + 1) - 1
    return quoted[n] if n >= 0 and at < quoted[n].end else None


def _draft(found: Tree, frame: Frame) -> Draft:
    content = [(found.tokens[a].start, found.tokens[b - 1].end) for a, b in frame.content if b > a]
    cue = _runs(found, frame.cue)
    return Draft(frame.head, frame.lemma, frame.name, cue, content, frame.subject, stance(frame))


def _runs(found: Tree, indices: tuple[int, ...]) -> Pieces:
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


def _snap(inside: Quotation | None, content: Pieces, quoted: list[Quotation], starts: list[int]) -> Pieces:
    """Let content that cuts a quotation take all of it; a cue inside one stays inside."""
    out = []
    for start, end in content:
        if inside is not None:
            start, end = max(start, inside.inner[0]), min(end, inside.inner[1])
        else:
            for q in quoted[max(0, bisect_left(starts, start) - 1) : bisect_left(starts, end)]:
                if q.start <= start < q.end:
                    start = min(start, q.inner[0])
                if q.start < end <= q.end:
                    end = q.inner[1]
        if end > start:
            out.append((start, end))
    return out


def _quoted(
    found: Tree, text: str, bounds: list[tuple[int, int]], quoted: list[list[Quotation]], drafts: list[Draft]
) -> list[Draft]:
    """Give each quotation to a cue: one already found, one beside it, or the last speaker."""
    by_head = {d.head: d for d in drafts}
    last: Draft | None = None
    for (start, end), line in zip(bounds, quoted, strict=True):
        previous: tuple[Quotation, Draft] | None = None
        for n, q in enumerate(line):
            holder = _holder(drafts, q, found)
            if holder is not None:
                holder.quotes.append(q)
                previous, last = (q, holder), holder
                continue
            limits = (line[n - 1].end if n else start, line[n + 1].start if n + 1 < len(line) else end)
            owner = _owner(found, text, q, limits)
            if owner is not None:
                draft = by_head.get(owner)
                if draft is None:
                    draft = _spoken(found, owner)
                    drafts.append(draft)
                    by_head[owner] = draft
                _take(draft, q)
                previous, last = (q, draft), draft
            elif previous is not None and _follows(found, previous, q):
                _take(previous[1], q)
                previous = (q, previous[1])
            elif last is not None and (q.continues or not text[start : q.start].strip()) and _sentence(text, q):
                if q.continues:
                    _take(last, q)
                else:
                    fresh = Draft(last.head, last.lemma, "continued", [], [q.inner], last.subject, last.stance, 0.5, [q])
                    drafts.append(fresh)
                    last = fresh
                previous = (q, last)
    return drafts


def _sentence(text: str, q: Quotation) -> bool:
    return len(text[q.inner[0] : q.inner[1]].split()) >= 4


def _holder(drafts: list[Draft], q: Quotation, found: Tree) -> Draft | None:
    """The innermost draft whose content holds the quotation and whose cue stands outside it."""
    best: Draft | None = None
    for d in drafts:
        if q.start <= found.tokens[d.head].start < q.end:
            continue
        size = sum(min(b, q.inner[1]) - max(a, q.inner[0]) for a, b in d.content if a < q.end and b > q.start)
        if 2 * size >= q.inner[1] - q.inner[0] and (best is None or d.content[0] >= best.content[0]):
            best = d
    return best


def _owner(found: Tree, text: str, q: Quotation, limits: tuple[int, int]) -> int | None:
    """The verb of saying beside a quotation: after it, or before it in the same sentence."""
    after = text[q.end : limits[1]]
    stop = STOP.search(after)
    right = q.end + (stop.start() if stop else len(after))
    inner = text[q.inner[0] : q.inner[1]].rstrip()
    if inner and (inner[-1] in ",!?—–-…" or after.lstrip()[:1] in ",—–"):
        for i in range(found.at(q.end), min(found.at(right), found.at(q.end) + 12)):
            if found.tokens[i].start >= q.end and speaks(found.tokens[i]):
                return i
    left = limits[0]
    for m in STOP.finditer(text, limits[0], q.start):
        left = m.end()
    before = text[left : q.start].rstrip()
    if before and (before[-1] in ",:" or speaks(found.tokens[max(0, found.at(q.start) - 1)])):
        for i in range(found.at(q.start) - 1, found.at(left) - 1, -1):
            if found.tokens[i].end <= q.start and speaks(found.tokens[i]):
                return i
    return None


def _spoken(found: Tree, i: int) -> Draft:
    from .frames import cue_words

    cue = _runs(found, tuple(cue_words(found, i)))
    return Draft(i, found.tokens[i].lemma.lower(), "quote", cue, [], subject_of(found, i))


def _take(draft: Draft, q: Quotation) -> None:
    """Add a quotation to a draft's content."""
    draft.quotes.append(q)
    start, end = q.inner
    kept = [(a, b) for a, b in draft.content if b <= start or a >= end]
    draft.content = sorted([*kept, (start, end)])


def _follows(found: Tree, previous: tuple[Quotation, Draft], q: Quotation) -> bool:
    """Whether only the cue's own clause stands between two quotations."""
    before, draft = previous
    cue_inside = any(before.end <= a and b <= q.start for a, b in draft.cue)
    opened = {found.sentence[k] for k in range(found.at(before.end), found.at(q.start))}
    opened.discard(found.sentence[max(0, found.at(before.end) - 1)])
    words = found.at(q.start) - found.at(before.end)
    return words <= 3 or (cue_inside and len(opened) <= 1 and words < 40)


def _form(text: str, content: Pieces, quoted: list[Quotation]) -> str:
    """Direct when nearly all letters are quoted, indirect when none, else mixed."""
    total = inside = 0
    for start, end in content:
        for at in range(start, end):
            if text[at].isalnum():
                total += 1
                inside += any(q.start <= at < q.end for q in quoted)
    return "direct" if inside >= 0.9 * total else "mixed" if inside else "indirect"


def _finish(
    account: Annotated, found: Tree, drafts: list[Draft], quoted: list[Quotation]
) -> tuple[Statement, ...]:
    """Drafts as statements in text order, without doubles."""
    text, name = account.witness.text, account.witness.id
    out: dict[tuple[object, ...], Statement] = {}
    for d in sorted(drafts, key=lambda d: (min(d.content, default=(0, 0)), -d.score)):
        content = tuple(Span(name, *_trim(text, a, b)) for a, b in d.content if text[a:b].strip())
        if not content:
            continue
        cue = tuple(Span(name, a, b) for a, b in d.cue)
        near = [q for q in quoted if q.end > content[0].start and q.start < content[-1].end]
        inside = [q for q in near if not (q.start <= found.tokens[d.head].start < q.end)]
        speaker = None
        if d.subject is not None:
            a, b = found.tokens[d.subject[0]].start, found.tokens[d.subject[1] - 1].end
            speaker = Speaker((Span(name, a, b),), text[a:b])
        ident = tagged_hash("s1", name, [[s.start, s.end] for s in (*content, *cue)])
        form = _form(text, [(s.start, s.end) for s in content], inside)
        chain = (speaker.name,) if speaker else ()
        out.setdefault(
            (content, cue), Statement(ident, content, cue, speaker, form, chain, d.stance, d.score)
        )
    return tuple(out.values())


EDGE = " \t\u00a0,;:—–\"“”«»"


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without white space, commas and quotation marks at its edges."""
    while start < end - 1 and text[start] in EDGE:
        start += 1
    while end > start + 1 and text[end - 1] in EDGE:
        end -= 1
    return start, end
