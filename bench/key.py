"""Turn an answer key written by words into one by offsets: `python bench/key.py`.

Reads `examples/key/<event>/key.yaml`, whose passages are quoted, and the accounts in
`examples/<event>/` as `compare` reads them. Writes beside the key `gold.json` and each
account's text as `<account>.txt`, the form that a scorer of dossiers takes.

It judges nothing. Invariant: each span of `gold.json` slices to the words of the key,
white space aside; a passage that is missing or occurs twice stops the run.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from consilience.errors import InputError
from consilience.ingest import read

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
Json = dict[str, Any]


def place(text: str, words: str, where: str) -> tuple[int, int]:
    """Offsets of the only place where the words stand; white space matches any white space.

    >>> place("on the\\nquay, on the lake", "the quay", "a")
    (3, 11)
    """
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    found = [match.span() for match in re.finditer(pattern, text)]
    if len(found) != 1:
        raise InputError(
            f"{words!r} occurs {len(found)} times", where=where, todo="quote words that occur once"
        )
    return found[0]


def spans(passages: Mapping[str, str | list[str]], texts: Mapping[str, str], where: str) -> list[Json]:
    """The passages of each account as spans with their text."""
    return [_span(doc, words, texts, where) for doc, given in passages.items() for words in _each(given)]


def _each(given: str | list[str]) -> Iterator[str]:
    yield from [given] if isinstance(given, str) else given


def _span(doc: str, words: str, texts: Mapping[str, str], where: str) -> Json:
    start, end = place(texts[doc], words, f"{where}, {doc}")
    return {"doc": doc, "start": start, "end": end, "text": texts[doc][start:end]}


def gold_of(key: Json, texts: Mapping[str, str]) -> Json:
    """The whole key with its passages resolved; what holds no passage is copied."""
    points = [p | {"accounts": spans(p["accounts"], texts, f"point {p['id']}")} for p in key["points"]]
    conflicts = [
        d | {"spans": spans(d["spans"], texts, f"discrepancy {d['id']}")} for d in key["discrepancies"]
    ]
    for item in key["provenance"]["shares_intervention"]:
        for doc in item["docs"]:
            place(texts[doc], item["text"], f"intervention, {doc}")
    return {
        "articles": {
            doc: {k: v for k, v in row.items() if k != "file"} for doc, row in key["accounts"].items()
        },
        "boilerplate": spans(key["boilerplate"], texts, "boilerplate"),
        "points": points,
        "discrepancies": conflicts,
        "provenance": key["provenance"],
        "only_in": key["only_in"],
        "left_out": key["left_out"],
    }


def texts_of(folder: Path, key: Json) -> dict[str, str]:
    """The text of each account as it is read, in the order of the key."""
    files = [folder / row["file"] for row in key["accounts"].values()]
    witnesses, problems = read(files, manifest=folder / "manifest.yaml")
    if problems or {w.name for w in witnesses} != set(key["accounts"]):
        raise InputError(f"accounts and key do not agree {problems}", where=str(folder))
    read_as = {w.name: w.text for w in witnesses}
    return {doc: read_as[doc] for doc in key["accounts"]}


def rendered(event: str) -> dict[str, str]:
    """What `examples/key/<event>/` should hold: file name to content."""
    key = yaml.safe_load((EXAMPLES / "key" / event / "key.yaml").read_text("utf-8"))
    texts = texts_of(EXAMPLES / event, key)
    gold = json.dumps(gold_of(key, texts), ensure_ascii=False, indent=1)
    return {"gold.json": gold + "\n", **{f"{doc}.txt": text for doc, text in texts.items()}}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Write gold.json and the texts of an example's answer key.")
    parser.add_argument("event", nargs="?", default="ilvane", help="folder under examples/ (default: ilvane)")
    event = parser.parse_args().event
    try:
        files = rendered(event)
    except InputError as error:
        raise SystemExit(f"key.py: {error}") from error
    for name, content in files.items():
        (EXAMPLES / "key" / event / name).write_bytes(content.encode())
    print(f"{len(files)} files written to {EXAMPLES / 'key' / event}")


if __name__ == "__main__":
    main()
