"""The words of many accounts in little room: about nine bytes a word, spans and flags included.

Each different word is held once. Does not find anything. Invariant: what was put in comes out
equal, until it is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .reuse import Array, Prints, Words, combined, fingerprints

SIZES = np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.uint32)
COLUMNS = 5


class Packed:
    """Words of accounts by number.

    >>> from consilience.model import Annotated, Witness
    >>> from consilience.trace.reuse import words_of
    >>> words = words_of(Annotated(Witness("a", "a", "The mill burnt down, “all of it”."), (), ()))
    >>> packed = Packed()
    >>> packed.put(0, words)
    >>> packed.get(0) == words
    True
    """

    def __init__(self) -> None:
        self.keys: dict[int, str] = {}
        self._data: dict[int, bytes] = {}
        self._word: list[str] = []
        self._id: dict[str, int] = {}
        self._prints: Prints = np.zeros(64, np.uint64)
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._data)

    def put(self, number: int, words: Words) -> None:
        """Keep the words of an account."""
        ids = self._ids(words)
        starts, ends = np.array(words.starts, np.int64), np.array(words.ends, np.int64)
        gaps = starts - np.concatenate([[0], ends[:-1]]) if len(words) else starts
        quoted, bracketed, stops = (
            np.array(flag, np.uint8) for flag in (words.quoted, words.bracketed, words.stops)
        )
        flags = quoted + 2 * bracketed + 4 * stops
        lines = np.diff(np.array(words.line, np.int64), prepend=0)
        self._data[number] = b"".join(map(_small, (ids, gaps, ends - starts, lines, flags)))
        self.keys[number] = words.key

    def get(self, number: int) -> Words:
        """The words of an account."""
        ids, gaps, lengths, lines, flags = _columns(self._data[number])
        ends = np.cumsum(gaps.astype(np.int64) + lengths)
        words = Words(
            self.keys[number],
            tuple((ends - lengths).tolist()),
            tuple(ends.tolist()),
            tuple(map(self._word.__getitem__, ids.tolist())),
            tuple((flags & 1 > 0).tolist()),
            tuple(np.cumsum(lines, dtype=np.int64).tolist()),
            tuple((flags & 2 > 0).tolist()),
            tuple((flags & 4 > 0).tolist()),
        )
        words.known(self._prints[ids])
        return words

    def prints(self, number: int, size: int) -> Prints:
        """Fingerprints of the runs of an account, as ``Words.prints`` has them, without the words."""
        return combined(self._prints[_column(self._data[number], 0)[0]], size)

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget accounts; words that no account has any more, now and then."""
        for number in numbers:
            del self._data[number], self.keys[number]
            self._dropped += 1
        if self._dropped > len(self._data):
            fresh = Packed()
            for kept in self._data:
                fresh.put(kept, self.get(kept))
            self._data, self._word, self._id = fresh._data, fresh._word, fresh._id
            self._prints, self._dropped = fresh._prints, 0

    def arrays(self) -> dict[str, Array]:
        """What ``of`` makes it from."""
        numbers = sorted(self._data)
        return {
            "numbers": np.array(numbers, np.int64),
            "keys": lines(json.dumps(self.keys[number]) for number in numbers),
            "ends": np.cumsum([len(self._data[n]) for n in numbers], dtype=np.int64),
            "words": np.frombuffer(b"".join(self._data[n] for n in numbers), np.uint8),
            "vocabulary": lines(self._word),
        }

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Packed:
        """The accounts of some arrays."""
        packed = cls()
        numbers, ends = held["numbers"].tolist(), held["ends"].tolist()
        data = held["words"].tobytes()
        packed.keys = dict(zip(numbers, map(json.loads, unlined(held["keys"])), strict=True))
        starts = [0, *ends][: len(ends)]
        packed._data = {n: data[s:e] for n, s, e in zip(numbers, starts, ends, strict=True)}
        packed._add(unlined(held["vocabulary"]))
        return packed

    def _ids(self, words: Words) -> Array:
        self._add([norm for norm in dict.fromkeys(words.norms) if norm not in self._id])
        return np.array([self._id[norm] for norm in words.norms], np.int64)

    def _add(self, fresh: Sequence[str]) -> None:
        """Give new words their numbers."""
        start, stop = len(self._word), len(self._word) + len(fresh)
        self._word += map(intern, fresh)
        self._id.update(zip(self._word[start:], range(start, stop), strict=True))
        if stop > len(self._prints):
            self._prints = np.resize(self._prints, max(stop, len(self._prints) * 3 // 2))
        self._prints[start:stop] = fingerprints(fresh)


def _small(column: NDArray[Any]) -> bytes:
    """A column of numbers in as few bytes each as its largest needs, with how many and of what size."""
    size = next(s for s in SIZES if not len(column) or column.max() <= np.iinfo(s).max)
    return np.array([len(column), size.itemsize], np.uint32).tobytes() + column.astype(size).tobytes()


def _columns(data: bytes) -> list[NDArray[Any]]:
    out, at = [], 0
    for _ in range(COLUMNS):
        column, at = _column(data, at)
        out.append(column)
    return out


def _column(data: bytes, at: int) -> tuple[NDArray[Any], int]:
    """The column that begins at a byte, and where it ends."""
    count, size = np.frombuffer(data, np.uint32, 2, at).tolist()
    return np.frombuffer(data, f"u{size}", count, at + 8), at + 8 + count * size


def lines(texts: Iterable[str]) -> NDArray[np.uint8]:
    """Texts without line breaks as an array of bytes."""
    data = "".join(f"{text}\n" for text in texts).encode("utf-8", "surrogatepass")
    return np.frombuffer(data, np.uint8)


def unlined(data: NDArray[np.uint8]) -> list[str]:
    """The texts of such an array."""
    return data.tobytes().decode("utf-8", "surrogatepass").split("\n")[:-1]
