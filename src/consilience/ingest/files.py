"""From what the user names to bytes: files, folders, globs, standard input, addresses.

Looks at names and sizes before it reads; knows nothing of formats but their
suffixes. Invariant: sources come in a settled order, none of them twice, and
nothing is silently left out: what cannot be read is a ``Problem``.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..errors import FetchError, InputError
from ..model import Problem
from ..settings import Ingest
from .draft import Source

SUFFIXES = (
    ".txt",
    ".text",
    ".md",
    ".markdown",
    ".html",
    ".htm",
    ".xhtml",
    ".json",
    ".jsonl",
    ".ndjson",
    ".pdf",
    ".docx",
)
KINDS = {".text": ".txt", ".markdown": ".md", ".htm": ".html", ".xhtml": ".html", ".ndjson": ".jsonl"}
CUT = "raise ingest.max_bytes or cut it"
TODO = "name .txt, .md, .html, .json, .jsonl, .pdf or .docx files"


def gather(
    names: Sequence[str | Path],
    settings: Ingest,
    stdin: Callable[[int], bytes] | None,
    problems: list[Problem],
) -> Iterator[Source]:
    """Yield the bytes of every source named.

    :param problems: grows by one for each thing left out.
    """
    seen: dict[str, str] = {}
    for name in names:
        text = str(name)
        if text == "-":
            yield from _standard_input(stdin, settings, problems, seen)
        elif text.lower().startswith(("http://", "https://")):
            yield from _address(text, settings, problems, seen)
        else:
            yield from _paths(Path(text), settings, problems, seen)


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
    folders = sorted({p for name in names if (p := Path(str(name))).is_dir()})
    found = [f for folder in folders for f in sorted(folder.iterdir()) if manifest_name(f)]
    if len(found) > 1:
        where = ", ".join(map(str, found))
        problems.append(Problem("are several manifests; none was used", where, "name one with --manifest"))
        return None
    return found[0] if found else None


def _standard_input(
    stdin: Callable[[int], bytes] | None, settings: Ingest, problems: list[Problem], seen: dict[str, str]
) -> Iterator[Source]:
    if stdin is None:
        problems.append(Problem("nothing to read", "standard input", "pipe an article into the command"))
    elif "-" in seen:
        problems.append(Problem("named twice, read once", "standard input"))
    else:
        seen["-"] = "-"
        data = stdin(settings.max_bytes + 1)
        if len(data) > settings.max_bytes:
            problems.append(
                Problem(f"has more than the {settings.max_bytes:,} bytes read", "standard input", CUT)
            )
        elif data:
            yield Source("stdin", "standard input", "", data)
        else:
            problems.append(Problem("is empty", "standard input", "pipe an article into the command"))


def _address(url: str, settings: Ingest, problems: list[Problem], seen: dict[str, str]) -> Iterator[Source]:
    if url in seen:
        problems.append(Problem("named twice, read once", url))
        return
    seen[url] = url
    from .fetch import fetch

    try:
        yield fetch(url, settings)
    except FetchError as error:
        problems.append(Problem(error.what, error.where or url, error.todo))


def _paths(path: Path, settings: Ingest, problems: list[Problem], seen: dict[str, str]) -> Iterator[Source]:
    """One argument: a file, a folder (walked), or a pattern that the shell left alone."""
    text, nothing = str(path), "holds no file that can be read"
    try:
        if path.is_dir():
            found = _walk(path, problems)
        elif not os.path.lexists(text) and glob.has_magic(text):
            hits = glob.glob(text, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
            found = sorted(Path(hit) for hit in hits if not Path(hit).is_dir())
            nothing = "matches no file"
        else:
            found = [path]
    except (OSError, ValueError) as error:
        problems.append(Problem(f"cannot be read ({_why(error)})", text, "check the name"))
        return
    if not found:
        problems.append(Problem(nothing, text, TODO))
    for file in found:
        yield from _file(file, settings, problems, seen)


def _walk(folder: Path, problems: list[Problem]) -> list[Path]:
    """Files of a folder and its folders, each folder once; links that lead out of it are not followed."""
    root = folder.resolve()
    found: list[Path] = []
    visited: set[str] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop(0)
        real = str(here.resolve())
        if real in visited:
            problems.append(Problem("leads back to a folder read already; skipped", str(here)))
            continue
        visited.add(real)
        try:
            entries = sorted(here.iterdir())
        except OSError as error:
            problems.append(Problem(f"cannot be read ({_why(error)})", str(here), "check its permissions"))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir() and not entry.resolve().is_relative_to(root):
                problems.append(
                    Problem("leads out of the folder; skipped", str(entry), "name its target too")
                )
            elif entry.is_dir():
                waiting.append(entry)
            elif entry.suffix.lower() in SUFFIXES and not manifest_name(entry):
                found.append(entry)
    return sorted(found)


def _file(path: Path, settings: Ingest, problems: list[Problem], seen: dict[str, str]) -> Iterator[Source]:
    where = str(path)
    try:
        status = path.stat()
        real = str(path.resolve())
        if not stat.S_ISREG(status.st_mode):
            problems.append(Problem("is not a regular file", where, TODO))
        elif real in seen:
            problems.append(Problem("named twice, read once", where, "name each account once"))
        elif status.st_size > settings.max_bytes:
            problems.append(_large(status.st_size, where, settings))
        else:
            seen[real] = where
            suffix = path.suffix.lower()
            yield Source(path.stem, where, KINDS.get(suffix, suffix), path.read_bytes())
    except (OSError, ValueError, RuntimeError) as error:
        problems.append(
            Problem(f"cannot be read ({_why(error)})", where, "check the name and its permissions")
        )


def _large(size: int, where: str, settings: Ingest) -> Problem:
    return Problem(
        f"has {size:,} bytes, more than the {settings.max_bytes:,} read",
        where,
        CUT,
    )


def _why(error: Exception) -> str:
    if isinstance(error, ValueError):  # a null character; each Python words it its own way
        return "no file can have that name"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def none_given() -> InputError:
    """The error for a call without sources."""
    return InputError(
        "no accounts given", where="compare", todo="name one or more files, folders or addresses"
    )
