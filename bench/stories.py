"""Measure the grouping of a stream into stories, beside other ways, in one run.

    python bench/stories.py SHARED                       open halves of the three sets
    python bench/stories.py SHARED --half held           the held halves: for the report alone
    python bench/stories.py SHARED --sets seesaw basil --half all
    python bench/stories.py SHARED --shuffles 5          how much another order of arrival changes
    python bench/stories.py SHARED --model stories.tsv   with another table than the shipped one

The stories of each set are halved by a digest of their id. The open half is looked at and fitted
on (``bench/train_stories.py``); the held half is neither. A half is measured *alone*, as a stream of its
own articles, and *whole* (ours alone): the stream of all articles, of which those of the half are scored.

A stream runs in order of publication; articles without a date come last, as if they had arrived the
day after, and are told to have none. The peers: single-pass TF-IDF (an article joins the story of
highest mean cosine, over the idf of the whole set, threshold tuned on the very set scored), MinHash
near-duplicates (datasketch, threshold tuned likewise), and HDBSCAN over sentence vectors of title and
lead, as BERTopic does, with our encoder's vectors and, given ``--minilm FOLDER``, MiniLM's. A peer that
is not installed is said in a line: ``python -m venv peers && peers/bin/pip install scikit-learn datasketch``.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from beside import there

from consilience.group.judging import Trees, trees
from consilience.group.profiles import Profile, moment, profile
from consilience.group.stream import Grouper
from consilience.ingest import read
from consilience.model import Witness
from consilience.settings import Group, Ingest

SETS = ("gva", "allsides", "5w1h")
Labels = dict[str, str]


def half(story: str) -> str:
    """The half that a gold story is in, by its id alone."""
    return "open" if int(sha256(story.encode()).hexdigest(), 16) % 2 == 0 else "held"


@dataclass(frozen=True)
class Stream:
    """A set's accounts in order of arrival, their profiles, gold stories by id, seconds of profiling."""

    name: str
    accounts: tuple[Witness, ...]
    profiles: tuple[Profile, ...]
    gold: Labels
    seconds: float

    def part(self, which: str) -> Stream:
        """The articles of a half, as a stream of their own."""
        keep = [n for n, a in enumerate(self.accounts) if half(self.gold[a.id]) == which]
        accounts, profiles = (tuple(them[n] for n in keep) for them in (self.accounts, self.profiles))
        gold = {a.id: self.gold[a.id] for a in accounts}
        return Stream(self.name, accounts, profiles, gold, self.seconds * len(keep) / len(self.accounts))


