"""The dossier of a story in a library: made when first asked for, kept until the story changes.

A kept dossier is keyed by its accounts, the settings and the version; that one is there proves
nothing. Holds no method of its own. Invariant: ``document`` gives what ``compare_story`` would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .. import __version__
from ..ingest import distinct
from ..model import Point, Problem, Witness, story_order, tagged_hash, witness_id
from ..settings import Settings
from ..store import Store
from .run import Progress, compare_story

Json = dict[str, Any]


def document(
    library: Store,
    story: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> Json:
    """The dossier of a story as JSON values; its points go into the library's search.

    :param story: a story's whole id.
    """
    accounts = sorted((kept.witness for kept in library.accounts(story=story)), key=story_order)
    kept = accounts[: settings.ingest.max_accounts]
    key = tagged_hash("d1", __version__, settings.fingerprint, [w.id for w in kept], len(accounts))
    stored = library.document(story, key)
    if stored is not None:
        return stored
    named = _named_apart(kept)
    dossier = compare_story(named, problems=_left_out(accounts, kept), settings=settings, progress=progress)
    made = dossier.to_dict()
    own = {new.id: old.id for new, old in zip(named, kept, strict=True)}
    with library.writing() as writer:
        writer.pointed(story, key, [_of_accounts(p, own) for p in dossier.points], made)
    return made


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
