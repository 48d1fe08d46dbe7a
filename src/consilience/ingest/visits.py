"""From an address that lists articles to the articles: the pages of a feed's openings and of a sitemap.

Every request goes through the ``visit`` it is given. Without one, only what the list itself holds is
read. Invariant: a page that cannot be fetched or read is a ``Problem``, and the others are read.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import FetchError, InputError
from ..model import Problem
from ..settings import Ingest
from .draft import Draft, Source, Visit
from .feeds import Entry, Feed, entry_draft, stated

MOST_LISTS = 50
"""Most further lists (parts of a sitemap index, feeds of an outline) read for one address that is added."""
ADD = "name the pages, or add its address to a library: that fetches them"


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
    """Yield the articles of one list."""
    left = 0
    for entry in feed.entries:
        if entry.whole:
            yield entry_draft(entry, source, settings)
        elif visit is None or not entry.url:
            left += 1
        else:
            yield from read_page(entry, settings, visit)
    if left:
        what = f"holds no more than the opening or the address of {left} of its {len(feed.entries)} articles"
        yield Problem(what, source.where, ADD)


def read_page(entry: Entry, settings: Ingest, visit: Visit) -> Iterator[Draft | Problem]:
    """Yield the article on the page of an entry, completed by what the entry says of it."""
    from .readers import LISTS, kind, read_source

    try:
        source = visit(entry.url or "")
        if kind(source) in LISTS:  # a list that names itself would be read without end
            raise InputError("is a list of articles, not one", todo="follow it by itself")
        for item in read_source(source, settings):
            yield item if isinstance(item, Problem) else stated(item, entry)
    except (FetchError, InputError) as error:
        yield Problem(error.what, error.where or entry.url or "", error.todo)
