"""The stemma: who descends from whom, with lost exemplars and the outlets that are cited.

Finds which accounts are kindred (shared running prose, or a shared intervention), has
``family`` explain each group of them at least price, and draws nodes and edges with the
evidence, a score and one sentence. Does not count origins.

Invariant: no cycles; every edge has evidence; a direction that rests on publication times
alone, or on nothing, is marked as not directed.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from ..model import Annotated, Credit, Edge, Intervention, Node, Passage, Span
from ..settings import Trace
from .credits import outlet_key, plain, whole
from .family import LATE, Facts, Kindred, family, late
from .reuse import Alignment, Words
from .search import Family

GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
KIN_WORDS = 22
"""Fewest shared words of running prose that make two accounts kindred."""
SURE = 1.0
"""Least margin of price that directs an edge."""
SHOWN = 12
"""Most passages shown as evidence of an edge."""


@dataclass(frozen=True)
class Clues:
    """All that is known of a story before its stemma is drawn; accounts by position."""

    accounts: Sequence[Annotated]
    words: Sequence[Words]
    aligned: Mapping[tuple[int, int], Alignment]
    passages: Mapping[tuple[int, int], Sequence[Passage]]
    credits: Sequence[Credit]
    interventions: Sequence[Intervention]

    @cached_property
    def place(self) -> dict[str, int]:
        """Position of each witness id."""
        return {a.witness.id: n for n, a in enumerate(self.accounts)}

    @cached_property
    def outlets(self) -> list[str]:
        """Key of each account's outlet, empty when unknown."""
        return [outlet_key(a.witness.outlet or "") for a in self.accounts]

    @cached_property
    def whole_credits(self) -> list[set[str]]:
        """Outlets that each account credits for the whole of itself."""
        out: list[set[str]] = [set() for _ in self.accounts]
        for credit in self.credits:
            n = self.place[credit.span.witness]
            if whole(credit, self.accounts[n]):
                out[n].add(outlet_key(credit.name))
        return out

    @cached_property
    def facts(self) -> list[Facts]:
        """Outlet, whole credits and time of each account."""
        present = frozenset(self.outlets)
        return [
            Facts(outlet, frozenset(named), frozenset(named) - present, interval(a.witness.published))
            for outlet, named, a in zip(self.outlets, self.whole_credits, self.accounts, strict=True)
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


# -- kinship --


def kinship(clues: Clues, settings: Trace) -> set[tuple[int, int]]:
    """Pairs, both ways round, that may be parent and child."""
    out: set[tuple[int, int]] = set()
    for (a, b), found in clues.aligned.items():
        prose, quoted = _amounts(clues, a, b)
        shorter = min(len(clues.words[a]), len(clues.words[b]))
        if prose >= KIN_WORDS and prose + min(prose, quoted) / 2 >= settings.min_share * shorter:
            out |= {(a, b), (b, a)}
        if found.forward and clues.accounts[a].witness.text == clues.accounts[b].witness.text:
            out |= {(a, b), (b, a)}
    return out


def _amounts(clues: Clues, a: int, b: int) -> tuple[int, int]:
    """Matched words of two accounts in shared passages: running prose, and quoted in both."""
    prose = quoted = 0
    forward = clues.aligned[a, b].forward
    for passage in clues.passages[a, b]:
        first, last = clues.words[a].inside(passage.a.start, passage.a.end)
        count = sum(k in forward for k in range(first, last))
        prose, quoted = prose + count * (not passage.quoted), quoted + count * passage.quoted
    return prose, quoted


def odd_kin(clues: Clues) -> dict[tuple[int, int], list[Intervention]]:
    """Interventions by the pairs (a < b) that share them."""
    out: dict[tuple[int, int], list[Intervention]] = defaultdict(list)
    for item in clues.interventions:
        held = sorted(clues.place[s.witness] for s in item.spans)
        for i, a in enumerate(held):
            for b in held[i + 1 :]:
                out[a, b].append(item)
    return out


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


# -- drawing --


@dataclass
class _Draft:
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


def stemma(clues: Clues, settings: Trace) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Draw the stemma of a story.

    :returns: nodes (accounts in story order, then lost exemplars, then cited outlets) and edges.
    """
    kin, odd = kinship(clues, settings), odd_kin(clues)
    draft = _Draft(clues, odd)
    for group in components(len(clues.accounts), kin):
        if len(group) > 1:
            _draw_family(draft, group, kin)
    _join_by_interventions(draft)
    _draw_credits(draft)
    witnesses = [Node(a.witness.id, "witness", a.witness.outlet or a.witness.name) for a in clues.accounts]
    order = {node.id: n for n, node in enumerate((*witnesses, *draft.nodes))}
    edges = sorted(draft.edges, key=lambda e: (order[e.parent], order[e.child], e.kind))
    return (*witnesses, *draft.nodes), tuple(edges)


def _draw_family(draft: _Draft, group: list[int], kin: set[tuple[int, int]]) -> None:
    """Explain one group of kindred accounts and draw it."""
    clues = draft.clues
    at = {position: n for n, position in enumerate(group)}
    aligned = {(at[a], at[b]): f for (a, b), f in clues.aligned.items() if a in at and b in at}
    aligned |= {(b, a): f.turned() for (a, b), f in aligned.items()}
    related = {(at[a], at[b]) for a, b in kin if a in at}
    common = frozenset.intersection(*(clues.facts[n].absent for n in group))
    facts = [replace(clues.facts[n], absent=clues.facts[n].absent - common) for n in group]
    kindred = Kindred([clues.words[n] for n in group], aligned, related, facts)
    found = family(kindred)
    names = [draft.id(n) for n in group]
    for number in range(kindred.real, len(kindred.words)):
        names.append(draft.name())
        draft.nodes.append(Node(names[-1], "archetype", names[-1]))
    for child, parents in enumerate(found.parents):
        for parent in parents:
            draft.edges.append(_family_edge(draft, kindred, found, group, names, (child, parent)))


def _family_edge(
    draft: _Draft, kindred: Kindred, found: Family, group: list[int], names: list[str], pair: tuple[int, int]
) -> Edge:
    child, parent = pair
    clues, real = draft.clues, kindred.real
    margin = found.margin[pair]
    timed = max(pair) < real and late(kindred.facts[parent], kindred.facts[child])
    directed = margin >= SURE + (LATE if timed else 0.0)
    done = kindred.edits(child, parent)
    shared = len(kindred.aligned[pair].forward)
    size = len(kindred.words[child])
    if max(pair) < real:
        evidence = draft.evidence([(group[child], group[parent])])
        kind = "copy" if shared >= 0.8 * size else "rewrite" if shared >= 0.3 * size else "quote"
        why = _why_directed(clues, group[child], group[parent], len(done.dropped), directed, timed)
        reason = f"{shared} of its {size} words stand in {_label(clues, group[parent])}; {why}."
    else:
        kin = _under(found, parent if parent >= real else child, real)
        evidence = draft.evidence((group[a], group[b]) for a in kin for b in kin if a < b)
        kind = "exemplar"
        reason = _why_lost(clues, [group[n] for n in kin])
    score = 0.5 + 0.5 * (1 - math.exp(-max(0.0, margin) / 6)) if directed else 0.5
    return Edge(names[parent], names[child], kind, evidence, round(score * min(1.0, 0.5 + shared / size), 3), reason, directed)


def _label(clues: Clues, position: int) -> str:
    witness = clues.accounts[position].witness
    return witness.outlet or witness.name


def _why_directed(clues: Clues, child: int, parent: int, dropped: int, directed: bool, timed: bool) -> str:
    """What tells which way an edge runs, in a clause."""
    if clues.outlets[parent] and clues.outlets[parent] in clues.whole_credits[child]:
        return f"it credits {_label(clues, parent)}"
    if directed and dropped:
        return f"{_label(clues, parent)} has {dropped} passage{'s' * (dropped > 1)} more that it leaves out"
    if directed:
        return "its changes are explained by this parent at least cost"
    return "only the times say which came first" if timed else "which of the two came first is not shown"


def _under(found: Family, exemplar: int, real: int) -> list[int]:
    """Accounts that follow a lost exemplar directly; all its family when fewer than two do."""
    return [c for c, parents in enumerate(found.parents) if exemplar in parents and c < real]


def _why_lost(clues: Clues, kin: Sequence[int]) -> str:
    names = [_label(clues, n) for n in kin]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
    return f"{listed} share their wording, yet each has what the others lack: they follow an account that is not in hand."


def _join_by_interventions(draft: _Draft) -> None:
    """Put accounts that share an intervention, and are not yet joined, under a lost exemplar."""
    clues = draft.clues
    strong = [i for i in clues.interventions if i.kind in ("bracket", "cut")]
    for item in strong:
        held = sorted({clues.place[s.witness] for s in item.spans})
        if _joined(draft, held):
            continue
        name = draft.name()
        draft.nodes.append(Node(name, "archetype", name))
        what = "editor's bracket" if item.kind == "bracket" else "cut in a quotation"
        reason = f"The accounts share the same {what} ({item.words}), which two writers would hardly make apart."
        evidence = draft.evidence((a, b) for a in held for b in held if a < b)
        draft.edges += [Edge(name, draft.id(n), "exemplar", evidence, item.weight, reason) for n in held]


def _joined(draft: _Draft, positions: Sequence[int]) -> bool:
    """Whether edges drawn so far connect all of these accounts, by whatever path."""
    number = {name: n for n, name in enumerate(sorted({x for e in draft.edges for x in (e.parent, e.child)}))}
    groups = components(len(number), ((number[e.parent], number[e.child]) for e in draft.edges))
    ids = [number.get(draft.id(n), -1) for n in positions]
    return any(set(ids) <= set(group) for group in groups)


# -- credits --


def _draw_credits(draft: _Draft) -> None:
    """Add what credits say beyond kinship: edges from accounts in hand, and cited nodes."""
    clues = draft.clues
    owners = {outlet: n for n, outlet in reversed(list(enumerate(clues.outlets))) if outlet}
    spans: dict[tuple[str, int], list[Credit]] = defaultdict(list)
    shown: dict[str, str] = {}
    for credit in clues.credits:
        key = _same_name(plain(credit.name), shown)
        shown.setdefault(key, credit.name)
        spans[key, clues.place[credit.span.witness]].append(credit)
    cited: dict[str, str] = {}
    for (key, child), credits in sorted(spans.items()):
        owner = owners.get(outlet_key(shown[key]))
        if owner is not None:
            _credit_account(draft, owner, child, credits)
        elif not _names_exemplar(draft, key, child, credits) and not _inherited(draft, key, child, spans):
            node = f"cited:{re.sub(r'[^a-z0-9]+', '-', key).strip('-') or key}"
            cited[node] = shown[key]
            evidence = tuple(sorted({c.span for c in credits}))
            reason = f"{_label(clues, child)} names {shown[key]} as where it has this from."
            draft.edges.append(Edge(node, draft.id(child), "credit", evidence, 0.9, reason))
    draft.nodes += [Node(node, "cited", label) for node, label in sorted(cited.items())]


def _same_name(key: str, shown: Mapping[str, str]) -> str:
    """One key for "state department" and "us state department"."""
    words = set(key.split())
    return next((k for k in shown if words <= set(k.split()) or set(k.split()) <= words), key)


def _credit_account(draft: _Draft, parent: int, child: int, credits: Sequence[Credit]) -> None:
    """An edge from an account in hand, unless it is an ancestor already or would make a cycle."""
    up, down = draft.id(parent), draft.id(child)
    if parent == child or up in _above(draft.edges, down) or down in _above(draft.edges, up):
        return
    evidence = tuple(sorted({c.span for c in credits}))
    reason = f"{_label(draft.clues, child)} names {_label(draft.clues, parent)} as where it has this from."
    draft.edges.append(Edge(up, down, "credit", evidence, 0.9, reason))


def _names_exemplar(draft: _Draft, key: str, child: int, credits: Sequence[Credit]) -> bool:
    """Whether a credit for the whole account names the lost exemplar it follows; then label that."""
    account = draft.clues.accounts[child]
    parents = {e.parent for e in draft.edges if e.child == draft.id(child)}
    for n, node in enumerate(draft.nodes):
        if node.kind == "archetype" and node.id in parents and any(whole(c, account) for c in credits):
            draft.nodes[n] = Node(node.id, node.kind, f"{node.id} ({credits[0].name})")
            return True
    return False


def _inherited(draft: _Draft, key: str, child: int, spans: Mapping[tuple[str, int], Sequence[Credit]]) -> bool:
    """Whether an account in hand above this one has the same credit: it came with the copy."""
    above = _above(draft.edges, draft.id(child))
    return any(k == key and n != child and draft.id(n) in above for k, n in spans)


def _above(edges: Sequence[Edge], node: str) -> set[str]:
    """All ancestors of a node."""
    found: set[str] = set()
    todo = [node]
    while todo:
        at = todo.pop()
        new = {e.parent for e in edges if e.child == at} - found
        found |= new
        todo.extend(new)
    return found
