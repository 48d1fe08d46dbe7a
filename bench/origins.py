"""Measure the bounds of origins on invented copying histories: do they hold the true number, how wide?

    python bench/origins.py                       points made from the truth, accounts not annotated (quick)
    python bench/origins.py --whole               the points of the whole comparison
    python bench/origins.py --seeds 4 5 --count 5

A point of k true origins is made of the lines that come from one line of each of k roots, in every account
that has them (lines of roots that resemble one another are left out: nobody knows their number). With
``--whole`` a point that the comparison aligned counts with the roots of the lines that it covers most of.
The generator lies beside the checkout (``../shared/score``); without it this says so and does nothing.

For k = 1 and k >= 2 apart: how many points; ``held``, the share with low <= k <= high; ``false``, with
low > k; ``missed``, with high < k; ``shown``, with low >= 2; ``width``, the mean of high - low.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from descent import SHARED, accounts_of, invent, whole

from consilience.model import Annotated, Point, Reading, Span
from consilience.trace import trace, with_origins

Row = tuple[int, int, int]
"""True number, low, high."""
Lines = Mapping[str, Sequence[tuple[str, int, int]]]


def lines_of(truth: Mapping[str, Any]) -> dict[str, Lines]:
    """For each root, its lines (by key) with the accounts and places that have them; no unclear ones."""
    unclear = set(truth["unclear"])
    out: dict[str, dict[str, list[tuple[str, int, int]]]] = defaultdict(lambda: defaultdict(list))
    for name, rows in sorted(truth["sentences"].items()):
        for row in rows:
            if len(row["keys"]) == 1 and row["keys"][0] not in unclear:
                out[row["roots"][0]][row["keys"][0]].append((name, row["start"], row["end"]))
    return {root: dict(held) for root, held in out.items()}


def made(truth: Mapping[str, Any], accounts: Sequence[Annotated]) -> Iterator[tuple[int, Point]]:
    """Points of one root each, and of the n-th lines of all roots."""
    ids = {a.witness.name: a.witness.id for a in accounts}
    lines = lines_of(truth)
    single = [held for found in lines.values() for held in found.values()]
    several = zip_longest(*(found.values() for found in lines.values())) if len(lines) > 1 else []
    cases = [(1, held) for held in single]
    for row in several:
        there = [held for held in row if held]
        if len(there) > 1:
            cases.append((len(there), [spot for held in there for spot in held]))
    for number, (k, spots) in enumerate(cases):
        spans = tuple(Span(ids[name], s, e) for name, s, e in spots)
        if len({s.witness for s in spans}) > 1:
            reading = Reading("", spans, "")
            yield k, Point(f"p1:{number}", "s1:bench", "", "event", (reading,))


def quick(case: Path) -> Iterator[Row]:
    """Bounds of the points made from the truth."""
    truth = json.loads((case / "truth.json").read_text("utf-8"))
    accounts = accounts_of(case)
    descent = trace(accounts)
    cases = list(made(truth, accounts))
    found = with_origins([p for _, p in cases], accounts, descent)
    yield from ((k, p.low, p.high) for (k, _), p in zip(cases, found, strict=True))


def aligned(case: Path) -> Iterator[Row]:
    """Bounds of the points of the whole comparison, with the roots of the lines that they stand in."""
    truth = json.loads((case / "truth.json").read_text("utf-8"))
    for point in whole(case)["points"]:
        roots: set[str] = set()
        spans = point["accounts"]
        for span in spans:
            for row in truth["sentences"].get(span["article"], ()):
                over = min(span["end"], row["end"]) - max(span["start"], row["start"])
                if 2 * over >= span["end"] - span["start"]:
                    roots |= set(row["roots"])
        if len({s["article"] for s in spans}) > 1 and roots and not point["speaker"]:
            yield len(roots), point["independent"]["low"], point["independent"]["high"]


def report(name: str, rows: Sequence[Row]) -> None:
    """Print one line."""
    count = max(1, len(rows))
    parts = {
        "held": sum(low <= k <= high for k, low, high in rows) / count,
        "false": sum(low > k for k, low, _ in rows) / count,
        "missed": sum(high < k for k, _, high in rows) / count,
        "shown": sum(low > 1 for _, low, _ in rows) / count,
        "width": sum(high - low for _, low, high in rows) / count,
    }
    print(f"{name:8}{len(rows):7}" + "".join(f"  {key} {value:.3f}" for key, value in parts.items()))


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[41, 42])
    parser.add_argument("--count", type=int, default=10, help="histories of each seed")
    parser.add_argument("--whole", action="store_true", help="run the whole comparison")
    args = parser.parse_args()
    if not (SHARED / "score" / "descend.py").exists():
        print("no generator beside the checkout (../shared/score): nothing measured")
        return 0
    way = aligned if args.whole else quick
    with tempfile.TemporaryDirectory() as name:
        made = (invent("stories-allsides", seed, args.count, Path(name) / str(seed)) for seed in args.seeds)
        cases = [case for cases in made for case in cases]
        rows = [row for case in cases for row in way(case)]
    print(f"{len(cases)} histories")
    report("k = 1", [r for r in rows if r[0] == 1])
    report("k >= 2", [r for r in rows if r[0] > 1])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
