"""What names are: one kind and one key for each name of an account.

Weighs the parser's labels with offices, given names, ages, verbs and the whole account: a
name has one kind throughout, and full names give their surnames a key. Invariant: a surname
that two people share never makes them one; ``"Jr."`` is somebody else than the name alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..model import Annotated, Token
from . import gazetteer
from .gazetteer import words_of
from .names import Line, Name, key_of, name_at, split_key
from .people import SUFFIXES, People, family, gender, given
from .roles import at_once

LABELS = {"PERSON": "person", "ORG": "body", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "group"}
PEOPLE = re.compile(r"(?:i?ans?|ese|ish|is?|ers?)$")
ADMINISTRATION = re.compile(r"(?:['’]s)? administration\b")
NUMBERED = re.compile(r"\d|\b[IVX]{2,}$")
DOTTED = frozenset({"Mr", "Mrs", "Ms"})
AGED = re.compile(r", \d\d?\d?,")

Vote = tuple[str, float]


def identify(account: Annotated, lines: Sequence[Line], names: list[Name]) -> list[Name]:
    """Give every name its kind and key; those that are none are left out.

    :returns: names in text order.
    """
    forms: dict[str, list[Name]] = {}
    for name in names:
        if not name.key:
            forms.setdefault(name.form, []).append(name)
    for name in names:
        name.relative = _relative(lines[name.line], name)
    totals = {form: _tally(account, lines, group) for form, group in forms.items()}
    kinds, people = _kinds(totals, {form: len(group) for form, group in forms.items()})
    bodies = sorted((f for f, k in kinds.items() if k in {"body", "group"}), key=lambda f: (-len(f), f))
    unknown = sorted((n for g in forms.values() for n in g), key=lambda n: n.start)
    _assign(lines, unknown, kinds, people, bodies)
    _borne(account, lines, names, people)
    _acronyms(account.witness.text, names)
    found = [*names, *_missed(account, lines, names, people)]
    places = {n.form: n.key for n in found if n.kind == "place" and n.how == "name"}
    for name in [n for n in found if "-" in n.form]:
        found.extend(_pair(name, people, places))
    _stateless(found)
    _peoples(found)
    return sorted((n for n in found if n.key and n.kind != "none"), key=lambda n: (n.start, -n.end))


# -- kinds --


def _tally(account: Annotated, lines: Sequence[Line], group: Sequence[Name]) -> dict[str, float]:
    """All votes for the kinds of one form."""
    total: dict[str, float] = defaultdict(float)
    for name in group:
        line = lines[name.line]
        for kind, weight in (*_by_form(account, line, name), *_by_context(account, line, name)):
            total[kind] += weight
    return total


def _kinds(totals: dict[str, dict[str, float]], counts: dict[str, int]) -> tuple[dict[str, str], People]:
    """The kind of each form: full names first, then the words that stand alone."""
    addressed = {form for form, total in totals.items() if total.get("person", 0) >= 3}
    for form, total in totals.items():
        if " " in form and form.split()[-1] in addressed:
            total["person"] += 3  # "Ms. Ortiz" tells what "Eva Ortiz" is
    kinds = {form: _winner(total) for form, total in totals.items()}
    kinds = {form: "" if kind == "person" and _is_clause(form) else kind for form, kind in kinds.items()}
    people = People({f: counts[f] for f, k in kinds.items() if k == "person" and " " in f})
    for form in totals:
        if " " not in form and people.matches(form):
            kinds[form] = "person"
    return kinds, people


def _is_clause(form: str) -> bool:
    """Whether a stretch of capitals is words of a headline: "Hears About Roe"."""
    small = words_of("closed") - words_of("link") - words_of("particle") - {"one", "all"}
    return any(word.casefold() in small for word in form.split()[1:])


def _winner(total: dict[str, float]) -> str:
    kind, score = max(sorted(total.items()), key=lambda item: item[1])
    return kind if kind != "other" and score > 0 else ""


def _by_form(account: Annotated, line: Line, name: Name) -> Iterator[Vote]:
    """What the words themselves tell."""
    row = line.row[name.first : name.last]
    tokens = [account.tokens[w.token] for w in row]
    counts = Counter(t.ent for t in tokens)
    label = max(sorted(counts), key=lambda k: counts[k])
    yield LABELS.get(label, "other" if label else ""), 1
    if name.kind:
        yield name.kind, 7
    if NUMBERED.search(name.form) and not (row[-1].fold in SUFFIXES and len(row) > 2):
        yield "person", -3
    if len(row) > 1 and row[0].fold in words_of("bodynoun"):
        yield "person", -3
        yield "body", 1  # "Team Roe"
    if len(row) > 1 and row[0].text in given():
        yield "person", 2
    plain = all(t.pos == "PROPN" for t in tokens) and "-" not in name.form
    if plain and label not in LABELS and 2 <= len(row) <= 3 and not line.headline:
        yield "person", 1.25  # no other kind of name is so plain
    if 1 < len(name.form) < 6 and name.form.isupper():
        yield "body", 1
    if tokens[-1].tag == "NNPS" and name.form.endswith("s"):
        yield "person", -1
        yield "body", 1  # teams, parties
    if name.first == 0 and len(row) == 1 and tokens[0].tag in {"NNS", "NNPS"}:
        yield "other", 1 if label not in {"PERSON", "GPE", "NORP"} else 0  # "Groups that say so …"


def _by_context(account: Annotated, line: Line, name: Name) -> Iterator[Vote]:
    """What stands beside a name: offices, an age, verbs, prepositions."""
    row, text = line.row, account.witness.text
    before = [w.fold for w in row[max(0, name.first - 2) : name.first]]
    titled = any(h.last == name.first and h.entry.cls not in {"modifier", "plural"} for h in line.offices)
    if titled and gazetteer.near(text, row[name.first - 1], row[name.first]):
        yield "person", 3
    if AGED.match(text, name.end):
        yield "person", 3
    if text[name.end : name.end + 2] == ", " and any(h.first - name.last in {0, 1} for h in line.offices):
        yield "person", 1.5
    if ADMINISTRATION.match(text, name.end):
        yield "person", 2
    token = account.tokens[row[name.last - 1].token]
    verb = account.tokens[token.head].lemma
    if token.dep == "nsubj" and token.tag == "NNP" and verb in words_of("meeting"):
        yield "person", 1.25
    if token.dep == "nsubj" and verb in words_of("saying"):
        yield "person", 1
        yield "body", 0.5
    language = token.ent == "NORP"  # "she said in Ruritanian"
    if not language and (before[-1:] in (["in"], ["near"]) or _on_the_way(account, token)):
        yield "place", 1.5
    if before[-1:] == ["the"] and token.dep not in {"compound", "poss", "nmod"}:
        yield "person", -2
        yield "body", 0.5
    if before == ["according", "to"]:
        yield "body", 1


def _on_the_way(account: Annotated, token: Token) -> bool:
    """Whether a name is where one is or goes: "sailing from Dorve to Imm", "a sandbank off Imm"."""
    while token.dep == "conj":
        token = account.tokens[token.head]
    prep = account.tokens[token.head]
    if token.dep != "pobj" or prep.dep not in {"prep", "pcomp"}:
        return False
    if prep.lemma.lower() in {"off", "near", "outside", "towards", "toward"}:
        return True
    above = account.tokens[prep.head].lemma.lower()
    return above in words_of("moving") and prep.lemma.lower() in {
        "from",
        "to",
        "for",
        "between",
        "into",
        "via",
    }


# -- keys --


def _assign(
    lines: Sequence[Line], names: Sequence[Name], kinds: dict[str, str], people: People, bodies: Sequence[str]
) -> None:
    """Give each name its key. A surname that several bear is its commonest bearer's, then the first's."""
    titled = _titled(lines, names, kinds)
    sexes: dict[str, str] = {}
    full_names = Counter(
        people.canon[n.form] for n in names if kinds[n.form] == "person" and n.form in people.canon
    )
    first: dict[str, int] = {}
    seen: dict[str, int] = {}
    kin = {people.canon[n.form] for n in names if n.form in people.canon and n.relative}
    for name in names:
        seen.setdefault(name.form, name.start)
        if name.form in people.canon:
            first.setdefault(people.canon[name.form], name.start)
    for name in names:
        name.kind = kinds[name.form]
        if name.kind != "person":
            if name.kind:
                name.key = key_of(name.kind, _body(name.form, bodies) if name.kind == "body" else name.form)
            continue
        if name.form in people.canon:
            full = people.canon[name.form]
        else:
            title = titled.get(name.start)
            found = [
                f for f in people.matches(name.form) if f not in kin or seen[name.form] > first.get(f, 0)
            ]
            sex = title.gender if title else ""
            fits = [f for f in found if not sex or (sexes.get(f) or gender(f) or sex) == sex]
            fits.sort(key=lambda f: (_unsure(f, title), -full_names[f], first.get(f, 0), f))
            alone = title.shown if title and (title.parted or (found and not fits)) else name.form
            full = (fits or [alone])[0]
            name.how = "surname" if fits else "name"
            if sex:
                sexes.setdefault(full, sex)
        name.key = key_of("person", full)


@dataclass(frozen=True, slots=True)
class Title:
    """What stands before a single surname: gender, offices, the words with the surname.

    ``parted``: the account has another of that surname, so the words belong to the name.
    """

    gender: str
    offices: tuple[str, ...]
    shown: str
    parted: bool = False


def _unsure(full: str, title: Title | None) -> bool:
    """Whether a full name's gender is not known to be that of "Mrs." before the surname."""
    return bool(title and title.gender) and gender(full) == ""


