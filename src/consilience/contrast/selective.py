"""One half of an utterance quoted, the other dropped: "We will strike", without "but our door is open".

Looks for utterances inside quotation marks that a hinge divides in two ("but", "unless",
``data/hinges.tsv``), and for other accounts that quote one half and carry the other nowhere. Halves
joined by "and" are left aside: to quote one of two things is how quotations are cut. Does not judge
why a half is left out; a half that is told in other words counts as carried.

Invariant: the words kept stand inside a quotation of the account named, and both halves inside one
quotation of another account, by the same speaker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..annotate.tree import VERBAL, Tree
from ..data import lexicon
from ..model import Annotated, Point, Reading, Selection, Sentence, Span, Speaker, Statement
from .sheet import Sheet, sheet
from .silences import Rereading, breaks_off

KEPT = 0.6
"""Share of a half's words, by weight, that an account must have in the sentence where it quotes it."""
QUOTED = 2
"""Words of the half that must stand inside its quotation marks."""
OTHER, SENSE = 0.3, 0.5
"""Share of the other half's words in one line, or nearness of a line, from which it may be carried."""
WORD = re.compile(r"\w+")
LEAST = 1
"""Content words that each half must have; what is kept has ``QUOTED`` in any case."""


@dataclass(frozen=True, slots=True)
class _Utterance:
    """Two halves of one quotation, in text order, and the hinge between or before them."""

    account: int
    speaker: Speaker | None
    halves: tuple[Span, Span]
    hinge: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence of a quotation: content words inside it and in its line, and all words of the line."""

    speaker: Speaker
    span: Span
    inside: frozenset[str]
    around: frozenset[str]
    words: frozenset[str]


def selective(accounts: Sequence[Annotated], laid: Sheet | None = None) -> tuple[Selection, ...]:
    """Find accounts that quote one half of an utterance and drop the other, in story order.

    >>> selective([])
    ()

    :param laid: the accounts side by side, if they are laid so already.
    """
    laid = laid or sheet(accounts)
    pieces = [list(_pieces(laid, i)) for i in range(len(laid.accounts))]
    uttered = [u for i in range(len(laid.accounts)) for u in _utterances(laid, i)]
    near = [
        (u, n, kept)
        for u in uttered
        for n in (0, 1)
        for i in range(len(laid.accounts))
        if i != u.account and (kept := _kept(laid, u, n, pieces[i])) is not None
    ]
    reading = Rereading(laid, [_point(laid, u, 1 - n) for u, n, _ in near])
    whole = {a.witness.id for a in laid.accounts if not breaks_off(a)}
    found: dict[Span, list[tuple[_Utterance, int, float]]] = {}
    for u, n, kept in near:
        score = _dropped(laid, reading, u, 1 - n, kept) if kept.witness in whole else 0.0
        if score:
            found.setdefault(kept, []).append((u, n, score))
    rows = [_selection(laid, kept, sides) for kept, sides in found.items()]
    return tuple(sorted(rows, key=lambda s: (laid.index[s.witness], s.kept)))


# -- utterances of two halves --


@cache
def hinges() -> Mapping[str, str]:
    """Word to how it joins: contrast or clause."""
    return {row["word"]: row["sort"] for row in lexicon("hinges")}


def _utterances(laid: Sheet, i: int) -> Iterator[_Utterance]:
    account, grown = laid.accounts[i], laid.trees[i]
    seen = set[tuple[Span, Span]]()
    for statement in account.statements:
        if statement.form in ("direct", "mixed"):
            for halves, hinge in _divided(account, grown, statement):
                full = all(len(_keys(laid, h)) >= LEAST for h in halves)
                if full and halves not in seen:
                    seen.add(halves)
                    yield _Utterance(i, statement.speaker, halves, hinge)


def _divided(
    account: Annotated, grown: Tree, statement: Statement
) -> Iterator[tuple[tuple[Span, Span], str]]:
    """Pairs of halves of a statement's quotation, with the hinge."""
    said = [s for s in statement.content if _quoted(account, s)]
    for span in said:
        first, last = grown.at(span.start), grown.at(span.end - 1)
        for t in range(first, min(last + 1, len(grown.tokens))):
            sort = hinges().get(grown.tokens[t].text.lower())
            pair = None
            if sort == "contrast":
                pair = _at_contrast(account, grown, said, t)
            elif sort == "clause" and grown.tokens[t].dep in ("mark", "advmod"):
                pair = _at_clause(account, grown, span, t)
            if pair is not None and all(_has_verb(grown, half) for half in pair):
                yield pair, grown.tokens[t].text.lower()


