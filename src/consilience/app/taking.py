"""The commands that take accounts into a library: what is named now, and what is followed.

Options in, outputs out; no logic of their own. Invariant: with ``--json`` documents and nothing else
go to standard output.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from .outputs import FILE, console, say, say_json, settings_of, stdin, with_progress
from .place import json_option, library_option, now, opened, settings_option

if TYPE_CHECKING:
    from ..settings import Settings
    from ..store import Library
    from .watch import Round

AT_ONCE = 500
"""Accounts that are put in order of time and kept in one transaction."""


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
        witnesses = apart(found, problems)
        taken = with_progress(quiet or as_json, lambda step: intake.take_all(witnesses, now, AT_ONCE, step))
        read = 0 if later else with_progress(quiet or as_json, intake.annotate)
        done = views.taken(taken, problems, read)
        if as_json:
            say_json(done)
        elif not quiet and sources and not taken:  # the first is told below
            tables.print_problems(done["problems"][1:], console())
        elif not quiet:
            grown = list(dict.fromkeys(a["story"] for a in done["accounts"] if a["new"]))[: tables.SHOWN]
            labels = {story: views.tale(library.story(story)) for story in grown}
            tables.print_taken(done, labels, console())
    if sources and not taken:
        raise _nothing(problems)


def apart(found: Iterable[Any], problems: list[Any]) -> Iterable[Any]:
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
    more = f" (and {len(problems) - 1} more problem{'s' * (len(problems) > 2)})" if len(problems) > 1 else ""
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
        watched = [views.followed(f) for f in library.followed()]
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
    known = {f.url for f in library.followed()}
    for name in sources:
        if name not in known:
            library.follow(Followed(name))
    for name in forget:
        if not library.forget(name):
            raise InputError("is not watched", where=name, todo="'consilience watch --list' tells what is")
        for child in [f.url for f in library.followed() if f.parent == name]:
            library.forget(child)


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


COMMANDS = (add, watch)
