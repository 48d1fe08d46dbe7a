"""Who said what, over all stories.

A person is a name's key, with those that people have joined to it, less the stories in which people
say that the name is somebody else's. One wording in several accounts is one line. Does not guess
that two names are one. Invariant: every line gives the account and the spans its words stand at.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError
from .codec import name_key, parted, wording
from .corrections import keys_of, parts_of
from .protocol import Ledger, Line, Said, Spoken, Voice
from .query import Clause, Query, Term, parse
from .rows import live
from .search import matching

MOST_SAID = 200
"""Accounts shown with one wording."""
LONGEST_NAME = 40
"""Words of a name; a condition is asked for each, of which a database takes no thousand."""


def who(db: sqlite3.Connection, name: str, about: str, page: tuple[int, int]) -> Ledger:
    """The ledger of a person.

    :raises InputError: when part of a name fits several speakers.
    """
    asked = _asked(db, name, about)
    if asked.where is None:
        return Ledger(_names(db, asked.keys), (), 0, asked.apart)
    joined, values = asked.joined, asked.values
    total = db.execute(f"SELECT count(*) {joined}", values).fetchone()[0]
    wordings = db.execute(
        f"SELECT s.utterance, max(a.moment) {joined} GROUP BY s.utterance "
        "ORDER BY 2 DESC, max(s.n) DESC LIMIT ? OFFSET ?",
        (*values, max(0, page[0]), max(0, page[1])),
    ).fetchall()
    lines = tuple(_line(db, joined, values, u) for u, _ in wordings)
    return Ledger(_names(db, asked.keys), lines, total, asked.apart)


def voice(db: sqlite3.Connection, name: str, about: str) -> Voice:
    """How often, where, when and by which way a person was heard; see ``who``."""
    asked = _asked(db, name, about)
    if asked.where is None:
        return Voice()

    def counted(what: str, order: str = "2 DESC, 1") -> tuple[tuple[str, int], ...]:
        rows = db.execute(f"SELECT {what}, count(*) {asked.joined} GROUP BY 1 ORDER BY {order}", asked.values)
        return tuple((str(value), int(count)) for value, count in rows)

    ways = Counter[tuple[str, ...]]()
    for chain, count in counted("s.chain"):
        ways[tuple(json.loads(chain))[:-1]] += count
    return Voice(
        outlets=counted("coalesce(a.outlet, '')"),
        ways=tuple(ways.most_common()),
        forms=counted("s.form"),
        days=counted("substr(coalesce(a.published, ''), 1, 10)", "1"),
        stories=counted("(SELECT t.id FROM story t WHERE t.n = a.story)"),
    )


def statements(db: sqlite3.Connection, account: int) -> tuple[Spoken, ...]:
    """What is said in an account, in the order it stands there."""
    rows = db.execute(
        "SELECT id, speaker, form, chain, spans FROM statement WHERE account = ? ORDER BY n", (account,)
    )
    return tuple(
        Spoken(key, speaker, form, tuple(json.loads(chain)), tuple((a, b) for a, b in json.loads(spans)))
        for key, speaker, form, chain, spans in rows
    )


def named(db: sqlite3.Connection, account: int) -> dict[str, tuple[str, ...]]:
    """The people, bodies and places named in an account, in the order they first stand there."""
    row = db.execute("SELECT people, bodies, places FROM account WHERE n = ?", (account,)).fetchone()
    return dict(zip(("person", "body", "place"), map(parted, row), strict=True))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose words about what, as a condition; ``where`` is None where nothing can fit."""

    keys: tuple[str, ...]
    apart: tuple[str, ...]
    where: str | None
    values: tuple[object, ...] = ()

    @property
    def joined(self) -> str:
        """The statements and their accounts."""
        return f"FROM statement s JOIN account a ON a.n = s.account WHERE {self.where}"


def _asked(db: sqlite3.Connection, name: str, about: str) -> _Asked:
    """The person meant by a name, less the stories where it is somebody else's."""
    keys, apart = speaker_keys(db, name), tuple[str, ...]()
    marks = ", ".join("?" * len(keys))
    where, values = f"s.speaker_key IN ({marks})", list[object](keys)
    for _, stories in parts_of(db, keys):
        inside = [live(db, s) for s in stories]
        where, values = f"{where} AND a.story NOT IN ({', '.join('?' * len(inside))})", [*values, *inside]
        apart += stories
    if about.strip():
        words = _about(db, about)
        if words is None:
            return _Asked(keys, apart, None)
        where += " AND s.n IN (SELECT rowid FROM statement_words WHERE statement_words MATCH ?)"
        values.append(words)
    return _Asked(keys, apart, where, tuple(values))


def speaker_keys(db: sqlite3.Connection, name: str) -> tuple[str, ...]:
    """The keys a name stands for: its own and those joined to it; else the one speaker it is part of."""
    keys = keys_of(db, name)
    marks = ", ".join("?" * len(keys))
    if db.execute(f"SELECT 1 FROM speaker WHERE key IN ({marks}) LIMIT 1", keys).fetchone():
        return keys
    words = name_key(name).split()
    if not 0 < len(words) <= LONGEST_NAME:
        raise InputError(f"{name[:80]!r} is no name", where="who", todo="write a name")
    like = " AND ".join(["' ' || key || ' ' LIKE ?"] * len(words))
    found = db.execute(
        f"SELECT key, name FROM speaker WHERE {like} ORDER BY key LIMIT 50", [f"% {w} %" for w in words]
    ).fetchall()
    people = {keys_of(db, key) for key, _ in found}
    if len(people) > 1:
        some = ", ".join(n for _, n in found[:5])
        raise InputError(f"{name!r} fits {len(people)} speakers", where="who", todo=f"name one: {some}")
    return people.pop() if people else keys


def _about(db: sqlite3.Connection, about: str) -> str | None:
    """What the words asked about come to in the index of statements."""
    plain = parse(about)
    clauses = [
        Clause(tuple(Term(t.words, t.field or "about", t.prefix) for t in c.terms), c.no)
        for c in plain.clauses
    ]
    match = matching(db, Query(tuple(clauses), plain.days), "statement", ())
    return match.words if match else None


def _names(db: sqlite3.Connection, keys: Sequence[str]) -> tuple[str, ...]:
    marks = ", ".join("?" * len(keys))
    rows = db.execute(f"SELECT name FROM speaker WHERE key IN ({marks}) ORDER BY key", keys)
    return tuple(r[0] for r in rows)


def _line(db: sqlite3.Connection, joined: str, values: Sequence[object], utterance: int) -> Line:
    rows = db.execute(
        "SELECT s.id, s.speaker, r.body, s.spans, s.form, s.chain, a.id, a.outlet, a.published, t.id "
        + joined.replace(" WHERE ", " JOIN record r ON r.n = a.n JOIN story t ON t.n = a.story WHERE ", 1)
        + " AND s.utterance = ? ORDER BY a.ordering, s.n LIMIT ?",
        (*values, utterance, MOST_SAID),
    ).fetchall()
    said = tuple(
        Said(
            key, wording(body, spans), form, tuple(json.loads(chain)), account, outlet, published, story,
            tuple((a, b) for a, b in json.loads(spans)),
        )
        for key, _, body, spans, form, chain, account, outlet, published, story in rows
    )  # fmt: skip
    return Line(rows[0][1], said[0].wording, said)
