"""The stemma: who descends from whom, with lost exemplars and the outlets that are cited.

Finds which accounts are kindred (shared running prose, or a shared intervention), has
``family`` explain each group of them at least price, and draws nodes and edges with the
evidence, a score and one sentence. Does not count origins.

Invariant: no cycles; every edge has evidence; a direction that rests on publication times
alone, or on nothing, is marked as not directed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..model import Edge, Intervention, Node
from ..settings import Trace
from .draft import Clues, Draft, components, label
from .family import LATE, Kindred, family, late
from .links import draw_cited, draw_credited, draw_interventions, draw_versions
from .search import Family

KIN_WORDS = 22
"""Fewest shared words of running prose that make two accounts kindred."""
DENSE = 0.9
"""Least share of the words of shared passages that copies have in common: versions have fewer."""
VERBATIM = 0.95
"""The same for passages taken over as they are, of which half as much is enough."""
SURE = 1.0
"""Least margin of price that directs an edge."""


def stemma(clues: Clues, settings: Trace) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Draw the stemma of a story.

    :returns: nodes (accounts in story order, then lost exemplars, then cited outlets) and edges.
    """
    kin = kinship(clues, settings)
    draft = Draft(clues, odd_kin(clues))
    for group in components(len(clues.accounts), kin.copies):
        if len(group) > 1:
            _draw_family(draft, group, kin.copies)
    draw_credited(draft, kin.versions)
    draw_versions(draft, kin.versions)
    draw_interventions(draft)
    draw_cited(draft)
    witnesses = [Node(a.witness.id, "witness", label(clues, n)) for n, a in enumerate(clues.accounts)]
    order = {node.id: n for n, node in enumerate((*witnesses, *draft.nodes))}
    edges = sorted(draft.edges, key=lambda e: (order[e.parent], order[e.child], e.kind))
    return (*witnesses, *draft.nodes), tuple(edges)


# -- kinship --


@dataclass(frozen=True)
class Kinship:
    """Pairs of accounts (a < b) by how they share running prose.

    ``copies`` share it nearly word for word; ``versions`` reword all of it (two translations,
    a rewrite).
    """

    copies: frozenset[tuple[int, int]]
    versions: frozenset[tuple[int, int]]


def kinship(clues: Clues, settings: Trace) -> Kinship:
    """Sort the pairs of accounts that share enough running prose."""
    copies: set[tuple[int, int]] = set()
    versions: set[tuple[int, int]] = set()
    for a, b in clues.aligned:
        prose, quoted, length = _amounts(clues, a, b)
        shorter = min(len(clues.words[a]), len(clues.words[b]))
        if clues.accounts[a].witness.text == clues.accounts[b].witness.text:
            copies.add((a, b))
            continue
        if prose < KIN_WORDS:
            continue
        share = (prose + min(prose, quoted) / 2) / shorter
        dense = 2 * prose / length
        if dense >= DENSE and share >= settings.min_share * (0.5 if dense >= VERBATIM else 1.0):
            copies.add((a, b))
        elif share >= settings.min_share:
            versions.add((a, b))
    return Kinship(frozenset(copies), frozenset(versions))


def _amounts(clues: Clues, a: int, b: int) -> tuple[int, int, int]:
    """Matched words of running prose, and of quotations; and all words of the prose passages, both sides."""
    prose = quoted = length = 0
    forward = clues.aligned[a, b].forward
    for passage in clues.passages[a, b]:
        mine = range(*clues.words[a].inside(passage.a.start, passage.a.end))
        theirs = range(*clues.words[b].inside(passage.b.start, passage.b.end))
        count = sum(k in forward for k in mine)
        if passage.quoted:
            quoted += count
        else:
            prose, length = prose + count, length + len(mine) + len(theirs)
    return prose, quoted, length


def odd_kin(clues: Clues) -> dict[tuple[int, int], list[Intervention]]:
    """Interventions by the pairs (a < b) that share them."""
    out: dict[tuple[int, int], list[Intervention]] = defaultdict(list)
    for item in clues.interventions:
        held = sorted(clues.place[s.witness] for s in item.spans)
        for i, a in enumerate(held):
            for b in held[i + 1 :]:
                out[a, b].append(item)
    return out


# -- families of copies --


def _draw_family(draft: Draft, group: list[int], kin: frozenset[tuple[int, int]]) -> None:
    """Explain one group of kindred accounts and draw it."""
    clues = draft.clues
    at = {position: n for n, position in enumerate(group)}
    aligned = {(at[a], at[b]): f for (a, b), f in clues.aligned.items() if a in at and b in at}
    aligned |= {(b, a): f.turned() for (a, b), f in aligned.items()}
    related = {pair for a, b in kin if a in at for pair in ((at[a], at[b]), (at[b], at[a]))}
    common = frozenset.intersection(*(clues.facts[n].absent for n in group))
    facts = [replace(clues.facts[n], absent=clues.facts[n].absent - common) for n in group]
    kindred = Kindred([clues.words[n] for n in group], aligned, related, facts)
    found = family(kindred)
    names = [draft.id(n) for n in group]
    for number in range(kindred.real, len(kindred.words)):
        used = any(number in parents for parents in found.parents)
        names.append(draft.name() if used else "")
        if used:
            draft.nodes.append(Node(names[-1], "archetype", names[-1]))
    for child, parents in enumerate(found.parents):
        for parent in parents:
            draft.edges.append(_family_edge(draft, kindred, found, group, names, (child, parent)))


def _family_edge(
    draft: Draft, kindred: Kindred, found: Family, group: list[int], names: list[str], pair: tuple[int, int]
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
        told = label(clues, group[child]), label(clues, group[parent])
        reason = f"{shared} of the {size} words of {told[0]} stand in {told[1]}; {why}."
    else:
        kin = _under(found, parent if parent >= real else child, real)
        evidence = draft.evidence((group[a], group[b]) for a in kin for b in kin if a < b)
        kind = "exemplar"
        reason = _why_lost(clues, [group[n] for n in kin])
    score = 0.5 + 0.5 * (1 - math.exp(-max(0.0, margin) / 6)) if directed else 0.5
    score = round(score * min(1.0, 0.5 + shared / size), 3)
    return Edge(names[parent], names[child], kind, evidence, score, reason, directed)


def _why_directed(clues: Clues, child: int, parent: int, dropped: int, directed: bool, timed: bool) -> str:
    """What tells which way an edge runs, in a clause."""
    if clues.outlets[parent] and clues.outlets[parent] == clues.outlets[child]:
        return "both are versions of one outlet's article"
    if clues.outlets[parent] and clues.outlets[parent] in clues.whole_credits[child]:
        return f"the first credits {label(clues, parent)}"
    if directed and dropped:
        return f"{label(clues, parent)} has {dropped} passage{'s' * (dropped > 1)} that the other leaves out"
    if directed:
        return "its changes are explained by this parent at least cost"
    return "only the times say which came first" if timed else "which of the two came first is not shown"


def _under(found: Family, exemplar: int, real: int) -> list[int]:
    """Accounts that follow a lost exemplar directly."""
    return [c for c, parents in enumerate(found.parents) if exemplar in parents and c < real]


def _why_lost(clues: Clues, kin: Sequence[int]) -> str:
    names = [label(clues, n) for n in kin]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
    return f"{listed} share their wording, yet each has what the others lack: they follow a lost account."
