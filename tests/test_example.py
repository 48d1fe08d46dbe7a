"""The shipped example: its accounts are read as meant, and its key says what they say."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from consilience.evaluate import score
from consilience.ingest import read
from consilience.model import UNREAD, Witness

ROOT = Path(__file__).parent.parent
EVENT = ROOT / "examples" / "ilvane"
KEY = ROOT / "examples" / "key" / "ilvane"
OUTLETS = {
    "statement": "Ministry of Transport and Waterways",
    "agency": "Tavorian Press Agency",
    "meliskhour": "The Melisk Hour",
    "courier": "The Dravik Courier",
    "westshore": "Westshore Notes",
    "lantern": "Lock and Lantern",
}


def script(path: Path) -> ModuleType:
    """A script that lies in no package, as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def accounts() -> dict[str, Witness]:
    """The six accounts, read from the folder."""
    witnesses, problems = read([EVENT], manifest=EVENT / "manifest.yaml")
    assert problems == ()
    return {w.name: w for w in witnesses}


@cache
def gold() -> dict[str, Any]:
    key: dict[str, Any] = json.loads((KEY / "gold.json").read_text("utf-8"))
    return key


def told(name: str) -> str:
    """What an account asserts: its text without furniture, bylines and the like."""
    witness = accounts()[name]
    return "\n".join(witness.text[r.start : r.end] for r in witness.regions if r.kind not in UNREAD)


def places() -> list[dict[str, Any]]:
    """Every span of the key."""
    rows = [*gold()["points"], *gold()["discrepancies"]]
    held = [place for row in rows for place in row.get("accounts", row.get("spans"))]
    return [*held, *gold()["boilerplate"]]


def test_manifest_and_pages_name_outlet_and_day() -> None:
    assert {name: w.outlet for name, w in accounts().items()} == OUTLETS
    days = {name: (w.published or "")[:10] for name, w in accounts().items()}
    assert days == {name: row["published"] for name, row in gold()["articles"].items()}


def test_titles_and_authors() -> None:
    assert {n: w.title for n, w in accounts().items()} == {
        n: a["title"] for n, a in gold()["articles"].items()
    }
    assert {n: list(w.authors) for n, w in accounts().items()} == {
        n: a["authors"] for n, a in gold()["articles"].items()
    }


def test_accounts_come_in_order_of_publication() -> None:
    assert list(accounts()) == ["statement", "agency", "meliskhour", "courier", "westshore", "lantern"]


@pytest.mark.parametrize("name", ["statement", "agency", "courier"])
def test_text_of_a_plain_file_is_the_file(name: str) -> None:
    assert accounts()[name].text == (EVENT / f"{name}.txt").read_bytes().decode()


def test_page_keeps_the_story_and_drops_the_furniture() -> None:
    story = told("meliskhour")
    for words in (
        "two months with a radar known to be faulty",
        "in good visibility only",
        "runs five ships on the lake",
    ):
        assert words in story
    for words in (
        "Winter tyres",
        "Sign in",
        "Copy link",
        "Lake fares",
        "inbox",
        "no plums",
        "cookies",
        "Terms of use",
    ):
        assert words not in story


def test_bulletin_comes_out_of_its_pdf_in_whole_paragraphs() -> None:
    text = told("lantern")
    assert "On Wednesday, 14 October the ferry went onto the rocks at Kesmer Point" in text
    assert '“Had she lain ten minutes longer in that swell, she would have gone over on her side."' in text


def test_bulletin_is_what_its_script_sets() -> None:
    make = script(ROOT / "examples" / "make_pdf.py")
    data = make.pdf_of(make.pages_of(make.BULLETIN), "Lessons from Lake Ushkel")
    assert data == (EVENT / "lantern.pdf").read_bytes()
    assert len(data) <= 100_000


