"""Fit the prices of copying: `data/descent-model.tsv`.

    python bench/train_descent.py [--fit SET:SEED ...] [--held SET:SEED ...] [--count N] [--dry]

Invents copying histories with the generator beside the checkout and fits the price of each feature of
``trace.costs.FEATURES`` so that the true parents are as likely as can be among all forests of the accounts
(the sum over forests is a determinant; see ``trace.forest``). A lost account with two followers or more is
given with its true text, so that what is fitted is what copyists do, not how well lost texts are guessed.
Prices are kept from falling below nothing, but for what speaks for a parent (a credit, the same headline).
Prints for fitted and held-out histories how likely the true parents are, and for how many accounts the
likeliest parents are the true ones: with lost texts known, so these prices can do no better without them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from beside import SHARED, there
from descent import accounts_of, invent

from consilience.model import Annotated, Witness
from consilience.settings import Trace
from consilience.trace.costs import FEATURES
from consilience.trace.draft import components, gather
from consilience.trace.family import Kindred
from consilience.trace.reuse import words_of
from consilience.trace.stemma import kindred, kinship

OUT = Path(__file__).parent.parent / "src/consilience/data/descent-model.tsv"
FIT = [f"{name}:{seed}" for name in ("stories-5w1h", "stories-gva") for seed in range(101, 109)]
HELD = ["stories-5w1h:109", "stories-gva:109", "stories-allsides:101", "stories-allsides:102"]
GIVEN = {"root_words": 1.2, "added_words": 2.5, "added_more": 1.5}
"""Prices of ten words of one's own, without a parent and in a copy, that are set after the fit: the copyists
of the histories write next to nothing of their own, those of the world do."""
FREE = ("credited", "same_title")
"""Features that may have a price below nothing: they speak for a parent."""
BINS = (0.0, 0.5, 0.75, 0.9, 0.99, 1.01)
RIDGE, STEPS, RATE = 1.0, 1500, 0.05
HEAD = """# Price in nats of what a copyist does and of what speaks against a direction; see descent-model.md.
feature	price	source
"""
Array = np.ndarray


@dataclass
class Family:
    """The options of the accounts of one family, end to end: counts, child, main parent (-1: none), truth."""

    counts: Array
    child: Array
    main: Array
    true: Array
    size: int


def families(case: Path) -> Iterator[Family]:
    """The families of one history, lost accounts that can be told given with their texts."""
    truth = json.loads((case / "truth.json").read_text("utf-8"))
    accounts = accounts_of(case)
    clues = gather(accounts, (), Trace())
    copies = kinship(clues, Trace()).copies
    parents = true_parents(truth)
    for group in components(len(accounts), copies):
        names = [accounts[n].witness.name for n in group]
        if len(group) < 2:
            continue
        members = kindred(clues, group, copies)
        for lost in [n["id"] for n in truth["nodes"] if n["hidden"] and n["id"] in parents]:
            kids = [names.index(c) for c, ps in parents.items() if lost in ps and c in names]
            if len(kids) > 1:
                text = (case / "hidden" / f"{lost}.txt").read_text("utf-8")
                members.suppose(words_of(Annotated(Witness("", lost, text), (), ())), (kids[0], kids[1]))
                names.append(lost)
        found = options(members, names, parents)
        if found:
            yield found


def true_parents(truth: dict[str, Any]) -> dict[str, set[str]]:
    """Parents by child; a lost account with one follower is passed over, as it cannot be told."""
    parents: dict[str, set[str]] = {n["id"]: set() for n in truth["nodes"]}
    for edge in truth["edges"]:
        parents[edge["child"]].add(edge["parent"])
    for lost in [n["id"] for n in truth["nodes"] if n["hidden"]]:
        kids = [c for c, ps in parents.items() if lost in ps]
        if len(kids) < 2:
            above = parents.pop(lost)
            for c in kids:
                parents[c] = parents[c] - {lost} | above
    return parents


def options(members: Kindred, names: Sequence[str], parents: dict[str, set[str]]) -> Family | None:
    """Every option of every account with its counts; None where the true parents are no option."""
    counts, child, main, true = [], [], [], []
    for n, name in enumerate(names):
        want = {names.index(p) for p in parents[name] if p in names}
        tried = [o.parents for o in members.options(n)]
        if len(want) == 2 and all((n, p) in members.kin for p in want):
            a, b = sorted(want)
            tried += [pair for pair in ((a, b), (b, a)) if pair not in tried]
        if not any(set(t) == want for t in tried):
            return None
        for t in tried:
            held = members.counts(n, *t)
            counts.append([held.get(f, 0.0) for f in FEATURES])
            child.append(n)
            main.append(t[0] if t else -1)
            true.append(set(t) == want)
    return Family(np.array(counts), np.array(child), np.array(main), np.array(true), len(names))


def likelihood(found: Family, prices: Array) -> tuple[float, Array, Array]:
    """Minus the logarithm of the true parents' chance, its gradient, and the chance of each option."""
    least = np.full(found.size, np.inf)
    cost = found.counts @ prices
    np.minimum.at(least, found.child, cost)
    weight = np.exp(least[found.child] - cost)
    laplace = np.zeros((found.size, found.size))
    np.add.at(laplace, (found.child, found.child), weight)
    inner = found.main >= 0
    np.add.at(laplace, (found.main[inner], found.child[inner]), -weight[inner])
    inverse = np.linalg.inv(laplace)
    through = np.where(inner, inverse[found.child, np.maximum(found.main, 0)], 0.0)
    chance = weight * (inverse[found.child, found.child] - through)
    right = np.bincount(found.child, weight * found.true, found.size)
    share = weight * found.true / right[found.child]
    value = np.linalg.slogdet(laplace)[1] - np.log(right).sum()
    return float(value), found.counts.T @ (share - chance), chance


