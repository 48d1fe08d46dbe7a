"""The commands on a library: what they print, their JSON, and what they refuse in a line."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from test_cli import FLOOD, OTHER, TRIAL

from consilience.app import corrections, library, taking
from consilience.app.cli import main

COMMANDS = (*taking.COMMANDS, *library.COMMANDS, *corrections.COMMANDS)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library that does not exist yet, beside three accounts."""
    for name, text in (("one", FLOOD), ("two", OTHER), ("three", TRIAL)):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    path = tmp_path / "news.db"
    monkeypatch.setenv("CONSILIENCE_LIBRARY", str(path))
    return path


@pytest.fixture
def filled(place: Path) -> Path:
    run("add", place.parent, "-q")
    return place


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def told(*arguments: str | Path) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def story_of(name: str) -> str:
    """The id of the story that holds an account."""
    for one in told("stories")["stories"]:
        if any(m["name"] == name for m in told("story", one["id"])["members"]):
            return str(one["id"])
    raise AssertionError(name)


def test_adding_tells_the_stories_that_grew(place: Path) -> None:
    result = run("add", place.parent / "one.txt", place.parent / "two.txt")
    assert result.exit_code == 0
    assert "Added 2 accounts to 1 story, 1 of them new" in result.output
    assert "2 accounts" in result.output
    again = run("add", place.parent)
    assert "Added 1 account to 1 story, 1 of them new; 2 were known already" in again.output


def test_json_of_add_names_every_account_and_problem(place: Path) -> None:
    (place.parent / "short.txt").write_text("Too short.", "utf-8")
    done = told("add", place.parent)
    assert (done["added"], done["known"], done["stories"], done["annotated"]) == (3, 0, 2, 3)
    assert [p["where"].rpartition("/")[2] for p in done["problems"]] == ["short.txt"]
    assert all(a["story"].startswith("s1:") and a["why"] for a in done["accounts"])


def test_nothing_usable_is_one_line_and_exit_2(place: Path) -> None:
    (place.parent / "short.txt").write_text("Too short.", "utf-8")
    result = run("add", place.parent / "short.txt", place.parent / "gone.txt")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("consilience: ")
    assert "(and 1 more problem)" in result.stderr


@pytest.mark.parametrize(
    "command", sorted(c.name or "" for c in COMMANDS if c.name not in ("add", "doctor", "restore", "import"))
)
def test_without_a_library_each_command_says_so(place: Path, command: str) -> None:
    given = {"story": ["ab12"], "dossier": ["ab12"], "search": ["x"], "who": ["x"], "merge": ["a", "b"],
             "split": ["a", "b"], "move": ["a"], "same": ["a", "b"], "not-same": ["a", "b"],
             "harmless": ["a", "b", "c"],
             "backup": ["x.db"], "export": ["x.jsonl"]}  # fmt: skip
    result = run(command, *given.get(command, []))
    assert result.exit_code == 2
    assert "there is no library yet" in result.stderr
    assert not place.exists()


def test_later_is_read_by_the_next_add(place: Path) -> None:
    assert told("add", place.parent, "--later")["annotated"] == 0
    assert told("add")["annotated"] == 3


def test_stories_are_listed_and_shown(filled: Path) -> None:
    listed = told("stories", "--order", "largest")
    assert [s["accounts"] for s in listed["stories"]] == [2, 1]
    assert listed["total"] == 2
    short = listed["stories"][0]["id"][3:10]
    shown = run("story", short)
    assert "Dam above Melden holds" in shown.output
    assert "It shares “" in shown.output
    assert "1 of 2 stories; --offset 1 shows more" in run("stories", "--limit", "1").output


def test_a_story_that_is_not_there_is_one_line(filled: Path) -> None:
    for command in ("story", "dossier"):
        result = run(command, "ffffff0")
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1


def test_the_dossier_of_a_story_has_the_outputs_of_compare(filled: Path) -> None:
    out, page, tree = (filled.parent / n for n in ("d.json", "d.html", "d.dot"))
    result = run("dossier", story_of("one"), "--json", out, "--html", page, "--stemma", tree)
    assert result.exit_code == 0, result.output
    assert "Two accounts share" in result.output
    compared = filled.parent / "c.json"
    run("compare", filled.parent / "one.txt", filled.parent / "two.txt", "--json", compared, "-q")
    assert json.loads(out.read_text("utf-8")) == json.loads(compared.read_text("utf-8"))
    assert page.read_text("utf-8").casefold().startswith("<!doctype html>")
    assert "digraph" in tree.read_text("utf-8")
    assert run("dossier", story_of("one"), "--explain", "x").exit_code == 2


