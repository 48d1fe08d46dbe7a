"""The parse as a tree: children and the reach of each token.

Adds to ``Annotated.tokens`` what rules ask for again and again, computed once an account, and
mends two known faults of the parse: a second verb joined to the wrong first one, and a
participle of saying hung on a verb of what is said. Invariant: ``left[i] <= i <= right[i]``
and both stay in the sentence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..model import Annotated, Sentence, Token

VERBAL = frozenset(("VERB", "AUX"))


@dataclass(frozen=True, slots=True)
class Tree:
    """Tokens with their children (in text order) and the first and last token below each."""

    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    kids: list[list[int]]
    left: list[int]
    right: list[int]
    sentence: list[int]
    ends: list[int]

    def child(self, i: int, *deps: str) -> int | None:
        """First child of token ``i`` with one of the labels."""
        for k in self.kids[i]:
            if self.tokens[k].dep in deps:
                return k
        return None

    def children(self, i: int, *deps: str) -> list[int]:
        """Children of token ``i`` with one of the labels."""
        return [k for k in self.kids[i] if self.tokens[k].dep in deps]

    def up(self, i: int) -> Iterator[int]:
        """Token ``i`` and those above it, to the root."""
        yield i
        while self.tokens[i].head != i:
            i = self.tokens[i].head
            yield i

    def within(self, i: int) -> Sentence:
        """The sentence of token ``i``."""
        return self.sentences[self.sentence[i]]

    def at(self, offset: int) -> int:
        """Index of the first token that ends after ``offset``."""
        return bisect_right(self.ends, offset)


def tree(account: Annotated, reporting: frozenset[str] = frozenset()) -> Tree:
    """Build the tree of a parsed account, second verbs and reporting participles mended.

    :param reporting: lemmas of verbs that report; a participle of one hangs on another.
    """
    tokens = _participles(_seconds(account.tokens), reporting)
    kids: list[list[int]] = [[] for _ in tokens]
    sentence = [0] * len(tokens)
    for i, token in enumerate(tokens):
        if token.head != i:
            kids[token.head].append(i)
    for number, found in enumerate(account.sentences):
        sentence[found.first : found.last] = [number] * (found.last - found.first)
    left, right = _reaches(tokens, kids)
    return Tree(tokens, account.sentences, kids, left, right, sentence, [t.end for t in tokens])


def _reaches(tokens: Sequence[Token], kids: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """First and last token below each, in one pass from the leaves up."""
    left, right = list(range(len(tokens))), list(range(len(tokens)))
    order = [i for i, token in enumerate(tokens) if token.head == i]
    for i in order:  # grows as it is read: roots, then their children, and so on
        order.extend(kids[i])
    for i in reversed(order):
        head = tokens[i].head
        left[head], right[head] = min(left[head], left[i]), max(right[head], right[i])
    return left, right


def _seconds(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Join a second verb to a first one of its own form.

    In "The envoy said the towns could work together but called for talks" the parser joins
    "called" to "work"; "called" is past and has no subject, as "said" is, so it goes there.
    """
    helped: dict[int, str] = {}
    subjects: set[int] = set()
    for token in tokens:
        if token.dep in ("aux", "auxpass") and token.head not in helped:
            helped[token.head] = token.tag
        elif token.dep in ("nsubj", "nsubjpass", "csubj", "expl"):
            subjects.add(token.head)

    def form(i: int) -> str:
        tag = helped.get(i, tokens[i].tag)
        return {"MD": "VB", "TO": "VB", "VBP": "VBZ"}.get(tag, tag)

    out = list(tokens)
    for i, token in enumerate(tokens):
        first = token.head
        if not _second(token) or i in subjects or i in helped or first >= i:
            continue
        if tokens[first].pos not in VERBAL or form(first) == form(i):
            continue
        above = (k for k in _heads(out, first) if tokens[k].pos in VERBAL)
        better = next((k for k in above if form(k) == form(i) and k < i), None)
        if better is None and token.tag == "VB":
            # "… that Lee had said the port should close, pay its debts and …": "pay" goes to "close".
            near = (k for k in range(i - 1, max(first, i - 40), -1) if helped.get(k) == "MD")
            better = next((k for k in near if i not in _heads(out, k)), None)
        if better is not None:
            out[i] = replace(token, head=better, dep="conj")
    return tuple(out)


def _second(token: Token) -> bool:
    """Whether a token can be the second verb of a pair."""
    if token.dep == "conj":
        return token.tag in ("VBD", "VBZ", "VBP", "VB")
    return token.dep == "dep" and token.tag == "VB"


def _participles(tokens: tuple[Token, ...], reporting: frozenset[str]) -> tuple[Token, ...]:
    """Hang ", adding that …" on the verb that reports, not on one in what is reported."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        if token.tag != "VBG" or token.dep != "advcl" or token.lemma.lower() not in reporting:
            continue
        if i == 0 or tokens[i - 1].text != "," or token.head >= i:
            continue
        if tokens[token.head].lemma.lower() in reporting:
            continue
        above = (k for k in _heads(out, token.head) if tokens[k].lemma.lower() in reporting and k < i)
        better = next(above, None)
        if better is not None:
            out[i] = replace(token, head=better)
    return tuple(out)


def _heads(tokens: Sequence[Token], i: int) -> Iterator[int]:
    """The tokens above token ``i``, nearest first."""
    while tokens[i].head != i:
        i = tokens[i].head
        yield i
