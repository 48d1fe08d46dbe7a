"""Fit the two models that score pairs of passages: `data/points-model.tsv`.

    python bench/train_points.py [--also superpal qa-align mrpc] [--keep FILE] [--model FOLDER] [--dry]

Reads topics, SuperPAL, QA-Align, MRPC and the stories of ``joins.tsv`` from the evaluation material beside
the checkout. Topics of SPARK with an even number in the file are for fitting, and the judged pairs marked so;
the others are held out. ``--also`` adds pairs of
clauses from further sets to the model of parts, ``--dry`` prints without writing; ``--model`` takes the
whole network of an encoder for the table distilled from it (see ``bench/points.py``), and does not
write. Prints each feature's weight and worth. ``--keep`` stores the annotated topics between runs;
delete it when annotation changes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from beside import SHARED, there
from encoder import FullEncoder
from points import RAW, Topic, judged, topics

from consilience.annotate import annotate, link
from consilience.collate import points as rooms
from consilience.collate.clauses import Unit, units
from consilience.collate.dividing import pool
from consilience.collate.evidence import FEATURES, Pairs, compare_units, sketch
from consilience.encoder import Encoder
from consilience.model import Annotated, Entity, Witness, witness_id

OUT = Path(__file__).parent.parent / "src/consilience/data/points-model.tsv"
RIDGE = 50.0
STRONG = 150.0
"""The ridge of parts, of which fewer are true."""
OUTSIDE = 0.3
"""Weight of a pair of which one unit lies outside all clusters."""
FOUND = 0.7
"""Share of the true pairs of parts that score over 0.5: the bias is shifted to that."""
Examples = tuple[np.ndarray, np.ndarray, np.ndarray]
Range = tuple[int, int]
Judge = Callable[[dict[str, Any], Range, Range], bool | None]


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


def examples(chosen: Sequence[Topic], stage: str, meaning: Encoder | None = None) -> Examples:
    """Features, labels and weights of pairs of which one unit carries a gold passage, or both touch one.

    A cluster holds every passage that tells its claim, so that what lies outside tells another.
    """
    rows, labels, weights = [], [], []
    for record, accounts, entities in chosen:
        by_id = {a.witness.id: a for a in accounts}
        pieces, pairs = candidates(accounts, entities, stage, meaning)
        marks = [held(u, by_id[u.witness].witness.name, record, stage) for u in pieces]
        for i, j, row in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.features, strict=True):
            (a, near_a), (b, near_b) = marks[i], marks[j]
            if (near_a and near_b) or a or b:
                rows.append(row)
                labels.append(bool(a & b))
                weights.append(OUTSIDE if not (near_a and near_b) else 1.0 if a and b else 0.5)
    return np.array(rows, float), np.array(labels, float), np.array(weights)


def candidates(
    accounts: Sequence[Annotated], entities: Sequence[Entity], stage: str, meaning: Encoder | None = None
) -> tuple[list[Unit], Pairs]:
    """The units of a stage and their candidate pairs."""
    by_id = {a.witness.id: a for a in accounts}
    kinds = {e.key: e.kind for e in entities}
    if stage == "unit":
        table = rooms.align(accounts, entities, meaning)
        return table.units, table.pairs
    pieces = [u for _, _, u in pool([u for a in accounts for u in units(a, kinds)], by_id)]
    drafts = [sketch(u, by_id[u.witness]) for u in pieces]
    return pieces, compare_units(pieces, drafts, context=False, meaning=meaning)


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float = RIDGE) -> np.ndarray:
    """Ridge logistic regression by Newton's method, on features of unit variance; the bias is last.

    So few true pairs bear only a strong ridge: it draws alike features to alike weights.
    """
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    penalty = np.diag([*[ridge] * x.shape[1], 1e-6])
    beta = np.zeros(z.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-z @ beta))
        hessian = (z * (weight * p * (1 - p))[:, None]).T @ z + penalty
        step = np.linalg.solve(hessian, z.T @ (weight * (y - p)) - penalty @ beta)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    scaled = beta[:-1] / spread
    return np.r_[scaled, beta[-1] - mean @ scaled]


def average_precision(y: np.ndarray, score: np.ndarray) -> float:
    """Mean precision at each true pair, best scores first."""
    ranked = y[np.argsort(-score, kind="stable")]
    return float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked == 1].mean())


def fit(everything: Sequence[Topic], further: Sequence[Examples], model: Path | None, *, dry: bool) -> None:
    """Fit both models on the even topics, print what each feature is worth, and write them."""
    meaning = FullEncoder(model) if model else None
    seen = examples(everything[::2], "part", meaning)
    all_seen = joined(seen, further)
    weights = {"part": shifted(logistic(*all_seen, ridge=STRONG), seen)}
    report("part", weights["part"], all_seen, examples(everything[1::2], "part", meaning))
    if not dry:
        write(weights)
    x, y, _ = judged(SHARED, "fit")
    seen = examples(everything[::2], "unit", meaning)
    both = np.r_[seen[0], x], np.r_[seen[1], y], np.r_[seen[2], np.ones(len(y))]
    weights["unit"] = calibrated(logistic(*both), x, y)
    x, y, _ = judged(SHARED, "held out")
    report("unit", weights["unit"], both, (x, y, np.ones(len(y))))
    x, y, _ = examples(everything[1::2], "unit", meaning)
    print(f"  average precision {average_precision(y, x @ weights['unit'][:-1]):.3f} on odd topics")
    if not dry:
        write(weights)


def report(stage: str, beta: np.ndarray, seen: Examples, unseen: Examples) -> None:
    """Print how many pairs there are, and the worth of features."""
    print(f"{stage}: {len(seen[1])} pairs, {int(seen[1].sum())} true")
    worth(beta, seen, unseen)


def worth(beta: np.ndarray, seen: Examples, unseen: Examples) -> None:
    """Print each feature's weight and what leaving it out costs in average precision."""
    full = [average_precision(y, x @ beta[:-1]) for x, y, _ in (seen, unseen)]
    print(f"  average precision {full[0]:.3f} on what it is fitted on, {full[1]:.3f} held out")
    for n, name in enumerate(FEATURES):
        kept = [k for k in range(len(FEATURES)) if k != n]
        less = logistic(seen[0][:, kept], seen[1], seen[2])
        alone = average_precision(unseen[1], unseen[0][:, n])
        without = average_precision(unseen[1], unseen[0][:, kept] @ less[:-1])
        print(f"  {name:15} weight {beta[n]:6.2f}  alone {alone:.3f}  without it {without - full[1]:+.3f}")


