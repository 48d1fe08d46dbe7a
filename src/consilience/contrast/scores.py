"""Scores that say how often findings with as much evidence are right.

Each comparer scores its findings in its own way, surer ones higher. A logistic curve for each comparer turns
that into the share of planted conflicts, and of conflicts read by eye, that were right
(``bench/train_scores.py`` fits it, ``data/scores-model.md`` says on what). Findings with a harmless
explanation keep the comparer's own score. Judges nothing itself.

Invariant: of two findings of one comparer, the surer keeps the higher score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from ..data import lexicon

EDGE = 0.01
"""Raw scores are kept this far from 0 and 1."""


def calibrated(comparer: str, raw: float) -> float:
    """The score (0–1) of a finding, from the raw one of its comparer.

    >>> calibrated("numbers", 0.9) > calibrated("numbers", 0.5)
    True
    """
    slope, bias = curves().get(comparer) or curves()["other"]
    return 1 / (1 + math.exp(-slope * logit(raw) - bias))


def logit(raw: float) -> float:
    """Log odds of a raw score."""
    held = min(max(raw, EDGE), 1 - EDGE)
    return math.log(held / (1 - held))


@cache
def curves() -> Mapping[str, tuple[float, float]]:
    """Slope and bias of each comparer's curve; ``other`` for those with too few findings."""
    return {row["comparer"]: (float(row["slope"]), float(row["bias"])) for row in lexicon("scores-model")}
