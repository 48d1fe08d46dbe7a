"""Discrepancies of real stories, to be read by eye, and the share of them that was marked right.

    python bench/findings.py SHARED [--sets stories-5w1h stories-allsides] [--half held] [--take 30]
                             [--stories 120] [--skip 0] [--show] [--harmless] [--marks]

Compares the stories of each set (``SHARED/data/<set>/articles.jsonl.gz``) that have two accounts or
more, takes some conflicts of each set by a digest of what they say, and prints them with ``--show``, each
reading in its words. Marks are kept in ``bench/findings.tsv`` by that digest: right (the
accounts do say different things of one matter), harmless (they do, and it need not trouble anybody),
wrong (they do not). What is printed last: how many of those taken are marked each way, and how many
are not marked yet. ``--marks`` prints the marks of earlier looks alone. ``--harmless`` takes findings
with a harmless explanation instead.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from beside import there
from discrepancies import halves

from consilience.engine import compare_witnesses
from consilience.model import Annotated, Discrepancy, Witness, tagged_hash, witness_id

MARKS = Path(__file__).with_name("findings.tsv")
AROUND = 160
Found = tuple[str, str, tuple[Annotated, ...], Discrepancy]


def digest(text: str) -> bytes:
    """What decides which stories are taken."""
    return hashlib.sha256(text.encode()).digest()


def key(says: str) -> str:
    """What a finding is marked by: a digest of the sentence that tells it."""
    return tagged_hash("f1", says)


def marks() -> dict[str, str]:
    """Marks set by eye: right, harmless or wrong."""
    if not MARKS.exists():
        return {}
    lines = [line for line in MARKS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {row["id"]: row["mark"] for row in csv.DictReader(lines, delimiter="\t")}


def shares() -> None:
    """Print the marks of each look: how many findings, and the share marked each way."""
    lines = [line for line in MARKS.read_text("utf-8").splitlines() if not line.startswith("#")]
    looks: dict[str, Counter[str]] = {}
    for row in csv.DictReader(lines, delimiter="\t"):
        looks.setdefault(row["half"], Counter())[row["mark"]] += 1
    for look, count in looks.items():
        whole = sum(count.values())
        told = ", ".join(f"{mark} {n / whole:.2f}" for mark, n in sorted(count.items()))
        print(f"{look}: {whole} findings, {told}")


def read(rows: list[dict[str, Any]]) -> list[Witness]:
    """The accounts of a story, each text once."""
    out: dict[str, Witness] = {}
    for row in rows:
        fields = {k: row.get(k) for k in ("title", "outlet", "published", "url")}
        name = str(row["id"])
        key = witness_id(name, row["text"], fields["outlet"], fields["published"], fields["url"])
        out.setdefault(row["text"], Witness(key, name, row["text"], **fields))
    return list(out.values())


def found(name: str, stories: dict[str, list[Any]], args: argparse.Namespace) -> Iterator[Found]:
    """The discrepancies taken of one set."""
    chosen = sorted(stories, key=digest)[args.skip :][: args.stories]
    all_found = []
    for story in chosen:
        dossier = compare_witnesses(read(stories[story]))
        taken = [d for d in dossier.discrepancies if bool(d.innocent) == args.harmless]
        all_found += [(name, story, dossier.accounts, d) for d in taken]
    print(f"{name}: {len(chosen)} stories, {len(all_found)} findings", file=sys.stderr)
    yield from sorted(all_found, key=lambda f: key(f[3].explanation))[: args.take]


def show(taken: Found, mark: str) -> None:
    """Print a finding with the words about each reading."""
    name, story, accounts, conflict = taken
    texts = {a.witness.id: a.witness for a in accounts}
    head = f"{name} {story}  {conflict.kind} {conflict.score}"
    print(f"\n{key(conflict.explanation)}  [{mark or 'unmarked'}]  {head}")
    print(f"  {conflict.explanation}" + (f"  ({conflict.innocent})" if conflict.innocent else ""))
    for reading in conflict.readings[:6]:
        witness, span = texts[reading.span.witness], reading.span
        words = witness.text[max(0, span.start - AROUND) : span.end + AROUND]
        print(f"    {witness.outlet} {witness.published}  = {reading.value}: …{' '.join(words.split())}…")


def main() -> None:
    parser = argparse.ArgumentParser(description="Discrepancies of real stories, read by eye.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--sets", nargs="+", default=["stories-5w1h", "stories-allsides"])
    parser.add_argument("--half", choices=("open", "held"), default="held")
    parser.add_argument("--take", type=int, default=30)
    parser.add_argument("--stories", type=int, default=120)
    parser.add_argument("--skip", type=int, default=0, help="stories looked at before")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--harmless", action="store_true")
    parser.add_argument("--marks", action="store_true", help="print the marks of earlier looks and end")
    args = parser.parse_args()
    if args.marks:
        shares()
        return
    sys.path.insert(0, str(there(args.shared / "score")))
    import plant

    known, count = marks(), Counter[str]()
    for name in args.sets:
        stories = plant.stories(args.shared / "data" / name / "articles.jsonl.gz")
        for taken in found(name, halves(stories, args.half), args):
            mark = known.get(key(taken[3].explanation), "")
            count[mark or "unmarked"] += 1
            if args.show:
                show(taken, mark)
    whole = sum(count.values())
    print(", ".join(f"{mark} {n} ({n / whole:.2f})" for mark, n in sorted(count.items())) or "none found")


if __name__ == "__main__":
    main()
