"""Evidence that two units assert the same thing, as numbers between 0 and 1.

Wording, meaning, names, numbers, order and speaker, each a named feature; a small logistic
model (``data/points-model.tsv``) weighs them into one score. Does not decide which units
form a point. Invariant: features are symmetric and do not depend on the order of accounts.

After BERTScore (Zhang et al., 2020) for the soft overlap of words, with static vectors, and CSLS
(Conneau et al., 2018) for what a pair scores above what its units usually score.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..data import lexicon
from ..encoder import Encoder, StaticEncoder
from ..model import Annotated
from .clauses import READ, Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

FEATURES = (
    "chars", "words_short", "words_long", "meaning", "soft_short", "soft_long", "amount",
    "names", "names_differ", "numbers", "numbers_differ", "speaker_same", "speaker_differ", "quoted",
    "distance", "length", "lead", "above_low", "above_high", "neighbours",
)  # fmt: skip
"""In the order of ``Pairs.features``; ``points-model.md`` says what each measures and is worth."""
CONTENT = frozenset({"NOUN", "VERB", "ADJ", "ADV", "PROPN", "NUM", "X", "SYM", "AUX", "PRON", "INTJ"})
DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
NEGATIVE = frozenset({"no", "not", "never", "none", "nobody", "nothing", "neither", "nor", "without"})
SAME_MARKS = str.maketrans(
    "‘’‚‛ʼ“”„‟«»\u2010\u2011\u00a0\u202f\u2007",
    '\'\'\'\'\'""""""--   ',
    "\u00ad\u200b\u200c\u200d\u2060\ufeff",
)
"""Marks that are one mark in two shapes, spaces that do not break, and signs that are not seen at all."""
LONGEST = 60
SOFT_TYPES = 3000
BUCKETS = 4096
BLOCK = 128
CHUNK = 4096
SOFT_FLOOR = 0.45
CANDIDATE = 0.14
RIVALS = 5
"""Partners in one account whose mean likeness is what a unit usually scores there."""
CONTEXT = 4
"""How many features, the last ones, need units that stand side by side."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of a unit: words (lemmas), names (keys), numbers (plain digits), the text, "not".

    Of a language that is not ``read`` the words are as written.
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    text: str
    negated: bool = False
    read: bool = True


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs of units ``left[k] < right[k]`` with their features ``(pairs, features)``."""

    left: Ints
    right: Ints
    features: Floats


def sketch(unit: Unit, account: Annotated) -> Sketch:
    """Reduce a unit to what is compared; a name stands for its key, so that "US" meets "America"."""
    text = folded(account.witness.text[unit.start : unit.end])
    if account.witness.language not in READ:
        return Sketch(tuple(sorted(set(re.findall(r"\w+", text.lower())))), (), (), text, read=False)
    named = list(_named(unit, account))
    words = {key for _, _, key in named}
    numbers = set()
    for n, token in enumerate(account.tokens[unit.first : unit.last], unit.first):
        if token.pos == "NUM" and not _vague(account, n):
            numbers.add(number(token.text.lower()))
        if token.pos in CONTENT and token.lemma not in _light() and not _within(token.start, named):
            words.add(_word(token.lemma or token.text, token.pos))
    names = {key for _, _, key in named}
    tokens = account.tokens[unit.first : unit.last]
    negated = any(t.dep == "neg" or t.text.lower() in NEGATIVE for t in tokens)
    return Sketch(tuple(sorted(words)), tuple(sorted(names)), tuple(sorted(numbers)), text, negated)


def _vague(account: Annotated, n: int) -> bool:
    """Whether a number counts nothing new: "on the one hand", "the two agreed"."""
    word = account.tokens[n].text.lower()
    return word == "one" or (word.isalpha() and n > 0 and account.tokens[n - 1].text.lower() == "the")


def _within(at: int, named: Sequence[tuple[int, int, str]]) -> bool:
    return any(start <= at < end for start, end, _ in named)


def _named(unit: Unit, account: Annotated) -> Iterator[tuple[int, int, str]]:
    """Start, end and key of the names in a unit, pronouns too where they are resolved."""
    first = bisect_left(account.mentions, unit.start, key=lambda m: m.span.start)
    for mention in account.mentions[first:]:
        if mention.span.start >= unit.end:
            break
        if isinstance(mention.value, str) and mention.span.end <= unit.end:
            yield mention.span.start, mention.span.end, mention.value


@cache
def _light() -> frozenset[str]:
    return frozenset(row["word"] for row in lexicon("stopwords"))


def folded(text: str) -> str:
    """The form in which text is compared: composed, with straight marks and plain spaces.

    >>> folded("Cafe\u0301\u00a0d\u2019Or")
    "Café d'Or"
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(SAME_MARKS)


