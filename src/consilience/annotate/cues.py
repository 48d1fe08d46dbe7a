"""Cues: the words that report, from the lexicon.

Says how surely a word in a frame reports something. Does not look at the text around it.
"""

from __future__ import annotations

from functools import cache

from ..data import lexicon
from ..model import Token
from .frames import Frame


@cache
def _weights() -> dict[tuple[str, str], float]:
    return {(r["lemma"], r["frame"]): float(r["weight"]) for r in lexicon("cues")}


@cache
def _speech() -> frozenset[str]:
    return frozenset(lemma for lemma, frame in _weights() if frame in ("clause", "aside"))


def accepted(frame: Frame) -> float:
    """How surely the frame reports something, 0–1; 0 when the lexicon does not know it."""
    name = frame.name + ("/pass" if frame.passive else "")
    return _weights().get((frame.lemma, name), 0.0)


def speaks(token: Token) -> bool:
    """Whether a token is a verb that can carry a quotation."""
    return token.pos == "VERB" and token.lemma.lower() in _speech()
