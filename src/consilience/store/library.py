"""The library in one SQLite file.

Opens it, gives out transactions, and hands each question to the module that answers it. Holds no
rule of its own. Invariant: what a ``writing`` block has done is in the file when the block is left,
all of it, or none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..model import Annotated, Point, Witness
from . import briefs, checks, corrections, exchange, jobs, ledger, matching, reader, rows, schema, search
from .codec import shown, squeeze, stamp, unpack, values_of
from .protocol import (
    KINDS,
    Arrival,
    Counted,
    Entry,
    Event,
    Heading,
    Imported,
    Imprint,
    Interest,
    Item,
    Job,
    Kept,
    Ledger,
    Look,
    Moved,
    Report,
    Results,
    Spoken,
    Tale,
    Tally,
    Tie,
    Voice,
    content_key,
)

if TYPE_CHECKING:
    from ..ingest.following import Followed

ORDERS = {
    "newest": "s.newest DESC, s.n DESC",
    "largest": "s.accounts DESC, s.newest DESC, s.n DESC",
}
EVER = 1e9
"""Days: beyond any calendar."""


class Write:
    """What can be written in one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._after = db.execute("SELECT coalesce(max(n), 0) FROM account").fetchone()[0]
        self._annotated: set[int] = set()

    def settle(self) -> None:
        """What is true once all of the block is done: which interests the accounts match."""
        matching.settle(self._db, self._after, self._annotated)

    def known(self, witness: Witness) -> Kept | None:
        """The account of this content, if it is there, whatever it is called."""
        found = self._db.execute(
            rows.KEPT + "WHERE a.content = ? OR a.id = ?", (content_key(witness), witness.id)
        ).fetchone()
        return rows.kept(found) if found else None

    def add(self, entry: Entry) -> bool:
        """Add an account; False if its content is there already."""
        return rows.enter(self._db, entry)

    def apply(self, change: Moved, at: str) -> bool:
        """Record a merge or split by the program; False if a person's word forbids it."""
        return corrections.apply(self._db, change, at)

    def annotated(self, account: str, version: str, annotated: Annotated) -> None:
        """Keep the statements and names of an account, in place of older ones."""
        n = rows.account_row(self._db, account)
        self._annotated.add(n)
        rows.annotate(self._db, n, version, annotated)

    def pointed(
        self, story: str, key: str, points: Sequence[Point], document: dict[str, Any] | None = None
    ) -> None:
        """Keep a story's dossier and its points, in place of older ones."""
        rows.point_out(self._db, rows.story_row(self._db, story), key, points, document)

    def summed(self, story: str, grew: str, brief: dict[str, Any], tallies: Sequence[Counted]) -> None:
        """Keep what lists show of a story and what it adds to its outlets' counts, in place of older."""
        briefs.keep(self._db, rows.story_row(self._db, story), grew, brief, tallies)

    def passed(self, story: str, key: str, document: dict[str, Any]) -> None:
        """Keep a dossier of what was known at a time."""
        briefs.keep_past(self._db, rows.story_row(self._db, story), key, document)

    def follow(self, one: Followed) -> None:
        """Follow a feed or folder, or keep what is new about it."""
        rows.follow(self._db, one)

    def forget(self, url: str) -> bool:
        """Follow it no more; False if it was not followed."""
        return self._db.execute("DELETE FROM followed WHERE url = ?", (url,)).rowcount > 0


