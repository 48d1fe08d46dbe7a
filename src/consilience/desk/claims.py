"""Checks a claim over the library: who reports it, how independently, who contradicts it.

Finds the stories that may speak to it by search, lays it beside their accounts (``beside``), and gives the
passages by the points of the stories' dossiers, with the origins behind each. Says what was reported, not
what is true; makes no dossier. Invariant: every finding is a passage of an account, and every bound that
was met is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from ..annotate import annotate
from ..collate.clauses import READ
from ..collate.evidence import CONTENT
from ..data import lexicon
from ..errors import InputError
from ..model import Region, Witness
from ..settings import Settings
from ..store.codec import shown
from . import shapes
from .shapes import Json
from .story import names

if TYPE_CHECKING:
    from ..store import Kept, Store, Tale
    from .beside import Passage

LONGEST = 600
"""Signs of a claim: it is one assertion."""
MOST_TERMS = 16
STORIES, ACCOUNTS = 3, 12
"""Stories a claim is laid beside, and accounts in all."""
FAINT = 0.34
"""Least share of the nearest story's weight in the search by which another is near."""
SIGNS = 8_000
"""Signs of an account that are read, where its words come nearest to the claim's."""
HITS = 30
LIMIT = 10
"""Points, contradictions and related passages given of each."""
REPORTS = ("point", "statement", "account")
NOTES = (
    "Scores are uncalibrated; what is reported is not thereby true.",
    "Independent counts origins, as the dossier of a story bounds them.",
)


def check(
    library: Store,
    claim: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
) -> Json:
    """Who reports a claim, how independently, and who contradicts it.

    :param claim: one assertion in a sentence ("The ferry was carrying 112 people.").
    :raises InputError: when there is no claim, or it is too long to be one.
    """
    words = " ".join((shown(claim) or "").split())
    if not any(c.isalnum() for c in words) or len(words) > LONGEST:
        what = f"a claim is a sentence of up to {LONGEST} signs, and this has {len(words):,}"
        raise InputError(what, where="check", todo="write one assertion")
    notes = list(NOTES)
    query = terms(words)
    found = _stories(library, query, notes)
    told: dict[str, list[Json]] = {"reported": [], "contradicted": [], "related": []}
    for tale, accounts in found:
        for name, rows in _told(library, (words, query), tale, accounts, settings).items():
            told[name] += rows
    for name, rows in told.items():
        rows.sort(key=lambda row: -row["score"])
        if len(rows) > LIMIT:
            notes.append(f"Of {len(rows)} found as {name}, the {LIMIT} surest are given.")
    foreign = sum(a.witness.language not in READ for _, accounts in found for a in accounts)
    if foreign:
        notes.append(f"{foreign} of the accounts are in languages of which the words alone are compared.")
    waiting = [tale for tale, _ in found if not library.briefs([tale.id]).get(tale.id)]
    if waiting:
        some = ", ".join(f"“{t.label}”" for t in waiting)
        notes.append(f"Not compared yet, so that nothing is known of origins: {some}.")
    return {
        "claim": words,
        **{name: rows[:LIMIT] for name, rows in told.items()},
        "independent": _independent(told["reported"]),
        "stories": [shapes.tale(tale) for tale, _ in found],
        "notes": notes,
    }


# -- what may speak to it --


def terms(claim: str) -> list[str]:
    """What a claim is searched by: its names, figures and content words, each once.

    >>> terms("The ferry was carrying 112 people.")
    ['ferry', 'carrying', '112', 'people']
    """
    body = (Region(0, len(claim), "body", "a claim"),)
    read = annotate(Witness("w1:claim", "claim", claim, language="en", regions=body))
    plain = {row["word"] for row in lexicon("stopwords")}
    named = [
        m.span.of(claim) for m in read.mentions if m.kind in ("person", "body", "place") and m.how == "name"
    ]
    told = [t.text for t in read.tokens if t.pos in CONTENT and t.lemma not in plain and t.text.isalnum()]
    whole = [n for n in named if " " in n]
    return list(dict.fromkeys([*whole, *told]))[:MOST_TERMS]


