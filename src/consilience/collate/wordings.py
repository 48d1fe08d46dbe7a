"""Wordings: how the accounts word a point, and which of the wordings is shown for it.

Joins neighbouring units of one account into passages, gathers passages of one wording, and
chooses the fullest plain one. Does not decide which units form a point, and writes no words of
its own. Invariant: every wording is a slice of its account.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import takewhile

from ..annotate.cues import speaks
from ..model import Annotated, Reading, Span, Token
from .clauses import CONDITIONS, FINITE, HEADS, SUBJECTS, Unit
from .evidence import american, folded

LINK = re.compile(r"[^\w\n]*(?:(?:and|but|or|that)\b[^\w\n]*)?")
END = re.compile(r"\s*(?:$|[.,;:!?”\"’'\n])")
WORD = re.compile(r"\w+(?:['’.\-]\w+)*")
LINKED = re.compile(r"\[([^\[\]]+)\]\((?:https?:|mailto:|/|#)[^()\s]*\)?")
"""A link of Markdown, whose address is no word: "[the report](https://port.example/report)"."""

MARKS, CLOSING = '“”"[]…*_#|<>', frozenset('”"')
LINKING = frozenset(
    "however meanwhile so thus then therefore moreover furthermore besides also still yet instead"
    " nevertheless nonetheless otherwise earlier later afterwards too".split()
)
"""Words that tie a sentence to the one before it."""
NAMING = 100
"""What counts against a headline that only names its subject: "Lessons of the lake" asserts nothing."""
MARKDOWN = ("](", "*", "_", "`", "~~")


def passages(group: Sequence[Unit], by_id: Mapping[str, Annotated]) -> list[Span]:
    """Spans of the units; those of one account that follow one another are joined."""
    out: list[Span] = []
    for unit in sorted(group, key=lambda u: (u.witness, u.start)):
        text = by_id[unit.witness].witness.text
        if out and out[-1].witness == unit.witness and LINK.fullmatch(text, out[-1].end, unit.start):
            out[-1] = Span(unit.witness, out[-1].start, unit.end)
        else:
            out.append(Span(unit.witness, unit.start, unit.end))
    return [_closed(span, by_id[span.witness].witness.text) for span in out]


def _closed(span: Span, text: str) -> Span:
    """With the mark that closes a quotation opened inside: "called him “the most careful man”"."""
    inside, after = text[span.start : span.end], text[span.end : span.end + 1]
    opened = inside.count("“") > inside.count("”") if after == "”" else inside.count('"') % 2
    return Span(span.witness, span.start, span.end + 1) if after in CLOSING and opened else span


def normal(text: str) -> str:
    """The form in which two wordings count as one: words alone, lower case, American spelling."""
    return " ".join(american(w) for w in WORD.findall(LINKED.sub(r"\1", folded(text)).lower()))


def readings_of(spans: Iterable[Span], by_id: Mapping[str, Annotated]) -> tuple[Reading, ...]:
    """Wordings with the accounts that have them, the most widely held first."""
    forms: dict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans):
        forms[normal(span.of(by_id[span.witness].witness.text))].append(span)
    readings = [
        Reading(_plainest(s.of(by_id[s.witness].witness.text) for s in held), tuple(held), form)
        for form, held in forms.items()
    ]
    return tuple(sorted(readings, key=lambda r: (-len(r.accounts), -len(r.wording), r.normal)))


def _plainest(wordings: Iterable[str]) -> str:
    """The first of those with the fewest marks of Markdown, then of an editor's brackets and gaps."""
    return min(wordings, key=lambda w: (sum(w.count(mark) for mark in MARKDOWN), _marks(w)))


def fullest(readings: Sequence[Reading], by_id: Mapping[str, Annotated]) -> Reading:
    """The fullest plain reading: what others bear out, in a sentence that stands by itself.

    Words that others have too count for it, and a few of its own; many of its own, and a number or name
    that the rest do not have, count against it: of 38, 38 and 83 it is not 83 that is shown.
    """
    count: Counter[str] = Counter()
    for reading in readings:
        count.update(dict.fromkeys(reading.normal.split(), len({s.witness for s in reading.accounts})))
    borne = {w for w, c in count.items() if c > 1} or set(count)
    names = {w for r in readings for w in _named(r.wording)} & borne

    def worth(reading: Reading) -> tuple[float, int, str]:
        value = _fullness(reading, borne, names, odd=len(readings) > 2)
        value += max(_standing(span, by_id[span.witness]) for span in reading.accounts)
        return (round(value, 3), len(reading.accounts), reading.normal)

    return max(readings, key=worth)


