"""A library of the accounts of some weeks: what one more account shares with any of them.

Keeps a few fingerprints of the word runs of every account (winnowing) in flat arrays, looks up
those of the account that is added, ranks the accounts that have rare ones of them, and aligns
the best with the aligner that one story uses (``reuse``). The cost of an account does not grow
with the library. The caller tells the time; accounts that fall out of the window are forgotten.
Does not judge who copied whom, and reads no text.

Invariants: what a match says depends on its two accounts alone, not on when either was added;
two kept accounts that share a run of ``SURE`` words are found, unless a cap was reached, and
each cap that was is counted in ``Tally``.

Fingerprints are chosen as in Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for
document fingerprinting" (2003).
"""

from __future__ import annotations

import heapq
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..model import Passage
from .packed import Packed, lines, unlined
from .reuse import Alignment, Array, Prints, Runs, Words, align, all_passages, shared_runs

T = TypeVar("T", bound=np.generic)

RUN, WINDOW = 5, 4
"""Words of a fingerprinted run; of so many runs in a row one at least is kept."""
SURE = RUN + WINDOW - 1
"""Two accounts that share this many words in a row have a fingerprint in common. A passage of fewer is
no match: among thousands of accounts too many say by chance that someone "was taken to a local hospital"."""
SEED = 4
"""Words of the runs that seed a passage."""
CARRIERS = 16
"""Most accounts that are kept for one fingerprint: what more have is furniture or a refrain."""
ALIGNED = 12
"""Most accounts that one account is aligned with."""
RARE = 0.5
"""Least weight of what two accounts have in common; a fingerprint weighs 1 by the accounts that have it."""
RECENT = 1024
"""Accounts whose words are held unpacked."""
NONE = -1


@dataclass(frozen=True, slots=True)
class Match:
    """An account of the library, and the passages of ``SURE`` words or more that it shares with the
    one that was asked about.

    In each passage ``a`` lies in the account asked about and ``b`` in that of the library.
    """

    key: str
    passages: tuple[Passage, ...]


@dataclass
class Tally:
    """What was added and forgotten, and how often a cap was reached.

    ``common`` counts fingerprints not kept since ``CARRIERS`` accounts have them already;
    ``faint`` pairs of accounts left aside since all they have in common is common; ``unaligned``
    those beyond the ``ALIGNED`` best; ``late`` accounts that came when their time was past, and
    were compared and not kept.
    """

    added: int = 0
    forgotten: int = 0
    late: int = 0
    common: int = 0
    faint: int = 0
    unaligned: int = 0


