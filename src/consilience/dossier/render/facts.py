"""Plain questions about a dossier, answered from its JSON document alone.

Who has a point and how, who follows whom, what may be said in one line. Holds no layout; the
page and the terminal both read it. Invariant: it adds no finding of its own: each answer is
a count, a look-up or an overlap of spans in the document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Any

from ...model import SURE

Document = dict[str, Any]

MONTHS = "January February March April May June July August September October November December".split()
NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
DATED = re.compile(r"\d{4}-\d\d-\d\d")
LISTS = (
    "articles statements points origins discrepancies omissions selections entities ledger timeline summary "
    "framing coverage problems"
).split()
COPIED = ("copy", "rewrite", "translation", "exemplar")
FOLLOWS = {
    "copy": "copies",
    "rewrite": "rewrites",
    "translation": "translates",
    "quote": "quotes",
    "credit": "credits",
    "exemplar": "goes back to",
    "version": "is a later version of",
}
STATES = {
    "own": "says so itself",
    "reported": "reports it as said",
    "quoted": "quotes it",
    "part": "quotes it in part",
    "silent": "silent, though it could have had it",
    "lacunose": "could not have had it",
    "absent": "does not have it",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One article as the views show it; ``index`` counts from 0 in story order."""

    index: int
    id: str
    siglum: str
    name: str
    when: str
    raw: Document

    @property
    def text(self) -> str:
        """The account's text, as the offsets count it."""
        return str(self.raw.get("text") or "")


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge of the stemma with the names of its ends in words; numbered from 1, account by account."""

    number: int
    parent: str
    child: str
    parent_name: str
    child_name: str
    parent_sign: str
    child_sign: str
    verb: str
    raw: Document

    @property
    def directed(self) -> bool:
        """Whether the evidence tells which way it runs."""
        return bool(self.raw.get("directed", True))

    @property
    def style(self) -> str:
        """Its kind where that is one we know, else ``other``: what a page may use as a name."""
        kind = str(self.raw.get("kind") or "")
        return kind if kind in FOLLOWS else "other"


@dataclass(frozen=True, slots=True)
class Cell:
    """How one account has one point: a key of ``STATES``, whom it follows there, if it differs."""

    account: Account
    state: str
    after: str = ""
    differs: bool = False
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def carried(self) -> bool:
        """Whether the account has the point at all."""
        return bool(self.spans)

    @property
    def says(self) -> str:
        """The cell in words, for those who do not see the sign."""
        words = STATES[self.state]
        if self.after:
            words += f", in words shared with {self.after}"
        return words + (", and differs" if self.differs else "")


@dataclass(frozen=True)
class Row:
    """A point with its cells, one for each account in story order; ``number`` counts from 1.

    ``conflicts`` and ``harmless`` are the numbers of its discrepancies without and with a
    harmless explanation.
    """

    number: int
    cells: tuple[Cell, ...]
    conflicts: tuple[int, ...]
    harmless: tuple[int, ...]
    raw: Document

    @cached_property
    def carried(self) -> int:
        """How many accounts have it."""
        return sum(c.carried for c in self.cells)

    @cached_property
    def independent(self) -> tuple[int, int]:
        """Lower and upper bound of the number of independent origins."""
        found = self.raw.get("independent") or {}
        return int(found.get("low", 1)), int(found.get("high", 1))

    @property
    def links(self) -> list[Document]:
        """Why its passages are held to assert the same, weakest first."""
        return list(self.raw.get("links") or [])

    @property
    def headline(self) -> str:
        """The sigla of the accounts that have it in the headline."""
        return self._sigla("headline")

    @property
    def lead(self) -> str:
        """The sigla of the accounts that have it in the lead, and not in the headline."""
        return self._sigla("lead", "headline")

    def _sigla(self, part: str, but: str = "") -> str:
        rank = self.raw.get("rank") or {}
        there = set(rank.get(part) or []) - set(rank.get(but) or [])
        return ", ".join(c.account.siglum for c in self.cells if c.account.id in there)

    @property
    def bounds(self) -> str:
        """The bounds in figures: 1, or 1–2."""
        return bounds(self.raw.get("independent") or {})


@dataclass(frozen=True)
class Facts:
    """The look-ups that all views share, each made when first asked for."""

    document: Document
    accounts: tuple[Account, ...]
    edges: tuple[Edge, ...]
    rows: tuple[Row, ...]
    by_id: dict[str, Account] = field(repr=False)

    def listed(self, name: str) -> list[Document]:
        """A list of the document, empty when it is not there."""
        return list(self.document.get(name) or [])

    def follows(self, account: Account) -> list[Edge]:
        """Edges that come into an account, and the undirected ones that touch it."""
        return [
            e for e in self.edges
            if e.child == account.id or (e.parent == account.id and not e.directed)
        ]  # fmt: skip

    @cached_property
    def shared(self) -> list[Row]:
        """Points that two or more accounts have."""
        return [r for r in self.rows if r.carried > 1]

    @cached_property
    def alone(self) -> list[Row]:
        """Points that one account alone has."""
        return [r for r in self.rows if r.carried <= 1]

    @cached_property
    def weakest(self) -> list[tuple[Row, Document]]:
        """The links of all points between accounts that are here, weakest first."""
        found = [
            (r, k)
            for r in self.rows
            for k in r.links
            if {k["a"]["article"], k["b"]["article"]} <= {*self.by_id}
        ]
        return sorted(found, key=lambda pair: (pair[1]["score"], pair[0].number))

    @cached_property
    def conflicts(self) -> list[tuple[int, Document]]:
        """Numbered discrepancies without a harmless explanation that are right more often than not."""
        return [(n, d) for n, d in self._numbered if sure(d)]

    @cached_property
    def unsure(self) -> list[tuple[int, Document]]:
        """Numbered discrepancies without a harmless explanation that are wrong more often than right."""
        return [(n, d) for n, d in self._numbered if not d.get("innocent") and not sure(d)]

    @cached_property
    def harmless(self) -> list[tuple[int, Document]]:
        """Numbered discrepancies that a harmless explanation fits."""
        return [(n, d) for n, d in self._numbered if d.get("innocent")]

    @cached_property
    def _numbered(self) -> list[tuple[int, Document]]:
        return list(enumerate(self.listed("discrepancies"), 1))

    @cached_property
    def some_absent(self) -> bool:
        """Whether some account lacks a point without being called silent or lacunose there."""
        return any(c.state == "absent" for r in self.rows for c in r.cells)

    @cached_property
    def most_origins(self) -> int:
        """The most independent origins that any point may have."""
        return max((r.independent[1] for r in self.rows), default=0)

    @cached_property
    def single(self) -> int:
        """How many points of two or more accounts have one origin at most."""
        return sum(r.independent[1] == 1 for r in self.shared)

    @property
    def dates(self) -> str:
        """When the accounts were published, from the first to the last."""
        story = self.document.get("story") or {}
        first, last = story.get("first"), story.get("last")
        if not first and not last:
            return "Publication dates unknown"
        return span_of_time(str(first or last), str(last or first))

    @cached_property
    def verdict(self) -> str:
        """The dossier in one or two plain sentences."""
        many = len(self.accounts)
        if not many:
            return "There is no account to compare."
        if many == 1:
            return (
                "One account. What it says cannot be checked against another, so nothing here is confirmed."
            )
        shared = self.shared
        if not shared:
            return f"{counted(many, 'account').capitalize()}, and no point that two of them share."
        words = f"{counted(many, 'account').capitalize()} share {counted(len(shared), 'point')}; "
        if self.single == len(shared):
            return words + "each of these goes back to one origin: repeated, not confirmed."
        if self.single:
            return words + (
                f"{in_word(self.single)} of these "
                f"{verb(self.single, 'goes', 'go')} back to one origin: repeated, not confirmed."
            )
        return words + "each of these may have more than one independent origin."


def facts(document: Document) -> Facts:
    """Gather the look-ups from a document of the contract.

    >>> facts({}).verdict
    'There is no account to compare.'
    """
    document = complete(document)
    accounts = tuple(_account(i, a) for i, a in enumerate(document["articles"]))
    by_id = {a.id: a for a in accounts}
    edges = _edges(document, by_id)
    return Facts(document, accounts, edges, _rows(document, accounts, edges), by_id)


def complete(document: Document) -> Document:
    """The document with every part that the contract names, empty where it was missing."""
    story = {"id": "", "label": "", "first": None, "last": None} | (document.get("story") or {})
    run = {"version": "", "settings": "", "digest": ""} | (document.get("run") or {})
    stemma = {"nodes": [], "edges": []} | (document.get("stemma") or {})
    lists = {name: list(document.get(name) or []) for name in LISTS}
    return {**document, **lists, "story": story, "run": run, "stemma": stemma}


def _account(index: int, raw: Document) -> Account:
    name = raw.get("outlet") or raw.get("id") or "unnamed"
    siglum = str(raw.get("siglum") or index + 1)
    return Account(index, str(raw.get("id", "")), siglum, str(name), moment(raw.get("published")), raw)


def _edges(document: Document, by_id: dict[str, Account]) -> tuple[Edge, ...]:
    stemma = document.get("stemma") or {}
    nodes = {n["id"]: n for n in stemma.get("nodes") or []}
    order = {key: account.index for key, account in by_id.items()}

    def named(key: str) -> tuple[str, str]:
        if key in by_id:
            return by_id[key].siglum, f"{by_id[key].siglum} ({by_id[key].name})"
        node = nodes.get(key, {})
        label = str(node.get("label") or key)
        if node.get("kind") != "archetype":
            return label, label
        sign, whose = letter(label)
        return sign, f"{sign} (a lost text{', ' + whose if whose else ''})"

    found = []
    raw = sorted(stemma.get("edges") or [], key=lambda e: order.get(e["child"], len(order)))
    for number, e in enumerate(raw, 1):
        sign, parent = named(e["parent"])
        child_sign, child = named(e["child"])
        verb = FOLLOWS.get(e.get("kind", ""), "follows") if e.get("directed", True) else "shares words with"
        found.append(Edge(number, e["parent"], e["child"], parent, child, sign, child_sign, verb, e))
    return tuple(found)


def letter(label: str) -> tuple[str, str]:
    """The Greek letter of a lost text, and whose text it may be.

    >>> letter("α (Norwire)"), letter("β")
    (('α', 'Norwire'), ('β', ''))
    """
    sign, _, rest = label.strip().partition(" ")
    return sign, rest.strip(" ()")


def _rows(document: Document, accounts: Sequence[Account], edges: Sequence[Edge]) -> tuple[Row, ...]:
    forms = _forms(document)
    copied = _copied(edges)
    named, loose = _by_point(document)
    found = []
    for number, p in enumerate(document["points"], 1):
        here = sorted(
            named.get(p.get("id"), []) + [(n, d) for n, d in loose if _lies_in(d, p)], key=itemgetter(0)
        )
        conflicts = [(n, d) for n, d in here if sure(d)]
        odd = {a for _, d in conflicts for a in minority(d)}
        cells = tuple(_cell(p, a, forms.get(a.id, []), copied.get(a.id, []), a.id in odd) for a in accounts)
        harmless = tuple(n for n, d in here if d.get("innocent"))
        found.append(Row(number, cells, tuple(n for n, _ in conflicts), harmless, p))
    return tuple(found)


Numbered = list[tuple[int, Document]]


def _by_point(document: Document) -> tuple[dict[Any, Numbered], Numbered]:
    """Numbered discrepancies under the point each names, and those that name none."""
    named: dict[Any, Numbered] = {}
    loose: Numbered = []
    for n, d in enumerate(document["discrepancies"], 1):
        if d.get("point"):
            named.setdefault(d["point"], []).append((n, d))
        else:
            loose.append((n, d))
    return named, loose


def _lies_in(discrepancy: Document, point: Document) -> bool:
    """Whether a discrepancy lies in a point's passages in two accounts or more."""
    inside = {
        r["article"]
        for r in discrepancy.get("readings") or []
        for p in point.get("accounts") or []
        if r["article"] == p["article"] and r["start"] < p["end"] and p["start"] < r["end"]
    }
    return len(inside) > 1


