"""Scores a dossier against an answer key made by hand.

A key names, for the accounts of one story, the points with their passages, the
discrepancies, the shared interventions, the cited outlets, what is left out and
what is not part of the account (``examples/README.md`` gives its form). A key
lists what must be found; a finding outside it is not wrong for that reason.

Invariant: a document that says just what the key says scores 1 (0 for errors).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

Json = Mapping[str, Any]
Chars = dict[str, set[int]]
"""Code points by account."""

ALIKE = (
    {"number", "money", "percentage", "age"},
    {"date", "time"},
    {"role", "initiator"},
    {"name"},
    {"quotation"},
    {"place"},
    {"attribution", "initiator"},
    {"polarity"},
)
"""Kinds of discrepancy that may stand for one another."""


def score(key: Json, document: Json) -> dict[str, float]:
    """Measure a dossier document against a key; every figure is a share (0–1) or a count.

    :param key: parsed ``gold.json``.
    :param document: parsed dossier whose article ids are the key's account names.
    """
    return {
        **_points(key, document),
        **_discrepancies(key, document),
        **_descent(key, document),
        **_omissions(key, document),
        **_ingest(key, document),
    }


def _chars(places: Iterable[Json], name: str) -> Chars:
    found: Chars = {}
    for place in places:
        found.setdefault(place[name], set()).update(range(place["start"], place["end"]))
    return found


def _covers(point: Chars, passage: Json) -> bool:
    """At least half of a passage's characters lie in the point."""
    wanted = range(passage["start"], passage["end"])
    return 2 * len(point.get(passage["doc"], set()).intersection(wanted)) >= len(wanted)


def _share(part: float, whole: float, empty: float = 1.0) -> float:
    return part / whole if whole else empty


def _held(key: Json, document: Json) -> list[tuple[str, Json, set[int]]]:
    """Each passage of the key: its point, itself, and the found points that cover it."""
    points = [_chars(p["accounts"], "article") for p in document["points"]]
    return [
        (gold["id"], passage, {i for i, p in enumerate(points) if _covers(p, passage)})
        for gold in key["points"]
        for passage in gold["accounts"]
    ]


def _points(key: Json, document: Json) -> dict[str, float]:
    """Pair F1 over passages in different accounts; speakers of the points found."""
    held = _held(key, document)
    hits = found = gold = 0
    for (one, a, by_a), (two, b, by_b) in combinations(held, 2):
        if a["doc"] != b["doc"]:
            hits += one == two and bool(by_a & by_b)
            found += bool(by_a & by_b)
            gold += one == two
    matched = _matched(key, held)
    right = sum(
        same_name(g["speaker"], document["points"][matched[g["id"]]]["speaker"])
        for g in key["points"]
        if g["id"] in matched
    )
    return {
        "points.precision": _share(hits, found),
        "points.recall": _share(hits, gold),
        "points.f1": _share(2 * hits, found + gold),
        "points.matched": _share(len(matched), len(key["points"])),
        "points.speaker": _share(right, len(matched)),
    }


def _matched(key: Json, held: Sequence[tuple[str, Json, set[int]]]) -> dict[str, int]:
    """The found point that covers most passages of each of the key's, one to one, greedily."""
    votes = sorted(
        (-sum(i in by for one, _, by in held if one == g["id"]), g["id"], i)
        for g in key["points"]
        for i in {i for one, _, by in held if one == g["id"] for i in by}
    )
    matched: dict[str, int] = {}
    for _, ident, i in votes:
        if ident not in matched and i not in matched.values():
            matched[ident] = i
    return matched


def _discrepancies(key: Json, document: Json) -> dict[str, float]:
    """A discrepancy is found when readings of a like kind meet its passages in two accounts."""
    given = [(d, _chars(d["readings"], "article")) for d in document["discrepancies"]]
    used: set[int] = set()
    found = 0
    for gold in key["discrepancies"]:
        spots = _chars(gold["spans"], "doc")
        near = [i for i, (_, c) in enumerate(given) if _meet(c, spots) >= 2]
        used.update(near)
        conflict = "innocent" in gold and gold["innocent"] is None
        found += any(
            _alike(gold["kind"], given[i][0]["kind"]) and not (conflict and given[i][0]["innocent"])
            for i in near
        )
    return {
        "discrepancies.recall": _share(found, len(key["discrepancies"])),
        "discrepancies.extra": float(len(given) - len(used)),
    }


def _meet(a: Chars, b: Chars) -> int:
    return sum(bool(chars & b.get(doc, set())) for doc, chars in a.items())


def _alike(a: str, b: str) -> bool:
    return a == b or any(a in kinds and b in kinds for kinds in ALIKE)


