"""Quantities: counts, money, percentages, ages, measures, as intervals with a unit.

Reads figures and number words with what bounds them ("at least", "nearly", "10 to 15") and
what is counted. Leaves out times of day, dates, years, scores, telephone numbers, ordinals
and "one" as a pronoun. Invariant: ``low <= high``; an open end is ``inf`` or 0.

The unit of a count is the counted noun's lemma; of a count of people it also says what
befell them where the sentence does ("people killed", "soldier injured", "people missing").
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf

from ..data import lexicon
from ..model import Annotated, Quantity, Sentence, Token
from .numerals import LOOSE, SCALES, SMALL, TENS, value

_WORD = "|".join(
    [*(f"{t}-(?:{'|'.join(SMALL[1:10])})" for t in TENS), *TENS, *sorted(SMALL, key=len, reverse=True)]
)
_SCALE = "|".join(["hundred", "thousand", "million", "billion", "trillion", "dozen", "lakh", "crore"])
_SHORT = "bn|mn|tn|m|b|k"
_LOOSE = "|".join(sorted((re.escape(k) for k in LOOSE), key=lambda k: (-len(k), k)))
_ONE = (
    # Of "7.5mm" neither 7.5 nor 7 is read.
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:[ -]?(?:{_SCALE})s?\b|(?:{_SHORT})\b|(?!\w|\.\d))"
    rf"|(?:(?:half )?an? (?={_SCALE}))?(?:{_WORD}|{_SCALE})(?:[ -](?:and )?(?:{_WORD}|{_SCALE}))*\b"
)
_MONEY = r"(?:US|A|C|HK|NZ|S|R)?[$]|[£€¥₹₽₩₪₺₴]|\bRs\.? ?"
NUMBER = re.compile(
    rf"(?P<cur>{_MONEY})?\s?(?<![\w.:/#])(?P<a>(?:{_LOOSE})\b(?! an? (?:{_SCALE}))|{_ONE})"
    rf"(?:(?P<to> to | and |-|–|—| or )(?:{_MONEY})?(?P<b>{_ONE}))?",
    re.IGNORECASE,
)
AGE_AFTER = re.compile(r"(?<=[a-zA-Z.’'\"”)], )(?P<n>\d{1,3})(?=,|\.(?:\s|$)|;|\)| and )")
AGE_WORDS = re.compile(rf"\b(?:aged?|age of) (?P<n>\d{{1,3}}|{_WORD})\b", re.IGNORECASE)
AGE_OLD = re.compile(
    rf"\b(?P<n>\d{{1,3}}|{_WORD})[- ](?P<unit>year|month|week|day)s?[- ]olds?\b", re.IGNORECASE
)
AGES = ((AGE_OLD, "old"), (AGE_WORDS, "age"), (AGE_AFTER, ", "))
"""Each with what a sentence in small letters must hold for it."""
HINT = re.compile(rf"\d|\b(?:{_WORD}|{_SCALE})|couple|pair of|handful|few\b|several|quarter|half|third")
DIGIT = re.compile(r"\d")
PHONE = re.compile(r"\b0\d{2,4}(?: \d{2,4}){2,}\b|\+?\d[\d() -]*-\d{3,4}[\d-]*|\b\d{3}[- .]\d{3}[- .]\d{4}\b")
SCORE = re.compile(r"\b\d{1,3}[-–]\d{1,3}\b(?! (?:people|percent|per cent|%|[a-z]+s\b))")
HALF = re.compile(r" and (?:a|one) (half|quarter)\b")
PARTITIVE = frozenset(
    {"of", "these", "those", "the", "its", "their", "his", "her", "our", "them", "us", "which", "whom"}
)
HOURLY = frozenset(
    {"at", "towards", "toward", "until", "till", "past", "to", "before", "after", "by", "from"}
)
IDIOMS = frozenset({"hand", "day", "side", "way", "time", "thing", "point", "another"})
"""What "one" goes with and counts nothing: "on the one hand", "one day"."""
NAMED = frozenset(
    {
        "no",
        "number",
        "route",
        "highway",
        "section",
        "article",
        "page",
        "chapter",
        "flight",
        "channel",
        "level",
    }
)


@dataclass(slots=True)
class Figure:
    """A number found in the text, before its unit is known."""

    start: int
    end: int
    low: float
    high: float
    hedge: str
    money: str


def find(account: Annotated, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, Quantity]]:
    """Yield ``(start, end, quantity)`` in text order.

    :param taken: stretches that are names or times, where no quantity is read.
    """
    text = account.witness.text
    taken = sorted(taken)
    for sentence in account.sentences:
        part = text[sentence.start : sentence.end]
        if not HINT.search(part.lower()):
            continue
        busy = taken[bisect_left(taken, (sentence.start,)) : bisect_left(taken, (sentence.end,))]
        for start, end, quantity in _ages(text, sentence, busy):
            busy.append((start, end))
            yield start, end, quantity
        for barred in (PHONE, SCORE) if DIGIT.search(part) else ():
            busy += [(sentence.start + m.start(), sentence.start + m.end()) for m in barred.finditer(part)]
        for figure in _figures(text, sentence):
            if any(a < figure.end and figure.start < b for a, b in busy):
                continue
            found = _united(account, sentence, figure)
            if found:
                yield found


def _ages(
    text: str, sentence: Sentence, busy: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, Quantity]]:
    small = text[sentence.start : sentence.end].lower()
    for pattern, clue in AGES:
        for m in pattern.finditer(text, sentence.start, sentence.end) if clue in small else ():
            number = value(m["n"])
            if number is None or number > 125 or any(a < m.end() and m.start() < b for a, b in busy):
                continue
            if pattern is AGE_AFTER and not _named_before(text, m.start()):
                continue
            unit = (m.groupdict().get("unit") or "year").lower()
            yield m.start(), m.end(), Quantity(number, number, unit, "", "age")


def _named_before(text: str, at: int) -> bool:
    """Whether a capitalised word stands before the comma: "Ann Lee, 31,"."""
    word = re.search(r"([\w.’'-]+)[\"”)]?, $", text[max(0, at - 40) : at])
    return bool(word) and word[1][:1].isupper() and not word[1][:1].isdigit() if word else False


# -- figures --


@cache
def _hedges() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {r["phrase"]: r["hedge"] for r in lexicon("hedges")}
    words = "|".join(sorted((re.escape(p) for p in table), key=lambda p: (-len(p), p)))
    return re.compile(rf"\b(?P<hedge>{words}) (?:an? |the |additional )?$", re.IGNORECASE), table


def _figures(text: str, sentence: Sentence) -> Iterator[Figure]:
    at = sentence.start
    while match := NUMBER.search(text, at, sentence.end):
        at = max(match.end(), at + 1)
        figure = _figure(text, sentence, match)
        if figure:
            at = max(at, figure.end)
            yield figure


def _figure(text: str, sentence: Sentence, match: re.Match[str]) -> Figure | None:
    a, b, joint = match["a"], match["b"], (match["to"] or "").strip()
    end = match.end()
    loose = LOOSE.get(a.lower())
    low, high = loose if loose else (value(_spaced(a)),) * 2
    if low is None or high is None:
        return None
    hedge = "about" if loose and low != high else ""
    second = value(_spaced(b)) if b else None
    opening = match.start("a")
    between = text[max(0, opening - 8) : opening].lower().endswith("between ")
    if b and (second is None or (joint == "and" and not between) or (joint == "or" and second != low + 1)):
        end, second = match.end("a"), None
    if second is not None and not loose:
        low = low * _lent(a, b)
        if second <= low:
            end, second = match.end("a"), None
        else:
            high, hedge = second, "range"
    half = HALF.match(text, end)
    if half:
        low, high, end = low + 0.5, high + 0.5, half.end()
    start = match.start("cur") if match["cur"] else match.start("a")
    if between and hedge == "range":
        start = opening - 8
    return _hedged(text, sentence, Figure(start, end, low, high, hedge, (match["cur"] or "").strip()))


def _spaced(number: str) -> str:
    return re.sub(r"(?<=\d)([a-z]+)$", r" \1", number, flags=re.IGNORECASE)


def _lent(a: str, b: str) -> float:
    """ "10 to 15 million": the scale of the second number goes for both."""
    word = re.split(r"[\s-]+", _spaced(b))[-1].lower()
    has = re.split(r"[\s-]+", _spaced(a))[-1].lower() in SCALES
    return SCALES[word] if word in SCALES and not has and a.replace(".", "").isdigit() else 1.0


def _hedged(text: str, sentence: Sentence, figure: Figure) -> Figure:
    pattern, table = _hedges()
    left = max(sentence.start, figure.start - 32)
    match = pattern.search(text[left : figure.start])
    if not match:
        return figure
    figure.start = left + match.start()
    if figure.hedge == "range":
        return figure  # "some 10 to 15"
    hedge, low, high = table[match["hedge"].lower()], figure.low, figure.high
    bounds = {
        "about": (0.9 * low, 1.1 * high),
        "nearly": (0.9 * low, high),
        "at least": (low, inf),
        "more than": (low, inf),
        "at most": (0.0, high),
        "fewer than": (0.0, high),
    }
    low, high = bounds.get(hedge, (low, high))
    figure.low, figure.high = round(low, 6), high if high == inf else round(high, 6)
    figure.hedge = {"nearly": "about", "exactly": ""}.get(hedge, hedge)
    return figure


# -- units --


@cache
def _units() -> tuple[re.Pattern[str], dict[str, tuple[str, str, float]]]:
    table = {r["form"].lower(): (r["unit"], r["kind"], float(r["factor"])) for r in lexicon("units")}
    words = "|".join(sorted((re.escape(w) for w in table), key=lambda w: (-len(w), w)))
    return re.compile(rf"(?:[ -]|(?=%))(?:of )?(?P<unit>{words})(?![\w$])", re.IGNORECASE), table


def _united(account: Annotated, sentence: Sentence, figure: Figure) -> tuple[int, int, Quantity] | None:
    text = account.witness.text
    pattern, table = _units()
    if figure.money:
        unit = table.get(figure.money.lower().rstrip("."), ("usd", "money", 1.0))[0]
        return figure.start, figure.end, Quantity(figure.low, figure.high, unit, figure.hedge, "money")
    match = pattern.match(text, figure.end, sentence.end)
    if match:
        unit, kind, factor = table[match["unit"].lower()]
        if unit == "pound":
            unit, kind, factor = _pounds(text, match.end(), figure)
        if unit == "year" and re.match(r"[ -]old", text[match.end() : match.end() + 4]):
            kind = "age"
        low, high = (
            round(figure.low * factor, 6),
            round(figure.high * factor, 6) if figure.high < inf else inf,
        )
        return figure.start, match.end(), Quantity(low, high, unit, figure.hedge, kind)
    return _counted(account, sentence, figure)


def _pounds(text: str, at: int, figure: Figure) -> tuple[str, str, float]:
    """Pounds are money in millions or when paid, else weight."""
    context = text[max(0, figure.start - 40) : at + 20].lower()
    paid = figure.high >= 1e5 or re.search(r"\b(?:pay|paid|cost|worth|fine|price|spent|spend|fund)", context)
    return ("gbp", "money", 1.0) if paid else ("kg", "number", 0.453592)


def _counted(account: Annotated, sentence: Sentence, figure: Figure) -> tuple[int, int, Quantity] | None:
    """A count of things: the noun the number belongs to and, for people, what befell them."""
    tokens = account.tokens
    last = _token(account, sentence, figure.end - 1)
    first = _token(account, sentence, figure.end - 1, begin=figure.start)
    if _is_label(account, sentence, first, last):
        return None
    text = account.witness.text
    noun = _noun(account, sentence, last)
    word = text[figure.start : figure.end].lower()
    lemma = "" if noun is None else _lemma(tokens[noun])
    if word in {"one", "zero"} and (noun is None or noun - last > 3 or lemma in IDIOMS):
        return None
    scope, person = _scope(account, sentence, last if noun is None else noun, last), _people().get(lemma)
    if lemma in _scopes() and not person:
        person, scope = "people", _scopes()[lemma]  # "45 deaths"
    if noun is None and scope:
        person = "people"
    if noun is None and not scope:
        aboard = re.match(r" (?:people )?(?:on board|aboard)\b", text[figure.end : figure.end + 18])
        person = "people" if aboard else _named_left(tokens, sentence, first)
        bracketed = text[figure.start - 1 : figure.start] + text[figure.end : figure.end + 1] == "()"
        if not person and (bracketed or _no_count(tokens, sentence, first, last, figure.high)):
            return None  # a player's or a note's number, an hour
    unit = " ".join(w for w in (person or lemma, scope if person else "") if w)
    if not unit and word.isdigit() and not figure.hedge and sentence.last - sentence.first < 4:
        return None  # a page's counter or list number
    return figure.start, figure.end, Quantity(figure.low, figure.high, unit, figure.hedge)


def _named_left(tokens: Sequence[Token], sentence: Sentence, at: int) -> str | None:
    """ "a crew of eight", "put the number of passengers at 104": people counted by a number after them."""
    for token in reversed(tokens[max(sentence.first, at - 3) : at]):
        if token.pos == "NUM":
            return None
        if token.pos == "NOUN":
            return _people().get(token.lemma.lower())
    return None


def _no_count(tokens: Sequence[Token], sentence: Sentence, first: int, last: int, number: float) -> bool:
    """ "five more than on Monday" is a difference; "arrived at ten" is an hour."""
    after = tokens[last + 1].text.lower() if last + 1 < sentence.last else ""
    before = tokens[first - 1].text.lower() if first > sentence.first else ""
    return after in {"more", "fewer", "less"} or (number <= 12 and before in HOURLY)


def _lemma(token: Token) -> str:
    plural = token.tag == "NNPS" and token.text.endswith("s")
    lemma = (token.text[:-1] if plural else token.lemma).lower()
    return lemma[:-2] + "y" if lemma.endswith("ie") and token.text.lower().endswith("ies") else lemma


def _token(account: Annotated, sentence: Sentence, at: int, begin: int | None = None) -> int:
    place = at if begin is None else begin
    return max(
        bisect_right(account.tokens, place, sentence.first, sentence.last, key=lambda t: t.start) - 1,
        sentence.first,
    )


def _is_label(account: Annotated, sentence: Sentence, first: int, last: int) -> bool:
    """ "Flight 370", "No. 10", "Type 45": a number that names and does not count."""
    tokens = account.tokens
    if first <= sentence.first:
        return False
    before = tokens[first - 1]
    then = tokens[last + 1] if last + 1 < sentence.last else None
    if before.text.lower().rstrip(".") in NAMED:
        return True
    joined = before.text in {"-", "–"} and first - 1 > sentence.first and tokens[first - 2].pos == "PROPN"
    named = (before.pos == "PROPN" and before.end + 1 >= tokens[first].start) or joined
    return named and before.ent != "DATE" and (then is None or then.pos not in {"NOUN", "ADJ", "VERB"})


def _noun(account: Annotated, sentence: Sentence, last: int) -> int | None:
    """The counted noun: the head of the number, or the next noun of its phrase."""
    tokens = account.tokens
    at = last
    for _ in range(3):
        head = tokens[at].head
        if tokens[head].pos in {"NOUN", "PROPN"} and last < head < min(sentence.last, last + 8):
            return head
        if tokens[head].pos != "NUM" or head == at:
            break
        at = head
    for i in range(last + 1, min(sentence.last, last + 6)):
        token = tokens[i]
        if token.pos in {"NOUN", "PROPN"} and not (
            i + 1 < sentence.last and tokens[i + 1].pos in {"NOUN", "PROPN"}
        ):
            return i
        if (
            token.text.lower() in PARTITIVE
            or token.pos in {"ADJ", "NOUN", "PROPN", "NUM", "ADV"}
            or token.text == "-"
        ):
            if (
                token.lemma.lower() in _scopes()
                and token.pos == "ADJ"
                and not _noun_after(tokens, i, sentence.last)
            ):
                return None  # "45 dead"
            continue
        return None
    return None


def _noun_after(tokens: Sequence[Token], at: int, stop: int) -> bool:
    return at + 1 < stop and tokens[at + 1].pos in {"NOUN", "PROPN", "ADJ"}


@cache
def _scopes() -> dict[str, str]:
    return {r["lemma"]: r["normal"] for r in lexicon("scopes") if r["kind"] == "scope"}


@cache
def _people() -> dict[str, str]:
    return {r["lemma"]: r["normal"] for r in lexicon("scopes") if r["kind"] == "person"}


def _scope(account: Annotated, sentence: Sentence, noun: int, number: int) -> str:
    """What befell the counted: "seven people killed", "killing 12", "45 dead", "a toll of 30"."""
    tokens, scopes = account.tokens, _scopes()
    own = [i for i in range(sentence.first, sentence.last) if tokens[i].head in {noun, number} and i != noun]
    for i in own:
        if tokens[i].dep in {"acl", "amod", "relcl", "appos", "advcl"} and _word(tokens[i]) in scopes:
            return scopes[_word(tokens[i])]
    token = tokens[noun]
    for _ in range(4):
        head = tokens[token.head]
        if token.dep in {"nsubj", "nsubjpass", "dobj", "attr", "pobj", "conj", "npadvmod", "prep", "ROOT"}:
            if _word(head) in scopes and (
                head.pos != "VERB" or token.dep != "nsubj" or _intransitive(tokens, head)
            ):
                return scopes[_word(head)]
            left = [
                t
                for t in tokens[sentence.first : sentence.last]
                if t.head == token.head and t.dep in {"acomp", "nsubj"}
            ]
            hit = next((t for t in left if _word(t) in scopes and t.dep != token.dep), None)
            if hit:
                return scopes[_word(hit)]
        if token is head or head.pos in {"VERB", "AUX"}:
            break
        token = head
    after = tokens[max(noun, number) + 1 : min(sentence.last, max(noun, number) + 3)]
    near = next((t for t in after if t.pos in {"ADJ", "VERB", "AUX", "PUNCT"} and t.lemma != "be"), None)
    if near is None or near.tag not in {"VBN", "JJ", "VBD", "VBG"} or _takes_object(tokens, sentence, near):
        return ""
    return scopes.get(_word(near), "")


def _word(token: Token) -> str:
    lemma = token.lemma.lower()
    return lemma if lemma in _scopes() else token.text.lower()


def _takes_object(tokens: Sequence[Token], sentence: Sentence, verb: Token) -> bool:
    """ "Three gunmen killed two guards": nothing befell the gunmen."""
    row = tokens[sentence.first : sentence.last]
    return any(t.dep in {"dobj", "obj"} and tokens[t.head] is verb for t in row)


def _intransitive(tokens: Sequence[Token], verb: Token) -> bool:
    """ "Seven people died" befalls its subject; "two gunmen killed" does not."""
    return verb.lemma in {"die", "perish", "drown"}
