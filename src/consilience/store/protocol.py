"""What a library of accounts can do, whichever database keeps it.

Holds the value types that go in and come out, and the ``Store`` protocol; no database. Every
implementation runs the contract of ``tests/test_store_contract.py``. Invariant: what goes in comes
out equal, field by field, and an id stands for one content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..model import Annotated, Point, Witness, tagged_hash

if TYPE_CHECKING:
    from ..ingest.following import Followed

KINDS = ("account", "statement", "point")
"""What can be searched."""
INTERESTS = ("topic", "person", "place", "outlet", "story")
"""What a reader can follow or mute: a saved search, a name, an outlet or a story."""


def content_key(witness: Witness) -> str:
    """Identity of what an account says, whatever it is called: its words and imprint.

    >>> a, b = Witness("w1:a", "one", "The dam held."), Witness("w1:b", "two", "The dam held.")
    >>> content_key(a) == content_key(b)
    True
    """
    return tagged_hash("c1", witness.text, witness.outlet, witness.published, witness.url)


@dataclass(frozen=True, slots=True)
class Entry:
    """An account as it is added: with the story it was put in and why.

    ``when`` is the time of the event in days since 1970 (UTC), ``added_at`` an ISO time; ``near`` is
    the account that decided, ``score`` how alike the two are.
    """

    witness: Witness
    story: str
    profile: bytes = b""
    when: float = 0.0
    added_at: str = ""
    score: float = 0.0
    near: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An account as it lies in the library; ``number`` counts in order of arrival.

    ``annotated`` is the stage version its statements were found with, or None.
    """

    number: int
    witness: Witness
    story: str
    when: float
    added_at: str
    score: float
    near: str | None
    why: str
    annotated: str | None = None


@dataclass(frozen=True, slots=True)
class Tale:
    """A story as it lies in the library: its label is the title of its earliest account.

    ``grew`` is when an account last joined or left it; ``also`` are the ids of stories merged into it.
    """

    id: str
    label: str
    first: str | None
    last: str | None
    accounts: int
    grew: str
    also: tuple[str, ...] = ()


class Moved(Protocol):
    """A program's merge or split: ``group.stream.Change`` is one.

    Of a merge, ``story`` stays and ``other`` ends; of a split, ``other`` begins with ``accounts``.
    """

    @property
    def kind(self) -> str: ...
    @property
    def story(self) -> str: ...
    @property
    def other(self) -> str: ...
    @property
    def accounts(self) -> tuple[str, ...]: ...
    @property
    def score(self) -> float: ...
    @property
    def why(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the history: ``kind`` is merge, split, move, same, not same, harmless or undo.

    ``actor`` is person or program; ``accounts`` changed their story, ``joined`` were in the one they came
    to and ``rest`` stayed in the one they left; of a merge ``other`` ended in ``story``, of a split or move
    they went from ``story`` to ``other``. ``names`` are the names concerned (of "not same": the name, then
    the stories; of "harmless": the discrepancy of ``story`` that is so, and ``why`` it is). ``undone`` is
    the entry that undid this one; ``note`` says what an undo could not put back.
    """

    number: int
    at: str
    actor: str
    kind: str
    story: str | None = None
    other: str | None = None
    accounts: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    score: float = 1.0
    why: str = ""
    undone: int | None = None
    undoes: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """People's word on two accounts: whether they share a story.

    What is tied together is so transitively, and an apart tie holds for all that is tied together
    with its ends.
    """

    a: str
    b: str
    together: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found.

    ``id`` is the account's, statement's or point's; ``start:end`` is the stretch to show, in code
    points of the account's own text (of a point: of its words), and ``spans`` the words that matched
    in it, in the same measure.
    """

    kind: str
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
    spans: tuple[tuple[int, int], ...]
    score: float


@dataclass(frozen=True, slots=True)
class Total:
    """How many of one kind were found; not ``exact`` where counting stopped there."""

    kind: str
    count: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, best first; ``notes`` say how it was read and what was bounded."""

    hits: tuple[Hit, ...]
    totals: tuple[Total, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance in one account, with the way it came."""

    statement: str
    wording: str
    form: str
    chain: tuple[str, ...]
    account: str
    outlet: str | None
    published: str | None
    story: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger over all stories: one wording, and every account that carries it."""

    speaker: str
    wording: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one person said over all stories; ``names`` are the forms taken for that person's.

    ``total`` counts the statements, of which ``lines`` hold a page; ``apart`` are the stories in which
    the name is somebody else by a person's word.
    """

    names: tuple[str, ...]
    lines: tuple[Line, ...]
    total: int
    apart: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)


