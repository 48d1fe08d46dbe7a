"""Measure discrepancies on planted cases.

    python bench/discrepancies.py SHARED [--sets stories-allsides …] [--seeds 11 …] [--n-per-kind 8]
                                  [--half open|held] [--kinds number …] [--points] [--keep DIR]
                                  [--misses] [--show]

SHARED holds ``data/<set>/articles.jsonl.gz`` and ``score/plant.py`` with ``score/planted.py``. Cases
are planted in each set with each seed, both versions of each pair are read, annotated and linked, and
the discrepancies scored: recall by kind, the share typed rightly, conflicts at places that were not
edited, false alarms on innocent edits, conflicts per unedited pair, and milliseconds of processor time
per pair. ``--half`` keeps the stories of one half, by a digest of their names: rules are written with
the open half in sight, and reported on the held one. ``--points`` gives the comparers the points of
``collate`` too, as ``compare`` does; without it they work on sentences alone, several times faster.
``--misses`` lists the planted conflicts that were missed and the innocent edits that were not excused,
``--show`` every conflict of the unedited pairs, to be read by eye. ``--keep`` stores the annotated
accounts between runs; delete it when annotation changes.
"""

from __future__ import annotations

import argparse
import hashlib
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
Measured = tuple[list[dict[str, Any]], list[float], Counter[str]]


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


def miss(case: str, truth: dict[str, Any], row: dict[str, Any], pair: Pair) -> None:
    """Print a planted conflict that was missed, or an innocent edit that raised one."""
    if row["hit"] == (not truth["innocent"]):
        return
    texts = {a.witness.name: a.witness.text for a in pair[0]}
    print(f"{case}  {'ALARM' if truth['innocent'] else 'MISSED'} {truth['detail']}")
    print(f"    was {truth['was']!r} now {truth['now']!r}")
    for place in ({"article": truth["article"], **truth["edit"]}, *truth["others"]):
        around = texts[place["article"]][max(0, place["start"] - 120) : place["end"] + 120]
        print(f"    {place['article']}: …{' '.join(around.split())}…")


def halves(found: dict[str, list[Any]], half: str | None) -> dict[str, list[Any]]:
    """The stories of one half ("open" or "held"), or all."""

    def side(story: str) -> str:
        return "open" if hashlib.sha256(story.encode()).digest()[0] % 2 else "held"

    return {story: rows for story, rows in found.items() if half in (None, side(story))}


def measure(args: argparse.Namespace, cases: Path, planted: Any, reader: Reader) -> Measured:
    """Judged cases of one set and seed, milliseconds of each comparison, and harmless findings by kind."""
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
            else:
                edited = pair
        rows.append(planted.judge(truth, made["after"], made["before"], texts))
        if args.misses:
            miss(path.parent.name, truth, rows[-1], edited)
    return rows, milliseconds, harmless


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure discrepancies on planted cases.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--sets", nargs="+", default=["stories-allsides"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[11])
    parser.add_argument("--n-per-kind", type=int, default=8)
    parser.add_argument("--half", choices=("open", "held"))
    parser.add_argument("--kinds", nargs="+")
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    sys.path.insert(0, str(there(args.shared / "score")))
    import plant
    import planted

    reader, rows, took, harmless = Reader(args.keep), [], [], Counter[str]()
    for name in args.sets:
        stories = halves(plant.stories(args.shared / "data" / name / "articles.jsonl.gz"), args.half)
        for seed in args.seeds:
            with tempfile.TemporaryDirectory() as folder:
                made = plant.plant(stories, args.n_per_kind, seed, args.kinds or list(plant.KINDS), 0.8)
                plant.write_cases(made, Path(folder), seed)
                found = measure(args, Path(folder), planted, reader)
            rows += found[0]
            took += found[1]
            harmless.update(found[2])
    out: dict[str, Any] = planted.summary(rows)
    out["cases_by_kind"] = dict(sorted(Counter(r["kind"] for r in rows).items()))
    out["harmless_per_pair"] = {kind: n / max(1, len(rows)) for kind, n in sorted(harmless.items())}
    out["milliseconds"] = sum(took) / max(1, len(took))
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
