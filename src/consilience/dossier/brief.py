"""A dossier in few lines: what a list of stories shows of it, and what it adds to an outlet's counts.

Works from the JSON document alone and adds no finding of its own. The counts are counts and no verdict:
    credits   accounts of the outlet that name another outlet or body as where they have something from:
              a credit in the stemma, a link before the last of a statement's chain, or its last where that is
              an outlet of the story
    copies    accounts of it that copy, reword or translate the value's, of evidence that tells the direction
    verb      how often it reports with a word
    first     1 if its account of the story came out first
    dated     1 if an outlet of the story came out first beyond doubt, and this one's time is known
    stories   its accounts that were compared
Accounts that share words without telling who had them first, links less likely right than wrong and lost
texts count for no copying. Invariant: equal documents give equal lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..model import SURE
from ..trace.outlets import same_outlet
from .render.facts import COPIED, Document, Facts, facts

DISPUTED, SENTENCES = 3, 3
TALLIES = ("credits", "copies", "verb", "first", "dated", "stories")
Json = dict[str, Any]
Tally = tuple[str, str, str, int]


def brief(document: Document) -> Json:
    """What a list of stories shows of a dossier.

    >>> found = brief({})
    >>> found["accounts"], found["origins"], found["first"]
    (0, 0, None)

    :returns: ``origins`` are the most independent origins behind any point, ``independent`` the highest lower
        and upper bound; ``shared`` counts points of two accounts or more, ``single`` those of one origin;
        ``disputed`` names the conflicts most sure, ``conflict_ids`` has all.
    """
    known = facts(document)
    bounds = [r.independent for r in known.rows]
    conflicts = [d for _, d in known.conflicts]
    return {
        "accounts": len(known.accounts),
        "origins": known.most_origins,
        "independent": {
            "low": max((low for low, _ in bounds), default=0),
            "high": max((high for _, high in bounds), default=0),
        },
        "shared": len(known.shared),
        "single": known.single,
        "conflicts": len(conflicts),
        "conflict_ids": [str(d["id"]) for d in conflicts],
        "unsure": len(known.unsure),
        "harmless": len(known.harmless),
        "disputed": [{k: d[k] for k in ("id", "kind", "explanation")} for d in conflicts[:DISPUTED]],
        "verdict": known.verdict,
        "summary": [str(s["text"]) for s in known.listed("summary")[:SENTENCES]],
        "first": _first_account(known),
    }


def _first_account(known: Facts) -> Json | None:
    """The account that came out first, as its story has it in order; None where none is dated."""
    if not known.accounts or not known.accounts[0].raw.get("published"):
        return None
    a = known.accounts[0]
    return {"id": a.id, "siglum": a.siglum, "outlet": a.raw.get("outlet"), "published": a.raw["published"]}


def tallies(document: Document) -> list[Tally]:
    """What a dossier adds to the counts of its outlets: outlet, kind (of ``TALLIES``), value, count.

    >>> tallies({"articles": [{"id": "a", "outlet": "Melden Post"}]})
    [('Melden Post', 'stories', '', 1)]
    """
    known = facts(document)
    outlets = {a.id: str(a.raw["outlet"]) for a in known.accounts if a.raw.get("outlet")}
    found: Counter[tuple[str, str, str]] = Counter()
    found.update((outlet, "stories", "") for outlet in outlets.values())
    named = {(a, "credits", who) for a, who in _credited(known, outlets)}
    copied = {(a, "copies", whose) for a, whose in _copied(known, outlets)}
    found.update((outlets[a], kind, value) for a, kind, value in named | copied)
    for f in known.listed("framing"):
        if f["kind"] == "verb" and f["article"] in outlets and any(c.isalpha() for c in f["word"]):
            found[outlets[f["article"]], "verb", str(f["word"])] += int(f["count"])
    first, dated = _first(known, outlets)
    found.update((outlet, "dated", "") for outlet in dated)
    if first:
        found[first, "first", ""] = 1
    return sorted((*key, count) for key, count in found.items())


def _credited(known: Facts, outlets: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each account with whom it names as where it has something from."""
    for edge in known.edges:
        if edge.child in outlets and edge.directed and edge.raw.get("kind") == "credit":
            yield from _other(edge.child, outlets.get(edge.parent, edge.parent_name), outlets)
    for s in known.listed("statements"):
        *carriers, last = [str(name) for name in s.get("chain") or [""]]
        if any(same_outlet(last, o) for o in outlets.values()):
            carriers.append(last)
        for carrier in carriers:
            if s["article"] in outlets:
                yield from _other(s["article"], carrier, outlets)


def _copied(known: Facts, outlets: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each account with the outlets whose accounts it copies beyond doubt."""
    for edge in known.edges:
        kind, sure = edge.raw.get("kind"), float(edge.raw.get("score", 1)) >= SURE
        ends = edge.child in outlets and edge.parent in outlets
        if ends and edge.directed and sure and kind in COPIED:
            yield from _other(edge.child, outlets[edge.parent], outlets)


def _other(account: str, name: str, outlets: dict[str, str]) -> Iterator[tuple[str, str]]:
    """An account with a name, as the story's outlets spell it, unless it is the account's own outlet."""
    if not same_outlet(name, outlets[account]):
        yield account, next((o for o in outlets.values() if same_outlet(name, o)), name)


# -- who came out first --


def _first(known: Facts, outlets: dict[str, str]) -> tuple[str | None, list[str]]:
    """The outlet that came out first, if that can be told, and those whose time is known."""
    spans: dict[str, tuple[datetime, datetime]] = {}
    for a in known.accounts:
        span = _span(a.raw.get("published"))
        if span and a.id in outlets:
            old = spans.get(outlets[a.id], span)
            spans[outlets[a.id]] = min(old[0], span[0]), min(old[1], span[1])
    winner = _before_all(list(spans.items())) if len(spans) > 1 else None
    return winner, sorted(spans) if winner else []


def _before_all(spans: Sequence[tuple[str, tuple[datetime, datetime]]]) -> str | None:
    """Whose span ends before any other begins."""
    (name, (_, end)), *rest = sorted(spans, key=lambda s: (s[1][1], s[0]))
    return name if all(end < start for _, (start, _) in rest) else None


def _span(published: str | None) -> tuple[datetime, datetime] | None:
    """The instants a date of publication may mean: of a day alone, all of it; without a zone, in UTC.

    An account of "2031-10-15" is not first because another came out at 11:30 of that day.
    """
    try:
        start = datetime.fromisoformat(str(published or ""))
    except ValueError:
        return None
    start = start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC)
    return start, start + (timedelta() if "T" in str(published) else timedelta(days=1))
