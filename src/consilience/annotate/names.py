"""Names: people, bodies, places and groups, one kind and one key for each name of an account.

Weighs the parser's labels with capitals, known names, offices and the whole account (a name
has one kind throughout); full names give their surnames a key. Does not resolve pronouns or
"the minister" (see ``refer``). Invariant: names of one account do not overlap and are in text
order; a surname that two people share is never made into one person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

from ..data import lexicon
from ..model import Annotated, Sentence
from . import gazetteer
from .gazetteer import Hit, Word

LABELS = {"PERSON": "person", "ORG": "body", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "group"}
FUNCTION = frozenset({"DET", "ADP", "PRON", "CCONJ", "SCONJ", "AUX", "PART", "INTJ", "NUM", "ADV"})
PARTICLES = frozenset(
    "de del della di da dos van von der den ten ter bin ibn al el ul ud la le du y e i".split()
)
LINKS = frozenset({"of", "for", "and", "the", "on", "de", "du", "des"})
CALENDAR = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul"
    " aug sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday".split()
)
CLOSED = frozenset(
    "the a an this that these those and but or nor so yet if as in on at by for from of to with into over under about"
    " after before since until while when where who what which why how he she it they we you i his her its their our"
    " my your not no all both some any each every many most more much few several one two three there here then now"
    " also however meanwhile still".split()
)
SAYING = frozenset(
    {"say", "tell", "add", "note", "warn", "announce", "insist", "argue", "write", "report", "claim"}
)
DOMAIN = re.compile(r"\.(?:com|org|net|info|co\.uk|gov|edu|tv|news)\b")
PEOPLE = re.compile(r"(?:i?ans?|ese|ish|is?|ers?)$")
MEETING = frozenset(
    {"meet", "leave", "arrive", "visit", "greet", "smile", "nod", "resign", "think", "believe", "die"}
)
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})


@dataclass(slots=True)
class Line:
    """A sentence as names see it: words, known names, offices."""

    number: int
    sentence: Sentence
    row: list[Word]
    hits: list[Hit]
    offices: list[Hit]
    headline: bool


@dataclass(slots=True)
class Name:
    """A name in the text: ``line`` and words ``first:last``; ``key`` is settled last."""

    start: int
    end: int
    line: int
    first: int
    last: int
    form: str
    kind: str = ""
    key: str = ""
    how: str = "name"
    votes: Counter[str] = field(default_factory=Counter)


def key_of(kind: str, name: str) -> str:
    """The key of a name within its account.

    >>> key_of("person", "Ann Lee")
    'person:Ann Lee'
    """
    return f"{kind}:{name}"


def split_key(key: str) -> tuple[str, str]:
    """Kind and name of a key within an account."""
    kind, _, name = key.partition(":")
    return kind, name


def lines_of(account: Annotated) -> list[Line]:
    """Every sentence with its words, known names and offices."""
    text, lines = account.witness.text, []
    proper, titles = gazetteer.proper(), gazetteer.titles()
    for number, sentence in enumerate(account.sentences):
        row = gazetteer.words(text, sentence, account)
        hits = gazetteer.find(row, text, proper)
        taken = {
            i for h in hits if h.entry.kind in {"body", "group", "outlet"} for i in range(h.first, h.last)
        }
        held = {i for h in hits for i in range(h.first, h.last)}
        offices = [
            h
            for h in gazetteer.find(row, text, titles)
            if not (held if h.entry.cls == "modifier" else taken) & set(range(h.first, h.last))
            and (h.entry.cls != "honorific" or _before_name(text, row, h))
        ]
        held = {i for h in offices for i in range(h.first, h.last) if h.last - h.first > 1}
        hits = [h for h in hits if not held & set(range(h.first, h.last))]
        lines.append(Line(number, sentence, row, hits, offices, _headline(text, row, sentence)))
    return lines


def _before_name(text: str, row: Sequence[Word], hit: Hit) -> bool:
    """A word of address stands before a name and not within one ("Notre Dame")."""
    then = row[hit.last] if hit.last < len(row) else None
    return then is not None and then.capital and gazetteer.near(text, row[hit.last - 1], then)


def _headline(text: str, row: Sequence[Word], sentence: Sentence) -> bool:
    """Whether nearly every longer word has a capital, so that capitals tell nothing."""
    if text[sentence.end - 1] in '.!?”"’' and sentence.kind != "title":
        return False
    long = [w for w in row if len(w.text) > 3]
    return (len(long) > 3 or text[sentence.end - 1].isalnum()) and sum(w.capital for w in long) > 0.7 * len(
        long
    )


def find(account: Annotated, lines: Sequence[Line]) -> list[Name]:
    """All names of an account in text order, each with kind and key."""
    lower = {w.text for line in lines for w in line.row if not w.capital}
    names: list[Name] = []
    for line in lines:
        if not line.headline:
            names.extend(_names_in(account, line, lower))
    known = {n.form for n in names if not n.kind}
    known |= {part for form in known for part in form.split()}
    for line in lines:
        if line.headline:
            names.extend(n for n in _names_in(account, line, lower, known) if n.form)
    _settle(account, lines, names)
    return sorted((n for n in names if n.key and n.kind != "none"), key=lambda n: (n.start, -n.end))


# -- stretches of capitals --


def _names_in(account: Annotated, line: Line, lower: set[str], known: set[str] | None = None) -> list[Name]:
    text = account.witness.text
    by_first = {h.first: h for h in line.hits}
    barred = {i for h in line.offices if _is_office(account, line, h) for i in range(h.first, h.last)}
    names = _ministries(account, line)
    barred |= {i for n in names for i in range(n.first, n.last)}
    at = 0
    while at < len(line.row):
        if at in barred or not (at in by_first or _opens(account, line, at, lower, known)):
            at += 1
            continue
        stop = _stretch(text, line, at, barred, by_first)
        names.extend(_cut(account, line, at, stop, known))
        at = stop
    return names


def _ministries(account: Annotated, line: Line) -> list[Name]:
    """Ministries in small letters or capitals: "Ruritania's foreign ministry", "Ministry of Trade"."""
    row, text, found = line.row, account.witness.text, list[Name]()
    for at, word in enumerate(row):
        if word.fold != "ministry":
            continue
        first, last, plain = _portfolio(row, at)
        if not plain:
            continue
        state = next(
            (h.entry for h in line.hits if h.last == first and h.entry.kind in {"state", "people", "seat"}),
            None,
        )
        if state is None and first and row[first - 1].fold == "s":
            state = next(
                (h.entry for h in line.hits if h.last == first - 1 and h.entry.kind in {"state", "seat"}),
                None,
            )
        if state:
            first = next(h.first for h in line.hits if h.last in {first, first - 1} and h.entry is state)
        name = _name(account, line, first, last, "body")
        adjective = gazetteer.adjectives().get(state.name, state.name) + " " if state else ""
        name.key = key_of("body", f"{adjective}{plain} ministry")
        if text[name.start : name.end]:
            found.append(name)
    return found


def _portfolio(row: Sequence[Word], at: int) -> tuple[int, int, str]:
    """What a ministry is for: the words before, or after "of"."""
    known = gazetteer.portfolios()
    for size in (2, 1):
        before = " ".join(w.fold for w in row[max(0, at - size) : at])
        if at >= size and before in known:
            return at - size, at + 1, known[before]
        after = [w.fold for w in row[at + 1 : at + 2 + size]]
        if len(after) == size + 1 and after[0] in {"of", "for"} and " ".join(after[1:]) in known:
            return at, at + 2 + size, known[" ".join(after[1:])]
    return at, at + 1, ""


def _is_office(account: Annotated, line: Line, hit: Hit) -> bool:
    """Not an office where it opens a body's name: "General Motors", "Justice Department"."""
    if hit.last - hit.first > 1 or not line.row[hit.first].capital or hit.last >= len(line.row):
        return True
    here, then = line.row[hit.first], line.row[hit.last]
    if not then.capital or not gazetteer.near(account.witness.text, here, then):
        return True
    if then.fold in gazetteer.heads("head") | gazetteer.heads("placehead"):
        return False
    return hit.entry.cls == "honorific" or {account.tokens[w.token].ent for w in (here, then)} != {"ORG"}


