"""One round to an address that is followed: what is new there, and its state for the next round.

The caller keeps the states, knows the time and chooses when (``Followed.due``); ``following`` reckons,
``visits`` fetches. Holds one article at a time. Invariant: an entry that could not be fetched now is
asked for again in the next round, and one that was is not, however its address redirects.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConsilienceError, FetchError, InputError
from ..model import Problem, Witness
from ..settings import Ingest
from . import accepted, drafts, manifest_of, witness_of
from .draft import Draft, Source, shown
from .feeds import Entry, Feed, entry_draft
from .files import read_file, walk, why
from .following import Followed, answered, failed, mark, remembered
from .visits import LaterError, StoppedError, Visitor, read_page

if TYPE_CHECKING:
    from .manifest import Manifest

SETTLED = 2.0
"""Seconds for which a file must have been left alone: one that is still being written is cut short."""
MOST_PARTS = 20
"""Parts of a sitemap index that are followed, the first in its list."""


@dataclass(slots=True)
class _Round:
    """What a round has done so far."""

    followed: Followed
    tried: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    fresh: bool = False
    note: str = ""
    unfinished: bool = False


def follow(
    followed: Followed,
    visitor: Visitor,
    seen: Callable[[str], bool],
    *,
    now: float,
    chance: float = 0.5,
) -> Iterator[Witness | Problem | Followed]:
    """Yield the new accounts at an address, what could not be used, and states to keep.

    Of the states, the one with the same ``url`` is that of the address itself and comes last; others are
    feeds of an outline or parts of a sitemap index, to be followed too unless they are already.

    >>> from consilience.settings import Ingest
    >>> visitor = Visitor(Ingest(), clock=lambda: 0.0, wait=lambda seconds: None)
    >>> problem, state = follow(Followed("http://127.0.0.1/rss"), visitor, lambda url: False, now=0.0)
    >>> problem.what == state.note, state.failures, state.due
    (True, 1, 1800.0)

    :param seen: whether an article with this address need not be fetched (it is in the library).
    :param now: seconds since 1970.
    :param chance: from 0 to 1, by which the next round is put off or moved up a little.
    """
    settings = visitor.settings
    if not followed.url.lower().startswith(("http://", "https://")):
        yield from _folder(followed, settings, now, chance)
        return
    try:
        source = visitor.ask(followed.url, followed.validators)
        work = _Round(followed)
        yield from _read(source, work, visitor, seen, now)
    except StoppedError:
        yield followed
    except FetchError as error:
        if getattr(error, "status", None) == 304:
            yield answered(followed, fresh=False, now=now, chance=chance, settings=settings)
            return
        pause = getattr(error, "pause", None)
        yield _problem(error, followed.url)
        yield failed(followed, error.what, now=now, chance=chance, settings=settings, pause=pause)
    except InputError as error:
        yield _problem(error, followed.url)
        yield failed(followed, error.what, now=now, chance=chance, settings=settings)
    else:
        yield _after(work, source, now, chance, settings)


def _problem(error: ConsilienceError, where: str) -> Problem:
    return Problem(error.what, error.where or where, error.todo)


def _after(work: _Round, source: Source, now: float, chance: float, settings: Ingest) -> Followed:
    """The state after a round that was read; what is unfinished is asked for without conditions."""
    if work.followed.kind == "page" and not work.fresh:
        return failed(work.followed, work.note, now=now, chance=chance, settings=settings)
    state = answered(work.followed, fresh=work.fresh, now=now, chance=chance, settings=settings)
    known = None if work.unfinished else source
    return replace(
        state,
        etag=known.etag if known else None,
        modified=known.modified if known else None,
        answered=source.url,
        tried=remembered((*work.followed.tried, *work.tried), work.listed),
    )


def _read(
    source: Source, work: _Round, visitor: Visitor, seen: Callable[[str], bool], now: float
) -> Iterator[Witness | Problem | Followed]:
    """Yield what is new in an answer."""
    from .readers import LISTS, kind, listed, opened

    settings = visitor.settings
    source = opened(source, settings)
    if kind(source) not in LISTS:
        if work.followed.kind not in ("", "page"):
            raise InputError(
                f"is no {work.followed.kind} any more", where=source.where, todo="check the address"
            )
        yield from _page(source, work, settings)
        return
    feed = listed(source, settings)
    work.followed = replace(work.followed, kind=feed.kind, every=feed.every)
    yield from feed.problems
    yield from _children(feed, work, now)
    yield from _entries(feed, source, work, visitor, seen, now)


def _page(source: Source, work: _Round, settings: Ingest) -> Iterator[Witness | Problem]:
    """Yield the account of a page that is followed by itself."""
    work.followed = replace(work.followed, kind="page")
    for item in _witnesses(drafts([source], settings)):
        work.fresh = work.fresh or isinstance(item, Witness)
        work.note = item.what if isinstance(item, Problem) else work.note
        yield item


def _children(feed: Feed, work: _Round, now: float) -> Iterator[Followed]:
    """Yield the lists that a list names, as addresses to follow; an entry's next page is not one."""
    if feed.kind == "feed" or work.followed.parent is not None:
        return  # no deeper than one level: an index of indexes may name itself
    for address in feed.more[: None if feed.kind == "opml" else MOST_PARTS]:
        if address != work.followed.url:
            yield Followed(address, due=now, parent=work.followed.url)


