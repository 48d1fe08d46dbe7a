"""A headline against its own body: what it states or names that the body does not bear out.

Three things that can be pointed at: a figure of the headline that no figure of the body comes near, a
person or body that it names and the body does not, and a sentence stated as fact where the body only
reports somebody as saying it, or hedges it. Says nothing of why; a headline that quotes, asks or names
its speaker states no fact.

Invariant: each row has a passage of the headline first; of a fact, the passages of the body follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from math import inf

from ..annotate.cues import speaks, stance
from ..data import lexicon
from ..model import Annotated, Mention, Quantity, Span, Statement, Token
from .lists import listed
from .sheet import BODY, Line, Sheet

Row = tuple[str, str, str, tuple[Span, ...]]
"""Kind (figure, name or fact), the person named if any, a sentence, passages."""

LEAST = 60
"""Words of a body under which nothing is said of what it lacks."""
CLOSE = 0.1
"""Share by which two figures may differ and be one, rounded."""
TELLS, TOUCHES = 0.6, 0.4
"""Share of a headline's words from which a line of the body tells the same, or may."""
WORDS = 3
"""Content words, a verb among them, that a headline and a line must share to tell the same."""
UNSTATED = frozenset({"MD", "WRB", "WP", "WDT"})
"""Tags of modal verbs and question words."""
DURATIONS = listed("duration")
"""Units of which a body may give the dates instead: "in four years", since 2027."""
QUOTES = re.compile("[“”‘\"«»„]|(?<!\\w)['’]|\\?|:")
HEDGED = frozenset({"possible", "probable", "uncommitted"})
ABLE = frozenset({"can", "ca"})
"""Modal verbs of what one is able to do, which hedge nothing."""


def headline(laid: Sheet, i: int) -> Iterator[Row]:
    """What the headline of an account has that its body does not bear out."""
    account = laid.accounts[i]
    body = [line for line in laid.lines[i] if line.sentence.kind in BODY]
    if sum(line.sentence.last - line.sentence.first for line in body) >= LEAST:
        text = " ".join(account.witness.text[x.sentence.start : x.sentence.end] for x in body)
        for line in laid.lines[i]:
            if line.sentence.kind == "title":
                yield from _figures(account, line, text)
                yield from _names(account, line, text)
                yield from _fact(laid, line, body)


def _mentions(account: Annotated, line: Line) -> Iterator[Mention]:
    for mention in account.mentions:
        if line.sentence.start <= mention.span.start < line.sentence.end:
            yield mention


# -- figures and names --


def _figures(account: Annotated, line: Line, text: str) -> Iterator[Row]:
    others = [
        m.value
        for m in account.mentions
        if isinstance(m.value, Quantity) and not line.sentence.start <= m.span.start < line.sentence.end
    ]
    for mention in _mentions(account, line):
        value = mention.value
        words = mention.span.of(account.witness.text)
        digits = re.findall(r"\d[\d.,]*\d|\d", words)
        if not isinstance(value, Quantity) or not value.unit or value.unit in DURATIONS:
            continue  # "2031" is a year, "400" may be anything
        if not digits or any(d in text for d in digits):
            continue
        if not any(_meets(value, other) for other in others) and not _sums(value, others):
            yield (
                "figure",
                "",
                f"“{words}” stands in the headline; no figure of the body comes near it.",
                (mention.span,),
            )


def _meets(a: Quantity, b: Quantity) -> bool:
    (low, high), (least, most) = _bounds(a), _bounds(b)
    slack = CLOSE * max(abs(low), abs(least))
    return low <= most + slack and least <= high + slack


def _bounds(value: Quantity) -> tuple[float, float]:
    """The bounds of a figure, an open one by the number that is told: "at least 90" is about 90."""
    low, high = value.low, value.high
    return low, high if high < inf else low


def _sums(a: Quantity, others: list[Quantity]) -> bool:
    """Whether two figures of the body make up the headline's: 104 passengers and eight of the crew, 112."""
    lows = sorted({q.low for q in others})
    return any(x + y == a.low for n, x in enumerate(lows) for y in lows[n:])


