"""The stemma: who descends from whom, with lost exemplars and the outlets that are cited.

Finds which accounts are kindred (shared running prose, or a shared intervention), has
``family`` explain each group of them, and draws nodes and edges with the
evidence, a score and one sentence. Does not count origins.

Invariant: no cycles; every edge has evidence; a direction that rests on publication times
alone, or on nothing, is marked as not directed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..model import Edge, Intervention, Node
from ..settings import Trace
from .draft import Clues, Draft, components, label, listed
from .family import Kindred, family, late, timely
from .forest import Forest
from .links import draw_cited, draw_credited, draw_interventions, draw_rewritings, draw_translations
from .reuse import Alignment
from .versions import same_article, version_pairs

KIN_WORDS = 22
"""Fewest shared words of running prose that make two accounts kindred."""
DENSE = 0.9
"""Least share of the words of shared passages that copies have in common: rewritings have fewer."""
VERBATIM = 0.95
"""The same for passages taken over as they are, of which half as much is enough."""
NEAREST = 24
"""How many of the nearest accounts are weighed as parents of each: all, in a small story."""
SURE = 0.75
"""Least chance of one direction, given that there is an edge, that directs it."""
UNTIMED = 0.6
"""The same without what the times say: they help, but never decide alone."""


def stemma(clues: Clues, settings: Trace) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Draw the stemma of a story.

    :returns: nodes (accounts in story order, then lost exemplars, then cited outlets) and edges.
    """
    kin = kinship(clues, settings)
    draft = Draft(clues, odd_kin(clues))
    for group in components(len(clues.accounts), kin.copies):
        if len(group) > 1:
            _draw_family(draft, group, kin.copies)
    draw_credited(draft, kin.rewritings)
    draw_rewritings(draft, kin.rewritings)
    draw_interventions(draft)
    draw_translations(draft)
    draw_cited(draft)
    witnesses = [Node(a.witness.id, "witness", label(clues, n)) for n, a in enumerate(clues.accounts)]
    order = {node.id: n for n, node in enumerate((*witnesses, *draft.nodes))}
    edges = sorted(draft.edges, key=lambda e: (order[e.parent], order[e.child], e.kind))
    return (*witnesses, *draft.nodes), tuple(edges)


# -- kinship --


@dataclass(frozen=True)
class Kinship:
    """Pairs of accounts (a < b) by how they share running prose.

    ``copies`` share it nearly word for word; ``rewritings`` reword all of it (two translations,
    a rewrite).
    """

    copies: frozenset[tuple[int, int]]
    rewritings: frozenset[tuple[int, int]]


def kinship(clues: Clues, settings: Trace) -> Kinship:
    """Sort the pairs of accounts that share enough running prose."""
    copies = set(version_pairs([a.witness for a in clues.accounts])) & clues.aligned.keys()
    rewritings: set[tuple[int, int]] = set()
    for a, b in clues.aligned:
        prose, quoted, length = clues.shares[a, b]
        shorter = min(len(clues.words[a]), len(clues.words[b]))
        if clues.accounts[a].witness.text == clues.accounts[b].witness.text:
            copies.add((a, b))
        if (a, b) in copies or prose < KIN_WORDS:
            continue
        share = (prose + min(prose, quoted) / 2) / shorter
        dense = 2 * prose / length
        if dense >= DENSE and share >= settings.min_share * (0.5 if dense >= VERBATIM else 1.0):
            copies.add((a, b))
        elif share >= settings.min_share:
            rewritings.add((a, b))
    return Kinship(frozenset(copies), frozenset(rewritings))


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


def kindred(clues: Clues, group: Sequence[int], kin: frozenset[tuple[int, int]]) -> Kindred:
    """One group of kindred accounts, with what is known of each."""
    at = {position: n for n, position in enumerate(group)}
    aligned = {(at[a], at[b]): f for (a, b), f in clues.aligned.items() if a in at and b in at}
    aligned |= {(b, a): f.turned() for (a, b), f in aligned.items()}
    related = _closest(aligned, [(at[a], at[b]) for a, b in kin if a in at])
    common = frozenset.intersection(*(clues.facts[n].absent for n in group))
    facts = [replace(clues.facts[n], absent=clues.facts[n].absent - common) for n in group]
    return Kindred([clues.words[n] for n in group], aligned, related, facts)


