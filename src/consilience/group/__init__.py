"""Grouping of accounts into stories.

The room in a sentence each: ``reading`` finds words, names, numbers and days by pattern,
``profiles`` keeps what grouping needs of an account, ``index`` holds the accounts of a window
and their rare terms, ``evidence`` sets an account beside a story, ``judging`` holds the fitted
model, ``stream`` decides as accounts arrive, merges and splits.

``group`` here is for the accounts of one call. It compares their content words, names counted
double, and joins them by average link; it keeps no stream. ``stream`` does not take its place: who
names accounts together means them to be one story unless they plainly are not, while in a
stream most of what arrives belongs to another. On five accounts of one phone call and on the six of
the invented example the stream, in some orders, makes two or three stories of one.
Invariant of ``group``: the stories do not depend on the order of the accounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np

from ..model import Annotated, Story, Witness, story_order, tagged_hash
from ..settings import Group

Array = np.ndarray[tuple[int, int], np.dtype[np.float64]]
CONTENT = frozenset({"NOUN", "PROPN", "VERB", "NUM", "ADJ"})


def group(accounts: Sequence[Annotated], settings: Group = Group()) -> tuple[Story, ...]:  # noqa: B008
    """Group accounts into stories, the story of most accounts first.

    Average-link clustering over cosines of ``1 + log(count)`` word vectors.

    >>> group(())
    ()
    """
    order = sorted(accounts, key=lambda a: story_order(a.witness))
    clusters = _average_link(_likeness(order), settings.threshold) if order else []
    clusters.sort(key=lambda c: (-len(c), c))
    return tuple(story_of([order[i].witness for i in c]) for c in clusters)


def _average_link(likeness: Array, threshold: float) -> list[list[int]]:
    """Join the two most alike clusters until none are alike enough; ties go to the first."""
    clusters = [[i] for i in range(len(likeness))]
    sums = likeness.copy()
    while len(clusters) > 1:
        sizes = np.array([len(c) for c in clusters])
        means = np.round(sums / np.outer(sizes, sizes), 9)
        means[np.tril_indices(len(clusters))] = -1.0  # at threshold 0 a cluster is not joined to itself
        a, b = divmod(int(means.argmax()), len(clusters))
        if means[a, b] < threshold:
            break
        clusters[a] = sorted(clusters[a] + clusters.pop(b))
        sums[a] += sums[b]
        sums[:, a] += sums[:, b]
        sums = np.delete(np.delete(sums, b, 0), b, 1)
    return clusters


def story_of(witnesses: Sequence[Witness]) -> Story:
    """Make the story of some witnesses, labelled by the earliest title."""
    ranked = sorted(witnesses, key=story_order)
    ids = tuple(w.id for w in ranked)
    label = next((w.title for w in ranked if w.title), None) or ranked[0].name
    dates = sorted(w.published for w in ranked if w.published)
    first, last = (dates[0], dates[-1]) if dates else (None, None)
    return Story(tagged_hash("s1", *sorted(ids)), ids, label, first, last)


def _likeness(accounts: Sequence[Annotated]) -> Array:
    """Cosines between accounts, float64 of shape (accounts, accounts)."""
    counts = [_counts(a) for a in accounts]
    words = {word: n for n, word in enumerate(sorted(set().union(*counts)))}
    vectors = np.zeros((len(accounts), max(1, len(words))))
    for row, count in enumerate(counts):
        for word, n in count.items():
            vectors[row, words[word]] = 1 + log(n)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(norms > 0, norms, 1)
    cosines: Array = vectors @ vectors.T
    return cosines


def _counts(account: Annotated) -> Counter[str]:
    """Content words with their numbers, names counted double."""
    counts: Counter[str] = Counter()
    for token in account.tokens:
        if token.pos in CONTENT and token.text[0].isalnum():
            counts[token.lemma.casefold()] += 2 if token.pos == "PROPN" else 1
    return counts
