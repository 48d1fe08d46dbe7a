"""Words inside quotation marks that are not the same words in two accounts.

Aligns each two quotations that share wording, word by word, between the first and the last words
they share: quoting less than another account is no discrepancy, other words are. Passes over what
does not touch the sense (spelling, contractions, small words, words in brackets, omissions that are
marked), and tells one changed word from two translations of one utterance. Does not ask who speaks.

Invariant: every side of a finding lies inside quotation marks (or a block quotation), but for
the unquoted side of a paraphrase.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..annotate.quotes import paragraphs_of
from ..annotate.text import paragraphs
from ..data import lexicon
from ..model import Annotated, Span
from .sheet import Line, Pair, Sheet, stem, stop_words
from .slots import Finding

WORD = re.compile(r"\[[^\]\n]{1,40}\]|\([^()\n]{1,40}\)|…|\.\.\.+|\. \. \.|[$£€]?\w+(?:[.,’'‘-]\w+)*\.?%?")
NEGATIONS = frozenset("not never no cannot nobody nothing none neither nor without".split())
TURNS = frozenset("but however yet although though unless if except not never".split())
"""Opening words that turn the sense of what follows: dropping one is worth saying."""
FILLERS = frozenset(
    "uh um well oh so yeah ok okay you know i mean like just very really actually that".split()
)
GAP = "…"
SEED = 4
"""Words in a row that two quotations share at least, to be held for one utterance."""
MOST = 600
"""Longest quotation compared, in words."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation: its words in normal form with the place of each."""

    account: int
    span: Span
    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]

    def part(self, first: int, last: int) -> Span:
        """The stretch that holds words ``first:last``, or the word before a gap."""
        last = max(last, first + 1)
        at, to = min(first, len(self.places) - 1), min(last, len(self.places)) - 1
        return Span(self.span.witness, self.places[at][0], self.places[max(at, to)][1])


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two quotations part: words ``a[0]:a[1]`` against ``b[0]:b[1]``."""

    a: tuple[int, int]
    b: tuple[int, int]


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find quotations of one utterance that differ in their words."""
    quotes = [q for i in range(len(laid.accounts)) for q in quotes_of(laid.accounts[i], i)]
    seen: set[tuple[Span, Span]] = set()
    for a, b in _candidates(quotes):
        changes = align(a, b)
        if changes is not None:
            seen.add((a.span, b.span))
            yield from _verdict(laid, a, b, *changes)
            yield from _beheaded(laid, a, b, changes[0])
    yield from _translations(laid, quotes, seen)


# -- reading --


def quotes_of(account: Annotated, index: int) -> Iterator[Quote]:
    """Quotations of three words and more, block quotations included."""
    witness = account.witness
    lines = list(paragraphs(witness))
    marked = paragraphs_of(witness.text, [(start, end) for start, end, _ in lines])
    for (start, end, kind), found in zip(lines, marked, strict=True):
        spans = [q.inner for q in found] or ([(start, end)] if kind == "quotation" else [])
        for at, to in spans:
            words, places = words_of(witness.text, at, to)
            if len(words) >= 3:
                yield Quote(index, Span(witness.id, places[0][0], places[-1][1]), words, places)


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
    return tuple(words), tuple(places)


@cache
def _normal(raw: str) -> tuple[str, ...]:
    if raw[0] in "[(":
        return (GAP,) if not re.search(r"\w", raw) else (raw.lower(),)
    if raw[0] in "….":
        return (GAP,)
    word = raw.lower().replace("’", "'").replace("‘", "'")
    word = _same_words().get(word) or word.replace(".", "").replace(",", "").removesuffix("-")
    return tuple((_same_words().get(word) or word).split())


@cache
def _same_words() -> Mapping[str, str]:
    """Other spelling, contraction or abbreviation to the one form compared."""
    out = {row["other"]: row["form"] for row in lexicon("spelling")}
    return out | {row["other"]: row["form"] for row in lexicon("same_words")}


# -- pairing --


