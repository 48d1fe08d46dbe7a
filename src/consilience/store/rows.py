"""Accounts, stories and the index, row by row.

Functions over an open connection; whoever calls them holds the transaction. Does not decide what
belongs to which story. Invariant: after each function a story's label, days and count are those of
its members, and the index holds what the tables hold.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..model import Annotated, Point
from .codec import facets, joined, name_key, ordering, pack, shown, squeeze, unpack, utterance
from .protocol import Entry, Kept, Tale, content_key
from .schema import COLUMNS, SHIFT, SOURCES

if TYPE_CHECKING:
    from ..ingest.following import Followed

KEPT = (
    "SELECT a.n, r.body, s.id, a.moment, a.added_at, a.score, a.near, a.why, a.annotated "
    "FROM account a JOIN record r ON r.n = a.n JOIN story s ON s.n = a.story "
)
PREFIX = re.compile(r"(?:[a-z]1:)?([0-9a-f]{4,16})$")
MOST_SAID = 1 << SHIFT


def enter(db: sqlite3.Connection, entry: Entry) -> bool:
    """Add an account to its story; False if its content is there already."""
    witness, content = entry.witness, content_key(entry.witness)
    if db.execute("SELECT 1 FROM account WHERE content = ? OR id = ?", (content, witness.id)).fetchone():
        return False
    story = live(db, entry.story, make=True)
    values = (
        witness.id, content, story, ordering(witness), shown(witness.name), shown(witness.title),
        shown(witness.outlet), shown(", ".join(witness.authors)), shown(witness.published),
        shown(witness.url), _finite(entry.when), entry.added_at, entry.score, entry.near, shown(entry.why),
        facets(witness, _finite(entry.when)),
    )  # fmt: skip
    made = db.execute(
        "INSERT INTO account (id, content, story, ordering, name, title, outlet, authors, published, url, "
        f"moment, added_at, score, near, why, facets) VALUES ({', '.join('?' * len(values))})",
        values,
    )
    n = made.lastrowid or 0
    db.execute("INSERT INTO record VALUES (?, ?)", (n, pack(witness)))
    db.execute("INSERT INTO profile VALUES (?, ?)", (n, entry.profile))
    index(db, "account_words", n)
    _grow(db, story, entry)
    return True


def index(db: sqlite3.Connection, table: str, n: int, *, drop: bool = False) -> None:
    """Put a row into the index as it lies in its tables; to change a row, drop it before and put it after."""
    columns, given = COLUMNS[table], SOURCES[table]
    if drop:
        db.execute(
            f"INSERT INTO {table}({table}, rowid, {columns}) SELECT 'delete', n, {columns} "
            f"FROM {given} WHERE n = ?",
            (n,),
        )
    else:
        db.execute(
            f"INSERT INTO {table}(rowid, {columns}) SELECT n, {columns} FROM {given} WHERE n = ?", (n,)
        )


# -- stories --


def live(db: sqlite3.Connection, id: str, *, make: bool = False) -> int:
    """The row of a story by its whole id; of a merged one, the story it is part of now.

    :raises InputError: when there is none.
    """
    row = db.execute("SELECT n, merged_into FROM story WHERE id = ?", (id,)).fetchone()
    if row is None:
        if not make:
            raise InputError(f"there is no story {id!r}", todo="see the stories for their ids")
        return db.execute("INSERT INTO story (id) VALUES (?)", (id,)).lastrowid or 0
    seen = set()
    while row[1] is not None and row[0] not in seen:
        seen.add(row[0])
        row = db.execute("SELECT n, merged_into FROM story WHERE n = ?", (row[1],)).fetchone()
    return int(row[0])


def tally(db: sqlite3.Connection, story: int, at: str) -> None:
    """Bring a story's label, days and count in step with its members."""
    db.execute(
        f"UPDATE story SET grew = max(grew, ?1), label = {LABEL}, "
        "(first, last, accounts, newest) = (SELECT min(nullif(published, '')), max(nullif(published, '')), "
        "count(*), coalesce(max(moment), 0) FROM account WHERE story = ?2) WHERE n = ?2",
        (at, story),
    )


LABEL = (
    "coalesce((SELECT title FROM account WHERE story = ?2 AND title IS NOT NULL AND title <> '' "
    "ORDER BY ordering, id LIMIT 1), "
    "(SELECT name FROM account WHERE story = ?2 ORDER BY ordering, id LIMIT 1), label)"
)


