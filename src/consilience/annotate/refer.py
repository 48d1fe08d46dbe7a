"""Pronouns and nominal phrases: whom "he", "the minister", "her Ruritanian counterpart" mean.

Reads names and offices of the account in text order and keeps who was last spoken of. Leaves
alone what is inside quotation marks, plural "they", and whatever has no fitting person:
better no link than a wrong one. Invariant: a link never contradicts known gender or state.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache

from ..data import lexicon
from ..model import Annotated, Token
from .gazetteer import Word, adjectives, titles, words_of
from .names import Line, Name, key_of, split_key
from .roles import HIGH, Office, abroad, genders, holds

PRONOUNS = {
    "he": "m",
    "him": "m",
    "his": "m",
    "himself": "m",
    "she": "f",
    "her": "f",
    "hers": "f",
    "herself": "f",
}
QUOTED = re.compile(r"“[^”\n]*”?|\"[^\"\n]*\"|«[^»\n]*»")
COMMON = frozenset(
    "ministry department agency committee commission council bureau court company university union bank"
    " institute center centre foundation association organization organisation federation league authority"
    " movement front alliance coalition network hospital school church group tribunal parliament"
    " embassy".split()
)
"""What a body can be called for short after it was named in full."""
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
OPENERS = frozenset("in for at on during after before with despite while when as by from like to".split())
OBJECTS = frozenset({"dobj", "dative", "iobj"})
BESIDE = frozenset({"appos", "compound", "nmod"})
REACH = 4
"""Sentences back that a pronoun looks for its person."""


@dataclass(slots=True)
class Reference:
    """A phrase that means a person or body, and which."""

    start: int
    end: int
    kind: str
    key: str
    how: str


@dataclass(slots=True)
class Memory:
    """Who was spoken of: last places by key, and the subject of the last sentence."""

    seen: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    focus: str | None = None
    focus_line: int = -99


class Reader:
    """One pass over an account in text order."""

    def __init__(
        self, account: Annotated, lines: Sequence[Line], names: Sequence[Name], offices: list[Office]
    ) -> None:
        self.account, self.lines, self.names, self.offices = account, lines, names, offices
        self.text = account.witness.text
        self.memory = Memory()
        self.by_line: dict[int, list[Name]] = defaultdict(list)
        self.offices_of: dict[int, list[Office]] = defaultdict(list)
        for name in names:
            self.by_line[name.line].append(name)
        for office in offices:
            self.offices_of[office.line].append(office)
        self.quoted = [m.span() for m in QUOTED.finditer(self.text)]
        self.opened = [start for start, _ in self.quoted]
        self.gender = genders(offices, [n.key for n in names])
        self._told_by_words()
        self._told_by_pronouns()

    def read(self) -> list[Reference]:
        """The references of every sentence; sets the holders of offices on the way."""
        refs: list[Reference] = []
        for line in self.lines:
            people = [n for n in self.by_line[line.number] if n.kind == "person"]
            found = [*self._offices(line, people), *self._counterparts(line, people), *self._bodies(line)]
            people_here = [(n.start, n.key, n.first, n.last) for n in people]
            people_here += [(r.start, r.key, *self._words(line, r)) for r in found if r.kind == "person"]
            people_here.sort()
            found += self._pronouns(line, people_here)
            self._remember(line, people_here, found)
            refs.extend(sorted(found, key=lambda r: r.start))
        self._look_back(refs)
        return refs

    def _look_back(self, refs: Sequence[Reference]) -> None:
        """ "Ruritania's foreign minister" may be named only later in the account."""
        named: dict[str, set[str]] = {}
        for office in self.offices:
            for plain in office.offices if office.holder and office.of else ():
                named.setdefault(key_of("person", f"{plain} of {office.of}"), set()).add(office.holder or "")
        later = {k: held - {k} for k, held in named.items()}
        settled = {k: next(iter(held)) for k, held in later.items() if len(held) == 1}
        for item in refs:
            item.key = settled.get(item.key, item.key)
        for office in self.offices:
            office.holder = settled.get(office.holder or "", office.holder)

    def _bodies(self, line: Line) -> list[Reference]:
        """ "the ministry", "the agency": the last body named whose name ends so."""
        for name in self.by_line[line.number]:
            if name.kind in {"body", "group"}:
                self.memory.bodies[name.form.split()[-1].casefold()] = name.key
                self.memory.bodies[name.key.split()[-1].casefold()] = name.key
        found = []
        for before, word in zip(line.row, line.row[1:], strict=False):
            plain = before.fold == "the" and not word.capital and word.fold in COMMON
            known = "body:ministry" if word.fold == "ministry" else None  # may be named in another account
            key = self.memory.bodies.get(word.fold, known) if plain else None
            if key and self.account.tokens[word.token].dep not in {"compound", "amod"}:
                found.append(Reference(before.start, word.end, split_key(key)[0], key, "nominal"))
        return found

    def _words(self, line: Line, ref: Reference) -> tuple[int, int]:
        inside = [i for i, w in enumerate(line.row) if ref.start <= w.start < ref.end]
        return inside[0], inside[-1] + 1

    # -- offices on their own --

    def _offices(self, line: Line, people: Sequence[Name]) -> list[Reference]:
        found = []
        for office in self.offices_of[line.number]:
            if office.holder or not office.offices or not office.definite:
                continue
            key = self._who(office) or _unnamed(office)
            if key:
                office.holder = key
                start = office.start
                if office.first and line.row[office.first - 1].fold in {"the", "this", "that"}:
                    start = line.row[office.first - 1].start
                found.append(Reference(start, office.end, "person", key, "office"))
        return found

    def _who(self, asked: Office, owner: str | None = None) -> str | None:
        """The person of the account who holds the office, the last one named before others.

        :param owner: whose counterpart is asked for, who cannot be meant.
        """
        fits: list[str] = []
        strict = owner is not None or not HIGH & set(asked.classes)
        states: dict[str, set[str]] = defaultdict(set)
        for has in self.offices:
            if has.holder and has.of and HIGH & set(has.classes):
                states[has.holder].add(has.of)
        for has in self.offices:
            if not has.holder or has.holder == owner or not has.offices:
                continue
            if asked.of and asked.of != has.of and (strict or has.of or states[has.holder]):
                continue  # "the Ruritanian president" is nobody known as another state's
            if asked.gender and self.gender.get(has.holder, asked.gender) != asked.gender:
                continue
            if _fits(asked, has) and has.holder not in fits:
                fits.append(has.holder)
        named = [key for key in fits if key in self.memory.seen]
        if named:  # "the president" is the one called so without a state before another state's
            return max(named, key=lambda k: (not asked.of and not states[k], self.memory.seen[k]))
        return fits[0] if asked.of and len(fits) == 1 else None

    def _counterparts(self, line: Line, people: Sequence[Name]) -> list[Reference]:
        """ "his Ruritanian counterpart": the office of him, of Ruritania."""
        found: list[Reference] = []
        for at, word in enumerate(line.row):
            if word.fold not in {"counterpart", "counterparts"} or at == 0:
                continue
            state = next((n for n in self.by_line[line.number] if n.last == at and n.kind == "place"), None)
            owner = self._owner(line, (state.first if state else at) - 1, people)
            office = self._held(owner)
            if not state or not office:
                continue
            of = split_key(state.key)[1]
            named = next(
                (n for n in people if self.text[word.end : n.start] in {" ", ", "} and n.start > word.end),
                None,
            )
            role = Office(
                state.start,
                word.end,
                line.number,
                state.first,
                at + 1,
                (abroad(office),),
                ("diplomat",),
                "",
                of,
            )
            role.definite = True
            role.holder = named.key if named else self._who(role, owner) or _unnamed(role)
            self.offices.append(role)
            if not named and role.holder:
                found.append(Reference(state.start, word.end, "person", role.holder, "counterpart"))
        return found

    def _owner(self, line: Line, at: int, people: Sequence[Name]) -> str | None:
        before = [n for n in people if n.last <= max(at, 0)]
        return before[-1].key if before else self.memory.focus

    def _held(self, key: str | None) -> str | None:
        mine = [
            o for o in self.offices if o.holder == key and o.offices and not o.classes[-1].endswith(":any")
        ]
        return mine[-1].offices[-1].removeprefix("former ") if key and mine else None

    # -- gender --

    def _told_by_words(self) -> None:
        """ "his sister, Ann Roe" and "Ann Roe, a mother of two": a word beside the name tells."""
        tokens, words = self.account.tokens, self._people_by_token()
        for i, token in enumerate(tokens):
            for at, beside in ((i, token.head), (token.head, i)) if token.dep in BESIDE else ():
                gender = _gender_of(tokens[beside].lemma.lower())
                if gender and at in words and beside not in words:
                    self.gender.setdefault(words[at], gender)

    def _people_by_token(self) -> dict[int, str]:
        """The person whose name each token belongs to."""
        return {
            self.lines[n.line].row[k].token: n.key
            for n in self.names
            if n.kind == "person"
            for k in range(n.first, n.last)
        }

    def _told_by_pronouns(self) -> None:
        """ "Roe shook her head": a sentence whose one person is its subject tells who is a woman."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for line in self.lines:
            people = [n for n in self.by_line[line.number] if n.kind == "person"]
            spoken = [n for n in people if not self._in_quotes(n.start)]
            if len({n.key for n in people}) != 1 or not spoken or not self._subject(line, spoken[0].last):
                continue
            if self._strangers(line, [(n.start, n.key, n.first, n.last) for n in people]):
                continue
            for word in line.row[spoken[0].last :]:
                own = self.account.tokens[word.token].tag == "PRP$" or word.fold in {"he", "she"}
                if own and word.fold in PRONOUNS and not self._in_quotes(word.start):
                    votes[people[0].key][PRONOUNS[word.fold]] += 1
        for key, told in votes.items():
            if len(told) == 1:
                self.gender.setdefault(key, next(iter(told)))

    # -- pronouns --

    def _pronouns(self, line: Line, people: Sequence[tuple[int, str, int, int]]) -> list[Reference]:
        found: list[Reference] = []
        for word in line.row:
            gender = PRONOUNS.get(word.fold)
            if not gender or (len(word.text) > 1 and word.text.isupper()) or self._in_quotes(word.start):
                continue
            key = self._antecedent(line, word, people, found)
            if key:
                self.gender.setdefault(key, gender)
                found.append(Reference(word.start, word.end, "person", key, "pronoun"))
        return found

    def _in_quotes(self, at: int) -> bool:
        index = bisect_left(self.opened, at) - 1
        return index >= 0 and at < self.quoted[index][1]

    def _antecedent(  # noqa: PLR0911 - a list of rules, the first that fits decides
        self,
        line: Line,
        word: Word,
        people: Sequence[tuple[int, str, int, int]],
        found: list[Reference],
    ) -> str | None:
        at, gender = word.start, PRONOUNS[word.fold]
        fit = [p for p in people if self.gender.get(p[1], gender) == gender and not self._in_quotes(p[0])]
        fit = [p for p in fit if word.fold.endswith("self") or not self._does(word, p, line)]
        before = [p for p in fit if p[0] < at]
        if not before and line.row[0].fold in OPENERS:
            later = [p for p in fit if p[0] > at and self._subject(line, p[3])]
            if later and ":" not in self.text[at : later[0][0]]:
                return later[0][1]  # "In his remarks, Ortiz said …"
        subjects = [p for p in before if self._subject(line, p[3])]
        stranger = max((a for a in self._strangers(line, people) if a < at), default=-1)
        if stranger >= 0 and not any(p[0] > stranger for p in before):
            return None  # "The officer said he …": somebody not named
        sure = [p for p in before if self.gender.get(p[1]) == gender]
        if subjects and (not sure or subjects[-1] in sure):
            return subjects[-1][1]
        if sure:
            return sure[-1][1]
        if found and self.gender.get(found[-1].key, gender) == gender:
            return found[-1].key
        focus = self._focus(line, gender)
        if focus:
            return focus
        if before:
            return before[-1][1]
        recent = [k for k in self.memory.seen if self.gender.get(k, gender) == gender]
        recent = [k for k in recent if split_key(k)[0] == "person" and at - self.memory.seen[k] < 600]
        return max(recent, key=lambda k: self.memory.seen[k], default=None)

    def _focus(self, line: Line, gender: str) -> str | None:
        """The subject last spoken of, if near and fitting; a known man or woman named since goes first."""
        memory, focus = self.memory, self.memory.focus
        if not focus or line.number - memory.focus_line > REACH:
            return None
        told = self.gender.get(focus)
        since = [k for k, at in memory.seen.items() if at > memory.seen.get(focus, 0)]
        sure = [k for k in since if self.gender.get(k) == gender and _named(k)]
        if told is None and sure:
            return max(sure, key=lambda k: memory.seen[k])
        return focus if told in {None, gender} else None

    def _strangers(self, line: Line, people: Sequence[tuple[int, str, int, int]]) -> list[int]:
        """Where single people without a name are the subject: "a spokesman", "the victim"."""
        known = {self.account.tokens[line.row[i].token].start for p in people for i in range(p[2], p[3])}
        tokens = self.account.tokens[line.sentence.first : line.sentence.last]
        return [
            t.start
            for t in tokens
            if t.dep in SUBJECTS
            and t.tag == "NN"
            and t.start not in known
            and _is_person(t.lemma.lower())
            and not self._in_quotes(t.start)
        ]

    def _subject(self, line: Line, last: int) -> bool:
        """Whether the name that ends before word ``last`` is a subject, or stands beside one."""
        return self._role(line.row[last - 1].token, {"appos"}).dep in SUBJECTS

    def _role(self, token: int, through: Collection[str] = ("appos", "conj")) -> Token:
        """The token that a name stands for: of "pupils and their teacher, Ann Roe" the pupils."""
        tokens = self.account.tokens
        for _ in range(4):
            if tokens[token].dep not in through:
                break
            token = tokens[token].head
        return tokens[token]

    def _does(self, word: Word, person: tuple[int, str, int, int], line: Line) -> bool:
        """Whether a pronoun is the object of what the person does: in "Roe told her" she is not Roe."""
        told = self.account.tokens[word.token]
        role = self._role(line.row[person[3] - 1].token)
        return told.tag == "PRP" and told.dep in OBJECTS and role.dep in SUBJECTS and role.head == told.head

    def _remember(
        self, line: Line, people: Sequence[tuple[int, str, int, int]], found: Sequence[Reference]
    ) -> None:
        memory = self.memory
        for start, key, _, _ in people:
            memory.seen[key] = start
        for ref in found:
            memory.seen[ref.key] = max(ref.start, memory.seen.get(ref.key, 0))
        tokens = self.account.tokens
        spots = [(self._role(line.row[p[3] - 1].token), p[1]) for p in people if not self._in_quotes(p[0])]
        at = {w.start: w.token for w in line.row}
        spots += [(tokens[at[r.start]], r.key) for r in found if r.how == "pronoun" and r.start in at]
        subjects = [(t, k) for t, k in spots if t.dep in SUBJECTS]
        roots = [k for t, k in subjects if tokens[t.head].dep == "ROOT"]
        chosen = roots or [k for _, k in subjects]
        if not chosen and memory.focus is None:
            chosen = [k for _, k in spots]
        if chosen:
            memory.focus, memory.focus_line = chosen[0], line.number
        elif self._strangers(line, people):
            memory.focus = None
        elif memory.focus and any(k == memory.focus for _, k in spots):
            memory.focus_line = line.number


