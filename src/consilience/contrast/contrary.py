"""One speaker says that a thing was so, another that it was not, in words of their own.

Where ``polarity`` compares sentences that are alike, this compares short answers: "the alarm was
ringing" against "It was not ringing", "There was no alarm", "we heard no alarm". A denial and an assertion
belong together when they share predicate and subject, when the denial answers the assertion in the
same account (a pronoun for the subject, another speaker, a few lines off), when what is said not to have
been there is the subject of what is said to have been going on, or when the account itself says that
one tells it differently (``data/disputes.tsv``). Other accounts that say either join their side.

Invariant: the two sides have different speakers, and the assertion is no denial.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..annotate.modality import denied
from ..data import lexicon
from ..model import Sentence, Span, Statement, Token
from .lists import listed
from .sheet import Line, Sheet, key_of, stop_words
from .slots import Finding, reach
from .wording import words_of

NEAR = 4
"""Sentences between an assertion and the answer to it, at most."""
RARE = 0.4
"""Least weight of the word that two claims share: a word in every line says nothing."""
LONGEST = 14
"""Most words of a denial whose subject is a pronoun: longer ones speak of more than they answer."""
PERCEIVED = listed("perceived")
PRONOUNS = listed("pronoun")
CONDITIONS = listed("open condition")
LEADS = listed("lead of a clause")
"""Words at the head of a clause that are no part of what it claims."""
CROWD = 200
"""Assertions with one predicate that a denial is held against, at most."""
SCORE = 0.8
SHOWN = 3
"""Speakers who deny it, named in the explanation, at most."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says was so, or was not.

    ``things`` are the normal forms of its subject, or of what is said not to have been there, the
    head first; ``act`` is the predicate's normal form, "" where only the thing is denied.
    """

    line: Line
    token: int
    things: tuple[str, ...]
    act: str
    denied: bool
    span: Span
    who: str
    key: str
    quoted: bool

    @property
    def place(self) -> tuple[int, int]:
        """Account and token, by which claims are put in order."""
        return self.line.account, self.token


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find assertions that other speakers deny."""
    claims = [c for i in range(len(laid.accounts)) for c in _claims(laid, i)]
    pairs = list(_pairs(laid, claims))
    for held in _families(claims, pairs):
        if len({c.line.account for c in held}) > 1:
            yield _finding(laid, held)


# -- reading --


def _claims(laid: Sheet, i: int) -> Iterator[Claim]:
    """Claims of an account about one thing each, in text order."""
    said = _said(laid, i)
    for line in laid.lines[i]:
        if line.sentence.kind in ("byline", "attribution", "boilerplate"):
            continue
        for token in range(line.sentence.first, line.sentence.last):
            found = _claim(laid, line, token)
            if found:
                things, act, no = found
                yield _made(laid, line, token, (things, act, no), said.get(token))


def _said(laid: Sheet, i: int) -> Mapping[int, Statement]:
    """The statement in which each token stands."""
    out: dict[int, Statement] = {}
    grown = laid.trees[i]
    for statement in laid.accounts[i].statements:
        for span in statement.content:
            for token in range(grown.at(span.start), grown.at(span.end - 1) + 1):
                out[token] = statement
    return out


def _made(
    laid: Sheet, line: Line, token: int, read: tuple[tuple[str, ...], str, bool], said: Statement | None
) -> Claim:
    account = laid.accounts[line.account]
    low, high = reach(laid.trees[line.account], token)
    words = [t.text.lower() for t in account.tokens[low:token]]
    low += next((k for k, word in enumerate(words) if word.isalnum() and word not in LEADS), len(words))
    span = Span(account.witness.id, account.tokens[low].start, account.tokens[high - 1].end)
    speaker = said.speaker if said else None
    if said is None or speaker is None or speaker.name.lower() in PRONOUNS:
        who = account.witness.outlet or account.witness.name
        return Claim(line, token, *read, span, who, who, said is not None and said.form != "indirect")
    return Claim(line, token, *read, span, speaker.name, speaker.key or speaker.name, said.form != "indirect")


def _claim(laid: Sheet, line: Line, token: int) -> tuple[tuple[str, ...], str, bool] | None:
    """Things, predicate and whether it is denied, of a token that makes a plain claim about the past."""
    grown = laid.trees[line.account]
    tokens, here = grown.tokens, grown.tokens[token]
    if here.pos not in ("VERB", "AUX") or not _past(grown.kids[token], tokens, token):
        return None
    lemma = here.lemma.lower()
    there = lemma == "be" and any(tokens[k].dep == "expl" for k in grown.kids[token])
    if there or lemma in PERCEIVED:
        thing = grown.child(token, "attr" if there else "dobj")
        if thing is not None and _none(grown.kids[thing], tokens):
            things = _things(tokens, grown.kids[thing], thing)
            return (things, "", True) if things else None
    subject = grown.child(token, "nsubj", "nsubjpass")
    key = key_of(tokens, token)
    if here.pos != "VERB" or subject is None or key is None or lemma in stop_words():
        return None
    no, things = denied(grown, token), _things(tokens, grown.kids[subject], subject)
    answers = no and tokens[subject].text.lower() in PRONOUNS
    return (things, key, no) if things or answers else None


