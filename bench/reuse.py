"""Measure what a library of accounts finds that they share, and what it costs.

    python bench/reuse.py                          recall, precision, speed and memory, beside a peer
    python bench/reuse.py --peer-python PYTHON     the peer with an interpreter that has it
    python bench/reuse.py --scale 1000 10000 100000

The first form adds the articles of ``stories-gva`` in order of time, each way in a process of
its own. Gold is found by brute force, without fingerprints: all pairs that share a run of 8, 12,
24 words (words are runs of letters and digits, folded), *same* those of one incident, *any* those
of two incidents too: mostly page furniture, which the program itself sets aside before. ``related``
is the share of all pairs of one incident, most of which share no wording. Precision is the share
of found pairs that share a run of 8 words or more; ``of one incident`` the share of them that do.

The peer is MinHash-LSH of ``datasketch`` over runs of five words, 128 permutations, at two
thresholds of Jaccard likeness. It says which pairs are near-duplicates; ours also which passages.
To install it: ``python -m venv peers && peers/bin/pip install datasketch``.

``--scale`` measures the cost of an account as the library grows, over the same articles many times
over: each round gives two in three of the less common words another form (so that the vocabulary
grows and rounds share little), moves the sentences, and one account in five is a copy of a recent
one with three sentences gone and one word in thirty changed. Reading the text is timed apart.

Seconds are of the processor, in one process: a busy machine changes them less than those of the clock.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from beside import SHARED, there

ARTICLES = SHARED / "data" / "stories-gva" / "articles.jsonl.gz"
LENGTHS = 8, 12, 24
Row = dict[str, Any]
Found = list[tuple[str, str]]


def articles() -> list[Row]:
    """All articles that have a text of their own, by time."""
    with gzip.open(there(ARTICLES), "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return sorted(rows, key=lambda row: (row["published"] or "", row["id"]))


# -- gold --


def sharing(rows: Sequence[Row], length: int) -> set[tuple[str, str]]:
    """All pairs of articles that share a run of so many words, by brute force."""
    held: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        words = re.findall(r"[^\W_]+", row["text"].casefold())
        for run in set(zip(*(words[k:] for k in range(length)), strict=False)):
            held[run].append(row["id"])
    return {pair for ids in held.values() for pair in combinations(sorted(ids), 2)}


# -- ways --


def ours(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Each account is added to a library; what it shares is reported at once."""
    from consilience.trace.library import Library

    library = Library()
    for day, row in enumerate(rows):
        for match in library.add(_words(row), day):
            yield match.key, row["id"]
    print(library.tally, file=sys.stderr)


def _words(row: Row) -> Any:
    from consilience.model import Annotated, Witness
    from consilience.trace.reuse import words_of

    return words_of(Annotated(Witness(row["id"], row["id"], row["text"]), (), ()))