def test_key_is_what_its_words_give() -> None:
    """Says when an account, a reader or the key has changed: run `python bench/key.py` and look at the difference."""
    for name, content in script(ROOT / "bench" / "key.py").rendered("ilvane").items():
        assert (KEY / name).read_bytes().decode() == content, name


def test_spans_of_the_key_slice_to_their_words() -> None:
    assert len(places()) > 150
    for place in places():
        text = (KEY / f"{place['doc']}.txt").read_bytes().decode()
        assert text[place["start"] : place["end"]] == place["text"]
        assert accounts()[place["doc"]].text == text


def test_furniture_of_the_key_is_not_read() -> None:
    for place in gold()["boilerplate"]:
        regions = accounts()[place["doc"]].regions
        assert any(
            r.kind in UNREAD and r.start <= place["start"] and place["end"] <= r.end for r in regions
        ), place


def test_passages_of_points_lie_in_what_is_read() -> None:
    for point in gold()["points"]:
        for place in point["accounts"]:
            kinds = {
                r.kind
                for r in accounts()[place["doc"]].regions
                if r.start < place["end"] and place["start"] < r.end
            }
            assert kinds and not kinds & UNREAD, (point["id"], place, kinds)


def test_names_of_the_key_resolve() -> None:
    points = {p["id"] for p in gold()["points"]}
    named = {o["point"] for o in gold()["only_in"] + gold()["left_out"]}
    assert named | set(gold()["provenance"]["independent_origins"]) <= points
    assert len(points) == len(gold()["points"])


@pytest.mark.parametrize("words", ["no such words", "the"])
def test_key_refuses_words_missing_or_ambiguous(words: str) -> None:
    from consilience.errors import InputError

    with pytest.raises(InputError, match="occurs"):
        script(ROOT / "bench" / "key.py").place("the quay and the lake", words, "courier")


def as_readings(places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"article": p["doc"], "start": p["start"], "end": p["end"]} for p in places]


def stemma() -> dict[str, Any]:
    """The key's descent: an exemplar above each pair that shares one, a node for each outlet cited."""
    history, text = gold()["provenance"], {n: w.text for n, w in accounts().items()}
    nodes = [{"id": name, "kind": "witness", "label": name} for name in text]
    edges = []
    for number, item in enumerate(history["cites"]):
        nodes.append({"id": f"cited-{number}", "kind": "cited", "label": item["source"]})
        edges.append({"parent": f"cited-{number}", "child": item["doc"], "evidence": []})
    for number, item in enumerate(history["common_source"]):
        nodes.append({"id": f"lost-{number}", "kind": "archetype", "label": "lost"})
        words = [i["text"] for i in history["shares_intervention"] if i["docs"] == item["docs"]]
        for doc in item["docs"]:
            places = [
                {"doc": doc, "start": text[doc].index(w), "end": text[doc].index(w) + len(w)} for w in words
            ]
            edges.append({"parent": f"lost-{number}", "child": doc, "evidence": as_readings(places)})
    return {"nodes": nodes, "edges": edges}


def test_what_the_key_says_scores_full_marks() -> None:
    key = gold()
    origins = key["provenance"]["independent_origins"]
    document = {
        "articles": [{"id": name, "text": w.text, **key["articles"][name]} for name, w in accounts().items()],
        "statements": [],
        "points": [
            p
            | {
                "accounts": as_readings(p["accounts"]),
                "independent": {"low": 1, "high": origins.get(p["id"], 1)},
            }
            for p in key["points"]
        ],
        "discrepancies": [
            d | {"readings": as_readings(d["spans"]), "innocent": d.get("innocent")}
            for d in key["discrepancies"]
        ],
        "stemma": stemma(),
        "omissions": [{"article": o["doc"], "point": o["point"]} for o in key["left_out"]],
    }
    faults = {"discrepancies.extra", "omissions.wrong", "boilerplate.overlap"}
    assert {k: v for k, v in score(key, document).items() if v != (k not in faults)} == {}