def american(word: str) -> str:
    """A lower-case word in American spelling.

    >>> american("neighbour")
    'neighbor'
    """
    return _spelling().get(word, word)


@cache
def _spelling() -> dict[str, str]:
    return {row["other"]: row["form"] for row in lexicon("spelling")}


def _word(lemma: str, pos: str) -> str:
    """One form for a word: lower case, American spelling, numbers by value."""
    low = folded(lemma).lower()
    if pos == "NUM" or DIGITS.fullmatch(low):
        return number(low)
    return american(low)


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


def grams(text: str) -> set[str]:
    """Runs of three to five characters inside words, as the char_wb analyser of scikit-learn cuts them.

    >>> sorted(grams("at"))
    [' at', ' at ', 'at ']
    """
    return {gram for word in re.findall(r"\w+", text.lower()) for gram in _grams(word)}


@lru_cache(maxsize=65536)
def _grams(word: str) -> tuple[str, ...]:
    padded = f" {word[:LONGEST]} "
    return tuple(padded[at : at + n] for n in (3, 4, 5) for at in range(len(padded) - n + 1))


def compare_units(
    units: Sequence[Unit], sketches: Sequence[Sketch], *, context: bool, meaning: Encoder | None = None
) -> Pairs:
    """Candidate pairs of units of different accounts, with their features.

    :param context: whether units stand side by side; of overlapping parts (False), no rival or
        neighbour is told, and those features are 0.
    :param meaning: the encoder of whole passages, if another than the one that ships.
    """
    table = _Table(units, sketches, meaning or StaticEncoder.load())
    blocks = [table.block(at) for at in range(0, len(units), BLOCK)]
    if not blocks:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, len(FEATURES)), np.float32))
    left, right, rows = (np.concatenate(part) for part in zip(*blocks, strict=True))
    around = table.context(left, right, rows) if context else np.zeros((len(left), CONTEXT))
    return Pairs(left, right, np.concatenate([rows, around], 1).astype(np.float32))


