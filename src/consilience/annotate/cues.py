"""Cues: the lexicon of words that report what somebody says, thinks or wants, with their stance.

Does not find cues (``tagger``): it says what kind of saying a word is. Invariant: a word the
lexicon does not know is neutral and cannot carry a quotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ..data import lexicon
from ..model import Token

KINDS = {"VERB": "verb", "AUX": "verb", "NOUN": "noun", "ADJ": "adj", "ADV": "adverb"}
"""Kind of a lexicon word by the class of a token."""


class Cue(NamedTuple):
    """A word of the lexicon: its stance and the frames in which it mostly reports (``quote`` is read)."""

    stance: str
    frames: frozenset[str]


@cache
def cues() -> dict[tuple[str, str], Cue]:
    """The lexicon, by kind and lemma."""
    rows = lexicon("cues")
    return {(r["kind"], r["lemma"]): Cue(r["stance"], frozenset(r["frame"].split(";"))) for r in rows}


@cache
def reporting() -> frozenset[str]:
    """Lemmas of verbs that can carry a quotation."""
    return frozenset(
        lemma for (kind, lemma), cue in cues().items() if kind == "verb" and "quote" in cue.frames
    )


def speaks(token: Token) -> bool:
    """Whether a token is a verb that can carry a quotation."""
    return token.pos == "VERB" and token.lemma.lower() in reporting()


def stance(tokens: Sequence[Token]) -> tuple[str, str]:
    """The lemma that says what is done and its stance: of the first word that the lexicon knows.

    "expressed hope that" hopes, "called for" orders. A cue of unknown words is neutral, by its
    first word.

    :param tokens: the words of a cue, its head first.
    """
    words = [token.lemma.lower() for token in tokens]
    for token, lemma, after in zip(tokens, words, [*words[1:], ""], strict=True):
        kind = KINDS.get(token.pos, "")
        known = cues().get((kind, f"{lemma} {after}")) or cues().get((kind, lemma))
        if known is not None:
            return lemma, known.stance
    return words[0], "neutral"
