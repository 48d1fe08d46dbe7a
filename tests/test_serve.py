"""The server as a program: where it listens, whom it lets in, how it ends."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from consilience.app.cli import main
from consilience.store import Library


@pytest.fixture
def app(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [
        sys.executable,
        "-m",
        "consilience",
        "serve",
        "--port",
        "0",
        "--library",
        str(tmp_path / "new" / "l.db"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as program:
        assert program.stdout
        line = program.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        yield program, found[0]
        program.kill()


def asked(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_begins_with_an_empty_library_and_ends_when_told(
    app: tuple[subprocess.Popen[str], str], tmp_path: Path, told: signal.Signals
) -> None:
    program, base = app
    assert asked(f"{base}/feed") == 200
    assert asked(f"{base}/feed.json") == 200
    assert asked(f"{base}/api/v1/openapi.json") == 200
    assert asked(f"{base}/feed", Host="desk.example") in (400, 421)
    with Library.open(tmp_path / "new" / "l.db") as library:
        assert library.counts()["accounts"] == 0
    program.send_signal(told)
    # What it has started writes to the same end: it is closed when all of them have ended.
    rest, _ = program.communicate(timeout=60)
    assert program.returncode == 0
    assert rest == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--host", "0.0.0.0"), "a password alone"),
        (("--certificate", "cert.pem"), "needs its key"),
        (("--address", "desk.example"), "is no address of a site"),
        (("--address", "https://desk.example/path"), "is no address of a site"),
        (("--password-file", "missing.txt"), "cannot be read"),
    ],
)
def test_what_would_let_others_in_unasked_is_refused(
    options: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONSILIENCE_PASSWORD", raising=False)
    library = tmp_path / "l.db"
    done = CliRunner().invoke(main, ["serve", "--library", str(library), *options])
    assert done.exit_code == 2
    assert told in done.output
    assert not library.exists()


def test_a_wildcard_needs_the_address_it_is_reached_at(tmp_path: Path) -> None:
    options = ["serve", "--library", str(tmp_path / "l.db"), "--host", "0.0.0.0"]
    done = CliRunner().invoke(main, options, env={"CONSILIENCE_PASSWORD": "long enough it is"})
    assert done.exit_code == 2
    assert "--address" in done.output


def test_a_port_that_is_taken_is_said_in_a_line(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "consilience", "serve", "--no-worker", "--port", port]
        command += ["--library", str(tmp_path / "l.db")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        f"consilience: --host 127.0.0.1: port {port} cannot be had"
    )
