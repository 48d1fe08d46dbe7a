"""The article of a web page: its text, what the page marks in it, and its metadata.

Text by trafilatura (fast mode, no reader comments), rebuilt paragraph by paragraph
so that headings and block quotations keep their kind; the title goes first when
the article does not open with it. Fetches nothing and runs no script.
Invariant: decoding and nesting are bounded before a parser sees the page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from ..model import Anchor, Problem
from ..settings import Ingest
from .decode import decode
from .draft import Draft, Source
from .nesting import flatten
from .pagemeta import page_metadata, upstream

CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
BLOCKS = frozenset({"p", "head", "quote", "list", "item", "table", "row", "div", "body", "main", "code"})
SPACE = re.compile(r"[ \t\r\n\f]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
PARSER_DEPTH = 240
"""The parser (libxml2) drops all that lies deeper than some 250 elements."""
LIST_DEPTH = 50
"""A level of a nested table is up to five elements, of which ``flatten`` counts one."""
TODO = "save the article's text as a .txt file and give that"


def read_html(source: Source, settings: Ingest) -> Draft | Problem:
    """Read one page.

    :returns: a draft, or a problem when no article text is found in the page.
    """
    declared = CHARSET.search(source.data[:4096])
    charset = source.charset or (declared[1].decode("ascii") if declared else None)
    decoded = decode(source.data, declared=charset)
    page = CONTROL.sub("", decoded.text)
    problems = []
    if decoded.encoding == "mixed":
        problems.append(Problem(decoded.note, source.where, "save it as UTF-8"))
    for depth in (min(settings.max_depth, PARSER_DEPTH), LIST_DEPTH):
        shallow, dropped = flatten(page, depth)
        draft = _read(source, shallow)
        if draft.text or not dropped:
            break
    if dropped:
        what = f"nests too deep: {dropped:,} elements below level {depth} were read as plain text"
        problems.append(Problem(what, source.where, "check that the page is whole"))
    if not draft.text:
        return Problem("no article text was found in the page", source.where, TODO)
    return replace(draft, problems=tuple(problems))


def _read(source: Source, page: str) -> Draft:
    """The draft of a page that is safe to parse; without text where none is found."""
    from trafilatura import load_html

    digest = hashlib.sha256(source.data).hexdigest()
    tree = load_html(page)
    if tree is None:
        return Draft(source.name, source.where, "", digest)
    fields, evidence = page_metadata(tree, source.url)
    base = fields.get("url") or source.url
    blocks, linked = _article(tree)
    title = fields.get("title")
    if title and blocks.parts and not _opens_with(blocks, title):
        blocks.first(title)
    return Draft(
        source.name, source.where, "".join(blocks.parts), digest,
        links=_links((target for line in linked for _, _, target in line.links), base),
        anchors=tuple(sorted(set(_anchors(blocks, linked, base)))),
        upstream=upstream(tree, source.url),
        evidence=evidence, layout=tuple(blocks.layout), **fields,
    )  # fmt: skip


@dataclass(frozen=True)
class _Linked:
    """A paragraph of a page, folded, with its links: the folded place of the words, and the target."""

    words: str
    links: tuple[tuple[int, int, str], ...]


def _article(tree: Any) -> tuple[Blocks, list[_Linked]]:
    """The article's paragraphs, and those of them that hold links.

    Links are taken from the page, not from trafilatura: with its ``include_links`` it
    weighs link density otherwise and drops whole articles.
    """
    from trafilatura import bare_extraction

    linked = _linked_paragraphs(tree)
    found = bare_extraction(tree, fast=True, include_comments=False)
    blocks = Blocks()
    if found is not None and found.body is not None:
        blocks.walk(found.body)
    kept = {_fold(words) for words in blocks.parts} - {""}
    return blocks, [line for line in linked if line.words in kept]


def _linked_paragraphs(tree: Any) -> list[_Linked]:
    """The paragraphs of a page that hold links, in page order."""
    found: dict[Any, _Linked] = {}
    for link in tree.iter("a"):
        near = next(
            (e for e in islice(link.iterancestors(), 6) if e.tag in ("p", "li", "blockquote", "dd")), None
        )
        if near is not None and link.get("href") and near not in found:
            found[near] = _paragraph(near)
    return list(found.values())


def _paragraph(element: Any) -> _Linked:
    """One paragraph with the places of its links."""
    from lxml import etree

    parts: list[str] = []
    links: list[tuple[int, int, str]] = []
    opened: list[int] = []
    at = 0
    for event, part in islice(etree.iterwalk(element, events=("start", "end")), 400):
        link = part.tag == "a" and part.get("href")
        if event == "start":
            opened += [at] if link else []
            words = part.text if isinstance(part.tag, str) else ""
        else:
            if link and opened:
                links.append((opened.pop(), at, link))
            words = part.tail if part is not element else ""
        parts.append(_fold(words or ""))
        at += len(parts[-1])
    return _Linked("".join(parts), tuple(links))


def _anchors(blocks: Blocks, linked: Iterable[_Linked], base: str | None) -> Iterator[Anchor]:
    """The links of an article, placed in its text."""
    places: dict[str, tuple[int, str]] = {}
    at = 0
    for words in blocks.parts:
        places.setdefault(_fold(words), (at, words))
        at += len(words)
    for line in linked:
        start, words = places.get(line.words, (0, ""))
        spots = [k for k, sign in enumerate(words) for _ in _fold(sign)]
        for first, last, target in line.links:
            address = _address(target, base)
            if address and first < last <= len(spots):
                yield Anchor(start + spots[first], start + spots[last - 1] + 1, address)


def _fold(words: str) -> str:
    return re.sub(r"\W+", "", words).casefold()


def _links(targets: Iterable[str], base: str | None) -> tuple[str, ...]:
    """Web addresses, absolute, each once, in page order; the page itself is left out."""
    found = (_address(target, base) for target in targets)
    return tuple(dict.fromkeys(address for address in found if address))


def _address(target: str, base: str | None) -> str | None:
    """An absolute web address; None for what is none, and for the page itself."""
    try:
        address = urljoin(base or "", target.strip()).split("#")[0]
    except ValueError:
        return None
    return address if re.match(r"https?://[^\s/]+\.[^\s]+$", address) and address != base else None


def _opens_with(blocks: Blocks, title: str) -> bool:
    return _fold(title) in _fold("".join(blocks.parts[:4])[: len(title) + 200])


@dataclass(slots=True)
class Blocks:
    """A text as it grows, paragraph by paragraph, with the kinds the page marks."""

    parts: list[str] = field(default_factory=list)
    layout: list[tuple[int, int, str, str]] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    length: int = 0

    def walk(self, body: Any) -> None:
        """Take in an extracted tree without recursion: pages may nest deep."""
        from lxml import etree

        stack: list[str] = []
        for event, element in etree.iterwalk(body, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            inline = tag == "quote" and any(tag in ("p", "item", "head") for tag in stack[-1:])
            if event == "start":
                self._open(tag, inline, stack)
                self.line.append(element.text or "")
                stack.append(tag)
            else:
                stack.pop()
                inline = tag == "quote" and bool(stack) and stack[-1] in ("p", "item", "head")
                self._close(tag, inline, [*stack, tag])
                self.line.append(element.tail or "" if stack else "")
        self.flush(stack)

    def _open(self, tag: str, inline: bool, stack: list[str]) -> None:
        if inline:
            self.line.append("“")
        elif tag in BLOCKS or tag == "lb":
            self.flush(stack)
        elif tag == "cell" and "".join(self.line).strip():
            self.line.append(" | ")

    def _close(self, tag: str, inline: bool, stack: list[str]) -> None:
        if inline:
            self.line.append("”")
        elif tag in BLOCKS:
            self.flush(stack)

    def flush(self, stack: list[str]) -> None:
        """End a paragraph and note its kind."""
        words = SPACE.sub(" ", "".join(self.line)).strip()
        self.line.clear()
        if not words:
            return
        gap = "\n\n" if self.parts else ""
        start = self.length + len(gap)
        self.parts += (gap, words)
        self.length = start + len(words)
        if "quote" in stack:
            self.layout.append((start, self.length, "quotation", "marked as a quotation in the page"))
        elif "head" in stack:
            self.layout.append((start, self.length, "body", "heading"))

    def first(self, title: str) -> None:
        """Put the title before everything."""
        shift = len(title) + 2
        self.parts[:0] = [title, "\n\n"]
        self.length += shift
        moved = [(start + shift, end + shift, kind, why) for start, end, kind, why in self.layout]
        self.layout[:] = [(0, len(title), "title", "title of the page"), *moved]
