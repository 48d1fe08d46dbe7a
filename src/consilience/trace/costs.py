"""How dear it is to explain one account as a copy of another.

Describes what a copyist would have had to do (reword, add, leave out, move) and puts a
price on it, from which ``forest`` reads how likely each parent is. Does not choose one. A price
is a weighted sum of the counts in ``FEATURES``, in nats; the weights are fitted on invented
copying histories (``data/descent-model.md``).

Invariant: prices add up over children, so a child's price depends on its parents alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ..data import lexicon
from .reuse import GAP, Alignment, Words

NEAR = 6
"""How many words off the same words may stand and be but turned round."""
SMALL = 3
"""Most words of an addition inside a sentence."""
MOST = {
    "added": 3, "rewordings": 8, "numbers": 3, "plainer": 2, "stylings": 8, "clipped": 4, "moves": 3,
    "cut_sentences": 8, "cut_early": 4, "cut_share": 0.4, "joins": 3, "split": 2,
}  # fmt: skip
"""What counts one by one up to here: a price is fitted on so many, and who rewords goes on rewording."""
MOST_ADDED = 60
"""Words of one's own that count one by one: beyond these a child is hardly a copy."""
FEATURES = (
    "root", "root_words", "rootless",
    "added", "added_words", "added_more", "joins", "split",
    "reworded", "rewordings", "numbers", "plainer", "stylings",
    "cut_sentences", "cut_early", "cut_share", "clipped", "moves", "bracketed", "unbracketed",
    "second", "second_stretches",
    "late", "undated", "delay", "uncredited", "credited", "backward", "elsewhere", "firsthand", "same_title",
)  # fmt: skip
"""What is counted; what a weight of nothing was fitted for (a sentence turned round, a quotation
trimmed, a dateline left out) is not."""
Counts = dict[str, float]
SAID = frozenset({"said", "says"})
"""The plain verbs of reporting."""


@dataclass(frozen=True)
class Edits:
    """What turns a parent into a child.

    ``changed`` holds ``(first, last, p_first, p_last)``: words of the child that the parent
    words otherwise (an empty parent range: words that it lacks). ``dropped`` holds stretches of
    the parent that the child lacks; ``moved`` counts stretches out of order, ``styled`` words
    respelt, ``bracketed`` and ``unbracketed`` words put into an editor's brackets or taken out.
    """

    changed: tuple[tuple[int, int, int, int], ...]
    dropped: tuple[tuple[int, int], ...]
    moved: int
    styled: int
    bracketed: int
    unbracketed: int


def edits(found: Alignment) -> Edits:
    """Read the edits off an alignment of child (a) and parent (b)."""
    child, parent = found.a, found.b
    runs = [(0, 0, 0), *found.runs, (len(child), len(parent), 0)]
    lost = _unmatched(len(parent), found)
    changed: list[tuple[int, int, int, int]] = []
    styled = moved = 0
    for (i, p, n), (j, q, _) in pairwise(runs):
        moved += q < p + n
        if j > i + n:
            mine, gap = child.norms[i + n : j], (p + n, q)
            here = gap in lost and gap[1] - gap[0] <= GAP
            gap = gap if here else _elsewhere(mine, gap, parent.norms, lost)
            lost.discard(gap)
            if gap[1] > gap[0] and not here:
                continue  # the same words, turned round
            if _style(mine, parent.norms[slice(*gap)]):
                styled += 1
            else:
                changed.append((i + n, j, *gap))
    put = sum(k in found.forward and not parent.bracketed[found.forward[k]] for k in child.brackets)
    taken = sum(k in found.backward and not child.bracketed[found.backward[k]] for k in parent.brackets)
    return Edits(tuple(changed), tuple(sorted(lost)), moved, styled, put, taken)


def _unmatched(length: int, found: Alignment) -> set[tuple[int, int]]:
    """Maximal stretches of the parent without a match."""
    runs = [(0, 0), *sorted((j, n) for _, j, n in found.runs), (length, 0)]
    return {(p + n, q) for (p, n), (q, _) in pairwise(runs) if q > p + n}


def _elsewhere(
    mine: Sequence[str], gap: tuple[int, int], theirs: Sequence[str], lost: set[tuple[int, int]]
) -> tuple[int, int]:
    """The stretch of the parent, near a place, that holds the same words; empty where there is none."""
    near = range(gap[0] - NEAR, gap[0] + NEAR)
    turned = [(p, p + len(mine)) for p in near if tuple(theirs[max(0, p) : p + len(mine)]) == tuple(mine)]
    return next((stretch for stretch in turned if stretch in lost), (0, 0))


