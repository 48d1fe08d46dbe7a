"""Units: the stretches of an account that can stand as a reading of a point.

A sentence is one unit, but what is said is cut from who says it. Where clauses begin inside a
unit ("…, adding that …", "… and called on …") is kept as its *breaks*: it is cut there only
where another account words one part alone. Does not compare accounts. Invariant: units lie in
text order, do not overlap, and begin and end with a word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from ..data import lexicon
from ..model import Annotated, Sentence, Span, Speaker, Statement, Token

HEADS = frozenset({"title", "standfirst"})
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
VERBAL = frozenset({"VERB", "AUX"})
WORDLESS = frozenset({"PUNCT", "SPACE", "SYM"})
FULL = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM"})
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
CONDITIONS = frozenset({"if", "unless", "until", "when", "whenever", "whether"})
"""Without a comma before them they open no assertion: "agree when it comes to tolls"
(what has happened is told all the same: "14 were hurt when the ferry struck")."""
OPENERS = frozenset({"and", "but", "or", "that", "yet", "because"})
PRONOUNS = frozenset({"he", "she", "it", "they", "we", "i", "you", "who", "this", "that"})
READ = frozenset({None, "en"})
"""Languages whose names, statements and clauses are read; of others there are words and sentences alone."""
FULL_QUOTATION = 40
FEWEST_WORDS = 4
MOST_BREAKS = 5
DEPENDENT = frozenset({"advcl", "relcl", "acl", "ccomp", "parataxis"})
ASKING = frozenset({"WRB", "WP", "WDT", "WP$"})
CLOSED = frozenset({".", "!", "?", ":", ";", "…"})
DIVIDERS = frozenset({",", ";", "—", "–", "-", ":"})


@dataclass(frozen=True, slots=True)
class Unit:
    """One candidate passage: ``text[start:end]`` of a witness.

    ``breaks`` are inner offsets at which it may be cut; ``place`` is 0 at the account's
    start and 1 at its end; ``first`` and ``last`` are half-open token indices.
    """

    witness: str
    start: int
    end: int
    first: int
    last: int
    sentence: int
    place: float
    region: str
    speaker: Speaker | None = None
    form: str = ""
    breaks: tuple[int, ...] = ()


def units(account: Annotated, kinds: Mapping[str, str] | None = None) -> tuple[Unit, ...]:
    """Cut an account into units, in text order.

    :param kinds: the kind of each entity key, to prefer a person to the body that quotes them.
    """
    saying = _saying(account, kinds or {})
    out: list[Unit] = []
    for number, sentence in enumerate(account.sentences):
        if sentence.kind == "dateline":
            continue
        for first, last in _pieces(account.tokens, sentence, saying):
            unit = _unit(account, number, (first, last), saying)
            if unit:
                out.append(unit)
    return tuple(out)


def part(unit: Unit, account: Annotated, start: int, end: int) -> Unit | None:
    """The part of a unit between two of its breaks or edges, trimmed; None if no word is left."""
    first, last = _trim(account.tokens, _token_at(account, start), _token_at(account, end))
    if first >= last:
        return None
    start, end = account.tokens[first].start, account.tokens[last - 1].end
    place = start / max(1, len(account.witness.text))
    breaks = tuple(b for b in unit.breaks if start < b < end)
    return replace(unit, start=start, end=end, first=first, last=last, place=place, breaks=breaks)


def _token_at(account: Annotated, offset: int) -> int:
    return bisect_left(account.tokens, offset, key=lambda t: t.start)


@dataclass(frozen=True, slots=True)
class _Saying:
    """For each token the statement whose words it is (id or ""), and whether it tells who says it.

    ``topic`` holds statements that do not stand by themselves ("praised the crew").
    """

    owner: list[str]
    statement: dict[str, tuple[Speaker | None, str]]
    attribution: list[bool]
    topic: list[str]


def _saying(account: Annotated, kinds: Mapping[str, str]) -> _Saying:
    """Lay the statements over the tokens, inner ones over outer ones."""
    owner, attribution = [""] * len(account.tokens), [False] * len(account.tokens)
    said: dict[str, tuple[Speaker | None, str]] = {}
    chosen = [s for s in account.statements if _clausal(account, s)]
    for statement in sorted(chosen, key=lambda s: (-sum(c.end - c.start for c in s.content), s.id)):
        ranges = [_range(account, span) for span in statement.content]
        outer = next((owner[n] for a, b in ranges for n in range(a, b) if owner[n]), "")
        above = said.get(outer, (None, ""))[0]
        said[statement.id] = (_speaker(statement.speaker, above, kinds), statement.form)
        for a, b in ranges:
            owner[a:b], attribution[a:b] = [statement.id] * (b - a), [False] * (b - a)
        for span in (*statement.cue, *(statement.speaker.spans if statement.speaker else ())):
            a, b = _range(account, span)
            attribution[a:b] = [True] * (b - a)
    topic = [""] * len(account.tokens)
    for statement in account.statements:
        if statement.id not in said:
            said[statement.id] = (statement.speaker, statement.form)
            for a, b in (_range(account, span) for span in statement.content):
                topic[a:b] = [statement.id] * (b - a)
    return _Saying(owner, said, attribution, topic)


def _speaker(inner: Speaker | None, outer: Speaker | None, kinds: Mapping[str, str]) -> Speaker | None:
    """Of two nested speakers the inner one, but a person before a body or a pronoun.

    "Wang said the United States recognises …" is Wang's word; "the agency said Wang said …" too.
    """

    def rank(speaker: Speaker) -> int:
        if speaker.key is None:
            return 1 if speaker.name[:1].isupper() and speaker.name.lower() not in PRONOUNS else 0
        return 3 if kinds.get(speaker.key, "person") == "person" else 2

    if inner is None or outer is None:
        return inner or outer
    return outer if rank(outer) > rank(inner) else inner


def _range(account: Annotated, span: Span) -> tuple[int, int]:
    return _token_at(account, span.start), _token_at(account, span.end)


def _clausal(account: Annotated, statement: Statement) -> bool:
    """Whether the content stands by itself: it has a finite verb at its top, or is a full quotation.

    "expressed appreciation for the help" has not: without its verb the content says nothing.
    """
    for span in statement.content:
        first, last = _range(account, span)
        inside = range(first, last)
        tops = {n for n in inside if account.tokens[n].head == n or account.tokens[n].head not in inside}
        for n in inside:
            token = account.tokens[n]
            if token.tag in FINITE and (n in tops or (token.head in tops and token.dep.startswith("aux"))):
                return True
    return statement.form == "direct" and sum(c.end - c.start for c in statement.content) >= FULL_QUOTATION


def _pieces(tokens: Sequence[Token], sentence: Sentence, saying: _Saying) -> Iterator[tuple[int, int]]:
    """Token ranges of a sentence in which one speaker's words, or nobody's, run on."""
    turns = [n for n in range(sentence.first + 1, sentence.last) if saying.owner[n] != saying.owner[n - 1]]
    edges = [sentence.first, *turns, sentence.last]
    yield from pairwise(edges)


def _count(tokens: Sequence[Token], first: int, last: int) -> int:
    return sum(t.pos not in WORDLESS for t in tokens[first:last])


def clause_starts(tokens: Sequence[Token], sentence: Sentence) -> Iterator[int]:
    """Token indices at which a clause begins inside a sentence, after a comma or a conjunction.

    None parts a subject from its verb: "The ferry, bound from Dalm, struck a rock" is not cut at "bound".
    """
    left = _left_edges(tokens, sentence)
    inside = range(sentence.first, sentence.last)
    subject = {tokens[n].head for n in inside if tokens[n].dep in SUBJECTS}
    bonds = [(n, tokens[n].head) for n in inside if tokens[n].dep in SUBJECTS]
    tensed = [n for n in inside if tokens[n].tag in FINITE]
    finite = {tokens[n].head if tokens[n].dep.startswith("aux") else n for n in tensed}
    for n in inside:
        at, dep = left[n], tokens[n].dep
        if tokens[n].pos not in VERBAL or at <= sentence.first or any(a < at <= b for a, b in bonds):
            continue
        divided = tokens[at - 1].text in DIVIDERS
        # "is willing to talk and work with …" is one assertion; "has agreed and will pay" is two.
        comma = tokens[at - 2].text in DIVIDERS
        joined = dep == "conj" and (divided or (tokens[at - 1].dep == "cc" and (comma or n in finite)))
        opener, happened = tokens[at].text.lower(), tokens[n].tag == "VBD"
        telling = (
            dep == "advcl" and n in subject and (opener not in CONDITIONS or (opener == "when" and happened))
        )
        telling = telling or (dep in {"ccomp", "advcl"} and opener == "that" and _so(tokens, at))
        if joined or (divided and dep in DEPENDENT) or telling:
            yield at
    for n in range(sentence.first + 1, sentence.last - 1):
        if tokens[n].text in {";", ":"}:
            yield n + 1


def _so(tokens: Sequence[Token], at: int) -> bool:
    """Whether a "that" clause tells what came of it: "in fog so thick that the crew saw nothing"."""
    return any(t.text.lower() in {"so", "such"} for t in tokens[max(0, at - 4) : at])


def _left_edges(tokens: Sequence[Token], sentence: Sentence) -> dict[int, int]:
    """The first token of each token's subtree."""
    left = {n: n for n in range(sentence.first, sentence.last)}
    for n in range(sentence.first, sentence.last):
        at, seen = n, 0
        while tokens[at].head != at and seen < sentence.last - sentence.first:
            at, seen = tokens[at].head, seen + 1
            if at not in left or left[at] <= left[n]:
                break
            left[at] = left[n]
    return left


