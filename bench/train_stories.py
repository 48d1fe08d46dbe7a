"""Fit ``data/story-model.tsv`` on the open halves of the story sets.

    python bench/train_stories.py SHARED                       rewrite the table
    python bench/train_stories.py SHARED --out stories.tsv     write it elsewhere
    python bench/train_stories.py SHARED --without gva --out no-gva.tsv    leave a set out

Needs scikit-learn (``python -m venv peers && peers/bin/pip install scikit-learn``); nothing of it
is needed by the program. The stream of each set's open half is run with its gold stories in three
orders: by publication, backwards, and moved by some ten days by lot; and once more by publication
with the stories that first models make, each judging articles of gold stories it has not seen. Each
candidate story is a row (``group/evidence.py``): does the article belong to it? Candidates far down
the ranking are thinned to one in five, weighted five times.
Nothing of the held half is read.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
from stories import SETS, Stream, load

from consilience.group.evidence import NAMES
from consilience.group.judging import Trees, trees
from consilience.group.profiles import Profile
from consilience.group.stream import Grouper

OUT = Path(__file__).resolve().parent.parent / "src" / "consilience" / "data" / "story-model.tsv"
WEIGHTS = {"5w1h": 2.0}
"""Rows of the small set of large stories count so much."""
THINNED, FAR = 5, np.log1p(5)
SHAPE = {"max_iter": 200, "learning_rate": 0.06, "max_depth": 4, "min_samples_leaf": 30}
FOLDS = 3


@dataclass
class Rows:
    """Rows to fit on: measures, whether the article belongs there, weights, and the folds of both stories."""

    measures: list[np.ndarray] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    folds: list[tuple[int, int]] = field(default_factory=list)
    seen: int = 0

    def outside(self, fold: int) -> Rows:
        """Those of which neither story is in a fold."""
        keep = [n for n, folds in enumerate(self.folds) if fold not in folds]
        parts = (self.measures, self.right, self.weights, self.folds)
        return Rows(*([part[n] for n in keep] for part in parts))


def fold(story: str) -> int:
    """The fold of a gold story, by its id alone."""
    return int(sha256(f"fold {story}".encode()).hexdigest(), 16) % FOLDS


def orders(stream: Stream) -> Iterator[Sequence[Profile]]:
    """A stream by publication, backwards, and moved by lot; undated accounts last in each."""
    given = list(stream.profiles)
    yield given
    lot = Random(1)
    yield sorted(given, key=lambda p: (not p.dated, -p.when, lot.random()))
    lot = Random(2)
    yield sorted(given, key=lambda p: (not p.dated, p.when + lot.gauss(0, 10)))


class Watched(Grouper):
    """A grouper that shows the rows which it judges, and takes a model for each account."""

    def judged(self, item: Profile, model: Trees) -> None:
        """Decide with a given model."""
        self._model = model
        self.add(item)

    def rows(self, item: Profile) -> tuple[list[str], np.ndarray | None]:
        """The candidates of an account and their rows."""
        held = self._index.read(item)
        best, copies = self._sought(held, ())
        return list(best), self._rows(held, best, copies, self._members)[0] if best else None

    def commonest(self, story: str, gold: dict[str, str]) -> str:
        """The gold story that most accounts of a story have."""
        counts = Counter(gold[self._index.held[n].key] for n in self._members[story])
        return min(counts, key=lambda g: (-counts[g], g))


def collect(stream: Stream, order: Sequence[Profile], rows: Rows, models: Sequence[Trees] = ()) -> None:
    """Add the rows of a stream: with gold stories, or with those that models make, one for each fold."""
    grouper = Watched(model=models[0] if models else None)
    for item in order:
        stories, made = grouper.rows(item)
        gold = stream.gold[item.key]
        for story, row in zip(stories, made if made is not None else (), strict=True):
            theirs = grouper.commonest(story, stream.gold) if models else story
            far = theirs != gold and row[NAMES.index("rank")] > FAR
            if not far or rows.seen % THINNED == 0:
                rows.measures.append(row)
                rows.weights.append((THINNED if far else 1.0) * WEIGHTS.get(stream.name, 1.0))
                rows.right.append(theirs == gold)
                rows.folds.append((fold(gold), fold(theirs)))
            rows.seen += 1
        if models:
            grouper.judged(item, models[fold(gold)])
        else:
            grouper.keep(item, gold)


def fit(rows: Rows) -> list[dict[str, str]]:
    """Boosted trees over the rows, as rows of the table."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    made = HistGradientBoostingClassifier(
        **SHAPE, l2_regularization=5, max_bins=64, max_features=0.3, early_stopping=False, random_state=0
    ).fit(np.array(rows.measures), rows.right, sample_weight=rows.weights)
    by = "fitted by bench/train_stories.py"
    base = float(np.ravel(made._baseline_prediction)[0])
    blank = dict.fromkeys(("feature", "limit", "below", "above", "value"), "")
    table = [{**blank, "tree": "-", "node": "0", "value": f"{base:.6f}", "source": by}]
    for tree, (predictor,) in enumerate(made._predictors):
        for node, n in enumerate(predictor.nodes):
            row = {**blank, "tree": str(tree), "node": str(node), "source": by}
            if n["is_leaf"]:
                row["value"] = f"{n['value']:.6f}"
            else:
                row |= {"feature": NAMES[n["feature_idx"]], "limit": f"{n['num_threshold']:.9g}"}
                row |= {"below": str(n["left"]), "above": str(n["right"])}
            table.append(row)
    return table


def write(table: Sequence[dict[str, str]], out: Path) -> None:
    """Write the table."""
    columns = ("tree", "node", "feature", "limit", "below", "above", "value", "source")
    lines = ["# Trees of the model that says whether an account belongs to a story; see story-model.md."]
    lines += ["\t".join(columns), *("\t".join(row[c] for c in columns) for row in table)]
    out.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Fit the model of group/judging.py.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--without", choices=SETS)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    streams = [load(args.shared, name).part("open") for name in SETS if name != args.without]
    rows = Rows()
    for stream in streams:
        for order in orders(stream):
            collect(stream, order, rows)
    print(f"{len(rows.right)} rows, {sum(rows.right)} right, with gold stories")
    models = [trees(fit(rows.outside(n))) for n in range(FOLDS)]
    for stream in streams:
        collect(stream, stream.profiles, rows, models)
    print(f"{len(rows.right)} rows, {sum(rows.right)} right, in all")
    write(fit(rows), args.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
