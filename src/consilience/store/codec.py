"""How an account is packed into the library and unpacked again.

A record is the whole witness as JSON, deflated: its text lies there once and nowhere else. Columns and
the index hold *shown* forms, in which what a database cannot hold is replaced, character for
character. Invariant: ``unpack(pack(w)) == w``, lone surrogates and NULs included.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any
from unicodedata import combining, normalize

from ..data import lexicon
from ..errors import InputError
from ..model import Anchor, Evidence, Region, Upstream, Witness, story_order

# What the index holds is given back to it word for word when a row changes: to change what ``shown`` or
# ``text_of`` give is a step of ``schema`` that builds the index anew.
ODD = re.compile("[\x00\ud800-\udfff\ufdd0-\ufddf\ue000]")
"""No text column holds lone surrogates; SQL functions end at NUL; the rest mark found words and parts."""
PARTS: dict[str, type[Any]] = {
    "regions": Region,
    "evidence": Evidence,
    "anchors": Anchor,
    "upstream": Upstream,
}
PART_FIELDS = {name: [f.name for f in fields(kind)] for name, kind in PARTS.items()}
FIELDS = frozenset(f.name for f in fields(Witness))
DEFAULTS = {f.name: f.default for f in fields(Witness) if f.default is not MISSING}
LARGEST = 200_000_000
"""Bytes that one record may unpack to."""


def shown(words: str | None) -> str | None:
    r"""A text as a column or the index holds it: as many code points, none odd.

    >>> shown("a\x00b")
    'a\ufffdb'
    """
    return words if words is None else ODD.sub("\N{REPLACEMENT CHARACTER}", words)


def to_json(witness: Witness) -> dict[str, Any]:
    """A witness as JSON values, fields that say nothing left out."""
    values = {f.name: getattr(witness, f.name) for f in fields(Witness)}
    values = {name: v for name, v in values.items() if name not in DEFAULTS or v != DEFAULTS[name]}
    for name in PARTS.keys() & values.keys():
        values[name] = [[getattr(part, f) for f in PART_FIELDS[name]] for part in values[name]]
    return values


def from_json(values: dict[str, Any]) -> Witness:
    """The witness that ``to_json`` gave.

    :raises InputError: when the values are no witness.
    """
    try:
        given: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in FIELDS
        }
        for name, kind in PARTS.items():
            given[name] = tuple(kind(*part) for part in given.get(name, ()))
        return Witness(**given)
    except (TypeError, AttributeError) as error:
        raise InputError(f"holds no account ({error})", where="record") from error


def pack(witness: Witness) -> bytes:
    """A witness as a record."""
    return squeeze(to_json(witness))


def squeeze(values: Any) -> bytes:
    """JSON values, deflated; ``values_of`` gives them back."""
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(body.encode("utf-8", "surrogatepass"), 6)


def values_of(record: bytes) -> dict[str, Any]:
    """The JSON values of a record; bounded in what it unpacks to.

    :raises InputError: when it is damaged.
    """
    try:
        body = zlib.decompressobj().decompress(record, LARGEST)
        values = json.loads(body.decode("utf-8", "surrogatepass"))
    except (zlib.error, ValueError, RecursionError) as error:
        raise InputError(f"is damaged ({error})", where="record", todo="restore a backup") from error
    if not isinstance(values, dict):
        raise InputError("is damaged (no object)", where="record", todo="restore a backup")
    return values


def unpack(record: bytes) -> Witness:
    """The witness of a record."""
    return from_json(values_of(record))


@lru_cache(maxsize=64)  # an account's statements are read one after the other
def text_of(record: bytes) -> str:
    """The text of a record as the index reads it; empty where the record is damaged."""
    try:
        return shown(str(values_of(record).get("text", ""))) or ""
    except InputError:
        return ""


def wording(record: bytes, spans: str) -> str:
    """The words of a record at some spans, given as JSON pairs; joined by a blank."""
    text = text_of(record)
    return " ".join(text[a:b] for a, b in json.loads(spans))


# -- what accounts are ordered and found by --


def ordering(witness: Witness) -> str:
    """A text that sorts as ``story_order`` does, but for the id."""
    undated, moment, name, _ = story_order(witness)
    return f"{int(undated)}{shown(moment)}\x01{shown(name)}"


def day_of(witness: Witness, when: float) -> date:
    """The day an account came out where it was written, else its time's day in UTC."""
    try:
        return date.fromisoformat((witness.published or "")[:10])
    except ValueError:
        return day_number(when)


