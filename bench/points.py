"""Fit the model that scores pairs of passages, and measure points.

    python bench/points.py fit   SHARED [--keep FILE]
    python bench/points.py score SHARED [--keep FILE]

SHARED holds ``data/points-spark/topics.jsonl.gz``, ``data/kabul-call`` and ``score/points.py``.
Topics of SPARK with an even number in the file are for fitting and for choosing thresholds;
odd ones are held out and reported apart. ``score`` prints pair precision, recall and F1 for
Consilience, and for TF-IDF and the sentence encoder over sentences, each with the threshold
that is best on the even topics. ``--keep`` stores the annotated topics between runs; delete
it when annotation changes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from beside import there

from consilience.annotate import annotate, link
from consilience.collate import points as rooms
from consilience.collate.clauses import Unit, units
from consilience.collate.dividing import pool
from consilience.collate.evidence import FEATURES, Pairs, compare_units, sketch
from consilience.ingest import read
from consilience.model import Annotated, Entity, Story, Witness, witness_id

OUT = Path(__file__).parent.parent / "src/consilience/data/points-model.tsv"
RAW = argparse.RawDescriptionHelpFormatter
RIDGE = 150.0
Examples = tuple[np.ndarray, np.ndarray, np.ndarray]
Topic = tuple[dict[str, Any], tuple[Annotated, ...], tuple[Entity, ...]]
Grouped = list[dict[str, list[tuple[int, int]]]]


def topics(shared: Path, keep: Path | None) -> list[Topic]:
    """SPARK's topics with their documents annotated and linked."""
    if keep and keep.exists():
        stored: list[Topic] = pickle.loads(keep.read_bytes())
        return stored
    out: list[Topic] = []
    with gzip.open(shared / "data/points-spark/topics.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            accounts = [
                annotate(Witness(witness_id(d["id"], d["text"], None, None, None), d["id"], d["text"]))
                for d in record["documents"]
            ]
            out.append((record, *link(accounts)))
    if keep:
        keep.write_bytes(pickle.dumps(out))
    return out


def held(unit: Unit, name: str, topic: dict[str, Any], stage: str) -> tuple[set[int], set[int]]:
    """Gold clusters that a unit carries, and those it touches.

    A part must cover half of the passage and the passage half of it; of a standing unit one will do.
    """
    carries, touches = set(), set()
    for number, cluster in enumerate(topic["clusters"]):
        for passage in cluster:
            if passage["doc"] != name:
                continue
            common = sum(max(0, min(unit.end, e) - max(unit.start, s)) for s, e in passage["spans"])
            length = sum(e - s for s, e in passage["spans"])
            if common:
                touches.add(number)
            halves = (2 * common >= length, 2 * common >= unit.end - unit.start)
            if all(halves) or (stage == "unit" and any(halves)):
                carries.add(number)
    return carries, touches


def examples(chosen: Sequence[Topic], stage: str) -> Examples:
    """Features, labels and weights of pairs whose units both touch a gold passage."""
    rows, labels, weights = [], [], []
    for record, accounts, entities in chosen:
        by_id = {a.witness.id: a for a in accounts}
        pieces, pairs = candidates(accounts, entities, stage)
        marks = [held(u, by_id[u.witness].witness.name, record, stage) for u in pieces]
        for i, j, row in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.features, strict=True):
            (a, near_a), (b, near_b) = marks[i], marks[j]
            if near_a and near_b:
                rows.append(row)
                labels.append(bool(a & b))
                weights.append(1.0 if a and b else 0.5)
    return np.array(rows, float), np.array(labels, float), np.array(weights)


