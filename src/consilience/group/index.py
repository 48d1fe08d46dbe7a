"""The accounts that grouping holds: their terms, how rare each is among them, and where it stands.

Terms of all fields are numbered as they come; a term's rarity is counted over the accounts held,
on a footing of how common words are in English, so it ages as accounts leave. Does not decide.

Invariant: everything it answers is a function of the accounts held and of their order of
arrival: one that held and forgot more answers the same. Postings are read from their newest end
and to a bounded length, so a question costs as much among a hundred thousand accounts as among ten.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .profiles import FIELDS, WIDTH, Profile, rarity

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FOOTING = 200.0
"""Accounts for which English itself stands in the counts."""
PRIOR = {"names": 0.2, "places": 1.0, "ages": 1.0, "numbers": 0.3, "days": 0.3}
"""In how many of those a term is taken to stand, by field; the rest by their place in a frequency list."""
SHARED = ("words", "title", "lead")
"""Fields whose terms are one and the same: words of the whole, of the title, of the lead."""
QUERY_TERMS, NEWEST, READ = 96, 128, 5000
"""Terms by which candidates are sought, accounts read of each term's postings, and of all together."""
VOCABULARY = 30_522
FILED, FEWEST = 16, 2
"""Runs by which an account is found as a copy (the smallest, to hold less), and how many must be shared."""
PREFIX = {field: "w" if field in SHARED else f"{field[:2]} " for field in FIELDS}


@dataclass(slots=True)
class Held:
    """An account as held: ``terms`` numbered, field after field, ``bounds`` where each field ends."""

    key: str
    when: float
    dated: bool
    ahead: bool
    outlet: str
    length: int
    terms: NDArray[np.int32]
    weights: NDArray[np.uint8]
    bounds: tuple[int, ...]
    vectors: NDArray[np.int8]
    sketch: NDArray[np.uint32]
    days: tuple[int, ...]

    @property
    def sought(self) -> NDArray[np.int32]:
        """The terms by which others find it, each once: all but days."""
        return np.unique(self.terms[: self.bounds[-2]])


