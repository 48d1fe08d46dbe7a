"""From files, folders, addresses and standard input to witnesses.

The room in a sentence each: ``files`` turns what the user names into bytes,
``fetch`` is the one door to the network, ``decode`` turns bytes into text, ``html``,
``documents`` and ``records`` read their formats, ``lines``, ``bylines`` and ``regions`` label the
lines of a text, ``metadata`` finds title, authors, outlet and date, ``manifest`` reads
what the files do not say.

A source that cannot be used becomes a ``Problem``; only when nothing usable is
left is there an ``InputError``. Invariant: the text of a plain-text or Markdown
account is the decoded file, unchanged; the same sources in another order give the same
witnesses, but for the names of two files with one stem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..model import Problem, Witness
from ..settings import Ingest

if TYPE_CHECKING:
    from .draft import Draft, Source

__all__ = ["read"]


def read(
    sources: Sequence[str | Path],
    *,
    manifest: Path | None = None,
    settings: Ingest = Ingest(),  # noqa: B008 - frozen
    stdin: Callable[[], bytes] | None = None,
) -> tuple[tuple[Witness, ...], tuple[Problem, ...]]:
    """Read accounts.

    >>> import io
    >>> story = "The ferry to Seahaven runs again after a week of storms, the harbour said on Monday. "
    >>> accounts, problems = read(["-"], stdin=lambda: (story * 3).encode())
    >>> accounts[0].name, accounts[0].language, problems
    ('stdin', 'en', ())

    :param sources: files, folders, patterns, ``-`` for standard input, http(s) addresses.
    :param manifest: a file that says what the accounts do not (title, outlet, published …).
    :param stdin: gives the bytes of standard input when ``-`` is among the sources.
    :returns: witnesses by date (undated last), then name; and what could not be used.
    :raises InputError: when the manifest cannot be read or nothing usable is left.
    """
    from .files import gather, none_given
    from .manifest import read_manifest

    if not sources:
        raise none_given()
    problems: list[Problem] = []
    table = read_manifest(Path(manifest), problems) if manifest else None
    drafts = [
        d
        for source in gather(sources, settings, stdin, problems)
        for d in _drafts(source, settings, problems)
    ]
    kept = _within(drafts, settings, problems)
    witnesses = []
    for draft, name in zip(kept, _names(kept), strict=True):
        witnesses.append(_witness(draft, name, table, problems))
    if table:
        problems.extend(table.unused())
    if not witnesses:
        raise _nothing(problems)
    _twins(witnesses, problems)
    witnesses.sort(key=lambda w: (w.published is None, w.published or "", w.name))
    return tuple(witnesses), tuple(problems)


def _drafts(source: Source, settings: Ingest, problems: list[Problem]) -> Iterator[Draft]:
    """The articles of one source that are articles; the rest are problems."""
    from .lines import count
    from .readers import read_source

    try:
        for item in read_source(source, settings):
            if isinstance(item, Problem):
                problems.append(item)
                continue
            problems.extend(item.problems)
            words = count(item.text[: settings.max_chars])
            if not item.text.strip():
                problems.append(Problem("is empty", item.where, "give a file that holds the article's text"))
            elif len(item.text) > settings.max_chars:
                problems.append(
                    Problem(
                        f"has {len(item.text):,} characters, more than the {settings.max_chars:,} read",
                        item.where, "raise ingest.max_chars or cut it",
                    )
                )  # fmt: skip
            elif words < settings.min_words:
                problems.append(
                    Problem(f"is not an article: {words} words, fewer than {settings.min_words}", item.where,
                            "give the full text, or lower ingest.min_words")
                )  # fmt: skip
            else:
                yield item
    except InputError as error:
        problems.append(Problem(error.what, error.where or source.where, error.todo))


def _within(drafts: list[Draft], settings: Ingest, problems: list[Problem]) -> list[Draft]:
    """Drafts in a settled order, no more than are allowed."""
    ordered = sorted(drafts, key=lambda d: (d.name, d.where, d.digest))
    extra = ordered[settings.max_accounts :]
    if extra:
        problems.append(
            Problem(f"{len(extra)} accounts more than the {settings.max_accounts} read were left out",
                    f"{extra[0].where} and after", "raise ingest.max_accounts")
        )  # fmt: skip
    return ordered[: settings.max_accounts]


def _names(drafts: list[Draft]) -> list[str]:
    """A name for each draft: its stem, ``-2`` and so on where a stem is taken."""
    taken: set[str] = {d.name for d in drafts}
    used: set[str] = set()
    names = []
    for draft in drafts:
        name, n = draft.name, 2
        while name in used or (n > 2 and name in taken):
            name, n = f"{draft.name}-{n}", n + 1
        used.add(name)
        names.append(name)
    return names


def _witness(draft: Draft, name: str, table: object, problems: list[Problem]) -> Witness:
    from .manifest import Manifest
    from .metadata import complete

    entry = table.find(draft.where, draft.name) if isinstance(table, Manifest) else {}
    return complete(draft, entry, name)


def _twins(witnesses: list[Witness], problems: list[Problem]) -> None:
    """Note accounts whose text is the same to the letter; they stay apart."""
    first: dict[str, str] = {}
    for witness in sorted(witnesses, key=lambda w: w.name):
        other = first.setdefault(witness.text, witness.name)
        if other != witness.name:
            problems.append(
                Problem(f"has the very text of {other!r}; both are kept as two accounts", witness.name,
                        "leave one out if it is the same article")
            )  # fmt: skip


def _nothing(problems: list[Problem]) -> InputError:
    first = problems[0] if problems else Problem("no account found", "compare", "name one or more files")
    more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return InputError(f"{first.what}{more}", where=first.where, todo=first.todo)
