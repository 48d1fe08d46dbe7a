"""Measure points on SPARK and on five accounts of one call.

    python bench/points.py [--keep FILE] [--model FOLDER]

Reads SPARK's topics, the five accounts and the scorer from the evaluation material beside the
checkout. Topics with an even number in the file were for fitting and for choosing thresholds; odd
ones are held out and reported apart. Prints pair precision, recall and F1 for Consilience, and for
TF-IDF and sentence encoders over sentences, each with the threshold that is best on the even topics;
then what a perfect grouping would score, of sentences and of clauses; how often a score is right, on
pairs of passages of real stories judged by eye (``joins.tsv``); and the time and memory of forty
accounts.

``--model`` is a folder with ``model.safetensors`` and ``vocab.txt`` of all-MiniLM-L6-v2 (see
``bench/encoder.py``): its whole network is measured beside the table that ships. ``--keep`` stores the
annotated topics between runs; delete it when annotation changes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib.util
import json
import pickle
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from beside import SHARED, there
from encoder import FullEncoder

from consilience.annotate import annotate, link
from consilience.collate import points as rooms
from consilience.collate.clauses import Unit, units
from consilience.collate.evidence import FEATURES, compare_units, sketch
from consilience.encoder import Encoder
from consilience.ingest import read
from consilience.model import Annotated, Entity, Story, Witness, witness_id
from consilience.settings import Collate

RAW = argparse.RawDescriptionHelpFormatter
JOINS = Path(__file__).with_name("joins.tsv")
"""Pairs of passages of one story, drawn at random within bands of score and judged by eye."""
ACCOUNTS, WORDS = 40, 800
GRID = [0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5]
Topic = tuple[dict[str, Any], tuple[Annotated, ...], tuple[Entity, ...]]
Range = tuple[int, int]
Grouped = list[dict[str, list[Range]]]
System = Callable[[Topic, Sequence[float]], list[Grouped]]


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


def baseline(column: int, meaning: Encoder | None = None) -> System:
    """Pairs of whole sentences whose one feature reaches a threshold."""

    def run(topic: Topic, thresholds: Sequence[float]) -> list[Grouped]:
        _, accounts, _ = topic
        by_id = {a.witness.id: a for a in accounts}
        whole = [u for a in accounts for u in units(replace(a, statements=()))]
        drafts = [sketch(u, by_id[u.witness]) for u in whole]
        pairs = compare_units(whole, drafts, context=False, meaning=meaning)
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


def score(shared: Path, keep: Path | None, model: Path | None) -> None:
    """Print the scores of SPARK, by half, and of the five accounts."""
    sys.path.append(str(shared / "score"))
    scorer = scorer_at(shared / "score/points.py")
    everything = topics(shared, keep)
    meaning = FEATURES.index("meaning")
    systems = {
        "TF-IDF of characters": baseline(FEATURES.index("chars")),
        "encoder": baseline(meaning),
        **({"encoder, whole network": baseline(meaning, FullEncoder(model))} if model else {}),
        "consilience": consilience,
    }
    for name, system in systems.items():
        grid = GRID if name == "consilience" else [0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7]
        even, odd = (halves(scorer, everything[n::2], system, grid) for n in (0, 1))
        best = max(range(len(grid)), key=lambda k: even[k]["f1"])
        if name == "consilience":
            for threshold, a, b in zip(grid, even, odd, strict=True):
                print(f"    threshold {threshold}: even {show(a)} | held out {show(b)}")
        print(f"SPARK {name} (threshold {grid[best]}): even {show(even[best])} | held out {show(odd[best])}")
    for name, cut in CUTS.items():
        for how in (alone, along):
            even, odd = (perfect(scorer, everything[n::2], cut, how) for n in (0, 1))
            print(f"perfect grouping of {name}, {how.__doc__}: even {show(even)} | held out {show(odd)}")
    bands(*judged(shared, "held out"))
    kabul(shared, scorer)
    crowd(shared, everything)


def judged(shared: Path, part: str) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Features and labels of the judged pairs of a part ("fit" or "held out"), and all strongest links.

    Those are, of the points that several accounts of the same stories share, the strongest link of each
    passage to another account. Says how many judged pairs no pair of passages stands for any more.
    """
    with JOINS.open(encoding="utf-8") as lines:
        told = csv.DictReader((x for x in lines if x[0] != "#"), delimiter="\t")
        rows = [r for r in told if r["part"] == part]
    found, strongest = [], []
    for name in sorted({r["set"] for r in rows}):
        wanted = {r["story"] for r in rows if r["set"] == name}
        for story, accounts in stories(shared / "data" / name / "articles.jsonl.gz", wanted):
            table = rooms.align(*link(accounts))
            asked = [r for r in rows if (r["set"], r["story"]) == (name, story)]
            found += list(looked_up(table, {a.witness.id: a.witness.name for a in accounts}, asked))
            strongest += list(bonds(table))
    print(f"judged pairs, {part}: {len(found)} of {len(rows)} stand as they were judged")
    return np.array([f for f, _ in found], float), np.array([y for _, y in found], float), strongest


