"""What a search asks for: words, phrases, fields, or a plain question.

    flood dam            both words            "the dam held"      the words in a row
    flood OR quake       either                -drill              not that
    elect*               words that begin so   speaker:"Ann Poe"   said by (also said:)
    person: body: place: named in it           outlet: title: author:
    on: after: before:   a day, month or year  language:  story:  kind:account|statement|point
    who said … about …   what did NAME say about …

``after:`` takes in the day named, ``before:`` leaves it out. Does not touch a database. Invariant:
every text is a query; what cannot be read as a field or an operator is read as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ..data import lexicon
from .protocol import KINDS

NAMES = ("person", "body", "place", "speaker")
WORDS = ("outlet", "title", "author")
FIELDS = (*NAMES, *WORDS, "said", "on", "after", "before", "language", "story", "kind")
PIECE = re.compile(
    rf"(?P<no>-)?(?:(?P<field>{'|'.join(FIELDS)}):[ ]?)?"
    '(?:["“„](?P<phrase>[^"”“]*)["”“]|(?P<word>[^\\s"“”]+))',
    re.IGNORECASE,
)
WHO = re.compile(
    r"\s*who\s+(?:has\s+|have\s+)?(?:said|says?|spoke|speaks|talked|commented)\b"
    r"(?:\s+(?:what|anything|something))?(?:\s+(?:about|of|on|that|to))?\s+(?P<about>.+?)[\s?]*",
    re.IGNORECASE,
)
WHAT = re.compile(
    r"\s*what\s+(?:did|does|do|has|have)\s+(?P<who>.+?)\s+(?:say|said|tell|told)\b"
    r"(?:\s+(?:about|of|on|regarding|concerning)\s+(?P<about>.+?))?[\s?]*",
    re.IGNORECASE,
)
MOST_TERMS = 40
LONGEST = 1_000
"""Signs of a query: a phrase of thousands of words is slow to look for."""
DAY = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?$")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand in a row, in a field or anywhere; the last may be but a beginning."""

    words: str
    field: str = ""
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """Terms of which one is there, or with ``no``, none."""

    terms: tuple[Term, ...]
    no: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The days from ``first`` to before ``last``; either may be open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for: every clause, within the days, stories and kinds.

    ``question`` says that it was asked in plain words, so that not each word must be there.
    """

    clauses: tuple[Clause, ...]
    days: Days = Days()
    stories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    question: bool = False


def parse(text: str) -> Query:
    """Read a query.

    >>> parse('dam -drill outlet:"Melden Post" after:2031-05').clauses[1]
    Clause(terms=(Term(words='drill', field='', prefix=False),), no=True)
    >>> parse("what did Ann Poe say about the dam?").clauses[0].terms[0].field
    'speaker'
    """
    read = text[:LONGEST]
    query = _question(read) or _gather(_pieces(read))
    if len(text) > LONGEST:
        note = f"only the first {LONGEST:,} signs of the query were read"
        return replace(query, notes=(*query.notes, note))
    return query


def _question(text: str) -> Query | None:
    """A plain question about what was said, read as a search of statements."""
    who, what = WHO.fullmatch(text), WHAT.fullmatch(text)
    match = what or who
    if not match or ":" in text:
        return None
    about = [Clause((Term(w, "about"),)) for w in _content(match["about"] or "")]
    said = [Clause((Term(what["who"], "speaker"),))] if what and _has_words(what["who"]) else []
    note = f"read as a question about what {'was said' if who else what and what['who']}"
    if not (about or said):
        return None
    return Query((*said, *about), kinds=("statement",), notes=(note.strip(),), question=True)


def _content(text: str) -> list[str]:
    """The words of a question that say something; all of them where none does."""
    plain = {row["word"] for row in lexicon("stopwords")}
    words = re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", text)[:MOST_TERMS]
    return [w for w in words if w.casefold() not in plain] or words


def _pieces(text: str) -> Iterator[tuple[bool, str, str, bool]]:
    """Each piece of a query: negated, its field, its words, whether they were quoted."""
    for match in PIECE.finditer(text):
        field = (match["field"] or "").lower()
        quoted = match["phrase"] is not None
        words = match["phrase"] if quoted else match["word"]
        yield bool(match["no"]), "speaker" if field == "said" else field, words, quoted


def _gather(pieces: Iterator[tuple[bool, str, str, bool]]) -> Query:
    query = Query(())
    either = negate = False
    clauses: list[Clause] = []
    for no, field, words, quoted in pieces:
        if not quoted and not field and words in ("OR", "AND", "NOT", "|"):
            either, negate = words in ("OR", "|") and bool(clauses), words == "NOT"
            continue
        if field in ("on", "after", "before", "language", "story", "kind") and not no:
            query, used = _filter(query, field, words)
            if used:
                continue
        term = _term(field, words, quoted)
        if term is None:
            continue
        if either and not clauses[-1].no and not no:
            clauses[-1] = Clause((*clauses[-1].terms, term))
        else:
            clauses.append(Clause((term,), no or negate))
        either = negate = False
    notes = query.notes
    if len(clauses) > MOST_TERMS:
        notes = (*notes, f"only the first {MOST_TERMS} of {len(clauses)} terms were read")
    return replace(query, clauses=tuple(clauses[:MOST_TERMS]), notes=notes)


def _term(field: str, words: str, quoted: bool) -> Term | None:
    prefix = not quoted and words.endswith("*")
    if not _has_words(words):
        return None
    if field and field not in (*NAMES, *WORDS, "language"):
        return Term(f"{field} {words}")  # "on:" and the like with no day: words after all
    return Term(words.rstrip("*") if prefix else words, field, prefix)


def _has_words(words: str) -> bool:
    return any(c.isalnum() for c in words)


def _filter(query: Query, field: str, value: str) -> tuple[Query, bool]:
    """The query narrowed by a filter, and whether the value could be read."""
    if field == "story":
        return replace(query, stories=(*query.stories, value)), True
    if field == "kind":
        kind = value.lower().rstrip("s")
        known = kind in KINDS
        return (replace(query, kinds=(*query.kinds, kind)) if known else query), known
    if field == "language":
        return query, False
    span = days_of(value)
    if span is None:
        return replace(query, notes=(*query.notes, f"{value!r} is no date and was read as a word")), False
    first, last = span
    old = query.days
    if field in ("on", "after"):
        old = replace(old, first=max(filter(None, (old.first, first))))
    if field in ("on", "before"):
        end = last if field == "on" else first
        old = replace(old, last=min(filter(None, (old.last, end))))
    return replace(query, days=old), True


def days_of(value: str) -> tuple[date, date] | None:
    """A day, month or year as its first day and the day after its last.

    >>> days_of("2031-02")
    (datetime.date(2031, 2, 1), datetime.date(2031, 3, 1))
    """
    match = DAY.match(value)
    if not match:
        return None
    year, month, day = (int(p) if p else 0 for p in match.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        if month:
            return first, date(year + month // 12, month % 12 + 1, 1)
        return first, date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None


# -- days as words of the index --


def cover(first: date, last: date) -> list[tuple[str, bool]]:
    """The fewest words of the index that stand for the days from ``first`` to before ``last``.

    :returns: words and whether each is but a beginning (a decade's years).

    >>> cover(date(2031, 12, 30), date(2033, 1, 2))
    [('xd20311230', False), ('xd20311231', False), ('xy2032', False), ('xd20330101', False)]
    """
    found: list[tuple[str, bool]] = []
    at = first
    while at < last:
        for word, prefix, after in _steps(at):
            if after <= last:
                found.append((word, prefix))
                at = after
                break
    return found


def _steps(at: date) -> Iterator[tuple[str, bool, date]]:
    """Stretches that begin on a day, the longest first: its decade, year, month, the day."""
    if at.month == at.day == 1 and at.year % 100 == 0 and at.year < 9900:
        yield f"xy{at.year // 100:02}", True, date(at.year + 100, 1, 1)
    if at.month == at.day == 1 and at.year % 10 == 0 and at.year < 9990:
        yield f"xy{at.year // 10:03}", True, date(at.year + 10, 1, 1)
    if at.month == at.day == 1 and at.year < 9999:
        yield f"xy{at:%Y}", False, date(at.year + 1, 1, 1)
    if at.day == 1 and (at.year, at.month) < (9999, 12):
        yield f"xm{at:%Y%m}", False, date(at.year + at.month // 12, at.month % 12 + 1, 1)
    yield f"xd{at:%Y%m%d}", False, at + timedelta(days=1)
