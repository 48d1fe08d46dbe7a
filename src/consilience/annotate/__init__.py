"""What is in an account: sentences, names, roles, quantities, times, statements.

``annotate`` reads one account by itself; ``link`` gives one key to each person, body and
place across the accounts of a story.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..model import Annotated, Entity, Witness
from ..settings import Annotate

__all__ = ["annotate", "link"]


def annotate(witness: Witness, settings: Annotate = Annotate()) -> Annotated:  # noqa: B008 - frozen
    """Parse an account and find its mentions and statements; keys hold within the account.

    An account in another language than English gets sentences and tokens alone: rules for
    English would find names and speakers that are not there.

    :returns: mentions and statements in text order.
    """
    from .mentions import mentions
    from .statements import statements
    from .text import parse

    account = parse(witness, settings)
    if witness.language not in (None, "en"):
        return account
    account = replace(account, mentions=mentions(account))
    return replace(account, statements=statements(account))


def link(accounts: Sequence[Annotated]) -> tuple[tuple[Annotated, ...], tuple[Entity, ...]]:
    """Give each person, body, place and group one key across accounts.

    :returns: the accounts with rewritten keys, and the entities sorted by key.
    """
    from .linking import link as join

    return join(accounts)