def bonds(table: rooms.Table) -> Iterator[float]:
    """The strongest link of each passage of a shared point to another account."""
    for group in rooms.grouped(table, Collate().threshold):
        for i in group:
            others = (j for j in group if table.units[j].witness != table.units[i].witness)
            scores = [table.scores.get((min(i, j), max(i, j)), 0.0) for j in others]
            if scores:
                yield max(scores)


def stories(path: Path, wanted: set[str]) -> Iterator[tuple[str, list[Annotated]]]:
    """The annotated accounts of some stories."""
    with gzip.open(there(path), "rt", encoding="utf-8") as lines:
        rows = [r for r in map(json.loads, lines) if str(r["story"]) in wanted]
    for story in sorted(wanted):
        articles = sorted((r for r in rows if str(r["story"]) == story), key=lambda r: str(r["id"]))
        yield story, [annotate(witness(r)) for r in articles]


def witness(r: dict[str, Any]) -> Witness:
    """An article of the evaluation material."""
    ident = witness_id(r["id"], r["text"], None, r.get("published"), None)
    return Witness(ident, r["id"], r["text"], r.get("title"), None, (), r.get("published"))


def looked_up(
    table: rooms.Table, names: dict[str, str], rows: Sequence[dict[str, str]]
) -> Iterator[tuple[np.ndarray, bool]]:
    """The features of the pairs of units that stand where the judged passages stand."""
    pairs = list(zip(table.pairs.left.tolist(), table.pairs.right.tolist(), strict=True))
    number = {pair: n for n, pair in enumerate(pairs)}
    for r in rows:
        ends = [nearest(table.units, names, r[x], (int(r[f"{x}_start"]), int(r[f"{x}_end"]))) for x in "ab"]
        pair = None if None in ends else tuple(sorted(ends))
        if pair in number:
            yield table.pairs.features[number[pair]], r["same"] == "yes"


def nearest(units: Sequence[Unit], names: dict[str, str], name: str, place: Range) -> int | None:
    """The unit of an account that stands at a place, give or take three tenths of its length."""

    def fit(n: int) -> float:
        u = units[n]
        common = min(u.end, place[1]) - max(u.start, place[0])
        return common / max(u.end - u.start, place[1] - place[0])

    best = max((n for n, u in enumerate(units) if names[u.witness] == name), key=fit, default=None)
    return best if best is not None and fit(best) >= 0.7 else None


def bands(x: np.ndarray, y: np.ndarray, strongest: Sequence[float]) -> None:
    """Print how many of the judged pairs are right, by score, and what that makes of the passages shown."""
    weights, bias = rooms.model("unit")
    score = 1 / (1 + np.exp(-(x @ weights + bias)))
    links, expected = np.array(strongest), 0.0
    for low, high in pairwise([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01]):
        inside, shown = (score >= low) & (score < high), (links >= low) & (links < high)
        right = y[inside].mean()
        expected += right * shown.sum() / len(links)
        print(
            f"judged pairs, score {low}–{min(high, 1)}: {right:.2f} right of {inside.sum()}, mean score "
            f"{score[inside].mean():.2f}; of the passages shown as shared {shown.sum()} score so"
        )
    print(f"passages in points that accounts share, by their strongest link: {len(links)},")
    print(f"expected right {expected:.2f} by the shares above, {links.mean():.2f} by the scores themselves")