def _entries(
    feed: Feed, source: Source, work: _Round, visitor: Visitor, seen: Callable[[str], bool], now: float
) -> Iterator[Witness | Problem]:
    """Yield the new articles of a list, those published last first."""
    settings = visitor.settings
    known = set(work.followed.tried)
    work.listed = [mark(entry.key) for entry in feed.entries]
    new = [
        e for e in feed.entries
        if mark(e.key) not in known and not (e.url and seen(e.url)) and not _old(e, now, settings)
    ]  # fmt: skip
    new.sort(key=lambda entry: entry.published or "", reverse=True)
    for entry in new[: settings.max_items]:
        work.fresh = True
        try:
            yield from _witnesses(_accepted(_entry(entry, source, visitor), settings))
            work.tried.append(mark(entry.key))
        except StoppedError:
            work.unfinished = True
            return
        except (FetchError, InputError) as error:
            yield _problem(error, entry.url or source.where)
            if _lasting(error):
                work.tried.append(mark(entry.key))
            else:
                work.unfinished = True
                if isinstance(error, LaterError):
                    return
    work.unfinished = work.unfinished or len(new) > settings.max_items


def _lasting(error: ConsilienceError) -> bool:
    """Whether asking again is vain."""
    return isinstance(error, InputError) or bool(getattr(error, "lasting", False))


def _old(entry: Entry, now: float, settings: Ingest) -> bool:
    """Whether an entry says that it is from another time; one without a date is new."""
    try:
        moment = datetime.fromisoformat(entry.published or "")
    except ValueError:
        return False
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return now - moment.timestamp() > settings.max_age * 86_400


def _entry(entry: Entry, source: Source, visitor: Visitor) -> Iterator[Draft | Problem]:
    if entry.whole:
        yield entry_draft(entry, source, visitor.settings)
    elif entry.url:
        yield from read_page(entry, visitor.settings, visitor)
    else:
        yield Problem("names no page", f"{source.where} entry {entry.key[:80]!r}", "read it on the site")


def _accepted(found: Iterable[Draft | Problem], settings: Ingest) -> Iterator[Draft | Problem]:
    for item in found:
        yield from (item,) if isinstance(item, Problem) else accepted(item, settings)


def _witnesses(
    found: Iterable[Draft | Problem], table: Manifest | None = None
) -> Iterator[Witness | Problem]:
    for item in found:
        yield item if isinstance(item, Problem) else witness_of(item, item.name, table)


# -- folders --


def _folder(
    followed: Followed, settings: Ingest, now: float, chance: float
) -> Iterator[Witness | Problem | Followed]:
    """Yield the accounts of files that are new or changed, and the state.

    A file counts as new by the later of its times of change: one that is moved in keeps the time of its
    content and gets another of its place. One dated in the future counts by the time of its place alone:
    it was never left alone for long enough.
    """
    place = Path(followed.url)
    try:
        place.stat()
        found = walk(place) if place.is_dir() else [place]
        stamped = [(p, *_stamps(p, now)) for p in found if isinstance(p, Path)]
    except (OSError, ValueError) as error:
        fault = Problem(f"cannot be read ({why(error)})", shown(place), "check the name and its permissions")
        yield fault
        yield failed(followed, fault.what, now=now, chance=chance, settings=settings)
        return
    settled = [row for row in stamped if now - row[1] / 1e9 >= SETTLED]
    state = sha256("\n".join(f"{p} {when} {size}" for p, when, size in settled).encode("utf-8", "replace"))
    known = state.hexdigest()[:16]
    last = int(followed.modified or 0)
    fresh = [p for p, when, _ in settled if when > last] if known != followed.etag else []
    for problem in found:
        if isinstance(problem, Problem) and not followed.etag:
            yield problem
    sources = (read_file(path, settings, {}) for path in fresh)
    table = (yield from _manifest(place)) if fresh and place.is_dir() else None
    yield from _witnesses(drafts(sources, settings), table)
    after = answered(followed, fresh=bool(fresh), now=now, chance=chance, settings=settings)
    newest = max((when for _, when, _ in settled), default=last)
    yield replace(after, kind="folder", etag=known, modified=str(max(last, newest)))


def _manifest(folder: Path) -> Generator[Problem, None, Manifest | None]:
    """What the folder's own manifest says of its files, if it has one that can be read."""
    problems: list[Problem] = []
    try:
        table = manifest_of([folder], None, problems)
    except InputError as error:
        table = None
        problems.append(_problem(error, shown(folder)))
    yield from problems
    return table


def _stamps(path: Path, now: float) -> tuple[int, int]:
    """When a file was last changed or moved, in nanoseconds since 1970, and its size; zeros if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    written = status.st_mtime_ns if status.st_mtime_ns <= now * 1e9 else 0
    return max(written, status.st_ctime_ns), status.st_size
