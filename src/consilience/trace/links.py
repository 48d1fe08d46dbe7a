"""Links beyond copying: credits, one text in other words, shared interventions, translations, cited outlets.

Each function adds nodes and edges to a draft in which the families of copies are drawn.
Invariant: none makes a cycle, and none joins accounts that the draft already connects.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from ..ingest.addresses import article_address
from ..model import Credit, Edge, Intervention, Node
from .credits import outlet_key, plain, whole
from .draft import Draft, components, label, listed
from .outlets import known
from .translation import common, may_be_translation

Pairs = Collection[tuple[int, int]]


# -- credits between accounts in hand --


def draw_credited(draft: Draft, rewritings: Pairs) -> None:
    """An edge from each account in hand that another one credits, unless it descends from it already."""
    for (parent, child), held in sorted(_credited(draft).items()):
        up, down = draft.id(parent), draft.id(child)
        if up in draft.above(down) or down in draft.above(up):
            continue
        reworded = (min(parent, child), max(parent, child)) in rewritings
        named = tuple(sorted({c.span for c in held}))
        evidence = (*named, *draft.evidence([(parent, child)])) if reworded else named
        reason = f"{label(draft.clues, child)} names {label(draft.clues, parent)} as where it has this from"
        reason += " and rewords its text." if reworded else "."
        kind = "translation" if any(c.kind == "translation" for c in held) else "credit"
        draft.edges.append(Edge(up, down, "rewrite" if reworded else kind, evidence, 0.9, reason))


def _credited(draft: Draft) -> Mapping[tuple[int, int], list[Credit]]:
    """Credits by the account in hand that they name and the account they stand in."""
    out: dict[tuple[int, int], list[Credit]] = defaultdict(list)
    for credit in draft.clues.credits:
        child = draft.clues.place[credit.span.witness]
        owner = owned(draft, credit.name) if credit.kind != "link" else linked(draft, credit)
        if owner is not None and owner != child:
            out[owner, child].append(credit)
    return out


def linked(draft: Draft, credit: Credit) -> int | None:
    """The account in hand that a link leads to: its very address, not its outlet's site."""
    accounts = draft.clues.accounts
    anchors = accounts[draft.clues.place[credit.span.witness]].witness.anchors
    span = credit.span
    targets = {article_address(a.url) for a in anchors if (a.start, a.end) == (span.start, span.end)}
    places = (n for n, a in enumerate(accounts) if article_address(a.witness.url) in targets - {""})
    return next(places, None)


def owned(draft: Draft, name: str) -> int | None:
    """The one account in hand whose outlet has this name, or a part of it that no other has."""
    keys = draft.clues.outlets
    exact = [n for n, key in enumerate(keys) if key and key == outlet_key(name)]
    if exact:
        return exact[0]
    words = _content(name)
    whole_names = [_content(a.witness.outlet or "") for a in draft.clues.accounts]
    held = [n for n, full in enumerate(whole_names) if words and words <= full]
    return held[0] if len({keys[n] for n in held}) == 1 else None


def _content(name: str) -> frozenset[str]:
    return frozenset(plain(name).split()) - {"of", "and", "for", "the"}


# -- one text in other words --


def draw_rewritings(draft: Draft, rewritings: Pairs) -> None:
    """Put accounts that word one text differently, neither following the other, under a lost exemplar.

    Of accounts that are already connected, the one that shares most stands for all; those that share
    an intervention get an exemplar of their own below.
    """
    part = draft.connected()
    open_pairs = [(a, b) for a, b in sorted(rewritings) if part[a] != part[b]]
    for group in components(len(part), open_pairs):
        if len(group) < 2:
            continue
        members = _representatives(group, part, open_pairs, draft)
        held = [(a, b) for a, b in open_pairs if a in members and b in members]
        names = listed([label(draft.clues, n) for n in members])
        reason = f"{names} give one text in different words; none shows that it follows another of them."
        kids = [
            Edge("", draft.id(n), "rewrite", draft.evidence(p for p in held if n in p), 0.6, reason)
            for n in members
        ]
        top = draft.lose(kids)
        for few, item in _closer(members, draft):
            low = draft.lose([_by_intervention(draft, n, few, item) for n in few])
            ids = {draft.id(n) for n in few}
            moved = [e for e in draft.edges if e.parent == top and e.child in ids]
            evidence = tuple(dict.fromkeys(s for e in moved for s in e.evidence))
            draft.edges = [e for e in draft.edges if e not in moved]
            draft.edges.append(Edge(top, low, "rewrite", evidence, 0.6, reason))


def _representatives(group: Sequence[int], part: Sequence[int], pairs: Pairs, draft: Draft) -> list[int]:
    """One account of each connected part: the one that shares most with the other parts."""
    amount: dict[int, int] = defaultdict(int)
    for a, b in pairs:
        shared = len(draft.clues.aligned[a, b].forward)
        amount[a], amount[b] = amount[a] + shared, amount[b] + shared
    best: dict[int, int] = {}
    for n in sorted(group, key=lambda n: (-amount[n], n)):
        best.setdefault(part[n], n)
    return sorted(best.values())


