"""Takes accounts into a library: each is grouped as it arrives, and annotated after that.

One transaction a call: what ``take`` returns is on disk, and what is not on disk was not told. The
grouper is built anew from the library when another process or a person changed it, or when
accounts come from another time than it holds. Does not read files and knows no clock: the time
comes from the caller. Invariant: the stories are the same whether accounts come in one call or in
many, with the library closed between them or not, as long as they come in the same order.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import chain

from .. import __version__
from ..errors import InputError
from ..group.profiles import Profile, profile
from ..group.stream import Change, Grouper
from ..model import Witness, story_order, tagged_hash
from ..settings import Annotate, Group, Settings
from ..store import Entry, Store, Writer
from .pool import annotate_all
from .run import Progress

AT_ONCE = 200
"""Accounts that are annotated in one transaction: what a crash can lose is read anew in seconds."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one account: its story, whether the account or the story is new, and why there.

    ``near`` is the account that decided; ``changes`` are merges and splits of stories it brought about.
    """

    account: str
    name: str
    story: str
    fresh: bool
    founds: bool
    near: str | None = None
    score: float = 0.0
    why: str = ""
    changes: tuple[Change, ...] = ()


def annotation_stage(settings: Annotate) -> str:
    """Names the annotation that a stored one must be of to be used.

    >>> annotation_stage(Annotate()) == annotation_stage(Annotate())
    True
    """
    return tagged_hash("n1", __version__, asdict(settings))


class Intake:
    """A library that takes in accounts, with the grouper for the time they are from."""

    def __init__(self, library: Store, settings: Settings = Settings()) -> None:  # noqa: B008 - frozen
        self.library, self.settings = library, settings
        self._grouper: Grouper | None = None
        self._version: object = None
        self._past: tuple[float, float] | None = None  # times it serves, where that is not the newest

    def take(self, witnesses: Sequence[Witness], at: str) -> tuple[Taken, ...]:
        """Add accounts, those published first before the others, all of them or none.

        :param at: the time of their arrival, ISO 8601 in UTC.
        """
        arrived = datetime.fromisoformat(at).astimezone(UTC).timestamp() / 86400
        ranked = sorted(witnesses, key=story_order)
        try:
            with self.library.writing() as writer:
                taken = tuple(self._take(w, writer, at, arrived) for w in ranked)
        except BaseException:
            self._grouper = None  # it holds what the library does not
            raise
        return taken

    def take_all(
        self,
        witnesses: Iterable[Witness],
        clock: Callable[[], str],
        at_once: int = 500,
        progress: Progress | None = None,
    ) -> list[Taken]:
        """Add accounts as they come, so many to a transaction, each lot in order of publication."""
        taken: list[Taken] = []
        for lot in _lots(witnesses, at_once):
            taken += self.take(lot, clock())
            if progress is not None:
                progress("grouping", len(taken) - 1, len(taken))
        return taken

    def _take(self, witness: Witness, writer: Writer, at: str, arrived: float) -> Taken:
        known = writer.known(witness)
        if known is not None:
            return Taken(known.witness.id, known.witness.name, known.story, fresh=False, founds=False)
        seen = profile(witness, arrived=arrived)
        when = arrived if seen.ahead else seen.when
        decision = self._grouper_at(when).add(seen)
        entry = Entry(
            witness, decision.story, seen.to_bytes(), when, at,
            score=decision.score, near=decision.near, why=decision.why,
        )  # fmt: skip
        writer.add(entry)
        for change in decision.changes:
            if not writer.apply(change, at):
                self._grouper = None  # a person's word that it had not heard forbids it
        return Taken(
            witness.id, witness.name, decision.at_last, True, decision.new,
            decision.near, decision.score, decision.why, decision.changes,
        )  # fmt: skip

    def _grouper_at(self, when: float) -> Grouper:
        """The grouper, built anew where what it holds is not what the library has around that time."""
        version = self.library.version
        if self._grouper is None or self._version != version or not self._serves(when):
            self._grouper, self._version = self._restored(when), version
        return self._grouper

    def _serves(self, when: float) -> bool:
        if self._past is not None:
            return self._past[0] <= when <= self._past[1]
        return self._grouper is not None and self._grouper.covers(when)

    def _restored(self, when: float) -> Grouper:
        """A grouper of the newest accounts, or of those around an account from long before them."""
        group, library = self.settings.group, self.library
        newest = max(when, library.newest() or when)
        grouper = self._filled(group, library.profiles(newest - group.window, newest, most=group.held))
        self._past = None
        return grouper if grouper.covers(when) else self._around(when)

    def _around(self, when: float) -> Grouper:
        """A grouper of the accounts before and after a past time, good to the middle of the latter."""
        group, library = self.settings.group, self.library
        before = library.profiles(when - group.window, when, most=group.held)
        after = list(library.profiles(when, when + group.window, most=group.held, newest=False))
        full = len(after) == group.held
        until = max(self._profile(k, d).when for k, d, _ in after) if full else when + group.window
        self._past = when, (when + until) / 2
        wide = replace(group, window=3 * group.window, held=3 * group.held)
        return self._filled(wide, chain(before, after))

    def _filled(self, settings: Group, profiles: Iterable[tuple[str, bytes, str]]) -> Grouper:
        """A grouper of accounts that were decided before, with people's word on them."""
        grouper = Grouper(settings)
        for tie in self.library.ties():
            grouper.tie(tie.a, tie.b, tie.together)
        for key, data, story in profiles:
            grouper.keep(self._profile(key, data), story)
        return grouper

    def _profile(self, key: str, data: bytes) -> Profile:
        """The profile kept of an account; made anew where there is none that can be read."""
        try:
            return Profile.from_bytes(key, data)
        except (InputError, zlib.error, ValueError, TypeError):
            kept = self.library.account(key)
            return profile(kept.witness, arrived=kept.when)

    def annotate(
        self,
        progress: Progress | None = None,
        *,
        stop: Callable[[], bool] = lambda: False,
        at_once: int = AT_ONCE,
    ) -> int:
        """Annotate what is not annotated yet; a part at a time, each kept as soon as it is done.

        :param stop: asked before each part whether to leave the rest for later.
        :param at_once: accounts of a part.
        :returns: how many accounts were.
        """
        stage = annotation_stage(self.settings.annotate)
        total, finished = self.library.pending_count(stage), 0
        while not stop() and (waiting := self.library.pending(stage, at_once)):

            def done(count: int, before: int = finished) -> None:
                if progress is not None:
                    progress("reading who said what", min(before + count, total) - 1, total)

            accounts = annotate_all(waiting, self.settings.annotate, done)
            with self.library.writing() as writer:
                for account in accounts:
                    writer.annotated(account.witness.id, stage, account)
            finished += len(accounts)
        return finished


def _lots(witnesses: Iterable[Witness], most: int) -> Iterator[list[Witness]]:
    lot: list[Witness] = []
    for witness in witnesses:
        lot.append(witness)
        if len(lot) == most:
            yield lot
            lot = []
    if lot:
        yield lot