def sure(discrepancy: Document) -> bool:
    """Whether it is a conflict that is right more often than not."""
    return not discrepancy.get("innocent") and float(discrepancy.get("score", 1)) >= SURE


def minority(discrepancy: Document) -> set[str]:
    """Accounts whose value is not the commonest one; all of them when no value is commonest.

    >>> sorted(minority({"readings": [{"article": a, "value": v} for a, v in ("A1", "B1", "C2")]}))
    ['C']
    """
    groups = by_value(discrepancy)
    sizes = sorted((len({r["article"] for r in rows}) for _, rows in groups), reverse=True)
    tied = len(sizes) > 1 and sizes[0] == sizes[1]
    most = None if tied or not sizes else sizes[0]
    return {
        r["article"] for _, rows in groups for r in rows
        if len({r["article"] for r in rows}) != most
    }  # fmt: skip


def by_value(discrepancy: Document) -> list[tuple[str, list[Document]]]:
    """Readings of a discrepancy gathered under their value, in order of first appearance."""
    groups: dict[str, list[Document]] = {}
    for r in discrepancy.get("readings") or []:
        groups.setdefault(str(r.get("value", "")), []).append(r)
    return list(groups.items())


def _forms(document: Document) -> dict[str, list[tuple[int, int, str]]]:
    """Stretches of statements in each account, with their form."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for s in document.get("statements") or []:
        rows = found.setdefault(s.get("article", ""), [])
        rows += [(a, b, s.get("form", "indirect")) for a, b in s.get("content") or []]
    return found


def _copied(edges: Sequence[Edge]) -> dict[str, list[tuple[int, int, str]]]:
    """Stretches of each account that an edge shows to be shared, with the sign of the other end."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for e in edges:
        if e.raw.get("kind") not in COPIED:
            continue
        ends = [(e.child, e.parent_sign)] + ([] if e.directed else [(e.parent, e.child_sign)])
        for place in e.raw.get("evidence") or []:
            for end, sign in ends:
                if place["article"] == end:
                    found.setdefault(end, []).append((place["start"], place["end"], sign))
    return found


