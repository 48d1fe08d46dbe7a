"""Fit the curves that turn a comparer's raw scores into shares that are right (``data/scores-model.tsv``).

    python bench/train_scores.py SHARED [--sets stories-allsides stories-gva stories-5w1h]
                                        [--seeds 305 306] [--n-per-kind 12] [--half open|held]
                                        [--keep DIR] [--dry]

Every conflict found in the edited version of a planted pair (``score/plant.py``) counts: right, where it
touches the edit and a counterpart; else as it is marked in ``bench/findings.tsv``, by eye; those not
marked are left out, counted and printed. ``--half held --dry`` prints how the scores of the table in
force hold on stories it was not fitted on: by band of score, the share that is right.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from beside import there
from discrepancies import Reader, halves
from findings import AROUND, key, marks

from consilience.collate import collate
from consilience.contrast.discrepancies import COMPARERS, found
from consilience.contrast.scores import calibrated, logit
from consilience.contrast.sheet import sheet
from consilience.model import Story

OUT = Path(__file__).parent.parent / "src" / "consilience" / "data" / "scores-model.tsv"
BANDS = (0.0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
PLANTED = 1.0
RIDGE = 4.0
"""How strongly a comparer's curve is drawn to the curve of all."""
FEW = 8
"""Findings that a comparer needs for a curve of its own."""
Row = tuple[str, float, bool, bool]
"""Comparer, raw score, whether right, whether planted."""


def judged(
    path: Path, reader: Reader, known: dict[str, str], seen: set[str], count: Counter[str]
) -> Iterator[Row]:
    """A row for each conflict of a planted pair; one that is not planted is ``seen`` once."""
    truth = json.loads((path / "truth.json").read_text("utf-8"))
    accounts, entities = reader.pair(path / "after")
    story = Story("s1:bench", tuple(a.witness.id for a in accounts), "")
    laid = sheet(accounts, collate(story, accounts, entities), entities)
    names = {a.witness.id: a.witness.name for a in accounts}
    for comparer, finding in found(laid):
        if finding.innocent is not None:
            continue
        touched = {_place(truth, names[s.witness], s.start, s.end) for s, _ in finding.sides}
        planted = touched >= {"edit", "other"} and not truth["innocent"]
        name = key(finding.says)
        if not planted and name in seen:
            continue
        seen.add(name)
        mark = "right" if planted else known.get(name, "")
        count[mark or "unmarked"] += 1
        if mark:
            yield comparer, finding.score, mark == "right", planted
        else:
            print(f"{name}\t{comparer} {finding.score:.2f}\t{finding.says}")
            for span, _ in finding.sides[:2]:
                words = laid.accounts[laid.index[span.witness]].witness.text[max(0, span.start - AROUND) :]
                print(f"    …{' '.join(words[: 2 * AROUND + span.end - span.start].split())}…")


def _place(truth: dict[str, Any], name: str, start: int, end: int) -> str:
    if name == truth["article"]:
        return "edit" if start < truth["end"] and truth["start"] < end else ""
    return "other" if any(o["start"] < end and start < o["end"] for o in truth["others"]) else ""


def newton(x: np.ndarray, y: np.ndarray, w: np.ndarray, prior: np.ndarray, ridge: float) -> np.ndarray:
    """Slope and bias of a logistic curve over weighted findings, drawn to a prior."""
    z, beta = np.c_[x, np.ones(len(x))], prior.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ beta))
        hessian = (z * (w * p * (1 - p))[:, None]).T @ z + ridge * np.eye(2)
        beta += np.linalg.solve(hessian, z.T @ (w * (y - p)) - ridge * (beta - prior))
    return beta


def fit(rows: list[Row]) -> dict[str, np.ndarray]:
    """A curve for all comparers together, and one for each that has findings enough.

    Planted conflicts show what right ones look like, but are many more than real ones: all together they
    weigh ``PLANTED`` times what the real conflicts read as right weigh.
    """
    x, y = np.array([logit(r[1]) for r in rows]), np.array([float(r[2]) for r in rows])
    made = np.array([r[3] for r in rows])
    w = np.where(made, PLANTED * y[~made].sum() / max(1, made.sum()), 1.0)
    curves = {"other": newton(x, y, w, np.array([1.0, 0.0]), 0.1)}
    for name in COMPARERS:
        here = np.array([r[0] == name for r in rows])
        if here.sum() >= FEW:
            curves[name] = newton(x[here], y[here], w[here], curves["other"], RIDGE)
            curves[name][0] = max(curves[name][0], 0.05)  # a surer finding never scores less
    return curves


def report(rows: list[Row]) -> None:
    """Share that is right by band of the score in force: of all conflicts, and of those not planted."""
    for title, held in (("with the planted", rows), ("real ones alone", [r for r in rows if not r[3]])):
        scores = np.array([calibrated(r[0], r[1]) for r in held])
        right = np.array([r[2] for r in held])
        print(title)
        for low, high in pairwise(BANDS):
            here = (scores >= low) & (scores < high)
            if here.sum():
                told = f"mean {scores[here].mean():.2f}, right {right[here].mean():.2f} of {here.sum()}"
                print(f"  score {low:.2f}–{min(high, 1):.2f}: {told}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the curves of the scores of findings.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--sets", nargs="+", default=["stories-allsides", "stories-gva", "stories-5w1h"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[305, 306])
    parser.add_argument("--n-per-kind", type=int, default=12)
    parser.add_argument("--half", choices=("open", "held"), default="open")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    args = parser.parse_args()
    sys.path.insert(0, str(there(args.shared / "score")))
    import plant

    reader, rows, count, known, seen = Reader(args.keep), [], Counter[str](), marks(), set[str]()
    for name in args.sets:
        stories = halves(plant.stories(args.shared / "data" / name / "articles.jsonl.gz"), args.half)
        for seed in args.seeds:
            with tempfile.TemporaryDirectory() as folder:
                made = plant.plant(stories, args.n_per_kind, seed, list(plant.KINDS), 0.8)
                plant.write_cases(made, Path(folder), seed)
                for path in sorted(Path(folder).iterdir()):
                    rows += judged(path, reader, known, seen, count)
    print(dict(count))
    if not args.dry:
        lines = ["# Curves that turn raw scores of findings into shares that are right; see scores-model.md."]
        lines.append("comparer\tslope\tbias\tsource")
        for name, (slope, bias) in fit(rows).items():
            lines.append(f"{name}\t{slope:.3f}\t{bias:.3f}\tfitted by bench/train_scores.py")
        OUT.write_text("\n".join(lines) + "\n", "utf-8")
        print(*lines[1:], sep="\n")
    report(rows)


if __name__ == "__main__":
    main()
