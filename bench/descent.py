"""Measure the stemma on invented copying histories, beside simple ways of guessing it.

    python bench/descent.py                       stemma and origins from the text (quick)
    python bench/descent.py --whole               the whole comparison, points as they are aligned
    python bench/descent.py --seeds 4 5 --count 5
    python bench/descent.py --stories stories-gva stories-5w1h

``open`` is the share of the edges found whose direction is left open, ``direction.half`` counts these as half
right: the scorer is run once more on the directed edges alone.

The generator and the scorer lie beside the checkout (``../shared/score``); without them this
says so and does nothing. Quick runs take each shared passage for a point. The other ways:
``tree`` joins accounts by least word edits, earliest first; ``earliest`` makes the first account
the parent of all; ``outlets`` draws no edges and counts each outlet as an origin.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import consilience
from consilience.dossier import Dossier
from consilience.ingest import read
from consilience.model import Annotated, Descent, Edge, Node, Point, Reading, Story
from consilience.trace import trace, with_origins

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
SHOWN = (
    "edges.f1", "direction", "direction.half", "open", "ancestors.f1", "related.f1", "roots.found",
    "origins.error",
    "claims.reported", "claims.error", "false_corroboration", "interventions.found",
)  # fmt: skip
Way = Callable[[Path], dict[str, Any]]


def accounts_of(case: Path) -> list[Annotated]:
    """The accounts of one history, not annotated: trace reads their words."""
    files = sorted((case / "accounts").glob("*.txt"))
    witnesses, _ = read(files, manifest=case / "accounts" / "manifest.jsonl")
    return [Annotated(w, (), ()) for w in witnesses]


def document(accounts: Sequence[Annotated], descent: Descent, points: Sequence[Point] = ()) -> dict[str, Any]:
    """A dossier document that holds a descent and points alone."""
    story = Story("s1:bench", tuple(a.witness.id for a in accounts), "bench")
    return Dossier(story, tuple(accounts), points=tuple(points), descent=descent).to_dict()


def ours(case: Path) -> dict[str, Any]:
    """Trace alone; each shared passage stands for a point."""
    accounts = accounts_of(case)
    text = {a.witness.id: a.witness.text for a in accounts}
    descent = trace(accounts)
    points = []
    for n, passage in enumerate(descent.passages):
        words = passage.a.of(text[passage.a.witness])
        reading = Reading(words, (passage.a, passage.b), words)
        points.append(Point(f"p1:{n}", "s1:bench", words, "event", (reading,)))
    return document(accounts, descent, with_origins(points, accounts, descent))


def whole(case: Path) -> dict[str, Any]:
    """The whole comparison."""
    files = sorted((case / "accounts").glob("*.txt"))
    return consilience.compare(files, manifest=case / "accounts" / "manifest.jsonl").to_dict()


def tree(case: Path) -> dict[str, Any]:
    """Minimum spanning tree over word edits; each edge runs from the earlier account."""
    from rapidfuzz.distance import Levenshtein

    accounts = accounts_of(case)
    words = [a.witness.text.split() for a in accounts]
    pairs = sorted(
        (Levenshtein.distance(words[a], words[b]), a, b) for b in range(len(words)) for a in range(b)
    )
    part = list(range(len(words)))
    edges = []
    for _, a, b in pairs:
        if part[a] != part[b]:
            part = [part[a] if p == part[b] else p for p in part]
            edges.append(_edge(accounts, a, b))
    return document(accounts, _plain(accounts, edges))


def earliest(case: Path) -> dict[str, Any]:
    """The first account is the parent of all."""
    accounts = accounts_of(case)
    return document(accounts, _plain(accounts, [_edge(accounts, 0, n) for n in range(1, len(accounts))]))


def outlets(case: Path) -> dict[str, Any]:
    """No edges: every outlet is an origin; what two carry counts as confirmed."""
    accounts = accounts_of(case)
    document_ = ours(case)
    for point in document_["points"]:
        point["independent"] = {"low": 2, "high": 2, "why": ""}
    document_["stemma"] = document(accounts, _plain(accounts, []))["stemma"]
    return document_


def _edge(accounts: Sequence[Annotated], parent: int, child: int) -> Edge:
    return Edge(accounts[parent].witness.id, accounts[child].witness.id, "copy", (), 0.5)


def _plain(accounts: Sequence[Annotated], edges: Sequence[Edge]) -> Descent:
    nodes = tuple(Node(a.witness.id, "witness", a.witness.name) for a in accounts)
    return Descent(nodes, tuple(edges))


def invent(stories: str, seed: int, count: int, out: Path) -> list[Path]:
    """Write histories over some stories, of one seed; their folders."""
    articles = SHARED / "data" / stories / "articles.jsonl.gz"
    command = [
        sys.executable,
        SHARED / "score" / "descend.py",
        articles,
        out,
        "--seed",
        seed,
        "--count",
        count,
    ]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return sorted(out.iterdir())


def measure(way: Way, folders: Sequence[Path], scratch: Path) -> tuple[dict[str, float], float]:
    """Scores of one way over all histories, and its seconds."""
    began = time.perf_counter()
    made = {case.name: way(case) for case in folders}
    took = time.perf_counter() - began
    scores = _score(made, scratch, way.__name__)
    for document_ in made.values():
        held = document_["stemma"]
        held["edges"] = [e for e in held["edges"] if e["directed"]]
    sure = _score(made, scratch, f"{way.__name__}-directed")
    if scores["edges.recall"]:
        scores["open"] = 1 - sure["edges.recall"] / scores["edges.recall"]
        scores["direction.half"] = sure["direction"] * (1 - scores["open"]) + scores["open"] / 2
    return scores, took


def _score(made: dict[str, dict[str, Any]], scratch: Path, name: str) -> dict[str, float]:
    """What the scorer says of the dossiers of all histories."""
    dossiers, out = scratch / name, scratch / f"{name}.scores.json"
    dossiers.mkdir()
    for case, document_ in made.items():
        (dossiers / f"{case}.json").write_text(json.dumps(document_), "utf-8")
    command = [sys.executable, SHARED / "score" / "descent.py", scratch / "all", "--dossiers", dossiers]
    subprocess.run([*command, "--json", out], check=True, capture_output=True)
    return _flat(json.loads(out.read_text("utf-8")))


def _flat(scores: Any, path: str = "") -> dict[str, float]:
    if not isinstance(scores, dict):
        return {path: scores}
    parts = [_flat(part, f"{path}.{name}".lstrip(".")) for name, part in scores.items()]
    return {key: value for part in parts for key, value in part.items()}


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    parser.add_argument("--stories", nargs="+", default=["stories-allsides"], help="sets to invent over")
    parser.add_argument("--count", type=int, default=10, help="histories of each seed")
    parser.add_argument("--whole", action="store_true", help="run the whole comparison")
    args = parser.parse_args()
    if not (SHARED / "score" / "descend.py").exists():
        print("no generator beside the checkout (../shared/score): nothing measured")
        return 0
    ways: list[Way] = [whole] if args.whole else [ours, tree, earliest, outlets]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folders = []
        (scratch / "all").mkdir()
        for stories, seed in product(args.stories, args.seeds):
            for case in invent(stories, seed, args.count, scratch / f"{stories}-{seed}"):
                folders.append(case.rename(scratch / "all" / f"{stories}-{seed}-{case.name}"))
        results = [measure(way, folders, scratch) for way in ways]
    print(f"{len(folders)} histories".ljust(24) + "".join(f"{way.__name__:>10}" for way in ways))
    for key in SHOWN:
        print(key.ljust(24) + "".join(f"{scores.get(key, float('nan')):10.3f}" for scores, _ in results))
    print("seconds".ljust(24) + "".join(f"{took:10.1f}" for _, took in results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