def test_search_finds_accounts_statements_and_points(filled: Path) -> None:
    run("dossier", story_of("one"), "-q")
    found = told("search", "houses")
    assert {h["kind"] for h in found["hits"]} == {"account", "statement", "point"}
    for hit in found["hits"]:
        for start, end in hit["spans"]:
            assert hit["snippet"][start - hit["start"] : end - hit["start"]].casefold() in ("house", "houses")
    assert {h["kind"] for h in told("search", "lucky", "--in", "statement")["hits"]} == {"statement"}
    assert "lucky" in run("search", "lucky").output
    assert "Found nothing" in run("search", "zyzzyva").output


def test_who_said_what_over_all_stories(filled: Path) -> None:
    lines = told("who", "Ilse Brandt")["lines"]
    assert any("lucky" in line["wording"] for line in lines)
    assert "We were lucky" in run("who", "Brandt", "--about", "lucky").output
    assert "Nothing is known to have been said" in run("who", "Nobody Atall").output


def test_a_discrepancy_is_held_for_harmless(filled: Path) -> None:
    flood = story_of("one")
    made = told("harmless", flood[3:10], "d1:" + "0" * 16, "They", "round", "it.")
    assert (made["kind"], made["story"], made["why"]) == ("harmless", flood, "They round it.")
    shown = run("history", "--story", flood).output
    assert "harmless" in shown
    assert "They round it." in shown
    assert told("undo")["undoes"] == made["number"]
    refused = run("harmless", flood, "d2:12", "x")
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1


def test_corrections_are_made_kept_and_undone(filled: Path) -> None:
    flood, trial = story_of("one"), story_of("three")
    assert told("merge", flood[3:10], trial)["kind"] == "merge"
    assert len(told("story", flood)["members"]) == 3
    assert told("story", trial)["id"] == flood
    assert told("undo")["kind"] == "undo"
    assert len(told("story", flood)["members"]) == 2
    told("split", flood, "two")
    assert len(told("stories")["stories"]) == 3
    told("move", "two", flood)
    told("same", "Ilse Brandt", "Mayor Brandt")
    told("not-same", "Siv Moe", trial)
    kinds = [e["kind"] for e in told("history")["history"]]
    assert kinds == ["not same", "same", "move", "split", "undo", "merge"]
    assert "undo of 1" in run("history").output
    assert {e["kind"] for e in told("history", "--story", flood)["history"]} >= {"merge", "move", "split"}