def _draw_family(draft: Draft, group: list[int], kin: frozenset[tuple[int, int]]) -> None:
    """Explain one group of kindred accounts and draw it."""
    members = kindred(draft.clues, group, kin)
    found = family(members)
    names = [draft.id(n) for n in group]
    for number in range(members.real, len(members.words)):
        used = any(number in parents for parents in found.parents)
        names.append(draft.name() if used else "")
        if used:
            draft.nodes.append(Node(names[-1], "archetype", names[-1]))
    for child, parents in enumerate(found.parents):
        for parent in parents:
            draft.edges.append(_family_edge(draft, members, found, group, names, (child, parent)))


def _closest(
    aligned: Mapping[tuple[int, int], Alignment], kin: Sequence[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Kindred pairs both ways round: of each account those with the accounts nearest to it."""
    near: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for a, b in kin:
        found = aligned[a, b]
        apart = len(found.a) + len(found.b) - 2 * len(found.forward)
        near[a].append((apart, b))
        near[b].append((apart, a))
    held = {(a, b) for a, row in near.items() for _, b in sorted(row)[:NEAREST]}
    return held | {(b, a) for a, b in held}


def _family_edge(
    draft: Draft, members: Kindred, found: Forest, group: list[int], names: list[str], pair: tuple[int, int]
) -> Edge:
    child, parent = pair
    clues, real = draft.clues, members.real
    chance, either = found.chance[pair], found.either(*pair)
    timed = max(pair) < real and late(members.facts[parent], members.facts[child])
    directed = chance >= SURE * either and untimed(members, found, pair) >= UNTIMED
    done = members.edits(child, parent)
    shared = len(members.aligned[pair].forward)
    size = len(members.words[child])
    if max(pair) < real:
        a, b = group[child], group[parent]
        evidence = draft.evidence([(a, b)])
        again = same_article(clues.accounts[a].witness, clues.accounts[b].witness)
        kind = "version" if again else _kind(shared / size)
        why = VERSION if again else _why_directed(clues, a, b, len(done.dropped), directed, timed)
        reason = f"{shared} of the {size} words of {label(clues, a)} stand in {label(clues, b)}; {why}."
    else:
        kin = _under(found, parent if parent >= real else child, real)
        evidence = draft.evidence((group[a], group[b]) for a in kin for b in kin if a < b)
        kind = "exemplar"
        reason = _why_lost(clues, [group[n] for n in kin])
    score = round(min(1.0, chance if directed else either), 3)
    return Edge(names[parent], names[child], kind, evidence, score, reason, directed)


def untimed(members: Kindred, found: Forest, pair: tuple[int, int]) -> float:
    """Chance of one direction, given that there is an edge, with what the times say for it taken out."""
    child, parent = pair
    there, back = found.chance[pair], found.chance.get((parent, child), 0.0)
    c, p = members.facts[child], members.facts[parent]
    return there / (there + back * math.exp(timely(p, c) - timely(c, p)))


VERSION = "both are versions of one outlet's article"


def _kind(share: float) -> str:
    """What a child is that has this share of its words from its parent."""
    return "copy" if share >= 0.8 else "rewrite" if share >= 0.3 else "quote"


def _why_directed(clues: Clues, child: int, parent: int, dropped: int, directed: bool, timed: bool) -> str:
    """What tells which way an edge runs, in a clause."""
    if clues.outlets[parent] and clues.outlets[parent] in clues.whole_credits[child]:
        return f"the first credits {label(clues, parent)}"
    if directed and dropped:
        return f"{label(clues, parent)} has {dropped} passage{'s' * (dropped > 1)} that the other leaves out"
    if directed:
        return "what differs was likelier changed in the first than in the second"
    return "only the times say which came first" if timed else "which of the two came first is not shown"


def _under(found: Forest, exemplar: int, real: int) -> list[int]:
    """Accounts that follow a lost exemplar, directly or by way of other lost ones."""
    out: set[int] = set()
    todo = [exemplar]
    while todo:
        at = todo.pop()
        below = [c for c, parents in enumerate(found.parents) if at in parents]
        out |= {c for c in below if c < real}
        todo += [c for c in below if c >= real]
    return sorted(out)


def _why_lost(clues: Clues, kin: Sequence[int]) -> str:
    names = listed([label(clues, n) for n in kin])
    return f"{names} share their wording, yet each has what the others lack: they follow a lost account."