def _none(kids: Sequence[int], tokens: Sequence[Token]) -> bool:
    """Whether a noun has "no" and nothing that narrows it: "no evidence against him" denies less."""
    narrowed = any(
        tokens[k].dep in ("acl", "relcl")
        or (tokens[k].dep == "prep" and tokens[k].text.lower() not in ("at", "in", "on"))
        for k in kids
    )
    return not narrowed and any(tokens[k].text.lower() == "no" for k in kids)


def _past(kids: Sequence[int], tokens: Sequence[Token], token: int) -> bool:
    """Whether a verb tells what was: no condition, wish or order, nothing to come."""
    helpers = [k for k in kids if tokens[k].dep in ("aux", "auxpass")]
    if any(tokens[k].tag in ("MD", "TO") for k in helpers):
        return False
    if any(tokens[k].dep == "mark" and tokens[k].text.lower() in CONDITIONS for k in kids):
        return False
    return any(tokens[k].tag == "VBD" for k in (*helpers, token))


def _things(tokens: Sequence[Token], kids: Sequence[int], head: int) -> tuple[str, ...]:
    """A noun and what it is compounded with, in normal form; nothing for a pronoun or a name."""
    words = [head, *(k for k in kids if tokens[k].dep == "compound")]
    return tuple(key for k in words if tokens[k].pos == "NOUN" and (key := key_of(tokens, k)))


# -- pairing --


def _pairs(laid: Sheet, claims: Sequence[Claim]) -> Iterator[tuple[int, int]]:
    """Denials (first) and the assertions that they deny, by number."""
    plain = [n for n, c in enumerate(claims) if not c.denied]
    by_act, by_thing = defaultdict(list), defaultdict(list)
    for n in plain:
        by_act[claims[n].act].append(n)
        for thing in claims[n].things:
            by_thing[thing].append(n)
    found: set[tuple[int, int]] = set()
    for d, claim in enumerate(claims):
        if claim.denied:
            others = by_act[claim.act] if claim.act else [n for t in claim.things for n in by_thing[t]]
            if not claim.things:
                others = [n for n in others if claims[n].line.account == claim.line.account]
            found |= {(d, a) for a in others[:CROWD] if _contrary(laid, claim, claims[a])}
    seeded = sorted({a for _, a in found})
    yield from sorted(found | set(_told_differently(laid, claims, seeded)))


def _contrary(laid: Sheet, no: Claim, yes: Claim) -> bool:
    """Whether a denial denies an assertion: an answer to it, or plainly about the same thing."""
    if no.key == yes.key:
        return False
    if not no.things:
        close = 0 < no.line.number - yes.line.number <= NEAR and no.line.account == yes.line.account
        return close and no.quoted and len(laid.text(no.span).split()) <= LONGEST
    if no.things[0] != yes.things[0] or laid.weights.get(no.things[0], 0.0) < RARE:
        return False
    # Two compounds of one noun are two things: "no fog signal", "the traffic signal was red".
    if len(no.things) > 1 and len(yes.things) > 1 and not set(no.things[1:]) & set(yes.things[1:]):
        return False
    apart = _object(laid, no) or _object(laid, yes) or not (no.act or _going_on(laid, yes))
    apart = apart or _elsewhere(laid, no, yes) or _one_wording(laid, no, yes) or _of_others(laid, no, yes)
    return not apart and laid.weights.get(yes.act, 0.0) >= RARE


def _going_on(laid: Sheet, claim: Claim) -> bool:
    """ "Was sounding", "were fired": what is said to be going on or done is said to be there."""
    tokens = laid.accounts[claim.line.account].tokens
    helped = laid.trees[claim.line.account].child(claim.token, "aux", "auxpass") is not None
    return helped and tokens[claim.token].tag in ("VBG", "VBN")


def _object(laid: Sheet, claim: Claim) -> bool:
    """Whether an act is done to something: then sameness of subject and verb says too little."""
    return bool(claim.act) and laid.trees[claim.line.account].child(claim.token, "dobj", "dative") is not None


def _elsewhere(laid: Sheet, no: Claim, yes: Claim) -> bool:
    """Whether two acts go with other things: "not involved in smuggling", "involved in a collision"."""
    left, right = (set(_with(laid, claim)) for claim in (no, yes))
    return bool(left and right) and not left & right


def _of_others(laid: Sheet, no: Claim, yes: Claim) -> bool:
    """Whether the things are of different names: "a clerk of Orsund", "a clerk of Velden"."""
    left, right = (_names(laid, claim) for claim in (no, yes))
    return bool(left and right) and not left & right


