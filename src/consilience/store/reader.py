"""What a reader follows, has read and collects.

Rows of interests, looks and reports; whoever calls holds the transaction. Does not decide what matches an
interest (see ``matching``). Invariant: what a reader has written comes out as it went in, but for what no
column can hold, and what is too long is refused, never cut.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ..errors import InputError
from .codec import name_key, shown, stamp
from .matching import interests, plain, rematch
from .protocol import INTERESTS, Interest, Item, Look, Report
from .query import parse

MOST_INTERESTS = 200
"""Each is looked for in the index whenever the feed is shown."""
MOST_ITEMS = 500
LONGEST = {"value": 300, "title": 300, "note": 20_000}
"""Signs of what a reader may write."""
VISIT = timedelta(minutes=30)
PAUSE = timedelta(minutes=1)
"""Looks so soon after another are not written: a page loaded again needs no disk."""


def written(words: str, what: str, where: str, *, least: int = 0) -> str:
    """What a reader wrote, as a column holds it, without blanks around it.

    :raises InputError: when it is too long, or empty where it may not be.
    """
    told = (shown(words) or "").strip()
    if not least <= len(told) <= LONGEST[what]:
        raise InputError(
            f"the {what} has {len(told):,} signs", where=where, todo=f"use {least} to {LONGEST[what]:,}"
        )
    return told


# -- interests --


def take_interest(db: sqlite3.Connection, kind: str, value: str, *, muted: bool, at: str) -> Interest:
    """Follow or mute something, or change which of the two.

    :param value: of a story, its whole id.
    """
    if kind not in INTERESTS:
        raise InputError(f"{kind[:80]!r} cannot be followed", todo=f"use {', '.join(INTERESTS)}")
    told = " ".join(written(value, "value", f"follow {kind}", least=1).split())
    key = key_of(kind, told)
    if not key:
        raise InputError(f"{told[:80]!r} holds no word", where=f"follow {kind}", todo="write a name or words")
    held = interests(db)
    number = next((i.number for i in held if i.kind == kind and key_of(kind, i.value) == key), None)
    if number is not None:
        db.execute("UPDATE interest SET muted = ? WHERE n = ?", (int(muted), number))
        return next(i for i in interests(db) if i.number == number)
    if len(held) >= MOST_INTERESTS:
        what = f"{MOST_INTERESTS} things are followed or muted, and no more can be"
        raise InputError(what, where=f"follow {kind}", todo="give up one that is needed no more")
    db.execute(
        "INSERT INTO interest (kind, value, key, muted, at) VALUES (?, ?, ?, ?, ?)",
        (kind, told, key, int(muted), at),
    )
    made = interests(db)[-1]
    rematch(db, (made,))
    return made


def lose_interest(db: sqlite3.Connection, number: int) -> bool:
    """Follow or mute it no more."""
    db.execute("DELETE FROM matching WHERE interest = ?", (_fits(number),))
    return drop(db, "interest", number)


def key_of(kind: str, value: str) -> str:
    """What an interest is known by; empty where it asks for nothing."""
    if kind in ("person", "place"):
        return name_key(value)
    if kind == "outlet":
        return plain(value)
    return value.casefold() if kind == "story" or _asks(value) else ""


def _asks(topic: str) -> bool:
    """Whether a topic holds a word: of what is only left out, or of days, nearly everything matches."""
    query = parse(topic)
    if query.stories:
        raise InputError("a topic is not bound to a story", where="follow topic", todo="follow the story")
    return any(not clause.no for clause in query.clauses)


def drop(db: sqlite3.Connection, table: str, number: int) -> bool:
    """Drop a row by its number; False if there is none."""
    return db.execute(f"DELETE FROM {table} WHERE n = ?", (_fits(number),)).rowcount > 0


def _fits(number: int) -> int:
    """A number that the database can hold; none has the number 0."""
    return number if 0 < number < 1 << 63 else 0


# -- looks --


def looks(db: sqlite3.Connection, whats: Sequence[str]) -> dict[str, Look]:
    """When the reader last looked at each of these."""
    found = db.execute(
        "SELECT what, at, before FROM look WHERE what IN (SELECT value FROM json_each(?))",
        (json.dumps(list(whats)),),
    )
    return {row[0]: Look(*row) for row in found}


def looked(old: Look | None, what: str, at: str) -> Look | None:
    """What is to be kept of a look now; None where the last one says it all."""
    now = stamp(at)
    if old is None:
        return Look(what, now, "")
    since = datetime.fromisoformat(now) - datetime.fromisoformat(old.at)
    if since < PAUSE:
        return None
    return Look(what, now, old.before if since < VISIT else old.at)


def look(db: sqlite3.Connection, one: Look) -> None:
    """Keep a look in place of an older one; of a time after it is none."""
    db.execute(
        "INSERT INTO look VALUES (?, ?, ?) ON CONFLICT (what) DO UPDATE SET at = excluded.at, "
        "before = excluded.before WHERE excluded.at > at",
        (one.what, one.at, one.before),
    )


# -- reports --


def reports(db: sqlite3.Connection, where: str = "", values: Sequence[object] = ()) -> tuple[Report, ...]:
    """Special reports, the newest first."""
    found = db.execute(f"SELECT n, title, note, at FROM report {where} ORDER BY n DESC", values).fetchall()
    return tuple(Report(n, title, note, at, _items(db, n)) for n, title, note, at in found)


def report(db: sqlite3.Connection, number: int) -> Report:
    """A special report by its number."""
    found = reports(db, "WHERE n = ?", (_fits(number),))
    if not found:
        raise InputError(f"there is no report {number}", where="reports", todo="see the list of reports")
    return found[0]


def _items(db: sqlite3.Connection, number: int) -> tuple[Item, ...]:
    rows = db.execute(
        "SELECT n, kind, ref, note FROM report_item WHERE report = ? ORDER BY place, n", (number,)
    )
    return tuple(Item(*row) for row in rows)


def new_report(db: sqlite3.Connection, title: str, note: str, at: str) -> Report:
    """Begin a special report."""
    values = written(title, "title", "report", least=1), written(note, "note", "report"), at
    made = db.execute("INSERT INTO report (title, note, at) VALUES (?, ?, ?)", values)
    return report(db, made.lastrowid or 0)


def change_report(db: sqlite3.Connection, number: int, title: str | None, note: str | None) -> Report:
    """Give a report another title or note; None leaves it."""
    old = report(db, number)
    told = old.title if title is None else written(title, "title", "report", least=1)
    more = old.note if note is None else written(note, "note", "report")
    db.execute("UPDATE report SET title = ?, note = ? WHERE n = ?", (told, more, number))
    return report(db, number)


def drop_report(db: sqlite3.Connection, number: int) -> bool:
    """Throw a report away with its notes."""
    db.execute("DELETE FROM report_item WHERE report = ?", (_fits(number),))
    return drop(db, "report", number)


def add_item(db: sqlite3.Connection, number: int, kind: str, ref: str, note: str) -> Item:
    """Put a story or account, by its whole id, at the end of a report."""
    held = report(db, number).items
    if any((i.kind, i.ref) == (kind, ref) for i in held):
        raise InputError(f"the {kind} {ref} is in it already", where=f"report {number}")
    if len(held) >= MOST_ITEMS:
        what = f"it holds {MOST_ITEMS} items, and no more can be added"
        raise InputError(what, where=f"report {number}", todo="begin another report")
    place = "(SELECT coalesce(max(place), 0) + 1 FROM report_item WHERE report = ?1)"
    made = db.execute(
        f"INSERT INTO report_item (report, place, kind, ref, note) VALUES (?1, {place}, ?2, ?3, ?4)",
        (number, kind, ref, written(note, "note", f"report {number}")),
    )
    return _item(db, made.lastrowid or 0)[1]


def _item(db: sqlite3.Connection, number: int) -> tuple[int, Item]:
    """An item, after the number of its report."""
    row: Sequence[Any] | None = db.execute(
        "SELECT report, n, kind, ref, note FROM report_item WHERE n = ?", (_fits(number),)
    ).fetchone()
    if row is None:
        raise InputError(f"there is no item {number}", where="reports", todo="see the report for its items")
    return int(row[0]), Item(*row[1:])


def change_item(db: sqlite3.Connection, number: int, note: str) -> Item:
    """Write another note to an item."""
    within, _ = _item(db, number)
    told = written(note, "note", f"report {within}")
    db.execute("UPDATE report_item SET note = ? WHERE n = ?", (told, number))
    return _item(db, number)[1]


def move_item(db: sqlite3.Connection, number: int, place: int) -> None:
    """Put an item at a place of its report, counted from 1; the first or last where there is no such."""
    within, one = _item(db, number)
    order = [i.number for i in _items(db, within) if i.number != number]
    order.insert(max(0, min(len(order), place - 1)), one.number)
    db.executemany("UPDATE report_item SET place = ? WHERE n = ?", [(at, n) for at, n in enumerate(order, 1)])
