"""Check a written dossier: form, ids, spans, words and digests.

Re-derives what can be re-derived from the document (and the files, if given);
it does not judge whether a finding is right. Never raises on bad content. Invariant:
a dossier that ``compare`` wrote has no fault; one that was changed since has one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from ..errors import DossierError
from .build import document_digest, text_digest

Json = Mapping[str, Any]


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a dossier."""
    text = (resources.files(__package__) / "schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def read_dossier(path: Path) -> dict[str, Any]:
    """Read a dossier file; DossierError says why one cannot be read."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        todo = "name a file that 'consilience compare --json' wrote"
        raise DossierError(f"cannot be read ({error})", where=str(path), todo=todo) from error
    if not isinstance(document, dict):
        raise DossierError("is not a JSON object", where=str(path))
    return document


def verify(document: Json, files: Sequence[Path] = ()) -> list[str]:
    """List every fault in a dossier, one sentence each; an empty list means that it holds.

    :param document: a parsed dossier.
    :param files: originals whose bytes must match the recorded digests, paired by file stem.

    >>> verify({"schema": "other"})[0].startswith("schema")
    True
    """
    faults = list(_form(document))
    if faults:
        return faults
    texts = {a["id"]: a["text"] for a in document["articles"]}
    faults += _articles(document["articles"])
    faults += _spans(document, texts)
    faults += _ids(document, texts)
    faults += _wordings(document["points"], texts)
    faults += _apparatus(document["points"])
    faults += _links(document["points"])
    faults += _ranks(document["points"], texts)
    faults += _coverage(document)
    faults += _selections(document.get("selections", ()))
    faults += _stemma(document["stemma"], texts)
    if document["run"]["digest"] != document_digest(dict(document)):
        faults.append("run.digest: the document was changed after it was written")
    faults += _files(document["articles"], files)
    return faults


def _form(document: Json) -> Iterator[str]:
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(schema()).iter_errors(document):
        where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
        yield f"{where.lstrip('.') or 'dossier'}: {error.message[:200]}"


def _articles(articles: Sequence[Json]) -> Iterator[str]:
    seen: set[str] = set()
    for article in articles:
        if article["id"] in seen:
            yield f"articles: the id {article['id']!r} is used twice"
        seen.add(article["id"])
        if article["digest"] != text_digest(article["text"]):
            yield f"articles.{article['id']}: the text does not match its digest"
        last = 0
        for region in article["regions"]:
            if not last <= region["start"] < region["end"] <= len(article["text"]):
                yield f"articles.{article['id']}: region {region['start']}..{region['end']} is out of place"
            last = region["end"]


def _spans(document: Json, texts: Mapping[str, str]) -> Iterator[str]:
    for where, name, start, end in _places(document):
        if name not in texts:
            yield f"{where}: article {name!r} is not in the dossier"
        elif not 0 <= start < end <= len(texts[name]):
            yield f"{where}: span {start}..{end} is empty or outside {name!r} (0..{len(texts[name])})"
        elif not texts[name][start:end].strip():
            yield f"{where}: span {start}..{end} of {name!r} holds only white space"


def _places(document: Json) -> Iterator[tuple[str, str, int, int]]:
    """Every place named anywhere: where it is named, article, start, end."""
    for s in document["statements"]:
        for start, end in [*s["content"], *s["cue"], *((s["speaker"] or {}).get("spans", ()))]:
            yield f"statements.{s['id']}", s["article"], start, end
    for part, where, record in _records(document):
        for place in record.get(part, ()):
            yield where, place["article"], place["start"], place["end"]
    for part in ("points", "entities"):
        for record in document[part]:
            for link in record.get("links", ()):
                for end in ("a", "b"):
                    yield f"{part}.{record['id']}", link[end]["article"], link[end]["start"], link[end]["end"]
    for entity in document["entities"]:
        for m in (m for m in entity["mentions"] if m.get("antecedent")):
            yield f"entities.{entity['id']}", m["article"], *m["antecedent"]


def _coverage(document: Json) -> Iterator[str]:
    """The cells of an account are those of the points, and its counts are counts of its cells."""
    for row in document.get("coverage", ()):
        cells, where = row.get("cells"), f"coverage.{row['article']}"
        if cells is None:
            continue
        told = {(c["point"], c["state"]) for c in cells}
        if len(told) < len(cells) or told != _standing(document, row["article"]):
            yield f"{where}: its cells are not those of the points"
        for name in ("silent", "lacunose", "headline", "lead"):
            if row.get(name, 0) != sum(name in (c["state"], c.get("where")) for c in cells):
                yield f"{where}: {name} does not count its cells"
        if row["points"] != sum(c["state"] == "carried" for c in cells):
            yield f"{where}: points does not count its cells"


def _standing(document: Json, article: str) -> set[tuple[str, str]]:
    """How the points and omissions say that an account stands to each point."""
    points = document["points"]
    found = {(p["id"], "carried") for p in points if any(a["article"] == article for a in p["accounts"])}
    for state in ("silent", "lacunose"):
        found |= {(p["id"], state) for p in points if article in p.get(state, ())}
    return found | {(o["point"], "silent") for o in document["omissions"] if o["article"] == article}


def _selections(selections: Sequence[Json]) -> Iterator[str]:
    """What is dropped lies in an utterance of another account, one for each that carries both halves."""
    for n, s in enumerate(selections):
        where, whole, dropped = f"selections.{n}", s["whole"], s["dropped"]
        if s["kept"]["article"] != s["article"] or any(w["article"] == s["article"] for w in whole):
            yield f"{where}: keeps and drops in the wrong accounts"
        pairs = zip(whole, dropped, strict=False)
        inside = all(
            w["article"] == d["article"] and w["start"] <= d["start"] and d["end"] <= w["end"]
            for w, d in pairs
        )
        if len(whole) != len(dropped) or not inside:
            yield f"{where}: what is dropped does not lie in what was said"


def _records(document: Json) -> Iterator[tuple[str, str, Json]]:
    parts = [
        ("points", "accounts"),
        ("discrepancies", "readings"),
        ("entities", "mentions"),
        ("timeline", "cites"),
        ("summary", "cites"),
        ("framing", "cites"),
    ]
    for name, part in parts:
        for i, record in enumerate(document[name]):
            yield part, f"{name}.{record.get('id', i)}", record
    for i, edge in enumerate(document["stemma"]["edges"]):
        yield "evidence", f"stemma.edges.{i}", edge
    for i, found in enumerate(document.get("selections", ())):
        for part in ("whole", "dropped"):
            yield part, f"selections.{i}", found
        yield "kept", f"selections.{i}", {"kept": [found["kept"]]}


def _ids(document: Json, texts: Mapping[str, str]) -> Iterator[str]:
    known = {name: [r["id"] for r in document[name]] for name in ("statements", "points", "discrepancies")}
    for name, ids in known.items():
        if len(set(ids)) < len(ids):
            yield f"{name}: an id is used twice"
    points, said = set(known["points"]), set(known["statements"])
    keys = {e["id"] for e in document["entities"]}
    origins = {o["id"] for o in document.get("origins", ())}
    for i, o in enumerate(document["omissions"]):
        yield from _missing(f"omissions.{i}", [o["point"]], points)
        yield from _missing(f"omissions.{i}", [o["article"], *filter(None, [o.get("follows")])], texts)
    for c in document.get("coverage", ()):
        yield from _missing("coverage", [c["article"]], texts)
        yield from _missing(f"coverage.{c['article']}", (x["point"] for x in c.get("cells", ())), points)
    for voice in document["ledger"]:
        yield from _missing(f"ledger.{voice['speaker']}", voice["statements"], said)
        yield from _missing(f"ledger.{voice['speaker']}", [voice["key"]] if voice.get("key") else [], keys)
    for s in document["statements"]:
        yield from _missing(f"statements.{s['id']}", (s["speaker"] or {}).get("members", ()), keys)
    for p in document["points"]:
        yield from _missing(f"points.{p['id']}", p["origins"], origins)
        yield from _missing(f"points.{p['id']}", [*p.get("silent", ()), *p.get("lacunose", ())], texts)
    for d in document["discrepancies"]:
        yield from _missing(f"discrepancies.{d['id']}", [d["point"]] if d.get("point") else [], points)


def _missing(where: str, wanted: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for name in wanted:
        if name not in known:
            yield f"{where}: {name!r} is not in the dossier"


def _wordings(points: Sequence[Json], texts: Mapping[str, str]) -> Iterator[str]:
    """Each place of a reading gives its normal form anew; one of them has its very words."""
    from ..collate.wordings import normal

    for point in points:
        readings = point.get("readings", [])
        if not readings:
            continue
        where = f"points.{point['id']}"
        if point["says"] not in [r["wording"] for r in readings]:
            yield f"{where}: 'says' is none of its readings"
        shown = set()
        for spot in point["accounts"]:
            words = texts.get(spot["article"], "")[spot["start"] : spot["end"]]
            number = spot.get("reading", -1)
            shown.add((number, words))
            if not (0 <= number < len(readings) and normal(words) == readings[number]["normal"]):
                place = f"{spot['article']} {spot['start']}..{spot['end']}"
                yield f"{where}: the words at {place} are not those shown"
        for number, reading in enumerate(readings):
            if (number, reading["wording"]) not in shown:
                yield f"{where}: no account has the wording of reading {number}"


def _apparatus(points: Sequence[Json]) -> Iterator[str]:
    """The cells of each reading, in order, spell it and name its accounts; what is moved has two places."""
    for point in points:
        where, columns = f"points.{point['id']}", point["apparatus"]["columns"]
        readings = point.get("readings", [])
        held = [
            [s["article"] for s in point["accounts"] if s.get("reading") == n] for n in range(len(readings))
        ]
        if readings and [sorted(w) for w in point["apparatus"]["witnesses"]] != list(map(sorted, held)):
            yield f"{where}: the apparatus gives readings to other accounts than the point"
        for number, reading in enumerate(readings if columns else ()):
            cells = [(*c["cells"], *[None] * (number + 1))[number] or "" for c in columns]
            if _letters("".join(cells)) != _letters(reading["wording"]):
                yield f"{where}: the apparatus does not spell reading {number}"
        if any(c["kind"] == "same" and None in c["cells"] for c in columns):
            yield f"{where}: a place of the apparatus that all readings share is empty in one"
        numbers = [c.get("move", 0) for c in columns]
        for move in sorted({n for n in numbers if n and numbers.count(n) < 2}):
            yield f"{where}: move {move} of the apparatus has one place"


def _links(points: Sequence[Json]) -> Iterator[str]:
    """A link joins passages of its point in two accounts."""
    for point in points:
        for link in point.get("links", ()):
            ends = (link["a"], link["b"])
            if ends[0]["article"] == ends[1]["article"] or not all(_held(end, point) for end in ends):
                yield f"points.{point['id']}: a link does not join two of its passages"


def _held(end: Json, point: Json) -> bool:
    return any(
        s["article"] == end["article"] and s["start"] <= end["start"] and end["end"] <= s["end"]
        for s in point["accounts"]
    )


def _ranks(points: Sequence[Json], texts: Mapping[str, str]) -> Iterator[str]:
    """The rank counts the accounts of the point, and its parts add up."""
    for point in points:
        rank, first = point.get("rank"), dict[str, int]()
        for s in point["accounts"]:
            first[s["article"]] = min(first.get(s["article"], s["start"]), s["start"])
        if rank is None or not first or not first.keys() <= texts.keys():
            continue
        place = sum(at / max(1, len(texts[name])) for name, at in sorted(first.items())) / len(first)
        sums = rank["accounts"] + len(rank["headline"]) + len(rank["lead"]) / 2 + rank["disputed"] / 2
        told = {*rank["headline"], *rank["lead"]} <= first.keys() and rank["accounts"] == len(first)
        if (
            not told
            or abs(rank["place"] - place) > 1e-3
            or abs(rank["standing"] - sums - 1 + rank["place"]) > 1e-3
        ):
            yield f"points.{point['id']}: its rank is not that of its passages"


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _stemma(stemma: Json, texts: Mapping[str, str]) -> Iterator[str]:
    nodes = {n["id"] for n in stemma["nodes"]}
    for n in stemma["nodes"]:
        if n["kind"] == "witness":
            yield from _missing("stemma.nodes", [n["id"]], texts)
    parents: dict[str, set[str]] = {}
    for e in stemma["edges"]:
        yield from _missing("stemma.edges", [e["parent"], e["child"]], nodes)
        parents.setdefault(e["child"], set()).add(e["parent"])
    while ready := [child for child, above in parents.items() if not above & parents.keys()]:
        for child in ready:
            del parents[child]
    if parents:
        yield f"stemma.edges: {', '.join(sorted(parents))} descend from themselves"


def _files(articles: Sequence[Json], files: Sequence[Path]) -> Iterator[str]:
    recorded = {a["id"]: a["file_digest"] for a in articles}
    for path in files:
        try:
            digest = sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            yield f"{path}: cannot be read ({error.strerror})"
            continue
        if path.stem not in recorded:
            yield f"{path}: no account of the dossier is called {path.stem!r}"
        elif recorded[path.stem] != digest:
            yield f"{path}: the file is not the one that was read"