def _candidates(quotes: Sequence[Quote]) -> Iterator[tuple[Quote, Quote]]:
    """Pairs of quotations of two accounts that share a run of words."""
    runs: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, quote in enumerate(quotes):
        for i in range(len(quote.words) - SEED + 1):
            run = quote.words[i : i + SEED]
            if any(w not in stop_words() for w in run):
                runs[run].add(number)
    found = {
        (i, j)
        for holders in runs.values()
        if len(holders) <= 60
        for i in holders
        for j in holders
        if quotes[i].account < quotes[j].account
    }
    for i, j in sorted(found):
        yield quotes[i], quotes[j]


def align(a: Quote, b: Quote) -> tuple[tuple[int, int, int, int], tuple[Change, ...]] | None:
    """Align two quotations from the first to the last words they share.

    :returns: the shared region as word offsets (of a: from, to; of b: from, to) and the places
        inside it where they part; None when they share no run of ``SEED`` words.
    """
    from rapidfuzz.distance import Indel

    blocks = [(x.a, x.b, x.size) for x in Indel.opcodes(a.words, b.words).as_matching_blocks() if x.size]
    anchors = [i for i, (_, _, size) in enumerate(blocks) if size >= SEED]
    if not anchors:
        return None
    low, high = anchors[0], anchors[-1]
    while low > 0 and _close(blocks[low - 1], blocks[low]):
        low -= 1
    while high + 1 < len(blocks) and _close(blocks[high], blocks[high + 1]):
        high += 1
    kept = blocks[low : high + 1]
    changes = [Change((p[0] + p[2], q[0]), (p[1] + p[2], q[1])) for p, q in zip(kept, kept[1:], strict=False)]
    head, tail = kept[0], kept[-1]
    region = [head[0], tail[0] + tail[2], head[1], tail[1] + tail[2]]
    rest = len(a.words) - region[1], len(b.words) - region[3]
    if all(0 < n <= 2 for n in rest):
        # Both quotations end here, on other words ("rises above ignorance" / "rises above sense").
        changes.append(Change((region[1], len(a.words)), (region[3], len(b.words))))
        region[1], region[3] = len(a.words), len(b.words)
    if all(0 < n <= 2 for n in (head[0], head[1])):
        changes.insert(0, Change((0, head[0]), (0, head[1])))
        region[0] = region[2] = 0
    return (region[0], region[1], region[2], region[3]), tuple(changes)


def _close(before: tuple[int, int, int], after: tuple[int, int, int]) -> bool:
    """Whether two shared runs belong together: little stands between them in both."""
    gaps = after[0] - before[0] - before[2], after[1] - before[1] - before[2]
    size = min(before[2], after[2])
    if min(gaps) == 0:
        # Only one has words here: a cut, which may be long ("the head of it. [What of the others?] Unfair!").
        return size >= (1 if max(gaps) <= 1 else 2)
    return max(gaps) <= 3 and size >= (1 if max(gaps) <= 1 else 2)


# -- judging --


def _verdict(
    laid: Sheet, a: Quote, b: Quote, region: tuple[int, int, int, int], changes: Sequence[Change]
) -> Iterator[Finding]:
    telling = [c for c in changes if not _trifling(a, b, c)]
    if not telling:
        return
    sides = (
        (a.part(region[0], region[1]), _shown(a, region[:2])),
        (b.part(region[2], region[3]), _shown(b, region[2:])),
    )
    shared = region[1] - region[0] - sum(c.a[1] - c.a[0] for c in changes)
    share = 2 * shared / max(1, region[1] - region[0] + region[3] - region[2])
    swaps = [c for c in telling if c.a[0] < c.a[1] and c.b[0] < c.b[1]]
    if len(swaps) >= 3 and share < 0.8:
        says = f"The same words stand inside quotation marks in two wordings: {_difference(a, b, swaps[0])}."
        yield Finding("quotation", sides, says, "two translations or transcripts of one utterance", 0.75)
        return
    yield Finding("quotation", sides, _sentence(a, b, telling), None, min(0.95, 0.55 + 0.4 * share))


