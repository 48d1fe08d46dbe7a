"""One person, two offices that nobody holds at once.

Gathers the offices that each account gives each person, over the whole account ("his northern
counterpart" counts as the office it stands for), and compares those of one rank
(``data/ranks.tsv``, ministers by class, an office and its deputy, the same office of two bodies).
Words of office right before a name are read here once more, to the longest phrase of the lexicon:
"Velden Deputy Police Chief Ada Kreel". An account that gives both offices contradicts nobody; former
offices are compared with former ones only, and only heads of bodies. Does not know who held what office when.

Invariant: both offices are of one person by key, of the same state where both say which.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ..annotate.roles import class_of
from ..data import lexicon
from ..model import Mention, Role, Span
from .lists import listed
from .places import ranks as places
from .sheet import Sheet
from .slots import Finding

DEPUTIES = listed("deputy")
BEFORE = listed("makes another office")
"""Words before an office that make another of it."""
PAST, FORMER = listed("not held now"), listed("former")
CABINET = listed("cabinet office")
HEADS = listed("head of a body")
"""Offices of which a person holds one: the body is part of the office."""
AT = " @ "
"""Parts such an office from its body."""
WORD = re.compile(r"[A-Za-z][\w’'-]*\.?")
REACH = 64
"""Code points before a name in which its words of office stand."""
COUNTERPART = "counterpart"
BARE = frozenset({"secretary", "minister"})
"""Offices that may be a fuller one said in short."""
APPOSED = re.compile(r"[\s,’'s]*(?:(?:who|is|was|now|the|an?|as|its|their|his|her)\s+){0,3}")
"""What may stand between a name and the words of office beside it."""
LONGEST = 5
"""Words of the longest phrase that is looked up."""


@dataclass(frozen=True, slots=True)
class Held:
    """An office given to a person in one place; ``former`` if the account says so.

    ``named`` if the name stands beside it, or "her northern counterpart" says whose office is meant;
    "the sheriff" further on may be another.
    """

    account: int
    span: Span
    office: str
    of: str | None
    former: bool = False
    named: bool = True


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find people with two offices of one rank."""
    for person, every in sorted(_offices(laid).items()):
        for former in (False, True):
            held = [h for h in every if h.former is former]
            pairs = {(x.office, y.office) for x in held for y in held if x.office < y.office}
            for one, other in sorted(pairs):
                if excludes(one, other) and (not former or AT in one + other):
                    yield from _finding(laid, person, held, one, other)


def _offices(laid: Sheet) -> Mapping[str, list[Held]]:
    """Every office of every person, in the order of accounts and text."""
    out: dict[str, list[Held]] = defaultdict(list)
    for i, account in enumerate(laid.accounts):
        read: dict[str, list[Held]] = defaultdict(list)
        names = [m for m in account.mentions if m.kind == "person" and m.how in ("name", "surname")]
        for mention in names:
            read[str(mention.value)] += titled(laid, i, mention)
        for mention in account.mentions:
            role = mention.value
            if isinstance(role, Role) and role.holder:
                told = read[role.holder]
                if not any(h.span.overlap(mention.span) for h in told):
                    told += _given(laid, i, mention, names)
        for holder in sorted(read):
            out[laid.people.get(holder, holder)] += sorted(read[holder], key=lambda h: (h.span, h.office))
    return {person: [h for h in held if h.named] for person, held in out.items()}


def _given(laid: Sheet, i: int, mention: Mention, names: Sequence[Mention]) -> Iterator[Held]:
    """An office as the annotation has it, unless it is told as past or to come."""
    role = mention.value
    if not isinstance(role, Role):
        return
    text = laid.accounts[i].witness.text
    words = text[max(0, mention.span.start - 24) : mention.span.start].replace("-", " ").lower().split()[-2:]
    before = {word.strip(".") for word in words}
    shown = laid.text(mention.span).lower()
    former = bool(FORMER & before) or shown.startswith(("former", "ex-"))
    if former or not (PAST & before or shown.startswith("then-")):
        office = role.office.removeprefix("former ")
        named = any(m.value == role.holder and _beside(text, m.span, mention.span) for m in names)
        yield Held(
            i,
            mention.span,
            _of_body(office, laid.text(mention.span)),
            role.of,
            former,
            named or COUNTERPART in shown,
        )


def _beside(text: str, name: Span, office: Span) -> bool:
    """Whether an office stands beside a name: "Kreel, who is the mayor", not "the mayor, and Kreel"."""
    first, then = sorted((name, office))
    return bool(APPOSED.fullmatch(text[first.end : max(first.end, then.start)]))