class Index:
    """Accounts by number (their order of arrival) and by term."""

    def __init__(self) -> None:
        self.held: dict[int, Held] = {}
        self._number: dict[str, int] = {}
        self._postings: list[array[int]] = []
        self._runs: dict[int, array[int]] = {}
        self._count = np.zeros(1024, np.float64)
        self._prior = np.zeros(1024, np.float64)
        self._log = np.zeros(1024, np.float64)
        self.scratch = np.zeros((3, 1024), np.float64)
        self._root = np.zeros(1024, np.float64)
        self._next = 0

    def read(self, profile: Profile) -> Held:
        """Number the terms of a profile; nothing is counted yet."""
        terms: list[int] = []
        weights: list[int] = []
        bounds = []
        for field in FIELDS:
            prefix = PREFIX[field]
            for term, weight in getattr(profile, field):
                number = self._number.get(prefix + term)  # most are there: a call for each would be dear
                terms.append(self._new(field, term) if number is None else number)
                weights.append(weight)
            bounds.append(len(terms))
        return Held(
            profile.key, profile.when, profile.dated, profile.ahead, profile.outlet, profile.length,
            np.array(terms, np.int32), np.array(weights, np.uint8), tuple(bounds),
            np.frombuffer(profile.vectors, np.int8).reshape(2, WIDTH), np.array(profile.sketch, np.uint32),
            tuple(int(d) for d, _ in profile.days),
        )  # fmt: skip

    def _new(self, field: str, term: str) -> int:
        number = self._number[PREFIX[field] + term] = len(self._postings)
        self._postings.append(array("i"))
        if number >= len(self._prior):
            self._grow()
        self._prior[number] = prior = PRIOR[field] if field in PRIOR else _prior(term)
        self._log[number] = math.log(prior)
        return number

    def _grow(self) -> None:
        for name in ("_count", "_prior", "_log", "scratch"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)], axis=-1))

    def add(self, held: Held) -> int:
        """Hold an account; its number."""
        number = self._next
        self._next += 1
        self.held[number] = held
        if number >= len(self._root):
            self._root = np.concatenate([self._root, np.zeros_like(self._root)])
        self._root[number] = math.sqrt(held.bounds[0] + 20)
        self._tally(held, 1)
        for term in held.sought.tolist():
            self._postings[term].append(number)
        for run in held.sketch[:FILED].tolist():
            self._runs.setdefault(run, array("i")).append(number)
        return number

    def drop(self, number: int) -> None:
        """Forget an account."""
        held = self.held.pop(number)
        self._tally(held, -1)
        for term in held.sought.tolist():
            self._postings[term].remove(number)
        for run in held.sketch[:FILED].tolist():
            self._runs[run].remove(number)
            if not self._runs[run]:
                del self._runs[run]

    def _tally(self, held: Held, step: int) -> None:
        terms = np.unique(held.terms)
        self._count[terms] += step
        self._log[terms] = np.log(self._count[terms] + self._prior[terms])

    def rare(self, terms: NDArray[np.int32]) -> Floats:
        """Inverse document frequencies, 0 and up."""
        return np.asarray(np.maximum(0.0, math.log(len(self.held) + FOOTING) - self._log[terms]))

    def near(self, held: Held, most: int) -> list[tuple[int, float]]:
        """The accounts that share most rare terms with one, best first, with a rough score."""
        upto = held.bounds[-2]
        idf = self.rare(held.terms[:upto])
        gain = idf * idf * held.weights[:upto]
        gain[held.bounds[0] : held.bounds[2]] *= 0.5  # words of the title and the lead stand there twice
        best = np.argsort(-gain, kind="stable")[:QUERY_TERMS]
        found: list[array[int]] = []
        gains: list[float] = []
        room = READ
        for at in best.tolist():
            postings = self._postings[held.terms[at]][-NEWEST:]
            if postings and room > 0:
                found.append(postings)
                gains.append(float(gain[at]))
                room -= len(postings)
        if not found:
            return []
        sizes = [len(p) for p in found]
        numbers = np.concatenate([np.frombuffer(p, np.int32) for p in found])
        ids, inverse = np.unique(numbers, return_inverse=True)
        scores = np.asarray(np.bincount(inverse, np.repeat(gains, sizes)), np.float64)
        scores /= self._root[ids]
        top = np.lexsort((-ids, -scores))[:most]
        return [(int(ids[n]), float(scores[n])) for n in top]

    def copies(self, held: Held, most: int) -> list[tuple[int, float]]:
        """Accounts whose wording is like one's, best first, with the likeness (0–1) of their runs."""
        shared: Counter[int] = Counter()
        for run in held.sketch.tolist():
            shared.update(self._runs.get(run, ())[-NEWEST:])
        rank = sorted((n for n in shared if shared[n] >= FEWEST), key=lambda n: (-shared[n], -n))[:most]
        return [(n, resemblance(held.sketch, self.held[n].sketch)) for n in rank]


def resemblance(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """Jaccard likeness of two sets of runs, from their bottom-k sketches."""
    mine, theirs = set(one.tolist()), set(other.tolist())
    size = min(len(mine), len(theirs))
    if not size:
        return 0.0
    both = mine & theirs
    return sum(run in both for run in sorted(mine | theirs)[:size]) / size if both else 0.0


def _prior(word: str) -> float:
    """In how many of ``FOOTING`` accounts a word is taken to stand: Zipf's law over the vocabulary."""
    scarce = rarity(word)
    if scarce >= 1.0:
        return 0.1
    rank = max(0.0, VOCABULARY**scarce - 1996)
    return float(max(0.1, FOOTING * 0.5 * 60 / (rank + 60)))


def spread(members: Sequence[int], most: int) -> list[int]:
    """At most so many of a list, evenly spaced, the first and the last among them."""
    if len(members) <= most:
        return list(members)
    return sorted({members[round(k * (len(members) - 1) / (most - 1))] for k in range(most)})


def chosen(members: Sequence[int], best: Iterable[int], most: int) -> list[int]:
    """Members by which a story is judged: the best candidates and an even spread, in order."""
    first = list(best)[: most // 2]
    return sorted({*first, *spread(members, most - len(first))})