def load(shared: Path, name: str) -> Stream:
    """Read a set of stories as the program reads articles, the gold left out."""
    path = there(shared / "data" / f"stories-{name}" / "articles.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    gold = {str(row["id"]): str(row.pop("story")) for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "articles.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
        limits = Ingest(max_accounts=1_000_000, min_words=1, max_chars=10_000_000)
        found, _ = read([file], settings=limits)
    accounts = sorted(found, key=lambda a: (a.published or "9999", a.name))
    arrived = max(moment(a.published) or 0.0 for a in accounts) + 1
    began = time.process_time()
    profiles = tuple(profile(a, arrived=arrived) for a in accounts)
    took = time.process_time() - began
    return Stream(name, tuple(accounts), profiles, {a.id: gold[a.name] for a in accounts}, took)


# -- ways --


def ours(stream: Sequence[Profile], settings: Group = Group(), model: Trees | None = None) -> Labels:  # noqa: B008
    """The stories that the program makes, with every later change carried out."""
    grouper, story = Grouper(settings, model=model), Labels()
    for item in stream:
        decision = grouper.add(item)
        story[item.key] = decision.story
        for change in decision.changes:
            for key in change.accounts:
                story[key] = change.story if change.kind == "merge" else change.other
    return story


def single_pass(stream: Stream) -> Iterator[tuple[str, Labels]]:
    """Single-pass TF-IDF, average link, for each of some thresholds."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [f"{a.title or ''}\n{a.text}" for a in stream.accounts]
    cosines = _cosines(TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(texts))
    for limit in np.arange(0.08, 0.5, 0.02):
        yield f"{limit:.2f}", _single(stream, cosines, float(limit))


def _cosines(vectors: Any) -> Any:
    return (vectors @ vectors.T).toarray()


def _single(stream: Stream, cosines: Any, limit: float) -> Labels:
    groups: list[list[int]] = []
    sums = np.zeros((0, len(stream.accounts)))
    story = {}
    for n, account in enumerate(stream.accounts):
        means = sums[:, n] / [len(g) for g in groups] if groups else np.zeros(0)
        best = int(np.argmax(means)) if len(means) else -1
        if best < 0 or means[best] < limit:
            best = len(groups)
            groups.append([])
            sums = np.vstack([sums, np.zeros(len(stream.accounts))])
        groups[best].append(n)
        sums[best] += cosines[n]
        story[account.id] = str(best)
    return story


def near_copies(stream: Stream) -> Iterator[tuple[str, Labels]]:
    """Articles joined by MinHash-LSH, for each of some thresholds."""
    from datasketch import MinHash, MinHashLSH

    sketches = []
    for account in stream.accounts:
        words = re.findall(r"[^\W_]+", account.text.casefold())
        sketch = MinHash(num_perm=128)
        sketch.update_batch({" ".join(words[k : k + 3]).encode() for k in range(max(1, len(words) - 2))})
        sketches.append(sketch)
    for limit in (0.05, 0.1, 0.2, 0.3, 0.5):
        index, story = MinHashLSH(threshold=limit, num_perm=128), Labels()
        for account, sketch in zip(stream.accounts, sketches, strict=True):
            like = sorted(index.query(sketch))
            story[account.id] = story[like[0]] if like else account.id
            index.insert(account.id, sketch)
        yield f"{limit:.2f}", story


def by_density(encode: Callable[[list[str]], Any]) -> Callable[[Stream], Iterator[tuple[str, Labels]]]:
    """HDBSCAN over vectors of title and lead; what it calls noise stands alone."""

    def way(stream: Stream) -> Iterator[tuple[str, Labels]]:
        from sklearn.cluster import HDBSCAN

        vectors = encode([f"{a.title or ''}. {a.text[:500]}" for a in stream.accounts])
        for leaf in ("eom", "leaf"):
            found = HDBSCAN(min_cluster_size=2, cluster_selection_method=leaf, copy=True).fit_predict(vectors)
            pairs = zip(stream.accounts, found.tolist(), strict=True)
            yield leaf, {a.id: str(n) if n >= 0 else a.id for a, n in pairs}

    return way


def static(texts: list[str]) -> Any:
    """Vectors of the encoder that ships."""
    from consilience.encoder import StaticEncoder

    return StaticEncoder.load().encode(texts)


def minilm(folder: Path) -> Callable[[list[str]], Any]:
    """Vectors of all-MiniLM-L6-v2, of the texts' first pieces."""
    from encoder import FullEncoder

    return FullEncoder(there(folder)).encode


# -- figures --


def scored(shared: Path, gold: Mapping[str, str], story: Mapping[str, str]) -> dict[str, Any]:
    """What the scorer says."""
    return dict(scorer(there(shared / "score")).score(gold, story))


@cache
def scorer(folder: Path) -> Any:
    """The scorer of stories, which lies beside the checkout and has this file's name."""
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("score_stories", folder / "stories.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def line(name: str, result: Mapping[str, Any], note: str = "") -> str:
    """A row of figures."""
    pair, cubed = result["pairwise"], result["bcubed"]
    figures = f"{pair['precision']:.3f} {pair['recall']:.3f} {pair['f1']:.3f}   {cubed['f1']:.3f}"
    return f"  {name:<34}{figures}   {result['groups']:>5}  {note}"


def show(shared: Path, stream: Stream, gold: Labels, peers: Mapping[str, Any], model: Trees | None) -> None:
    """Print our figures and those of the peers on a stream, with some of its articles scored."""
    began = time.process_time()
    story = ours(stream.profiles, model=model)
    took = time.process_time() - began + stream.seconds
    print(line("ours", scored(shared, gold, story), f"{len(stream.accounts) / took:.0f} articles/s"))
    for name, way in peers.items():
        try:
            found = [(scored(shared, gold, labels), note) for note, labels in way(stream)]
        except ImportError as error:
            print(f"  {name:<34}not installed ({error.name})")
            continue
        best, note = max(found, key=lambda item: item[0]["pairwise"]["f1"])
        print(line(name, best, f"best of {len(found)}: {note}"))


def shuffled(shared: Path, stream: Stream, times: int, model: Trees | None) -> None:
    """Print how the figures vary over orders of arrival drawn by lot."""
    found = []
    for seed in range(times):
        order = list(stream.profiles)
        Random(seed).shuffle(order)
        found.append(scored(shared, stream.gold, ours(order, model=model))["pairwise"]["f1"])
    print(f"  ours, {times} orders drawn by lot: pairwise F1 {min(found):.3f} to {max(found):.3f}")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Measure the grouping of a stream into stories.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--half", choices=("open", "held", "all"), default="open")
    parser.add_argument("--shuffles", type=int, default=0)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--minilm", type=Path)
    parser.add_argument("--no-peers", action="store_true")
    args = parser.parse_args()
    model = table(args.model) if args.model else None
    peers: dict[str, Any] = {"single-pass TF-IDF": single_pass, "MinHash near-duplicates": near_copies}
    peers["HDBSCAN over our encoder"] = by_density(static)
    if args.minilm:
        peers["HDBSCAN over MiniLM"] = by_density(minilm(args.minilm))
    peers = {} if args.no_peers else peers
    print(f"  {'':<34}pairwise P, R, F1   B3 F1   groups")
    for name in args.sets:
        whole = load(args.shared, name)
        if args.half == "all":
            print(f"stories-{name}, all {len(whole.gold)} articles")
            show(args.shared, whole, whole.gold, peers, model)
            part = whole
        else:
            part = whole.part(args.half)
            print(f"stories-{name}, {args.half} half alone, {len(part.gold)} articles")
            show(args.shared, part, part.gold, peers, model)
            print(f"stories-{name}, whole stream, {args.half} half scored")
            show(args.shared, whole, part.gold, {}, model)
        if args.shuffles:
            shuffled(args.shared, part, args.shuffles, model)
    return 0


def table(path: Path) -> Trees:
    """A model from a table."""
    lines = [row.split("\t") for row in path.read_text("utf-8").split("\n") if row and row[0] != "#"]
    return trees(dict(zip(lines[0], row, strict=True)) for row in lines[1:])


if __name__ == "__main__":
    raise SystemExit(main())
