"""What is known of one entity before accounts are joined: its names, offices, places in the text.

Gathers the mentions of each key of each account into a cluster, and remembers, when clusters
are joined, why and on which words. Does not decide what to join (see ``linking``). Invariant:
every link's spans slice to the two forms that it joins; nothing depends on the accounts' order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from unicodedata import normalize

from ..model import Annotated, Link, Mention, Role, Span
from .names import split_key
from .people import ADDRESS, gender, parts

SHOWN = frozenset({"name", "surname", "acronym", "metonym"})
"""How a name is linked that can be shown as one; not pronouns, offices and adjectives."""
STANDING = frozenset({"office", "counterpart", "nominal"})
"""How a phrase is linked that can stand where no name does: "the Ruritanian president"."""
HERE = {"surname": 0.9, "acronym": 0.95}
"""How sure a short form is its account's full one."""


@dataclass(slots=True)
class Cluster:
    """What is known of one entity: keys within accounts, forms with counts, offices held."""

    kind: str
    names: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    keys: set[tuple[int, str]] = field(default_factory=set)
    offices: set[tuple[str, str | None]] = field(default_factory=set)
    nouns: set[str] = field(default_factory=set)
    spots: dict[str, Span] = field(default_factory=dict)
    links: set[Link] = field(default_factory=set)
    genders: set[str] = field(default_factory=set)

    @property
    def gender(self) -> str:
        """m or f where the given name or a word of address tells, and none tells otherwise."""
        told = self.genders | {g for n in self.names if (g := gender(n))}
        return next(iter(told)) if len(told) == 1 else ""

    @property
    def name(self) -> str:
        """The commonest full form as written, then the longest."""
        return max(self.names, key=lambda n: (min(len(parts(n)), 2), self.forms[n], len(n), n))

    @property
    def spot(self) -> Span | None:
        """Where its name first stands, or else any form of it."""
        here = self.spots.get(self.name) or self.spots.get(plain(self.name))
        return here or min(self.spots.values(), default=None)

    def call(self, name: str) -> None:
        """Give it another name; its spots and forms stay as they are."""
        if name != self.name:
            self.names = Counter({name: sum(self.names.values())})

    def absorb(self, other: Cluster, why: str, score: float) -> None:
        """Take over all of another cluster; the reason and the words of both are kept."""
        mine, theirs = self.spot, other.spot
        if mine is not None and theirs is not None and mine != theirs:
            self.links.add(Link(theirs, mine, score, why))
        self.links |= other.links
        for form, spot in other.spots.items():
            self.spots[form] = min(spot, self.spots.get(form, spot))
        self.names.update(other.names)
        self.forms.update(other.forms)
        self.keys |= other.keys
        self.offices |= other.offices
        self.nouns |= other.nouns
        self.genders |= other.genders


def clusters_of(accounts: Sequence[Annotated]) -> list[Cluster]:
    """One cluster for each key of each account, by kind and name."""
    found: dict[tuple[int, str], Cluster] = {}
    for i, account in enumerate(accounts):
        for mention in account.mentions:
            if isinstance(mention.value, str):
                kind, name = split_key(mention.value)
                name = _own_outlet(account.witness.outlet, kind, name) or name
                cluster = found.setdefault((i, mention.value), Cluster(kind))
                cluster.names[name] += 1
                cluster.keys.add((i, mention.value))
                form = plain(mention.span.of(account.witness.text))
                if mention.how in SHOWN or (mention.how in STANDING and not cluster.forms):
                    cluster.spots[form] = min(mention.span, cluster.spots.get(form, mention.span))
                if mention.how in SHOWN:
                    cluster.forms[form] += 1
                    cluster.nouns |= _noun_before(account, mention)
                    cluster.genders |= _address_before(account, mention)
        for mention in account.mentions:
            role = mention.value
            if isinstance(role, Role) and role.holder and (i, role.holder) in found:
                found[i, role.holder].offices.add((role.office, role.of))
    for cluster in found.values():
        cluster.links |= _links_here(cluster, accounts)
    return sorted(found.values(), key=rank)


def rank(cluster: Cluster) -> tuple[object, ...]:
    """The order in which clusters are looked at: fuller and more frequent names first."""
    known = (sorted(map(str, cluster.offices)), sorted(cluster.genders), sorted(cluster.spots.values()))
    seen = -sum(cluster.names.values())
    return (cluster.kind, -len(parts(cluster.name)), seen, cluster.name, known)


def _links_here(cluster: Cluster, accounts: Sequence[Annotated]) -> set[Link]:
    """Why the short forms of an account are the full name, where that stands in it too."""
    out: dict[tuple[str, str], Link] = {}
    for i, key in sorted(cluster.keys):
        account = accounts[i]
        full = min((m.span for m in account.mentions if m.value == key and m.how == "name"), default=None)
        for mention in account.mentions if full is not None else ():
            if mention.value == key and mention.how in HERE and full is not None:
                form = plain(mention.span.of(account.witness.text))
                link = Link(mention.span, full, HERE[mention.how], mention.why)
                out.setdefault((form, mention.why), link)
    return set(out.values())


def _own_outlet(outlet: str | None, kind: str, name: str) -> str | None:
    """The outlet's name where an account names itself: "told the Courier" in The Essel Courier."""
    mine, words = plain(outlet or "").casefold().split(), plain(name).casefold().split()
    own = kind not in {"person", "place"} and words and mine[-len(words) :] == words
    return plain(outlet) if outlet and own else None


def _noun_before(account: Annotated, mention: Mention) -> set[str]:
    """The common noun that a name follows: "the tug Tern", "a tug, the Tern"."""
    at = bisect_left(account.tokens, mention.span.start, key=lambda t: t.start) - 1
    while at >= 0 and account.tokens[at].text.lower() in {",", "the"}:
        at -= 1
    return {account.tokens[at].lemma} if at >= 0 and account.tokens[at].pos == "NOUN" else set()


def _address_before(account: Annotated, mention: Mention) -> set[str]:
    """The gender that a word of address before a name tells: "Mrs. Lee"."""
    words = account.witness.text[max(0, mention.span.start - 9) : mention.span.start].split()
    told = gender(f"{words[-1]} Lee") if mention.kind == "person" and words else ""
    return {told} if told and words[-1].strip(".").casefold() in ADDRESS else set()


def plain(form: str) -> str:
    words = normalize("NFC", form).split()
    if len(words) > 1 and words[0].lower() == "the":
        words = words[1:]
    return " ".join(words)
