"""Score statements on PolNeAR and say how fast they are made.

    python bench/statements.py [--split dev] [--limit 84] [--json OUT]

Needs the ``shared`` folder (data and scorers) beside the checkout. Prints precision, recall
and F1 of contents, speakers, cues and triples by form, next to a baseline that takes every
quotation for a statement without a speaker, and articles a second for the parse and for
statements alone (processor time).
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from pathlib import Path
from typing import Any

from consilience.annotate.quotes import quotations
from consilience.annotate.statements import statements
from consilience.annotate.text import LINE, parse
from consilience.model import Statement, Witness

SHARED = Path(__file__).resolve().parents[2] / "shared"
ROWS = (
    ("content", "overlap"),
    ("content", "exact"),
    ("speaker", "exact"),
    ("cue", "overlap"),
    ("triple", "overlap"),
    ("triple", "exact"),
)


def plain(made: Statement) -> dict[str, Any]:
    """A statement in the form of the dossier."""
    speaker = made.speaker
    return {
        "content": [[s.start, s.end] for s in made.content],
        "cue": [[s.start, s.end] for s in made.cue],
        "speaker": speaker and {"spans": [[s.start, s.end] for s in speaker.spans], "name": speaker.name},
        "form": made.form,
    }


def marks(text: str) -> list[dict[str, Any]]:
    """The baseline: every quotation is a statement by nobody."""
    found = [q for line in LINE.finditer(text) for q in quotations(text, line.start(), line.end())]
    return [{"content": [list(q.inner)], "cue": [], "speaker": None, "form": "direct"} for q in found]


def table(title: str, results: dict[str, Any]) -> None:
    """Print one result by form."""
    print(f"\n{title:20}" + "".join(f"{' '.join(row):>18}" for row in ROWS))
    for form in ("overall", "direct", "mixed", "indirect"):
        cells = [results[form][a][b] for a, b in ROWS]
        shown = (f"{c['precision']:.2f} {c['recall']:.2f} {c['f1']:.3f}" for c in cells)
        print(f"{form:20}" + "".join(f"{cell:>18}" for cell in shown))


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description="Score statements on PolNeAR.")
    parser.add_argument("--split", default="dev", choices=("dev", "train"))
    parser.add_argument("--limit", type=int, default=10_000)
    parser.add_argument("--json", type=Path, help="write the results here")
    args = parser.parse_args()
    sys.path.insert(0, str(SHARED / "score"))
    from statements import score  # type: ignore[import-not-found]

    path = SHARED / f"data/statements-polnear/{args.split}.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines][: args.limit]
    mine, spent = {}, [0.0, 0.0]
    for record in records:
        begun = time.process_time()
        account = parse(Witness(f"w1:{record['id']}", record["id"], record["text"]))
        parsed = time.process_time()
        mine[record["id"]] = [plain(s) for s in statements(account)]
        spent = [spent[0] + parsed - begun, spent[1] + time.process_time() - parsed]
    gold = {r["id"]: r for r in records}
    results = score(gold, mine)
    table("statements", results)
    table("quotation marks", score(gold, {r["id"]: marks(r["text"]) for r in records}))
    parsing, stating = spent
    print(f"\n{len(records)} articles: {len(records) / (parsing + stating):.1f} a second with the parse,")
    print(f"{1000 * stating / len(records):.1f} ms an article for statements alone")
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
