"""XML that is safe to parse: no entities, no document type, no network, bounded in size and depth.

Decodes the bytes first, so that what is refused in UTF-8 is refused in UTF-16 too. Repairs
nothing. Invariant: what ``parsed`` hands to a parser declares nothing, so that no text can grow
beyond the bytes that were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..errors import InputError
from ..settings import Ingest
from .decode import decode
from .draft import Source

DECLARED = re.compile(r"\A\s*<\?xml\b[^>]{0,300}?\?>\s*")
ENCODING = re.compile(rb"\A\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})[\"']")
ROOT = re.compile(
    r"\A(?>\s+|<\?.{0,2000}?\?>|<!--.{0,20000}?-->|<!DOCTYPE[^>\[]{0,1000}(?:\[[^\]]{0,60000}\]\s*)?>)*+"
    r"<(?:[\w.-]+:)?([A-Za-z][\w.-]{0,60})",
    re.DOTALL | re.IGNORECASE,
)
DOCTYPE = re.compile(r"<!DOCTYPE\b[^>\[]{0,1000}(?:(?P<inner>\[)|>)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CHARACTERS = ((9, 10), (13, 13), (32, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
"""What XML calls a character."""
REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,400})|([0-9]{1,400}));")
UNDECLARED = frozenset({"NS_ERR_UNDEFINED_NAMESPACE", "WAR_UNDECLARED_ENTITY", "ERR_UNDECLARED_ENTITY"})
"""Faults that lose nothing but a prefix or a named character."""
TODO = "save it as plain XML"


def root(data: bytes) -> str:
    """The local name of a document's root element; "" where there is none.

    >>> root(b'<?xml version="1.0"?><!-- news --><n:newsItem xmlns:n="x"/>')
    'newsItem'
    """
    try:
        head = decode(data[:65_536]).text
    except InputError:
        return ""
    found = ROOT.match(head)
    return found[1] if found else ""


def plain(source: Source, settings: Ingest) -> str:
    """The text of an XML document without its declaration and document type.

    :raises InputError: when it declares entities, or is too large.
    """
    stated = ENCODING.match(source.data[:400])
    decoded = decode(source.data, declared=source.charset or (stated[1].decode("ascii") if stated else None))
    text = CONTROL.sub("", DECLARED.sub("", decoded.text, count=1))
    found = DOCTYPE.search(text[:100_000])
    if found and found["inner"]:
        raise InputError("declares a document type with entities of its own, which are not read", todo=TODO)
    if found:
        text = text[: found.start()] + text[found.end() :]
    text = REFERENCE.sub(_sound, text)
    if len(text) > settings.max_bytes:
        raise InputError(f"has more than {settings.max_bytes:,} characters", todo="raise ingest.max_bytes")
    return text


def _sound(found: re.Match[str]) -> str:
    """A reference to a character, or a stand-in for what is none: libxml2 mends &#xD800; and trips on it."""
    number = int(found[1], 16) if found[1] else int(found[2])
    told = any(first <= number <= last for first, last in CHARACTERS)
    return found.group() if told else "\N{REPLACEMENT CHARACTER}"


def parsed(source: Source, settings: Ingest) -> tuple[Any, str]:
    """The tree of an XML document, and what is wrong with it where it was mended ("" for nothing).

    :raises InputError: when there is no tree to be had.
    """
    from lxml import etree

    text = plain(source, settings)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"is damaged XML ({_first(error)})", todo=TODO) from error
    if tree is None:
        raise InputError("is damaged XML (no element)", todo=TODO)
    faults = [e.message for e in parser.error_log if e.type_name not in UNDECLARED]
    return tree, f"is damaged XML ({_first(faults[0])}); what could be read of it was" if faults else ""


def _first(error: object) -> str:
    return " ".join(str(error).split())[:120]


def local(element: Any) -> str:
    """The name of an element without its namespace; "" for what is none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Any, *names: str) -> Iterator[Any]:
    """The children of an element with one of these names, whatever their namespace."""
    return (child for child in element if local(child) in names)


def descendants(element: Any, *names: str) -> Iterator[Any]:
    """The descendants of an element with one of these names, in document order."""
    return (child for child in element.iterdescendants() if local(child) in names)


def words(element: Any) -> str:
    """The text of an element and all in it, on one line; "" for None."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def first(element: Any, *path: str) -> Any:
    """The first element down a path of names; None where it ends."""
    for name in path:
        element = next(children(element, name), None) if element is not None else None
    return element
