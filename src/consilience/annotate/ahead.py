"""Whether a verb speaks of what is to come, so that "on Thursday" is the next one.

Looks at the verb that governs a place in the text: its tense, its helpers, whether it plans.
Does not read the times themselves (see ``times``). Invariant: a verb in the past never looks
ahead, unless it plans.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from ..model import Annotated, Sentence, Token

PLANNING = frozenset({"schedule", "plan", "expect", "set", "due", "hope", "intend", "prepare", "suppose"})
FUTURE = frozenset({"will", "'ll", "’ll", "wo", "shall", "should", "may", "might", "can", "would"})
LIMITS = frozenset({"until", "till", "by"})
"""Words before a day that what still holds lasts to: "stay shut until Thursday"."""
HOURS = frozenset({"morning", "afternoon", "evening", "night", "lunchtime"})


def token_at(account: Annotated, sentence: Sentence, at: int) -> int:
    """Index of the token that an offset of a sentence stands in."""
    index = bisect_right(account.tokens, at, sentence.first, sentence.last, key=lambda t: t.start) - 1
    return max(index, sentence.first)


def looks_ahead(account: Annotated, sentence: Sentence, at: int) -> bool:
    """Whether the verb that governs a place in the text speaks of the future."""
    tokens, index = account.tokens, token_at(account, sentence, at)
    noun = tokens[index].head if tokens[tokens[index].head].lemma in HOURS else index
    before = tokens[tokens[noun].head] if tokens[noun].dep == "pobj" else tokens[noun]
    limit = before.lemma.lower() in LIMITS
    planned = before.lemma.lower() == "for" and tokens[before.head].lemma in PLANNING
    index = _verb_above(account, index)
    for _ in range(3):
        row = [t for t in tokens[sentence.first : sentence.last] if t.head == index]
        if _plans(tokens[index], row):
            return True
        if (limit or planned) and not _past(tokens[index], row):  # "stay shut until", "is set for"
            return True
        above_index = tokens[index].head
        if (
            above_index == index
            or tokens[index].dep not in {"xcomp", "conj", "advcl"}
            or tokens[index].tag != "VB"
        ):
            return False
        index = above_index  # "will try to refloat the ferry on Thursday"
    return False


def _verb_above(account: Annotated, index: int) -> int:
    """The verb that a token stands under."""
    for _ in range(12):
        token = account.tokens[index]
        if token.pos in {"VERB", "AUX"} or token.head == index:
            break
        index = token.head
    return index


def _past(verb: Token, row: Sequence[Token]) -> bool:
    """Whether a verb tells what has been: in the past tense, or with "had", "was" or "did"."""
    helpers = [t.tag for t in row if t.dep in {"aux", "auxpass"}]
    return "VBD" in helpers or (verb.tag in {"VBD", "VBN"} and not helpers)


def _plans(verb: Token, row: Sequence[Token]) -> bool:
    """A verb with "will", one of planning, "is due", or "is to" do."""
    if any(t.dep in {"aux", "auxpass"} and t.text.lower() in FUTURE for t in row):
        return True
    if verb.lemma in PLANNING:
        open_ended = any(t.text == "to" or (t.dep == "xcomp" and t.tag == "VB") for t in row)
        return open_ended or verb.lemma in {"expect", "due", "schedule"} or verb.tag in {"VBZ", "VBP"}
    if verb.lemma != "be" or verb.tag == "VBD":
        return False
    planned = any(t.dep == "acomp" and t.lemma in PLANNING for t in row)
    return planned or any(t.dep == "xcomp" and t.tag == "VB" for t in row) or _set_for(verb, row)


def _set_for(verb: Token, row: Sequence[Token]) -> bool:
    """ "The vote is on Thursday": a thing that is on a day, told in the present, is to come."""
    rest = [t for t in row if t.dep not in {"ROOT", "nsubj", "punct", "advmod"}]
    return verb.tag == "VBZ" and len(rest) == 1 and rest[0].dep == "prep" and rest[0].text == "on"
