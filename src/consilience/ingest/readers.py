"""Chooses the reader of a source by its suffix, its media type and its first bytes.

Holds the readers of plain text and Markdown; the others are imported when needed.
Invariant: a plain-text or Markdown text is the decoded file, character for character.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..model import Anchor, Evidence, Problem
from ..settings import Ingest
from .decode import decode
from .draft import READ, Draft, Source, Visit, media_suffix, suffix_of
from .manifest import FIELDS, clean, from_yaml
from .markup import plain, root
from .unpack import PackedError, unpack

if TYPE_CHECKING:
    from .feeds import Feed

FRONT = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)(?:\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
MD_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]\n]{1,300})\]\((?P<url>https?://[^\s)]{1,2000})")


ROOTS = {
    "rss": ".rss", "rdf": ".rss", "feed": ".rss", "channel": ".rss", "entry": ".rss",
    "opml": ".opml", "urlset": ".sitemap", "sitemapindex": ".sitemap",
    "newsitem": ".newsml", "newsmessage": ".newsml", "packageitem": ".newsml", "nitf": ".nitf",
    "html": ".html",
}  # fmt: skip
"""What an XML document is, by the name of its root element in lower case."""
MAGIC = ((b"%PDF-", ".pdf"), (b"WARC/", ".warc"), (b"PAR1", ".parquet"))
FEED = re.compile(rb"jsonfeed\.org\\?/version")
LISTS = frozenset({".rss", ".opml", ".sitemap"})
ONE = {
    ".html": ("html", "read_html"),
    ".pdf": ("documents", "read_pdf"),
    ".docx": ("documents", "read_docx"),
    ".eml": ("mail", "read_eml"),
}
"""Kinds that hold one article: module and function that read them, imported when needed."""
MANY = {
    ".json": ("records", "read_records"),
    ".jsonl": ("records", "read_records"),
    ".warc": ("archives", "read_warc"),
    ".parquet": ("archives", "read_parquet"),
    ".mbox": ("mail", "read_mbox"),
    ".newsml": ("wires", "read_newsml"),
    ".nitf": ("wires", "read_nitf"),
}
"""The same for kinds that may hold several."""
HEADER = re.compile(
    rb"(?:From|Date|Subject|Received|Return-Path|Delivered-To|MIME-Version|Message-ID):[ \t]*\S", re.I
)


def kind(source: Source) -> str:
    """The suffix a source should be read by.

    >>> kind(Source("a", "a", "", b"<!DOCTYPE html><p>x")), kind(Source("a", "a.txt", ".txt", b"%PDF-1.7"))
    ('.html', '.pdf')
    >>> kind(Source("a", "a", "", b"<?xml version='1.0'?><rss><channel/></rss>"))
    '.rss'
    """
    head = source.data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    stated = source.suffix or media_suffix(source.media_type, source.url or "") or ""
    return _by_bytes(head, source, stated) or stated or _by_look(head, source)


def _by_bytes(head: bytes, source: Source, stated: str) -> str:
    """What the bytes say whatever the name says; "" where they leave it to the name."""
    for magic, suffix in MAGIC:
        if head.startswith(magic):
            return suffix
    if head.startswith(b"PK\x03\x04") and (stated == ".docx" or b"word/" in source.data[:20_000]):
        return ".docx"
    if stated in ("", ".xml", ".html", ".txt") and _opens_xml(head):
        found = ROOTS.get(root(source.data).casefold(), "")
        return "" if stated == ".txt" and found in (".rss", ".html") else found
    return (
        ".rss"
        if stated in ("", ".json") and head.startswith(b"{") and FEED.search(source.data[:65_536])
        else ""
    )


def _by_look(head: bytes, source: Source) -> str:
    """What bytes without a name look like."""
    if re.match(rb"<(?:!doctype html|html|head|body|article)\b", head, re.IGNORECASE):
        return ".html"
    if head.startswith(b"From ") or len(HEADER.findall(head)) > 1:
        return ".mbox" if head.startswith(b"From ") else ".eml"
    return ".json" if head[:1] in (b"{", b"[") and source.data.rstrip()[-1:] in (b"}", b"]") else ".txt"


def _opens_xml(head: bytes) -> bool:
    """Whether bytes open as mark-up does, in one-byte or two-byte characters."""
    return head.replace(b"\x00", b"")[:3].lstrip(b"\xff\xfe").startswith(b"<")


def read_source(source: Source, settings: Ingest, visit: Visit | None = None) -> Iterator[Draft | Problem]:
    """Yield the articles of a source and what of it cannot be used.

    :param visit: fetches the page of an address that a feed or sitemap names; without it, only articles that
        the source itself holds are read.
    :raises InputError: when the source cannot be read at all.
    """
    source = opened(source, settings)
    suffix = kind(source)
    if not source.data.strip():
        yield Problem("is empty", source.where, "give a file that holds the article's text")
    elif suffix in LISTS:
        from .visits import read_listed

        yield from read_listed(listed(source, settings), source, settings, visit)
    elif suffix in MANY:
        module, function = MANY[suffix]
        yield from getattr(import_module(f".{module}", __package__), function)(source, settings)
    elif suffix in ONE:
        module, function = ONE[suffix]
        yield getattr(import_module(f".{module}", __package__), function)(source, settings)
    elif suffix == ".xml":
        plain(source, settings)  # what it declares is the graver fault
        what = f"is XML of an unknown kind (<{root(source.data)}>)"
        raise InputError(what, todo="give a feed, a sitemap, NewsML-G2 or NITF")
    else:
        yield _text(source, suffix == ".md")


def opened(source: Source, settings: Ingest) -> Source:
    """A source without the gzip around it; a large file stays as it is, and is unpacked as it is read.

    :raises InputError: when it cannot be unpacked, or is too large then.
    """
    if source.path is not None or not source.data.startswith(b"\x1f\x8b"):
        suffix = source.suffix.removesuffix(".gz")
        return source if suffix == source.suffix else replace(source, suffix=suffix)
    try:
        data = unpack(source.data, ("gzip",), settings.max_bytes)
    except PackedError as error:
        raise InputError(str(error), todo="check that the file is whole") from error
    stated = media_suffix(source.media_type)
    inner = "" if stated == ".gz" else source.media_type
    name = source.url or ""
    suffix = (source.suffix or suffix_of(name.partition("?")[0])).removesuffix(".gz")
    return replace(source, data=data, suffix=suffix if suffix in READ else "", media_type=inner)


def listed(source: Source, settings: Ingest) -> Feed:
    """What a feed, sitemap or outline holds.

    :raises InputError: when it cannot be read, or is none of these.
    """
    from . import feeds, outlines

    source = opened(source, settings)
    root_name = root(source.data).casefold()
    if root_name == "opml":
        return outlines.read_opml(source, settings)
    if ROOTS.get(root_name) == ".sitemap":
        return outlines.read_sitemap(source, settings)
    return feeds.read_feed(source, settings)


def _text(source: Source, markdown: bool) -> Draft:
    decoded = decode(source.data, declared=source.charset)
    text = decoded.text
    problems = (Problem(decoded.note, source.where, "save it as UTF-8"),) if decoded.note else ()
    draft = Draft(source.name, source.where, text, hashlib.sha256(source.data).hexdigest(), problems=problems,
                  url=source.url, evidence=(Evidence("url", "address"),) if source.url else ())  # fmt: skip
    return _markdown(draft) if markdown else draft


def _markdown(draft: Draft) -> Draft:
    """Front matter, headings, block quotations and links of a Markdown text."""
    layout: list[tuple[int, int, str, str]] = []
    front = FRONT.match(draft.text)
    fields, evidence = _front(front["yaml"]) if front else ({}, ())
    start = 0
    if front:
        start = front.end()
        layout.append((0, start, "boilerplate", "front matter of the file"))
    for match in re.finditer(r"^[^\r\n]+", draft.text[start:], re.MULTILINE):
        mark = _mark(match.group().lstrip())
        if mark:
            layout.append((start + match.start(), start + match.end(), *mark))
    anchors = tuple(Anchor(*m.span("words"), m["url"]) for m in MD_LINK.finditer(draft.text))
    links = tuple(dict.fromkeys(a.url for a in anchors))
    return replace(
        draft, markdown=True, layout=tuple(layout), links=links, anchors=anchors,
        evidence=draft.evidence + evidence, **fields,
    )  # fmt: skip


def _mark(line: str) -> tuple[str, str] | None:
    if re.match(r"#{1,6}\s", line):
        return "body", "heading"
    if line.startswith(">"):
        return "quotation", "marked as a quotation"
    return ("caption", "picture") if re.match(r"!\[[^\]]*\]\([^)]*\)\s*$", line) else None


def _front(text: str) -> tuple[dict[str, Any], tuple[Evidence, ...]]:
    """Fields of a Markdown file's front matter that can be used."""
    try:
        data = from_yaml(text)
    except (ValueError, RecursionError):
        return {}, ()
    if not isinstance(data, dict):
        return {}, ()
    also = {"published": "date", "authors": "author", "outlet": "publisher"}
    fields: dict[str, Any] = {}
    for key in FIELDS:
        value, _ = clean(key, data.get(key) or data.get(also.get(key, key)))
        if value:
            fields[key] = value
    return fields, tuple(Evidence(key, "front matter") for key in fields)
