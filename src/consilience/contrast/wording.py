"""Wording: words in normal form with their places, and where two runs of words part.

Normal form is lower case, American spelling, contractions spelt out, numerals in digits. ``align``
compares two quotations between the first and the last words they share; ``Alignment.telling`` keeps
the places that touch the sense. Judges no account.

Invariant: every word keeps the place in the text that it comes from.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ..data import lexicon
from ..model import Span
from .lists import forms, listed
from .sheet import stem, stop_words

WORD = re.compile(
    r"\[[^\]\n]{1,40}\]|\([^()\n]{1,40}\)|…|\.\.+|\. \. \.|&|"
    r"[$£€]?\w+(?:[.,’'‘-]\w+)*(?:[-*—_]{2,}\w*|(?:\.(?!\.))?%?)"
)
ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
NEGATIONS = listed("negation")
FILLERS = listed("filler")
MODALS = forms("modal")
"""Modal verbs by strength; the tense of one makes no other sense."""
GAP = "…"
SEED = 4
"""Words in a row that two quotations share at least, to be held for one utterance."""
CUT = 25
"""Most words left out in the middle of one utterance; where more are, two utterances are quoted."""
SWAP = 4
"""Most words exchanged for others in one place of one utterance."""
BESIDE = 6
"""Words from an ellipsis within which a further cut is taken for part of what it marks."""
LONG = 6
"""Words left out in one place that are many, for a short quotation."""
PROOF = 10
"""Words in common from which two quotations are one utterance although they go on in different words."""
MOST = 600
"""Longest run of words compared."""
Part = tuple[int, int]
Run = tuple[int, int, int]
"""Words that two sequences share in a row: start in each, and how many."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A run of words, most often a quotation: normal forms, each with its place.

    ``whole`` says that it opens as a sentence.
    """

    account: int
    span: Span
    words: tuple[str, ...]
    places: tuple[Part, ...]
    whole: bool = True

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
    def same(self) -> int:
        """Words that stand in both stretches."""
        return self.mine[1] - self.mine[0] - sum(c.a[1] - c.a[0] for c in self.changes)

    @property
    def share(self) -> float:
        """Share of the words of both stretches that are the same, 0–1."""
        return 2 * self.same / max(1, self.mine[1] - self.mine[0] + self.theirs[1] - self.theirs[0])

    @property
    def telling(self) -> tuple[Change, ...]:
        """The places that touch the sense."""
        found = (c for c in self.changes if not trifling(self.a, self.b, c))
        return tuple(c for c in found if self.negates(c) or not self._by_mark(c))

    def _by_mark(self, change: Change) -> bool:
        """Whether a place stands beside an ellipsis: what is left out there is marked."""
        sides = ((self.a.words, change.a), (self.b.words, change.b))
        return any(GAP in words[max(0, low - BESIDE) : high + BESIDE] for words, (low, high) in sides)

    @property
    def loose(self) -> bool:
        """Whether the stretches may be one utterance in two wordings."""
        longest = max((c.a[1] - c.a[0] + c.b[1] - c.b[0] for c in self.changes), default=0)
        return self.share >= 0.45 and longest <= 2 * CUT

    @property
    def one_utterance(self) -> bool:
        """Whether the stretches are one utterance, not two that share a phrase.

        Little is exchanged beside what is the same, two content words and more are, and the two do not
        both go on in other words at one end ("the fog was thick, they say" / "the fog was thick by dawn").
        """
        swaps = [c for c in self.changes if c.a[0] < c.a[1] and c.b[0] < c.b[1] and not self._marked(c)]
        widest = max((max(c.a[1] - c.a[0], c.b[1] - c.b[0]) for c in swaps), default=0)
        told = any(not trifling(self.a, self.b, c) for c in swaps)
        swapped = sum(c.a[1] - c.a[0] + c.b[1] - c.b[0] for c in swaps)
        kept = 2 * self.same / (2 * self.same + swapped)
        sure = self.same >= PROOF and kept >= 0.85
        content = sum(w not in stop_words() for w in self._shared())
        if self._parting() and not (sure and self.share >= 0.85):
            return False
        # A long cut leaves much on both sides of it.
        cut = max((abs(c.a[1] - c.a[0] - c.b[1] + c.b[0]) for c in self.changes), default=0)
        enough = content >= 2 and (cut <= LONG or (self.same >= PROOF and not told))
        return self.loose and widest <= SWAP and kept >= 0.7 and enough

    def _shared(self) -> Iterator[str]:
        at = self.mine[0]
        for change in (*self.changes, Change((self.mine[1],) * 2, (0, 0))):
            yield from self.a.words[at : change.a[0]]
            at = change.a[1]

    def _marked(self, change: Change) -> bool:
        return GAP in self.a.words[slice(*change.a)] or GAP in self.b.words[slice(*change.b)]

    def _parting(self) -> bool:
        """Whether both quotations go on in words of their own before or after what they share."""
        before = self.a.words[: self.mine[0]][-3:], self.b.words[: self.theirs[0]][-3:]
        after = self.a.words[self.mine[1] :][:3], self.b.words[self.theirs[1] :][:3]
        return any(len(x) == len(y) == 3 and GAP not in (*x, *y) for x, y in (before, after))

    @property
    def repeated(self) -> bool:
        """Whether one stretch stands whole in the other, where a phrase of it is said twice."""
        short, long = self.a.words[slice(*self.mine)], self.b.words[slice(*self.theirs)]
        if len(short) > len(long):
            short, long = long, short
        return any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))

    def negates(self, change: Change) -> bool:
        """Whether a place is a few words with a negation on one side only."""
        left, right = self.a.words[slice(*change.a)], self.b.words[slice(*change.b)]
        return len(left) + len(right) <= 4 and _negated(left, right)

    def turns(self, change: Change) -> bool:
        """Whether a place negates, or has opposite words."""
        left, right = self.a.words[slice(*change.a)], self.b.words[slice(*change.b)]
        return self.negates(change) or _opposed(left, right)


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
    known = _same_words().get(word)
    if known or "--" in word:
        return tuple((known or word).split())
    # "A two-deck ferry" and "a two deck ferry" are the same words.
    return tuple(part for words in word.split("-") for part in _same_words().get(words, words).split())


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
    while low > 0 and _close(a, b, blocks[low - 1], blocks[low]):
        low -= 1
    while high + 1 < len(blocks) and _close(a, b, blocks[high], blocks[high + 1]):
        high += 1
    held = _anchored(a, blocks[low : high + 1])
    changes = gaps(held)
    mine = [held[0][0], held[-1][0] + held[-1][2]]
    theirs = [held[0][1], held[-1][1] + held[-1][2]]
    tails = a.words[mine[1] :], b.words[theirs[1] :]
    if all(0 < len(tail) <= 2 for tail in tails) or set(tails) == {(), ("not",)}:
        # Both end here, on other words ("sails by the reef" / "sails by the mole").
        changes.append(Change((mine[1], len(a.words)), (theirs[1], len(b.words))))
        mine[1], theirs[1] = len(a.words), len(b.words)
    heads = a.words[: mine[0]], b.words[: theirs[0]]
    told = all(any(not _small(w) for w in head) for head in heads)
    if all(0 < len(head) <= 2 for head in heads) and (told or (a.whole and b.whole)):
        # A fragment may leave off at any small word ("her own boat" / "row her own boat").
        changes.insert(0, Change((0, mine[0]), (0, theirs[0])))
        mine[0] = theirs[0] = 0
    return Alignment(a, b, (mine[0], mine[1]), (theirs[0], theirs[1]), tuple(changes))


def _anchored(a: Quote, held: list[Run]) -> list[Run]:
    """Without small words at either end that stand apart: "all (the boats …) the gulls", "all the gulls"."""
    most = 5 if sum(size for *_, size in held) >= PROOF else 3
    for end, next_ in ((0, 1), (-1, -2)):
        while len(held) > 1:
            start, _, size = held[end]
            low, high = sorted((held[end], held[next_]))
            apart = max(high[0] - low[0] - low[2], high[1] - low[1] - low[2])
            if apart <= most or any(w not in stop_words() for w in a.words[start : start + size]):
                break
            held = held[1:] if end == 0 else held[:-1]
    return held


def shared_runs(a: Sequence[str], b: Sequence[str]) -> list[Run]:
    """Runs of words that two sequences share in order: start in each, and length."""
    from rapidfuzz.distance import Indel

    return [(x.a, x.b, x.size) for x in Indel.opcodes(a, b).as_matching_blocks() if x.size]


def gaps(runs: Sequence[Run]) -> list[Change]:
    """The places between shared runs."""
    return [Change((p[0] + p[2], q[0]), (p[1] + p[2], q[1])) for p, q in pairwise(runs)]


def _close(a: Quote, b: Quote, before: Run, after: Run) -> bool:
    """Whether two shared runs belong together: little stands between them in both."""
    left = a.words[before[0] + before[2] : after[0]]
    right = b.words[before[1] + before[2] : after[1]]
    marked = (GAP,) in (left, right)
    # Where only one has words it is a cut, which may be long ("the head of it. [What of them?] Unfair!").
    most = CUT if marked or not (left and right) else 3
    least = 1 if marked or max(len(left), len(right)) <= 1 else 2
    opens = before[:2] == (0, 0)
    closes = (after[0] + after[2], after[1] + after[2]) == (len(a.words), len(b.words))
    enough = (opens or before[2] >= least) and (closes or after[2] >= least)
    return max(len(left), len(right)) <= most and enough


# -- judging a place --


def trifling(a: Quote, b: Quote, change: Change) -> bool:
    """Whether a place differs in nothing that touches the sense."""
    left, right = a.words[slice(*change.a)], b.words[slice(*change.b)]
    if GAP in (*left, *right) or _letters(left) == _letters(right):
        return True
    if _negated(left, right):
        return False
    if any(w[0] in "[(" for w in (*left, *right)):
        return True
    left, right = (tuple(w.removesuffix("'s") for w in side) for side in (left, right))
    after = (*a.words[change.a[1] :][:1], *b.words[change.b[1] :][:1])
    if _spelt_alike(left, right) or abbreviated(left, right, after):
        return True
    rest = [tuple(w for w in side if not _small(w) and w not in FILLERS) for side in (left, right)]
    if not rest[0] and not rest[1]:
        # Small words only: slips of transcription, but "before" for "after" is none.
        return len(left) + len(right) <= (5 if left and right else 3) and not _opposed(left, right)
    return bool(rest[0]) and _spelt_alike(*rest)


def _spelt_alike(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether two runs have the same letters ("hard line", "hardline"), or inflect the same words."""
    return _letters(left) == _letters(right) or _inflected(left, right)


def _letters(words: Sequence[str]) -> str:
    """Words as one, without marks: the same for "no one" and "no-one"."""
    return "".join(words).replace("'", "").replace("-", "")


def abbreviated(left: Sequence[str], right: Sequence[str], after: Sequence[str]) -> bool:
    """Whether one side abbreviates the other ("harbour board", "HB"), or spells out a bracket after it."""
    short, long = sorted((left, right), key=len)
    first = "".join(w[0] for w in long if w not in ("of", "the", "and", "for"))
    if not short:
        return len(first) > 2 and any(word == f"({first})" for word in after)
    return len(short) == 1 < len(first) and short[0] == first


@cache
def _small(word: str) -> bool:
    """Whether a word in any form is of grammar: "making" like "make"."""
    return word in stop_words() or (len(word) > 4 and stem(word) in _small_stems())


@cache
def _small_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in stop_words() if len(word) > 3)


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
    if f"{x}g" == y or f"{y}g" == x:
        return x.endswith(("in", "ing"))  # "sailin'"
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
