"""What the tagger reads: each token, and each pair of a cue and a token, as small integers.

A token is its class, tag, relation, name type, place among quotation marks, shape and kind of
region, and it knows its head, its subject and its complement; a pair is the way between the two
through the parse, their distance, and how the token's sentence and quotation lie to the cue's.
Does not weigh anything (``tagger``). Invariant: every integer is below the size given for its
column, 0 standing for what is not listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from .quotes import Quotation
from .tree import Tree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def _listed(names: str) -> dict[str, int]:
    return {name: n for n, name in enumerate(names.split(), 1)}


CLASSES = _listed("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X SPACE")
TAGS = _listed(
    "$ '' , -LRB- -RRB- . : ADD AFX CC CD DT EX FW HYPH IN JJ JJR JJS LS MD NFP NN NNP NNPS NNS PDT POS PRP "
    "PRP$ RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB XX `` _SP"
)
RELATIONS = _listed(
    "ROOT acl acomp advcl advmod agent amod appos attr aux auxpass case cc ccomp compound conj csubj "
    "csubjpass dative dep det dobj expl intj mark meta neg nmod npadvmod nsubj nsubjpass nummod oprd "
    "parataxis pcomp pobj poss preconj predet prep prt punct quantmod relcl xcomp"
)
NAMES = _listed(
    "PERSON NORP FAC ORG GPE LOC PRODUCT EVENT WORK_OF_ART LAW LANGUAGE DATE TIME PERCENT MONEY "
    "QUANTITY ORDINAL CARDINAL"
)
KINDS = _listed("title subtitle lead body quotation attribution caption byline dateline")
KIN = 3
"""Head, subject, complement."""
SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj", "poss"))
COMPLEMENTS = frozenset(("ccomp", "xcomp", "dobj", "prep", "attr", "acomp", "acl", "oprd", "pobj"))
MARKED = 5
"""Outside quotation marks, inside, the opening mark, the closing one, inside and never closed."""
SHAPES = 8
FAR = (0, 1, 2, 3, 4, 8, 12, 19, 29, 49)
"""Last distance, in tokens, of each step of distance."""
LEVELS, DEEPEST = 4, 5
"""Steps up from the cue, and down from where the ways part, that are told apart."""
BACK, ON = 2, 4
"""Sentences before and after the cue's that are told apart; also those that a cue can reach."""
WIDEST, BEFORE = 96, 40
"""Most tokens a cue can reach, and how many of them before it where there are more."""
SIZES = (
    *(len(names) + 1 for names in (CLASSES, TAGS, RELATIONS, NAMES)),
    MARKED, SHAPES, len(KINDS) + 1,
)  # fmt: skip
"""How many values each column of ``Signs.ids`` has."""
PAIR_SIZES = (
    1 + LEVELS * 2 * (len(RELATIONS) + 1),
    len(RELATIONS) + 1,
    DEEPEST + 1,
    2 * len(FAR) + 2,
    6 * (BACK + ON + 1),
    1 + LEVELS * (len(RELATIONS) + 1),
)
"""How many values each column of ``pairs`` has."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The tokens of an account as the tagger reads them.

    ``ids`` has shape ``(tokens, len(SIZES))``; ``kin`` has ``(tokens, KIN)``: head, subject and
    complement, the token itself where it has none; ``sentence`` and ``quotation`` (−1 outside)
    have one entry a token.
    """

    ids: NDArray[np.int32]
    kin: NDArray[np.int32]
    sentence: NDArray[np.int32]
    quotation: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Pairs:
    """The tokens in reach of each cue, one cue after the other, an empty row after each.

    ``place`` and ``cue`` are token indices, one a row; ``live``, of shape ``(rows, 1)``, is 0 in
    the empty rows. ``between`` has shape ``(rows, len(PAIR_SIZES))``: how far up from the cue the
    ways to both part, on which side and by which relation; the next relation down; how deep; the
    distance; the sentence and the quotation against the cue's; how far up again, with the cue's
    own relation.
    """

    place: NDArray[np.int32]
    cue: NDArray[np.int32]
    live: NDArray[np.float32]
    between: NDArray[np.int32]


def signs(found: Tree, quoted: Sequence[Quotation]) -> Signs:
    """Read the tokens of a parsed account."""
    import numpy as np

    marked = _marked(found, quoted)
    kinds = [KINDS.get(s.kind, 0) for s in found.sentences]
    rows = [
        (
            CLASSES.get(t.pos, 0), TAGS.get(t.tag, 0), RELATIONS.get(t.dep, 0), NAMES.get(t.ent, 0),
            marked[i][0], _shape(t.text), kinds[found.sentence[i]],
        )
        for i, t in enumerate(found.tokens)
    ]  # fmt: skip
    kin = [(t.head, *_dependents(found, i)) for i, t in enumerate(found.tokens)]
    return Signs(
        np.array(rows, np.int32).reshape(len(rows), len(SIZES)),
        np.array(kin, np.int32).reshape(len(rows), KIN),
        np.array(found.sentence, np.int32),
        np.array([q for _, q in marked], np.int32),
    )


