"""From files, folders, addresses and standard input to witnesses.

The room in a sentence each: ``files`` turns what the user names into bytes,
``fetch`` is the one door to the network, ``robots`` knows what a host allows, ``unpack`` unpacks,
``decode`` turns bytes into text, ``html``, ``documents``, ``records``, ``feeds``, ``outlines``, ``wires``,
``mail`` and ``archives`` read their formats, ``markup`` makes XML safe, ``lines``, ``bylines`` and
``regions`` label the lines of a text, ``metadata`` finds title, authors, outlet and date, ``manifest``
reads what the files do not say, ``visits`` fetches what feeds and sitemaps name, ``following`` reckons
when to ask again.

A source that cannot be used becomes a ``Problem``; only when nothing usable is
left does ``read`` raise an ``InputError``, and ``stream`` never. Invariant: the text of a plain-text or
Markdown account is the decoded file, unchanged; the same sources in another order give the same
witnesses, but for the names of two files with one stem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..model import Problem, Witness, story_order
from ..settings import Ingest

if TYPE_CHECKING:
    from .draft import Draft, Source, Visit
    from .manifest import Manifest

__all__ = ["distinct", "read", "stream"]


def read(
    sources: Sequence[str | Path],
    *,
    manifest: Path | None = None,
    settings: Ingest = Ingest(),  # noqa: B008 - frozen
    stdin: Callable[[int], bytes] | None = None,
) -> tuple[tuple[Witness, ...], tuple[Problem, ...]]:
    """Read accounts.

    >>> import io
    >>> story = "The ferry to Seahaven runs again after a week of storms, the harbour said on Monday. "
    >>> accounts, problems = read(["-"], stdin=io.BytesIO((story * 3).encode()).read)
    >>> accounts[0].name, accounts[0].language, problems
    ('stdin', 'en', ())

    :param sources: files, folders, patterns, ``-`` for standard input, http(s) addresses.
    :param manifest: a file that says what the accounts do not (title, outlet, published …); without it,
        the one called ``manifest`` in a folder named.
    :param stdin: reads at most so many bytes of standard input, when ``-`` is among the sources.
    :returns: witnesses by date (undated last), then name; and what could not be used.
    :raises InputError: when the manifest cannot be read or nothing usable is left.
    """
    from .files import gather, none_given

    if not sources:
        raise none_given()
    problems: list[Problem] = []
    table = manifest_of(sources, manifest, problems)
    found = _aside(drafts(gather(sources, settings, stdin), settings), problems)
    kept = _within(found, settings, problems)
    names = distinct([d.name for d in kept])
    witnesses = [witness_of(draft, name, table) for draft, name in zip(kept, names, strict=True)]
    if table:
        problems.extend([*table.unused(problems)])
    if not witnesses:
        raise _nothing(problems)
    _twins(witnesses, problems)
    witnesses.sort(key=story_order)
    return tuple(witnesses), tuple(sorted(problems, key=_place))


def stream(
    sources: Iterable[str | Path],
    *,
    manifest: Path | None = None,
    settings: Ingest = Ingest(),  # noqa: B008 - frozen
    stdin: Callable[[int], bytes] | None = None,
    visit: Visit | None = None,
) -> Iterator[Witness | Problem]:
    """Yield accounts one at a time, as ``read`` makes them, and what could not be used.

    Holds one article at a time, however many there are. A name is the file's or page's own: two accounts
    may have the same one.

    >>> import io
    >>> story = "The ferry to Seahaven runs again after a week of storms, the harbour said on Monday. "
    >>> [type(item).__name__ for item in stream(["-", "-"], stdin=io.BytesIO((story * 3).encode()).read)]
    ['Witness', 'Problem']

    :param visit: fetches the pages that feeds and sitemaps name (``visits.Visitor``); without it, only
        articles that the sources themselves hold are read.
    """
    from .files import gather

    problems: list[Problem] = []
    named = list(sources)
    try:
        table = manifest_of(named, manifest, problems)
    except InputError as error:
        table = None
        problems.append(Problem(error.what, error.where, error.todo))
    yield from problems
    for item in drafts(gather(named, settings, stdin), settings, visit):
        if table and isinstance(item, Problem):
            problems.append(item)
        yield item if isinstance(item, Problem) else witness_of(item, item.name, table)
    if table:
        yield from table.unused(problems)


def manifest_of(
    sources: Sequence[str | Path], manifest: Path | None, problems: list[Problem]
) -> Manifest | None:
    """The manifest named, or else the one in a folder named; None where there is none.

    :raises InputError: when it cannot be read.
    """
    from .files import manifest_in
    from .manifest import read_manifest

    said = Path(manifest) if manifest else manifest_in(sources, problems)
    return read_manifest(said, problems) if said else None


def _place(problem: Problem) -> tuple[str, str, str]:
    return problem.where, problem.what, problem.todo


def _aside(found: Iterator[Draft | Problem], problems: list[Problem]) -> Iterator[Draft]:
    """The drafts alone; problems are put aside."""
    for item in found:
        if isinstance(item, Problem):
            problems.append(item)
        else:
            yield item


def drafts(
    sources: Iterable[Source | Problem], settings: Ingest, visit: Visit | None = None
) -> Iterator[Draft | Problem]:
    """Yield the articles of the sources that are articles; the rest are problems."""
    from .readers import read_source

    for source in sources:
        if isinstance(source, Problem):
            yield source
            continue
        try:
            for item in read_source(source, settings, visit):
                yield from (item,) if isinstance(item, Problem) else accepted(item, settings)
        except InputError as error:
            yield Problem(error.what, error.where or source.where, error.todo)


def accepted(draft: Draft, settings: Ingest) -> Iterator[Draft | Problem]:
    """Yield a draft's own problems, and the draft if it can be an account."""
    mended = _whole(draft)
    yield from mended.problems
    yield _fault(mended, settings) or mended


