"""Who follows whom, in words: the answer, a line for each account, the passages that show it, the origins.

Works from the look-ups of ``facts``; says only what the stemma and the bounds of the points hold.
Holds no layout. Invariant: every sentence is a count, a name or a reason of the document, and a passage
shown is a slice of an account's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .facts import COPIED, Account, Document, Edge, Facts, Row, capital, counted, in_word, letter, verb
from .page import Quote, anchor
from .passages import Mark, Piece, context, differing, pieces
from .stemma import families, nodes_of

ALIKE = 0.5  # least share of the words of the shorter of two passages for them to stand side by side
FEW = 4  # so few words stand side by side only where they are the same, each in its sentence
NAMED = 5  # most names that a sentence lists
SIGLA = 16  # most sigla that a sentence lists
LONG = 420  # characters of a passage that are shown
KINDS = {
    "speaker": "a speaker’s words",
    "statement": "a statement",
    "readout": "an official readout",
    "document": "a document in hand",
    "agency": "an agency",
    "credited": "credited by name",
    "exemplar": "a text that is lost",
    "reporting": "own reporting",
    "own reporting": "own reporting",
    "account": "the account itself, without saying from where",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a node: whom it follows, whom it shares words with, who follows it."""

    sign: str
    name: str
    account: Account | None
    follows: tuple[Edge, ...]
    shares: tuple[Edge, ...]
    heirs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Passages that belong together: two of different accounts side by side, or one in its sentence."""

    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where points enter the record, in words, with the points that may enter there."""

    label: str
    kind: str
    account: Account | None
    shared: tuple[Row, ...]
    alone: tuple[Row, ...]
    ways: tuple[tuple[str, tuple[Row, ...]], ...] = ()
    """By way of whom a speaker's words came, as far as it is said, with the shared points of each."""


# -- the answer --


def answer(facts: Facts) -> list[str]:
    """So many accounts: how many reports? In a few sentences.

    >>> from .facts import facts
    >>> answer(facts({}))
    []
    """
    if len(facts.accounts) < 2:
        return []
    return [s for s in (_kin(facts), _beginnings(facts), _wording(facts), _points(facts)) if s]


def _groups(facts: Facts) -> list[list[str]]:
    """Families by their accounts, those of two or more."""
    found = [[n for n in group if n in facts.by_id] for group in families(facts)]
    return [group for group in found if len(group) > 1]


def _kin(facts: Facts) -> str:
    many, groups = len(facts.accounts), _groups(facts)
    tied = sum(map(len, groups))
    if not groups:
        return (
            f"{'Neither' if many == 2 else 'None'} of the {in_word(many)} accounts is seen to follow another."
        )
    if tied == many and len(groups) == 1:
        return f"{'Both' if many == 2 else f'All {in_word(many)}'} accounts are tied together, in one family."
    sizes = listed([in_word(len(g)) for g in groups])
    told = f"{counted(len(groups), 'family', 'families')} of {sizes} accounts"
    rest = many - tied
    more = f", and {counted(rest, 'account')} tied to no other" if rest else ""
    return f"{capital(told)}{more}."


def _wording(facts: Facts) -> str:
    """The groups that remain of a family when naming and quoting do not count."""
    tied = {n for group in _groups(facts) for n in group}
    close = [[n for n in group if n in tied] for group in families(facts, (*COPIED, "version"))]
    close = sorted((g for g in close if g), key=len, reverse=True)
    if len(close) == len(_groups(facts)):
        return ""
    if len(close) == len(tied):
        return "What ties them is naming or quoting; none of them is seen to take over the text of another."
    fall = f"By wording alone the accounts fall into {in_word(len(close))} groups"
    if len(close) > NAMED or len(tied) > SIGLA:
        return f"{fall}; the rest is naming or quoting."
    signs = [[facts.by_id[n].siglum for n in group] for group in close]
    told = "; ".join(listed(s) if len(s) > 1 else f"{s[0]} by itself" for s in signs)
    return f"{fall}: {told}. The rest is naming or quoting."


def _beginnings(facts: Facts) -> str:
    """The nodes of families that follow no other, where they are few enough to name."""
    groups = [g for g in families(facts) if sum(n in facts.by_id for n in g) > 1]
    tops = [t for g in groups for t in _tops(facts, g)]
    if not 0 < len(tops) <= NAMED:
        return ""
    whose = "Its" if len(groups) == 1 else "Their"
    named = "; ".join(tops) if any(t.endswith("whichever came first") for t in tops) else listed(tops)
    return f"{whose} lines {'all ' * (len(tops) == 1)}begin with {named}."