class Library:
    """Accounts and their stories in one SQLite file."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self.path = db, path
        self._place = path.absolute()
        self._file = _file_at(self._place)

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False) -> Library:
        """Open a library; with ``create``, make it where there is none.

        :raises InputError: when it is no library, or of a newer form than this program knows.
        """
        return cls(schema.connect(Path(path), create=create), Path(path))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- writing --

    @contextmanager
    def writing(self) -> Iterator[Write]:
        """One transaction: all of the block is kept, or none.

        :raises InputError: when another program is writing for longer than half a minute, or the file is
            no longer the one that was opened.
        """
        if self._db.in_transaction:
            raise InputError("is being written already", where=str(self.path), todo="use one block")
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise InputError(
                f"cannot be written now ({error})", where=str(self.path), todo="wait until the other ends"
            ) from error
        if self.replaced:
            self._db.execute("ROLLBACK")
            what = "cannot be written (its file was moved, deleted or replaced meanwhile)"
            raise InputError(what, where=str(self.path), todo="end the program and begin it again")
        try:
            write = Write(self._db)
            yield write
            write.settle()
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise InputError(f"cannot be written ({error})", where=str(self.path)) from error
            raise

    @property
    def replaced(self) -> bool:
        """Whether another file, or none, lies where this one was opened: what is written would be lost."""
        return self._file != _file_at(self._place)

    @property
    def version(self) -> tuple[int, int]:
        """Changes when another program has written, or a person has corrected something."""
        seen = self._db.execute("PRAGMA data_version").fetchone()[0]
        said = self._db.execute("SELECT count(*) FROM history WHERE actor = 'person'").fetchone()[0]
        return int(seen), int(said)

    # -- accounts --

    def account(self, ref: str) -> Kept:
        """An account by its id, the beginning of it (4 hex digits or more), or its name."""
        n = rows.account_row(self._db, ref)
        return rows.kept(self._db.execute(rows.KEPT + "WHERE a.n = ?", (n,)).fetchone())

    def accounts(self, *, story: str | None = None) -> Iterator[Kept]:
        """Accounts of a story in story order, or all in order of arrival."""
        chosen, values = "ORDER BY a.n", tuple[int, ...]()
        if story is not None:
            chosen, values = "WHERE a.story = ? ORDER BY a.ordering, a.id", (rows.story_row(self._db, story),)
        for row in self._db.execute(rows.KEPT + chosen, values):
            yield rows.kept(row)

    def seen(self, url: str) -> bool:
        """Whether an account from an address is there."""
        found = self._db.execute("SELECT 1 FROM account WHERE url = ? LIMIT 1", (shown(url),))
        return found.fetchone() is not None

    def counts(self) -> dict[str, int]:
        """How many accounts, stories and statements there are."""
        found = self._db.execute(
            "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM story WHERE accounts > 0), "
            "(SELECT count(*) FROM statement)"
        ).fetchone()
        return dict(zip(("accounts", "stories", "statements"), found, strict=True))

    def newest(self) -> float | None:
        """The time of the newest account, in days since 1970."""
        found = self._db.execute("SELECT max(moment) FROM account").fetchone()[0]
        return None if found is None else float(found)

    def profiles(
        self, first: float | None = None, last: float | None = None, *, most: int = -1, newest: bool = True
    ) -> Iterator[tuple[str, bytes, str]]:
        """Id, profile and story of accounts of days ``first`` to ``last``, in order of arrival.

        :param most: how many at most, the newest of them or the oldest; -1 for all.
        """
        way = "DESC" if newest else "ASC"
        found = self._db.execute(
            "SELECT a.id, p.body, s.id FROM (SELECT n, id, story FROM account WHERE moment BETWEEN ? AND ? "
            f"ORDER BY moment {way}, n {way} LIMIT ?) a "
            "JOIN profile p ON p.n = a.n JOIN story s ON s.n = a.story ORDER BY a.n",
            (-EVER if first is None else first, EVER if last is None else last, most),
        )
        yield from found

    def pending(self, version: str, limit: int = 100) -> tuple[Witness, ...]:
        """Accounts not annotated by this stage version, in order of arrival."""
        found = self._db.execute(
            "SELECT r.body FROM account a JOIN record r ON r.n = a.n "
            "WHERE a.annotated < ?1 OR a.annotated > ?1 ORDER BY a.n LIMIT ?2",
            (version, limit),
        )
        return tuple(unpack(row[0]) for row in found)

    def pending_count(self, version: str) -> int:
        """How many accounts are not annotated by this stage version."""
        found = self._db.execute(
            "SELECT count(*) FROM account WHERE annotated < ?1 OR annotated > ?1", (version,)
        )
        return int(found.fetchone()[0])

    # -- stories --

    def story(self, ref: str) -> Tale:
        """A story by its id or the beginning of it; a merged one's id leads to what it is part of."""
        n = rows.story_row(self._db, ref)
        return rows.tale(self._db, self._db.execute(rows.TALE + "WHERE s.n = ?", (n,)).fetchone())

    def stories(
        self, *, order: str = "newest", limit: int = 50, offset: int = 0, since: str | None = None
    ) -> tuple[Tale, ...]:
        """Stories by the time of their newest account, or by how many accounts they have.

        :param since: an ISO date or time; only stories that an account joined or left since then.
        """
        if order not in ORDERS:
            raise InputError(f"unknown order {order!r}", where="stories", todo="use newest or largest")
        found = self._db.execute(
            f"{rows.TALE}WHERE s.accounts > 0 AND s.grew >= ? ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?",
            (stamp(since) if since else "", limit, offset),
        ).fetchall()
        return tuple(rows.tale(self._db, row) for row in found)

    def tales(self, stories: Sequence[str]) -> tuple[Tale, ...]:
        """Stories by their whole ids, in the order asked; one that is no more is left out."""
        asked = f"{rows.TALE}WHERE s.accounts > 0 AND s.id IN (SELECT value FROM json_each(?))"
        found = self._db.execute(asked, (json.dumps(list(stories)),)).fetchall()
        told = {row[1]: rows.tale(self._db, row) for row in found}
        return tuple(told[key] for key in stories if key in told)

    def document(self, story: str, key: str) -> dict[str, Any] | None:
        """A story's dossier if one made from just that is kept; None if not."""
        n = rows.story_row(self._db, story)
        row = self._db.execute("SELECT body FROM dossier WHERE story = ? AND key = ?", (n, key)).fetchone()
        return values_of(row[0]) if row and row[0] and row[0] != squeeze(None) else None

    def past(self, story: str, key: str) -> dict[str, Any] | None:
        """A dossier of what was known at a time, if one made from just that is kept; None if not."""
        return briefs.past(self._db, rows.story_row(self._db, story), key)

    def briefs(self, stories: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What lists show of the stories that were compared; "fresh" says that one has not grown since."""
        return briefs.briefs(self._db, stories)

    def uncompared(self, limit: int = 20) -> tuple[str, ...]:
        """Stories of several accounts that grew since they were compared, or never were; newest first."""
        return briefs.uncompared(self._db, limit)

    def arrivals(self, stories: Sequence[str], most: int = 1_000) -> dict[str, tuple[Arrival, ...]]:
        """When each account of the stories came, in story order.

        :param most: how many of each story; of more, the last.
        """
        return briefs.arrivals(self._db, stories, most)

    def imprints(self, stories: Sequence[str], most: int = 100) -> dict[str, tuple[Imprint, ...]]:
        """The imprints of the accounts of each story, in story order.

        :param most: how many of each story; of more, the last.
        """
        return briefs.imprints(self._db, stories, most)

    # -- outlets --

    def outlets(self, limit: int = 50, offset: int = 0) -> tuple[tuple[str, int, int], ...]:
        """Outlets with how many accounts and stories they have, those with most accounts first."""
        return briefs.outlets(self._db, limit, offset)

    def outlet_accounts(self, outlet: str, limit: int = 50, offset: int = 0) -> tuple[Kept, ...]:
        """Accounts of an outlet, newest first."""
        return briefs.outlet_accounts(self._db, outlet, limit, offset)

    def tallies(self, outlet: str) -> tuple[Tally, ...]:
        """What was counted of an outlet over the stories compared, most first."""
        return briefs.tallies(self._db, "outlet", (outlet,))

    def tallied_to(self, value: str, kind: str) -> tuple[Tally, ...]:
        """The outlets of which something was counted: who copies or credits it; most first."""
        return briefs.tallies(self._db, "kind, value", (kind, value))

    # -- people's corrections --

    def ties(self) -> tuple[Tie, ...]:
        """People's words on accounts, as ties between two each."""
        return corrections.words(self._db).ties()

    def merge(self, a: str, b: str, *, at: str) -> Event:
        """Two stories are one; the id of ``b`` leads to ``a`` from now on."""
        with self.writing():
            x, y = rows.story_row(self._db, a), rows.story_row(self._db, b)
            if x == y:
                raise InputError(f"{a!r} and {b!r} are one story already", where="merge")
            return corrections.merge(self._db, x, y, Event(0, at, "person", "merge"))

    def split(self, story: str, accounts: Iterable[str], *, at: str) -> Event:
        """Some accounts of a story are a story of their own."""
        with self.writing():
            n = rows.story_row(self._db, story)
            mine = rows.members(self._db, n)
            chosen = {self._account_id(ref) for ref in accounts}
            part = [i for i in mine if i in chosen]
            if not part or len(part) < len(chosen) or len(part) == len(mine):
                raise InputError(
                    f"{len(part)} of the {len(chosen)} accounts named are among its {len(mine)}",
                    where=f"split {story}",
                    todo="name some, not all, of the story's accounts",
                )
            return corrections.split(self._db, n, part, Event(0, at, "person", "split"))

    def move(self, account: str, story: str | None, *, at: str) -> Event:
        """An account belongs to another story, or with None to one of its own."""
        with self.writing():
            one = self._account_id(account)
            now = self._db.execute("SELECT story FROM account WHERE id = ?", (one,)).fetchone()[0]
            draft = Event(0, at, "person", "move")
            if story is None:
                if len(rows.members(self._db, now)) == 1:
                    raise InputError("is alone in its story already", where=account)
                return corrections.split(self._db, now, [one], draft)
            to = rows.story_row(self._db, story)
            if to == now:
                raise InputError(f"is in story {story} already", where=account)
            return corrections.move(self._db, one, to, draft)

    def same(self, a: str, b: str, *, at: str) -> Event:
        """Two names are one person's, in all stories."""
        return self._named("same", (a, b), at)

    def not_same(self, name: str, stories: Iterable[str], *, at: str) -> Event:
        """In some stories, each named by itself or one of its accounts, a name is somebody else's."""
        found = tuple(dict.fromkeys(self._story_id(ref) for ref in stories))
        if not found:
            raise InputError("names no story", where="not same", todo="name the stories it is another in")
        return self._named("not same", (name, *found), at)

    def _named(self, kind: str, names: tuple[str, ...], at: str) -> Event:
        with self.writing():
            event = corrections.record(self._db, Event(0, at, "person", kind, names=names))
            if kind == "same":
                matching.rematch(self._db, matching.by_name(self._db))
            return event

    def harmless(self, story: str, discrepancy: str, why: str, *, at: str) -> Event:
        """A discrepancy of a story is harmless, and why."""
        with self.writing():
            return corrections.harmless(self._db, self._story_id(story), discrepancy, why, at)

    def remarks(self, *stories: str) -> dict[str, Event]:
        """Discrepancies that people hold for harmless, each with its entry of the history.

        A discrepancy's id stands for its readings, so that a remark is found in whatever story shows them:
        those said of these stories, and of all they were once one with.
        """
        return corrections.remarks(self._db, [rows.story_row(self._db, story) for story in stories])

    def undo(self, *, at: str, number: int | None = None) -> Event:
        """Take back a person's last correction, or the entry of the history named."""
        with self.writing():
            event = corrections.undo(self._db, number, at)
            if event.story is None:  # it was of names
                matching.rematch(self._db, matching.by_name(self._db))
            return event

    def history(self, *, story: str | None = None, limit: int = 100) -> tuple[Event, ...]:
        """Entries of the history, newest first; of one story, or all."""
        if story is None:
            return tuple(corrections.events(self._db, "ORDER BY n DESC LIMIT ?", (limit,)))
        tale = self.story(story)
        ids = (tale.id, *tale.also)
        marks = ", ".join("?" * len(ids))
        where = f"WHERE story IN ({marks}) OR other IN ({marks}) ORDER BY n DESC LIMIT ?"
        return tuple(corrections.events(self._db, where, (*ids, *ids, limit)))

    def _account_id(self, ref: str) -> str:
        return rows.whole(self._db, "account", ref)

    def _story_id(self, ref: str) -> str:
        try:
            return self.story(ref).id
        except InputError:
            return self.account(ref).story

    # -- search --

    def search(
        self, query: str, kinds: Sequence[str] = KINDS, *, limit: int = 20, offset: int = 0
    ) -> Results:
        """Find accounts, statements and points; see ``query`` for what a query may hold."""
        return search.search(self._db, query, kinds, limit=limit, offset=offset)

    def who(self, name: str, *, about: str = "", limit: int = 100, offset: int = 0) -> Ledger:
        """What a person said, over all stories."""
        return ledger.who(self._db, name, about, (limit, offset))

    def voice(self, name: str, *, about: str = "") -> Voice:
        """How often, where, when and by which way a person was heard."""
        return ledger.voice(self._db, name, about)

    def statements(self, account: str) -> tuple[Spoken, ...]:
        """What is said in an account; empty until it is annotated."""
        return ledger.statements(self._db, rows.account_row(self._db, account))

    def named(self, account: str) -> dict[str, tuple[str, ...]]:
        """The names in an account by kind: person, body, place."""
        return ledger.named(self._db, rows.account_row(self._db, account))

    # -- what is followed --

    def followed(self) -> tuple[Followed, ...]:
        """The feeds and folders followed, by address."""
        return tuple(rows.followed(self._db))

    def follow(self, one: Followed) -> None:
        """Follow a feed or folder, or keep what is new about it."""
        with self.writing() as w:
            w.follow(one)

    def forget(self, url: str) -> bool:
        """Follow it no more; False if it was not followed."""
        with self.writing() as w:
            return w.forget(url)

    # -- what the reader follows, has read and collects --

    def interests(self) -> tuple[Interest, ...]:
        """What is followed or muted, in the order it was taken up."""
        return matching.interests(self._db)

    def take_interest(self, kind: str, value: str, *, muted: bool = False, at: str) -> Interest:
        """Follow or mute something; what is followed already can be muted so, and the other way round."""
        with self.writing():
            given = rows.whole(self._db, kind, value) if kind == "story" else value
            return reader.take_interest(self._db, kind, given, muted=muted, at=at)

    def lose_interest(self, number: int) -> bool:
        """Follow or mute it no more; False if there is no such interest."""
        with self.writing():
            return reader.lose_interest(self._db, number)

    def front(self, limit: int, *, disputed: bool = False, since: str | None = None) -> tuple[Heading, ...]:
        """The newest stories.

        :param disputed: only those in whose last dossier accounts conflict.
        :param since: only those that grew since the reader opened them or, where never, since this time;
            where it is empty, those that were opened alone.
        """
        return matching.front(self._db, limit, disputed=disputed, since=since)

    def matched(
        self, interests: Sequence[Interest], stories: Sequence[str]
    ) -> dict[int, dict[str, set[int]]]:
        """For each interest by its number, which of some stories match it, and by which accounts."""
        return matching.matched(self._db, interests, stories)

    def found(self, interests: Sequence[Interest], most: int) -> tuple[tuple[Heading, ...], bool]:
        """Stories that match any of some interests, newest first, and whether these are all.

        :param most: how many accounts, the last to come, are looked at of each.
        """
        return matching.found(self._db, interests, most)

    def fresh(self, since: dict[str, str]) -> dict[str, int]:
        """How many accounts came to each story after a time of its own."""
        return matching.fresh(self._db, since)

    def look(self, what: str, at: str) -> Look:
        """Note that the reader looks at the feed or a story; looks within half an hour are one visit."""
        now = reader.looked(reader.looks(self._db, (what,)).get(what), what, at)
        if now is not None:
            with self.writing():
                reader.look(self._db, now)
        return self.looks((what,))[what]

    def looks(self, whats: Sequence[str]) -> dict[str, Look]:
        """When the reader last looked at each; what was never looked at is not there."""
        return reader.looks(self._db, whats)

    def looked(self, whats: Sequence[str], at: str) -> dict[str, str]:
        """What is new to a reader who looks now is newer than this, for each; empty: never looked before.

        :param at: the time now; whether the look of now is kept already makes no difference.
        """
        found = self.looks(whats)
        now = {what: reader.looked(old, what, at) or old for what, old in found.items()}
        return {what: now[what].before if what in now else "" for what in whats}

    def reports(self) -> tuple[Report, ...]:
        """All special reports, the newest first."""
        return reader.reports(self._db)

    def report(self, number: int) -> Report:
        """A special report by its number."""
        return reader.report(self._db, number)

    def new_report(self, title: str, note: str = "", *, at: str) -> Report:
        """Begin a special report."""
        with self.writing():
            return reader.new_report(self._db, title, note, at)

    def change_report(self, number: int, *, title: str | None = None, note: str | None = None) -> Report:
        """Give a report another title or note."""
        with self.writing():
            return reader.change_report(self._db, number, title, note)

    def drop_report(self, number: int) -> bool:
        """Throw a report away, not what it collects; False if there is none."""
        with self.writing():
            return reader.drop_report(self._db, number)

    def add_item(self, report: int, kind: str, ref: str, note: str = "") -> Item:
        """Put a story or account at the end of a report."""
        with self.writing():
            return reader.add_item(self._db, report, kind, rows.whole(self._db, kind, ref), note)

    def change_item(self, number: int, note: str) -> Item:
        """Write another note to an item of a report."""
        with self.writing():
            return reader.change_item(self._db, number, note)

    def move_item(self, number: int, place: int) -> None:
        """Put an item of a report at a place, counted from 1."""
        with self.writing():
            reader.move_item(self._db, number, place)

    def drop_item(self, number: int) -> bool:
        """Take an item out of its report; False if there is none."""
        with self.writing():
            return reader.drop(self._db, "report_item", number)

    # -- what the worker is asked --

    def ask(
        self, kind: str, what: dict[str, Any], files: Sequence[tuple[str, bytes]] = (), *, at: str
    ) -> int:
        """Ask something of the worker; gives its number. What waits already is not asked twice."""
        with self.writing():
            return jobs.ask(self._db, kind, what, files, at)

    def job(self, number: int) -> Job:
        """A job by its number."""
        return jobs.job(self._db, number)

    def jobs(self, limit: int = 50) -> tuple[Job, ...]:
        """What was asked last, newest first."""
        return jobs.jobs(self._db, "ORDER BY n DESC LIMIT ?", (limit,))

    def last_job(self, kind: str, what: dict[str, Any]) -> Job | None:
        """The last job of a kind that asked for just this, if there is one."""
        return jobs.last(self._db, kind, what)

    def waiting(self) -> int:
        """How many jobs are still to be done."""
        return jobs.waiting(self._db)

    def job_files(self, number: int) -> tuple[tuple[str, bytes], ...]:
        """The files a job came with."""
        return jobs.files(self._db, number)

    def begin_job(self) -> Job | None:
        """Take the job that has waited longest, if one waits."""
        with self.writing():
            return jobs.begin(self._db)

    def end_job(self, number: int, outcome: dict[str, Any], *, at: str, failed: bool = False) -> None:
        """Keep what became of a job."""
        with self.writing():
            jobs.end(self._db, number, outcome, at, failed=failed)

    def jobs_again(self, *, at: str) -> int:
        """Let what was begun wait again; for a worker that takes over from one that was stopped.

        :param at: the time now; what has stopped several workers fails.
        """
        with self.writing():
            return jobs.again(self._db, at)

    # -- the file --

    def check(self) -> tuple[str, ...]:
        """Faults of the library, one sentence each; none when all is well."""
        return checks.check(self._db)

    def backup(self, path: Path) -> None:
        """Copy the library to a new file, also while another program writes."""
        checks.backup(self._db, Path(path))

    @staticmethod
    def restore(path: str | Path, copy: str | Path, *, overwrite: bool = False) -> tuple[int, int]:
        """Put a copy in the place of a library; refuses to replace one unless told.

        :returns: how many accounts and stories it has.
        """
        return checks.restore(Path(copy), Path(path), overwrite=overwrite)

    def export(self, path: str | Path, form: str = "") -> int:
        """Write the library as a file that other programs read.

        :param form: jsonl or parquet; where it is empty, the suffix says.
        :returns: how many accounts were written.
        """
        if Path(path).exists() and Path(path).samefile(self.path):
            raise InputError("is the library itself", where=str(path), todo="name another file")
        return exchange.export(self._db, Path(path), form)

    def import_(self, path: str | Path, form: str = "", *, at: str = "") -> Imported:
        """Take in what ``export`` wrote; what is there already stays as it is.

        :param at: the time, for what corrections of the other library change here.
        """
        return exchange.take_in(self._db, self.writing, Path(path), form, at)


def _file_at(place: Path) -> tuple[int, int] | None:
    """Which file lies at a place, whatever it is called; None where there is none."""
    try:
        found = place.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
