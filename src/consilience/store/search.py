"""Ranked search of accounts, statements and points.

Each kind has its index. What matches is ranked by bm25 (a word in a title counts five times one in
the text; an outlet's or author's name twice; in statements the speaker's name twice the content),
raised by up to a tenth for what was added last, and of points by a twentieth for each doubling of
their independent origins. Where more than ``POOL`` of a kind match, those added last are ranked (of
words joined by OR, a share for each) after those whose title matches, and the result says so. Words that
stand nearly everywhere, and phrases of common words, are looked for but not weighed; more than ``POOL``
statements that hold the same words are listed by time.
Scores of two kinds are not comparable; a list of several kinds takes each relative to its best.

Does not read a query (see ``query``). Invariant: no query raises an error of the database, and the
spans of a hit are the words that matched, in code points of the account's own text.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from heapq import nlargest
from math import log2

from ..errors import InputError
from .codec import day_number, shown, text_of
from .corrections import keys_of
from .protocol import KINDS, Hit, Results, Total
from .query import NAMES, Clause, Days, Query, Term, cover, days_of, parse
from .rows import story_row
from .schema import COLUMNS as COLUMNS_OF
from .schema import SHIFT, SOURCES, TOKENS

POOL, TITLED = 1000, 250
EVEN = 1e-6
"""The score of what is so common that it tells nothing: bm25 gives no less."""
REACH = 4
"""How many times as far back as the pool goes titles are looked for."""
SAMPLE = 300
COMMON = {"account": 0.4, "statement": 0.4, "point": 1.0}
"""How often to an account, among the last so many matches, a word is too common to be weighed."""
RANKED = ("", "about", "title", "author")
"""Fields whose words rank; the others filter."""
SHOWN = 240
"""Code points of a snippet."""
OPEN, SHUT = "\ufdd0", "\ufdd1"
"""Marks around a match; no text of the index holds them (see ``codec.ODD``)."""
PLAIN = {
    "account": "title text outlet authors",
    "statement": "content speaker chain",
    "point": "says speaker",
}
COLUMNS = {
    "account": {
        "outlet": "outlet", "title": "title", "author": "authors", "person": "people speakers",
        "body": "bodies speakers", "place": "places", "speaker": "speakers", "about": "title text",
        "language": "facets",
    },
    "statement": {
        "outlet": "outlet", "person": "about speaker", "body": "about speaker", "place": "about",
        "speaker": "speaker", "about": "content about", "language": "facets",
    },
    "point": {
        "person": "says speaker", "body": "says speaker", "place": "says", "speaker": "speaker",
        "about": "says",
    },
}  # fmt: skip
WEIGHTS = {
    "account": "5.0, 1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 0.0",
    "statement": "1.0, 2.0, 0.5, 1.0, 0.5, 0.0",
    "point": "1.0, 1.0",
}
EVERY = '{facets} : "xy" *'
"""What every account and statement holds in the index: its year. Points have none."""
BODY = {"account": 1, "statement": 0, "point": 0}
"""The column of the index whose words are shown."""
SHOWS = {"account": "text", "statement": "content", "point": "says"}


@dataclass(frozen=True, slots=True)
class Match:
    """What is asked of one index.

    ``words`` is an expression of all of it and ``marked`` one of the words to show; ``where`` bounds the
    rows. ``either`` are the expressions that OR joins, where it does; ``weighed`` the parts that rank,
    each with the single words it is of.
    """

    kind: str
    words: str
    marked: str = ""
    where: str = ""
    values: tuple[object, ...] = ()
    either: tuple[str, ...] = ()
    weighed: tuple[tuple[str, tuple[str, ...]], ...] = ()


def search(
    db: sqlite3.Connection, text: str, kinds: Sequence[str] = KINDS, *, limit: int = 20, offset: int = 0
) -> Results:
    """Find what a query asks for, best first."""
    _known(kinds)
    query = parse(text)
    wanted = [k for k in KINDS if k in kinds and (not query.kinds or k in query.kinds)]
    try:
        stories = [story_row(db, ref) for ref in query.stories]
    except InputError as error:
        return Results((), tuple(Total(k, 0, True) for k in wanted), (*query.notes, str(error)))
    results = _run(db, query, wanted, stories, (limit, offset))
    if query.question and not results.hits and not offset:
        loose = _loosened(query)
        if loose != query:
            results = _run(db, loose, wanted, stories, (limit, offset))
    return results


def _known(kinds: Iterable[str]) -> None:
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(f"unknown kind {kind!r}", where="search", todo=f"use {', '.join(KINDS)}")


def _loosened(query: Query) -> Query:
    """A question of which one word is enough."""
    about = [c for c in query.clauses if c.terms[0].field == "about"]
    rest = tuple(c for c in query.clauses if c not in about)
    either = (Clause(tuple(t for c in about for t in c.terms)),) if about else ()
    note = "nothing said holds all of these words; what holds one of them is shown"
    return replace(
        query, clauses=(*rest, *either), notes=(*query.notes, note) if len(about) > 1 else query.notes
    )


def _run(
    db: sqlite3.Connection, query: Query, kinds: Sequence[str], stories: Sequence[int], page: tuple[int, int]
) -> Results:
    limit, offset = max(0, page[0]), max(0, page[1])
    found: list[tuple[float, int, int, Match]] = []
    totals: list[Total] = []
    notes = list(query.notes)
    for order, kind in enumerate(kinds):
        match = matching(db, query, kind, stories)
        if match is None:
            totals.append(Total(kind, 0, True))
            continue
        scored, total = _ranked(db, match)
        totals.append(total)
        if not total.exact:
            notes.append(f"more than {POOL} {kind}s match: the {POOL} added last were ranked")
        first = nlargest(offset + limit, scored)
        found += [(round(score / first[0][0], 9), -order, n, match) for score, n in first]
    found.sort(key=lambda f: f[:3], reverse=True)
    hits = tuple(_hits(db, found[offset : offset + limit]))
    return Results(hits, tuple(totals), tuple(dict.fromkeys(notes)))


# -- from a query to the words of an index --


def matching(db: sqlite3.Connection, query: Query, kind: str, stories: Sequence[int]) -> Match | None:
    """What a query asks of one index; None where nothing of the kind can match."""
    wanted: list[list[str]] = []
    barred: list[list[str]] = []
    for clause in query.clauses:
        parts = [p for p in (_expression(db, term, kind) for term in clause.terms) if p]
        if parts:
            (barred if clause.no else wanted).append(parts)
        elif not clause.no:
            return None
    marked = [p for parts in wanted for p in parts if SHOWS[kind] in p.partition(":")[0]]
    where, values = _bounds(kind, stories)
    if query.days != Days():
        if kind == "point":
            where, values = _point_days(query.days, where, values)
        else:
            days = _days(db, query.days)
            if not days:
                return None
            wanted.append([days])
    if not wanted and (kind == "point" or not stories):
        return None
    many = next((n for n, parts in enumerate(wanted) if len(parts) > 1), len(wanted))
    either = [_whole([*wanted[:many], [p], *wanted[many + 1 :]], barred) for p in (wanted[many:] or [[]])[0]]
    terms = [t for c in query.clauses if not c.no for t in c.terms]
    weighed = tuple((_expression(db, t, kind), _singly(t, kind)) for t in terms if t.field in RANKED)
    return Match(kind, _whole(wanted, barred), _any(marked), where, values, tuple(either), weighed)


def _whole(wanted: Sequence[Sequence[str]], barred: Sequence[Sequence[str]]) -> str:
    """An expression of all that is wanted, each one of several, and none that is barred."""
    words = " AND ".join(f"({_any(parts)})" for parts in wanted) or EVERY
    return f"({words}) NOT ({_any([p for parts in barred for p in parts])})" if barred else words


def _singly(term: Term, kind: str) -> tuple[str, ...]:
    """Each word of a term as an expression."""
    columns = COLUMNS[kind].get(term.field, "") or PLAIN[kind]
    return tuple(f"{{{columns}}} : {_quoted(w)}" for w in re.findall(r"\w+", term.words))


def _any(parts: Sequence[str]) -> str:
    return " OR ".join(f"({p})" for p in parts)


def _expression(db: sqlite3.Connection, term: Term, kind: str) -> str:
    """A term as an expression of the index; empty where the kind has no such field."""
    columns = COLUMNS[kind].get(term.field, "") if term.field else PLAIN[kind]
    if not columns:
        return ""
    if term.field == "language":
        return f"{{{columns}}} : {_quoted('xl' + re.sub(r'[^a-z0-9]', '', term.words.casefold()))}"
    names = [term.words]
    if term.field in NAMES and not term.prefix:
        names += [key for key in keys_of(db, term.words) if key]
    near = term.field in NAMES
    parts = [_phrase(words, near) + (" *" if term.prefix else "") for words in dict.fromkeys(names)]
    return f"{{{columns}}} : ({_any(parts)})"


def _phrase(words: str, near: bool) -> str:
    """Words in a row; those of a name may have others between them ("Ann Q. Poe")."""
    row = [w for w in words.split() if any(c.isalnum() for c in w)]
    if near and len(row) > 1:
        return f"NEAR({' '.join(map(_quoted, row))}, 2)"
    return _quoted(words)


def _quoted(words: str) -> str:
    return '"' + (shown(words) or "").replace('"', '""') + '"'


def _days(db: sqlite3.Connection, days: Days) -> str:
    """The days as words of the index, from the library's first to its last."""
    # One at a time: for both in one question the database reads every row.
    low, high = (db.execute(f"SELECT {end}(moment) FROM account").fetchone()[0] for end in ("min", "max"))
    if low is None:
        return ""
    dated = "FROM account WHERE published >= '1' AND published < ':'"
    written = [db.execute(f"SELECT {end}(published) {dated}").fetchone()[0] for end in ("min", "max")]
    spans = [days_of((day or "")[:10]) for day in written]
    # The day written may be another than the day in UTC.
    low = min([day_number(low - 1), *(s[0] for s in spans if s)])
    high = max([day_number(high + 2), *(s[1] for s in spans if s)])
    first = max(days.first or low, low)
    last = min(days.last or high, high)
    words = [_quoted(w) + (" *" if prefix else "") for w, prefix in cover(first, last)]
    return f"{{facets}} : ({_any(words)})" if words else ""


