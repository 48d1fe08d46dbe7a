"""Two happenings told in opposite orders, and one outcome laid to another cause.

Reads which of two happenings came first from "after", "before", "following", "then" and the like
(``data/order.tsv``), and what somebody died of, or what something is said, or denied, to be due to. Reads
no order from the order of sentences, nor from clock times.

Invariant: both tellings name the same two happenings by the same words, and neither is denied,
wished or conditional; no account tells both orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..annotate.modality import denied
from ..annotate.tree import Tree
from ..data import lexicon
from ..model import Span
from .lists import listed
from .sheet import Line, Sheet, key_of, stop_words
from .slots import Finding

SUBJECTS = ("nsubj", "nsubjpass", "dobj", "compound", "poss", "attr")
UNREAL = listed("unreal")
SAME = 0.6
"""Least share of those that took part, by the telling that names fewer, which are the same in both."""
CROWD = 40
"""Tellings of one pair of happenings that are compared, at most."""


@dataclass(frozen=True, slots=True)
class Happening:
    """A verb or noun that tells something: its normal form, and those of who and what took part."""

    key: str
    about: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class Telling:
    """An account's word that one happening came before another, or was its cause."""

    line: Line
    span: Span
    first: Happening
    second: Happening
    denied: bool = False


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find opposite orders, and other causes of one outcome."""
    orders: dict[frozenset[str], list[Telling]] = defaultdict(list)
    causes: dict[str, list[Telling]] = defaultdict(list)
    for rows in laid.lines:
        for line in rows:
            for telling in _orders(laid, line):
                orders[frozenset((telling.first.key, telling.second.key))].append(telling)
            for telling in _causes(laid, line):
                causes[telling.second.key].append(telling)
    for key in sorted(orders, key=sorted):
        yield from _reversed(laid, orders[key][:CROWD])
    for outcome in sorted(causes):
        yield from _other_cause(laid, causes[outcome][:CROWD])


@cache
def markers(kind: str) -> Mapping[str, str]:
    """Lemma to what it tells of two happenings: "first" when its own clause came first, else "second"."""
    return {row["word"]: row["own"] for row in lexicon("order") if row["kind"] == kind}


# -- reading --


def _orders(laid: Sheet, line: Line) -> Iterator[Telling]:
    grown = laid.trees[line.account]
    for i in range(line.sentence.first, line.sentence.last):
        word, dep = grown.tokens[i].text.lower(), grown.tokens[i].dep
        own = markers("particle").get(word, "")
        if own and dep in ("mark", "prep", "advmod"):
            yield from _told(laid, line, i, own)


def _told(laid: Sheet, line: Line, i: int, own: str) -> Iterator[Telling]:
    """What a particle says: "after" heads a clause or a noun and hangs on what came second."""
    grown = laid.trees[line.account]
    tokens, head = grown.tokens, grown.tokens[i].head
    if tokens[i].dep == "mark":
        below, above = head, tokens[head].head
    elif tokens[i].dep == "prep":
        inside = grown.child(i, "pobj", "pcomp")
        below, above = (head if inside is None else inside), head
    else:  # "they prayed, then sang"
        below, above = head, tokens[head].head if tokens[head].dep == "conj" else head
    if below == above:
        return
    a, b = _happening(laid, line, above), _happening(laid, line, below)
    if a is None or b is None or a.key == b.key:
        return
    first, second = (a, b) if own == "first" else (b, a)
    low, high = min(above, below, i), max(above, below, i)
    yield Telling(line, _span(laid, line, grown.left[low], grown.right[high]), first, second)


def _happening(laid: Sheet, line: Line, i: int) -> Happening | None:
    """The happening that a token tells, unless it is denied, wished or of no telling word."""
    grown, tokens = laid.trees[line.account], laid.accounts[line.account].tokens
    key = key_of(tokens, i)
    lemma = tokens[i].lemma.lower()
    if key is None or lemma in stop_words() or tokens[i].pos not in ("VERB", "NOUN") or tokens[i].ent:
        return None
    words = [tokens[k].text.lower() for k in grown.kids[i]]
    if denied(grown, i) or set(words) & UNREAL or (tokens[i].pos == "NOUN" and not key.startswith("=")):
        return None
    parts = grown.children(i, *SUBJECTS)
    parts += [k for p in grown.children(i, "prep", "agent") for k in grown.children(p, "pobj")]
    about = frozenset(k for p in parts for k in _keys(laid, line, grown, p))
    return Happening(key, about, tokens[i].text)


def _keys(laid: Sheet, line: Line, grown: Tree, i: int) -> Iterator[str]:
    """Normal forms of a noun with its compounds, and the entity that it names."""
    tokens = laid.accounts[line.account].tokens
    for k in (i, *grown.children(i, "compound")):
        key = key_of(tokens, k)
        if key is not None:
            yield key
    for mention in laid.mentions[line.account].get(line.number, ()):
        if isinstance(mention.value, str) and mention.span.start <= tokens[i].start < mention.span.end:
            yield mention.value


def _causes(laid: Sheet, line: Line) -> Iterator[Telling]:
    """Outcomes with their causes: "died of cold", "the delay was due to fog", "denied it was due to fog"."""
    grown = laid.trees[line.account]
    tokens = grown.tokens
    for i in range(line.sentence.first, line.sentence.last):
        if tokens[i].dep not in ("prep", "agent", "acomp") or tokens[i].text.lower() not in markers("cause"):
            continue
        above, cause = tokens[i].head, _caused_by(grown, i)
        exact = tokens[above].lemma.lower() == markers("cause")[tokens[i].text.lower()]
        if cause is None or not (exact or markers("cause")[tokens[i].text.lower()] == "any"):
            continue
        a, b = _noun(laid, line, cause), _outcome(laid, line, above)
        if a is not None and b is not None and a.key != b.key:
            no = any(denied(grown, k) or _denier(tokens[k].lemma) for k in grown.up(above))
            low, high = sorted((above, grown.right[cause]))
            yield Telling(line, _span(laid, line, grown.left[low], high), a, b, no)


def _caused_by(grown: Tree, i: int) -> int | None:
    """The noun of "of cold", "because of the fog", "due to the fog"."""
    inside = grown.child(i, "pobj")
    if inside is None:
        below = grown.child(i, "prep", "pcomp")
        inside = None if below is None else grown.child(below, "pobj")
    return inside


def _denier(lemma: str) -> bool:
    return lemma.lower() in markers("denial")


def _noun(laid: Sheet, line: Line, i: int) -> Happening | None:
    tokens, grown = laid.accounts[line.account].tokens, laid.trees[line.account]
    key = key_of(tokens, i)
    about = frozenset(_keys(laid, line, grown, i))
    return None if key is None else Happening(key, about, tokens[i].text)


def _outcome(laid: Sheet, line: Line, i: int) -> Happening | None:
    """What came of it: the verb, or the subject of "was due to"."""
    tokens, grown = laid.accounts[line.account].tokens, laid.trees[line.account]
    subject = grown.child(i, "nsubj", "nsubjpass")
    if tokens[i].pos == "AUX" and subject is not None:
        return _noun(laid, line, subject)
    key = key_of(tokens, i)
    if key is None or subject is None:
        return None
    return Happening(key, frozenset(_keys(laid, line, grown, subject)), tokens[i].text)


def _span(laid: Sheet, line: Line, low: int, high: int) -> Span:
    tokens = laid.accounts[line.account].tokens
    low, high = max(low, line.sentence.first), min(high, line.sentence.last - 1)
    return Span(laid.accounts[line.account].witness.id, tokens[low].start, tokens[high].end)


# -- comparing --


def _reversed(laid: Sheet, told: Sequence[Telling]) -> Iterator[Finding]:
    """Tellings of one pair in opposite orders; accounts that tell both are left out."""
    firsts: dict[int, set[str]] = defaultdict(set)
    for telling in told:
        firsts[telling.line.account].add(telling.first.key)
    plain = [t for t in told if len(firsts[t.line.account]) == 1]
    for n, a in enumerate(plain):
        for b in plain[n + 1 :]:
            apart = a.line.account != b.line.account and a.first.key == b.second.key
            shared = _shared(a.first, b.second), _shared(a.second, b.first)
            if apart and None not in shared and any(shared):
                says = (
                    f"The order differs: “{a.first.words}” before “{a.second.words}” in one account, "
                    f"“{b.first.words}” before “{b.second.words}” in another."
                )
                sides = (a.span, _order(a)), (b.span, _order(b))
                yield Finding(
                    "sequence", sides, says, None, min(0.9, 0.55 + 0.1 * sum(s or 0 for s in shared))
                )


def _order(telling: Telling) -> str:
    return f"{telling.first.words.lower()} before {telling.second.words.lower()}"


def _shared(a: Happening, b: Happening) -> int | None:
    """How many that took part are the same; None where both name some, and few are the same."""
    same, least = len(a.about & b.about), min(len(a.about), len(b.about))
    return None if least and same < SAME * least else same


def _other_cause(laid: Sheet, told: Sequence[Telling]) -> Iterator[Finding]:
    """One outcome of two causes, or a cause that is affirmed and denied."""
    for n, a in enumerate(told):
        for b in told[n + 1 :]:
            if a.line.account == b.line.account or not _shared(a.second, b.second):
                continue
            alike = bool(a.first.about & b.first.about) or a.first.key == b.first.key
            if alike and a.denied != b.denied:
                denial = a.span if a.denied else b.span
                says = f"One account denies the cause that the other gives: “{laid.text(denial)}”."
                sides = (a.span, _cause(a)), (b.span, _cause(b))
                yield Finding("cause", sides, says, None, 0.7)
            elif not alike and not a.denied and not b.denied and a.second.key == "=die" == b.second.key:
                if _known(told, a, b):
                    continue
                says = f"The cause differs: “{laid.text(a.span)}” against “{laid.text(b.span)}”."
                yield Finding("cause", ((a.span, _cause(a)), (b.span, _cause(b))), says, None, 0.6)


def _known(told: Sequence[Telling], a: Telling, b: Telling) -> bool:
    """Whether either account gives the other's cause too."""
    held = {(t.line.account, t.first.key) for t in told}
    return (a.line.account, b.first.key) in held or (b.line.account, a.first.key) in held


def _cause(telling: Telling) -> str:
    return f"{'not ' if telling.denied else ''}{telling.first.words.lower()}"
