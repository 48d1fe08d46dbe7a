"""Accounts laid side by side: their sentences as lines, and which lines tell the same.

Every comparer works on one ``Sheet``. It weighs words by how rare they are in the story,
lets names count as their entity and verbs of one kind of event as one word (``data/happenings.tsv``),
and pairs lines of different accounts. It compares no values itself.

Invariant: the same accounts in any order give the same sheet; accounts stand by publication
(undated last), then by name; lines are in text order.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from ..annotate.tree import Tree, tree
from ..data import lexicon
from ..model import Annotated, Entity, Mention, Point, Sentence, Span, Token, story_order

CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "ADV", "NUM"})
BODY = frozenset({"body", "quotation", "standfirst"})
"""Kinds of sentences that are the account itself, without its headline and its furniture."""
LEAST = 0.16
"""Least likeness of two lines that are looked at together."""
INSIDE = 0.24
"""Least share of the shorter line's weight, an event among it, that the longer must hold, if less alike."""
REACH = 12
"""Tokens on each side that count as the neighbourhood of a value."""
CROWD = 400
"""A word in more lines than this pairs no lines: it says nothing, and would cost the square."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence prepared for comparison.

    ``keys`` holds its content words in normal form with the tokens where they stand;
    ``norm`` is their summed weight.
    """

    account: int
    number: int
    sentence: Sentence
    keys: Mapping[str, tuple[int, ...]]
    norm: float = 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines of different accounts; ``likeness`` 0–1; ``point`` if a point holds both."""

    a: Line
    b: Line
    likeness: float
    point: str | None = None


@dataclass(frozen=True)
class Sheet:
    """The accounts of a story with their lines, paired. See the module's docstring."""

    accounts: tuple[Annotated, ...]
    points: tuple[Point, ...]
    entities: Mapping[str, Entity]
    trees: tuple[Tree, ...]
    lines: tuple[tuple[Line, ...], ...]
    weights: Mapping[str, float]

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Pairs of lines of at least ``LEAST`` likeness, or of one point."""
        return tuple(_pairs(self))

    def text(self, span: Span) -> str:
        """The words of a span."""
        return self.accounts[self.index[span.witness]].witness.text[span.start : span.end]

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position of each account by witness id."""
        return {a.witness.id: i for i, a in enumerate(self.accounts)}

    def published(self, account: int) -> date | None:
        """The day on which an account came out, if it says so."""
        try:
            return date.fromisoformat((self.accounts[account].witness.published or "")[:10])
        except ValueError:
            return None

    def line_at(self, account: int, start: int) -> Line | None:
        """The line in which an offset stands."""
        lines = self.lines[account]
        low, high = 0, len(lines)
        while low < high:
            middle = (low + high) // 2
            if lines[middle].sentence.end <= start:
                low = middle + 1
            else:
                high = middle
        return lines[low] if low < len(lines) and lines[low].sentence.start <= start else None

    @cached_property
    def mentions(self) -> tuple[Mapping[int, tuple[Mention, ...]], ...]:
        """Mentions of each account by the number of their line."""
        out = []
        for i, account in enumerate(self.accounts):
            held: dict[int, list[Mention]] = defaultdict(list)
            for mention in account.mentions:
                line = self.line_at(i, mention.span.start)
                if line is not None:
                    held[line.number].append(mention)
            out.append({number: tuple(found) for number, found in held.items()})
        return tuple(out)

    @cached_property
    def people(self) -> Mapping[str, str]:
        """One key for each person, where entities of one surname have given names that agree.

        Accounts that give a person two offices are sometimes linked as two people of one name.
        """
        families: dict[str, list[Entity]] = defaultdict(list)
        for key in sorted(self.entities):
            entity = self.entities[key]
            if entity.kind == "person" and entity.name.split():
                families[entity.name.split()[-1].lower()].append(entity)
        return {e.key: _namesake(e, family).key for family in families.values() for e in family}

    @cached_property
    def point_of(self) -> Mapping[tuple[int, int], str]:
        """Point that holds a line of an account, by (account, line number); the first one wins."""
        return _held(self.points, self.index, self.line_at)

    def near(self, line: Line, first: int, last: int) -> dict[str, float]:
        """Content words about tokens ``first:last`` of a line, each by weight and nearness."""
        out: dict[str, float] = {}
        for key, places in line.keys.items():
            gap = min(
                (max(first - p, p - last + 1, 0) for p in places if not first <= p < last), default=None
            )
            if gap is not None and gap <= REACH:
                out[key] = self.weights[key] / (1 + gap / 5)
        return out


def sheet(
    accounts: Sequence[Annotated], points: Sequence[Point] = (), entities: Sequence[Entity] = ()
) -> Sheet:
    """Lay accounts side by side.

    :returns: lines of each account; they are paired when first asked for.
    """
    told = tuple(sorted(accounts, key=lambda a: story_order(a.witness)))
    trees = tuple(tree(a) for a in told)
    bare = [
        [_line(a, i, n, t) for n in range(len(a.sentences))]
        for i, (a, t) in enumerate(zip(told, trees, strict=True))
    ]
    weights = _weights(line for lines in bare for line in lines)
    lines = tuple(tuple(_weighed(line, weights) for line in rows) for rows in bare)
    return Sheet(told, tuple(points), {e.key: e for e in entities}, trees, lines, weights)