def _trim(tokens: Sequence[Token], first: int, last: int) -> tuple[int, int]:
    """Drop marks and link words at the edges ("and", ",") that belong to neither side."""
    while first < last and (tokens[first].pos in WORDLESS or tokens[first].text.lower() in OPENERS):
        first += 1
    while first < last and (tokens[last - 1].pos in WORDLESS or tokens[last - 1].pos == "CCONJ"):
        last -= 1
    return first, last


def _unit(account: Annotated, number: int, piece: tuple[int, int], saying: _Saying) -> Unit | None:
    """A unit over a token range, or None where nothing but who says it, or a label, stands there."""
    read = account.witness.language in READ
    tokens, sentence = account.tokens, account.sentences[number]
    first, last = _trim(tokens, *_without_attribution(tokens, piece, saying))
    words = sum(tokens[n].pos not in WORDLESS and not saying.attribution[n] for n in range(first, last))
    partly = any(saying.attribution[first:last])
    verbless = not any(t.pos in VERBAL for t in tokens[first:last])
    if words < (FEWEST_WORDS if partly or verbless else 1) or (read and _asks(tokens, sentence)):
        return None
    if read and verbless and sentence.kind in HEADS:
        return None  # "Statement on the grounding of the ferry" names its subject and asserts nothing
    told = not read or sentence.kind in HEADS or saying.owner[first]
    if not told and _empty(tokens, sentence, range(first, last), saying):
        return None
    speaker, form = saying.statement.get(saying.owner[first] or _topic(saying, first, last), (None, ""))
    inner = sorted({at for at in clause_starts(tokens, sentence) if first < at < last} if read else ())
    breaks = [tokens[at].start for at in _roomy(tokens, [first, *inner, last])]
    return Unit(
        account.witness.id, tokens[first].start, tokens[last - 1].end, first, last, number,
        tokens[first].start / max(1, len(account.witness.text)), sentence.kind, speaker, form, tuple(breaks),
    )  # fmt: skip


