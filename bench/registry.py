"""Measure ages and counts of dead and injured against a registry of incidents.

    python bench/registry.py SHARED [--half open|held] [--most 150] [--points] [--keep DIR] [--show]

SHARED holds ``data/stories-gva/{articles,ages,registry}.jsonl.gz`` and ``score/plant.py``. Of each
incident with two accounts or more, in the order of a digest of its name, the first accounts are read,
linked and compared. Figures alone are reported:

ages      pairs of accounts that give one person different ages (the set's own list, one age each):
          ``told`` as a conflict, ``birthday``, or not at all; of those one year apart where the later
          account has the higher age, the share told as a conflict (``birthdays_told``: lower is better)
counts    by a pattern of its own this bench reads the highest count of killed and of injured of each
          account: ``as_registry`` is the share equal to the registry's; of pairs of which one alone is so,
          ``recall`` is the share told by a number finding, harmless ones in ``excused``;
          ``precision`` is the share of number conflicts about killed or injured of which one side, and
          one alone, gives the registry's count

The set names real people, some of them children: nothing but figures is printed, but for ``--show``,
which lists findings to be read by eye and never to be kept.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from beside import there
from discrepancies import Reader, compare, halves

from consilience.annotate import link
from consilience.annotate.numerals import value
from consilience.errors import InputError
from consilience.ingest import read
from consilience.model import Annotated, Discrepancy

Row = dict[str, Any]
MOST_ACCOUNTS = 4
NUMBER = r"(?P<n>\d{1,3}|[a-z]+(?:-[a-z]+)?)"
WHO = r"(?: other)?(?: people| persons| victims| others)?"
BE = r"(?: were| are| have been)?"
KINDS = {
    "killed": re.compile(
        rf"\b{NUMBER}{WHO}{BE} (?:shot and killed|shot dead|killed|dead|died)\b"
        rf"|\b(?:killed|killing) (?P<m>[\w]+){WHO}(?![-’'\w])(?! (?:injured|wounded|year))",
        re.I,
    ),
    "injured": re.compile(
        rf"\b{NUMBER}{WHO}{BE} (?:injured|wounded|hurt)\b"
        rf"|\b(?:injured|injuring|wounded|wounding) (?P<m>[\w]+){WHO}(?![-’'\w])",
        re.I,
    ),
}
LEAST = 2
"""Least count: "a man was killed" counts nobody on purpose."""


def rows(path: Path) -> list[Row]:
    """Records of a set."""
    with gzip.open(there(path), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def counts(text: str) -> dict[str, int]:
    """The highest count of killed and of injured in a text, by a pattern of this bench's own."""
    out: dict[str, int] = {}
    for kind, pattern in KINDS.items():
        for m in pattern.finditer(text):
            number = value((m["n"] or m["m"]).lower())
            if number is not None and LEAST <= number < 200 and number == int(number):
                out[kind] = max(out.get(kind, 0), int(number))
    return out


def touches(found: Discrepancy, accounts: dict[str, str], places: Sequence[tuple[str, int, int]]) -> bool:
    """Whether a discrepancy has a reading at each of some places (account, start, end)."""
    return all(
        any(
            accounts[v.span.witness] == who and v.span.start < end + 6 and start - 6 < v.span.end
            for v in found.readings
        )
        for who, start, end in places
    )


