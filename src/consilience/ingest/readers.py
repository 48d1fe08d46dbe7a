"""Chooses the reader of a source by its suffix, its media type and its first bytes.

Holds the readers of plain text and Markdown; the others are imported when needed.
Invariant: a plain-text or Markdown text is the decoded file, character for character.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..model import Anchor, Evidence, Problem
from ..settings import Ingest
from .decode import decode
from .draft import MEDIA, Draft, Source
from .manifest import FIELDS, clean, from_yaml

FRONT = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)(?:\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
MD_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]\n]{1,300})\]\((?P<url>https?://[^\s)]{1,2000})")


def kind(source: Source) -> str:
    """The suffix a source should be read by.

    >>> kind(Source("a", "a", "", b"<!DOCTYPE html><p>x")), kind(Source("a", "a.txt", ".txt", b"%PDF-1.7"))
    ('.html', '.pdf')
    """
    head = source.data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"%PDF-"):
        return ".pdf"
    if head.startswith(b"PK\x03\x04") and (source.suffix == ".docx" or b"word/" in source.data[:20_000]):
        return ".docx"
    stated = source.suffix or MEDIA.get(source.media_type, "")
    if stated:
        return stated
    if re.match(rb"<(?:!doctype html|html|head|body|article)\b", head, re.IGNORECASE):
        return ".html"
    return ".json" if head[:1] in (b"{", b"[") and source.data.rstrip()[-1:] in (b"}", b"]") else ".txt"


def read_source(source: Source, settings: Ingest) -> Iterator[Draft | Problem]:
    """Yield the articles of a source and what of it cannot be used.

    :raises InputError: when the source cannot be read at all.
    """
    suffix = kind(source)
    if not source.data.strip():
        yield Problem("is empty", source.where, "give a file that holds the article's text")
    elif suffix == ".html":
        from .html import read_html

        yield read_html(source, settings)
    elif suffix in (".pdf", ".docx"):
        from . import documents

        yield (documents.read_pdf if suffix == ".pdf" else documents.read_docx)(source, settings)
    elif suffix in (".json", ".jsonl"):
        from .records import read_records

        yield from read_records(source)
    else:
        yield _text(source, suffix == ".md")


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
