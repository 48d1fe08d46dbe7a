"""A library as a file that other programs read: JSON Lines or Parquet.

A line or row is an account, in the fields that records have (``text``, ``title``, ``outlet``,
``published``, ``authors``, ``url``), so that it can be compared as it is; beside them stand its story
and what grouping keeps. Further lines (of Parquet, the file's metadata) hold a correction, a feed or other
thing followed, a report or the id of a merged story each; the last says how many, so that a file cut short
is told. Statements, names, points and dossiers are not written: they are found anew; nor is what the reader
has looked at. Invariant: an import into an empty library gives the library that was exported; a second one
changes nothing.
"""

from __future__ import annotations

import json
import re
import sqlite3
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..model import Witness, witness_id
from .codec import ODD, from_json, shown, to_json
from .corrections import ends, events, move, record
from .matching import by_name, interests, rematch
from .placing import plainly, put_at
from .protocol import Entry, Event, Imported, Interest, Item, Kept, Report, Writer, content_key
from .reader import add_item, key_of, new_report, reports, take_interest
from .rows import KEPT, enter, follow, followed, kept, live, whole

FORMAT = "consilience/library/2"
"""Marks what is no account: 1 held all of it in one line, longer than is read."""
BESIDE = ("story", "led", "event", "followed", "interest", "report")
"""What an export holds beside accounts: when stories grew, ids that lead to others, history, feeds, what
the reader follows and collects."""
OWN = ("text", "title", "outlet", "published", "url", "language")
"""Fields of an account that are columns; the rest of it lies in ``record``."""
BATCH = 500
LONGEST_LINE = 64_000_000
MOST_FAULTS = 100
PLACE = ("when", "added_at", "score", "near", "why")
META = b"consilience.library"
LONGEST_META = 2**31 - 1
"""Bytes of a file's metadata; pyarrow reads a hundred million unless told."""
STORY = re.compile(r"s1:[0-9a-f]{16}")
Row = dict[str, Any]
Transaction = Callable[[], AbstractContextManager[Writer]]


# -- out --


def export(db: sqlite3.Connection, path: Path, form: str) -> int:
    """Write a library.

    :param form: jsonl or parquet; where it is empty, the suffix says.
    """
    write = {"jsonl": _write_lines, "parquet": _write_parquet}[_form(path, form)]
    with put_at(path) as part:
        return write(part, _rows(db), _beside(db))


def _form(path: Path, form: str) -> str:
    found = form or path.suffix.lower().removeprefix(".")
    if found not in ("jsonl", "parquet"):
        raise InputError(
            f"{found or 'no suffix'!r} is no format of an export",
            where=str(path),
            todo="use .jsonl or .parquet",
        )
    return found


def _rows(db: sqlite3.Connection) -> Iterator[Row]:
    found = db.execute(
        KEPT.replace("a.annotated ", "p.body, a.annotated ") + "JOIN profile p ON p.n = a.n ORDER BY a.n"
    )
    for *row, profile, annotated in found:
        yield _row(kept([*row, annotated]), profile)


def _row(account: Kept, profile: bytes) -> Row:
    witness = account.witness
    row: Row = {"name": shown(witness.name), "witness": witness.id, "story": account.story}
    row |= {f: shown(getattr(witness, f)) for f in OWN} | {"authors": [shown(a) for a in witness.authors]}
    row |= {f: getattr(account, f) for f in PLACE} | {"profile": b64encode(profile).decode("ascii")}
    values = to_json(witness)
    given = {k: v for k, v in values.items() if k in (*OWN, "name", "authors")}
    # A text that a column cannot hold as it is lies in the record as well.
    odd = {k for k, v in given.items() if ODD.search(v if isinstance(v, str) else "".join(v))}
    rest = {k: v for k, v in values.items() if k != "id" and (k not in given or k in odd)}
    row["record"] = json.dumps(rest, separators=(",", ":"))
    return row


