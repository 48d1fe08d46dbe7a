"""What names are: one kind and one key for each name of an account.

Weighs the parser's labels with offices, given names, ages, verbs and the whole account: a
name has one kind throughout, and full names give their surnames a key. Invariant: a surname
that two people share never makes them one; ``"Jr."`` is somebody else than the name alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ..model import Annotated
from . import gazetteer
from .gazetteer import words_of
from .names import Line, Name, key_of, name_at, split_key
from .people import People, family, given

LABELS = {"PERSON": "person", "ORG": "body", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "group"}
PEOPLE = re.compile(r"(?:i?ans?|ese|ish|is?|ers?)$")
ADMINISTRATION = re.compile(r"(?:['’]s)? administration\b")
NUMBERED = re.compile(r"\d|\b[IVX]{2,}$")
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
    _assign(sorted((n for g in forms.values() for n in g), key=lambda n: n.start), kinds, people, bodies)
    _acronyms(account.witness.text, names)
    found = [*names, *_missed(account, lines, names, people)]
    for name in [n for n in found if "-" in n.form]:
        found.extend(_pair(name, people))
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
    people = People({f: counts[f] for f, k in kinds.items() if k == "person" and " " in f})
    for form in totals:
        if " " not in form and people.matches(form):
            kinds[form] = "person"
    return kinds, people


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
    if NUMBERED.search(name.form):
        yield "person", -3
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
    if before[-1:] in (["in"], ["near"]):
        yield "place", 1
    if before[-1:] == ["the"] and token.dep not in {"compound", "poss", "nmod"}:
        yield "person", -2
        yield "body", 0.5
    if before == ["according", "to"]:
        yield "body", 1


# -- keys --


def _assign(names: Sequence[Name], kinds: dict[str, str], people: People, bodies: Sequence[str]) -> None:
    """Give each name its key. A surname that several bear is its commonest bearer's, then the first's."""
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
            found = [
                f for f in people.matches(name.form) if f not in kin or seen[name.form] > first.get(f, 0)
            ]
            found.sort(key=lambda f: (-full_names[f], first.get(f, 0), f))
            full = (found or [name.form])[0]
            name.how = "surname" if found else "name"
        name.key = key_of("person", full)


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


def _pair(name: Name, people: People) -> list[Name]:
    """ "the Ortiz-Lee talks": two people; the name keeps the first, the second is new."""
    halves = name.form.split("-")
    found = [people.matches(half) for half in halves]
    if len(halves) != 2 or any(len(f) != 1 for f in found) or " " in name.form:
        return []
    cut = name.start + len(halves[0])
    second = replace(name, start=cut + 1, first=name.last - 1, form=halves[1], kind="person", how="surname")
    second.key = key_of("person", found[1][0])
    name.end, name.last, name.form = cut, name.last - 1, halves[0]
    name.kind, name.key, name.how = "person", key_of("person", found[0][0]), "surname"
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
        stem = PEOPLE.sub("", name.form) if name.kind == "group" and " " not in name.form else ""
        fits = sorted({key for form, key in places.items() if stem and form.rstrip("aeoi").startswith(stem)})
        if len(fits) == 1 and len(stem) > 3:
            name.kind, name.key, name.how = "place", fits[0], "demonym"