def _sentence(a: Quote, b: Quote, telling: Sequence[Change]) -> str:
    first = next((c for c in telling if _negates(a, b, c)), telling[0])
    left, right = a.words[slice(*first.a)], b.words[slice(*first.b)]
    more = f", and {len(telling) - 1} more such places" if len(telling) > 1 else ""
    if not left or not right:
        words = _raw(a, first.a) if left else _raw(b, first.b)
        lost = "a negation is missing" if _negates(a, b, first) else "words are left out without a mark"
        return f"In one account's quotation {lost}: “{words}”{more}."
    return f"Quoted words differ: {_difference(a, b, first)}{more}."


def _difference(a: Quote, b: Quote, c: Change) -> str:
    return f"“{_raw(a, c.a)}” against “{_raw(b, c.b)}”"


def _raw(quote: Quote, part: Sequence[int]) -> str:
    return " ".join(quote.words[part[0] : part[1]])


def _shown(quote: Quote, part: Sequence[int]) -> str:
    return " ".join(quote.words[part[0] : part[1]])


def _negates(a: Quote, b: Quote, c: Change) -> bool:
    left, right = set(a.words[slice(*c.a)]), set(b.words[slice(*c.b)])
    return bool(left & NEGATIONS) != bool(right & NEGATIONS)


def _trifling(a: Quote, b: Quote, c: Change) -> bool:
    """Whether a place differs in nothing that touches the sense."""
    left, right = a.words[slice(*c.a)], b.words[slice(*c.b)]
    if _negates(a, b, c):
        return False
    if any(w == GAP or w[0] in "[(" for w in (*left, *right)):
        return True
    if "".join(left).replace("-", "") == "".join(right).replace("-", ""):
        return True
    left, right = (tuple(w.removesuffix("'s") for w in side) for side in (left, right))
    if len(left) == len(right) and all(_same(x, y) for x, y in zip(left, right, strict=True)):
        return True
    rest = [[w for w in side if w not in stop_words() and w not in FILLERS] for side in (left, right)]
    # "last", "all" and "first" are small words, but they count when nothing else does.
    if not rest[0] and not rest[1]:
        return len(left) + len(right) <= 4 and not _opposed(left, right)
    if not rest[0] or not rest[1]:
        return False
    return len(rest[0]) == len(rest[1]) and all(_same(x, y) for x, y in zip(*rest, strict=True))


def _opposed(left: Sequence[str], right: Sequence[str]) -> bool:
    pairs = opposites()
    return any(y in pairs.get(x, ()) for x in left for y in right)


@cache
def opposites() -> Mapping[str, frozenset[str]]:
    """Each word's opposites, both ways."""
    out: dict[str, set[str]] = defaultdict(set)
    for row in lexicon("antonyms"):
        out[row["word"]].add(row["opposite"])
        out[row["opposite"]].add(row["word"])
    return {word: frozenset(others) for word, others in out.items()}


def _same(x: str, y: str) -> bool:
    """Inflection, censored letters or a slip of one letter."""
    if stem(x) == stem(y) or (min(len(x), len(y)) > 4 and x[0] == y[0] and set("—-*_") & set(x + y)):
        return True
    from rapidfuzz.distance import Levenshtein

    return min(len(x), len(y)) > 5 and Levenshtein.distance(x, y, score_cutoff=1) <= 1


def _beheaded(laid: Sheet, a: Quote, b: Quote, region: tuple[int, int, int, int]) -> Iterator[Finding]:
    """One quotation opens as a sentence where the other has a word before it that turns the sense."""
    for short, long, at, to in ((a, b, region[0], region[2]), (b, a, region[2], region[0])):
        opening = long.words[max(0, to - 1) : to]
        text = laid.accounts[short.account].witness.text
        if at or not to or opening[0] not in TURNS or not text[short.places[0][0]].isupper():
            continue
        sides = (
            (short.part(0, 8), _shown(short, (0, 8))),
            (long.part(to - 1, to + 8), _shown(long, (to - 1, to + 8))),
        )
        if short is b:
            sides = (sides[1], sides[0])
        says = f"One quotation drops the opening “{opening[0].capitalize()}” and starts as if nothing stood before it."
        yield Finding("quotation", sides, says, None, 0.6, part="opening")