def _beside(db: sqlite3.Connection) -> Iterator[Row]:
    """All of a library but its accounts, and last how much of it there is."""
    counts = dict.fromkeys(BESIDE, 0)
    for kind, value in _besides(db):
        counts[kind] += 1
        yield {"kind": kind, "format": FORMAT, "value": value}
    yield {"kind": "library", "format": FORMAT, "value": counts}


def _besides(db: sqlite3.Connection) -> Iterator[tuple[str, Any]]:
    for pair in db.execute("SELECT id, grew FROM story WHERE accounts > 0 ORDER BY n").fetchall():
        yield "story", pair
    for (dead,) in db.execute("SELECT id FROM story WHERE merged_into IS NOT NULL ORDER BY n").fetchall():
        to = db.execute("SELECT id FROM story WHERE n = ?", (live(db, dead),)).fetchone()[0]
        yield "led", (dead, to)
    for event in events(db, "ORDER BY n"):
        yield "event", asdict(event)
    for state in followed(db):
        yield "followed", state.dump()
    for one in interests(db):
        yield "interest", {k: v for k, v in asdict(one).items() if k != "number"}
    for report in reversed(reports(db)):
        items = [{"kind": i.kind, "ref": i.ref, "note": i.note} for i in report.items]
        yield "report", {"title": report.title, "note": report.note, "at": report.at, "items": items}


