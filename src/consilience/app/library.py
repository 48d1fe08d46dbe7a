"""The commands that look at a library and keep it safe.

Options in, outputs out; no logic of their own. Invariant: with ``--json`` one document and nothing
else goes to standard output.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..errors import InputError
from .outputs import (
    FILE,
    Outputs,
    console,
    dossier_options,
    explained,
    say,
    say_json,
    settings_of,
    with_progress,
)
from .place import MOST, default_place, json_option, library_option, missing, now, opened

FORMATS = {".jsonl": "jsonl", ".parquet": "parquet"}


@click.command()
@click.option("--order", type=click.Choice(["newest", "largest"]), default="newest", help="What comes first.")
@click.option("--since", metavar="DATE", help="Only stories that grew since this date (2031-10-14).")
@click.option("--limit", type=click.IntRange(1, MOST), default=20, help="How many (20).")
@click.option("--offset", type=click.IntRange(0, MOST), default=0, help="How many to pass over.")
@library_option
@json_option
def stories(
    order: str, since: str | None, limit: int, offset: int, place: Path | None, as_json: bool
) -> None:
    """List the stories."""
    from . import tables, views

    with opened(place) as library:
        found = library.stories(order=order, limit=limit + 1, offset=offset, since=since)
        told = [views.tale(t) for t in found[:limit]]
        total = library.counts()["stories"]
    if as_json:
        say_json({"stories": told, "total": total})
    else:
        tables.print_stories(told, console())
        if len(found) > limit:
            many = "" if since else f"{offset + limit:,} of {total:,} stories; "
            say(f"{many}--offset {offset + limit} shows more")


@click.command()
@click.argument("ident", metavar="ID")
@library_option
@json_option
def story(ident: str, place: Path | None, as_json: bool) -> None:
    """Show a story: its accounts, why each is in it, and what was changed."""
    from . import tables, views

    with opened(place) as library:
        found = library.story(ident)
        told = views.story(found, library.accounts(story=found.id), library.history(story=found.id))
    if as_json:
        say_json(told)
    else:
        tables.print_story(told, console())


@click.command()
@click.argument("ident", metavar="ID")
@library_option
@dossier_options
def dossier(
    ident: str,
    place: Path | None,
    json_file: Path | None,
    html_file: Path | None,
    stemma_file: Path | None,
    settings_file: Path | None,
    quiet: bool,
    verbose: bool,
    explain: str | None,
) -> None:
    """Print the dossier of a story: made once, kept until the story changes."""
    from ..engine.shelf import document

    rest, weakest = explained((), explain)
    if rest:
        raise InputError(
            f"{explain!r} is no number", where="--explain", todo="give a number such as 10, or none"
        )
    files = (json_file, html_file, stemma_file)
    outputs = Outputs.asked(files, quiet=quiet, verbose=verbose, weakest=weakest)
    settings = settings_of(settings_file)
    with opened(place) as library:
        found = library.story(ident)
        outputs.write(with_progress(quiet, lambda step: document(library, found.id, settings, step)))


@click.command(context_settings={"ignore_unknown_options": True})  # -word leaves a word out
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--in",
    "kinds",
    type=click.Choice(["account", "statement", "point"]),
    multiple=True,
    help="Only these kinds (all).",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, help="How many (10).")
@click.option("--offset", type=click.IntRange(0, MOST), default=0, help="How many to pass over.")
@library_option
@json_option
def search(
    query: tuple[str, ...], kinds: tuple[str, ...], limit: int, offset: int, place: Path | None, as_json: bool
) -> None:
    """Search accounts, statements and points.

    Words, "phrases", -without, OR, begin*; outlet: person: place: said: after: before: on: story:; or
    'who said … about …'.
    """
    from ..store import KINDS
    from . import tables, views

    unknown = next((word for word in query if word.startswith("--")), None)
    if unknown:
        raise InputError("is no option", where=unknown, todo="'consilience search --help' lists them")
    with opened(place) as library:
        found = views.results(library.search(" ".join(query), kinds or KINDS, limit=limit, offset=offset))
    if as_json:
        say_json(found)
    else:
        tables.print_results(found, console())


@click.command()
@click.argument("name")
@click.option("--about", default="", metavar="WORDS", help="Only what holds these words.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, help="How many utterances (30).")
@library_option
@json_option
def who(name: str, about: str, limit: int, place: Path | None, as_json: bool) -> None:
    """List what a person or body said, over all stories, and through whom."""
    from . import tables, views

    with opened(place) as library:
        found = views.ledger(name, library.who(name, about=about, limit=limit))
    if as_json:
        say_json(found)
    else:
        tables.print_ledger(found, console())


# -- keeping safe --


@click.command()
@library_option
@json_option
def check(place: Path | None, as_json: bool) -> None:
    """Verify the library: the file, every id, span and count."""

    with opened(place) as library:
        faults = library.check()
        counts = library.counts()
    if as_json:
        say_json({"faults": list(faults), **counts})
    else:
        for fault in faults[:20]:
            say(fault)
        if len(faults) > 20:
            say(f"… and {len(faults) - 20} more")
        held = ", ".join(f"{n:,} {what}" for what, n in counts.items())
        say(f"{held}: {len(faults)} faults" if faults else f"{held}: every id, span and count holds")
    if faults:
        sys.exit(1)


@click.command()
@click.argument("file", type=FILE)
@library_option
@json_option
def backup(file: Path, place: Path | None, as_json: bool) -> None:
    """Copy the library to a file, also while it is written to."""
    with opened(place) as library:
        library.backup(file)
    _done(f"Wrote {file}", {"file": str(file), "bytes": file.stat().st_size}, as_json)


@click.command()
@click.argument("file", type=FILE)
@click.option("--overwrite", is_flag=True, help="Replace a library that is there.")
@library_option
@json_option
def restore(file: Path, overwrite: bool, place: Path | None, as_json: bool) -> None:
    """Put a backup in the library's place."""
    from ..store import Library

    path = place or default_place()
    Library.restore(path, file, overwrite=overwrite)
    with opened(path) as library:
        counts = library.counts()
    told = ", ".join(f"{n:,} {what}" for what, n in counts.items())
    _done(f"Restored {path}: {told}", {"library": str(path), **counts}, as_json)