Stretch = tuple[int, int, str]


def _cell(point: Document, account: Account, forms: list[Stretch], copied: list[Stretch], odd: bool) -> Cell:
    spans = tuple(
        (p["start"], p["end"]) for p in point.get("accounts") or [] if p.get("article") == account.id
    )
    if not spans:
        for state in ("lacunose", "silent"):
            if account.id in (point.get(state) or []):
                return Cell(account, state)
        return Cell(account, "absent")
    form = _widest(spans, forms)
    state = {"direct": "quoted", "mixed": "part", "indirect": "reported"}.get(form, "own")
    return Cell(account, state, _widest(spans, copied), odd, spans)


def _widest(spans: Sequence[tuple[int, int]], stretches: Sequence[Stretch]) -> str:
    """The label that covers most of the spans, if it covers a third of them; else nothing."""
    shares: dict[str, int] = {}
    for a, b in spans:
        for start, end, label in stretches:
            if start < b and a < end:
                shares[label] = shares.get(label, 0) + min(b, end) - max(a, start)
    best = max(shares, key=lambda k: (shares[k], k), default="")
    return best if best and 3 * shares[best] >= sum(b - a for a, b in spans) else ""


# -- words --


def capital(words: str) -> str:
    """The first letter as a capital, the rest as it is."""
    return words[:1].upper() + words[1:]


