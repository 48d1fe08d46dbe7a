"""Statements: who said what, in direct, mixed and indirect speech.

Puts the parts together: cues with what they report (``tagger``, ``drafts``), quotations left
over (``quoting``), what goes on without a cue (``continuing``), speakers and chains
(``chains``). Does not compare accounts. Invariant: content, cue and speaker slice to the
account's own words; statements are in text order; odd text gives fewer statements, never an
exception.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from ..model import Annotated, Span, Speaker, Statement, tagged_hash
from .chains import Speakers, carry, chain, nest
from .continuing import blocks, continued
from .cues import reporting
from .drafts import Draft, candidates, reports
from .modality import modality_of
from .quotes import Quotation, paragraphs_of
from .quoting import Quoting, joined
from .tree import VERBAL, Tree, tree

KEPT = 0.42
"""Least score of a cue whose content is a statement; chosen on training articles held out of the fit."""
MAIN = 0.25
"""The same for a verb of saying that is a main verb and has a noun for its subject: nearly the same
F1 there, and what somebody named says is missed less often ("The ministry speaks of 112")."""
LEFT = 12
"""Most letters ("in the call") beside another's statement of an agency that only passes it on."""
EDGE = ' \t\u00a0,;:—–"“”«»'


def statements(account: Annotated) -> tuple[Statement, ...]:
    """Find the statements of a parsed account, in text order.

    >>> from consilience.annotate.text import parse
    >>> from consilience.model import Witness
    >>> found = statements(parse(Witness("w1:0", "a", "Ann Lee said that the bridge is safe.")))
    >>> [(s.speaker.name, s.form, s.chain) for s in found]
    [('Ann Lee', 'indirect', ('Ann Lee',))]

    :param account: tokens, sentences and mentions; mentions name the speakers.
    :returns: statements whose spans are code points of the account's text.
    """
    if not account.tokens:
        return ()
    found, text = tree(account, reporting()), account.witness.text
    speakers = Speakers(account, found)
    bounds = lines(account)
    by_line = paragraphs_of(text, bounds)
    quoted = [q for line in by_line for q in line]
    drafts = _kept(speakers, list(candidates(found, quoted)))
    _own(found, drafts)
    drafts = Quoting(found, text, drafts).read(bounds, by_line)
    block = list(blocks(account, quoted))
    drafts = [d for d in drafts if d.cue or not _covered(d, block)] + block
    drafts += continued(account, speakers, drafts, quoted)
    _uncredit(speakers, drafts)
    return _finish(speakers, drafts, quoted)