def day_number(when: float) -> date:
    """The day that holds a time in days since 1970; the nearest the calendar has.

    >>> day_number(1.5).isoformat()
    '1970-01-02'
    """
    first = date(1970, 1, 1).toordinal()
    return date.fromordinal(max(1, min(date.max.toordinal(), first + int(max(-1e6, min(1e7, when)) // 1))))


def facets(witness: Witness, when: float) -> str:
    """Words of the index for what an account is filtered by: its day, month, year and language.

    >>> facets(Witness("w1:a", "a", "", published="2031-05-06", language="en"), 0.0)
    'xd20310506 xm203105 xy2031 xlen'
    """
    day = day_of(witness, when)
    marks = [f"xd{day:%Y%m%d}", f"xm{day:%Y%m}", f"xy{day:%Y}"]
    if witness.language:
        marks.append("xl" + re.sub(r"\W|_", "", witness.language.casefold()))
    return " ".join(marks)


def stamp(at: str) -> str:
    """An ISO date as it is, or a time as a library keeps it: in UTC, to the second.

    >>> stamp("2031-10-14"), stamp("2031-10-14T01:00+02:00")
    ('2031-10-14', '2031-10-13T23:00:00+00:00')

    :raises InputError: when it is neither.
    """
    try:
        if len(at) == len("2031-10-14"):
            return date.fromisoformat(at).isoformat()
        read = datetime.fromisoformat(at)
        read = read if read.tzinfo else read.replace(tzinfo=UTC)
        return read.astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError) as error:
        raise InputError(f"{at[:80]!r} is no ISO date or time", todo="write it as 2031-10-14") from error


def utterance(text: str, spans: Sequence[tuple[int, int]]) -> int:
    """A number that equal wordings share, whatever their case and punctuation.

    >>> utterance("“The dam held,” he said.", [(1, 13)]) == utterance("The dam HELD", [(0, 12)])
    True
    """
    words = _fold(" ".join(text[a:b] for a, b in spans))
    digest = sha256(words.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


# -- names --


NO_OFFICE = frozenset({"honorific", "plural", "modifier", "party", "person", ""})
"""Classes of the lexicon of titles that are no office, or as common a noun as "teacher"."""


@cache
def _addresses() -> tuple[frozenset[str], frozenset[str]]:
    """Words of address and offices, folded: what stands before a name and is none of it."""
    rows = lexicon("titles")
    address = frozenset(_fold(r["phrase"]) for r in rows if r["class"] == "honorific")
    return address, frozenset(_fold(r["phrase"]) for r in rows if r["class"] not in NO_OFFICE)


def _fold(words: str) -> str:
    plain = "".join(c for c in normalize("NFKD", words) if not combining(c)).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", "")))


def name_key(name: str) -> str:
    """What a name is known by over all stories: case, accents and titles aside, initials kept.

    An office is a title only before a full name, so that "Dean Poe" stays whole.

    >>> name_key("Dr. Zoë Q. O’Hara"), name_key("Foreign Minister Ann Poe"), name_key("Mr Poe")
    ('zoe q ohara', 'ann poe', 'poe')
    """
    address, offices = _addresses()
    row = _fold(name).split()
    while True:
        if len(row) > 1 and row[0] in address:
            row = row[1:]
            continue
        cut = next((n for n in (4, 3, 2, 1) if len(row) - n > 1 and " ".join(row[:n]) in offices), 0)
        if not cut:
            return " ".join(row)
        row = row[cut:]


def joined(names: Sequence[str]) -> str:
    """Names for one column of the index, parted so that no phrase runs over two."""
    return " \ue000 ".join(shown(n) or "" for n in names)


def parted(column: str) -> tuple[str, ...]:
    """The names that ``joined`` put into one column.

    >>> parted(joined(["Ann Poe", "Melden"])), parted("")
    (('Ann Poe', 'Melden'), ())
    """
    return tuple(column.split(" \ue000 ")) if column else ()
