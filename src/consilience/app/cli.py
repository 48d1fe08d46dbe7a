"""The command line: options in, outputs out; no logic of its own.

Exit codes: 0 a dossier was made (or verified), 1 a dossier does not verify,
2 unusable input, said in one line on standard error. Invariant: with ``--json -``
nothing but the document goes to standard output.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from ..errors import ConsilienceError, InputError

if TYPE_CHECKING:
    from rich.console import Console

    from ..dossier import Dossier
    from ..settings import Settings

EXPLAINED = 10
"""Links that ``--explain`` lists when it is not said how many."""
FILE = click.Path(path_type=Path)


class _Commands(click.Group):
    """A group whose expected errors end as one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConsilienceError as error:
            _say(f"consilience: {error}", err=True)
            ctx.exit(2)
        except BrokenPipeError:  # 'consilience compare … | head'
            sys.stderr.close()
            ctx.exit(0)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="consilience")
def main() -> None:
    """Read many accounts of one event: what they share, where they part, and how many
    independent origins stand behind each statement."""


@main.command()
@click.argument("sources", nargs=-1, metavar="PATH_OR_URL...")
@click.option(
    "--manifest",
    type=FILE,
    help="JSON, JSON Lines, YAML or CSV: file, outlet, published, url, title, authors.",
)
@click.option(
    "--json", "json_file", type=FILE, help="Write the dossier as JSON to this file ('-': standard output)."
)
@click.option(
    "--html", "html_file", type=FILE, help="Write the dossier as one self-contained page to this file."
)
@click.option(
    "--stemma",
    "stemma_file",
    type=FILE,
    help="Write who follows whom to this file: .graphml, .dot or .gv (Graphviz), .prov.json or .json (PROV).",
)
@click.option("--settings", "settings_file", type=FILE, help="Read settings from this TOML file.")
@click.option("-q", "--quiet", is_flag=True, help="Print no dossier and no progress.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Print the whole dossier: every point, passage and reason."
)
@click.option(
    "--explain",
    is_flag=False,
    flag_value=str(EXPLAINED),
    metavar="[N]",
    help="Print the N links between passages that are least sure (10), with score and reason.",
)
def compare(
    sources: tuple[str, ...],
    manifest: Path | None,
    json_file: Path | None,
    html_file: Path | None,
    stemma_file: Path | None,
    settings_file: Path | None,
    quiet: bool,
    verbose: bool,
    explain: str | None,
) -> None:
    """Compare accounts of one event and print the dossier.

    Accounts are files (.txt, .md, .html, .json, .jsonl, .pdf, .docx), folders, globs, http(s)
    addresses, or '-' for standard input.
    """
    sources, weakest = _explained(sources, explain)
    if not sources:
        todo = "name files, folders or addresses, as in 'consilience compare a.txt b.html'"
        raise InputError("no accounts given", where="compare", todo=todo)
    to_stdout = json_file is not None and str(json_file) == "-"
    for path in (json_file, html_file, stemma_file):
        if path is not None and str(path) != "-":
            _writable(path)
    form = _stemma_format(stemma_file)
    settings = _settings(settings_file)
    dossier = _with_progress(
        quiet,
        lambda step: _compare()(sources, manifest=manifest, settings=settings, progress=step, stdin=_stdin),
    )
    if not quiet and not to_stdout:
        _print(dossier, verbose, weakest)
    _write(dossier, json_file, html_file, quiet=quiet or to_stdout)
    if stemma_file is not None:
        _write_stemma(dossier, stemma_file, form, quiet=quiet or to_stdout)