@dataclass(frozen=True, slots=True)
class Voice:
    """How a person was heard, counted in statements; each tuple is of a value and its count.

    ``outlets`` and ``days`` hold an empty value for accounts without; ``ways`` are the names between the
    account and the speaker, the outermost first, () where the account gives the words itself; ``stories``
    are ids.
    """

    outlets: tuple[tuple[str, int], ...] = ()
    ways: tuple[tuple[tuple[str, ...], int], ...] = ()
    forms: tuple[tuple[str, int], ...] = ()
    days: tuple[tuple[str, int], ...] = ()
    stories: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """How many statements."""
        return sum(count for _, count in self.forms)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement in an account, where its words stand there and who speaks."""

    statement: str
    speaker: str | None
    form: str
    chain: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Job:
    """Something asked of the worker: ``state`` is waiting, begun, done or failed."""

    number: int
    kind: str
    what: dict[str, Any]
    at: str
    state: str
    ended: str
    outcome: dict[str, Any]

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in ("waiting", "begun")


@dataclass(frozen=True, slots=True)
class Interest:
    """What the reader follows, or has muted: ``kind`` is one of ``INTERESTS``, ``value`` as it was given.

    Of a story, ``value`` is its id, which leads on where the story was merged.
    """

    number: int
    kind: str
    value: str
    muted: bool
    at: str


@dataclass(frozen=True, slots=True)
class Look:
    """When the reader last looked at something, and when in the visit before (empty: never).

    What is new to the reader is newer than ``before`` while the visit lasts.
    """

    what: str
    at: str
    before: str


@dataclass(frozen=True, slots=True)
class Item:
    """A story or account in a report, with what the reader wrote about it; ``ref`` is its whole id."""

    number: int
    kind: str
    ref: str
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """A reader's own collection, in the reader's order."""

    number: int
    title: str
    note: str
    at: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was counted of an outlet, and in how many stories; see ``dossier.brief``."""

    outlet: str
    kind: str
    value: str
    count: int
    stories: int


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on the outside of an account: id, name, title, outlet, time and address."""

    id: str
    name: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None


Arrival = tuple[str | None, str, str | None]
"""When an account was published, when it came into the library, and its outlet."""
Heading = tuple[str, float, int]
"""A story, the time of its newest account in days since 1970, and how many accounts it has."""
Counted = tuple[str, str, str, int]
"""An outlet, a kind of count, what is counted, how often."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: accounts added, those there already, corrections added, and what was wrong."""

    added: int
    there: int
    corrections: int
    faults: tuple[str, ...] = ()


class Writer(Protocol):
    """What can be written in one transaction."""

    def known(self, witness: Witness) -> Kept | None:
        """The account of this content, if it is there, whatever it is called."""
        ...

    def add(self, entry: Entry) -> bool:
        """Add an account; False if its content is there already."""
        ...

    def apply(self, change: Moved, at: str) -> bool:
        """Record a merge or split by the program; False if a person's word forbids it."""
        ...

    def annotated(self, account: str, version: str, annotated: Annotated) -> None:
        """Keep the statements and names of an account, in place of older ones."""
        ...

    def pointed(
        self, story: str, key: str, points: Sequence[Point], document: dict[str, Any] | None = None
    ) -> None:
        """Keep a story's dossier and its points, in place of older ones."""
        ...

    def summed(self, story: str, grew: str, brief: dict[str, Any], tallies: Sequence[Counted]) -> None:
        """Keep what lists show of a story and what it adds to its outlets' counts, in place of older."""
        ...

    def passed(self, story: str, key: str, document: dict[str, Any]) -> None:
        """Keep a dossier of what was known at a time."""
        ...

    def follow(self, one: Followed) -> None:
        """Follow a feed or folder, or keep what is new about it."""
        ...

    def forget(self, url: str) -> bool:
        """Follow it no more; False if it was not followed."""
        ...


