"""Grouping of accounts into stories.

Compares the content words of accounts, names counted double, and joins them by
average link. Works on the accounts of one call; it does not keep a stream.
Invariant: the stories do not depend on the order of the accounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log, sqrt

from ..model import Annotated, Story, Witness, tagged_hash
from ..settings import Group

CONTENT = frozenset({"NOUN", "PROPN", "VERB", "NUM", "ADJ"})


def group(accounts: Sequence[Annotated], settings: Group = Group()) -> tuple[Story, ...]:  # noqa: B008
    """Group accounts into stories, the story of most accounts first.

    Average-link clustering over cosines of ``1 + log(count)`` word vectors.

    >>> group(())
    ()
    """
    order = sorted(accounts, key=lambda a: _time_order(a.witness))
    vectors = [_vector(a) for a in order]
    likeness = [[_cosine(u, v) for v in vectors] for u in vectors]
    clusters = [[i] for i in range(len(order))]
    while len(clusters) > 1:
        score, a, b = max(
            (_mean(likeness, clusters[a], clusters[b]), -a, -b)
            for a in range(len(clusters))
            for b in range(a + 1, len(clusters))
        )
        if score < settings.threshold:
            break
        clusters[-a] = sorted(clusters[-a] + clusters.pop(-b))
    clusters.sort(key=lambda c: (-len(c), c))
    return tuple(story_of([order[i].witness for i in c]) for c in clusters)


def story_of(witnesses: Sequence[Witness]) -> Story:
    """Make the story of some witnesses, labelled by the earliest title."""
    ranked = sorted(witnesses, key=_time_order)
    ids = tuple(w.id for w in ranked)
    label = next((w.title for w in ranked if w.title), None) or ranked[0].name
    dates = sorted(w.published for w in ranked if w.published)
    first, last = (dates[0], dates[-1]) if dates else (None, None)
    return Story(tagged_hash("s1", *sorted(ids)), ids, label, first, last)


def _time_order(witness: Witness) -> tuple[bool, str, str, str]:
    return (witness.published is None, witness.published or "", witness.name, witness.id)


def _vector(account: Annotated) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for token in account.tokens:
        if token.pos in CONTENT and token.text[0].isalnum():
            counts[token.lemma.casefold()] += 2 if token.pos == "PROPN" else 1
    return {word: 1 + log(n) for word, n in sorted(counts.items())}


def _cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    dot = sum(weight * b[word] for word, weight in a.items() if word in b)
    norm = sqrt(sum(w * w for w in a.values()) * sum(w * w for w in b.values()))
    return round(dot / norm, 12) if norm else 0.0


def _mean(likeness: Sequence[Sequence[float]], a: Sequence[int], b: Sequence[int]) -> float:
    return sum(likeness[i][j] for i in a for j in b) / (len(a) * len(b))
