"""Sentence vectors without a neural network at run time.

A table with one vector for each WordPiece of a vocabulary; a text's vector is the mean of
its pieces' vectors, at unit length (the Model2Vec way of distilling a sentence encoder; see
``data/encoder.md``). Does not read word order. Invariant: a text's vector depends on that
text alone, never on the batch it came in.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PIECES = 256
LONGEST_WORD = 100


class Encoder(Protocol):
    """Turns texts into unit vectors, so that a dot product is a cosine."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape ``(len(texts), dimensions)``; a text without a known word gives zeros."""
        ...


def words(text: str) -> list[str]:
    """Split as uncased BERT does: lower case, no accents, punctuation and ideographs alone.

    >>> words("Café's 3rd day.")
    ['cafe', "'", 's', '3rd', 'day', '.']
    """
    folded = unicodedata.normalize("NFD", text.lower())
    return "".join(map(_spread, folded)).split()


@lru_cache(maxsize=65536)
def _spread(char: str) -> str:
    """A character as it counts: itself in a word, between spaces if it stands alone, or nothing."""
    category = unicodedata.category(char)
    if char.isspace():
        return " "
    if category == "Mn" or category.startswith("C"):
        return ""
    ascii_mark = char.isascii() and not char.isalnum()
    ideograph = 0x3400 <= ord(char) <= 0x9FFF or 0xF900 <= ord(char) <= 0xFAFF or ord(char) >= 0x20000
    return f" {char} " if ascii_mark or category.startswith("P") or ideograph else char


class StaticEncoder:
    """The encoder that ships: a table of int8 vectors, about ten thousand sentences a second.

    >>> vectors = StaticEncoder.load().encode(["The bridge fell.", "The bridge collapsed.", "Tax rises."])
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    True
    """

    def __init__(
        self, vocabulary: dict[str, int], table: NDArray[np.int8], scale: NDArray[np.float32]
    ) -> None:
        self._vocabulary, self._table, self._scale = vocabulary, table, scale
        self._pieces = lru_cache(maxsize=65536)(self._split)

    @classmethod
    @cache
    def load(cls) -> StaticEncoder:
        """Read the table in ``data/encoder.npz``, once a process."""
        import numpy as np

        raw = (resources.files("consilience.data") / "encoder.npz").read_bytes()
        with np.load(BytesIO(raw)) as parts:
            vocabulary = bytes(parts["vocabulary"]).decode("utf-8").split("\n")
            table, scale = parts["table"], parts["scale"].astype(np.float32)
        return cls({piece: n for n, piece in enumerate(vocabulary)}, table, scale)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape ``(len(texts), 256)``."""
        import numpy as np

        out = np.zeros((len(texts), self._table.shape[1]), np.float32)
        for row, text in enumerate(texts):
            total, _ = self._sum(text)
            length = float(np.sqrt(total @ total))
            out[row] = total / length if length else 0
        return out

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Mean vectors of single words, of shape ``(len(texts), 256)`` and of any length.

        Zeros stand for a word none of whose pieces is known.
        """
        import numpy as np

        out = np.zeros((len(texts), self._table.shape[1]), np.float32)
        for row, text in enumerate(texts):
            total, count = self._sum(text)
            out[row] = total / max(count, 1)
        return out

    def _sum(self, text: str) -> tuple[NDArray[np.float32], int]:
        """The sum of a text's vectors, and how many pieces it has."""
        import numpy as np

        pieces = [p for word in words(text) for p in self._pieces(word)][:MAX_PIECES]
        total = self._scale[pieces] @ self._table[pieces].astype(np.float32)
        return np.asarray(total, np.float32), len(pieces)

    def rarity(self, word: str) -> float:
        """How rare a word is in English, 0 to 1, by the place of its rarest piece in the vocabulary.

        The vocabulary runs from frequent to rare; a word of several pieces is rare.

        >>> encoder = StaticEncoder.load()
        >>> encoder.rarity("people") < encoder.rarity("archipelago")
        True
        """
        pieces = self._pieces(word.lower())
        if len(pieces) != 1:
            return 1.0
        return math.log(1 + pieces[0]) / math.log(1 + len(self._vocabulary))

    def _split(self, word: str) -> tuple[int, ...]:
        """A word's pieces, longest first from the left; a word that does not divide gives none."""
        found: list[int] = []
        start = 0
        while start < len(word) <= LONGEST_WORD:
            for end in range(len(word), start, -1):
                piece = self._vocabulary.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    found.append(piece)
                    start = end
                    break
            else:
                return ()
        return tuple(found)