def scorer_at(path: Path) -> Any:
    """The scorer of points as a module, which has this file's name."""
    spec = importlib.util.spec_from_file_location("points_scorer", there(path))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def sentences(account: Annotated, kinds: dict[str, str]) -> list[Range]:
    """Whole sentences."""
    return [(s.start, s.end) for s in account.sentences]


def clauses(account: Annotated, kinds: dict[str, str]) -> list[Range]:
    """Units cut at each of their breaks."""
    edges = [(u.start, *u.breaks, u.end) for u in units(account, kinds)]
    return [pair for one in edges for pair in pairwise(one)]


CUTS = {"sentences": sentences, "clauses": clauses}


def alone(fits: dict[tuple[str, Range], dict[int, float]]) -> Iterator[tuple[int, str, Range]]:
    """each in one point"""
    for (doc, piece), clusters in fits.items():
        yield max(clusters, key=lambda c: (clusters[c], -c)), doc, piece


def along(fits: dict[tuple[str, Range], dict[int, float]]) -> Iterator[tuple[int, str, Range]]:
    """each in every point it fits"""
    for (doc, piece), clusters in fits.items():
        yield from ((cluster, doc, piece) for cluster in clusters)


def perfect(scorer: Any, part: Sequence[Topic], cut: Any, how: Any) -> dict[str, float]:
    """The pair figures of pieces put where the key has most of their words: no grouping does better."""
    predicted = {}
    for record, accounts, entities in part:
        kinds = {e.key: e.kind for e in entities}
        pieces = {a.witness.name: cut(a, kinds) for a in accounts}
        fits: dict[tuple[str, Range], dict[int, float]] = {}
        for n, cluster in enumerate(record["clusters"]):
            for passage in cluster:
                length = sum(e - s for s, e in passage["spans"])
                for a, b in pieces[passage["doc"]]:
                    common = sum(max(0, min(b, e) - max(a, s)) for s, e in passage["spans"])
                    if 2 * common >= b - a:
                        fits.setdefault((passage["doc"], (a, b)), {})[n] = common / (length + b - a - common)
        groups: dict[int, dict[str, list[Range]]] = {}
        for n, doc, piece in how(fits):
            groups.setdefault(n, {}).setdefault(doc, []).append(piece)
        predicted[str(record["topic"])] = list(groups.values())
    found: dict[str, float] = scorer.score_topics([topic[0] for topic in part], predicted)["pairs"]
    return found


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


def crowd(shared: Path, everything: Sequence[Topic]) -> None:
    """Time forty accounts of 800 words: sentences of the five accounts and, two in five, of others."""
    own = [line for path in sorted((shared / "data/kabul-call").glob("*.txt")) for line in lines_of(path)]
    other = [s for record, *_ in everything for d in record["documents"] for s in d["text"].split(". ")]
    draw = random.Random(4)
    accounts = [annotate(patchwork(draw, own, other, f"account{n}")) for n in range(ACCOUNTS)]
    accounts, entities = link(accounts)
    story = Story("s1:0", tuple(a.witness.id for a in accounts), "")
    began = time.perf_counter()
    found = rooms.collate(story, accounts, entities)
    seconds, peak = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{ACCOUNTS} accounts of {WORDS} words: {seconds:.1f} s, {len(found)} points, peak {peak:.0f} MB")


def lines_of(path: Path) -> list[str]:
    """The sentences of a text, roughly."""
    return [s for line in path.read_text("utf-8").splitlines() for s in line.split(". ") if s.count(" ") > 3]


def patchwork(draw: random.Random, own: Sequence[str], other: Sequence[str], name: str) -> Witness:
    """An account of sentences drawn at random."""
    text = ""
    while text.count(" ") < WORDS:
        text += draw.choice(own if draw.random() < 0.6 else other).strip().rstrip(".") + ".\n"
    return Witness(witness_id(name, text, None, None, None), name, text)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=RAW)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    score(there(SHARED), args.keep, args.model)


if __name__ == "__main__":
    main()
