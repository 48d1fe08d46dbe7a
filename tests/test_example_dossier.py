"""The invented example as a whole: what the dossier must say, in any order, to the byte."""

from __future__ import annotations

import json
from itertools import islice, permutations
from pathlib import Path

import pytest

import consilience
from consilience import Dossier, verify
from consilience.annotate import annotate
from consilience.dossier.digest import summary
from consilience.dossier.render import to_html
from consilience.evaluate import broken, digest, read_floors, score
from consilience.model import Link, Point, Reading, Span, Witness

ROOT = Path(__file__).resolve().parent.parent
KEY = ROOT / "examples" / "key" / "ilvane"


@pytest.fixture(scope="module")
def dossier(example: Path) -> Dossier:
    return consilience.compare([example])


def test_it_holds_to_its_floors(dossier: Dossier) -> None:
    figures = score(json.loads((KEY / "gold.json").read_text("utf-8")), dossier.to_dict())
    entry = read_floors(ROOT / "bench" / "floors.json")["example"]
    assert broken(figures, entry, digest(KEY.iterdir())) == []


def test_it_verifies(dossier: Dossier, example: Path) -> None:
    files = sorted(p for p in example.iterdir() if p.suffix != ".yaml")
    assert verify(dossier.to_dict(), files) == []


def test_any_order_gives_the_same_bytes(dossier: Dossier, example: Path) -> None:
    files = sorted(p for p in example.iterdir() if p.suffix != ".yaml")
    orders = islice(permutations(files), 100, 720, 300)
    made = [consilience.compare(order, manifest=example / "manifest.yaml") for order in orders]
    assert {d.to_json() for d in made} == {dossier.to_json()}


def test_every_summary_sentence_cites_passages(dossier: Dossier) -> None:
    document = dossier.to_dict()
    assert document["summary"]
    texts = {a["id"]: a["text"] for a in document["articles"]}
    for sentence in document["summary"]:
        cited = (texts[c["article"]][c["start"] : c["end"]] for c in sentence["cites"])
        plain = (" ".join(words.split()).strip(" ,;:")[1:] for words in cited)
        assert any(words and words in sentence["text"] for words in plain), sentence["text"]


def test_the_page_is_self_contained(dossier: Dossier) -> None:
    page = to_html(dossier.to_dict())
    assert "Content-Security-Policy" in page
    for outside in ('src="http', "@import", 'rel="stylesheet" href', "url(http"):
        assert outside not in page


def test_what_the_reader_must_find(dossier: Dossier) -> None:
    document = dossier.to_dict()
    shown = json.dumps(document["stemma"], ensure_ascii=False)
    assert "Westshore" in shown
    slips = [e for e in document["stemma"]["edges"] if {e["parent"], e["child"]} == {"courier", "westshore"}]
    assert slips
    assert slips[0]["parent"] == "courier"
    assert {"number", "role", "date"} <= {d["kind"] for d in document["discrepancies"]}
    assert all(p["independent"]["low"] == 1 or len(p["origins"]) > 1 for p in document["points"])


def test_a_sentence_of_the_summary_cites_what_is_firmly_linked_with_it() -> None:
    texts = ("The ferry sank off Dalm.", "The ferry sank near Dalm.", "Dalm mourned the ferry.")
    accounts = [annotate(Witness(f"w1:{n}", n, t)) for n, t in zip("abc", texts, strict=True)]
    spans = [Span(a.witness.id, 0, len(t) - 1) for a, t in zip(accounts, texts, strict=True)]
    readings = tuple(Reading(t[:-1], (s,), t) for s, t in zip(spans, texts, strict=True))
    links = (Link(spans[0], spans[2], 0.3, ""), Link(spans[1], spans[0], 0.9, ""))
    point = Point("p1:0", "s1:0", texts[0][:-1], "event", readings, links=links)
    (sentence,) = summary([point], accounts)
    assert (sentence.text, sentence.cites) == ("The ferry sank off Dalm.", tuple(spans[:2]))
