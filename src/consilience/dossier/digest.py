"""What a reader takes in first: summary, timeline and ledger.

Selects and orders what earlier stages found; it writes no sentence of its own.
Invariant: every summary and timeline entry carries the passages it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from ..annotate.times import PARTS
from ..model import Annotated, Discrepancy, Entity, Point, Span, Speaker, Statement, When

SUMMARY = 7
"""Most sentences in a summary."""
FIRM = 0.5
"""Least score of a link by which a passage bears out another: more often right than not."""
LONGEST = 60
"""Most words of a summary sentence, where a shorter reading exists."""
SURE = 0.5
"""Least score of a statement that gives an unnamed speaker a place in the ledger."""
FIRST = frozenset("i we my our me us".split())
"""Words of somebody who is not named."""
POINTING = frozenset("he she it they him her them his its their this these those such".split())
"""Words that point at something else, when no noun stands before them in the passage."""


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


def summary(
    points: Sequence[Point], accounts: Sequence[Annotated], discrepancies: Sequence[Discrepancy] = ()
) -> tuple[Cited, ...]:
    """The most widely carried points in the accounts' own words, narrative first.

    Each sentence is one reading of one point, led by its speaker's name: the earliest account's
    that no open discrepancy touches. Points that two accounts or more carry go before those that
    stand alone; a point that no reading words without leaning on what stands before it is passed
    over. At most ``SUMMARY`` are taken.
    """
    order = {a.witness.id: (n, a) for n, a in enumerate(accounts)}
    disputed = [v.span for d in discrepancies if d.sure for v in d.readings]
    ranked = [p for p in points if len(p.witnesses) > 1] or list(points)
    plain = ((p, spot) for p in ranked if (spot := _plainest(p, order, disputed)))
    told = sorted(islice(plain, SUMMARY), key=lambda pair: pair[0].speaker is not None)
    texts = {a.witness.id: a.witness.text for a in accounts}
    return tuple(Cited(_sentence(p, s.of(texts[s.witness])), _bearing_out(p, s), p.id) for p, s in told)


def _bearing_out(point: Point, shown: Span) -> tuple[Span, ...]:
    """The passages that say what is shown: of its own reading, or firmly linked with one of that.

    "The ferry that ran aground had a faulty radar" is not borne out by "the ferry ran aground".
    """
    same = next(r.accounts for r in point.readings if shown in r.accounts)
    firm = [
        ends for link in point.links if link.score >= FIRM for ends in ((link.a, link.b), (link.b, link.a))
    ]
    linked = [b for a, b in firm if any(a.overlap(s) for s in same)]
    return tuple(s for s in point.spans if s in same or any(s.overlap(other) for other in linked))


def _plainest(
    point: Point, order: Mapping[str, tuple[int, Annotated]], disputed: Sequence[Span]
) -> Span | None:
    """The passage that stands best by itself: undisputed, a whole sentence, not too long, early."""
    ranked = []
    for spot in point.spans:
        place, account = order[spot.witness]
        words = spot.of(account.witness.text)
        if _says(spot, account, point.speaker_key) and not _leans(spot, account):
            odd = any(spot.overlap(d) for d in disputed)
            rough = _opening(spot, account)
            ranked.append((odd, len(words.split()) > LONGEST, rough, place, -len(words), words, spot))
    return min(ranked)[-1] if ranked else None


def _says(spot: Span, account: Annotated, key: str | None) -> bool:
    """Tell whether the account gives these words to the speaker; any words will do without one."""
    return key is None or any(
        2 * sum(c.overlap(spot) for c in s.content) >= spot.end - spot.start
        for s in account.statements
        if s.speaker is not None and s.speaker.key == key
    )


def _opening(spot: Span, account: Annotated) -> int:
    """How roughly a passage opens: 0 as a sentence does, 1 as a clause, 2 in the midst of one."""
    if any(s.start == spot.start for s in account.sentences):
        return 0
    first = next(t for t in account.tokens if t.end > spot.start)
    return 2 if first.dep in ("conj", "cc") or first.pos in ("VERB", "AUX", "ADP", "PUNCT") else 1


def _leans(spot: Span, account: Annotated) -> bool:
    """Tell whether a passage leans on what stands before it, or tells nothing by itself.

    Such are "All of them …", "It said so", "when the ship struck" and "The transport minister".
    """
    inside = [t for t in account.tokens if spot.start <= t.start and t.end <= spot.end]
    words = spot.of(account.witness.text)
    if words.count("“") != words.count("”") or words.count('"') % 2:
        return True
    named = told = False
    for token in inside:
        if token.tag in ("PRP", "PRP$") and token.lemma.casefold() in FIRST:
            return True  # "… so thick that I could not see the jetty" is one reporter's
        named = named or token.pos in ("PROPN", "NOUN")
        told = told or token.pos in ("VERB", "AUX")
        if token.tag in ("PRP", "PRP$", "DT") and token.lemma.casefold() in POINTING and not named:
            return True
    return not (named and told) or (inside[0].tag in ("IN", "WRB") and inside[0].dep in ("mark", "advmod"))


def _sentence(point: Point, words: str) -> str:
    """A reading as a sentence of its own, its speaker first unless it names the speaker."""
    plain = re.sub(r"\s+", " ", words).strip(" ,;:")
    plain = plain[:1].upper() + plain[1:]
    plain += "" if plain.endswith((".", "!", "?", "…", "”", '"')) else "."
    named = point.speaker is None or any(w in plain[:60] for w in point.speaker.split() if w[:1].isupper())
    return plain if named else f"{point.speaker}: {plain}"


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
    if when.grain == "part":
        return f"{named}, {_part(start[11:13])}"
    return f"{named}, {start[11:16]}" if len(start) > len("2031-05-05T") else named


def _part(hour: str) -> str:
    return next((name for name, (low, _) in PARTS.items() if low == int(hour)), f"from {hour}:00")


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
    """Who said what: the statements of each speaker, the most quoted first.

    An unnamed speaker counts only where the statement is sure; a bare pronoun is no speaker.
    """
    names = {e.key: e.name for e in entities}
    voices: dict[tuple[str, str | None], list[Statement]] = {}
    shown: dict[tuple[str, str | None], str] = {}  # "Witnesses" opens a sentence of one, not of another
    for account in accounts:
        for statement in account.statements:
            if statement.speaker is not None and _voiced(statement, statement.speaker):
                key = statement.speaker.key
                name = names.get(key or "", statement.speaker.name)
                shown.setdefault((name.casefold(), key), name)
                voices.setdefault((name.casefold(), key), []).append(statement)
    made = [Voice(shown[name, key], key, tuple(said)) for (name, key), said in voices.items()]
    return tuple(sorted(made, key=lambda v: (-len(v.statements), v.name, v.key or "")))


def _voiced(statement: Statement, speaker: Speaker) -> bool:
    plain = speaker.name.casefold() not in POINTING | FIRST
    return speaker.key is not None or (plain and statement.score >= SURE)
