"""People's corrections and the program's own changes: a history that only grows.

A person's word is kept as which accounts belong together and which apart; a later word wins over an
earlier one where they conflict, and the program over neither. An undo is an entry of its own. Does
not write the names of accounts anew: ``same`` and ``not same`` are read when names are looked up.
Invariant: every change of a story's members is an entry, and what a person has said holds.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import InputError
from ..model import tagged_hash
from . import briefs
from .codec import name_key, shown, squeeze, values_of
from .protocol import Event, Moved, Tie
from .rows import forget, live, members, tally

COLUMNS = "n, at, actor, kind, story, other, accounts, joined, rest, names, score, why, undoes, note"
CHANGES = ("merge", "split", "move")
DISCREPANCY = re.compile(r"d1:[0-9a-f]{16}")
SEE = "take it from the story's dossier"
LONGEST_WHY = 2_000
"""Signs of a reason: a remark, not an essay."""


def events(db: sqlite3.Connection, where: str = "", values: Sequence[object] = ()) -> list[Event]:
    """Entries of the history, in order."""
    undone = dict(db.execute("SELECT undoes, n FROM history WHERE undoes IS NOT NULL").fetchall())
    rows = db.execute(f"SELECT {COLUMNS} FROM history {where}", values)
    return [_event(row, undone) for row in rows]


def _event(row: Sequence[Any], undone: dict[int, int]) -> Event:
    n, at, actor, kind, story, other, accounts, joined, rest, names, score, why, undoes, note = row
    lists = {
        k: tuple(json.loads(str(v)))
        for k, v in (("accounts", accounts), ("joined", joined), ("rest", rest), ("names", names))
    }
    return Event(
        n, at, actor, kind, story, other, **lists,
        score=score, why=why, undone=undone.get(n), undoes=undoes, note=note,
    )  # fmt: skip


def record(db: sqlite3.Connection, event: Event) -> Event:
    """Add an entry to the history; its number is given here."""
    lists = (event.accounts, event.joined, event.rest, [shown(n) for n in event.names])
    made = db.execute(
        f"INSERT INTO history ({COLUMNS}) VALUES (NULL{', ?' * 13})",
        (
            event.at, event.actor, event.kind, event.story, event.other,
            *(json.dumps(list(part), ensure_ascii=False) for part in lists),
            event.score, shown(event.why), event.undoes, shown(event.note),
        ),
    )  # fmt: skip
    return replace(event, number=made.lastrowid or 0)


# -- changes of members --


def merge(db: sqlite3.Connection, a: int, b: int, draft: Event) -> Event:
    """Put all accounts of story ``b`` into story ``a``; the id of ``b`` leads there from now on."""
    moved, joined = members(db, b), members(db, a)
    event = replace(draft, kind="merge", story=_id(db, a), other=_id(db, b), accounts=moved, joined=joined)
    db.execute("UPDATE account SET story = ? WHERE story = ?", (a, b))
    _close(db, b, a)
    _tally(db, (a, b), draft.at)
    return record(db, event)


def split(db: sqlite3.Connection, story: int, accounts: Sequence[str], draft: Event) -> Event:
    """Put some accounts of a story into one of their own; ``draft.other`` is its id, if it has one."""
    rest = tuple(i for i in members(db, story) if i not in set(accounts))
    other = draft.other or fresh(db, accounts[0])
    event = replace(
        draft, kind="split", story=_id(db, story), other=other, accounts=tuple(accounts), rest=rest
    )
    to = _open(db, other, draft.at)
    _put(db, accounts, to)
    _tally(db, (story, to), draft.at)
    return record(db, event)


def move(db: sqlite3.Connection, account: str, to: int, draft: Event) -> Event:
    """Put one account into another story; one left empty leads to that one from now on."""
    story = db.execute("SELECT story FROM account WHERE id = ?", (account,)).fetchone()[0]
    rest = tuple(i for i in members(db, story) if i != account)
    event = replace(
        draft, kind="move", story=_id(db, story), other=_id(db, to), accounts=(account,),
        joined=members(db, to), rest=rest,
    )  # fmt: skip
    _put(db, (account,), to)
    if not rest:
        _close(db, story, to)
    _tally(db, (story, to), draft.at)
    return record(db, event)


def fresh(db: sqlite3.Connection, founder: str) -> str:
    """An id for a new story of an account that no story has or had.

    It is that of the story the account founds; where it has founded one before, counted on.
    """
    key, count = tagged_hash("s1", founder), 1
    while db.execute("SELECT 1 FROM story WHERE id = ?", (key,)).fetchone():
        count += 1
        key = tagged_hash("s1", founder, count)
    return key


def _id(db: sqlite3.Connection, story: int) -> str:
    return str(db.execute("SELECT id FROM story WHERE n = ?", (story,)).fetchone()[0])


def _open(db: sqlite3.Connection, id: str, at: str) -> int:
    """The row of a story by that very id, a story of its own again if it was merged.

    What an undo has put there while it led to another comes along.
    """
    db.execute("INSERT OR IGNORE INTO story (id) VALUES (?)", (id,))
    n, closed = db.execute("SELECT n, merged_into FROM story WHERE id = ?", (id,)).fetchone()
    if closed is not None:
        led = live(db, id)
        db.execute("UPDATE story SET merged_into = NULL WHERE n = ?", (n,))
        _put(db, [account for account, end in ends(db).items() if end == id], n)
        _tally(db, (led,), at)
        if not members(db, led):
            _close(db, led, n)
    return int(n)


def _close(db: sqlite3.Connection, story: int, into: int) -> None:
    """Let the id of an empty story lead to another."""
    if story != into:
        db.execute("UPDATE story SET merged_into = ? WHERE n = ?", (into, story))


def _put(db: sqlite3.Connection, accounts: Iterable[str], story: int) -> None:
    db.executemany("UPDATE account SET story = ? WHERE id = ?", [(story, i) for i in accounts])


def _tally(db: sqlite3.Connection, stories: Iterable[int], at: str) -> None:
    for story in stories:
        tally(db, story, at)
        forget(db, story)
        briefs.forget(db, story)


# -- the program's changes --


def apply(db: sqlite3.Connection, change: Moved, at: str) -> bool:
    """Record and carry out a merge or split by the program; False if a person's word forbids it.

    Refused too is what does not fit the library: a story that is not there, or has those accounts not.
    """
    word = words(db)
    draft = Event(0, at, "program", change.kind, score=change.score, why=change.why)
    try:
        story = live(db, change.story)
        other = live(db, change.other) if change.kind == "merge" else story
    except InputError:
        return False
    if change.kind == "merge":
        if story == other or word.forbid_union(members(db, story), members(db, other)):
            return False
        merge(db, story, other, draft)
        return True
    mine = members(db, story)
    part = [i for i in mine if i in set(change.accounts)]
    taken = db.execute("SELECT accounts FROM story WHERE id = ?", (change.other,)).fetchone()
    if not part or len(part) == len(mine) or (taken and taken[0]) or word.forbid_parting(part, mine):
        return False
    split(db, story, part, replace(draft, other=change.other))
    return True


# -- people's words --


@dataclass(slots=True)
class Words:
    """What people's words come to: accounts held together, and sets of accounts held apart."""

    group: dict[str, set[str]] = field(default_factory=dict)
    apart: list[tuple[set[str], set[str]]] = field(default_factory=list)

    def together(self, accounts: Sequence[str]) -> None:
        """These share a story; earlier words that part them fall."""
        held = set(accounts)
        for account in accounts:
            held |= self.group.get(account, set())
        apart = []
        for left, right in self.apart:
            apart += [(left - held, right), (left & held, right - held)]
        self.apart = [(x, y) for x, y in apart if x and y]
        for account in held:
            self.group[account] = held

    def part(self, accounts: Sequence[str], rest: Sequence[str]) -> None:
        """These do not share a story with the rest; earlier words that join them fall."""
        out = set(accounts)
        groups = [self.group[a] for a in (*accounts, *rest) if a in self.group]
        for held in groups:
            inside, outside = held & out, held - out
            if inside and outside & set(rest):
                for piece in (inside, outside):
                    for account in piece:
                        self.group[account] = piece
        if rest:
            self.apart.append((out, set(rest)))

    def settle(self, story: dict[str, int]) -> None:
        """Let fall what does not fit the stories that the accounts are in."""
        for account, held in list(self.group.items()):
            self.group[account] = {a for a in held if story.get(a) == story.get(account)}
        sides = [(left, right, {story.get(a) for a in left}) for left, right in self.apart]
        self.apart = [
            ({a for a in left if story.get(a) == at}, {a for a in right if story.get(a) != at})
            for left, right, stories in sides
            for at in sorted(s for s in stories if s is not None)
        ]
        self.apart = [(left, right) for left, right in self.apart if left and right]

    def forbid_union(self, a: Iterable[str], b: Iterable[str]) -> bool:
        """Whether two sets of accounts may not share a story."""
        x, y = self._closed(a), self._closed(b)
        return any((left & x and right & y) or (left & y and right & x) for left, right in self.apart)

    def forbid_parting(self, part: Iterable[str], whole: Iterable[str]) -> bool:
        """Whether a part may not leave the rest of a story."""
        inside = set(part)
        rest = set(whole) - inside
        return any(self.group.get(account, set()) & rest for account in inside)

    def _closed(self, accounts: Iterable[str]) -> set[str]:
        mine = set(accounts)
        return mine.union(*(self.group.get(a, set()) for a in mine))

    def ties(self) -> tuple[Tie, ...]:
        """The words as ties between two accounts each, sorted."""
        found: set[tuple[str, str, bool]] = set()
        for held in self.group.values():
            first, *others = sorted(held)
            found |= {(first, other, True) for other in others}
        for left, right in self.apart:
            for a in {self._first(i, left) for i in left}:
                found |= {(min(a, b), max(a, b), False) for b in {self._first(i, right) for i in right}}
        return tuple(Tie(*tie) for tie in sorted(found))

    def _first(self, account: str, among: set[str]) -> str:
        """Who stands for an account in a set: the first of it that is held together with it."""
        return min((self.group.get(account, set()) & among) | {account})


