"""The documents of the API: what it takes, bounded, and what it gives, as OpenAPI describes it.

Models alone; no rule of the library. What is given may gain fields, as a dossier may; what is taken may
hold no other field than those told here. Invariant: nothing the API takes is larger than stated here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ...ingest.addresses import split
from ...settings import Ingest

MOST_CHARS = Ingest().max_chars
MOST_GIVEN = 50
"""Texts and addresses of one call."""
MOST_WAIT = 60


def _moment(value: str) -> str:
    """An ISO date or time, as it was given."""
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("is no ISO date or time; write it as 2031-10-14") from error
    return value


def _address(value: str) -> str:
    """An http(s) address; whether it may be opened is decided where it is opened."""
    if split(value) is None or not value.isprintable():
        raise ValueError("is no web address; give http://… or https://…")
    return value


def _solid(value: str) -> str:
    """Words, and not blanks alone."""
    if not value.strip():
        raise ValueError("holds no word")
    return value


Moment = Annotated[
    str,
    Field(max_length=40, pattern=r"^\d{4}-\d\d-\d\d", examples=["2031-10-14T09:30:00+00:00"]),
    AfterValidator(_moment),
]
Address = Annotated[
    str,
    Field(
        min_length=8,
        max_length=2000,
        pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://\S+$",
        examples=["https://meldenpost.example/dam"],
    ),
    AfterValidator(_address),
]
Words = Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S"), AfterValidator(_solid)]
Ident = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[int, Field(ge=1, le=1_000_000_000)]
Note = Annotated[str, Field(max_length=20_000)]
Span = Annotated[
    list[int],
    Field(min_length=2, max_length=2, description="Start and end in code points of the account's text."),
]


class Taken(BaseModel):
    """What is sent to the API: nothing but what is told here."""

    model_config = ConfigDict(extra="forbid")


class Given(BaseModel):
    """What the API answers: fields may be added, none is renamed."""

    model_config = ConfigDict(extra="allow")


class Problem(Given):
    """What went wrong, in the one shape of every error (RFC 9457)."""

    type: str = Field(description="Always about:blank: the status says which kind it is.")
    title: str = Field(description="The status in words.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What is wrong, in one sentence.")
    where: str = Field(description="The value or place it is about; empty where there is none.")
    todo: str = Field(description="What to do next; empty where nothing helps.")


PROBLEM_EXAMPLE = {
    "type": "about:blank", "title": "Not Found", "status": 404,
    "detail": "there is no story 's1:0000'", "where": "", "todo": "see the stories for their ids",
}  # fmt: skip


# -- stories and accounts --


class Disputed(Given):
    """A discrepancy that a list of stories shows."""

    id: str
    kind: str
    explanation: str


class Brief(Given):
    """What a comparison of a story found, in few lines."""

    accounts: int
    origins: int = Field(description="Most independent origins behind any point.")
    independent: dict[str, int] = Field({}, description="The highest lower and upper bound: low, high.")
    shared: int = Field(description="Points that two accounts or more tell.")
    single: int = Field(0, description="Of these, points of one origin.")
    conflicts: int
    conflict_ids: list[str] = []
    unsure: int = Field(0, description="Conflicts that were more often wrong than right where it was tested.")
    harmless: int = Field(description="Discrepancies with a harmless explanation.")
    disputed: list[Disputed]
    first: dict[str, Any] | None = Field(None, description="The account that came first, if known.")
    verdict: str
    summary: list[str]
    fresh: bool = Field(description="Whether the story has not grown since.")


class Tale(Given):
    """A story in a list."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "id": "s1:4c02eef4777a3cbf", "label": "Dam above Melden holds after two days of rain",
                    "first": "2031-10-14T06:10:00+00:00", "last": "2031-10-15T18:00:00+00:00",
                    "accounts": 7, "grew": "2031-10-15T18:02:11+00:00", "also": [], "brief": None,
                }
            ]
        },
    )  # fmt: skip

    id: str
    label: str
    first: str | None
    last: str | None
    accounts: int
    grew: str
    also: list[str] = Field(description="Ids of stories merged into it; they lead here.")
    brief: Brief | None = Field(None, description="What its comparison found; null while it has none.")


class Account(Given):
    """An account without its text: what it is, and why it is in its story."""

    id: str
    name: str
    title: str | None
    outlet: str | None
    authors: list[str]
    published: str | None
    url: str | None
    language: str | None
    words: int
    added: str
    story: str
    near: str | None
    score: float
    why: str


class Event(Given):
    """An entry of the history."""

    number: int
    at: str
    actor: Literal["person", "program"]
    kind: str
    story: str | None
    other: str | None
    accounts: list[str]
    names: list[str]
    why: str
    undone: int | None
    undoes: int | None
    note: str