def _kept(speakers: Speakers, drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts with score enough, and what they pass on of others ("The agency said Lee had warned …").

    Reports of reports are rare in the articles the weights were learned on, yet they are the
    links of a chain: inside what an agency, a paper or a document says less score is enough.
    """
    sure = [d for d in drafts if d.score >= KEPT or (d.score >= MAIN and _is_main(speakers.found, d))]
    told = {id(d) for d in sure}
    passed = [d for d in drafts if id(d) not in told and d.subject and reports(d)]
    within = nest(speakers.found, [*sure, *passed])
    return sorted([*sure, *(d for d in passed if _passed_on(speakers, d, within.get(id(d))))], key=_head)


def _is_main(found: Tree, draft: Draft) -> bool:
    """Whether a draft is a verb of saying, a main one or joined to another verb, by somebody described."""
    if draft.subject is None or found.tokens[draft.head].dep not in ("ROOT", "conj") or not reports(draft):
        return False
    return any(found.tokens[k].pos in ("NOUN", "PROPN") for k in range(*draft.subject))


def _own(found: Tree, drafts: Sequence[Draft]) -> None:
    """Leave what stands in another sentence to a cue of that sentence: "… said. She went on: “…”"."""
    by_cue: dict[int, list[Draft]] = {}
    for d in drafts:
        by_cue.setdefault(found.sentence[d.head], []).append(d)
    for d in drafts:
        here = found.sentence[d.head]
        kept = [p for p in d.content if not _taken(found, d, p, here, by_cue)]
        d.content = kept or d.content


def _taken(
    found: Tree, draft: Draft, piece: tuple[int, int], here: int, by_cue: Mapping[int, Sequence[Draft]]
) -> bool:
    """Whether a piece is most of what a cue of its own sentence reports."""
    there = found.sentence[min(found.at(piece[0]), len(found.tokens) - 1)]
    if there == here:
        return False
    return any(
        2 * (min(b, piece[1]) - max(a, piece[0])) > b - a and o is not draft
        for o in by_cue.get(there, ())
        for a, b in o.content
    )


def _passed_on(speakers: Speakers, draft: Draft, outer: Draft | None) -> bool:
    """Whether a draft is the first thing said in what an agency or document says."""
    if outer is None or not speakers.institution(outer.subject):
        return False
    tokens = speakers.found.tokens
    above = next(
        (k for k in speakers.found.up(draft.head) if k != draft.head and tokens[k].pos in VERBAL), None
    )
    return above is None or above == outer.head


def _head(draft: Draft) -> int:
    return draft.head


def lines(account: Annotated) -> list[tuple[int, int]]:
    """Start and end of each paragraph that was parsed."""
    out: dict[int, tuple[int, int]] = {}
    for s in account.sentences:
        first = out.get(s.paragraph, (s.start, s.end))
        out[s.paragraph] = (min(first[0], s.start), max(first[1], s.end))
    return [out[k] for k in sorted(out)]


def _covered(draft: Draft, block: Sequence[Draft]) -> bool:
    """Whether a quotation without a cue is one of the block quotations."""
    return any(
        b.content[0][0] <= start and end <= b.content[0][1] + 1 for b in block for start, end in draft.content
    )


def _finish(
    speakers: Speakers, drafts: Sequence[Draft], quoted: Sequence[Quotation]
) -> tuple[Statement, ...]:
    """Drafts as statements in text order, without doubles."""
    kept = sorted((d for d in drafts if d.content), key=lambda d: (d.content[0], d.cue, -d.score, d.frame))
    said = {id(d): speakers.of(d) for d in sorted(kept, key=_place)}
    within = nest(speakers.found, kept)
    carry(speakers, kept, said, within)
    _told(speakers, kept, within)
    for d in sorted(kept, key=_place):
        said[id(d)] = _self(said[id(d)], said.get(id(within.get(id(d)))))
    names = {n: s.name for n, s in said.items() if s is not None}
    name, text = speakers.account.witness.id, speakers.text
    out: dict[tuple[object, ...], Statement] = {}
    for d in kept:
        pieces = [_whole(quoted, *_trim(text, a, b)) for a, b in d.content if text[a:b].strip()]
        if not pieces:
            continue
        content = tuple(Span(name, a, b) for a, b in pieces)
        cue = tuple(Span(name, a, b) for a, b in d.cue)
        ident = tagged_hash("s1", name, [[s.start, s.end] for s in content], [[s.start, s.end] for s in cue])
        made = Statement(
            ident, content, cue, said[id(d)], _form(text, pieces, d, quoted), chain(d, within, names),
            d.stance, round(d.score, 3), *modality_of(speakers.found, pieces, d.cue),
        )  # fmt: skip
        out.setdefault((content, cue), made)
    return tuple(out.values())


def _uncredit(speakers: Speakers, drafts: Sequence[Draft]) -> None:
    """Cut a closing ", according to the agency" from what others say in its sentence."""
    found = speakers.found
    for credit in (d for d in drafts if d.frame == "sentence" and d.cue and d.subject):
        start, end = credit.cue[0][0], found.tokens[credit.subject[1] - 1].end if credit.subject else 0
        sentence = found.within(credit.head)
        for d in drafts:
            if d is credit or not d.cue or not sentence.start <= d.cue[0][0] < sentence.end:
                continue
            if start <= d.cue[0][0] < end or d.frame == "sentence":
                continue
            d.content = [
                (a, start if a < start and end <= b and not _letters(speakers.text, end, b) else b)
                for a, b in d.content
            ]


def _told(speakers: Speakers, kept: Sequence[Draft], within: Mapping[int, Draft]) -> None:
    """Leave another's cue after their words out of what an agency passes on.

    In "“…,” Roe said in the call, according to the agency" the agency passes on the quotation.
    """
    tokens, text = speakers.found.tokens, speakers.text
    for d in kept:
        outer = within.get(id(d))
        if outer is None or outer.frame != "sentence" or not d.cue or d.subject is None:
            continue
        spoken = [*d.content, *d.cue, (tokens[d.subject[0]].start, tokens[d.subject[1] - 1].end)]
        rest = sum(_letters(text, a, b) for a, b in outer.content) - sum(
            _letters(text, max(a, x), min(b, y)) for a, b in outer.content for x, y in joined(spoken)
        )
        if rest <= LEFT and d.content[0] < d.cue[0]:
            outer.content = list(d.content)


def _self(speaker: Speaker | None, outer: Speaker | None) -> Speaker | None:
    """Who "I" is inside what somebody says."""
    if speaker is None or outer is None or speaker.name not in ("I", "i"):
        return speaker
    return replace(outer, spans=speaker.spans)


def _place(draft: Draft) -> int:
    """Where a draft's words begin, so that documents are met in reading order."""
    return min([*draft.content, *draft.cue])[0]


def _form(text: str, content: Sequence[tuple[int, int]], draft: Draft, quoted: Sequence[Quotation]) -> str:
    """Direct when nearly all letters are quoted, indirect when none, else mixed.

    Quotation marks round the cue as well do not count: they quote the one who reports.
    """
    if draft.frame == "block":
        return "direct"
    at = draft.cue[0][0] if draft.cue else -1
    total = inside = 0
    for start, end in content:
        total += _letters(text, start, end)
        for q in quoted:
            if q.start < end and q.end > start and not q.start <= at < q.end:
                inside += _letters(text, max(start, q.start), min(end, q.end))
    return "direct" if inside >= 0.9 * total else "mixed" if inside else "indirect"


def _letters(text: str, start: int, end: int) -> int:
    return sum(map(str.isalnum, text[start:end]))


def _whole(quoted: Sequence[Quotation], start: int, end: int) -> tuple[int, int]:
    """A span with both marks of a quotation that it holds with more: "him “the most careful man”"."""
    first = max(0, bisect_right(quoted, start, key=attrgetter("start")) - 1)
    last = bisect_right(quoted, end, key=attrgetter("start"))
    for q in quoted[first:last]:
        if q.closed and not q.inner[0] <= start <= end <= q.inner[1]:
            start = q.start if start == q.inner[0] else start
            end = q.end if end == q.inner[1] else end
    return start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without white space, commas and quotation marks at its edges."""
    while start < end - 1 and text[start] in EDGE:
        start += 1
    while end > start + 1 and text[end - 1] in EDGE:
        end -= 1
    return start, end