def _closer(members: Sequence[int], draft: Draft) -> Iterator[tuple[list[int], Intervention]]:
    """Some, not all, of the members that share a strong intervention; each member once."""
    used: set[int] = set()
    for item in _strong(draft):
        few = sorted({draft.clues.place[s.witness] for s in item.spans} & set(members) - used)
        if 1 < len(few) < len(members):
            used |= set(few)
            yield few, item


# -- translations --


def draw_translations(draft: Draft) -> None:
    """An edge between two accounts in different languages of which one may be a translation."""
    accounts = draft.clues.accounts
    for b in range(len(accounts)):
        for a in range(b):
            if not may_be_translation(accounts[a].witness, accounts[b].witness):
                continue
            part = draft.connected()
            if part[a] == part[b]:
                continue
            kept = common(accounts[a].witness, accounts[b].witness)
            reason = (
                f"{label(draft.clues, a)} and {label(draft.clues, b)} have their names and numbers in one "
                "order, in two languages; which came first is not shown."
            )
            draft.edges.append(Edge(draft.id(a), draft.id(b), "translation", kept, 0.5, reason, False))


# -- interventions --


def draw_interventions(draft: Draft) -> None:
    """Put accounts that share an intervention, and are not yet connected, under a lost exemplar."""
    for item in _strong(draft):
        part = draft.connected()
        first: dict[int, int] = {}
        for n in sorted({draft.clues.place[s.witness] for s in item.spans}):
            first.setdefault(part[n], n)
        held = list(first.values())
        if len(held) > 1:
            draft.lose([_by_intervention(draft, n, held, item) for n in held])


def _strong(draft: Draft) -> list[Intervention]:
    return [i for i in draft.clues.interventions if i.kind in ("bracket", "cut")]


def _by_intervention(draft: Draft, child: int, held: Sequence[int], item: Intervention) -> Edge:
    what = "editor's bracket" if item.kind == "bracket" else "cut in a quotation"
    names = listed([label(draft.clues, n) for n in held])
    reason = f"{names} share the same {what} ({item.words}), which two writers would hardly make apart."
    evidence = draft.evidence((min(child, n), max(child, n)) for n in held if n != child)
    return Edge("", draft.id(child), "exemplar", evidence, item.weight, reason)


# -- outlets and bodies that are cited and not in hand --


def draw_cited(draft: Draft) -> None:
    """A node for each outlet or body that is credited and not in hand, with an edge to each account."""
    clues = draft.clues
    spans: dict[tuple[str, int], list[Credit]] = defaultdict(list)
    shown: dict[str, str] = {}
    for credit in clues.credits:
        if owned(draft, credit.name) is None and not _background(credit, clues.credits):
            key = _same_name(plain(credit.name), shown)
            shown.setdefault(key, credit.name)
            spans[key, clues.place[credit.span.witness]].append(credit)
    cited: dict[str, str] = {}
    for (key, child), held in sorted(spans.items()):
        if _names_exemplar(draft, child, held) or _inherited(draft, key, child, spans):
            continue
        # Letters of any script: two outlets in Cyrillic that end in 24 are not one "24"
        word = re.sub(r"[\W_]+", "-", key).strip("-")
        node = f"cited:{word or key}"
        cited[node] = shown[key]
        evidence = tuple(sorted({c.span for c in held}))
        kind = "translation" if any(c.kind == "translation" for c in held) else "credit"
        reason = f"{label(clues, child)} {_how(held)}".format(shown[key])
        draft.edges.append(Edge(node, draft.id(child), kind, evidence, 0.9, reason))
    draft.nodes += [Node(node, "cited", name) for node, name in sorted(cited.items())]


def _how(held: Sequence[Credit]) -> str:
    """How an account credits an outlet, ``{}`` standing for the outlet."""
    kinds = {c.kind for c in held}
    if kinds == {"link"}:
        return "links to {} where it says this."
    if kinds <= {"address", "feed", "link"}:
        return "is marked as {}’s by its own page, record or feed."
    return "names {} as where it has this from."


def _background(credit: Credit, credits: Sequence[Credit]) -> bool:
    """Whether a credit is a mere link to a site that is no known outlet and that no other account names."""
    if credit.kind != "link" or plain(credit.name) in known():
        return False
    key, here = outlet_key(credit.name), credit.span.witness
    return not any(c.span.witness != here and outlet_key(c.name) == key for c in credits)


def _same_name(key: str, shown: Mapping[str, str]) -> str:
    """One key for "state department" and "us state department"."""
    words = set(key.split())
    return next((k for k in shown if words <= set(k.split()) or set(k.split()) <= words), key)


def _names_exemplar(draft: Draft, child: int, held: Sequence[Credit]) -> bool:
    """Whether a credit for the whole account names the lost exemplar it follows; then label that."""
    account = draft.clues.accounts[child]
    parents = {e.parent for e in draft.edges if e.child == draft.id(child)}
    for n, node in enumerate(draft.nodes):
        if node.kind == "archetype" and node.id in parents and any(whole(c, account) for c in held):
            draft.nodes[n] = Node(node.id, node.kind, f"{node.id} ({held[0].name})")
            return True
    return False


def _inherited(draft: Draft, key: str, child: int, spans: Mapping[tuple[str, int], Sequence[Credit]]) -> bool:
    """Whether an account in hand above this one has the same credit: it came with the copy."""
    above = draft.above(draft.id(child))
    return any(k == key and n != child and draft.id(n) in above for k, n in spans)