def _style(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether a change is house style: the same words spelt otherwise."""
    return len(mine) == len(theirs) and all(map(alike, mine, theirs))


# -- counts --


def copy_counts(child: Words, first: Alignment, done: Edits, second: Alignment | None = None) -> Counts:
    """What a child given one or two parents asks of its writer, by the names of ``FEATURES``.

    :param first: alignment of child and main parent; ``done`` its edits.
    :param second: alignment of child and a second parent, from which words were worked in.
    """
    parent = first.b
    counts = dict.fromkeys(FEATURES, 0.0)
    own = 0
    for i, j, p, q in done.changed:
        if q == p and _joins(child, first, i, j):
            counts["joins"] += 1
            continue
        left = _left(i, j, second)
        if not left:
            continue
        own += max(0, left - (q - p))
        if q == p:
            counts["added"] += left > SMALL
        elif _number(child.norms[i:j]) != _number(parent.norms[p:q]):
            counts["numbers"] += 1
        else:
            counts["rewordings"] += 1
            counts["plainer"] += SAID.isdisjoint(parent.norms[p:q]) and not SAID.isdisjoint(child.norms[i:j])
    for p, q in done.dropped:
        for name, worth in _cut(child, first, p, q):
            counts[name] += worth
    counts["cut_share"] = sum(q - p for p, q in done.dropped) / max(1, len(parent))
    counts["added_words"] = min(own, MOST_ADDED) / 10
    counts["added_more"] = max(0, own - MOST_ADDED) / 10
    counts["reworded"] = float(counts["rewordings"] > 0)
    counts |= {"stylings": done.styled, "moves": done.moved}
    counts |= {"bracketed": done.bracketed, "unbracketed": done.unbracketed}
    counts |= {name: min(counts[name], most) for name, most in MOST.items()}
    if second:
        counts |= _second(done, second)
    return counts


def _joins(child: Words, found: Alignment, i: int, j: int) -> bool:
    """Whether a word more in the child runs two sentences of the parent into one."""
    before = found.forward.get(i - 1)
    ended = before is not None and found.b.stops[before]
    return j - i == 1 and ended and not child.stops[i - 1]


def _cut(child: Words, found: Alignment, p: int, q: int) -> Iterator[tuple[str, float]]:
    """What it is to leave out the words ``p:q`` of the parent."""
    parent = found.b
    ends = sum(parent.stops[p:q])
    before = found.backward.get(p - 1)
    if ends:
        yield "cut_sentences", ends
        yield "cut_early", ends * (1 - p / len(parent))
    elif q - p == 1 and before is not None and child.stops[before]:
        yield "split", 1
    elif not parent.quoted[p] and p:
        yield "clipped", 1


def _second(done: Edits, second: Alignment) -> Counts:
    """What was worked in from a second parent."""
    held = [[k in second.forward for k in range(i, j)] for i, j, _, _ in done.changed]
    return {
        "second": 1.0,
        "second_stretches": float(sum(sum(row) > SMALL for row in held)),
    }


def _left(i: int, j: int, second: Alignment | None) -> int:
    """Words of ``i:j`` that the second parent does not have."""
    if second is None:
        return j - i
    return sum(k not in second.forward for k in range(i, j))


NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred".split()
)


def _number(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(w for w in words if w[0].isdigit() or w in NUMBERS)


# -- prices --


@cache
def weights() -> Mapping[str, float]:
    """Price of one of each feature, in nats."""
    return {row["feature"]: float(row["price"]) for row in lexicon("descent-model")}


def price(counts: Mapping[str, float]) -> float:
    """Price of all that is counted."""
    table = weights()
    return sum(table[name] * count for name, count in counts.items() if count)


def alike(a: str, b: str) -> bool:
    """Whether two words are spellings of one: at most two letters apart, digits never.

    >>> alike("defence", "defense"), alike("12", "13"), alike("said", "told")
    (True, False, False)
    """
    if a == b:
        return True
    if min(len(a), len(b)) < 4 or any(map(str.isdigit, a + b)) or a[0] != b[0]:
        return False
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b) <= (1 if min(len(a), len(b)) < 6 else 2)
