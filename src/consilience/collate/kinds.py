"""Kinds: what sort of assertion a point is.

Each passage of a point votes for the first of these that its words show, and most votes win:

demand
    what somebody is asked, told, urged or ordered to do, ought to do, or is hoped to do by another.
    What a law in force asks of everybody is background.
judgement
    that something is good or bad, right or wrong, or what it is worth; praise and blame, by whomever.
background
    what was before the event or holds apart from it: an act of an older date or in the past perfect,
    what has been so for years, a habit, what something is.
figure
    how many or how much: without the amount nothing would be left to tell. A toll, a share, a price, a
    length is one; "two men were arrested" and a final score are events.
statement
    what somebody says, denies, promises or expects, if none of these.
event
    what happened, happens or is to happen, in the account's own voice.

Does not say who asserts it, nor whether it is so. Invariant: the order of units changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import takewhile

from ..annotate.cues import reporting
from ..annotate.modality import modality_of
from ..annotate.tree import VERBAL, Tree, tree
from ..data import lexicon
from ..model import Annotated, Mention, Quantity, Statement, Token, When
from .clauses import HEADS, READ, SUBJECTS, Unit

KINDS = ("demand", "judgement", "background", "figure", "statement", "event")
"""In the order in which they are tried."""
PLAIN = ("statement", "event")
LARGE = 20
"""Least amount that is told for its own sake: "38 passengers were taken …", but "two men were arrested"."""
RECENT = timedelta(days=60)
"""What is dated no longer before publication belongs to the event."""
FEWEST = 6
"""Main verbs from which on it can be said that an account tells all in the present tense."""
ASIDE = frozenset({"relcl", "acl", "advcl", "ccomp", "pcomp", "csubj", "parataxis"})
CORE = frozenset({"nsubj", "nsubjpass", "dobj"})
ADVERBIAL = frozenset(
    {"prep", "pobj", "npadvmod", "nummod", "compound", "advmod", "amod", "quantmod", "appos"}
)
PREDICATE = frozenset({"acomp", "attr", "oprd"})
GRADED = PREDICATE | {"amod", "conj", "advmod", "appos", "npadvmod", "dobj"}
SEEMING = frozenset({"be", "seem", "look", "feel", "appear", "become", "sound", "prove"})
SHOWING = frozenset({"make", "show", "display", "commit", "give", "do", "play"})
"""Verbs whose object may be the judgement: "made a mistake", "showed great courage"."""
TERMING = frozenset({"call", "describe", "consider", "deem", "brand", "label", "find", "term", "regard"})
GRADING = frozenset({"ADJ", "ADV", "NOUN", "VERB"})
"""The parse takes "cowardly" for an adverb, and the word in "was justified" for a verb."""
ACTS = frozenset({"neutral", "agrees", "shows", "discusses", "thinks"})
"""Stances of a cue that may be an act alone: "recalled its ambassador", "agreed to meet in June"."""
LASTING = frozenset(
    {"remain", "stay", "continue", "keep", "wait", "await", "face", "plan", "want", "begin", "go", "come"}
)
"""Verbs whose simple present tells of now: "the bridge remains closed"."""
YEARS = frozenset({"year", "decade", "century", "generation", "month"})
AGAINST = frozenset({"than", "compared", "over", "against"})
"""Words before a date that something is only measured by: "7 per cent more than in 2029"."""
VAGUE = frozenset({"dozen", "score", "hundred", "thousand", "million", "ten"})
"""As nouns they count nothing that could be wrong: "thousands of supporters celebrated"."""
MEASURING = frozenset(
    {"at", "to", "of", "for", "from", "about", "around", "over", "between", "below", "above", "worth"}
)
SHARES = frozenset({"half", "double", "triple", "twice"})


class Kinds:
    """Tells the kinds of points over some accounts; each account's parse is read once."""

    def __init__(self, accounts: Mapping[str, Annotated]) -> None:
        self._accounts = accounts
        self._seen: dict[str, tuple[Tree, bool, Mapping[int, Sequence[Statement]]]] = {}

    def of(self, group: Sequence[Unit], *, spoken: bool) -> str:
        """The kind that most units of a point show; headlines vote where nothing else does.

        :param spoken: whether the point has a speaker.
        """
        body = [u for u in group if u.region not in HEADS] or list(group)
        votes = Counter(self.one(u) for u in body)
        plain = sum(votes[k] for k in PLAIN)
        best = max(KINDS[:4], key=lambda k: (votes[k], -KINDS.index(k)))
        if votes[best] >= max(plain + (best == "background"), 1):  # one "had sunk" beside "sank" is none
            return best
        # what some give to a speaker and others tell as their own is no statement of the point's
        said = votes["statement"] > (0 if spoken else 2 * votes["event"])
        return "statement" if said else "event"

    def one(self, unit: Unit) -> str:
        """The kind that one unit shows by its words."""
        account = self._accounts[unit.witness]
        if account.witness.language not in READ:
            return PLAIN[unit.speaker is None]
        if unit.witness not in self._seen:
            found = tree(account)
            self._seen[unit.witness] = found, _in_present(found), _by_sentence(account)
        found, in_present, said = self._seen[unit.witness]
        return _Clause(unit, account, found, in_present, said.get(unit.sentence, ())).kind()


