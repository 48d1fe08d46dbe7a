"""Runs the stages in order over the accounts of one call.

Holds no method of its own: which stage feeds which, and what is reported when
a part of the input cannot be used. Invariant: no clock, no randomness; the
result does not depend on the order of the sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from .. import contrast, trace
from ..annotate import link
from ..annotate.pipeline import one_thread
from ..collate import collate
from ..collate.apparatus import unaligned
from ..contrast.selective import selective
from ..contrast.sheet import sheet
from ..dossier import Dossier
from ..dossier.ranking import ranked
from ..errors import InputError
from ..group import group, story_of
from ..ingest import read
from ..model import Annotated, Point, Problem, Silence, Story, Witness, story_order
from ..settings import Settings
from ..trace.stemma import NEAREST
from .pool import annotate_all

Progress = Callable[[str, int, int], None]
"""Told of each step: the stage's name, how many parts are done, of how many."""

Stdin = Callable[[int], bytes]
"""Reads at most so many bytes of standard input."""


def compare(
    sources: Iterable[str | Path],
    *,
    manifest: str | Path | None = None,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    stdin: Stdin | None = None,
) -> Dossier:
    """Turn several accounts of one event into a dossier.

    :param sources: files, folders, globs, http(s) addresses, or ``-`` for ``stdin``.
    :param manifest: JSON, JSON Lines, YAML or CSV that says what the files do not.
    :raises InputError: nothing usable was given; one line says what, where, what to do.

    >>> said = "The Ostra flooded four hundred houses in Melden on Monday, the mayor said. The dam held."
    >>> from io import BytesIO
    >>> compare(["-"], stdin=BytesIO((said * 3).encode()).read).story.label
    'stdin'
    """
    step = progress or _silent
    step("reading", 0, 1)
    # A generator of sources is read once; a str is one source, not its letters.
    given = [sources] if isinstance(sources, (str, Path)) else list(sources)
    place = Path(manifest) if manifest is not None else None
    witnesses, problems = read(given, manifest=place, settings=settings.ingest, stdin=stdin)
    return compare_witnesses(witnesses, problems=problems, settings=settings, progress=progress)


@one_thread()  # a story's matrices are small: with two threads five accounts took three times as long
def compare_witnesses(
    witnesses: Sequence[Witness],
    *,
    problems: Sequence[Problem] = (),
    settings: Settings = Settings(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> Dossier:
    """As ``compare``, over accounts that are read already."""
    step = progress or _silent
    accounts = _annotated(witnesses, settings, step)
    stories = group(accounts, settings.group)
    notes = [*problems, *_other_stories(stories, accounts), *_limits(accounts, stories[0])]
    return _examine(stories[0], accounts, tuple(notes), settings, step)


@one_thread()
def compare_story(
    witnesses: Sequence[Witness],
    *,
    problems: Sequence[Problem] = (),
    settings: Settings = Settings(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> Dossier:
    """As ``compare_witnesses``, over accounts that are known to be of one story: none is left out."""
    step = progress or _silent
    accounts = _annotated(witnesses, settings, step)
    story = story_of([a.witness for a in accounts])
    return _examine(story, accounts, (*problems, *_limits(accounts, story)), settings, step)


def _annotated(witnesses: Sequence[Witness], settings: Settings, step: Progress) -> list[Annotated]:
    if not witnesses:
        raise InputError("no accounts to compare", where="compare", todo="give one or more")
    step("annotating", 0, len(witnesses))
    return annotate_all(
        sorted(witnesses, key=story_order),
        settings.annotate,
        lambda done: step("annotating", done, len(witnesses)),
    )


def _examine(
    story: Story,
    everything: Sequence[Annotated],
    problems: tuple[Problem, ...],
    settings: Settings,
    step: Progress,
) -> Dossier:
    """The stages after grouping, for one story."""
    by_id = {a.witness.id: a for a in everything}
    accounts, entities = link([by_id[w] for w in story.witnesses])
    step("aligning", 0, 1)
    points = collate(story, accounts, entities, settings.collate)
    step("tracing", 0, 1)
    descent = trace.trace(accounts, points, entities, settings.trace)
    points = trace.with_origins(points, accounts, descent)
    step("comparing", 0, 1)
    found = contrast.discrepancies(accounts, points, entities, descent, settings.contrast)
    points = ranked(points, accounts, found)
    laid = sheet(accounts, points, entities)
    silences = contrast.silences(accounts, points, descent, found, laid)
    return Dossier(
        story=story,
        accounts=tuple(accounts),
        entities=tuple(entities),
        points=tuple(_with_silences(p, silences) for p in points),
        descent=descent,
        discrepancies=tuple(found),
        silences=silences,
        selections=selective(accounts, laid),
        framing=tuple(contrast.framing(accounts, entities, laid)),
        problems=(*problems, *_unaligned(points)),
        settings=settings,
    )


def _with_silences(point: Point, silences: Sequence[Silence]) -> Point:
    mine = [s for s in silences if s.point == point.id]
    return replace(
        point,
        silent=tuple(s.witness for s in mine if s.could),
        lacunose=tuple(s.witness for s in mine if not s.could),
    )


def _other_stories(stories: Sequence[Story], accounts: Sequence[Annotated]) -> Iterable[Problem]:
    """Accounts that tell of something else are named, not dropped in silence."""
    names = {a.witness.id: a.witness.name for a in accounts}
    for story in stories[1:]:
        members = ", ".join(names[w] for w in story.witnesses)
        yield Problem(
            f"tells of another event than the rest (“{story.label}”) and was left out",
            members,
            "compare these by themselves, or lower [group] threshold in the settings to keep them together",
        )


def _limits(accounts: Sequence[Annotated], story: Story) -> Iterable[Problem]:
    """What the program cannot do for these accounts."""
    for account in accounts:
        witness = account.witness
        if witness.id in story.witnesses and witness.language not in (None, "en"):
            yield Problem(
                f"is in another language than English ({witness.language}): shared words and descent are "
                "found, but who said what, roles and dates are not read",
                witness.name,
                "add an English version as an account of its own",
            )
    if len(story.witnesses) > NEAREST + 1:
        yield Problem(
            f"holds so many accounts that each was weighed against the {NEAREST} nearest to it alone",
            f"stemma of {len(story.witnesses)} accounts",
            "compare fewer accounts at once to have all pairs weighed",
        )
    if len(story.witnesses) == 1:
        yield Problem(
            "is the only account: what others say, what it leaves out and how independent its statements "
            "are cannot be known",
            next(a.witness.name for a in accounts if a.witness.id == story.witnesses[0]),
            "add at least one more account of the event",
        )


def _unaligned(points: Sequence[Point]) -> Iterable[Problem]:
    """Points whose readings are not set side by side are counted."""
    count = sum(unaligned(p.apparatus) for p in points)
    if count:
        yield Problem(
            f"holds {count} of {len(points)} points whose wordings are too long to be compared word by word",
            "apparatus",
            "leave out what is said over and over, or compare fewer accounts at once",
        )


def _silent(stage: str, done: int, total: int) -> None:
    """The progress nobody watches."""
