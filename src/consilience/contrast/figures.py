"""How surely two figures of two accounts are of one fact.

A logistic model over what stands about the figures and how far apart they are: whether their lines share
words, whether object and modifiers agree, whether one is a part of what the other counts, how many
figures of the sort a line holds, how many days lie between the accounts. Fitted by
``bench/train_figures.py`` (``data/figures-model.tsv``, card beside it). Judges no difference; ``numbers``
does.

Invariant: the same for (a, b) and (b, a), between 0 and 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..data import lexicon
from .sheet import Sheet, key_of, overlap, stem
from .slots import Match, Slot, verb_above

FEATURES = (
    "likeness", "ratio", "money", "percentage", "object", "modifiers", "part", "crowd", "days",
)  # fmt: skip
"""What the model weighs, in the order of the table; ``features`` says how each is counted."""
FARTHEST = 3.0
"""Most doublings from one figure to the other that are told apart."""
MOST_DAYS = 3
MODIFIERS = ("amod", "compound", "poss", "nmod")


@dataclass(frozen=True, slots=True)
class About:
    """What stands about a figure: weighed words of its line without it, what it belongs to.

    ``object`` of its predicate is the key of an entity, else of a word.
    """

    words: Mapping[str, float]
    modifiers: frozenset[str]
    object: str | None
    part: bool


class Figures:
    """The figures of a story; what stands about each is looked up once."""

    def __init__(self, laid: Sheet, slots: Sequence[Slot]) -> None:
        self.laid = laid
        self.about = {s.span: _about(laid, s) for s in slots}
        self.crowd = Counter((s.line.account, s.line.number, s.sort) for s in slots)

    def sureness(self, match: Match) -> float:
        """Share of pairs with as much evidence that were of one fact, in what the model was fitted on."""
        weights = model()
        total = sum(weights[name] * value for name, value in self.features(match).items())
        return 1 / (1 + math.exp(-total - weights["constant"]))

    def features(self, match: Match) -> dict[str, float]:
        """The figures that the model weighs."""
        a, b = match.a, match.b
        x, y = self.about[a.span], self.about[b.span]
        low, high = sorted(s.value.low or s.value.high for s in (a, b))  # of "more than 40" the bound
        crowd = max(self.crowd[s.line.account, s.line.number, s.sort] for s in (a, b))
        return {
            "likeness": overlap(x.words, y.words),
            "ratio": min(math.log2(high / low), FARTHEST) if low > 0 else FARTHEST,
            "money": float(a.value.kind == "money"),
            "percentage": float(a.value.kind == "percentage"),
            "object": float(x.object is not None and x.object == y.object),
            "modifiers": float(bool(x.modifiers - y.modifiers)) + float(bool(y.modifiers - x.modifiers)),
            "part": float(x.part != y.part),
            "crowd": math.log(crowd),
            "days": self._days(a, b),
        }

    def _days(self, a: Slot, b: Slot) -> float:
        """Days between the accounts, three at most, as a share of three; half where one is undated."""
        one, other = (self.laid.published(s.line.account) for s in (a, b))
        if one is None or other is None:
            return 0.5
        return min(MOST_DAYS, abs((one - other).days)) / MOST_DAYS


def _about(laid: Sheet, slot: Slot) -> About:
    """What stands about a figure, found once."""
    i, own = slot.line.account, range(slot.first, slot.last)
    tokens, grown = laid.accounts[i].tokens, laid.trees[i]
    verb = verb_above(grown, slot.first)
    parts = {} if verb is None else {tokens[k].dep: k for k in reversed(grown.kids[verb]) if k not in own}
    kids = [k for k in grown.kids[_head(laid, slot)] if k not in own]
    return About(
        {k: laid.weights[k] for k, places in slot.line.keys.items() if not set(places) <= set(own)},
        frozenset(stem(tokens[k].lemma) for k in kids if tokens[k].dep in MODIFIERS),
        _key(laid, slot, parts.get("dobj")),
        # "Dozens of boats" are no part of other boats.
        slot.value.low == slot.value.high
        and "of" in {t.text.lower() for t in tokens[slot.last : min(slot.last + 2, slot.line.sentence.last)]},
    )  # fmt: skip


def _head(laid: Sheet, slot: Slot) -> int:
    """The noun that a figure hangs on ("barges" of "two gravel barges")."""
    tokens, head = laid.accounts[slot.line.account].tokens, slot.last - 1
    for k in laid.trees[slot.line.account].up(head):
        if tokens[k].pos not in ("NOUN", "PROPN", "SYM"):
            break
        head = k
    return head


def _key(laid: Sheet, slot: Slot, token: int | None) -> str | None:
    """The entity that a word names, else its normal form."""
    if token is None:
        return None
    tokens = laid.accounts[slot.line.account].tokens
    for mention in laid.mentions[slot.line.account].get(slot.line.number, ()):
        if isinstance(mention.value, str) and mention.span.start <= tokens[token].start < mention.span.end:
            return mention.value
    return key_of(tokens, token) or tokens[token].lemma.lower()


@cache
def model() -> Mapping[str, float]:
    """Weight of each feature, and the constant."""
    return {row["feature"]: float(row["weight"]) for row in lexicon("figures-model")}
