"""The tables of a library, and the steps from one form of them to the next.

A step is a list of statements that runs in one transaction with the number it leads to, so that a
library is of one form or of the next, never between. Steps are only ever added. Does not read or
write rows. Invariant: a file that is no library, or a newer one, is refused and left as it is.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ..errors import InputError
from .codec import text_of, wording

APPLICATION = 0x434F4E53
"""``application_id`` of a library: "CONS"."""
TOKENS = "porter unicode61 remove_diacritics 2"
"""Words without accents, English ones by their stem.

Three words of a title found other accounts of the event more often, and higher up, with stems than
without (``stories-allsides``, ``-5w1h``).
"""
BUSY = 30.0
"""Seconds to wait for another writer."""
SHIFT = 14
"""A statement's number is its account's, shifted by so many bits, plus its place in the account."""

TABLES = """
CREATE TABLE story (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL DEFAULT '', first TEXT, last TEXT,
  accounts INTEGER NOT NULL DEFAULT 0, newest REAL NOT NULL DEFAULT 0, grew TEXT NOT NULL DEFAULT '',
  merged_into INTEGER REFERENCES story(n)
);
CREATE INDEX story_newest ON story(newest DESC, n DESC) WHERE accounts > 0;
CREATE INDEX story_largest ON story(accounts DESC, newest DESC, n DESC) WHERE accounts > 0;
CREATE INDEX story_merged ON story(merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE account (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content TEXT NOT NULL UNIQUE,
  story INTEGER NOT NULL REFERENCES story(n), ordering TEXT NOT NULL, name TEXT NOT NULL,
  title TEXT, outlet TEXT, authors TEXT, published TEXT, url TEXT, moment REAL NOT NULL,
  added_at TEXT NOT NULL, score REAL NOT NULL, near TEXT, why TEXT NOT NULL, facets TEXT NOT NULL,
  annotated TEXT NOT NULL DEFAULT '', people TEXT NOT NULL DEFAULT '', bodies TEXT NOT NULL DEFAULT '',
  places TEXT NOT NULL DEFAULT '', speakers TEXT NOT NULL DEFAULT ''
);
CREATE INDEX account_story ON account(story, ordering, id);
CREATE INDEX account_name ON account(name);
CREATE INDEX account_moment ON account(moment);
CREATE INDEX account_published ON account(published);
CREATE INDEX account_url ON account(url) WHERE url IS NOT NULL;
CREATE INDEX account_annotated ON account(annotated, n);
CREATE TABLE record (n INTEGER PRIMARY KEY REFERENCES account(n), body BLOB NOT NULL);
CREATE TABLE profile (n INTEGER PRIMARY KEY REFERENCES account(n), body BLOB NOT NULL);
CREATE TABLE statement (
  n INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(n), id TEXT NOT NULL,
  spans TEXT NOT NULL, speaker TEXT, speaker_key TEXT, form TEXT NOT NULL, chain TEXT NOT NULL,
  about TEXT NOT NULL, utterance INTEGER NOT NULL
);
CREATE INDEX statement_speaker ON statement(speaker_key, utterance, n) WHERE speaker_key IS NOT NULL;
CREATE INDEX statement_account ON statement(account);
CREATE TABLE speaker (key TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE dossier (story INTEGER PRIMARY KEY REFERENCES story(n), key TEXT NOT NULL, body BLOB);
CREATE TABLE point (
  n INTEGER PRIMARY KEY, story INTEGER NOT NULL REFERENCES story(n), id TEXT NOT NULL,
  says TEXT NOT NULL, speaker TEXT, account TEXT, low INTEGER NOT NULL, high INTEGER NOT NULL
);
CREATE INDEX point_story ON point(story);
CREATE TABLE history (
  n INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL CHECK (actor IN ('person', 'program')),
  kind TEXT NOT NULL, story TEXT, other TEXT, accounts TEXT NOT NULL, joined TEXT NOT NULL,
  rest TEXT NOT NULL, names TEXT NOT NULL, score REAL NOT NULL, why TEXT NOT NULL,
  undoes INTEGER UNIQUE REFERENCES history(n), note TEXT NOT NULL
);
CREATE INDEX history_actor ON history(actor, n);
CREATE TRIGGER history_stands BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is kept'); END;
CREATE TRIGGER history_stays BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is kept'); END;
CREATE TABLE followed (
  url TEXT PRIMARY KEY, state TEXT NOT NULL
) WITHOUT ROWID;
CREATE VIEW account_source AS
  SELECT a.n, a.title, text_of(r.body) AS text, a.outlet, a.authors, a.people, a.bodies, a.places,
    a.speakers, a.facets
  FROM account a JOIN record r ON r.n = a.n;
CREATE VIEW statement_source AS
  SELECT s.n, wording(r.body, s.spans) AS content, s.speaker, s.chain, s.about, a.outlet, a.facets
  FROM statement s JOIN account a ON a.n = s.account JOIN record r ON r.n = s.account;
"""
WORDS = f"""
CREATE VIRTUAL TABLE account_words USING fts5(
  title, text, outlet, authors, people, bodies, places, speakers, facets,
  content='account_source', content_rowid='n', tokenize='{TOKENS}');
CREATE VIRTUAL TABLE statement_words USING fts5(
  content, speaker, chain, about, outlet, facets,
  content='statement_source', content_rowid='n', tokenize='{TOKENS}');
CREATE VIRTUAL TABLE point_words USING fts5(
  says, speaker, content='point', content_rowid='n', tokenize='{TOKENS}');
"""
DESK = """
CREATE INDEX account_outlet ON account(outlet, moment, story);
CREATE INDEX account_added ON account(added_at);
CREATE TABLE brief (
  story INTEGER PRIMARY KEY REFERENCES story(n), grew TEXT NOT NULL, conflicts INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE TABLE tally (
  outlet TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, story INTEGER NOT NULL REFERENCES story(n),
  count INTEGER NOT NULL, PRIMARY KEY (outlet, kind, value, story)
) WITHOUT ROWID;
CREATE INDEX tally_story ON tally(story);
CREATE INDEX tally_value ON tally(kind, value);
CREATE TABLE past (
  story INTEGER NOT NULL REFERENCES story(n), key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (story, key)
) WITHOUT ROWID;
CREATE TABLE interest (
  n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, value TEXT NOT NULL, key TEXT NOT NULL,
  muted INTEGER NOT NULL, at TEXT NOT NULL, UNIQUE (kind, key)
);
CREATE TABLE matching (
  account INTEGER NOT NULL REFERENCES account(n), interest INTEGER NOT NULL REFERENCES interest(n),
  PRIMARY KEY (account, interest)
) WITHOUT ROWID;
CREATE INDEX matching_interest ON matching(interest, account);
CREATE TABLE look (what TEXT PRIMARY KEY, at TEXT NOT NULL, before TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE report (
  n INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE report_item (
  n INTEGER PRIMARY KEY, report INTEGER NOT NULL REFERENCES report(n), place INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('story', 'account')), ref TEXT NOT NULL, note TEXT NOT NULL
);
CREATE INDEX report_item_report ON report_item(report, place);
CREATE TABLE job (
  n INTEGER PRIMARY KEY, kind TEXT NOT NULL, what TEXT NOT NULL, at TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'begun', 'done', 'failed')),
  ended TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX job_open ON job(n) WHERE state IN ('waiting', 'begun');
CREATE TABLE job_file (
  n INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES job(n), name TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX job_file_job ON job_file(job);
"""
"""What a reader follows, has read and collects, and what waits to be done: the second step."""
COLUMNS = {
    "account_words": "title, text, outlet, authors, people, bodies, places, speakers, facets",
    "statement_words": "content, speaker, chain, about, outlet, facets",
    "point_words": "says, speaker",
}
SOURCES = {
    "account_words": "account_source",
    "statement_words": "statement_source",
    "point_words": "point",
}
NAME = "check its permissions, or name another file"
STEPS = (TABLES + WORDS, DESK)
"""Step i leads from version i to i + 1."""


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a library, made if need be, its tables of the newest form.

    :raises InputError: when it is no library, a newer one, or there is none.
    """
    try:
        if path.is_dir():
            raise InputError("is a folder, and no library", where=str(path), todo=NAME)
        if not create and not path.is_file():
            raise InputError("there is no library", where=str(path), todo="add accounts to begin one")
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        # The name is made whole: ":memory:" is a file as any other. A thread has a connection to itself;
        # only that it is closed may come from another.
        db = sqlite3.connect(path.absolute(), timeout=BUSY, isolation_level=None, check_same_thread=False)
    except (sqlite3.Error, OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be opened ({why})", where=str(path), todo=NAME) from error
    try:
        _refuse_others(db, path, create=create)
        _prepare(db)
    except sqlite3.Error as error:
        db.close()
        what, todo = f"cannot be read as a library ({error})", NAME
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            what, todo = (
                f"is damaged ({error})",
                "put a backup there: 'consilience restore BACKUP --overwrite'",
            )
        raise InputError(what, where=str(path), todo=todo) from error
    except InputError:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    for rule in (
        "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32768",
        "temp_store = MEMORY",
    ):  # fmt: skip
        db.execute(f"PRAGMA {rule}")
    functions(db)
    migrate(db)


def functions(db: sqlite3.Connection) -> None:
    """The functions that the views read records with."""
    db.create_function("text_of", 1, text_of, deterministic=True)
    db.create_function("wording", 2, wording, deterministic=True)


def _refuse_others(db: sqlite3.Connection, path: Path, *, create: bool) -> None:
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION and (tables or application or version):
        raise InputError("is a database, but no library", where=str(path), todo="name another file")
    if version == 0 and not create:
        raise InputError(
            "is an empty file, and no library", where=str(path), todo="add accounts to begin one"
        )
    if version > len(STEPS):
        raise InputError(
            f"is of form {version}, and this program knows forms up to {len(STEPS)}",
            where=str(path),
            todo="use a newer version of the program",
        )


def migrate(db: sqlite3.Connection) -> None:
    """Bring the tables to the newest form, each step in a transaction of its own."""
    to = len(STEPS)
    while db.execute("PRAGMA user_version").fetchone()[0] < to:
        db.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have taken the step while this one waited.
            done = db.execute("PRAGMA user_version").fetchone()[0]
            if done < to:
                for statement in statements(STEPS[done]):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION}")
                db.execute(f"PRAGMA user_version = {done + 1}")
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise


def shape(db: sqlite3.Connection) -> dict[str, str]:
    """The definitions of all tables, views, indexes and triggers by name."""
    rows = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    )
    return dict(rows.fetchall())


def newest_shape() -> dict[str, str]:
    """What ``shape`` gives of a library of the newest form."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        functions(db)
        migrate(db)
        return shape(db)


def statements(script: str) -> list[str]:
    """The statements of a script, a trigger's body whole."""
    found, held = [], ""
    for part in script.split(";"):
        held += part + ";"
        if sqlite3.complete_statement(held):
            if held.strip() != ";":
                found.append(held.strip())
            held = ""
    return found
