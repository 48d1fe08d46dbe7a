"""The commands by which a person corrects a library, and the history of it.

Options in, outputs out; no logic of their own. Invariant: each correction is told as the entry of the
history that it made.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .outputs import console, say_json
from .place import MOST, json_option, library_option, now, opened

if TYPE_CHECKING:
    from ..store import Event


def _told(event: Event, as_json: bool) -> None:
    from . import tables, views

    told = views.event(event)
    if as_json:
        say_json(told)
    else:
        tables.print_history([told], console())


@click.command()
@click.argument("first", metavar="STORY")
@click.argument("second", metavar="STORY")
@library_option
@json_option
def merge(first: str, second: str, place: Path | None, as_json: bool) -> None:
    """Join two stories that are one; the first named stays."""
    with opened(place) as library:
        _told(library.merge(first, second, at=now()), as_json)


@click.command()
@click.argument("ident", metavar="STORY")
@click.argument("accounts", nargs=-1, required=True, metavar="ACCOUNT...")
@library_option
@json_option
def split(ident: str, accounts: tuple[str, ...], place: Path | None, as_json: bool) -> None:
    """Make the accounts named a story of their own."""
    with opened(place) as library:
        _told(library.split(ident, accounts, at=now()), as_json)


@click.command()
@click.argument("account")
@click.argument("ident", metavar="[STORY]", required=False)
@library_option
@json_option
def move(account: str, ident: str | None, place: Path | None, as_json: bool) -> None:
    """Move an account to another story, or to a new one."""
    with opened(place) as library:
        _told(library.move(account, ident, at=now()), as_json)


@click.command()
@click.argument("first", metavar="NAME")
@click.argument("second", metavar="NAME")
@library_option
@json_option
def same(first: str, second: str, place: Path | None, as_json: bool) -> None:
    """Say that two names are one person or body."""
    with opened(place) as library:
        _told(library.same(first, second, at=now()), as_json)


@click.command("not-same")
@click.argument("name")
@click.argument("stories", nargs=-1, required=True, metavar="STORY...")
@library_option
@json_option
def not_same(name: str, stories: tuple[str, ...], place: Path | None, as_json: bool) -> None:
    """Say that the person of this name in these stories is another than elsewhere."""
    with opened(place) as library:
        _told(library.not_same(name, stories, at=now()), as_json)


@click.command()
@click.argument("ident", metavar="STORY")
@click.argument("discrepancy")
@click.argument("why", nargs=-1, required=True, metavar="WHY...")
@library_option
@json_option
def harmless(ident: str, discrepancy: str, why: tuple[str, ...], place: Path | None, as_json: bool) -> None:
    """Say why a discrepancy of a story is harmless; its id stands in the dossier's JSON."""
    with opened(place) as library:
        _told(library.harmless(ident, discrepancy, " ".join(why), at=now()), as_json)


@click.command()
@click.argument("number", type=click.IntRange(1, MOST), required=False)
@library_option
@json_option
def undo(number: int | None, place: Path | None, as_json: bool) -> None:
    """Undo your last correction, or the one with this number in 'history'."""
    with opened(place) as library:
        _told(library.undo(at=now(), number=number), as_json)


@click.command()
@click.option("--story", "ident", metavar="ID", help="Only what concerns this story.")
@click.option("--limit", type=click.IntRange(1, MOST), default=30, help="How many (30).")
@library_option
@json_option
def history(ident: str | None, limit: int, place: Path | None, as_json: bool) -> None:
    """List merges, splits, moves and corrections, the program's and yours."""
    from . import tables, views

    with opened(place) as library:
        about = None if ident is None else library.story(ident).id
        told = [views.event(e) for e in library.history(story=about, limit=limit)]
    if as_json:
        say_json({"history": told})
    else:
        tables.print_history(told, console())


COMMANDS = (merge, split, move, same, not_same, harmless, undo, history)
