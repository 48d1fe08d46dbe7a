"""PDF and Word documents: text with its paragraphs restored.

A PDF prints lines, not paragraphs: lines are joined where a sentence runs on, and
lines that recur at the head or foot of pages are labelled as furniture. Reads no
pictures of text and no dates: when a file was made is not when it was published.
Invariant: expansion is bounded before a part is unpacked, and a damaged or
encrypted file is a ``Problem``.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from ..model import Evidence, Problem
from ..settings import Ingest
from .draft import Draft, Source
from .lines import ends

MAX_PAGES = 300
MAX_PAGE = 4_000_000
"""Most bytes of one page's drawing; a page of text has a few thousand."""
EXPANSION = 5
"""A Word file may unpack to so many times ``max_bytes``."""
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
RUNNING = "recurs at the head or foot of pages"
TODO = "open it and save the article's text as a .txt file"


def read_pdf(source: Source, settings: Ingest) -> Draft | Problem:
    """Read a PDF.

    :returns: a draft, or a problem for one that is encrypted, damaged or holds no text.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(source.data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return Problem("is encrypted", source.where, "save a copy without a password")
        count = len(reader.pages)
        pages = [_page_lines(reader.pages[n]) for n in range(min(count, MAX_PAGES))]
        heavy = sum(page is None for page in pages)
        title = (reader.metadata.title or "") if reader.metadata else ""
    except DependencyError:
        return Problem("is encrypted", source.where, "save a copy without a password")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, OSError,
            ArithmeticError, RecursionError, NotImplementedError, zlib.error) as error:  # fmt: skip
        return Problem(f"is a damaged PDF ({type(error).__name__})", source.where, TODO)
    problems = []
    if count > MAX_PAGES:
        problems.append(
            Problem(f"has {count} pages; the first {MAX_PAGES} were read", source.where, "split it")
        )
    if heavy:
        what = f"{heavy} pages hold more than {MAX_PAGE:,} bytes of drawing and were left out"
        problems.append(Problem(what, source.where, TODO))
    text, layout = _join([page for page in pages if page is not None])
    if not text:
        return Problem("holds no text (a scan?)", source.where, TODO)
    return _draft(source, text, layout, title, problems)


def _draft(
    source: Source, text: str, layout: list[tuple[int, int, str, str]], title: str, problems: list[Problem]
) -> Draft:
    """A document's draft; its stated title counts only where the text shows it."""
    title = " ".join(title.split()) or "-"
    shown = title.casefold() in (line.strip().casefold() for line in text[:3000].split("\n")[:16])
    return Draft(
        source.name, source.where, text, hashlib.sha256(source.data).hexdigest(),
        title=title if shown else None,
        evidence=(Evidence("title", "title of the document"),) if shown else (),
        layout=tuple(layout), problems=tuple(problems), url=source.url,
    )  # fmt: skip


class Printed(NamedTuple):
    """A printed line and where it stands on the page, in the page's own units."""

    text: str
    left: float
    base: float
    size: float


def _page_lines(page: Any) -> list[Printed] | None:
    """The printed lines of a page, in the order of its content; None for one too heavy to read."""
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > MAX_PAGE:
        return None
    lines: list[Printed] = []
    words: list[str] = []
    place: list[tuple[float, float, float]] = []

    def end() -> None:
        text = "".join(words).translate(LIGATURES)
        text = " ".join(text.replace("\x00", "").split())
        if text:
            lines.append(Printed(text, *(place or [(0.0, 0.0, 0.0)])[0]))
        words.clear()
        place.clear()

    def visit(text: str, cm: Any, tm: Any, _font: Any, size: float) -> None:
        for n, piece in enumerate(text.split("\n")):
            if n:
                end()
            if piece.strip() and not place:
                place.append((cm[0] * tm[4] + cm[4], cm[3] * tm[5] + cm[5], float(size or 0)))
            words.append(piece)

    page.extract_text(visitor_text=visit)
    end()
    return lines


def _join(pages: list[list[Printed]]) -> tuple[str, list[tuple[int, int, str, str]]]:
    """Paragraphs out of printed lines, over page ends too."""
    running = _running(pages)
    leading = _leading(pages)
    width = max((len(line.text) for page in pages for line in page), default=0)
    blocks: list[tuple[str, bool]] = []
    aside: list[tuple[str, bool]] = []
    current = ""
    for page in pages:
        before: Printed | None = None
        for n, line in enumerate(page):
            if (n < 2 or n >= len(page) - 3) and _shape(line.text) in running:
                aside.append((line.text, True))
                continue
            if current and _breaks(current, before, line, (leading, width)):
                blocks += [(current, False), *aside]
                aside.clear()
                current = line.text
            else:
                current = _glue(current, line.text)
            before = line
    return _lay_out([*blocks, (current, False), *aside])