def _opens(account: Annotated, line: Line, at: int, lower: set[str], known: set[str] | None) -> bool:
    """Whether an unknown name can open at a word."""
    word, token = line.row[at], account.tokens[line.row[at].token]
    if not word.capital or word.fold in CALENDAR | SUFFIXES or len(word.text) < 2:
        return False
    if known is not None:
        return word.text in known
    if token.pos in FUNCTION and (not token.ent or word.fold in CLOSED):
        return False
    opening = at == 0 or account.witness.text[line.row[at - 1].end : word.start].strip(" ") not in {
        "",
        "-",
        ".",
    }
    if opening and token.pos != "PROPN" and not token.ent:
        return False
    return not (opening and word.fold in lower and not token.ent)


def _stretch(text: str, line: Line, at: int, barred: set[int], by_first: dict[int, Hit]) -> int:
    """Where the name that opens at a word ends, known names and connecting words included."""
    row = line.row
    stop = by_first[at].last if at in by_first else at + 1
    while stop < len(row) and stop not in barred and gazetteer.near(text, row[stop - 1], row[stop]):
        if stop in by_first:
            stop = by_first[stop].last
        elif row[stop].capital and row[stop].fold not in CALENDAR:
            stop += 1
        else:
            jump = _bridge(text, row, at, stop, barred)
            if not jump:
                break
            stop = jump
    return stop


