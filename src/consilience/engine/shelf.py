"""The dossiers of a story in a library: made when first asked for, kept until the story changes.

A kept dossier is keyed by its accounts, the settings and the version; that one is there proves
nothing. Beside that of all accounts stand those of an earlier time: what was known when. Holds no method
of its own. Invariant: ``document`` gives what ``compare_story`` would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import __version__
from ..dossier.brief import brief, tallies
from ..errors import InputError
from ..ingest import distinct
from ..model import Point, Problem, Witness, story_order, tagged_hash, witness_id
from ..settings import Settings
from ..store import Store
from .run import Progress, compare_story

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The accounts a dossier is to be made of, in story order, those beyond the bound left out."""

    accounts: tuple[Witness, ...]
    kept: tuple[Witness, ...]
    key: str


def kept(
    library: Store,
    story: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    until: str | None = None,
) -> Json | None:
    """The dossier of a story if it has been made already; see ``document``."""
    asked = _asked(library, story, settings, until)
    return _on_the_shelf(library, story, asked, until)


def document(
    library: Store,
    story: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    until: str | None = None,
) -> Json:
    """The dossier of a story as JSON values; its points go into the library's search.

    :param story: a story's whole id.
    :param until: an ISO date or time; the dossier of the accounts published by then.
    :raises InputError: when none was published by then.
    """
    grew = library.story(story).grew
    asked = _asked(library, story, settings, until)
    stored = _on_the_shelf(library, story, asked, until)
    if stored is not None:
        if until is None and not library.briefs([story]).get(story, {}).get("fresh"):
            with library.writing() as writer:  # of a library from before there were briefs, or an import
                writer.summed(story, grew, brief(stored), tallies(stored))
        return stored
    made, points = _made(asked, settings, progress)
    with library.writing() as writer:
        if until is not None:
            writer.passed(story, asked.key, made)
        else:
            writer.pointed(story, asked.key, points, made)
            writer.summed(story, grew, brief(made), tallies(made))
    return made


def _made(asked: _Asked, settings: Settings, progress: Progress | None) -> tuple[Json, list[Point]]:
    """A dossier, and its points with their passages in the library's accounts."""
    named = _named_apart(asked.kept)
    left_out = _left_out(asked.accounts, asked.kept)
    dossier = compare_story(named, problems=left_out, settings=settings, progress=progress)
    own = {new.id: old.id for new, old in zip(named, asked.kept, strict=True)}
    return dossier.to_dict(), [_of_accounts(p, own) for p in dossier.points]


def _asked(library: Store, story: str, settings: Settings, until: str | None) -> _Asked:
    accounts = sorted((one.witness for one in library.accounts(story=story)), key=story_order)
    if until is not None:
        then = story_order(Witness("", "", "", published=until))[:2]
        accounts = [w for w in accounts if story_order(w)[:2] <= then]
    if not accounts:
        todo = "name a later time"
        raise InputError(f"no account was published by {until}", where=story, todo=todo)
    kept = accounts[: settings.ingest.max_accounts]
    key = tagged_hash("d1", __version__, settings.fingerprint, [w.id for w in kept], len(accounts))
    return _Asked(tuple(accounts), tuple(kept), key)


def _on_the_shelf(library: Store, story: str, asked: _Asked, until: str | None) -> Json | None:
    """What is kept; where the time asked for is not before the newest account, that of the whole story."""
    found = library.document(story, asked.key)
    return library.past(story, asked.key) if found is None and until is not None else found


def _named_apart(accounts: Sequence[Witness]) -> list[Witness]:
    """The accounts under names that are unique in a dossier: two outlets may call their pages alike."""
    named = []
    for witness, name in zip(accounts, distinct([w.name for w in accounts]), strict=True):
        ident = witness_id(name, witness.text, witness.outlet, witness.published, witness.url)
        named.append(witness if name == witness.name else replace(witness, name=name, id=ident))
    return named


def _left_out(accounts: Sequence[Witness], kept: Sequence[Witness]) -> tuple[Problem, ...]:
    if len(accounts) == len(kept):
        return ()
    what = f"holds {len(accounts):,} accounts; the {len(kept):,} published first were compared"
    return (Problem(what, "story", "raise ingest.max_accounts, or split the story"),)


def _of_accounts(point: Point, own: dict[str, str]) -> Point:
    """A point whose passages lie in the library's accounts."""
    readings = tuple(
        replace(r, accounts=tuple(replace(s, witness=own[s.witness]) for s in r.accounts))
        for r in point.readings
    )
    return replace(point, readings=readings)