def _bounds(kind: str, stories: Sequence[int]) -> tuple[str, tuple[object, ...]]:
    """The rows of some stories."""
    if not stories:
        return "", ()
    # By range and set: were each row looked up by its number, bm25 would count all matches anew for each.
    marks = ", ".join("?" * len(stories))
    chosen = {
        "account": f"SELECT n FROM account WHERE story IN ({marks})",
        "statement": "SELECT s.n FROM statement s JOIN account a ON a.n = s.account "
        f"WHERE a.story IN ({marks})",
        "point": f"SELECT n FROM point WHERE story IN ({marks})",
    }[kind]
    n = "s.n" if kind == "statement" else "n"
    ends = [chosen.replace(f"SELECT {c}", f"SELECT {end}({c})", 1) for end, c in (("min", n), ("max", n))]
    return (
        f" AND t.rowid BETWEEN ({ends[0]}) AND ({ends[1]}) AND +t.rowid IN ({chosen})", tuple(stories) * 3
    )  # fmt: skip


def _point_days(days: Days, where: str, values: tuple[object, ...]) -> tuple[str, tuple[object, ...]]:
    """Points of stories that have accounts of those days."""
    asked = "SELECT p.n FROM point p JOIN story s ON s.n = p.story WHERE 1"
    if days.first:
        asked, values = asked + " AND s.last >= ?", (*values, days.first.isoformat())
    if days.last:
        asked, values = asked + " AND s.first < ?", (*values, days.last.isoformat())
    return f"{where} AND +t.rowid IN ({asked})", values