def _named(key: str) -> bool:
    """Whether a key is a person's by name, not "leader of Ruritania"."""
    return key.startswith("person:") and " of " not in key


@cache
def _genders() -> dict[str, str]:
    """Nouns that tell a man or a woman: of office, of kin, of other people."""
    told = {word: kind for kind in ("m", "f") for word in words_of(kind)}
    for row in lexicon("titles"):
        if row["gender"] and " " not in row["phrase"]:
            told[row["phrase"].casefold()] = row["gender"]
    return told


def _gender_of(noun: str) -> str:
    """m, f or nothing.

    >>> _gender_of("sister"), _gender_of("businesswoman"), _gender_of("teacher")
    ('f', 'f', '')
    """
    told = _genders().get(noun, "")
    return told or ("f" if noun.endswith("woman") else "")


@cache
def _is_person(noun: str) -> bool:
    """Whether a noun means a person: a word of office or one like "woman"."""
    rows = titles().get(noun, ())
    office = any(
        len(e.phrase) == 1 and e.cls not in {"modifier", "honorific", "plural", "party"} for e in rows
    )
    return office or any(r["lemma"] == noun for r in lexicon("scopes") if r["kind"] == "person")


def _unnamed(office: Office) -> str | None:
    """A key for a state's minister or leader whom the account does not name: "foreign minister of X"."""
    plain = office.offices[-1]
    high = office.classes[-1] == "leader" or plain.endswith(" minister") or plain == "secretary of state"
    return (
        key_of("person", f"{office.offices[-1]} of {office.of}")
        if high and office.of in adjectives()
        else None
    )


def _fits(asked: Office, has: Office) -> bool:
    for office, cls in zip(asked.offices, asked.classes, strict=True):
        wide, _, any_of = cls.partition(":")
        if any_of and wide in has.classes:
            return True
        if not any_of and any(holds(office, o) for o in has.offices):
            return True
    return False
