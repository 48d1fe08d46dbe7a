"""Measure silences on the claims of SPARK and on accounts with an answer key.

    python bench/silences.py [--half open|held] [--keep FILE] [--show]

SPARK's clusters are the claims of a summary with the passages that carry them: a claim without a passage
in a document is left out by it. Each topic is aligned as ``compare`` does it; of each point that holds
passages of a claim, and each document that the point does not hold, a silence is right when none of the
claims it holds has a passage there. Topics have two documents as a rule, so what one account alone
carries is listed here too, which ``compare`` never does; the figures of points that two or more carry
stand apart. Then the same for claims as the key has them, each with the passages of one document taken
out: what the second reading alone is worth. Listing every absence stands beside both.

The key does not have every passage that carries a claim: a silence that it calls wrong is wrong, one
that it calls right may be.

``--half`` keeps topics by a digest of their names: the weights and thresholds were fitted on the open
half. ``--keep`` stores the annotated topics. ``--show`` prints wrong silences.
"""

from __future__ import annotations

import argparse
import gzip
import json
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from beside import SHARED, there
from discrepancies import halves

from consilience.annotate import annotate, link
from consilience.collate import collate
from consilience.contrast.sheet import Sheet, sheet
from consilience.contrast.silences import HELD, NEAR, Rereading
from consilience.model import Annotated, Entity, Point, Reading, Span, Story, Witness, witness_id

RAW = argparse.RawDescriptionHelpFormatter
Topic = tuple[dict[str, Any], tuple[Annotated, ...], tuple[Entity, ...]]


class Case(NamedTuple):
    """A point and an account without it: is it listed, does the key give the account a passage, holders."""

    listed: bool
    carried: bool
    holders: int
    shown: str


def topics(half: str | None, keep: Path | None) -> list[Topic]:
    """SPARK's topics of a half, annotated and linked."""
    if keep and keep.exists():
        stored: list[Topic] = pickle.loads(keep.read_bytes())
        return stored
    with gzip.open(there(SHARED / "data/points-spark/topics.jsonl.gz"), "rt", encoding="utf-8") as lines:
        records = {str(r["topic"]): [r] for r in map(json.loads, lines)}
    out = []
    for (record,) in halves(records, half).values():
        witnesses = [
            Witness(witness_id(d["id"], d["text"], None, None, None), d["id"], d["text"])
            for d in record["documents"]
        ]
        out.append((record, *link([annotate(w) for w in witnesses])))
    if keep:
        keep.write_bytes(pickle.dumps(out))
    return out


def aligned(topic: Topic) -> Iterator[Case]:
    """Points as they are aligned, with the accounts that they do not hold."""
    record, accounts, entities = topic
    names = {a.witness.id: a.witness.name for a in accounts}
    points = collate(Story("s1:0", tuple(names), ""), accounts, entities)
    told = [(p, carriers(p, record["clusters"], names)) for p in points]
    kept = [(p, docs) for p, docs in told if docs]
    reading = Rereading(sheet(accounts), [p for p, _ in kept])
    for point, docs in kept:
        for witness, name in names.items():
            if witness not in point.witnesses:
                yield case(reading, point, witness, name in docs)


def carriers(point: Point, clusters: Sequence[Any], names: dict[str, str]) -> set[str]:
    """Documents with a passage of any claim of which the point holds one."""
    found: set[str] = set()
    for cluster in clusters:
        if any(meets(span, names[span.witness], p) for span in point.spans for p in cluster):
            found |= {p["doc"] for p in cluster}
    return found


def meets(span: Span, name: str, passage: dict[str, Any]) -> bool:
    """Whether half of the shorter of a point's and the key's passage is common."""
    common = sum(max(0, min(span.end, e) - max(span.start, s)) for s, e in passage["spans"])
    length = sum(e - s for s, e in passage["spans"])
    return bool(passage["doc"] == name and 2 * common >= min(length, span.end - span.start))


def taken_out(topic: Topic) -> Iterator[Case]:
    """Claims of the key without the passages of one document, and that document."""
    record, accounts, _ = topic
    names = {a.witness.name: a for a in accounts}
    laid = sheet(accounts)
    for n, cluster in enumerate(record["clusters"]):
        for name, account in names.items():
            point = claim(f"p1:{n}", [p for p in cluster if p["doc"] != name], names)
            if point is not None:
                carried = any(p["doc"] == name for p in cluster)
                yield case(reread(laid, point), point, account.witness.id, carried)


def reread(laid: Sheet, point: Point) -> Rereading:
    return Rereading(laid, [point])


def claim(ident: str, passages: Sequence[Any], names: dict[str, Annotated]) -> Point | None:
    """A claim's passages as a point; the words between the pieces of a passage count in."""
    readings = []
    for p in passages:
        witness = names[p["doc"]].witness
        span = Span(witness.id, min(s for s, _ in p["spans"]), max(e for _, e in p["spans"]))
        words = " ".join(witness.text[s:e] for s, e in p["spans"])
        readings.append(Reading(words, (span,), words))
    return Point(ident, "s1:0", readings[0].wording, "event", tuple(readings)) if readings else None


def case(reading: Rereading, point: Point, witness: str, carried: bool) -> Case:
    near, held = reading.nearness(point, witness)
    shown = f"{near:.2f} {point.says[:150]!r}"
    return Case(near < NEAR and held < HELD, carried, len(point.witnesses), shown)


def figures(name: str, cases: Sequence[Case]) -> None:
    """Print precision and recall of what is listed, and of listing everything."""
    listed, silent = [c for c in cases if c.listed], [c for c in cases if not c.carried]
    right = sum(not c.carried for c in listed)
    print(
        f"{name}: {len(cases)} absences, {len(silent)} of them silences by the key "
        f"({share(len(silent), cases)} right if all were listed); listed {len(listed)}: "
        f"precision {share(right, listed)}, recall {share(right, silent)}"
    )


def share(part: int, whole: Sequence[Any]) -> str:
    return f"{part / len(whole):.3f}" if whole else "–"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=RAW)
    parser.add_argument("--half", choices=("open", "held"))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    found = topics(args.half, args.keep)
    cases = [c for t in found for c in aligned(t)]
    figures("aligned points", cases)
    figures("of these, points that two or more carry", [c for c in cases if c.holders > 1])
    figures("claims with one document taken out", [c for t in found for c in taken_out(t)])
    if args.show:
        print(*(c.shown for c in cases if c.listed and c.carried), sep="\n")


if __name__ == "__main__":
    main()