def _lay_out(blocks: list[tuple[str, bool]]) -> tuple[str, list[tuple[int, int, str, str]]]:
    """The text of paragraphs, and the places of those that are furniture."""
    parts: list[str] = []
    layout: list[tuple[int, int, str, str]] = []
    at = 0
    for words, furniture in blocks:
        if not words:
            continue
        gap = "\n\n" if parts else ""
        start = at + len(gap)
        at = start + len(words)
        parts += (gap, words)
        if furniture:
            layout.append((start, at, "boilerplate", RUNNING))
    return "".join(parts), layout


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _running(pages: list[list[Printed]]) -> set[str]:
    """Shapes of lines that recur at the edges of two pages and at least half of them."""
    edges = Counter(s for page in pages for s in {_shape(x.text) for x in (*page[:2], *page[-3:])})
    return {shape for shape, n in edges.items() if n >= 2 and n * 2 >= len(pages)}


def _leading(pages: list[list[Printed]]) -> float:
    """The usual distance from line to line, in sizes of the type; 0 where none can be told."""
    steps = sorted(
        (a.base - b.base) / a.size
        for page in pages for a, b in pairwise(page)
        if a.size > 0 and a.base > b.base and abs(a.size - b.size) < 0.1 * a.size
    )  # fmt: skip
    return steps[len(steps) // 3] if steps else 0.0


def _breaks(current: str, before: Printed | None, line: Printed, usual: tuple[float, int]) -> bool:
    """Whether a paragraph ends before a printed line: a gap, another size, an indent, a short last line."""
    leading, width = usual
    if before is None:
        return ends(current) or len(current.split()) < 8
    if before.size and abs(before.size - line.size) > 0.1 * before.size:
        return True
    step = (before.base - line.base) / before.size if before.size else 0.0
    if leading and (step > 1.3 * leading or step < -leading):
        return True
    indented = line.left > before.left + 0.5 * (before.size or 1e9)
    return ends(current) and (indented or len(before.text) < 0.75 * width)


def _glue(before: str, line: str) -> str:
    """Join a printed line to its paragraph; a hyphen that breaks a word goes."""
    if re.search(r"[^\W\d_]-$", before) and line[0].islower():
        return before[:-1] + line
    return f"{before} {line}" if before else line


def read_docx(source: Source, settings: Ingest) -> Draft | Problem:
    """Read a Word document.

    :returns: a draft, or a problem for one that is damaged, encrypted or too large unpacked.
    """
    from lxml import etree

    limit = EXPANSION * settings.max_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            part = archive.getinfo("word/document.xml")
            if part.file_size > limit:
                return Problem(
                    f"unpacks to {part.file_size:,} bytes, more than the {limit:,} read", source.where, TODO
                )
            with archive.open(part) as stream:
                data = stream.read(limit + 1)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        tree = etree.fromstring(data[:limit], parser)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError, zlib.error, ValueError,
            OSError, etree.XMLSyntaxError) as error:  # fmt: skip
        return Problem(
            f"is a damaged or encrypted Word document ({type(error).__name__})", source.where, TODO
        )
    text, layout = _paragraphs(tree)
    if not text:
        return Problem("holds no text", source.where, TODO)
    return _draft(source, text, layout, "", [])


def _paragraphs(tree: Any) -> tuple[str, list[tuple[int, int, str, str]]]:
    """Text and marked kinds of a Word document's body; deleted text and notes are left out."""
    parts: list[str] = []
    layout: list[tuple[int, int, str, str]] = []
    at = 0
    for old in list(tree.iterdescendants(FALLBACK)):  # the same text box again, for old programs
        old.getparent().remove(old)
    for paragraph in tree.iter(f"{W}p"):
        words = "".join(_runs(paragraph)).strip()
        if not words:
            continue
        gap = "\n\n" if parts else ""
        start = at + len(gap)
        at = start + len(words)
        parts += (gap, words)
        kind = _style(paragraph)
        if kind:
            layout.append((start, at, *kind))
    return "".join(parts), layout


def _runs(paragraph: Any) -> Iterator[str]:
    """The words of a paragraph; a text box inside it is a paragraph of its own."""
    for node in paragraph.iter(*(f"{W}{tag}" for tag in ("t", "tab", "br", "cr", "noBreakHyphen"))):
        if next(node.iterancestors(f"{W}p"), None) is paragraph:
            name = node.tag.removeprefix(W)
            yield (node.text or "") if name == "t" else {"tab": "\t", "noBreakHyphen": "-"}.get(name, "\n")


def _style(paragraph: Any) -> tuple[str, str] | None:
    """Kind and reason that a paragraph's style tells."""
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    name = (style.get(f"{W}val") or "").casefold() if style is not None else ""
    if name in ("quote", "intensequote", "blocktext"):
        return "quotation", "quotation style of the document"
    if name.startswith("heading"):
        return "body", "heading"
    return {"caption": ("caption", "caption style of the document"),
            "subtitle": ("standfirst", "subtitle style of the document")}.get(name)  # fmt: skip
