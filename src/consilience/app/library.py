"""The commands on a library: take in, look at, correct, keep safe.

Options in, outputs out; no logic of their own. The clock is read here and handed down. Invariant: with
``--json`` one document and nothing else goes to standard output.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

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
    stdin,
    with_progress,
)

if TYPE_CHECKING:
    from ..settings import Settings
    from ..store import Event, Library
    from .watch import Round

Command = TypeVar("Command", bound=Callable[..., Any])
AT_ONCE = 500
"""Accounts that are put in order of time and kept in one transaction."""
MOST = 1_000_000_000
"""What is counted in a list: a database counts no further than to some 9e18."""
FORMATS = {".jsonl": "jsonl", ".parquet": "parquet"}

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


def now() -> str:
    """The time, as a library keeps it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def opened(place: Path | None, *, create: bool = False) -> Library:
    """The library named; made if asked, with its folder."""
    from ..store import Library

    path = place or default_place()
    if not create and _missing(path):
        todo = "add accounts with 'consilience add PATH_OR_URL…', or name another with --library"
        raise InputError("there is no library yet", where=str(path), todo=todo)
    return Library.open(path, create=create)


def _missing(path: Path) -> bool:
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


@click.command()
@click.argument("sources", nargs=-1, metavar="PATH_OR_URL...")
@click.option(
    "--manifest",
    type=FILE,
    help="JSON, JSON Lines, YAML or CSV: file, outlet, published, url, title, authors.",
)
@click.option("--later", is_flag=True, help="Group only; who said what is read by the next 'add' or 'watch'.")
@library_option
@settings_option
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def add(
    sources: tuple[str, ...],
    manifest: Path | None,
    later: bool,
    place: Path | None,
    settings_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Take accounts into the library; each joins a story or begins one.

    Accounts are files, folders, globs, http(s) addresses of pages or feeds, or '-' for standard
    input. Without any, what an earlier 'add --later' left is read.
    """
    from ..engine.intake import Intake
    from ..ingest import manifest_of, stream
    from ..ingest.visits import Visitor
    from ..model import Problem
    from . import tables, views

    settings = settings_of(settings_file)
    if manifest is not None:  # without what it says, accounts would come in as others than they are
        manifest_of((), manifest, [])
    with opened(place, create=bool(sources)) as library:
        intake, problems = Intake(library, settings), list[Problem]()
        visit = Visitor(settings.ingest, clock=time.monotonic, wait=time.sleep)
        found = stream(sources, manifest=manifest, settings=settings.ingest, stdin=stdin, visit=visit)
        witnesses = _apart(found, problems)
        taken = with_progress(quiet or as_json, lambda step: intake.take_all(witnesses, now, AT_ONCE, step))
        read = 0 if later else with_progress(quiet or as_json, intake.annotate)
        done = views.taken(taken, problems, read)
        if as_json:
            say_json(done)
        elif not quiet and sources and not taken:  # the first is told below
            tables.print_problems(done["problems"][1:], console())
        elif not quiet:
            labels = {t.story: views.tale(library.story(t.story)) for t in taken}
            tables.print_taken(done, labels, console())
    if sources and not taken:
        raise _nothing(problems)


def _apart(found: Iterable[Any], problems: list[Any]) -> Iterable[Any]:
    """The witnesses of a stream; its problems go to the list."""
    from ..model import Witness

    for one in found:
        if isinstance(one, Witness):
            yield one
        else:
            problems.append(one)


def _nothing(problems: list[Any]) -> InputError:
    if not problems:
        return InputError("no account found", where="add", todo="name files, folders or addresses")
    more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return InputError(f"{problems[0].what}{more}", where=problems[0].where, todo=problems[0].todo)


@click.command()
@click.argument("sources", nargs=-1, metavar="PATH_OR_URL...")
@click.option("--once", is_flag=True, help="Ask everything that is due, once, and end.")
@click.option("--list", "listing", is_flag=True, help="Only list what is watched.")
@click.option(
    "--forget", multiple=True, metavar="PATH_OR_URL", help="Watch this, and the feeds it named, no more."
)
@click.option("--later", is_flag=True, help="Group only; who said what is read by the next 'add' or 'watch'.")
@library_option
@settings_option
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def watch(
    sources: tuple[str, ...],
    once: bool,
    listing: bool,
    forget: tuple[str, ...],
    later: bool,
    place: Path | None,
    settings_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Follow feeds, sitemaps, outlines (OPML), pages and folders, and take in what is new.

    What is named is followed from now on; without an argument, what was named before. Ends when it is
    interrupted, after what it has begun.
    """
    from . import tables, views

    settings = settings_of(settings_file)
    with opened(place, create=bool(sources)) as library:
        _follow(library, sources, forget)
        watched = [views.followed(f) for f in library.sources()]
        if listing:
            say_json({"watched": watched}) if as_json else tables.print_followed(watched, console())
            return
        if not watched:
            todo = "name feeds, sitemaps, pages or folders"
            raise InputError("nothing is watched", where="watch", todo=todo)
        _watch(library, settings, once=once, later=later, told=_round_printer(as_json, quiet))


def _follow(library: Library, sources: tuple[str, ...], forget: tuple[str, ...]) -> None:
    """Follow addresses and folders from now on, and others, with the feeds they named, no more."""
    from ..ingest.following import Followed

    sources, forget = tuple(map(_whole_name, sources)), tuple(map(_whole_name, forget))
    known = {f.url for f in library.sources()}
    for name in sources:
        if name not in known:
            library.set_source(Followed(name))
    for name in forget:
        if not library.drop_source(name):
            raise InputError("is not watched", where=name, todo="'consilience watch --list' tells what is")
        for child in [f.url for f in library.sources() if f.parent == name]:
            library.drop_source(child)


def _whole_name(name: str) -> str:
    """An address as it is; a path as one that holds wherever the next call is made.

    :raises InputError: when it is an address that nobody can open.
    """
    from ..ingest.addresses import split

    if not name.lower().startswith(("http://", "https://")):
        return os.path.abspath(name)  # noqa: PTH100 - Path.resolve raises on a link to itself
    if split(name) is None:
        raise InputError("is not a web address", where=name, todo="give http://… or https://…")
    return name


def _watch(
    library: Library, settings: Settings, *, once: bool, later: bool, told: Callable[[Round | None], None]
) -> None:
    """Ask what is due, read who said what when nothing is due, and go on until told to stop."""
    from threading import Event as Flag

    from ..engine.intake import Intake
    from .watch import Round, Watch, until_told

    stop = Flag()
    intake = Intake(library, settings)
    with until_told(stop):
        for found in Watch(library, intake, stop, now).rounds(once=once):
            if isinstance(found, Round):
                told(found)
            elif not later:
                intake.annotate(stop=stop.is_set)
        if not later:
            intake.annotate(stop=stop.is_set)
    if stop.is_set():
        told(None)


def _round_printer(as_json: bool, quiet: bool) -> Callable[[Round | None], None]:
    """What is told of a round: a line, or a JSON document on a line."""
    import json

    from . import tables, views

    def told(found: Round | None) -> None:
        if found is None:
            if not quiet and not as_json:
                say("Stopped: what was begun is finished and kept.")
        elif as_json:
            click.echo(json.dumps(views.round_of(found), ensure_ascii=True))
        elif not quiet:
            tables.print_round(views.round_of(found), now(), console())

    return told


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


# -- corrections --


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
    if _missing(file):
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
    add, watch, stories, story, dossier, search, who, merge, split, move, same, not_same, undo, history,
    check, backup, restore, export_library, import_library, doctor,
)  # fmt: skip
