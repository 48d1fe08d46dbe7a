"""Links: why two passages of a point are held to assert the same.

Lists the scored pairs inside a point, each with its reason in words: what the two share, and what
speaks against it. Does not score. Invariant: links stand weakest first, and every passage of a point
of several accounts has at least its strongest link to another account among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..model import Annotated, Entity, Link, Span
from .clauses import Unit
from .evidence import FEATURES, Sketch, sketch
from .wordings import normal

if TYPE_CHECKING:
    from .points import Table

SHOWN = 0.2
"""Least score of a pair of passages that is listed as a link, if either has a stronger one."""
MANY, MOST = 12, 3
"""Of a point with more passages than the first, each passage's strongest links alone are listed, so many."""
RUN = 4
"""Least number of words in a row that are told as a run."""
FEW = 2
"""Most shared words that a reason tells one by one."""
NAMED = 2
"""Most names, and most numbers, that a reason tells."""


class Links:
    """Tells the links of points over one table of scores."""

    def __init__(self, table: Table, accounts: Mapping[str, Annotated], names: Mapping[str, Entity]) -> None:
        self._table, self._accounts, self._names = table, accounts, names
        self._drafts: dict[int, _Draft] = {}

    def of(self, group: Iterable[int]) -> tuple[Link, ...]:
        """The links inside a group of unit numbers, weakest first."""
        members, units = sorted(group), self._table.units
        scored = [
            (self._table.scores.get((i, j), 0.0), i, j)
            for n, i in enumerate(members)
            for j in members[n + 1 :]
            if units[i].witness != units[j].witness
        ]
        scored.sort(key=lambda s: (-s[0], s[1], s[2]))
        count: Counter[int] = Counter()
        most = len(scored) if len(members) <= MANY else MOST
        kept = []
        for score, i, j in scored:
            near, far = min(count[i], count[j]), max(count[i], count[j])
            if near == 0 or (score >= SHOWN and far < most):
                kept.append((score, i, j))
                count.update((i, j))
        made = [Link(_span(units[i]), _span(units[j]), score, self._why(i, j)) for score, i, j in kept]
        return tuple(sorted(made, key=lambda link: (link.score, link.a, link.b)))

    def _why(self, i: int, j: int) -> str:
        """The reason for one pair; one that no score was worked out for has no features."""
        scored = (i, j) in self._table.scores
        features = self._table.features_of(i, j) if scored else [0.0] * len(FEATURES)
        return _reason(self._draft(i), self._draft(j), features, self._names)

    def _draft(self, i: int) -> _Draft:
        if i not in self._drafts:
            unit = self._table.units[i]
            self._drafts[i] = _drafted(sketch(unit, self._accounts[unit.witness]))
        return self._drafts[i]


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is told of a passage: its words in a row, its content words, names and numbers."""

    row: tuple[str, ...]
    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]


def _drafted(s: Sketch) -> _Draft:
    words = frozenset(s.words).difference(s.names, s.numbers)
    return _Draft(tuple(normal(s.text).split()), words, frozenset(s.names), frozenset(s.numbers))


def _span(unit: Unit) -> Span:
    return Span(unit.witness, unit.start, unit.end)


def _reason(a: _Draft, b: _Draft, features: Sequence[float], names: Mapping[str, Entity]) -> str:
    """What two passages share, and what speaks against them, in words.

    >>> a = Sketch(("close", "harbour", "pier"), (), ("1200",), "the old pier will close for 1,200 days")
    >>> b = Sketch(("close", "pier"), (), ("1200",), "pier to close for 1200 days")
    >>> _reason(_drafted(a), _drafted(b), [0.0] * len(FEATURES), {})
    'both have “close” and “pier”; both say 1200'
    """
    value = dict(zip(FEATURES, features, strict=True))
    shared = [names[key].name for key in sorted(a.names & b.names) if key in names]
    said = [
        *_wording(a, b),
        *_listed("both name", shared),
        *_listed("both say", sorted(a.numbers & b.numbers, key=lambda n: (len(n), n))),
        *(["like meaning in other words"] if value["soft_short"] - value["words_short"] >= 0.15 else []),
        *(["same speaker"] if value["speaker_same"] >= 0.5 else []),
        *(["alike neighbours"] if value["neighbours"] >= 0.5 else []),
    ]
    against = [
        text
        for name, text in (
            ("names_differ", "they name others"), ("numbers_differ", "the numbers differ"),
            ("speaker_differ", "the speakers differ"),
        )
        if value[name] >= 0.5
    ]  # fmt: skip
    bare = "likeness of letters and meaning" if any(features) else "taken with what stands beside it"
    return "; ".join([*(said or [bare]), *(f"but {text}" for text in against)])


def _wording(a: _Draft, b: _Draft) -> list[str]:
    """How much wording two passages share: all of it, a run of words, or content words."""
    if a.row == b.row:
        return ["word for word the same"]
    shared, run = sorted(a.words & b.words), _run(a.row, b.row)
    if len(shared) > FEW:
        out = [f"{len(shared)} content words of {min(len(a.words), len(b.words))}"]
    else:
        out = [f"both have {' and '.join(f'“{word}”' for word in shared)}"] if shared else []
    return out + ([f"{run} words in a row"] if run >= RUN else [])


def _run(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest run of words that two texts share.

    >>> _run("the dam is safe now".split(), "they say the dam is old".split())
    3
    """
    best, before = 0, dict[int, int]()
    places: dict[str, list[int]] = {}
    for n, word in enumerate(b):
        places.setdefault(word, []).append(n)
    for word in a:
        before = {n: before.get(n - 1, 0) + 1 for n in places.get(word, ())}
        best = max(best, *before.values(), 0)
    return best


def _listed(verb: str, items: Sequence[str]) -> list[str]:
    more = len(items) - NAMED
    words = list(items[:NAMED]) + ([f"{more} more"] if more > 0 else [])
    return (
        [f"{verb} {' and '.join([', '.join(words[:-1]), words[-1]] if words[1:] else words)}"]
        if words
        else []
    )