# -- ranking --


def _ranked(db: sqlite3.Connection, match: Match) -> tuple[list[tuple[float, int]], Total]:
    """The rows of a pool, each with its score before it, and how many match."""
    rows = _newest(db, match, POOL + 1)
    capped = len(rows) > POOL
    total = Total(match.kind, min(len(rows), POOL), not capped)
    if capped and match.either:  # a share for each, so that a common one leaves room for a rare one
        share = POOL // len(match.either)
        rows = list(
            dict.fromkeys(n for e in match.either for n in _newest(db, replace(match, words=e), share))
        )
    scores = dict.fromkeys(rows[:POOL], EVEN)
    if not capped or match.either or match.kind != "statement":
        # Of many statements that hold the same words, each once as they are short, all weigh the same.
        scores |= _weighed(db, match, rows[:POOL])
    plain = f"{{{PLAIN['account']}}}"
    phrase = any(len(words) > 1 for _, words in match.weighed)  # sought in titles, it takes too long
    if capped and match.kind == "account" and plain in match.words and not phrase:
        scores = _titled(db, replace(match, words=match.words.replace(plain, "{title}")), scores)
    lifted = _lift(db, match.kind, scores)
    return [(max(EVEN, score) * lifted[n], n) for n, score in scores.items()], total


def _newest(db: sqlite3.Connection, match: Match, most: int) -> list[int]:
    """The rows added last that match."""
    table = f"{match.kind}_words"
    found = db.execute(
        f"SELECT t.rowid FROM {table} t WHERE {table} MATCH ?{match.where} ORDER BY t.rowid DESC LIMIT ?",
        (match.words, *match.values, most),
    )
    return [n for (n,) in found]


