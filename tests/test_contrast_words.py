"""Comparers of words: invented pairs of accounts with the kinds of conflict between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.contrast import discrepancies
from consilience.model import Discrepancy, Witness, witness_id

CASES = Path(__file__).parent / "cases" / "words.txt"


def read(path: Path) -> list[tuple[str, str, str, bool]]:
    """Kinds, two texts, and whether the case is a known fault."""
    out = []
    for block in path.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            kinds, one, other = lines
            out.append((kinds.removeprefix("!"), one, other, kinds.startswith("!")))
    return out


def compare(*texts: str) -> tuple[Discrepancy, ...]:
    """Compare texts as accounts a, b, c …"""
    made = [
        annotate(Witness(witness_id("abcdef"[i], text, None, None, None), "abcdef"[i], text))
        for i, text in enumerate(texts)
    ]
    linked, entities = link(made)
    return discrepancies(linked, (), entities)


def conflicts(*texts: str) -> str:
    """Kinds of the conflicts in alphabetical order, or "-"."""
    return " ".join(sorted({d.kind for d in compare(*texts) if d.innocent is None})) or "-"


@pytest.mark.parametrize(("kinds", "one", "other", "fault"), read(CASES))
def test_cases(kinds: str, one: str, other: str, fault: bool, request: pytest.FixtureRequest) -> None:
    if fault:
        request.applymarker(pytest.mark.xfail(strict=True))
    assert conflicts(one, other) == kinds
