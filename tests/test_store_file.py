"""The library's file: forms of it, what is refused, checks, copies and exports."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from store_sample import annotated, entry, full, story, witness

from consilience.errors import InputError
from consilience.group.stream import Change, story_key
from consilience.ingest import read
from consilience.ingest.following import Followed
from consilience.settings import Ingest
from consilience.store import Library, schema
from consilience.store.corrections import ends, fresh
from consilience.store.protocol import Kept
from consilience.store.rows import enter

AT = "2031-06-01T12:00Z"


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A library of five accounts in two stories, with statements, corrections and a feed."""
    path = tmp_path / "news.library"
    with Library.open(path, create=True) as library:
        with library.writing() as writer:
            for number in range(4):
                account = witness(number)
                writer.add(entry(account, story(number % 3), 22_400.0 + number))
                writer.annotated(account.id, "v1", annotated(account))
            writer.add(entry(full(9), story(1), 22_409.0))
            writer.apply(Change("merge", story(0), story(2), (), 0.8, "They tell of one flood."), AT)
        library.merge(story(0), story(1), at=AT)
        library.same("Ann Poe", "A. Poe", at=AT)
        library.undo(at=AT)
        library.split(story(0), ["report-1"], at=AT)
        library.follow(Followed("https://dravik.example/rss", "feed", tried=("a", "b")))
    return path


def told(library: Library) -> tuple[object, ...]:
    """All of a library that an export holds."""
    accounts = [replace(a, annotated=None) for a in library.accounts()]
    return (
        accounts, list(library.profiles()), library.stories(order="largest"), library.history(), library.ties(),
        library.followed(),
    )  # fmt: skip


# -- forms --

FIRST_FORM = 1


def test_a_library_of_the_first_form_is_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.library"
    with monkeypatch.context() as patched:
        patched.setattr(schema, "STEPS", schema.STEPS[:FIRST_FORM])
        with Library.open(path, create=True) as library:
            enter(library._db, entry(full(), story(0)))
    steps = (*schema.STEPS, "CREATE TABLE later (n INTEGER); INSERT INTO later VALUES (7);")
    with monkeypatch.context() as patched:
        patched.setattr(schema, "STEPS", steps)
        patched.setattr("consilience.store.checks.STEPS", steps)
        with Library.open(path) as library:
            assert library._db.execute("PRAGMA user_version").fetchone() == (len(steps),)
            assert library._db.execute("SELECT n FROM later").fetchall() == [(7,)]
            assert [a.witness for a in library.accounts()] == [full()]
            assert library.check() == ()
    with pytest.raises(InputError, match=f"is of form {len(steps)}.*newer version"):
        Library.open(path)


