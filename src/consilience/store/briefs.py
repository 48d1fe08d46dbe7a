"""What lists show of stories, and what was counted of outlets.

Keeps what ``dossier.brief`` makes and adds it up; finds nothing itself. A brief stays while a story grows,
and says that it is older; it goes with the dossier when accounts leave the story or two stories become
one. Invariant: no brief and no count tells of an account that its story has lost.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

from .codec import shown, squeeze, values_of
from .protocol import Arrival, Counted, Imprint, Kept, Tally
from .rows import KEPT, kept

MOST_PAST = 24
"""Dossiers of earlier times that are kept of one story; with one more, all older ones go."""

Json = dict[str, Any]


def keep(db: sqlite3.Connection, story: int, grew: str, brief: Json, tallies: Sequence[Counted]) -> None:
    """Keep a story's brief and its counts, in place of older ones."""
    forget(db, story, earlier=False)
    body = json.dumps(brief, ensure_ascii=True, separators=(",", ":"))
    conflicts = int(brief.get("conflicts", 0))
    db.execute("INSERT INTO brief VALUES (?, ?, ?, ?)", (story, grew, conflicts, body))
    counts = Counter[tuple[str, str, str]]()
    for outlet, kind, value, count in tallies:
        counts[shown(outlet) or "", kind, shown(value) or ""] += count
    db.executemany(
        "INSERT INTO tally (outlet, kind, value, story, count) VALUES (?, ?, ?, ?, ?)",
        [(*key, story, count) for key, count in counts.items()],
    )


def keep_past(db: sqlite3.Connection, story: int, key: str, document: Json) -> None:
    """Keep a dossier of what was known at a time."""
    held = db.execute("SELECT count(*) FROM past WHERE story = ? AND key <> ?", (story, key)).fetchone()[0]
    if held >= MOST_PAST:
        db.execute("DELETE FROM past WHERE story = ?", (story,))
    db.execute("INSERT OR REPLACE INTO past VALUES (?, ?, ?)", (story, key, squeeze(document)))


def past(db: sqlite3.Connection, story: int, key: str) -> Json | None:
    """A dossier of what was known at a time; None where it is not kept."""
    row = db.execute("SELECT body FROM past WHERE story = ? AND key = ?", (story, key)).fetchone()
    return values_of(row[0]) if row else None


def forget(db: sqlite3.Connection, story: int, *, earlier: bool = True) -> None:
    """Drop a story's brief and counts, and what was known of it earlier."""
    for table in ("brief", "tally", *(("past",) if earlier else ())):
        db.execute(f"DELETE FROM {table} WHERE story = ?", (story,))


def briefs(db: sqlite3.Connection, stories: Sequence[str]) -> dict[str, Json]:
    """Briefs by story; "fresh" says that the story has not grown since."""
    found = db.execute(
        "SELECT s.id, b.body, b.grew = s.grew FROM story s JOIN brief b ON b.story = s.n "
        "WHERE s.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(stories)),),
    )
    return {key: {**json.loads(body), "fresh": bool(fresh)} for key, body, fresh in found}


def uncompared(db: sqlite3.Connection, limit: int) -> tuple[str, ...]:
    """Stories of several accounts without a brief as they are now, newest first."""
    found = db.execute(
        "SELECT s.id FROM story s LEFT JOIN brief b ON b.story = s.n AND b.grew = s.grew "
        "WHERE s.accounts > 1 AND b.story IS NULL ORDER BY s.newest DESC, s.n DESC LIMIT ?",
        (limit,),
    )
    return tuple(key for (key,) in found)


def arrivals(db: sqlite3.Connection, stories: Sequence[str], most: int) -> dict[str, tuple[Arrival, ...]]:
    """When the accounts of some stories came, in story order; of more than ``most``, the last."""
    asked = (
        "SELECT published, added_at, outlet FROM account WHERE story = (SELECT n FROM story WHERE id = ?) "
        "ORDER BY ordering DESC, id DESC LIMIT ?"
    )
    return {key: tuple(db.execute(asked, (key, most)).fetchall()[::-1]) for key in stories}


def imprints(db: sqlite3.Connection, stories: Sequence[str], most: int) -> dict[str, tuple[Imprint, ...]]:
    """The imprints of the accounts of some stories, as ``arrivals`` has them."""
    asked = (
        "SELECT id, name, title, outlet, published, url FROM account "
        "WHERE story = (SELECT n FROM story WHERE id = ?) ORDER BY ordering DESC, id DESC LIMIT ?"
    )
    return {
        key: tuple(Imprint(*row) for row in db.execute(asked, (key, most)).fetchall()[::-1])
        for key in stories
    }


# -- outlets --


def outlets(db: sqlite3.Connection, limit: int, offset: int) -> tuple[tuple[str, int, int], ...]:
    """Outlets with their accounts and stories, those with most accounts first."""
    found = db.execute(
        "SELECT outlet, count(*), count(DISTINCT story) FROM account WHERE outlet <> '' GROUP BY outlet "
        "ORDER BY 2 DESC, 1 LIMIT ? OFFSET ?",
        (limit, offset),
    )
    return tuple((str(outlet), int(accounts), int(stories)) for outlet, accounts, stories in found)


def outlet_accounts(db: sqlite3.Connection, outlet: str, limit: int, offset: int) -> tuple[Kept, ...]:
    """Accounts of an outlet, newest first."""
    found = db.execute(
        KEPT + "WHERE a.outlet = ? ORDER BY a.moment DESC, a.n DESC LIMIT ? OFFSET ?",
        (shown(outlet), limit, offset),
    )
    return tuple(kept(row) for row in found)


def tallies(db: sqlite3.Connection, by: str, values: Sequence[str]) -> tuple[Tally, ...]:
    """Counts added up over the stories, most first.

    :param by: the columns that ``values`` are of.
    """
    found = db.execute(
        f"SELECT outlet, kind, value, sum(count), count(*) FROM tally WHERE ({by}) = "
        f"({', '.join('?' * len(values))}) GROUP BY outlet, kind, value ORDER BY kind, 4 DESC, value, outlet",
        [shown(v) for v in values],
    )
    return tuple(Tally(*row) for row in found)
