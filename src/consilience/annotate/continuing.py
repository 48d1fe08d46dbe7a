"""What goes on without a cue: block quotations, credits behind a dash, and the sentences of a readout.

In an official readout a paragraph that opens "The minister said that …" is the minister's to
its end; in a newspaper the next sentence is the reporter's own. So the account's style decides
(most paragraphs open with a speaker, hardly a quotation mark), and a sentence told in the past
or with another person's cue stops it. A quotation that opens the paragraph after a colon goes to
the verb before the colon; else drafts that have a cue are left alone. Invariant: a continued draft
without quotation marks is one whole sentence, with a lower score.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile

from ..model import Annotated, Region, Sentence, Token
from .chains import Speakers
from .cues import reporting, speaks
from .drafts import Draft, runs
from .quotes import Quotation
from .subjects import cue_words, subject_of
from .tree import VERBAL, Tree

OPENING = 0.55
"""Least share of paragraphs that open with somebody's statement in a readout."""
QUOTED = 0.06
"""Largest share of quoted letters in a readout."""
SCORE = 0.45
CREDIT = re.compile(
    r"[ \t\u00a0]*(?:\r?\n[ \t\u00a0]*){0,2}(?:—|–|--?)[ \t\u00a0]*"
    r"([^\W\d_a-z][^\r\n“”\"]{1,79})(?=[\r\n]|\Z)"
)
"""A name behind a dash at the end of a quotation, on its line or the next."""
FINITE = frozenset(("VBD", "VBZ", "VBP", "MD"))
LEAST_WORDS = 4
"""Fewest words of a quotation that is a paragraph of its own."""
ADDERS = ("they", "he", "she", "it")


@dataclass(slots=True)
class Paragraph:
    """Sentences of one paragraph and the draft that governs each, if any."""

    sentences: list[int]
    governs: dict[int, Draft]


def blocks(account: Annotated, quoted: Sequence[Quotation]) -> Iterator[Draft]:
    """Block quotations with the speaker on the next line, and those with a name behind a dash."""
    regions, text = account.witness.regions, account.witness.text
    found = [
        (_bare(text, region, quoted), _line(text, after))
        for region, after in pairwise(regions)
        if region.kind == "quotation" and after.kind == "attribution"
    ]
    inside = [inner for inner, _ in found]
    for q in quoted:
        who = _credited(account, q)
        if who is not None and not any(a <= q.inner[0] and q.inner[1] <= b for a, b in inside):
            found.append((q.inner, who))
    for inner, who in found:
        yield Draft(-1, "", "block", [], [inner], None, score=0.9, speaker=who)


def _credited(account: Annotated, q: Quotation) -> tuple[int, int] | None:
    """The name behind a dash that ends a quotation which opens its line: "“It is safe.” — Ann Lee"."""
    text = account.witness.text
    said = CREDIT.match(text, q.end)
    before = text[max(0, q.start - 80) : q.start].rpartition("\n")[2].strip()
    if said is None or before or text[q.inner[1] - 1] not in ".!?…":
        return None
    start, end = said.span(1)
    first = bisect_left(account.tokens, start, key=_start)
    for token in islice(account.tokens, first, None):
        if token.start >= end:
            break
        if token.tag in FINITE:
            return None
    return start, start + len(said.group(1).rstrip(" .\t\u00a0"))


def _start(token: Token) -> int:
    return token.start


def _bare(text: str, region: Region, quoted: Sequence[Quotation]) -> tuple[int, int]:
    """A block quotation without its outer marks."""
    start, end = _line(text, region)
    inside = [q for q in quoted if start <= q.start < end]
    if inside and inside[0].start == start and inside[-1].end >= end - 1:
        return inside[0].inner[0], inside[-1].inner[1]
    return start, end


def _line(text: str, region: Region) -> tuple[int, int]:
    words = text[region.start : region.end]
    start = region.start + len(words) - len(words.lstrip(" \t\n—–-"))
    return start, max(start + 1, region.start + len(words.rstrip()))


def continued(
    account: Annotated, speakers: Speakers, drafts: Sequence[Draft], quoted: Sequence[Quotation]
) -> Iterator[Draft]:
    """Sentences that go on with what the paragraph's speaker says."""
    found = speakers.found
    paragraphs = _paragraphs(account, found, drafts, quoted)
    readout = _is_readout(account, speakers, paragraphs, quoted)
    for paragraph in paragraphs:
        speaker: Draft | None = None
        for number in paragraph.sentences:
            draft = paragraph.governs.get(number)
            if draft is not None and speakers.personal(draft.subject):
                speaker = draft
            elif speaker is not None and (
                (readout and _goes_on(account, found, number)) or _adds(account, found, number, speaker)
            ):
                yield _carried(account.sentences[number], speaker)
            else:
                speaker = draft if draft is not None and draft.lemma == "according to" else None
    led = list(_led(account, found, drafts, quoted))
    yield from led
    yield from _loose(account, speakers, paragraphs, [*drafts, *led], quoted)


def _led(
    account: Annotated, found: Tree, drafts: Sequence[Draft], quoted: Sequence[Quotation]
) -> Iterator[Draft]:
    """Quotations that open the paragraph after a colon: "Lee wrote in her diary:⏎“…”"."""
    by_head = {d.head: d for d in drafts}
    for n, q in enumerate(quoted):
        at = min(found.at(q.inner[0]), len(found.tokens) - 1)
        here = found.within(at)
        before = found.sentences[max(0, found.sentence[at] - 1)]
        if here.start < q.start or before.paragraph + 1 != here.paragraph:
            continue
        colon = account.witness.text[before.start : before.end].rstrip().endswith(":")
        verb = _leads(found, before, quoted) if colon and not q.continues else None
        if verb is None:
            continue
        runs_on = list(takewhile(lambda x: x.continues, quoted[n + 1 :]))
        cue, subject = runs(found, cue_words(found, verb)), subject_of(found, verb)
        if (held := _holding(drafts, q)) is not None:
            if held.cue or held.frame != "continued":
                continue
            runs_on += [x for x in held.quotes if x not in (q, *runs_on)]
            held.content = []  # it went on from whoever spoke last
        draft = by_head.get(verb) or Draft(verb, found.tokens[verb].lemma.lower(), "quote", cue, [], subject)
        draft.content = sorted(x.inner for x in (q, *runs_on))
        draft.quotes += [q, *runs_on]
        if verb not in by_head:
            yield draft


