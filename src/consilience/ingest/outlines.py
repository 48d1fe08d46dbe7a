"""Lists of addresses: sitemaps, sitemap indexes, news sitemaps, and outlines of feeds (OPML).

Reads what a list says of each page (date, title, outlet) and fetches none. Invariant: addresses come in
the order of the list, each once.
"""

from __future__ import annotations

import re
from typing import Any

from ..errors import InputError
from ..model import Problem
from ..settings import Ingest
from .addresses import split
from .draft import Source
from .feeds import Entry, Feed
from .manifest import clean
from .markup import children, descendants, first, parsed, words

MOST = 50_000
"""Most addresses in a sitemap, as its protocol has it."""


def read_sitemap(source: Source, settings: Ingest = Ingest()) -> Feed:  # noqa: B008 - frozen
    """Read a sitemap, news sitemap or sitemap index.

    >>> page = b"<urlset><url><loc>https://dravik.example/a</loc><lastmod>2031-05-06</lastmod></url></urlset>"
    >>> read_sitemap(Source("map", "map.xml", ".xml", page)).entries[0].published
    '2031-05-06'

    :raises InputError: when it cannot be read.
    """
    tree, fault = parsed(source, settings)
    entries: dict[str, Entry] = {}
    for row in descendants(tree, "url"):
        entry = _page(row)
        if entry and entry.url:
            entries.setdefault(entry.url, entry)
    parts = dict.fromkeys(
        address for row in descendants(tree, "sitemap") if (address := _address(first(row, "loc")))
    )
    kept = tuple(entries.values())[:MOST]
    return Feed("sitemap", None, None, kept, tuple(parts)[:MOST], None, _faults(fault, source))


def _page(row: Any) -> Entry | None:
    address = _address(first(row, "loc"))
    if address is None:
        return None
    news = first(row, "news")
    stamps = (words(first(news, "publication_date")), words(first(row, "lastmod")))
    dates = (clean("published", stamp)[0] for stamp in stamps)
    return Entry(
        address, address,
        title=words(first(news, "title")) or None,
        published=next(filter(None, dates), None),
        outlet=words(first(news, "publication", "name")) or None,
        stated="publication named in the sitemap",
    )  # fmt: skip


def _address(element: Any) -> str | None:
    address = words(element)
    return address if split(address) and not re.search(r"\s", address) else None


def _faults(fault: str, source: Source) -> tuple[Problem, ...]:
    return (Problem(fault, source.where, "check that it is whole"),) if fault else ()


def read_opml(source: Source, settings: Ingest = Ingest()) -> Feed:  # noqa: B008 - frozen
    """Read an outline of feeds, however its folders nest.

    >>> opml = b"<opml><body><outline text='Local'><outline xmlUrl='https://dravik.example/rss'/></outline></body></opml>"
    >>> read_opml(Source("feeds", "feeds.opml", ".xml", opml)).more
    ('https://dravik.example/rss',)

    :raises InputError: when it cannot be read.
    """
    tree, fault = parsed(source, settings)
    named: dict[str, None] = {}
    for row in descendants(tree, "outline"):
        lower = {key.casefold(): value for key, value in row.attrib.items()}
        address = (lower.get("xmlurl") or "").strip()
        if lower.get("type", "").casefold() == "include" and not address:
            continue  # another outline: it may name this one
        if split(address) and not re.search(r"\s", address):
            named.setdefault(address)
    title = words(first(tree, "head", "title")) or None
    if not named and not list(children(tree, "body")):
        raise InputError("is an outline that cannot be read", todo="check that it is whole")
    return Feed("opml", title, None, (), tuple(named)[:MOST], None, _faults(fault, source))
