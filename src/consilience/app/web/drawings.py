"""What the pages draw: a story's arrivals and origins as paths, places in time, an account's text in lines.

Pure: from a view-model to what a template puts in as it is. A path costs a page a hundredth of what a loop
over bars does. Invariant: nothing drawn is told by its form alone; the words stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

Json = dict[str, Any]
WIDE, HIGH = 160, 38
"""The field that arrivals are drawn in."""
STEP, ROW = 13, 10
"""Between two circles; circles of a row."""
MOST = 24
"""Accounts drawn as circles."""


def of_stories(items: Iterable[Json]) -> Json:
    """The drawings of some stories of a list, by their ids."""
    return {one["id"]: {"spark": bars(one["arrivals"]["counts"]), **circles(one)} for one in items}


def bars(counts: Sequence[int]) -> str:
    """Counts as bars of one path; those of nothing are left out.

    >>> bars([2, 0, 1])
    'M0 38v-35h51.8v35zM106.7 38v-18h51.8v18z'
    """
    if not counts:
        return ""
    step, most = WIDE / len(counts), max(counts)
    width = step - 1.5 if len(counts) > 1 else 6
    left = (WIDE - width) / 2 if len(counts) == 1 else 0
    found = []
    for n, count in enumerate(counts):
        if count:
            high = f"{34 * count / most + 1:g}"
            found.append(f"M{round(left + n * step, 1):g} {HIGH}v-{high}h{round(width, 1):g}v{high}z")
    return "".join(found)


def circles(story: Json) -> Json:
    """One filled circle for each independent origin, an open one for each further account.

    >>> circles({"origins": 1, "accounts": 2})["same"]
    'M14.75 6.5a4.25 4.25 0 1 0 8.5 0a4.25 4.25 0 1 0-8.5 0z'
    """
    origins, accounts = story["origins"] or 0, story["accounts"]
    if not 0 < origins <= accounts <= MOST:
        return {"own": "", "same": "", "width": 0, "height": 0}
    return {
        "own": "".join(_circle(n, 5) for n in range(origins)),
        "same": "".join(_circle(n, 4.25) for n in range(origins, accounts)),
        "width": min(accounts, ROW) * STEP, "height": -(-accounts // ROW) * STEP,
    }  # fmt: skip


def _circle(number: int, radius: float) -> str:
    x, y = number % ROW * STEP + 6, number // ROW * STEP + 6.5
    half = f"{radius:g} {radius:g} 0 1 0"
    return f"M{x - radius:g} {y:g}a{half} {2 * radius:g} 0a{half}-{2 * radius:g} 0z"


def place(rows: list[Json]) -> None:
    """Say of each day or month where it lies between the first and the last, 0 to 1."""
    days = [date.fromisoformat((row["when"] + "-01")[:10]).toordinal() for row in rows]
    for row, day in zip(rows, days, strict=True):
        row["place"] = round((day - days[0]) / max(1, days[-1] - days[0]), 4)


def text(model: Json) -> Json:
    """An account's text in lines, with what is said in it marked, and places that are led to."""
    from ...dossier.render import page
    from ...dossier.render.facts import facts

    ident = model["account"]["id"]
    article = {**model["account"], "siglum": "", "text": model["text"], "regions": model["regions"]}
    said = [
        {"article": ident, "content": s["spans"], "speaker": {"name": s["speaker"]}, "form": s["form"]}
        for s in model["statements"]
    ]
    led = [[p["start"], p["end"]] for n in model["neighbours"] for p in n["passages"]]
    cites = [{"article": ident, "start": a, "end": b} for a, b in [*led, *filter(None, [model["at"]])]]
    known = facts({"articles": [article], "statements": said, "summary": [{"text": "", "cites": cites}]})
    return {"drawn": page.texts(known)}