def _asks(tokens: Sequence[Token], sentence: Sentence) -> bool:
    """Whether a line that no mark closes only names a question: "How many were on board"."""
    inside = [t for t in tokens[sentence.first : sentence.last] if t.pos not in WORDLESS and t.text.isalnum()]
    closed = any(t.text in CLOSED for t in tokens[max(sentence.first, sentence.last - 2) : sentence.last])
    return bool(inside) and inside[0].tag in ASKING and not closed


def _empty(tokens: Sequence[Token], sentence: Sentence, inside: range, saying: _Saying) -> bool:
    """Whether nothing is asserted but that somebody speaks: a name alone, "she told reporters on the quay".

    Nor do "citing a ministry statement" and "the ministry tells it differently" assert more. A whole
    sentence without a verb stands, and a piece with an amount: "104 passengers and a crew of eight".
    """
    verbs = [n for n in inside if tokens[n].pos == "VERB" or tokens[n].tag in FINITE]
    if not verbs:
        piece = _count(tokens, sentence.first, sentence.last) > _count(tokens, inside.start, inside.stop)
        return piece and not any(
            tokens[n].pos == "NUM" and tokens[n].ent not in {"DATE", "TIME"} for n in inside
        )
    if all(saying.attribution[n] for n in verbs):
        return True
    if any(tokens[n].lemma.lower() not in _reporting() and tokens[n].pos != "AUX" for n in verbs):
        return False
    full = [n for n in inside if tokens[n].pos in FULL - {"VERB"}]
    return all(saying.attribution[n] or _of_speaker(tokens, n) for n in full)