def _whole(draft: Draft) -> Draft:
    """A draft without halves of characters; what stands in their place is as long."""
    from .draft import HALVES

    if not HALVES.search(draft.text + draft.name):
        return draft
    text, name = (HALVES.sub("\N{REPLACEMENT CHARACTER}", words) for words in (draft.text, draft.name))
    note = Problem(
        "holds halves of characters; shown as \N{REPLACEMENT CHARACTER}", draft.where, "save it anew"
    )
    return replace(draft, text=text, name=name, problems=(*draft.problems, note))


def _fault(draft: Draft, settings: Ingest) -> Problem | None:
    """Why a draft cannot be an account: nothing in it, too much, too little."""
    from .lines import count

    size = len(draft.text)
    if not draft.text.strip():
        return Problem("is empty", draft.where, "give a file that holds the article's text")
    if size > settings.max_chars:
        what = f"has {size:,} characters, more than the {settings.max_chars:,} read"
        return Problem(what, draft.where, "raise ingest.max_chars or cut it")
    words = count(draft.text)
    if words < settings.min_words:
        what = f"is not an article: {words} words, fewer than {settings.min_words}"
        return Problem(what, draft.where, "give the full text, or lower ingest.min_words")
    return None


def _within(drafts: Iterator[Draft], settings: Ingest, problems: list[Problem]) -> list[Draft]:
    """Drafts in a settled order, no more than are allowed; no more than those are held."""
    from heapq import nsmallest

    seen = 0

    def counted() -> Iterator[Draft]:
        nonlocal seen
        for draft in drafts:
            seen += 1
            yield draft

    kept = nsmallest(settings.max_accounts, counted(), key=lambda d: (d.name, d.where, d.digest))
    if seen > len(kept):
        what = f"{seen - len(kept)} accounts more than the {settings.max_accounts} read were left out"
        problems.append(Problem(what, "the accounts named", "name fewer, or raise ingest.max_accounts"))
    return kept


def distinct(names: Sequence[str]) -> list[str]:
    """The names, ``-2`` and so on added where one is taken.

    >>> distinct(["ferry", "ferry", "ferry-2"])
    ['ferry', 'ferry-3', 'ferry-2']
    """
    taken, used = set(names), set[str]()
    made = []
    for given in names:
        name, n = given, 2
        while name in used or (n > 2 and name in taken):
            name, n = f"{given}-{n}", n + 1
        used.add(name)
        made.append(name)
    return made


def witness_of(draft: Draft, name: str, table: Manifest | None = None) -> Witness:
    """The account of a draft, with what a manifest says of it."""
    from .metadata import complete

    return complete(draft, table.find(draft.where, draft.name) if table else {}, name)


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
    first = (
        min(problems, key=_place)
        if problems
        else Problem("no account found", "compare", "name one or more files")
    )
    more = f" (and {len(problems) - 1} more problem{'s' * (len(problems) > 2)})" if len(problems) > 1 else ""
    return InputError(f"{first.what}{more}", where=first.where, todo=first.todo)