def _stories(library: Store, query: Sequence[str], notes: list[str]) -> list[tuple[Tale, list[Kept]]]:
    """The stories that come nearest, each with its nearest accounts."""
    words = [f'"{t}"' for t in (q.replace('"', " ").strip() for q in query) if t]
    firm = [w for w in words if w[1].isupper() or w[1].isdigit()]
    weight: defaultdict[str, float] = defaultdict(float)
    nearest: defaultdict[str, dict[str, float]] = defaultdict(dict)
    # Of words joined by OR the newest are ranked: in a large library what holds all of them is asked for too.
    for asked in dict.fromkeys([" ".join(words), " ".join(firm), " OR ".join(words)]) if words else ():
        for kind in REPORTS if asked else ():
            hits = library.search(asked, (kind,), limit=HITS).hits
            best: dict[str, float] = {}
            for hit in hits:
                score = hit.score / hits[0].score
                best[hit.story] = max(best.get(hit.story, 0.0), score)
                if hit.account:
                    held = nearest[hit.story]
                    held[hit.account] = held.get(hit.account, 0.0) + score
            for story, score in best.items():
                weight[story] += score
    ranked = sorted(weight, key=lambda s: (-weight[s], s))
    near = [s for s in ranked[:STORIES] if weight[s] >= FAINT * weight[ranked[0]]]
    if len(ranked) > len(near):
        notes.append(
            f"{len(ranked)} stories share words with it; it was laid beside the {len(near)} nearest."
        )
    return _chosen(library, near, nearest, notes)