def _fullness(reading: Reading, borne: AbstractSet[str], names: AbstractSet[str], *, odd: bool) -> float:
    """How much a reading says that others bear out.

    :param names: those of the names that are borne out; one of its own in the place of such is odd.
    :param odd: whether there are enough readings to tell what is odd.
    """
    words = set(reading.normal.split())
    alone = words - borne
    missed = borne - words
    strange = 4 * len(_figures(alone)) if _figures(missed) else len(_figures(alone))
    strange += 2 * len(_named(reading.wording) & alone) if names & missed else 0
    room = min(len(alone), 2 + len(words & borne) // (8 if odd else 4))
    value = len(words & borne) + 0.1 * room - 0.6 * (len(alone) - room)
    return value - odd * strange - _marks(reading.wording)


def _figures(words: AbstractSet[str]) -> set[str]:
    return {w for w in words if any(map(str.isdigit, w))}


def _named(wording: str) -> set[str]:
    """Words that a capital inside the wording shows to be names, in normal form."""
    return {normal(w) for w in WORD.findall(wording)[1:] if w[:1].isupper()}


def _marks(wording: str) -> float:
    """Marks that make a wording less than plain; a quotation cut in two counts most."""
    halved = wording.count("“") != wording.count("”") or wording.count('"') % 2
    return sum(wording.count(mark) for mark in MARKS) + 3 * halved


def _standing(span: Span, account: Annotated) -> float:
    """How far a passage reads as a sentence by itself: a subject and a finite verb, named, not subordinate.

    "It was not sounding" and "all of them were saved" lean on what went before, "when the ship struck"
    on its main clause; "a teacher who heard no horn" names somebody; a headline leaves words out;
    "…, police said" is no part of what is so.
    """
    first, last = (bisect_left(account.tokens, at, key=lambda t: t.start) for at in (span.start, span.end))
    tokens = account.tokens[first:last]
    clauses = {
        n for n in range(first, last) if account.tokens[n].dep == "relcl" and account.tokens[n].head >= first
    }
    subjects = [n for n, t in enumerate(tokens) if t.dep in SUBJECTS and t.head not in clauses]
    ended = END.match(account.witness.text, span.end) is not None
    said = any(t.dep == "ccomp" and speaks(account.tokens[t.head]) and first <= t.head < last for t in tokens)
    less = _opening(tokens) + 3 * (said or _tailed(span, account))
    sentence = account.sentences[bisect_left(account.sentences, span.end, key=lambda s: s.end)]
    finite = any(t.tag in FINITE for t in tokens)
    if sentence.kind in HEADS:
        less += 4 if finite else NAMING
    if not subjects or tokens[0].pos in {"VERB", "SCONJ", "ADP"} or not finite:
        return ended - less - 1.0
    under = tokens[0].tag in {"WRB", "WDT", "WP", "IN"} or tokens[0].text.lower() in CONDITIONS
    leaning = _leaning(tokens[: subjects[0] + 1])
    return 3.0 + ended - 2 * under - 3 * leaning - less


def _leaning(tokens: Sequence[Token]) -> bool:
    """Whether a subject points at something named before: "it", "all of them", "this"; "we" at a speaker."""
    return any(
        t.tag in {"PRP", "PRP$", "DT", "EX"} and t.dep not in {"det", "quantmod", "expl"} for t in tokens
    )


def _opening(tokens: Sequence[Token]) -> float:
    """How much a passage is tied to what stands before it by its first words: "but", "however", "by then"."""
    words = [t.text.lower() for t in tokens[:3]]
    if not tokens or tokens[0].pos == "CCONJ" or words[0] in LINKING:
        return 1.5
    return 1.5 * (words[1:2] == ["then"] or words[1:3] == [",", "however"])


def _tailed(span: Span, account: Annotated) -> bool:
    """Whether the passage says who says it, after or before what is said: "…, police said on Monday"."""
    first = bisect_left(account.statements, span.start, key=lambda s: s.content[0].start)
    return any(
        s.stance == "neutral" and s.speaker is not None
        and all(_in(c, span) for c in (*s.cue, *s.speaker.spans, *s.content))
        and _clausal(s.content, account)
        for s in takewhile(lambda s: s.content[0].start < span.end, account.statements[first:])
    )  # fmt: skip


def _in(inner: Span, outer: Span) -> bool:
    return inner.witness == outer.witness and outer.start <= inner.start and inner.end <= outer.end


def _clausal(content: Sequence[Span], account: Annotated) -> bool:
    """Whether the content is more than the object of an act: not in "the court sentenced Reiss to a year"."""
    return any(
        t.tag in FINITE
        for span in content
        for t in takewhile(
            lambda t, end=span.end: t.start < end,  # type: ignore[misc]
            account.tokens[bisect_left(account.tokens, span.start, key=lambda t: t.start) :],
        )
    )