# -- translations, paraphrases --


def _translations(laid: Sheet, quotes: Sequence[Quote], seen: set[tuple[Span, Span]]) -> Iterator[Finding]:
    """Lines alike in sense, both or one inside quotation marks, in other words throughout."""
    by_line: dict[tuple[int, int], list[Quote]] = defaultdict(list)
    for quote in quotes:
        line = laid.line_at(quote.account, quote.span.start)
        if line is not None and len(quote.words) >= 9:
            by_line[quote.account, line.number].append(quote)
    for pair in laid.pairs:
        mine = by_line.get((pair.a.account, pair.a.number), [])
        theirs = by_line.get((pair.b.account, pair.b.number), [])
        for a in mine:
            for b in theirs:
                if (a.span, b.span) not in seen:
                    seen.add((a.span, b.span))
                    yield from _loose(laid, a, b)
        for quote, line in [(q, pair.b) for q in mine if not theirs] + [
            (q, pair.a) for q in theirs if not mine
        ]:
            yield from _paraphrase(laid, quote, line, pair)


def _loose(laid: Sheet, a: Quote, b: Quote) -> Iterator[Finding]:
    share = _dice(a.words, b.words)
    if share >= 0.5:
        sides = ((a.span, _shown(a, (0, len(a.words)))), (b.span, _shown(b, (0, len(b.words)))))
        says = f"The same utterance stands inside quotation marks in two wordings: “{_open(a)} …” against “{_open(b)} …”."
        yield Finding(
            "quotation", sides, says, "two translations or transcripts of one utterance", 0.4 + share / 2
        )


def _paraphrase(laid: Sheet, quote: Quote, line: Line, pair: Pair) -> Iterator[Finding]:
    """Quoted by one, given without marks and in other content words by the other."""
    account = laid.accounts[line.account]
    words, places = words_of(account.witness.text, line.sentence.start, line.sentence.end)
    share = _kept(quote.words, words)
    if share < 0.6 or share > 0.92 or pair.likeness < 0.3:
        return
    other = Quote(line.account, Span(account.witness.id, places[0][0], places[-1][1]), words, places)
    swap = _swap(quote, other)
    if swap is None:
        return
    sides = [(quote.span, _raw(quote, (0, len(quote.words)))), (other.span, _raw(other, (0, len(words))))]
    says = f"One account quotes what another gives in words of its own: {_difference(quote, other, swap)}."
    if quote.account > other.account:
        sides.reverse()
    yield Finding(
        "quotation",
        tuple(sides),
        says,
        "a paraphrase or another translation of one utterance",
        0.5 + share / 4,
    )


def _swap(a: Quote, b: Quote) -> Change | None:
    """The first place where content words are exchanged for others, one or two for one or two."""
    from rapidfuzz.distance import Indel

    blocks = [(x.a, x.b, x.size) for x in Indel.opcodes(a.words, b.words).as_matching_blocks() if x.size]
    for p, q in zip(blocks, blocks[1:], strict=False):
        change = Change((p[0] + p[2], q[0]), (p[1] + p[2], q[1]))
        sides = [a.words[slice(*change.a)], b.words[slice(*change.b)]]
        if all(1 <= len(s) <= 3 and any(w not in stop_words() for w in s) for s in sides) and not _trifling(
            a, b, change
        ):
            return change
    return None


def _dice(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of both sides' content words (by stem) that stand in both, in order; 0 under six."""
    from rapidfuzz.distance import LCSseq

    left, right = ([stem(w) for w in side if w not in stop_words()] for side in (a, b))
    same = LCSseq.similarity(left, right)
    return 2 * same / (len(left) + len(right)) if same >= 6 else 0.0


def _kept(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of the shorter's content words (by stem) that the longer has too, in order."""
    from rapidfuzz.distance import LCSseq

    left, right = ([stem(w) for w in side if w not in stop_words()] for side in (a, b))
    least = min(len(left), len(right))
    return LCSseq.similarity(left, right) / least if least >= 5 else 0.0


def _open(quote: Quote) -> str:
    return " ".join(quote.words[:6])
