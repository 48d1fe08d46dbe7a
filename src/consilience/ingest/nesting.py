"""Bounds how deep the elements of a page nest, before a parser sees it.

A page of 100,000 nested elements costs a tree parser quadratic time, or the whole
process where it recurses. One pass over the tags, each character looked at a
bounded number of times. Does not repair or parse. Invariant: a page that nests no
deeper than the bound comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

START = re.compile(r"<(?:!--|(/?)([a-zA-Z][^\s/>]*))")
# A quoted value may hold ">"; possessive, so that a tag without an end costs one pass and no more.
REST = re.compile(r"(?>=\s*\"[^\"]*\"|=\s*'[^']*'|[^>])*+>")
RAW = frozenset({"script", "style", "textarea", "title", "xmp"})
FLAT = frozenset(
    "area base br col embed hr img input link meta param source track wbr p html head body".split()
)
"""Elements without an end, or whose end is so often left out that a start tells nothing."""
CELLS = frozenset("li td th tr dt dd option tbody thead tfoot caption".split())
"""Their ends may be left out too; the list or table round them is counted, and they go where it goes."""


def flatten(page: str, depth: int) -> tuple[str, int]:
    """Take off the tags that nest deeper than a bound.

    >>> flatten("<div><div><b>deep</b></div></div>", 2)
    ('<div><div> deep </div></div>', 1)

    :returns: the page and the number of elements whose tags were taken off.
    """
    out: list[str] = []
    level, dropped, at = 0, 0, 0
    for start, end, step in _tags(page):
        if level > depth or (level == depth and step >= 0):
            out += (page[at:start], " ")
            at = end
            dropped += step > 0
        level = max(0, level + step)
    return ("".join([*out, page[at:]]), dropped) if dropped else (page, 0)


def _tags(page: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and step in depth (1, -1, or 0 for a cell) of each tag that counts."""
    at = 0
    while found := START.search(page, at):
        name = (found[2] or "").lower()
        if not name:
            end = page.find("-->", found.end())
            at = end + 3
        else:
            rest = REST.match(page, found.end())
            end = at = rest.end() if rest else -1
        if end < 0:
            return
        closing = bool(found[1])
        if name and name not in FLAT and page[end - 2] != "/":
            yield found.start(), end, 0 if name in CELLS else -1 if closing else 1
        if name in RAW and not closing:
            shut = re.compile(rf"</{name}", re.IGNORECASE).search(page, at)
            if not shut:
                return
            at = shut.start()