def _titled(lines: Sequence[Line], names: Sequence[Name], kinds: Mapping[str, str]) -> dict[int, Title]:
    """Titles of surnames that stand alone, by where those start.

    "Mr. Lee" and "Mrs. Lee", "Foreign Minister Li" and "Defence Minister Li" are two; the surname
    without a title is then the one last named.
    """
    found: dict[int, Title] = {}
    forms: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        if kinds[name.form] == "person" and " " not in name.form:
            forms[name.form].append(name)
    for same in forms.values():
        told = {n.start: t for n in same if (t := _title(lines[n.line], n))}
        parted = any(not _one_title(a, b) for a in told.values() for b in told.values())
        last: Title | None = None
        for name in same:
            last = told.get(name.start) or (last if parted else None)
            if last is not None:
                found[name.start] = replace(last, parted=parted)
    return found


def _title(line: Line, name: Name) -> Title | None:
    """The words of office or address right before a name."""
    before = [h for h in line.offices if h.last == name.first and h.entry.cls not in {"modifier", "plural"}]
    if not before:
        return None
    hit = before[-1]
    words = line.row[hit.first : hit.last]
    stop = "." if hit.entry.cls == "honorific" and " ".join(hit.entry.phrase) in DOTTED else ""
    shown = " ".join(w.text for w in words) + stop
    office = (hit.entry.name,) if hit.entry.name and hit.entry.cls != "party" else ()
    return Title(hit.entry.gender, office, f"{shown} {name.form}")