def _dependents(found: Tree, i: int) -> tuple[int, int]:
    """A token's subject (of a noun its owner, of a passive its agent) and its complement."""
    subject = complement = i
    for k in found.kids[i]:
        relation = found.tokens[k].dep
        if relation in SUBJECTS and subject == i:
            subject = k
        elif relation == "agent" and found.kids[k]:
            subject = found.kids[k][0]
        elif relation in COMPLEMENTS and complement <= i:
            complement = k
    return subject, complement


def _marked(found: Tree, quoted: Sequence[Quotation]) -> list[tuple[int, int]]:
    """How each token stands to quotation marks, and in which quotation."""
    out, n = list[tuple[int, int]](), 0
    for token in found.tokens:
        while n < len(quoted) and quoted[n].end <= token.start:
            n += 1
        if n == len(quoted) or token.end <= quoted[n].start:
            out.append((0, -1))
            continue
        first, last = quoted[n].inner
        inside = 1 if quoted[n].closed else 4
        out.append((2 if token.end <= first else 3 if token.start >= last else inside, n))
    return out


@lru_cache(maxsize=65536)
def _shape(word: str) -> int:
    """Digits, marks, lower case, capitals, one capital, a capital first, anything else."""
    tests = (
        word.isdigit(), not any(map(str.isalnum, word)), word.islower(),
        word.isupper() and len(word) > 1, word.isupper(), word[:1].isupper(),
    )  # fmt: skip
    return next((n for n, test in enumerate(tests, 1) if test), SHAPES - 1)


def reach(found: Tree, cue: int) -> tuple[int, int]:
    """Range of the tokens that a cue's content and speaker are looked for in.

    The sentences of its paragraph from two before it to four after; the next paragraph's
    first as well, where its own ends with a colon.
    """
    sentences, at = found.sentences, found.sentence[cue]
    paragraph = sentences[at].paragraph
    first = last = at
    while first > max(0, at - BACK) and sentences[first - 1].paragraph == paragraph:
        first -= 1
    while last + 1 < min(len(sentences), at + ON + 1) and sentences[last + 1].paragraph == paragraph:
        last += 1
    if last + 1 < len(sentences) and found.tokens[sentences[last].last - 1].text == ":":
        last += 1
    start, stop = sentences[first].first, sentences[last].last
    if stop - start > WIDEST:
        start = max(start, min(cue - BEFORE, stop - WIDEST))
    return start, min(stop, start + WIDEST)


def pairs(found: Tree, read: Signs, cues: Sequence[int], reaches: Sequence[tuple[int, int]]) -> Pairs:
    """How the tokens in reach of each cue lie to it."""
    import numpy as np

    lengths = [stop - start for start, stop in reaches]
    rows = sum(lengths) + len(cues)
    place, cue, live = np.zeros(rows, np.int32), np.zeros(rows, np.int32), np.zeros((rows, 1), np.float32)
    firsts = [int(n) for n in np.cumsum([0, *(length + 1 for length in lengths)])[:-1]]
    for first, length, k, (start, stop) in zip(firsts, lengths, cues, reaches, strict=True):
        here = slice(first, first + length)
        place[here], cue[here], live[here] = np.arange(start, stop), k, 1
    between = np.zeros((rows, len(PAIR_SIZES)), np.int32)
    away = place - cue
    between[:, 3] = np.searchsorted(np.array(FAR), np.abs(away)) + (len(FAR) + 1) * (away < 0)
    apart = np.clip(read.sentence[place] - read.sentence[cue], -BACK, ON) + BACK
    theirs, mine = read.quotation[place], read.quotation[cue]
    between[:, 4] = 6 * apart + 2 * np.where(theirs < 0, 0, np.where(theirs == mine, 1, 2)) + (mine >= 0)
    relations, size = read.ids[:, 2].tolist(), len(RELATIONS) + 1
    for first, k, (start, stop) in zip(firsts, cues, reaches, strict=True):
        for there, (level, branch, second, depth) in _ways(found, k, relations).items():
            if start <= there < stop:
                level = min(level, LEVELS - 1)
                row = between[first + there - start]
                row[0] = 1 + (level * 2 + (there > k)) * size + branch
                row[1] = second
                row[2] = 1 + min(depth, DEEPEST - 1)
                row[5] = 1 + level * size + relations[k]
    return Pairs(place, cue, live, between * (live > 0))


def _ways(found: Tree, cue: int, relations: Sequence[int]) -> dict[int, tuple[int, int, int, int]]:
    """For each token of the cue's sentence: steps up from the cue to where the ways to both part,
    the first and the second relation down from there, and steps down."""
    ways = {k: (level, 0, 0, 0) for level, k in enumerate(found.up(cue))}
    stack = list(ways)
    while stack:
        above = stack.pop()
        level, branch, second, depth = ways[above]
        for k in found.kids[above]:
            if k not in ways:
                own = relations[k]
                ways[k] = (level, branch if depth else own, own if depth == 1 else second, depth + 1)
                stack.append(k)
    return ways
