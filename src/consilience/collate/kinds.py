"""Kinds: what sort of assertion a point is.

Event, statement, background, demand, judgement or figure, told from the words of its units.
Does not say who asserts it, nor whether it is so. Invariant: the order of units changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from ..data import lexicon
from ..model import Annotated
from .clauses import Unit

COUNTING = frozenset({"nummod", "quantmod", "dobj"})


def kind(group: Sequence[Unit], by_id: Mapping[str, Annotated], *, spoken: bool) -> str:
    """What sort of assertion it is: event, statement, background, demand, judgement or figure."""
    votes = Counter(_kind_of(u, by_id[u.witness]) for u in group)
    order = ("demand", "judgement", "figure", "background", "")
    best = max(order, key=lambda k: (votes[k], -order.index(k)))
    return best or ("statement" if spoken else "event")


def _kind_of(unit: Unit, account: Annotated) -> str:
    """The kind a single unit shows by its words, or ""."""
    tokens = account.tokens[unit.first : unit.last]
    found = {_kind_marks().get((t.lemma.lower(), t.pos == "NOUN"), "") for t in tokens}
    counted = (t for t in tokens if t.tag == "CD" and t.dep in COUNTING and t.lemma.lower() != "one")
    if any(t.ent not in {"DATE", "TIME"} for t in counted):
        found.add("figure")
    if unit.speaker is None and any(t.lemma == "have" and t.tag == "VBD" and t.dep == "aux" for t in tokens):
        found.add("background")
    return next((k for k in ("demand", "judgement", "figure", "background") if k in found), "")


@cache
def _kind_marks() -> dict[tuple[str, bool], str]:
    """Lemma and whether it is a noun, to a kind: "urge" and "a request" are not alike."""
    return {(row["lemma"], row["noun"] == "yes"): row["kind"] for row in lexicon("point-kinds")}