def titled(laid: Sheet, i: int, name: Mention) -> Iterator[Held]:
    """The offices whose words stand right before a name, last first."""
    text, at = laid.accounts[i].witness.text, name.span.start
    words = list(WORD.finditer(text, max(0, at - REACH), at))
    while words and text[words[-1].end() : at] == " ":
        size = next((n for n in range(min(LONGEST, len(words)), 0, -1) if _phrase(text, words[-n:])), 0)
        if not size:
            return
        office, first = _phrase(text, words[-size:]), len(words) - size
        while first and _prefixes(text, words[first - 1 : first + 1], office):
            first -= 1
            office = f"{words[first].group().lower()} {office}"
        start, end = words[first].start(), words[-1].end()
        earlier = [m.group().lower() for m in words[max(0, first - 3) : first]]
        # "Deputy Harbour Board press secretary"
        under = next((w for w in reversed(earlier) if w.rpartition("-")[2] in BEFORE), "").rpartition("-")[2]
        if under and class_of(office) != "military":
            office = f"{under} {office}"
        former = bool(FORMER & {part for word in earlier for part in word.split("-")})
        before = words[first - 1].group() if first else ""
        held = former or not PAST & set(earlier[-1:])
        # "A second unit director" is no head of a body.
        if held and not (office in HEADS and before.islower() and not former):
            span = Span(name.span.witness, start, end)
            yield Held(i, span, _of_body(office.removeprefix("acting "), f"{before} {office}"), None, former)
        words, at = words[:first], start


def _prefixes(text: str, words: list[re.Match[str]], office: str) -> bool:
    """Whether the first of two words makes another office of the second; "Deputy Lt." are two offices."""
    return words[0].group().lower() in BEFORE and _joined(text, words) and class_of(office) != "military"


def _joined(text: str, words: list[re.Match[str]]) -> bool:
    return all(text[a.end() : b.start()] in (" ", "-") for a, b in pairwise(words))


def _phrase(text: str, words: list[re.Match[str]]) -> str:
    """The office that words name, in normal form, or ""."""
    said = " ".join(m.group().lower().rstrip(".") for m in words)
    return _titles().get(said, "") if _joined(text, words) else ""


def _of_body(office: str, shown: str) -> str:
    """A head of a body with the body, where its acronym stands in the words: "HRA director"."""
    acronym = next((w for w in shown.split() if w.isupper() and 2 <= len(w) <= 5 and w.isalpha()), "")
    return f"{office}{AT}{acronym}" if office in HEADS and acronym else office


@cache
def _titles() -> Mapping[str, str]:
    """Office by the words for it, lower case and without stops."""
    skip = ("honorific", "modifier", "plural", "party")
    rows = [r for r in lexicon("titles") if r["office"] and r["class"] not in skip]
    return {r["phrase"].lower().replace(".", ""): r["office"] for r in rows}


def _finding(laid: Sheet, person: str, held: list[Held], one: str, other: str) -> Iterator[Finding]:
    givers = {office: {h.account for h in held if h.office == office} for office in (one, other)}
    both = givers[one] & givers[other]
    sides = [h for h in held if h.office in (one, other) and h.account not in both]
    if len({h.office for h in sides}) < 2 or _of_two(sides):
        return
    name = laid.entities[person].name if person in laid.entities else person
    first, then = (_shown(laid, sides, office) for office in (one, other))
    was = "was" if sides[0].former else "is"
    says = f"{name} {was} “{first}” in one account and “{then}” in another."
    innocent = "a rank said in short" if _short(one, other) else None
    values = tuple((h.span, h.office) for h in sides)
    yield Finding("role", values, says, innocent, 0.85, part=person)


def _shown(laid: Sheet, sides: list[Held], office: str) -> str:
    """The words of an office, rather those that name it than "his counterpart"."""
    words = [laid.text(h.span) for h in sides if h.office == office]
    return next((w for w in words if office.partition(AT)[0].rpartition(" ")[2] in w.lower()), words[0])


def _of_two(sides: list[Held]) -> bool:
    """Whether the offices are of different states: then both may be held."""
    named = {h.office: {x.of for x in sides if x.office == h.office and x.of in places()} for h in sides}
    one, other = named.values()
    return bool(one) and bool(other) and not one & other


def _short(one: str, other: str) -> bool:
    """ "General" for a lieutenant general, "admiral" for a rear admiral."""
    long, short = sorted((one, other), key=len, reverse=True)
    return long.endswith(f" {short}") and short in ("general", "admiral", "colonel")


@cache
def excludes(one: str, other: str) -> bool:
    """Whether nobody holds both offices at once.

    >>> excludes("prime minister", "foreign minister"), excludes("senator", "majority leader")
    (True, False)
    """
    if one == other:
        return False
    (one, mine), (other, theirs) = ((o.partition(AT)[0], o.partition(AT)[2]) for o in (one, other))
    if one == other:
        return bool(mine) and bool(theirs)
    if any((o in CABINET or _minister(o)) and body for o, body in ((one, theirs), (other, mine))):
        return True
    if any({one, other} & {f"{d} {o}", f"{d}{o}"} for d in DEPUTIES for o in (one, other)):
        return True
    if _minister(one) and _minister(other):
        # A bare "secretary" or "minister" is the fuller title said in short.
        return not {one, other} & BARE and not one.endswith(other) and not other.endswith(one)
    return bool(_ranks().get(one, frozenset()) & _ranks().get(other, frozenset()))


@cache
def _ranks() -> Mapping[str, frozenset[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    for row in lexicon("ranks"):
        for office in row["offices"].split(";"):
            out[office].add(row["rank"])
    return {office: frozenset(ranks) for office, ranks in out.items()}


@cache
def _minister(office: str) -> bool:
    """A full member of a government; deputies hold other offices beside."""
    return office in CABINET or (office in _ministers() and not office.startswith("deputy"))


@cache
def _ministers() -> frozenset[str]:
    return frozenset(row["office"] for row in lexicon("titles") if row["class"] == "minister")
