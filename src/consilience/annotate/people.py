"""What the words of a person's name tell: family name, given name, who can be the same.

Knows common given names with their gender and short forms, and the family names that stand
first; reads no text. Invariant: two names that share only a family name are never one person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ..data import lexicon

ARTICLE = re.compile(r"^(?:al|el|ad|as|ash|ar)-")
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
ADDRESS = frozenset("mr mrs ms miss mme mx madam madame sir".split())
"""Words of address that a name keeps where two people of one surname stand in an account."""


@cache
def given() -> dict[str, tuple[str, str]]:
    """Given names with gender and formal form."""
    return {r["name"]: (r["gender"], r["formal"]) for r in lexicon("given") if r["kind"] == "given"}


@cache
def family_first() -> frozenset[str]:
    """Family names that mostly stand before the given name."""
    return frozenset(r["name"] for r in lexicon("given") if r["kind"] == "family-first")


def parts(form: str) -> list[str]:
    """The words of a person's name without initials and suffixes, folded.

    >>> parts("Joseph R. Ortiz Jr."), parts("Adel al-Harun")
    (['joseph', 'ortiz'], ['adel', 'harun'])
    """
    plain = [ARTICLE.sub("", w.strip('.,“”"').casefold()) for w in form.replace("’", "'").split()]
    kept = [w for w in plain if len(w) > 1 and w not in SUFFIXES]
    kept = kept[1:] if len(kept) > 1 and kept[0] in ADDRESS else kept
    return kept or plain


def family(form: str) -> str:
    """The family name: the first word where that is the custom, else the last.

    >>> family("Wang Lin"), family("Ann Lee")
    ('wang', 'lee')
    """
    words = form.split()
    row = parts(form)
    if len(words) > 1 and words[0] in family_first() and words[0] not in given():
        return row[0]
    return row[-1]


def same_person(a: str, b: str) -> bool:
    """Whether two full names can be one person's: same family name, first names that agree.

    >>> same_person("Joe Ortiz", "Joseph R. Ortiz"), same_person("Ann Lee", "Bruce Lee")
    (True, False)
    >>> same_person("Li Wen", "Li Tao")
    False
    """
    x, y = parts(a), parts(b)
    if family(a) != family(b):
        return False
    if set(x) <= set(y) or set(y) <= set(x):
        return True
    first, other = _given_of(a), _given_of(b)
    return _formal(first) == _formal(other) or _initial(first, other) or _initial(other, first)


def _given_of(form: str) -> str:
    """The first word that is not the family name: "Li Wen" and "Li Tao" differ in it."""
    words = form.replace("’", "'").split()
    rest = [w for w in words if w.strip(".,").casefold() != family(form)]
    return rest[0] if rest else words[0]


def _formal(first: str) -> str:
    return (given().get(first, ("", ""))[1] or first).casefold()


def _initial(short: str, long: str) -> bool:
    letter = short.strip(".")
    return len(letter) == 1 and long.casefold().startswith(letter.casefold())


def _one(a: str, b: str) -> bool:
    """Within an account a "Jr." is somebody else than the name without it."""
    return same_person(a, b) and _suffix(a) == _suffix(b)


def _suffix(form: str) -> str:
    last = form.rsplit(maxsplit=1)[-1].strip(".").casefold()
    return last if last in SUFFIXES else ""


def gender(form: str) -> str:
    """What the given name of a full name tells: m, f or nothing.

    >>> gender("Ann Lee"), gender("Lee")
    ('f', '')
    """
    words = form.split()
    if len(words) < 2:
        return ""
    if words[0].strip(".").casefold() in ADDRESS:
        return "m" if words[0].strip(".").casefold() in ("mr", "sir") else "f"
    return given().get(words[0], ("", ""))[0]


class People:
    """The people of an account by full name; ``matches`` gives those a single word may stand for."""

    def __init__(self, forms: Mapping[str, int]) -> None:
        """
        :param forms: full names with how often each stands in the account; the commonest form
            of a person is the one kept, then the longest.
        """
        self.canon: dict[str, str] = {}
        families: dict[str, list[str]] = {}
        for form in sorted(forms, key=lambda f: (-forms[f], -len(f), f)):
            same = families.setdefault(family(form), [])
            self.canon[form] = next((full for full in same if _one(full, form)), form)
            if self.canon[form] == form:
                same.append(form)
        self.by_word: dict[str, list[str]] = {}
        for full in sorted(set(self.canon.values())):
            row = parts(full)
            for word in {row[0], row[-1], family(full)}:
                self.by_word.setdefault(word, []).append(full)

    def matches(self, word: str) -> list[str]:
        """Full names of which a word is the first or last; family names before given ones."""
        fold = ARTICLE.sub("", word.replace("’", "'").casefold())
        found = self.by_word.get(fold, [])
        return [f for f in found if family(f) == fold] or found
