"""JSON: one article, a list of them, or one a line.

Takes the text from ``text``, ``body`` or ``content`` unchanged, and the fields that
a manifest has. Does not guess at other shapes. Invariant: the witness text is the
string in the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from ..errors import InputError
from ..model import Evidence, Problem, Upstream
from .decode import decode
from .draft import Draft, Source
from .manifest import FIELDS, clean
from .pagemeta import given

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
TODO = "give each article a 'text' field"


def read_records(source: Source) -> Iterator[Draft | Problem]:
    """Yield an article or a problem for each record of a JSON or JSON Lines file."""
    text = decode(source.data).text
    for number, value in _values(text, source):
        where = source.where if number is None else f"{source.where} record {number}"
        if isinstance(value, Problem):
            yield value
        elif not isinstance(value, Mapping):
            yield Problem("is not an article", where, TODO)
        else:
            yield _article(value, number, where, source)


def _values(text: str, source: Source) -> Iterator[tuple[int | None, Any]]:
    if source.suffix == ".jsonl":
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as error:
                    yield (
                        number,
                        Problem(f"not valid JSON ({error})", f"{source.where} line {number}", "correct it"),
                    )
        return
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
        json.dumps(value, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
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