def _tops(facts: Facts, group: Sequence[str]) -> list[str]:
    """Names of what stands at the top of a family; those of one level together."""
    level = {n: n for n in group}
    for e in facts.edges:
        if not e.directed and e.parent in level and e.child in level:
            a, b = level[e.parent], level[e.child]
            level = {n: a if k == b else k for n, k in level.items()}
    below = {level[e.child] for e in facts.edges if e.directed and e.child in level}
    nodes = nodes_of(facts)
    tops: dict[str, list[str]] = {}
    for n in group:
        if level[n] not in below:
            tops.setdefault(level[n], []).append(name_of(facts, nodes[n]))
    return [
        names[0] if len(names) == 1 else f"{listed(names, 'or')}, whichever came first"
        for names in tops.values()
    ]


def name_of(facts: Facts, node: Document) -> str:
    """A node in words: ``A (The Oswin Courier)``, ``the lost text α``, ``Norwire``."""
    account = facts.by_id.get(str(node["id"]))
    if account:
        return f"{account.siglum} ({account.name})"
    label = str(node.get("label") or node["id"])
    return f"the lost text {label}" if node.get("kind") == "archetype" else label


def _points(facts: Facts) -> str:
    """How many origins the points that accounts share may have, and are shown to have."""
    shared = facts.shared
    if not shared:
        return ""
    several = [r for r in shared if r.independent[1] > 1]
    proven = [r for r in shared if r.independent[0] > 1]
    one = len(shared) - len(several)
    noun = f"{verb(len(shared), 'point', 'points')} that two or more accounts have"
    who, go = (in_word(one), verb(one, "goes", "go")) if several else ("each", "goes")
    goes = f"{who} {go} back to one origin"
    whole = f"Of the {in_word(len(shared))} {noun}, "
    if not several:
        return whole + goes + "." if len(shared) > 1 else f"The one {noun} goes back to one origin."
    most = max(r.independent[1] for r in several)
    bound = in_word(most) if most == 2 else f"up to {in_word(most)}"
    may = f"{in_word(len(several))} may have {bound}"
    shown = (
        "none is shown to have more than one"
        if not proven
        else f"{in_word(len(proven))} {verb(len(proven), 'is', 'are')} shown to have two or more"
    )
    return f"{whole}{goes + '; ' if one else ''}{may}{' origins' if not one else ''}, and {shown}."


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names as a list in a sentence.

    >>> listed(["A", "B", "C"])
    'A, B and C'
    """
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)


# -- account by account --


def told(facts: Facts) -> list[Told]:
    """Every account in story order, then every lost text: what the stemma says of it."""
    nodes = nodes_of(facts)
    lost = [k for k, n in nodes.items() if n.get("kind") == "archetype"]
    return [_told(facts, nodes[k]) for k in (*(a.id for a in facts.accounts), *lost)]


def _told(facts: Facts, node: Document) -> Told:
    key = str(node["id"])
    account = facts.by_id.get(key)
    sign, whose = (account.siglum, account.name) if account else letter(str(node.get("label") or key))
    mine = [e for e in facts.edges if key in (e.parent, e.child)]
    follows = tuple(e for e in mine if e.directed and e.child == key)
    heirs = tuple(dict.fromkeys(e.child_sign for e in mine if e.directed and e.parent == key))
    name = whose if account else f"a lost text{f' ({whose})' if whose else ''}"
    return Told(sign, name, account, follows, tuple(e for e in mine if not e.directed), heirs)


# -- what shows it --


def shown(edge: Edge, facts: Facts) -> list[Shown]:
    """The passages of an edge: what names the other, then what both have side by side, then the rest."""
    places = [p for p in edge.raw.get("evidence") or [] if p["article"] in facts.by_id]
    pairs, single = _paired(edge, facts, places)
    alone = _sentences(facts, single)
    return [*alone[:1], *pairs, *alone[1:]]


def _paired(edge: Edge, facts: Facts, places: Sequence[Document]) -> tuple[list[Shown], list[Document]]:
    """Passages of different accounts that share most of their words, two by two; and those left over."""
    bags = [_bag(facts, p) for p in places]
    free = dict.fromkeys(range(len(places)))
    found: list[Shown] = []
    single: list[Document] = []
    while free:
        n = next(iter(free))
        del free[n]
        others = [m for m in free if places[m]["article"] != places[n]["article"]]
        likest = max(others, key=lambda m: (_alike(bags[n], bags[m]), -m), default=None)
        if likest is None or _alike(bags[n], bags[likest]) < ALIKE:
            single.append(places[n])
            continue
        del free[likest]
        two = sorted((places[n], places[likest]), key=lambda p: _place_order(edge, facts, p))
        few = len(bags[n]) <= FEW
        found.append(Shown(tuple(_sentence(facts, [p]) for p in two)) if few else _side_by_side(facts, two))
    return found, single


def _place_order(edge: Edge, facts: Facts, place: Document) -> tuple[bool, int]:
    return place["article"] != edge.parent, facts.by_id[place["article"]].index


def _bag(facts: Facts, place: Document) -> frozenset[str]:
    words = facts.by_id[place["article"]].text[place["start"] : place["end"]]
    return frozenset(re.findall(r"\w+", words.casefold()))


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    least = min(len(a), len(b))
    return float(a == b) if least <= FEW else len(a & b) / least


def _side_by_side(facts: Facts, places: Sequence[Document]) -> Shown:
    texts = [facts.by_id[p["article"]].text[p["start"] : min(p["end"], p["start"] + LONG)] for p in places]
    odd = differing(texts)
    return Shown(
        tuple(
            _words(
                facts,
                p,
                (p["start"], p["start"] + len(t)),
                [(p["start"] + a, p["start"] + b) for a, b in spans],
                "differs",
            )
            for p, t, spans in zip(places, texts, odd, strict=True)
        )
    )


def _sentences(facts: Facts, places: Iterable[Document]) -> list[Shown]:
    """Passages that stand alone, each in its sentence; those of one sentence together."""
    windows: dict[tuple[str, int, int], list[Document]] = {}
    for p in places:
        low, high, *_ = context(facts.by_id[p["article"]].text, p["start"], p["end"])
        windows.setdefault((p["article"], low, high), []).append(p)
    return [Shown((_sentence(facts, held),)) for held in windows.values()]


def _sentence(facts: Facts, places: Sequence[Document]) -> Quote:
    """The sentence of passages that stand in one, with them marked."""
    first = places[0]
    low, high, *_ = context(facts.by_id[first["article"]].text, first["start"], first["end"])
    return _words(
        facts, first, (low, min(high, low + LONG)), [(p["start"], p["end"]) for p in places], "named"
    )


def _words(
    facts: Facts, place: Document, span: tuple[int, int], marked: Sequence[tuple[int, int]], kind: str
) -> Quote:
    account, (low, high) = facts.by_id[place["article"]], span
    cut: tuple[Piece, ...] = pieces(account.text, low, high, [Mark(a, b, kind) for a, b in marked])
    over = high < place["end"]
    return Quote((account,), cut, (anchor(account, place["start"], place["end"]),), (False, over))


# -- origins --


def entries(facts: Facts) -> list[Entry]:
    """The origins with their points, those of most points first; a speaker's under one name."""
    held: dict[tuple[str, str, str], list[Document]] = {}
    for o in facts.listed("origins"):
        kind = str(o.get("kind") or "")
        held.setdefault((kind, str(o.get("label") or kind), str(o.get("article"))), []).append(o)
    found = []
    for (kind, label, article), items in held.items():
        rows = _rows(facts, items)
        ways = [(listed([str(v) for v in o["via"]]), o) for o in items if o.get("via")]
        shared = tuple(r for r in rows if r.carried > 1)
        told = [(via, tuple(r for r in _rows(facts, [o]) if r.carried > 1)) for via, o in ways]
        alone = tuple(r for r in rows if r.carried <= 1)
        known = tuple(sorted((t for t in told if t[1]), key=lambda t: (-len(t[1]), t[0])))
        found.append(Entry(label, KINDS.get(kind, kind), facts.by_id.get(article), shared, alone, known))
    kept = [e for e in found if e.shared or e.alone]
    return sorted(kept, key=lambda e: (-len(e.shared), -len(e.alone), e.label))


def _rows(facts: Facts, origins: Sequence[Document]) -> list[Row]:
    """The points that may enter at some origins."""
    ids = {o.get("id") for o in origins}
    return [r for r in facts.rows if ids & set(r.raw.get("origins") or [])]
