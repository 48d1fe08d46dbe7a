"""From what the user names to bytes: files, folders, globs, standard input, addresses.

Looks at names and sizes before it reads; knows nothing of formats but their
suffixes. Invariant: sources come in a settled order, none of them twice, and
nothing is silently left out: what cannot be read is a ``Problem``.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ..errors import FetchError, InputError
from ..model import Problem
from ..settings import Ingest
from .draft import HALVES, LONG, READ, Source, shown, suffix_of

SUFFIXES = READ
CUT = "raise ingest.max_bytes or cut it"
TODO = "name text, HTML, PDF, Word, JSON, feed, e-mail, WARC or Parquet files"
HEAD = 65_536
"""Bytes looked at of a file that is read piece by piece."""


def gather(
    names: Sequence[str | Path], settings: Ingest, stdin: Callable[[int], bytes] | None
) -> Iterator[Source | Problem]:
    """Yield the bytes of every source named, and a problem for each thing left out."""
    seen: dict[str, str] = {}
    for name in names:
        text = str(name)
        if text == "-":
            yield _standard_input(stdin, settings, seen)
        elif text.lower().startswith(("http://", "https://")):
            yield _address(text, settings, seen)
        else:
            yield from _paths(Path(text), settings, seen)


def manifest_name(path: Path) -> bool:
    """Whether a file in a folder is a manifest, not an account."""
    return path.stem.casefold() == "manifest" and path.suffix.lower() in (
        ".json",
        ".jsonl",
        ".yaml",
        ".yml",
        ".csv",
    )


def manifest_in(names: Sequence[str | Path], problems: list[Problem]) -> Path | None:
    """The manifest that lies in a folder named, if there is just one."""
    folders = sorted({p for name in names if is_folder(p := Path(str(name)))})
    found: list[Path] = []
    for folder in folders:
        with suppress(OSError):  # one that may not be looked into is a problem when it is read
            found += [f for f in sorted(folder.iterdir()) if manifest_name(f)]
    if len(found) > 1:
        where = ", ".join(map(str, found))
        problems.append(Problem("are several manifests; none was used", where, "name one with --manifest"))
        return None
    return found[0] if found else None


def _standard_input(
    stdin: Callable[[int], bytes] | None, settings: Ingest, seen: dict[str, str]
) -> Source | Problem:
    if stdin is None:
        return Problem("nothing to read", "standard input", "pipe an article into the command")
    if "-" in seen:
        return Problem("named twice, read once", "standard input")
    seen["-"] = "-"
    data = stdin(settings.max_bytes + 1)
    if len(data) > settings.max_bytes:
        return Problem(f"has more than the {settings.max_bytes:,} bytes read", "standard input", CUT)
    if not data:
        return Problem("is empty", "standard input", "pipe an article into the command")
    return Source("stdin", "standard input", "", data)


def _address(url: str, settings: Ingest, seen: dict[str, str]) -> Source | Problem:
    if url in seen:
        return Problem("named twice, read once", shown(url))
    seen[url] = url
    from .fetch import fetch

    try:
        return fetch(url, settings)
    except FetchError as error:
        return Problem(shown(error.what), shown(error.where or url), error.todo)


def _paths(path: Path, settings: Ingest, seen: dict[str, str]) -> Iterator[Source | Problem]:
    """One argument: a file, a folder (walked), or a pattern that the shell left alone."""
    text, nothing = shown(path), "holds no file that can be read"
    found: Iterable[Path | Problem]
    try:
        if path.is_dir():
            found = walk(path)
        elif not os.path.lexists(path) and glob.has_magic(str(path)):
            hits = glob.glob(str(path), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
            found = sorted(Path(hit) for hit in hits if not Path(hit).is_dir())
            nothing = "matches no file"
        else:
            found = [path]
    except (OSError, ValueError) as error:
        yield Problem(f"cannot be read ({why(error)})", text, "check the name")
        return
    files = False
    for file in found:
        if isinstance(file, Problem):
            yield file
        else:
            files = True
            yield read_file(file, settings, seen)
    if not files:
        yield Problem(nothing, text, TODO)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; one that no file can have is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def walk(folder: Path) -> list[Path | Problem]:
    """Files of a folder and its folders, each folder once; links that lead out of it are not followed."""
    root = folder.resolve()
    found: list[Path] = []
    problems: list[Problem] = []
    visited: set[str] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop(0)
        real = str(here.resolve())
        if real in visited:
            problems.append(Problem("leads back to a folder read already; skipped", shown(here)))
            continue
        visited.add(real)
        try:
            entries = sorted(here.iterdir())
        except OSError as error:
            problems.append(Problem(f"cannot be read ({why(error)})", shown(here), "check its permissions"))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir() and not entry.resolve().is_relative_to(root):
                problems.append(
                    Problem("leads out of the folder; skipped", shown(entry), "name its target too")
                )
            elif entry.is_dir():
                waiting.append(entry)
            elif readable(entry) and not manifest_name(entry):
                found.append(entry)
    return [*problems, *sorted(found)]


def readable(path: Path) -> bool:
    """Whether a file's name tells a kind that is read."""
    suffix = suffix_of(path.name)
    return suffix.removesuffix(".gz") in SUFFIXES and suffix != ".gz"


def read_file(path: Path, settings: Ingest, seen: dict[str, str]) -> Source | Problem:
    """The bytes of a file, or, of one that is read piece by piece, its beginning."""
    where = shown(path)
    try:
        status = path.stat()
        real = str(path.resolve())
        suffix = suffix_of(path.name)
        kind = suffix.removesuffix(".gz")
        long = kind in LONG
        if not stat.S_ISREG(status.st_mode):
            return Problem("is not a regular file", where, TODO)
        if real in seen:
            return Problem("named twice, read once", where, "name each account once")
        if status.st_size > settings.max_bytes and not long:
            return _large(status.st_size, where, settings)
        seen[real] = where
        stem = HALVES.sub(
            "\N{REPLACEMENT CHARACTER}", path.stem.removesuffix(kind) if suffix != kind else path.stem
        )
        if not long:
            return Source(stem, where, suffix, path.read_bytes())
        with path.open("rb") as file:
            return Source(stem, where, suffix, file.read(HEAD), path=path)
    except (OSError, ValueError, RuntimeError) as error:
        return Problem(f"cannot be read ({why(error)})", where, "check the name and its permissions")


def _large(size: int, where: str, settings: Ingest) -> Problem:
    return Problem(
        f"has {size:,} bytes, more than the {settings.max_bytes:,} read",
        where,
        CUT,
    )


def why(error: Exception) -> str:
    """In words why a file cannot be read."""
    if isinstance(error, ValueError):  # a null character; each Python words it its own way
        return "no file can have that name"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def none_given() -> InputError:
    """The error for a call without sources."""
    return InputError(
        "no accounts given", where="compare", todo="name one or more files, folders or addresses"
    )