def _by_sentence(account: Annotated) -> Mapping[int, Sequence[Statement]]:
    """For each sentence the statements whose content or cue stands in it, in order."""
    out: dict[int, list[Statement]] = defaultdict(list)
    starts = [s.start for s in account.sentences]
    for statement in account.statements:
        spans = (*statement.content, *statement.cue)
        reach = (range(bisect_right(starts, c.start) - 1, bisect_left(starts, c.end)) for c in spans)
        for n in sorted({n for places in reach for n in places}):
            out[n].append(statement)
    return out


def _in_present(found: Tree) -> bool:
    """Whether an account tells even what happened in the present tense: "Koss steps off the boat"."""
    body = (t for s in found.sentences if s.kind not in HEADS for t in found.tokens[s.first : s.last])
    tags = Counter(t.tag for t in body if t.dep == "ROOT" and t.lemma != "be")
    now, then = tags["VBZ"] + tags["VBP"], tags["VBD"]
    return now + then >= FEWEST and now > then


class _Clause:
    """One unit with its main verbs, its statement and what is mentioned in it.

    ``near`` holds the statements of its sentence.
    """

    def __init__(
        self, unit: Unit, account: Annotated, found: Tree, in_present: bool, near: Sequence[Statement]
    ) -> None:
        self.unit, self.account, self.found, self.in_present = unit, account, found, in_present
        self.tokens = found.tokens
        self.inside = range(unit.first, unit.last)
        tops = [n for n in self.inside if self.tokens[n].head == n or self.tokens[n].head not in self.inside]
        verbs = [n for n in tops if self.tokens[n].pos in VERBAL]
        self.tops = [n for n in verbs if self.tokens[n].dep not in {"advcl", "relcl", "acl"}] or verbs or tops
        self.said = _statement(unit, near, [self.tokens[n] for n in self.tops])

    def kind(self) -> str:
        """The first kind whose signs are there."""
        own = (self.unit.speaker is None and self.said is None) or self._acts()
        if self._demands():
            return "demand"
        if self._judges():
            return "judgement"
        if self._bound() or self._older():
            return "background"
        if self._counts():
            return "figure"
        if own and self._holds():
            return "background"
        return "event" if own else "statement"

    def _verbs(self) -> list[Token]:
        return [self.tokens[n] for n in self.tops]

    def _helpers(self, n: int) -> list[Token]:
        return [self.tokens[k] for k in self.found.children(n, "aux", "auxpass")]

    def _mentioned(self, kind: str) -> Iterator[Mention]:
        mentions = self.account.mentions
        first = bisect_left(mentions, self.unit.start, key=lambda m: m.span.start)
        here = takewhile(lambda m: m.span.start < self.unit.end, mentions[first:])
        yield from (m for m in here if m.kind == kind)

    def _path(self, mention: Mention) -> tuple[list[int], int] | None:
        """Tokens from a mention's head up to a main verb of the unit, and that verb."""
        inside = [n for n in self.inside if mention.span.start <= self.tokens[n].start < mention.span.end]
        heads = [n for n in inside if self.tokens[n].head not in inside] or inside[:1]
        return self._climb(heads[0]) if heads else None

    def _climb(self, n: int) -> tuple[list[int], int] | None:
        path: list[int] = []
        while n not in self.tops:
            if self.tokens[n].dep in ASIDE or self.tokens[n].head not in self.inside or n in path:
                return None
            path.append(n)
            n = self.tokens[n].head
        return path, n

    # -- demand --

    def _demands(self) -> bool:
        """Whether somebody is to do something, by the cue or by the clause itself."""
        if not self.tops or self._bound() or any(t.lemma == "have" and t.tag == "VBD" for t in self._verbs()):
            return False  # "had to be evacuated" is told, not asked
        said = self.said.modality if self.said else ""
        if said == "wished":  # by another: "hopes that the port will open", not "hopes to win"
            return any(self.found.child(n, *SUBJECTS) is not None for n in self.tops) and not self._cued()
        if said == "obligatory":
            return not self._cued() or self._content().pos != "ADJ"  # "pleaded not guilty"
        return modality_of(self.found, [(self.unit.start, self.unit.end)], [])[1] == "obligatory"

    def _cued(self) -> bool:
        """Whether the unit holds the cue of its statement: "demanded the resignation of the board"."""
        return self.said is not None and any(
            self.unit.start <= c.start and c.end <= self.unit.end for c in self.said.cue
        )

    def _cue(self) -> Iterator[Token]:
        """The words of the cue of the unit's statement, wherever they stand."""
        for span in self.said.cue if self.said else ():
            first = bisect_left(self.tokens, span.start, key=lambda t: t.start)
            yield from takewhile(lambda t, end=span.end: t.start < end, self.tokens[first:])  # type: ignore[misc]

    def _content(self) -> Token:
        """The head of what the statement of the unit says."""
        spans = self.said.content if self.said else ()
        held = [n for n in self.inside if any(s.start <= self.tokens[n].start < s.end for s in spans)]
        return self.tokens[next((n for n in held if self.tokens[n].head not in held), self.unit.first)]

    def _bound(self) -> bool:
        """Whether a law or rule in force asks it of everybody."""
        return any(
            self.tokens[k].lemma.lower() in _words("rule")
            for n in self.tops
            if self.tokens[n].tag in {"VBZ", "VBP"}
            for k in self.found.children(n, *SUBJECTS)
        )

    # -- judgement --

    def _judges(self) -> bool:
        """Whether the main verb praises or blames, or what is said of the subject does."""
        if any(t.pos == "VERB" and t.lemma.lower() in _words("judgement", "verb") for t in self._verbs()):
            return True
        return any(self._grades(n) for n in self.inside if self.tokens[n].pos in GRADING)

    def _grades(self, n: int) -> bool:
        """Whether a word of praise or blame is said of the subject: not in "the unjust verdict was read"."""
        token = self.tokens[n]
        known = _words("judgement", "noun") if token.pos == "NOUN" else _graded()
        told = token.text.lower() == "too" and self.unit.speaker is not None
        if not (told or token.lemma.lower() in known or token.text.lower() in known):
            return False
        found = self._climb(n)
        if found is None:
            return False
        path, top = found
        deps, verb = [self.tokens[k].dep for k in path], self.tokens[top].lemma.lower()
        if not deps or verb in TERMING:
            return bool(deps) and not set(deps) & set(SUBJECTS)
        if set(deps) <= {"advmod", "conj"} and deps[0] == "advmod":
            last = n > top and self.tokens[n - 1].text.lower() != "as"  # not "badly damaged", nor "as well"
            return last and (self.tokens[top].pos == "VERB" or verb in SEEMING)
        of = self.tokens[path[-1]].text.lower() == "of" and set(deps[:-1]) <= GRADED | {"pobj"}
        if verb in SEEMING:
            return of or (set(deps) <= GRADED and deps[-1] in PREDICATE | {"advmod", "conj"})
        return verb in SHOWING and set(deps) <= GRADED and deps[-1] == "dobj"

    # -- background --

    def _older(self) -> bool:
        """Whether it was before the event: past perfect, an older date, so for years."""
        plain = self.unit.speaker is None or self.unit.form == "direct" or self._cued()
        if self.said is not None and any(t.lemma == "have" and t.tag == "VBD" for t in self._cue()):
            return True  # "scientists had long believed …"
        for n in self.tops:
            helpers = self._helpers(n)
            perfect = [t for t in helpers if t.lemma.lower() == "have" and t.dep == "aux"]
            modal = any(t.tag == "MD" for t in helpers)
            if plain and not modal and any(t.tag == "VBD" for t in perfect):
                return True
            if perfect and not modal and any(self._for_years(k) for k in self.found.children(n, "prep")):
                return True
        return plain and self._dated()

    def _for_years(self, k: int) -> bool:
        """Whether a preposition opens "for two decades"."""
        if self.tokens[k].text.lower() not in {"for", "over", "in"}:
            return False
        return any(self.tokens[j].lemma.lower() in YEARS for j in self.found.children(k, "pobj"))

    def _dated(self) -> bool:
        """Whether the main clause is set at an older date and at no late one."""
        today = _published(self.account)
        if today is None:
            return False
        old = False
        for mention in self._mentioned("time"):
            day = _day(mention)
            if day is None:
                continue
            if today - day < RECENT:
                return False
            old = old or self._sets(mention)
        return old

    def _sets(self, mention: Mention) -> bool:
        """Whether a date says when the main clause was so."""
        found = self._path(mention)
        if found is None:
            return False
        path, top = found
        before = [t.text.lower() for t in self.tokens[max(0, path[-1] - 1) : path[0] + 1]] if path else []
        far = ADVERBIAL | (PREDICATE | {"dobj"} if "since" in before else frozenset())
        if not {self.tokens[k].dep for k in path} <= far or AGAINST & set(before):
            return False
        extreme = any(
            self.tokens[k].tag in {"JJS", "RBS"} or self.tokens[k].lemma == "first" for k in self.inside
        )
        if extreme and "since" in before:  # "the worst storm since 2014"
            return False
        helpers = self._helpers(top)
        if any(t.tag == "MD" for t in helpers):
            return False
        return self.tokens[top].tag == "VBD" or any(t.tag in {"VBD", "VBZ", "VBP"} for t in helpers)

    def _holds(self) -> bool:
        """Whether it holds apart from the event: a habit, what something is, where it stands."""
        if self.unit.region in HEADS or not self.tops:
            return False
        top = self.tops[0]
        token, helpers = self.tokens[top], self._helpers(top)
        adverbs = {self.tokens[k].lemma.lower() for k in self.found.children(top, "advmod")}
        if adverbs & _words("background", "adverb") or (
            token.lemma == "use" and token.tag == "VBD" and self.found.child(top, "xcomp")
        ):
            return True
        if any(t.tag == "MD" or t.lemma == "have" for t in helpers) or "now" in adverbs or self.in_present:
            return False
        if token.tag == "VBN":
            now = any(t.tag in {"VBZ", "VBP"} for t in helpers)
            return now and token.lemma.lower() in _words("background", "verb")
        return token.tag in {"VBZ", "VBP"} and self._lasts(top)

    def _lasts(self, top: int) -> bool:
        """Whether a verb in the simple present tells more than how things stand now."""
        if self.tokens[top].lemma == "be":
            return self.found.child(top, "attr") is not None and self.found.child(top, "expl") is None
        return self.tokens[top].lemma.lower() not in LASTING | reporting()

    # -- figure --

    def _counts(self) -> bool:
        """Whether an amount is what is told."""
        if any(self._amounts(m) for m in self._mentioned("quantity")):
            return True
        return any(
            self.tokens[n].lemma.lower() in SHARES and (found := self._climb(n)) is not None
            and self.tokens[found[1]].lemma.lower() in _words("figure", "verb")
            for n in self.inside
        )  # fmt: skip

    def _amounts(self, mention: Mention) -> bool:
        """Whether a number is asserted, not only mentioned: "two men in a van" is not."""
        value, found = mention.value, self._path(mention)
        if not isinstance(value, Quantity) or value.kind == "age" or value.high == 1 or found is None:
            return False
        if self.account.witness.text[mention.span.end : mention.span.end + 1] == "-":
            return False
        measured = value.kind in {"money", "percentage"} or value.unit in _units()
        large = measured or bool(value.hedge) or value.high >= LARGE or value.high < 1
        return self._asserts(*found, value.unit in _units(), large)

    def _asserts(self, path: Sequence[int], top: int, unit: bool, large: bool) -> bool:
        """Whether the amount at the end of a path is what the clause tells of its main verb.

        :param unit: whether it measures; ``large``: whether it is told for its own sake anywhere.
        """
        role, verb = (self.tokens[path[-1]].dep if path else ""), self._verb(top)
        before = self.tokens[path[-1]].text.lower() if role == "prep" else ""
        if verb == "be":
            return role in PREDICATE | {"npadvmod"} or (role in CORE and large)
        if verb in _words("toll", "verb"):
            return role in CORE | {"prep"} and not unit
        if verb in _words("figure", "verb"):
            far = any(self.tokens[k].dep == "npadvmod" for k in path)  # "lie sixty kilometres off the coast"
            near = far or role in CORE | {"advmod", ""} or before in MEASURING
            return before == "by" or (large and near)  # "rose by two degrees"
        vague = bool(path) and self.tokens[path[0]].tag == "NNS" and self.tokens[path[0]].lemma in VAGUE
        return large and not vague and role in CORE and self._whole(path)

    def _verb(self, n: int) -> str:
        """A verb's lemma with its particle: "make up"."""
        k = self.found.child(n, "prt")
        return self.tokens[n].lemma.lower() + (f" {self.tokens[k].text.lower()}" if k is not None else "")

    def _whole(self, path: Sequence[int]) -> bool:
        """Whether a number counts the noun that stands in the clause: "a crowd of 41,200"."""
        return all(
            self.tokens[k].text.lower() in {"of", "worth"} for k in path if self.tokens[k].dep == "prep"
        )

    # -- statement --

    def _acts(self) -> bool:
        """Whether an act alone is told, though its verb may report: "recalled its ambassador"."""
        return self.said is not None and self._cued() and self.said.stance in ACTS


