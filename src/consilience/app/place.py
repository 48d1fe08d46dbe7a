"""Where a library lies, and what the commands on it have in common.

Reads the clock and the environment for them. Invariant: a library is made only where a command that
takes something in asks for it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InputError
from .outputs import FILE

if TYPE_CHECKING:
    from ..store import Library

MOST = 1_000_000_000
"""What is counted in a list: a database counts no further than to some 9e18."""

EXAMPLES = ("ilvane", "week")
"""Folders of the invented example."""

library_option = click.option(
    "--library",
    "place",
    type=FILE,
    envvar="CONSILIENCE_LIBRARY",
    help="The library's file; if not given, CONSILIENCE_LIBRARY or the one in your user folder.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)
settings_option = click.option(
    "--settings", "settings_file", type=FILE, help="Read settings from this TOML file."
)


def default_place() -> Path:
    """Where the library lies when it is not said."""
    from platformdirs import user_data_path

    return user_data_path("consilience", appauthor=False) / "library.db"


def example_folders() -> tuple[Path, ...]:
    """Where the invented example lies: beside the package's modules, or in the project's own folder."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "examples", package.parent.parent / "examples"):
        found = tuple(folder / name for name in EXAMPLES)
        if all(f.is_dir() for f in found):
            return found
    return ()


def now() -> str:
    """The time, as a library keeps it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def opened(place: Path | None, *, create: bool = False) -> Library:
    """The library named; made if asked, with its folder."""
    from ..store import Library

    path = place or default_place()
    if not create and missing(path):
        todo = "add accounts with 'consilience add PATH_OR_URL…', or name another with --library"
        raise InputError("there is no library yet", where=str(path), todo=todo)
    return Library.open(path, create=create)


def missing(path: Path) -> bool:
    """Whether there is nothing at a path.

    :raises InputError: when that cannot be known.
    """
    from ..ingest.files import why

    try:
        path.stat()
    except FileNotFoundError:
        return True
    except (OSError, ValueError) as error:
        todo = "check the name and its permissions"
        raise InputError(f"cannot be opened ({why(error)})", where=str(path), todo=todo) from error
    return False
