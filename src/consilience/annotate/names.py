"""Where names stand: stretches of capitals, known names, ministries.

Cuts stretches at offices and known names, joins a body's words over "of" and "and", and reads
headlines only by names the text knows. Does not tell what an unknown name is (see ``identify``)
nor resolve pronouns (see ``refer``). Invariant: names of one account do not overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from unicodedata import normalize

from ..data import lexicon
from ..model import Annotated, Sentence
from . import gazetteer
from .gazetteer import Entry, Hit, Word, words_of
from .people import SUFFIXES, given

LABELS = {"PERSON": "person", "ORG": "body", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "group"}
FUNCTION = frozenset({"DET", "ADP", "PRON", "CCONJ", "SCONJ", "AUX", "PART", "INTJ", "NUM", "ADV"})
DOMAIN = re.compile(r"\.(?:com|org|net|info|co\.uk|gov|edu|tv|news)\b")
MODALS = frozenset("will can could would should shall might must".split())
TIMED = frozenset(
    "in on of since by until from to for before after last next this the its every early late mid".split()
)
"""Words before a month or day."""
PEOPLE = re.compile(r"(?:i?ans?|ese|ish|is?|ers?)$")


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
    relative: bool = False


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
            and (h.entry.cls != "honorific" or _beforename_at(text, row, h))
        ]
        held = {i for h in offices for i in range(h.first, h.last) if h.last - h.first > 1}
        hits = [h for h in hits if not held & set(range(h.first, h.last))]
        lines.append(Line(number, sentence, row, hits, offices, _headline(text, row, sentence)))
    return lines


def _beforename_at(text: str, row: Sequence[Word], hit: Hit) -> bool:
    """A word of address stands before a name and not within one ("Notre Dame")."""
    then = row[hit.last] if hit.last < len(row) else None
    return then is not None and then.capital and gazetteer.near(text, row[hit.last - 1], then)


def _headline(text: str, row: Sequence[Word], sentence: Sentence) -> bool:
    """Whether nearly every longer word has a capital, so that capitals tell nothing."""
    ends = text[max(0, sentence.end - 3) : sentence.end]
    if (ends[-1] in '”"’' or (ends[-1] == "." and ends != "...")) and sentence.kind != "title":
        return False
    long = [w for w in row if len(w.text) > 3]
    return (len(long) > 3 or text[sentence.end - 1].isalnum()) and sum(w.capital for w in long) > 0.7 * len(
        long
    )


def find(account: Annotated, lines: Sequence[Line]) -> list[Name]:
    """Where names stand; known ones have kind and key, the rest are for ``identify``."""
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
    return names


# -- stretches of capitals --


def _names_in(account: Annotated, line: Line, lower: set[str], known: set[str] | None = None) -> list[Name]:
    by_first = {h.first: h for h in line.hits}
    barred = {i for h in line.offices if _is_office(account, line, h) for i in range(h.first, h.last)}
    names = _ministries(account, line)
    barred |= {i for n in names for i in range(n.first, n.last)}
    at = 0
    while at < len(line.row):
        if at in barred or not (at in by_first or _opens(account, line, at, lower, known)):
            at += 1
            continue
        stop = _stretch(account, line, at, barred, by_first)
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
        else:
            state = _seated(text, line, last)
        last = _whole_portfolio(text, row, at, last)
        name = name_at(account, line, first, last, "body")
        adjective = gazetteer.adjectives().get(state.name, state.name) + " " if state else ""
        name.key = key_of("body", f"{adjective}{plain} ministry")
        if text[name.start : name.end]:
            found.append(name)
    return found


def _seated(text: str, line: Line, last: int) -> Entry | None:
    """The state of "the Foreign Ministry in Oslo"."""
    seat = next((h for h in line.hits if h.first == last + 1 and h.entry.kind == "seat"), None)
    between = text[line.row[last - 1].end : line.row[seat.first].start] if seat else ""
    return seat.entry if seat and between == " in " else None


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


def _whole_portfolio(text: str, row: Sequence[Word], at: int, last: int) -> int:
    """Past "and Waterways" in "Ministry of Transport and Waterways"."""
    while row[at].capital and last > at + 1 and last + 1 < len(row):
        after = [w for w in row[last : last + 2] if w.text]
        if after[0].fold != "and" or not after[1].capital or text[row[last - 1].end : after[0].start] != " ":
            break
        last += 2
    return last


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
    short = len(word.text) < 2 and account.witness.text[word.end : word.end + 1] not in {"'", "’"}  # O'Brien
    if not word.capital or word.fold in SUFFIXES or short or dated(account, line, at):
        return False
    if word.fold in MODALS and token.tag == "MD":
        return False  # "Will Roe run?"
    if known is not None:
        return word.text in known
    if token.pos in FUNCTION and (not token.ent or word.fold in words_of("closed")):
        return False
    opening = at == 0 or account.witness.text[line.row[at - 1].end : word.start].strip(" ") not in {
        "",
        "-",
        ".",
    }
    if opening and token.pos != "PROPN" and not token.ent:
        return False
    return not (opening and word.fold in lower and not token.ent)


def dated(account: Annotated, line: Line, at: int) -> bool:
    """Whether a word is a month or day, and no name: "in Jan.", not "Jan Ortiz" nor "Tessa May"."""
    row, word, token = line.row, line.row[at], account.tokens[line.row[at].token]
    if word.fold not in words_of("calendar") or token.ent == "PERSON":
        return False
    if token.pos != "PROPN" or token.ent == "DATE":
        return True
    text, before, then = account.witness.text, row[at - 1 : at] if at else [], row[at + 1 : at + 2]
    if before and before[0].text in given() and text[before[0].end : word.start] == " ":
        return False
    named = then and then[0].capital and then[0].fold not in words_of("calendar")
    fits = named and text[word.end : then[0].start] == " " and word.text in given()
    return not fits or (bool(before) and before[0].fold in TIMED)


def _stretch(account: Annotated, line: Line, at: int, barred: set[int], by_first: dict[int, Hit]) -> int:
    """Where the name that opens at a word ends, known names and connecting words included."""
    row, text = line.row, account.witness.text
    stop = by_first[at].last if at in by_first else at + 1
    while stop < len(row) and stop not in barred:
        if text[row[stop - 1].end] == "–":
            break  # "Exclusive–Eva Ortiz", "the Ortiz–Harland talks"
        if not gazetteer.near(text, row[stop - 1], row[stop]):
            if _nickname(text, row, stop):
                stop += 2
                continue
            if not _of_many(text, row[stop - 1], row[stop]):
                break
            stop += 1
        elif stop in by_first:
            stop = by_first[stop].last
        elif row[stop].capital and not dated(account, line, stop):
            stop += 1
        elif text[row[stop].start - 1] == "-" and account.tokens[row[stop].token].ent == "PERSON":
            stop += 1  # "Lin Mei-wen"
        else:
            jump = _bridge(text, row, at, stop, barred)
            if not jump:
                break
            stop = jump
    return stop


def _nickname(text: str, row: Sequence[Word], at: int) -> bool:
    """ "Jan “Ox” Orsk" is one name."""
    if at + 1 >= len(row) or not (row[at - 1].capital and row[at].capital and row[at + 1].capital):
        return False
    around = text[row[at - 1].end : row[at].start], text[row[at].end : row[at + 1].start]
    return around in {(" “", "” "), (' "', '" ')}


def _of_many(text: str, owner: Word, place: Word) -> bool:
    """ "Netmakers’ Quay" is one name."""
    between = text[owner.end : place.start]
    return between in {"’ ", "' "} and place.capital and place.fold in gazetteer.heads("placehead")


def _bridge(text: str, row: Sequence[Word], at: int, stop: int, barred: set[int]) -> int:
    """Past "of", "for the", "and" in a body's name, "van der" in a person's; 0 if neither."""
    headed = any(w.fold in gazetteer.heads("head") for w in row[at:stop])
    allowed = words_of("link") if headed and row[stop].fold != "and" else words_of("particle")
    if headed and row[stop].fold == "and":
        allowed = words_of("link") if any(w.fold in {"of", "for"} for w in row[at:stop]) else frozenset()
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
    inside = [h for h in inside if not (h.entry.kind == "none" and _goes_on(account, row, h, last))]
    if len(inside) == 1 and (inside[0].first, inside[0].last) == (first, last):
        return [_known(account, line, inside[0])]
    owned = (
        len(inside) == 2 and inside[0].entry.kind in {"state", "people"} and inside[1].entry.kind == "body"
    )
    if owned and (inside[0].first, inside[0].last, inside[1].last) == (first, inside[1].first, last):
        return [_known(account, line, replace(inside[1], first=first))]  # "U.S. Federal Reserve"
    whole = _headed(line, first, last)
    if whole:
        return [name_at(account, line, first, last, whole)]
    labels = {account.tokens[w.token].ent for w in row[first:last]}
    if len(inside) == 1 and labels == {"PERSON"} and _as_given(row, inside[0], first, last):
        return [name_at(account, line, first, last, "")]  # "Jordan Ashby": a country's name as a given name
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


def _goes_on(account: Annotated, row: Sequence[Word], hit: Hit, last: int) -> bool:
    """Whether a word that is no name opens one: "Western Journal"."""
    if hit.last >= last or not row[hit.last].capital:
        return False
    return {account.tokens[row[i].token].ent for i in (hit.first, hit.last)} == {"ORG"}


def _as_given(row: Sequence[Word], hit: Hit, first: int, last: int) -> bool:
    """Whether a place's name is here a person's first or last name."""
    if hit.last - hit.first > 1 or last - first > 3 or (hit.entry.kind == "people" and hit.first == first):
        return False
    return row[first].text in given() and (hit.first == first or hit.last == last)


def _headed(line: Line, first: int, last: int) -> str:
    """The kind that a name's head word gives it, or ""."""
    row = line.row
    if last - first < 2:
        return ""
    opener = row[first + 1].fold in words_of("link") or (
        last - first > 2 and row[first + 2].fold in words_of("link")
    )
    if row[first].fold in words_of("storm"):
        return "none"
    ends = [row[last - 1].fold] + [w.fold for w in row[first : first + 2] if opener]
    if any(e in {"movement", "front", "militia", "brigade", "brigades"} for e in ends[:1]):
        return "group"
    if any(e in gazetteer.heads("head") for e in ends):
        return "body"
    return "place" if ends[0] in gazetteer.heads("placehead") else ""


