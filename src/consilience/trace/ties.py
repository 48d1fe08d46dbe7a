"""What ties the accounts that carry a point: descent, common wording, one credited body, outlet or speaker.

Looks at one point at a time. An edge of the stemma ties two accounts everywhere where the one is a copy,
a rewrite or a translation of the other, or follows a lost text over most of its length; where it follows
it only here and there, the edge ties at the passages that it shares. An account with several parents
follows, at a point, those whose wording it has there; it never ties its parents to one another. Does not
count origins, nor judge what was seen.

Invariant: groups are disjoint and hold every carrier; more evidence never splits a group of accounts
with at most one parent each.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..model import Annotated, Credit, Descent, Edge, Intervention, Point, Span, Statement
from .credits import FOOT, WHOLE, outlet_key, plain
from .draft import Placed, components
from .firsthand import STOP
from .outlets import foreign, is_body, known

MOST = 0.5
"""Least part of an account that others of its lost parent have for the edge to tie everywhere."""
AGENCY = re.compile(r"\b(?:[Pp]ress|[Nn]ews) [Aa]gency$|\b[Nn]ewswire$|\bWire$")
HALF = 0.5
"""Least part of the shorter of a passage and a statement or scope that both cover."""
PICTURES = re.compile(r"\b(?:images|photos?|pictures)$", re.IGNORECASE)
"""Ends of the names of picture agencies: what they are credited for is no assertion."""
DESCENT = frozenset({"copy", "exemplar", "rewrite", "version", "translation"})
"""Kinds of edge by which a text comes down."""


@dataclass(frozen=True)
class Tie:
    """One reason why two carriers (positions in the story, a < b) are no two origins at a point.

    ``kind`` is outlet, descent, wording, credit or speaker; ``words`` is the name behind it.
    """

    a: int
    b: int
    kind: str
    words: str = ""


@dataclass(frozen=True)
class Story(Placed):
    """A story's accounts and descent, looked up by position."""

    descent: Descent

    @cached_property
    def bodies(self) -> frozenset[str]:
        """Keys of the outlets in hand and of the outlets and bodies that are cited."""
        cited = (outlet_key(n.label) for n in self.descent.nodes if n.kind == "cited")
        return frozenset({*self.outlets, *cited} - {""})

    def label(self, n: int) -> str:
        """What an account is called in a sentence."""
        return self.accounts[n].witness.outlet or self.accounts[n].witness.name

    @cached_property
    def credits(self) -> Mapping[int, list[Credit]]:
        """Credits by the account they stand in."""
        out: dict[int, list[Credit]] = defaultdict(list)
        for credit in self.descent.credits:
            if credit.span.witness in self.place:
                out[self.place[credit.span.witness]].append(credit)
        return out

    @cached_property
    def passages(self) -> Mapping[tuple[int, int], list[tuple[Span, Span]]]:
        """Shared passages by pair of accounts, in both orders."""
        out: dict[tuple[int, int], list[tuple[Span, Span]]] = defaultdict(list)
        for p in self.descent.passages:
            a, b = self.place[p.a.witness], self.place[p.b.witness]
            out[a, b].append((p.a, p.b))
            out[b, a].append((p.b, p.a))
        return out

    @cached_property
    def _shared(self) -> Mapping[int, tuple[list[int], list[int]]]:
        """For each account, places where its sharers change, and who they are from there (one bit each)."""
        mine: dict[int, list[tuple[Span, int]]] = {n: [] for n in range(len(self.accounts))}
        for p in self.descent.passages:
            a, b = self.place[p.a.witness], self.place[p.b.witness]
            mine[a].append((p.a, b))
            mine[b].append((p.b, a))
        return {n: _sweep(held) for n, held in mine.items()}

    def sharers(self, spans: Sequence[Span]) -> int:
        """Accounts (one bit each) that have a passage in common with some spans of one account."""
        starts, masks = self._shared[self.place[spans[0].witness]]
        out = 0
        for span in spans:
            first, last = bisect_right(starts, span.start) - 1, bisect_right(starts, span.end - 1)
            for mask in masks[max(0, first) : last]:
                out |= mask
        return out

    def share(self, a: Sequence[Span], b: Sequence[Span]) -> bool:
        """Whether a shared passage covers part of both readings."""
        pair = self.place[a[0].witness], self.place[b[0].witness]
        return any(
            any(p.overlap(s) for s in a) and any(q.overlap(s) for s in b)
            for p, q in self.passages.get(pair, ())
        )

    @cached_property
    def edges(self) -> Mapping[str, list[Edge]]:
        """Edges of descent by child."""
        out: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.descent.edges:
            if edge.kind in DESCENT and not edge.parent.startswith("cited:"):
                out[edge.child].append(edge)
        return out

    def above(self, node: str) -> frozenset[str]:
        """A node and all that it descends from."""
        if node not in self._above:
            found, todo = {node}, [node]
            while todo:
                new = {e.parent for e in self.edges.get(todo.pop(), ())} - found
                found |= new
                todo.extend(new)
            self._above[node] = frozenset(found)
        return self._above[node]

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _below(self) -> Mapping[str, int]:
        """Accounts at or below each node, one bit each."""
        out: dict[str, int] = defaultdict(int)
        for account in self.accounts:
            for node in self.above(account.witness.id):
                out[node] |= 1 << self.place[account.witness.id]
        return out

    def up(self, n: int) -> frozenset[str]:
        """An account and all that it descends from."""
        return self.above(self.accounts[n].witness.id)

    def below(self, node: str) -> int:
        """Accounts (one bit each) at or below a node."""
        return self._below.get(node, 0)

    def kin(self, edge: Edge) -> int:
        """Accounts (one bit each) that an edge joins a child and what is below it to."""
        return self.below(edge.parent) & ~self.below(edge.child)

    @cached_property
    def _everywhere(self) -> dict[tuple[str, str], bool]:
        return {}

    def everywhere(self, edge: Edge) -> bool:
        """Whether an edge ties its child in all that it says."""
        if edge.kind in ("copy", "translation") or (edge.kind == "rewrite" and edge.parent in self.place):
            return True
        if edge.child not in self.place:
            return edge.kind == "exemplar"
        key = edge.parent, edge.child
        if key not in self._everywhere:
            self._everywhere[key] = self._part(self.place[edge.child], self.kin(edge)) >= MOST
        return self._everywhere[key]

    def _part(self, n: int, kin: int) -> float:
        """Part of an account's text that some others have too."""
        size = len(self.accounts[n].witness.text)
        starts, masks = self._shared[n]
        ends = [*starts[1:], size]
        return sum(e - s for s, e, m in zip(starts, ends, masks, strict=True) if m & kin) / max(1, size)


