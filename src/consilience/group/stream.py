"""Grouping online: as each account arrives it begins a story or joins one, at once.

Candidates come from ``index`` (rare terms first, copies before all), each candidate story is set
beside the account (``evidence``) and a small model scores it (``judging``). Later evidence merges
and splits stories; each such change is handed back with its reason, and none goes against what
people said (``tie``).

Invariants
    The state is a function of the accounts held, in order of arrival, of their stories and of the
    ties: one restored with ``keep`` decides as one that was never closed. A batch given in some
    order gives what one by one in that order gives. Another order may give other stories, as
    early accounts are judged with less beside them; copies and clear cases come out the same
    (``bench/stories.py --shuffles`` measures how much it matters).

An account without a date stands at its arrival, is judged without days between, and does not move
the window; one older than the window is decided beside what is held and is not held itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import chain, combinations, count
from math import inf

import numpy as np

from ..model import tagged_hash
from ..settings import Group
from . import evidence
from .index import Floats, Held, Index, chosen, resemblance, spread
from .judging import Trees, shipped
from .profiles import FIELDS, Profile

NEAR, STORIES, BESIDE = 64, 14, 8
"""Accounts sought, stories judged, and members that a story is judged by."""
BRIDGE, BRIDGED, CHECKED, RIVALS, LARGEST_CHECK = 0.3, 3, 4, 3, 64
"""Least score of a rival to merge with, rivals seen, accounts a check reads, others beside, largest story."""
LEAN, USUAL, SETTLED = 1.0, 2.3, 10
"""Log odds for each e-fold of the mean size of stories over the usual one; usual ones it starts from."""
COPY = 0.2
"""Likeness of wording from which an account is sought as a copy."""


@dataclass(frozen=True, slots=True)
class Change:
    """A story that ended in another (merge) or began out of one (split).

    ``story`` stays; ``other`` ends or begins; ``accounts`` are those that move.
    """

    kind: str
    story: str
    other: str
    accounts: tuple[str, ...]
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an account went: ``near`` is the account most like it there; ``why`` one plain sentence.

    ``story`` is where it went at first; ``changes`` came after, in order, and may have moved it on.
    """

    key: str
    story: str
    new: bool
    near: str | None
    score: float
    why: str
    changes: tuple[Change, ...] = ()

    @property
    def at_last(self) -> str:
        """The story that holds the account after the changes."""
        story = self.story
        for change in self.changes:
            if self.key in change.accounts:
                story = change.story if change.kind == "merge" else change.other
        return story


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that an account may join, its score, and the member most like the account."""

    story: str
    score: float
    near: int


Near = Mapping[str, Sequence[int]]
"""Stories with the members that brought them up, best first."""


def story_key(account: str) -> str:
    """The id of the story that an account founds.

    >>> story_key("w1:0123456789abcdef")
    's1:f3c745b9cc4c1780'
    """
    return tagged_hash("s1", account)


class Grouper:
    """Stories of a stream, over a moving window: the accounts of so many days, the newest so many of them."""

    def __init__(self, settings: Group = Group(), *, model: Trees | None = None) -> None:  # noqa: B008
        self._settings = settings
        self._model = model or shipped()
        self._index = Index()
        self._numbers: dict[str, int] = {}
        self._story: dict[int, str] = {}
        self._members: dict[str, list[int]] = {}
        self._times: list[tuple[float, int]] = []
        self._latest = -inf
        self._together: dict[str, set[str]] = {}
        self._apart: dict[str, set[str]] = {}
        self._around: dict[str, tuple[dict[int, float], list[int]]] = {}
        """What ``_sought`` found in the index, until the index changes."""

    def __contains__(self, key: object) -> bool:
        return key in self._numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def covers(self, when: float) -> bool:
        """Whether an account of that time would be judged beside all that is kept of its time."""
        full = len(self._times) >= self._settings.held
        return when >= max(self._latest - self._settings.window, self._times[0][0] if full else -inf)

    def keep(self, profile: Profile, story: str) -> None:
        """Restore an account that was decided before; in order of arrival."""
        if profile.key not in self:
            self._hold(self._index.read(profile), story)

    def tie(self, a: str, b: str, together: bool) -> None:
        """People's word that two accounts share a story, or do not."""
        for table, wanted in ((self._together, together), (self._apart, not together)):
            for one, other in ((a, b), (b, a)):
                if wanted:
                    table.setdefault(one, set()).add(other)
                else:
                    table.get(one, set()).discard(other)

    def add(self, profile: Profile) -> Decision:
        """Decide where an account belongs; one that is held already stays where it is."""
        if profile.key in self:
            story = self._story[self._numbers[profile.key]]
            return Decision(profile.key, story, False, None, 1.0, "It is held already.")
        held = self._index.read(profile)
        self._move(held)
        found = self._candidates(held)
        decision = self._decide(held, found)
        if decision.near and not self._tied(held.key):
            near = self._index.held[self._numbers[decision.near]]
            decision = replace(
                decision, why=self._told(decision.new, shared(self._index, profile, held, near))
            )
        number = self._hold(held, decision.story)
        if number not in self._story:  # older than the window: decided, not held
            return decision
        changes = self._merges(number, found)
        changes += self._splits(number)
        return replace(decision, changes=tuple(changes))

    # -- deciding --

    def _decide(self, held: Held, found: Sequence[Candidate]) -> Decision:
        tied = self._tied(held.key)
        if tied:
            return Decision(
                held.key, tied[1], False, tied[0], 1.0, f"People said that it belongs with {tied[0]}."
            )
        best = found[0] if found else None
        if best is None or best.score < self._settings.join:
            near = self._index.held[best.near].key if best else None
            score = best.score if best else 0.0
            return Decision(held.key, self._fresh([held.key]), True, near, score, "Nothing held is like it.")
        near = self._index.held[best.near].key
        return Decision(held.key, best.story, False, near, best.score, "")

    @staticmethod
    def _told(new: bool, terms: Sequence[str]) -> str:
        """One sentence on a decision, with the rarest terms that an account shares with the nearest one."""
        named = ", ".join(f"“{term}”" for term in terms)
        if new:
            return f"No story is near enough; the nearest account shares {named or 'no rare word'}."
        return f"It shares {named or 'the wording'} with the account most like it."

    def _candidates(self, held: Held) -> list[Candidate]:
        """The stories that an account may join, best first."""
        best, copies = self._sought(held, self._barred(held.key))
        if not best:
            return []
        rows, tops = self._rows(held, best, copies, self._members)
        scores = self._model.scores(rows, self._lean()).tolist()
        made = [Candidate(story, score, top) for story, score, top in zip(best, scores, tops, strict=True)]
        return sorted(made, key=lambda c: (-c.score, self._members[c.story][0]))

    def _lean(self) -> float:
        """How readily accounts of this stream join, in log odds: more where its stories are large.

        The model is fitted where a story has two accounts or so; where each has five, as many more of
        those that arrive belong to a story that is there.
        """
        size = (len(self._numbers) + USUAL * SETTLED) / (len(self._members) + SETTLED)
        return LEAN * max(0.0, math.log(size / USUAL))

    def _sought(
        self, held: Held, barred: Container[str], most: int = STORIES
    ) -> tuple[dict[str, list[int]], dict[str, float]]:
        """Stories that share wording or rare terms with an account with the members that do; copies."""
        index = self._index
        if held.key not in self._around:
            self._around[held.key] = dict(index.copies(held, NEAR)), [n for n, _ in index.near(held, NEAR)]
        worded, near = self._around[held.key]
        copies = {n: None for n, likeness in worded.items() if likeness >= COPY}
        found = [*copies, *(n for n in near if n not in copies)]
        best: dict[str, list[int]] = {}
        for number in found:
            story = self._story[number]
            if story not in barred and (story in best or len(best) < most):
                best.setdefault(story, []).append(number)
        return best, {index.held[n].key: likeness for n, likeness in worded.items()}

    def _rows(
        self, held: Held, best: Near, copies: Mapping[str, float], stories: Mapping[str, Sequence[int]]
    ) -> tuple[Floats, list[int]]:
        """Evidence for each story, and the member of each that is most like the account."""
        index = self._index
        picked = [chosen(stories[s], near, BESIDE) for s, near in best.items()]
        table = evidence.pairs(index, held, [index.held[n] for p in picked for n in p], copies)
        rows, tops, at = [], [], 0
        for story, numbers in zip(best, picked, strict=True):
            part = table[at : at + len(numbers)]
            at += len(numbers)
            rows.append(evidence.gathered(part, len(stories[story]), self._span(stories[story])))
            tops.append(numbers[int(np.argmax(part[:, evidence.LEAD]))])
        return evidence.ranked(np.array(rows)), tops

    def _span(self, members: Sequence[int]) -> float:
        """Days that the dated accounts of a story cover, by an even spread of them."""
        held = [self._index.held[n] for n in spread(members, BESIDE)]
        whens = [h.when for h in held if h.dated]
        return max(whens) - min(whens) if whens else 0.0

    # -- later evidence --

    def _merges(self, number: int, found: Sequence[Candidate]) -> list[Change]:
        """Stories become one that an account bridges, or that lie near one that has grown (``_checked``)."""
        near = [rival.story for rival in found[:BRIDGED] if rival.score >= BRIDGE]
        members = self._members[self._story[number]]
        if _checked(len(members)):
            by = Counter(
                story
                for other in spread(members, CHECKED)
                for story in self._sought(self._index.held[other], {self._story[number]}, BRIDGED)[0]
            )
            near += [story for story, times in by.most_common(BRIDGED) if times > 1]
        changes: list[Change] = []
        for story in dict.fromkeys(near):
            mine = self._story[number]
            if story == mine or story not in self._members:
                continue
            if not self._parted(self._members[mine], self._members[story]):
                score = self._fit(self._members[mine], self._members[story])
                if score >= self._settings.merge:
                    changes.append(self._merge(mine, story, score, number))
        return changes

    def _fit(self, one: Sequence[int], other: Sequence[int]) -> float:
        """How well the accounts of two parts fit the other part: the mean score over a few of the smaller."""
        small, large = sorted((list(one), list(other)), key=lambda part: (len(part), part))
        apart = {self._story[small[0]], self._story[large[0]]}
        scores = [self._score(n, large, apart) for n in spread(small, CHECKED)]
        return round(sum(scores) / len(scores), 9)

    def _score(self, number: int, part: Sequence[int], apart: Container[str]) -> float:
        """The score with which an account would join a part, beside the other stories that it is like."""
        held = self._index.held[number]
        best, copies = self._sought(held, apart, RIVALS)
        for other in part:
            likeness = (
                resemblance(held.sketch, self._index.held[other].sketch) if len(part) <= BESIDE else 0.0
            )
            copies.setdefault(self._index.held[other].key, likeness)
        rows, _ = self._rows(
            held, {**best, "": part}, copies, {**{s: self._members[s] for s in best}, "": part}
        )
        return float(self._model.scores(rows, self._lean())[-1])

    def _merge(self, one: str, other: str, score: float, bridge: int) -> Change:
        """Join two stories; the one whose first account came earlier stays."""
        stays, ends = sorted((one, other), key=lambda s: self._members[s][0])
        moved = self._members.pop(ends)
        for number in moved:
            self._story[number] = stays
        self._members[stays] = sorted([*self._members[stays], *moved])
        keys = tuple(self._index.held[n].key for n in moved)
        why = f"The account {self._index.held[bridge].key} belongs to both, and their accounts are alike."
        return Change("merge", stays, ends, keys, score, why)

    def _splits(self, number: int) -> list[Change]:
        """A story that has grown (see ``_checked``) is looked at anew: does it fall into two?"""
        story = self._story[number]
        members = self._members[story]
        if not _checked(len(members)):
            return []
        one, other = self._halves(members)
        if not other or self._bound_across(one, other):
            return []
        score = self._fit(one, other)
        return [self._split(story, other, score)] if score < self._settings.split else []

    def _halves(self, members: Sequence[int]) -> tuple[list[int], list[int]]:
        """Two parts of a story by average link over cosines of words and names; the first's first."""
        index = self._index
        held = [index.held[n] for n in members]
        like = np.array([evidence.likeness(index, h, held) for h in held])
        parts = two_parts((like + like.T) / 2)
        one, other = ([members[n] for n in part] for part in parts)
        return one, other

    def _split(self, story: str, part: list[int], score: float) -> Change:
        """Let a part of a story begin its own."""
        keys = [self._index.held[n].key for n in part]
        begun = self._fresh(keys)
        self._members[story] = [n for n in self._members[story] if n not in set(part)]
        self._members[begun] = list(part)
        for number in part:
            self._story[number] = begun
        why = (
            f"Beside all {len(part) + len(self._members[story])} accounts, these and the rest are not alike."
        )
        return Change("split", story, begun, tuple(keys), score, why)

    # -- people's word --

    def _parted(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether people said that accounts of two parts are of two stories."""
        keys = {self._index.held[n].key for n in other}
        return any(
            k in keys for n in one for b in self._bound(self._index.held[n].key) for k in self._apart_of(b)
        )

    def _apart_of(self, key: str) -> set[str]:
        """The accounts that people said are of another story, with those tied to them."""
        return {b for k in self._apart.get(key, ()) for b in self._bound(k)}

    def _bound_across(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether people tied accounts of two parts together."""
        keys = {self._index.held[n].key for n in other}
        return any(b in keys for n in one for b in self._bound(self._index.held[n].key)[1:])

    def _bound(self, key: str) -> list[str]:
        """The accounts that people tied to one, itself first."""
        seen, todo = {key}, [key]
        while todo:
            for other in sorted(self._together.get(todo.pop(), ())):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return [key, *sorted(seen - {key})]

    def _tied(self, key: str) -> tuple[str, str] | None:
        """The earliest held account that people tied to one, and its story."""
        held = [n for n in (self._numbers.get(k) for k in self._bound(key)) if n is not None]
        return (self._index.held[min(held)].key, self._story[min(held)]) if held else None

    def _barred(self, key: str) -> set[str]:
        """Stories that hold an account which people said is not of one's story."""
        others = {o for k in self._bound(key) for o in self._apart_of(k)}
        return {self._story[self._numbers[o]] for o in others if o in self._numbers}

    # -- holding --

    def _fresh(self, keys: Sequence[str]) -> str:
        """The id of a new story: that of its earliest account whose id no story bears, else a further one.

        All its accounts may have founded stories that others went to, which were merged into and split.
        """
        names = chain(map(story_key, keys), (tagged_hash("s1", keys[0], n) for n in count(1)))
        return next(s for s in names if s not in self._members)

    def _hold(self, held: Held, story: str) -> int:
        self._around.clear()
        number = self._index.add(held)
        self._numbers[held.key] = number
        self._story[number] = story
        self._members.setdefault(story, []).append(number)
        heappush(self._times, (held.when, number))
        self._move(held)
        return number

    def _move(self, held: Held) -> None:
        """Move the window with an account's date, and forget what it leaves behind."""
        if held.dated and not held.ahead:
            self._latest = max(self._latest, held.when)
        floor = self._latest - self._settings.window
        while self._times and (self._times[0][0] < floor or len(self._times) > self._settings.held):
            self._around.clear()
            _, number = heappop(self._times)
            held, story = self._index.held[number], self._story.pop(number)
            self._index.drop(number)
            del self._numbers[held.key]
            self._members[story].remove(number)
            if not self._members[story]:
                del self._members[story]


def shared(index: Index, profile: Profile, held: Held, other: Held) -> list[str]:
    """The rarest words and names, at most four, that an account shares with another."""
    theirs = set(other.terms.tolist())
    gain = index.rare(held.terms) * held.weights
    terms = [term for field in FIELDS for term, _ in getattr(profile, field)]
    upto = held.bounds[FIELDS.index("names")]
    both = [(-float(gain[n]), terms[n]) for n in range(upto) if int(held.terms[n]) in theirs]
    found: list[str] = []
    for _, term in sorted(set(both))[:24]:
        if not any(term in other or other in term for other in found):
            found.append(term)
    return found[:4]


def _checked(size: int) -> bool:
    """Whether a story of so many accounts is looked at anew: 4 to 8, then 16, 32 and 64."""
    return 4 <= size <= 8 or (size <= LARGEST_CHECK and size > 8 and not size & (size - 1))


def two_parts(like: Floats) -> tuple[list[int], list[int]]:
    """Cut accounts in two by average link; the first part holds the first account.

    >>> two_parts(np.array([[1, 0.1, 0.9], [0.1, 1, 0.2], [0.9, 0.2, 1]]))
    ([0, 2], [1])
    """
    parts = [[n] for n in range(len(like))]
    while len(parts) > 2:
        means = {
            (a, b): round(float(like[np.ix_(parts[a], parts[b])].mean()), 9)
            for a, b in combinations(range(len(parts)), 2)
        }
        a, b = max(means, key=lambda pair: means[pair])
        parts[a] = sorted(parts[a] + parts.pop(b))
    first, *rest = sorted(parts)
    return first, rest[0] if rest else []
