"""JSON: one article, a list of them, or one a line; of lines, one is held at a time.

Takes the text from ``text``, ``body`` or ``content`` unchanged, and the fields that
a manifest has; items in ninjs go to ``wires``. Does not guess at other shapes. Invariant: the
witness text is the string in the file.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from ..errors import InputError
from ..model import Evidence, Problem, Upstream
from ..settings import Ingest
from .decode import decode
from .draft import Draft, Source
from .manifest import FIELDS, clean
from .pagemeta import given
from .wires import is_ninjs, ninjs

JSON_LINES = ("application/x-ndjson", "application/jsonl")
CHUNK = 65_536

TEXTS = ("text", "body", "content", "articleBody", "body_text", "maintext")
ALSO = {
    "title": ("title", "headline"),
    "outlet": ("outlet", "publisher", "source", "site"),
    "published": ("published", "date", "datePublished", "date_published", "publish_date"),
    "authors": ("authors", "author", "byline"),
    "url": ("url", "link", "canonical"),
}
FROM = (
    "source", "feed_source", "source_name", "source_url", "original_source", "original_url",
    "syndicated_from", "credit", "agency", "provider", "isBasedOn", "sourceOrganization", "copyrightHolder",
)  # fmt: skip
"""Fields that name where an article is from, ``source`` only beside one that names its outlet."""
LIBRARY = "consilience/library/"
"""Marks lines of a library's export that are no articles: corrections, feeds, ids of stories."""
TODO = "give each article a 'text' field"


def read_records(source: Source, settings: Ingest = Ingest()) -> Iterator[Draft | Problem]:  # noqa: B008
    """Yield an article or a problem for each record of a JSON or JSON Lines file.

    :raises InputError: when it is not JSON.
    """
    for number, value in _values(source, settings):
        where = source.where if number is None else f"{source.where} record {number}"
        if isinstance(value, dict) and str(value.get("format")).startswith(LIBRARY):
            continue
        yield value if isinstance(value, Problem) else article(value, number, where, source)


def _values(source: Source, settings: Ingest) -> Iterator[tuple[int | None, Any]]:
    if source.suffix.removesuffix(".gz") == ".jsonl" or source.media_type in JSON_LINES:
        yield from _each_line(source, settings)
        return
    text = decode(source.data).text
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"not valid JSON ({error})", todo="correct it, or name it .jsonl if it has one a line"
        ) from error
    if isinstance(data, Mapping) and isinstance(data.get("articles"), list):
        data = data["articles"]
    if isinstance(data, list):
        yield from enumerate(data, 1)
    else:
        yield None, data


def _each_line(source: Source, settings: Ingest) -> Iterator[tuple[int, Any]]:
    """Yield the value of each line; a line that is no JSON is a problem, and the others are read."""
    for number, line in _lines(source, settings.max_bytes):
        where = f"{source.where} line {number}"
        try:
            if isinstance(line, Problem):
                yield number, line
            elif line.strip():
                yield number, json.loads(decode(line).text)
        except InputError as error:
            yield number, Problem(error.what, where, error.todo)
        except (ValueError, RecursionError) as error:
            yield number, Problem(f"not valid JSON ({error})", where, "correct it")


def _lines(source: Source, most: int) -> Iterator[tuple[int, bytes | Problem]]:
    """Yield the lines of a file with their numbers, one held at a time, none longer than a bound."""
    if b"\x00" in source.data[:200] and not source.path:  # two bytes a character: its line ends are not ours
        wide = decode(source.data).text.encode("utf-8", "replace").split(b"\n")
        yield from enumerate(wide, 1)
        return
    number = 0
    with source.open() as stream:
        try:
            while line := stream.readline(most + 1):
                number += 1
                if len(line) <= most:
                    yield number, line
                    continue
                while line and not line.endswith(b"\n"):
                    line = stream.readline(CHUNK)
                what = f"has more than the {most:,} bytes read"
                yield (
                    number,
                    Problem(what, f"{source.where} line {number}", "raise ingest.max_bytes or cut it"),
                )
        except (EOFError, OSError, zlib.error) as error:
            what = f"is damaged after line {number} ({error})"
            yield number, Problem(what, source.where, "check that the file is whole")


def article(value: Any, number: int | None, where: str, source: Source) -> Draft | Problem:
    """The article of one record, or why it is none.

    :param number: which of several it is; None for the only one.
    """
    if not isinstance(value, Mapping):
        return Problem("is not an article", where, TODO)
    if is_ninjs(value):
        return ninjs(value, where, source.name if number is None else f"{source.name}-{number}")
    return _article(value, number, where, source)


def _article(value: Mapping[str, Any], number: int | None, where: str, source: Source) -> Draft | Problem:
    text = next((value[k] for k in TEXTS if isinstance(value.get(k), str) and value[k].strip()), None)
    if text is None:
        return Problem("has no text", where, TODO)
    fields: dict[str, Any] = {}
    faults: list[Problem] = []
    evidence: list[Evidence] = []
    for field in FIELDS:
        key = next((k for k in ALSO[field] if value.get(k) not in (None, "", [])), None)
        got, fault = clean(field, value[key]) if key else (None, "")
        if fault:
            faults.append(Problem(f"{key}: {fault}", where, "correct it; the field is left out"))
        elif got:
            fields[field] = got
            evidence.append(Evidence(field, f"field {key!r} of the record"))
    stem = _name(value) or (source.name if number is None else f"{source.name}-{number}")
    digest = hashlib.sha256(
        json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    ).hexdigest()
    return Draft(
        stem, where, text, digest,
        evidence=tuple(evidence), problems=tuple(faults), upstream=_upstream(value), **fields,
    )  # fmt: skip


def _upstream(value: Mapping[str, Any]) -> tuple[Upstream, ...]:
    """Where a record says that its article is from."""
    outlet = next((k for k in ALSO["outlet"] if value.get(k) not in (None, "", [])), None)
    keys = [k for k in FROM if k != outlet and value.get(k) not in (None, "", [])]
    found = (u for k in keys for u in given(value[k], f"field {k!r} of the record"))
    return tuple(dict.fromkeys(found))


def _name(value: Mapping[str, Any]) -> str | None:
    """What a record calls itself, fit for a name; None if it does not."""
    for key in ("id", "name", "file"):
        given = value.get(key)
        if isinstance(given, str | int) and str(given).strip():
            own = PurePath(str(given)).stem if key == "file" else str(given)
            return re.sub(r"[\s/\\]+", "-", own.strip()).strip("-")[:80] or None
    return None
