"""A claim laid beside the accounts of a story: which passages say so, which deny it, which come near.

The claim is read as one more account: aligned by ``collate`` and compared by ``contrast``, so that figures,
dates, denials and names are weighed as between two accounts. What those cannot see of so short a text is
asked here: whether a passage has the claim's speaker, names, figures and time. Does not search, and does
not say what is true. Invariant: every passage is a slice of its account, with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from threading import Lock

from ..annotate import annotate, link
from ..annotate.modality import CONDITIONS, EMBEDDED, commitment, denials, implicatives
from ..annotate.pipeline import one_thread
from ..annotate.tree import VERBAL, Tree, tree
from ..collate.clauses import Unit
from ..collate.evidence import NEGATIVE, Sketch, folded, number, sketch
from ..collate.points import Table, align
from ..contrast.discrepancies import found, one_value
from ..contrast.scores import calibrated
from ..contrast.sheet import sheet
from ..contrast.slots import Finding
from ..data import lexicon
from ..model import Annotated, Entity, Mention, Point, Quantity, Reading, Region, Span, Speaker, Witness

CLAIM, SAID = "w1:claim", "w1:said"
"""The claim without who says it, and as it was given."""
SAYS, TOUCHES, NEAR = 0.5, 0.3, 0.12
"""Least score of a passage that says so, that may contradict, and that is told at all."""
SURE, SUREST = 0.25, 0.5
"""Least score of a difference from a passage that is aligned with the claim, and from one that is not."""
LESS = 0.8
"""Share of an alignment's score that is left to what is found by a look at names and figures alone."""
LENGTHS = frozenset({"minute", "hour", "day", "week", "month", "year"})
AMOUNTS = frozenset({"number", "percentage", "money", "agreement"})
"""Kinds of discrepancy that are none where one is wanted and the other had."""
COMPARED = frozenset({"JJR", "RBR"})
OPEN = EMBEDDED | CONDITIONS
ACTS = {"wished": "wanted", "obligatory": "wanted", "asked": "wanted", "future": "offered"}
"""What is done with an amount by the modality that a word gives it; by any other it is told as a fact."""
GOVERNED = frozenset(
    {"ccomp", "xcomp", "acl", "csubj", "nsubj", "nsubjpass", "dobj", "attr", "oprd", "pobj", "prep", "conj"}
)
"""How a clause hangs on what may deny it; in "did not meet when the dam broke" nothing does."""
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
WORD, FEW = re.compile(r"\w+"), 5
"""Words of a claim that no account has by chance."""
LETTERS, SHORT = re.compile(r"[^\W\d_]+"), 3
NAMED = frozenset({"person", "body", "place"})
WHOLE = 0.8
"""Least share of a claim that is what somebody said, with who said it, where it is a claim of saying.

"Poe opened the bridge, promising that it would stand" is one of a bridge.
"""
WORDED = 0.8
"""Least share of a claim's words by which a sentence comes near without being aligned."""
BEFORE, AFTER = 600, 200
"""How far from a passage a name may stand that it is about: "The two, a couple from Ostrel"."""
SWAPS = 2
"""Names of others that are tried in the place of one of the claim, in each story."""
ALONE = Lock()
"""Claims are laid one after the other: the parser and the mathematics are not made for two threads."""
KEPT = 64
"""Accounts whose annotation is kept between two claims."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage and how it stands to the claim: ``way`` is says, denies or near.

    ``kind`` is the kind of what differs, ``why`` says it in words; ``score`` (0–1, uncalibrated) is how
    sure the way is.
    """

    span: Span
    way: str
    score: float
    kind: str = ""
    why: str = ""
    speaker: str | None = None
    form: str = ""


def lay_beside(claim: str, accounts: Sequence[Witness], until: str | None = None) -> list[Passage]:
    """The passages of some accounts that speak to a claim, surest first.

    :param until: when the claim is made, for "on Thursday": an ISO date or time.
    """
    with ALONE, one_thread():
        said = _read(_witness(SAID, claim, until))
        core, speaker, within = _core(said)
        asked = _asked(core, said, accounts, until)
        if asked is None:
            return []
        asked.speaker = _core(asked.claimed)[1] if speaker else None
        found = _tried(asked, asked.passages(), lambda other: _asked(other, said, accounts, until))
        word_for_word = [p for w in accounts for p in _verbatim(claim, w)]
        rest = [p for p in found if not any(p.span.overlap(v.span) for v in word_for_word)]
        own = _held(tree(said), within)
        whole = [asked.in_its_sentence(p, "") for p in word_for_word]
        return _ordered([*whole, *(asked.in_its_sentence(p, own) for p in rest)])