@click.command("export")
@click.argument("file", type=FILE)
@library_option
@json_option
def export_library(file: Path, place: Path | None, as_json: bool) -> None:
    """Write accounts, stories, corrections and what is watched to a .jsonl or .parquet file."""
    form = _format(file)
    with opened(place) as library:
        count = library.export(file, form)
    _done(f"Wrote {count:,} accounts to {file}", {"file": str(file), "accounts": count}, as_json)


@click.command("import")
@click.argument("file", type=FILE)
@library_option
@json_option
def import_library(file: Path, place: Path | None, as_json: bool) -> None:
    """Take in what 'export' wrote; what is there already stays as it is."""
    from dataclasses import asdict

    form = _format(file)
    if missing(file):
        raise InputError("there is no such file", where=str(file), todo="name what 'export' wrote")
    with opened(place, create=True) as library:
        done = library.import_(file, form, at=now())
    told = {"file": str(file), **asdict(done)}
    line = f"Took in {done.added:,} accounts from {file}; {done.there:,} were there already"
    _done("\n".join([line, *done.faults]), told, as_json)


def _format(file: Path) -> str:
    if file.suffix.lower() not in FORMATS:
        raise InputError(
            f"{file.suffix or 'no ending'!r} is no format",
            where=str(file),
            todo="end the name in .jsonl or .parquet",
        )
    return FORMATS[file.suffix.lower()]


def _done(line: str, value: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say_json(value)
    else:
        say(line)


@click.command()
@library_option
@json_option
def doctor(place: Path | None, as_json: bool) -> None:
    """Look at what is installed, where the library lies, and what is missing."""
    from dataclasses import asdict

    from . import tables
    from .doctor import examine

    findings = examine(place or default_place())
    if as_json:
        say_json({"findings": [asdict(f) for f in findings]})
    else:
        tables.print_findings(findings, console())
    if any(f.state == "fault" for f in findings):
        sys.exit(1)


COMMANDS = (
    stories, story, dossier, search, who, check, backup, restore, export_library, import_library, doctor,
)  # fmt: skip
