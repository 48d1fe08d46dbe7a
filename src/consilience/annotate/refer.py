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
from .gazetteer import Word, adjectives, proper, titles, words_of
from .names import Line, Name, key_of, split_key
from .quotes import paragraphs_of
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
COMMON = frozenset(
    "ministry department agency committee commission council bureau court company university union bank"
    " institute center centre foundation association organization organisation federation league authority"
    " movement front alliance coalition network hospital school church group tribunal parliament"
    " embassy".split()
)
"""What a body can be called for short after it was named in full."""
FIRMS = frozenset({"company", "firm", "group", "business"})
"""What any body can be called that is not of the state."""
AGE_AFTER = re.compile(r", (?:aged )?(\d{1,3})(?=[,.;])")
AGE_BEFORE = re.compile(r"\b(\d{1,3})-year-old (?:[a-z]+ ){0,3}$")
YEARS_OLD = re.compile(r"(\d{1,3})-year-old\b(?: (?:man|woman|boy|girl)\b)?(?! [a-z]*(?:er|or|ist|ian)\b)")
DOCTOR = re.compile(r"\bDr\.? $")
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
OPENERS = frozenset("in for at on during after before with despite while when as by from like to".split())
ASKING = frozenset("ask question press quiz interview grill".split())
ANSWERING = frozenset("answer reply respond".split())
OBJECTS = frozenset({"dobj", "dative", "iobj"})
BESIDE = frozenset({"appos", "compound", "nmod"})
MEN = {"m": "man", "f": "woman"}
NEARBY = 600
"""Letters back that a pronoun looks for any person at all."""
REACH = 4
"""Sentences back that a pronoun looks for its person."""


Spot = tuple[int, int]
Person = tuple[int, str, int, int]
"""Where a person stands in a line: offset, key, first word, word after the last."""
Chosen = tuple[str, str, Spot | None]
"""A key, why it was chosen, and the words it stands for."""


@dataclass(slots=True)
class Reference:
    """A phrase that means a person or body, and which."""

    start: int
    end: int
    kind: str
    key: str
    how: str
    why: str = ""
    antecedent: Spot | None = None


@dataclass(slots=True)
class Memory:
    """Who was spoken of: last places by key, and the subject of the last sentence.

    ``focus_end`` is where the sentence ends that made the focus, ``line_start`` where the last
    sentence began that names anybody; ``asked`` whom the focus put a question to; ``stranger_line``
    the last sentence whose subject is somebody not named.
    """

    seen: dict[str, int] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    focus: str | None = None
    focus_line: int = -99
    focus_end: int = -1
    line_start: int = 0
    asked: str | None = None
    stranger_line: int = -99

    def see(self, key: str, start: int, end: int, *, named: bool) -> None:
        """Take note of a person or body; pronouns are no words to point at."""
        self.seen[key] = max(start, self.seen.get(key, 0))
        if named:
            self.spots[key] = (start, end)