def _leads(found: Tree, sentence: Sentence, quoted: Sequence[Quotation]) -> int | None:
    """The last verb of saying of a sentence that ends in a colon, outside of quotation marks."""
    for k in range(sentence.last - 1, sentence.first - 1, -1):
        token = found.tokens[k]
        if speaks(token) and not any(q.start <= token.start < q.end for q in quoted):
            return k
    return None


def _holding(drafts: Sequence[Draft], q: Quotation) -> Draft | None:
    """The draft whose content holds a quotation."""
    return next((d for d in drafts if any(a < q.inner[1] and b > q.inner[0] for a, b in d.content)), None)


def _loose(
    account: Annotated,
    speakers: Speakers,
    paragraphs: Sequence[Paragraph],
    drafts: Sequence[Draft],
    quoted: Sequence[Quotation],
) -> Iterator[Draft]:
    """Paragraphs that are one quotation nobody has, after one that ends with what somebody said."""
    text, taken = account.witness.text, sorted(piece for d in drafts for piece in d.content)
    starts = {q.start: q for q in quoted}
    for before, after in pairwise(paragraphs):
        teller = before.governs.get(before.sentences[-1])
        first, last = (account.sentences[after.sentences[k]] for k in (0, -1))
        q = starts.get(first.start)
        number = account.sentences[before.sentences[0]].paragraph
        if teller is None or q is None or first.paragraph != number + 1:
            continue
        if text[q.end : last.end].strip(" .,") or len(text[slice(*q.inner)].split()) < LEAST_WORDS:
            continue
        n = bisect_left(taken, q.inner)
        if any(a < q.inner[1] and b > q.inner[0] for a, b in taken[max(0, n - 1) : n + 1]):
            continue
        if speakers.personal(teller.subject) and teller.lemma in reporting():
            yield Draft(-1, teller.lemma, "continued", [], [q.inner], teller.subject, score=SCORE, quotes=[q])


def _carried(sentence: Sentence, speaker: Draft) -> Draft:
    return Draft(
        -1,
        speaker.lemma,
        "carried",
        [],
        [(sentence.start, sentence.end)],
        speaker.subject,
        score=SCORE,
    )


def _paragraphs(
    account: Annotated, found: Tree, drafts: Sequence[Draft], quoted: Sequence[Quotation]
) -> list[Paragraph]:
    """Body paragraphs with the draft at or near the root of each sentence."""
    top: dict[int, Draft] = {}
    for d in drafts:
        if d.head < 0 or not d.cue or any(q.start <= d.cue[0][0] < q.end for q in quoted):
            continue
        number = found.sentence[d.head]
        if _near_root(found, d.head) and d.subject is not None:
            old = top.get(number)
            if old is None or (d.lemma == "according to", -d.head) > (old.lemma == "according to", -old.head):
                top[number] = d
    out: dict[int, Paragraph] = {}
    for number, sentence in enumerate(account.sentences):
        if sentence.kind == "body":
            paragraph = out.setdefault(sentence.paragraph, Paragraph([], {}))
            paragraph.sentences.append(number)
            if number in top:
                paragraph.governs[number] = top[number]
    return list(out.values())


def _near_root(found: Tree, i: int) -> bool:
    """Whether a cue is its sentence's main verb, a pair of it, or an aside to it."""
    steps = list(found.up(i))
    return len(steps) <= 2 and all(
        found.tokens[k].dep in ("ROOT", "conj", "parataxis", "prep", "advcl") for k in steps
    )


def _is_readout(
    account: Annotated, speakers: Speakers, paragraphs: Sequence[Paragraph], quoted: Sequence[Quotation]
) -> bool:
    """Whether the account is told as a readout: speakers open its paragraphs, marks are rare."""
    length = sum(s.end - s.start for s in account.sentences if s.kind == "body")
    inside = sum(q.end - q.start for q in quoted)
    if len(paragraphs) < 2 or inside > QUOTED * length:
        return False
    opened = sum(
        p.sentences[0] in p.governs and speakers.personal(p.governs[p.sentences[0]].subject)
        for p in paragraphs
    )
    return opened >= OPENING * len(paragraphs)


def _goes_on(account: Annotated, found: Tree, number: int) -> bool:
    """Whether a sentence of a readout can be the speaker's: not told in the past."""
    sentence = account.sentences[number]
    root = next((k for k in range(sentence.first, sentence.last) if found.tokens[k].dep == "ROOT"), None)
    if root is None or sentence.last - sentence.first < 4:
        return False
    if found.tokens[root].pos not in VERBAL:
        return False
    helper = found.child(root, "aux", "auxpass")
    return found.tokens[root if helper is None else helper].tag != "VBD"


def _adds(account: Annotated, found: Tree, number: int, speaker: Draft) -> bool:
    """Whether a sentence adds to one told "according to" somebody: "They also spoke of …"."""
    sentence = account.sentences[number]
    words = [t.text.lower() for t in found.tokens[sentence.first : sentence.first + 4]]
    return speaker.lemma == "according to" and words[0] in ADDERS and "also" in words
