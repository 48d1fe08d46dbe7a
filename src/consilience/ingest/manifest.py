"""A manifest: what the files do not say about themselves.

JSON (a list, or an object with ``articles`` or keyed by file), JSON Lines, YAML or CSV, one entry a file:
``file`` (or ``id``), ``outlet``, ``published``, ``url``, ``title``, ``authors``.
Does not read the files it names. Invariant: an entry applies to one file by its
path relative to the manifest, its name or its stem; an entry that fits none, or a
field that cannot be used, is said.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..model import Problem
from .bylines import day
from .decode import decode
from .draft import HALVES, shown

FIELDS = ("title", "outlet", "authors", "published", "url")
KEYS = ("file", "id", "language", *FIELDS)
FORMATS = "JSON, JSONL, YAML or CSV"


@dataclass(slots=True)
class Entry:
    """One row: the file it names and its fields."""

    file: str
    fields: dict[str, Any]
    used: bool = False


@dataclass(slots=True)
class Manifest:
    """The rows of a manifest and where it lies."""

    path: Path
    entries: list[Entry]

    def find(self, where: str, name: str) -> Mapping[str, Any]:
        """Fields for a file: by path relative to the manifest, else by name, else by stem."""
        path = Path(where)
        for test in (
            lambda e: _same(self.path.parent / e.file, path),
            lambda e: e.file == path.name,
            lambda e: e.file in (path.stem, name),
        ):
            for entry in self.entries:
                if test(entry):
                    entry.used = True
                    return entry.fields
        return {}

    def unused(self, problems: Iterable[Problem] = ()) -> Iterable[Problem]:
        """A problem for each entry that no file of the call answers to; one that could not be read does."""
        for problem in problems:
            self.find(problem.where, "")
        for entry in self.entries:
            if not entry.used:
                yield Problem(
                    f"entry {entry.file!r} fits none of the files given",
                    str(self.path),
                    "correct its 'file' or add the file",
                )


def _same(a: Path, b: Path) -> bool:
    try:
        return a.resolve() == b.resolve()
    except (OSError, RuntimeError, ValueError):
        return False


def read_manifest(path: Path, problems: list[Problem]) -> Manifest:
    """Read a manifest.

    :param problems: grows by one for each field that cannot be used.
    :raises InputError: when it cannot be read or is no list of entries.
    """
    where = shown(path)
    try:
        text = decode(path.read_bytes()).text
    except OSError as error:
        raise InputError(f"cannot be read ({(error.strerror or str(error)).lower()})", where=where) from error
    except ValueError as error:
        raise InputError("cannot be read (no file can have that name)", where=where) from error
    except InputError as error:
        raise InputError(error.what, where=where, todo=f"write it as {FORMATS}") from error
    entries = [
        _entry(row, n, where, problems) for n, row in enumerate(_rows(text, path.suffix.lower(), where), 1)
    ]
    return Manifest(path, entries)


def _rows(text: str, suffix: str, where: str) -> list[Any]:
    try:
        if suffix == ".csv":
            return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        if suffix in (".jsonl", ".ndjson"):
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        if suffix in (".yaml", ".yml"):
            return _listed(from_yaml(text), where)
        if suffix == ".json":
            return _listed(json.loads(text), where)
    except (ValueError, csv.Error, RecursionError) as error:
        raise InputError(f"not valid {suffix[1:].upper()} ({_first_line(error)})", where=where) from error
    raise InputError(
        f"{suffix or 'no suffix'} is no manifest format", where=where, todo=f"write it as {FORMATS}"
    )


def from_yaml(text: str) -> Any:
    """The value of a YAML text that repeats nothing by reference.

    Nine lines of aliases can stand for a billion values, so that none is read.

    >>> from_yaml("outlet: The Melden Post")
    {'outlet': 'The Melden Post'}

    :raises ValueError: when it is not YAML, or holds an alias.
    """
    import yaml

    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise ValueError("it holds an alias (*name); write the value out")
        return yaml.safe_load(text)
    # The loader trips over "!!bool maybe", "!!int ''" and "!!timestamp x" with these.
    except (yaml.YAMLError, KeyError, IndexError, AttributeError, TypeError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


def _listed(data: Any, where: str) -> list[Any]:
    if isinstance(data, Mapping) and isinstance(data.get("articles"), list):
        data = data["articles"]
    if isinstance(data, Mapping) and all(isinstance(v, Mapping) for v in data.values()):
        data = [{"file": str(key), **value} for key, value in data.items()]
    if not isinstance(data, list):
        raise InputError(
            "is not a list of entries", where=where, todo="write a list of {file, outlet, published, …}"
        )
    return data


def _entry(row: Any, number: int, where: str, problems: list[Problem]) -> Entry:
    if not isinstance(row, Mapping):
        raise InputError(
            f"entry {number} is not a set of fields", where=where, todo="give it a 'file' and fields"
        )
    cells = {str(k).strip().casefold(): v for k, v in row.items() if k is not None}
    file = next((str(cells[k]) for k in ("file", "id") if cells.get(k) not in (None, "")), None)
    if not file:
        raise InputError(f"entry {number} names no file", where=where, todo="add a 'file' field")
    for key in sorted(cells.keys() - set(KEYS)):
        problems.append(Problem(f"unknown field {key!r} of {file!r}", where, f"use one of {', '.join(KEYS)}"))
    fields: dict[str, Any] = {}
    for key in FIELDS:
        value, fault = clean(key, cells.get(key))
        if fault:
            problems.append(
                Problem(f"{key} of {file!r}: {fault}", where, "correct it; the field is left out")
            )
        elif value:
            fields[key] = value
    return Entry(file, fields)


def clean(key: str, value: Any) -> tuple[Any, str]:
    """A field in its form here, and what is wrong with it if it cannot be used.

    >>> clean("published", "5 May 2031"), clean("authors", "Ann Poe; Raj Lal")
    (('2031-05-05', ''), (('Ann Poe', 'Raj Lal'), ''))
    """
    if not value and value != 0:
        return None, ""
    if key == "authors":
        return authors(value)
    if key == "published":
        return published(value)
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        value = value["name"]
    if not isinstance(value, str | int | float):
        return None, f"{value!r} is not a text"
    text = HALVES.sub("\N{REPLACEMENT CHARACTER}", " ".join(str(value).split()))
    if key == "url" and not re.match(r"https?://\S+$", text):
        return None, f"{text!r} is not a web address"
    return text, ""


def authors(value: Any) -> tuple[tuple[str, ...], str]:
    """Names from a text ("; " or " and " between them), a list, or objects with a name."""
    if isinstance(value, Mapping):
        value = [value]
    if isinstance(value, str):
        value = re.split(r"\s*(?:;|\||\band\b|&)\s*|,\s+(?=\S+\s+\S+)", value)
    if not isinstance(value, list | tuple):
        return (), f"{value!r} is not a name or a list of names"
    items = [v.get("name") if isinstance(v, Mapping) else v for v in value]
    names = [HALVES.sub("\N{REPLACEMENT CHARACTER}", v) for v in items if isinstance(v, str)]
    if len(names) < len(items):
        return (), f"{value!r} is not a list of names"
    tidy = [re.sub(r"^by\s+", "", " ".join(n.split()), flags=re.IGNORECASE) for n in names]
    return tuple(dict.fromkeys(n for n in tidy if n)), ""


YEARS = range(1000, 9000)
"""Years in which an account can have come out; at the ends of the calendar no week can be reckoned."""


def published(value: Any) -> tuple[str | None, str]:
    """An ISO date or date and time from a date, an ISO text or a written date."""
    if isinstance(value, datetime | date):
        return (
            (value.isoformat(), "")
            if value.year in YEARS
            else (None, f"{value} is no day on which an account came out")
        )
    text = " ".join(str(value).split())[:200]
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        if moment.year not in YEARS:
            return None, f"{text!r} is no day on which an account came out"
    except ValueError:
        found = day(text)
        return (
            (found[0], "")
            if found
            else (None, f"{text!r} is not a date (write 2031-05-06 or 2031-05-06T10:20Z)")
        )
    return (text if len(text) <= 10 else moment.isoformat().replace("+00:00", "Z")), ""