def shifted(beta: np.ndarray, seen: Examples) -> np.ndarray:
    """The weights with the bias at which a share of the true pairs scores over 0.5."""
    x, y, _ = seen
    least = np.quantile(x[y == 1] @ beta[:-1], 1 - FOUND)
    return np.r_[beta[:-1], -least]


def calibrated(beta: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The weights scaled so that on these pairs a score is the share that is right (Platt, 1999)."""
    slope, bias = logistic((x @ beta[:-1])[:, None], y, np.ones(len(y)), ridge=1e-3)
    return np.r_[beta[:-1] * slope, bias]


def write(weights: dict[str, np.ndarray]) -> None:
    """Write the model; a stage not yet fitted has zeros."""
    none = np.zeros(len(FEATURES) + 1)
    part, unit = (weights.get(stage, none) for stage in ("part", "unit"))
    lines = [
        "# Weights of the model that scores whether two passages assert the same; see points-model.md.",
        "feature\tpart\tunit\tsource",
    ]
    for n, name in enumerate([*FEATURES, "bias"]):
        lines.append(f"{name}\t{part[n]:.3f}\t{unit[n]:.3f}\tfitted by bench/train_points.py")
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    rooms.model.cache_clear()
    rooms.lexicon.cache_clear()


FILES = {
    "superpal": "points-superpal/pairs.jsonl.gz",
    "qa-align": "points-qa-align/pairs.jsonl.gz",
    "mrpc": "pairs/mrpc.jsonl.gz",
}
TOGETHER = 20
"""Sentence pairs that are weighed together as if they were two accounts of one story."""
PLACED = ("distance", "lead", "above_low", "above_high", "neighbours")
"""Features of where a passage stands, which sentences without a text around them have not."""


def further_pairs(shared: Path, name: str) -> Examples:
    """Pairs of clauses of one of the sets of sentence pairs, each within its pair of sentences."""
    with gzip.open(there(shared / "data" / FILES[name]), "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    found = [
        one
        for at in range(0, len(records), TOGETHER)
        for one in clause_pairs(records[at : at + TOGETHER], JUDGES[name], f"{name}-{at}")
    ]
    rows, labels = ([one[n] for one in found] for n in (0, 1))
    y = np.array(labels, float)
    print(f"{name}: {len(y)} pairs of clauses, {int(y.sum())} true")
    return np.array(rows, float), y, np.where(y > 0, 1.0, 0.5)


def clause_pairs(records: Sequence[dict[str, Any]], judge: Judge, name: str) -> Iterator[tuple[Any, bool]]:
    """Features and label of each pair of clauses that the set says something of."""
    drafts = [annotated([r[side] for r in records], f"{name}-{side}") for side in "ab"]
    accounts, entities = link([account for account, _ in drafts])
    pieces, pairs = candidates(accounts, entities, "part")
    starts = {account.witness.id: at for account, at in drafts}
    first = drafts[0][0].witness.id
    for i, j, row in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.features, strict=True):
        one, two = (pieces[i], pieces[j]) if pieces[i].witness == first else (pieces[j], pieces[i])
        (n, a), (m, b) = (within(u, starts[u.witness]) for u in (one, two))
        label = judge(records[n], a, b) if n == m else None
        if label is not None:
            yield row, label


def annotated(sentences: Sequence[str], name: str) -> tuple[Annotated, list[int]]:
    """Sentences as paragraphs of one account, and where each begins."""
    text = "\n\n".join(sentences)
    starts = np.cumsum([0, *(len(s) + 2 for s in sentences)])[:-1]
    return annotate(Witness(witness_id(name, text, None, None, None), name, text)), starts.tolist()


def within(unit: Unit, starts: Sequence[int]) -> tuple[int, Range]:
    """The number of the sentence a unit lies in, and its offsets there."""
    n = int(np.searchsorted(starts, unit.start, "right")) - 1
    return n, (unit.start - starts[n], unit.end - starts[n])


def by_spans(record: dict[str, Any], a: Range, b: Range) -> bool | None:
    """SuperPAL: both clauses and the marked words cover half of one another."""
    told = [(where, record[key]) for where, key in ((a, "a_spans"), (b, "b_spans"))]
    common = [sum(max(0, min(where[1], e) - max(where[0], s)) for s, e in spans) for where, spans in told]
    if not any(common):
        return None
    return all(
        2 * c >= max(where[1] - where[0], sum(e - s for s, e in spans))
        for c, (where, spans) in zip(common, told, strict=True)
    )


def by_questions(record: dict[str, Any], a: Range, b: Range) -> bool | None:
    """QA-Align: the clauses hold verbs of which aligned questions ask; long runs of clauses are left out."""
    one, two = record["a"][slice(*a)].lower(), record["b"][slice(*b)].lower()
    if any(
        holds(one, x["verb"]) and holds(two, y["verb"])
        for group in record["alignments"]
        for x in group["a"]
        for y in group["b"]
    ):
        return True if max(len(one), len(two)) < 160 else None
    return False


def holds(text: str, word: str) -> bool:
    """Whether a text has a word."""
    return re.search(rf"\b{re.escape(word.lower())}\b", text) is not None


def by_label(record: dict[str, Any], a: Range, b: Range) -> bool | None:
    """MRPC: whole sentences, by their label."""
    whole = all(end - start >= 0.8 * len(record[key]) for (start, end), key in ((a, "a"), (b, "b")))
    return record["label"] == "paraphrase" if whole else None


JUDGES: dict[str, Judge] = {"superpal": by_spans, "qa-align": by_questions, "mrpc": by_label}


def joined(seen: Examples, further: Sequence[Examples]) -> Examples:
    """All examples; features of place of the further ones are set to the mean of the first."""
    x, y, w = (np.concatenate([part[n] for part in (seen, *further)]) for n in range(3))
    columns = [FEATURES.index(name) for name in PLACED]
    x[len(seen[1]) :, columns] = seen[0][:, columns].mean(0)
    return x, y, w


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=RAW)
    parser.add_argument("--also", nargs="+", choices=sorted(FILES), default=[])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--dry", action="store_true")
    args = parser.parse_args()
    further = [further_pairs(there(SHARED), name) for name in args.also]
    fit(topics(SHARED, args.keep), further, args.model, dry=args.dry or bool(args.model))


if __name__ == "__main__":
    main()