def _one_title(a: Title, b: Title) -> bool:
    """Whether two titles can be one person's."""
    same = not a.gender or not b.gender or a.gender == b.gender
    return same and all(at_once(x, y) for x in a.offices for y in b.offices)


def _relative(line: Line, name: Name) -> bool:
    """ "his daughter Iva Ortiz": whoever was called Ortiz before is somebody else."""
    before = line.row[max(0, name.first - 3) : name.first]
    return name.last - name.first > 1 and any(w.fold in words_of("kin") for w in before)


def _body(form: str, bodies: Sequence[str]) -> str:
    """The longest body's name that a form opens: "Acme" is "Acme Corp"."""
    longer = [b for b in bodies if b.startswith(form + " ")]
    return longer[0] if len(longer) == 1 else form


def _acronyms(text: str, names: Sequence[Name]) -> None:
    """ "Ferry Workers' Union (FWU)": the short form is the long one, everywhere in the account."""
    ordered = sorted(names, key=lambda n: n.start)
    short: dict[str, Name] = {}
    for long, name in pairwise(ordered):
        brackets = text[long.end : name.start] == " (" and text[name.end : name.end + 1] == ")"
        if brackets and long.key and name.form.isupper() and initials(long.form).endswith(name.form[-2:]):
            short.setdefault(name.form, long)
    for name in ordered:
        if name.form in short and name.how != "demonym":
            name.kind, name.key, name.how = short[name.form].kind, short[name.form].key, "acronym"


