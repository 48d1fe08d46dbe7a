"""Claims laid beside the invented library: who reports them, who contradicts them, how independently."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from consilience.desk.beside import lay_beside
from consilience.desk.claims import LONGEST, SIGNS, check, terms
from consilience.errors import InputError
from consilience.model import Witness
from consilience.store import Entry, Library


def table(name: str) -> list[dict[str, str]]:
    lines = (Path(__file__).parent / "cases" / name).read_text("utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter="\t"))


CLAIMS, BESIDE = table("claims.tsv"), table("claims_beside.tsv")
MISSED = {
    # three hikers and two are one sentence too far apart to be seen as one point
    "Two hikers from Ostrel were missing after the landslide.",
    # what stands beside a speaker's name is cut from what is said, and is no passage of its own
    "Rolf Tenner leads the bakers' union.",
    "Tomas Brelik heads the rescue service.",
    # a place that stands near by is taken for the passage's
    "The tug Bittern will refloat a ferry at Ostrel.",
    # "in working order" and "out of order" share too little
    "The aids to navigation were out of order.",
    # what happened is told with its day in a sentence on something else
    "The landslide happened on Monday.",
}


CASES = [c for c in CLAIMS if c["half"] == "open" or c["claim"] in MISSED]
"""The half that was looked at while the rules were made, and what is known to be missed."""


@pytest.fixture(scope="module")
def library(filled: Path) -> Iterator[Library]:
    with Library.open(filled) as found:
        yield found


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(c, id=c["claim"], marks=pytest.mark.xfail(strict=True) if c["claim"] in MISSED else ())
        for c in CASES
    ],
)
def test_a_claim_is_answered(library: Library, case: dict[str, str]) -> None:
    found = check(library, case["claim"])
    wanted = set(case["expected"].split())
    got = {way for way in ("reported", "contradicted") if found[way]}
    assert wanted <= got if wanted else not got


def test_every_passage_is_a_slice_of_its_account(library: Library) -> None:
    found = check(library, "The fog signal was not sounding when the ferry struck.")
    passages = [p for r in found["reported"] for p in r["accounts"]]
    passages += found["contradicted"] + found["related"]
    assert passages
    for p in passages:
        assert library.account(p["account"]).witness.text[p["start"] : p["end"]] == p["words"]
    assert all(p["explanation"].endswith(".") for p in found["contradicted"])


def test_points_bring_their_origins(library: Library) -> None:
    found = check(library, "Edda Krans said that bakers cannot afford the butter.")
    one = found["reported"][0]
    assert one["point"].startswith("p1:")
    assert (one["independent"]["low"], one["independent"]["high"]) == (1, 1)
    assert found["independent"]["high"] == 1
    assert one["speakers"] == ["Edda Krans"]
    assert len({p["account"] for p in one["accounts"]}) == 3


def test_of_what_is_only_partly_said_the_origins_are_bounded(library: Library) -> None:
    for reported in check(library, "The ferry Ilvane was carrying 112 people.")["reported"]:
        many = len({p["account"] for p in reported["accounts"]})
        assert 1 <= reported["independent"]["low"] <= reported["independent"]["high"] <= max(1, many)


def test_what_nobody_reports_has_no_origin(library: Library) -> None:
    found = check(library, "A volcano erupted near Melisk.")
    assert (found["reported"], found["independent"]["high"]) == ([], 0)
    assert check(library, "Xyzzy plugh.")["stories"] == []


def test_bounds_are_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consilience.desk.claims.LIMIT", 1)
    found = check(library, "The fog signal was not sounding when the ferry struck.")
    assert len(found["contradicted"]) == 1
    assert any("surest are given" in n for n in found["notes"])


@pytest.mark.parametrize(
    "claim", ['" OR "', "\ud800 ferry \x00 112", "NOT kind:point (ferry)", "漢字 الفرس 😀 x"]
)
def test_no_claim_breaks_the_search(library: Library, claim: str) -> None:
    assert check(library, claim)["claim"]


@pytest.mark.parametrize("claim", ["", " …! ", "long " * LONGEST])
def test_what_is_no_claim_is_refused(library: Library, claim: str) -> None:
    with pytest.raises(InputError, match="a claim is a sentence"):
        check(library, claim)


def test_the_terms_of_a_claim_are_its_names_figures_and_words() -> None:
    found = terms("In Ostrel, Mila Andrasi took 54 per cent of the vote.")
    assert found[0] == "Mila Andrasi"
    assert {"Ostrel", "54", "vote"} <= set(found)
    assert not {"of", "the", "In"} & set(found)


def test_a_story_not_compared_is_told_so_and_long_accounts_are_read_in_part(tmp_path: Path) -> None:
    filler = "Nothing else of note was heard in the town that week. " * (SIGNS // 40) + "\n\n"
    text = f"{filler}The Ostra flooded four hundred houses in Melden on Monday, the mayor said.\n\n{filler}"
    with Library.open(tmp_path / "one.db", create=True) as library:
        with library.writing() as writer:
            writer.add(Entry(Witness("w1:a", "a", text, outlet="Melden Post", language="en"), "s1:a"))
        found = check(library, "The Ostra flooded 400 houses in Melden.")
    passage = found["reported"][0]["accounts"][0]
    assert text[passage["start"] : passage["end"]] == passage["words"]
    assert "four hundred houses" in passage["words"]
    assert found["reported"][0]["point"] is None
    assert any(n.startswith("Not compared yet") for n in found["notes"])


def test_the_order_of_the_accounts_changes_nothing(library: Library) -> None:
    tale = next(t for t in library.stories() if "Ilvane" in t.label)
    accounts = [a.witness for a in library.accounts(story=tale.id)]
    claim = "Fishing boats took 60 people off the ferry."
    assert lay_beside(claim, accounts, tale.last) == lay_beside(claim, accounts[::-1], tale.last)


@pytest.mark.parametrize(
    "claim",
    [
        "Most of the injured fell on the car deck when the ship struck, according to the statement.",
        "Voters in the port of Ostrel chose Mila Andrasi as mayor on Thursday, the first woman to hold the office",
        "Edda Krans of the Bakers' and Millers' Union said members had voted by 281 to 44 to end the strike",
    ],
)
def test_an_account_reports_its_own_sentences(library: Library, claim: str) -> None:
    found = check(library, claim)
    assert found["reported"][0]["score"] == 1.0
    said = {p["account"] for r in found["reported"] for p in r["accounts"]}
    assert not said & {p["account"] for p in found["contradicted"]}


def test_amounts_that_are_both_there_do_not_differ() -> None:
    text = "Ann Poe, 41, and Bo Kell, 23, were held by the police in Melden on Monday evening."
    account = Witness(
        "w1:a", "a", f"The dam held.\n\n{text}\n\nNobody was hurt.", outlet="Melden Post", language="en"
    )
    found = lay_beside("Ann Poe, 41, and Bo Kell, 23, were held in Melden.", [account])
    assert "denies" not in {p.way for p in found}


@pytest.mark.parametrize("case", [pytest.param(c, id=f"{c['claim']} {c['passage']}") for c in BESIDE])
def test_what_a_sentence_denies_or_only_wants_is_not_what_it_says(case: dict[str, str]) -> None:
    text = f"A crowd had gathered by the quay.\n\n{case['passage']}\n\nThe evening was fine."
    account = Witness("w1:a", "a", text, outlet="Melden Post", published="2031-10-14", language="en")
    ways = {p.way for p in lay_beside(case["claim"], [account], "2031-10-15")}
    *no, way = case["expected"].split()
    assert (way in ways) != bool(no)


def test_a_bound_is_no_denial(library: Library) -> None:
    found = check(library, "The bakers' union wants nine per cent more pay.")
    assert {p["outlet"] for r in found["reported"] for p in r["accounts"]} >= {"The Melisk Hour"}
    assert found["contradicted"] == []