def _bridge(text: str, row: Sequence[Word], at: int, stop: int, barred: set[int]) -> int:
    """Past "of", "for the", "and" in a body's name, "van der" in a person's; 0 if neither."""
    headed = any(w.fold in gazetteer.heads("head") for w in row[at:stop])
    allowed = LINKS if headed and row[stop].fold != "and" else PARTICLES
    if headed and row[stop].fold == "and":
        allowed = LINKS if any(w.fold in {"of", "for"} for w in row[at:stop]) else frozenset()
    end = stop
    while end < len(row) and end - stop < 2 and row[end].fold in allowed and not row[end].capital:
        end += 1
    good = end > stop and end < len(row) and row[end].capital and end not in barred
    return (
        end + 1 if good and all(gazetteer.near(text, row[i - 1], row[i]) for i in range(stop, end + 1)) else 0
    )


def _cut(account: Annotated, line: Line, first: int, last: int, known: set[str] | None) -> list[Name]:
    """The names in a stretch: one body or place with its head, or known names and what lies between."""
    row, inside = line.row, [h for h in line.hits if first <= h.first and h.last <= last]
    if len(inside) == 1 and (inside[0].first, inside[0].last) == (first, last):
        return [_known(account, line, inside[0])]
    whole = _headed(line, first, last)
    if whole:
        return [_name(account, line, first, last, whole)]
    labels = {account.tokens[w.token].ent for w in row[first:last]}
    if len(inside) == 1 and labels == {"PERSON"} and _as_given(row, inside[0], first, last):
        return [_name(account, line, first, last, "")]  # "Jordan Ashby": a country's name as a given name
    names: list[Name] = []
    at = first
    for hit in [*inside, None]:
        stop = hit.first if hit else last
        if at < stop:
            names.extend(_unknown(account, line, at, stop, known))
        if hit:
            names.append(_known(account, line, hit))
            at = hit.last
    return names


def _as_given(row: Sequence[Word], hit: Hit, first: int, last: int) -> bool:
    """Whether a place's name is here a person's first or last name."""
    if hit.entry.kind == "people" or hit.last - hit.first > 1 or last - first > 3:
        return False
    return row[first].text in given() and (hit.first == first or hit.last == last)


def _headed(line: Line, first: int, last: int) -> str:
    """The kind that a name's head word gives it, or ""."""
    row = line.row
    if last - first < 2:
        return ""
    opener = row[first + 1].fold in LINKS or (last - first > 2 and row[first + 2].fold in LINKS)
    ends = [row[last - 1].fold] + [w.fold for w in row[first : first + 2] if opener]
    if any(e in {"movement", "front", "militia", "brigade", "brigades"} for e in ends[:1]):
        return "group"
    if any(e in gazetteer.heads("head") for e in ends):
        return "body"
    return "place" if ends[0] in gazetteer.heads("placehead") else ""


