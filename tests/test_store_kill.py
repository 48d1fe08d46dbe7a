"""Writes survive a kill at any moment.

A process adds accounts and prints the ids of each block once it is left; it is killed without
warning at a moment drawn with a seed, and the library is opened again: nothing printed may be
missing, nothing half-written be seen. Two hundred kills, of processes forked from one that has
everything loaded, so that a kill costs milliseconds and not a start.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from consilience.store import Library
from consilience.store.schema import COLUMNS

KILLS = 200
ADDER = Path(__file__).with_name("store_adder.py")


def faults(path: Path, told: set[str]) -> list[str]:
    """What is wrong with a library that was just killed, by plain SQL."""
    with Library.open(path) as library:
        db = library._db
        found = [line for (line,) in db.execute("PRAGMA quick_check") if line != "ok"]
        found += [f"foreign key: {row}" for row in db.execute("PRAGMA foreign_key_check")]
        for what, query in HALVES.items():
            found += [f"{what}: {row}" for row in db.execute(query)]
        held = {key for (key,) in db.execute("SELECT id FROM account")}
    return found + [f"acknowledged and lost: {key}" for key in sorted(told - held)]


HALVES = {
    "account without record": "SELECT n FROM account WHERE n NOT IN (SELECT n FROM record)",
    "account without profile": "SELECT n FROM account WHERE n NOT IN (SELECT n FROM profile)",
    "record without account": "SELECT n FROM record WHERE n NOT IN (SELECT n FROM account)",
    "account that is not indexed": "SELECT n FROM account WHERE n NOT IN (SELECT id FROM account_words_docsize)",
    "index of no account": "SELECT id FROM account_words_docsize WHERE id NOT IN (SELECT n FROM account)",
    "index of no statement": "SELECT id FROM statement_words_docsize WHERE id NOT IN (SELECT n FROM statement)",
    "statement that is not indexed": "SELECT n FROM statement WHERE n NOT IN (SELECT id FROM statement_words_docsize)",
    "story without accounts": "SELECT id FROM story WHERE accounts = 0 AND merged_into IS NULL",
    "story with another count": "SELECT s.id FROM story s WHERE s.accounts <> "
    "(SELECT count(*) FROM account a WHERE a.story = s.n)",
    "half a block": "SELECT added_at FROM account GROUP BY added_at HAVING count(*) <> max(score)",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills need processes that fork")
def test_two_hundred_kills_in_the_midst_of_adding(tmp_path: Path) -> None:
    path, random, told = tmp_path / "killed.library", Random(20310506), set[str]()
    Library.open(path, create=True).close()
    adder = subprocess.Popen(
        [sys.executable, str(ADDER), str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    )  # fmt: skip
    assert adder.stdin is not None
    assert adder.stdout is not None
    grew, wounded = 0, 0
    try:
        for kill in range(KILLS):
            print(kill, file=adder.stdin, flush=True)
            before = len(told)
            while not (line := adder.stdout.readline()).startswith("child "):
                told.update(line.split())  # it was quicker than its parent
            child = int(line.split()[1])
            # After so many blocks, and then somewhere within the next: a slow machine is not killed early.
            for _ in range(random.choice((0, 1, 2, 4))):
                told.update(adder.stdout.readline().split())
            time.sleep(random.uniform(0, 0.012))
            os.kill(child, signal.SIGKILL)
            while (line := adder.stdout.readline().strip()) != "dead":
                told.update(line.split())
            grew += len(told) > before
            wounded += _was_cut_short(path)
            assert faults(path, told) == [], f"after kill {kill}"
    finally:
        adder.stdin.close()
        adder.wait(timeout=20)
        adder.stdout.close()
    assert grew > KILLS // 4, "many kills came after something was acknowledged"
    assert wounded > KILLS // 4, "and the file was left with a log to read"
    with Library.open(path) as library:
        assert library.check() == ()
        for table in COLUMNS:
            library._db.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")


def _was_cut_short(path: Path) -> bool:
    """Whether a process left the log of its writing behind, as a closed one does not."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def test_a_block_that_was_not_left_is_not_seen(tmp_path: Path) -> None:
    from store_sample import entry, story, witness

    path = tmp_path / "open.library"
    with Library.open(path, create=True) as library, library.writing() as writer:
        writer.add(entry(witness(1), story(0)))
        with Library.open(path) as other:
            assert other.counts()["accounts"] == 0
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM account").fetchone() == (1,)
    db.close()