def words(db: sqlite3.Connection) -> Words:
    """What people's words, those not undone, come to.

    A word holds while the accounts are where it put them: an undo may have put one back since.
    """
    found = Words()
    undone: dict[int | None, Event] = {
        e.number: e for e in events(db, "WHERE n IN (SELECT undoes FROM history)")
    }
    for event in events(db, "WHERE actor = 'person' ORDER BY n"):
        if event.kind == "undo":
            _contrary(found, event, undone.get(event.undoes))
        elif event.undone is None and event.kind in CHANGES:
            _take(found, event)
    spoken = sorted({*found.group, *(i for pair in found.apart for side in pair for i in side)})
    rows = db.execute(
        "SELECT id, story FROM account WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(spoken),)
    )
    found.settle(dict(rows.fetchall()))
    return found


def _take(found: Words, event: Event) -> None:
    if event.rest:
        found.part(event.accounts, event.rest)
    if event.kind == "move":  # the person has spoken of one account, not of all that it joins
        found.together((*event.accounts, *event.joined[:1]))
    else:
        found.together((*event.accounts, *event.joined))


def _contrary(found: Words, undo: Event, event: Event | None) -> None:
    """Undoing what the program did is a word too: it may not do it again."""
    if event is None or event.actor != "program":
        return
    if event.kind == "merge":
        found.part(undo.accounts, event.joined)
    else:
        found.together((*undo.accounts, *event.rest))


