"""Measure discrepancies on planted cases.

    python bench/discrepancies.py SHARED [--set stories-allsides] [--seed 11] [--n-per-kind 8]
                                         [--points] [--show] [--keep DIR]

SHARED holds ``data/<set>/articles.jsonl.gz`` and ``score/plant.py`` with ``score/planted.py``. Cases
are planted with the seed given, both versions of each pair are read, annotated and linked, and the
discrepancies scored: recall by kind, the share typed rightly, conflicts at places that were not
edited, false alarms on innocent edits, conflicts per unedited pair, and milliseconds of processor time
per pair. ``--points`` gives the comparers the points of ``collate`` too, as ``compare`` does; without
it they work on sentences alone, several times faster. ``--show`` lists every conflict of the unedited
pairs, to be read by eye. ``--keep`` stores the annotated pairs between runs; delete it when
annotation changes.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from beside import there

from consilience.annotate import annotate, link
from consilience.collate import collate
from consilience.contrast import discrepancies
from consilience.ingest import read
from consilience.model import Annotated, Discrepancy, Entity, Story, Witness

SIDES = ("after", "before")
Pair = tuple[tuple[Annotated, ...], tuple[Entity, ...]]


class Reader:
    """Reads and links the pair in a folder, each account annotated once."""

    def __init__(self, keep: Path | None) -> None:
        self.keep = keep
        self.done: dict[str, Annotated] = {}

    def pair(self, folder: Path) -> Pair:
        witnesses, _ = read(sorted(folder.glob("*.txt")), manifest=folder / "manifest.jsonl")
        return link([self.account(w) for w in witnesses])

    def account(self, witness: Witness) -> Annotated:
        stored = self.keep / witness.id.replace(":", "-") if self.keep else None
        if witness.id not in self.done:
            if stored is not None and stored.exists():
                self.done[witness.id] = pickle.loads(stored.read_bytes())
            else:
                self.done[witness.id] = annotate(witness)
                if stored is not None:
                    stored.parent.mkdir(parents=True, exist_ok=True)
                    stored.write_bytes(pickle.dumps(self.done[witness.id]))
        return self.done[witness.id]


def compare(pair: Pair, points: bool) -> tuple[tuple[Discrepancy, ...], float]:
    """The discrepancies of a pair, and the milliseconds they took."""
    accounts, entities = pair
    story = Story("s1:bench", tuple(a.witness.id for a in accounts), "")
    aligned = collate(story, accounts, entities) if points else ()
    start = time.process_time()
    found = discrepancies(accounts, aligned, entities)
    return found, 1000 * (time.process_time() - start)


def as_dossier(accounts: Sequence[Annotated], found: Sequence[Discrepancy]) -> dict[str, Any]:
    """What the scorer reads of a dossier."""
    names = {a.witness.id: a.witness.name for a in accounts}

    def place(value: Any) -> dict[str, Any]:
        return {"article": names[value.span.witness], "start": value.span.start, "end": value.span.end}

    return {
        "articles": [{"id": a.witness.name, "text": a.witness.text} for a in accounts],
        "discrepancies": [
            {"id": d.id, "kind": d.kind, "innocent": d.innocent, "readings": [place(v) for v in d.readings]}
            for d in found
        ],
    }


def show(case: str, accounts: Sequence[Annotated], found: Sequence[Discrepancy]) -> None:
    """Print the conflicts of an unedited pair with the words about each reading."""
    texts = {a.witness.id: a.witness for a in accounts}
    for conflict in found:
        if conflict.innocent is None:
            print(f"{case}  {conflict.kind} {conflict.score}  {conflict.explanation}")
            for value in conflict.readings:
                witness, span = texts[value.span.witness], value.span
                around = witness.text[max(0, span.start - 60) : span.end + 60].replace("\n", " ")
                print(f"    {witness.name}: …{around}…")


def measure(args: argparse.Namespace, cases: Path, planted: Any) -> dict[str, Any]:
    reader = Reader(args.keep)
    rows, milliseconds, harmless = [], [], Counter[str]()
    for path in sorted(cases.glob("*/truth.json")):
        truth = json.loads(path.read_text("utf-8"))
        made, texts = {}, {}
        for side in SIDES:
            pair = reader.pair(path.parent / side)
            found, took = compare(pair, args.points)
            milliseconds.append(took)
            made[side] = as_dossier(pair[0], found)
            texts[side] = {a.witness.name: a.witness.text for a in pair[0]}
            if side == "before":
                harmless.update(d.kind for d in found if d.innocent is not None)
                if args.show:
                    show(path.parent.name, pair[0], found)
        rows.append(planted.judge(truth, made["after"], made["before"], texts))
    out: dict[str, Any] = planted.summary(rows)
    out["harmless_per_pair"] = {kind: n / max(1, len(rows)) for kind, n in sorted(harmless.items())}
    out["milliseconds"] = sum(milliseconds) / max(1, len(milliseconds))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure discrepancies on planted cases.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--set", default="stories-allsides")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--n-per-kind", type=int, default=8)
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    sys.path.insert(0, str(there(args.shared / "score")))
    import plant
    import planted

    articles = args.shared / "data" / args.set / "articles.jsonl.gz"
    with tempfile.TemporaryDirectory() as folder:
        made = plant.plant(plant.stories(articles), args.n_per_kind, args.seed, list(plant.KINDS), 0.8)
        plant.write_cases(made, Path(folder), args.seed)
        print(json.dumps(measure(args, Path(folder), planted), indent=1))


if __name__ == "__main__":
    main()