def test_a_library_is_checked_backed_up_and_restored(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "every id, span and count holds" in run("check").output
    copy = filled.parent / "copy.db"
    assert told("backup", copy)["bytes"] == copy.stat().st_size
    before = told("stories")
    refused = run("restore", copy)
    assert refused.exit_code == 2
    assert "overwrite" in refused.stderr
    assert told("restore", copy, "--overwrite")["accounts"] == 3
    assert told("stories") == before
    monkeypatch.setenv("CONSILIENCE_LIBRARY", str(filled.parent / "deep" / "new.db"))
    assert told("restore", copy)["stories"] == 2


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_what_is_exported_can_be_imported(filled: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    file = filled.parent / f"all.{ending}"
    assert told("export", file)["accounts"] == 3
    before = told("stories", "--order", "largest")
    monkeypatch.setenv("CONSILIENCE_LIBRARY", str(filled.parent / "second.db"))
    assert told("import", file)["added"] == 3
    assert [s["id"] for s in told("stories", "--order", "largest")["stories"]] == [
        s["id"] for s in before["stories"]
    ]
    assert told("import", file)["there"] == 3
    assert run("export", "all.csv").exit_code == 2


def test_a_damaged_library_is_told_not_crashed_on(place: Path) -> None:
    place.write_bytes(b"this is no database at all, whatever its name says" * 40)
    for command in ("stories", "check"):
        result = run(command)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
    assert "✗" in run("doctor").output


def test_the_doctor_says_what_is_there(filled: Path) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "3 accounts, 2 stories" in result.output.replace("\n", " ")
    findings = told("doctor")["findings"]
    assert {f["state"] for f in findings} <= {"ok", "missing"}
    assert any(f["what"] == "SQLite" and "FTS5" in f["found"] for f in findings)


def test_the_doctor_says_what_is_missing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consilience.app.doctor.find_spec", lambda _: None)
    output = run("doctor").output
    assert "pip install 'consilience[parquet]'" in output
    assert "not there yet" in output


def test_a_word_can_be_left_out_of_a_search(filled: Path) -> None:
    assert {h["story"] for h in told("search", "town OR court", "-court")["hits"]} == {story_of("one")}
    refused = run("search", "court", "--jsn")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


def test_a_library_damaged_in_the_middle_is_told(filled: Path) -> None:
    data = bytearray(filled.read_bytes())
    data[4096 * 2 : 4096 * 30] = bytes(4096 * 28)
    filled.write_bytes(data)
    for command in (["stories"], ["search", "town"], ["check"]):
        result = run(*command)
        assert result.exit_code in (1, 2), command
        assert not isinstance(result.exception, KeyError | ValueError)


def test_brackets_and_colons_are_printed_as_they_are(place: Path) -> None:
    folder = place.parent / "odd [b] :ok:"
    folder.mkdir()
    row = {"text": FLOOD, "title": "[/red] Dam holds :ok:", "outlet": "[/Post]", "published": "2031-05-06"}
    (folder / "a [x].jsonl").write_text(json.dumps(row), "utf-8")
    added = run("add", folder, "--later")
    assert added.exit_code == 0 and "[/red] Dam holds :ok:" in " ".join(added.output.split())
    ident = told("stories")["stories"][0]["id"]
    assert "[/Post]" in run("story", ident).output
    assert "[/x]" in run("who", "[/x]").output
    run("watch", folder, "--once", "--later")
    assert "[b]" in run("watch", "--list").output


@pytest.mark.parametrize(
    "call",
    [
        ("stories", "--limit", "9" * 30),
        ("history", "--limit", "9" * 30),
        ("search", "dam", "--offset", "9" * 30),
        ("undo", "9" * 30),
        ("stories", "--since", "tomorrow"),
        ("watch", "http://[", "--once"),
        ("watch", "--forget", "http://[::1/feed"),
        ("add", "one.txt", "--manifest", "none.json"),
        ("import", "none.jsonl"),
        ("who", " ".join(map(str, range(3000)))),
    ],
)
def test_odd_calls_are_refused(filled: Path, call: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(filled.parent)
    before = told("stories"), told("watch", "--list")
    result = run(*call)
    assert result.exit_code == 2 and not isinstance(result.exception, (ValueError, OverflowError))
    assert (told("stories"), told("watch", "--list")) == before


def test_a_place_that_cannot_be_looked_into_is_told(place: Path) -> None:
    for call in (("stories",), ("restore", place.parent / "one.txt", "--overwrite"), ("add", place.parent)):
        result = run(*call, "--library", place.parent / "one.txt" / "news.db")
        assert result.exit_code == 2, result.output
        assert result.output.splitlines()[-1].startswith("consilience: ")
    assert not place.exists()


def test_an_import_of_nothing_begins_no_library(place: Path) -> None:
    assert run("import", place.parent / "none.jsonl").exit_code == 2
    assert not place.exists()


def test_what_cannot_be_added_is_told_once(place: Path) -> None:
    result = run("add", "none.txt")
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1, result.output


def test_what_was_left_for_later_is_told(filled: Path) -> None:
    (filled.parent / "late.txt").write_text(TRIAL.replace("eleven", "twelve"), "utf-8")
    run("add", filled.parent / "late.txt", "--later")
    assert "Read who said what in 1 account" in run("add").output


def test_a_link_to_itself_can_be_named(place: Path) -> None:
    loop = place.parent / "loop"
    loop.symlink_to(loop)
    result = run("watch", loop, "--once")
    assert result.exit_code == 0 and "cannot be read" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (sqlite3.OperationalError("disk I/O error"), "cannot be used now"),
        (OSError(28, "No space left on device"), "no space left on device"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_what_goes_wrong_below_is_one_line(
    filled: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("consilience.store.Library.stories", fail)
    result = run("stories")
    assert result.exit_code in (2, 130)
    assert len(result.output.splitlines()) == 1 and words in result.output


@pytest.mark.parametrize("start", [0, 100, 8192, 20_480])
def test_a_damaged_library_is_told_by_every_command(filled: Path, start: int) -> None:
    data = bytearray(filled.read_bytes())
    data[start : start + 60_000] = bytes([0xA5]) * len(data[start : start + 60_000])
    filled.write_bytes(data)
    for suffix in ("-wal", "-shm"):
        filled.with_name(filled.name + suffix).unlink(missing_ok=True)
    copy = filled.parent / "copy.db"
    calls = ("stories",), ("check",), ("doctor",), ("search", "dam"), ("who", "Brandt"), ("backup", copy)
    for call in calls:
        result = run(*call)
        assert result.exception is None or isinstance(result.exception, SystemExit), call
    assert run("check").exit_code in (1, 2) and run("doctor").exit_code in (0, 1)


def test_a_folder_that_may_not_be_read_is_a_problem_among_others(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shut := place.parent / "shut").mkdir()
    look = Path.iterdir

    def iterdir(self: Path) -> Any:
        if self == shut:
            raise PermissionError(13, "Permission denied")
        return look(self)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    done = told("add", shut, place.parent / "one.txt", "--later")
    assert done["added"] == 1
    assert [p["what"] for p in done["problems"]] == [
        "cannot be read (permission denied)",
        "holds no file that can be read",
    ]


def test_stories_since_a_day_or_a_time(filled: Path) -> None:
    assert len(told("stories", "--since", "2020-01-01")["stories"]) == told("stories")["total"] > 1
    late = run("stories", "--since", "2200-01-01T00:00+02:00")
    assert late.output.split() == ["No", "stories."]
    assert "--offset 1 shows more" in run("stories", "--since", "2020-01-01", "--limit", "1").output
    assert "1 of 2 stories" in run("stories", "--limit", "1").output