def _of_speaker(tokens: Sequence[Token], n: int) -> bool:
    """Whether a token belongs to the subject of a verb, or to a document: "a *ministry* statement"."""
    for _ in range(8):
        paper = tokens[n].pos not in VERBAL and tokens[n].lemma.lower() in _papers()
        if paper or tokens[n].dep in SUBJECTS:
            return True
        if tokens[n].head == n or tokens[n].pos in VERBAL:
            return False
        n = tokens[n].head
    return False


@cache
def _reporting() -> frozenset[str]:
    """Verbs that say no more than that something is said."""
    return frozenset(r["lemma"] for r in lexicon("cues") if (r["kind"], r["stance"]) == ("verb", "neutral"))


@cache
def _papers() -> frozenset[str]:
    return frozenset(row["lemma"] for row in lexicon("documents"))


def _topic(saying: _Saying, first: int, last: int) -> str:
    """The statement whose content, short of a clause, is most of a unit, or ""."""
    name, count = Counter(saying.topic[first:last]).most_common(1)[0]
    return name if 2 * count >= last - first else ""


def _without_attribution(tokens: Sequence[Token], piece: tuple[int, int], saying: _Saying) -> tuple[int, int]:
    """Leave out who says it at either end: "…, noting" and "Aune insisted, calling on …"."""
    first, last = piece
    inside = range(first, last)
    content = [n for n in inside if not saying.attribution[n] and tokens[n].pos != "PUNCT"]
    opening, closing = (content[0], content[-1]) if content else (last, first)
    if opening > first and tokens[opening - 1].text in DIVIDERS:
        first = opening
    if any(saying.attribution[closing + 1 : last]):
        last = closing + 1
        while last > first and tokens[last - 1].pos in {"ADP", "SCONJ", "PUNCT"}:
            last -= 1
    return first, last


def _roomy(tokens: Sequence[Token], edges: list[int]) -> list[int]:
    """The inner edges that leave four words on either side, two of them full words; five edges at most."""
    kept: list[int] = []
    for edge in edges[1:-1]:
        before = kept[-1] if kept else edges[0]
        if all(_stands(tokens, *side) for side in ((before, edge), (edge, edges[-1]))):
            kept.append(edge)
    return kept[:MOST_BREAKS]


def _stands(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a clause says anything by itself: "it is very important" does not, "all were saved" does."""
    inside = tokens[first:last]
    full = sum(t.pos in FULL for t in inside)
    whole = any(t.pos == "VERB" for t in inside) and any(t.dep in SUBJECTS for t in inside)
    return (full >= 2 or whole) and _count(tokens, first, last) >= FEWEST_WORDS