def candidates(
    accounts: Sequence[Annotated], entities: Sequence[Entity], stage: str
) -> tuple[list[Unit], Pairs]:
    """The units of a stage and their candidate pairs."""
    by_id = {a.witness.id: a for a in accounts}
    kinds = {e.key: e.kind for e in entities}
    if stage == "unit":
        table = rooms.align(accounts, entities)
        return table.units, table.pairs
    pieces = [u for _, _, u in pool([u for a in accounts for u in units(a, kinds)], by_id)]
    return pieces, compare_units(pieces, [sketch(u, by_id[u.witness]) for u in pieces], context=False)


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Ridge logistic regression by Newton's method, on features of unit variance; the bias is last.

    So few true pairs bear only a strong ridge: it draws alike features to alike weights.
    """
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    ridge = np.diag([*[RIDGE] * x.shape[1], 1e-6])
    beta = np.zeros(z.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-z @ beta))
        hessian = (z * (weight * p * (1 - p))[:, None]).T @ z + ridge
        step = np.linalg.solve(hessian, z.T @ (weight * (y - p)) - ridge @ beta)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    scaled = beta[:-1] / spread
    return np.r_[scaled, beta[-1] - mean @ scaled]


def average_precision(y: np.ndarray, score: np.ndarray) -> float:
    """Mean precision at each true pair, best scores first."""
    ranked = y[np.argsort(-score, kind="stable")]
    return float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked == 1].mean())


def fit(shared: Path, keep: Path | None) -> None:
    """Fit both stages on the even topics and write the model."""
    everything = topics(shared, keep)
    weights: dict[str, np.ndarray] = {}
    for stage in ("part", "unit"):
        x, y, w = examples(everything[::2], stage)
        weights[stage] = logistic(x, y, w)
        print(f"{stage}: {len(y)} pairs, {int(y.sum())} true")
        worth(weights[stage], (x, y, w), examples(everything[1::2], stage))
        write(weights)
        rooms.model.cache_clear()
        rooms.lexicon.cache_clear()


def worth(beta: np.ndarray, seen: Examples, unseen: Examples) -> None:
    """Print each feature's weight and what leaving it out costs in average precision."""
    full = [average_precision(y, x @ beta[:-1]) for x, y, _ in (seen, unseen)]
    print(f"  average precision {full[0]:.3f} on even topics, {full[1]:.3f} on odd ones")
    for n, name in enumerate(FEATURES):
        kept = [k for k in range(len(FEATURES)) if k != n]
        less = logistic(seen[0][:, kept], seen[1], seen[2])
        alone = average_precision(unseen[1], unseen[0][:, n])
        without = average_precision(unseen[1], unseen[0][:, kept] @ less[:-1])
        print(f"  {name:15} weight {beta[n]:6.2f}  alone {alone:.3f}  without it {without - full[1]:+.3f}")


SHIFT = {"part": 1.8, "unit": 1.6}
"""Added to the bias, so that 0.5 is a good threshold: a little above the best one of the even topics,
whose key leaves many true pairs out."""


def write(weights: dict[str, np.ndarray]) -> None:
    """Write the model; a stage not yet fitted has zeros."""
    none = np.zeros(len(FEATURES) + 1)
    part, unit = (weights.get(stage, none) for stage in ("part", "unit"))
    lines = [
        "# Weights of the model that scores whether two passages assert the same; see points-model.md.",
        "feature\tpart\tunit\tsource",
    ]
    for n, name in enumerate([*FEATURES, "bias"]):
        shifts = SHIFT if name == "bias" else {"part": 0.0, "unit": 0.0}
        a, b = part[n] + shifts["part"], unit[n] + shifts["unit"]
        lines.append(f"{name}\t{a:.3f}\t{b:.3f}\tfitted by bench/points.py on SPARK, even topics")
    OUT.write_text("\n".join(lines) + "\n", "utf-8")


def consilience(topic: Topic, thresholds: Sequence[float]) -> list[Grouped]:
    """Groups of passages by document, for each threshold."""
    _, accounts, entities = topic
    table = rooms.align(accounts, entities)
    names = {a.witness.id: a.witness.name for a in accounts}
    out = []
    for threshold in thresholds:
        groups = []
        for group in rooms.grouped(table, threshold):
            passages: dict[str, list[tuple[int, int]]] = {}
            for unit in (table.units[i] for i in group):
                passages.setdefault(names[unit.witness], []).append((unit.start, unit.end))
            groups.append(passages)
        out.append(groups)
    return out


