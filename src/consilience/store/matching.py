"""Which stories match what a reader follows or has muted.

A topic is a search, a person, body or place the names found in an account, an outlet its own name whatever
the case. Does not rank and does not leave out (see ``desk.feed``). Invariant: a match is named by the
accounts that make it, and where not all accounts were looked at, the answer says so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from ..errors import InputError
from .codec import shown
from .corrections import keys_of, parts_of
from .protocol import Heading, Interest, Matched
from .query import Clause, Query, Term, parse
from .rows import live, story_row
from .schema import SHIFT
from .search import Match, matching

LOOKED = 5_000
"""Accounts that match one interest, the last to come, that are looked at."""
EVERY = (0, 1 << 48)
"""The numbers of all accounts."""


def front(db: sqlite3.Connection, limit: int, *, disputed: bool) -> tuple[Heading, ...]:
    """The newest stories; with ``disputed``, of those in whose last dossier accounts conflict."""
    given = "FROM story s WHERE s.accounts > 0"
    if disputed:
        given = (
            "FROM story s JOIN brief b ON b.story = s.n "
            "WHERE s.accounts > 0 AND json_extract(b.body, '$.conflicts') > 0"
        )
    asked = f"SELECT s.id, s.newest, s.accounts {given} ORDER BY s.newest DESC, s.n DESC LIMIT ?"
    return tuple(db.execute(asked, (limit,)).fetchall())


def matched(
    db: sqlite3.Connection, interests: Iterable[Interest], stories: Sequence[str]
) -> dict[int, Matched]:
    """For each interest by its number, which of some stories match it, and by which of their accounts."""
    asked = (
        "SELECT a.n, s.id FROM story s JOIN account a ON a.story = s.n "
        "WHERE s.id IN (SELECT value FROM json_each(?))"
    )
    story = dict(db.execute(asked, (json.dumps(list(stories)),)).fetchall())
    within = (min(story, default=0), max(story, default=0))
    names = _spelled(db, interests)
    found: dict[int, Matched] = {}
    for one in interests:
        rows = _rows(db, one, names, within, LOOKED + 1)
        held: dict[str, set[int]] = {}
        for n in rows[:LOOKED]:
            if n in story:
                held.setdefault(story[n], set()).add(n)
        for other in _others(db, one):
            held.pop(other, None)
        found[one.number] = Matched({s: frozenset(a) for s, a in held.items()}, len(rows) <= LOOKED)
    return found


def found(
    db: sqlite3.Connection, interests: Iterable[Interest], most: int
) -> tuple[tuple[Heading, ...], bool]:
    """Stories that match any of some interests, newest first, and whether these are all.

    :param most: how many accounts, the last to come, are looked at of each.
    """
    names, rows, whole = _spelled(db, interests), set[int](), True
    for one in interests:
        mine = _rows(db, one, names, EVERY, most + 1)
        rows.update(mine[:most])
        whole = whole and len(mine) <= most
    asked = (
        "SELECT DISTINCT s.id, s.newest, s.accounts, s.n FROM account a JOIN story s ON s.n = a.story "
        "WHERE a.n IN (SELECT value FROM json_each(?)) ORDER BY s.newest DESC, s.n DESC"
    )
    return tuple(tuple(row[:3]) for row in db.execute(asked, (json.dumps(sorted(rows)),))), whole


def fresh(db: sqlite3.Connection, since: dict[str, str]) -> dict[str, int]:
    """How many accounts came to each story after a time; stories to which none came are not there."""
    rows = db.execute(
        "SELECT j.key, count(*) FROM json_each(?) j JOIN story s ON s.id = j.key "
        "JOIN account a ON a.story = s.n WHERE a.added_at > j.value GROUP BY j.key",
        (json.dumps(since),),
    )
    return dict(rows.fetchall())


# -- from an interest to accounts --


def _rows(
    db: sqlite3.Connection, one: Interest, names: dict[str, list[str]], within: tuple[int, int], most: int
) -> list[int]:
    """Numbers of accounts that match an interest, the last to come first."""
    if one.kind == "story":
        return _of_story(db, one.value, most)
    if one.kind == "outlet":
        spelled = json.dumps(names.get(_plain(one.value), []))
        asked = (
            "SELECT n FROM account WHERE outlet IN (SELECT value FROM json_each(?)) "
            "AND +n BETWEEN ? AND ? ORDER BY n DESC LIMIT ?"
        )
        return [n for (n,) in db.execute(asked, (spelled, *within, most))]
    match = _match(db, one)
    return _indexed(db, match, within, most) if match else []


def _of_story(db: sqlite3.Connection, ref: str, most: int) -> list[int]:
    try:
        story = live(db, ref)
    except InputError:
        return []
    return [
        n
        for (n,) in db.execute("SELECT n FROM account WHERE story = ? ORDER BY n DESC LIMIT ?", (story, most))
    ]


def _match(db: sqlite3.Connection, one: Interest) -> Match | None:
    """What an interest asks of the index; None where nothing can match."""
    if one.kind == "place":
        return matching(db, Query((Clause((Term(one.value, "place"),)),)), "account", ())
    if one.kind == "person":
        either = Clause((Term(one.value, "person"), Term(one.value, "body")))
        return matching(db, Query((either,)), "account", ())
    query = parse(one.value)
    kind = "statement" if query.kinds and "account" not in query.kinds else "account"
    try:
        return matching(db, query, kind, [story_row(db, ref) for ref in query.stories])
    except InputError:  # a story it is bound to is not there
        return None


def _indexed(db: sqlite3.Connection, match: Match, within: tuple[int, int], most: int) -> list[int]:
    """Numbers of the accounts, or those of the statements, that match."""
    table, shift = f"{match.kind}_words", SHIFT if match.kind == "statement" else 0
    low, high = within[0] << shift, ((within[1] + 1) << shift) - 1
    asked = (
        f"SELECT t.rowid FROM {table} t WHERE {table} MATCH ?{match.where} "
        "AND t.rowid BETWEEN ? AND ? ORDER BY t.rowid DESC LIMIT ?"
    )
    rows = db.execute(asked, (match.words, *match.values, low, high, most))
    return list(dict.fromkeys(n >> shift for (n,) in rows))


def _others(db: sqlite3.Connection, one: Interest) -> set[str]:
    """Stories in which a name is somebody else's by a person's word."""
    apart = parts_of(db, keys_of(db, one.value)) if one.kind == "person" else []
    return {key for _, stories in apart for story in stories for key in _now(db, story)}


def _now(db: sqlite3.Connection, story: str) -> list[str]:
    """The id of what a story is part of now; none where it is not there."""
    try:
        n = live(db, story)
    except InputError:
        return []
    return [key for (key,) in db.execute("SELECT id FROM story WHERE n = ?", (n,))]


def _spelled(db: sqlite3.Connection, interests: Iterable[Interest]) -> dict[str, list[str]]:
    """How the outlets followed are written in the library, by their plain form."""
    asked = {_plain(one.value) for one in interests if one.kind == "outlet"}
    found: dict[str, list[str]] = {}
    for (name,) in db.execute("SELECT DISTINCT outlet FROM account") if asked else ():
        if name and _plain(name) in asked:
            found.setdefault(_plain(name), []).append(name)
    return found


def _plain(outlet: str) -> str:
    return " ".join((shown(outlet) or "").casefold().split())
