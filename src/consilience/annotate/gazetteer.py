"""Known names, offices and place words, found by longest match over words.

Reads the lexicons ``places``, ``bodies`` and ``titles``; does not decide what an unknown
name is (see ``names``) nor who holds an office (see ``roles``). Invariant: hits of one
sentence do not overlap and each covers whole words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

from ..data import lexicon
from ..model import Annotated, Sentence

WORD = re.compile(r"[A-Z](?:\.[A-Z])+\b\.?|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
GAPS = frozenset({" ", "\u00a0", "-", "‐", "‑", "–", "’", "'", ".", ". ", " & "})
"""What may stand between two words of one name."""


class Word(NamedTuple):
    """A word as names see it: "U.S." is one, "US-led" two. ``token`` indexes the parse.

    ``capital`` tells whether it opens with a capital letter.
    """

    start: int
    end: int
    text: str
    fold: str
    token: int
    capital: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A lexicon entry: ``kind`` is state, people, seat, place, body, group, outlet, platform or title."""

    kind: str
    name: str
    phrase: tuple[str, ...]
    cls: str = ""
    gender: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """Words ``first:last`` of a sentence that match an entry."""

    first: int
    last: int
    entry: Entry


Index = dict[str, list[Entry]]


def words(text: str, sentence: Sentence, account: Annotated) -> list[Word]:
    """The words of a sentence with the token each begins in."""
    found, at = [], sentence.first
    tokens = account.tokens
    for match in WORD.finditer(text, sentence.start, sentence.end):
        while at + 1 < sentence.last and tokens[at + 1].start <= match.start():
            at += 1
        plain = match.group().replace(".", "")
        if not plain.isascii():
            plain = normalize("NFC", plain)
        found.append(Word(match.start(), match.end(), plain, plain.casefold(), at, plain[0].isupper()))
    return found


def find(row: Sequence[Word], text: str, index: Index) -> list[Hit]:
    """Longest matches from left to right."""
    hits: list[Hit] = []
    shouting = all(w.text.isupper() for w in row if len(w.text) > 3)
    at = 0
    while at < len(row):
        hit = _longest(row, at, text, index, shouting) if row[at].fold in index else None
        if hit:
            hits.append(hit)
        at = hit.last if hit else at + 1
    return hits


def _longest(row: Sequence[Word], at: int, text: str, index: Index, shouting: bool) -> Hit | None:
    for entry in index.get(row[at].fold, ()):
        size = len(entry.phrase)
        part = row[at : at + size]
        if len(part) < size or not all(map(_same, entry.phrase, part)):
            continue
        if shouting and size == 1 and entry.phrase[0].isupper():
            continue  # "CONTACT US": in a line of capitals an acronym cannot be told from a word
        if all(near(text, a, b) or text[a.end : b.start] == "/" for a, b in pairwise(part)):
            return Hit(at, at + size, entry)
    return None


def near(text: str, a: Word, b: Word) -> bool:
    """Whether nothing but a space, hyphen, apostrophe or abbreviating stop lies between two words."""
    return text[a.end : b.start] in GAPS


def _same(want: str, word: Word) -> bool:
    """An acronym as written, a name with its capital, a plain word in any case."""
    if len(want) > 1 and want[1:] != want[1:].lower():
        return word.text == want
    if want[:1].isupper():
        return word.capital and word.fold == want.casefold()
    return word.fold == want


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(m.group().replace(".", "") for m in WORD.finditer(text))


def _cell(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def _index(entries: Iterable[Entry]) -> Index:
    index: Index = {}
    for entry in entries:
        if entry.phrase:
            index.setdefault(entry.phrase[0].casefold(), []).append(entry)
    for row in index.values():
        row.sort(key=lambda e: (-len(e.phrase), e.phrase, e.kind))
    return index


def _places() -> Iterable[Entry]:
    for row in lexicon("places"):
        kind = "state" if row["kind"] == "state" else "place"
        for form in (row["name"], *_cell(row["aliases"])):
            yield Entry(kind, row["name"], _phrase(form), row["kind"])
        for form in _cell(row["people"]):
            yield Entry("people", row["name"], _phrase(form), row["kind"])
        for form in _cell(row["seats"]):
            yield Entry("seat", row["name"], _phrase(form), "city")
        for form in _cell(row["houses"]):
            yield Entry("seat", row["name"], _phrase(form), "house")


def _bodies() -> Iterable[Entry]:
    for row in lexicon("bodies"):
        if row["kind"] in {"head", "placehead"}:
            continue
        for form in (row["name"], *_cell(row["aliases"])):
            yield Entry(row["kind"], row["name"], _phrase(form), of=row["of"])


@cache
def proper() -> Index:
    """Places, peoples, seats of government, bodies and groups."""
    return _index([*_places(), *_bodies()])


@cache
def adjectives() -> dict[str, str]:
    """The word for what is a state's: {"France": "French", …}."""
    return {row["name"]: _cell(row["people"])[0] for row in lexicon("places") if row["people"]}


@cache
def seats() -> dict[str, str]:
    """The state of each capital or palace: {"Paris": "France", …}."""
    return {form: r["name"] for r in lexicon("places") for form in _cell(r["seats"]) + _cell(r["houses"])}


@cache
def titles() -> Index:
    """Offices, honorifics and the words before them."""
    rows = lexicon("titles")
    return _index(
        Entry("title", r["office"], _phrase(r["phrase"]), r["class"], r["gender"], r["abroad"]) for r in rows
    )


@cache
def heads(kind: str) -> frozenset[str]:
    """Words that close (or, before "of", open) the name of a body (``head``) or place (``placehead``)."""
    return frozenset(row["name"] for row in lexicon("bodies") if row["kind"] == kind)


@cache
def words_of(kind: str) -> frozenset[str]:
    """Words of one kind from the lexicon ``namewords``."""
    return frozenset(row["word"] for row in lexicon("namewords") if row["kind"] == kind)


@cache
def portfolios() -> dict[str, str]:
    """What ministries are for, with the normal form: {"external affairs": "foreign", …}."""
    rows = (r for r in lexicon("titles") if r["phrase"].endswith(" minister"))
    known = {r["phrase"].removesuffix(" minister"): r["office"].removesuffix(" minister") for r in rows}
    return {
        k: v
        for k, v in known.items()
        if v and not k.startswith(("deputy", "vice", "junior", "prime", "chief"))
    }