def _borne(account: Annotated, lines: Sequence[Line], names: Sequence[Name], people: People) -> None:
    """A word of the lexicons that is a person's surname here: "Paul French … French said"."""
    for name in names:
        if not name.key or name.kind == "person" or " " in name.form or name.how in {"acronym", "metonym"}:
            continue
        token = account.tokens[lines[name.line].row[name.last - 1].token]
        found = [f for f in people.matches(name.form) if family(f) == name.form.casefold()]
        if len(found) == 1 and token.dep in {"nsubj", "nsubjpass", "poss", "dobj"} and token.tag == "NNP":
            name.kind, name.key, name.how = "person", key_of("person", found[0]), "surname"


def initials(name: str) -> str:
    """The first letters of a name's words with a capital.

    >>> initials("Ferry Workers of the North")
    'FWN'
    """
    return "".join(m.group()[0] for m in gazetteer.WORD.finditer(name) if m.group()[0].isupper())


def _missed(
    account: Annotated, lines: Sequence[Line], names: Sequence[Name], people: People
) -> Iterable[Name]:
    """Surnames of people named in full that the parser took for other words ("Yates left …")."""
    alone = {n.form: n.key for n in names if n.kind == "person" and n.how != "acronym"}
    barred = words_of("closed") | words_of("calendar")
    taken = {(n.line, i) for n in names for i in range(n.first, n.last)}
    for line in lines:
        busy = {i for h in [*line.hits, *line.offices] for i in range(h.first, h.last)}
        for at, word in enumerate(line.row):
            if not word.capital or at in busy or (line.number, at) in taken or word.fold in barred:
                continue
            found = [f for f in people.matches(word.text) if family(f) == word.fold]
            if len(found) == 1 and len(word.text) > 2:
                name = name_at(account, line, at, at + 1, "person")
                name.key, name.how = alone.get(word.text, key_of("person", found[0])), "surname"
                yield name


def _pair(name: Name, people: People, places: Mapping[str, str]) -> list[Name]:
    """ "the Ortiz-Lee talks", "the Dorve-Imm line": the name keeps the first half, the second is new."""
    halves = name.form.split("-")
    if len(halves) != 2 or " " in name.form:
        return []
    found = [people.matches(half) for half in halves]
    if all(half in places for half in halves):
        kind, how, keys = "place", "name", [places[half] for half in halves]
    elif all(len(f) == 1 for f in found):
        kind, how, keys = "person", "surname", [key_of("person", f[0]) for f in found]
    else:
        return []
    cut = name.start + len(halves[0])
    second = replace(
        name, start=cut + 1, first=name.last - 1, form=halves[1], kind=kind, how=how, key=keys[1]
    )
    name.end, name.last, name.form = cut, name.last - 1, halves[0]
    name.kind, name.key, name.how = kind, keys[0], how
    return [second]


def _stateless(names: Sequence[Name]) -> None:
    """ "the Commerce Ministry" is the one commerce ministry that the account names with its state."""
    whole = {n.key for n in names if n.key.endswith(" ministry") and n.key != n.key.lower()}
    for name in names:
        if name.key.endswith(" ministry") and name.key == name.key.lower():
            fits = [k for k in whole if k.endswith(" " + split_key(name.key)[1])]
            name.key = fits[0] if len(fits) == 1 else name.key


def _peoples(names: Sequence[Name]) -> None:
    """An adjective of a place that the account names: "Ruritanian" beside "Ruritania"."""
    places = {n.form: n.key for n in names if n.kind == "place" and n.how == "name" and len(n.form) > 4}
    for name in names:
        stem = PEOPLE.sub("", name.form) if name.kind in {"group", "place"} and " " not in name.form else ""
        near = {form: key for form, key in places.items() if name.form not in (form, stem)}
        fits = sorted({key for form, key in near.items() if stem and form.rstrip("aeoi").startswith(stem)})
        if len(fits) == 1 and len(stem) > 3:
            name.kind, name.key, name.how = "place", fits[0], "demonym"
