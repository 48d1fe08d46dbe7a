"""How many sides stand behind a thing: "both sides agreed" against "one side proposed".

Reads who is said to have agreed on something and who to have proposed, demanded or insisted on it alone
(``data/agreeing.tsv``), and reports the two where they speak of the same matter and the account with one
side nowhere tells of an agreement on it. Does not ask whether a proposal came before the agreement.

Invariant: one reading has two sides or more that agreed, the other one side that wants the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ..annotate.modality import denied
from ..data import lexicon
from ..model import Span
from .sheet import Line, Sheet, key_of, overlap
from .slots import Finding

ALIKE = 0.5
"""Least likeness of the two matters."""
SHOWN = 5
"""Most words of who wants it that an explanation repeats."""
LEAST = 2
"""Fewest words of sense that the two matters share."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is agreed on, or wanted by one side: its words by weight."""

    line: Line
    span: Span
    agreed: bool
    matter: Mapping[str, float]
    who: str


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find what is agreed in one account and one side's wish in another."""
    claims = [c for rows in laid.lines for line in rows for c in _claims(laid, line)]
    agreed = [c for c in claims if c.agreed]
    for wish in (c for c in claims if not c.agreed):
        if any(a.line.account == wish.line.account and _one_matter(a, wish) for a in agreed):
            continue
        for pact in agreed:
            if pact.line.account != wish.line.account and _one_matter(pact, wish):
                says = (
                    f"One account tells that they agreed (“{laid.text(pact.span)}”), another only that "
                    f"it is wanted by {wish.who}: “{laid.text(wish.span)}”."
                )
                both = (pact.span, "agreed"), (wish.span, f"wanted by {wish.who}")
                sides = sorted(both, key=lambda side: laid.index[side[0].witness])
                score = 0.4 + 0.4 * overlap(pact.matter, wish.matter)
                yield Finding("agreement", tuple(sides), says, None, min(score, 0.9))


def _one_matter(a: Claim, b: Claim) -> bool:
    return len(a.matter.keys() & b.matter.keys()) >= LEAST and overlap(a.matter, b.matter) >= ALIKE


@cache
def _lemmas(kind: str) -> frozenset[str]:
    return frozenset(row["lemma"] for row in lexicon("agreeing") if row["kind"] == kind)


def _claims(laid: Sheet, line: Line) -> Iterator[Claim]:
    """Verbs of agreeing with two sides, and of wishing with one, each with its matter."""
    grown, tokens = laid.trees[line.account], laid.accounts[line.account].tokens
    for i in range(line.sentence.first, line.sentence.last):
        lemma = tokens[i].lemma.lower()
        kind = next((k for k in ("agree", "wish") if lemma in _lemmas(k)), "")
        subject = grown.child(i, "nsubj") if kind and tokens[i].pos == "VERB" else None
        unreal = any(tokens[k].tag in ("MD", "TO") for k in grown.children(i, "aux"))
        if subject is None or unreal or denied(grown, i):
            continue
        both = _several(laid, line, subject)
        matter = _matter(laid, line, i)
        if both is (kind == "agree") and len(matter) >= LEAST:
            low, high = grown.left[subject], max(grown.right[k] for k in (i, *grown.kids[i]))
            span = Span(laid.accounts[line.account].witness.id, tokens[low].start, tokens[high].end)
            yield Claim(line, span, kind == "agree", matter, _who(laid, line, subject))


def _who(laid: Sheet, line: Line, subject: int) -> str:
    """A subject in its words, at most ``SHOWN`` tokens, its article small: "the harbour board"."""
    grown, account = laid.trees[line.account], laid.accounts[line.account]
    first, last = grown.left[subject], min(grown.right[subject], grown.left[subject] + SHOWN - 1)
    words = account.witness.text[account.tokens[first].start : account.tokens[last].end]
    small = grown.tokens[first].pos in ("DET", "PRON") and words[:2] != "I "
    return " ".join((words[0].lower() + words[1:] if small else words).split())


def _several(laid: Sheet, line: Line, i: int) -> bool:
    """Whether a subject is both sides: "both", "the two sides", "A and B"."""
    grown, tokens = laid.trees[line.account], laid.accounts[line.account].tokens
    words = {tokens[k].text.lower() for k in (i, *grown.kids[i])}
    return bool(words & _lemmas("both")) or grown.child(i, "conj") is not None


def _matter(laid: Sheet, line: Line, i: int) -> Mapping[str, float]:
    """Words of sense below a verb, its times apart."""
    grown, tokens = laid.trees[line.account], laid.accounts[line.account].tokens
    parts = [
        k for k in grown.kids[i] if k > i and tokens[k].dep in ("xcomp", "ccomp", "advcl", "dobj", "prep")
    ]
    found: dict[str, float] = {}
    for part in parts:
        for k in range(grown.left[part], grown.right[part] + 1):
            key = key_of(tokens, k)
            if key is not None and tokens[k].ent not in ("DATE", "TIME"):
                found[key] = laid.weights.get(key, 0.0)
    return found
