"""The dossiers that pages show: found in the library, read once, their parts filled once.

Keeps the newest of both in memory, bounded. Compares nothing: a dossier that is not made yet is asked of the
worker. Invariant: what is kept in memory is keyed by all that it was made from.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from ...desk import story as desk
from ...dossier.render.coverage import COLUMNS
from ...dossier.render.facts import Edge, Facts, Numbered, facts
from ...dossier.render.sections import Hooks, Way, section
from ...dossier.render.since import Step, steps
from ...engine import shelf
from ...store.codec import stamp

if TYPE_CHECKING:
    from ...store import Event, Kept, Tale
    from .site import Site

Json = dict[str, Any]
T = TypeVar("T")
OPEN = 240
"""Accounts of the dossiers kept in memory; one takes about half a megabyte there."""
SEEN = 100
STRIPS, FEWEST = 360, 12
"""Signs in the strips of the coverage, over all accounts; and points that each shows at least."""
MARKED = {
    "accounts": "articles", "points": "points", "discrepancies": "discrepancies", "statements": "statements"
}  # fmt: skip
"""What is marked as new, and how the desk calls it."""
ROOM, DISCREPANCY, READING, MOST_READINGS = 72_000, 3_000, 230, 24
"""Bytes that the discrepancies of a page may take, and what one and a reading of it take."""
LARGE = 16
"""Accounts of a story of which pages that show a part whole show the first alone."""
FILLED = 24_000_000
"""Signs of filled parts kept in memory."""


class NotMade(LookupError):
    """A dossier that is not made yet was to be shown."""


class Recent(Generic[T]):
    """The newest values, up to a sum of weights; for threads."""

    def __init__(self, most: int, weigh: Callable[[T], int] = lambda _: 1) -> None:
        self._most, self._weigh, self._lock = most, weigh, Lock()
        self._held: OrderedDict[Hashable, T] = OrderedDict()
        self._sum = 0

    def get(self, key: Hashable, make: Callable[[], T | None]) -> T | None:
        """What is kept under a key, or what is made now; None is not kept."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        if made is not None:
            self._keep(key, made)
        return made

    def _keep(self, key: Hashable, made: T) -> None:
        with self._lock:
            if key not in self._held:
                self._sum += self._weigh(made)
            self._held[key] = made
            while self._sum > self._most and len(self._held) > 1:
                self._sum -= self._weigh(self._held.popitem(last=False)[1])


@dataclass(frozen=True)
class Dossier:
    """A dossier as read: what it was made from, its facts, what came out when, and the story's accounts.

    A discrepancy that a person holds for harmless is so in the facts, marked as ``held``. ``pages`` are the
    numbered discrepancies, conflicts first, as they are dealt out over pages.
    """

    key: Hashable
    known: Facts
    steps: tuple[Step, ...]
    accounts: tuple[Kept, ...]
    counts: Json
    verdict: str
    pages: tuple[Numbered, ...]


@dataclass(frozen=True)
class Opened:
    """A story as somebody asked for it: what stands beside its dossier, and the dossier as far as it is made.

    ``whole`` is the dossier of all accounts; where ``until`` says a time, ``dossier`` is that of the accounts
    published by then, else the same.
    """

    tale: Tale
    until: str
    whole: Dossier | None
    dossier: Dossier | None
    beside: Json

    @property
    def way(self) -> Way:
        """Where its parts are served."""
        query = f"?until={quote(self.until, safe='')}" if self.until else ""
        several = self.dossier is not None and len(self.dossier.pages) > 1
        return Way(f"/stories/{self.tale.id}", query, several)

    @property
    def marks(self) -> dict[str, frozenset[str]]:
        """What is new to the reader, by kind and by the dossier's ids."""
        fresh = self.beside["fresh"]
        return {kind: frozenset(fresh[name]) for kind, name in MARKED.items() if fresh[name]}


_read: Recent[Dossier] = Recent(OPEN, lambda d: len(d.accounts))
_filled: Recent[str] = Recent(FILLED, len)
_standing: Recent[Json] = Recent(SEEN)


def opened(site: Site, story: str, until: str = "") -> Opened:
    """A story with its dossier, as far as that is made.

    :param until: an ISO date or time: what was known then.
    :raises InputError: when there is no such story, or that is no time.
    """
    library = site.library
    tale = library.story(story)
    if until:
        stamp(until)
    whole = _dossier(site, tale, "")
    dossier = _dossier(site, tale, until) if until else whole
    since = library.looked([tale.id], site.now()).get(tale.id, "")
    accounts = dossier.accounts if dossier else tuple(library.accounts(story=tale.id))
    document = dossier.known.document if dossier else None
    link = f"{site.base}/stories/{tale.id}"
    said = desk.said(library, document, tale, accounts, until, link)
    return Opened(tale, until, whole, dossier, _stands(dossier, accounts, since) | said)