class Store(Protocol):
    """A library of accounts and their stories."""

    def close(self) -> None: ...
    def writing(self) -> AbstractContextManager[Writer]: ...
    @property
    def version(self) -> tuple[int, int]: ...
    def account(self, ref: str) -> Kept: ...
    def accounts(self, *, story: str | None = None) -> Iterator[Kept]: ...
    def story(self, ref: str) -> Tale: ...
    def stories(
        self, *, order: str = "newest", limit: int = 50, offset: int = 0, since: str | None = None
    ) -> tuple[Tale, ...]: ...
    def tales(self, stories: Sequence[str]) -> tuple[Tale, ...]: ...
    def counts(self) -> dict[str, int]: ...
    def newest(self) -> float | None: ...
    def seen(self, url: str) -> bool: ...
    def profiles(
        self, first: float | None = None, last: float | None = None, *, most: int = -1, newest: bool = True
    ) -> Iterator[tuple[str, bytes, str]]: ...
    def pending(self, version: str, limit: int = 100) -> tuple[Witness, ...]: ...
    def pending_count(self, version: str) -> int: ...
    def document(self, story: str, key: str) -> dict[str, Any] | None: ...
    def ties(self) -> tuple[Tie, ...]: ...
    def merge(self, a: str, b: str, *, at: str) -> Event: ...
    def split(self, story: str, accounts: Iterable[str], *, at: str) -> Event: ...
    def move(self, account: str, story: str | None, *, at: str) -> Event: ...
    def same(self, a: str, b: str, *, at: str) -> Event: ...
    def not_same(self, name: str, stories: Iterable[str], *, at: str) -> Event: ...
    def harmless(self, story: str, discrepancy: str, why: str, *, at: str) -> Event: ...
    def remarks(self, *stories: str) -> dict[str, Event]: ...
    def undo(self, *, at: str, number: int | None = None) -> Event: ...
    def history(self, *, story: str | None = None, limit: int = 100) -> tuple[Event, ...]: ...
    def search(
        self, query: str, kinds: Sequence[str] = KINDS, *, limit: int = 20, offset: int = 0
    ) -> Results: ...
    def who(self, name: str, *, about: str = "", limit: int = 100, offset: int = 0) -> Ledger: ...
    def voice(self, name: str, *, about: str = "") -> Voice: ...
    def statements(self, account: str) -> tuple[Spoken, ...]: ...
    def named(self, account: str) -> dict[str, tuple[str, ...]]: ...
    def followed(self) -> tuple[Followed, ...]: ...
    def follow(self, one: Followed) -> None: ...
    def forget(self, url: str) -> bool: ...
    def ask(
        self, kind: str, what: dict[str, Any], files: Sequence[tuple[str, bytes]] = (), *, at: str
    ) -> int: ...
    def job(self, number: int) -> Job: ...
    def jobs(self, limit: int = 50) -> tuple[Job, ...]: ...
    def last_job(self, kind: str, what: dict[str, Any]) -> Job | None: ...
    def waiting(self) -> int: ...
    def job_files(self, number: int) -> tuple[tuple[str, bytes], ...]: ...
    def begin_job(self) -> Job | None: ...
    def end_job(self, number: int, outcome: dict[str, Any], *, at: str, failed: bool = False) -> None: ...
    def jobs_again(self, *, at: str) -> int: ...
    def briefs(self, stories: Sequence[str]) -> dict[str, dict[str, Any]]: ...
    def past(self, story: str, key: str) -> dict[str, Any] | None: ...
    def uncompared(self, limit: int = 20) -> tuple[str, ...]: ...
    def arrivals(self, stories: Sequence[str], most: int = 1_000) -> dict[str, tuple[Arrival, ...]]: ...
    def imprints(self, stories: Sequence[str], most: int = 100) -> dict[str, tuple[Imprint, ...]]: ...
    def outlets(self, limit: int = 50, offset: int = 0) -> tuple[tuple[str, int, int], ...]: ...
    def outlet_accounts(self, outlet: str, limit: int = 50, offset: int = 0) -> tuple[Kept, ...]: ...
    def tallies(self, outlet: str) -> tuple[Tally, ...]: ...
    def tallied_to(self, value: str, kind: str) -> tuple[Tally, ...]: ...
    def interests(self) -> tuple[Interest, ...]: ...
    def take_interest(self, kind: str, value: str, *, muted: bool = False, at: str) -> Interest: ...
    def lose_interest(self, number: int) -> bool: ...
    def front(
        self, limit: int, *, disputed: bool = False, since: str | None = None
    ) -> tuple[Heading, ...]: ...
    def matched(
        self, interests: Sequence[Interest], stories: Sequence[str]
    ) -> dict[int, dict[str, set[int]]]: ...
    def found(self, interests: Sequence[Interest], most: int) -> tuple[tuple[Heading, ...], bool]: ...
    def fresh(self, since: dict[str, str]) -> dict[str, int]: ...
    def look(self, what: str, at: str) -> Look: ...
    def looks(self, whats: Sequence[str]) -> dict[str, Look]: ...
    def looked(self, whats: Sequence[str], at: str) -> dict[str, str]: ...
    def reports(self) -> tuple[Report, ...]: ...
    def report(self, number: int) -> Report: ...
    def new_report(self, title: str, note: str = "", *, at: str) -> Report: ...
    def change_report(self, number: int, *, title: str | None = None, note: str | None = None) -> Report: ...
    def drop_report(self, number: int) -> bool: ...
    def add_item(self, report: int, kind: str, ref: str, note: str = "") -> Item: ...
    def change_item(self, number: int, note: str) -> Item: ...
    def move_item(self, number: int, place: int) -> None: ...
    def drop_item(self, number: int) -> bool: ...
    def check(self) -> tuple[str, ...]: ...
    def backup(self, path: Path) -> None: ...
    def export(self, path: Path, form: str = "") -> int: ...
    def import_(self, path: Path, form: str = "", *, at: str = "") -> Imported: ...
