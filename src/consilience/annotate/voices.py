"""Speakers without a name of their own: people not named, several at once, what bodies are called.

Words a description ("a senior official"), finds again whom it described ("the official"), and
tells who are meant by several ("they", "both sides", "the two ministers"). Reads the parse and
the names already found; does not decide what is said. Invariant: a description is words of the
account; the members of a group are keys of named mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from ..data import lexicon
from ..model import Annotated, Mention, Speaker
from .gazetteer import words_of
from .refer import is_person, quoted_in
from .tree import Tree

SUBJECTS = ("nsubj", "nsubjpass")
ISSUERS = frozenset("police ministry government army military company council court embassy union".split())
MEDIA = frozenset(("agency", "newspaper", "paper", "media", "daily", "broadcaster", "outlet", "magazine"))
ASIDE = re.compile(r",? (?:who|whom|whose|which|speaking|that) |, | on (?:the )?condition ")
"""Where what else is told of a speaker begins: "an officer, who asked not to be named"."""
KEPT = frozenset("of for from with to in at on within among by".split())
"""Prepositions of a description; what other words add is left out."""
BOTH = frozenset("both two three four five six".split())
COUNTS = {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "pair": 2, "couple": 2, "duo": 2}
"""Words of several people with how many they are."""
SEVERAL = 3
"""Sentences back that "they" and "both" look for those they mean."""
LONGEST = 12
"""Words of a description."""


@cache
def documents() -> frozenset[str]:
    """Nouns for what speaks for its issuer: statement, readout, letter."""
    return frozenset(r["lemma"] for r in lexicon("documents"))


@dataclass(slots=True)
class Voices:
    """What one account calls those it does not name, in reading order."""

    found: Tree
    text: str
    quoted: list[tuple[int, int]]
    described: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, account: Annotated, found: Tree) -> Voices:
        """For an account and its parse."""
        return cls(found, account.witness.text, quoted_in(account))

    def kind(self, head: int) -> str:
        """The kind of speaker that a noun without a mention is."""
        token = self.found.tokens[head]
        lemma = token.lemma.lower()
        if lemma == "police":
            return "body"
        if lemma in documents() and token.pos != "PROPN":  # no "Calder Post"
            return "document"
        if lemma in ISSUERS | MEDIA | words_of("bodynoun") or token.ent in ("ORG", "GPE", "NORP"):
            return "unnamed" if token.pos == "NOUN" and is_person(lemma) else "body"
        return "person" if token.ent == "PERSON" and token.pos == "PROPN" else "unnamed"

    def describe(self, first: int, last: int, head: int) -> str:
        """A speaker's words as a name: no clause, no time of saying.

        "the official" after "a senior official" is that official.
        """
        name = self._worded(first, self._stop(first, last, head))
        token = self.found.tokens[head]
        plain = all(
            t.pos in ("DET", "PUNCT", "SPACE")
            for k in range(first, last)
            if (t := self.found.tokens[k]) is not token
        )
        known = self.described.get((token.lemma.lower(), token.tag))
        the = self.found.tokens[first].text.lower() in ("the", "this", "that", "these", "those")
        if the and plain and first < head and known is not None and known[0] < first:
            return known[1]
        if not plain or not the:
            self.described[token.lemma.lower(), token.tag] = (first, name)
        return name

    def _stop(self, first: int, last: int, head: int) -> int:
        """Where a description ends: before a clause, an apposition, and when it was said."""
        found, stop = self.found, last
        if found.tokens[head].lemma.lower() == "one":
            return last
        for k in found.kids[head]:
            if k <= head:
                continue
            token = found.tokens[k]
            noun = found.child(k, "pobj", "pcomp")
            far = token.dep == "prep" and (
                token.text.lower() not in KEPT
                or (noun is not None and found.tokens[noun].ent in ("DATE", "TIME"))
            )
            if token.dep in ("relcl", "acl", "appos", "advcl") or far:
                stop = min(stop, max(found.left[k], head + 1))
        for k in range(head + 1, stop):
            if found.tokens[k].dep == "relcl" or (found.tokens[k].tag in ("WP", "WDT") and k > head):
                stop = min(stop, found.left[k] if found.left[k] > head else k)
        return stop

    def _worded(self, first: int, stop: int) -> str:
        tokens = self.found.tokens
        words = " ".join(self.text[tokens[first].start : tokens[stop - 1].end].split())
        return " ".join(ASIDE.split(words)[0].split()[:LONGEST]).strip(" ,;:—–-") or words

    # -- who was the subject --

    def subjects(self, before: int, sentences: int) -> Iterator[int]:
        """Heads of the subjects before a token, nearest sentence first; none inside quotation marks.

        Within a sentence the subject of the main verb comes first.
        """
        found, number = self.found, self.found.sentence[before]
        for n in range(number, max(-1, number - sentences - 1), -1):
            sentence = found.sentences[n]
            row = [
                k
                for k in range(sentence.first, min(sentence.last, before))
                if found.tokens[k].dep in SUBJECTS and not self._in_quotes(found.tokens[k].start)
            ]
            yield from sorted(row, key=lambda k: (found.tokens[found.tokens[k].head].dep != "ROOT", -k))

    def _in_quotes(self, at: int) -> bool:
        return any(a <= at < b for a, b in self.quoted)

    def stands_for(self, head: int) -> int | None:
        """The common noun that a pronoun means: the last fitting subject, if it is no name.

        :returns: the noun's token; None where a name or nothing fits.
        """
        found, word = self.found, self.found.tokens[head].text.lower()
        for k in self.subjects(head, 2):
            token, inner = found.tokens[k], found.sentence[k] != found.sentence[head]
            lemma = token.lemma.lower()
            if token.pos == "PRON" or (inner and found.tokens[token.head].dep != "ROOT"):
                continue  # a subject within what a sentence says is not what the next is about
            if word == "it":
                return k if token.tag == "NN" and (self.kind(k) in ("document", "body")) else None
            if word == "they":
                many = token.tag == "NNS" or lemma in ("police", "people", "couple", "pair")
                return k if many and token.pos == "NOUN" and self.kind(k) != "document" else None
            if token.pos == "NOUN":
                return k if token.tag == "NN" and is_person(lemma) else None
            return None
        return None

    # -- several at once --

    def asked(self, first: int, last: int, head: int) -> int:
        """How many a subject says it means: 2 for "both sides", 1 for "they", 0 for no several."""
        tokens = self.found.tokens
        words = [t.text.lower() for t in tokens[first:last]]
        token = tokens[head]
        if words == ["they"]:
            return 1
        count = next((COUNTS[w] for w in words if w in COUNTS), 0)
        if count and len(words) <= 4 and (words[0] in ("the", "these", "those", "both") or words[0] in BOTH):
            definite = words[0] in ("the", "these", "those", "both")
            return count if definite else 0
        kin = token.lemma.lower() in words_of("kin") or token.lemma.lower() in ("side", "leader", "minister")
        return 2 if kin and token.tag == "NNS" and words[0] == "the" and len(words) == 2 else 0

    def members(self, head: int, many: int, named: Sequence[Mention]) -> list[Mention]:
        """The named ones that several are: joined subjects, or who met whom, of a sentence before."""
        found = self.found
        number = found.sentence[head]
        for n in range(number, max(-1, number - SEVERAL - 1), -1):
            sentence = found.sentences[n]
            stop = min(sentence.end, found.tokens[head].start)
            inside = [m for m in named if sentence.start <= m.span.start < stop and m.how != "pronoun"]
            inside = [m for m in inside if not self._in_quotes(m.span.start)]
            group = self._joined(inside, many) or self._met(inside, many, n)
            if group:
                return group
            if many == 1 and any(found.tokens[k].tag == "NNS" for k in self._own(n, head)):
                return []
        return []

    def _own(self, number: int, head: int) -> list[int]:
        sentence = self.found.sentences[number]
        last = min(sentence.last, head)
        return [k for k in range(sentence.first, last) if self.found.tokens[k].dep in SUBJECTS]

    def _joined(self, inside: Sequence[Mention], many: int) -> list[Mention]:
        """Names joined by "and" that are a subject or stand beside one ("the sisters A and B")."""
        found = self.found
        for m in inside:
            at = self._token(m)
            group = [m]
            grown = True
            while grown:
                grown = False
                for other in inside:
                    o = self._token(other)
                    if found.tokens[o].dep == "conj" and found.tokens[o].head == self._token(group[-1]):
                        group.append(other)
                        grown = True
            top = at
            while found.tokens[top].dep in ("appos", "compound", "nmod") and found.tokens[top].head != top:
                top = found.tokens[top].head
            fits = len({str(g.value) for g in group}) == len(group)
            if len(group) > 1 and fits and many in (1, len(group)) and found.tokens[top].dep in SUBJECTS:
                return group
        return []

    def _met(self, inside: Sequence[Mention], many: int, number: int) -> list[Mention]:
        """The one who met and the one who was met, where a sentence names two and no more."""
        found = self.found
        sentence = found.sentences[number]
        verbs = {t.lemma.lower() for t in found.tokens[sentence.first : sentence.last] if t.pos == "VERB"}
        for kinds in (("person",), ("place", "body")):
            group = list(
                {str(m.value): m for m in reversed(inside) if m.kind in kinds and self._stands(m)}.values()
            )
            group.sort(key=lambda m: m.span)
            if len(group) == max(many, 2) and (many > 1 or verbs & words_of("together")):
                return group
        return []

    def _stands(self, mention: Mention) -> bool:
        """Whether a name stands for itself, not for what is its own or before another name."""
        token = self.found.tokens[self._token(mention)]
        return token.dep not in ("poss", "compound", "amod", "nmod") and mention.how != "demonym"

    def _token(self, mention: Mention) -> int:
        """The token of a mention that hangs on one outside it."""
        found = self.found
        first, last = found.at(mention.span.start), found.at(mention.span.end - 1) + 1
        inside = range(first, min(last, len(found.tokens)))
        return next((k for k in inside if not first <= found.tokens[k].head < last), max(first, last - 1))


def together(speaker: Speaker, names: Sequence[str], keys: Sequence[str]) -> Speaker:
    """A speaker that is several: their names joined, their keys as members.

    >>> together(Speaker((), "They"), ["Ann Lee", "Bo Roe", "Cy Imm"], []).name
    'Ann Lee, Bo Roe and Cy Imm'
    """
    shown = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
    return replace(speaker, name=shown, key=None, kind="group", members=tuple(keys))