def _sweep(passages: Sequence[tuple[Span, int]]) -> tuple[list[int], list[int]]:
    """Places where the accounts that share an account's words change, and who they are from there on."""
    changes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for mine, other in passages:
        changes[mine.start].append((other, 1))
        changes[mine.end].append((other, -1))
    starts, masks, mask = [0], [0], 0
    held: dict[int, int] = defaultdict(int)
    for at in sorted(changes):
        for other, step in changes[at]:
            held[other] += step
            mask = mask | 1 << other if held[other] else mask & ~(1 << other)
        if at == starts[-1]:
            masks[-1] = mask
        else:
            starts.append(at)
            masks.append(mask)
    return starts, masks


@dataclass(frozen=True)
class Case:
    """A point with the accounts that carry it."""

    story: Story
    point: Point

    @cached_property
    def held(self) -> Mapping[int, list[Span]]:
        """The passages of the point by account, in story order."""
        out: dict[int, list[Span]] = defaultdict(list)
        for span in self.point.spans:
            if span.witness in self.story.place:
                out[self.story.place[span.witness]].append(span)
        return {n: out[n] for n in sorted(out)}

    @cached_property
    def carriers(self) -> list[int]:
        """Positions of the accounts that carry the point."""
        return list(self.held)

    # -- who says it, and where it is credited --

    def statements(self, n: int) -> list[Statement]:
        """Statements of an account that hold half of a passage of the point."""
        return [
            s
            for s in self.story.accounts[n].statements
            if any(_meet(c, h) for c in s.content for h in self.held[n])
        ]

    def credits(self, n: int) -> list[Credit]:
        """Credits of an account that govern a passage of the point, those for less than the whole first."""
        found = [
            c
            for c in self.story.credits.get(n, ())
            if not PICTURES.search(c.name) and any(_meet(c.scope, h) for h in self.held[n])
        ]
        return sorted(found, key=lambda c: (c.kind in WHOLE | FOOT, c.span, c.name))

    def named(self, n: int, *, spoken: bool = True) -> dict[str, str]:
        """Bodies and outlets that an account has the point from or whose words it reports: name by key.

        :param spoken: also bodies whose words it reports, not by which way alone it has them.
        """
        out: dict[str, str] = {}
        for credit in self.credits(n):
            if spoken or self._beside(credit, n):
                out.setdefault(outlet_key(credit.name), credit.name)
        for said in self.statements(n):
            spoke = said.speaker if said.speaker and said.speaker.kind in ("body", "document", "") else None
            told = [spoke.name] if spoke and spoke.key and spoken else []
            for name in (*said.chain[:-1], *told):
                # "Upper Kell says", of a town, names no body whose word could be an origin
                if outlet_key(name) in self.story.bodies or issuer(name):
                    out.setdefault(outlet_key(name), name)
        out.pop(self.story.outlets[n], None)
        return {key: name for key, name in out.items() if key}

    def _beside(self, credit: Credit, n: int) -> bool:
        """Whether a credit stands in a sentence of the point, or governs the account.

        In a paragraph where a statement is answered by a fisherman, he has nothing from that statement.
        """
        account = self.story.accounts[n]
        whole = credit.scope.end - credit.scope.start >= len(account.witness.text)
        return whole or any(sentence_at(account, h).overlap(credit.span) for h in self.held[n])

    def speakers(self, n: int) -> dict[str, str]:
        """Named speakers of an account's passages of the point: name by key."""
        said = (s.speaker for s in self.statements(n) if s.speaker and self._covers(s, n))
        return {s.key or outlet_key(s.name): s.name for s in said if s.key and s.kind != "group"}

    def _covers(self, said: Statement, n: int) -> bool:
        """Whether a statement makes up most of a passage: "he had spoken to Roe" is not what Roe said."""
        return any(sum(c.overlap(h) for c in said.content) >= HALF * (h.end - h.start) for h in self.held[n])

    # -- what ties --

    @cached_property
    def tops(self) -> Mapping[int, frozenset[str]]:
        """The nodes without parents that each carrier has the point from, as far as the stemma shows."""
        return {n: self._tops(self.story.accounts[n].witness.id, 0) for n in self.carriers}

    def _tops(self, node: str, shared: int) -> frozenset[str]:
        """Follow the edges that tie at this point from a node upward.

        :param shared: accounts that have words of the point in common with those below the node.
        """
        tops, todo = set(), [(node, shared)]
        while todo:
            node, shared = todo.pop()
            ups, shared = self._ups(node, shared)
            if not ups:
                tops.add(node)
            todo += [(e.parent, shared) for e in ups]
        return frozenset(tops)

    def _ups(self, node: str, shared: int) -> tuple[list[Edge], int]:
        """The edges that tie a node at this point, and the accounts that share words of it up to here."""
        story = self.story
        spans = self.held.get(story.place.get(node, -1))
        shared |= story.sharers(spans) if spans else 0
        edges = story.edges.get(node, ())
        ups = [e for e in edges if self._has(e, shared) and (story.everywhere(e) or shared & story.kin(e))]
        if len(ups) > 1:  # of several parents, those that have the words; else whose kin have them
            direct = [e for e in ups if shared >> story.place.get(e.parent, len(story.accounts)) & 1]
            ups = direct or [e for e in ups if shared & story.kin(e)] or ups
        return ups, shared

    def _has(self, edge: Edge, shared: int) -> bool:
        """Whether a parent can have the point: it is lost, or it or one above it has it or shares words."""
        story = self.story
        for node in story.above(edge.parent):
            n = story.place.get(node)
            if n is None or n in self.held or shared >> n & 1:
                return True
        return False

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """Ties enough to explain the groups: of descent, outlet, wording, credit and speaker."""
        return tuple(self._ties())

    def _ties(self) -> Iterator[Tie]:
        first: dict[tuple[str, str], int] = {}
        for n in self.carriers:
            top = self.tops[n]
            if len(top) == 1:
                yield from _met(first, ("descent", min(top)), n)
            yield from _met(first, ("outlet", self.story.outlets[n]), n)
            yield from _met(first, ("outlet", self.story.accounts[n].witness.url or ""), n)
        for x, b in enumerate(self.carriers):
            near = self.story.sharers(self.held[b])
            for a in self.carriers[:x]:
                if self.tops[a] == self.tops[b] and len(self.tops[b]) == 1:
                    continue
                if near >> a & 1 and self.story.share(self.held[a], self.held[b]):
                    yield Tie(a, b, "wording")
        names: dict[tuple[str, str], int] = {
            ("credit", key): n for n in reversed(self.carriers) if (key := self.story.outlets[n])
        }
        for n in self.carriers:
            for key in self.named(n):
                yield from _met(names, ("credit", key), n)
            for key in self.speakers(n):
                yield from _met(names, ("speaker", key), n)

    @cached_property
    def groups(self) -> list[list[int]]:
        """Carriers grouped by all that ties them; one with several parents joins one group, merges none."""
        at = {n: x for x, n in enumerate(self.carriers)}
        mixed = {n for n in self.carriers if len(self.tops[n]) > 1 or self._twice(n)}
        pairs = [(at[t.a], at[t.b]) for t in self.ties if not {t.a, t.b} & mixed]
        first: dict[str, int] = {}
        for n in (n for n in self.carriers if n not in mixed and len(self.tops[n]) == 1):
            pairs.append((first.setdefault(min(self.tops[n]), at[n]), at[n]))
        for n in sorted(mixed):
            pairs += [(at[n], at[host]) for host in self._hosts(n, mixed)[:1]]
        return [[self.carriers[x] for x in group] for group in components(len(at), pairs)]

    def _twice(self, n: int) -> bool:
        """Whether an account tells the point twice, once in the words of some and once in those of others."""
        here = sum(1 << m for m in self.carriers)
        masks = [self.story.sharers([s]) & here for s in self.held[n]] if len(self.held[n]) > 1 else []
        return any(a and b and not a & b for x, a in enumerate(masks) for b in masks[:x])

    def _hosts(self, n: int, mixed: set[int]) -> list[int]:
        """Carriers that one with several parents may stand with: those it shares words with, else kin."""
        tied = [t.a if t.b == n else t.b for t in self.ties if n in (t.a, t.b)]
        kin = [m for m in self.carriers if m != n and self.tops[m] & self.tops[n]]
        return [m for m in (*tied, *kin) if m not in mixed] or [m for m in (*tied, *kin) if m < n]

    # -- odd readings --

    @cached_property
    def odd(self) -> list[tuple[Intervention, list[int]]]:
        """Interventions in the words of the point, with the carriers that share each, heaviest first."""
        out = []
        for item in self.story.descent.interventions:
            held = {
                self.story.place[s.witness]
                for s in item.spans
                if any(s.overlap(h) for h in self.held.get(self.story.place[s.witness], ()))
            }
            if len(held) > 1:
                out.append((item, sorted(held)))
        return sorted(out, key=lambda found: (-found[0].weight, -len(found[1]), found[0].spans))


