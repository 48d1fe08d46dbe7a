"""Bounds how deep the elements of a page nest, before a parser sees it.

A page of 100,000 nested elements costs a tree parser quadratic time, or the whole
process where it recurses. One pass over the tags, constant memory beside the
output. Does not repair or parse. Invariant: a page that nests no deeper than the
bound comes back as it was.
"""

from __future__ import annotations

import re

TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>|<!--.*?(?:-->|\Z)", re.DOTALL
)
VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr !doctype "
    # their end tags may be left out, so that their starts tell nothing about depth
    "p li td th tr dt dd option tbody thead tfoot html head body".split()
)


def flatten(page: str, depth: int) -> tuple[str, int]:
    """Take off the tags that nest deeper than a bound.

    >>> flatten("<div><div><b>deep</b></div></div>", 2)
    ('<div><div> deep </div></div>', 1)

    :returns: the page and the number of elements whose tags were taken off.
    """
    out: list[str] = []
    open_, dropped, at = 0, 0, 0
    for match in TAG.finditer(page):
        name = (match[2] or "!doctype").lower()
        if name in VOID or match.group().endswith("/>"):
            continue
        deep = open_ > depth if match[1] else open_ >= depth
        if deep:
            out += (page[at : match.start()], " ")
            at = match.end()
            dropped += not match[1]
        open_ = max(0, open_ - 1) if match[1] else open_ + 1
    return ("".join([*out, page[at:]]), dropped) if dropped else (page, 0)
