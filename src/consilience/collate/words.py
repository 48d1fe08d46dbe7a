"""The words of a passage as the apparatus compares them.

A name, an amount, a date, a compound with a hyphen or a phrase ("carry out") is one word where
another reading has its equal in another shape ("implement"), and its single words elsewhere. Does not align.
Invariant: the texts of a reading's words, in order, are the passage without its punctuation.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import isfinite

from ..data import lexicon
from ..model import Annotated, Mention, Quantity, Span, Token, When
from .evidence import american, folded, number

Unit = tuple[int, str]
"""End of a name, amount or date in the text, and its value."""
KEY = "e1:"
"""Opens the key of an entity."""
HYPHEN = "joined "
"""Opens the ``whole`` of a compound that is written with a hyphen."""
CLITICS = {"an": "a", "n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'m": "am"}
"""What a contraction leaves of a word, and the word."""
CUT = {("'s", "be"): "is", ("ca", "can"): "can", ("wo", "will"): "will", ("sha", "shall"): "shall"}
"""The same where only the lemma tells it."""


DASHES = frozenset("-\u2010\u2011")
SIGNS = frozenset("%$£€¥&")
"""Marks that are read as words."""


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word or a whole name: as written, in normal form, its lemma, and its value (key or number).

    ``whole`` is the value of the longer name, amount or date that it is a part of, "" otherwise;
    ``joint`` is what stands between it and the word before: a space, a hyphen or nothing.
    """

    form: str
    text: str
    lemma: str = ""
    value: str = ""
    whole: str = ""
    joint: str = " "

    @property
    def base(self) -> str:
        """The lemma, or the form where no lemma is known."""
        return self.lemma or self.form


def words_of(span: Span, account: Annotated) -> tuple[Word, ...]:
    """The words of a passage, with the values of its names, amounts and dates."""
    units = _values(span, account)
    out: list[Word] = []
    value, end, last = "", 0, Token(0, -1, "", "", "", "", "", 0, "")
    hyphen = False
    for n in range(*_within(span, account)):
        token = account.tokens[n]
        if not any(map(str.isalnum, token.text)) and token.text not in SIGNS:
            hyphen = token.text in DASHES and token.start == last.end
            if token.tag == "POS" and out:  # the boats' crews
                out[-1] = replace(out[-1], text=out[-1].text + token.text)
            last = token if hyphen else last
            continue
        if token.start in units:
            end, value = units[token.start]
        joint = " " if token.start != last.end else "-" if hyphen else ""
        word = replace(_word(token), joint=joint)
        if token.end <= end:
            whole = token.start in units and token.end == end
            word = replace(word, value=value) if whole else replace(word, whole=value)
        elif hyphen and joint and out and not out[-1].whole:
            word = replace(word, whole=HYPHEN + out[-1].form + word.form)
            out[-1] = replace(out[-1], whole=word.whole)
        out.append(word)
        last, hyphen = token, False
    return tuple(out)


def spelt(words: Sequence[Word]) -> str:
    """The text of words that stand side by side.

    >>> spelt([Word("they", "They"), Word("do", "do"), Word("not", "n't", joint="")])
    "They don't"
    """
    return "".join(w.text if n == 0 else w.joint + w.text for n, w in enumerate(words))


def _within(span: Span, account: Annotated) -> tuple[int, int]:
    """First and last token of a span (half-open)."""
    first = bisect_left(account.tokens, span.start, key=lambda t: t.start)
    return first, bisect_left(account.tokens, span.end, key=lambda t: t.start)


def _word(token: Token) -> Word:
    """A token; a number has its figures for a value."""
    bare, lemma = folded(token.text).lower(), token.lemma.lower()
    form = CLITICS.get(bare) or CUT.get((bare, lemma)) or form_of(token.text)
    figures = number(form) if token.pos == "NUM" else ""
    return Word(form, token.text, american(lemma), figures if figures[:1].isdigit() else "")


