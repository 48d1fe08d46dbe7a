"""Which accounts and stories match what a reader follows or has muted.

A topic is a search, a person, body or place the names found in an account, an outlet its own name whatever
the case. Which accounts match is settled when they are written, and when an interest is taken up, so that
a feed asks no index. Does not rank and does not leave out (see ``desk.feed``). Invariant: after each
transaction an account is listed with just the interests that it matches.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ..errors import InputError
from .codec import shown
from .corrections import keys_of, parts_of
from .protocol import Heading, Interest
from .query import Clause, Query, Term, parse
from .rows import live
from .schema import SHIFT
from .search import Match, matching

EVERY = (0, 1 << 48)
"""The numbers of all accounts."""


# -- what is kept --


def interests(db: sqlite3.Connection) -> tuple[Interest, ...]:
    """What is followed or muted, in the order it was taken up; of a merged story, what it is part of."""
    rows = db.execute("SELECT n, kind, value, muted, at FROM interest ORDER BY n").fetchall()
    return tuple(
        Interest(n, kind, next(iter(_now(db, value) if kind == "story" else ()), value), bool(muted), at)
        for n, kind, value, muted, at in rows
    )


def settle(db: sqlite3.Connection, after: int, annotated: Iterable[int]) -> None:
    """List what came after an account, and what was annotated, with the interests that it matches."""
    asked = "SELECT n FROM account WHERE n > ? UNION SELECT value FROM json_each(?) ORDER BY 1"
    touched = [n for (n,) in db.execute(asked, (after, json.dumps(sorted(annotated))))]
    held = interests(db) if touched else ()
    if not held:
        return
    db.executemany("DELETE FROM matching WHERE account = ?", [(n,) for n in touched])
    some = set(touched)
    for one in held:
        _put(db, one, (n for n in accounts(db, one, (touched[0], touched[-1])) if n in some))


def rematch(db: sqlite3.Connection, some: Iterable[Interest]) -> None:
    """List all accounts anew with some interests."""
    for one in some:
        db.execute("DELETE FROM matching WHERE interest = ?", (one.number,))
        _put(db, one, accounts(db, one, EVERY))


def by_name(db: sqlite3.Connection) -> Iterator[Interest]:
    """The interests that another word on whose name is whose may change."""
    return (one for one in interests(db) if one.kind in ("topic", "person", "place"))


def _put(db: sqlite3.Connection, one: Interest, found: Iterable[int]) -> None:
    db.executemany("INSERT INTO matching VALUES (?, ?)", [(n, one.number) for n in found])


# -- from an interest to accounts --


def accounts(db: sqlite3.Connection, one: Interest, within: tuple[int, int]) -> list[int]:
    """Numbers of the accounts from a first to a last that match; none for a story, which follows itself."""
    if one.kind == "story":
        return []
    if one.kind == "outlet":
        return _of_outlet(db, one.value, within)
    match = _asked(db, one)
    if match is None:
        return []
    table, shift = f"{match.kind}_words", SHIFT if match.kind == "statement" else 0
    rows = db.execute(
        f"SELECT t.rowid FROM {table} t WHERE {table} MATCH ? AND t.rowid BETWEEN ? AND ?",
        (match.words, within[0] << shift, ((within[1] + 1) << shift) - 1),
    )
    return list(dict.fromkeys(n >> shift for (n,) in rows))


def _asked(db: sqlite3.Connection, one: Interest) -> Match | None:
    """What an interest in a topic or name asks of the index; None where nothing can match."""
    if one.kind == "topic":
        query = parse(one.value)
        said = "statement" in query.kinds and "account" not in query.kinds
        return matching(db, query, "statement" if said else "account", ())
    fields = ("person", "body") if one.kind == "person" else ("place",)
    return matching(db, Query((Clause(tuple(Term(one.value, f) for f in fields)),)), "account", ())


def _of_outlet(db: sqlite3.Connection, name: str, within: tuple[int, int]) -> list[int]:
    """Accounts of an outlet, however it is written."""
    if within != EVERY:
        rows = db.execute("SELECT n, outlet FROM account WHERE n BETWEEN ? AND ?", within)
        return [n for n, outlet in rows if plain(outlet) == plain(name)]
    written = [o for (o,) in db.execute("SELECT DISTINCT outlet FROM account") if plain(o) == plain(name)]
    asked = "SELECT n FROM account WHERE outlet IN (SELECT value FROM json_each(?))"
    return [n for (n,) in db.execute(asked, (json.dumps(written),))]


def plain(outlet: str | None) -> str:
    """What an outlet is known by: its name whatever the case."""
    return " ".join((shown(outlet) or "").casefold().split())


# -- from accounts to stories --


def front(db: sqlite3.Connection, limit: int, *, disputed: bool, since: str | None) -> tuple[Heading, ...]:
    """The newest stories; see ``Library.front``."""
    given, values = "FROM story s WHERE s.accounts > 0", tuple[str, ...]()
    if disputed:
        given = "FROM story s JOIN brief b ON b.story = s.n WHERE s.accounts > 0 AND b.conflicts > 0"
    if since is not None:
        given = given.replace("WHERE", "LEFT JOIN look l ON l.what = s.id WHERE")
        given, values = f"{given} AND s.grew > coalesce(l.at, nullif(?, ''))", (since,)
    asked = f"SELECT s.id, s.newest, s.accounts {given} ORDER BY s.newest DESC, s.n DESC LIMIT ?"
    return tuple(db.execute(asked, (*values, limit)).fetchall())


def matched(
    db: sqlite3.Connection, some: Sequence[Interest], stories: Sequence[str]
) -> dict[int, dict[str, set[int]]]:
    """For each interest by its number, which of some stories match it, and by which of their accounts."""
    asked = (
        "SELECT m.interest, s.id, m.account FROM story s JOIN account a ON a.story = s.n "
        "JOIN matching m ON m.account = a.n WHERE s.id IN (SELECT value FROM json_each(?))"
    )
    told: defaultdict[int, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for number, story, account in db.execute(asked, (json.dumps(list(stories)),)) if some else ():
        told[number][story].add(account)
    apart, among = _apart(db), set(stories)
    found: dict[int, dict[str, set[int]]] = {}
    for one in some:
        mine = dict(told[one.number])
        if one.kind == "story" and one.value in among:
            mine = {one.value: _all_of(db, one.value)}
        for other in _others(db, one) if apart else ():
            mine.pop(other, None)
        found[one.number] = mine
    return found


def found(db: sqlite3.Connection, some: Iterable[Interest], most: int) -> tuple[tuple[Heading, ...], bool]:
    """Stories that match any of some interests, newest first, and whether these are all.

    :param most: how many accounts, the last to come, are looked at of each.
    """
    rows, stories, whole = set[int](), set[str](), True
    asked = "SELECT account FROM matching WHERE interest = ? ORDER BY account DESC LIMIT ?"
    for one in some:
        mine = [n for (n,) in db.execute(asked, (one.number, most + 1))]
        rows.update(mine[:most])
        stories.update([one.value] if one.kind == "story" else ())
        whole = whole and len(mine) <= most
    told = db.execute(
        "SELECT s.id, s.newest, s.accounts FROM story s WHERE s.accounts > 0 AND (s.n IN (SELECT story FROM "
        "account WHERE n IN (SELECT value FROM json_each(?))) OR s.id IN (SELECT value FROM json_each(?))) "
        "ORDER BY s.newest DESC, s.n DESC",
        (json.dumps(sorted(rows)), json.dumps(sorted(stories))),
    )
    return tuple(told.fetchall()), whole


def fresh(db: sqlite3.Connection, since: dict[str, str]) -> dict[str, int]:
    """How many accounts came to each story after a time; stories to which none came are not there."""
    rows = db.execute(
        "SELECT j.key, count(*) FROM json_each(?) j JOIN story s ON s.id = j.key AND s.grew > j.value "
        "JOIN account a ON a.story = s.n WHERE a.added_at > j.value GROUP BY j.key",
        (json.dumps(since),),
    )
    return dict(rows.fetchall())


def _apart(db: sqlite3.Connection) -> bool:
    """Whether anybody has said that a name is somebody else's somewhere."""
    asked = "SELECT 1 FROM history WHERE actor = 'person' AND kind = 'not same' LIMIT 1"
    return db.execute(asked).fetchone() is not None


def _others(db: sqlite3.Connection, one: Interest) -> set[str]:
    """Stories in which a name is somebody else's by a person's word."""
    apart = parts_of(db, keys_of(db, one.value)) if one.kind == "person" else []
    return {key for _, stories in apart for story in stories for key in _now(db, story)}


def _all_of(db: sqlite3.Connection, story: str) -> set[int]:
    asked = "SELECT a.n FROM story s JOIN account a ON a.story = s.n WHERE s.id = ?"
    return {n for (n,) in db.execute(asked, (story,))}


def _now(db: sqlite3.Connection, story: str) -> list[str]:
    """The id of what a story is part of now; none where it is not there."""
    try:
        n = live(db, story)
    except InputError:
        return []
    return [key for (key,) in db.execute("SELECT id FROM story WHERE n = ?", (n,))]