def _unknown(account: Annotated, line: Line, first: int, last: int, known: set[str] | None) -> Iterable[Name]:
    row = line.row
    while first < last and row[last - 1].fold in LINKS | PARTICLES and not row[last - 1].capital:
        last -= 1
    if known is not None:
        while last > first and row[last - 1].text not in known:
            last -= 1
    while first < last and (not row[first].capital or (last - first > 1 and _occupation(row[first].fold))):
        first += 1
    if first < last and row[first].fold not in CALENDAR and len(row[first].text) > 1:
        yield _name(account, line, first, last, "")


def _occupation(word: str) -> bool:
    """ "Actors Eva Ortiz and …": a word of office in the plural is no part of the name."""
    known = gazetteer.titles()
    single = word.removesuffix("s")
    return any(len(e.phrase) == 1 and e.cls not in {"modifier", "honorific"} for e in known.get(single, ()))


def _name(account: Annotated, line: Line, first: int, last: int, kind: str) -> Name:
    row = line.row
    start, end = row[first].start, row[last - 1].end
    form = account.witness.text[start:end]
    domain = DOMAIN.match(account.witness.text, end)
    if domain or (row[last - 1].fold in SUFFIXES and account.witness.text[end : end + 1] == "."):
        end = domain.end() if domain else end + 1
        form = account.witness.text[start:end]
    return Name(start, end, line.number, first, last, " ".join(form.split()), kind)


def _known(account: Annotated, line: Line, hit: Hit) -> Name:
    """A name of the lexicons, with its key."""
    name = _name(account, line, hit.first, hit.last, "")
    entry, how = hit.entry, "name"
    kind = {"state": "place", "people": "place", "seat": "place", "outlet": "body", "platform": "body"}.get(
        entry.kind, entry.kind
    )
    target = entry.name
    if entry.kind == "people":
        how = "demonym"
    elif entry.kind == "seat":
        beside = next(
            (h for h in line.hits if h.first == hit.last and h.entry.kind in {"state", "place"}), None
        )
        named = entry.cls != "house" and beside is not None  # "Tirana, Albania"
        how = (
            "name" if named else "metonym" if entry.cls == "house" or _governs(account, line, hit) else "name"
        )
        target = entry.name if how == "metonym" else " ".join(entry.phrase)
    elif (
        len(entry.phrase) == 1
        and entry.phrase[0].isupper()
        and len(entry.phrase[0]) > 1
        and name.form != entry.name
    ):
        how = "acronym"
    name.kind, name.key, name.how = kind, key_of(kind, target), how
    return name


def _governs(account: Annotated, line: Line, hit: Hit) -> bool:
    """Whether a capital acts as a government: it says or does; it is no place one is in or takes."""
    token = account.tokens[line.row[hit.last - 1].token]
    head = account.tokens[token.head]
    while token.dep == "conj" and head is not token:
        token, head = head, account.tokens[head.head]
    rows = _metonyms()
    if token.dep in {"nsubj", "agent"}:
        return head.lemma not in rows["be-like"]
    if token.dep == "poss":
        return head.lemma.lower() in rows["state-thing"]
    if token.dep == "dobj":
        return head.lemma not in rows["taking"]
    if token.dep != "pobj":
        return False
    above = account.tokens[head.head]
    if head.lemma in {"between", "with", "by", "against"}:
        return True
    if head.lemma in {"on", "for", "to"} and above.lemma in rows["addressing"]:
        return True
    if head.lemma == "from":
        return above.lemma in rows["coming-from"]
    return head.lemma == "for" and head.start == line.sentence.start  # "For Paris, the deal is …"


@cache
def _metonyms() -> dict[str, frozenset[str]]:
    """Verbs and nouns that tell a government from its city."""
    kinds = {r["kind"] for r in lexicon("metonyms")}
    return {k: frozenset(r["lemma"] for r in lexicon("metonyms") if r["kind"] == k) for k in sorted(kinds)}


# -- one kind and one key for each name --