@lru_cache(maxsize=65536)
def form_of(text: str) -> str:
    """The form in which words are compared: small letters, American, without accents and marks in words.

    An abbreviation that would look like a small word keeps its capitals.

    >>> form_of("Café"), form_of("Colour"), form_of("U.S."), form_of("O’Hara")
    ('cafe', 'color', 'US', 'ohara')
    """
    return " ".join(_bare(piece) for piece in unaccented(folded(text)).split())


def _bare(piece: str) -> str:
    low = piece.lower()
    if any(map(str.isdigit, low)):
        return low
    bare = american("".join(c for c in american(low) if c not in "'.-")) or low
    return bare.upper() if bare in light() and len(bare) > 1 and piece.isupper() else bare


def unaccented(text: str) -> str:
    """Text without the marks over and under its letters."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")


@cache
def light() -> frozenset[str]:
    """Function words: they hold a sentence together and tell no fact alone."""
    return frozenset(row["word"] for row in lexicon("function_words"))


def _values(span: Span, account: Annotated) -> dict[int, Unit]:
    """Where a name, amount or date begins in the passage: its end and value; the longest of each place."""
    found: dict[int, Unit] = {}
    first = bisect_left(account.mentions, span.start, key=lambda m: m.span.start)
    for mention in account.mentions[first:]:
        if mention.span.start >= span.end:
            break
        value = _value(mention)
        if not value or mention.span.end > span.end or mention.how == "pronoun":
            continue
        at = _honorific(mention, account, span.start)
        if mention.span.end > found.get(at, (0, ""))[0]:
            found[at] = (mention.span.end, value)
    return found


def _value(mention: Mention) -> str:
    """What a mention comes to, in one form; "" where that is not known."""
    value = mention.value
    if isinstance(value, str):
        return value
    if isinstance(value, When):
        return f"{value.start}/{value.end}" if value.start else ""
    if not isinstance(value, Quantity):
        return ""
    low, high = (f"{x:.15g}" for x in (value.low, value.high))
    unit = f" {value.unit}" if value.kind != "number" or value.unit in _measures() else ""
    return (low if low == high else f"{low}–{high}" if isfinite(value.high) else f"{low}+") + unit


@cache
def _measures() -> frozenset[str]:
    return frozenset(row["unit"] for row in lexicon("units"))


def _honorific(mention: Mention, account: Annotated, least: int) -> int:
    """Where a person's name begins, with the honorific before it ("Mr Poe")."""
    at = mention.span.start
    if mention.kind != "person":
        return at
    n = bisect_left(account.tokens, at, key=lambda t: t.start) - 1
    if n >= 0 and account.tokens[n].start >= least:
        token = account.tokens[n]
        if token.text.lower().rstrip(".") in _honorifics() and at - token.end <= 1:
            return token.start
    return at


@cache
def _honorifics() -> frozenset[str]:
    found = {r["phrase"].lower().rstrip(".") for r in lexicon("titles") if r["class"] == "honorific"}
    return frozenset(found | {"prof"})


# -- what becomes one word beside another reading --


def gathered(readings: Sequence[Sequence[Word]]) -> list[tuple[Word, ...]]:
    """The readings with amounts, compounds and phrases made one word where another has their equal.

    >>> one = [Word("carried", "carried", "carry"), Word("out", "out", "out"), Word("it", "it")]
    >>> [w.text for w in gathered([one, [Word("implement", "implement"), Word("it", "it")]])[0]]
    ['carried out', 'it']
    """
    rows = [tuple(row) for row in readings]
    if len(set(rows)) < 2:
        return rows
    shapes = _shapes(rows)
    known = [_phrases_in(row) for row in rows]
    sets: dict[str, set[str]] = defaultdict(set)
    for row, phrases in zip(rows, known, strict=True):
        for name in {name for _, name in phrases.values()} | {w.base for w in row} | {w.form for w in row}:
            for group in synonyms().get(name, ()):
                sets[group].add(name)
    return [tuple(_gather(row, shapes, phrases, sets)) for row, phrases in zip(rows, known, strict=True)]