class Tally:
    """Figures gathered over incidents."""

    def __init__(self) -> None:
        self.n: dict[str, int] = defaultdict(int)

    def ages(
        self, found: Sequence[Discrepancy], accounts: dict[str, str], told: list[Row], days: dict[str, str]
    ) -> None:
        """Pairs of accounts that give one person two ages."""
        by_name: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in told:
            by_name[row["name"]][row["article"]].append(row)
        ages = [d for d in found if d.kind == "age"]
        for held in by_name.values():
            single = [rs for _, rs in sorted(held.items()) if len({r["age"] for r in rs}) == 1]
            for one, other in combinations(single, 2):
                if one[0]["age"] != other[0]["age"]:
                    self._age(ages, accounts, one, other, days)

    def _age(
        self,
        ages: list[Discrepancy],
        accounts: dict[str, str],
        one: list[Row],
        other: list[Row],
        days: dict[str, str],
    ) -> None:
        old, young = (one, other) if one[0]["age"] > other[0]["age"] else (other, one)
        later = (days.get(old[0]["article"]) or "") > (days.get(young[0]["article"]) or "")
        hits = [
            d
            for d in ages
            if any(
                touches(
                    d, accounts, [(x["article"], x["start"], x["end"]), (y["article"], y["start"], y["end"])]
                )
                for x in one
                for y in other
            )
        ]
        conflict = any(d.innocent is None for d in hits)
        birthday = old[0]["age"] - young[0]["age"] == 1 and later
        self.n["age pairs"] += 1
        self.n["age birthday pairs" if birthday else "age other pairs"] += 1
        self.n["age birthday told" if birthday else "age other told"] += conflict
        self.n["age birthday excused" if birthday else "age other excused"] += bool(hits) and not conflict

    def tolls(
        self, found: Sequence[Discrepancy], texts: dict[str, str], accounts: dict[str, str], registry: Row
    ) -> None:
        """Counts of killed and injured: against the registry, between accounts, and as the program tells."""
        given = {name: counts(text) for name, text in texts.items()}
        for kind in KINDS:
            mine = {name: c[kind] for name, c in given.items() if kind in c}
            self.n[f"{kind} counts"] += len(mine)
            self.n[f"{kind} as registry"] += sum(n == registry[kind] for n in mine.values())
            findings = [d for d in found if d.kind == "number" and any(kind in v.value for v in d.readings)]
            for one, other in combinations(sorted(mine), 2):
                if mine[one] != mine[other] and registry[kind] in (mine[one], mine[other]):
                    both = [
                        d for d in findings if {one, other} <= {accounts[v.span.witness] for v in d.readings}
                    ]
                    self.n[f"{kind} pairs"] += 1
                    self.n[f"{kind} told"] += any(d.innocent is None for d in both)
                    self.n[f"{kind} excused"] += bool(both) and all(d.innocent for d in both)
            for d in findings:
                if d.innocent is None:
                    sides = {re.sub(r"\D", "", v.value.split("–")[0]) for v in d.readings}
                    self.n[f"{kind} conflicts"] += 1
                    self.n[f"{kind} right"] += str(registry[kind]) in sides and len(sides) > 1

    def report(self) -> dict[str, Any]:
        """Shares of what was counted, beside the counts."""
        n = self.n

        def share(a: str, b: str) -> float | None:
            return round(n[a] / n[b], 3) if n[b] else None

        out: dict[str, Any] = {
            "ages.told": share("age other told", "age other pairs"),
            "ages.excused": share("age other excused", "age other pairs"),
            "ages.birthdays_told": share("age birthday told", "age birthday pairs"),
        }
        for kind in KINDS:
            out[f"{kind}.as_registry"] = share(f"{kind} as registry", f"{kind} counts")
            out[f"{kind}.recall"] = share(f"{kind} told", f"{kind} pairs")
            out[f"{kind}.excused"] = share(f"{kind} excused", f"{kind} pairs")
            out[f"{kind}.precision"] = share(f"{kind} right", f"{kind} conflicts")
        return out | {"counted": dict(sorted(n.items()))}


def incidents(shared: Path, half: str | None, most: int) -> Iterator[tuple[str, list[Row]]]:
    """Incidents of a half with two accounts or more, in the order of a digest; the first accounts of each."""
    by_story: dict[str, list[Row]] = defaultdict(list)
    for row in rows(shared / "data" / "stories-gva" / "articles.jsonl.gz"):
        if len(row["text"]) <= 9000:
            by_story[str(row["story"])].append(row)
    chosen = [s for s in halves(by_story, half) if len(by_story[s]) > 1]
    chosen.sort(key=lambda s: hashlib.sha256(f"registry {s}".encode()).hexdigest())
    for story in chosen[:most]:
        yield story, sorted(by_story[story], key=lambda r: str(r["id"]))[:MOST_ACCOUNTS]


def account(reader: Reader, row: Row, scratch: Path) -> Annotated | None:
    """One article, read and annotated under its id; None where it is no readable account."""
    name = re.sub(r"\W+", "-", str(row["id"]))
    (scratch / f"{name}.txt").write_bytes(row["text"].encode())
    fields = {k: row.get(k) for k in ("outlet", "title", "published", "url")}
    (scratch / "m.jsonl").write_text(json.dumps({"id": name, "file": f"{name}.txt"} | fields) + "\n", "utf-8")
    try:
        witnesses, _ = read([scratch / f"{name}.txt"], manifest=scratch / "m.jsonl")
    except InputError:
        return None
    return reader.account(witnesses[0])


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure ages and counts against a registry.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--half", choices=("open", "held"))
    parser.add_argument("--most", type=int, default=150)
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    registry = {str(r["story"]): r for r in rows(args.shared / "data" / "stories-gva" / "registry.jsonl.gz")}
    ages: dict[str, list[Row]] = defaultdict(list)
    for row in rows(args.shared / "data" / "stories-gva" / "ages.jsonl.gz"):
        ages[str(row["story"])].append(row)
    reader, tally = Reader(args.keep), Tally()
    with tempfile.TemporaryDirectory() as scratch:
        for story, articles in incidents(args.shared, args.half, args.most):
            pairs = [(one, row) for row in articles if (one := account(reader, row, Path(scratch)))]
            made, articles = [a for a, _ in pairs], [row for _, row in pairs]
            tally.n["accounts"] += len(made)
            if len(made) < 2:
                continue
            tally.n["incidents"] += 1
            names = {a.witness.id: str(r["id"]) for a, r in zip(made, articles, strict=True)}
            found, _ = compare(link(made), args.points)
            texts = {str(r["id"]): r["text"] for r in articles}
            days = {str(r["id"]): r.get("published") or "" for r in articles}
            told = [r | {"article": str(r["article"])} for r in ages[story] if str(r["article"]) in texts]
            tally.ages(found, names, told, days)
            if story in registry:
                tally.tolls(found, texts, names, registry[story])
            if args.show:
                for d in found:
                    if d.kind in ("age", "number"):
                        print(d.kind, d.score, d.innocent or "CONFLICT", d.explanation, file=sys.stderr)
    print(json.dumps(tally.report(), indent=1))


if __name__ == "__main__":
    main()
