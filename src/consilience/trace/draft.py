"""What is known of a story before its stemma is drawn, and the stemma while it is drawn.

Holds no judgement of its own. Invariant: accounts are counted by their place in story order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from ..model import Annotated, Credit, Edge, Entity, Intervention, Node, Passage, Span
from ..settings import Trace
from .credits import find_credits, whole
from .family import Facts
from .firsthand import any_firsthand
from .interventions import interventions
from .outlets import outlet_key
from .reuse import Alignment, Amounts, Words, align_all, all_passages, amounts, rarity, words_of

GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
SHOWN = 12
"""Most passages shown as evidence of an edge."""


def gather(accounts: Sequence[Annotated], entities: Sequence[Entity], settings: Trace) -> Clues:
    """Find all that is known of a story before its stemma is drawn."""
    words = [words_of(a) for a in accounts]
    aligned = align_all(words, settings.seed_words)
    weights = rarity(words)
    odd = interventions(accounts, words, aligned)
    shared, shares = all_passages(aligned, weights), amounts(aligned, weights)
    return Clues(accounts, words, aligned, shared, shares, find_credits(accounts, entities), odd)


@dataclass(frozen=True)
class Placed:
    """The accounts of a story, looked up by their place in story order."""

    accounts: Sequence[Annotated]

    @cached_property
    def place(self) -> dict[str, int]:
        """Position of each account by witness id."""
        return {a.witness.id: n for n, a in enumerate(self.accounts)}

    @cached_property
    def outlets(self) -> list[str]:
        """Key of each account's outlet, empty when unknown."""
        return [outlet_key(a.witness.outlet or "") for a in self.accounts]


@dataclass(frozen=True)
class Clues(Placed):
    """All that is known of a story before its stemma is drawn; accounts by position."""

    words: Sequence[Words]
    aligned: Mapping[tuple[int, int], Alignment]
    passages: Mapping[tuple[int, int], Sequence[Passage]]
    shares: Mapping[tuple[int, int], Amounts]
    credits: Sequence[Credit]
    interventions: Sequence[Intervention]

    @cached_property
    def credits_of(self) -> list[list[Credit]]:
        """Credits of each account."""
        out: list[list[Credit]] = [[] for _ in self.accounts]
        for credit in self.credits:
            out[self.place[credit.span.witness]].append(credit)
        return out

    @cached_property
    def whole_credits(self) -> list[set[str]]:
        """Outlets that each account credits for the whole of itself."""
        return [
            {outlet_key(c.name) for c in held if whole(c, account)}
            for held, account in zip(self.credits_of, self.accounts, strict=True)
        ]

    def _naming(self, n: int) -> frozenset[int]:
        """Words of an account's sentences that say where the whole of it is from."""
        account, words = self.accounts[n], self.words[n]
        out: set[int] = set()
        for credit in self.credits_of[n]:
            if whole(credit, account):
                first, last = words.inside(credit.span.start, credit.span.end)
                out |= set(range(*words.sentence(first, max(first, last - 1))))
        return frozenset(out)

    @cached_property
    def facts(self) -> list[Facts]:
        """Outlet, whole credits and time of each account."""
        present = frozenset(self.outlets)
        return [
            Facts(
                outlet,
                frozenset(named),
                frozenset(named) - present,
                interval(account.witness.published),
                any_firsthand(account, credits=self.credits_of[n]),
                title_key(account.witness.title),
                self._naming(n),
            )
            for n, (outlet, named, account) in enumerate(
                zip(self.outlets, self.whole_credits, self.accounts, strict=True)
            )
        ]


def interval(published: str | None) -> tuple[datetime, datetime] | None:
    """When something appeared: a day for a date, an instant for a time; UTC where no zone is given.

    >>> interval("2031-05-06")[1].isoformat()
    '2031-05-07T00:00:00+00:00'
    """
    try:
        start = datetime.fromisoformat(published or "")
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        length = timedelta(days=1) if len(published or "") <= 10 else timedelta(microseconds=1)
        return start, start + length
    except (ValueError, OverflowError):
        return None


def title_key(title: str | None) -> str:
    """A headline for comparing: folded, spaces made one."""
    return " ".join((title or "").casefold().split())


def components(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Groups of positions joined by pairs, each sorted, by first member.

    >>> components(4, [(3, 1)])
    [[0], [1, 3], [2]]
    """
    up = list(range(count))

    def find(x: int) -> int:
        while up[x] != x:
            x = up[x]
        return x

    for a, b in pairs:
        low, high = sorted((find(a), find(b)))
        up[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for n in range(count):
        groups[find(n)].append(n)
    return [groups[n] for n in sorted(groups)]


@dataclass
class Draft:
    """Nodes and edges as they are drawn; archetypes are numbered after the accounts."""

    clues: Clues
    odd: Mapping[tuple[int, int], Sequence[Intervention]]
    lost: int = 0
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def name(self) -> str:
        """The next Greek letter."""
        lap, letter = divmod(self.lost, len(GREEK))
        self.lost += 1
        return GREEK[letter] + (str(lap + 1) if lap else "")

    def id(self, position: int) -> str:
        return self.clues.accounts[position].witness.id

    def evidence(self, pairs: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
        """Shared interventions first, then the longest shared passages, both sides of each."""
        odd: list[Span] = []
        shared: list[Passage] = []
        for a, b in pairs:
            low, high = min(a, b), max(a, b)
            for item in self.odd.get((low, high), ()):
                odd += [s for s in item.spans if self.clues.place[s.witness] in (a, b)]
            shared += self.clues.passages.get((low, high), ())
        shared.sort(key=lambda p: (p.quoted, p.a.start - p.a.end, p.a, p.b))
        spans = odd + [s for p in shared[:SHOWN] for s in (p.a, p.b)]
        return tuple(dict.fromkeys(spans))

    def lose(self, kids: Sequence[Edge], label: str = "") -> str:
        """Add a lost exemplar with the edges to its children (their parent is set here)."""
        name = self.name()
        self.nodes.append(Node(name, "archetype", label or name))
        self.edges += [replace(e, parent=name) for e in kids]
        return name

    def above(self, node: str) -> set[str]:
        """All ancestors of a node."""
        found: set[str] = set()
        todo = [node]
        while todo:
            at = todo.pop()
            new = {e.parent for e in self.edges if e.child == at} - found
            found |= new
            todo.extend(new)
        return found

    def connected(self) -> list[int]:
        """For each account, the number of the connected part of the stemma that it is in."""
        ids = [a.witness.id for a in self.clues.accounts] + [n.id for n in self.nodes]
        number = {name: n for n, name in enumerate(ids)}
        pairs = ((number[e.parent], number[e.child]) for e in self.edges)
        groups = components(len(ids), pairs)
        part = {n: k for k, group in enumerate(groups) for n in group}
        return [part[n] for n in range(len(self.clues.accounts))]


def label(clues: Clues, position: int) -> str:
    witness = clues.accounts[position].witness
    return witness.outlet or witness.name


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence.

    >>> listed(["A", "B", "C"])
    'A, B and C'
    """
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