class _Table:
    """Matrices over the units of one story: a row a unit."""

    def __init__(self, units: Sequence[Unit], sketches: Sequence[Sketch], meaning: Encoder) -> None:
        known = {w: n for n, w in enumerate(sorted({u.witness for u in units}))}
        self.account = np.array([known[u.witness] for u in units], np.int64)
        self.place = np.array([u.place for u in units], np.float32)
        self.chars = _unit_rows([sorted(grams(s.text)) for s in sketches], self.account)
        self.meaning = meaning.encode([s.text for s in sketches])
        self.names = _Sets([s.names for s in sketches])
        self.numbers = _Sets([s.numbers for s in sketches])
        self.direct = np.array([u.form == "direct" for u in units], bool)
        self.speakers = _Sets([(k,) if (k := speaker_key(u)) else () for u in units])
        self._words(sketches, StaticEncoder.load())

    def _words(self, sketches: Sequence[Sketch], encoder: StaticEncoder) -> None:
        """Words weighted by how rare they are in the story and in English; soft matches."""
        count = Counter(w for s in sketches for w in s.words)
        types = sorted(count, key=lambda w: (-count[w], w))[:SOFT_TYPES]
        index = {w: n for n, w in enumerate(types)}
        total = len(sketches)
        norm = math.log(1 + total)
        weight = {w: encoder.rarity(w) * math.log(1 + total / c) / norm for w, c in count.items()}
        masses = [math.fsum(weight[w] for w in s.words) for s in sketches]
        self.mass = np.maximum(np.array(masses, np.float32), 1e-6)
        self.plain = np.zeros((total, len(types)), np.float32)
        for row, one in enumerate(sketches):
            self.plain[row, [index[w] for w in one.words if w in index]] = 1
        self.heavy = self.plain * np.array([weight[w] for w in types], np.float32)
        self.soft = _nearest(self.plain, types, encoder)

    def block(self, at: int) -> tuple[Ints, Ints, Floats]:
        """The candidates whose left unit is in one block of rows, with the features of the pair alone."""
        rows, later = slice(at, at + BLOCK), slice(at, None)
        chars = self.chars[rows] @ self.chars[later].T
        meaning = self.meaning[rows] @ self.meaning[later].T
        mine = self.heavy[rows] @ self.soft[later].T / self.mass[rows, None]
        theirs = self.soft[rows] @ self.heavy[later].T / self.mass[None, later]
        other = self.account[rows, None] != self.account[None, later]
        i, j = np.nonzero(np.triu(other & (chars + mine + theirs + meaning > 4 * CANDIDATE), 1))
        shared = np.minimum(mine * self.mass[rows, None], theirs * self.mass[None, later])[i, j]
        words = (self.heavy[rows] @ self.plain[later].T)[i, j]
        low, high = np.minimum(mine, theirs)[i, j], np.maximum(mine, theirs)[i, j]
        chars, meaning, k, j = chars[i, j], meaning[i, j], i + at, j + at
        small, large = np.minimum(self.mass[k], self.mass[j]), np.maximum(self.mass[k], self.mass[j])
        same, differ = self.speakers.of(k, j)
        quoted = self.direct[k] & self.direct[j] & (same > 0)
        columns = [
            chars, words / small, words / large, meaning, high, low, shared / (shared + 1),
            *self.names.of(k, j), *self.numbers.of(k, j), same, differ, quoted,
            np.abs(self.place[k] - self.place[j]), small / large,
        ]  # fmt: skip
        return k, j, np.stack(columns, 1).astype(np.float32)

    def context(self, left: Ints, right: Ints, rows: Floats) -> Floats:
        """How far a pair is ahead of its rivals and above what is usual, and how alike its neighbours are."""
        score = rows[:, [0, 3, 4, 5]].mean(1)
        (lead, above), (other_lead, other_above) = (
            self._ahead(left, right, score), self._ahead(right, left, score)
        )  # fmt: skip
        columns = [
            np.minimum(lead, other_lead), np.minimum(above, other_above), np.maximum(above, other_above),
            self._neighbours(left, right, score),
        ]  # fmt: skip
        return np.stack(columns, 1)

    def _ahead(self, unit: Ints, other: Ints, score: Floats) -> tuple[Floats, Floats]:
        """Score less the best rival's, and less the mean of the best few, of a unit with one account.

        The mean is what a hub scores with everything (after Conneau et al.'s CSLS, 2018): "the ferry
        will sail again" is a little like each sentence on that ferry, and like none of them.
        """
        if not len(score):
            return score, score
        group = unit * (self.account.max() + 1) + self.account[other]
        order = np.lexsort((other, -score, group))
        group, ranked = group[order], score[order]
        first = np.r_[True, group[1:] != group[:-1]]
        start = np.flatnonzero(first)
        size = np.diff(np.r_[start, len(group)])
        best = np.repeat(ranked[start], size)
        runner = ranked[np.minimum(start + 1, len(group) - 1)]
        second = np.repeat(np.where(size > 1, runner, 0), size)
        few = np.arange(len(group)) - np.repeat(start, size) < RIVALS
        usual = np.add.reduceat(np.where(few, ranked, 0), start) / np.minimum(size, RIVALS)
        lead, above = np.empty_like(score), np.empty_like(score)
        lead[order] = np.where(first, ranked - second, ranked - best)
        above[order] = ranked - np.repeat(usual, size)
        return lead, above

    def _neighbours(self, left: Ints, right: Ints, score: Floats) -> Floats:
        """The best score of a pair just before or after this one in both accounts."""
        out = np.zeros_like(score)
        if not len(score):
            return out
        count = len(self.account)
        code = left * count + right
        order = np.argsort(code)
        known, values = code[order], score[order]
        for a, b, worth in ((-1, -1, 1.0), (1, 1, 1.0), (-1, 1, 0.8), (1, -1, 0.8)):
            i, j = left + a, right + b
            inside = (np.minimum(i, j) >= 0) & (np.maximum(i, j) < count)
            i, j = np.where(inside, i, left), np.where(inside, j, right)
            inside &= (self.account[i] == self.account[left]) & (self.account[j] == self.account[right])
            at = np.minimum(np.searchsorted(known, i * count + j), len(known) - 1)
            hit = inside & (known[at] == i * count + j)
            out[hit] = np.maximum(out[hit], values[at[hit]] * worth)
        return out


