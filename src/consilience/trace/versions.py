"""Versions: accounts that are one article, published again, corrected or brought up to date.

Compares addresses and words of accounts of one outlet. Two articles of one outlet on one event are
two accounts (of one origin): they differ in address and words. Does not say which version is
the later one; times do. Invariant: symmetric, and any account is a version of itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ..ingest.addresses import article_address, host, site
from ..model import Witness
from .outlets import outlet_key, same_outlet

RUN = 4
"""Words in a row that are compared."""
CONTAINED = 0.8
"""Least share of the shorter text's runs that the other has, where addresses say nothing."""
MUTUAL = 0.6
"""Least share of all runs that both have, where the addresses differ: a live page is filed anew."""
SAME_PLACE = 0.25
"""Least share of the shorter text's runs that the other has at one address: a page may be refilled."""


def same_article(a: Witness, b: Witness) -> bool:
    """Whether two accounts are versions of one article: one outlet, and one address or nearly one text.

    >>> first = Witness("w1:a", "a", "The ferry ran aground at dawn in thick fog.", outlet="Ledger")
    >>> longer = Witness("w1:b", "b", first.text + " Nobody was hurt.", outlet="The Ledger")
    >>> same_article(first, longer)
    True
    """
    if a == b:
        return True
    if not _one_outlet(a, b):
        return False
    contained, mutual = shared_runs(a.text, b.text)
    here, there = article_address(a.url), article_address(b.url)
    if here and here == there and here != host(a.url):
        return contained >= SAME_PLACE
    if here and there and here != there:
        return contained >= CONTAINED and mutual >= MUTUAL
    return contained >= CONTAINED


def _one_outlet(a: Witness, b: Witness) -> bool:
    """Whether both are of one outlet, by name, or by site where a name is missing."""
    if a.outlet and b.outlet:
        return outlet_key(a.outlet) == outlet_key(b.outlet) or (
            same_outlet(a.outlet, b.outlet) and same_outlet(b.outlet, a.outlet)
        )
    return bool(site(a.url)) and site(a.url) == site(b.url)


def shared_runs(a: str, b: str) -> tuple[float, float]:
    """Shares of runs of words: of the shorter text's that the other has, and of all that both have.

    >>> shared_runs("one two three four five", "one two three four six")
    (0.5, 0.3333333333333333)
    """
    first, second = _runs(a), _runs(b)
    common = len(first & second)
    if not first or not second:
        return 0.0, 0.0
    return common / min(len(first), len(second)), common / len(first | second)


@lru_cache(maxsize=512)  # a live page of 120 versions took six seconds, each read anew for each pair
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return frozenset(tuple(words[n : n + RUN]) for n in range(max(1, len(words) - RUN + 1)) if words)


def version_pairs(accounts: Sequence[Witness]) -> tuple[tuple[int, int], ...]:
    """Pairs of positions, the first the lower, whose accounts are versions of one article."""
    return tuple(
        (x, y) for y in range(len(accounts)) for x in range(y) if same_article(accounts[x], accounts[y])
    )
