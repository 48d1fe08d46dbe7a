"""Wording: words in normal form with their places, and where two runs of words part.

Normal form is lower case, American spelling, contractions spelt out, numerals in digits. ``align``
compares two quotations between the first and the last words they share; ``Alignment.telling`` keeps
the places that touch the sense. Judges no account.

Invariant: every word keeps the place in the text that it comes from.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ..data import lexicon
from ..model import Span
from .sheet import stem, stop_words

WORD = re.compile(
    r"\[[^\]\n]{1,40}\]|\([^()\n]{1,40}\)|…|\.\.\.+|\. \. \.|[$£€]?\w+(?:[.,’'‘-]\w+)*(?:[-*—_]{2,}\w*|\.?%?)"
)
ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
NEGATIONS = frozenset("not never no cannot nobody nothing none neither nor without".split())
FILLERS = frozenset(
    "uh um well oh so yeah ok okay you know i mean like just very really actually that".split()
)
STRENGTHS = "must; should ought; may might; can could; will would shall"
MODALS = {modal: words.split()[0] for words in STRENGTHS.split(";") for modal in words.split()}
"""Modal verbs by strength; the tense of one makes no other sense."""
GAP = "…"
SEED = 4
"""Words in a row that two quotations share at least, to be held for one utterance."""
CUT = 25
"""Most words left out in the middle of one utterance; where more are, two utterances are quoted."""
MOST = 600
"""Longest run of words compared."""
Part = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """A run of words, most often a quotation: normal forms, each with its place."""

    account: int
    span: Span
    words: tuple[str, ...]
    places: tuple[Part, ...]

    def part(self, first: int, last: int) -> Span:
        """The stretch that holds words ``first:last``; of an empty one, the word there."""
        at = min(first, len(self.places) - 1)
        to = min(max(last, first + 1), len(self.places)) - 1
        return Span(self.span.witness, self.places[at][0], self.places[max(at, to)][1])


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two runs part: words ``a[0]:a[1]`` against ``b[0]:b[1]``; one may be empty."""

    a: Part
    b: Part


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two quotations from the first to the last words they share, and where they part between."""

    a: Quote
    b: Quote
    mine: Part
    theirs: Part
    changes: tuple[Change, ...]

    @property
    def share(self) -> float:
        """Share of the words of both stretches that are the same, 0–1."""
        same = self.mine[1] - self.mine[0] - sum(c.a[1] - c.a[0] for c in self.changes)
        return 2 * same / max(1, self.mine[1] - self.mine[0] + self.theirs[1] - self.theirs[0])

    @property
    def telling(self) -> tuple[Change, ...]:
        """The places that touch the sense."""
        return tuple(c for c in self.changes if not trifling(self.a, self.b, c))

    @property
    def one_utterance(self) -> bool:
        """Whether the stretches are one utterance, not two that share a phrase."""
        longest = max((c.a[1] - c.a[0] + c.b[1] - c.b[0] for c in self.changes), default=0)
        return self.share >= 0.45 and longest <= 2 * CUT

    def negates(self, change: Change) -> bool:
        """Whether a place is a few words with a negation on one side only."""
        left, right = self.a.words[slice(*change.a)], self.b.words[slice(*change.b)]
        return len(left) + len(right) <= 4 and _negated(left, right)


# -- words --


def words_of(text: str, start: int, end: int) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Words in normal form: lower case, American spelling, contractions spelt out.

    >>> words_of("We don’t favour it", 0, 18)[0]
    ('we', 'do', 'not', 'favor', 'it')
    """
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for m in list(WORD.finditer(text, start, end))[:MOST]:
        for word in _normal(m.group()):
            words.append(word)
            places.append(m.span())
    for i in range(len(words) - 1):
        # "United States" is one word in two, as "U.S." is in one.
        if words[i : i + 2] == ["united", "states"]:
            words[i], words[i + 1] = "us", ""
    held = [i for i, word in enumerate(words) if word]
    return tuple(words[i] for i in held), tuple(places[i] for i in held)


@cache
def _normal(raw: str) -> tuple[str, ...]:
    if raw[0] in "[(":
        return (GAP,) if not re.search(r"\w", raw) else (raw.lower(),)
    if raw[0] in "….":
        return (GAP,)
    word = raw.lower().replace("’", "'").replace("‘", "'")
    word = _same_words().get(word) or word.replace(".", "").replace(",", "").removesuffix("-")
    word = ORDINAL.sub(r"\1", word)
    return tuple((_same_words().get(word) or word).split())


@cache
def _same_words() -> Mapping[str, str]:
    """Other spelling, contraction or abbreviation to the one form compared."""
    out = {row["other"]: row["form"] for row in lexicon("spelling")}
    return out | {row["other"]: row["form"] for row in lexicon("same_words")}


# -- aligning --


