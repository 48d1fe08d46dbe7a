"""Fit the model of how surely two figures are of one fact (``data/figures-model.tsv``).

    python bench/train_figures.py SHARED [--sets stories-allsides stories-gva stories-5w1h]
                                         [--seeds 301 302 303 304] [--n-per-kind 40] [--stories 170]
                                         [--keep DIR] [--dry]

True pairs are the two sides of planted numbers (``score/plant.py``); false ones are figures that
differ in stories as they are, though neither account gives the other's, and in the planted pairs away from
the edit. A few of these are real differences, which the fit bears. Only the open half of the
stories is used. Prints how well the model tells them apart with stories left out in turn, beside
the likeness of the lines alone and without each feature, and writes the weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from beside import there
from discrepancies import Pair, Reader, halves
from findings import read
from train_points import average_precision, logistic

from consilience.annotate import link
from consilience.collate import collate
from consilience.contrast.figures import FEATURES, Figures
from consilience.contrast.numbers import candidates
from consilience.contrast.sheet import Sheet, sheet
from consilience.contrast.slots import Match, Slot
from consilience.group import group
from consilience.model import Story

OUT = Path(__file__).parent.parent / "src" / "consilience" / "data" / "figures-model.tsv"
FOLDS = 5
MOST = 6
"""Accounts of a story that are compared, at most."""
RIDGE = 5.0
Row = tuple[str, bool, tuple[float, ...]]
"""Story, whether the two figures are of one fact, features."""


def laid_out(pair: Pair) -> Sheet:
    accounts, entities = pair
    story = Story("s1:bench", tuple(a.witness.id for a in accounts), "")
    return sheet(accounts, collate(story, accounts, entities), entities)


def pairs(laid: Sheet) -> Iterator[tuple[Match, dict[str, float]]]:
    """Figures that may be of one fact and differ, with their features."""
    slots, matches = candidates(laid)
    figures = Figures(laid, slots)
    yield from ((match, figures.features(match)) for match in matches)


def planted(cases: Path, reader: Reader) -> Iterator[Row]:
    """The two sides of each planted conflict, and differing values away from it."""
    for path in sorted(cases.glob("*/truth.json")):
        truth = json.loads(path.read_text("utf-8"))
        laid = laid_out(reader.pair(path.parent / "after"))
        names = {a.witness.id: a.witness.name for a in laid.accounts}
        for match, features in pairs(laid):
            found = {_place(truth, names[s.span.witness], s) for s in (match.a, match.b)}
            if found == {"edit", "other"} or "edit" not in found:
                yield row(truth["story"], "edit" in found, features)


def _place(truth: Mapping[str, Any], name: str, slot: Slot) -> str:
    """Whether a value stands where the edit was made, or in its counterpart."""
    if name == truth["article"]:
        return "edit" if slot.span.start < truth["end"] and truth["start"] < slot.span.end else ""
    inside = (o["start"] < slot.span.end and slot.span.start < o["end"] for o in truth["others"])
    return "other" if any(inside) else ""


def unplanted(stories: dict[str, list[Any]], most: int, reader: Reader) -> Iterator[Row]:
    """Differing values of stories as they are, a few real differences among them."""
    for story in sorted(stories, key=lambda s: hashlib.sha256(s.encode()).digest())[:most]:
        accounts = [reader.account(w) for w in read(stories[story])[:MOST]]
        kept = group(accounts)[0].witnesses
        told = [a for a in accounts if a.witness.id in kept]
        if len(told) > 1:
            yield from (row(story, False, features) for _, features in pairs(laid_out(link(told))))


def row(story: str, same: bool, features: Mapping[str, float]) -> Row:
    return story, same, tuple(round(features[name], 6) for name in FEATURES)


def area(y: np.ndarray, score: np.ndarray) -> float:
    """Chance that a true pair scores higher than a false one."""
    above = (score[y == 1][:, None] > score[y == 0]).mean()
    return float(above + (score[y == 1][:, None] == score[y == 0]).mean() / 2)


def left_out(x: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """The score of each pair by a model fitted without its story."""
    score = np.zeros(len(y))
    for k in range(FOLDS):
        beta = logistic(x[fold != k], y[fold != k], np.ones((fold != k).sum()), ridge=RIDGE)
        score[fold == k] = x[fold == k] @ beta[:-1] + beta[-1]
    return score


def report(rows: list[Row]) -> None:
    """How well the model tells the pairs apart, and what each feature is worth."""
    x, y = np.array([r[2] for r in rows]), np.array([float(r[1]) for r in rows])
    fold = np.array([hashlib.sha256(r[0].encode()).digest()[1] % FOLDS for r in rows])

    def figures(score: np.ndarray) -> str:
        return f"area {area(y, score):.3f}, average precision {average_precision(y, score):.3f}"

    print(f"{int(y.sum())} true of {len(y)} pairs; stories left out in turn: {figures(left_out(x, y, fold))}")
    print(f"  likeness of the lines alone: {figures(x[:, 0])}")
    for n, name in enumerate(FEATURES):
        kept = [k for k in range(len(FEATURES)) if k != n]
        print(f"  without {name}: {figures(left_out(x[:, kept], y, fold))}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the model of figures of one fact.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--sets", nargs="+", default=["stories-allsides", "stories-gva", "stories-5w1h"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[301, 302, 303, 304])
    parser.add_argument("--n-per-kind", type=int, default=40)
    parser.add_argument("--stories", type=int, default=170)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    args = parser.parse_args()
    sys.path.insert(0, str(there(args.shared / "score")))
    import plant

    reader, found = Reader(args.keep), []
    for name in args.sets:
        stories = halves(plant.stories(args.shared / "data" / name / "articles.jsonl.gz"), "open")
        found += unplanted(stories, args.stories, reader)
        for seed in args.seeds:
            with tempfile.TemporaryDirectory() as folder:
                cases = plant.plant(stories, args.n_per_kind, seed, ["number"], 0.8)
                plant.write_cases(cases, Path(folder), seed)
                found += planted(Path(folder), reader)
    rows = list(dict.fromkeys(found))
    report(rows)
    x, y = np.array([r[2] for r in rows]), np.array([float(r[1]) for r in rows])
    beta = logistic(x, y, np.ones(len(y)), ridge=RIDGE)
    lines = ["# Weights of the model that scores whether two figures are of one fact; see figures-model.md."]
    lines.append("feature\tweight\tsource")
    for name, weight in zip([*FEATURES, "constant"], beta, strict=True):
        lines.append(f"{name}\t{weight:.3f}\tfitted by bench/train_figures.py")
    print(*lines[2:], sep="\n")
    if not args.dry:
        OUT.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
