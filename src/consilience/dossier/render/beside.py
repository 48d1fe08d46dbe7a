"""Two accounts beside each other: the words they share, and where they part on the same point.

Holds no layout. Invariant: each line shown is a slice of an account's text; what is marked as shared stands
in the other account word for word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .facts import Account, Facts
from .page import Block, spread_lines
from .passages import Mark, differing, in_common, pieces


@dataclass(frozen=True, slots=True)
class Column:
    """One of the two: its lines with marks, and the share of its words that the other has too."""

    account: Account
    other: Account
    lines: tuple[Block, ...]
    share: float


def columns(facts: Facts, a: Account, b: Account) -> tuple[Column, Column]:
    """Two accounts, each with what it shares with the other and what differs from it."""
    parting = _parting(facts, a, b)
    return _column(facts, a, b, parting[0]), _column(facts, b, a, parting[1])


def _column(facts: Facts, account: Account, other: Account, odd: list[tuple[int, int]]) -> Column:
    shared = in_common(account.text, other.text)
    marks = [Mark(s, e, "shared") for s, e in shared]
    # inside words that are shared nothing differs, even where they stand in a passage that does
    marks += [Mark(s, e, "differs") for s, e in odd if not any(x <= s and e <= y for x, y in shared)]
    numbers = [
        Mark(s, e, "pt", str(row.number))
        for row in facts.rows
        if row.cells[other.index].carried
        for s, e in row.cells[account.index].spans
    ]
    found = [
        Block(
            region["kind"], region["reason"], gap,
            pieces(account.text, start, end, marks),
            tuple(sorted({int(m.label) for m in numbers if start <= m.start < end})),
        )
        for start, end, gap, region in spread_lines(account)
    ]  # fmt: skip
    length = sum(not c.isspace() for c in account.text) or 1
    covered = sum(not c.isspace() for s, e in shared for c in account.text[s:e])
    return Column(account, other, tuple(found), covered / length)


def _parting(facts: Facts, a: Account, b: Account) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The words that differ in the passages of points that both have, in each of the two."""
    found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for mine, theirs in _pairs(facts, a, b):
        both = [(a, mine), (b, theirs)]
        odd = differing([account.text[s:e] for account, (s, e) in both])
        for held, (_, (start, _)), spans in zip(found, both, odd, strict=True):
            held += [(start + x, start + y) for x, y in spans]
    return found


def _pairs(facts: Facts, a: Account, b: Account) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for row in facts.rows:
        mine, theirs = row.cells[a.index].spans, row.cells[b.index].spans
        if mine and theirs:
            yield mine[0], theirs[0]
