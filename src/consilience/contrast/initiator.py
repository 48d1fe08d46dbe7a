"""Who sought the contact: who asked for the call, phoned, or offered talks.

Reads claims of the form "X asked Y for a meeting", "X phoned Y", "X and Y spoke at Y's request"
(``data/initiating.tsv``), counts a minister for the state of his office, and compares claims that
turn the two sides round. Reads nothing else into a verb.

Invariant: both claims name the same two sides, in opposite parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ..data import lexicon
from ..model import Mention, Role, Span
from .sheet import Line, Sheet
from .slots import Finding, reach, verb_above

NAMED = frozenset({"person", "place", "body", "group"})


@dataclass(frozen=True, slots=True)
class Claim:
    """Who sought a contact with whom: sides by name, the words, and who is named as seeking it."""

    account: int
    span: Span
    asker: str
    asked: str
    shown: str


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find claims that turn the two sides round."""
    sides = _sides(laid)
    claims = [c for rows in laid.lines for line in rows for c in _claims(laid, line, sides)]
    for n, a in enumerate(claims):
        for b in claims[n + 1 :]:
            if a.account != b.account and (a.asker, a.asked) == (b.asked, b.asker):
                says = f"Who sought the contact differs: {a.shown} in one account, {b.shown} in another."
                yield Finding("initiator", ((a.span, a.asker), (b.span, b.asker)), says, None, 0.7)


def _sides(laid: Sheet) -> Mapping[str, str]:
    """State or body that each person speaks for, by the offices given in any account."""
    out: dict[str, str] = {}
    for account in laid.accounts:
        for mention in account.mentions:
            role = mention.value
            if isinstance(role, Role) and role.holder and role.of:
                out.setdefault(role.holder, role.of)
    return out


def _claims(laid: Sheet, line: Line, sides: Mapping[str, str]) -> Iterator[Claim]:
    tokens, grown = laid.accounts[line.account].tokens, laid.trees[line.account]
    for i in range(line.sentence.first, line.sentence.last):
        token = tokens[i]
        lemma = token.lemma.lower()
        if token.pos == "VERB" and lemma in _lemmas("verb") | _lemmas("contact"):
            low, high = reach(grown, i)
            contact = lemma in _lemmas("contact") or _has_contact(laid, line, i, high)
            if contact and not _other_sense(laid, line, i):
                yield from _claim(laid, line, sides, (i, low, high))
        elif lemma == "request" and token.pos == "NOUN" and i and tokens[i - 1].text.lower() == "at":
            yield from _at_request(laid, line, sides, i)


@cache
def _lemmas(kind: str) -> frozenset[str]:
    return frozenset(row["lemma"] for row in lexicon("initiating") if row["kind"] == kind)


def _has_contact(laid: Sheet, line: Line, i: int, high: int) -> bool:
    tokens = laid.accounts[line.account].tokens
    return any(tokens[k].lemma.lower() in _lemmas("noun") for k in range(i + 1, min(high, i + 8)))


def _other_sense(laid: Sheet, line: Line, i: int) -> bool:
    """ "Called for calm", "called him a liar", "asked whether", "picked a team", "did not call"."""
    tokens, grown = laid.accounts[line.account].tokens, laid.trees[line.account]
    after, lemma = tokens[i + 1].text.lower() if i + 1 < len(tokens) else "", tokens[i].lemma.lower()
    if lemma == "pick":
        return after != "up"
    if lemma in ("call", "ring") and (after in ("on", "for") or grown.child(i, "oprd") is not None):
        return True
    return grown.child(i, "neg", "ccomp", "nsubjpass") is not None


def _claim(laid: Sheet, line: Line, sides: Mapping[str, str], at: tuple[int, int, int]) -> Iterator[Claim]:
    """The subject sought the contact; the first other side named after the verb was sought."""
    i, low, high = at
    subject = _subject(laid, line, i)
    if subject is None:
        return
    asker = _side(laid, subject, sides)
    tokens = laid.accounts[line.account].tokens
    for mention in _named(laid, line):
        if tokens[i].start < mention.span.start < tokens[high - 1].end:
            asked = _side(laid, mention, sides)
            if asker and asked and asked != asker:
                yield _made(laid, line, (low, high), (asker, asked), f"{laid.text(subject.span)} sought it")
                return


def _at_request(laid: Sheet, line: Line, sides: Mapping[str, str], i: int) -> Iterator[Claim]:
    """ "X had a call with Y at request": the other side asked, as the account speaks for X."""
    tokens, grown = laid.accounts[line.account].tokens, laid.trees[line.account]
    verb = verb_above(grown, i)
    if verb is None:
        return
    low, high = reach(grown, verb)
    subject = _subject(laid, line, verb)
    others = [m for m in _named(laid, line) if subject is not None and m.span.start > subject.span.end]
    for mention in others:
        asked, asker = _side(laid, subject, sides) if subject else "", _side(laid, mention, sides)
        if asked and asker and asked != asker and tokens[i].start >= mention.span.end:
            yield _made(laid, line, (low, high), (asker, asked), f"{laid.text(mention.span)} asked for it")
            return


def _made(laid: Sheet, line: Line, part: tuple[int, int], sides: tuple[str, str], shown: str) -> Claim:
    account = laid.accounts[line.account]
    span = Span(account.witness.id, account.tokens[part[0]].start, account.tokens[part[1] - 1].end)
    return Claim(line.account, span, sides[0], sides[1], shown)


def _named(laid: Sheet, line: Line) -> tuple[Mention, ...]:
    found = laid.mentions[line.account].get(line.number, ())
    return tuple(m for m in found if m.kind in NAMED and isinstance(m.value, str))


def _subject(laid: Sheet, line: Line, i: int) -> Mention | None:
    """The name that ends latest inside the subject of a predicate."""
    grown, tokens = laid.trees[line.account], laid.accounts[line.account].tokens
    child = grown.child(i, "nsubj")
    if child is None:
        return None
    low, high = tokens[grown.left[child]].start, tokens[grown.right[child]].end
    inside = [m for m in _named(laid, line) if low <= m.span.start < high]
    head = [m for m in inside if m.span.start <= tokens[child].start < m.span.end]
    found = head or inside
    return found[-1] if found else None


def _side(laid: Sheet, mention: Mention, sides: Mapping[str, str]) -> str:
    key = mention.value if isinstance(mention.value, str) else ""
    if key in sides:
        return sides[key]
    entity = laid.entities.get(key)
    return entity.name if entity else key
