"""Whether a library is whole, and copies of it.

Reads everything and re-derives what can be: ids from contents, labels and counts from members, the
index from the tables. Mends nothing. Invariant: an empty answer means that every account comes out
as it went in, and is found.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ..errors import InputError
from ..model import witness_id
from . import matching
from .codec import facets, ordering, shown, unpack, utterance
from .corrections import ends, events
from .placing import plainly, put_at
from .protocol import INTERESTS, content_key
from .rows import live
from .schema import APPLICATION, BUSY, COLUMNS, STEPS, newest_shape, shape

MOST = 100
"""Faults of one sort that are told."""


def check(db: sqlite3.Connection) -> tuple[str, ...]:
    """Faults, one sentence each."""
    found: list[str] = []
    for sort in (_file, _index, _accounts, _statements, _stories, _history, _desk):
        try:
            faults = [fault for fault, _ in zip(sort(db), range(MOST + 1), strict=False)]
        except (sqlite3.DatabaseError, InputError) as error:
            faults = [f"{sort.__name__[1:]}: the file cannot be read through ({error})"]
        found += faults[:MOST]
        if len(faults) > MOST:
            found.append(f"{sort.__name__[1:]}: more than {MOST} faults; the rest are not told")
    return tuple(found)


def _file(db: sqlite3.Connection) -> Iterator[str]:
    for (line,) in db.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield f"the file is damaged: {line}"
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} has no row of {parent}"
    for name in sorted(_odd(db)):
        yield f"{name} is not as this program makes it"


def _odd(db: sqlite3.Connection) -> set[str]:
    """Tables, views and triggers that are missing, changed or of somebody else: triggers act unseen."""
    return {name for name, _ in shape(db).items() ^ newest_shape().items()}


def _index(db: sqlite3.Connection) -> Iterator[str]:
    for table in COLUMNS:
        try:
            db.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            yield f"the index {table} does not hold what the library holds ({error})"


def _accounts(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT a.n, a.id, a.content, a.ordering, a.name, a.title, a.outlet, a.published, a.url, a.facets, "
        "a.moment, r.body, p.n FROM account a LEFT JOIN record r ON r.n = a.n LEFT JOIN "
        "profile p ON p.n = a.n "
        "ORDER BY a.n"
    )
    for _, id_, content, order, *columns, marks, moment, body, profile in rows:
        if body is None or profile is None:
            yield f"account {id_} has no {'record' if body is None else 'profile'}"
            continue
        try:
            witness = unpack(body)
        except InputError as error:
            yield f"account {id_}: {error}"
            continue
        derived = witness_id(witness.name, witness.text, witness.outlet, witness.published, witness.url)
        if {witness.id, derived} != {id_} or content_key(witness) != content:
            yield f"account {id_} does not hold what its id stands for"
        told = [shown(getattr(witness, f)) for f in ("name", "title", "outlet", "published", "url")]
        if columns != told or order != ordering(witness) or marks != facets(witness, moment):
            yield f"account {id_} is listed with other fields than it has"
    for (id_,) in db.execute("SELECT a.id FROM record r LEFT JOIN account a ON a.n = r.n WHERE a.n IS NULL"):
        yield f"a record has no account ({id_})"


def _statements(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT s.id, s.spans, s.utterance, r.body, a.id, s.n >> 14 = s.account FROM statement s "
        "JOIN account a ON a.n = s.account JOIN record r ON r.n = s.account ORDER BY s.n"
    )
    at, text = "", ""
    for id_, places, number, body, account, placed in rows:
        if account != at:
            try:
                at, text = account, unpack(body).text
            except InputError:
                continue  # told among the accounts
        spans = [tuple(p) for p in json.loads(places)]
        if not all(0 <= a < b <= len(text) for a, b in spans) or not placed:
            yield f"statement {id_} stands outside account {account}"
        elif utterance(text, spans) != number:
            yield f"statement {id_} of account {account} is listed with other words than it has"


def _stories(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT s.id, s.accounts, s.label, s.first, s.last, s.merged_into, count(a.n), "
        "min(nullif(a.published, '')), max(nullif(a.published, '')), "
        "(SELECT b.title FROM account b WHERE b.story = s.n AND b.title <> '' "
        "ORDER BY b.ordering, b.id LIMIT 1), "
        "(SELECT b.name FROM account b WHERE b.story = s.n ORDER BY b.ordering, b.id LIMIT 1) "
        "FROM story s LEFT JOIN account a ON a.story = s.n GROUP BY s.n"
    )
    for id_, accounts, label, first, last, merged, count, low, high, title, name in rows:
        if accounts != count:
            yield f"story {id_} is listed with {accounts} accounts and has {count}"
        if count and (first, last, label) != (low, high, title or name):
            yield f"story {id_} is listed with another label or other days than its accounts give"
        if count and merged is not None:
            yield f"story {id_} was merged into another and still has {count} accounts"
        if not count and merged is None:
            yield f"story {id_} has no accounts and leads nowhere"


def _history(db: sqlite3.Connection) -> Iterator[str]:
    """Each account is where the last change of it has put it."""
    for event in events(db, "WHERE undoes >= n"):
        yield f"entry {event.number} of the history undoes a later one"
    for event in events(db, "WHERE kind = 'harmless'"):
        known = db.execute("SELECT 1 FROM story WHERE id = ?", (event.story,)).fetchone()
        if not known or len(event.names) != 1 or not event.why:
            yield f"entry {event.number} of the history says of no story's discrepancy why it is harmless"
    for account, story in sorted(ends(db).items()):
        row = db.execute("SELECT story FROM account WHERE id = ?", (account,)).fetchone()
        if row is None:
            yield f"the history tells of account {account}, which is not there"
        elif row[0] != live(db, story):
            yield f"account {account} is not in the story that its history ends with"


def _desk(db: sqlite3.Connection) -> Iterator[str]:
    """What lists show and what the reader collects tells of what is there."""
    for table in ("brief", "tally", "past"):
        found = db.execute(
            f"SELECT DISTINCT s.id FROM {table} JOIN story s ON s.n = {table}.story WHERE s.accounts = 0"
        )
        for (key,) in found:
            yield f"story {key} has no accounts and still a {table}"
    for key, body in db.execute("SELECT s.id, b.body FROM brief b JOIN story s ON s.n = b.story"):
        if not isinstance(_json(body), dict):
            yield f"the brief of story {key} cannot be read"
    for one in matching.interests(db):
        if one.kind not in INTERESTS:
            yield f"interest {one.number} is of the unknown kind {one.kind!r}"
            continue
        held = {n for (n,) in db.execute("SELECT account FROM matching WHERE interest = ?", (one.number,))}
        if held != set(matching.accounts(db, one, matching.EVERY)):
            yield f"interest {one.number} is listed with other accounts than match it"
    for table in ("story", "account"):
        found = db.execute(
            f"SELECT n, ref FROM report_item WHERE kind = '{table}' AND ref NOT IN (SELECT id FROM {table})"
        )
        for number, ref in found:
            yield f"item {number} of a report is the {table} {ref}, which is not there"


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


# -- copies --


def backup(db: sqlite3.Connection, path: Path) -> None:
    """Copy a library to a new file, also while another program writes.

    :raises InputError: when the file is there, or cannot be written.
    """
    if path.exists():
        raise InputError("is there already", where=str(path), todo="name a new file")
    with put_at(path) as part:
        _copy(db, part, path)


def restore(copy: Path, path: Path, *, overwrite: bool = False) -> tuple[int, int]:
    """Put a copy in the place of a library; the copy is checked first.

    :returns: how many accounts and stories it has.
    :raises InputError: when a library is there and ``overwrite`` is not given, or the copy is not whole.
    """
    if path.exists() and not overwrite:
        raise InputError("there is a library already", where=str(path), todo="give --overwrite to replace it")
    given = _whole(copy)
    try:
        counts = given.execute(
            "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM story WHERE accounts > 0)"
        ).fetchone()
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy(given, path, path)  # over an open library too: sqlite's own locks keep readers from a half
    except OSError as error:
        raise InputError(f"cannot be written ({plainly(error)})", where=str(path)) from error
    finally:
        given.close()
    return int(counts[0]), int(counts[1])


def _whole(copy: Path) -> sqlite3.Connection:
    if not copy.is_file():
        raise InputError("there is no such file", where=str(copy))
    db = sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY)
    try:
        marks = [db.execute(f"PRAGMA {p}").fetchone()[0] for p in ("application_id", "user_version")]
        if marks[0] != APPLICATION or not 0 < marks[1] <= len(STEPS):
            raise InputError("is no library that this program knows", where=str(copy))
        faults = [line for (line,) in db.execute("PRAGMA integrity_check(3)") if line != "ok"]
        if marks[1] == len(STEPS):
            faults += [f"{name} is not as this program makes it" for name in sorted(_odd(db))]
        if faults:
            raise InputError(f"is damaged ({faults[0]})", where=str(copy), todo="use another copy")
    except (sqlite3.Error, InputError) as error:
        db.close()
        if isinstance(error, InputError):
            raise
        raise InputError(f"is no library ({error})", where=str(copy)) from error
    return db


def _copy(db: sqlite3.Connection, path: Path, asked: Path) -> None:
    """Copy a database; errors name the file that was asked for."""
    try:
        to = sqlite3.connect(path.absolute(), timeout=BUSY)
        try:
            to.execute("PRAGMA synchronous = FULL")
            db.backup(to)  # in one step: a reader of a log does not keep writers waiting
        finally:
            to.close()
    except (sqlite3.Error, OSError) as error:
        raise InputError(f"cannot be written ({plainly(error)})", where=str(asked)) from error