@main.command()
@click.argument("dossier", type=FILE)
@click.argument("files", nargs=-1, type=FILE)
def verify(dossier: Path, files: tuple[Path, ...]) -> None:
    """Check DOSSIER.json: form, ids, spans, words and digests; with FILES, their bytes too."""
    from ..dossier.verification import read_dossier
    from ..dossier.verification import verify as check

    faults = check(read_dossier(dossier), files)
    for fault in faults[:10]:
        _say(fault)
    if faults:
        many = f"{len(faults)} fault{'s' * (len(faults) > 1)}"
        click.echo(f"{dossier}: {many}" + (", the first ten shown" if len(faults) > 10 else ""))
        sys.exit(1)
    click.echo(f"{dossier}: every span, id and digest holds")


@main.command("settings")
def show_settings() -> None:
    """Print the settings as TOML, to be changed and given to --settings."""
    from ..settings import Settings

    click.echo(Settings().to_toml(), nl=False)


@main.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of a dossier."""
    import json

    from ..dossier.verification import schema

    click.echo(json.dumps(schema(), indent=1, ensure_ascii=False))


def _say(line: str, *, err: bool = False) -> None:
    """Print one line; the names and answers in it may hold control characters."""
    from ..dossier.terminal import clean

    click.echo(clean(line), err=err)


def _compare() -> Callable[..., Dossier]:
    from ..engine import compare as run

    return run


def _explained(sources: tuple[str, ...], explain: str | None) -> tuple[tuple[str, ...], int]:
    """The sources, and how many links to list: what follows ``--explain`` may be an account."""
    if explain is None:
        return sources, 0
    if explain.isdecimal() and len(explain) < 10:
        if not int(explain):
            todo = "give 1 or more, or no number"
            raise InputError("0 links cannot be listed", where="--explain", todo=todo)
        return sources, int(explain)
    known = os.path.exists(explain)  # noqa: PTH110 - Path.exists raises where a name is too long
    if not known and explain != "-" and not re.search(r"://|[*?\[]", explain):
        todo = "give a number of links such as 10, or none"
        raise InputError(f"{explain[:80]!r} is neither a number nor an account", where="--explain", todo=todo)
    return (explain, *sources), EXPLAINED


def _settings(path: Path | None) -> Settings:
    from ..settings import Settings

    return Settings.read(path) if path is not None else Settings()


def _stdin(most: int) -> bytes:
    return sys.stdin.buffer.read(most)


def _writable(path: Path) -> None:
    """Find out before the work whether an output can be written."""
    if path.is_dir():
        raise InputError("is a folder", where=str(path), todo="name a file to write")
    if not path.parent.is_dir():
        raise InputError("the folder does not exist", where=str(path.parent), todo="make it, or name another")


def _write(dossier: Dossier, json_file: Path | None, html_file: Path | None, *, quiet: bool) -> None:
    if json_file is not None and str(json_file) == "-":
        click.echo(dossier.to_json(), nl=False)
    elif json_file is not None:
        _save(json_file, dossier.to_json(), quiet=quiet)
    if html_file is not None:
        _save(html_file, dossier.to_html(), quiet=quiet)


def _stemma_format(path: Path | None) -> str:
    """The format of the stemma's file, found out before the work."""
    from ..dossier.export import stemma_format

    return "" if path is None else stemma_format(str(path))


def _write_stemma(dossier: Dossier, path: Path, form: str, *, quiet: bool) -> None:
    from ..dossier.export import export_stemma

    _save(path, export_stemma(dossier.to_dict(), form), quiet=quiet)


def _save(path: Path, text: str, *, quiet: bool) -> None:
    try:
        path.write_text(text, "utf-8", errors="surrogatepass", newline="")
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", where=str(path)) from error
    if not quiet:
        click.echo(f"Wrote {path}")


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _print(dossier: Dossier, verbose: bool, explain: int) -> None:
    from ..dossier.terminal import print_dossier

    print_dossier(dossier.to_dict(), _console(), verbose=verbose, explain=explain)


def _with_progress(quiet: bool, work: Callable[[Any], Dossier]) -> Dossier:
    """Show the stage on standard error where that is a terminal.

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


if __name__ == "__main__":
    main()
