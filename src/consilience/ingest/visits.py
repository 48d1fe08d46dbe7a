"""From an address that lists articles to the articles: the pages of a feed's openings and of a sitemap.

``Visitor`` fetches pages as a program should: it obeys robots.txt and leaves hosts in peace between two
requests. Every request goes through the ``visit`` that the functions are given; without one, only what the
list itself holds is read. What is followed round after round is ``rounds``'s. Invariant: a page that
cannot be fetched or read is a ``Problem``, and the others are read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from ..errors import FetchError, InputError
from ..model import Problem
from ..settings import Ingest
from .addresses import host
from .draft import Draft, Source, Visit
from .feeds import Entry, Feed, entry_draft, stated
from .following import Spacing, Validators
from .robots import Robots

LONGEST_WAIT = 60.0
"""Seconds that are waited for a host; one that wants longer is left to the next round."""
MOST_LISTS = 50
"""Most further lists (parts of a sitemap index, feeds of an outline) read for one address that is added."""
ADD = "name the pages, or add its address to a library: that fetches them"


class LaterError(FetchError):
    """A host wants to be left alone for longer than is waited.

    :param pause: seconds until it may be asked.
    """

    stops = True

    def __init__(self, where: str, pause: float) -> None:
        super().__init__(
            f"wants {pause:.0f} seconds between two requests", where=where, todo="try again later"
        )
        self.pause = pause


class StoppedError(FetchError):
    """The person has asked to stop."""

    stops = True

    def __init__(self, where: str) -> None:
        super().__init__("was not fetched: stopped", where=where, todo="start again")


class ForbiddenError(FetchError):
    """A host does not want programs to fetch an address."""

    lasting = True


class Visitor:
    """Fetches pages for a program: obeys robots.txt, and leaves a pause between two requests to one host.

    >>> visitor = Visitor(Ingest(), clock=lambda: 0.0, wait=lambda seconds: None)
    >>> try:
    ...     visitor("http://127.0.0.1/private")
    ... except FetchError as error:
    ...     print(error.what)
    host '127.0.0.1' is at 127.0.0.1, which is not on the public internet

    May be shared by threads.

    :param clock: seconds that only grow (``time.monotonic``).
    :param wait: sleeps so many seconds; what is true from it means stop (``threading.Event().wait``).
    """

    def __init__(
        self, settings: Ingest, *, clock: Callable[[], float], wait: Callable[[float], object]
    ) -> None:
        from .fetch import AGENT, fetch

        self.settings, self._clock, self._wait = settings, clock, wait
        self._fetch, self._agent = fetch, AGENT
        self._spacing, self._lock = Spacing(), threading.Lock()
        self._robots = Robots(self._rules, AGENT)

    def __call__(self, url: str) -> Source:
        """The page at an address.

        :raises FetchError: when it may not be fetched, or cannot be.
        """
        return self.ask(url, Validators())

    def ask(self, url: str, since: Validators) -> Source:
        """The page at an address, if it has changed.

        :raises NotModified: when it has not.
        :raises FetchError: when it may not be fetched, or cannot be.
        """
        try:
            return self._fetch(url, self.settings, since=since, gate=self._gate)
        except FetchError as error:
            pause = getattr(error, "pause", None)
            if pause and not isinstance(error, LaterError):
                with self._lock:
                    self._spacing.hold(host(url), self._clock(), pause)
            raise

    def _rules(self, url: str) -> Source:
        self._in_turn(url, self.settings.delay)
        return self._fetch(url, self.settings, any_kind=True)

    def _gate(self, url: str) -> None:
        """Let a request through when the host allows it, at its turn."""
        with self._lock:
            rule = self._robots.known(url, self._clock())
        if rule is None:
            rule = self._robots.asked(url, self._clock())
            with self._lock:
                self._robots.keep(url, rule)
        if rule.refuses:
            raise FetchError(f"was not fetched: {rule.refuses}", where=url, todo="try again later")
        if not rule.allows(url, self._agent):
            todo = "name the page itself if you may read it"
            raise ForbiddenError("may not be fetched by programs (robots.txt)", where=url, todo=todo)
        self._in_turn(url, max(self.settings.delay, rule.delay(self._agent)))

    def _in_turn(self, url: str, gap: float) -> None:
        """Wait until a request may go to the address's host."""
        name = host(url)
        with self._lock:
            pause = self._spacing.wait(name, self._clock())
            if pause > LONGEST_WAIT:
                raise LaterError(url, pause)
            self._spacing.reserve(name, self._clock(), gap)
        if self._wait(pause):
            raise StoppedError(url)


def read_listed(
    feed: Feed, source: Source, settings: Ingest, visit: Visit | None
) -> Iterator[Draft | Problem]:
    """Yield the articles of a feed, sitemap or outline, and those of the lists that it leads to."""
    waiting = [(feed, source)]
    seen = {source.url or source.where}
    while waiting:
        here, place = waiting.pop(0)
        yield from here.problems
        yield from _entries(here, place, settings, visit)
        if here.more and visit is None and here.kind != "feed":
            what = f"lists {len(here.more)} further feeds or sitemaps, which were not fetched"
            yield Problem(what, place.where, ADD)
        for address in here.more if visit else ():
            if address not in seen and len(seen) <= MOST_LISTS:
                seen.add(address)
                found = fetched_list(address, settings, visit)
                if isinstance(found, Problem):
                    yield found
                else:
                    waiting.append(found)


def fetched_list(address: str, settings: Ingest, visit: Visit | None) -> tuple[Feed, Source] | Problem:
    """The list at an address, or why there is none."""
    from .readers import listed

    if visit is None:
        return Problem("was not fetched", address, ADD)
    try:
        source = visit(address)
        return listed(source, settings), source
    except (FetchError, InputError) as error:
        return Problem(error.what, error.where or address, error.todo)


def _entries(feed: Feed, source: Source, settings: Ingest, visit: Visit | None) -> Iterator[Draft | Problem]:
    """Yield the articles of one list: those it holds, and the pages of so many others."""
    named = []
    for entry in feed.entries:
        if entry.whole:
            yield entry_draft(entry, source, settings)
        else:
            named.append(entry)
    pages = [entry for entry in named if entry.url] if visit else []
    for entry in pages[: settings.max_items]:
        try:
            yield from read_page(entry, settings, visit)
        except (FetchError, InputError) as error:
            yield Problem(error.what, error.where or entry.url or "", error.todo)
    left, total = len(named) - len(pages), len(feed.entries)
    if len(pages) > settings.max_items:
        what = f"names {len(pages):,} pages, of which {settings.max_items} were fetched"
        yield Problem(what, source.where, "raise ingest.max_items, or follow it")
    if left:
        what = f"holds no more than the opening or the address of {left} of its {total} articles"
        yield Problem(what, source.where, ADD)


def read_page(entry: Entry, settings: Ingest, visit: Visit | None) -> Iterator[Draft | Problem]:
    """Yield the article on the page of an entry, completed by what the entry says of it.

    :raises FetchError: when it cannot be fetched.
    :raises InputError: when it cannot be read.
    """
    from .readers import LISTS, kind, opened, read_source

    if visit is None or not entry.url:
        raise InputError("was not fetched", where=entry.url or "", todo=ADD)
    source = opened(visit(entry.url), settings)
    if kind(source) in LISTS:  # a list that names itself would be read without end
        raise InputError("is a list of articles, not one", where=source.where, todo="follow it by itself")
    for item in read_source(source, settings):
        yield item if isinstance(item, Problem) else stated(item, entry)
