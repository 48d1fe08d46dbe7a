"""What a dossier comes to in a list of stories, and in the counts of its outlets."""

from __future__ import annotations

from typing import Any

import pytest

from consilience.dossier.brief import brief, tallies

NINE, TEN, DAY = "2031-05-06T09:00:00+00:00", "2031-05-06T12:00:00+02:00", "2031-05-06"


def article(name: str, outlet: str | None = None, published: str | None = None) -> dict[str, Any]:
    return {"id": name, "siglum": name.upper(), "outlet": outlet, "published": published, "text": ""}


def edge(parent: str, child: str, kind: str, **rest: Any) -> dict[str, Any]:
    return {"parent": parent, "child": child, "kind": kind, "score": 0.9, "evidence": []} | rest


def document(**parts: Any) -> dict[str, Any]:
    articles = [article("a", "Melden Post", NINE), article("b", "Orvan Echo", TEN)]
    return {"articles": articles} | parts


def counted(found: dict[str, Any], *kinds: str) -> list[tuple[str, str, str, int]]:
    return [t for t in tallies(found) if t[1] in kinds]


def test_a_brief_says_what_a_list_shows() -> None:
    points = [
        {"id": "p1", "says": "x", "accounts": [{"article": "a", "start": 0, "end": 1}],
         "independent": {"low": 1, "high": 3}},
        {"id": "p2", "says": "y", "independent": {"low": 2, "high": 2},
         "accounts": [{"article": n, "start": 0, "end": 1} for n in "ab"]},
    ]  # fmt: skip
    differ = [
        {"id": f"d{n}", "kind": "number", "explanation": f"no {n}", "innocent": why, "score": score}
        for n, (why, score) in enumerate([(None, 0.9)] * 4 + [("rounding", 0.9), (None, 0.2)])
    ]
    told = [{"text": f"Sentence {n}."} for n in range(5)]
    found = brief(document(points=points, discrepancies=differ, summary=told))
    assert (found["accounts"], found["origins"], found["independent"]) == (2, 3, {"low": 2, "high": 3})
    assert (found["shared"], found["single"]) == (1, 0)
    assert (found["conflicts"], found["unsure"], found["harmless"]) == (4, 1, 1)
    assert [d["id"] for d in found["disputed"]] == ["d0", "d1", "d2"]
    assert found["conflict_ids"] == ["d0", "d1", "d2", "d3"]
    assert found["summary"] == ["Sentence 0.", "Sentence 1.", "Sentence 2."]
    assert found["verdict"].startswith("Two accounts share one point")
    assert found["first"] == {"id": "a", "siglum": "A", "outlet": "Melden Post", "published": NINE}


def test_copying_is_counted_where_its_direction_is_told() -> None:
    stemma = {"edges": [edge("a", "b", "copy")]}
    assert counted(document(stemma=stemma), "copies") == [("Orvan Echo", "copies", "Melden Post", 1)]


@pytest.mark.parametrize(
    "doubt",
    [{"directed": False}, {"score": 0.3}, {"kind": "version"}, {"kind": "quote"}, {"parent": "α"}],
    ids=str,
)
def test_what_is_in_doubt_or_no_copy_counts_for_no_copying(doubt: dict[str, Any]) -> None:
    stemma = {
        "nodes": [{"id": "α", "kind": "archetype", "label": "α (Norwire)"}],
        "edges": [edge("a", "b", "copy") | doubt],
    }
    assert counted(document(stemma=stemma), "copies") == []


def test_credits_are_taken_from_the_stemma_and_from_chains_once_an_account() -> None:
    cited = {"nodes": [{"id": "n", "kind": "cited", "label": "Norwire"}], "edges": [edge("n", "b", "credit")]}
    chains = [
        ["Norwire", "Ann Poe"],
        ["The Melden Post", "Ann Poe"],
        ["Melden Post"],
        ["Orvan Echo", "Bo"],
        ["Bo"],
        [],
    ]
    statements = [{"article": "b", "chain": chain, "content": []} for chain in chains]
    found = counted(document(stemma=cited, statements=statements), "credits")
    assert found == [("Orvan Echo", "credits", "Melden Post", 1), ("Orvan Echo", "credits", "Norwire", 1)]


def test_verbs_are_words() -> None:
    framing = [
        {"article": "a", "kind": kind, "word": word, "count": 2}
        for kind, word in [("verb", "say"), ("verb", ":"), ("loaded", "brave"), ("verb", "say")]
    ]
    assert counted(document(framing=framing), "verb") == [("Melden Post", "verb", "say", 4)]


@pytest.mark.parametrize(
    ("times", "first", "dated"),
    [
        ((NINE, TEN), "Melden Post", 2),
        ((NINE, NINE), None, 0),
        ((NINE, DAY), None, 0),
        ((NINE, None), None, 0),
        ((DAY, "2031-05-07T01:00:00"), "Melden Post", 2),
        (("soon", TEN), None, 0),
    ],
)
def test_who_was_first_is_said_where_it_can_be_known(
    times: tuple[str | None, str | None], first: str | None, dated: int
) -> None:
    articles = [article("a", "Melden Post", times[0]), article("b", "Orvan Echo", times[1])]
    found = {"articles": articles}
    assert [t[0] for t in counted(found, "first")] == [first] * bool(first)
    assert len(counted(found, "dated")) == dated


def test_an_account_of_no_outlet_counts_for_none() -> None:
    articles = [article("a", None, NINE), article("b", "Orvan Echo", TEN)]
    assert tallies({"articles": articles}) == [("Orvan Echo", "stories", "", 1)]