def align(a: Quote, b: Quote) -> Alignment | None:
    """Align two quotations from the first to the last words they share.

    :returns: None when they share no run of ``SEED`` words.
    """
    blocks = shared_runs(a.words, b.words)
    anchors = [i for i, (_, _, size) in enumerate(blocks) if size >= SEED]
    if not anchors:
        return None
    low, high = anchors[0], anchors[-1]
    while low > 0 and _close(blocks[low - 1], blocks[low]):
        low -= 1
    while high + 1 < len(blocks) and _close(blocks[high], blocks[high + 1]):
        high += 1
    held = blocks[low : high + 1]
    changes = gaps(held)
    mine = [held[0][0], held[-1][0] + held[-1][2]]
    theirs = [held[0][1], held[-1][1] + held[-1][2]]
    if all(0 < n <= 2 for n in (len(a.words) - mine[1], len(b.words) - theirs[1])):
        # Both end here, on other words ("rises above ignorance" / "rises above sense").
        changes.append(Change((mine[1], len(a.words)), (theirs[1], len(b.words))))
        mine[1], theirs[1] = len(a.words), len(b.words)
    if all(0 < n <= 2 for n in (mine[0], theirs[0])):
        changes.insert(0, Change((0, mine[0]), (0, theirs[0])))
        mine[0] = theirs[0] = 0
    return Alignment(a, b, (mine[0], mine[1]), (theirs[0], theirs[1]), tuple(changes))


def shared_runs(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int, int]]:
    """Runs of words that two sequences share in order: start in each, and length."""
    from rapidfuzz.distance import Indel

    return [(x.a, x.b, x.size) for x in Indel.opcodes(a, b).as_matching_blocks() if x.size]


def gaps(runs: Sequence[tuple[int, int, int]]) -> list[Change]:
    """The places between shared runs."""
    return [Change((p[0] + p[2], q[0]), (p[1] + p[2], q[1])) for p, q in pairwise(runs)]


def _close(before: tuple[int, int, int], after: tuple[int, int, int]) -> bool:
    """Whether two shared runs belong together: little stands between them in both."""
    apart = after[0] - before[0] - before[2], after[1] - before[1] - before[2]
    # Where only one has words it is a cut, which may be long ("the head of it. [What of them?] Unfair!").
    most = CUT if min(apart) == 0 else 3
    return max(apart) <= most and min(before[2], after[2]) >= (1 if max(apart) <= 1 else 2)


# -- judging a place --


def trifling(a: Quote, b: Quote, change: Change) -> bool:
    """Whether a place differs in nothing that touches the sense."""
    left, right = a.words[slice(*change.a)], b.words[slice(*change.b)]
    if _negated(left, right):
        return False
    if any(w == GAP or w[0] in "[(" for w in (*left, *right)):
        return True
    left, right = (tuple(w.removesuffix("'s") for w in side) for side in (left, right))
    if "".join(left).replace("-", "") == "".join(right).replace("-", "") or _inflected(left, right):
        return True
    rest = [tuple(w for w in side if w not in stop_words() and w not in FILLERS) for side in (left, right)]
    if not rest[0] and not rest[1]:
        # Small words only: slips of transcription, but "before" for "after" is none.
        return len(left) + len(right) <= 4 and not _opposed(left, right)
    return bool(rest[0]) and _inflected(*rest)


def _negated(left: Sequence[str], right: Sequence[str]) -> bool:
    return bool(set(left) & NEGATIONS) != bool(set(right) & NEGATIONS)


def _opposed(left: Sequence[str], right: Sequence[str]) -> bool:
    modals = [{MODALS[w] for w in side if w in MODALS} for side in (left, right)]
    if modals[0] and modals[1] and modals[0] != modals[1]:
        return True
    return any(y in opposites().get(x, ()) for x in left for y in right)


def _inflected(left: Sequence[str], right: Sequence[str]) -> bool:
    return len(left) == len(right) and all(_same(x, y) for x, y in zip(left, right, strict=True))


@cache
def opposites() -> Mapping[str, frozenset[str]]:
    """Each word's opposites, both ways."""
    out: dict[str, set[str]] = defaultdict(set)
    for row in lexicon("antonyms"):
        out[row["word"]].add(row["opposite"])
        out[row["opposite"]].add(row["word"])
    return {word: frozenset(others) for word, others in out.items()}


@cache
def sort_of_opposites(word: str) -> str:
    """What two opposites differ in: polarity, place (sides of the compass) or sequence."""
    return next((r["kind"] for r in lexicon("antonyms") if word in (r["word"], r["opposite"])), "polarity")


def _same(x: str, y: str) -> bool:
    """Inflection, censored letters or a slip of one letter."""
    if stem(x) == stem(y) or (x[0] == y[0] and re.search(r"[-*—_]{2}", x + y)):
        return True
    from rapidfuzz.distance import Levenshtein

    long, short = sorted((stem(x), stem(y)), key=len, reverse=True)
    if len(short) >= 6 and long.startswith(short) and len(long) - len(short) <= 3:
        return True
    return min(len(x), len(y)) > 5 and Levenshtein.distance(x, y, score_cutoff=1) <= 1


def dice(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of both sides' content words (by stem) that stand in both, in order; 0 under six."""
    from rapidfuzz.distance import LCSseq

    left, right = ([stem(w) for w in side if w not in stop_words()] for side in (a, b))
    same = LCSseq.similarity(left, right)
    return 2 * same / (len(left) + len(right)) if same >= 6 else 0.0


def kept(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of the shorter's content words (by stem) that the longer has too, in order."""
    from rapidfuzz.distance import LCSseq

    left, right = ([stem(w) for w in side if w not in stop_words()] for side in (a, b))
    least = min(len(left), len(right))
    return LCSseq.similarity(left, right) / least if least >= 5 else 0.0