def in_word(number: int) -> str:
    """A number up to twelve as a word."""
    return NUMBERS[number] if 0 < number < len(NUMBERS) else str(number)


def bounds(independent: Document) -> str:
    """Bounds of a number of origins in figures.

    >>> bounds({"low": 1, "high": 1}), bounds({"low": 1, "high": 2})
    ('1', '1–2')
    """
    low, high = int(independent.get("low", 1)), int(independent.get("high", 1))
    return str(low) if low == high else f"{low}–{high}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number and its noun; up to twelve in words.

    >>> counted(2, "account"), counted(1, "account"), counted(14, "story", "stories")
    ('two accounts', 'one account', '14 stories')
    """
    word = in_word(number) if number else "no"
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


def verb(number: int, one: str, more: str) -> str:
    """The verb form that fits a number."""
    return one if number == 1 else more


def moment(iso: str | None) -> str:
    """An ISO date or time in words; what cannot be read is shown as it is.

    >>> moment("2031-05-06T08:25:00+02:00"), moment("2031-05"), moment(None)
    ('6 May 2031, 08:25', '2031-05', '')
    """
    if not iso or not DATED.match(str(iso)):
        return str(iso or "")
    try:
        then = datetime.fromisoformat(str(iso))
    except ValueError:
        return str(iso)
    day = f"{then.day} {MONTHS[then.month - 1]} {then.year}"
    return f"{day}, {then:%H:%M}" if "T" in str(iso) else day


def day_and_hour(iso: str | None) -> str:
    """An ISO date or time in few characters.

    >>> day_and_hour("2031-05-06T08:25:00"), day_and_hour("2031-05-06")
    ('6 May, 08:25', '6 May')
    """
    day, _, hour = moment(iso).partition(", ")
    short = " ".join(w[:3] if w.isalpha() else w for w in day.split(" ")[:2])
    return f"{short}, {hour}" if hour else short


def span_of_time(first: str, last: str) -> str:
    """Two ISO dates as one phrase.

    >>> span_of_time("2031-05-06T07:40", "2031-05-06T09:00")
    '6 May 2031, 07:40 to 09:00'
    >>> span_of_time("2031-05-06T07:40", "2031-05-07")
    '6 May 2031, 07:40 to 7 May 2031'
    """
    a, b = moment(first), moment(last)
    if a == b:
        return a
    day, _, hour = b.partition(", ")
    return f"{a} to {hour}" if hour and a.startswith(day) else f"{a} to {b}"
