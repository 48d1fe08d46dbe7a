"""Roles: who holds which office, of what.

Reads offices before names ("Foreign Minister Ann Lee"), after them ("Ann Lee, the mayor of
X,"), and on their own ("the Ruritanian foreign minister"); compound offices are split. Does
not settle whom an office on its own means (see ``refer``). Invariant: the span of a role is
the words of office with the state or body before them, never the name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ..data import lexicon
from ..model import Annotated
from . import gazetteer
from .gazetteer import Hit
from .names import Line, Name, key_of, split_key
from .people import given

PREFIXES = frozenset({"deputy", "chief", "assistant", "opposition", "state", "police"})
"""Offices that with the next word make one."""
WEIGHTY = frozenset("leader diplomat minister legislator governor mayor police military law cleric".split())
"""Classes of office of which nobody holds two unlike ones at once."""
HIGH = frozenset({"diplomat", "leader", "minister"})
"""Offices of a state: "Paris’s foreign minister" is of France, not of the city."""
JOIN = re.compile(r",? and (?:the |its )?|, (?:and )?(?:the )?|/")
AFTER = re.compile(
    r"(?:,|,? who (?:is|was)| is| was| became| [—–-]) ?(?:also |currently )?"
    r"(?:the |a |an |its |his |her |their )?"
)
OF = re.compile(r" (?:of|for|to|at|with) (?:the )?", re.I)
OWN = re.compile(r"(?:['’]s?)? ?")


@dataclass(slots=True)
class Office:
    """Words of office: ``line`` and words ``first:last``, its parts in normal form.

    ``definite`` tells "the minister" from "a minister"; ``holder`` is a key or None.
    """

    start: int
    end: int
    line: int
    first: int
    last: int
    offices: tuple[str, ...]
    classes: tuple[str, ...]
    gender: str
    of: str | None = None
    holder: str | None = None
    definite: bool = False


def find(account: Annotated, lines: Sequence[Line], names: Sequence[Name]) -> list[Office]:
    """All offices in text order, those beside a name with their holder."""
    by_line: dict[int, list[Name]] = {}
    for name in names:
        by_line.setdefault(name.line, []).append(name)
    found: list[Office] = []
    for line in lines:
        if line.offices:
            found.extend(_in_line(account, line, by_line.get(line.number, [])))
    return found


def _in_line(account: Annotated, line: Line, names: Sequence[Name]) -> list[Office]:
    text = account.witness.text
    free = [h for h in line.offices if not any(n.first <= h.first < n.last for n in names)]
    found: list[Office] = []
    for group in _groups(text, line, free):
        office = _office(line, group)
        if office is None:
            continue
        _belongs(text, line, office, names)
        _holder(text, office, names)
        if office.holder or ((office.definite or office.of) and _is_noun(account, line, office)):
            found.append(office)
    return found


def _is_noun(account: Annotated, line: Line, office: Office) -> bool:
    """ "the general election" and "general support" name no general."""
    token = account.tokens[line.row[office.last - 1].token]
    return token.pos in {"NOUN", "PROPN"} and token.dep not in {"compound", "amod", "nmod"}


def _groups(text: str, line: Line, hits: Sequence[Hit]) -> list[list[Hit]]:
    """Runs of hits with nothing between but spaces or "and": one person's offices."""
    groups: list[list[Hit]] = []
    for hit in hits:
        between = text[line.row[groups[-1][-1].last - 1].end : line.row[hit.first].start] if groups else ""
        if groups and (between in {" ", ". "} or (JOIN.fullmatch(between) and "and" in between)):
            groups[-1].append(hit)
        else:
            groups.append([hit])
    return groups


def _office(line: Line, group: Sequence[Hit]) -> Office | None:
    """Put the hits of a group into normal form: modifiers go before, neighbours are one office."""
    offices: list[str] = []
    classes: list[str] = []
    modifiers: list[str] = []
    gender = ""
    at = -1
    for hit in group:
        entry = hit.entry
        gender = gender or entry.gender
        if entry.cls in {"modifier", "honorific"}:
            modifiers += [entry.name] if entry.name else []
        elif entry.cls == "plural":
            return None
        elif entry.cls != "party":
            plain = " ".join([*modifiers, entry.name or entry.phrase[0]])
            if offices and at == hit.first and offices[-1] in PREFIXES:
                offices[-1] = f"{offices[-1]} {plain}"
            else:
                offices.append(plain)
                classes.append(entry.cls)
            modifiers = []
        at = hit.last
    if not offices and not gender:
        return None
    row, first, last = line.row, group[0].first, group[-1].last
    return Office(
        row[first].start, row[last - 1].end, line.number, first, last, tuple(offices), tuple(classes), gender
    )