class Library:
    """Accounts of a moving window of time, by what they share.

    >>> from consilience.model import Annotated, Witness
    >>> from consilience.trace.reuse import words_of
    >>> text = "The mill at Orlo burnt down on Sunday night, said the warden, and nobody was hurt."
    >>> a, b = (words_of(Annotated(Witness(n, n, text), (), ())) for n in "ab")
    >>> library = Library(keep=21 * 86400)
    >>> library.add(a, when=0), [match.key for match in library.add(b, when=60)]
    ([], ['a'])

    :param keep: how long an account is kept after its time, in the caller's units.
    """

    def __init__(self, keep: float = float("inf")) -> None:
        self.keep = keep
        self.tally = Tally()
        self.newest = float("-inf")
        self._number: dict[str, int] = {}  # of each account that is kept
        self._packed = Packed()
        self._by_time: list[tuple[float, int]] = []
        self._unpacked: dict[int, Words] = {}
        self._index = _Index()

    def __len__(self) -> int:
        return len(self._number)

    def __contains__(self, key: object) -> bool:
        return key in self._number

    def add(self, words: Words, when: float) -> list[Match]:
        """Keep an account, and what it shares with those that are kept; adding it again changes nothing.

        :param when: the account's time, in the units of ``keep``.
        """
        if words.key in self:
            return self.find(words)
        self.newest = max(self.newest, when)
        self.forget(self.newest - self.keep)
        prints = winnow(words.prints(RUN))
        matches, carriers = self._find(words, prints)
        if when < self.newest - self.keep:
            self.tally.late += 1
            return matches
        rare = prints[carriers < CARRIERS]
        self.tally.common += len(prints) - len(rare)
        number = self._index.add(rare)
        self._number[words.key] = number
        self._packed.put(number, words)
        self._hold(number, words)
        heapq.heappush(self._by_time, (when, number))
        self.tally.added += 1
        return matches

    def find(self, words: Words) -> list[Match]:
        """What an account shares with those that are kept, itself left out; by most words shared."""
        return self._find(words, winnow(words.prints(RUN)))[0]

    def forget(self, before: float) -> int:
        """Forget accounts of an earlier time; how many."""
        gone = []
        while self._by_time and self._by_time[0][0] < before:
            gone.append(heapq.heappop(self._by_time)[1])
        for number in gone:
            del self._number[self._packed.keys[number]]
            self._unpacked.pop(number, None)
        self._packed.drop(gone)
        self._index.drop(gone)
        self.tally.forgotten += len(gone)
        return len(gone)

    def _find(self, words: Words, prints: Prints) -> tuple[list[Match], NDArray[np.int64]]:
        """Matches, and how many other accounts have each fingerprint."""
        which, account = self._index.look_up(prints)
        others = account != self._number.get(words.key, NONE)
        which, account = which[others], account[others]
        carriers = np.bincount(which, minlength=len(prints))
        numbers, at = np.unique(account, return_inverse=True)
        # Steps of 2⁻¹⁶: sums are exact, so that equal accounts tie.
        weights = np.round(2.0**16 / carriers[which]) / 2.0**16
        score = np.bincount(at, weights=weights, minlength=len(numbers))
        order = np.lexsort((numbers, -score))
        order = order[score[order] >= RARE]
        self.tally.faint += len(numbers) - len(order)
        self.tally.unaligned += max(0, len(order) - ALIGNED)
        return self._matches(words, numbers[order[:ALIGNED]].tolist()), carriers

    def _matches(self, words: Words, numbers: Sequence[int]) -> list[Match]:
        theirs = [self._packed.prints(number, SEED) for number in numbers]
        # Aligned always the same way round: which of two accounts came first is no matter.
        aligned = {
            (n, 0): _align(words, self._words(numbers[n]), runs)
            for n, runs in shared_runs(words.prints(SEED), theirs, SEED)
            if sum(size for _, _, size in runs) >= SURE
        }
        matches = []
        for (n, _), shared in all_passages(aligned, least=SURE).items():
            if shared:
                found, key = aligned[n, 0], self._packed.keys[numbers[n]]
                turned = [p if found.a is words else Passage(p.b, p.a, p.score, p.quoted) for p in shared]
                matches.append((-found.count, key, Match(key, tuple(turned))))
        return [match for _, _, match in sorted(matches)]

    def _words(self, number: int) -> Words:
        words = self._unpacked.pop(number, None) or self._packed.get(number)
        self._hold(number, words)
        return words

    def _hold(self, number: int, words: Words) -> None:
        """Hold words unpacked; those longest not asked for go."""
        self._unpacked[number] = words
        if len(self._unpacked) > RECENT:
            del self._unpacked[next(iter(self._unpacked))]

    # -- saving --

    def save(self) -> bytes:
        """The library as bytes (npz): the same for the same accounts added in the same order."""
        head = {"keep": self.keep, "newest": self.newest, "tally": asdict(self.tally)}
        time = {number: when for when, number in self._by_time}
        arrays: dict[str, Any] = {**self._packed.arrays(), **self._index.arrays()}
        arrays["times"] = np.array([time[n] for n in arrays["numbers"].tolist()], np.float64)
        arrays["head"] = lines([json.dumps(head)])
        out = io.BytesIO()
        np.savez(out, **arrays)
        return out.getvalue()

    @classmethod
    def load(cls, data: bytes) -> Library:
        """A library as it was saved."""
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            head = json.loads(unlined(held["head"])[0])
            library = cls(head["keep"])
            library.newest, library.tally = head["newest"], Tally(**head["tally"])
            library._packed = Packed.of(held)
            library._number = {key: n for n, key in library._packed.keys.items()}
            library._by_time = sorted(zip(held["times"].tolist(), held["numbers"].tolist(), strict=True))
            library._index = _Index.of(held["prints"], held["account"], held["live"])
        return library


def _align(words: Words, other: Words, runs: Runs) -> Alignment:
    """Align two accounts, the one whose key comes first as a."""
    if other.key < words.key:
        return align(other, words, runs)
    turned = [(j, i, n) for i, j, n in runs]
    return align(words, other, sorted(turned, key=lambda run: (-run[2], run[0], run[1])))


def winnow(prints: Prints) -> Prints:
    """Of each ``WINDOW`` fingerprints in a row the least, each once, sorted.

    >>> winnow(np.array([5, 3, 9, 8, 7, 3, 3], np.uint64)).tolist()
    [3]
    """
    if len(prints) > WINDOW:
        prints = np.lib.stride_tricks.sliding_window_view(prints, WINDOW).min(axis=1)
    elif len(prints):
        prints = prints.min(keepdims=True)
    return np.unique(prints)


