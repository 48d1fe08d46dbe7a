"""Measure time and memory of a library as it grows.

    python bench/scale.py SHARED [--counts 1000 10000 100000] [--a-day 2000] [--annotate 300]

Articles are those of the story sets, over and over. Each copy of the sets is another world: every
word but the commonest ``PLAIN`` is exchanged for one about as frequent, capitals and digits kept, by a
seeded draw, so that a copy's articles are about each other as before and about no article of
another copy. Dates are laid anew, ``--a-day`` articles to a day, stories within days as they were in
their set's order. Each count is run in a process of its own, from an empty library.

Seconds are of the processor, in one process: a busy machine changes them less than those of the clock.
Prints, for each count: articles grouped and kept a second (profile, decision, search index, on disk,
a hundred to a transaction), milliseconds an article over the last tenth, peak memory, megabytes on disk,
seconds to open the library anew and add one article, and the stories found; then the cost at each
count against that before, and articles a second with full annotation (of ``--annotate`` of them).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from beside import there

from consilience.engine.intake import Intake
from consilience.model import Witness, witness_id
from consilience.store import Library

SETS = ("stories-gva", "stories-allsides", "stories-5w1h")
PLAIN = 200
"""Commonest words, which stay as they are."""
BAND = 50
"""Words of like frequency among which one is exchanged for another."""
BEGIN = datetime(2031, 1, 1, tzinfo=UTC)
AT = "2032-01-01T00:00:00+00:00"
BATCH = 100
WORD = re.compile(r"[^\W\d_]+|\d+")


def articles(shared: Path) -> list[dict[str, Any]]:
    """The articles of the story sets, each set in order of time, the sets evenly mixed."""
    found: list[tuple[float, dict[str, Any]]] = []
    for name in SETS:
        with gzip.open(shared / "data" / name / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        records.sort(key=lambda r: (r["published"] or "", r["id"]))
        found += [((n + 0.5) / len(records), record) for n, record in enumerate(records)]
    return [record for _, record in sorted(found, key=lambda item: item[0])]


def bands(records: list[dict[str, Any]]) -> list[list[str]]:
    """The words that are exchanged, in runs of like frequency."""
    counts = Counter(w.casefold() for r in records for w in WORD.findall(r["text"]) if not w.isdecimal())
    ranked = [w for w, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))][PLAIN:]
    return [ranked[i : i + BAND] for i in range(0, len(ranked), BAND)]


def exchange(runs: list[list[str]], seed: int) -> dict[str, str]:
    """A copy's words for the words of the sets; the first copy keeps them."""
    if not seed:
        return {}
    draw = random.Random(seed)
    return {a: b for run in runs for a, b in zip(run, draw.sample(run, len(run)), strict=True)}


def reworded(text: str, other: dict[str, str], seed: int) -> str:
    """A text with its words exchanged; digits turn by the copy's number."""

    def swap(match: re.Match[str]) -> str:
        word = match.group()
        if word[0].isdecimal():
            return "".join(str((int(d) + seed) % 10) for d in word) if word.isascii() else word
        new = other.get(word.casefold(), word)
        return (
            new.upper()
            if word.isupper() and len(word) > 1
            else new.capitalize()
            if word[0].isupper()
            else new
        )

    return WORD.sub(swap, text) if seed else text


def corpus(shared: Path, count: int, a_day: int) -> Iterator[Witness]:
    """So many accounts in order of time."""
    records = articles(shared)
    runs, made = bands(records), 0
    for seed in range(count // len(records) + 1):
        other = exchange(runs, seed)
        for record in records[: count - made]:
            moment = (BEGIN + timedelta(days=made / a_day)).isoformat(timespec="minutes")
            name, text = f"{record['id']}-{seed}", reworded(record["text"], other, seed)
            title = reworded(record["title"] or "", other, seed) or None
            ident = witness_id(name, text, record["outlet"], moment, None)
            yield Witness(ident, name, text, title, record["outlet"], published=moment, language="en")
            made += 1


def measure(shared: Path, count: int, a_day: int) -> dict[str, float]:
    """Fill a library; every figure but the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "library.db"
        with Library.open(place, create=True) as library:
            intake, spent, batch = Intake(library), list[float](), list[Witness]()
            for witness in corpus(shared, count, a_day):
                batch.append(witness)
                if len(batch) == BATCH:
                    start = time.process_time()
                    intake.take(batch, AT)
                    spent.append(time.process_time() - start)
                    batch = []
            stories = library.counts()["stories"]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = sum(p.stat().st_size for p in Path(folder).iterdir()) / 1e6
        again = _again(place, shared, count, a_day)
    last = spent[-max(1, len(spent) // 10) :]
    return {
        "per_second": len(spent) * BATCH / sum(spent), "last_ms": 1000 * sum(last) / len(last) / BATCH,
        "memory_mb": peak, "disk_mb": size, "reopen_s": again, "stories": stories,
    }  # fmt: skip


def _again(place: Path, shared: Path, count: int, a_day: int) -> float:
    """Seconds to open a library that is closed, and add one account of the time it ends at."""
    base = articles(shared)[count % 7]
    moment = (BEGIN + timedelta(days=count / a_day)).isoformat(timespec="minutes")
    text = reworded(base["text"], exchange(bands(articles(shared)), 99), 99)
    one = Witness(witness_id("one", text, "x", moment, None), "one", text, outlet="x", published=moment)
    start = time.process_time()
    with Library.open(place) as library:
        Intake(library).take([one], AT)
    return time.process_time() - start


def annotated(shared: Path, count: int, a_day: int) -> float:
    """Articles a second, taken in and fully annotated."""
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "l.db", create=True) as library:
        batch = random.Random(5).sample(list(corpus(shared, 5000, a_day)), count)
        intake = Intake(library)
        start = time.perf_counter()
        intake.take(batch, AT)
        intake.annotate()
        return count / (time.perf_counter() - start)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Measure a library as it grows.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--a-day", type=int, default=2000)
    parser.add_argument("--annotate", type=int, default=300)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    shared = there(args.shared)
    if args.one:
        print(json.dumps(measure(shared, args.one, args.a_day)))
        return 0
    before: dict[str, float] | None = None
    for count in args.counts:
        command = [sys.executable, __file__, str(shared), "--one", str(count), "--a-day", str(args.a_day)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        ratio = "" if before is None else f"; {found['last_ms'] / before['last_ms']:.2f} × that before"
        print(
            f"{count:>7,}: {found['per_second']:.0f} articles/s, {found['last_ms']:.2f} ms an article at the "
            f"end{ratio}; {found['memory_mb']:.0f} MB, {found['disk_mb']:.0f} MB on disk; opened anew and "
            f"one added in {found['reopen_s']:.2f} s; {found['stories']:.0f} stories",
            flush=True,
        )
        before = found
    if args.annotate:
        print(f"with full annotation: {annotated(shared, args.annotate, args.a_day):.1f} articles/s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
