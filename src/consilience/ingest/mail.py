"""E-mail newsletters: one message (.eml) or a box of them (.mbox).

A message is one account, whatever it holds: its HTML part through the reader of pages, or its plain part
where that says more. Takes the sender's name for the outlet, opens no attachment and follows no link.
Invariant: of a box, one message is held at a time.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from ..errors import InputError
from ..model import Evidence, Problem
from ..settings import Ingest
from .decode import decode
from .draft import HALVES, Draft, Source
from .lines import count
from .manifest import FIELDS, clean

TODO = "save the newsletter's page, or its text"
TRIPS = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
"""What the parser of e-mail raises on odd messages."""
LONGEST_HEADER = 10_000


def read_eml(source: Source, settings: Ingest) -> Draft | Problem:
    """Read one message."""
    try:
        message = message_from_bytes(source.data)
        parts = {kind: _part(message, kind) for kind in ("text/html", "text/plain")}
        stated = _stated(message)
    except TRIPS as error:
        return Problem(f"is a damaged e-mail ({type(error).__name__})", source.where, TODO)
    found = [draft for kind, part in parts.items() if part and (draft := _read(source, kind, part, settings))]
    if not found:
        return Problem("holds no text", source.where, TODO)
    # Newsletters are laid out in tables, of which a reader of pages may take one cell for the article.
    best = found[0] if len(found) == 1 or count(found[0].text) * 2 >= count(found[1].text) else found[1]
    fields = {field: value for field, _, value in stated}
    evidence = tuple(Evidence(field, how) for field, how, _ in stated)
    return replace(best, digest=hashlib.sha256(source.data).hexdigest(), evidence=evidence, **fields)


def _part(message: Message, kind: str) -> Source | None:
    """The first part of a media type that is no attachment."""
    for part in message.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload.strip():
                return Source("", "", "", payload, charset=part.get_content_charset())
    return None


def _read(source: Source, kind: str, part: Source, settings: Ingest) -> Draft | None:
    """The draft of one part; None where it holds no text."""
    from .html import read_html

    try:
        if kind == "text/html":
            found = read_html(replace(part, name=source.name, where=source.where), settings)
            if isinstance(found, Problem):
                return None
            return replace(found, title=None, outlet=None, authors=(), published=None, url=None, upstream=())
        text = decode(part.data, declared=part.charset).text
    except InputError:
        return None
    text = re.sub(r"[ \t]*\r?\n", "\n", text).strip()
    return Draft(source.name, source.where, text) if text else None


def _stated(message: Message) -> list[tuple[str, str, Any]]:
    """What the head of a message states, in the order of the fields."""
    sender = " ".join(parseaddr(_header(message, "From"))[0].split())
    given = {
        "title": ("Subject of the e-mail", _header(message, "Subject")),
        "outlet": ("From of the e-mail", sender),
        "published": ("Date of the e-mail", _date(_header(message, "Date"))),
        "url": ("Archived-At of the e-mail", _header(message, "Archived-At").strip("<> ")),
    }
    out = []
    for field in FIELDS:
        how, value = given.get(field, ("", ""))
        got, _ = clean(field, value) if value else (None, "")
        if got:
            out.append((field, how, got))
    return out


def _header(message: Message, name: str) -> str:
    """A header in plain characters; "" where there is none."""
    value = str(message.get(name) or "")[:LONGEST_HEADER]
    with suppress(HeaderParseError, ValueError, LookupError):  # else shown as it stands
        value = str(make_header(decode_header(value)))
    return HALVES.sub("\N{REPLACEMENT CHARACTER}", value)


def _date(value: str) -> str | None:
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def read_mbox(source: Source, settings: Ingest) -> Iterator[Draft | Problem]:
    """Yield the messages of a box."""
    number = 0
    try:
        for number, data in enumerate(_messages(source, settings.max_bytes), 1):
            where = f"{source.where} message {number}"
            if data is None:
                what = f"has more than the {settings.max_bytes:,} bytes read"
                yield Problem(what, where, "raise ingest.max_bytes")
            else:
                yield read_eml(Source(f"{source.name}-{number}", where, ".eml", data), settings)
    except (EOFError, OSError, zlib.error) as error:  # packed by gzip, and cut off
        what = f"is damaged after message {number} ({error})"
        yield Problem(what, source.where, "check that the file is whole")
        return
    if not number:
        yield Problem("holds no message", source.where, TODO)


def _messages(source: Source, most: int) -> Iterator[bytes | None]:
    """Yield the bytes of each message; None for one that is too large."""
    held: list[bytes] = []
    size, begun, blank = 0, False, True
    with source.open() as stream:
        while line := stream.readline(65_536):
            if blank and line.startswith(b"From "):
                if begun:
                    yield b"".join(held) if size <= most else None
                held, size, begun = [], 0, True
            elif begun:
                size += len(line)
                if size <= most:
                    held.append(line[1:] if re.match(rb">+From ", line) else line)
                else:
                    held.clear()
            blank = not line.strip()
    if begun:
        yield b"".join(held) if size <= most else None
