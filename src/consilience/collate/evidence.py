"""Evidence that two units assert the same thing, as numbers between 0 and 1.

Wording, meaning, names, numbers, order and speaker, each a named feature; a small logistic
model (``data/points-model.tsv``) weighs them into one score. Does not decide which units
form a point. Invariant: features are symmetric and do not depend on the order of accounts.

Sources: soft overlap of words after BERTScore (Zhang et al., 2020) with static vectors;
reciprocal best match after Gale and Church style sentence alignment.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..data import lexicon
from ..model import Annotated, Quantity
from .clauses import Unit
from .encoder import StaticEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

FEATURES = (
    "chars", "words_short", "words_long", "meaning", "soft_short", "soft_long", "names", "names_differ",
    "numbers", "numbers_differ", "speaker_same", "speaker_one", "speaker_differ", "distance", "lead",
    "neighbours", "verb", "length", "run",
)  # fmt: skip
CONTENT = frozenset({"NOUN", "VERB", "ADJ", "ADV", "PROPN", "NUM", "X", "SYM", "AUX", "PRON", "INTJ"})
DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
SOFT_TYPES = 6000
BUCKETS = 8192
BLOCK = 256
SOFT_FLOOR = 0.45
CANDIDATE = 0.2


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of a unit: words (lemmas), character runs, names, numbers, main verb."""

    words: tuple[str, ...]
    grams: tuple[str, ...]
    names: frozenset[str]
    numbers: frozenset[str]
    verb: str
    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs of units ``left[k] < right[k]`` with their features ``(pairs, features)``."""

    left: Ints
    right: Ints
    features: Floats


def sketch(unit: Unit, account: Annotated) -> Sketch:
    """Reduce a unit to what is compared."""
    tokens = account.tokens[unit.first : unit.last]
    words = tuple(_word(t.lemma or t.text, t.pos) for t in tokens if t.pos in CONTENT and t.lemma not in _light())
    text = account.witness.text[unit.start : unit.end]
    names, numbers = _mentioned(unit, account)
    verbs = [t.lemma.lower() for t in tokens if t.pos == "VERB" and t.lemma not in _light()]
    return Sketch(words, tuple(sorted(set(_grams(text)))), names, numbers, verbs[0] if verbs else "", text)


@cache
def _light() -> frozenset[str]:
    return frozenset(row["word"] for row in lexicon("stopwords"))


@cache
def _american() -> dict[str, str]:
    return {row["other"]: row["form"] for row in lexicon("spelling")}


def _word(lemma: str, pos: str) -> str:
    """One form for a word: lower case, American spelling, numbers by value."""
    low = lemma.lower()
    if pos == "NUM" or DIGITS.fullmatch(low):
        return number(low)
    return _american().get(low, low)


@cache
def number(word: str) -> str:
    """A number's plain digits, whether written in words or figures.

    >>> number("1,200"), number("twelve"), number("twelfth")
    ('1200', '12', 'twelfth')
    """
    small = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty"
    ).split()
    if word in small:
        return str(small.index(word))
    found = DIGITS.fullmatch(word)
    return found.group().replace(",", "") if found else word


def _grams(text: str) -> Iterable[str]:
    """Runs of three to five characters inside words, as in the char_wb analyser of scikit-learn."""
    for word in re.findall(r"\w+", text.lower()):
        padded = f" {word} "
        for size in (3, 4, 5):
            if len(padded) < size:
                break
            for at in range(len(padded) - size + 1):
                yield padded[at : at + size]


def _mentioned(unit: Unit, account: Annotated) -> tuple[frozenset[str], frozenset[str]]:
    """Keys of the names and plain values of the numbers in a unit."""
    names, numbers = set(), set()
    for mention in account.mentions:
        if unit.start <= mention.span.start and mention.span.end <= unit.end:
            if isinstance(mention.value, str):
                names.add(mention.value)
            elif isinstance(mention.value, Quantity):
                numbers.add(f"{mention.value.low:g}")
    for token in account.tokens[unit.first : unit.last]:
        if not account.mentions and token.pos == "PROPN":
            names.add(token.text.lower())
        if token.pos == "NUM" and not numbers:
            numbers.add(number(token.text.lower()))
    return frozenset(names), frozenset(numbers)


def compare_units(
    units: Sequence[Unit], sketches: Sequence[Sketch], encoder: StaticEncoder
) -> Pairs:
    """Candidate pairs of units of different accounts, with their features."""
    table = _Table(units, sketches, encoder)
    left, right, base = table.candidates()
    return Pairs(left, right, table.features(left, right, base))


class _Table:
    """Matrices over the units of one story: a row a unit."""

    def __init__(self, units: Sequence[Unit], sketches: Sequence[Sketch], encoder: StaticEncoder) -> None:
        self.units, self.sketches, self.encoder = units, sketches, encoder
        names = sorted({u.witness for u in units})
        self.account = np.array([names.index(u.witness) for u in units], np.int64)
        self.chars = _normal(_incidence([s.grams for s in sketches], BUCKETS))
        self.meaning = encoder.encode([s.text for s in sketches])
        self._words()

    def _words(self) -> None:
        """Word weights (rare in the story and rare in English), masses, and soft matches."""
        count = Counter(w for s in self.sketches for w in set(s.words))
        types = sorted(count, key=lambda w: (-count[w], w))[:SOFT_TYPES]
        index = {w: n for n, w in enumerate(types)}
        total = len(self.units)
        self.weights = {
            w: self.encoder.rarity(w) * math.log(1 + total / c) / math.log(1 + total) for w, c in count.items()
        }
        self.mass = np.array(
            [math.fsum(self.weights[w] for w in set(s.words)) for s in self.sketches], np.float32
        )
        self.plain = np.zeros((total, len(types)), np.float32)
        for row, one in enumerate(self.sketches):
            self.plain[row, [index[w] for w in set(one.words) if w in index]] = 1
        self.heavy = self.plain * np.array([self.weights[w] for w in types], np.float32)
        self.soft = self._nearest(types)

    def _nearest(self, types: list[str]) -> Floats:
        """For each unit and word type, how near the unit's nearest word comes to it."""
        vectors = self.encoder.encode(types)
        vectors[[n for n, w in enumerate(types) if not w.isalpha()]] = 0
        near = vectors @ vectors.T
        near[near < SOFT_FLOOR] = 0
        np.fill_diagonal(near, 1)
        out = np.zeros_like(self.plain)
        for row in range(len(out)):
            held = np.flatnonzero(self.plain[row])
            if held.size:
                out[row] = near[held].max(0)
        return out

    def candidates(self) -> tuple[Ints, Ints, Floats]:
        """Pairs of different accounts that look alike at all, and their base features."""
        found = [self._block(at) for at in range(0, len(self.units), BLOCK)]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 6), np.float32)
        return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))  # type: ignore[return-value]

    def _block(self, at: int) -> tuple[Ints, Ints, Floats]:
        """The candidates whose left unit is in one block of rows."""
        rows = slice(at, at + BLOCK)
        mass, other = np.maximum(self.mass[rows, None], 1e-6), np.maximum(self.mass[None, :], 1e-6)
        chars = self.chars[rows] @ self.chars.T
        words = self.heavy[rows] @ self.plain.T
        meaning = self.meaning[rows] @ self.meaning.T
        mine = self.heavy[rows] @ self.soft.T / mass
        theirs = self.soft[rows] @ self.heavy.T / other
        base = (chars + np.maximum(mine, theirs) + np.minimum(mine, theirs) + meaning) / 4
        count = len(self.units)
        later = np.arange(count)[None, :] > np.arange(at, min(at + BLOCK, count))[:, None]
        keep = later & (self.account[rows, None] != self.account[None, :]) & (base > CANDIDATE)
        i, j = np.nonzero(keep)
        short = words[i, j] / np.minimum(mass[i, 0], other[0, j])
        long = words[i, j] / np.maximum(mass[i, 0], other[0, j])
        low, high = np.minimum(mine[i, j], theirs[i, j]), np.maximum(mine[i, j], theirs[i, j])
        columns = (chars[i, j], short, long, meaning[i, j], high, low)
        return i + at, j, np.stack(columns, 1).astype(np.float32)

    def features(self, left: Ints, right: Ints, base: Floats) -> Floats:
        """All features of the candidate pairs, in the order of ``FEATURES``."""
        names = _shared([s.names for s in self.sketches], left, right, weighted=True)
        numbers = _shared([s.numbers for s in self.sketches], left, right, weighted=False)
        columns = [
            *base.T, *names, *numbers, *self._speakers(left, right), self._distance(left, right),
            self._lead(left, right, base), self._neighbours(left, right, base), self._verbs(left, right),
            self._lengths(left, right), self._runs(left, right),
        ]  # fmt: skip
        return np.clip(np.stack([np.asarray(c, np.float32) for c in columns], 1), -1, 1)

    def _speakers(self, left: Ints, right: Ints) -> tuple[Floats, Floats, Floats]:
        """Whether the same person says both, one alone is said, or others say them."""
        keys = [speaker_key(u) for u in self.units]
        same, one, differ = (np.zeros(len(left), np.float32) for _ in range(3))
        for k, (i, j) in enumerate(zip(left, right, strict=True)):
            if keys[i] and keys[j]:
                (same if keys[i] == keys[j] else differ)[k] = 1
            elif keys[i] or keys[j]:
                one[k] = 1
        return same, one, differ

    def _distance(self, left: Ints, right: Ints) -> Floats:
        place = np.array([u.place for u in self.units], np.float32)
        return np.abs(place[left] - place[right])

    def _lead(self, left: Ints, right: Ints, base: Floats) -> Floats:
        """How far a pair is ahead of either side's next best in the other account."""
        score = base[:, [0, 3, 4, 5]].mean(1)
        return np.minimum(self._ahead(left, right, score), self._ahead(right, left, score))

    def _ahead(self, unit: Ints, other: Ints, score: Floats) -> Floats:
        """Score less the best rival's, over pairs of one unit with one account."""
        group = unit * (self.account.max(initial=0) + 1) + self.account[other]
        order = np.lexsort((-score, group))
        group, ranked = group[order], score[order]
        first = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, bool)
        start = np.flatnonzero(first)
        size = np.diff(np.r_[start, len(group)])
        best = np.repeat(ranked[start], size) if len(group) else ranked
        second = np.repeat(np.where(size > 1, ranked[np.minimum(start + 1, len(group) - 1)], 0), size)
        out = np.empty_like(score)
        out[order] = np.where(first, ranked - second, ranked - best)
        return out

    def _neighbours(self, left: Ints, right: Ints, base: Floats) -> Floats:
        """The best score of a pair just before or after this one in both accounts."""
        count = np.int64(len(self.units))
        score = base[:, [0, 3, 4, 5]].mean(1)
        code = left * count + right
        order = np.argsort(code)
        known, values = code[order], score[order]
        out = np.zeros(len(left), np.float32)
        for a, b in ((-1, -1), (1, 1), (-1, 1), (1, -1)):
            i, j = left + a, right + b
            fine = (i >= 0) & (j >= 0) & (i < count) & (j < count)
            fine[fine] &= (self.account[i[fine]] == self.account[left[fine]])
            fine[fine] &= (self.account[j[fine]] == self.account[right[fine]])
            at = np.minimum(np.searchsorted(known, i * count + j), len(known) - 1)
            hit = fine & (known[at] == i * count + j) if len(known) else fine
            out[hit] = np.maximum(out[hit], values[at[hit]] * (1 if a == b else 0.8))
        return out

    def _verbs(self, left: Ints, right: Ints) -> Floats:
        """Nearness of the main verbs; half where one has none."""
        verbs = sorted({s.verb for s in self.sketches})
        row = {v: n for n, v in enumerate(verbs)}
        vectors = self.encoder.encode(verbs)
        index = np.array([row[s.verb] for s in self.sketches], np.int64)
        near = np.clip((vectors[index[left]] * vectors[index[right]]).sum(1), 0, 1)
        none = np.array([not s.verb for s in self.sketches])
        return np.where(none[left] | none[right], 0.5, near).astype(np.float32)

    def _lengths(self, left: Ints, right: Ints) -> Floats:
        a, b = self.mass[left], self.mass[right]
        return np.minimum(a, b) / np.maximum(np.maximum(a, b), 1e-6)

    def _runs(self, left: Ints, right: Ints) -> Floats:
        """Share of the shorter unit's word pairs that stand side by side in the other too."""
        runs = [frozenset(zip(s.words, s.words[1:], strict=False)) for s in self.sketches]
        out = np.zeros(len(left), np.float32)
        for k, (i, j) in enumerate(zip(left, right, strict=True)):
            a, b = runs[i], runs[j]
            if a and b:
                out[k] = len(a & b) / min(len(a), len(b))
        return out


