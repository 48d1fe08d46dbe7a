"""Values of number words and figures: "twenty-one", "1,200", "2.5 million", "dozens".

Invariant: a phrase that is not a number gives None, never an exception.
"""

from __future__ import annotations

import re

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
WORDS: dict[str, float] = {w: float(i) for i, w in enumerate(SMALL)} | {
    w: 20.0 + 10 * i for i, w in enumerate(TENS)
}
SCALES: dict[str, float] = {
    "dozen": 12.0,
    "score": 20.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "k": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "bn": 1e9,
    "b": 1e9,
    "tn": 1e12,
    "lakh": 1e5,
    "crore": 1e7,
}
LOOSE: dict[str, tuple[float, float]] = {
    "a couple": (2, 2),
    "a pair": (2, 2),
    "a handful": (3, 6),
    "a few": (3, 9),
    "several": (3, 9),
    "dozens": (24, 99),
    "scores": (40, 199),
    "hundreds": (200, 999),
    "thousands": (2e3, 9999),
    "tens of thousands": (2e4, 99999),
    "hundreds of thousands": (2e5, 999999),
    "millions": (2e6, 99e6),
    "tens of millions": (2e7, 99e6),
    "hundreds of millions": (2e8, 999e6),
    "billions": (2e9, 99e9),
    "tens of billions": (2e10, 99e9),
    "hundreds of billions": (2e11, 999e9),
    "trillions": (2e12, 99e12),
    "half of": (0.5, 0.5),
    "half the": (0.5, 0.5),
    "a quarter of": (0.25, 0.25),
    "a third of": (1 / 3, 1 / 3),
    "two thirds of": (2 / 3, 2 / 3),
    "two-thirds of": (2 / 3, 2 / 3),
    "three quarters of": (0.75, 0.75),
}
FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
GLYPHS = {"½": 0.5, "¼": 0.25, "¾": 0.75}


def value(phrase: str) -> float | None:
    """The number a phrase says, or None.

    >>> value("twenty-one"), value("1,200"), value("2.5 million"), value("a hundred"), value("ferry")
    (21.0, 1200.0, 2500000.0, 100.0, None)
    """
    total, current, seen = 0.0, 0.0, False
    for word in re.split(r"[\s-]+", phrase.strip().lower()):
        if word in {"and", "of"} and seen:
            continue
        if word == "half" and not seen:
            current, seen = 0.5, True
        elif word in {"a", "an"} and seen:
            continue
        elif word in {"a", "an"}:
            current, seen = 1.0, True
        elif word in WORDS:
            current, seen = current + WORDS[word], True
        elif FIGURE.fullmatch(word):
            current, seen = current + float(word.replace(",", "")), True
        elif word in SCALES and seen:
            scale = SCALES[word]
            current = current * scale
            if scale >= 1e3:
                total, current = total + current, 0.0
        elif word in GLYPHS:
            current, seen = current + GLYPHS[word], True
        elif word in {"couple", "few", "several"}:
            current, seen = 2.0 if word == "couple" else 3.0, True
        elif word not in {""}:
            return None
    return total + current if seen else None
