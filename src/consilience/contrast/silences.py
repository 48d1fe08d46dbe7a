"""What an account leaves out: points that others carry and it does not.

An account is *silent* on a point that it could have had, and *lacunose* on one it could not: it came
out before the point was told, breaks off, is a list of headlines, too short for it, or a body's own
statement where others speak. Listed are points that at least two other accounts carry, half of them or
one whose text it follows, and what a copy or a later version drops from the text it was made of.
Before any is listed, every sentence of the account is read again for the point's words and sense, and
what it tells otherwise (another figure of the same matter) is no silence: one that is none does harm.

Invariant: no account is said to lack a point that one of its readings holds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from ..model import Annotated, Descent, Discrepancy, Point, Silence, Span
from .sheet import BODY, Sheet, sheet

CARRIED = 2
"""Other accounts that carry a point before its absence is listed, copies aside."""
NEAR, KIN_NEAR = 0.53, 0.7
"""Nearness from which a line may carry a point; an account that follows another rewords it less."""
HELD = 0.34
"""Share of a reading's words, by weight and names aside, in one line from which that line may carry it."""
TELLING = 3
"""Content words of a point's fullest reading under which its absence says nothing ("who confirmed it")."""
PER_WORD = 0.1
"""What each word of a point that stands in one line adds to the nearness of its sense."""
SHORT, BRIEF, FULL = 60, 150, 4
"""Words under which an account carries what it likes; a brief has fewer than the second, and others this
many times as many."""
FOLLOWS = 0.5
"""Share of the smaller account's points that two kin share before one is said to follow the other."""
DERIVED = {
    "copy": "which it copies",
    "rewrite": "which it rewords",
    "version": "of which it is a later version",
}
WHOLE = frozenset({"copy", "version"})
"""Kinds of descent that keep everything, unless something is dropped."""
VALUES = frozenset({"number", "money", "percentage", "date", "time", "place", "polarity"})
"""Kinds of discrepancy that tell a point with another value, whether or not they name the point."""
OPEN = frozenset({"DT", "IN", "CC", "TO", "MD", "PRP$", "WDT"})
"""Tags of words that end no sentence."""
CUT = re.compile(
    r"(?:…|\.\.\.|\[\+?\d+ (?:chars|more words)\]|\(more\)|(?:continue|keep) reading\W*"
    r"|read (?:more|on|the full story)\W*"
    r"|(?:subscribe|(?:log|sign) in) to (?:continue|read)[^.\n]*\W*)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Reach:
    """What bounds what an account could have carried; ``own`` are the speakers of a body's own statement."""

    published: str | None
    words: int
    hindered: str
    own: frozenset[str] | None


@dataclass(frozen=True)
class _Kin:
    """Accounts that share text: points in common, and how the first descends from the second."""

    shared: Mapping[tuple[str, str], int]
    derived: Mapping[tuple[str, str], str]

    def of(self, witness: str, holders: Sequence[str]) -> list[str]:
        """The holders that an account follows, those it is made of first, then by points in common."""
        near = [h for h in holders if (witness, h) in self.shared]
        return sorted(near, key=lambda h: ((witness, h) not in self.derived, -self.shared[witness, h], h))


def silences(
    accounts: Sequence[Annotated],
    points: Sequence[Point],
    descent: Descent | None = None,
    found: Sequence[Discrepancy] = (),
    laid: Sheet | None = None,
) -> tuple[Silence, ...]:
    """List what accounts leave out, points in their order, then accounts in theirs.

    >>> silences([], [])
    ()

    :param descent: edges of the stemma tell which accounts are kin, its origins which is a body's own text.
    :param found: discrepancies: who tells a point otherwise is not silent on it.
    :param laid: the accounts side by side, if they are laid so already.
    """
    laid = laid or sheet(accounts)
    kin = _kin(laid, points, descent)
    reach = {a.witness.id: _reach(a, descent) for a in laid.accounts}
    otherwise = _otherwise(points, found)
    open_ones = [
        (point, here, followed)
        for point in points
        for here, followed in _missing(laid, point, kin)
        if here not in otherwise.get(point.id, ())
    ]
    reading = Rereading(laid, [point for point, _, _ in open_ones])
    out = []
    for point, here, followed in open_ones:
        near, held = reading.nearness(point, here)
        if _lacks(near, held, bool(followed)):
            hindered = _hindrance(point, here, reach)
            why = hindered or _why(laid, point, here, followed, kin)
            score = round(1 - max(0.0, min(1.0, near)), 3)
            out.append(Silence(here, point.id, why, not hindered, followed[0] if followed else None, score))
    return tuple(out)


def _lacks(near: float, held: float, follows: bool) -> bool:
    """Whether no line of an account comes near a point; one that follows another rewords it less."""
    return (near < NEAR and (held < HELD or follows)) or (near < KIN_NEAR and held < HELD and follows)


def _missing(laid: Sheet, point: Point, kin: _Kin) -> Iterator[tuple[str, list[str]]]:
    """Accounts whose lack of a point is worth a look, each with the holders that it follows."""
    holders = [w for w in point.witnesses if w in laid.index]
    spans = [r.accounts[0] for r in point.readings if r.accounts[0].witness in laid.index]
    told = max((len(_told(laid, s, whole=True)) for s in spans), default=0)
    for account in laid.accounts if told >= TELLING else ():
        here = account.witness.id
        if here not in holders:
            followed = kin.of(here, holders)
            many = len(holders) >= CARRIED and (2 * len(holders) >= len(laid.accounts) - 1 or followed)
            if many or any(kin.derived.get((here, h)) in WHOLE for h in followed):
                yield here, followed


def _otherwise(points: Sequence[Point], found: Sequence[Discrepancy]) -> dict[str, set[str]]:
    """Accounts that tell a point with another value."""
    out: dict[str, set[str]] = defaultdict(set)
    for point in points:
        spans = point.spans
        for finding in found:
            meet = finding.kind in VALUES and any(v.span.overlap(s) for v in finding.readings for s in spans)
            if meet or finding.point == point.id:
                out[point.id] |= {v.span.witness for v in finding.readings}
    return out


def _why(laid: Sheet, point: Point, here: str, followed: Sequence[str], kin: _Kin) -> str:
    holders, others = len(point.witnesses), len(laid.accounts) - 1
    carry = "The other account carries" if others == 1 else f"{holders} of the {others} other accounts carry"
    if holders == others > 1:
        carry = f"{'Both' if others == 2 else f'All {others}'} other accounts carry"
    if holders == 1 < others:
        carry = "One other account carries"
    if not followed:
        return f"{carry} it."
    witness = laid.accounts[laid.index[followed[0]]].witness
    name = witness.outlet or witness.name
    how = DERIVED.get(kin.derived.get((here, followed[0]), ""))
    how = how or f"with which it shares {kin.shared[here, followed[0]]} points"
    return f"{carry} it: {name}, {how}." if holders == 1 else f"{carry} it, among them {name}, {how}."


# -- could it have had the point? --


def _reach(account: Annotated, descent: Descent | None) -> _Reach:
    body = [s for s in account.sentences if s.kind in BODY] or list(account.sentences)
    words = sum(s.last - s.first for s in body)
    origins = descent.origins if descent else ()
    own = None
    if any(o.kind == "document" and o.witness == account.witness.id for o in origins):
        own = frozenset(s.speaker.key or s.speaker.name for s in account.statements if s.speaker)
    hindered = ""
    if words < SHORT:
        hindered = f"It is too short ({words} words) to carry every point."
    elif breaks_off(account):
        hindered = "Its text breaks off, so that the point may have stood in what is missing."
    elif _headlines(account):
        hindered = "It is a list of headlines."
    return _Reach(account.witness.published, words, hindered, own)


def breaks_off(account: Annotated) -> bool:
    """Whether the text ends in a sign of more, or its last sentence with a word that needs another."""
    if CUT.search(account.witness.text):
        return True
    body = [s for s in account.sentences if s.kind == "body"]
    # "The crew of the ferry were taken to the"; what ends with a noun may be a link or a list.
    return bool(body) and account.tokens[body[-1].last - 1].tag in OPEN


def _headlines(account: Annotated) -> bool:
    """Whether most lines of an account are short and end without a stop."""
    paragraphs: dict[int, list[str]] = defaultdict(list)
    for s in account.sentences:
        if s.kind in BODY:
            paragraphs[s.paragraph].append(account.witness.text[s.start : s.end].strip())
    lines = [" ".join(found) for found in paragraphs.values() if "".join(found)]
    bare = [x for x in lines if len(x.split()) < SHORT / 4 and x[-1].isalnum()]
    return len(lines) > 4 and 3 * len(bare) > 2 * len(lines)


def _hindrance(point: Point, here: str, reach: Mapping[str, _Reach]) -> str:
    """Why an account could not have carried a point; "" if it could."""
    mine, held = reach[here], [reach[w] for w in point.witnesses if w in reach]
    known = _first(r.published for r in held)
    # A body knows what its own people say, also what others are the first to print.
    speaks = mine.own is not None and bool({point.speaker, point.speaker_key} & mine.own)
    if known and mine.published and _before(mine.published, known) and not speaks:
        early, late = _when(mine.published, known), _when(known, mine.published)
        return f"It came out {early}, before the point was first told {late}."
    if mine.hindered:
        return mine.hindered
    full = sorted(r.words for r in held)[len(held) // 2]
    if mine.words < BRIEF and mine.words * FULL < full:
        return f"It is a brief of {mine.words} words; the accounts that carry the point have about {full}."
    if mine.own is not None and point.speaker is not None and not speaks:
        return f"It is a body's own statement, and {point.speaker} does not speak in it."
    return ""


def _moment(iso: str) -> tuple[str, bool]:
    """A time in UTC where it has a zone, and whether it has an hour."""
    try:
        moment = datetime.fromisoformat(iso)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # "9999-12-31T23:00-05:00" has no hour in UTC
        return iso[:10], False
    return moment.isoformat(), len(iso) > 10


def _when(iso: str, beside: str) -> str:
    """A time as short as tells it from another: the day, or the hour of one day.

    >>> _when("2031-05-06T09:00", "2031-05-07"), _when("2031-05-06T09:00", "2031-05-06T10:00")
    ('on 6 May 2031', 'at 09:00 on 6 May 2031')
    """
    try:
        day = datetime.fromisoformat(iso)
    except ValueError:
        return f"on {iso}"
    words = f"on {day.day} {day:%B %Y}"
    return f"at {iso[11:16]} {words}" if iso[:10] == beside[:10] else words


def _before(one: str, other: str) -> bool:
    """Whether a time is surely before another; of two on one day both must have an hour.

    >>> _before("2031-05-06", "2031-05-06T09:00"), _before("2031-05-06T07:40+00:00", "2031-05-06T11:00+02:00")
    (False, True)
    """
    (a, exact), (b, also) = _moment(one), _moment(other)
    return a < b if exact and also else a[:10] < b[:10]


def _first(times: Iterator[str | None]) -> str | None:
    return min((t for t in times if t), key=_moment, default=None)


# -- does it carry the point after all? --


class Rereading:
    """The lines of all accounts, read again for points: how near does any line come to one?

    Sense is the cosine of sentence vectors, less what all lines of the story have in common, of the
    nearest line to each reading, averaged; each word of a reading that stands in one line, names aside,
    adds ``PER_WORD``. Both weights were fitted together on pairs of passage and document.
    """

    def __init__(self, laid: Sheet, points: Sequence[Point]) -> None:
        from ..encoder import StaticEncoder

        self.laid = laid
        shown = {r.wording: None for p in points for r in p.readings}
        lines = [x.witness.text[s.start : s.end] for x in laid.accounts for s in x.sentences] if shown else []
        vectors = StaticEncoder.load().encode([*lines, *shown])
        own = vectors[: len(lines)]
        centred = vectors - own.mean(axis=0) if lines else vectors
        norms = (centred * centred).sum(axis=1, keepdims=True) ** 0.5
        norms[norms == 0] = 1
        self._unit = centred / norms
        self._row = {wording: len(lines) + n for n, wording in enumerate(shown)}
        self._words: dict[Span, frozenset[str]] = {}
        self._senses: dict[str, dict[str, float]] = {}

    def nearness(self, point: Point, witness: str) -> tuple[float, float]:
        """How near the nearest line of an account comes to a point, about 0 (nothing alike) to 2.

        :returns: the nearness, and the greatest share of a reading's words that one line holds.
        """
        if point.id not in self._senses:
            self._senses[point.id] = self._sense(point)
        count, share = self._shared(point, witness)
        return self._senses[point.id].get(witness, 0.0) + PER_WORD * count, share

    def _sense(self, point: Point) -> dict[str, float]:
        rows = [self._row[r.wording] for r in point.readings]
        whole = self._unit[rows] @ self._unit[: self._starts[-1]].T
        out = {}
        for account, (a, b) in zip(self.laid.accounts, self._ends, strict=True):
            out[account.witness.id] = float(whole[:, a:b].max(axis=1).mean()) if b > a else 0.0
        return out

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for account in self.laid.accounts:
            starts.append(starts[-1] + len(account.sentences))
        return starts

    @property
    def _ends(self) -> list[tuple[int, int]]:
        return list(zip(self._starts, self._starts[1:], strict=False))

    def _shared(self, point: Point, witness: str) -> tuple[int, float]:
        """Words of a reading that stand in one line of an account: how many at most, what share at most."""
        postings, weights = self._postings[self.laid.index[witness]], self.laid.weights
        count, share = 0, 0.0
        for reading in point.readings:
            keys = self._keys(reading.accounts[0])
            whole = sum(weights[k] for k in sorted(keys))
            held: dict[int, list[float]] = defaultdict(list)
            for key in sorted(keys):
                for line in postings.get(key, ()):
                    held[line].append(weights[key])
            for found in held.values():
                count = max(count, len(found))
                # Advice that names a lighthouse does not carry "The lighthouse had been dark".
                if len(found) > 1 or len(keys) == 1:
                    share = max(share, sum(found) / whole)
        return count, share

    @cached_property
    def _postings(self) -> list[dict[str, list[int]]]:
        out = []
        for lines in self.laid.lines:
            found: dict[str, list[int]] = defaultdict(list)
            for line in lines:
                for key in line.keys:
                    found[key].append(line.number)
            out.append(found)
        return out

    def _keys(self, span: Span) -> frozenset[str]:
        """Words of a passage, its names aside: a captain who is named need not be relieved of his duties."""
        if span not in self._words:
            self._words[span] = _told(self.laid, span)
        return self._words[span]


def _told(laid: Sheet, span: Span, whole: bool = False) -> frozenset[str]:
    """Content words of a passage, its names only if it has no others, or in any case."""
    i = laid.index[span.witness]
    tokens = laid.accounts[i].tokens
    named, plain = set[str](), set[str]()
    line = laid.line_at(i, span.start)
    while line is not None and line.sentence.start < span.end:
        for key, places in line.keys.items():
            here = [p for p in places if span.start <= tokens[p].start < span.end]
            if here:
                (named if all(tokens[p].pos == "PROPN" for p in here) else plain).add(key)
        line = laid.lines[i][line.number + 1] if line.number + 1 < len(laid.lines[i]) else None
    return frozenset(plain | named if whole else plain - named or named)


# -- kin --


def _kin(laid: Sheet, points: Sequence[Point], descent: Descent | None) -> _Kin:
    """Accounts joined by descent that share most of their points: how many, both ways."""
    held: dict[str, set[str]] = defaultdict(set)
    for point in points:
        for witness in point.witnesses:
            held[witness].add(point.id)
    shared: dict[tuple[str, str], int] = {}
    for a, b in _joined(laid, descent):
        common = len(held[a] & held[b])
        if common >= 3 and common >= FOLLOWS * min(len(held[a]), len(held[b])):
            shared[a, b] = shared[b, a] = common
    edges = descent.edges if descent else ()
    derived = {
        (e.child, e.parent): e.kind
        for e in edges
        if e.directed and e.kind in DERIVED and (e.child, e.parent) in shared
    }
    return _Kin(shared, derived)


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