def _names(laid: Sheet, claim: Claim) -> set[str]:
    """Entities named in the subject of a claim."""
    grown, account = laid.trees[claim.line.account], laid.accounts[claim.line.account]
    subject = grown.child(claim.token, "nsubj", "nsubjpass")
    if subject is None:
        return set()
    low, high = account.tokens[grown.left[subject]].start, account.tokens[grown.right[subject]].end
    found = laid.mentions[claim.line.account].get(claim.line.number, ())
    return {m.value for m in found if isinstance(m.value, str) and low <= m.span.start < high}


def _one_wording(laid: Sheet, no: Claim, yes: Claim) -> bool:
    """Whether two claims are the same words: "a no-tax budget", "a no tax budget"."""
    spans = ((laid.accounts[c.line.account].witness.text, c.span) for c in (no, yes))
    words = [words_of(text, span.start, span.end)[0] for text, span in spans]
    return words[0] == words[1]


def _with(laid: Sheet, claim: Claim) -> Iterator[str]:
    """Normal forms of the nouns that hang on an act by a preposition."""
    tokens, grown = laid.accounts[claim.line.account].tokens, laid.trees[claim.line.account]
    for prep in grown.children(claim.token, "prep") if claim.act else ():
        yield from (key for k in grown.children(prep, "pobj") if (key := key_of(tokens, k)))


def _told_differently(
    laid: Sheet, claims: Sequence[Claim], seeded: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Denials before words such as "tells it differently", with the assertion that follows them.

    Only assertions that some denial meets already: the words tell that two tellings part, not where.
    """
    for i, account in enumerate(laid.accounts):
        for n in said_open(account.tokens, [line.sentence for line in laid.lines[i]], "claim"):
            after = [a for a in seeded if claims[a].line.account == i and 0 <= claims[a].line.number - n <= 2]
            for d, no in enumerate(claims):
                if no.denied and not no.act and no.line.account == i and 0 < n - no.line.number <= NEAR:
                    yield from ((d, a) for a in after if claims[a].key != no.key)


def said_open(tokens: Sequence[Token], sentences: Sequence[Sentence], about: str) -> Iterator[int]:
    """Numbers of the sentences that say a claim or a figure is disputed (``data/disputes.tsv``)."""
    for number, s in enumerate(sentences):
        words = f" {' '.join([t.lemma.lower() for t in tokens[s.first : s.last]])} "
        if any(cue in words for cue in _cues(about)):
            yield number


@cache
def _cues(about: str) -> tuple[str, ...]:
    return tuple(f" {row['words']} " for row in lexicon("disputes") if row["about"] == about)


# -- putting together --


def _families(claims: Sequence[Claim], pairs: Sequence[tuple[int, int]]) -> Iterator[list[Claim]]:
    """Claims joined by pairs, with those of any account that say the same as one of them."""
    alike: dict[tuple[bool, str, str], list[int]] = defaultdict(list)
    for n, claim in enumerate(claims):
        if claim.things:
            alike[claim.denied, claim.act, claim.things[0]].append(n)
    families: list[set[int]] = []
    for pair in pairs:
        meant = {n for m in pair for n in _same(claims, m, alike)}
        met = [f for f in families if f & meant]
        families = [f for f in families if f not in met] + [meant.union(*met)]
    for family in families:
        yield [claims[n] for n in sorted(family, key=lambda n: claims[n].place)]


def _same(claims: Sequence[Claim], m: int, alike: Mapping[tuple[bool, str, str], list[int]]) -> Iterator[int]:
    """Claims that deny the same thing, or say the same of it."""
    yield m
    mine = claims[m]
    for n in alike.get((mine.denied, mine.act, mine.things[0]), ()) if mine.things else ():
        if claims[n].things == mine.things or not mine.act:
            yield n


def _finding(laid: Sheet, held: Sequence[Claim]) -> Finding:
    sides = tuple((c.span, _value(laid, c)) for c in held)
    yes, no = ([c for c in held if c.denied is side] for side in (False, True))
    asserted = f"{_who(yes[0])} says “{laid.text(yes[0].span)}”"
    firsts: dict[str, Claim] = {}
    for claim in sorted(no, key=lambda c: (c.key not in laid.entities, not c.quoted, c.place)):
        firsts.setdefault(claim.key, claim)
    told = "; ".join(f"{_who(c)}: “{laid.text(c.span)}”" for c in list(firsts.values())[:SHOWN])
    point = laid.point_of.get((yes[0].line.account, yes[0].line.number))
    return Finding("polarity", sides, f"{asserted}, which others deny: {told}.", None, SCORE, point)


def _who(claim: Claim) -> str:
    return " ".join(claim.who.split()[:6])


def _value(laid: Sheet, claim: Claim) -> str:
    """What is said, and by whom: "not sounding (Tora Lind)"."""
    tokens = laid.accounts[claim.line.account].tokens
    words = tokens[claim.token].text.lower() if claim.act else claim.things[0]
    who = _who(claim).removeprefix("The ").removeprefix("the ")
    return f"{('not ' if claim.act else 'no ') if claim.denied else ''}{words} ({who})"
