"""Counts that an account itself sets against others: a count that grew, a count that is disputed.

"19 people, five more than in the morning" implies an earlier count of 14: an account that gives 14 is
set against it, harmlessly. "It is not settled how many were aboard" (``data/disputes.tsv``)
makes rivals of the figures that different speakers give next. Each account's toll, the highest count of
people it gives as killed or as injured in its opening, is compared over whole accounts, where the
sentences are not alike. Compares no other figures that no account sets side by side; ``numbers`` does that.

Invariant: the readings stand in two accounts or more; what is no toll, one account puts together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import isfinite

from ..data import lexicon
from ..model import UNREAD, Mention, Quantity, Span, Token
from .contrary import said_open
from .lists import forms, listed
from .sheet import Sheet
from .slots import Finding

FOLLOW = 3
"""Sentences after words such as "it is not settled how many" in which the rival figures stand."""
PLAIN = frozenset({"", "people"})
MEASURES = listed("measure")
"""Units of what is measured, not counted."""
ELSEWHEN = listed("other time")
LATER = "a later update: the account that came out later counts more"
GREW = "a later update: one account counts on from the other's figure"
OPENING = 4
"""Sentences of an account's body in which its toll stands."""
TOLLS = ("killed", "injured", "shot")
TOLD = 0.62
"""Score of two tolls: the sentences need not be alike, only both accounts' openings."""
MOST = 2.0
"""Times by which two tolls of one event may differ."""
BOUNDS = frozenset({"at least", "more than", "at most", "fewer than"})
"""Hedges of figures that are open on one side."""
SHOWN = 90
"""Most code points of what is not settled that an explanation repeats."""


@dataclass(frozen=True, slots=True)
class Count:
    """A figure with the line it stands in and who gives it (a key or name, "" for the account)."""

    account: int
    line: int
    span: Span
    value: Quantity
    who: str
    name: str


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find counts that grew and counts that are disputed."""
    counts = [list(_counts(laid, i)) for i in range(len(laid.accounts))]
    for i, mine in enumerate(counts):
        for one, more in pairwise(mine):
            if one.line == more.line:
                yield from _grew(laid, counts, one, more)
        sentences = [line.sentence for line in laid.lines[i]]
        for number in said_open(laid.accounts[i].tokens, sentences, "figure"):
            yield from _disputed(laid, counts, i, number)
    for kind in TOLLS:
        yield from _tolls(laid, counts, kind)


def _counts(laid: Sheet, i: int) -> Iterator[Count]:
    spoken = [(s, c) for s in laid.accounts[i].statements if s.speaker for c in s.content]
    for number in sorted(laid.mentions[i]):
        for mention in laid.mentions[i][number]:
            if isinstance(mention.value, Quantity) and mention.value.kind == "number":
                speaker = next((s.speaker for s, c in spoken if c.overlap(mention.span)), None)
                who, name = (speaker.key or speaker.name, speaker.name) if speaker else ("", "")
                yield _count(i, number, mention, mention.value, (who, name))


def _count(i: int, number: int, mention: Mention, value: Quantity, by: tuple[str, str]) -> Count:
    return Count(i, number, mention.span, value, *by)


# -- the toll --


def _tolls(laid: Sheet, counts: Sequence[Sequence[Count]], kind: str) -> Iterator[Finding]:
    """Accounts whose tolls differ, and which nowhere give each other's figure."""
    found = [(toll, mine) for i, mine in enumerate(counts) if (toll := _toll(laid, i, mine, kind))]
    for n, (a, mine) in enumerate(found):
        for b, theirs in found[n + 1 :]:
            known = any(c.value.low == b.value.low for c in mine) or any(
                c.value.low == a.value.low for c in theirs
            )
            low, high = sorted((a.value.low, b.value.low))
            if not known and a.value.low != b.value.low and high <= MOST * low:
                says = (
                    f"The number of people {kind} differs: “{_words(laid, a)}” against “{_words(laid, b)}”."
                )
                sides = tuple((c.span, shown(c.value)) for c in (a, b))
                yield Finding("number", sides, says, _why(laid, a, b), TOLD)


def _toll(laid: Sheet, i: int, mine: Sequence[Count], kind: str) -> Count | None:
    """The highest plain count of people killed, or injured, in the opening of an account."""
    body = [line.number for line in laid.lines[i] if line.sentence.kind not in UNREAD][:OPENING]
    own = [c for c in mine if c.value.unit == f"people {kind}" and c.value.low > 1 and c.line in body]
    own = [c for c in own if not _past(laid, c) and c.value.low == c.value.high]
    return max(own, key=lambda c: (c.value.low, -c.line), default=None)


def _past(laid: Sheet, count: Count) -> bool:
    """Whether the sentence names a year, says "since" or "others": then it may count other dead."""
    sentence = laid.lines[count.account][count.line].sentence
    words = [t.text.lower() for t in laid.accounts[count.account].tokens[sentence.first : sentence.last]]
    return any((w.isdigit() and 1500 <= int(w) < 2100) or w in ELSEWHEN for w in words)


def _why(laid: Sheet, a: Count, b: Count) -> str | None:
    first, then = (laid.accounts[c.account].witness.published or "" for c in (a, b))
    known = first and then and first[:10] != then[:10]
    return LATER if known and (a.value.low < b.value.low) == (first < then) else None


