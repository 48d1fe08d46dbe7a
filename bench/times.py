"""Measure the resolver of times against TimeML annotation.

    python bench/times.py ../shared/data/times-tempeval/timebank.jsonl.gz

Counts DATE and TIME expressions whose value is a calendar interval: durations, sets and
"now" or "recently" are left out, and a time found on one of them is neither right nor wrong.
Prints precision and recall by overlap, the share of matched spans that are exact, the share of
matched values that are the same interval, and the F1 of right values.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from beside import there

from consilience.annotate import times
from consilience.annotate.text import parse
from consilience.model import Witness

PARTS = {"MO": "morning", "AF": "afternoon", "EV": "evening", "NI": "night", "MI": "afternoon"}
SEASONS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
Ends = tuple[str | None, str | None]


def interval(value: str) -> Ends | None:
    """The interval of a TimeML value, or None where it is none.

    >>> interval("2031-05"), interval("P2D")
    (('2031-05-01', '2031-06-01'), None)
    """
    try:
        return _interval(value)
    except ValueError:
        return None


def _interval(value: str) -> Ends | None:  # noqa: PLR0911 - one return for each form of value
    if m := re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", value):
        year, month, day = int(m[1]), int(m[2] or 1), int(m[3] or 1)
        if m[3]:
            return value, (date(year, month, day) + timedelta(1)).isoformat()
        return _months(year, month, 1 if m[2] else 12)
    if m := re.fullmatch(r"(\d{4})-W(\d\d)(-WE)?", value):
        start = date.fromisocalendar(int(m[1]), int(m[2]), 6 if m[3] else 1)
        return start.isoformat(), (start + timedelta(2 if m[3] else 7)).isoformat()
    if m := re.fullmatch(r"(\d{4})-Q(\d)", value):
        return _months(int(m[1]), 3 * int(m[2]) - 2, 3)
    if m := re.fullmatch(r"(\d{4})-(SP|SU|FA|WI)", value):
        return _months(int(m[1]), SEASONS[m[2]], 3)
    if re.fullmatch(r"\d{3}", value):
        return f"{value}0-01-01", f"{int(value) + 1}0-01-01"
    if m := re.fullmatch(r"(\d{4}-\d\d-\d\d)T(MO|AF|EV|NI|MI)", value):
        part = times._part(date.fromisoformat(m[1]), PARTS[m[2]], "")
        return part.start, part.end
    m = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::\d\d)?", value)
    return (m[1], None) if m else None


def _months(year: int, month: int, count: int) -> Ends | None:
    when = times._months(year, month, count, "", "")
    return (when.start, when.end) if when else None


def score(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Figures over annotated articles."""
    hit = exact = right = missed = extra = 0
    for row in rows:
        account = parse(Witness(row["id"], row["id"], row["text"], published=row["dct"]))
        found = {(a, b): when for a, b, when in times.find(account)}
        dated = [t for t in row["timexes"] if t["type"] in {"DATE", "TIME"} and interval(t["value"])]
        used = set()
        for gold in dated:
            span = next((s for s in found if s not in used and _touch(s, gold)), None)
            if span is None:
                missed += 1
                continue
            used.add(span)
            hit += 1
            exact += span == (gold["start"], gold["end"])
            want, has = interval(gold["value"]), found[span]
            right += want is not None and want[0] == has.start and want[1] in {None, has.end}
        extra += sum(s not in used and not any(_touch(s, t) for t in row["timexes"]) for s in found)
    return {
        "expressions": hit + missed,
        "precision": hit / (hit + extra),
        "recall": hit / (hit + missed),
        "overlap F1": 2 * hit / (2 * hit + extra + missed),
        "exact spans of matched": exact / hit,
        "right values of matched": right / hit,
        "value F1": 2 * right / (2 * hit + extra + missed),
    }


def _touch(span: tuple[int, int], timex: dict[str, Any]) -> bool:
    return bool(span[0] < timex["end"] and timex["start"] < span[1])


def main() -> None:
    """Print the figures of each file named."""
    for name in sys.argv[1:]:
        with gzip.open(there(Path(name)), "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        figures = score(rows)
        print(Path(name).name, " ".join(f"{k} {v:.3f}".replace(".000", "") for k, v in figures.items()))


if __name__ == "__main__":
    main()