def _settle(account: Annotated, lines: Sequence[Line], names: list[Name]) -> None:
    forms: dict[str, list[Name]] = {}
    for name in names:
        if not name.key:
            forms.setdefault(name.form, []).append(name)
    for group in forms.values():
        for name in group:
            _vote(account, lines[name.line], name)
    addressed = {f for f, group in forms.items() if sum(n.votes["person"] for n in group) >= 3}
    for form, group in forms.items():
        if " " in form and form.split()[-1] in addressed:
            group[0].votes["person"] += 3  # "Ms. Ortiz" tells what "Eva Ortiz" is
    kinds = {form: _winner(form, group) for form, group in forms.items() if " " in form}
    people = People([f for f, k in kinds.items() if k == "person"])
    for form, group in forms.items():
        if " " not in form:
            kinds[form] = "person" if people.matches(form) else _winner(form, group)
    bodies = sorted((f for f, k in kinds.items() if k in {"body", "group"}), key=lambda f: (-len(f), f))
    _assign(sorted((n for g in forms.values() for n in g), key=lambda n: n.start), kinds, people, bodies)
    _acronyms(account.witness.text, names)
    names.extend(_missed(account, lines, names, people))
    for name in [n for n in names if "-" in n.form]:
        names.extend(_pair(name, people))
    _stateless(names)
    _peoples(names)


def _peoples(names: Sequence[Name]) -> None:
    """An adjective of a place that the account names: "Ruritanian" beside "Ruritania"."""
    places = {n.form: n.key for n in names if n.kind == "place" and n.how == "name" and len(n.form) > 4}
    for name in names:
        stem = PEOPLE.sub("", name.form) if name.kind == "group" and " " not in name.form else ""
        fits = sorted({key for form, key in places.items() if stem and form.rstrip("aeoi").startswith(stem)})
        if len(fits) == 1 and len(stem) > 3:
            name.kind, name.key, name.how = "place", fits[0], "demonym"


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


def _missed(
    account: Annotated, lines: Sequence[Line], names: Sequence[Name], people: People
) -> Iterable[Name]:
    """Surnames of people named in full that the parser took for other words ("Yates left …")."""
    taken = {(n.line, i) for n in names for i in range(n.first, n.last)}
    for line in lines:
        busy = {i for h in [*line.hits, *line.offices] for i in range(h.first, h.last)}
        for at, word in enumerate(line.row):
            if not word.capital or at in busy or (line.number, at) in taken or word.fold in CLOSED | CALENDAR:
                continue
            found = [f for f in people.matches(word.text) if family(f) == word.fold]
            if len(found) == 1 and len(word.text) > 2:
                name = _name(account, line, at, at + 1, "person")
                name.key, name.how = key_of("person", found[0]), "surname"
                yield name


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


def _vote(account: Annotated, line: Line, name: Name) -> None:
    """Evidence for each kind at one place in the text."""
    row, votes, text = line.row, name.votes, account.witness.text
    if name.kind:
        votes[name.kind] += 4
    labels = Counter(account.tokens[w.token].ent for w in row[name.first : name.last])
    label = max(sorted(labels), key=lambda k: labels[k])
    votes[LABELS.get(label, "other" if label else "")] += 1
    before = [h for h in line.offices if h.last == name.first and h.entry.cls not in {"modifier", "plural"}]
    if before and gazetteer.near(text, row[name.first - 1], row[name.first]):
        votes["person"] += 3
    if row[name.first].text in given() and name.last - name.first > 1:
        votes["person"] += 2
    after = text[name.end : name.end + 7]
    if after[:2] == ", " and after[2:4].isdigit() and after[4:5] == ",":
        votes["person"] += 3  # "Ann Lee, 31, …"
    if any(h.first - name.last in {0, 1} and after[:2] == ", " for h in line.offices):
        votes["person"] += 1.5  # type: ignore[assignment]
    token = account.tokens[row[name.last - 1].token]
    verb = account.tokens[token.head].lemma
    if token.dep == "nsubj" and token.tag == "NNP" and verb in MEETING:
        votes["person"] += 1.25  # type: ignore[assignment]
    if token.dep == "nsubj" and verb in SAYING:
        votes["person"] += 1
        votes["body"] += 0.5  # type: ignore[assignment]
    if re.match(r"(?:['’]s)? administration\b", text[name.end : name.end + 18]):
        votes["person"] += 2  # "the Ortiz administration"
    plain = all(account.tokens[w.token].pos == "PROPN" for w in row[name.first : name.last])
    if (
        plain
        and "-" not in name.form
        and not LABELS.get(label)
        and 2 <= name.last - name.first <= 3
        and not line.headline
    ):
        votes["person"] += 1.25  # type: ignore[assignment]  # no other kind of name is so plain
    if name.first and row[name.first - 1].fold in {"in", "near"}:
        votes["place"] += 1
    if name.first and row[name.first - 1].fold == "the" and token.dep not in {"compound", "poss", "nmod"}:
        votes["person"] -= 2
        votes["body"] += 0.5  # type: ignore[assignment]
    if 1 < len(name.form) < 6 and name.form.isupper():
        votes["body"] += 1
    if name.first > 1 and [w.fold for w in row[name.first - 2 : name.first]] == ["according", "to"]:
        votes["body"] += 1
    if token.tag == "NNPS" and name.form.endswith("s"):
        votes["person"] -= 1
        votes["body"] += 1  # teams, parties
    plural = token.tag in {"NNS", "NNPS"}
    if name.first == 0 and name.last == 1 and plural and label not in {"PERSON", "GPE", "NORP"}:
        votes["other"] += 1  # a capital that opens the sentence proves nothing: "Groups that …"


