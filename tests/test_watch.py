"""Watching: a feed on loopback and a folder; what is new is taken in, and the loop stops cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from test_library_commands import FLOOD, OTHER, TRIAL

from consilience.app.cli import main
from consilience.app.watch import Watch
from consilience.engine.intake import Intake
from consilience.ingest.following import Followed
from consilience.store import Library

ITEM = "<item><title>{title}</title><link>{base}/{name}</link><guid>{name}</guid></item>"
PAGE = (
    "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"
)
TEXTS = {"flood": FLOOD, "other": OTHER, "trial": TRIAL}


class Site:
    """A small site on loopback: a feed, the pages it names, and what was asked of it."""

    def __init__(self) -> None:
        self.listed = ["flood", "other"]
        self.status = 200
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                known = self.headers.get("If-None-Match") == site.etag
                self.send_response(site.status if site.status != 200 else 304 if known else 200)
                body, kind = site.answer(self.path)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if self.path == "/rss":
                    self.send_header("ETag", site.etag)
                self.end_headers()
                if not known:
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def etag(self) -> str:
        return f'"{"-".join(self.listed)}"'

    def answer(self, path: str) -> tuple[bytes, str]:
        if path == "/robots.txt":
            return b"User-agent: *\nDisallow: /trial\n", "text/plain"
        if path == "/rss":
            items = "".join(ITEM.format(title=n, name=n, base=self.base) for n in self.listed)
            return (
                f"<rss version='2.0'><channel><title>Dravik Hour</title>{items}</channel></rss>".encode(),
                "application/rss+xml",
            )
        title, _, text = TEXTS[path[1:]].partition("\n")
        paragraphs = "".join(f"<p>{p}</p>" for p in text.split("\n\n") if p.strip())
        return PAGE.format(title=title, text=paragraphs).encode(), "text/html; charset=utf-8"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "quick.toml").write_text('[ingest]\nallow_hosts = ["127.0.0.1"]\ndelay = 0.0\n', "utf-8")
    monkeypatch.setenv("CONSILIENCE_LIBRARY", str(tmp_path / "news.db"))
    return tmp_path


def watch(place: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(
        main, ["watch", *arguments, "--once", "--later", "--settings", str(place / "quick.toml")]
    )
    assert done.exit_code == 0, done.output
    return done


def due(place: Path) -> None:
    """Let everything that is followed be due."""
    from dataclasses import replace

    with Library.open(place / "news.db") as library:
        for one in library.followed():
            library.follow(replace(one, due=0.0))


def test_a_feed_is_followed_and_its_pages_read(place: Path, site: Site) -> None:
    result = watch(place, f"{site.base}/rss")
    assert "2 accounts to 1 story, 1 new" in result.output
    assert site.asked.count("/rss") == 1
    with Library.open(place / "news.db") as library:
        kept = [a.witness for a in library.accounts()]
        assert {w.outlet for w in kept} == {"Dravik Hour"}
        assert {w.url for w in kept} == {f"{site.base}/flood", f"{site.base}/other"}


def test_what_is_not_due_is_not_asked_and_what_is_known_not_fetched(place: Path, site: Site) -> None:
    watch(place, f"{site.base}/rss")
    before = list(site.asked)
    watch(place)
    assert site.asked == before
    due(place)
    watch(place)
    assert [p for p in site.asked[len(before) :] if p != "/robots.txt"] == ["/rss"]


def test_robots_are_obeyed_and_told(place: Path, site: Site) -> None:
    site.listed = ["flood", "trial"]
    result = watch(place, f"{site.base}/rss")
    assert "robots.txt" in result.output
    assert "/trial" not in site.asked


def test_a_failing_feed_is_asked_less_and_less(place: Path, site: Site) -> None:
    site.status = 503
    pauses = []
    for _ in range(3):
        watch(place, f"{site.base}/rss")
        with Library.open(place / "news.db") as library:
            (one,) = library.followed()
        pauses.append(one.due - time.time())
        due(place)
    assert one.failures == 3
    assert "503" in one.note
    assert pauses[0] * 1.5 < pauses[1] and pauses[1] * 1.5 < pauses[2]
    assert "3 failures in a row" in " ".join(CliRunner().invoke(main, ["watch", "--list"]).output.split())


def test_a_folder_is_followed(place: Path) -> None:
    folder = place / "in"
    folder.mkdir()
    (folder / "one.txt").write_text(FLOOD, "utf-8")
    old = time.time() - 60
    os.utime(folder / "one.txt", (old, old))
    time.sleep(2.1)  # a file must have been left alone for two seconds
    assert "1 account to 1 story" in " ".join(watch(place, str(folder)).output.split())
    (folder / "manifest.csv").write_text("file,outlet\ntwo.txt,Dravik Hour\n", "utf-8")
    (folder / "two.txt").write_text(OTHER, "utf-8")
    time.sleep(2.1)
    due(place)
    watch(place)
    with Library.open(place / "news.db") as library:
        assert library.account("two").witness.outlet == "Dravik Hour"
    listed = json.loads(CliRunner().invoke(main, ["watch", "--list", "--json"]).output)["watched"]
    assert [(w["url"], w["kind"]) for w in listed] == [(str(folder), "folder")]


def test_what_is_forgotten_is_watched_no_more(place: Path) -> None:
    (place / "in").mkdir()
    watch(place, str(place / "in"))
    run = CliRunner()
    assert run.invoke(main, ["watch", "--forget", str(place / "in"), "--list"]).exit_code == 0
    nothing = run.invoke(main, ["watch", "--once"])
    assert (nothing.exit_code, nothing.stderr.count("\n")) == (2, 1)
    assert run.invoke(main, ["watch", "--forget", "elsewhere", "--list"]).exit_code == 2


def test_what_an_outline_named_is_forgotten_with_it(place: Path) -> None:
    outline = "https://dravik.example/feeds.opml"
    with Library.open(place / "news.db", create=True) as library:
        library.follow(Followed(outline, "opml"))
        library.follow(Followed("https://dravik.example/own"))
        library.follow(Followed("https://dravik.example/rss", parent=outline))
    assert CliRunner().invoke(main, ["watch", "--forget", outline, "--list"]).exit_code == 0
    with Library.open(place / "news.db") as library:
        assert [f.url for f in library.followed()] == ["https://dravik.example/own"]


def test_a_large_folder_is_left_when_told_and_read_to_its_end_later(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "in").mkdir()
    for n in range(5):
        (place / "in" / f"{n}.txt").write_text(FLOOD.replace("Monday", f"day {n}"), "utf-8")
    monkeypatch.setattr("consilience.app.watch.AT_ONCE", 2)
    monkeypatch.setattr("consilience.ingest.rounds.SETTLED", -60.0)
    with Library.open(place / "news.db", create=True) as library:
        library.follow(Followed(str(place / "in")))
        stop = threading.Event()
        looking = Watch(library, Intake(library), stop, lambda: "2031-05-20T08:00:00+00:00")
        for told, added in ((True, 2), (False, 3)):
            (stop.set if told else stop.clear)()
            done = looking._round(library.followed()[0])
            assert sum(t.fresh for t in done.taken) == added
            assert (library.followed()[0].due == 0.0) == told


def test_json_is_a_line_a_round(place: Path, site: Site) -> None:
    lines = [json.loads(line) for line in watch(place, f"{site.base}/rss", "--json").output.splitlines()]
    assert [(r["url"], r["added"]) for r in lines] == [(f"{site.base}/rss", 2)]
    assert lines[0]["next"] > "20"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process as on Unix")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_when_told(place: Path, site: Site, number: int) -> None:
    command = [
        sys.executable,
        "-m",
        "consilience",
        "watch",
        f"{site.base}/rss",
        "--later",
        "--settings",
        str(place / "quick.toml"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "2 accounts" in running.stdout.readline()
        running.send_signal(number)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (0, "")
    assert "Stopped" in out
    with Library.open(place / "news.db") as library:
        assert library.check() == ()