def _shapes(rows: Sequence[Sequence[Word]]) -> dict[str, set[str]]:
    """The forms in which each value stands in any reading.

    A compound stands under its joined form, and a name too beside its last word alone ("Ada Poe", "Poe").
    """
    out: dict[str, set[str]] = defaultdict(set)
    bare = {form for row in rows for form in _alone(row)}
    for row in rows:
        for start, end in _units(row):
            value = row[start].whole or row[start].value
            out[value].add(" ".join(w.form for w in row[start:end]))
            if value.startswith(KEY) and row[end - 1].form in bare:
                out[value].add(row[end - 1].form)
        for word in row:
            out[HYPHEN + word.form].add(word.form)
    return out


def _alone(row: Sequence[Word]) -> Iterator[str]:
    """Words with a capital that stand alone, as a surname does."""
    capital = [False, *(w.text[:1].isupper() and w.form not in light() for w in row), False]
    for word, before, this, after in zip(row, capital, capital[1:], capital[2:], strict=False):
        if this and not (before or after or word.whole):
            yield word.form


def _units(row: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Runs of words with one ``whole``, and single words with a value."""
    at = 0
    while at < len(row):
        end = at + 1
        if row[at].whole:
            while end < len(row) and row[end].whole == row[at].whole:
                end += 1
            yield at, end
        elif row[at].value:
            yield at, end
        at = end


def _gather(
    row: Sequence[Word],
    shapes: Mapping[str, set[str]],
    phrases: Mapping[int, tuple[int, str]],
    sets: Mapping[str, set[str]],
) -> Iterator[Word]:
    at = 0
    units = dict(_units(row))
    while at < len(row):
        end, whole = units.get(at, at + 1), row[at].whole
        if end > at + 1 and len(shapes[whole]) > 1:
            form = "".join(w.form for w in row[at:end]) if whole.startswith(HYPHEN) else ""
            yield _one(row[at:end], form=form, value="" if form else whole)
        elif at in phrases and any(len(sets[s]) > 1 for s in synonyms()[phrases[at][1]]):
            end = phrases[at][0]
            yield _one(row[at:end], lemma=phrases[at][1])
        else:
            end = at + 1
            yield row[at]
        at = end


def _one(words: Sequence[Word], form: str = "", lemma: str = "", value: str = "") -> Word:
    joined = form or " ".join(w.form for w in words)
    return Word(joined, spelt(words), lemma or joined, value, joint=words[0].joint)


def _phrases_in(row: Sequence[Word]) -> dict[int, tuple[int, str]]:
    """Where a phrase of the lexicon begins: its end and its name; the longest at each place."""
    out: dict[int, tuple[int, str]] = {}
    taken = 0
    for at, word in enumerate(row):
        if at < taken or word.value:
            continue
        for name in _phrases().get(word.base, _phrases().get(word.form, ())):
            parts = name.split()
            rest = row[at + 1 : at + len(parts)]
            if len(rest) + 1 == len(parts) and all(
                part in (w.form, w.base) for part, w in zip(parts[1:], rest, strict=True)
            ):
                out[at] = (at + len(parts), name)
                taken = at + len(parts)
                break
    return out


def members(words: str) -> list[str]:
    """The words of a set of a lexicon, in American spelling, as lemmas are compared.

    >>> members("criticise;find fault with")
    ['criticize', 'find fault with']
    """
    return [" ".join(map(american, word.split())) for word in words.split(";")]


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Word or phrase (lemmas, American) → the sets it stands in, each named by its words."""
    out: dict[str, list[str]] = defaultdict(list)
    for row in lexicon("synonyms"):
        for word in members(row["words"]):
            out[word].append(row["words"])
    return {word: tuple(groups) for word, groups in out.items()}


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    """First word → the phrases that begin with it, longest first."""
    out: dict[str, list[str]] = defaultdict(list)
    for name in synonyms():
        if " " in name:
            out[name.split()[0]].append(name)
    return {first: tuple(sorted(names, key=lambda n: (-len(n.split()), n))) for first, names in out.items()}