def _belongs(text: str, line: Line, office: Office, names: Sequence[Name]) -> None:
    """The state or body before ("Ruritanian", "the union's") or after ("of the union")."""
    row = line.row
    for name in names:
        if name.kind == "person":
            continue
        if name.end <= office.start and OWN.fullmatch(text[name.end : office.start]):
            if HIGH & set(office.classes) and name.form in gazetteer.seats():
                name.key, name.how = key_of("place", gazetteer.seats()[name.form]), "metonym"
            office.of = split_key(name.key)[1]
            office.start, office.first = name.start, name.first
            office.definite = name.end < len(text) and (text[name.end] in "'’" or name.how == "demonym")
            break
        after = OF.match(text, office.end)
        if after and after.end() == name.start and office.of is None:
            office.of = split_key(name.key)[1]
    while office.first and _modifies(line, office.first - 1):
        office.first -= 1  # "the top Ruritanian diplomat"
        office.start = row[office.first].start
    before = row[office.first - 1] if office.first else None
    if before and before.fold in {"the", "this", "that", "his", "her", "its", "their"}:
        office.definite = True
    elif before and before.fold in {"a", "an", "another", "one", "any", "no", "every", "each"}:
        office.definite = False


def _modifies(line: Line, at: int) -> bool:
    return any(h.entry.cls == "modifier" and h.first <= at < h.last for h in line.offices)


def _holder(text: str, office: Office, names: Sequence[Name]) -> None:
    for name in names:
        if name.kind != "person":
            continue
        between = text[office.end : name.start] if name.start >= office.end else "-"
        closed = text[name.end : name.end + 1] in {",", ".", ";", ")", ""}  # "the minister, Ann Lee, said"
        told = text[max(0, office.start - 14) : office.start].lower().endswith(("to ", "to the "))
        if between in {" ", ". ", "."} or (between == ", " and office.definite and closed and not told):
            office.holder = name.key
            return
    for name in names:
        if (
            name.kind == "person"
            and name.end <= office.start
            and AFTER.fullmatch(text[name.end : office.start])
        ):
            office.holder = name.key


def genders(offices: Sequence[Office], keys: Sequence[str]) -> dict[str, str]:
    """What titles and given names tell of each person's gender."""
    known: dict[str, str] = {}
    for office in offices:
        if office.holder and office.gender:
            known.setdefault(office.holder, office.gender)
    for key in keys:
        kind, name = split_key(key)
        first = given().get(name.split()[0], ("", ""))[0] if name else ""
        if kind == "person" and first and " " in name:
            known.setdefault(key, first)
    return known


def abroad(office: str) -> str:
    """What another state's holder of the same office is called there.

    >>> abroad("secretary of state")
    'foreign minister'
    """
    found = {e.name: e.of for row in gazetteer.titles().values() for e in row if e.of}
    return found.get(office, office)


@cache
def _classes() -> dict[str, str]:
    return {
        row["office"]: row["class"] for row in lexicon("titles") if row["office"] and row["class"] != "plural"
    }


def class_of(office: str) -> str:
    """The class of an office in the lexicon; an unknown office is its own.

    >>> class_of("former foreign minister")
    'diplomat'
    """
    return _classes().get(office.removeprefix("former "), office)


def at_once(one: str, other: str) -> bool:
    """Whether one person may be called by both offices.

    >>> at_once("minister", "foreign minister"), at_once("finance minister", "health minister")
    (True, False)
    """
    if holds(one, other) or holds(other, one):
        return True
    first, second = class_of(one), class_of(other)
    if first not in WEIGHTY or second not in WEIGHTY:
        return True
    cabinet = one.endswith(" minister") and other.endswith(" minister") and first == "minister"
    return first == second and not cabinet


def holds(asked: str, has: str) -> bool:
    """Whether a holder of one office can be called by another: "minister" for a foreign minister.

    >>> holds("minister", "foreign minister"), holds("foreign minister", "finance minister")
    (True, False)
    """
    plain = has.removeprefix("former ").removeprefix("acting ")
    return (
        asked in {has, plain}
        or plain.endswith(" " + asked)
        or (" " not in asked and plain.startswith(asked + " of"))
    )
