"""The apparatus of a point: all its readings side by side, word by word.

Progressive alignment against a profile of the readings laid down so far, the fullest-agreeing
reading first (as in multiple sequence alignment: Feng and Doolittle, 1987; for texts, CollateX:
Haentjens Dekker et al., 2015). Does not move words: a transposition shows as an omission here
and an addition there. Invariant: each cell row spells its reading, and the columns do not
depend on the order in which readings are given.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import and_
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from ..data import lexicon
from ..encoder import StaticEncoder
from ..model import Annotated, Column, Quantity, Span
from .evidence import american, folded, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Grid = list[list[int | None]]
Row = tuple[int, list[int], int]
"""A reading's number, its words, and how many readings there are."""

GAP, OTHER, LIKE, SPELT = -0.35, -1.0, 0.6, 0.9
NEAR = 0.66
"""Least cosine of two words held to be alike in meaning; "buy" and "purchase" have .83."""


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word or a whole name: as written, in normal form, its lemma, and its value (key or number)."""

    form: str
    text: str
    lemma: str = ""
    value: str = ""


def words_of(span: Span, account: Annotated) -> tuple[Word, ...]:
    """The words of a passage; a name of several words counts as one where its key is known."""
    values = _values(span, account)
    out: list[Word] = []
    taken = span.start
    for token in account.tokens[bisect_left(account.tokens, span.start, key=lambda t: t.start) :]:
        if token.start >= span.end:
            break
        if token.start < taken or token.end > span.end or token.pos in {"PUNCT", "SPACE"}:
            continue
        end, value = values.get(token.start, (token.end, ""))
        text = account.witness.text[token.start : end]
        form = " ".join(american(w) for w in folded(text).lower().split())
        if token.pos == "NUM" and not value:
            value = number(form)
        out.append(Word(form, text, token.lemma.lower() if end == token.end else form, value))
        taken = end
    return tuple(out)


def _values(span: Span, account: Annotated) -> dict[int, tuple[int, str]]:
    """Where a name or amount begins in the passage: its end and its key or value."""
    out: dict[int, tuple[int, str]] = {}
    first = bisect_left(account.mentions, span.start, key=lambda m: m.span.start)
    for mention in account.mentions[first:]:
        if mention.span.start >= span.end:
            break
        if mention.span.end > span.end or mention.how == "pronoun":
            continue
        if isinstance(mention.value, Quantity):
            value = f"{mention.value.low:g}–{mention.value.high:g} {mention.value.unit}"
        elif isinstance(mention.value, str):
            value = mention.value
        else:
            continue
        at = mention.span.start
        if mention.span.end > out.get(at, (0, ""))[0]:
            out[at] = (mention.span.end, value)
    return out


def apparatus(readings: Sequence[Sequence[Word]]) -> tuple[Column, ...]:
    """Columns over readings, in text order; ``cells[n]`` belongs to ``readings[n]``.

    >>> rows = [[Word("a", "A"), Word("color", "colour")], [Word("a", "a")]]
    >>> [(c.kind, c.cells) for c in apparatus(rows)]
    [('same', ('A', 'a')), ('omission', ('colour', None))]
    """
    types = sorted({w for row in readings for w in row})
    if not types:
        return ()
    if len(readings) == 1:
        return (Column("same", (" ".join(w.text for w in readings[0]),)),)
    index = {w: n for n, w in enumerate(types)}
    kinds = _kinds(types)
    like = np.array([_SCORE[kind] for kind in KINDS])[kinds]
    grid = _align([[index[w] for w in row] for row in readings], like)
    return tuple(_joined([_column(cells, types, kinds) for cells in grid]))


def _kinds(types: Sequence[Word]) -> NDArray[np.int8]:
    """How each word relates to each, as numbers in ``KINDS``.

    Only pairs that have a form, lemma, value, capital or meaning in common are looked at.
    """
    vectors = np.stack([_vector(w.lemma or w.form) for w in types])
    near = vectors @ vectors.T
    likely = near >= NEAR
    rows = [(w.form, w.lemma, w.value, w.text[0] if w.text[:1].isupper() else "") for w in types]
    for marks in zip(*rows, strict=True):
        _, code = np.unique(np.array(marks), return_inverse=True)
        told = np.array([bool(mark) for mark in marks])
        likely |= (code[:, None] == code[None, :]) & told
    out = np.zeros((len(types), len(types)), np.int8)
    for i, j in np.argwhere(np.tril(likely)).tolist():
        kind = relation(types[i], types[j], float(near[i, j]))
        out[i, j] = out[j, i] = KINDS.index(kind)
    return out


@lru_cache(maxsize=65536)
def _vector(word: str) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = StaticEncoder.load().encode([word])[0]
    return vector


KINDS = ("variant", "synonym", "value", "spelling", "same")
"""From the widest difference to none."""
_SCORE = {"same": 1.0, "spelling": SPELT, "value": SPELT, "synonym": LIKE, "variant": OTHER}


def relation(a: Word, b: Word, cosine: float) -> str:
    """How two words relate: same, spelling, value, synonym (or the same lemma) or variant.

    >>> relation(Word("color", "colour"), Word("color", "color"), 1.0)
    'spelling'
    >>> relation(Word("buy", "buy", "buy"), Word("purchase", "purchase", "purchase"), 0.83)
    'synonym'
    """
    if a.form == b.form:
        return "same" if folded(a.text).lower() == folded(b.text).lower() else "spelling"
    if a.value or b.value:
        return "value" if a.value == b.value else "spelling" if _respelt(a, b) else "variant"
    if a.lemma and a.lemma == b.lemma:
        return "synonym"
    if a.text[:1].isupper() and b.text[:1].isupper():
        return "spelling" if _respelt(a, b) else "variant"
    plain = cosine >= NEAR and a.text.isalpha() and b.text.isalpha() and a.text.islower() and b.text.islower()
    if plain and frozenset((a.lemma, b.lemma)) not in _opposites():
        return "synonym"
    return "variant"


def _respelt(a: Word, b: Word) -> bool:
    """Two spellings of one foreign name: a letter or two apart, both with a capital."""
    longest = max(len(a.form), len(b.form))
    capital = a.text[:1].isupper() and b.text[:1].isupper() and a.form[:1] == b.form[:1]
    if not capital or longest < 6 or any(c.isdigit() for c in a.form + b.form):
        return False
    return bool(Levenshtein.distance(a.form, b.form) <= (1 if longest < 9 else 2))


@cache
def _opposites() -> frozenset[frozenset[str]]:
    return frozenset(frozenset((row["word"], row["opposite"])) for row in lexicon("antonyms"))


def _align(rows: list[list[int]], like: Floats) -> Grid:
    """Columns of word numbers (or None), one cell a row."""
    order = _order(rows, len(like))
    grid: Grid = [_cell(len(rows), order[0], n) for n in rows[order[0]]]
    for row in order[1:]:
        grid = _lay(grid, (row, rows[row], len(rows)), like)
    return grid


def _cell(count: int, row: int, word: int) -> list[int | None]:
    cells: list[int | None] = [None] * count
    cells[row] = word
    return cells


def _order(rows: list[list[int]], types: int) -> list[int]:
    """The reading that shares most words with all others first, then by what is shared with those laid."""
    bags = np.zeros((len(rows), types))
    for n, row in enumerate(rows):
        for word in row:
            bags[n, word] = 1
    size = np.maximum(bags.sum(1), 1)
    shared = 2 * (bags @ bags.T) / (size[:, None] + size[None, :])
    left = sorted(range(len(rows)), key=lambda n: (rows[n], n))
    order = [max(left, key=lambda n: (round(float(shared[n].sum()), 6), -left.index(n)))]
    while len(order) < len(rows):
        rest = [n for n in left if n not in order]
        order.append(max(rest, key=lambda n: (round(float(shared[n][order].max()), 6), -left.index(n))))
    return order


def _lay(grid: Grid, reading: Row, like: Floats) -> Grid:
    """Align one more reading to the columns (Needleman and Wunsch, a row of the table at a time)."""
    words = reading[1]
    profile = np.zeros((len(grid), len(like)))
    for n, cells in enumerate(grid):
        for word in cells:
            if word is not None:
                profile[n, word] += 1
    held = profile.sum(1)
    match = (profile @ like)[:, words] / np.maximum(held, 1)[:, None] if words else np.zeros((len(grid), 0))
    laid = max((held.max() if len(held) else 1), 1)
    down = GAP * (0.5 + held / laid)
    return _trace(grid, reading, _table(match, down), (match, down))


def _table(match: Floats, down: Floats) -> Floats:
    """Best scores of prefixes; ``down[i]`` is the price of leaving column ``i`` empty."""
    columns, words = match.shape
    best = np.zeros((columns + 1, words + 1))
    ramp = GAP * np.arange(words + 1)
    best[0] = ramp
    for i in range(columns):
        row = best[i] + down[i]
        row[1:] = np.maximum(row[1:], best[i, :-1] + match[i])
        best[i + 1] = np.maximum.accumulate(row - ramp) + ramp
    return best


def _trace(grid: Grid, reading: Row, best: Floats, costs: tuple[Floats, Floats]) -> Grid:
    """Walk back from the end: a match before an empty cell before a new column."""
    (row, words, count), (match, down) = reading, costs
    out: Grid = []
    i, j = len(grid), len(words)
    while i or j:
        score = best[i, j] + 1e-9
        if i and j and best[i - 1, j - 1] + match[i - 1, j - 1] >= score - 2e-9:
            cells = [*grid[i - 1]]
            cells[row] = words[j - 1]
            i, j = i - 1, j - 1
        elif i and best[i - 1, j] + down[i - 1] >= score - 2e-9:
            cells, i = grid[i - 1], i - 1
        else:
            cells, j = _cell(count, row, words[j - 1]), j - 1
        out.append(cells)
    return out[::-1]


def _column(cells: Sequence[int | None], types: Sequence[Word], kinds: NDArray[np.int8]) -> Column:
    """The column and its kind: the widest difference between any two of its words."""
    texts = tuple(None if n is None else types[n].text for n in cells)
    held = sorted({n for n in cells if n is not None})
    kind = KINDS[min(int(kinds[i, j]) for i in held for j in held if j <= i)]
    return Column("omission" if kind == "same" and None in texts else kind, texts)


def _joined(columns: Sequence[Column]) -> list[Column]:
    """Join columns that make one place of variation.

    Those of one kind in the same readings are one phrase ("in", "its"); one that some readings
    have and another that others have instead, side by side, are variants of one another.
    """
    out: list[Column] = []
    for column in columns:
        while out and (joined := _join(out[-1], column)):
            out.pop()
            column = joined
        out.append(column)
    return out


def _join(a: Column, b: Column) -> Column | None:
    """The two columns as one, or None where they are two places."""
    kinds = {a.kind, b.kind}
    here, there = ([c is not None for c in column.cells] for column in (a, b))
    if kinds in ({"same"}, {"omission"}) and here == there:
        kind = a.kind
    elif kinds <= {"omission", "variant"} and not any(map(and_, here, there)):
        kind = "variant"
    else:
        return None
    pairs = zip(a.cells, b.cells, strict=True)
    return Column(kind, tuple(" ".join(c for c in pair if c) or None for pair in pairs))