def overlap(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Shared weight of two bags of words, 0–1: the smaller share of each, over the geometric mean."""
    whole = math.sqrt(sum(a.values()) * sum(b.values()))
    return sum(min(a[k], b[k]) for k in sorted(a.keys() & b.keys())) / whole if whole else 0.0


def _namesake(entity: Entity, family: Sequence[Entity]) -> Entity:
    """The first of a family whose given name may be this one's; of a surname alone, the only one."""
    given = {e.name.lower().split()[0] for e in family if len(e.name.split()) > 1}
    if len(entity.name.split()) == 1 and len(given) > 1:
        return entity
    mine = entity.name.lower().split()[0]
    alike = [e for e in family if len(e.name.split()) == 1 or e.name.lower().split()[0] == mine]
    return (
        alike[0]
        if len(given) < 2 or (len(entity.name.split()) > 1 and len(alike[0].name.split()) > 1)
        else entity
    )


# -- words --


@cache
def stop_words() -> frozenset[str]:
    """Lemmas that say nothing about an event: function words, and verbs of saying."""
    return frozenset(row["word"] for row in lexicon("stopwords"))


@cache
def happenings() -> Mapping[str, str]:
    """Lemma (or two lemmas with a space) to the kind of event it tells."""
    return {word: row["kind"] for row in lexicon("happenings") for word in row["words"].split(";")}


@cache
def stem(word: str) -> str:
    """Cut endings, so that "execution" and "executed" meet.

    >>> stem("executed") == stem("execution") == stem("executes")
    True
    """
    word = word.lower()
    for ending in (
        "ations",
        "ation",
        "ions",
        "ments",
        "ion",
        "ment",
        "ings",
        "ing",
        "ers",
        "ies",
        "ied",
        "ed",
        "er",
        "es",
        "ly",
        "s",
        "y",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") or word


def key_of(tokens: Sequence[Token], i: int) -> str | None:
    """Normal form of a content word, or None."""
    token = tokens[i]
    lemma = token.lemma.lower()
    if token.pos not in CONTENT or not any(c.isalnum() for c in lemma):
        return None
    if i + 1 < len(tokens) and (two := happenings().get(f"{lemma} {tokens[i + 1].lemma.lower()}")):
        return two
    if lemma in stop_words():
        return None
    return happenings().get(lemma) or stem(lemma)


def _line(account: Annotated, index: int, number: int, grown: Tree) -> Line:
    sentence = account.sentences[number]
    keys: dict[str, list[int]] = defaultdict(list)
    for i in range(sentence.first, sentence.last):
        key = key_of(account.tokens, i)
        if key is not None:
            keys[key].append(i)
    return Line(index, number, sentence, {k: tuple(v) for k, v in keys.items()})


def _weights(lines: Iterable[Line]) -> dict[str, float]:
    """Weight 0–1 of each word: 1 in one line only, near 0 in every line."""
    seen: dict[str, int] = defaultdict(int)
    count = 1
    for line in lines:
        count += 1
        for key in line.keys:
            seen[key] += 1
    whole = math.log(1 + count)
    return {key: math.log(1 + count / n) / whole for key, n in seen.items()}


def _weighed(line: Line, weights: Mapping[str, float]) -> Line:
    norm = sum(weights[k] for k in line.keys)
    return Line(line.account, line.number, line.sentence, line.keys, norm)


# -- pairs --


def _pairs(laid: Sheet) -> Iterator[Pair]:
    """Pairs of lines of different accounts that are alike or stand in one point."""
    postings: dict[str, list[Line]] = defaultdict(list)
    for rows in laid.lines:
        for line in rows:
            for key in line.keys:
                postings[key].append(line)
    for rows in laid.lines:
        for a in rows:
            yield from _partners(laid, a, postings)


def _partners(laid: Sheet, a: Line, postings: Mapping[str, list[Line]]) -> Iterator[Pair]:
    shared: dict[tuple[int, int], float] = defaultdict(float)
    events: set[tuple[int, int]] = set()
    for key in a.keys:
        if len(postings[key]) <= CROWD:
            for b in postings[key]:
                if b.account > a.account:
                    shared[b.account, b.number] += laid.weights[key]
                    if key[0] == "=":
                        events.add((b.account, b.number))
    point = laid.point_of.get((a.account, a.number))
    for (i, n), weight in sorted(shared.items()):
        b = laid.lines[i][n]
        likeness = weight / math.sqrt(a.norm * b.norm)
        together = point if point is not None and point == laid.point_of.get((i, n)) else None
        # A short line told again inside a long one ("… spoke to five, as the rebels took the city").
        inside = (i, n) in events and weight >= INSIDE * min(a.norm, b.norm)
        if likeness >= LEAST or inside or together:
            yield Pair(a, b, min(likeness, 1.0), together)


def _held(
    points: Sequence[Point], index: Mapping[str, int], line_at: Callable[[int, int], Line | None]
) -> dict[tuple[int, int], str]:
    out: dict[tuple[int, int], str] = {}
    for point in points:
        for span in point.spans:
            account = index.get(span.witness)
            line = None if account is None else line_at(account, span.start)
            if line is not None and account is not None:
                out.setdefault((account, line.number), point.id)
    return out
