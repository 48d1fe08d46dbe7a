"""How two words of an apparatus relate: the same, another spelling, the same value, a synonym, or neither.

Precision first: a lexicon of synonyms is believed, word vectors only where the words are alike in
shape or very near, and never for what a lexicon tells apart (days, directions, killed and injured).
Does not see the sentence. Invariant: a relation is symmetric and depends on the two words alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from ..data import lexicon
from ..encoder import StaticEncoder
from .evidence import NEGATIVE, folded
from .words import KEY, Word, light, members, synonyms

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = ("variant", "synonym", "value", "spelling", "same")
"""From the widest difference to none."""
NEAR, STEM = 0.7, 0.55
"""Least cosine of two words held to be alike in meaning: of any two, and of two that begin alike.

On replaced words of news paraphrases, nine in ten pairs above these that no lexicon tells apart are right.
"""
BLOCK = 512
HOMOGRAPHS = frozenset("bore fell felt found ground lay left rose saw wound".split())
"""Forms that are also another word: "found" is seldom to establish."""


def relation(a: Word, b: Word, cosine: float) -> str:
    """How two words relate: same, spelling, value, synonym (or the same lemma) or variant.

    >>> relation(Word("color", "colour"), Word("color", "color"), 1.0)
    'spelling'
    >>> relation(Word("buy", "buy", "buy"), Word("purchase", "purchase", "purchase"), 0.83)
    'synonym'
    >>> relation(Word("north", "north", "north"), Word("south", "south", "south"), 0.83)
    'variant'
    """
    if a.form == b.form:
        return "same" if a.form in light() or plain(a.text) == plain(b.text) else "spelling"
    valued = bool(a.value or b.value)
    if _surname(a, b) or (valued and a.value == b.value):
        return "spelling" if a.value == b.value and _respelt(a, b) else "value"
    if _respelt(a, b) and not (_figure(a) or _figure(b)):
        return "spelling"
    return "synonym" if not valued and _alike(a, b, cosine) else "variant"


def _alike(a: Word, b: Word, cosine: float) -> bool:
    """Whether two words that are no names and no figures mean the same."""
    if a.base == b.base:
        return True
    if (a.form in NEGATIVE) != (b.form in NEGATIVE):
        return False
    return bool(_sets(a) & _sets(b)) or _near(a, b, cosine)


def _surname(a: Word, b: Word) -> bool:
    """Whether one is the last word of the other, a person's or a body's whole name ("Ada Poe", "Poe")."""
    short, long = sorted((a, b), key=lambda w: len(w.form))
    named = long.value.startswith(KEY) and short.text[:1].isupper() and " " not in short.form
    return named and long.form.split()[1:][-1:] == [short.form]


def plain(text: str) -> str:
    """Text without regard to capitals, shapes of marks and spaces."""
    return " ".join(folded(text).lower().split())


def _figure(word: Word) -> bool:
    return any(map(str.isdigit, word.value)) and not word.value.startswith(KEY)


def _sets(word: Word) -> frozenset[str]:
    """The sets of synonyms that a word stands in, by its lemma or its form."""
    return _sets_of(word.base, word.form)


@lru_cache(maxsize=65536)
def _sets_of(base: str, form: str) -> frozenset[str]:
    names = {base} if form in HOMOGRAPHS else {base, form}
    return frozenset(s for name in names for s in synonyms().get(name, ()))


def _near(a: Word, b: Word, cosine: float) -> bool:
    """Whether vectors may say that two plain words mean the same."""
    if not (_common(a) and _common(b)) or cosine < STEM or opposed(a, b):
        return False
    alike = a.form[:5] == b.form[:5] and min(len(a.form), len(b.form)) > 4
    return alike if cosine < NEAR else not _negated(a.base, b.base)


def _common(word: Word) -> bool:
    """A plain content word in small letters, of which vectors know something."""
    return word.text.isalpha() and word.text.islower() and word.form not in light()


def _negated(a: str, b: str) -> bool:
    """Whether one word is the other with a prefix that denies it ("able", "unable")."""
    short, long = sorted((a, b), key=len)
    return long.endswith(short) and long[: -len(short)] in {"un", "in", "im", "il", "ir", "dis", "non", "mis"}


def opposed(a: Word, b: Word) -> bool:
    """Whether a lexicon tells two words apart: opposites, and words of one kind.

    Whether another has them for synonyms is asked before ("killed" and "dead" stand in both).

    >>> opposed(Word("monday", "Monday"), Word("friday", "Friday"))
    True
    """
    return any(
        frozenset((x, y)) in _apart() for x in {a.base, a.form} for y in {b.base, b.form} if x != y
    ) or _negated(a.base, b.base)


@cache
def _apart() -> frozenset[frozenset[str]]:
    """Pairs of words that stand in one row of what the lexicons tell apart."""
    return frozenset(frozenset(pair) for row in _told_apart() for pair in combinations(members(row), 2))


@cache
def _told_apart() -> tuple[str, ...]:
    """The rows of opposites and of words of one kind, each as its words."""
    opposites = [f"{row['word']};{row['opposite']}" for row in lexicon("antonyms")]
    return (*opposites, *(row["words"] for row in lexicon("co_hyponyms")))


# -- spelling of foreign names --

SOUNDS = (
    (r"dzh|dj", "j"), (r"zh", "j"), (r"sch|sh|š|ş", "sh"), (r"tch|tsch|ch|č|ç", "ch"),
    (r"kh|q|ck|c(?=[aou])", "k"), (r"gh", "g"), (r"dh", "d"), (r"th", "t"), (r"ph", "f"), (r"w", "v"),
    (r"iy|ij|yi|ie|ei|ee|y", "i"), (r"ou|oo|o", "u"), (r"ai|ae", "a"), (r"(.)\1+", r"\1"),
)  # fmt: skip
"""Letters that stand for one sound when names come over from other alphabets."""


@lru_cache(maxsize=65536)
def _sound(form: str) -> str:
    for pattern, sign in SOUNDS:
        form = re.sub(pattern, sign, form)
    return form


def _respelt(a: Word, b: Word) -> bool:
    """Two spellings of one foreign name, each with a capital, word for word."""
    ours, theirs = a.form.split(), b.form.split()
    capital = a.text[:1].isupper() and b.text[:1].isupper()
    if not capital or len(ours) != len(theirs) or any(c.isdigit() for c in a.form + b.form):
        return False
    if a.form in light() or b.form in light():
        return False
    return all(_one_name(x, y) for x, y in zip(ours, theirs, strict=True))


def _one_name(a: str, b: str) -> bool:
    """A letter or two apart in a long name, or the same sounds.

    >>> _one_name("kyiv", "kiev"), _one_name("marin", "moran")
    (True, False)
    """
    x, y = _sound(a), _sound(b)
    if x == y:
        return True
    longest = max(len(a), len(b))
    if longest < 6 or x[0] != y[0]:
        return False
    least = min(Levenshtein.distance(a, b), Levenshtein.distance(x, y))
    return bool(least <= (1 if longest < 9 else 2))


# -- all pairs of a story's words --


def related(types: Sequence[Word]) -> dict[tuple[int, int], str]:
    """How words relate, for pairs ``(i, j)`` with ``i < j`` that are more than strangers.

    Opposites and words of one kind are told as well, as variants.
    """
    out: dict[tuple[int, int], str] = {}
    for (i, j), cosine in sorted(_candidates(types).items()):
        kind = relation(types[i], types[j], cosine)
        if kind != "variant" or opposed(types[i], types[j]):
            out[i, j] = kind
    return out


def _candidates(types: Sequence[Word]) -> dict[tuple[int, int], float]:
    """Pairs that have a mark in common or near vectors, with their cosine (0 where not asked)."""
    marks: dict[str, list[int]] = defaultdict(list)
    for n, word in enumerate(types):
        for mark in _marks(word):
            marks[mark].append(n)
    out = {pair: 0.0 for held in marks.values() for pair in combinations(held, 2)}
    plain = [n for n, word in enumerate(types) if _common(word)]
    if len(plain) > 1:
        for i, j, cosine in _close([types[n].base for n in plain]):
            out[plain[i], plain[j]] = cosine
    return out


@lru_cache(maxsize=65536)
def _marks(word: Word) -> frozenset[str]:
    """What two related words have in common: form, lemma, value, a set, or an initial with a capital."""
    found = {"f " + word.form, "l " + word.base} | {"s " + s for s in _sets(word)} | _kinds_of(word)
    if word.value:
        found |= {"v " + word.value, "f " + word.form.split()[-1]}
    if word.text[:1].isupper():
        found.add("c " + _sound(word.form)[:1])
    return frozenset(found)


def _kinds_of(word: Word) -> set[str]:
    return {"k " + k for name in {word.base, word.form} for k in _rows().get(name, ())}


@cache
def _rows() -> dict[str, tuple[str, ...]]:
    """Word → the opposites and kinds that it stands in."""
    out: dict[str, list[str]] = defaultdict(list)
    for row in _told_apart():
        for word in members(row):
            out[word].append(row)
    return {word: tuple(rows) for word, rows in out.items()}


def _close(lemmas: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Pairs of lemmas whose vectors are near, a block of rows at a time."""
    vectors = np.stack([_vector(lemma) for lemma in lemmas])
    for at in range(0, len(lemmas), BLOCK):
        near = vectors[at : at + BLOCK] @ vectors[at:].T
        rows, columns = np.nonzero(np.triu(near >= STEM, 1))
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
            yield i + at, j + at, float(near[i, j])


@lru_cache(maxsize=65536)
def _vector(word: str) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = StaticEncoder.load().encode([word])[0]
    return vector