def test_a_step_that_fails_leaves_the_form_before_it(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (*schema.STEPS, "CREATE TABLE later (n INTEGER); CREATE TABLE later (n INTEGER);")
    monkeypatch.setattr(schema, "STEPS", broken)
    with pytest.raises(InputError, match="already exists"):
        Library.open(filled)
    monkeypatch.undo()
    with Library.open(filled) as library:
        assert library.check() == ()
        assert library._db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone() == (
            0,
        )


def test_what_is_no_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE bees (n)")
    db.close()
    page = tmp_path / "page.html"
    page.write_text("<p>The dam held.</p>" * 50)
    before = other.read_bytes(), page.read_bytes()
    for path in (other, page, tmp_path):
        with pytest.raises(InputError, match=path.name):
            Library.open(path, create=True)
    assert (other.read_bytes(), page.read_bytes()) == before
    with pytest.raises(InputError, match="there is no library"):
        Library.open(tmp_path / "none.library")
    assert not (tmp_path / "none.library").exists()
    (tmp_path / "empty").touch()
    with pytest.raises(InputError, match="empty file"):
        Library.open(tmp_path / "empty")


def test_a_name_that_sqlite_takes_for_memory_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Library.open(":memory:", create=True).close()
    assert (tmp_path / ":memory:").is_file()
    with pytest.raises(InputError, match="is a folder"):
        Library.open(tmp_path, create=True)


def test_writes_are_synced_before_they_are_acknowledged(filled: Path) -> None:
    with Library.open(filled) as library:
        asked = [
            library._db.execute(f"PRAGMA {p}").fetchone()[0]
            for p in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert asked == ["wal", 2, 1]


def test_one_block_at_a_time(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "BUSY", 0.05)
    with Library.open(filled) as one, Library.open(filled) as other, one.writing():
        with pytest.raises(InputError, match="cannot be written now"), other.writing():
            pass
        with pytest.raises(InputError, match="already"), one.writing():
            pass


@pytest.mark.skipif(os.name == "nt", reason="a file that is open cannot be taken away there")
@pytest.mark.parametrize("taken", ["deleted", "replaced"])
def test_nothing_is_written_into_a_file_that_is_gone(filled: Path, taken: str) -> None:
    """A server went on saying that all was kept, in a file that no name led to any more."""
    other = Path(shutil.copy(filled, filled.with_suffix(".other")))
    with Library.open(filled) as library:
        assert not library.replaced
        filled.unlink() if taken == "deleted" else other.replace(filled)
        assert library.replaced
        with pytest.raises(InputError, match="moved, deleted or replaced"):
            library.new_report("Lost", at="2031-10-18T09:00:00+00:00")
        assert library.counts()["accounts"] > 0  # what it holds can be read still


def test_another_programs_writing_shows_in_the_version(filled: Path) -> None:
    with Library.open(filled) as one, Library.open(filled) as other:
        before = one.version
        with other.writing() as writer:
            writer.add(entry(witness(20), story(5)))
        assert one.version != before


def test_a_new_story_has_the_id_the_grouper_gives(tmp_path: Path) -> None:
    with Library.open(tmp_path / "a.library", create=True) as library:
        assert fresh(library._db, "w1:0123456789abcdef") == story_key("w1:0123456789abcdef")


# -- check --

SPOILT = {
    "UPDATE account SET title = 'Another' WHERE n = 1": "other fields",
    "UPDATE account SET facets = 'xd20310101' WHERE n = 1": "other fields",
    "UPDATE record SET body = (SELECT body FROM record WHERE n = 2) WHERE n = 1": "does not hold what its id",
    "UPDATE record SET body = x'00' WHERE n = 1": "damaged",
    "DELETE FROM record WHERE n = 1": "no record",
    "DELETE FROM profile WHERE n = 1": "no profile",
    "UPDATE story SET accounts = 9 WHERE accounts > 0": "listed with 9 accounts",
    "UPDATE story SET label = 'x' WHERE accounts > 0": "another label",
    "UPDATE story SET merged_into = NULL": "leads nowhere",
    "UPDATE account SET story = 99 WHERE n = 1": "no row of story",
    "UPDATE account SET story = (SELECT story FROM account WHERE n = 1) WHERE n = 2": "history ends with",
    "UPDATE statement SET spans = '[[5, 90000]]' WHERE account = 1": "outside account",
    "UPDATE statement SET spans = '[[5, 9]]' WHERE account = 1": "other words",
    "DELETE FROM statement WHERE account = 1": "index statement_words",
    "INSERT INTO account_words(rowid, text) VALUES (77, 'dam')": "index account_words",
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_check_finds_what_is_wrong(filled: Path, spoil: str) -> None:
    with Library.open(filled) as library:
        assert library.check() == ()
        library._db.execute("PRAGMA foreign_keys = OFF")
        library._db.execute(spoil)
        assert any(SPOILT[spoil] in fault for fault in library.check()), library.check()


def test_check_of_a_file_with_a_hole(filled: Path) -> None:
    data = bytearray(filled.read_bytes())
    for at in range(4096 * 6, len(data), 4096):
        data[at : at + 4096] = b"\x07" * 4096
    filled.write_bytes(data)
    try:
        with Library.open(filled) as library:
            assert library.check()
    except InputError:
        pass  # so badly damaged that it cannot be opened


def test_the_history_cannot_be_rewritten(filled: Path) -> None:
    with Library.open(filled) as library:
        for change in ("UPDATE history SET why = 'x'", "DELETE FROM history"):
            with pytest.raises(sqlite3.IntegrityError, match="history is kept"):
                library._db.execute(change)


def test_each_undo_asks_the_file_nothing_more(filled: Path) -> None:
    asked: list[str] = []
    counts = []
    with Library.open(filled) as library:
        a, b = (s.id for s in library.stories()[:2])
        for _ in range(3):
            library._db.set_trace_callback(asked.append)
            ends(library._db), library.ties()
            library._db.set_trace_callback(None)
            counts.append(len(asked))
            asked.clear()
            library.merge(a, b, at=AT)
            library.undo(at=AT)
    assert len(set(counts)) == 1


# -- copies --


def test_a_backup_goes_back(filled: Path, tmp_path: Path) -> None:
    copy, back = tmp_path / "copy.library", tmp_path / "deep" / "back.library"
    with Library.open(filled) as library:
        library.backup(copy)
        with pytest.raises(InputError, match="there already"):
            library.backup(copy)
        before = told(library)
    assert Library.restore(back, copy) == (5, 2)
    with pytest.raises(InputError, match="--overwrite"):
        Library.restore(back, copy)
    with Library.open(back) as library:
        assert (told(library), library.check()) == (before, ())
        with library.writing() as writer:
            writer.add(entry(witness(40), story(8)))
    Library.restore(back, copy, overwrite=True)
    with Library.open(back) as library:
        assert (told(library), library.check()) == (before, ())


def test_what_is_no_copy_is_not_restored(filled: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("no library" * 100)
    with Library.open(filled) as library:
        before = told(library)
        for wrong in (page, tmp_path / "none", tmp_path):
            with pytest.raises(InputError):
                Library.restore(filled, wrong, overwrite=True)
        assert told(library) == before


BEGINNER = """
import sys
sys.path.insert(0, {tests!r})
from consilience.store import Library
from store_sample import entry, story, witness
with Library.open({path!r}, create=True) as library:
    for number in range(20):
        with library.writing() as writer:
            writer.add(entry(witness({first} + number), story(number % 3)))
"""


def test_several_programs_begin_a_library_at_once(tmp_path: Path) -> None:
    path, tests = str(tmp_path / "news.library"), str(Path(__file__).parent)
    codes = [BEGINNER.format(tests=tests, path=path, first=first) for first in (0, 10, 100)]
    running = [subprocess.Popen([sys.executable, "-c", code]) for code in codes]
    assert [one.wait(timeout=60) for one in running] == [0, 0, 0]
    with Library.open(path) as library:
        assert library.counts()["accounts"] == 50, "ten are the same"
        assert library.check() == ()


WRITER = """
import sys
sys.path.insert(0, {tests!r})
from consilience.store import Library
from store_sample import entry, story, witness
with Library.open({path!r}) as library:
    for number in range(100, 5000):
        with library.writing() as writer:
            writer.add(entry(witness(number), story(number % 7)))
        print(number, flush=True)
"""


def test_a_backup_while_another_program_writes(filled: Path, tmp_path: Path) -> None:
    code = WRITER.format(tests=str(Path(__file__).parent), path=str(filled))
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        writer.stdout.readline()
        with Library.open(filled) as library:
            for number in range(3):
                library.backup(tmp_path / f"copy-{number}.library")
                assert writer.poll() is None, "it goes on writing"
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    for number in range(3):
        with Library.open(tmp_path / f"copy-{number}.library") as copy:
            assert copy.check() == ()
            assert copy.counts()["accounts"] > 5


def test_one_reads_while_another_writes(filled: Path) -> None:
    faults: list[object] = []

    def read_all() -> None:
        with Library.open(filled) as library:
            for _ in range(20):
                held = list(library.accounts())
                if sum(s.accounts for s in library.stories()) < len(held):
                    faults.append(len(held))

    reader = threading.Thread(target=read_all)
    reader.start()
    with Library.open(filled) as library:
        for number in range(200, 230):
            with library.writing() as writer:
                writer.add(entry(witness(number), story(number % 5)))
    reader.join()
    assert faults == []


# -- export and import --

FORMS = ["all.jsonl", "all.parquet"]


@pytest.mark.parametrize("name", FORMS)
def test_an_export_makes_the_same_library(filled: Path, tmp_path: Path, name: str) -> None:
    with Library.open(filled) as library, Library.open(tmp_path / "new.library", create=True) as other:
        assert library.export(tmp_path / name) == 5
        done = other.import_(tmp_path / name, at=AT)
        assert (done.added, done.there, done.corrections, done.faults) == (5, 0, 5, ())
        assert told(other) == told(library)
        assert other.check() == ()
        again = other.import_(tmp_path / name, at=AT)
        assert (again.added, again.there, again.corrections) == (0, 5, 0)
        assert told(other) == told(library)
        assert other.export(tmp_path / f"again-{name}") == 5
    assert not list(tmp_path.glob(".consilience-*"))
    if name.endswith("jsonl"):
        assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_what_was_said_undone_and_said_again_comes_through(filled: Path, tmp_path: Path) -> None:
    with Library.open(filled) as library, Library.open(tmp_path / "new.library", create=True) as new:
        a, b = (s.id for s in library.stories()[:2])
        for _ in range(2):
            library.merge(a, b, at=AT)
            library.undo(at=AT)
        library.merge(a, b, at=AT)
        library.export(tmp_path / "all.jsonl")
        for added in (len(library.history()), 0):
            assert new.import_(tmp_path / "all.jsonl", at=AT).corrections == added
            assert (new.history(), new.ties()) == (library.history(), library.ties())


def test_an_export_does_not_take_the_librarys_place(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    with Library.open(path, create=True) as library, pytest.raises(InputError, match="itself"):
        library.export(path)
    with Library.open(path) as library:
        assert library.check() == ()


@pytest.mark.parametrize("name", FORMS)
def test_an_import_joins_what_is_there(filled: Path, tmp_path: Path, name: str) -> None:
    with Library.open(filled) as library:
        library.export(tmp_path / name)
        parted = library.account("report-1").story
    with Library.open(tmp_path / "other.library", create=True) as other:
        with other.writing() as writer:
            for number in (0, 1, 50):
                writer.add(entry(witness(number), story(60)))  # one story here, corrected to two there
        other.import_(tmp_path / name, at=AT)
        assert other.check() == ()
        assert other.counts()["accounts"] == 6
        home = other.account("report-0").story
        assert home == story(60) == other.story(story(0)).id, "the id that it had there leads on"
        assert other.account("report-2").story == home
        assert other.account("report-1").story == parted, "parted by a person there, so here"
        assert other.account("report-50").story == story(60)
        assert other.history()[0].kind == "move"
        held = told(other)
        other.import_(tmp_path / name, at=AT)
        assert told(other) == held


def test_lines_of_an_export_are_articles(filled: Path, tmp_path: Path) -> None:
    with Library.open(filled) as library:
        library.export(tmp_path / "all.jsonl")
        held = {a.witness.name: a.witness for a in library.accounts()}
    witnesses, problems = read([tmp_path / "all.jsonl"], settings=Ingest())
    plain = [w for w in witnesses if w.name.startswith("report-") and w.name != "report-9"]
    assert len(plain) == 4
    assert not problems, "lines beside the accounts are no articles, and no faults"
    for got in plain:
        kept = held[got.name]
        assert (got.text, got.title, got.outlet, str(got.published)[:16], got.url) == (
            kept.text, kept.title, kept.outlet, str(kept.published)[:16], kept.url,
        )  # fmt: skip


def test_rows_that_are_no_accounts_are_told(filled: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    with Library.open(filled) as library:
        library.export(path)
        before = told(library)
        good = json.loads(path.read_text("utf-8").split("\n")[0])
        wrong = [
            "no json", "[1]", "{}", json.dumps(good | {"text": 7}), json.dumps(good | {"record": "{"}),
            json.dumps(good | {"profile": "?"}), json.dumps(good | {"when": "today"}), "[" * 100_000,
            json.dumps(good | {"record": json.dumps({"regions": [[0, 10**9, "body", ""]]})}),
            json.dumps(good | {"record": json.dumps({"regions": [3]})}), json.dumps(good | {"why": ["x"]}),
            json.dumps(good | {"near": {"x": 1}}), json.dumps(good | {"score": "high"}),
            json.dumps(good | {"score": float("nan")}), json.dumps(good | {"added_at": 5}),
            json.dumps(good | {"story": "s1:flood"}), json.dumps(good | {"story": None}),
        ]  # fmt: skip
        path.write_text("\n".join([*wrong, json.dumps(good)]) + "\n", "utf-8")
        done = library.import_(path)
        assert len(done.faults) == len(wrong) + 1
        assert "cut off" in done.faults[-1], "the lines that are no accounts are not there"
        assert done.faults[0].startswith(f"{path} line 1: is not JSON")
        assert (done.added, done.there) == (0, 1)
        assert told(library) == before


@pytest.mark.parametrize(
    "wrong",
    [
        ("event", {"x": 1}), ("event", "abc"), ("led", 1), ("led", ["s1:a", "s1:b"]), ("story", ["s1:a", 5]),
        ("event", {"number": 1, "at": AT, "actor": "nobody", "kind": "merge"}),
        ("event", {"number": 1, "at": AT, "actor": "person", "kind": "merge", "accounts": "w1:a"}),
        ("event", {"number": 1, "at": AT, "actor": "person", "kind": "merge", "story": "flood"}),
        ("event", {"number": 1, "at": AT, "actor": "person", "kind": "same", "names": [1, 2]}),
        ("followed", '{"url": 5}'), ("followed", '{"url": "a", "due": "soon"}'), ("followed", 5),
        ("followed", '{"url": "a", "due": NaN}'), ("followed", '{"url": "a", "due": 1e300}'),
        ("followed", "{"), ("library", {}), ("library", None), ("library", "cut"),
    ],
)  # fmt: skip
def test_corrections_that_cannot_be_read_keep_all_of_an_export_out(
    filled: Path, tmp_path: Path, wrong: tuple[str, object]
) -> None:
    path = tmp_path / "all.jsonl"
    with Library.open(filled) as library:
        library.export(path)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    at = next(n for n, line in enumerate(lines) if line["kind"] == wrong[0])
    if wrong[1] == "cut":
        del lines[at:]
    else:
        lines[at]["value"] = wrong[1]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    with Library.open(tmp_path / "new.library", create=True) as new:
        with pytest.raises(InputError, match=r"cannot be read|cut short"):
            new.import_(path, at=AT)
        assert new.counts()["accounts"] == 0


def test_no_line_of_an_export_grows_with_the_history(filled: Path, tmp_path: Path) -> None:
    longest = []
    with Library.open(filled) as library:
        a, b = (s.id for s in library.stories()[:2])
        for _ in range(2):
            library.export(tmp_path / "all.jsonl")
            longest.append(max(map(len, (tmp_path / "all.jsonl").read_text("utf-8").splitlines())))
            for number in range(30):
                library.merge(a, b, at=AT)
                library.undo(at=AT)
                library.follow(Followed(f"https://dravik.example/{number}", "feed"))
    assert longest[0] == longest[1]


@pytest.mark.parametrize("name", FORMS)
def test_an_export_of_another_form_is_told(
    filled: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(filled) as library:
        with monkeypatch.context() as patched:
            patched.setattr("consilience.store.exchange.FORMAT", "consilience/library/1")
            library.export(tmp_path / name)
        with pytest.raises(InputError, match="consilience/library/2"):
            library.import_(tmp_path / name, at=AT)


def test_a_forged_id_is_made_anew(filled: Path, tmp_path: Path) -> None:
    path = tmp_path / "forged.jsonl"
    with Library.open(filled) as library:
        library.export(path)
        row = json.loads(path.read_text("utf-8").split("\n")[0])
        path.write_text(json.dumps(row | {"text": "The dam broke. " * 9}) + "\n", "utf-8")
        assert library.import_(path).added == 1
        assert library.check() == ()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda library, folder: library.export(folder / "all.csv"),
        lambda library, folder: library.export(folder / "none" / "all.jsonl"),
        lambda library, folder: library.backup(folder / "none" / "copy"),
        lambda library, folder: Library.restore(folder / "news.library" / "copy", library.path),
        lambda library, folder: library.import_(folder / "none.jsonl"),
        lambda library, folder: library.import_(folder / "none.parquet"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    filled: Path, tmp_path: Path, wrong: Callable[[Library, Path], object]
) -> None:
    with Library.open(filled) as library, pytest.raises(InputError) as told:
        wrong(library, tmp_path)
    assert "\n" not in str(told.value)
    assert "Errno" not in str(told.value)
    assert Path(told.value.where) in given_names(tmp_path), "the error names the file that was asked for"


def given_names(folder: Path) -> list[Path]:
    """The files that are asked for where they cannot be used."""
    names = ("all.csv", "none/all.jsonl", "none.jsonl", "none.parquet", "none/copy", "news.library/copy")
    return [folder / name for name in names]


def test_a_file_of_the_name_of_a_part_stays(filled: Path, tmp_path: Path) -> None:
    mine = [tmp_path / "all.jsonl.part", tmp_path / "copy.part"]
    for file in mine:
        file.write_text("mine", "utf-8")
    with Library.open(filled) as library:
        library.export(tmp_path / "all.jsonl")
        library.backup(tmp_path / "copy")
    assert [file.read_text("utf-8") for file in mine] == ["mine", "mine"]
    assert (tmp_path / "all.jsonl").stat().st_mode == mine[0].stat().st_mode


def test_parquet_needs_an_extra(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with Library.open(filled) as library, pytest.raises(InputError, match=r"consilience\[parquet\]"):
        library.export(tmp_path / "all.parquet")


def test_kept_is_what_an_engine_needs(filled: Path) -> None:
    with Library.open(filled) as library:
        assert all(isinstance(a, Kept) and a.why == "It is invented." for a in library.accounts())
