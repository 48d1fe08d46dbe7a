"""What every command does with the screen and with files: lines, progress, a dossier's outputs.

Holds no command. Invariant: with ``--json -`` nothing but the document goes to standard output; an
output is found to be writable before the work begins.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from ..settings import Settings

EXPLAINED = 10
"""Links that ``--explain`` lists when it is not said how many."""
FILE = click.Path(path_type=Path)
Json = dict[str, Any]
T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option(
        "--json",
        "json_file",
        type=FILE,
        help="Write the dossier as JSON to this file ('-': standard output).",
    ),
    click.option(
        "--html", "html_file", type=FILE, help="Write the dossier as one self-contained page to this file."
    ),
    click.option(
        "--stemma",
        "stemma_file",
        type=FILE,
        help="Write who follows whom to this file: .graphml, .dot or .gv (Graphviz), .prov.json "
        "or .json (PROV).",
    ),
    click.option("--settings", "settings_file", type=FILE, help="Read settings from this TOML file."),
    click.option("-q", "--quiet", is_flag=True, help="Print no dossier and no progress."),
    click.option(
        "-v", "--verbose", is_flag=True, help="Print the whole dossier: every point, passage and reason."
    ),
    click.option(
        "--explain",
        is_flag=False,
        flag_value=str(EXPLAINED),
        metavar="[N]",
        help="Print the N links between passages that are least sure (10), with score and reason.",
    ),
)


def dossier_options(command: Command) -> Command:
    """Give a command the options of a dossier's outputs."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a dossier goes, asked before the work."""

    json_file: Path | None
    html_file: Path | None
    stemma_file: Path | None
    quiet: bool
    verbose: bool
    weakest: int
    form: str

    @classmethod
    def asked(
        cls, files: tuple[Path | None, Path | None, Path | None], *, quiet: bool, verbose: bool, weakest: int
    ) -> Outputs:
        """The files for JSON, HTML and stemma, found to be writable."""
        from ..dossier.export import stemma_format

        for path in files:
            if path is not None and str(path) != "-":
                writable(path)
        form = "" if files[2] is None else stemma_format(str(files[2]))
        return cls(*files, quiet, verbose, weakest, form)

    def write(self, document: Json) -> None:
        """Print the dossier and write the files asked for."""
        from ..dossier.build import as_text
        from ..dossier.export import export_stemma
        from ..dossier.render import to_html
        from ..dossier.terminal import print_dossier

        to_stdout = str(self.json_file) == "-"
        quiet = self.quiet or to_stdout
        if not quiet:
            print_dossier(document, console(), verbose=self.verbose, explain=self.weakest)
        if to_stdout:
            click.echo(as_text(document), nl=False)
        elif self.json_file is not None:
            save(self.json_file, as_text(document), quiet=quiet)
        if self.html_file is not None:
            save(self.html_file, to_html(document), quiet=quiet)
        if self.stemma_file is not None:
            save(self.stemma_file, export_stemma(document, self.form), quiet=quiet)


def explained(values: tuple[str, ...], explain: str | None) -> tuple[tuple[str, ...], int]:
    """The arguments, and how many links to list: what follows ``--explain`` may be an account."""
    if explain is None:
        return values, 0
    if explain.isdecimal() and len(explain) < 10:
        if not int(explain):
            todo = "give 1 or more, or no number"
            raise InputError("0 links cannot be listed", where="--explain", todo=todo)
        return values, int(explain)
    known = os.path.exists(explain)  # noqa: PTH110 - Path.exists raises where a name is too long
    if not known and explain != "-" and not re.search(r"://|[*?\[]", explain):
        todo = "give a number of links such as 10, or none"
        raise InputError(f"{explain[:80]!r} is neither a number nor an account", where="--explain", todo=todo)
    return (explain, *values), EXPLAINED


def settings_of(path: Path | None) -> Settings:
    """The settings in a TOML file, or the usual ones."""
    from ..settings import Settings

    return Settings.read(path) if path is not None else Settings()


def say(line: str, *, err: bool = False) -> None:
    """Print one line; the names and answers in it may hold control characters."""
    from ..dossier.terminal import clean

    click.echo(clean(line), err=err)


def say_json(value: Any) -> None:
    """Print a JSON document and nothing else."""
    from ..dossier.build import as_text

    click.echo(as_text(value), nl=False)


def stdin(most: int) -> bytes:
    """At most so many bytes of standard input."""
    return sys.stdin.buffer.read(most)


def writable(path: Path) -> None:
    """Find out before the work whether an output can be written."""
    if path.is_dir():
        raise InputError("is a folder", where=str(path), todo="name a file to write")
    if not path.parent.is_dir():
        raise InputError("the folder does not exist", where=str(path.parent), todo="make it, or name another")


def save(path: Path, text: str, *, quiet: bool) -> None:
    """Write a file and say so."""
    try:
        path.write_text(text, "utf-8", errors="surrogatepass", newline="")
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", where=str(path)) from error
    if not quiet:
        click.echo(f"Wrote {path}")


def console() -> Console:
    """A console on standard output; it colours nothing by itself, and "[b]" is printed as it stands."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def with_progress(quiet: bool, work: Callable[[Any], T]) -> T:
    """Do some work, its stage shown on standard error where that is a terminal.

    Without a thread that draws: accounts are annotated in copies of this process, and a process
    with threads cannot be copied safely.
    """
    if quiet or not sys.stderr.isatty():
        return work(None)
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        return work(lambda stage, done, total: live.update(_line(stage, done, total), refresh=True))


def _line(stage: str, done: int, total: int) -> str:
    return f"{stage} {done + 1} of {total}" if total > 1 else stage