def _words(laid: Sheet, count: Count) -> str:
    """The figure with the words about it, at most ``SHOWN`` code points."""
    sentence = laid.lines[count.account][count.line].sentence
    text = laid.accounts[count.account].witness.text
    start = max(sentence.start, count.span.start - SHOWN // 3)
    start = text.find(" ", start) + 1 if start > sentence.start else start
    end = min(sentence.end, count.span.end + 2 * SHOWN // 3)
    end = (
        text.rfind(" ", count.span.end, end)
        if end < sentence.end and " " in text[count.span.end : end]
        else end
    )
    return " ".join(text[min(start, count.span.start) : max(end, count.span.end)].split()).strip('“”",;:. ')


# -- a count that grew --


def difference(tokens: Sequence[Token], last: int) -> int:
    """Which way a figure is a difference, by what follows it: 1 for "five more than", -1 for fewer, or 0."""
    words = [t.text.lower() for t in tokens[last : last + 2]]
    if len(words) < 2 or words[1] != "than":
        return 0
    return {"more": 1, "fewer": -1, "less": -1}.get(words[0], 0)


def _grew(laid: Sheet, counts: Sequence[Sequence[Count]], total: Count, step: Count) -> Iterator[Finding]:
    """Accounts that give the count from which another counts on."""
    grown = laid.trees[total.account]
    way = difference(grown.tokens, grown.at(step.span.end - 1) + 1)
    if not way or total.value.low != total.value.high or step.value.low != step.value.high:
        return
    base = total.value.low - way * step.value.low
    noun = total.value.unit.split()[:1]
    for others in counts:
        for other in others:
            same = other.value.low == base and other.value.unit.split()[:1] == noun
            if same and other.account != total.account and base > 1:
                of = f" of {many(other.value.unit)}" if other.value.unit else ""
                says = (
                    f"The number{of} {'grows' if way > 0 else 'falls'} from “{laid.text(other.span)}” to "
                    f"“{laid.text(total.span)}”, “{laid.text(step.span)} {'more' if way > 0 else 'fewer'}”."
                )
                sides = tuple((c.span, shown(c.value)) for c in sorted((other, total), key=_place))
                yield Finding("number", sides, says, GREW, 0.8, part="grew")


def _place(count: Count) -> tuple[int, Span]:
    return count.account, count.span


def shown(q: Quantity) -> str:
    """A figure in normal form.

    >>> shown(Quantity(40, float("inf"), "people", "at least")), shown(Quantity(72, 88, "boat", "about"))
    ('at least 40 people', '72–88 boats')
    """
    low, high = (f"{x:,.10g}" for x in (q.low, q.high))
    if q.low == q.high:
        amount = low
    elif isfinite(q.high) and q.low > 0:
        amount = f"{low}–{high}"
    else:
        amount = f"at least {low}" if not isfinite(q.high) else f"at most {high}"
        amount = f"{q.hedge} {amount.split()[-1]}" if q.hedge in BOUNDS else amount
    noun = many(q.unit) if q.kind == "number" and not q.low == q.high == 1 else q.unit
    return f"{amount} {noun}".strip()


def many(unit: str) -> str:
    """The plural of a counted noun, with what is said of it; units in signs stay.

    >>> many("policeman"), many("ferry"), many("man killed"), many("square km")
    ('policemen', 'ferries', 'men killed', 'square km')
    """
    noun, _, told = unit.partition(" ")
    if told in _scopes():
        return f"{many(noun)} {told}"
    known = max((w for w in forms("plural") if unit.endswith(w)), key=len, default="")
    if known:
        return unit.removesuffix(known) + forms("plural")[known]
    if not unit.isalpha() or len(unit) < 3 or unit.endswith("s"):
        return unit
    if unit[-1] == "y" and unit[-2] not in "aeiou":
        return f"{unit[:-1]}ies"
    return f"{unit}{'es' if unit.endswith(('ch', 'sh', 'x')) else 's'}"


@cache
def _scopes() -> frozenset[str]:
    """What a count of people says of them: "killed"."""
    return frozenset(r["normal"] for r in lexicon("scopes") if r["kind"] == "scope")


# -- a count that is disputed --


def _disputed(laid: Sheet, counts: Sequence[Sequence[Count]], i: int, number: int) -> Iterator[Finding]:
    """The figures of different speakers after words that say the count is open."""
    rivals: dict[str, Count] = {}
    for count in counts[i]:
        if number <= count.line <= number + FOLLOW and count.who and count.value.unit not in MEASURES:
            rivals.setdefault(count.who, count)
    if len(rivals) < 2 or len({(c.value.low, c.value.high) for c in rivals.values()}) < 2:
        return
    held = [*rivals.values(), *(c for c in _alike(counts, rivals) if c.account != i)]
    told = ", ".join(f"{c.name} says “{laid.text(c.span)}”" for c in rivals.values())
    says = f"{_question(laid, i, number)}: {told}."
    sides = tuple((c.span, shown(c.value)) for c in sorted(held, key=_place))
    yield Finding("number", sides, says, None, 0.85, part="disputed")


def _alike(counts: Sequence[Sequence[Count]], rivals: Mapping[str, Count]) -> Iterator[Count]:
    """Other figures with the value of a rival: of the same speaker, or a plain count of people."""
    values = defaultdict(set)
    for who, rival in rivals.items():
        values[rival.value.low, rival.value.high].add(who)
    for others in counts:
        for c in others:
            speakers = values.get((c.value.low, c.value.high))
            if speakers and (c.value.unit in PLAIN or c.who in speakers):
                yield c


def _question(laid: Sheet, i: int, number: int) -> str:
    """What is not settled, in the account's words."""
    sentence = laid.lines[i][number].sentence
    text = laid.accounts[i].witness.text[sentence.start : sentence.end]
    at = text.lower().find("how many")
    words = text[at:].split(". ")[0].strip(' .?!”"') if at >= 0 else ""
    return f"It is not settled {words}" if 0 < len(words) <= SHOWN else "The figures are disputed"