def _grow(db: sqlite3.Connection, story: int, entry: Entry) -> None:
    """As ``tally``, for one account more: what a story of thousands has is not counted anew."""
    db.execute(
        f"UPDATE story SET grew = max(grew, ?1), label = {LABEL}, "
        "first = min(coalesce(first, ?3), coalesce(?3, first)), "
        "last = max(coalesce(last, ?3), coalesce(?3, last)), accounts = accounts + 1, "
        "newest = max(newest, ?4) WHERE n = ?2",
        (entry.added_at, story, shown(entry.witness.published) or None, _finite(entry.when)),
    )


def _finite(when: float) -> float:
    return when if isfinite(when) else 0.0


TALE = "SELECT s.n, s.id, s.label, s.first, s.last, s.accounts, s.grew FROM story s "


def tale(db: sqlite3.Connection, row: Sequence[Any]) -> Tale:
    """A story from a row of ``TALE``."""
    n, key, label, first, last, accounts, grew = row
    also: list[str] = []
    todo = [n]
    while todo:
        found = db.execute(
            "SELECT n, id FROM story WHERE merged_into = ? ORDER BY n", (todo.pop(),)
        ).fetchall()
        also += [i for _, i in found]
        todo += [m for m, _ in found]
    return Tale(str(key), str(label), first, last, int(accounts), str(grew), tuple(sorted(also)))


def story_row(db: sqlite3.Connection, ref: str) -> int:
    """The row of a story by its id or the beginning of it."""
    ids = _prefixed(db, "story", ref)
    if len({live(db, i) for i in ids}) > 1:
        raise InputError(f"{ref!r} fits {len(ids)} stories", todo=f"write more of it: {', '.join(ids[:5])}")
    if not ids:
        raise InputError(f"there is no story {ref!r}", todo="see the stories for their ids")
    return live(db, ids[0])


def whole(db: sqlite3.Connection, kind: str, ref: str) -> str:
    """The whole id of a story or account that is there; of a merged story, of what it is part of.

    :param kind: story or account.
    :raises InputError: when there is none, or no such kind.
    """
    if kind not in ("story", "account"):
        raise InputError(f"{kind[:80]!r} is neither story nor account", todo="use story or account")
    n = (story_row if kind == "story" else account_row)(db, ref)
    return str(db.execute(f"SELECT id FROM {kind} WHERE n = ?", (n,)).fetchone()[0])


def _prefixed(db: sqlite3.Connection, table: str, ref: str) -> list[str]:
    """Ids that begin so, the tag before them or not; an id that is it alone, if there is one."""
    tag = "s1:" if table == "story" else "w1:"
    whole = db.execute(f"SELECT id FROM {table} WHERE id = ?", (shown(ref),)).fetchone()
    if whole:
        return [whole[0]]
    match = PREFIX.match(ref.strip().lower())
    if not match or (":" in ref and not ref.strip().lower().startswith(tag)):
        return []
    low = tag + match[1]
    rows = db.execute(
        f"SELECT id FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 20", (low, low + "g")
    )
    return [r[0] for r in rows]


# -- accounts --


def kept(row: Sequence[Any]) -> Kept:
    """An account from a row of ``KEPT``."""
    n, body, story, when, added_at, score, near, why, annotated = row
    return Kept(n, unpack(body), story, when, added_at, score, near, why, annotated or None)


def account_row(db: sqlite3.Connection, ref: str) -> int:
    """The row of an account by its id, the beginning of it, or its name.

    :raises InputError: when none or several fit.
    """
    named = db.execute("SELECT id FROM account WHERE name = ? ORDER BY n LIMIT 20", (shown(ref),)).fetchall()
    ids = _prefixed(db, "account", ref) or [r[0] for r in named]
    if len(ids) > 1:
        raise InputError(f"{ref!r} fits {len(ids)} accounts", todo=f"name one: {', '.join(ids[:5])}")
    if not ids:
        raise InputError(f"there is no account {ref!r}", todo="see a story for the ids of its accounts")
    return int(db.execute("SELECT n FROM account WHERE id = ?", (ids[0],)).fetchone()[0])


def members(db: sqlite3.Connection, story: int) -> tuple[str, ...]:
    """Ids of a story's accounts in story order."""
    rows = db.execute("SELECT id FROM account WHERE story = ? ORDER BY ordering, id", (story,))
    return tuple(r[0] for r in rows)


