"""One person, two offices that nobody holds at once.

Gathers the offices that each account gives each person, over the whole account ("his northern
counterpart" counts as the office it stands for), and compares those of one rank
(``data/ranks.tsv``, ministers by class, an office and its deputy). An account that gives both offices
contradicts nobody, nor does one that says "former". Does not know who held what office when.

Invariant: both offices are of one person by key, of the same state or body where both say which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ..data import lexicon
from ..model import Role, Span
from .sheet import Sheet
from .slots import Finding

DEPUTIES = ("deputy ", "vice ", "assistant ", "lieutenant ", "under")
PAST = frozenset(
    "former ex then late retired outgoing onetime incoming next future would-be acting deputy vice lt".split()
)
CABINET = frozenset({"secretary of state", "foreign minister", "prime minister", "attorney general"})


@dataclass(frozen=True, slots=True)
class Held:
    """An office given to a person in one place."""

    account: int
    span: Span
    office: str
    of: str | None


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find people with two offices of one rank."""
    for person, held in sorted(_offices(laid).items()):
        pairs = {(x.office, y.office) for x in held for y in held if x.office < y.office}
        for one, other in sorted(pairs):
            if excludes(one, other):
                yield from _finding(laid, person, held, one, other)


def _offices(laid: Sheet) -> Mapping[str, list[Held]]:
    """Every office of every person, in the order of accounts and text."""
    out: dict[str, list[Held]] = defaultdict(list)
    for i, account in enumerate(laid.accounts):
        for mention in account.mentions:
            role = mention.value
            if isinstance(role, Role) and role.holder and not _past(laid, i, mention.span):
                out[laid.people.get(role.holder, role.holder)].append(
                    Held(i, mention.span, role.office, role.of)
                )
    return out


def _past(laid: Sheet, i: int, span: Span) -> bool:
    """Whether a word such as "former" stands before or in the words of office."""
    text = laid.accounts[i].witness.text
    words = text[max(0, span.start - 24) : span.start].replace("-", " ").lower().split()[-2:]
    return bool(PAST & {word.strip(".") for word in words}) or laid.text(span).lower().startswith(
        ("former", "ex-", "then-")
    )


def _finding(laid: Sheet, person: str, held: list[Held], one: str, other: str) -> Iterator[Finding]:
    givers = {office: {h.account for h in held if h.office == office} for office in (one, other)}
    both = givers[one] & givers[other]
    sides = [h for h in held if h.office in (one, other) and h.account not in both]
    if len({h.office for h in sides}) < 2 or _of_two(sides):
        return
    name = laid.entities[person].name if person in laid.entities else person
    first, then = (_shown(laid, sides, office) for office in (one, other))
    says = f"{name} is “{first}” in one account and “{then}” in another."
    innocent = "a rank said in short" if _short(one, other) else None
    values = tuple((h.span, h.office) for h in sides)
    yield Finding("role", values, says, innocent, 0.85, part=person)


def _shown(laid: Sheet, sides: list[Held], office: str) -> str:
    """The words of an office, rather those that name it than "his counterpart"."""
    words = [laid.text(h.span) for h in sides if h.office == office]
    return next((w for w in words if office.rpartition(" ")[2] in w.lower()), words[0])


def _of_two(sides: list[Held]) -> bool:
    """Whether the offices are of different states or bodies: then both may be held."""
    named = {h.office: {x.of for x in sides if x.office == h.office and x.of} for h in sides}
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
    if any(one == d + other or other == d + one for d in DEPUTIES):
        return True
    if _minister(one) and _minister(other):
        # A bare "secretary" or "minister" is the fuller title said in short.
        return not one.endswith(other) and not other.endswith(one)
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