# -- what is harmless --


def harmless(db: sqlite3.Connection, story: str, discrepancy: str, why: str, at: str) -> Event:
    """Record that a discrepancy of a story is harmless.

    :raises InputError: when no reason is given, or the story's dossier has no such discrepancy.
    """
    ident = f"d1:{discrepancy.strip().removeprefix('d1:')}"
    if not DISCREPANCY.fullmatch(ident):
        raise InputError(f"{discrepancy[:80]!r} is no id of a discrepancy", where="harmless", todo=SEE)
    found = _discrepancies(db, live(db, story))
    if found is not None and ident not in found:
        raise InputError(f"the story has no discrepancy {ident}", where="harmless", todo=SEE)
    reason = " ".join(why.split())
    if not 0 < len(reason) <= LONGEST_WHY:
        what = f"the reason has {len(reason):,} signs"
        raise InputError(what, where="harmless", todo=f"say in 1 to {LONGEST_WHY:,} why it is harmless")
    return record(db, Event(0, at, "person", "harmless", story=story, names=(ident,), why=reason))


def _discrepancies(db: sqlite3.Connection, story: int) -> set[str] | None:
    """Ids of the discrepancies that the dossiers kept of a story have; None where no dossier is kept."""
    asked = "SELECT body FROM dossier WHERE story = ?1 UNION ALL SELECT body FROM past WHERE story = ?1"
    bodies = [body for (body,) in db.execute(asked, (story,)) if body and body != squeeze(None)]
    return {d["id"] for body in bodies for d in values_of(body).get("discrepancies", ())} if bodies else None


def remarks(db: sqlite3.Connection, stories: Iterable[int]) -> dict[str, Event]:
    """Discrepancies held for harmless, the last word on each, of stories and all they were once one with."""
    said = [e for e in events(db, "WHERE actor = 'person' AND kind = 'harmless' ORDER BY n") if not e.undone]
    once = _once_one(db, {_id(db, story) for story in stories}) if said else set()
    return {e.names[0]: e for e in said if e.story in once}


def _once_one(db: sqlite3.Connection, ids: set[str]) -> set[str]:
    """Ids of stories that accounts of some came from or went to."""
    pairs = db.execute(f"SELECT DISTINCT story, other FROM history WHERE kind IN {CHANGES}").fetchall()
    while grown := {i for pair in pairs if ids & set(pair) for i in pair} - ids:
        ids = ids | grown
    return ids