# -- the index --


class _Index:
    """Which accounts have a fingerprint: a hash table of chains in flat arrays.

    ``_first`` holds the last posting of each slot, ``_next`` the one before it in the same slot.
    Dropped accounts stay in their chains until they are half of all; then all is laid anew.
    """

    def __init__(self) -> None:
        self._size = self._dead = 0
        self._prints = np.zeros(64, np.uint64)
        self._account = np.zeros(64, np.int32)
        self._next = np.zeros(64, np.int32)
        self._first = np.full(128, NONE, np.int32)
        self._live = np.zeros(16, bool)
        self._held = np.zeros(16, np.int32)  # postings of each account
        self._accounts = 0

    @classmethod
    def of(cls, prints: Prints, account: NDArray[np.int32], live: NDArray[np.bool_]) -> _Index:
        """An index of given postings, in the order in which they came."""
        index = cls()
        index._accounts = len(live)
        index._live = live.copy()
        index._lay(prints, account)
        return index

    def arrays(self) -> dict[str, Array]:
        """What ``of`` makes it from."""
        alive = self._live[self._account[: self._size]]
        prints, account = self._prints[: self._size][alive], self._account[: self._size][alive]
        return {"prints": prints, "account": account, "live": self._live[: self._accounts]}

    def add(self, prints: Prints) -> int:
        """Add an account with its fingerprints; its number."""
        number, size = self._accounts, self._size
        self._accounts += 1
        self._live, self._held = _room(self._live, number + 1), _room(self._held, number + 1)
        self._live[number], self._held[number] = True, len(prints)
        if size + len(prints) > len(self._prints):
            self._lay(
                np.append(self._prints[:size], prints),
                np.append(self._account[:size], np.full(len(prints), number, np.int32)),
            )
        else:
            self._size += len(prints)
            self._prints[size : self._size], self._account[size : self._size] = prints, number
            self._chain(size)
        return number

    def drop(self, numbers: Sequence[int]) -> None:
        """Forget accounts."""
        self._live[numbers] = False
        self._dead += int(self._held[numbers].sum())
        if self._dead > self._size // 2:
            self._lay(self._prints[: self._size], self._account[: self._size])

    def look_up(self, prints: Prints) -> tuple[Array, Array]:
        """Each fingerprint that an account has, by its place, and the account: the latest first."""
        at = self._first[self._slot(prints)]
        which = np.arange(len(prints))
        found: list[tuple[Array, Array]] = [(which[:0], at[:0])]
        while len(at):
            on = at != NONE
            at, which = at[on], which[on]
            account = self._account[at]
            hit = (self._prints[at] == prints[which]) & self._live[account]
            found.append((which[hit], account[hit]))
            at = self._next[at]
        both = (np.concatenate(side) for side in zip(*found, strict=True))
        return next(both), next(both)

    def _slot(self, prints: Prints) -> Array:
        return (prints & np.uint64(len(self._first) - 1)).astype(np.int64)

    def _lay(self, prints: Prints, account: NDArray[np.int32]) -> None:
        """Lay all chains anew, without dropped accounts, and with room for half as many postings more."""
        alive = self._live[account]
        prints, account = prints[alive], account[alive]
        self._size, self._dead = len(prints), 0
        room = max(64, self._size + self._size // 2)
        self._prints, self._account = _resized(prints, room), _resized(account, room)
        self._next = np.full(room, NONE, np.int32)
        self._first = np.full(1 << room.bit_length(), NONE, np.int32)
        self._held = np.bincount(account, minlength=len(self._live)).astype(np.int32)
        self._chain(0)

    def _chain(self, start: int) -> None:
        """Hang the postings from ``start`` on into the chains of their slots."""
        slot = self._slot(self._prints[start : self._size])
        order = np.argsort(slot, kind="stable")
        slot, posting = slot[order], (order + start).astype(np.int32)
        if not len(slot):
            return
        opens = np.append(True, slot[1:] != slot[:-1])
        self._next[posting] = np.where(opens, self._first[slot], np.append(NONE, posting[:-1]))
        closes = np.append(opens[1:], True)
        self._first[slot[closes]] = posting[closes]


def _room(array: NDArray[T], length: int) -> NDArray[T]:
    """The array, with at least so much room: twice as much when it must grow, so that growing is cheap."""
    return array if length <= len(array) else _resized(array, 2 * length)


def _resized(array: NDArray[T], length: int) -> NDArray[T]:
    out = np.zeros(length, array.dtype)
    out[: len(array)] = array
    return out
