"""The command line: options in, outputs out; no logic of its own.

Exit codes: 0 a dossier was made (or verified), 1 a dossier or a library does not verify,
2 unusable input, said in one line on standard error, 130 interrupted. Invariant: with ``--json -``
nothing but the document goes to standard output.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..errors import ConsilienceError, InputError
from . import corrections, library, serve, taking
from .outputs import FILE, Outputs, dossier_options, explained, say, settings_of, stdin, with_progress


class _Commands(click.Group):
    """A group whose expected errors end as one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConsilienceError as error:
            say(f"consilience: {error}", err=True)
            ctx.exit(2)
        except sqlite3.Error as error:
            say(f"consilience: the library {_fault(error)}", err=True)
            ctx.exit(2)
        except BrokenPipeError:  # 'consilience compare … | head'
            sys.stderr.close()
            ctx.exit(0)
        except KeyboardInterrupt:
            say(
                "consilience: interrupted; what was kept is kept, and the same call goes on from there",
                err=True,
            )
            ctx.exit(130)
        except OSError as error:  # a disk that is full, a file that another program took away
            place = f"{error.filename}: " if error.filename else ""
            todo = "see that it is there, may be used, and the disk has room"
            say(f"consilience: {place}{(error.strerror or str(error)).lower()}; {todo}", err=True)
            ctx.exit(2)


def _fault(error: sqlite3.Error) -> str:
    """What is wrong with a library, in words: damaged, or only not to be had now."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"is damaged ({error}); run 'consilience check', then 'consilience restore BACKUP --overwrite'"
    return f"cannot be used now ({error}); see that it may be written and the disk has room, then try again"


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
@dossier_options
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
    sources, weakest = explained(sources, explain)
    if not sources:
        todo = "name files, folders or addresses, as in 'consilience compare a.txt b.html'"
        raise InputError("no accounts given", where="compare", todo=todo)
    files = (json_file, html_file, stemma_file)
    outputs = Outputs.asked(files, quiet=quiet, verbose=verbose, weakest=weakest)
    settings = settings_of(settings_file)
    from ..engine import compare as run

    dossier = with_progress(
        quiet,
        lambda step: run(sources, manifest=manifest, settings=settings, progress=step, stdin=stdin),
    )
    outputs.write(dossier.to_dict())


@main.command()
@click.argument("dossier", type=FILE)
@click.argument("files", nargs=-1, type=FILE)
def verify(dossier: Path, files: tuple[Path, ...]) -> None:
    """Check DOSSIER.json: form, ids, spans, words and digests; with FILES, their bytes too."""
    from ..dossier.verification import read_dossier
    from ..dossier.verification import verify as check

    faults = check(read_dossier(dossier), files)
    for fault in faults[:10]:
        say(fault)
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


for command in (*taking.COMMANDS, *library.COMMANDS, *corrections.COMMANDS, *serve.COMMANDS):
    main.add_command(command)

if __name__ == "__main__":
    main()