def _quoted(account: Annotated, span: Span) -> bool:
    """Whether a stretch stands inside quotation marks."""
    text = account.witness.text
    before, after = text[max(0, span.start - 2) : span.start + 1], text[span.end - 1 : span.end + 3]
    return any(c in "“\"‘'«" for c in before) or any(c in "”\"’'»" for c in after)


def _at_contrast(account: Annotated, grown: Tree, said: Sequence[Span], t: int) -> tuple[Span, Span] | None:
    """What stands before the hinge and after it in its sentence, or the sentence before if it opens one."""
    sentence, here = grown.within(t), account.witness.id
    token = grown.tokens[t]
    inside = next(s for s in said if s.start <= token.start < s.end)
    right = Span(here, token.start, min(sentence.end, inside.end))
    start = max(sentence.start, inside.start)
    if any(c.isalnum() for c in account.witness.text[start : token.start]):
        return Span(here, start, token.start), right
    before = grown.sentences[grown.sentence[t] - 1] if grown.sentence[t] else None
    if before is None or before.paragraph != sentence.paragraph:
        return None
    left = _inside(before, said, here)
    return (left, right) if left is not None else None


def _inside(sentence: Sentence, said: Sequence[Span], here: str) -> Span | None:
    """The part of a sentence that lies in a quotation."""
    for span in said:
        start, end = max(sentence.start, span.start), min(sentence.end, span.end)
        if start < end:
            return Span(here, start, end)
    return None


def _at_clause(account: Annotated, grown: Tree, inside: Span, t: int) -> tuple[Span, Span] | None:
    """A subordinate clause and its main clause, in text order."""
    verb = grown.tokens[t].head
    sentence, here = grown.within(t), account.witness.id
    if grown.tokens[verb].dep != "advcl" or grown.left[verb] != t:
        return None
    end = grown.tokens[grown.right[verb]].end
    start = grown.tokens[t].start
    low, high = max(sentence.start, inside.start), min(sentence.end, inside.end)
    if start - low <= 2:  # "If they withdraw, we will talk"
        return (Span(here, start, end), Span(here, end, high)) if end < high else None
    return Span(here, low, start), Span(here, start, min(end, high))


def _has_verb(grown: Tree, half: Span) -> bool:
    """Whether a half has a verb: "poor but honest" has two words and no halves."""
    first, last = grown.at(half.start), grown.at(half.end - 1)
    return any(grown.tokens[i].pos in VERBAL for i in range(first, min(last + 1, len(grown.tokens))))


# -- one half kept, the other dropped --


def _keys(laid: Sheet, span: Span) -> dict[str, float]:
    """Content words of a stretch with their weights."""
    i, out = laid.index[span.witness], {}
    line = laid.line_at(i, span.start)
    tokens = laid.accounts[i].tokens
    for key, places in line.keys.items() if line is not None else ():
        if any(span.start <= tokens[p].start < span.end for p in places):
            out[key] = laid.weights[key]
    return out


def _pieces(laid: Sheet, i: int) -> Iterator[_Piece]:
    """Sentences of an account's quotations, whose they are, and the words in them and about them."""
    for statement in laid.accounts[i].statements:
        if statement.form in ("direct", "mixed") and statement.speaker is not None:
            for span in (s for s in statement.content if _quoted(laid.accounts[i], s)):
                for line in _lines(laid, i, span):
                    piece = Span(span.witness, max(span.start, line.start), min(span.end, line.end))
                    around = laid.line_at(i, piece.start)
                    words = frozenset(
                        WORD.findall(laid.text(Span(span.witness, line.start, line.end)).lower())
                    )
                    keys = frozenset(around.keys if around is not None else ())
                    yield _Piece(statement.speaker, piece, frozenset(_keys(laid, piece)), keys, words)