def _unknown(account: Annotated, line: Line, first: int, last: int, known: set[str] | None) -> Iterable[Name]:
    """The names in a stretch that no lexicon knows: one, or in a headline those of known words."""
    row, at = line.row, first
    while at < last:
        stop = last
        if known is not None:  # "Ortiz Writes Harland Letter": cut at what the text never names
            stop = next((i for i in range(at, last) if row[i].capital and row[i].text not in known), last)
        trimmed = _trimmed(row, at, stop)
        if trimmed:
            yield name_at(account, line, *trimmed, "")
        at = stop + 1


def _trimmed(row: Sequence[Word], first: int, last: int) -> tuple[int, int] | None:
    """A stretch without small words at its ends and words of office at its start."""
    small = words_of("link") | words_of("particle")
    while first < last and row[last - 1].fold in small and not row[last - 1].capital:
        last -= 1
    while first < last and (not row[first].capital or (last - first > 1 and _occupation(row[first].fold))):
        first += 1
    if first == last or (row[first].fold in words_of("calendar") and last - first == 1):
        return None
    return (first, last) if len(row[first].text) > 1 or last - first > 1 else None


def _occupation(word: str) -> bool:
    """ "Actors Eva Ortiz and …": a word of office in the plural is no part of the name."""
    known = gazetteer.titles()
    single = word.removesuffix("s")
    return any(len(e.phrase) == 1 and e.cls not in {"modifier", "honorific"} for e in known.get(single, ()))