def baseline(column: int) -> Callable[[Topic, Sequence[float]], list[Grouped]]:
    """Pairs of whole sentences whose one feature reaches a threshold."""

    def run(topic: Topic, thresholds: Sequence[float]) -> list[Grouped]:
        _, accounts, _ = topic
        by_id = {a.witness.id: a for a in accounts}
        whole = [u for a in accounts for u in units(replace(a, statements=()))]
        pairs = compare_units(whole, [sketch(u, by_id[u.witness]) for u in whole], context=False)
        found = list(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.features[:, column], strict=True))
        return [
            [
                {by_id[u.witness].witness.name: [(u.start, u.end)] for u in (whole[i], whole[j])}
                for i, j, value in found
                if value >= threshold
            ]
            for threshold in thresholds
        ]

    return run


def score(shared: Path, keep: Path | None) -> None:
    """Print the scores of SPARK, by half, and of the five accounts."""
    sys.path.insert(0, str(shared / "score"))
    import points as scorer  # type: ignore[import-not-found]

    everything = topics(shared, keep)
    systems: dict[str, Callable[[Topic, Sequence[float]], list[Grouped]]] = {
        "TF-IDF of characters": baseline(FEATURES.index("chars")),
        "encoder": baseline(FEATURES.index("meaning")),
        "consilience": consilience,
    }
    for name, system in systems.items():
        grid = [0.4, 0.45, 0.5, 0.55, 0.6] if name == "consilience" else [0.15, 0.2, 0.25, 0.3, 0.5, 0.6, 0.7]
        even, odd = (halves(scorer, everything[n::2], system, grid) for n in (0, 1))
        best = max(range(len(grid)), key=lambda k: even[k]["f1"])
        if name == "consilience":
            for threshold, a, b in zip(grid, even, odd, strict=True):
                print(f"    threshold {threshold}: even {show(a)} | held out {show(b)}")
        print(f"SPARK {name} (threshold {grid[best]}): even {show(even[best])} | held out {show(odd[best])}")
    kabul(shared, scorer)


def halves(
    scorer: Any, part: Sequence[Topic], system: Callable[..., list[Grouped]], grid: Sequence[float]
) -> list[dict[str, float]]:
    """The scorer's pair figures over some topics, for each threshold."""
    found = {str(topic[0]["topic"]): system(topic, grid) for topic in part}
    records = [topic[0] for topic in part]
    by_step = [{name: groups[k] for name, groups in found.items()} for k in range(len(grid))]
    return [scorer.score_topics(records, predicted)["pairs"] for predicted in by_step]


def show(pairs: dict[str, float]) -> str:
    """Precision, recall and F1 in a line."""
    return f"P {pairs['precision']:.3f} R {pairs['recall']:.3f} F1 {pairs['f1']:.3f}"


def kabul(shared: Path, scorer: Any) -> None:
    """Score the five accounts, and time them warm."""
    folder = shared / "data/kabul-call"
    witnesses, _ = read(sorted(folder.glob("*.txt")))
    accounts, entities = link([annotate(w) for w in witnesses])
    names = {a.witness.id: a.witness.name for a in accounts}
    story = Story("s1:0", tuple(names), "")
    rooms.collate(story, accounts, entities)
    began = time.perf_counter()
    found = rooms.collate(story, accounts, entities)
    seconds = time.perf_counter() - began
    predicted = [
        {
            "id": p.id, "speaker": p.speaker,
            "accounts": [{"article": names[s.witness], "start": s.start, "end": s.end} for s in p.spans],
        }
        for p in found
    ]  # fmt: skip
    gold = json.loads((folder / "gold.json").read_text("utf-8"))
    result = scorer.score_gold(gold, predicted, {n: n for n in names.values()})
    print(
        f"five accounts: {show(result['pairs'])}, speaker {result['speaker']['accuracy']:.2f}, matched "
        f"{result['matched']:.2f}, merged {result['merged']['count']}, split {result['split']['count']}, "
        f"{seconds:.2f} s warm"
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=RAW)
    parser.add_argument("command", choices=["fit", "score"])
    parser.add_argument("shared", type=Path)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    {"fit": fit, "score": score}[args.command](there(args.shared), args.keep)


if __name__ == "__main__":
    main()
