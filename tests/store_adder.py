"""Adds accounts to a library until it is killed: run by the kill test, one forked child a kill.

Each block adds one to three accounts, with statements in some, and merges stories now and then; its
ids are printed when it is left, in one write, so that a line is there whole or not at all.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

from store_sample import annotated, story, witness

from consilience.group.stream import Change
from consilience.store import Entry, Library


def adding(path: Path, seed: int) -> None:
    """Add accounts without end; what a block holds is told by its time and, as score, its size."""
    random, number = Random(seed), seed * 10_000
    with Library.open(path) as library:
        while True:
            size = random.randint(1, 3)
            made = [witness(number + i) for i in range(size)]
            number += size
            with library.writing() as writer:
                for account in made:
                    at = f"block {number}"
                    writer.add(Entry(account, story(random.randrange(40)), b"p" * 50, 0.0, at, float(size)))
                    if random.random() < 0.3:
                        writer.annotated(account.id, "v1", annotated(account))
                if random.random() < 0.1:
                    a, b = random.sample(range(40), 2)
                    writer.apply(Change("merge", story(a), story(b), (), 1.0, "Invented."), "now")
            os.write(1, (" ".join(w.id for w in made) + "\n").encode())


def main() -> None:
    """For each line read, fork a child that adds; tell its id, and when it is dead."""
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            try:
                adding(Path(sys.argv[1]), int(line))
            finally:
                os._exit(3)
        os.write(1, f"child {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main()