class Story(Tale):
    """A story with its accounts and what happened to it."""

    members: list[Account]
    history: list[Event]


class Passage(Given):
    """A statement of an account, with the words that stand at its spans."""

    id: str
    speaker: str | None
    form: str
    chain: list[str] = Field(description="The way it came, the outermost first.")
    spans: list[Span]
    words: str


class Whole(Given):
    """An account with its text, its statements, and its neighbours in descent."""

    account: Account
    story: Tale
    annotated: bool = Field(description="Whether it has been read for who said what.")
    text: str
    statements: list[Passage]
    names: dict[str, list[str]]
    compared: bool = Field(description="Whether its story has a dossier; without one it has no neighbours.")
    neighbours: list[dict[str, Any]]


# -- what is asked --


class Hit(Given):
    """Something found, with the stretch that shows why."""

    kind: Literal["account", "statement", "point"]
    id: str
    account: str | None
    story: str
    title: str | None
    outlet: str | None
    published: str | None
    speaker: str | None
    snippet: str
    start: int
    end: int
    spans: list[Span] = Field(description="The words that matched, in the measure of start and end.")
    score: float


class Total(Given):
    """How many of one kind were found."""

    kind: str
    count: int
    exact: bool = Field(description="False where counting stopped there.")


class Found(Given):
    """What a search found, best first."""

    items: list[Hit]
    totals: list[Total]
    notes: list[str] = Field(description="How the query was read, and what was bounded.")
    next: str | None


class Said(Given):
    """An utterance in one account."""

    statement: str
    form: str
    chain: list[str]
    account: str
    outlet: str | None
    published: str | None
    story: str
    spans: list[Span]


class Line(Given):
    """A wording, with every account that carries it."""

    speaker: str
    wording: str
    said: list[Said]


class Person(Given):
    """What a person or body said, over all stories, and through whom."""

    name: str
    names: list[str] = Field(description="The forms taken for that name.")
    known: bool = Field(description="Whether anything is said or told of that name.")
    about: str
    total: int = Field(description="How many statements there are in all.")
    apart: list[str] = Field(description="Stories in which the name is somebody else's.")
    items: list[Line] = Field(description="Their wordings: a page of them.")
    next: str | None


class Outlet(Given):
    """What was counted of an outlet: counts, and no verdict."""

    name: str
    compared: dict[str, int] = Field(description="Accounts and stories that were counted over.")
    first: int = Field(description="Stories in which it came out first …")
    first_of: int = Field(description="… of those where that can be told.")
    items: list[Account] = Field(description="Its accounts: a page of them.")
    notes: list[str]
    next: str | None


class Counted(Given):
    """An outlet in the list of outlets."""

    name: str
    accounts: int
    stories: int
    first: int
    first_of: int


# -- the reader's own --


class Interest(Given):
    """What is followed or muted."""

    number: int
    kind: str
    value: str
    muted: bool
    at: str


class NewInterest(Taken):
    """Something to follow or to mute."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "topic", "value": "dam OR flood", "muted": False}]},
    )

    kind: Literal["topic", "person", "place", "outlet", "story"]
    value: Words = Field(description="A search, a name, or a story's id.")
    muted: bool = False


class Feed(Given):
    """A feed, sitemap or page that is watched."""

    url: str
    kind: str
    next: str | None = Field(description="When it is asked next; null: at once.")
    failures: int
    note: str
    parent: str | None


class NewFeed(Taken):
    """A feed, sitemap or page to watch."""

    url: Address


class Item(Given):
    """A story or account in a report."""

    number: int
    kind: Literal["story", "account"]
    ref: str
    note: str


class Report(Given):
    """A named collection of stories and accounts."""

    number: int
    title: str
    note: str
    at: str
    items: list[Item]


class NewReport(Taken):
    """A report to begin."""

    title: Words = Field(examples=["The Melden dam, week by week"])
    note: Note = ""


class ReportChange(Taken):
    """What is to be different of a report; what is left out stays."""

    title: Words | None = None
    note: Note | None = None


class NewItem(Taken):
    """A story or account for a report."""

    kind: Literal["story", "account"]
    ref: Ident = Field(description="Its id.", examples=["s1:4c02eef4777a3cbf"])
    note: Note = ""


class ItemChange(Taken):
    """What is to be different of an item; what is left out stays."""

    note: Note | None = None
    place: Number | None = Field(None, description="Its place in the report, from 1.")


# -- what is given to read, and what comes of it --


class Text(Taken):
    """An account as it is pasted."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARS), AfterValidator(_solid)]
    title: Annotated[str, Field(max_length=500)] | None = None
    outlet: Annotated[str, Field(max_length=200)] | None = None
    published: Moment | None = None
    url: Address | None = None
    authors: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)] = []