def minhash(threshold: float) -> Callable[[Sequence[Row]], Iterator[tuple[str, str]]]:
    """MinHash-LSH of datasketch, asked and filled in the same order."""

    def way(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
        from datasketch import MinHash, MinHashLSH

        index = MinHashLSH(threshold=threshold, num_perm=128)
        for row in rows:
            words = re.findall(r"[^\W_]+", row["text"].casefold())
            sketch = MinHash(num_perm=128)
            sketch.update_batch({" ".join(words[k : k + 5]).encode() for k in range(max(1, len(words) - 4))})
            for other in index.query(sketch):
                yield other, row["id"]
            index.insert(row["id"], sketch)

    return way


WAYS: dict[str, Callable[[Sequence[Row]], Iterable[tuple[str, str]]]] = {
    "ours": ours,
    "minhash .5": minhash(0.5),
    "minhash .2": minhash(0.2),
}


def run(name: str, source: Path) -> None:
    """Run one way in this process; print what it found and what it cost."""
    rows = json.loads(source.read_text("utf-8"))
    before = peak()
    began = time.process_time()
    found = sorted({(min(pair), max(pair)) for pair in WAYS[name](rows)})
    took = time.process_time() - began
    print(json.dumps({"found": found, "seconds": took, "peak": peak(), "grown": peak() - before}))


def peak() -> float:
    """Most memory that this process has had, in MB (of this program alone: not of its parent before it)."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmHWM:\s+(\d+)", status.read_text("utf-8"))[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_process(python: str, *arguments: str) -> Row | None:
    """What a fresh process of this bench prints as JSON; None where the way is not installed."""
    done = subprocess.run(
        [python, __file__, *arguments], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        print(f"{arguments[1]}: not measured: {''.join(last)}")
        return None
    print(done.stderr.strip(), end="\n" if done.stderr.strip() else "")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def compare(peer: str) -> None:
    """Print the table of all ways."""
    rows = articles()
    story = {row["id"]: row["story"] for row in rows}
    gold = {length: sharing(rows, length) for length in LENGTHS}
    same = {length: {p for p in pairs if story[p[0]] == story[p[1]]} for length, pairs in gold.items()}
    related = sum(n * (n - 1) // 2 for n in Counter(story.values()).values())
    columns: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rows.json"
        source.write_text(json.dumps([{"id": r["id"], "text": r["text"]} for r in rows]), "utf-8")
        for name in WAYS:
            got = in_process(sys.executable if name == "ours" else peer, "--run", name, str(source))
            if got:
                found: set[tuple[str, str]] = {(a, b) for a, b in got["found"]}
                columns[name] = _column(found, gold, same, got)
                columns[name]["related"] = sum(story[a] == story[b] for a, b in found) / related
                one = sum(story[a] == story[b] for a, b in found)
                columns[name]["of one incident"] = one / max(1, len(found))
    print(f"{len(rows)} articles, {related} pairs of one incident")
    print(
        "pairs that share a run of  "
        + ", ".join(f"{n}: {len(gold[n])}, same {len(same[n])}" for n in LENGTHS)
    )
    _table(columns)


def _column(
    found: set[tuple[str, str]],
    gold: dict[int, set[tuple[str, str]]],
    same: dict[int, set[tuple[str, str]]],
    got: Row,
) -> dict[str, float]:
    column = {f"recall, same, {n}": len(found & same[n]) / len(same[n]) for n in LENGTHS}
    column |= {f"recall, any, {n}": len(found & gold[n]) / len(gold[n]) for n in LENGTHS}
    column["precision"] = len(found & gold[8]) / max(1, len(found))
    cost = {"pairs": len(found), "pairs/s": len(found) / got["seconds"], "seconds": got["seconds"]}
    return column | cost | {"MB peak": got["peak"], "MB grown": got["grown"]}


def _table(columns: dict[str, dict[str, float]]) -> None:
    print("".ljust(24) + "".join(name.rjust(14) for name in columns))
    for key in next(iter(columns.values())):
        digits = 0 if key in ("pairs", "pairs/s", "MB peak", "MB grown") else 3
        print(key.ljust(24) + "".join(f"{column[key]:14.{digits}f}" for column in columns.values()))
    base = columns.get("ours", {}).get("seconds")
    if base:
        print(
            "seconds, ours = 1".ljust(24) + "".join(f"{c['seconds'] / base:14.2f}" for c in columns.values())
        )


# -- scale --


def invented(count: int) -> Iterator[Row]:
    """So many accounts out of the real ones, each time the same."""
    rows = articles()
    counts = Counter(word for row in rows for word in row["text"].split())
    common = {word for word, _ in counts.most_common(300)}
    recent: list[str] = []
    for n in range(count):
        rng = Random(n)
        if recent and rng.random() < 0.2:
            text = _copied(rng.choice(recent), rng)
        else:
            text = _renamed(rows[n % len(rows)]["text"], n // len(rows), common, rng)
        recent = [*recent[-40:], text]
        yield {"id": f"a{n:07}", "text": text}


def _renamed(text: str, turn: int, common: set[str], rng: Random) -> str:
    words = (
        word
        if word in common or crc32(f"{turn} {word}".encode()) % 3 == 0 or not turn
        else f"{word}q{turn:x}"
        for word in text.split(" ")
    )
    sentences = re.split(r"(?<=[.!?]) ", " ".join(words))
    rng.shuffle(sentences)
    return " ".join(sentences)


def _copied(text: str, rng: Random) -> str:
    sentences = re.split(r"(?<=[.!?]) ", text)
    for _ in range(min(3, len(sentences) - 1)):
        sentences.pop(rng.randrange(len(sentences)))
    return " ".join(
        word if rng.random() > 1 / 30 else f"x{rng.randrange(10**6)}"
        for word in " ".join(sentences).split(" ")
    )


def grow(count: int) -> None:
    """Fill one library in this process; print what it cost."""
    from consilience.trace.library import Library

    library, matched, words = Library(), 0, 0
    reading = adding = tail = slowest = 0.0
    for n, row in enumerate(invented(count)):
        began = time.process_time()
        account = _words(row)
        read = time.process_time()
        matched += len(library.add(account, n))
        took = time.process_time() - read
        reading, adding, words = reading + read - began, adding + took, words + len(account)
        tail += took * (n >= count * 0.9)
        slowest = max(slowest, took)
    cost = {"accounts": count, "words": words / count, "reading, s": reading, "adding, s": adding}
    each = {"ms each": adding / count * 1e3, "ms each, last tenth": tail / (count * 0.1) * 1e3}
    print(json.dumps(cost | each | {"slowest, ms": slowest * 1e3, "matches": matched, "MB peak": peak()}))
    print(library.tally, file=sys.stderr)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter that has datasketch")
    parser.add_argument("--scale", type=int, nargs="*", help="sizes of the library")
    parser.add_argument("--run", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--grow", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(given.run[0], Path(given.run[1]))
    elif given.grow:
        grow(given.grow)
    elif given.scale is not None:
        sizes = given.scale or [1000, 10_000, 100_000]
        made = (in_process(sys.executable, "--grow", str(size)) for size in sizes)
        results = [result for result in made if result]
        for key in results[0]:
            print(key.ljust(24) + "".join(f"{result[key]:14.2f}" for result in results))
    else:
        compare(given.peer_python)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