def _write_lines(path: Path, rows: Iterator[Row], beside: Iterator[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last is the count
            file.write(json.dumps({"kind": "account", **row}, ensure_ascii=False) + "\n")
        for row in beside:
            file.write(json.dumps(row) + "\n")
    return count


def _write_parquet(path: Path, rows: Iterator[Row], beside: Iterator[Row]) -> int:
    pa, pq = _arrow()
    text, number = pa.string(), pa.float64()
    kinds = dict.fromkeys(("name", "witness", "story", *OWN), text) | {"authors": pa.list_(text)}
    kinds |= {f: number if f in ("when", "score") else text for f in PLACE}
    kinds |= {"profile": text, "record": text}
    schema = pa.schema(list(kinds.items()), metadata={META: json.dumps(list(beside))})
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(rows, BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            "Parquet needs pyarrow, which is not installed",
            todo="install consilience[parquet], or use .jsonl",
        ) from error
    return pyarrow, pyarrow.parquet


# -- in --


@dataclass(slots=True)
class _Count:
    added: int = 0
    there: int = 0
    corrections: int = 0


def take_in(
    db: sqlite3.Connection,
    writing: Callable[[], AbstractContextManager[Writer]],
    path: Path,
    form: str,
    at: str,
) -> Imported:
    """Add what an export holds to a library, in batches of their own.

    An account whose content is there stays as it is. A story goes into the one of its id, else into the
    one that holds most of its accounts that are there (no two into one), else begins. What people
    corrected there holds here.

    :raises InputError: when the file is no export.
    """
    faults, form = list[str](), _form(path, form)
    stories = _known_stories(db, path, form)
    rest = _rest_of(path, form)  # what cannot be used is told before anything is kept
    count, names = _Count(), dict[str, str]()
    entries = _entries(path, form, faults)
    while batch := list(islice(entries, BATCH)):
        with writing():
            for entry in batch:
                names[entry.witness.id] = entry.witness.id
                added = enter(db, replace(entry, story=stories.get(entry.story, entry.story)))
                count.added, count.there = count.added + added, count.there + (not added)
                if not added:
                    names[entry.witness.id] = _there(db, entry.witness)
    with writing():
        if rest is None:
            faults.append(f"{path}: holds accounts alone; corrections and feeds, if it had any, are cut off")
        else:
            count.corrections = _settle(db, rest, stories, names, at)
            faults += (f"{path}: {fault}" for fault in _taken_up(db, rest, stories, names))
    return Imported(count.added, count.there, count.corrections, tuple(faults))


def _there(db: sqlite3.Connection, witness: Witness) -> str:
    row = db.execute(
        "SELECT id FROM account WHERE content = ? OR id = ?", (content_key(witness), witness.id)
    ).fetchone()
    return str(row[0])


def _known_stories(db: sqlite3.Connection, path: Path, form: str) -> dict[str, str]:
    """For each story of an export that has none of its id here, the one that most of its accounts are in."""
    votes: dict[str, Counter[str]] = {}
    for entry in _entries(path, form, []):
        if db.execute("SELECT 1 FROM story WHERE id = ?", (entry.story,)).fetchone():
            continue
        row = db.execute(
            "SELECT s.id FROM account a JOIN story s ON s.n = a.story WHERE a.content = ?",
            (content_key(entry.witness),),
        ).fetchone()
        if row:
            votes.setdefault(entry.story, Counter())[row[0]] += 1
    found: dict[str, str] = {}
    for story, count in sorted(votes.items(), key=lambda v: -max(v[1].values())):
        free = [s for s in count if s not in found.values()]  # what was parted there is not one here
        if free:
            found[story] = min(free, key=lambda s: (-count[s], s))
    return found


def _settle(
    db: sqlite3.Connection, rest: Row, stories: dict[str, str], names: dict[str, str], at: str
) -> int:
    """Ids that lead to stories, feeds, and the history with what it ends in."""
    for dead, to in {**stories, **rest["led"]}.items():
        target = stories.get(to, to)
        if db.execute("SELECT 1 FROM story WHERE id = ?", (target,)).fetchone():
            db.execute(
                "INSERT OR IGNORE INTO story (id, merged_into) VALUES (?, ?)", (dead, live(db, target))
            )
    for story, grew in rest["stories"].items():
        db.execute("UPDATE story SET grew = max(grew, ?) WHERE id = ?", (grew, story))
    held = {s.url for s in followed(db)}
    for source in rest["followed"]:
        if source.url not in held:
            follow(db, source)
    added = _history(db, rest["history"], names)
    if any(event.kind == "same" for event in rest["history"]):
        rematch(db, by_name(db))
    for account, story in sorted(ends(db).items()) if added else ():
        row = db.execute("SELECT story FROM account WHERE id = ?", (account,)).fetchone()
        if row and row[0] != live(db, story, make=True):
            why = "People had put it there in the library that was imported."
            move(db, account, live(db, story), Event(0, at, "program", "move", why=why))
    return added


def _taken_up(
    db: sqlite3.Connection, rest: Row, stories: dict[str, str], names: dict[str, str]
) -> Iterator[str]:
    """What the reader of the other library followed and collected, if it is not there; what cannot be."""
    held = {(i.kind, key_of(i.kind, i.value)) for i in interests(db)}
    for one in rest["interests"]:
        try:
            value = stories.get(one.value, one.value)
            value = whole(db, "story", value) if one.kind == "story" else value
            if (one.kind, key_of(one.kind, value)) not in held:
                take_interest(db, one.kind, value, muted=one.muted, at=one.at)
        except InputError as error:
            yield str(error)
    there = {(r.title, r.note, r.at) for r in reports(db)}
    for given in rest["reports"]:
        if (given.title, given.note, given.at) not in there:
            try:
                number = new_report(db, given.title, given.note, given.at).number
            except InputError as error:
                yield str(error)
                continue
            for item in given.items:
                yield from _collected(db, number, item, stories if item.kind == "story" else names)


def _collected(db: sqlite3.Connection, report: int, item: Item, ids: dict[str, str]) -> Iterator[str]:
    """An item put into a report; why it could not be.

    :param ids: for an id of the other library, the one that it has here.
    """
    try:
        add_item(db, report, item.kind, whole(db, item.kind, ids.get(item.ref, item.ref)), item.note)
    except InputError as error:
        yield str(error)


def _history(db: sqlite3.Connection, given: Sequence[Event], names: dict[str, str]) -> int:
    """Add entries that are not there, in order; those they undo are known by their new numbers."""
    numbers: dict[int, int] = {}
    held = {key: e.number for key, e in _counted(events(db, "ORDER BY n"))}
    met: Counter[Event] = Counter()
    added = 0
    for old in given:
        event = replace(old, undone=None)
        lists: dict[str, Any] = {
            f: tuple(names.get(i, i) for i in getattr(event, f)) for f in ("accounts", "joined", "rest")
        }
        event = replace(event, **lists)
        event = replace(event, undoes=numbers.get(event.undoes) if event.undoes else None)
        if event.kind == "undo" and event.undoes is None:
            continue
        key = _same(event), met[_same(event)]
        met[_same(event)] += 1
        if key not in held:
            held[key] = record(db, event).number
            added += 1
        numbers[old.number] = held[key]
    return added


def _counted(found: Iterable[Event]) -> Iterator[tuple[tuple[Event, int], Event]]:
    """Entries, each with what it is known by: merged, undone and merged again in a second, two are alike."""
    met: Counter[Event] = Counter()
    for event in found:
        yield (_same(event), met[_same(event)]), event
        met[_same(event)] += 1


def _same(event: Event) -> Event:
    return replace(event, number=0, undone=None)


# -- reading an export --


def _entries(path: Path, form: str, faults: list[str]) -> Iterator[Entry]:
    """The accounts of an export; a row that is none is a fault."""
    for number, row in _read(path, form):
        if isinstance(row, str):
            fault = row
        elif _is_beside(row):
            continue
        else:
            try:
                yield _entry(row)
                continue
            except (InputError, KeyError, TypeError, ValueError, Base64Error, RecursionError) as error:
                fault = f"holds no account of a library ({type(error).__name__}: {error})"
        if len(faults) < MOST_FAULTS:
            faults.append(f"{path} line {number}: {fault}")


def _read(path: Path, form: str) -> Iterator[tuple[int, Row | str]]:
    if form == "parquet":
        yield from _read_parquet(path)
        return
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                try:
                    row = json.loads(line)
                    yield number, row if isinstance(row, dict) else "is no object"
                except (ValueError, RecursionError) as error:
                    yield number, f"is not JSON ({error})"
    except OSError as error:
        raise InputError(f"cannot be read ({plainly(error)})", where=str(path)) from error


def _read_parquet(path: Path) -> Iterator[tuple[int, Row | str]]:
    pa, pq = _arrow()
    try:
        with pq.ParquetFile(path, thrift_string_size_limit=LONGEST_META) as file:
            number = 0
            for batch in file.iter_batches(BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"cannot be read as Parquet ({plainly(error)})", where=str(path)) from error


def _is_beside(row: Row | str) -> bool:
    return isinstance(row, dict) and row.get("kind") in (*BESIDE, "library")


def _rest_of(path: Path, form: str) -> Row | None:
    """What an export holds beside accounts; None where it holds nothing else.

    :raises InputError: when some of it is missing or cannot be read.
    """
    read = _meta(path) if form == "parquet" else (row for _, row in _read(path, form))
    found: dict[str, list[Any]] = {kind: [] for kind in (*BESIDE, "library")}
    for row in read:
        if isinstance(row, dict) and _is_beside(row):
            if row.get("format") != FORMAT:
                what = f"is of the format {row.get('format')!r}"
                raise InputError(what, where=str(path), todo=f"export it as {FORMAT}")
            found[row["kind"]].append(row.get("value"))
    if not any(found.values()):
        return None
    told = [
        dict.fromkeys(BESIDE, 0) | dict(count) for count in found.pop("library") if isinstance(count, dict)
    ]
    if told != [{kind: len(values) for kind, values in found.items()}]:
        what = "lacks some of its corrections or feeds; it may be cut short"
        raise InputError(what, where=str(path), todo="export it anew")
    return _checked(found, path)


def _meta(path: Path) -> list[Row | str]:
    """What a Parquet file holds beside its rows."""
    pa, pq = _arrow()
    try:
        with pq.ParquetFile(path, thrift_string_size_limit=LONGEST_META) as file:
            rows = json.loads((file.metadata.metadata or {}).get(META, "[]"))
    except (OSError, pa.ArrowException, ValueError, RecursionError) as error:
        raise InputError(f"cannot be read as Parquet ({plainly(error)})", where=str(path)) from error
    # What is of another form is told by its format: the first held one object.
    return list(rows) if isinstance(rows, list) else [{"kind": "library", **dict(rows)}]


def _checked(rest: dict[str, list[Any]], path: Path) -> Row:
    """What an export holds beside accounts, each part of its type.

    :raises InputError: when a part is not.
    """
    from ..ingest.following import Followed

    try:
        led, grew = dict(rest["led"]), dict(rest["story"])
        _stories((*led, *led.values(), *grew))
        _texts(tuple(grew.values()))
        history = [_event(row) for row in rest["event"]]
        states = [Followed.load(state) for state in rest["followed"]]
        held = [_interest(row) for row in rest["interest"]]
        reports = [_report(row) for row in rest["report"]]
    except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"holds corrections or feeds that cannot be read ({error})"
        raise InputError(what, where=str(path), todo="export it anew") from error
    told = {"led": led, "stories": grew, "history": history, "followed": states}
    return {**told, "interests": held, "reports": reports}


def _interest(row: Row) -> Interest:
    """What the reader of an export followed or had muted."""
    _texts((row["kind"], row["value"], row["at"]))
    return Interest(0, row["kind"], row["value"], bool(row["muted"]), row["at"])


def _report(row: Row) -> Report:
    """A report that an export holds."""
    _texts((row["title"], row["note"], row["at"]))
    items = []
    for item in row["items"]:
        _texts((item["kind"], item["ref"], item["note"]))
        items.append(Item(0, item["kind"], item["ref"], item["note"]))
    return Report(0, row["title"], row["note"], row["at"], tuple(items))


def _event(row: Row) -> Event:
    """An entry of the history that an export holds."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    event = Event(**values)
    _texts((event.at, event.kind, event.why, event.note))
    _stories(part for part in (event.story, event.other) if part is not None)
    for part in (event.accounts, event.joined, event.rest, event.names):
        _texts(part)
    if event.actor not in ("person", "program") or not isfinite(event.score):
        raise ValueError("an entry is by nobody")
    if not all(n is None or isinstance(n, int) for n in (event.number, event.undone, event.undoes)):
        raise ValueError("an entry has no number")
    return event


def _texts(values: Iterable[object]) -> None:
    if isinstance(values, str) or not all(isinstance(v, str) for v in values):
        raise ValueError("a field is no text")


def _stories(values: Iterable[object]) -> None:
    if not all(isinstance(v, str) and STORY.fullmatch(v) for v in values):
        raise ValueError("a story has no id of a story")


def _entry(row: Row) -> Entry:
    """The account of a row, its id made anew from its content."""
    values = {f: row[f] for f in (*OWN, "name", "authors") if row.get(f) is not None}
    values |= json.loads(row["record"])
    made = from_json({**values, "id": "", "name": values["name"], "text": values["text"]})
    witness = replace(made, id=witness_id(made.name, made.text, made.outlet, made.published, made.url))
    _valid(witness)
    place = {f: row[f] for f in PLACE}
    _stories((row["story"],))
    _texts((place["added_at"], place["why"], place["near"] or ""))
    if not (isfinite(place["when"]) and isfinite(place["score"])):
        raise ValueError("its time or score is no number")
    return Entry(witness, row["story"], b64decode(row["profile"], validate=True), **place)


def _valid(witness: Witness) -> None:
    """Every field is of its type and every place within the text."""
    single = (
        witness.title,
        witness.outlet,
        witness.published,
        witness.retrieved,
        witness.url,
        witness.language,
    )
    many = (*witness.authors, *witness.links)
    _texts((witness.name, witness.text, witness.raw_digest, *many, *(v for v in single if v is not None)))
    size = len(witness.text)
    places = [(r.start, r.end) for r in witness.regions] + [(a.start, a.end) for a in witness.anchors]
    if not all(isinstance(a, int) and isinstance(b, int) and 0 <= a <= b <= size for a, b in places):
        raise ValueError("a place is outside the text")