def _weighed(db: sqlite3.Connection, match: Match, rows: Sequence[int]) -> dict[int, float]:
    """Rows with their bm25 (the higher the better here), by the words that tell something.

    bm25 counts the accounts that hold each part of an expression, which for the commonest words, and
    phrases of such, takes longest and is worth least; and for an outlet or a day nothing.
    """
    parts = [part for part, words in match.weighed if part and not _common(db, match.kind, words)]
    if not parts or not rows:
        return {}
    table, joiner = f"{match.kind}_words", " OR " if match.either else " AND "
    found = db.execute(
        f"SELECT t.rowid, -bm25({table}, {WEIGHTS[match.kind]}) FROM {table} t WHERE {table} MATCH ? "
        "AND t.rowid BETWEEN ? AND ? AND +t.rowid IN (SELECT value FROM json_each(?))",
        (joiner.join(f"({p})" for p in parts), min(rows), max(rows), json.dumps(rows)),
    )
    return dict(found.fetchall())


def _common(db: sqlite3.Connection, kind: str, words: Sequence[str]) -> bool:
    """Whether each of some words stands in so many of the accounts added last that it tells little."""
    shift = SHIFT if kind == "statement" else 0
    last = (db.execute(f"SELECT max(rowid) FROM {kind}_words").fetchone()[0] or 0) >> shift
    share = COMMON[kind] / (4 if len(words) > 1 else 1)
    for word in words:
        newest = _newest(db, Match(kind, word), SAMPLE)
        if len(newest) < SAMPLE or share * (last - (newest[-1] >> shift)) > SAMPLE:
            return False
    return True


def _titled(db: sqlite3.Connection, match: Match, rows: dict[int, float]) -> dict[int, float]:
    """Rows of a pool, before them those of it and older ones whose title matches.

    How far back is looked is bounded too: to a few times as far as the pool goes.
    """
    first, last = min(rows), max(rows)
    where, values = f"{match.where} AND t.rowid >= ?", (*match.values, first - REACH * (last - first))
    found = _newest(db, replace(match, where=where, values=values), TITLED)
    best = max(rows.values())
    return rows | {n: 2 * best + rows.get(n, 0.0) for n in found}


def _lift(db: sqlite3.Connection, kind: str, rows: dict[int, float]) -> dict[int, float]:
    """By how much each row's score is raised for being late or independent; rows count by arrival."""
    if kind == "point":
        found = db.execute(f"SELECT n, low FROM point WHERE n IN ({','.join(map(str, rows))})")
        return {n: 1 + 0.05 * log2(max(1, low)) for n, low in found}
    first, last = min(rows, default=0), max(rows, default=0)
    return {n: 1 + 0.1 * (n - first) / max(1, last - first) for n in rows}


# -- what is shown --


def _hits(db: sqlite3.Connection, page: Sequence[tuple[float, int, int, Match]]) -> Iterator[Hit]:
    """What is shown of a page of rows."""
    makers = {"account": _account_hit, "statement": _statement_hit, "point": _point_hit}
    marked: dict[tuple[str, int], str] = {}
    for kind in dict.fromkeys(match.kind for *_, match in page):
        rows = [(n, match) for _, _, n, match in page if match.kind == kind]
        marked |= {(kind, n): text for n, text in _marked(db, rows[0][1], [n for n, _ in rows]).items()}
    for score, _, n, match in page:
        text, spans = unmarked(marked[match.kind, n])
        yield makers[match.kind](db, n, text, spans, round(score, 6))