def _names(account: Annotated, line: Line, text: str) -> Iterator[Row]:
    start, end = line.sentence.start, line.sentence.end
    elsewhere = {
        m.value for m in account.mentions if not start <= m.span.start < end and isinstance(m.value, str)
    }
    plain = text.casefold()
    for mention in _mentions(account, line):
        if mention.kind not in ("person", "body") or mention.value in elsewhere:
            continue
        name = mention.span.of(account.witness.text)
        # "Dutch" bears out "Dutchman", "W.H.O." the initials of its name.
        parts = [p.casefold()[:4] for p in re.findall(r"\w{3,}", name)]
        # "Ann Poe: why I left" names the one who writes.
        writes = (
            account.witness.text[mention.span.end :].lstrip()[:1] == ":" or name in account.witness.authors
        )
        named = any(p in plain for p in parts) or _initials(name, text)
        if mention.how == "name" and parts and not named and not writes:
            says = f"“{name}” stands in the headline; the body does not name it."
            yield "name", name, says, (mention.span,)


def _initials(name: str, text: str) -> bool:
    letters = re.sub(r"\W", "", name)
    first = "".join(w[0] for w in re.findall(r"\b[A-Z]\w+", name))
    spelled = "".join(w[0] for w in re.findall(r"\b[A-Z]\w+", text))
    return (letters.isupper() and letters in spelled) or (len(first) > 1 and first in text)


# -- facts --


def _fact(laid: Sheet, line: Line, body: list[Line]) -> Iterator[Row]:
    account = laid.accounts[line.account]
    words = account.witness.text[line.sentence.start : line.sentence.end].strip()
    tokens = account.tokens[line.sentence.first : line.sentence.last]
    # "How the cook escaped", "Both sides should talk", "…, inspectors claim": no fact is stated.
    told_so = QUOTES.search(words) is None and not any(
        t.tag in UNSTATED or _says(t, "neutral", "claims") for t in tokens
    )
    if not told_so or _attributed(laid, line, set(line.keys)) or not _verbs(laid, line):
        return
    told = []
    for other in body:
        shared = line.keys.keys() & other.keys.keys()
        share = sum(laid.weights[k] for k in sorted(shared)) / line.norm if line.norm else 0.0
        how = _attributed(laid, other, shared)
        if share >= TOUCHES and not how:
            return  # the body states it too, or something so near it that it may
        if share >= TELLS and len(shared) >= WORDS and shared & _verbs(laid, line):
            told.append((share, other, how))
    if told:
        _, other, how = max(told, key=lambda row: (row[0], -row[1].number))
        spans = (_span(laid, line), *(_span(laid, x) for _, x, _ in told))
        yield "fact", "", f"“{words}” is stated in the headline; the body has it only {how}.", spans


def _span(laid: Sheet, line: Line) -> Span:
    return Span(laid.accounts[line.account].witness.id, line.sentence.start, line.sentence.end)


def _verbs(laid: Sheet, line: Line) -> set[str]:
    tokens = laid.accounts[line.account].tokens
    return {k for k, places in line.keys.items() if any(tokens[p].pos == "VERB" for p in places)}


def _attributed(laid: Sheet, line: Line, keys: set[str]) -> str:
    """How a line holds some words at a distance: as said by somebody, or hedged; "" where it does not."""
    account = laid.accounts[line.account]
    places = [account.tokens[p] for k in sorted(keys) for p in line.keys[k]]
    for statement in account.statements:
        inside = [t for t in places if any(c.start <= t.start < c.end for c in statement.content)]
        if places and 2 * len(inside) >= len(places) and _reported(laid, line.account, statement):
            who = statement.speaker.name if statement.speaker else "somebody"
            opens = who.partition(" ")[0] in ("A", "An", "The")
            return f"as said by {who[0].lower() + who[1:] if opens else who}"
    tokens = account.tokens[line.sentence.first : line.sentence.last]
    hedge = next((t.text for t in tokens if t.text.lower() in hedges()), "")
    return f"with “{hedge}”" if hedge else ""


def _reported(laid: Sheet, account: int, statement: Statement) -> bool:
    """Whether a statement is somebody's word: not a decision, a vote or a wish, which are acts themselves."""
    grown = laid.trees[account]
    words = [t for c in statement.cue for t in grown.tokens[grown.at(c.start) : grown.at(c.end - 1) + 1]]
    # "charged" may be an act of the police
    return any(_says(t, "neutral") or t.text.lower() == "according" for t in words)


def _says(token: Token, *stances: str) -> bool:
    return speaks(token) and stance([token])[1] in stances


@cache
def hedges() -> frozenset[str]:
    """Words by which an account keeps its distance from what it tells: "could", "perhaps", "reportedly"."""
    modal = {
        r["word"] for r in lexicon("modals") if r["modality"] in HEDGED and r["kind"] in ("aux", "adverb")
    }
    return frozenset(modal - ABLE | {r["word"] for r in lexicon("hearsay")})
