"""Polls what is followed, and takes in what is new, until it is told to stop.

One address at a time, those due first; ``ingest.rounds`` says what is new and when to ask again. The clock,
chance and signals are here. Invariant: a state is kept only after the accounts it stands for are, so
that whatever ends the program, nothing new is passed over.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

from ..engine.intake import Intake, Taken
from ..ingest.following import Followed
from ..ingest.rounds import follow
from ..ingest.visits import Visitor
from ..model import Problem, Witness

if TYPE_CHECKING:
    from ..store import Library

AT_ONCE = 50
"""Accounts kept in one transaction: more of them would be fetched again after a crash."""
LOOK = 60.0
"""Seconds after which the list of what is followed is read again: another program may have added to it."""


@dataclass
class Round:
    """What one round to one address brought."""

    url: str
    taken: list[Taken] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    due: float = 0.0


class Watch:
    """The loop over what a library follows.

    :param stop: set when the loop should end.
    :param now: the time as a library keeps it, ISO 8601.
    """

    def __init__(
        self, library: Library, intake: Intake, stop: threading.Event, now: Callable[[], str]
    ) -> None:
        self.library, self.intake, self.stop, self._now = library, intake, stop, now
        self._visitor = Visitor(intake.settings.ingest, clock=time.monotonic, wait=stop.wait)

    def rounds(self, *, once: bool) -> Iterator[Round | float]:
        """Yield each round as it ends, and the seconds until the next where one is waited for.

        :param once: end when nothing is due any more.
        """
        while not self.stop.is_set():
            state = min(self.library.followed(), key=lambda s: (s.due, s.url), default=None)
            wait = LOOK if state is None else state.due - time.time()
            if state is not None and wait <= 0:
                yield self._round(state)
            elif once:
                return
            else:
                yield wait
                self.stop.wait(min(wait, LOOK))

    def _round(self, state: Followed) -> Round:
        """Ask one address, and keep what is new and the states."""
        done, lot, states = Round(state.url), list[Witness](), list[Followed]()
        chance = random.random()
        for item in follow(state, self._visitor, self.library.seen, now=time.time(), chance=chance):
            if isinstance(item, Problem):
                done.problems.append(item)
            elif isinstance(item, Followed):
                states.append(item)
            else:
                lot.append(item)
                if len(lot) >= AT_ONCE:
                    done.taken += self.intake.take(lot, self._now())
                    lot = []
                    if self.stop.is_set():  # a folder of thousands: the rest is read when it is asked again
                        return done
        if lot:
            done.taken += self.intake.take(lot, self._now())
        self._keep(state, states, done)
        return done

    def _keep(self, state: Followed, states: list[Followed], done: Round) -> None:
        with self.library.writing() as writer:
            known = {s.url for s in self.library.followed()}
            for new in states:
                if new.url == state.url:
                    done.due = new.due
                    if new.url in known:  # it may have been forgotten meanwhile
                        writer.follow(new)
                elif new.url not in known:
                    writer.follow(new)


@contextmanager
def until_told(stop: threading.Event) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM set ``stop``; the second ends the program at once."""

    def told(number: int, frame: FrameType | None) -> None:
        stop.set()
        for one, before in old.items():
            signal.signal(one, before)

    old: dict[int, Any] = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    for number in old:
        signal.signal(number, told)
    try:
        yield
    finally:
        for one, before in old.items():
            signal.signal(one, before)