def _winner(form: str, group: Sequence[Name]) -> str:
    total: Counter[str] = Counter()
    for name in group:
        total.update(name.votes)
    kind, score = max(sorted(total.items()), key=lambda item: item[1])
    return kind if kind != "other" and score > 0 else ""


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

    >>> parts("Joseph R. Ortiz Jr.")
    ['joseph', 'ortiz']
    """
    plain = [w.strip(".,").casefold() for w in form.split()]
    kept = [w for w in plain if len(w) > 1 and w not in SUFFIXES]
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
    """
    x, y = parts(a), parts(b)
    if family(a) != family(b):
        return False
    if set(x) <= set(y) or set(y) <= set(x):
        return True
    return (
        _formal(a.split(maxsplit=1)[0]) == _formal(b.split(maxsplit=1)[0]) or _initial(a, b) or _initial(b, a)
    )


def _formal(first: str) -> str:
    return (given().get(first, ("", ""))[1] or first).casefold()


def _initial(a: str, b: str) -> bool:
    first = a.split(maxsplit=1)[0].strip(".")
    return len(first) == 1 and b.casefold().startswith(first.casefold())


class People:
    """The people of an account by full name; ``matches`` gives those a single word may stand for."""

    def __init__(self, forms: Iterable[str]) -> None:
        self.canon: dict[str, str] = {}
        for form in sorted(forms, key=lambda f: (-len(f), f)):
            self.canon[form] = next((c for c in self.canon.values() if same_person(c, form)), form)
        self.by_word: dict[str, list[str]] = {}
        for full in sorted(set(self.canon.values())):
            row = parts(full)
            for word in {row[0], row[-1], family(full)}:
                self.by_word.setdefault(word, []).append(full)

    def matches(self, word: str) -> list[str]:
        """Full names of which a word is the first or last; family names before given ones."""
        fold = word.casefold()
        found = self.by_word.get(fold, [])
        return [f for f in found if family(f) == fold] or found


def _assign(names: Sequence[Name], kinds: dict[str, str], people: People, bodies: Sequence[str]) -> None:
    """Give each name its key. A surname that several bear is its commonest bearer's, then the first's."""
    full_names = Counter(
        people.canon[n.form] for n in names if kinds[n.form] == "person" and n.form in people.canon
    )
    first: dict[str, int] = {}
    for name in names:
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
            found = sorted(people.matches(name.form), key=lambda f: (-full_names[f], first.get(f, 0), f))
            full = (found or [name.form])[0]
            name.how = "surname" if found else "name"
        name.key = key_of("person", full)


def _body(form: str, bodies: Sequence[str]) -> str:
    """The longest body's name that a form opens: "Acme" is "Acme Corp"."""
    longer = [b for b in bodies if b.startswith(form + " ")]
    return longer[0] if len(longer) == 1 else form
