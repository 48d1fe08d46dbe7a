"""What speaks for and against an account belonging to a story, as numbers.

An account is set beside members of the story, those most like it and an even spread over the
rest; each pair is measured field by field, and the pairs are gathered into one row: the values of
the best pair, the highest and the mean of each, and the story's size and age. Does not decide.

Invariant: a row depends on the account, the members chosen and the rarity of terms alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from .index import Floats, Held, Index, Ints
from .profiles import FIELDS

PAIR = (
    *(f"{name}_cosine" for name in FIELDS),
    *(f"{name}_cover" for name in FIELDS),
    "title_in_theirs", "title_in_mine", "words_mass", "names_mass", "numbers_mass",
    "places_apart", "ages_apart", "days_apart", "title_vector", "lead_vector",
    "copy", "gap", "undated", "outlet", "length", "day_gap", "told_gap",
)  # fmt: skip
"""Measures of a pair: ``cover`` is what the poorer side shares; ``apart``: both have some, none shared."""
STORY = ("size", "span", "rank", "lead_over")
NAMES = tuple(f"{how}_{name}" for how in ("best", "max", "mean") for name in PAIR) + STORY
LEAD = 0
"""The measure by which the best pair is chosen: the cosine of words."""
LAYER = np.array([1 if name == "title" else 2 if name == "lead" else 0 for name in FIELDS])
WORDS, TITLE = FIELDS.index("words"), FIELDS.index("title")


def pairs(index: Index, held: Held, members: Sequence[Held], copies: Mapping[str, float]) -> Floats:
    """Measures of an account beside each of some members, of shape ``(members, PAIR)``.

    :param copies: likeness of wording by key, of those that share any.
    """
    fields = len(FIELDS)
    shared, own, theirs, cross = _masses(index, held, members)
    out = np.zeros((len(members), len(PAIR)))
    out[:, :fields] = _ratio(shared[0], np.sqrt(own[0] * theirs[0]))
    out[:, fields : 2 * fields] = _ratio(shared[1], np.minimum(own[1], theirs[1]))
    at = 2 * fields
    out[:, at] = cross[0] / max(own[1][TITLE], 1e-9)
    out[:, at + 1] = cross[1] / np.maximum(theirs[1][:, TITLE], 1e-9)
    at += 2
    for name in ("words", "names", "numbers"):
        out[:, at] = np.log1p(shared[1][:, FIELDS.index(name)])
        at += 1
    for name in ("places", "ages", "days"):
        n = FIELDS.index(name)
        out[:, at] = (own[1][n] > 0) & (theirs[1][:, n] > 0) & (shared[1][:, n] == 0)
        at += 1
    vectors = np.array([m.vectors for m in members], np.float64) / 127
    out[:, at : at + 2] = np.einsum("mvd,vd->mv", vectors, held.vectors.astype(np.float64) / 127)
    for row, other in enumerate(members):
        out[row, at + 2 :] = copies.get(other.key, 0.0), *_plain(held, other)
    return np.round(out, 9)


def _plain(held: Held, other: Held) -> tuple[float, ...]:
    """Days between, what the imprint says, and how far the days told of are apart."""
    dated = held.dated and other.dated
    told = [abs(a - b) for a in held.days for b in other.days]
    told_gap = [abs(int(b.when) - d) for a, b in ((held, other), (other, held)) if b.dated for d in a.days]
    return (
        math.log1p(abs(held.when - other.when)) if dated else -1.0,
        0.0 if dated else 1.0,
        1.0 if held.outlet and held.outlet == other.outlet else 0.0,
        abs(math.log((held.length + 20) / (other.length + 20))),
        math.log1p(min(told)) if told else -1.0,
        math.log1p(min(told_gap)) if told_gap else -1.0,
    )


def _masses(
    index: Index, held: Held, members: Sequence[Held]
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats], tuple[Floats, Floats], tuple[Floats, Floats]]:
    """By field: products and rarity shared, those of each side with itself; titles in the other's words."""
    fields = len(FIELDS)
    idf = index.rare(held.terms)
    mine = idf * held.weights / 10
    where = _segments([held])
    own = _sums(where, mine * mine, fields), _sums(where, idf, fields)
    terms = np.concatenate([m.terms for m in members])
    weights = np.concatenate([m.weights for m in members])
    rare = index.rare(terms)
    them = rare * weights / 10
    segment = _segments(members)
    shape = (len(members), fields)
    scratch = index.scratch
    scratch[LAYER[where], held.terms] = mine
    both = scratch[LAYER[segment % fields], terms]
    titled, worded = scratch[1, terms] > 0, scratch[0, terms] > 0
    scratch[LAYER[where], held.terms] = 0.0

    def summed(values: Floats) -> Floats:
        return _sums(segment, values, shape[0] * shape[1]).reshape(shape)

    shared = summed(both * them), summed(np.where(both > 0, rare, 0.0))
    cross = summed(np.where(titled, rare, 0.0))[:, WORDS], summed(np.where(worded, rare, 0.0))[:, TITLE]
    return shared, own, (summed(them * them), summed(rare)), cross


def _sums(where: Ints, values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(where, values, size), np.float64)


def _segments(members: Sequence[Held]) -> Ints:
    """The row and field of each term, as one number."""
    sizes = np.diff([[0, *m.bounds] for m in members], axis=1).ravel()
    return np.repeat(np.arange(len(sizes)), sizes)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))


def gathered(table: Floats, size: int, span: float) -> Floats:
    """One row of a story from its pairs; its place among the candidates is left 0."""
    best = table[int(np.argmax(table[:, LEAD]))]
    row = np.concatenate([best, table.max(axis=0), table.mean(axis=0), np.zeros(len(STORY))])
    row[-4:-2] = math.log(size), math.log1p(span)
    return np.asarray(row)


def ranked(rows: Floats) -> Floats:
    """Rows of all candidates, with each one's rank and lead over the best other by cosines of words."""
    lead = rows[:, 2 * len(PAIR) + LEAD] + rows[:, len(PAIR) + LEAD]
    order = np.argsort(-lead, kind="stable")
    rows[order, -2] = np.log1p(np.arange(len(rows)))
    top = lead[order]
    for n in range(len(rows)):
        other = top[1] if order[0] == n and len(top) > 1 else top[0] if order[0] != n else 0.0
        rows[n, -1] = lead[n] - other
    return rows


def likeness(index: Index, held: Held, members: Sequence[Held]) -> Floats:
    """A plain likeness of an account to others: mean cosine of words, names and the lead's vector."""
    table = pairs(index, held, members, {})
    at = [PAIR.index(name) for name in ("words_cosine", "names_cosine", "lead_vector")]
    return np.asarray(table[:, at].mean(axis=1))
