"""Kinds of points: cases, votes, odd text."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.collate.clauses import Unit, units
from consilience.collate.kinds import KINDS, Kinds
from consilience.model import Annotated, Witness, witness_id

CASES = Path(__file__).parent / "cases" / "kinds.txt"
PUBLISHED = "2031-05-06"


def cases() -> list[tuple[str, str]]:
    rows = CASES.read_text("utf-8").splitlines()
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
