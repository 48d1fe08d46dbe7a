"""Points: which passages of which accounts assert the same, and how their words differ."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Annotated, Entity, Point, Story
from ..settings import Collate

__all__ = ["collate"]


def collate(
    story: Story,
    accounts: Sequence[Annotated],
    entities: Sequence[Entity],
    settings: Collate = Collate(),  # noqa: B008 - frozen
) -> tuple[Point, ...]:
    """Align the accounts of a story into points, the most widely carried first.

    :param accounts: linked accounts; those outside the story are passed over.
    """
    from .points import collate as run

    return run(story, accounts, entities, settings)
