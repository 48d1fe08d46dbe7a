"""What an account leaves out: points that others carry and it does not.

An account is *silent* on a point that it could have had, and *lacunose* on one it could not: it came
out before the point was known, is too short, or breaks off. Listed are points that at least two other
accounts carry, half of them or one that is its kin. Before any is listed, every sentence of the
account is read again for the point's words and sense, and a doubtful silence is not listed: one that
is none does harm.

Invariant: no account is said to lack a point that one of its readings holds.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..model import Annotated, Descent, Point, Silence, Span
from ..settings import Contrast
from .sheet import Sheet, sheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..encoder import Encoder

CARRIED = 2
"""Other accounts that carry a point before its absence is listed."""
WORDS = 0.25
"""Share of a reading's words (by weight) in one line of an account from which it may carry the point."""
SENSE = 0.78
"""Cosine of a reading and a line of an account from which it may carry the point."""
ONE = 0.58
"""Cosine from which a line that shares a single word may carry the point ("radar" alone is none)."""
SHORT = 60
"""Words under which an account is too short for its silence to say anything."""
FOLLOWS = 0.5
"""Share of the smaller account's points that two kin share before one is said to follow the other."""
Vectors = Mapping[str, "NDArray[np.float32]"]
Kin = Mapping[str, Mapping[str, int]]
CUT = re.compile(r"(?:…|\.\.\.|\[\+?\d+ chars\]|continue reading\W*|read more\W*)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reach:
    """What bounds what an account could have carried."""

    day: str | None
    words: int
    cut: bool


def silences(
    accounts: Sequence[Annotated],
    points: Sequence[Point],
    descent: Descent | None = None,
    settings: Contrast | None = None,
) -> tuple[Silence, ...]:
    """List what accounts leave out, points in their order, then accounts in theirs.

    >>> silences([], [])
    ()

    :param descent: edges of the stemma tell which accounts are kin.
    """
    laid = sheet(accounts)
    kin = _kin(laid, points, descent)
    reach = {a.witness.id: _reach(a) for a in laid.accounts}
    vectors = _vectors(laid)
    return tuple(s for p in points for s in _of_point(laid, vectors, p, kin, reach))


def _of_point(
    laid: Sheet, vectors: Vectors, point: Point, kin: Kin, reach: Mapping[str, _Reach]
) -> Iterator[Silence]:
    holders = [w for w in point.witnesses if w in reach]
    known = min((reach[w].day or "" for w in holders if reach[w].day), default=None)
    for account in laid.accounts:
        here = account.witness.id
        if here in holders:
            continue
        followed = {w: n for w, n in kin.get(here, {}).items() if w in holders}
        if len(holders) < CARRIED or (2 * len(holders) < len(laid.accounts) - 1 and not followed):
            continue
        if _carries(laid, vectors, here, point):
            continue
        hindered = _hindrance(reach[here], known)
        if hindered:
            yield Silence(here, point.id, hindered, could=False)
        else:
            yield Silence(here, point.id, _why(laid, len(holders), len(laid.accounts), followed))


def _why(laid: Sheet, holders: int, accounts: int, followed: Mapping[str, int]) -> str:
    carry = f"All {holders}" if holders == accounts - 1 else f"{holders} of the {accounts - 1}"
    if not followed:
        return f"{carry} other accounts carry it."
    nearest = max(sorted(followed), key=lambda w: followed[w])
    witness = laid.accounts[laid.index[nearest]].witness
    kin = f"{witness.outlet or witness.name}, with which it shares {followed[nearest]} points"
    return f"{carry} other accounts carry it, among them {kin}."


# -- could it have had the point? --


def _reach(account: Annotated) -> _Reach:
    body = [
        s for s in account.sentences if s.kind in ("body", "quotation", "standfirst")
    ] or account.sentences
    words = sum(s.last - s.first for s in body)
    published = account.witness.published
    return _Reach(published[:10] if published else None, words, bool(CUT.search(account.witness.text)))


def _hindrance(reach: _Reach, known: str | None) -> str:
    """Why an account could not have carried a point; "" if it could."""
    if reach.day and known and reach.day < known:
        return f"It came out on {reach.day}, before the point was first told on {known}."
    if reach.words < SHORT:
        return f"It is too short ({reach.words} words) to carry every point."
    if reach.cut:
        return "Its text breaks off, so that the point may have stood in what is missing."
    return ""


# -- does it carry the point after all? --


def _carries(laid: Sheet, vectors: Vectors, witness: str, point: Point) -> bool:
    """Whether a line of an account may carry a point: by sense, or by words, one word counting little."""
    sense = _sense(vectors[witness], point)
    shared = _shared(laid, witness, point)
    return sense >= SENSE or shared > 1 or (shared == 1 and sense >= ONE)


def _shared(laid: Sheet, witness: str, point: Point) -> int:
    """Words that a line shares with a reading, most over the lines that hold a fair share of its weight."""
    lines = laid.lines[laid.index[witness]]
    most = 0
    each = [_words(laid, reading.accounts) for reading in point.readings]
    count = Counter(key for words in each for key in words)
    for told in each:
        # "Grounded ferry had a faulty radar" is carried where its radar is, not where the ferry grounds.
        words = {key: weight for key, weight in told.items() if count[key] > 1} or told
        whole = sum(told.values())
        for line in lines:
            held = [w for k, w in words.items() if k in line.keys]
            if sum(held) >= WORDS * whole:
                # A reading of one word is carried where that word stands.
                most = max(most, len(held) if len(words) > 1 else 2)
    return most


def _sense(held: NDArray[np.float32], point: Point) -> float:
    """Cosine of the nearest line of an account and reading of a point."""
    wordings = [reading.wording for reading in point.readings if reading.wording.strip()]
    if not len(held) or not wordings:
        return 0.0
    return float((_encoder().encode(wordings) @ held.T).max())


def _vectors(laid: Sheet) -> Vectors:
    """A vector for each line of each account."""
    out = {}
    for account in laid.accounts:
        text = account.witness.text
        out[account.witness.id] = _encoder().encode([text[s.start : s.end] for s in account.sentences])
    return out


def _encoder() -> Encoder:
    from ..encoder import StaticEncoder

    return StaticEncoder.load()


def _words(laid: Sheet, spans: Sequence[Span]) -> dict[str, float]:
    """Weighed words of a reading's first passage."""
    out: dict[str, float] = {}
    for span in spans[:1]:
        i = laid.index.get(span.witness)
        for line in laid.lines[i] if i is not None else ():
            if line.sentence.start < span.end and span.start < line.sentence.end:
                tokens = laid.accounts[line.account].tokens
                for key, places in line.keys.items():
                    if any(span.start <= tokens[p].start < span.end for p in places):
                        out[key] = laid.weights[key]
    return out


# -- kin --


def _kin(laid: Sheet, points: Sequence[Point], descent: Descent | None) -> Kin:
    """Accounts joined by descent that share most of their points: how many, both ways."""
    held: dict[str, set[str]] = defaultdict(set)
    for point in points:
        for witness in point.witnesses:
            held[witness].add(point.id)
    out: dict[str, dict[str, int]] = defaultdict(dict)
    for a, b in _joined(laid, descent):
        shared = len(held[a] & held[b])
        if shared >= 3 and shared >= FOLLOWS * min(len(held[a]), len(held[b])):
            out[a][b] = out[b][a] = shared
    return out


def _joined(laid: Sheet, descent: Descent | None) -> Iterator[tuple[str, str]]:
    """Pairs of accounts with an edge between them or a parent in common."""
    children: dict[str, set[str]] = defaultdict(set)
    for edge in descent.edges if descent else ():
        if edge.kind != "credit":
            children[edge.parent] |= {edge.child, edge.parent}
    pairs = {
        (a, b)
        for group in children.values()
        for a in group
        for b in group
        if a < b and a in laid.index and b in laid.index
    }
    yield from sorted(pairs)
