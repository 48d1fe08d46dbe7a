"""Word classes and lemmas, looked up instead of matched anew for every word.

spaCy's attribute ruler matches 179 patterns on each token. All but eight look at one token: at its
tag, its dependency, and whether it is one of a hundred words. What they say is asked once for each
such kind and remembered, and so is the lemma of each word in its class. The eight that look at
neighbours are matched as before. Does not set morphology, which nothing reads.
Invariant: classes and lemmas are those of spaCy's two components, token for token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc

READ = frozenset({"TAG", "LOWER", "DEP", "IS_SPACE"})
"""What a pattern may look at."""
MOST = 200_000
"""Words remembered; then memory starts anew."""

Kind = tuple[int, int, int]
"""Tag, dependency, and the word where a pattern names it, else 0."""
Class = tuple[int, int, int]
"""Part of speech, morphology, and the lemma where a pattern gives it, else 0."""


class Words:
    """The step that sets class and lemma of every token."""

    def __init__(self, nlp: Any) -> None:
        from spacy.pipeline import AttributeRuler

        self.vocab = nlp.vocab
        self.lemmatizer = nlp.get_pipe("lemmatizer")
        index = self.lemmatizer.lookups.get_table("lemma_index", {})
        for part, known in list(index.items()):
            index[part] = frozenset(known)  # looked through for every ending: a list of 90,000 nouns
        self.single, self.several = AttributeRuler(nlp.vocab), AttributeRuler(nlp.vocab)
        patterns = nlp.get_pipe("attribute_ruler").patterns
        for pattern in patterns:
            (self.single if _alone(pattern) else self.several).add_patterns([pattern])
        firsts = [tokens[0] for p in patterns for tokens in p["patterns"]]
        self.named = _any_of(firsts)
        starts = [tokens[0] for p in self.several.patterns for tokens in p["patterns"]]
        self.opening = _any_of(starts)
        self.opening_deps = {self.vocab.strings[t["DEP"]] for t in starts if "LOWER" not in t}
        self.word: dict[int, int] = {}
        self.openers: set[Kind] = set()
        self.classes: dict[Kind, Class] = {}
        self.lemmas: dict[tuple[int, int, int], int] = {}

    @staticmethod
    def fits(nlp: Any) -> bool:
        """Whether patterns look at nothing but word, tag and dependency, and the lemma is by rule."""
        patterns = nlp.get_pipe("attribute_ruler").patterns
        tokens = [token for p in patterns for tokens in p["patterns"] for token in tokens]
        return (
            nlp.has_pipe("lemmatizer")
            and nlp.get_pipe("lemmatizer").mode == "rule"
            and all(set(token) <= READ and _expression(token.get("LOWER", "")) for token in tokens)
            and all(p["attrs"].keys() <= {"POS", "LEMMA"} and _opens(p) for p in patterns if not _alone(p))
        )

    def __call__(self, docs: list[Doc]) -> list[Doc]:
        """Set class and lemma of the tokens of some documents."""
        from numpy import array, uint64
        from spacy.attrs import LEMMA, ORTH, POS

        classes = self._classes(docs)
        words = [doc.to_array(ORTH).tolist() for doc in docs]
        asked = [
            [(word, pos, form) for word, (pos, form, _) in zip(*pair, strict=True)]
            for pair in zip(words, classes, strict=True)
        ]
        self._ask_lemmas({one for doc in asked for one in doc})
        for doc, mine, lemmas in zip(docs, classes, asked, strict=True):
            rows = [
                (pos, lemma or self.lemmas[one]) for (pos, _, lemma), one in zip(mine, lemmas, strict=True)
            ]
            doc.from_array((POS, LEMMA), array(rows, dtype=uint64))
        return docs

    def _classes(self, docs: Sequence[Doc]) -> list[list[Class]]:
        """The classes of each document's tokens."""
        from spacy.attrs import DEP, LEMMA, LOWER, POS, TAG

        kinds = [
            [(tag, dep, self._named(lower)) for lower, tag, dep in doc.to_array((LOWER, TAG, DEP)).tolist()]
            for doc in docs
        ]
        self._ask_classes({kind for one in kinds for kind in one})
        out = [[self.classes[kind] for kind in one] for one in kinds]
        for doc, before, mine in zip(docs, kinds, out, strict=True):
            if self.openers.isdisjoint(before):
                continue
            for rule, _, start, _ in self.several.match(doc):
                at, given = start + self.several.indices[rule], self.several.attrs[rule]
                pos, form, lemma = mine[at]
                mine[at] = given.get(POS, pos), form, given.get(LEMMA, lemma)
        return out

    def _named(self, lower: int) -> int:
        """A word that some pattern names, or white space; 0 for every other."""
        known = self.word.get(lower)
        if known is None:
            if len(self.word) >= MOST:
                self.word.clear()
            text = self.vocab.strings[lower]
            known = self.word[lower] = lower if text.isspace() or self.named.fullmatch(text) else 0
        return known

    def _ask_classes(self, kinds: set[Kind]) -> None:
        """Have spaCy's ruler say the class of kinds not met before."""
        from spacy.attrs import LEMMA, MORPH, POS
        from spacy.tokens import Doc

        name, new = self.vocab.strings, sorted(kinds - self.classes.keys())
        if new:
            tags, deps = [name[tag] for tag, _, _ in new], [name[dep] for _, dep, _ in new]
            doc = Doc(self.vocab, [name[word] or "word" for _, _, word in new], tags=tags, deps=deps)
            answers = self.single(doc).to_array((POS, MORPH, LEMMA)).tolist()
            self.classes.update(zip(new, map(tuple, answers), strict=True))
            self.openers |= {
                k for k in new if k[1] in self.opening_deps or self.opening.fullmatch(name[k[2]])
            }

    def _ask_lemmas(self, words: set[tuple[int, int, int]]) -> None:
        """Have spaCy's lemmatizer say the lemma of words, in their classes, not met before."""
        from numpy import array, uint64
        from spacy.attrs import LEMMA, MORPH, POS
        from spacy.tokens import Doc

        if len(self.lemmas) >= MOST:
            self.lemmas.clear()
        if new := sorted(words - self.lemmas.keys()):
            doc = Doc(self.vocab, [self.vocab.strings[word] for word, _, _ in new])
            doc.from_array((POS, MORPH), array([one[1:] for one in new], dtype=uint64))
            self.lemmas.update(zip(new, self.lemmatizer(doc).to_array(LEMMA).tolist(), strict=True))


def _alone(pattern: dict[str, Any]) -> bool:
    return all(len(tokens) == 1 for tokens in pattern["patterns"])


def _opens(pattern: dict[str, Any]) -> bool:
    """Whether a pattern's first token is told by its word, or by one dependency."""
    return all("LOWER" in t[0] or isinstance(t[0].get("DEP"), str) for t in pattern["patterns"])


def _any_of(tokens: Sequence[dict[str, Any]]) -> re.Pattern[str]:
    return re.compile("|".join(_expression(token["LOWER"]) for token in tokens if "LOWER" in token) or "(?!)")


def _expression(test: Any) -> str:
    """A pattern's test of a word as a regular expression that the whole word must match."""
    if isinstance(test, str):
        return re.escape(test) or "(?!)"
    if len(test) == 1 and "IN" in test:
        return "|".join(re.escape(word) for word in test["IN"])
    return f".*(?:{test['REGEX']}).*" if len(test) == 1 and "REGEX" in test else ""