def counts(known: Facts) -> Json:
    """How many there are of what the pages hold."""
    return {
        "accounts": len(known.accounts),
        "origins": known.most_origins,
        "points": len(known.rows),
        "shared": len(known.shared),
        "single": known.single,
        "discrepancies": len(known.conflicts),
        "unsure": len(known.unsure),
        "harmless": len(known.harmless),
    }


def _stands(dossier: Dossier | None, accounts: tuple[Kept, ...], since: str) -> Json:
    """What stands beside a dossier and is the same while nothing of it changes."""
    if dossier is None:
        return desk.standing(None, accounts, since)
    document = dossier.known.document
    made = _standing.get((dossier.key, since), lambda: desk.standing(document, accounts, since))
    return made or {}


def _dossier(site: Site, tale: Tale, until: str) -> Dossier | None:
    library = site.library
    said = library.version[1]  # a person's word may move an account within the second
    key = (site.place, tale.id, tale.grew, tale.accounts, said, site.settings, until)

    def make() -> Dossier | None:
        document = shelf.kept(library, tale.id, site.settings, until or None)
        if document is None:
            return None
        known = facts(_held(document, library.remarks(tale.id)))
        accounts = tuple(library.accounts(story=tale.id))
        dealt = tuple(_dealt(known))
        made = Dossier(key, known, tuple(steps(known)), accounts, counts(known), known.verdict, dealt)
        # A search for unreachable values looks at every value held: with seventy dossiers that stopped all
        # readers for a quarter of a second, every few seconds. Dossiers hold no ring: they need no search.
        gc.collect(1)
        gc.freeze()
        return made

    return _read.get(key, make)


def _held(document: Json, remarks: Mapping[str, Event]) -> Json:
    """A dossier in which the discrepancies that a person holds for harmless are explained by that."""
    told = [
        {**d, "innocent": remarks[d["id"]].why, "held": True} if d["id"] in remarks else d
        for d in document["discrepancies"]
    ]
    return {**document, "discrepancies": told}


def _dealt(known: Facts) -> Iterator[Numbered]:
    """The discrepancies, dealt out over pages by what they take."""
    page: Numbered = []
    held = 0
    for one in (*known.conflicts, *known.unsure, *known.harmless):
        takes = DISCREPANCY + READING * min(len(one[1]["readings"]), MOST_READINGS)
        if page and held + takes > ROOM:
            yield page
            page, held = [], 0
        page.append(one)
        held += takes
    yield page


def filled(
    found: Opened,
    name: str,
    slot: Callable[[Json], str] | None = None,
    slotted: Hashable = None,
    **values: Any,
) -> str:
    """A part of an opened story's dossier, filled with marks and what stands under each discrepancy.

    :param slotted: what the slots are made from beside the remarks on the story's discrepancies.
    """
    dossier = found.dossier
    if dossier is None:
        raise NotMade
    told = tuple((k, r["number"]) for k, r in sorted(found.beside["remarks"].items())) if slot else ()
    marks = tuple(sorted((kind, tuple(sorted(ids))) for kind, ids in found.marks.items()))
    key = (dossier.key, name, found.way, told, slotted, marks, _keyed(values))
    hooks = Hooks(
        found.marks, slot, partial(_account, found.beside["named"]), _person, partial(_pair, found),
        max(FEWEST, min(COLUMNS, STRIPS // len(dossier.accounts or "-"))), len(dossier.accounts) > LARGE,
    )  # fmt: skip
    made = _filled.get(key, lambda: section(dossier.known, name, found.way, hooks, **values))
    return made or ""


def _account(named: dict[str, str], name: str) -> str:
    return f"/accounts/{quote(named[name], safe='')}" if name in named else ""


def _pair(found: Opened, edge: Edge) -> str:
    """The address of the two texts of an edge, where both are accounts."""
    signs = {a.id: a.siglum for a in found.dossier.known.accounts} if found.dossier else {}
    if edge.parent not in signs or edge.child not in signs:
        return ""
    two = urlencode({"a": signs[edge.parent], "b": signs[edge.child]})
    return f"{found.way.to('compare')}{'&' if found.way.query else '?'}{two}"


def _person(name: str) -> str:
    return f"/people/{quote(name, safe='', errors='replace')}"


def _keyed(values: Json) -> Hashable:
    """What a part is made from, by the numbers of points and accounts."""

    def short(value: Any) -> Hashable:
        if isinstance(value, dict):  # a line of the document; which, is said by the page's number
            return None
        if isinstance(value, list | tuple):
            return tuple(short(v) for v in value)
        return getattr(value, "number", getattr(value, "index", value))  # type: ignore[no-any-return]

    return tuple(sorted((k, short(v)) for k, v in values.items()))