def fit(held: Sequence[Family]) -> Array:
    """Prices of the features, by gradient descent (Adam) on features of one scale."""
    scale = np.maximum(np.concatenate([f.counts for f in held]).std(axis=0), 1e-3)
    scaled = [Family(f.counts / scale, f.child, f.main, f.true, f.size) for f in held]
    free = np.array([name in FREE for name in FEATURES])
    prices, first, second = (np.zeros(len(FEATURES)) for _ in range(3))
    for step in range(1, STEPS + 1):
        slope = RIDGE * prices + sum(likelihood(f, prices)[1] for f in scaled)
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        move = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
        prices = prices - RATE * (0.1 if step > 0.7 * STEPS else 1.0) * move
        prices = np.where(free, prices, np.maximum(prices, 0.0))
    return prices / scale


def report(name: str, held: Sequence[Family], prices: Array) -> None:
    """Print how well the prices tell the true parents."""
    total = sum(likelihood(f, prices)[0] for f in held)
    chosen = []
    for f in held:
        chance = likelihood(f, prices)[2]
        for n in range(f.size):
            rows = np.flatnonzero(f.child == n)
            best = rows[chance[rows].argmax()]
            chosen.append((chance[best], f.true[best]))
    sure, right = np.array(chosen, dtype=float).T
    print(f"{name}: {len(held)} families, {len(sure)} accounts; ", end="")
    print(f"true parents {right.mean():.3f}, loss {total / len(sure):.3f}")
    for low, high in pairwise(BINS):
        here = (sure >= low) & (sure < high)
        if here.any():
            print(f"  chance {low}–{min(high, 1)}: {right[here].mean():.2f} right of {here.sum()}")


def _all_of(specs: Sequence[str], count: int, out: Path) -> list[Family]:
    """The families of histories over sets and seeds (``stories-gva:101``)."""
    out_of = {spec: (*spec.split(":"), out / spec.replace(":", "-")) for spec in specs}
    cases = [case for stories, seed, to in out_of.values() for case in invent(stories, int(seed), count, to)]
    return [found for case in cases for found in families(case)]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fit", nargs="+", default=FIT, metavar="SET:SEED")
    parser.add_argument("--held", nargs="+", default=HELD, metavar="SET:SEED")
    parser.add_argument("--count", type=int, default=20, help="histories of each set and seed")
    parser.add_argument("--dry", action="store_true", help="print without writing")
    args = parser.parse_args()
    there(SHARED / "score" / "descend.py")
    with tempfile.TemporaryDirectory() as name:
        fitted, held = (_all_of(specs, args.count, Path(name)) for specs in (args.fit, args.held))
    prices = fit(fitted)
    report("fitted", fitted, prices)
    report("held out", held, prices)
    rows = []
    for name, price in zip(FEATURES, prices, strict=True):
        how = "set" if name in GIVEN else "fitted"
        rows.append(f"{name}\t{GIVEN.get(name, price):.3f}\t{how} by bench/train_descent.py")
    print(*rows, sep="\n")
    if not args.dry:
        OUT.write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
