"""Origins: where each point enters the record, and how many of them are independent.

Groups the accounts that carry a point by all that ties them (the stemma, a shared passage
at this point, one credited body, one outlet) and says how many groups there can be at most,
and how many are *shown* to be apart. Does not judge whether a point is true.

Invariant: ``1 <= low <= high``; ``low`` exceeds 1 only where two untied accounts each show
reporting of their own at the point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..model import Annotated, Credit, Descent, Origin, Passage, Point, Span, tagged_hash
from .credits import outlet_key, plain
from .draft import components
from .firsthand import firsthand

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class _Ties:
    """What ties accounts to one another, looked up by witness id."""

    accounts: Sequence[Annotated]
    descent: Descent

    @cached_property
    def place(self) -> dict[str, int]:
        return {a.witness.id: n for n, a in enumerate(self.accounts)}

    @cached_property
    def family(self) -> list[int]:
        """Number of the family of each account: one outlet, or one text copied or rewritten.

        Accounts that word a lost text differently, or quote a little, are apart where they share nothing.
        """
        nodes = {node.id: n for n, node in enumerate(self.descent.nodes) if node.kind != "cited"}
        pairs = [
            (nodes[e.parent], nodes[e.child])
            for e in self.descent.edges
            if e.parent in nodes
            and (e.kind in ("copy", "exemplar") or (e.kind == "rewrite" and e.parent in self.place))
        ]
        outlets: dict[str, int] = {}
        for account in self.accounts:
            node = nodes[account.witness.id]
            for name in (outlet_key(account.witness.outlet or ""), account.witness.url or ""):
                if name:
                    pairs.append((outlets.setdefault(name, node), node))
        groups = components(len(nodes), pairs)
        number = {node: n for n, group in enumerate(groups) for node in group}
        return [number[nodes[a.witness.id]] for a in self.accounts]

    @cached_property
    def passages(self) -> Mapping[tuple[str, str], list[Passage]]:
        out: dict[tuple[str, str], list[Passage]] = defaultdict(list)
        for passage in self.descent.passages:
            out[passage.a.witness, passage.b.witness].append(passage)
            out[passage.b.witness, passage.a.witness].append(
                Passage(passage.b, passage.a, passage.score, passage.quoted)
            )
        return out

    @cached_property
    def credits(self) -> Mapping[str, list[Credit]]:
        out: dict[str, list[Credit]] = defaultdict(list)
        for credit in self.descent.credits:
            out[credit.span.witness].append(credit)
        return out

    @cached_property
    def bodies(self) -> frozenset[str]:
        """Outlet keys of what may be an origin in itself: the accounts' outlets and the cited nodes."""
        outlets = [a.witness.outlet or "" for a in self.accounts]
        cited = [node.label for node in self.descent.nodes if node.kind == "cited"]
        return frozenset(key for name in [*outlets, *cited] if (key := outlet_key(name)))

    def credited(self, spans: Sequence[Span]) -> list[str]:
        """Names credited where some passages of one account stand, not for the whole of it.

        A body whose statement the passage reports ("The ministry speaks of 112") is credited by that.
        """
        witness = spans[0].witness
        names = [c.name for c in self.credits.get(witness, ()) if any(c.scope.overlap(s) for s in spans)]
        own = outlet_key(self.accounts[self.place[witness]].witness.outlet or "")
        for said in self.accounts[self.place[witness]].statements:
            if any(c.overlap(s) for c in said.content for s in spans):
                told = [*said.chain, said.speaker.name if said.speaker else ""]
                names += [n for n in told if outlet_key(n) in self.bodies - {own} and n not in names]
        return names

    def share(self, a: Sequence[Span], b: Sequence[Span]) -> bool:
        """Whether a shared passage covers part of both readings."""
        for passage in self.passages.get((a[0].witness, b[0].witness), ()):
            if any(passage.a.overlap(s) for s in a) and any(passage.b.overlap(s) for s in b):
                return True
        return False


def origins(points: Sequence[Point], accounts: Sequence[Annotated], descent: Descent) -> Descent:
    """Fill the origins of a story into its descent."""
    ties = _Ties(accounts, descent)
    found: dict[str, Origin] = {}
    for point in points:
        for origin in _judge(point, ties)[0]:
            found.setdefault(origin.id, origin)
    return replace(descent, origins=tuple(found.values()))


