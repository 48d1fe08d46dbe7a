"""Lexicons and small models that ship with the package.

A lexicon is a tab-separated file with a header line; lines that open with ``#`` are
comments; each has a ``source`` column that says where an entry is from. Does not read
meaning into a column. Invariant: every row has a cell for each column of the header.
"""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def lexicon(name: str) -> tuple[dict[str, str], ...]:
    """Read ``<name>.tsv`` as rows keyed by its header.

    >>> lexicon("cues")[0].keys() >= {"lemma", "source"}
    True
    """
    text = (resources.files(__name__) / f"{name}.tsv").read_text("utf-8")
    lines = [line.split("\t") for line in text.split("\n") if line.strip() and not line.startswith("#")]
    header = lines[0]
    return tuple(dict(zip(header, line, strict=True)) for line in lines[1:])
