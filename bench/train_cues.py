"""Learn the weights of ``data/cue_weights.tsv`` from PolNeAR's training articles.

    python bench/train_cues.py ../shared/data/statements-polnear/train.jsonl.gz

Logistic regression with an L2 penalty over the named features of ``annotate.cues``. A
candidate is positive when it shares a cue with an annotation and at least half of the
content's letters (overlap over union).
Features seen fewer than four times are left out. Needs numpy alone; minutes on one core.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from consilience.annotate.cues import reporting
from consilience.annotate.quotes import paragraphs_of
from consilience.annotate.statements import Draft, candidates, lines
from consilience.annotate.text import parse
from consilience.annotate.tree import tree
from consilience.model import Annotated, Region, Witness

OUT = Path(__file__).parents[1] / "src/consilience/data/cue_weights.tsv"
SOURCE = "learned on PolNeAR train"


def titled(record: Any) -> tuple[Region, ...]:
    """The first line as title, where it is the article's title, and the body, as ingest labels them."""
    text, title = record["text"], (record["title"] or "").rstrip(".")
    end = text.find("\n")
    if not title or end < 0 or not text.startswith(title[:30]):
        return ()
    return (Region(0, end, "title", "first line"), Region(end, len(text), "body", "after the title"))


def letters(text: str, spans: Any) -> frozenset[int]:
    """Offsets of the letters and digits of spans."""
    return frozenset(i for a, b in spans for i in range(a, b) if text[i].isalnum())


def examples(account: Annotated, record: Any) -> list[tuple[list[str], int]]:
    """Features and label of every candidate of one article."""
    text = account.witness.text
    gold = [(letters(text, a["content"]), letters(text, a["cue"])) for a in record["attributions"]]
    quoted = [q for line in paragraphs_of(text, lines(account)) for q in line]
    return [(d.features, int(_hit(d, text, gold))) for d in candidates(tree(account, reporting()), quoted)]


def _hit(draft: Draft, text: str, gold: list[tuple[frozenset[int], frozenset[int]]]) -> bool:
    """Whether the draft shares a cue with an annotation and at least half of the content."""
    mine, cue = letters(text, draft.content), letters(text, draft.cue)
    return any(2 * len(mine & g) >= len(mine | g) > 0 and (cue & c or not c) for g, c in gold)


def fit(data: list[tuple[list[str], int]], penalty: float, rounds: int) -> dict[str, float]:
    """Weights of a logistic regression by full-batch Adam."""
    seen = Counter(name for names, _ in data for name in names)
    index = {name: n for n, name in enumerate(sorted(n for n, c in seen.items() if c >= 4))}
    rows = np.concatenate([np.full(sum(n in index for n in f), r) for r, (f, _) in enumerate(data)])
    cols = np.array([index[n] for f, _ in data for n in f if n in index])
    labels = np.array([y for _, y in data], float)
    w = np.zeros(len(index))
    m, v = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, rounds + 1):
        p = 1 / (1 + np.exp(-np.bincount(rows, w[cols], len(labels))))
        g = np.bincount(cols, (p - labels)[rows], len(w)) + penalty * w
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.05 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return {name: float(w[n]) for name, n in index.items()}


def write(weights: dict[str, float], path: Path) -> int:
    """Write the weights worth keeping, by name."""
    rows = [f"{k}\t{w:.2f}\t{SOURCE}" for k, w in sorted(weights.items()) if abs(w) >= 0.05]
    path.write_text("\n".join(["feature\tweight\tsource", *rows]) + "\n", "utf-8")
    return len(rows)


def main() -> None:
    """Read the articles, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--penalty", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=300)
    args = parser.parse_args()
    data: list[tuple[list[str], int]] = []
    with gzip.open(args.train, "rt", encoding="utf-8") as lines_in:
        for line in lines_in:
            record = json.loads(line)
            witness = Witness(f"w1:{record['id']}", record["id"], record["text"], regions=titled(record))
            data += examples(parse(witness), record)
    print(len(data), "candidates,", write(fit(data, args.penalty, args.rounds), OUT), "weights")


if __name__ == "__main__":
    main()