def placed(points: Sequence[Point], accounts: Sequence[Annotated], descent: Descent) -> tuple[Point, ...]:
    """Give each point its origins and the bounds of their number."""
    ties = _Ties(accounts, descent)
    out = []
    for point in points:
        entered, low, high, why = _judge(point, ties)
        ids = tuple(dict.fromkeys(o.id for o in entered))
        out.append(replace(point, origins=ids, low=low, high=high, why=why))
    return tuple(out)


def _judge(point: Point, ties: _Ties) -> tuple[list[Origin], int, int, str]:
    """Origins, bounds and the reason for one point."""
    held: dict[int, list[Span]] = defaultdict(list)
    for span in point.spans:
        if span.witness in ties.place:
            held[ties.place[span.witness]].append(span)
    if not held:
        return [], 1, 1, "No account in hand carries it."
    carriers = sorted(held)
    groups = _groups(carriers, held, ties)
    entered = _entered(point, groups, held, ties)
    many = f"{_count(len(carriers))} account{'s' * (len(carriers) > 1)}"
    if len(carriers) == 1:
        return entered, 1, 1, "One account alone carries it."
    if point.speaker:
        return entered, 1, 1, f"{many}, one origin: all report what {point.speaker} said."
    if len(groups) == 1:
        return entered, 1, 1, f"{many}, one origin: {_tie(carriers, held, ties)}."
    own = [g for g in groups if any(firsthand(ties.accounts[n], held[n]) for n in g)]
    low = max(1, len(own)) if len(own) > 1 else 1
    shown = "nothing shows that they had it apart"
    if low > 1:
        shown = f"{_count(low).lower()} show reporting of their own"
    return entered, low, len(groups), f"{many} in {_count(len(groups)).lower()} families; {shown}."


def _count(n: int) -> str:
    return NUMBERS[n].capitalize() if n < len(NUMBERS) else str(n)


def _groups(carriers: Sequence[int], held: Mapping[int, list[Span]], ties: _Ties) -> list[list[int]]:
    """Carriers grouped by all that ties them at this point."""
    pairs = []
    own = [outlet_key(ties.accounts[n].witness.outlet or "") for n in carriers]
    named = {key: x for x, key in enumerate(own) if key}
    for x, a in enumerate(carriers):
        for name in ties.credited(held[a]):
            pairs.append((named.setdefault(outlet_key(name), x), x))
        for y in range(x):
            b = carriers[y]
            if ties.family[a] == ties.family[b] or ties.share(held[a], held[b]):
                pairs.append((y, x))
    return [[carriers[x] for x in group] for group in components(len(carriers), pairs)]


def _tie(carriers: Sequence[int], held: Mapping[int, list[Span]], ties: _Ties) -> str:
    """What makes one origin of several carriers, in a clause."""
    names = [set(map(plain, ties.credited(held[n]))) for n in carriers]
    common = set.intersection(*names)
    if common:
        shown = {plain(name): name for n in carriers for name in ties.credited(held[n])}
        return f"all credit {shown[min(common)]}"
    if len({ties.family[n] for n in carriers}) == 1:
        return "they descend from one another or from a common exemplar"
    return "they share its wording, or the outlet or body they credit for it"


def _entered(
    point: Point, groups: Sequence[Sequence[int]], held: Mapping[int, list[Span]], ties: _Ties
) -> list[Origin]:
    """Where the point enters the record: a speaker's words, a credited body, an account's own telling."""
    if point.speaker:
        via = sorted({n for g in groups for a in g for n in ties.credited(held[a])} - {point.speaker})
        by = f", by way of {' and '.join(via[:3])}" if via else ""
        return [_origin("speaker", f"{point.speaker}{by}", None)]
    out = []
    for group in groups:
        via = sorted({n for a in group for n in ties.credited(held[a])})
        first = ties.accounts[_top(group, ties)].witness
        label = first.outlet or first.name
        if via:
            out.append(_origin("credited", via[0], None))
        elif any(firsthand(ties.accounts[n], held[n]) for n in group):
            out.append(_origin("reporting", f"{label}'s own reporting", first.id))
        else:
            out.append(_origin("account", f"the account of {label}", first.id))
    return out


def _top(group: Sequence[int], ties: _Ties) -> int:
    """The first account of a group that follows no other of the group."""
    ids = {ties.accounts[n].witness.id for n in group}
    followers = {e.child for e in ties.descent.edges if e.parent in ids}
    return next((n for n in group if ties.accounts[n].witness.id not in followers), group[0])


def _origin(kind: str, label: str, witness: str | None) -> Origin:
    return Origin(tagged_hash("o1", kind, label, witness), kind, label, witness)