def _verbatim(claim: str, account: Witness) -> Iterator[Passage]:
    """Where an account has a claim of some length word for word."""
    asked = [w.lower() for w in WORD.findall(folded(claim))]
    spots = (
        list(WORD.finditer(folded(account.text))) if len(folded(account.text)) == len(account.text) else []
    )
    row = [m.group().lower() for m in spots]
    for at in range(len(row) - len(asked) + 1) if len(asked) >= FEW else ():
        if row[at] == asked[0] and row[at : at + len(asked)] == asked:
            span = Span(account.id, spots[at].start(), spots[at + len(asked) - 1].end())
            yield Passage(span, "says", 1.0, "", "It has the claim word for word.")


def _asked(core: str, said: Annotated, accounts: Sequence[Witness], until: str | None) -> _Claim | None:
    """A claim aligned with the accounts; ``said`` keeps its speaker, whom the names are linked to."""
    own = _read(_witness(CLAIM, core, until))
    linked, entities = link([own, said, *(_read(w) for w in accounts)])
    laid = [a for a in linked if a.witness.id != SAID]
    table = align(laid, entities)
    mine = [n for n, u in enumerate(table.units) if u.witness == CLAIM]
    if not mine:
        return None
    number = max(mine, key=lambda n: table.units[n].end - table.units[n].start)
    return _Claim(number, table, laid, entities, next(a for a in linked if a.witness.id == SAID))


def _tried(asked: _Claim, passages: list[Passage], again: Callable[[str], _Claim | None]) -> list[Passage]:
    """Passages where another name stands: they deny the claim if with that name they would say it."""
    texts = list(dict.fromkeys(asked.swaps[p.span] for p in passages if p.span in asked.swaps))[:SWAPS]
    tried = {text: again(text) for text in texts}
    out = []
    for p in passages:
        other = tried.get(asked.swaps.get(p.span, ""))
        if p.span in asked.swaps:
            score = other.scored(p.span) if other else 0.0
            way = "denies" if score >= SAYS else "near"
            p = replace(p, way=way, score=round(LESS * score, 3) if way == "denies" else p.score)
        out.append(p)
    return _ordered(out)


def _ordered(passages: Iterable[Passage]) -> list[Passage]:
    ways = {"says": 0, "denies": 1, "near": 2}
    return sorted(passages, key=lambda p: (ways[p.way], -p.score, p.span))


def _witness(ident: str, text: str, until: str | None) -> Witness:
    body = (Region(0, len(text), "body", "a claim"),)
    return Witness(ident, ident, text, outlet="The claim", published=until, language="en", regions=body)


@lru_cache(maxsize=KEPT)
def _read(witness: Witness) -> Annotated:
    return annotate(witness)


def _core(claim: Annotated) -> tuple[str, Speaker | None, Span]:
    """What is claimed to have been said, by whom, and where it stands; the claim where nobody is named."""
    text = claim.witness.text
    for s in claim.statements:
        told = [*s.content, *s.cue, *(s.speaker.spans if s.speaker else ())]
        first, last = min(t.start for t in told), max(t.end for t in told)
        whole = sum(t.end - t.start for t in told) >= WHOLE * len(text) and last - first >= WHOLE * len(text)
        size = sum(c.end - c.start for c in s.content)
        if s.speaker is not None and s.speaker.kind in ("person", "body") and whole and 3 * size >= len(text):
            core = " ".join(c.of(text) for c in s.content).strip(' ,.“”"')
            within = Span(SAID, min(c.start for c in s.content), max(c.end for c in s.content))
            return core[:1].upper() + core[1:] + ".", s.speaker, within
    return text, None, Span(SAID, 0, len(text))


# -- what the rest of a sentence makes of a passage --