def name_at(account: Annotated, line: Line, first: int, last: int, kind: str) -> Name:
    row = line.row
    start, end = row[first].start, row[last - 1].end
    form = account.witness.text[start:end]
    domain = DOMAIN.match(account.witness.text, end)
    if domain or (row[last - 1].fold in SUFFIXES and account.witness.text[end : end + 1] == "."):
        end = domain.end() if domain else end + 1
        form = account.witness.text[start:end]
    return Name(start, end, line.number, first, last, normalize("NFC", " ".join(form.split())), kind)


def _known(account: Annotated, line: Line, hit: Hit) -> Name:
    """A name of the lexicons, with its key."""
    name = name_at(account, line, hit.first, hit.last, "")
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
    above = account.tokens[head.head].lemma
    return (
        head.lemma in {"between", "with", "by", "against"}
        or (head.lemma in {"on", "for", "to"} and above in rows["addressing"])
        or (head.lemma == "from" and above in rows["coming-from"])
        or (head.lemma == "for" and head.start == line.sentence.start)  # "For Paris, the deal is …"
    )


@cache
def _metonyms() -> dict[str, frozenset[str]]:
    """Verbs and nouns that tell a government from its city."""
    kinds = {r["kind"] for r in lexicon("metonyms")}
    return {k: frozenset(r["lemma"] for r in lexicon("metonyms") if r["kind"] == k) for k in sorted(kinds)}