def speaker_key(unit: Unit) -> str | None:
    """Who says it, where that is known for certain."""
    return unit.speaker.key if unit.speaker else None


def _incidence(sets: Sequence[tuple[str, ...]], buckets: int) -> Floats:
    """Rows of idf weights; items that one set alone holds count in the norm only."""
    count = Counter(x for s in sets for x in s)
    kept = sorted(x for x, c in count.items() if c > 1)
    index = {x: n % buckets for n, x in enumerate(kept)}
    idf = {x: math.log(1 + len(sets) / c) for x, c in count.items()}
    out = np.zeros((len(sets), min(len(kept), buckets) + 1), np.float32)
    for row, held in enumerate(sets):
        alone = 0.0
        for x in held:
            if x in index:
                out[row, index[x]] += idf[x]
            else:
                alone += idf[x] ** 2
        out[row, -1] = math.sqrt(alone)
    return out


def _normal(rows: Floats) -> Floats:
    """Rows at unit length, without the last column, which counts in the length alone."""
    length = np.sqrt((rows * rows).sum(1, keepdims=True))
    return rows[:, :-1] / np.maximum(length, 1e-9)


def _shared(
    sets: Sequence[frozenset[str]], left: Ints, right: Ints, *, weighted: bool
) -> tuple[Floats, Floats]:
    """Weighted share of what both hold; and whether both hold some and share none."""
    count = Counter(x for s in sets for x in s)
    weight = {x: math.log(1 + len(sets) / c) if weighted else 1.0 for x, c in count.items()}
    share, differ = np.zeros(len(left), np.float32), np.zeros(len(left), np.float32)
    for k, (i, j) in enumerate(zip(left, right, strict=True)):
        a, b = sets[i], sets[j]
        if a and b:
            both = a & b
            if both:
                share[k] = math.fsum(weight[x] for x in both) / math.fsum(weight[x] for x in a | b)
            else:
                differ[k] = 1
    return share, differ
