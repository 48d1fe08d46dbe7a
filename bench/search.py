"""How fast a library is searched, filled and how large it is.

    python bench/search.py [--accounts 100000] [--jsonl FILE] [--library FILE] [--json FILE]

Fills a library with invented accounts (or with copies of those of a JSONL file, their dates shifted, each
copy with a line of its own), five statements each, and asks it a mixed set of queries, so many of each
sort, seeded. Words are drawn by Zipf's law from an invented vocabulary, so that the commonest stand in
nearly every account, as "the" does: they are what makes a search slow. Prints milliseconds at the 50th,
95th and 99th percentile by sort of query and over all, accounts added a second one by one and a hundred
at once, and bytes an account.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from consilience.model import Annotated, Mention, Span, Speaker, Statement, Witness, tagged_hash, witness_id
from consilience.store import Entry, Library

SEED, VOCABULARY, WORDS, SAID = 7, 60_000, 300, 5
FIRST = date(2031, 1, 1)
START = "bcdfghjklmnprstvz"


class World:
    """Invented words, people, places and outlets, drawn with a seed."""

    def __init__(self, seed: int = SEED) -> None:
        self.random = Random(seed)
        made = dict.fromkeys(self._word() for _ in range(VOCABULARY * 3))
        self.words = list(made)[:VOCABULARY]
        self.weights = list(accumulate(1 / (i + 3) for i in range(len(self.words))))
        self.people = [f"{self._word().title()} {self._word().title()}" for _ in range(20_000)]
        self.places = [self._word().title() for _ in range(2_000)]
        self.outlets = [f"The {self._word().title()} Post" for _ in range(300)]
        self.rank = list(accumulate(1 / (i + 10) for i in range(len(self.people))))

    def _word(self) -> str:
        return "".join(
            self.random.choice(START) + self.random.choice("aeiou") for _ in range(self.random.randint(2, 4))
        )

    def prose(self, count: int) -> str:
        """Words by Zipf's law."""
        return " ".join(self.random.choices(self.words, cum_weights=self.weights, k=count))

    def person(self) -> str:
        """A person, some far more often than others."""
        return self.random.choices(self.people, cum_weights=self.rank)[0]

    def account(self, number: int, total: int) -> Annotated:
        """An invented account with five statements."""
        day = FIRST + timedelta(days=number * 365 // total)
        parts: list[str] = [self.prose(10).capitalize()]
        said: list[tuple[str, int, int]] = []
        at = len(parts[0])
        for _ in range(SAID):
            who, what = self.person(), self.prose(16)
            before = f" {self.prose((WORDS - 130) // SAID)}. {who} in {self.random.choice(self.places)} said "
            said.append((who, at + len(before), at + len(before) + len(what)))
            parts += [before, what, "."]
            at += len(before) + len(what) + 1
        text, outlet = "".join(parts), self.random.choice(self.outlets)
        return annotated(text, parts[0], outlet, f"{day.isoformat()}T{number % 24:02}:00Z", said)


def annotated(
    text: str, title: str, outlet: str, published: str, said: list[tuple[str, int, int]]
) -> Annotated:
    """An account with statements at given places."""
    key = witness_id("a", text, outlet, published, None)
    witness = Witness(key, "a", text, title, outlet, published=published, language="en")
    statements = tuple(
        Statement(
            tagged_hash("s1", key, a), (Span(key, a, b),), (), Speaker((), who, f"person:{who}", "person"),
            "indirect", (who,),
        )
        for who, a, b in said
    )  # fmt: skip
    mentions = tuple(
        Mention(tagged_hash("m1", key, a, who), Span(key, max(0, a - 9), a), "person", f"person:{who}")
        for who, a, _ in said
    )
    return Annotated(witness, (), (), mentions, statements)


def copies(file: Path, count: int) -> Iterator[Annotated]:
    """Accounts of a JSONL file over and over, each copy with a day and a line of its own."""
    records = [json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip()]
    world = World()
    for number in range(count):
        record = records[number % len(records)]
        text = f"{record['text']}\n{world.prose(8)}"
        day = FIRST + timedelta(days=number * 365 // count)
        step = max(1, len(text) // (SAID + 1))
        said = [(world.person(), i * step, min(len(text), i * step + 120)) for i in range(SAID)]
        outlet = str(record.get("outlet") or world.random.choice(world.outlets))
        yield annotated(text, str(record.get("title") or "x"), outlet, day.isoformat(), said)


def fill(library: Library, accounts: Iterator[Annotated], profile: bytes) -> dict[str, float]:
    """Add accounts; the rates of adding one by one, a hundred at once, and of keeping statements."""
    spent = {"one": 0.0, "hundred": 0.0, "statements": 0.0}
    done = {"one": 0, "hundred": 0}
    batch: list[Annotated] = []
    for number, account in enumerate(accounts):
        batch.append(account)
        how = "one" if number < 1000 else "hundred"
        if how == "one" or len(batch) == 100:
            spent[how] += _timed(partial(_add, library, batch, profile))
            spent["statements"] += _timed(partial(_annotate, library, batch))
            done[how] += len(batch)
            batch = []
    _add(library, batch, profile)
    _annotate(library, batch)
    rates = {f"added a second, {k} at once": done[k] / spent[k] for k in done if spent[k]}
    return rates | {"annotations kept a second": sum(done.values()) / max(spent["statements"], 1e-9)}


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _processor(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _add(library: Library, batch: list[Annotated], profile: bytes) -> None:
    with library.writing() as writer:
        for account in batch:
            w = account.witness
            day = (date.fromisoformat((w.published or "")[:10]) - date(1970, 1, 1)).days
            story = tagged_hash("s1", day, sum(map(ord, w.title or "")) % 30)
            writer.add(Entry(w, story, profile, float(day), w.published or "", why="Invented."))


def _annotate(library: Library, batch: list[Annotated]) -> None:
    with library.writing() as writer:
        for account in batch:
            writer.annotated(account.witness.id, "1", account)


def queries(world: World, each: int) -> dict[str, list[str]]:
    """Queries by sort."""
    pick, words = world.random.choice, world.words
    low, mid, rare = words[:20], words[200:2000], words[20_000:]
    sorts: dict[str, Callable[[], str]] = {
        "a rare word": lambda: pick(rare),
        "a word": lambda: pick(mid),
        "a very common word": lambda: pick(low),
        "common AND common": lambda: f"{pick(low)} {pick(low)}",
        "common AND rare": lambda: f"{pick(low)} {pick(rare)}",
        "five words": lambda: " ".join(pick(mid) for _ in range(5)),
        "OR": lambda: f"{pick(mid)} OR {pick(mid)} OR {pick(low)}",
        "a phrase": lambda: f'"{pick(mid)} {pick(mid)}"',
        "a phrase of very common words": lambda: f'"{words[0]} {pick(low)}"',
        "without": lambda: f"{pick(mid)} -{pick(low)}",
        "a beginning": lambda: f"{pick(mid)[:4]}*",
        "outlet": lambda: f'outlet:"{pick(world.outlets)}" {pick(low)}',
        "speaker": lambda: f'said:"{world.person()}" {pick(low)}',
        "person": lambda: f'person:"{world.person()}"',
        "a day": lambda: f"{pick(low)} on:{FIRST + timedelta(days=world.random.randrange(365))}",
        "from a day to another": lambda: f"{pick(mid)} after:2031-03-17 before:2031-11-05",
        "who said": lambda: f"who said anything about {pick(mid)}?",
        "what did NAME say": lambda: f"what did {world.person()} say about {pick(low)}?",
    }
    return {name: [make() for _ in range(each)] for name, make in sorts.items()}


def ask(
    library: Library, asked: dict[str, list[str]], timed: Callable[[Callable[[], None]], float]
) -> dict[str, list[float]]:
    """Milliseconds of each query, by sort, the sorts taken in turn as people would."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(max(map(len, asked.values()))):
        for name, texts in asked.items():
            times[name].append(1000 * timed(partial(_page, library, texts[turn])))
    return times


def _page(library: Library, text: str) -> None:
    library.search(text, limit=20)


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share lies at or under."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def run(path: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Fill the library, unless it is there, and ask it."""
    result: dict[str, Any] = {"accounts": options.accounts}
    there = path.exists()
    with Library.open(path, create=True) as library:
        if not there:
            world = World()
            made = (world.account(i, options.accounts) for i in range(options.accounts))
            given = copies(options.jsonl, options.accounts) if options.jsonl else made
            result |= fill(library, given, bytes(Random(1).randbytes(2000)))
        asked = queries(World(SEED), options.each)
        for texts in asked.values():
            _page(library, texts[0])
        result["queries"] = {
            name: {f"p{int(100 * p)}": round(percentile(ms, p), 2) for p in (0.5, 0.95, 0.99)}
            for name, ms in _with_all(
                ask(library, asked, _processor if options.processor else _timed)
            ).items()
        }
    size = sum(p.stat().st_size for p in path.parent.glob(path.name + "*"))
    return result | {"bytes an account": size / options.accounts}


def _with_all(times: dict[str, list[float]]) -> dict[str, list[float]]:
    return times | {"all": [ms for values in times.values() for ms in values]}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=40, help="queries of each sort")
    parser.add_argument("--processor", action="store_true", help="time of the processor: on a busy machine")
    parser.add_argument("--jsonl", type=Path, help="accounts to copy, instead of invented ones")
    parser.add_argument("--library", type=Path, help="where to make it; one that is there is only asked")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        result = run(options.library or Path(folder) / "bench.library", options)
    for name, value in result.items():
        if name != "queries":
            print(f"{name:40} {value:12,.1f}")
    for name, row in result["queries"].items():
        print(f"{name:40} " + "  ".join(f"{p} {ms:7.1f} ms" for p, ms in row.items()))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
