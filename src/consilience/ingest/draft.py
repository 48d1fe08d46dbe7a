"""What a reader hands on: bytes with a place, and a text with what was stated about it.

Holds no behaviour. Invariant: ``Draft.text`` is final; nothing after the
reader changes a character of it.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ..model import Anchor, Evidence, Problem, Upstream

MEDIA = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/x-opml": ".xml",
    "message/rfc822": ".eml",
    "application/mbox": ".mbox",
    "application/warc": ".warc",
    "application/vnd.apache.parquet": ".parquet",
    "application/gzip": ".gz",
    "application/x-gzip": ".gz",
}
"""The media types that are read, and the suffix that each stands for."""
PLAIN_BYTES = ("application/octet-stream", "binary/octet-stream")
KINDS = {
    ".text": ".txt", ".markdown": ".md", ".htm": ".html", ".xhtml": ".html", ".ndjson": ".jsonl",
    ".rss": ".xml", ".atom": ".xml", ".rdf": ".xml", ".opml": ".xml", ".nitf": ".xml",
}  # fmt: skip
"""Suffixes that are read as another; what an XML file is, its root element says."""
READ = frozenset({*MEDIA.values(), *KINDS})
LONG = frozenset({".warc", ".jsonl", ".mbox", ".parquet"})
"""Kinds that hold many articles and are read one at a time, however large the file."""


def suffix_of(name: str) -> str:
    """The kind a file's name tells, with ".gz" behind it for a packed one; "" for none.

    >>> suffix_of("crawl.WARC.gz"), suffix_of("feed.rss"), suffix_of("ferry")
    ('.warc.gz', '.xml', '')
    """
    stem, packed = (name[:-3], ".gz") if name.lower().endswith(".gz") else (name, "")
    found = re.search(r"\.\w{1,12}$", stem)
    suffix = found.group().lower() if found else ""
    return KINDS.get(suffix, suffix) + packed


def media_suffix(media: str, address: str = "") -> str | None:
    """The suffix a media type stands for; None where it is none that is read.

    >>> media_suffix("application/rss+xml"), media_suffix("image/png")
    ('.xml', None)
    >>> media_suffix("application/octet-stream", "https://dravik.example/news.xml.gz")
    '.gz'
    """
    if media in MEDIA:
        return MEDIA[media]
    if media in PLAIN_BYTES:
        suffix = suffix_of(address.partition("?")[0].partition("#")[0])
        suffix = ".gz" if suffix.endswith(".gz") else suffix
        return suffix if suffix in READ else None
    form = re.fullmatch(r"application/[\w.-]+\+(xml|json)", media)
    return f".{form[1]}" if form else None


HALVES = re.compile("[\ud800-\udfff]")
"""Halves of characters (JSON may hold "\\ud800" alone): no text of Unicode, and no parser takes them."""


def shown(name: object) -> str:
    """A file's name or an address that can be printed: Python keeps odd bytes as halves of characters.

    >>> shown("caf\\udce9.txt")
    'caf\N{REPLACEMENT CHARACTER}.txt'
    """
    return HALVES.sub("\N{REPLACEMENT CHARACTER}", str(name))


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one file or response.

    ``name`` is the file's stem, ``where`` its path or address as the user gave it,
    ``suffix`` its kind (".txt", ".html" …), lower case, "" when unknown. Of a large file that is read
    piece by piece, ``path`` is given and ``data`` holds the beginning alone. ``etag`` and ``modified``
    are what a host says of the state of its answer.
    """

    name: str
    where: str
    suffix: str
    data: bytes
    url: str | None = None
    media_type: str = ""
    charset: str | None = None
    path: Path | None = None
    etag: str | None = None
    modified: str | None = None

    def open(self) -> BinaryIO:
        """All its bytes as a stream, unpacked where they are packed by gzip."""
        packed = self.data.startswith(b"\x1f\x8b")
        if self.path:
            return cast(BinaryIO, gzip.open(self.path, "rb")) if packed else self.path.open("rb")
        plain = io.BytesIO(self.data)
        return cast(BinaryIO, gzip.GzipFile(fileobj=plain)) if packed else plain


@dataclass(frozen=True, slots=True)
class Draft:
    """A text and its stated metadata, before regions and gaps are filled.

    ``layout`` holds ``(start, end, kind, reason)`` for stretches whose kind the file itself
    says (an HTML block quotation, a Markdown heading).
    """

    name: str
    where: str
    text: str
    digest: str = ""
    title: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    retrieved: str | None = None
    url: str | None = None
    links: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    layout: tuple[tuple[int, int, str, str], ...] = ()
    markdown: bool = False
    anchors: tuple[Anchor, ...] = ()
    upstream: tuple[Upstream, ...] = ()
    problems: tuple[Problem, ...] = ()


Visit = Callable[[str], Source]
"""Fetches the page of an address that a list names; raises ``FetchError`` where it may not or cannot."""
