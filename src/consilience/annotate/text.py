"""Sentences and tokens, with offsets into the witness's text.

Parses each paragraph by itself, so a headline never runs into the next line. A paragraph is a
line, or in text wrapped by hand the lines up to a blank one.
Does not read names or meaning. Invariant: ``text[token.start:token.end] == token.text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from unicodedata import is_normalized, normalize

from ..ingest.regions import WRAPPED
from ..model import UNREAD, Annotated, Region, Sentence, Token, Witness
from ..settings import Annotate
from .pipeline import pipeline

if TYPE_CHECKING:
    from spacy.tokens import Doc

LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85]+")
BLOCK = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
LETTER = re.compile(r".[\u0300-\u036f\u1160-\u11ff]*", re.DOTALL)
BREAKS = str.maketrans(dict.fromkeys("\n\r\u2028\u2029\x0b\x0c\x85", " "))


def paragraphs(witness: Witness) -> Iterator[tuple[int, int, str]]:
    """Yield ``(start, end, kind)`` of each paragraph that is read, without outer white space.

    >>> w = Witness("w1:0", "a", "One.\\n\\n  Two.", regions=(Region(0, 13, "body", "text"),))
    >>> list(paragraphs(w))
    [(0, 4, 'body'), (8, 12, 'body')]
    """
    regions = witness.regions or (Region(0, len(witness.text), "body", "whole text"),)
    for region in regions:
        if region.kind in UNREAD:
            continue
        pattern = BLOCK if region.reason == WRAPPED else LINE
        for line in pattern.finditer(witness.text, region.start, region.end):
            words = line.group().strip()
            if words:
                start = line.start() + line.group().index(words)
                yield start, start + len(words), region.kind


def parse(witness: Witness, settings: Annotate = Annotate()) -> Annotated:  # noqa: B008 - frozen
    """Parse a witness into tokens and sentences.

    :returns: an ``Annotated`` without mentions or statements. Token heads are indices into
        its ``tokens``; a sentence's root is its own head.
    """
    lines = list(paragraphs(witness))
    texts = [witness.text[start:end].translate(BREAKS) for start, end, _ in lines]
    composed = [_composed(text) for text in texts]
    docs = pipeline(settings.max_sentence)([text for text, _ in composed])
    tokens: list[Token] = []
    sentences: list[Sentence] = []
    for number, ((start, _, kind), doc) in enumerate(zip(lines, docs, strict=True)):
        first = len(sentences)
        _append(doc, start, kind, number, tokens, sentences)
        if places := composed[number][1]:
            _replace(witness.text, start, places, tokens, sentences, first)
    return Annotated(witness, tuple(tokens), tuple(sentences))


def _composed(text: str) -> tuple[str, list[int]]:
    """A text with its letters and accents composed, as the parser knows them.

    :returns: the text, and where each of its characters begins in the given one, with the end;
        no places where they are the same.
    """
    if is_normalized("NFC", text):
        return text, []
    out, places = list[str](), list[int]()
    for letter in LETTER.finditer(text):
        plain = normalize("NFC", letter.group())
        out.append(plain)
        places += [letter.start()] * len(plain)
    return "".join(out), [*places, len(text)]


def _replace(
    text: str, at: int, places: list[int], tokens: list[Token], sentences: list[Sentence], first: int
) -> None:
    """Put the tokens and sentences of a composed paragraph back where they stand in the account."""
    for number in range(first, len(sentences)):
        s = sentences[number]
        for i in range(s.first, s.last):
            start, end = at + places[tokens[i].start - at], at + places[tokens[i].end - at]
            end = max(end, start + 1)
            tokens[i] = replace(tokens[i], start=start, end=end, text=text[start:end])
        start, end = tokens[s.first].start, tokens[s.last - 1].end
        sentences[number] = replace(s, start=start, end=end)


def _append(
    doc: Doc, at: int, kind: str, paragraph: int, tokens: list[Token], sentences: list[Sentence]
) -> None:
    """Add one parsed paragraph; white-space tokens are dropped and heads renumbered."""
    from numpy import arange, cumsum, int64
    from spacy.attrs import DEP, ENT_TYPE, HEAD, IDX, IS_SPACE, LEMMA, LENGTH, ORTH, POS, SENT_START, TAG

    places = doc.to_array((IDX, LENGTH, HEAD, SENT_START, IS_SPACE)).astype(int64)
    heads = (arange(len(doc)) + places[:, 2]).tolist()
    place = (len(tokens) + cumsum(places[:, 4] == 0) - 1).tolist()
    rows = doc.to_array((ORTH, LEMMA, POS, TAG, DEP, ENT_TYPE)).tolist()
    known = {value: doc.vocab.strings[value] for row in rows for value in row}
    names = [[known[value] for value in row] for row in rows]
    first = len(tokens)
    for i, (start, length, _, opens, blank) in enumerate(places.tolist()):
        if opens == 1:
            first = _close(first, kind, paragraph, tokens, sentences)
        if not blank:
            text, lemma, pos, tag, dep, ent = names[i]
            head = heads[i] if not places[heads[i], 4] else i
            start += at
            tokens.append(Token(start, start + length, text, lemma, pos, tag, dep, place[head], ent))
    _close(first, kind, paragraph, tokens, sentences)


def _close(first: int, kind: str, paragraph: int, tokens: list[Token], sentences: list[Sentence]) -> int:
    """End the sentence that began with token ``first``, if any token has come since."""
    if first < len(tokens):
        start, end = tokens[first].start, tokens[-1].end
        sentences.append(Sentence(start, end, first, len(tokens), kind, paragraph))
    return len(tokens)