def _marked(db: sqlite3.Connection, match: Match, rows: Sequence[int]) -> dict[int, str]:
    """The texts of some rows with their matches marked.

    They are indexed by themselves for it: to ask the large index for one row takes as long as its
    commonest word, and a beginning is looked up anew for each.
    """
    table, column = f"{match.kind}_words", SHOWS[match.kind]
    texts = {
        n: db.execute(f"SELECT {column} FROM {SOURCES[table]} WHERE n = ?", (n,)).fetchone()[0] or ""
        for n in rows
    }
    if not match.marked:  # found by its outlet, day or the like
        return texts
    with closing(sqlite3.connect(":memory:")) as small:
        small.execute(f"CREATE VIRTUAL TABLE {table} USING fts5({COLUMNS_OF[table]}, tokenize='{TOKENS}')")
        small.executemany(f"INSERT INTO {table}(rowid, {column}) VALUES (?, ?)", texts.items())
        found = small.execute(
            f"SELECT rowid, highlight({table}, {BODY[match.kind]}, ?, ?) FROM {table} WHERE {table} MATCH ?",
            (OPEN, SHUT, match.marked),
        )
        return texts | dict(found.fetchall())


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """A text without its marks, and what stood between them."""
    spans, parts, at, start = [], [], 0, 0
    for piece in re.split(f"([{OPEN}{SHUT}])", marked):
        if piece == OPEN:
            start = at
        elif piece == SHUT:
            spans.append((start, at))
        else:
            parts.append(piece)
            at += len(piece)
    return "".join(parts), spans


def window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The stretch of a text that holds most different words found, cut between words."""
    first = re.search(r"\S", text)
    start = first.start() if first else 0
    best = -1
    for n, (at, _) in enumerate(spans[:400]):
        inside = {text[a:b].casefold() for a, b in spans[n : n + 40] if b <= at + SHOWN - 40}
        if len(inside) > best:
            best, start = len(inside), at
    if spans:
        lead = max(0, start - 40)
        cut = re.search(r"\s", text[lead:start])
        start = 0 if lead == 0 else lead + cut.end() if cut else start
    end = min(len(text), start + SHOWN)
    if end < len(text):
        cut_at = text.rfind(" ", start + SHOWN // 2, end)
        end = cut_at if cut_at > 0 else end
    return start, end


ABOUT = (
    "SELECT a.id, s.id, a.title, a.outlet, a.published FROM account a JOIN story s ON s.n = a.story "
    "WHERE a.n = ?"
)


def _account_hit(
    db: sqlite3.Connection, n: int, text: str, spans: Sequence[tuple[int, int]], score: float
) -> Hit:
    key, story, title, outlet, published = db.execute(ABOUT, (n,)).fetchone()
    start, end = window(text, spans)
    inside = tuple((a, b) for a, b in spans if start <= a and b <= end)
    shown_text = text[start:end]
    return Hit(
        "account", key, key, story, title, outlet, published, None, shown_text, start, end, inside, score
    )


def _statement_hit(
    db: sqlite3.Connection, n: int, text: str, spans: Sequence[tuple[int, int]], score: float
) -> Hit:
    account, story, title, outlet, published = db.execute(ABOUT, (n >> SHIFT,)).fetchone()
    key, places, speaker, body = db.execute(
        "SELECT s.id, s.spans, s.speaker, r.body FROM statement s JOIN record r ON r.n = s.account "
        "WHERE s.n = ?",
        (n,),
    ).fetchone()
    content = [tuple(p) for p in json.loads(places)]
    whole = text_of(body)
    start, end = content[0][0], min(content[-1][1], content[0][0] + 2 * SHOWN)
    inside = tuple((a, b) for a, b in _mapped(content, spans) if b <= end)
    return Hit(
        "statement", key, account, story, title, outlet, published, speaker, whole[start:end], start, end,
        inside, score,
    )  # fmt: skip


def _mapped(content: Sequence[tuple[int, ...]], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of a wording (its parts joined by a blank) as spans of the text the parts are from."""
    found, at = [], 0
    for first, last in content:
        length = last - first
        for a, b in spans:
            low, high = max(a, at), min(b, at + length)
            if low < high:
                found.append((first + low - at, first + high - at))
        at += length + 1
    return found


def _point_hit(
    db: sqlite3.Connection, n: int, text: str, spans: Sequence[tuple[int, int]], score: float
) -> Hit:
    key, story, label, speaker, account = db.execute(
        "SELECT p.id, s.id, s.label, p.speaker, p.account FROM point p JOIN story s ON s.n = p.story "
        "WHERE p.n = ?",
        (n,),
    ).fetchone()
    return Hit(
        "point", key, account, story, label, None, None, speaker, text, 0, len(text), tuple(spans), score
    )