# -- undo --


def undo(db: sqlite3.Connection, number: int | None, at: str) -> Event:
    """Take back an entry: a person's last, or the one named.

    Accounts that a later entry moved stay where that put them, and the note says so.

    :raises InputError: when there is nothing to undo, or it is undone.
    """
    event = _undoable(db, number)
    later = events(db, "WHERE n > ? AND kind IN ('merge', 'split', 'move')", (event.number,))
    moved = {i: e.number for e in later if e.undone is None for i in e.accounts}
    back = tuple(i for i in event.accounts if i not in moved)
    left = tuple(i for i in event.accounts if i in moved)
    if event.kind in CHANGES and back:
        # A story that accounts left one by one was ended by nobody: what comes back makes it one again.
        gone = [e for e in (event, *later) if e.undone is None and e.kind == "move" and not e.rest]
        emptied = event.kind == "merge" or any(e.story == event.story for e in gone)
        _put_back(db, event, back, at, emptied=emptied)
    note = ""
    if left:
        by = ", ".join(map(str, sorted({moved[i] for i in left})))
        note = (
            f"{len(left)} of {len(event.accounts)} accounts stay where they are: a later entry moved them "
            f"({by}); undo that too to put them back"
        )
    entry = Event(
        0, at, "person", "undo", event.story, event.other, back, undoes=event.number, note=note, rest=left
    )
    return record(db, entry)


def _undoable(db: sqlite3.Connection, number: int | None) -> Event:
    if number is None:
        found = [
            e
            for e in events(db, "WHERE actor = 'person' AND kind <> 'undo' ORDER BY n DESC")
            if e.undone is None
        ]
        if not found:
            raise InputError("there is no correction to undo", where="undo")
        return found[0]
    found = events(db, "WHERE n = ?", (number,))
    if not found or found[0].kind == "undo":
        raise InputError(f"entry {number} is no change", where="undo", todo="name an entry of the history")
    if found[0].undone:
        raise InputError(f"entry {number} was undone by {found[0].undone}", where="undo")
    return found[0]


def _put_back(
    db: sqlite3.Connection, event: Event, accounts: Sequence[str], at: str, *, emptied: bool
) -> None:
    """Accounts go back to the story they came from; where that was ``emptied``, it is one again."""
    was, now = (event.other, event.story) if event.kind == "merge" else (event.story, event.other)
    current = {db.execute("SELECT story FROM account WHERE id = ?", (i,)).fetchone()[0] for i in accounts} | {
        live(db, str(now))
    }
    # A story that a later merge has ended holds nobody of its own: its accounts go where it leads.
    held = db.execute("SELECT accounts, merged_into FROM story WHERE id = ?", (was,)).fetchone()
    to = _open(db, str(was), at) if emptied or held[1] is None else live(db, str(was))
    _put(db, accounts, to)
    _tally(db, (*sorted(current), to), at)
    for story in current - {to}:
        if not db.execute("SELECT accounts FROM story WHERE n = ?", (story,)).fetchone()[0]:
            _close(db, story, to)


def ends(db: sqlite3.Connection) -> dict[str, str]:
    """The story that the last change of each account has put it in, as its id was then."""
    found: dict[str, str] = {}
    told: dict[int | None, Event] = {event.number: event for event in events(db, "ORDER BY n")}
    for event in told.values():
        change = told.get(event.undoes, event)
        if change.kind in CHANGES:
            to = change.story if (change.kind == "merge") == (change is event) else change.other
            found |= dict.fromkeys(event.accounts, str(to))
    return found


# -- names --


def keys_of(db: sqlite3.Connection, name: str) -> tuple[str, ...]:
    """The keys that mean the person of a name: its own, and those people have joined to it."""
    found = {name_key(name)}
    pairs = [
        tuple(name_key(n) for n in e.names)
        for e in events(db, "WHERE actor = 'person' AND kind = 'same' ORDER BY n")
        if e.undone is None
    ]
    while grown := {k for pair in pairs if found & set(pair) for k in pair} - found:
        found |= grown
    return tuple(sorted(found))


def parts_of(db: sqlite3.Connection, keys: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Where a name is somebody else: a key and the stories, for each such word of a person."""
    known = set(keys)
    rows = events(db, "WHERE actor = 'person' AND kind = 'not same' ORDER BY n")
    named = [(name_key(e.names[0]), e.names[1:]) for e in rows if e.undone is None]
    return [(key, stories) for key, stories in named if key in known]