def _held(grown: Tree, span: Span) -> str:
    """Whether what stands around a passage in its sentence denies it or leaves it open; else "".

    "It is not true that the street was closed" denies that it was; "no evidence that" leaves it open.
    """
    first, last = grown.at(span.start), grown.at(span.end - 1)
    inside = range(first, last + 1)
    tops = [k for k in inside if grown.tokens[k].head not in inside]
    below = next((k for k in tops if grown.tokens[k].pos in VERBAL), tops[0] if tops else None)
    if below is None:
        return ""
    mark = grown.child(below, "mark")
    unsure = mark is not None and mark not in inside and grown.tokens[mark].text.lower() in OPEN
    flips = 0
    for above in list(grown.up(below))[1:]:
        how = grown.tokens[below].dep
        if how not in GOVERNED:
            break
        if above not in inside and how != "conj":
            flip, loose = _denial(grown, above, how)
            flips, unsure = flips + flip, unsure or loose
        below = above
    return "open" if unsure else "denied" if flips % 2 else ""


def _denial(grown: Tree, above: int, how: str) -> tuple[bool, bool]:
    """Whether a word denies what hangs on it, and whether it leaves that open."""
    token, no = grown.tokens[above], denials(grown, above) % 2 == 1
    predicate = grown.child(above, "acomp", "attr", "oprd")
    sign = _truths().get(grown.tokens[predicate].lemma.lower(), "") if predicate is not None else ""
    if sign:
        return no != (sign == "-"), no and sign == "-"
    parts = [k for k in grown.kids[above] if grown.tokens[k].dep in ("prt", "prep")]
    said = commitment(grown, frozenset({above, *parts}))
    against = said.sign == "-" or token.lemma.lower() in implicatives()
    if how in SUBJECTS and not against and said.negated == "opens":
        return False, False  # "the fact that it broke did not surprise her"
    if not no:
        return against, False
    return said.negated == "raises", said.negated == "opens"


@cache
def _truths() -> dict[str, str]:
    """Words for what is so (+) and what is not (-)."""
    return {row["word"]: row["sign"] for row in lexicon("truths")}


def _acts(account: Annotated, grown: Tree, first: int, last: int) -> set[str]:
    """What is done with the amounts of a stretch: wanted, offered, or "" where they are told as a fact."""
    acts = set()
    for m in account.mentions:
        if isinstance(m.value, Quantity) and first <= m.span.start < last:
            acts.add(max(_given(grown, k) for k in grown.up(grown.at(m.span.start))))
    return acts


def _given(grown: Tree, k: int) -> str:
    """What a word makes of the amount below it."""
    parts = [j for j in grown.kids[k] if grown.tokens[j].dep in ("prt", "prep")]
    said = commitment(grown, frozenset({k, *parts}))
    return ACTS.get(said.modality, "") if grown.tokens[k].pos in ("VERB", "NOUN") else ""


# -- what differs --


def _side(kind: str, value: str) -> str:
    """What two values share that are on one side; denials are ("no horn", "not sounding")."""
    return "no" if kind == "polarity" and value.startswith(("no ", "not ")) else value


def _other_amount(a: Quantity, b: Quantity) -> bool:
    """Whether two amounts are of one thing and differ, or are a like number of other lengths of time."""
    meet = a.low <= b.high and b.low <= a.high
    if a.unit == b.unit:
        return a.unit != "" and not meet
    return meet and {a.unit, b.unit} <= LENGTHS


def _of(number: str, amount: Quantity) -> bool:
    """Whether a number is that of an amount: "400" of "four hundred houses"."""
    return number.replace(".", "", 1).isdecimal() and amount.low <= float(number) <= amount.high


def _alike(a: str, b: str) -> bool:
    """Whether two ways to call a body share a word: "the bakers' union", "Bakers, Millers and Union"."""
    mine, theirs = ({w for w in LETTERS.findall(x.casefold()) if len(w) > SHORT} for x in (a, b))
    return bool(mine & theirs)