class Accounts(Taken):
    """Accounts, as texts, as addresses of pages, or both."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "texts": [
                        {
                            "text": "The dam above Melden held on Monday, the mayor, Ada Brandt, said. …",
                            "outlet": "Melden Post", "published": "2031-10-14",
                        }
                    ],
                    "addresses": ["https://dravikcourier.example/dam"],
                }
            ]
        },
    )  # fmt: skip

    texts: Annotated[list[Text], Field(max_length=MOST_GIVEN)] = []
    addresses: Annotated[list[Address], Field(max_length=MOST_GIVEN)] = []


class Fault(Given):
    """Something that could not be used."""

    what: str
    where: str
    todo: str


class Job(Given):
    """Something asked of the worker, and what became of it."""

    number: int
    kind: str
    state: Literal["waiting", "begun", "done", "failed"]
    at: str
    ended: str
    outcome: dict[str, Any] = Field(
        description="Of accounts taken in: what became of each; of a comparison: story or dossier; "
        "of what failed: problem."
    )


class Quoted(Given):
    """A passage that speaks to a claim."""

    account: str
    outlet: str | None
    title: str | None
    published: str | None
    story: str
    start: int
    end: int
    words: str
    speaker: str | None
    explanation: str | None
    score: float


class Bounds(Given):
    """How many independent origins there are, at least and at most, and why so."""

    low: int
    high: int
    why: str


class Named(Given):
    """A story by its label."""

    id: str
    label: str


class Reported(Given):
    """A point that says what a claim says."""

    point: str | None
    says: str
    story: Named
    accounts: list[Quoted]
    speakers: list[str]
    independent: Bounds
    origins: list[Any]
    score: float


class Checked(Given):
    """Who reports a claim, how independently, who contradicts it. What is reported is not thereby true."""

    claim: str
    reported: list[Reported]
    contradicted: list[Quoted]
    related: list[Quoted]
    independent: Bounds
    stories: list[Tale]
    notes: list[str]


# -- corrections --


class Merge(Taken):
    """Two stories are one: the first stays."""

    kind: Literal["merge"]
    story: Ident
    other: Ident


class Split(Taken):
    """Some accounts of a story are a story of their own."""

    kind: Literal["split"]
    story: Ident
    accounts: Annotated[list[Ident], Field(min_length=1, max_length=400)]


class Move(Taken):
    """An account belongs to another story, or without one to its own."""

    kind: Literal["move"]
    account: Ident
    story: Ident | None = None


class Same(Taken):
    """Two names are one person or body."""

    kind: Literal["same"]
    names: Annotated[list[Words], Field(min_length=2, max_length=2)]


class NotSame(Taken):
    """In these stories a name is somebody else's."""

    kind: Literal["not same"]
    name: Words
    stories: Annotated[list[Ident], Field(min_length=1, max_length=50)]


class Harmless(Taken):
    """A discrepancy of a story is harmless, because …"""

    kind: Literal["harmless"]
    story: Ident
    discrepancy: Ident
    why: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_solid)]


Correction = Annotated[
    Merge | Split | Move | Same | NotSame | Harmless,
    Field(
        discriminator="kind",
        examples=[{"kind": "merge", "story": "s1:4c02eef4777a3cbf", "other": "s1:9d51a0c2be3f7e10"}],
    ),
]


# -- lists and the state --


class Stories(Given):
    """A page of stories."""

    items: list[Tale]
    total: int | None = Field(description="How many there are in all; null where that was not counted.")
    next: str | None = Field(description="The address of the next page; null on the last.")


class Events(Given):
    """Entries of the history, the newest first."""

    items: list[Event]
    next: str | None


class Outlets(Given):
    """Outlets, those with most accounts first."""

    items: list[Counted]
    next: str | None


class Interests(Given):
    """Everything that is followed or muted."""

    items: list[Interest]
    total: int


class Feeds(Given):
    """Everything that is watched."""

    items: list[Feed]
    total: int


class Reports(Given):
    """All reports, the newest first."""

    items: list[Report]
    total: int


class Jobs(Given):
    """Jobs, the newest first."""

    items: list[Job]
    next: str | None


class Status(Given):
    """The library as it stands."""

    version: str
    accounts: int
    stories: int
    statements: int
    unread: int = Field(description="Accounts that nobody has read for who said what yet.")
    jobs: int = Field(description="Jobs that are still to be done.")