def _statement(unit: Unit, near: Sequence[Statement], tops: Sequence[Token]) -> Statement | None:
    """The innermost statement whose content is most of a unit, or else whose cue is its main verb."""
    size = unit.end - unit.start
    inner = [
        (sum(c.end - c.start for c in s.content), s.id, s)
        for s in near
        if 2 * sum(max(0, min(c.end, unit.end) - max(c.start, unit.start)) for c in s.content) >= size
    ]
    if inner:
        return min(inner, key=lambda row: row[:2])[2]
    starts = {t.start for t in tops}
    return next((s for s in near if any(c.start <= at < c.end for c in s.cue for at in starts)), None)


def _published(account: Annotated) -> date | None:
    """The day of publication, or else the last day that the account names."""
    days = [account.witness.published or ""]
    if not days[0]:
        days = sorted(
            (m.value.start or "" for m in account.mentions if isinstance(m.value, When)), reverse=True
        )
    return _iso(days[0]) if days else None


def _day(mention: Mention) -> date | None:
    """The last day of a time, as far as it is known."""
    when = mention.value
    return _iso(when.end or when.start or "") if isinstance(when, When) else None


def _iso(written: str) -> date | None:
    padded = written[:10] + {4: "-01-01", 7: "-01"}.get(len(written[:10]), "")
    try:
        return date.fromisoformat(padded)
    except ValueError:
        return None


@cache
def _words(kind: str, pos: str = "noun") -> frozenset[str]:
    """The words of the lexicon that show a kind, by part of speech."""
    return frozenset(r["word"] for r in lexicon("point-kinds") if (r["kind"], r["pos"]) == (kind, pos))


@cache
def _graded() -> frozenset[str]:
    return _words("judgement", "adj") | _words("judgement", "adverb")


@cache
def _units() -> frozenset[str]:
    """Units that measure, where others count things."""
    return frozenset(r["unit"] for r in lexicon("units")) | _times()


@cache
def _times() -> frozenset[str]:
    return frozenset({"second", "minute", "hour", "day", "week", "month", "year", "decade"})
