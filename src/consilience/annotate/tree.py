"""The parse as a tree: children and the reach of each token.

Adds to ``Annotated.tokens`` what rules ask for again and again, computed once an account.
Holds no rule of its own. Invariant: ``left[i] <= i <= right[i]`` and both stay in the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Annotated, Sentence, Token


@dataclass(frozen=True, slots=True)
class Tree:
    """Tokens with their children (in text order) and the first and last token below each."""

    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    kids: list[list[int]]
    left: list[int]
    right: list[int]
    sentence: list[int]

    def child(self, i: int, *deps: str) -> int | None:
        """First child of token ``i`` with one of the labels."""
        return next((k for k in self.kids[i] if self.tokens[k].dep in deps), None)

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
        low, high = 0, len(self.tokens)
        while low < high:
            middle = (low + high) // 2
            if self.tokens[middle].end <= offset:
                low = middle + 1
            else:
                high = middle
        return low


def tree(account: Annotated) -> Tree:
    """Build the tree of a parsed account."""
    tokens = account.tokens
    kids: list[list[int]] = [[] for _ in tokens]
    left, right = list(range(len(tokens))), list(range(len(tokens)))
    sentence = [0] * len(tokens)
    for i, token in enumerate(tokens):
        if token.head != i:
            kids[token.head].append(i)
    for number, found in enumerate(account.sentences):
        for i in range(found.first, found.last):
            sentence[i] = number
            _widen(tokens, i, left, right)
    return Tree(tokens, account.sentences, kids, left, right, sentence)


def _widen(tokens: tuple[Token, ...], i: int, left: list[int], right: list[int]) -> None:
    """Let every token above ``i`` reach at least as far as ``i``."""
    at = i
    while tokens[at].head != at:
        at = tokens[at].head
        if left[at] <= i <= right[at]:
            return
        left[at], right[at] = min(left[at], i), max(right[at], i)
