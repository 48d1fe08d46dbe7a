"""The value types that pass from room to room.

Holds no behaviour beyond identity and slicing, and imports nothing of ours.

Invariants
    Every type is frozen. Offsets are half-open Unicode code points of
    ``Witness.text``. An id is a tagged hash of canonical content (``w1:…``),
    so equal content gives equal ids on any machine and in any order.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

UNREAD = frozenset({"boilerplate", "byline", "attribution"})
"""Kinds of region that assert nothing about the event: later stages pass over them."""


def tagged_hash(tag: str, *parts: Any) -> str:
    """Hash canonical content under a tag.

    >>> tagged_hash("p1", "a", 1)
    'p1:4c02eef4777a3cbf'

    :param parts: JSON values; tuples count as lists.
    :returns: the tag, a colon and 16 hex digits of SHA-256 over the tag and the compact JSON.
    """
    body = json.dumps([tag, *parts], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"{tag}:{hashlib.sha256(body.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one witness: ``text[start:end]``, code points, never empty."""

    witness: str
    start: int
    end: int

    def of(self, text: str) -> str:
        """The words themselves."""
        return text[self.start : self.end]

    def overlap(self, other: Span) -> int:
        """Number of code points shared with another span."""
        if self.witness != other.witness:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A labelled stretch of a witness.

    ``kind`` is title, standfirst, byline, dateline, body, quotation (a block
    quotation), attribution (the line that names a block quotation's speaker),
    caption or boilerplate; ``reason`` says in words why. Regions are in text
    order, do not overlap and cover every line that is not blank.
    """

    start: int
    end: int
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a field of the metadata comes from.

    ``how`` is in words ("manifest", "meta property og:title", "first line");
    ``start`` and ``end`` place it in the text where it stands there.
    """

    field: str
    how: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be used, or was capped or skipped: what, where, what to do."""

    what: str
    where: str
    todo: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """A link of an account's own body: ``text[start:end]`` leads to ``url``."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Upstream:
    """An outlet or address that a page, record or feed names as where the account is from.

    One of ``name`` and ``url`` is given; ``kind`` is address (a canonical link to another site) or
    feed (a field that names the outlet); ``how`` is in words ("meta syndication-source").
    """

    name: str | None
    url: str | None
    kind: str
    how: str


@dataclass(frozen=True, slots=True)
class Witness:
    """One article as one telling of the event; on screen, an *account*.

    ``name`` is what the user calls it (a file's stem), unique in a dossier.
    ``published`` is an ISO 8601 date or date and time, or None when unknown.
    ``links`` are the addresses that the account's own body links to, ``anchors`` the places of
    those whose words stand in the text; ``upstream`` is where it is said to be taken from.
    """

    id: str
    name: str
    text: str
    title: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    retrieved: str | None = None
    url: str | None = None
    language: str | None = None
    regions: tuple[Region, ...] = ()
    raw_digest: str = ""
    evidence: tuple[Evidence, ...] = ()
    links: tuple[str, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    upstream: tuple[Upstream, ...] = ()


def witness_id(name: str, text: str, outlet: str | None, published: str | None, url: str | None) -> str:
    """Identity of a witness: its name, words and imprint."""
    return tagged_hash("w1", name, text, outlet, published, url)


def story_order(witness: Witness) -> tuple[bool, str, str, str]:
    """Key that puts accounts in story order: by time of publication in UTC, undated last, then by name.

    >>> early = Witness("w1:a", "a", "", published="2031-05-06T09:00+03:00")
    >>> late = Witness("w1:b", "b", "", published="2031-05-06T07:00Z")
    >>> sorted([late, Witness("w1:c", "c", ""), early], key=story_order)[0].name
    'a'
    """
    published = witness.published or ""
    try:
        moment = datetime.fromisoformat(published)
        if moment.tzinfo is not None:
            published = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    except ValueError:
        pass  # no date at all, or a year and month alone: as written
    return (witness.published is None, published, witness.name, witness.id)


# -- annotation --


@dataclass(frozen=True, slots=True)
class Token:
    """One token of the parse; ``head`` is the index of its head in ``Annotated.tokens``."""

    start: int
    end: int
    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    ent: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Code points ``start:end`` and tokens ``first:last`` (both half-open).

    ``kind`` is the kind of region it stands in; ``paragraph`` counts from 0.
    """

    start: int
    end: int
    first: int
    last: int
    kind: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """An interval of amounts: ``low <= x <= high`` in ``unit``.

    ``unit`` is a plain lower-case word ("people", "usd", "percent", "km", "year" for ages,
    or the counted noun's lemma); ``hedge`` is "", "about", "at least", "at most", "more than",
    "fewer than" or "range". ``kind`` is number, money, percentage or age.
    """

    low: float
    high: float
    unit: str = ""
    hedge: str = ""
    kind: str = "number"


@dataclass(frozen=True, slots=True)
class When:
    """A time interval, half-open, in ISO dates or date-times; None where unresolved.

    ``grain`` is year, month, week, weekend, day, part or minute; ``how`` says what it
    was resolved against ("stated", "published 2031-05-06", "event 2031-05-05", "unresolved").
    ``weekday`` is 0 for Monday, or None.
    """

    start: str | None
    end: str | None
    grain: str
    how: str = "stated"
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """An office and who holds it: ``holder`` is an entity key, ``of`` the state or body, if said.

    ``office`` is its normal form, lower case ("foreign minister"; "FM" gives the same).
    """

    office: str
    holder: str | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A name, pronoun, role, quantity or time in an account.

    ``kind`` is person, body, place, group, role, quantity or time. ``value`` is an entity key
    (person, body, place, group), a Role, a Quantity or a When. ``how`` says what links it to
    its value ("name", "surname", "pronoun", "office", "acronym", "metonym", …), ``why`` the reason
    in words ("subject of the sentence before") and ``antecedent`` the words of the same account
    that it stands for.
    """

    id: str
    span: Span
    kind: str
    value: str | Role | Quantity | When
    how: str = "name"
    why: str = ""
    antecedent: Span | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, body or place with one key across the accounts of a story.

    ``name`` is the fullest form; ``aliases`` are the other forms as written, sorted; ``links``
    say for each form that is not the name why it is held to mean the same, and where both stand.
    """

    key: str
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it: where it stands, the name shown, and the entity key if resolved.

    ``kind`` is person, body (a state too), group (several at once, ``members`` their keys where
    known), document (``name`` and ``key`` are its issuer's where known) or unnamed (``name`` is
    the description, with no key). It is "" where nobody has said yet.
    """

    spans: tuple[Span, ...]
    name: str
    key: str | None = None
    kind: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """Something said: content, cue, speaker and chain of attribution.

    ``form`` is direct, mixed or indirect. ``chain`` holds the names between the account and
    the speaker, outermost first, the speaker last (account ← Harbour Wire ← Poe gives
    ``("Harbour Wire", "Ann Poe")``). ``stance`` is the cue's type from the lexicon.
    ``score`` is uncalibrated, 0–1. ``polarity`` and ``modality`` say whether the speaker affirms
    the content, and as what (``annotate.modality`` lists the words).
    """

    id: str
    content: tuple[Span, ...]
    cue: tuple[Span, ...]
    speaker: Speaker | None
    form: str
    chain: tuple[str, ...] = ()
    stance: str = "neutral"
    score: float = 1.0
    polarity: str = "affirmed"
    modality: str = "asserted"


@dataclass(frozen=True, slots=True)
class Annotated:
    """A witness with its parse and findings, each in text order."""

    witness: Witness
    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...] = ()
    statements: tuple[Statement, ...] = ()


# -- story, points --


@dataclass(frozen=True, slots=True)
class Story:
    """The accounts of one event: witness ids in time order (undated last, then by name)."""

    id: str
    witnesses: tuple[str, ...]
    label: str
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How one or more accounts word a point: the words, where, and their normal form."""

    wording: str
    accounts: tuple[Span, ...]
    normal: str


@dataclass(frozen=True, slots=True)
class Link:
    """Why two passages are held to assert, or two forms of a name to mean, the same.

    ``score`` is 0–1, the reason in words.
    """

    a: Span
    b: Span
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """One place of an apparatus.

    ``kind`` is same, spelling, synonym, value (same number or name, other form), variant,
    omission (absent in some readings), addition (absent in most) or transposition (there in
    another place). ``cells`` holds a text or None for each reading. Columns with one ``move``
    other than 0 hold the same words in different places.
    """

    kind: str
    cells: tuple[str | None, ...]
    move: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """One thing asserted, as aligned over the accounts.

    ``kind`` is event, statement, background, demand, judgement or figure. ``speaker`` is the
    name of whose assertion it is (None: the accounts' own voice) and ``speaker_key`` its
    entity. ``silent`` and ``lacunose`` hold witness ids. ``low`` and ``high`` bound the number
    of independent origins, ``why`` says in a sentence what the bounds rest on.
    """

    id: str
    story: str
    says: str
    kind: str
    readings: tuple[Reading, ...]
    speaker: str | None = None
    speaker_key: str | None = None
    links: tuple[Link, ...] = ()
    apparatus: tuple[Column, ...] = ()
    silent: tuple[str, ...] = ()
    lacunose: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    low: int = 1
    high: int = 1
    why: str = ""

    @property
    def spans(self) -> tuple[Span, ...]:
        """All passages of the point, in order."""
        return tuple(sorted(s for r in self.readings for s in r.accounts))

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Ids of the accounts that carry it, sorted."""
        return tuple(sorted({s.witness for s in self.spans}))

    @property
    def firsts(self) -> dict[str, int]:
        """Where each account that carries it first words it, by the account’s id."""
        return {s.witness: s.start for s in reversed(self.spans)}


# -- descent --


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage two accounts share, verbatim or lightly edited.

    ``score`` is 0–1, weighted by how rare the words are; ``quoted`` says that it lies
    inside quotation marks in both.
    """

    a: Span
    b: Span
    score: float
    quoted: bool


@dataclass(frozen=True, slots=True)
class Credit:
    """An outlet, agency or document that an account names as where it has something from.

    ``scope`` is the span it governs (a sentence, a paragraph or the whole account).
    """

    span: Span
    name: str
    key: str | None
    scope: Span
    kind: str


@dataclass(frozen=True, slots=True)
class Intervention:
    """An odd reading shared by accounts that would not make it independently."""

    kind: str
    words: str
    spans: tuple[Span, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the stemma: ``kind`` is witness (``id`` is a witness id), archetype or cited."""

    id: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Descent of one node from another, with the evidence for it.

    ``kind`` is copy, rewrite, quote, version, credit, translation or exemplar; ``directed`` is False
    where the evidence does not tell which way it runs; ``reason`` is one plain sentence.
    """

    parent: str
    child: str
    kind: str
    evidence: tuple[Span, ...]
    score: float
    reason: str = ""
    directed: bool = True


@dataclass(frozen=True, slots=True)
class Origin:
    """Where points enter the record.

    ``kind`` is speaker (a named speaker's words), readout (a body's statement that is credited), document
    (a body's own text in hand), agency, credited (another outlet), reporting (an account's own), exemplar (a
    lost text) or account (one that does not say). ``via`` names by which way a speaker's words came.
    """

    id: str
    kind: str
    label: str
    witness: str | None = None
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Descent:
    """All that trace finds out about one story."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    origins: tuple[Origin, ...] = ()
    passages: tuple[Passage, ...] = ()
    credits: tuple[Credit, ...] = ()
    interventions: tuple[Intervention, ...] = ()


# -- comparison --


@dataclass(frozen=True, slots=True)
class Value:
    """One side of a discrepancy: the passage, and what it says in normal form."""

    span: Span
    value: str


SURE = 0.5
"""Score from which a conflict is told as one; what is less sure is listed apart."""


@dataclass(frozen=True, slots=True)
class Side:
    """One value of a discrepancy, and what stands behind it.

    ``witnesses`` are the accounts that have it, in story order; ``low`` and ``high`` bound the number of
    its independent origins, ``why`` says what the bounds rest on; ``primary`` are the accounts
    among them that are a body's own text.
    """

    value: str
    witnesses: tuple[str, ...]
    low: int = 1
    high: int = 1
    why: str = ""
    primary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Readings that cannot all be right, or are not the same, of a stated kind.

    ``explanation`` is one plain sentence; ``innocent`` names a harmless explanation that fits, or is
    None; ``score`` is, of a conflict, the share of those with as much evidence that were right where
    that was tested (``contrast/scores.py``), of a harmless one uncalibrated; ``point`` is a point's id,
    if one; ``sides`` are its values, each with the origins behind it.
    """

    id: str
    kind: str
    explanation: str
    innocent: str | None
    score: float
    readings: tuple[Value, ...]
    point: str | None = None
    sides: tuple[Side, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it is a conflict that is right more often than not."""
        return self.innocent is None and self.score >= SURE


@dataclass(frozen=True, slots=True)
class Silence:
    """An account that does not carry a point; ``could`` is False when it could not have had it.

    ``kin`` is the account that carries it and that this one follows, if any; ``score``, 0–1 and
    uncalibrated, is how far the account's nearest sentence is from the point.
    """

    witness: str
    point: str
    why: str
    could: bool = True
    kin: str | None = None
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """How one account stands to one point.

    ``state`` is carried, silent or lacunose; ``where`` is headline, lead or body if it is carried;
    ``why`` is the reason of a silence.
    """

    point: str
    state: str
    where: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one account carries of all points.

    ``speakers`` holds name, points of that speaker that it carries, and points in all; ``shared`` counts
    the points it carries that another account carries too.
    """

    witness: str
    points: int
    share: float
    speakers: tuple[tuple[str, int, int], ...]
    shared: int = 0
    cells: tuple[Cell, ...] = ()

    def count(self, state: str) -> int:
        """How many cells are in a state, or stand in a place (headline, lead, body)."""
        return sum(state in (c.state, c.where) for c in self.cells)


@dataclass(frozen=True, slots=True)
class Selection:
    """An account that quotes one half of an utterance and drops the half said in the same breath.

    ``kept`` are its words; ``whole`` are passages of other accounts that carry both halves, ``dropped``
    the half in them that it does not carry. ``hinge`` is the word that joins the halves ("but"); ``why``
    is one plain sentence; ``score`` is uncalibrated, 0–1.
    """

    witness: str
    kept: Span
    whole: tuple[Span, ...]
    dropped: tuple[Span, ...]
    hinge: str
    why: str
    speaker: str | None = None
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Framing:
    """Something countable in how one account tells it.

    ``kind`` is verb (a reporting verb), actor, acted-on, passive, loaded or headline; ``who`` is the
    name concerned, if any; ``word`` the lemma; ``spans`` every place counted. Of a headline that its
    body does not bear out, ``word`` is figure, name or fact, ``note`` the sentence that says so, and
    the first span lies in the headline.
    """

    witness: str
    kind: str
    word: str
    spans: tuple[Span, ...]
    who: str | None = None
    note: str = ""
