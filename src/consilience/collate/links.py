"""Links: why two passages of a point are held to assert the same.

Gives each scored pair inside a point its reason in words. Does not score. Invariant: links stand
weakest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..model import Link, Span
from .clauses import Unit
from .evidence import FEATURES

if TYPE_CHECKING:
    from .points import Table

SHOWN = 0.2
"""Least score of a pair of passages that is listed as a link."""


def links_of(group: Sequence[tuple[int, Unit]], table: Table) -> tuple[Link, ...]:
    """The scored pairs inside a group, weakest first, each with its reason."""
    out = []
    for n, (i, a) in enumerate(group):
        for j, b in group[n + 1 :]:
            score = table.scores.get((i, j), 0.0)
            if score >= SHOWN:
                ends = (Span(a.witness, a.start, a.end), Span(b.witness, b.start, b.end))
                out.append(Link(*ends, score, reason(table.features_of(i, j))))
    return tuple(sorted(out, key=lambda link: (link.score, link.a, link.b)))


def reason(features: Sequence[float]) -> str:
    """The features that speak for a pair, in words."""
    value = dict(zip(FEATURES, features, strict=True))
    said = [
        text
        for name, least, text in (
            ("chars", 0.6, "nearly the same wording"), ("words_short", 0.5, "shared words"),
            ("soft_short", 0.7, "words of like meaning"), ("names", 0.5, "the same names"),
            ("numbers", 0.5, "the same number"), ("speaker_same", 0.5, "the same speaker"),
            ("neighbours", 0.5, "alike neighbours"),
        )
        if value[name] >= least
    ]  # fmt: skip
    return ", ".join(said) or "likeness of meaning"
