"""What a reader hands on: bytes with a place, and a text with what was stated about it.

Holds no behaviour. Invariant: ``Draft.text`` is final; nothing after the
reader changes a character of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..model import Anchor, Evidence, Problem, Upstream

MEDIA = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""The media types that are read, and the suffix that each stands for."""


HALVES = re.compile("[\ud800-\udfff]")
"""Halves of characters (JSON may hold "\\ud800" alone): no text of Unicode, and no parser takes them."""


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one file or response.

    ``name`` is the file's stem, ``where`` its path or address as the user gave it,
    ``suffix`` its kind (".txt", ".html" …), lower case, "" when unknown.
    """

    name: str
    where: str
    suffix: str
    data: bytes
    url: str | None = None
    media_type: str = ""
    charset: str | None = None


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
    url: str | None = None
    links: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    layout: tuple[tuple[int, int, str, str], ...] = ()
    markdown: bool = False
    anchors: tuple[Anchor, ...] = ()
    upstream: tuple[Upstream, ...] = ()
    problems: tuple[Problem, ...] = ()
