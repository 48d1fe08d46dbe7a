"""Entities, decided for all tokens at once.

spaCy's recogniser walks through a text and asks its network at each token, with what entity is
open. Outside an entity, where most tokens are, nothing but the token itself can differ: so these
answers are one multiplication for a whole batch, and only inside an entity is the network asked
token by token, between going on and ending. Same weights, same rules of what may follow what.
Does not read what an earlier step marked as an entity. Invariant: up to the rounding of floats the
entities are spaCy's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc

Entity = tuple[int, int, int]
"""First token, the one after the last, label."""


class Entities:
    """The step that sets the entities of documents that have none."""

    def __init__(self, part: Any) -> None:
        from numpy import array

        self.model = part.model
        names = _moves(part)
        strings = part.vocab.strings
        self.kind = [name[0] for name in names]
        self.label = [strings[name[2:]] if len(name) > 2 else 0 for name in names]
        self.place = {name: i for i, name in enumerate(zip(self.kind, self.label, strict=True))}
        self.free = array([name[0] in "BUO" and name != "U-" for name in names])
        self.short = self.free & array([kind != "B" for kind in self.kind])
        self.out = names.index("O")

    @staticmethod
    def fits(part: Any) -> bool:
        """Whether the recogniser is of the form that this runs."""
        names = _moves(part)
        labels = {name[2:] for name in names if len(name) > 2}
        lower = part.model.get_ref("lower")
        return (
            sorted(names) == sorted(["O", "U-", *(f"{kind}-{x}" for kind in "BILU" for x in labels)])
            and part.model.attrs["has_upper"]
            and not part.model.attrs["unseen_classes"]
            and (lower.get_dim("nF"), lower.get_dim("nP")) == (3, 2)
        )

    def __call__(self, docs: list[Doc]) -> list[Doc]:
        """Set the entities of some documents."""
        from spacy.tokens import Span

        features, choice = self._choices(docs)
        first = 0
        for doc in docs:
            last = first + len(doc)
            found = self._entities(_ends(doc), features[first + 1 : last + 1], choice[first:last])
            doc.set_ents([Span(doc, start, end, label=label) for start, end, label in found])
            first = last
        return docs

    def _choices(self, docs: Sequence[Doc]) -> tuple[Any, Any]:
        """What each token gives to the network in each of three places, and its best move outside."""
        from numpy import concatenate, float32, inf, where
        from spacy.attrs import IS_SPACE

        tokens = self.model.get_ref("tok2vec").predict(docs)
        features = self.model.get_ref("lower").predict(tokens)
        scores = self._scores(features[1:, 0] + features[0, 1] + features[0, 2])
        edge = concatenate([_ends(doc) for doc in docs])
        space = concatenate([doc.to_array(IS_SPACE) for doc in docs])
        free = where(self.free, scores, float32(-inf)).argmax(1)
        short = where(self.short, scores, float32(-inf)).argmax(1)
        return features, where(space == 1, self.out, where(edge, short, free))

    def _scores(self, summed: Any) -> Any:
        upper = self.model.get_ref("upper")
        hidden = (summed + self.model.get_ref("lower").get_param("b")).max(-1)
        return hidden @ upper.get_param("W").T + upper.get_param("b")

    def _entities(self, edge: Any, features: Any, choice: Any) -> Iterator[Entity]:
        """The entities of one document.

        :param edge: tokens after which the sentence ends.
        """
        at = 0
        for start in (choice != self.out).nonzero()[0].tolist():
            if start < at:
                continue
            move, at = choice[start], start + 1
            if self.kind[move] == "B":
                at = self._end(edge, features, start, self.label[move])
            yield start, at, self.label[move]

    def _end(self, edge: Any, features: Any, start: int, label: int) -> int:
        """The token after the last of the entity that begins at ``start``."""
        into, last = self.place["I", label], self.place["L", label]
        at = start + 1
        while not edge[at]:
            scores = self._scores(features[at, 0] + features[start, 1] + features[at - 1, 2])
            if (scores[into], -into) < (scores[last], -last):
                break
            at += 1
        return at + 1


def _moves(part: Any) -> list[str]:
    return [part.moves.get_class_name(i) for i in range(part.moves.n_moves)]


def _ends(doc: Doc) -> Any:
    """Whether a sentence, or the document, ends after each token."""
    from numpy import append
    from spacy.attrs import SENT_START

    return append(doc.to_array(SENT_START)[1:] == 1, True)
