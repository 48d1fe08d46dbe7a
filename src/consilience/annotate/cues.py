"""Cues: how surely a word in its frame reports what somebody says, thinks or wants.

A logistic score over a few named features of the frame (its word, its stance in the lexicon,
its subject, whether it stands inside a quotation), with weights learned from annotated news
(``data/cue_weights.tsv``; ``bench/train_cues.py`` makes them again). Does not look for
quotations or speakers. Invariant: a word the lexicon does not know scores by its frame alone.
"""

from __future__ import annotations

from functools import cache
from math import exp
from typing import NamedTuple

from ..data import lexicon
from ..model import Token
from .frames import Frame
from .tree import VERBAL, Tree

FIRST = frozenset(("i", "we", "me", "us"))
SECOND = frozenset(("you", "one"))
THIRD = frozenset(("he", "she", "they", "it"))
RELATIVE = frozenset(("who", "which", "that", "what", "whom"))
LENGTHS = (1, 2, 4, 7, 12, 25)


class Cue(NamedTuple):
    """A word of the lexicon: its stance and the frames in which it mostly reports."""

    stance: str
    frames: frozenset[str]


@cache
def cues() -> dict[tuple[str, str], Cue]:
    """The lexicon, by kind and lemma."""
    rows = lexicon("cues")
    return {(r["kind"], r["lemma"]): Cue(r["stance"], frozenset(r["frame"].split(";"))) for r in rows}


@cache
def nouns() -> frozenset[str]:
    """Lemmas of reporting nouns."""
    return frozenset(lemma for kind, lemma in cues() if kind == "noun")


@cache
def reporting() -> frozenset[str]:
    """Lemmas of verbs that can carry a quotation."""
    return frozenset(
        lemma for (kind, lemma), cue in cues().items() if kind == "verb" and "quote" in cue.frames
    )


@cache
def _weights() -> dict[str, float]:
    return {r["feature"]: float(r["weight"]) for r in lexicon("cue_weights")}


def speaks(token: Token) -> bool:
    """Whether a token is a verb that can carry a quotation."""
    return token.pos == "VERB" and token.lemma.lower() in reporting()


def stance(frame: Frame) -> str:
    """The stance of a frame's word: neutral, claims, concedes, praises, …; neutral if unknown."""
    cue = cues().get((frame.kind, frame.lemma))
    return cue.stance if cue else "neutral"


def score(names: list[str]) -> float:
    """Logistic score of a set of features, 0–1, uncalibrated."""
    weights = _weights()
    total = sum(weights.get(name, 0.0) for name in names)
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def features(tree: Tree, frame: Frame, *, quoted: bool, holds: bool) -> list[str]:
    """Named features of a frame.

    :param quoted: the cue stands inside a quotation; ``holds``: the content holds one.
    """
    token = tree.tokens[frame.head]
    name = frame.name + ("/pass" if frame.passive else "")
    cue = cues().get((frame.kind, frame.lemma))
    kind = cue.stance if cue else "unknown"
    bare = frame.name.removeprefix("n-")
    usual = cue.frames if cue else frozenset()
    listed = bare in usual or (bare == "aside" and "clause" in usual)
    length = sum(b - a for a, b in frame.content)
    subject = _subject(tree, frame)
    negated = any(tree.tokens[k].dep == "neg" or tree.tokens[k].text.lower() == "never" for k in frame.cue)
    return [
        "bias",
        f"frame={frame.kind}:{name}",
        f"lemma={frame.kind}:{frame.lemma}",
        f"word={frame.kind}:{frame.lemma}:{name}",
        f"stance={frame.kind}:{kind}:{name}",
        f"listed={frame.kind}:{listed}",
        f"quoted={quoted}:{kind}",
        f"holds={holds}:{frame.kind}:{bare}",
        f"subject={subject}",
        f"subject-quoted={subject}:{quoted}",
        f"stance-subject={kind}:{subject}",
        f"stance-tag={kind}:{token.tag}",
        f"opens={frame.kind}:{bare}:{_opens(tree, frame)}",
        f"tag={token.tag}:{frame.kind}",
        f"dep={token.dep}:{frame.kind}",
        f"length={sum(length > n for n in LENGTHS)}",
        f"modal={any(tree.tokens[k].tag == 'MD' for k in frame.cue)}",
        f"negated={negated}",
        f"under={_under(tree, frame)}",
        f"region={tree.within(frame.head).kind}",
    ]


def _opens(tree: Tree, frame: Frame) -> str:
    """How the content opens: that, to, a question word, or the kind of its head."""
    first, last = frame.content[0]
    token = tree.tokens[first]
    if token.tag in ("IN", "TO", "WDT", "WP", "WRB", "PRP$", "DT"):
        return token.text.lower()
    head = next((k for k in range(first, last) if not first <= tree.tokens[k].head < last), first)
    return tree.tokens[head].ent or tree.tokens[head].tag


def _subject(tree: Tree, frame: Frame) -> str:
    """What kind of word the subject is."""
    if frame.subject is None:
        return "none"
    first, last = frame.subject
    word = tree.tokens[first].text.lower()
    for name, words in (("first", FIRST), ("second", SECOND), ("third", THIRD), ("relative", RELATIVE)):
        if last == first + 1 and word in words:
            return name if name != "third" or word != "it" else "it"
    kinds = {tree.tokens[k].ent for k in range(first, min(last, first + 8))} & {
        "PERSON",
        "ORG",
        "GPE",
        "NORP",
    }
    return min(kinds, default="common" if tree.tokens[last - 1].pos == "NOUN" else "other")


def _under(tree: Tree, frame: Frame) -> str:
    """The stance of the nearest verb above whose clause this is part of."""
    for k in tree.up(frame.head):
        if k != frame.head and tree.tokens[k].pos in VERBAL:
            cue = cues().get(("verb", tree.tokens[k].lemma.lower()))
            if cue and tree.child(k, "ccomp") is not None:
                return f"{cue.stance}:{tree.tokens[frame.head].dep}"
    return "nothing"