class _Claim:
    """The claim's main unit among those of the accounts."""

    def __init__(
        self,
        number: int,
        table: Table,
        accounts: Sequence[Annotated],
        entities: Sequence[Entity],
        said: Annotated,
    ) -> None:
        self.number, self.table, self.entities = number, table, {e.key: e for e in entities}
        self.accounts = {a.witness.id: a for a in accounts}
        self.unit, self.claimed = table.units[number], said
        self.sketch = sketch(self.unit, self.accounts[CLAIM])
        self.trees: dict[str, Tree] = {}
        self.speaker: Speaker | None = None
        self.swaps: dict[Span, str] = {}

    def passages(self) -> list[Passage]:
        """Each passage once, in the surest way it stands to the claim."""
        scores = dict(self._aligned())
        weighed = [self._weighed(n, s) for n, s in scores.items()]
        best: dict[Span, Passage] = {}
        for one in (*self._compared(scores), *weighed):
            if one.score >= NEAR and not (one.span in best and best[one.span].way in ("denies", "says")):
                best[one.span] = one
        # what a comparer found stands, whatever name would fit there
        self.swaps = {span: text for span, text in self.swaps.items() if best.get(span) in weighed}
        for one in self._worded(list(best)):
            best[one.span] = one
        return _ordered(best.values())

    def _worded(self, known: Sequence[Span]) -> Iterator[Passage]:
        """Sentences with nearly all words of the claim, of which no unit was found.

        "…, said Ann Poe, who heads the service" is cut from what she said, and is no unit.
        """
        asked = {*self.sketch.names, *self.sketch.words}
        for account in self.accounts.values() if len(asked) > 1 else ():
            for s in account.sentences:
                span = Span(account.witness.id, s.start, s.end)
                if span.witness == CLAIM or any(span.overlap(k) for k in known):
                    continue
                named = {m.value for m in account.mentions if s.start <= m.span.start < s.end}
                words = {t.lemma.lower() for t in account.tokens[s.first : s.last]}
                share = len(asked & (named | words)) / len(asked)
                if share >= WORDED:
                    why = "It has the claim's words in one sentence."
                    yield Passage(span, "near", round(TOUCHES * share, 3), "", why)

    def in_its_sentence(self, found: Passage, own: str) -> Passage:
        """A passage that says so, unless its sentence denies it.

        :param own: what the claim's own sentence makes of what is claimed to have been said.
        """
        held = _held(self._tree(found.span.witness), found.span) if found.way == "says" else own
        if held == own:
            return found
        if "open" in (held, own):
            return replace(found, way="near", kind="polarity", why="Its sentence does not tell it as a fact.")
        return replace(found, way="denies", kind="polarity", why="Its sentence denies it.")

    def scored(self, span: Span) -> float:
        """How well a passage is aligned with the claim."""
        n = self._at(span)
        return dict(self._aligned()).get(-1 if n is None else n, 0.0)

    def _aligned(self) -> Iterator[tuple[int, float]]:
        """Units of the accounts with their score beside the claim."""
        for (i, j), score in self.table.scores.items():
            if self.number in (i, j):
                yield (j if i == self.number else i), score

    # -- what the comparers see --

    def _compared(self, scores: dict[int, float]) -> Iterator[Passage]:
        """Passages that differ from the claim by what is known of discrepancies, or agree in one."""
        spans = [self._span(self.table.units[n]) for n, score in scores.items() if score >= TOUCHES]
        own = self._span(self.unit)
        held = Point("p1:claim", "", "", "statement", (Reading("", (own, *sorted(spans)), ""),))
        laid = sheet(list(self.accounts.values()), [held] if spans else [], list(self.entities.values()))
        for name, finding in found(laid):
            mine = [value for span, value in finding.sides if span.witness == CLAIM]
            if mine:
                score = finding.score if finding.innocent else calibrated(name, finding.score)
                yield from self._sides(replace(finding, score=score), mine, scores)

    def _sides(self, finding: Finding, mine: Sequence[str], scores: dict[int, float]) -> Iterator[Passage]:
        shown = one_value([value for _, value in finding.sides])
        own = {_side(finding.kind, shown[value]) for value in mine}
        for span, value in finding.sides:
            if span.witness == CLAIM:
                continue
            n = self._at(span)
            aligned = 0.0 if n is None else scores.get(n, 0.0)
            if finding.score < (SURE if aligned >= TOUCHES else SUREST):
                continue
            way, why = "denies", finding.says
            if finding.innocent:
                way, why = "says", f"{finding.says} It may be harmless: {finding.innocent}."
            elif _side(finding.kind, shown[value]) in own:
                way = "says"
            yield self._placed(n, span, Passage(span, way, round(finding.score, 3), finding.kind, why))

    def _placed(self, n: int | None, span: Span, found: Passage) -> Passage:
        """What a comparer found, as the unit it stands in; what agrees may still be another's words."""
        if n is None:
            return found
        unit = self.table.units[n]
        account = self.accounts[unit.witness]
        for check in (self._voice, self._names) if found.way == "says" else (self._act,):
            kind, why, _ = check(unit, account, found.score)
            if why and (check != self._act or found.kind in AMOUNTS):
                return self._passage(unit, "near", found.score, kind, f"It {why}.")
        return self._passage(unit, found.way, found.score, found.kind, found.why)

    def _at(self, span: Span) -> int | None:
        """The unit that holds most of a span, if that is half of it."""
        fits = [
            (self._span(u).overlap(span), -n)
            for n, u in enumerate(self.table.units)
            if u.witness == span.witness
        ]
        most, place = max(fits, default=(0, 0))
        return -place if 2 * most >= span.end - span.start else None

    # -- what a claim has that a passage has not --

    def _weighed(self, n: int, score: float) -> Passage:
        """A passage by its wording, its speaker, and what it lacks of the claim."""
        unit = self.table.units[n]
        account = self.accounts[unit.witness]
        for check in (self._voice, self._polarity, self._names, self._figures, self._time):
            kind, why, against = check(unit, account, score)
            if why:
                way = "denies" if against and score >= TOUCHES else "near"
                return self._passage(unit, way, LESS * score, kind, f"It {why}.")
        return self._passage(unit, "says" if score >= SAYS else "near", score, "", "")

    def _voice(self, unit: Unit, account: Annotated, score: float) -> tuple[str, str, bool]:
        if self.speaker is None or (unit.speaker and unit.speaker.key == self.speaker.key):
            return "", "", False
        if unit.speaker is None:
            return "attribution", f"tells it itself, and does not say that {self.speaker.name} said it", False
        if self.speaker.kind != "person" and _alike(self.speaker.name, unit.speaker.name):
            return "", "", False
        both = {self._kind(self.speaker.key), self._kind(unit.speaker.key)} == {"person"}
        why = (
            f"gives it to {self._name(unit.speaker.key) or unit.speaker.name}, and not to {self.speaker.name}"
        )
        return "attribution", why, both and score >= SAYS

    def _act(self, unit: Unit, account: Annotated, score: float) -> tuple[str, str, bool]:
        """Six per cent that were settled on do not contradict nine that were wanted."""
        said = self.claimed
        mine = _acts(said, self._tree(SAID), 0, len(said.witness.text))
        theirs = _acts(account, self._tree(unit.witness), unit.start, unit.end)
        if not mine or not theirs or mine & theirs:
            return "", "", False
        told = " and ".join(sorted(act or "told as a fact" for act in theirs))
        return "modality", f"has the amount as {told}", False

    def _polarity(self, unit: Unit, account: Annotated, score: float) -> tuple[str, str, bool]:
        if self._negated(unit) == self._negated(self.unit):
            return "", "", False
        return "polarity", "denies what the claim states, or states what it denies", score >= SAYS

    def _negated(self, unit: Unit) -> bool:
        """Whether a unit holds a negative, but for that of a bound: "no earlier than two"."""
        tokens = self.accounts[unit.witness].tokens[unit.first : unit.last]
        after = [*tokens[1:], None, None]
        return any(
            (t.dep == "neg" or t.text.lower() in NEGATIVE)
            and not (more and than and more.tag in COMPARED and than.text.lower() == "than")
            for t, more, than in zip(tokens, after, after[1:], strict=False)
        )

    def _names(self, unit: Unit, account: Annotated, score: float) -> tuple[str, str, bool]:
        """A name that the claim has and the passage has not: another stands there, or none."""
        mine, theirs = self._mentions(self.unit), self._mentions(unit)
        missing = {k: m for k, m in mine.items() if k not in theirs}
        for key, mention in missing.items():
            for other, there in theirs.items():
                if other not in mine and self._one_place(mention, there):
                    self.swaps.setdefault(self._span(unit), self._with(mention, self._name(other)))
                    kind = "place" if "place" in (mention.kind, there.kind) else "name"
                    return kind, f"names {self._name(other)} where the claim names {self._name(key)}", True
        # "The vessel" of an account that calls her Ilvane elsewhere is the ferry Ilvane
        first, last = unit.start - BEFORE, unit.end + AFTER
        told = {m.value for m in account.mentions if first <= m.span.start < last}
        text = account.witness.text[max(0, first) : last].casefold()
        absent = [n for k in missing if k not in told and (n := self._name(k)).casefold() not in text]
        return ("name", f"does not name {', '.join(absent)}", False) if absent else ("", "", False)

    def _with(self, mention: Mention, name: str) -> str:
        """The claim with another name in the place of one."""
        text = self.accounts[CLAIM].witness.text
        return text[: mention.span.start] + name + text[mention.span.end :]

    def _one_place(self, a: Mention, b: Mention) -> bool:
        """Whether two names may stand in one place: both of people, or after one preposition."""
        if a.kind == b.kind == "person":
            return True
        before = self._before(a), self._before(b)
        return before[0] == before[1] != "" and {a.kind, b.kind} <= {"place", "body"}

    def _before(self, mention: Mention) -> str:
        account = self.accounts[mention.span.witness]
        before = [t for t in account.tokens if t.end <= mention.span.start][-1:]
        return before[0].text.lower() if before and before[0].pos == "ADP" else ""

    def _figures(self, unit: Unit, account: Annotated, score: float) -> tuple[str, str, bool]:
        found = self._amounts(unit, score)
        acts = self._act(unit, account, score) if found[2] else ("", "", False)
        return acts if acts[1] else found

    def _amounts(self, unit: Unit, score: float) -> tuple[str, str, bool]:
        mine, theirs = self._quantities(self.unit), self._quantities(unit)
        met = [q for q, _ in mine if any(q.unit == o.unit and not _other_amount(q, o) for o, _ in theirs)]
        loose = [
            o for o in theirs if not any(o[0].unit == q.unit and not _other_amount(q, o[0]) for q, _ in mine)
        ]
        for amount, ours in mine:
            other = next((w for o, w in loose if amount not in met and _other_amount(amount, o)), "")
            if other:
                return "number", f"gives “{other}” where the claim gives “{ours}”", True
        here, there = self._numbers(self.unit), self._numbers(unit)
        missing = [n for n in here if n not in there and not any(_of(n, q) for q in met)]
        if not missing:
            return "", "", False
        others = [n for n in there if n not in here]
        units = [{q.unit for q, _ in side if q.unit} for side in (theirs, mine)]
        if score >= SAYS and len(others) == len(missing) and (not all(units) or units[0] & units[1]):
            return (
                "number",
                f"gives {' and '.join(others)} where the claim gives {' and '.join(missing)}",
                True,
            )
        return "number", f"does not give the figure {', '.join(missing)}", False

    def _numbers(self, unit: Unit) -> list[str]:
        """The figures of a unit that are no date's."""
        account = self.accounts[unit.witness]
        days = {
            number(word.lower())
            for m in account.mentions
            if m.kind == "time" and unit.start <= m.span.start < unit.end
            for word in re.findall(r"\w+", m.span.of(account.witness.text))
        }
        return [n for n in self._sketch(unit).numbers if n not in days]

    def _time(self, unit: Unit, account: Annotated, score: float) -> tuple[str, str, bool]:
        def timed(u: Unit) -> bool:
            held = self.accounts[u.witness].mentions
            return any(m.kind == "time" and u.start <= m.span.start < u.end for m in held)

        if not timed(self.unit) or timed(unit):
            return "", "", False
        return "date", "does not say when", False

    # -- look-ups --

    def _mentions(self, unit: Unit) -> dict[str, Mention]:
        return {
            m.value: m
            for m in self.accounts[unit.witness].mentions
            if m.kind in NAMED and isinstance(m.value, str) and unit.start <= m.span.start < unit.end
        }

    def _quantities(self, unit: Unit) -> list[tuple[Quantity, str]]:
        account = self.accounts[unit.witness]
        return [
            (m.value, m.span.of(account.witness.text))
            for m in account.mentions
            if isinstance(m.value, Quantity) and unit.start <= m.span.start < unit.end
        ]

    def _sketch(self, unit: Unit) -> Sketch:
        return sketch(unit, self.accounts[unit.witness])

    def _name(self, key: str | None) -> str:
        entity = self.entities.get(key or "")
        return entity.name if entity else (key or "").partition(":")[2]

    def _kind(self, key: str | None) -> str:
        entity = self.entities.get(key or "")
        return entity.kind if entity else ""

    def _tree(self, ident: str) -> Tree:
        if ident not in self.trees:
            self.trees[ident] = tree(self.claimed if ident == SAID else self.accounts[ident])
        return self.trees[ident]

    def _span(self, unit: Unit) -> Span:
        return Span(unit.witness, unit.start, unit.end)

    def _passage(self, unit: Unit, way: str, score: float, kind: str, why: str) -> Passage:
        who = (self._name(unit.speaker.key) or unit.speaker.name) if unit.speaker else None
        return Passage(self._span(unit), way, round(score, 3), kind, why, who, unit.form)