def _descent(key: Json, document: Json) -> dict[str, float]:
    """Cited outlets, shared interventions, common exemplars and counts of origins."""
    history, stemma = key["provenance"], document["stemma"]
    labels = {n["id"]: n["label"] for n in stemma["nodes"] if n["kind"] in ("cited", "witness")}
    lost = {n["id"] for n in stemma["nodes"] if n["kind"] == "archetype"}
    above = _ancestors(stemma["edges"])
    said: dict[str, set[str]] = {}
    for s in document["statements"]:
        said.setdefault(s["article"], set()).update([*s["chain"], (s["speaker"] or {}).get("name") or ""])

    def cited(doc: str, source: str) -> bool:
        names = said.get(doc, set()) | {labels[n] for n in above.get(doc, set()) if n in labels}
        return any(same_name(source, name) for name in names)

    def joined(a: str, b: str) -> bool:
        ups, others = above.get(a, set()) | {a}, above.get(b, set()) | {b}
        return b in ups or a in others or bool(ups & others & lost)

    shown = [
        any(
            _shows(e, document, item["text"])
            for e in stemma["edges"]
            if {e["parent"], e["child"]} & set(item["docs"])
        )
        for item in history["shares_intervention"]
    ]
    matched = _matched(key, _held(key, document))
    counts = [
        ident in matched and document["points"][matched[ident]]["independent"]["high"] <= most
        for ident, most in history["independent_origins"].items()
    ]
    return {
        "descent.cited": _share(
            sum(cited(c["doc"], c["source"]) for c in history["cites"]), len(history["cites"])
        ),
        "descent.interventions": _share(sum(shown), len(shown)),
        "descent.common": _share(
            sum(joined(*c["docs"]) for c in history["common_source"]), len(history["common_source"])
        ),
        "descent.origins": _share(sum(counts), len(counts)),
    }


def _ancestors(edges: Sequence[Json]) -> dict[str, set[str]]:
    above: dict[str, set[str]] = {}
    for _ in edges:
        for e in edges:
            parent = e["parent"]
            above.setdefault(e["child"], set()).update({parent}, above.get(parent, set()))
    return above


def _shows(edge: Json, document: Json, words: str) -> bool:
    texts = {a["id"]: a["text"] for a in document["articles"]}
    return any(words in texts[p["article"]][p["start"] : p["end"]] for p in edge["evidence"])


def _omissions(key: Json, document: Json) -> dict[str, float]:
    """What accounts leave out, and what is wrongly said to be left out."""
    held = _held(key, document)
    covering: dict[str, set[int]] = {}
    for ident, _, by in held:
        covering.setdefault(ident, set()).update(by)
    ids = [p["id"] for p in document["points"]]
    told = {(o["article"], o["point"]) for o in document["omissions"]}
    found = [
        any((item["doc"], ids[i]) in told for i in covering.get(item["point"], ()))
        for item in key["left_out"]
    ]
    carriers = {p["id"]: {a["doc"] for a in p["accounts"]} for p in key["points"]}
    names = {ids[i]: ident for ident, i in _matched(key, held).items()}
    wrong = sum(doc in carriers.get(names.get(point, ""), ()) for doc, point in told)
    return {"omissions.recall": _share(sum(found), len(found)), "omissions.wrong": float(wrong)}


def _ingest(key: Json, document: Json) -> dict[str, float]:
    """Boilerplate that got into points, and metadata that is right."""
    points = _chars((a for p in document["points"] for a in p["accounts"]), "article")
    dull = _chars(key["boilerplate"], "doc")
    overlap = sum(len(chars & points.get(doc, set())) for doc, chars in dull.items())
    given = {a["id"]: a for a in document["articles"]}
    right = [
        name in given and _plain(want.get(field)) == _plain(given[name][field])
        for name, want in key["articles"].items()
        for field in ("title", "outlet", "published", "authors")
    ]
    return {
        "boilerplate.overlap": _share(overlap, sum(map(len, dull.values())), 0.0),
        "metadata.accuracy": _share(sum(right), len(right)),
    }


def _plain(value: Any) -> Any:
    """Case, punctuation and the hour of publication do not count."""
    if isinstance(value, list):
        return sorted(map(_plain, value)) or None
    text = value[:10] if value and re.match(r"\d{4}-\d\d-\d\d", value) else value
    return re.sub(r"\W+", " ", text).strip().casefold() if text else None


def same_name(a: str | None, b: str | None) -> bool:
    """Tell whether all words of one name are in the other; two absent names agree.

    >>> same_name("Ann Lee", "Lee"), same_name("Ann Lee", None), same_name(None, None)
    (True, False, True)
    """
    if not a or not b:
        return not a and not b
    one, two = (set(re.findall(r"\w+", x.casefold())) - {"the", "of"} for x in (a, b))
    return bool(one and two) and (one <= two or two <= one)
