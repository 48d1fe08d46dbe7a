"""Measure the web app under load: readers who open pages of a library, each in their own order.

    python bench/serve.py LIBRARY --fill SHARED [--accounts 20000] [--compared 300]
    python bench/serve.py LIBRARY [--readers 20] [--seconds 600] [--pause 1.0] [--worker]

The first call makes the library to be read, or goes on making it: so many accounts (those of
``bench/scale.py``: the story sets over and over, each time in other words), all of them read for who said
what, and so many of the newest stories compared; an hour and more on two processors. The second starts
``consilience serve`` on a copy of the library, in a process of its own, and the readers in this one: each
asks for a page, reads it to the end, waits about ``--pause`` seconds (drawn, 0 to twice as much; 0: not at
all) and goes on, for so many seconds. The pages are drawn by ``MIX``; one in fifty requests writes (a
follow, taken back). Without ``--worker`` nothing is compared meanwhile; with it the worker compares what is
left over, at low priority, as it would.

Prints for each kind of page how often it was asked for, the median, 95th and 99th percentile and the
slowest in milliseconds of the clock, from the request to the last byte; what was answered with an error; then
the bytes of a first view of each page, with the style and script it names; then the seconds of processor that
the server and the processes beside it took in all, start and end included. Readers and server share the
machine's processors.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from beside import there
from scale import AT, corpus

from consilience.engine.intake import Intake
from consilience.engine.shelf import document
from consilience.model import Witness
from consilience.store import Library

A_DAY = 2000
MIX = {
    "feed": 25,
    "story": 30,
    "part": 12,
    "search": 15,
    "account": 5,
    "person": 4,
    "outlet": 3,
    "api": 4,
    "write": 2,
}
"""Shares of the kinds of request, in hundredths."""
PARTS = ("points", "points/1", "discrepancies", "descent", "ledger", "timeline", "coverage", "texts")
FEEDS = ("/feed", "/feed", "/feed?page=2", "/feed?page=5", "/feed?only=new", "/feed?only=disputed")
COMPARED = 0.8
"""Share of story pages that are of a story with a dossier, if the library has any."""
WORDS = re.compile(r"[A-Za-z]{5,}")


@dataclass
class Known:
    """What there is to ask for."""

    compared: list[str]
    stories: list[str]
    accounts: list[str]
    people: list[str]
    outlets: list[str]
    words: list[str]


@dataclass
class Told:
    """What the readers saw."""

    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


def fill(place: Path, shared: Path, accounts: int, compared: int) -> None:
    """Make a library, or go on where a call before ended."""
    with Library.open(place, create=True) as library:
        intake, lot = Intake(library), list[Witness]()
        for number, witness in enumerate(corpus(shared, accounts, A_DAY), 1):
            lot.append(witness)
            if len(lot) == 100 or number == accounts:
                intake.take(lot, AT)
                lot = []
        intake.annotate(lambda stage, n, of: print(stage, n + 1, "of", of, flush=True))
        while (left := compared - len(library.briefs([t.id for t in library.stories(limit=10**6)]))) > 0:
            for story in library.uncompared(left):
                document(library, story)


def known(place: Path) -> Known:
    """Stories, accounts, speakers, outlets and words of a library."""
    with Library.open(place) as library:
        stories = [t.id for t in library.stories(limit=2000)]
        compared = list(library.briefs(stories))
        kept = [library.account(a) for s in stories[:100] for a in _members(library, s)]
        words = [w for k in kept[:300] for w in WORDS.findall(k.witness.title or k.witness.text[:200])]
        people = [row[0] for row in library._db.execute("SELECT name FROM speaker LIMIT 500")]
        outlets = [name for name, _, _ in library.outlets(100, 0)]
        return Known(compared, stories, [k.witness.id for k in kept], people, outlets, words)


def _members(library: Library, story: str) -> list[str]:
    return [k.witness.id for k in library.accounts(story=story)]


def address(kind: str, there: Known, chance: random.Random) -> str:
    """A page of a kind."""
    pick = chance.choice
    some = there.compared if there.compared and chance.random() < COMPARED else there.stories
    words = " ".join(chance.sample(there.words, pick((1, 2, 3))))
    kinds = {
        "feed": pick(FEEDS),
        "story": f"/stories/{pick(some)}",
        "part": f"/stories/{pick(there.compared or there.stories)}/{pick(PARTS)}",
        "search": "/search?" + urlencode({"q": words}),
        "account": f"/accounts/{pick(there.accounts)}",
        "person": f"/people/{quote(pick(there.people or ['nobody']), safe='')}",
        "outlet": f"/outlets/{quote(pick(there.outlets), safe='')}",
        "api": pick(("/api/v1/stories", f"/api/v1/stories/{pick(some)}", "/feed.json")),
    }
    return kinds[kind]


def read(base: tuple[str, int], there: Known, told: Told, until: float, pause: float, seed: int) -> None:
    """One reader."""
    chance = random.Random(seed)
    line = http.client.HTTPConnection(*base, timeout=60)
    while time.monotonic() < until:
        kind = chance.choices(list(MIX), list(MIX.values()))[0]
        start = time.perf_counter()
        try:
            status = _write(line, chance) if kind == "write" else _get(line, address(kind, there, chance))[0]
            fault = (
                "" if status < 400 or (status == 404 and kind in ("part", "person")) else f"{kind}: {status}"
            )
        except OSError as error:
            line.close()
            fault = f"{kind}: {type(error).__name__}"
        with told.lock:
            told.spent[kind].append(1000 * (time.perf_counter() - start))
            if fault:
                told.errors[fault] += 1
        time.sleep(chance.uniform(0, 2 * pause))
    line.close()


def _get(line: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    line.request("GET", path)
    answer = line.getresponse()
    return answer.status, answer.read()


def _write(line: http.client.HTTPConnection, chance: random.Random) -> int:
    """Follow a topic, and follow it no more."""
    import json

    body = json.dumps({"kind": "topic", "value": f"harbour {chance.randrange(20)}"})
    line.request("POST", "/api/v1/follows", body, {"Content-Type": "application/json"})
    answer = line.getresponse()
    made = json.loads(answer.read())
    if answer.status >= 400:
        return answer.status
    line.request("DELETE", f"/api/v1/follows/{made['number']}")
    gone = line.getresponse()
    gone.read()
    return 200 if gone.status == 404 else gone.status  # another reader took it back


def served(place: Path, *, worker: bool) -> tuple[subprocess.Popen[str], tuple[str, int]]:
    """The app on a library, at a port that is free."""
    command = [sys.executable, "-m", "consilience", "serve", "--port", "0", "--library", str(place)]
    app = subprocess.Popen(command + ([] if worker else ["--no-worker"]), stdout=subprocess.PIPE, text=True)
    assert app.stdout
    found = re.search(r"http://([\d.]+):(\d+)", app.stdout.readline())
    if not found:
        raise SystemExit("the app did not start")
    return app, (found[1], int(found[2]))


def quantile(values: list[float], share: float) -> float:
    """A percentile of values in order."""
    return values[min(len(values) - 1, int(share * len(values)))]


def report(told: Told, seconds: float) -> None:
    """Print what the readers saw."""
    count, wrong = sum(map(len, told.spent.values())), sum(told.errors.values())
    print(f"{count:,} requests in {seconds:.0f} s, {count / seconds:.0f} a second; {wrong} errors")
    print(f"{'':10} {'asked':>7} {'median':>8} {'95 %':>8} {'99 %':>8} {'slowest':>8}  ms")
    for kind in MIX:
        values = sorted(told.spent[kind])
        if values:
            row = (statistics.median(values), quantile(values, 0.95), quantile(values, 0.99), values[-1])
            print(f"{kind:10} {len(values):>7,} " + " ".join(f"{v:>8.1f}" for v in row))
    for fault, times in told.errors.most_common():
        print(f"  error {fault}, {times} times")


def weights(base: tuple[str, int], there: Known) -> None:
    """Print the bytes of a first view of each page, and the heaviest story of thirty."""
    line = http.client.HTTPConnection(*base, timeout=60)
    story = max(there.compared[:30] or there.stories[:30], key=lambda s: len(_get(line, f"/stories/{s}")[1]))
    pages = [
        "/feed",
        f"/stories/{story}",
        *(f"/stories/{story}/{p}" for p in PARTS),
        "/search?q=water",
        "/help",
    ]
    print("first view, bytes with style and script, not packed:")
    for page in [*pages, f"/accounts/{there.accounts[0]}", "/outlets", "/follows", "/add"]:
        status, body = _get(line, page)
        named = sorted(set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', body)))
        rest = sum(len(_get(line, name.decode())[1]) for name in named)
        print(
            f"  {page.split('?')[0][:60]:60} {len(body) + rest:>9,}{'' if status == 200 else f'  ({status})'}"
        )
    line.close()


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Measure the web app under load.")
    parser.add_argument("library", type=Path)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--pause", type=float, default=1.0)
    parser.add_argument("--worker", action="store_true")
    parser.add_argument("--fill", type=Path, metavar="SHARED")
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--compared", type=int, default=300)
    args = parser.parse_args()
    if args.fill:
        fill(args.library, there(args.fill), args.accounts, args.compared)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "library.db"
        shutil.copy(args.library, copy)
        what = known(copy)
        app, base = served(copy, worker=args.worker)
        try:
            told, start = Told(), time.monotonic()
            until = start + args.seconds
            readers = [
                threading.Thread(target=read, args=(base, what, told, until, args.pause, seed))
                for seed in range(args.readers)
            ]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            report(told, time.monotonic() - start)
            weights(base, what)
        finally:
            app.terminate()
            app.wait(30)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"processor: {used.ru_utime + used.ru_stime:.1f} s; most memory {used.ru_maxrss / 1024:.0f} MB")
    return 0 if not told.errors else 1


if __name__ == "__main__":
    raise SystemExit(main())
