"""What waits to be done by the worker, and what became of it.

A row for each thing asked, with the files it came with; what is done keeps its outcome and lets go of
its files. Does nothing of what is asked. Invariant: a thing asked is done once, or is waiting still; what
a worker had begun when it was stopped waits again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from ..errors import InputError
from .codec import shown
from .protocol import Job

COLUMNS = "n, kind, what, at, state, ended, outcome"
KEPT = 1000
"""Jobs that are done and still told."""
KEPT_LARGE, LARGE = 50, 50_000
"""Of those whose outcome has so many signs, a dossier that nobody keeps, fewer."""

MOST_STOPS = 3
"""Workers that may end at one job. Until it is done, its outcome is how many have."""
Json = dict[str, Any]


def ask(db: sqlite3.Connection, kind: str, what: Json, files: Sequence[tuple[str, bytes]], at: str) -> int:
    """Put a job in the queue; the number it is known by. One that waits already is not put there twice."""
    told = json.dumps(what, sort_keys=True)
    if not files:
        same = "SELECT n FROM job WHERE state IN ('waiting', 'begun') AND kind = ? AND what = ? LIMIT 1"
        there = db.execute(same, (kind, told)).fetchone()
        if there:
            return int(there[0])
    made = db.execute("INSERT INTO job (kind, what, at, state) VALUES (?, ?, ?, 'waiting')", (kind, told, at))
    number = made.lastrowid or 0
    rows = [(number, shown(name), body) for name, body in files]
    db.executemany("INSERT INTO job_file (job, name, body) VALUES (?, ?, ?)", rows)
    return number


def begin(db: sqlite3.Connection) -> Job | None:
    """Take the job that has waited longest."""
    row = db.execute(
        "UPDATE job SET state = 'begun' WHERE n = (SELECT min(n) FROM job WHERE state = 'waiting') "
        f"RETURNING {COLUMNS}"
    ).fetchone()
    return _job(row) if row else None


def end(db: sqlite3.Connection, number: int, outcome: Json, at: str, *, failed: bool) -> None:
    """Keep what became of a job, without the texts and files it came with; old ones are forgotten."""
    asked = job(db, number).what
    if "texts" in asked:
        asked["texts"] = [{k: v for k, v in text.items() if k != "text"} for text in asked["texts"]]
    values = ("failed" if failed else "done", at, *(json.dumps(v, sort_keys=True) for v in (asked, outcome)))
    db.execute("UPDATE job SET state = ?, ended = ?, what = ?, outcome = ? WHERE n = ?", (*values, number))
    db.execute("DELETE FROM job_file WHERE job = ?", (number,))
    for most, least in ((KEPT, 0), (KEPT_LARGE, LARGE)):
        db.execute(
            "DELETE FROM job WHERE n <= ? AND length(outcome) >= ? AND state IN ('done', 'failed')",
            (number - most, least),
        )


def again(db: sqlite3.Connection, at: str) -> int:
    """Let what was begun wait again: the worker that had begun it is gone.

    What has ended a worker so often fails: it would end the next one too, and nothing after it be done.
    """
    waits = 0
    for number, kind, told in db.execute("SELECT n, kind, outcome FROM job WHERE state = 'begun'").fetchall():
        stops = 1 + (json.loads(told)["stops"] if told else 0)
        if stops < MOST_STOPS:
            kept = json.dumps({"stops": stops})
            db.execute("UPDATE job SET state = 'waiting', outcome = ? WHERE n = ?", (kept, number))
            waits += 1
        else:
            what = f"the worker was stopped {stops} times while it did this"
            problem = {"what": what, "where": kind, "todo": "give less at once, or see the log of the server"}
            end(db, number, {"problem": problem}, at, failed=True)
    return waits


def job(db: sqlite3.Connection, number: int) -> Job:
    """A job by its number.

    :raises InputError: when there is none, or it is long done and forgotten.
    """
    found = jobs(db, "WHERE n = ?", (number,))
    if not found:
        raise InputError(
            f"there is no job {number}", where="jobs", todo="see what the story or account shows"
        )
    return found[0]


def last(db: sqlite3.Connection, kind: str, what: Json) -> Job | None:
    """What became of the last job of this kind and wording."""
    asked = json.dumps(what, sort_keys=True)
    found = jobs(db, "WHERE kind = ? AND what = ? ORDER BY n DESC LIMIT 1", (kind, asked))
    return found[0] if found else None


def jobs(db: sqlite3.Connection, where: str, values: Sequence[object]) -> tuple[Job, ...]:
    """Jobs in the order of a condition."""
    return tuple(_job(row) for row in db.execute(f"SELECT {COLUMNS} FROM job {where}", values))


def waiting(db: sqlite3.Connection) -> int:
    """How many jobs are still to be done."""
    found = db.execute("SELECT count(*) FROM job WHERE state IN ('waiting', 'begun')").fetchone()
    return int(found[0])


def files(db: sqlite3.Connection, number: int) -> tuple[tuple[str, bytes], ...]:
    """The files a job came with, in the order they were given."""
    rows = db.execute("SELECT name, body FROM job_file WHERE job = ? ORDER BY n", (number,))
    return tuple((name, bytes(body)) for name, body in rows)


def _job(row: Sequence[Any]) -> Job:
    number, kind, what, at, state, ended, outcome = row
    told = json.loads(outcome) if ended else {}
    return Job(number, kind, json.loads(what), at, state, ended, told)