def _chosen(
    library: Store, stories: Sequence[str], nearest: dict[str, dict[str, float]], notes: list[str]
) -> list[tuple[Tale, list[Kept]]]:
    """As many accounts of each story as may be read: those found first, then by time."""
    left, found = ACCOUNTS, []
    for n, story in enumerate(stories):
        accounts = list(library.accounts(story=story))
        share = max(1, left // (len(stories) - n)) if n else max(1, left - 2 * (len(stories) - 1))
        known = nearest[story]
        some = sorted(accounts, key=lambda a: -known.get(a.witness.id, 0.0))[:share]
        left -= len(some)
        found.append((library.story(story), [a for a in accounts if a in some]))
        if len(some) < len(accounts):
            label = found[-1][0].label
            notes.append(f"Of the {len(accounts)} accounts of “{label}”, the {len(some)} nearest were read.")
    return found


# -- how a story speaks to it --


def _told(
    library: Store, claim: tuple[str, Sequence[str]], tale: Tale, accounts: Sequence[Kept], settings: Settings
) -> dict[str, list[Json]]:
    """What a story reports, contradicts and comes near to."""
    from ..engine.shelf import kept
    from .beside import lay_beside

    windows = [_window(a.witness, claim[1]) for a in accounts]
    starts = {w.id: start for w, start in windows}
    shifted = [
        replace(p, span=replace(p.span, start=p.span.start + at, end=p.span.end + at))
        for p in lay_beside(claim[0], [w for w, _ in windows], tale.last)
        for at in (starts[p.span.witness],)
    ]
    by_id = {a.witness.id: a for a in accounts}
    says = [p for p in shifted if p.way == "says"]
    document = kept(library, tale.id, settings) if says else None
    points = _points(document, list(library.accounts(story=tale.id)), says) if document else [(None, says)]
    return {
        "reported": [_reported(point, held, tale, by_id) for point, held in points if held],
        "contradicted": [_passage(p, by_id, tale) for p in shifted if p.way == "denies"],
        "related": [_passage(p, by_id, tale) for p in shifted if p.way == "near"],
    }


def _window(witness: Witness, query: Iterable[str]) -> tuple[Witness, int]:
    """An account, or of a long one the stretch that holds most of the words, and where it begins."""
    text = witness.text
    if len(text) <= SIGNS:
        return witness, 0
    low = text.lower()
    marks = sorted(m for word in query for m in islice(_places(low, word.lower()), 50))
    best = max(marks, key=lambda m: (sum(m <= k < m + SIGNS // 2 for k in marks), -m), default=0)
    before = max(0, best - SIGNS // 4)
    line = text.rfind("\n", max(0, before - SIGNS // 4), before)
    start = (line if line >= 0 else text.rfind(" ", 0, before)) + 1
    cut = text[start : start + SIGNS]
    return replace(witness, text=cut, regions=_regions(witness.regions, start, len(cut)), anchors=()), start


def _places(text: str, word: str) -> Iterable[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _regions(regions: Iterable[Region], start: int, size: int) -> tuple[Region, ...]:
    moved = ((max(0, r.start - start), min(size, r.end - start), r) for r in regions)
    return tuple(replace(r, start=a, end=b) for a, b, r in moved if a < b)


def _points(
    document: Json, accounts: Sequence[Kept], says: Sequence[Passage]
) -> list[tuple[Json | None, list[Passage]]]:
    """Passages by the point of the dossier that holds them, those of no point last."""
    ids = names(document, accounts)
    places: defaultdict[str, list[tuple[int, int, Json]]] = defaultdict(list)
    for point in document["points"]:
        for a in point["accounts"]:
            places[ids.get(a["article"]) or ""].append((a["start"], a["end"], point))
    held: dict[str, tuple[Json | None, list[Passage]]] = {}
    for p in says:
        over = [(min(b, p.span.end) - max(a, p.span.start), q) for a, b, q in places[p.span.witness]]
        size, point = max(over, key=lambda o: o[0], default=(0, None))
        known = point if point is not None and 2 * size >= min(p.span.end - p.span.start, 40) else None
        held.setdefault(known["id"] if known else "", (known, []))[1].append(p)
    return sorted(held.values(), key=lambda row: row[0] is None)


def _reported(point: Json | None, says: Sequence[Passage], tale: Tale, accounts: dict[str, Kept]) -> Json:
    """A point that says so, with the accounts that do."""
    passages = [_passage(p, accounts, tale) for p in says]
    many = len({p["account"] for p in passages})
    return {
        "point": point["id"] if point else None,
        "says": passages[0]["words"],
        "story": {"id": tale.id, "label": tale.label},
        "accounts": passages,
        "speakers": list(dict.fromkeys(p["speaker"] for p in passages if p["speaker"])),
        "independent": _bounds(point, many),
        "origins": list(point["origins"]) if point else [],
        "score": max(p["score"] for p in passages),
    }


def _bounds(point: Json | None, many: int) -> Json:
    """How many origins stand behind the accounts of a point that say so."""
    if point is None:
        why = "It stands in no compared point, so that its origins are not known."
        return {"low": 1, "high": many, "why": why}
    found, carried = point["independent"], len({a["article"] for a in point["accounts"]})
    if many >= carried:
        return dict(found)
    why = f"{many} of the {carried} accounts of this point say so. Of all of them: {found['why']}"
    return {"low": 1, "high": min(many, int(found["high"])), "why": why}


def _independent(reported: Sequence[Json]) -> Json:
    """The origins behind all that is reported; points of one story may share theirs."""
    if not reported:
        return {"low": 0, "high": 0, "why": "No account in this library reports it, as far as was looked."}
    if len(reported) == 1:
        return dict(reported[0]["independent"])
    low = max(r["independent"]["low"] for r in reported)
    origins = {o for r in reported for o in r["origins"]}
    loose = sum(r["independent"]["high"] for r in reported if not r["origins"])
    high = min(sum(r["independent"]["high"] for r in reported), len(origins) + loose)
    why = f"It is reported in {len(reported)} points, whose origins may be the same."
    return {"low": low, "high": max(low, high), "why": why}


def _passage(found: Passage, accounts: dict[str, Kept], tale: Tale) -> Json:
    """A passage with its account, and why it is held to say so."""
    w = accounts[found.span.witness].witness
    return {
        "account": w.id, "outlet": w.outlet, "title": w.title, "published": w.published, "story": tale.id,
        "start": found.span.start, "end": found.span.end, "words": found.span.of(w.text),
        "speaker": found.speaker, "form": found.form or None, "kind": found.kind or None,
        "explanation": found.why or None, "score": found.score,
    }  # fmt: skip