def speaker_key(unit: Unit) -> str | None:
    """Who says it, where that is known for certain."""
    return unit.speaker.key if unit.speaker else None


class _Sets:
    """Small sets of things, one a unit, whose overlap is weighed by how rare the things are."""

    def __init__(self, sets: Sequence[tuple[str, ...]]) -> None:
        count = Counter(x for s in sets for x in s)
        index = {x: n for n, x in enumerate(sorted(count))}
        weight = np.array([math.log(1 + len(sets) / count[x]) for x in index], np.float32)
        self.plain = np.zeros((len(sets), len(index)), np.float32)
        for row, held in enumerate(sets):
            self.plain[row, [index[x] for x in held]] = 1
        self.heavy = self.plain * weight
        self.mass = self.heavy.sum(1)

    def of(self, left: Ints, right: Ints) -> tuple[Floats, Floats]:
        """Weighted share of what both hold; and 1 where both hold some and share none."""
        both = np.empty(len(left), np.float32)
        for at in range(0, len(left), CHUNK):
            part = slice(at, at + CHUNK)
            both[part] = np.einsum("pk,pk->p", self.heavy[left[part]], self.plain[right[part]])
        a, b = self.mass[left], self.mass[right]
        share = both / np.maximum(a + b - both, 1e-6)
        return share, ((a > 0) & (b > 0) & (both <= 0)).astype(np.float32)


def _nearest(plain: Floats, types: Sequence[str], encoder: StaticEncoder) -> Floats:
    """For each unit and word type, how near the unit's nearest word comes to it.

    Numbers and signs match themselves alone: "12" and "15" have near vectors.
    """
    vectors = encoder.encode(types)
    vectors[[n for n, w in enumerate(types) if not w.isalpha()]] = 0
    near = vectors @ vectors.T
    near[near < SOFT_FLOOR] = 0
    np.fill_diagonal(near, 1)
    out = np.zeros_like(plain)
    for row in range(len(out)):
        held = np.flatnonzero(plain[row])
        if held.size:
            out[row] = near[held].max(0)
    return out


def _unit_rows(sets: Sequence[Sequence[str]], account: Ints) -> Floats:
    """Rows of idf weights at unit length; items in one account alone count in the length only.

    Past ``BUCKETS`` items, columns are shared with opposite signs, so that errors cancel.
    """
    names: defaultdict[str, int] = defaultdict()
    names.default_factory = names.__len__
    items = np.array([names[x] for s in sets for x in s], np.int64)
    rows = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    low, high = np.full(len(names), len(sets)), np.full(len(names), -1)
    np.minimum.at(low, items, account[rows])
    np.maximum.at(high, items, account[rows])
    shared = low != high
    idf = np.log(1 + len(sets) / np.maximum(np.bincount(items, minlength=len(names)), 1))
    length = np.sqrt(np.bincount(rows, idf[items] ** 2, len(sets)))
    order = np.cumsum(shared) - 1
    column, sign = order % BUCKETS, np.where(order // BUCKETS % 2, -1, 1)
    out = np.zeros((len(sets), min(int(shared.sum()), BUCKETS)), np.float32)
    kept = shared[items]
    np.add.at(out, (rows[kept], column[items[kept]]), (idf * sign)[items[kept]])
    out /= np.maximum(length, 1e-9)[:, None]
    return out
