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

from ..model import Annotated, Reading, Span
from .clauses import CONDITIONS, FINITE, HEADS, SUBJECTS, Unit
from .evidence import american, folded

LINK = re.compile(r"[^\w\n]*(?:(?:and|but|or|that)\b[^\w\n]*)?")
END = re.compile(r"\s*(?:$|[.,;:!?”\"’'\n])")
WORD = re.compile(r"\w+(?:['’.\-]\w+)*")
LINKED = re.compile(r"\[([^\[\]]+)\]\((?:https?:|mailto:|/|#)[^()\s]*\)?")
"""A link of Markdown, whose address is no word: "[the report](https://port.example/report)"."""

MARKS, CLOSING = '“”"[]…*_#|<>', frozenset('”"')
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
    """The first of those with the fewest marks of Markdown."""
    return min(wordings, key=lambda w: sum(w.count(mark) for mark in MARKDOWN))


def fullest(readings: Sequence[Reading], by_id: Mapping[str, Annotated]) -> Reading:
    """The reading with most of the words that others have too, few of its own, that stands by itself.

    A number that no other reading has counts against it: of 38, 38 and 83 it is not 83 that is shown.
    """
    count = Counter(w for r in readings for w in set(r.normal.split()))
    shared = {w for w, c in count.items() if c > 1} or set(count)

    def worth(reading: Reading) -> tuple[float, int, str]:
        words = set(reading.normal.split())
        marks = sum(reading.wording.count(mark) for mark in MARKS)
        alone = words - shared
        odd = sum(any(c.isdigit() for c in w) for w in alone) if len(readings) > 2 else 0
        value = len(words & shared) - 0.4 * len(alone) - 2 * odd - marks
        value += max(_standing(span, by_id[span.witness]) for span in reading.accounts)
        return (round(value, 3), len(reading.accounts), reading.normal)

    return max(readings, key=worth)


def _standing(span: Span, account: Annotated) -> float:
    """How far a passage reads as a sentence by itself: a subject and a finite verb, named, not subordinate.

    "It was not sounding" and "all of them were saved" lean on what went before, "when the ship struck"
    on its main clause; a headline leaves words out.
    """
    first, last = (bisect_left(account.tokens, at, key=lambda t: t.start) for at in (span.start, span.end))
    tokens = account.tokens[first:last]
    subjects = [n for n, t in enumerate(tokens) if t.dep in SUBJECTS]
    ended = END.match(account.witness.text, span.end) is not None
    if not subjects or tokens[0].pos in {"VERB", "SCONJ", "ADP"} or not any(t.tag in FINITE for t in tokens):
        return float(ended)
    sentence = account.sentences[bisect_left(account.sentences, span.end, key=lambda s: s.end)]
    under = tokens[0].tag in {"WRB", "WDT", "WP", "IN"} or tokens[0].text.lower() in CONDITIONS
    leaning = any(t.tag in {"PRP", "PRP$", "DT", "EX"} and t.dep not in {"det", "expl"} and t.text != "I"
                  for t in tokens[: subjects[0] + 1])  # fmt: skip
    return 2.0 + ended - 1.5 * under - leaning - 2 * (sentence.kind in HEADS)
