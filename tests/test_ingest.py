"""Sources to witnesses: what is read, in which order, and what becomes of what cannot be read."""

from __future__ import annotations

import json
import os
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.errors import InputError
from consilience.ingest import read, stream
from consilience.ingest.decode import decode
from consilience.ingest.manifest import clean
from consilience.model import Problem, witness_id
from consilience.settings import Ingest

STORY = (
    "The bridge at Seahaven was closed on Monday after engineers found a crack in its main span.\n\n"
    "“We will not reopen it until we are certain,” the harbour master said of the old bridge.\n"
)
OTHER = (
    "Ferries between Seahaven and the island stopped on Tuesday, when a storm tore a crane from the quay. "
    * 2
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two accounts."""
    (tmp_path / "post.txt").write_text(STORY, "utf-8")
    (tmp_path / "echo.md").write_text(OTHER, "utf-8")
    return tmp_path


def whats(sources: list[object], **kwargs: object) -> list[str]:
    """What the problems of a call say."""
    return [problem.what for problem in read(sources, **kwargs)[1]]  # type: ignore[arg-type]


def test_text_is_the_decoded_file_line_ends_and_all(tmp_path: Path) -> None:
    text = STORY.replace("\n", "\r\n") + "\x0c  \t\r\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    (account,), problems = read([tmp_path / "a.txt"])
    assert account.text == text
    assert problems == ()
    assert account.id == witness_id("a", text, None, None, None)


@pytest.mark.parametrize("given_as", ["folder", "glob", "files", "strings"])
def test_folders_globs_and_files_give_the_same(folder: Path, given_as: str) -> None:
    sources = {
        "folder": [folder],
        "glob": [str(folder / "*")],
        "files": [folder / "post.txt", folder / "echo.md"],
        "strings": [str(folder / "echo.md"), str(folder / "post.txt")],
    }[given_as]
    accounts, problems = read(sources)
    assert [a.name for a in accounts] == ["echo", "post"]
    assert problems == ()
    assert accounts == read([folder])[0]


def test_accounts_come_by_date_then_name(folder: Path) -> None:
    (folder / "late.txt").write_text(STORY + "x", "utf-8")
    (folder / "dates.json").write_text(
        json.dumps({"post.txt": {"published": "2031-05-06"}, "late": {"published": "2031-05-05"}})
    )
    names = [folder / n for n in ("echo.md", "post.txt", "late.txt")]
    accounts, _ = read(names, manifest=folder / "dates.json")
    assert [a.name for a in accounts] == ["late", "post", "echo"]


def test_no_sources() -> None:
    with pytest.raises(InputError, match=r"no accounts given; name one or more files"):
        read([])


def test_one_account_alone_is_fine(folder: Path) -> None:
    accounts, problems = read([folder / "post.txt"])
    assert (len(accounts), problems) == (1, ())


def test_the_same_file_twice_is_read_once(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder / "post.txt")
    accounts, problems = read([folder / "post.txt", folder / "post.txt", folder / "link.txt"])
    assert [a.name for a in accounts] == ["post"]
    assert [p.what for p in problems] == ["named twice, read once"] * 2


def test_identical_texts_stay_two_accounts(folder: Path) -> None:
    (folder / "copy.txt").write_text(STORY, "utf-8")
    accounts, problems = read([folder])
    assert [a.name for a in accounts] == ["copy", "echo", "post"]
    assert accounts[0].id != accounts[2].id
    assert [(p.what, p.where) for p in problems] == [
        ("has the very text of 'copy'; both are kept as two accounts", "post")
    ]


def test_one_stem_twice_gets_a_number(tmp_path: Path) -> None:
    for name, text in (("b", STORY), ("c", OTHER), ("a", STORY + OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "post.txt").write_text(text, "utf-8")
    (tmp_path / "a" / "post-2.txt").write_text(OTHER + STORY, "utf-8")
    folders = [tmp_path / name for name in "cab"]
    assert sorted(a.name for a in read(folders)[0]) == ["post", "post-2", "post-3", "post-4"]
    assert read(folders)[0] == read(folders[::-1])[0]


def test_standard_input() -> None:
    (account,), problems = read(["-", "-"], stdin=BytesIO(STORY.encode()).read)
    assert (account.name, account.text) == ("stdin", STORY)
    assert [p.what for p in problems] == ["named twice, read once"]
    with pytest.raises(InputError, match="standard input: nothing to read"):
        read(["-"])
    with pytest.raises(InputError, match="standard input: is empty"):
        read(["-"], stdin=BytesIO().read)


# -- bad input --


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \r\n\t \n", "is empty"),
        ("noise.txt", bytes(range(256)) * 50, "is binary, not text"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(100), "is not a text file"),
        ("short.txt", b"Not much of an article.", "is not an article: 5 words, fewer than 25"),
        ("broken.json", b'{"text": "half', "not valid JSON (Unterminated string"),
        ("list.json", b'[1, {"title": "x"}]', "is not an article"),
        ("broken.pdf", b"%PDF-1.7\nnothing here", "is a damaged PDF"),
        ("broken.docx", b"PK\x03\x04 nothing here", "is a damaged or encrypted Word document"),
        ("page.html", b"<html><head><title>Nothing</title></head><body></body></html>", "no article text was found"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(folder: Path, name: str, data: bytes, what: str) -> None:
    (folder / name).write_bytes(data)
    accounts, problems = read([folder])
    assert [a.name for a in accounts] == ["echo", "post"]
    assert problems[0].what.startswith(what)
    assert name in problems[0].where
    assert problems[0].todo
    with pytest.raises(InputError) as error:
        read([folder / name])
    assert str(error.value).startswith(f"{folder / name}")
    assert "\n" not in str(error.value)


def test_unreadable_absent_and_odd_paths(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    wanted = [folder, folder / "absent.txt", folder / "none*.txt", "bad\x00name.txt"]
    assert set(whats(wanted)) == {
        "is not a regular file",
        "cannot be read (no such file or directory)",
        "matches no file",
        "cannot be read (no file can have that name)",
    }


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(folder: Path) -> None:
    (folder / "post.txt").chmod(0)
    assert whats([folder]) == ["cannot be read (permission denied)"]


def test_a_file_without_permission_is_a_problem(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match=r"cannot be read \(permission denied\) \(and 1 more problem\)"):
        read([folder])


def test_a_directory_loop_ends(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "loop").symlink_to(folder)
    (folder / "inner" / "dangling.txt").symlink_to("nowhere")
    accounts, problems = read([folder])
    assert len(accounts) == 2
    assert {p.what for p in problems} == {
        "leads back to a folder read already; skipped",
        "cannot be read (no such file or directory)",
    }


def test_a_huge_file_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    read_bytes = Path.read_bytes

    def guarded(self: Path) -> bytes:
        assert self.name != "huge.txt"
        return read_bytes(self)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    assert whats([folder]) == ["has 200,000,000 bytes, more than the 20,000,000 read"]


def test_caps_are_reported(folder: Path) -> None:
    assert whats([folder], settings=Ingest(max_accounts=1)) == [
        "1 accounts more than the 1 read were left out"
    ]
    limit = Ingest(max_chars=len(STORY))
    assert whats([folder], settings=limit) == [
        f"has {len(OTHER)} characters, more than the {len(STORY)} read"
    ]
    with pytest.raises(InputError, match="standard input: has more than the 8 bytes read"):
        read(["-"], settings=Ingest(max_bytes=8), stdin=BytesIO(b"too large").read)


# -- encodings --


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = STORY.replace("old", "“fünf” years old —")
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    (account,), problems = read([tmp_path / "a.txt"])
    assert account.text == text
    assert [p.what for p in problems] == (["not UTF-8; read as Windows-1252"] if encoding == "cp1252" else [])


def test_mixed_encodings(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(STORY.encode() + b"A \x93caf\xe9\x94 on the quay.\x81")
    (account,), problems = read([tmp_path / "a.txt"])
    assert account.text == STORY + "A “café” on the quay.\x81"
    assert problems[0].what.startswith("UTF-8 with stray Windows-1252 bytes")


def test_a_declared_encoding_is_used() -> None:
    assert decode("мост".encode("koi8-r"), declared="KOI8-R").text == "мост"
    assert decode(b"caf\xe9", declared="hex").text == "café"
    assert decode(b"caf\xe9", declared="no-such").encoding == "windows-1252"


@given(st.text())
def test_utf8_is_never_changed(text: str) -> None:
    data = text.encode("utf-8", "ignore")
    try:
        decoded = decode(data)
    except InputError:
        return
    if decoded.encoding == "utf-8":
        assert decoded.text == data.decode("utf-8").removeprefix("\ufeff")


def test_right_to_left_and_combining_characters_keep_their_offsets(tmp_path: Path) -> None:
    text = (
        "كان الجسر مغلقا يوم الاثنين بعد العثور على شق فيه. " * 6
        + "\n\u202bCafe\u0301 — e\u0301a\u0308\u202c\n"
    )
    (tmp_path / "a.txt").write_text(text, "utf-8")
    (account,), _ = read([tmp_path / "a.txt"])
    assert account.text == text
    assert account.language == "ar"
    assert account.regions[-1].end == len(text) - 1


@settings(max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=4))
def test_any_text_is_an_account_or_a_problem(texts: list[str]) -> None:
    data = "\n".join(texts).encode("utf-8", "ignore")
    try:
        accounts, _ = read(["-"], stdin=BytesIO(data).read, settings=Ingest(min_words=1))
    except InputError as error:
        assert error.where.startswith("standard input")
        return
    assert accounts[0].regions


# -- manifests and records --

ROW = {
    "outlet": "The Example Post",
    "published": "2031-05-06",
    "title": "Bridge closed",
    "authors": ["Ann Poe"],
}
MANIFESTS = {
    "m.json": json.dumps([{"file": "post.txt"} | ROW]),
    "articles.json": json.dumps({"articles": [{"file": "./post.txt"} | ROW]}),
    "keyed.json": json.dumps({"post": ROW}),
    "m.jsonl": json.dumps({"id": "post", "file": "post.txt", "url": None} | ROW) + "\n\n",
    "m.yaml": "- file: post.txt\n  outlet: The Example Post\n  published: 2031-05-06\n  title: Bridge closed\n"
    "  authors: Ann Poe\n",
    "m.csv": "File,Outlet,Published,Title,Authors\r\npost.txt,The Example Post,6 May 2031,Bridge closed,Ann Poe\r\n",
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests(folder: Path, name: str) -> None:
    (folder / "meta").mkdir()
    path = folder / name
    path.write_text(MANIFESTS[name], "utf-8")
    accounts, problems = read([folder / "post.txt", folder / "echo.md"], manifest=path)
    post = next(a for a in accounts if a.name == "post")
    assert (post.outlet, post.published, post.title, post.authors) == (
        "The Example Post", "2031-05-06", "Bridge closed", ("Ann Poe",),
    )  # fmt: skip
    assert {e.how for e in post.evidence} == {"manifest"}
    assert problems == ()


def test_a_manifest_in_a_folder_is_no_account(folder: Path) -> None:
    (folder / "manifest.json").write_text(MANIFESTS["m.json"])
    accounts, problems = read([folder], manifest=folder / "manifest.json")
    assert (len(accounts), problems) == (2, ())


def test_what_a_manifest_gets_wrong_is_said(folder: Path) -> None:
    rows = [
        {"file": "post.txt", "published": "soon", "outlets": "x", "authors": 3, "url": "ftp://x"},
        {"file": "gone.txt"},
    ]
    (folder / "m.json").write_text(json.dumps(rows))
    accounts, problems = read([folder / "post.txt"], manifest=folder / "m.json")
    assert accounts[0].published is None
    assert {p.what for p in problems} == {
        "unknown field 'outlets' of 'post.txt'",
        "authors of 'post.txt': 3 is not a name or a list of names",
        "published of 'post.txt': 'soon' is not a date (write 2031-05-06 or 2031-05-06T10:20Z)",
        "url of 'post.txt': 'ftp://x' is not a web address",
        "entry 'gone.txt' fits none of the files given",
    }


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("m.json", "{", "not valid JSON"),
        ("m.json", "3", "is not a list of entries"),
        ("m.json", "[3]", "entry 1 is not a set of fields"),
        ("m.json", '[{"outlet": "x"}]', "entry 1 names no file"),
        ("m.yaml", "a: [", "not valid YAML"),
        ("m.yaml", "!!python/object/apply:os.system [ls]", "not valid YAML"),
        ("m.yaml", "a: &a [x, x]\nb: *a\n", "holds an alias"),
        ("m.yaml", "a: !!bool maybe", "not valid YAML"),
        ("m.toml", "x = 1", ".toml is no manifest format; write it as JSON, JSONL, YAML or CSV"),
        ("gone.json", None, "cannot be read (no such file or directory)"),
    ],
)
def test_manifests_that_cannot_be_used(folder: Path, name: str, text: str | None, what: str) -> None:
    if text is not None:
        (folder / name).write_text(text)
    with pytest.raises(InputError) as error:
        read([folder / "post.txt"], manifest=folder / name)
    assert what in str(error.value)
    assert "\n" not in str(error.value)


def test_fields_are_put_in_form() -> None:
    assert clean("authors", "By Ann Poe, Raj Lal and Mara Quill")[0] == ("Ann Poe", "Raj Lal", "Mara Quill")
    assert clean("authors", [{"name": "Ann Poe"}, "Ann Poe"])[0] == ("Ann Poe",)
    assert clean("published", "2031-05-06T10:20:00+00:00")[0] == "2031-05-06T10:20:00Z"
    assert clean("published", "May 6, 2031 at noon")[0] == "2031-05-06"
    assert clean("title", "  Bridge\n closed ")[0] == "Bridge closed"


def test_records(tmp_path: Path) -> None:
    rows = [
        {"id": "post/1", "text": STORY, "headline": "Bridge closed", "publisher": {"name": "Example Post"},
         "date": "2031-05-06T10:20:00Z", "author": [{"name": "Ann Poe"}], "link": "https://post.example/1"},
        {"body": OTHER, "outlet": "Echo", "published": "?"},
        {"title": "no text"},
    ]  # fmt: skip
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, rows[:1])) + "\n{\n")
    (tmp_path / "one.json").write_text(json.dumps(rows[1]))
    accounts, problems = read([tmp_path / "rows.json", tmp_path / "lines.jsonl", tmp_path / "one.json"])
    assert [a.name for a in accounts] == ["post-1", "post-1-2", "one", "rows-2"]
    first = accounts[0]
    assert (first.text, first.title, first.authors, first.url) == (
        STORY, "Bridge closed", ("Ann Poe",), "https://post.example/1",
    )  # fmt: skip
    assert first.outlet == "Example Post"
    assert {p.what.split(" (")[0] for p in problems} == {
        "published: '?' is not a date",
        "has no text",
        "not valid JSON",
        "has the very text of 'post-1'; both are kept as two accounts",
        "has the very text of 'one'; both are kept as two accounts",
    }


def test_the_order_of_the_arguments_changes_nothing(folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "copy.txt").write_text(STORY, "utf-8")
    files = [*sorted(folder.iterdir()), folder / "absent.txt"]
    assert read(files) == read(files[::-1])


@pytest.mark.parametrize(
    "name",
    [
        "x" * 5_000,
        "a\udc80b.txt",
        "\ud800",
        "\0",
        "*" * 5_000,
        "a/" * 3_000,
        "http://a\udc80.example/",
        "http://[::1",
    ],
)
def test_names_that_no_file_can_have(folder: Path, name: str) -> None:
    accounts, (problem,) = read([folder / "post.txt", name])
    assert len(accounts) == 1
    assert (problem.where + problem.what).encode()
    with pytest.raises(InputError) as error:
        read([folder / "post.txt"], manifest=Path(name))
    assert str(error.value).encode()
    assert isinstance(next(stream([name], manifest=Path(name))), Problem)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="their file names are Unicode")
def test_a_file_name_of_odd_bytes(folder: Path) -> None:
    os.link(folder / "post.txt", os.fsencode(folder) + b"/caf\xe9.txt")
    (folder / "post.txt").unlink()
    accounts, problems = read([folder])
    assert ([a.name for a in accounts], problems) == (["caf\N{REPLACEMENT CHARACTER}", "echo"], ())


def test_a_stream_is_what_is_read(folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    accounts, problems = read([folder, folder / "absent.txt"])
    items = list(stream([folder, folder / "absent.txt"]))
    assert sorted((i for i in items if not isinstance(i, Problem)), key=lambda a: a.name) == list(accounts)
    assert {i for i in items if isinstance(i, Problem)} == set(problems)
    assert list(stream([])) == []