def quoted_in(account: Annotated) -> list[Spot]:
    """Where the account quotes, marks included, in text order."""
    bounds: dict[int, Spot] = {}
    for s in account.sentences:
        first = bounds.get(s.paragraph, (s.start, s.end))
        bounds[s.paragraph] = (min(first[0], s.start), max(first[1], s.end))
    lines = paragraphs_of(account.witness.text, [bounds[k] for k in sorted(bounds)])
    return [(q.start, q.end) for line in lines for q in line]


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
        self.quoted = quoted_in(account)
        self.opened = [start for start, _ in self.quoted]
        self.gender = genders(offices, [n.key for n in names])
        self.callings = self._callings()
        self._told_by_words()
        self._told_by_pronouns()

    def read(self) -> list[Reference]:
        """The references of every sentence; sets the holders of offices on the way."""
        refs: list[Reference] = []
        for line in self.lines:
            people = [n for n in self.by_line[line.number] if n.kind == "person"]
            found = [*self._offices(line, people), *self._counterparts(line, people), *self._bodies(line)]
            found += self._called(line, found)
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
            if item.key in settled:
                item.key, item.why = settled[item.key], "the one holder of the office here"
        for office in self.offices:
            office.holder = settled.get(office.holder or "", office.holder)

    def _bodies(self, line: Line) -> list[Reference]:
        """ "the ministry", "the agency": the last body named whose name ends so."""
        for name in self.by_line[line.number]:
            if name.kind in {"body", "group"}:
                self.memory.bodies[name.form.split()[-1].casefold()] = name.key
                self.memory.bodies[name.key.split()[-1].casefold()] = name.key
                if name.kind == "body" and self._firm(name, line):
                    self.memory.bodies.update(dict.fromkeys(FIRMS, name.key))
        found = []
        for before, word in zip(line.row, line.row[1:], strict=False):
            plain = before.fold == "the" and not word.capital and word.fold in COMMON | FIRMS
            known = "body:ministry" if word.fold == "ministry" else None  # may be named in another account
            key = self.memory.bodies.get(word.fold, known) if plain else None
            if key and self.account.tokens[word.token].dep not in {"compound", "amod"}:
                why = f"the last {word.fold} named"
                found.append(Reference(before.start, word.end, split_key(key)[0], key, "nominal", why))
        return found

    def _firm(self, name: Name, line: Line) -> bool:
        """Whether a body can be "the company" later: the subject, no office of the state, no outlet."""
        known = proper().get(line.row[name.first].fold, ())
        public = name.form.split()[-1].casefold() in COMMON or any(
            e.kind in {"body", "outlet"} for e in known
        )
        return not public and self._subject(line, name.last)

    # -- what people are called without a name --

    def _callings(self) -> dict[str, dict[str, int]]:
        """What the account calls each person, and from where on: {"baker": {key: 17}, "54": …}."""
        tokens, words, found = self.account.tokens, self._people_by_token(), dict[str, dict[str, int]]()
        for i, token in enumerate(tokens):
            for at, noun in ((token.head, i), (i, token.head)) if token.dep in BESIDE else ():
                if at in words and noun not in words and tokens[noun].pos == "NOUN":
                    found.setdefault(tokens[noun].lemma.lower(), {}).setdefault(words[at], token.start)
        for name in self.names if self.names else ():
            if name.kind != "person":
                continue
            if DOCTOR.search(self.text, max(0, name.start - 5), name.start):
                found.setdefault("doctor", {}).setdefault(name.key, name.start)
            age = AGE_AFTER.match(self.text, name.end) or AGE_BEFORE.search(
                self.text, max(0, name.start - 60), name.start
            )
            if age:
                found.setdefault(age.group(1), {}).setdefault(name.key, name.start)
        return found

    def _called(self, line: Line, taken: Sequence[Reference]) -> list[Reference]:
        """ "the baker", "the 54-year-old": the one person whom the account has called so before."""
        found = []
        for before, word in zip(line.row, line.row[1:], strict=False):
            if before.fold != "the" or self._in_quotes(word.start):
                continue
            aged = YEARS_OLD.match(self.text, word.start)
            called = aged.group(1) if aged else word.fold
            keys = [k for k, at in self.callings.get(called, {}).items() if at < word.start]
            end = aged.end() if aged else word.end
            free = not any(r.start < end and r.end > before.start for r in taken)
            if len(keys) == 1 and free and (aged or self._bare(word)):
                why = f"the one called {called} before" if not aged else f"the one whose age is {called}"
                spot = self.memory.spots.get(keys[0])
                found.append(Reference(before.start, end, "person", keys[0], "nominal", why, spot))
        return found

    def _bare(self, word: Word) -> bool:
        """Whether a noun has nothing but its article: "the driver", not "the driver of the other car"."""
        token = self.account.tokens[word.token]
        below = [t for t in self.account.tokens[word.token - 1 : word.token + 8] if t.head == word.token]
        plain = all(t.dep in {"det", "punct", "appos"} or t is token for t in below)
        return plain and token.tag == "NN" and token.dep not in {"compound", "poss", "nmod"}

    def _words(self, line: Line, ref: Reference) -> tuple[int, int]:
        inside = [i for i, w in enumerate(line.row) if ref.start <= w.start < ref.end]
        return inside[0], inside[-1] + 1

    # -- offices on their own --

    def _offices(self, line: Line, people: Sequence[Name]) -> list[Reference]:
        found = []
        for office in self.offices_of[line.number]:
            if office.holder or not office.offices or not office.definite:
                continue
            held = self._who(office)
            key = held or _unnamed(office)
            if key:
                office.holder = key
                start = office.start
                if office.first and line.row[office.first - 1].fold in {"the", "this", "that"}:
                    start = line.row[office.first - 1].start
                why = "the one holder of the office here" if held else "an office without its holder’s name"
                spot = self.memory.spots.get(key)
                found.append(Reference(start, office.end, "person", key, "office", why, spot))
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
        if not named:
            return fits[0] if asked.of and len(fits) == 1 else None
        stateless = [k for k in named if not asked.of and not states[k]]
        return self._likeliest(asked, stateless or named)  # "the president" is the one without a state

    def _likeliest(self, asked: Office, named: Sequence[str]) -> str | None:
        """Of several who hold such an office the one last spoken of, unless a sentence names two.

        After "Foreign Minister Ann Lee met Finance Minister Bo Roe" nobody is "the minister".
        """
        memory, last = self.memory, max(named, key=lambda k: self.memory.seen[k])
        held = {k: {o for h in self.offices if h.holder == k for o in h.offices} for k in named}
        rivals = [k for k in named if k != last and memory.seen[k] >= memory.line_start]
        if rivals and not any(o in held[last] for o in asked.offices):
            return None
        return memory.focus if memory.focus in named and not rivals else last

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
                why = f"holds that office of {of}"
                found.append(Reference(state.start, word.end, "person", role.holder, "counterpart", why))
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

    def _pronouns(self, line: Line, people: Sequence[Person]) -> list[Reference]:
        found: list[Reference] = []
        for word in line.row:
            gender = PRONOUNS.get(word.fold)
            if not gender or (len(word.text) > 1 and word.text.isupper()) or self._in_quotes(word.start):
                continue
            chosen = self._antecedent(line, word, people, found)
            if not chosen and word.fold in {"he", "she"}:
                self.memory.stranger_line = line.number  # whoever it is, he or she goes on
            if chosen:
                self.gender.setdefault(chosen[0], gender)
                found.append(Reference(word.start, word.end, "person", chosen[0], "pronoun", *chosen[1:]))
        return found

    def _in_quotes(self, at: int) -> bool:
        index = bisect_left(self.opened, at) - 1
        return index >= 0 and at < self.quoted[index][1]

    def _antecedent(
        self, line: Line, word: Word, people: Sequence[Person], found: Sequence[Reference]
    ) -> Chosen | None:
        """Whom a pronoun means: somebody of its sentence, else who was spoken of before."""
        at, gender = word.start, PRONOUNS[word.fold]
        fit = [p for p in people if self.gender.get(p[1], gender) == gender and not self._in_quotes(p[0])]
        fit = [p for p in fit if word.fold.endswith("self") or not self._does(word, p, line)]
        before = [p for p in fit if p[0] < at]
        later = None if before else self._announced(line, at, fit)
        if later:
            return self._chosen(line, later, "subject that the sentence leads to")
        stranger = max((a for a in self._strangers(line, people) if a < at), default=-1)
        if stranger >= 0 and not any(p[0] > stranger for p in before):
            return None  # "The officer said he …": somebody not named
        return self._here(line, word, before, found) or self._earlier(line, word, before)

    def _announced(self, line: Line, at: int, fit: Sequence[Person]) -> Person | None:
        """ "In his remarks, Ortiz said …": the subject that comes after the pronoun."""
        opener = line.row[0]
        if opener.fold not in OPENERS or self._in_quotes(opener.start):
            return None  # "“Despite the rain we won,” he said, noting that Roe …" opens within a quotation
        later = [p for p in fit if p[0] > at and self._subject(line, p[3])]
        return later[0] if later and ":" not in self.text[at : later[0][0]] else None

    def _here(
        self, line: Line, word: Word, before: Sequence[Person], found: Sequence[Reference]
    ) -> Chosen | None:
        """Somebody of the same sentence: a subject above the pronoun, who a pronoun meant, any subject."""
        gender = PRONOUNS[word.fold]
        subjects = [p for p in before if self._subject(line, p[3])]
        sure = [p for p in before if self.gender.get(p[1]) == gender]
        above = [p for p in subjects if self._commands(line, p, word)]
        same = [r for r in found if PRONOUNS[self.text[r.start : r.end].casefold()] == gender]
        for rank, why in ((above, "subject of the clause"), (subjects, "subject of the sentence")):
            if same and rank is subjects:
                return same[-1].key, "as the pronoun before", same[-1].antecedent
            if rank and (not sure or rank[-1] in sure):
                return self._chosen(line, rank[-1], why)
        if sure:
            return self._chosen(line, sure[-1], f"nearest {MEN[gender]} of the sentence")
        return None

    def _commands(self, line: Line, person: Person, word: Word) -> bool:
        """Whether a subject's verb stands above a pronoun in the parse."""
        tokens = self.account.tokens
        verb, at = self._role(line.row[person[3] - 1].token, {"appos"}).head, word.token
        while at != verb and tokens[at].head != at:
            at = tokens[at].head
        return at == verb

    def _earlier(self, line: Line, word: Word, before: Sequence[Person]) -> Chosen | None:
        at, gender = word.start, PRONOUNS[word.fold]
        asked = self._asked(line, word)
        if asked:
            return asked
        focus = self._focus(line, gender)
        if focus:
            return focus
        if line.number - self.memory.stranger_line == 1 and not before:
            return None  # "The envoy praised the plans of Roe. He said …"
        if before:
            return self._chosen(line, before[-1], "nearest person of the sentence")
        recent = [k for k in self.memory.seen if self.gender.get(k, gender) == gender]
        recent = [k for k in recent if split_key(k)[0] == "person" and at - self.memory.seen[k] < NEARBY]
        key = max(recent, key=lambda k: self.memory.seen[k], default=None)
        return (key, "last person named", self.memory.spots.get(key)) if key else None

    def _asked(self, line: Line, word: Word) -> Chosen | None:
        """Who was asked, where an answer follows: "Roe asked Imm whether it hurt. “Yes,” he said."."""
        memory = self.memory
        key, verb = memory.asked, self.account.tokens[self.account.tokens[word.token].head].lemma
        answers = verb in ANSWERING or any(a < word.start and b > memory.focus_end for a, b in self.quoted)
        if (
            not key
            or verb in ASKING
            or not answers
            or self.gender.get(key, "") not in {"", PRONOUNS[word.fold]}
        ):
            return None
        return key, "the one who was asked", memory.spots.get(key)

    def _chosen(self, line: Line, person: Person, why: str) -> Chosen:
        return person[1], why, (person[0], line.row[person[3] - 1].end)

    def _focus(self, line: Line, gender: str) -> Chosen | None:
        """The subject last spoken of, if near and fitting; a known man or woman named since goes first."""
        memory, focus = self.memory, self.memory.focus
        if not focus or line.number - memory.focus_line > REACH:
            return None
        told = self.gender.get(focus)
        since = [k for k, at in memory.seen.items() if at > max(memory.seen.get(focus, 0), memory.focus_end)]
        sure = [k for k in since if self.gender.get(k) == gender and _named(k)]
        if told is None and sure:
            key = max(sure, key=lambda k: memory.seen[k])
            return key, f"nearest {MEN[gender]} named", memory.spots.get(key)
        fits = told in {None, gender}
        return (focus, "subject of what goes before", memory.spots.get(focus)) if fits else None

    def _strangers(self, line: Line, people: Sequence[Person]) -> list[int]:
        """Where single people without a name are the subject: "a spokesman", "the victim"."""
        known = {self.account.tokens[line.row[i].token].start for p in people for i in range(p[2], p[3])}
        tokens = self.account.tokens[line.sentence.first : line.sentence.last]
        return [
            t.start
            for t in tokens
            if t.dep in SUBJECTS
            and t.tag == "NN"
            and t.start not in known
            and is_person(t.lemma.lower())
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

    def _does(self, word: Word, person: Person, line: Line) -> bool:
        """Whether a pronoun is the object of what the person does: in "Roe told her" she is not Roe."""
        told = self.account.tokens[word.token]
        role = self._role(line.row[person[3] - 1].token)
        return told.tag == "PRP" and told.dep in OBJECTS and role.dep in SUBJECTS and role.head == told.head

    def _remember(self, line: Line, people: Sequence[Person], found: Sequence[Reference]) -> None:
        memory, tokens = self.memory, self.account.tokens
        for start, key, _, last in people:
            memory.see(key, start, line.row[last - 1].end, named=True)
        for ref in found:
            memory.see(ref.key, ref.start, ref.end, named=ref.how != "pronoun")
        if people:
            memory.line_start = line.sentence.start
        spots = [(self._role(line.row[p[3] - 1].token), p[1]) for p in people if not self._in_quotes(p[0])]
        at = {w.start: w.token for w in line.row}
        spots += [(tokens[at[r.start]], r.key) for r in found if r.how == "pronoun" and r.start in at]
        subjects = [(t, k) for t, k in spots if t.dep in SUBJECTS]
        chosen = [k for t, k in subjects if tokens[t.head].dep == "ROOT"] or [k for _, k in subjects]
        if not chosen:  # "Roe's role is unclear. He …"
            chosen = [k for t, k in spots if t.dep == "poss" and tokens[t.head].dep in SUBJECTS]
        strange = not chosen and bool(self._strangers(line, people))
        if not chosen and memory.focus is None and not strange:
            chosen = [k for _, k in spots]
        if chosen:
            memory.focus, memory.focus_line, memory.focus_end = chosen[0], line.number, line.sentence.end
            told = [
                k for t, k in spots if t.dep in OBJECTS and tokens[t.head].lemma in ASKING and k != chosen[0]
            ]
            memory.asked = told[0] if told else None
        elif strange:
            memory.focus, memory.asked, memory.stranger_line = None, None, line.number
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
def is_person(noun: str) -> bool:
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