def _meet(a: Span, b: Span) -> bool:
    """Whether two spans cover half of the shorter one: "112" in "The ministry speaks of 112" does."""
    return a.overlap(b) >= HALF * min(a.end - a.start, b.end - b.start)


def issuer(outlet: str | None) -> bool:
    """Whether a name is a public body's, and no outlet's.

    >>> issuer("Ministry of Fisheries and Ports"), issuer("Orlo Press Agency"), issuer("Kell Courier")
    (True, False, False)
    """
    name = outlet or ""
    if not plain(name) or foreign(name) or AGENCY.search(name) or plain(name) in known():
        return False
    return is_body(name) or is_body(re.split(r" (?:of|for) ", name)[0])


def sentence_at(account: Annotated, span: Span) -> Span:
    """The sentence round the start of a span."""
    for s in account.sentences:
        if s.start <= span.start < s.end:
            return Span(span.witness, s.start, s.end)
    around, text = paragraph(account, span), account.witness.text
    start = max((m.end() for m in STOP.finditer(text, around.start, span.start + 1)), default=around.start)
    end = STOP.search(text, span.start, around.end)
    last = end.start() + 1 if end else around.end
    return Span(span.witness, min(start, span.start), max(last, span.start + 1))


def paragraph(account: Annotated, span: Span) -> Span:
    """The lines that a span stands in."""
    text = account.witness.text
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    return Span(span.witness, start, end if end >= 0 else len(text))


def _met(first: dict[tuple[str, str], int], key: tuple[str, str], n: int) -> Iterator[Tie]:
    """A tie to the first account met under a key."""
    if key[1]:
        other = first.setdefault(key, n)
        if other != n:
            yield Tie(min(other, n), max(other, n), *key)
