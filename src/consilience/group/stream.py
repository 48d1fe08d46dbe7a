"""Grouping online: as each account arrives it begins a story or joins one, at once.

Candidates come from ``index`` (rare terms first, copies before all), each candidate story is set
beside the account (``evidence``) and a small model scores it (``judging``). Later evidence merges
and splits stories; each such change is handed back with its reason, and none goes against what
people said (``tie``).

Invariants
    The state is a function of the accounts held, in order of arrival, of their stories and of the
    ties: one restored with ``keep`` decides as one that was never closed. A batch given in some
    order gives what one by one in that order gives. Another order may give other stories, as
    early accounts are judged with less beside them; copies and clear cases come out the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..model import tagged_hash
from ..settings import Group
from . import evidence
from .index import Floats, Held, Index, chosen, spread
from .judging import Trees, shipped
from .profiles import Profile

NEAR, STORIES, BESIDE = 40, 10, 12
"""Accounts sought, stories judged, and members that a story is judged by."""


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
    """Where an account went: ``near`` is the account most like it there; ``why`` one plain sentence."""

    key: str
    story: str
    new: bool
    near: str | None
    score: float
    why: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that an account may join, its score, and the member most like the account."""

    story: str
    score: float
    near: int
    copy: float


def story_key(account: str) -> str:
    """The id of the story that an account founds.

    >>> story_key("w1:0123456789abcdef")
    's1:f3c745b9cc4c1780'
    """
    return tagged_hash("s1", account)


class Grouper:
    """Stories of a stream, over a moving window of time."""

    def __init__(self, settings: Group = Group(), *, model: Trees | None = None) -> None:  # noqa: B008
        self._settings = settings
        self._model = model or shipped()
        self._index = Index()
        self._numbers: dict[str, int] = {}
        self._story: dict[int, str] = {}
        self._members: dict[str, list[int]] = {}
        self._together: dict[str, set[str]] = {}
        self._apart: dict[str, set[str]] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def covers(self, when: float) -> bool:
        """Whether an account of that time would be judged beside all that is kept of its time."""
        return not self._numbers or when >= self._head() - self._settings.window

    def keep(self, profile: Profile, story: str) -> None:
        """Restore an account that was decided before; in order of arrival."""
        if profile.key not in self:
            self._hold(self._index.read(profile), story)
            self._forget()

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
        found = self._candidates(held)
        decision = self._decide(held, found)
        self._hold(held, decision.story)
        self._forget()
        return decision

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
            why = "No story held is like it enough." if best else "Nothing held is like it."
            return Decision(held.key, self._fresh([held.key]), True, near, score, why)
        near = self._index.held[best.near].key
        return Decision(held.key, best.story, False, near, best.score, "It is like accounts of that story.")

    def _candidates(self, held: Held) -> list[Candidate]:
        """The stories that an account may join, best first."""
        index, barred = self._index, self._barred(held.key)
        near: dict[int, float] = dict(index.copies(held, STORIES))
        copies = dict(near)
        for number, score in index.near(held, NEAR):
            near.setdefault(number, score)
        best: dict[str, list[int]] = {}
        for number in near:
            story = self._story[number]
            if story not in barred and (story in best or len(best) < STORIES):
                best.setdefault(story, []).append(number)
        if not best:
            return []
        rows, tops = self._rows(held, best)
        scores = self._model.scores(rows).tolist()
        made = [
            Candidate(story, score, top, max((copies.get(n, 0.0) for n in best[story]), default=0.0))
            for story, score, top in zip(best, scores, tops, strict=True)
        ]
        return sorted(made, key=lambda c: (-c.score, self._members[c.story][0]))

    def _rows(self, held: Held, best: dict[str, list[int]]) -> tuple[Floats, list[int]]:
        """Evidence for each story, and the member of each that is most like the account."""
        index = self._index
        picked = [chosen(self._members[s], near, BESIDE) for s, near in best.items()]
        table = evidence.pairs(index, held, [index.held[n] for p in picked for n in p])
        rows, tops, at = [], [], 0
        for story, numbers in zip(best, picked, strict=True):
            part = table[at : at + len(numbers)]
            at += len(numbers)
            members = self._members[story]
            whens = [index.held[n].when for n in spread(members, BESIDE) if index.held[n].dated]
            rows.append(evidence.gathered(part, len(members), max(whens) - min(whens) if whens else 0.0))
            tops.append(numbers[int(np.argmax(part[:, evidence.LEAD]))])
        return evidence.ranked(np.array(rows)), tops

    # -- people's word --

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
        others = {o for k in self._bound(key) for o in self._apart.get(k, ())}
        return {self._story[self._numbers[o]] for o in others if o in self._numbers}

    # -- holding --

    def _fresh(self, keys: Iterable[str]) -> str:
        """The id of a new story: that of its earliest account whose id no story bears."""
        return next(s for s in map(story_key, keys) if s not in self._members)

    def _hold(self, held: Held, story: str) -> None:
        number = self._index.add(held)
        self._numbers[held.key] = number
        self._story[number] = story
        self._members.setdefault(story, []).append(number)

    def _head(self) -> float:
        """The latest time that an account held says of itself, else the latest arrival."""
        return max((h.when for h in self._index.held.values()), default=0.0)

    def _forget(self) -> None:
        """Forget what the window has left behind."""