# -- what was found in an account or a story --


def annotate(db: sqlite3.Connection, n: int, version: str, annotated: Annotated) -> None:
    """Keep an account's statements and the names in it, in place of older ones."""
    index(db, "account_words", n, drop=True)
    for (old,) in db.execute("SELECT n FROM statement WHERE account = ?", (n,)).fetchall():
        index(db, "statement_words", old, drop=True)
    db.execute("DELETE FROM statement WHERE account = ?", (n,))
    names = _names(annotated)
    speakers = [_speaker(s.speaker.name, s.speaker.key) for s in annotated.statements if s.speaker]
    db.execute(
        "UPDATE account SET annotated = ?, people = ?, bodies = ?, places = ?, speakers = ? WHERE n = ?",
        (version, names["person"], names["body"], names["place"], joined(list(dict.fromkeys(speakers))), n),
    )
    index(db, "account_words", n)
    text = annotated.witness.text
    said = [s for s in annotated.statements if s.content]
    for place, statement in enumerate(said[:MOST_SAID]):
        spans = [(s.start, s.end) for s in statement.content]
        who = statement.speaker
        speaker = _speaker(who.name, who.key) if who else None
        about = _names(annotated, spans)
        values = (
            (n << SHIFT) + place, n, statement.id, json.dumps(spans), shown(speaker),
            name_key(speaker) or None if speaker else None, statement.form,
            json.dumps([shown(c) for c in statement.chain], ensure_ascii=False),
            " \ue000 ".join(names for names in about.values() if names), utterance(text, spans),
        )  # fmt: skip
        db.execute(f"INSERT INTO statement VALUES ({', '.join('?' * len(values))})", values)
        index(db, "statement_words", values[0])
        if values[5]:
            db.execute("INSERT OR IGNORE INTO speaker VALUES (?, ?)", (values[5], values[4]))


def _speaker(name: str, key: str | None) -> str:
    """The full name of a speaker, where the account tells it."""
    return key.partition(":")[2] or name if key else name


def _names(annotated: Annotated, within: Sequence[tuple[int, int]] | None = None) -> dict[str, str]:
    """The people, bodies and places named in an account, or within some stretches of it."""
    found: dict[str, dict[str, None]] = {"person": {}, "body": {}, "place": {}}
    for mention in annotated.mentions:
        if mention.kind in found and isinstance(mention.value, str):
            at = mention.span
            if within is None or any(a <= at.start and at.end <= b for a, b in within):
                found[mention.kind][mention.value.partition(":")[2] or mention.value] = None
    return {kind: joined(list(names)) for kind, names in found.items()}


def point_out(
    db: sqlite3.Connection, story: int, key: str, points: Sequence[Point], document: dict[str, Any] | None
) -> None:
    """Keep a story's dossier and its points, in place of older ones."""
    forget(db, story)
    db.execute("INSERT OR REPLACE INTO dossier VALUES (?, ?, ?)", (story, key, squeeze(document)))
    for point in points:
        first = point.spans[0].witness if point.spans else None
        made = db.execute(
            "INSERT INTO point (story, id, says, speaker, account, low, high) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (story, point.id, shown(point.says), shown(point.speaker), first, point.low, point.high),
        )
        index(db, "point_words", made.lastrowid or 0)


def forget(db: sqlite3.Connection, story: int) -> None:
    """Drop a story's dossier and its points: they tell of other accounts than it has."""
    for (old,) in db.execute("SELECT n FROM point WHERE story = ?", (story,)).fetchall():
        index(db, "point_words", old, drop=True)
    db.execute("DELETE FROM point WHERE story = ?", (story,))
    db.execute("DELETE FROM dossier WHERE story = ?", (story,))


# -- what is followed --


def follow(db: sqlite3.Connection, one: Followed) -> None:
    """Follow an address or folder, or keep what is new about it."""
    db.execute("INSERT OR REPLACE INTO followed VALUES (?, ?)", (shown(one.url), one.dump()))


def followed(db: sqlite3.Connection) -> Iterator[Followed]:
    """What is followed, by address."""
    from ..ingest.following import Followed  # readers take long to load, and a search needs none

    for (state,) in db.execute("SELECT state FROM followed ORDER BY url"):
        yield Followed.load(state)
