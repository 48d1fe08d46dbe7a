"""Kinds of points: cases, votes, odd text."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.collate.clauses import Unit, units
from consilience.collate.kinds import KINDS, Kinds
from consilience.model import Annotated, Region, Witness, witness_id

CASES = [Path(__file__).parent / "cases" / name for name in ("kinds.txt", "kinds_held_out.txt")]
PUBLISHED = "2031-05-06"


def cases() -> list[tuple[str, str]]:
    rows = [row for path in CASES for row in path.read_text("utf-8").splitlines()]
    return [tuple(row.rsplit(" | ", 1)) for row in rows if row and row[0] != "#"]  # type: ignore[misc]


@cache
def told(text: str) -> tuple[tuple[Unit, ...], Annotated]:
    w = Witness(witness_id("a", text, None, PUBLISHED, None), "a", text, published=PUBLISHED)
    (account,), _ = link([annotate(w)])
    return units(account), account


def shown(text: str) -> str:
    """The kind of the longest assertion in a text."""
    found, account = told(text)
    longest = max(found, key=lambda u: u.end - u.start, default=None)
    if longest is None:
        return "no point"
    return Kinds({account.witness.id: account}).of([longest], spoken=longest.speaker is not None)


@pytest.mark.parametrize(("text", "wanted"), [c for c in cases() if c[0][0] != "!"])
def test_case(text: str, wanted: str) -> None:
    assert shown(text) == wanted


@pytest.mark.parametrize(("text", "wanted"), [c for c in cases() if c[0][0] == "!"])
@pytest.mark.xfail(strict=True, reason="a known fault")
def test_known_fault(text: str, wanted: str) -> None:
    assert shown(text.removeprefix("! ")) == wanted


def test_each_kind_has_its_cases() -> None:
    count = Counter(wanted for _, wanted in cases())
    assert set(count) == set(KINDS)
    assert min(count.values()) >= 12


def of(*texts: str, spoken: bool = False, headline: str = "") -> str:
    """The kind of a point that several accounts word."""
    group, accounts = [], {}
    for n, text in enumerate([headline, *texts] if headline else texts):
        kinds = "title" if headline and n == 0 else "body"
        regions = (Region(0, len(text), kinds, "test"),)
        account = annotate(
            Witness(f"w1:{n}", str(n), text, published=PUBLISHED, language="en", regions=regions)
        )
        accounts[account.witness.id] = account
        group.extend(units(account))
    assert Kinds(accounts).of(group[::-1], spoken=spoken) == Kinds(accounts).of(group, spoken=spoken)
    return Kinds(accounts).of(group, spoken=spoken)


def test_one_odd_reading_does_not_decide() -> None:
    sank = "The ferry sank off Dalm on Monday."
    assert of(sank, sank, "The ferry had sunk off Dalm.") == "event"
    assert of(sank, "The ferry had sunk off Dalm.") == "event"
    assert of(sank, sank, "Some 40 people sank with the ferry.") == "event"
    assert of("At least 14 people were hurt.", "14 were injured.", "People were hurt.") == "figure"


def test_a_headline_votes_only_where_it_stands_alone() -> None:
    assert (
        of("The ferry sank off Dalm on Monday.", headline="Ferry sinks in storm off the coast of Dalm")
        == "event"
    )


def test_what_only_some_give_to_a_speaker_is_a_statement_where_the_point_has_one() -> None:
    texts = (
        "The horn was sounding.",
        "The horn was sounding when it struck.",
        "The horn was sounding, Ann Poe said.",
    )
    assert of(*texts) == of(texts[0], texts[2]) == "event"
    assert of(*texts, spoken=True) == "statement"


@pytest.mark.parametrize("text", ["Hm.", "…", "— and 5", "שלום עולם.", "12, 12, 12", "No.", "had had had"])
def test_odd_text_has_a_kind(text: str) -> None:
    assert shown(text) in {*KINDS, "no point"}