def _kept(laid: Sheet, uttered: _Utterance, n: int, pieces: Sequence[_Piece]) -> Span | None:
    """The words of an account's quotation, by the same speaker, that give half ``n`` nearly word for word.

    "Close it" does not quote "the mine must go".
    """
    half = _keys(laid, uttered.halves[n])
    words = set(WORD.findall(laid.text(uttered.halves[n]).lower()))
    for piece in pieces:
        if len(half.keys() & piece.inside) >= QUOTED and _same(piece.speaker, uttered.speaker):
            held = sum(half[k] for k in sorted(half.keys() & piece.around))
            if held >= KEPT * sum(half.values()) and len(words & piece.words) >= KEPT * len(words):
                return piece.span
    return None


def _lines(laid: Sheet, i: int, span: Span) -> Iterator[Sentence]:
    grown = laid.trees[i]
    first, last = (
        grown.sentence[min(grown.at(x), len(grown.tokens) - 1)] for x in (span.start, span.end - 1)
    )
    for sentence in grown.sentences[first : last + 1]:
        if sentence.start < span.end and span.start < sentence.end:
            yield sentence


def _same(a: Speaker | None, b: Speaker | None) -> bool:
    """Whether two speakers are one; who is not named is nobody in particular."""
    return a is not None and b is not None and (a.key == b.key if a.key and b.key else a.name == b.name)


def _dropped(laid: Sheet, reading: Rereading, uttered: _Utterance, n: int, kept: Span) -> float:
    """How sure that an account carries half ``n`` nowhere; 0 where it may."""
    near, held = reading.nearness(_point(laid, uttered, n), kept.witness)
    if held >= OTHER or near >= SENSE or _turns(laid, kept):
        return 0.0
    return round(1 - max(near, held, 0.0) / 2, 3)


def _turns(laid: Sheet, kept: Span) -> bool:
    """Whether the account goes on with a turn of its own, or marks what it cut: "… but offered talks"."""
    i = laid.index[kept.witness]
    line = laid.line_at(i, kept.start)
    if line is None:
        return False
    text = laid.accounts[i].witness.text
    after = text[kept.end : line.sentence.end + 40]
    words = {w.strip(" ,.;:“”\"'’—–").lower() for w in after.split()}
    hinged = {t.text.lower() for t in laid.accounts[i].tokens[line.sentence.first : line.sentence.last]}
    edge = text[max(kept.start, kept.end - 4) : kept.end + 6]
    return bool((words | hinged) & hinges().keys()) or "…" in edge or "..." in edge


def _point(laid: Sheet, uttered: _Utterance, n: int) -> Point:
    """A half as a point of one reading, to be looked for."""
    span = uttered.halves[n]
    words = laid.text(span)
    ident = f"{span.witness}:{span.start}:{span.end}"
    return Point(ident, "", words, "statement", (Reading(words, (span,), words),))


def _selection(laid: Sheet, kept: Span, sides: Sequence[tuple[_Utterance, int, float]]) -> Selection:
    """One finding of all accounts that carry both halves."""
    sides = sorted(sides, key=lambda s: (-s[2], s[0].account, s[0].halves))
    first, n, score = sides[0]
    best = {s[0].account: s for s in reversed(sides)}
    ordered = [best[a] for a in sorted(best)]
    whole = tuple(Span(h[0].witness, min(s.start for s in h), max(s.end for s in h))
                  for h in (u.halves for u, _, _ in ordered))  # fmt: skip
    dropped = tuple(u.halves[1 - k] for u, k, _ in ordered)
    names = [laid.accounts[a].witness.outlet or laid.accounts[a].witness.name for a in sorted(best)]
    who = first.speaker.name if first.speaker else "the speaker"
    own = laid.accounts[laid.index[kept.witness]].witness
    where = ("before", "after")[1 - n] if hinges()[first.hinge] == "contrast" else "with"
    why = (
        f"{own.outlet or own.name} quotes these words of {who} without what was said {where} “{first.hinge}” "
        f"in the same breath; {_listed(names)} {'quotes' if len(names) == 1 else 'quote'} both."
    )
    return Selection(kept.witness, kept, whole, dropped, first.hinge, why, who, score)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
