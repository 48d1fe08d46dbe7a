"""Short word lists of the comparers, by name (``data/contrast_words.tsv``).

Holds no list itself, and no meaning: what a list is for is said where it is used.

Invariant: a list that is asked for has words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from ..data import lexicon


def listed(name: str) -> frozenset[str]:
    """The words of a list.

    >>> sorted(listed("possible"))
    ['could', 'may', 'might']
    """
    return frozenset(forms(name))


def forms(name: str) -> Mapping[str, str]:
    """What each word of a list stands for, in the order of the list; "" where the list says nothing.

    >>> forms("ordinal")["second"]
    '2nd'
    """
    return _lists()[name]


@cache
def _lists() -> Mapping[str, Mapping[str, str]]:
    out: dict[str, dict[str, str]] = defaultdict(dict)
    for row in lexicon("contrast_words"):
        out[row["list"]][row["word"]] = row["form"]
    return dict(out)
