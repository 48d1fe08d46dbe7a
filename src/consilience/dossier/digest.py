"""What a reader takes in first: summary, timeline, ledger and coverage.

Selects and orders what earlier stages found; it writes no sentence of its own.
Invariant: every summary and timeline entry carries the passages it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..model import Annotated, Entity, Point, Sentence, Span, Statement, When

SUMMARY = 7
"""Most sentences in a summary."""
LONGEST = 60
"""Most words of a summary sentence, where a shorter reading exists."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A text and the passages that it is taken from."""

    text: str
    cites: tuple[Span, ...]
    point: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the timeline: when, what is told of it, and where."""

    when: When
    cited: Cited


@dataclass(frozen=True, slots=True)
class Voice:
    """All that one speaker is reported to have said."""

    name: str
    key: str | None
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the points one account carries, in all and by speaker (name, carried, of)."""

    witness: str
    points: int
    share: float
    speakers: tuple[tuple[str, int, int], ...]


def summary(points: Sequence[Point], accounts: Sequence[Annotated]) -> tuple[Cited, ...]:
    """The most widely carried points in the accounts' own words, narrative first.

    Each sentence is one reading of one point, led by its speaker's name. A point that two
    accounts or more carry goes before one that stands alone; at most ``SUMMARY`` are taken.
    """
    ranked = [p for p in points if len(p.witnesses) > 1] or list(points)
    taken = sorted(ranked[:SUMMARY], key=lambda p: p.speaker is not None)
    sentences = {a.witness.id: a.sentences for a in accounts}
    return tuple(Cited(_sentence(p, sentences), p.spans, p.id) for p in taken)


def _sentence(point: Point, sentences: dict[str, tuple[Sentence, ...]]) -> str:
    """The plainest reading: a whole sentence if there is one, not too long, speaker first."""

    def rank(reading: tuple[str, tuple[Span, ...]]) -> tuple[bool, bool, int, str]:
        words, spans = reading
        whole = any(s.start == spot.start for spot in spans for s in sentences[spot.witness])
        return (len(words.split()) > LONGEST, not (whole or words[:1].isupper()), -len(words), words)

    words, _ = min(((r.wording, r.accounts) for r in point.readings), key=rank)
    plain = re.sub(r"\s+", " ", words).strip(" ,;:")
    plain = plain[:1].upper() + plain[1:]
    plain += "" if plain.endswith((".", "!", "?", "…", "”", '"')) else "."
    told = point.speaker is None or point.speaker.split()[-1] in plain[:60]
    return plain if told else f"{point.speaker}: {plain}"


def timeline(points: Sequence[Point], accounts: Sequence[Annotated]) -> tuple[Moment, ...]:
    """Every dated passage, in time order; passages of one point at one time are one entry."""
    found: dict[tuple[str, str, str], tuple[When, str, list[Span]]] = {}
    for account in accounts:
        for mention in account.mentions:
            when = mention.value
            if not isinstance(when, When) or when.start is None:
                continue
            point, spot = _told(mention.span, points, account)
            words = re.sub(r"\s+", " ", spot.of(account.witness.text))
            key = (when.start, when.end or "", point.id if point else words.casefold())
            entry = found.setdefault(key, (when, words, []))
            if spot not in entry[2]:
                entry[2].append(spot)
    moments = [Moment(when, Cited(words, tuple(sorted(spots)))) for when, words, spots in found.values()]
    return tuple(sorted(moments, key=_moment_order))


def in_words(when: When) -> str:
    """A time as a reader writes it.

    >>> in_words(When("2031-05-05", "2031-05-06", "day"))
    'Mon 5 May 2031'
    >>> in_words(When("2031-05", "2031-06", "month")), in_words(When("2031-05-05T17:20", None, "minute"))
    ('May 2031', 'Mon 5 May 2031, 17:20')
    """
    start = when.start or ""
    if len(start) < len("2031-05"):
        return start
    day = date.fromisoformat(start[:10] if len(start) >= len("2031-05-05") else f"{start}-01")
    month = f"{day:%B} {day.year}"
    if when.grain == "year":
        return str(day.year)
    if when.grain == "month":
        return month
    named = f"{day:%a} {day.day} {month}"
    if when.grain in ("weekend", "week"):
        return f"{when.grain} of {named}"
    return f"{named}, {start[11:16]}" if len(start) > len("2031-05-05T") else named


def _moment_order(moment: Moment) -> tuple[str, str, str, tuple[Span, ...]]:
    return (moment.when.start or "", moment.when.end or "", moment.cited.text, moment.cited.cites)


def _told(span: Span, points: Sequence[Point], account: Annotated) -> tuple[Point | None, Span]:
    """The point and passage that tell of a time, or else the sentence it stands in."""
    for point in points:
        for spot in point.spans:
            if spot.overlap(span):
                return point, spot
    for sentence in account.sentences:
        if sentence.start <= span.start < sentence.end:
            return None, Span(span.witness, sentence.start, sentence.end)
    return None, span


def ledger(accounts: Sequence[Annotated], entities: Sequence[Entity]) -> tuple[Voice, ...]:
    """Who said what: the statements of each speaker, the most quoted first."""
    names = {e.key: e.name for e in entities}
    voices: dict[tuple[str, str | None], list[Statement]] = {}
    for account in accounts:
        for statement in account.statements:
            if statement.speaker is not None:
                key = statement.speaker.key
                name = names.get(key or "", statement.speaker.name)
                voices.setdefault((name, key), []).append(statement)
    made = [Voice(name, key, tuple(said)) for (name, key), said in voices.items()]
    return tuple(sorted(made, key=lambda v: (-len(v.statements), v.name, v.key or "")))


def coverage(points: Sequence[Point], accounts: Sequence[Annotated]) -> tuple[Coverage, ...]:
    """For each account, how many points it carries, in all and by speaker."""
    speakers = sorted({p.speaker for p in points if p.speaker})
    rows = []
    for account in accounts:
        has = [p for p in points if account.witness.id in p.witnesses]
        said = tuple(
            (name, sum(p.speaker == name for p in has), sum(p.speaker == name for p in points))
            for name in speakers
        )
        share = round(len(has) / len(points), 4) if points else 0.0
        rows.append(Coverage(account.witness.id, len(has), share, said))
    return tuple(rows)
